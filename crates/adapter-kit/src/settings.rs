//! Settings of a connection, parsed against what its provider asks for.

use std::collections::BTreeMap;

use nurturehub_port::{AdapterError, ErrorKind, Field, ProviderSpec, SettingKind};
use url::Url;

/// Longest value of a setting, in bytes.
const MAX_VALUE: usize = 2048;

/// Longest text of a file that is a setting, in bytes.
const MAX_FILE: usize = 256 * 1024;

/// Validated settings: what the person gave, over the provider's defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, String>);

/// Keys that every provider takes.
fn shared_kind(key: &str) -> Option<SettingKind> {
    Some(match key {
        "baseUrl" | "authorizeUrl" | "tokenUrl" | "revokeUrl" => SettingKind::Url,
        "redirectPort" => SettingKind::Integer {
            min: 1024,
            max: 65_535,
        },
        "requestsPerSecond" => SettingKind::Integer {
            min: 1,
            max: 1_000_000,
        },
        "maxConcurrent" => SettingKind::Integer { min: 1, max: 64 },
        "timeoutSeconds" => SettingKind::Integer { min: 1, max: 3600 },
        _ => return None,
    })
}

impl Settings {
    /// Checks what was given and fills in the defaults.
    ///
    /// Besides the provider's own fields, the keys `baseUrl`, `authorizeUrl`, `tokenUrl`,
    /// `revokeUrl`, `redirectPort`, `requestsPerSecond`, `maxConcurrent` and `timeoutSeconds` are
    /// taken from every provider. Values are trimmed; an empty one counts as not given.
    ///
    /// # Errors
    /// `configuration`, naming the setting: an unknown key, a missing one, a value of the wrong
    /// kind, a secret among the settings, plain http to anywhere but this computer.
    pub fn parse(
        spec: &ProviderSpec,
        given: BTreeMap<String, String>,
    ) -> Result<Self, AdapterError> {
        let mut values = BTreeMap::new();
        for (key, value) in given {
            let field = spec.fields.iter().find(|field| field.key == key);
            let kind = match field {
                Some(field) if field.secret => return Err(secret_given(spec, &key)),
                Some(field) => field.setting.clone(),
                None => shared_kind(&key).ok_or_else(|| unknown(spec, &key))?,
            };
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            check(&key, &kind, value)?;
            values.insert(key, value.to_owned());
        }
        for field in spec.fields.iter().filter(|field| !field.secret) {
            if let Some(default) = &field.default {
                values
                    .entry(field.key.clone())
                    .or_insert_with(|| default.clone());
            }
        }
        let settings = Self(values);
        for field in spec.fields.iter().filter(|field| !field.secret) {
            if field.required && settings.applies(field) && settings.get(&field.key).is_none() {
                return Err(missing(spec, field));
            }
        }
        settings.base_url(spec)?;
        Ok(settings)
    }

    /// Whether a field is asked for, given the other settings.
    #[must_use]
    pub fn applies(&self, field: &Field) -> bool {
        field
            .only_when
            .as_ref()
            .is_none_or(|(key, value)| self.get(key) == Some(value.as_str()))
    }

    /// A setting, or its default.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// A setting that must be there.
    ///
    /// # Errors
    /// `configuration`, naming it.
    pub fn required(&self, key: &str) -> Result<&str, AdapterError> {
        self.get(key)
            .ok_or_else(|| configuration(format!("The setting `{key}` is missing.")))
    }

    /// A setting that is a whole number.
    ///
    /// # Errors
    /// `configuration`, where it is none.
    pub fn integer(&self, key: &str) -> Result<Option<u64>, AdapterError> {
        self.get(key)
            .map(|value| {
                value.parse().map_err(|_| {
                    configuration(format!("The setting `{key}` must be a whole number."))
                })
            })
            .transpose()
    }

    /// A setting that is `true` or `false`; false where it is not there.
    #[must_use]
    pub fn flag(&self, key: &str) -> bool {
        self.get(key) == Some("true")
    }

