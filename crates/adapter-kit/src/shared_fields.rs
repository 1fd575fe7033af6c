//! The settings that every provider takes, as fields of a form: for those who know what they do.

use nurturehub_port::{Field, ProviderSpec, SettingKind, SignInMethod};

/// The fields that a provider takes beside its own. One that the provider has itself is its own affair.
#[must_use]
pub fn shared_fields(spec: &ProviderSpec) -> Vec<Field> {
    let has = |wanted: fn(&SignInMethod) -> bool| {
        spec.sign_in
            .methods
            .iter()
            .any(|(_, method)| wanted(method))
    };
    let signs_in_by_browser =
        has(|method| matches!(method, SignInMethod::AuthorizationCode { .. }));
    let has_tokens = has(|method| !matches!(method, SignInMethod::StaticSecret { .. }));
    let mut fields = vec![address(
        "baseUrl",
        "Address of the API",
        "Where the CRM's interface is, if not at its usual address.",
    )];
    if signs_in_by_browser {
        fields.push(address(
            "authorizeUrl",
            "Address of the sign-in page",
            "Where the browser is sent, if not to the CRM's usual page.",
        ));
    }
    if has_tokens {
        fields.push(address(
            "tokenUrl",
            "Address for tokens",
            "Where tokens are had, if not at the CRM's usual address.",
        ));
    }
    if signs_in_by_browser {
        fields.push(number(
            "redirectPort",
            "Port that the browser comes back to",
            "Only where the CRM wants the way back registered to the letter; else any port is taken.",
            (1024, 65_535),
        ));
    }
    fields.push(number(
        "requestsPerSecond",
        "Requests a second",
        "At most so many, where the CRM's own limit is too much for the agency.",
        (1, 1_000_000),
    ));
    fields.push(number(
        "timeoutSeconds",
        "Seconds to wait for an answer",
        "How long the CRM may take over one request.",
        (1, 3600),
    ));
    fields.retain(|field| spec.fields.iter().all(|own| own.key != field.key));
    fields
}

fn address(key: &str, label: &str, help: &str) -> Field {
    Field {
        setting: SettingKind::Url,
        ..Field::text(key, label, help).optional().advanced()
    }
}

fn number(key: &str, label: &str, help: &str, (min, max): (u64, u64)) -> Field {
    Field {
        setting: SettingKind::Integer { min, max },
        ..Field::text(key, label, help).optional().advanced()
    }
}
