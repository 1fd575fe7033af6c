//! Where this data folder's news goes: the webhook that is told of trouble, and the collector of traces.
//!
//! A person sets them in the desktop app, which keeps them among its preferences; the environment wins
//! over both. The command line over the same data folder goes by the same.

use nurturehub_adapter_kit::settings::parse_url;
use serde::Deserialize;

use crate::{EngineError, Home};

/// The variable that names the webhook.
pub const ALERT_WEBHOOK: &str = "NURTUREHUB_ALERT_WEBHOOK";

/// The variable that names the collector.
pub const OTLP_ENDPOINT: &str = "NURTUREHUB_OTLP_ENDPOINT";

/// An address and where it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAddress {
    /// It.
    pub address: String,
    /// The environment names it, so that the preferences have no say.
    pub from_environment: bool,
}

impl SetAddress {
    /// What of it may be shown: the host. What follows it opens a webhook for whoever knows it.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        let url = parse_url("address", &self.address).ok()?;
        let host = url.host_str()?;
        Some(match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        })
    }
}

/// Where news goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reporting {
    /// The webhook that alerts are posted to.
    pub alert_webhook: Option<SetAddress>,
    /// The collector that traces of runs are handed to.
    pub otlp_endpoint: Option<SetAddress>,
}

/// What the preferences have of it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Kept {
    alert_webhook: Option<String>,
    otlp_endpoint: Option<String>,
}

impl Reporting {
    /// What is set for a data folder and in an environment. Preferences that cannot be read are as none.
    #[must_use]
    pub fn of(home: &Home, env: impl Fn(&str) -> Option<String>) -> Self {
        let text = std::fs::read_to_string(home.preferences()).unwrap_or_default();
        let kept: Kept = serde_json::from_str(&text).unwrap_or_default();
        let set = |variable: &str, kept: Option<String>| {
            let found = |address: Option<String>, from_environment| {
                let address = address.filter(|address| !address.is_empty())?;
                Some(SetAddress {
                    address,
                    from_environment,
                })
            };
            found(env(variable), true).or_else(|| found(kept, false))
        };
        Self {
            alert_webhook: set(ALERT_WEBHOOK, kept.alert_webhook),
            otlp_endpoint: set(OTLP_ENDPOINT, kept.otlp_endpoint),
        }
    }
}

/// Whether news may go to this address: https, or plain http to this computer alone. `what` names it in
/// the error, as in "alert webhook".
///
/// # Errors
/// `configuration`, with what is wrong with it.
pub fn check_address(what: &str, address: &str) -> Result<(), EngineError> {
    parse_url(what, address)
        .map(drop)
        .map_err(EngineError::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(preferences: &str, env: impl Fn(&str) -> Option<String>) -> Reporting {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        std::fs::write(home.preferences(), preferences).unwrap();
        Reporting::of(&home, env)
    }

    #[test]
    fn of_an_address_the_host_alone_may_be_shown() {
        let host = |address: &str| set(address, false).and_then(|set| set.host());
        let secret = "https://hooks.example/services/T0/B0/secret?key=secret";
        assert_eq!(host(secret).as_deref(), Some("hooks.example"));
        let here = host("http://127.0.0.1:8080/secret");
        assert_eq!(here.as_deref(), Some("127.0.0.1:8080"));
        assert_eq!(host("no address"), None);
    }

    fn set(address: &str, from_environment: bool) -> Option<SetAddress> {
        let address = address.to_owned();
        Some(SetAddress {
            address,
            from_environment,
        })
    }

    const BOTH: &str =
        r#"{"theme":"dark","alertWebhook":"https://a.example","otlpEndpoint":"https://b.example"}"#;

    #[test]
    fn the_environment_wins_over_the_preferences_each_for_itself() {
        let none = |_: &str| None;
        let kept = of(BOTH, none);
        assert_eq!(kept.alert_webhook, set("https://a.example", false));
        assert_eq!(kept.otlp_endpoint, set("https://b.example", false));
        let one = of(BOTH, |name| {
            (name == "NURTUREHUB_ALERT_WEBHOOK").then(|| "https://c.example".to_owned())
        });
        assert_eq!(one.alert_webhook, set("https://c.example", true));
        assert_eq!(one.otlp_endpoint, set("https://b.example", false));
        let empty = of(BOTH, |_| Some(String::new()));
        assert_eq!(empty, kept, "an empty variable is as none");
    }

    #[test]
    fn without_a_choice_or_with_broken_preferences_nothing_is_set() {
        for preferences in ["", "{}", "{\"alertWebhook\": 3", r#"{"alertWebhook":""}"#] {
            assert_eq!(
                of(preferences, |_| None),
                Reporting::default(),
                "{preferences}"
            );
        }
    }

    #[test]
    fn news_goes_over_https_or_stays_on_this_computer() {
        for good in [
            "https://hooks.example/T0/B1?key=2",
            "http://127.0.0.1:4318",
            "http://localhost/hook",
        ] {
            assert!(check_address("alert webhook", good).is_ok(), "{good}");
        }
        for bad in [
            "http://hooks.example",
            "hooks.example",
            "ftp://hooks.example",
            "https://name:word@hooks.example",
            "",
        ] {
            let error = check_address("alert webhook", bad).unwrap_err().report();
            assert!(error.message.contains("alert webhook"), "{bad}: {error:?}");
            assert!(!error.message.contains("hooks.example"), "{bad}: {error:?}");
        }
    }
}
