//! Opening the system browser.

use url::Url;
use webbrowser::{Browser, BrowserOptions};

use crate::OAuthError;

/// Opens an address in the person's browser. Where that fails, the caller shows the address.
///
/// # Errors
/// There is no browser, or it could not be started.
pub async fn open_in_browser(url: &Url) -> Result<(), OAuthError> {
    // The address comes from a setting: only the web is opened, never a file or a program.
    if !matches!(url.scheme(), "https" | "http") {
        return Err(OAuthError::NoBrowser);
    }
    let address = url.as_str().to_owned();
    let opened = tokio::task::spawn_blocking(move || {
        let mut options = BrowserOptions::new();
        options.with_suppress_output(true);
        webbrowser::open_browser_with_options(Browser::Default, &address, &options)
    });
    match opened.await {
        Ok(Ok(())) => Ok(()),
        _ => Err(OAuthError::NoBrowser),
    }
}