    /// All of them by key, defaults included.
    #[must_use]
    pub const fn as_map(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// The address of the API: `baseUrl`, or the provider's own.
    ///
    /// # Errors
    /// `configuration`, where it is no address.
    pub fn base_url(&self, spec: &ProviderSpec) -> Result<Url, AdapterError> {
        parse_url("baseUrl", self.get("baseUrl").unwrap_or(spec.base_url))
    }
}

/// Parses an address: https, or plain http to this computer alone; no user or password in it.
///
/// # Errors
/// `configuration`, naming `key`.
pub fn parse_url(key: &str, value: &str) -> Result<Url, AdapterError> {
    let url = Url::parse(value).map_err(|_| {
        configuration(format!(
            "The setting `{key}` must be an address that begins with https://."
        ))
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(configuration(format!(
            "The setting `{key}` must not have a user name or password in it."
        ))
        .remedy("Give the address alone; secrets are entered separately."));
    }
    match url.scheme() {
        "https" if url.host_str().is_some_and(|host| !host.is_empty()) => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(configuration(format!(
            "The setting `{key}` uses plain http, which is allowed for this computer only."
        ))
        .remedy("Use an address that begins with https://.")),
        _ => Err(configuration(format!(
            "The setting `{key}` must be an address that begins with https://."
        ))),
    }
}

/// Whether an address is on this computer: `localhost`, 127.0.0.0/8 or `[::1]`.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn check(key: &str, kind: &SettingKind, value: &str) -> Result<(), AdapterError> {
    if *kind == SettingKind::File {
        return check_file(key, value);
    }
    if value.len() > MAX_VALUE {
        return Err(configuration(format!("The setting `{key}` is too long.")));
    }
    if value.chars().any(char::is_control) {
        return Err(configuration(format!(
            "The setting `{key}` must be one line without control characters."
        )));
    }
    match kind {
        // A file was looked at above.
        SettingKind::Text | SettingKind::File => Ok(()),
        SettingKind::Url => parse_url(key, value).map(|_| ()),
        SettingKind::Integer { min, max } => match value.parse::<u64>() {
            Ok(number) if (*min..=*max).contains(&number) => Ok(()),
            _ => Err(configuration(format!(
                "The setting `{key}` must be a whole number from {min} to {max}."
            ))),
        },
        SettingKind::Boolean => match value {
            "true" | "false" => Ok(()),
            _ => Err(configuration(format!(
                "The setting `{key}` must be `true` or `false`."
            ))),
        },
        SettingKind::Choice { values } => {
            if values.iter().any(|allowed| allowed == value) {
                return Ok(());
            }
            Err(configuration(format!(
                "The setting `{key}` must be one of {}.",
                quoted(values.iter().map(String::as_str))
            )))
        }
    }
}

/// A file's text: of any number of lines, but text.
fn check_file(key: &str, value: &str) -> Result<(), AdapterError> {
    if value.len() > MAX_FILE {
        return Err(configuration(format!(
            "The file for the setting `{key}` is larger than {} KiB.",
            MAX_FILE / 1024
        )));
    }
    let strange = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if value.chars().any(strange) {
        return Err(configuration(format!(
            "The file for the setting `{key}` must be text without control characters."
        )));
    }
    Ok(())
}

fn configuration(message: String) -> AdapterError {
    AdapterError::new(ErrorKind::Configuration, message)
}

fn quoted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn unknown(spec: &ProviderSpec, key: &str) -> AdapterError {
    let key: String = key.chars().filter(|c| !c.is_control()).take(40).collect();
    let own = spec.fields.iter().filter(|field| !field.secret);
    configuration(format!("{} has no setting `{key}`.", spec.name)).remedy(format!(
        "Use one of {}, or `baseUrl`.",
        quoted(own.map(|field| field.key.as_str()))
    ))
}

fn secret_given(spec: &ProviderSpec, key: &str) -> AdapterError {
    configuration(format!(
        "`{key}` is a secret of {}, not a setting.",
        spec.name
    ))
    .remedy(format!(
        "Give it with `--secret {key}=-`, which reads it from standard input; \
         what stands on a command line can be read by others."
    ))
}

fn missing(spec: &ProviderSpec, field: &Field) -> AdapterError {
    configuration(format!(
        "{} needs the setting `{}` ({}).",
        spec.name, field.key, field.label
    ))
    .remedy(field.help.clone())
}
