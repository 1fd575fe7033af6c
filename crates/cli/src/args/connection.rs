//! Arguments of the commands that make and end connections.

use std::collections::BTreeMap;

use clap::Args;

/// A command about one connection.
#[derive(Debug, Args)]
pub(crate) struct One {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
}

/// What `connect` is given.
#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// The CRM; `nurturehub providers` lists them
    pub(crate) provider: String,
    /// The agency on the NurtureHub platform
    #[arg(long, value_name = "T")]
    pub(crate) tenant: String,
    /// What to call the connection
    #[arg(long, value_name = "N")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) access: Access,
}

/// What `reauthorize` is given.
#[derive(Debug, Args)]
pub(crate) struct Reauthorize {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    #[command(flatten)]
    pub(crate) access: Access,
}

/// Settings and secrets.
#[derive(Debug, Args)]
pub(crate) struct Access {
    /// A setting
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
    /// A secret, read from a line of standard input; several in the order named
    // Checked later: an error of the parser would repeat the value.
    #[arg(long = "secret", value_name = "KEY=-")]
    pub(crate) secrets: Vec<String>,
    /// Do not open a browser, only print the address
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// The browser runs elsewhere: read the address that it ends on from standard input
    #[arg(long)]
    pub(crate) paste: bool,
}

impl Access {
    /// The settings; of one that is given twice, the last.
    pub(crate) fn settings(&self) -> BTreeMap<String, String> {
        self.settings.iter().cloned().collect()
    }
}

#[cfg(test)]
impl Connect {
    pub(super) fn settings(&self) -> BTreeMap<String, String> {
        self.access.settings()
    }
}

fn setting(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("a setting is given as KEY=VALUE"),
    }
}

/// What `keep-alive` is given.
#[derive(Debug, Args)]
pub(crate) struct KeepAlive {
    /// The connection, by its id or name; else all of them
    #[arg(value_name = "CONN")]
    pub(crate) connection: Option<String>,
}

/// What `disconnect` is given.
#[derive(Debug, Args)]
pub(crate) struct Disconnect {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    /// Remove its contacts from this computer, too
    #[arg(long)]
    pub(crate) purge: bool,
}
