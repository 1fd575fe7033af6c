//! A person with a browser, on the pages of an OAuth server: follows redirects, keeps cookies, fills
//! in the forms.

use std::collections::BTreeMap;

use reqwest::{StatusCode, header, redirect::Policy};
use url::Url;

/// What the person does on the page that asks for consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    Given,
    Refused,
}

/// More pages than any sign-in has.
const MAX_PAGES: usize = 20;

/// Signs in at this address under this name, and says where the server sends the browser in the end:
/// the first address that begins with `back`.
pub(crate) async fn sign_in(address: &Url, back: &Url, name: &str, consent: Consent) -> Url {
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    let mut cookies = BTreeMap::<String, String>::new();
    let mut next = client.get(address.clone());
    let mut at = address.clone();
    for _ in 0..MAX_PAGES {
        let jar: Vec<String> = cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let answer = next
            .header(header::COOKIE, jar.join("; "))
            .send()
            .await
            .unwrap();
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (key, value) = pair.split_once('=').unwrap();
            cookies.insert(key.to_owned(), value.to_owned());
        }
        if answer.status().is_redirection() {
            let to = answer.headers()[header::LOCATION].to_str().unwrap();
            at = at.join(to).unwrap();
            if at.as_str().starts_with(back.as_str()) {
                return at;
            }
            next = client.get(at.clone());
            continue;
        }
        assert_eq!(answer.status(), StatusCode::OK, "a page of {at}");
        let page = answer.text().await.unwrap();
        next = if page.contains("name=\"login\"") {
            client.post(at.clone()).form(&[
                ("prompt", "login"),
                ("login", name),
                ("password", "any"),
            ])
        } else if consent == Consent::Refused {
            let away = format!("{at}/abort");
            at = Url::parse(&away).unwrap();
            client.get(at.clone())
        } else {
            client.post(at.clone()).form(&[("prompt", "consent")])
        };
    }
    panic!("the sign-in does not come to an end, last at {at}")
}
