//! Settings, and the behaviour that follows from them.

use std::time::Duration;

use nurturehub_adapter_kit::{HttpConfig, Settings};
use nurturehub_port::{ErrorKind, Field, ProviderSpec, RateWindow, SettingKind};

use crate::server::{given, provider};

fn spec() -> ProviderSpec {
    provider(vec![
        Field::choice("signIn", "Sign in", "How.", &["client", "browser"]),
        Field::text("agency", "Agency", "On your invoice."),
        Field::text("user", "User", "Your name.").only_when("signIn", "browser"),
        Field::integer("pageSize", "Page size", "How many.", (1, 100), 50),
        Field::secret("apiKey", "API key", "In the CRM's settings."),
    ])
}

#[test]
fn what_was_given_stands_over_the_defaults() {
    let settings =
        Settings::parse(&spec(), given(&[("agency", " north "), ("pageSize", "")])).unwrap();
    assert_eq!(settings.get("agency"), Some("north"), "trimmed");
    assert_eq!(
        settings.get("signIn"),
        Some("client"),
        "the first choice is the default"
    );
    assert_eq!(
        settings.integer("pageSize").unwrap(),
        Some(50),
        "empty is not given"
    );
    assert_eq!(
        settings.base_url(&spec()).unwrap().as_str(),
        "https://crm.example/api"
    );
}

#[test]
fn bad_settings_are_named_and_come_with_a_remedy() {
    let long = "x".repeat(5000);
    for (pairs, names) in [
        (vec![], "agency"),
        (vec![("agency", "n"), ("agancy", "n")], "agancy"),
        (vec![("agency", "n"), ("signIn", "browser")], "user"),
        (vec![("agency", "n"), ("signIn", "magic")], "signIn"),
        (vec![("agency", "n"), ("pageSize", "101")], "pageSize"),
        (vec![("agency", "n"), ("pageSize", "ten")], "pageSize"),
        (vec![("agency", "a\nb")], "agency"),
        (vec![("agency", long.as_str())], "agency"),
        (vec![("agency", "n"), ("apiKey", "k")], "apiKey"),
        (
            vec![("agency", "n"), ("requestsPerSecond", "0")],
            "requestsPerSecond",
        ),
        (vec![("agency", "n"), ("baseUrl", "crm.example")], "baseUrl"),
        (
            vec![("agency", "n"), ("baseUrl", "http://crm.example")],
            "baseUrl",
        ),
        (
            vec![("agency", "n"), ("baseUrl", "http://127.0.0.1.crm.example")],
            "baseUrl",
        ),
        (
            vec![("agency", "n"), ("baseUrl", "https://u:p@crm.example")],
            "baseUrl",
        ),
        (
            vec![("agency", "n"), ("tokenUrl", "ftp://crm.example")],
            "tokenUrl",
        ),
    ] {
        let error = Settings::parse(&spec(), given(&pairs)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Configuration, "{names}");
        assert!(error.message.contains(&format!("`{names}`")), "{error}");
        assert!(!error.remedy.is_empty(), "{names}");
        assert!(!error.message.contains(":p@"), "no password is repeated");
    }
    for address in [
        "http://127.0.0.1:80/x",
        "http://localhost",
        "http://[::1]:1",
        "https://a.b",
    ] {
        let pairs = [("agency", "n"), ("baseUrl", address)];
        assert!(
            Settings::parse(&spec(), given(&pairs)).is_ok(),
            "{address} is fine"
        );
    }
}

#[test]
fn limits_and_timeouts_follow_the_settings() {
    let pairs = [
        ("agency", "n"),
        ("requestsPerSecond", "25"),
        ("maxConcurrent", "3"),
        ("timeoutSeconds", "300"),
    ];
    let settings = Settings::parse(&spec(), given(&pairs)).unwrap();
    let config = HttpConfig::from_settings(&settings, &spec()).unwrap();
    assert_eq!(
        config.limits.windows,
        [RateWindow {
            requests: 25,
            seconds: 1
        }]
    );
    assert_eq!(config.limits.concurrent, 3);
    assert_eq!(config.read_timeout, Duration::from_secs(300));
    assert_eq!(
        config.total_timeout,
        Duration::from_secs(300),
        "the whole may not be shorter than a part"
    );
}

#[test]
fn a_file_may_have_lines_and_length_but_must_be_text() {
    let spec = provider(vec![Field {
        setting: SettingKind::File,
        ..Field::text("map", "Map", "A file.").optional()
    }]);
    let long = format!("{{\r\n\t\"a\": \"{}\"\n}}", "x".repeat(100_000));
    let settings = Settings::parse(&spec, given(&[("map", &long)])).unwrap();
    assert_eq!(
        settings.get("map"),
        Some(long.as_str()),
        "its text is kept as it is"
    );
    for bad in ["a\u{0}b".to_owned(), "x".repeat(300 * 1024)] {
        let error = Settings::parse(&spec, given(&[("map", &bad)])).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Configuration);
        assert!(error.message.contains("`map`"), "{}", error.message);
    }
}
