//! A connection's secrets in the vault.

use std::collections::BTreeMap;

use nurturehub_adapter_kit::Settings;
use nurturehub_port::{ConnectionId, ErrorKind, ProviderSpec, Secret};
use nurturehub_vault::{AccountKey, Vault};

use crate::EngineError;

/// Secrets by their key in the provider's field list.
pub(crate) type Secrets = BTreeMap<String, Secret<String>>;

/// Checks that the secrets are those that the provider asks for.
///
/// # Errors
/// `configuration` for one that it does not know, `authInvalid` for one that is missing or empty.
pub(crate) fn check(
    spec: &ProviderSpec,
    settings: &Settings,
    secrets: &Secrets,
) -> Result<(), EngineError> {
    let fields = || spec.fields.iter().filter(|field| field.secret);
    for key in secrets.keys() {
        if !fields().any(|field| field.key == *key) {
            let known: Vec<&str> = fields().map(|field| field.key.as_str()).collect();
            return Err(EngineError::with_remedy(
                ErrorKind::Configuration,
                format!("{} has no secret `{}`.", spec.name, shown(key)),
                format!("Use one of: {}.", known.join(", ")),
            ));
        }
    }
    for field in fields().filter(|field| field.required && settings.applies(field)) {
        if secrets
            .get(&field.key)
            .is_none_or(|secret| secret.expose().trim().is_empty())
        {
            return Err(EngineError::with_remedy(
                ErrorKind::AuthInvalid,
                format!(
                    "{} needs the secret `{}` ({}).",
                    spec.name, field.key, field.label
                ),
                format!("Enter it. {}", field.help),
            ));
        }
    }
    Ok(())
}

/// What is given, over what was kept; of the latter only what the provider still asks for.
pub(crate) fn over(spec: &ProviderSpec, kept: &Secrets, given: Secrets) -> Secrets {
    let asked = |key: &String| {
        spec.fields
            .iter()
            .any(|field| field.secret && field.key == *key)
    };
    let mut all: Secrets = kept
        .iter()
        .filter(|(key, _)| asked(key))
        .map(|(key, secret)| (key.clone(), secret.clone()))
        .collect();
    all.extend(given);
    all
}

fn shown(key: &str) -> String {
    key.chars()
        .filter(|character| !character.is_control())
        .take(40)
        .collect()
}

/// Keeps a connection's secrets, and whose they are: the provider's reference for the agency.
pub(crate) async fn write(
    vault: &dyn Vault,
    connection: &ConnectionId,
    reference: Option<&str>,
    secrets: &Secrets,
) -> Result<(), EngineError> {
    let owner = (OWNER, reference.unwrap_or_default());
    let plain: BTreeMap<&str, &str> = secrets
        .iter()
        .map(|(key, secret)| (key.as_str(), secret.expose().as_str()))
        .chain([owner])
        .collect();
    let bytes = serde_json::to_vec(&plain)
        .map_err(|_| EngineError::new(ErrorKind::Internal, "The secrets could not be written."))?;
    vault
        .write(&AccountKey::connection(connection), Secret::new(bytes))
        .await?;
    Ok(())
}

/// Whose the secrets are stands among them, under a key that no field has.
const OWNER: &str = "@reference";

/// A connection's secrets; none, where there are none.
pub(crate) async fn read(
    vault: &dyn Vault,
    connection: &ConnectionId,
) -> Result<Secrets, EngineError> {
    let Some(bytes) = vault.read(&AccountKey::connection(connection)).await? else {
        return Ok(Secrets::new());
    };
    let mut secrets = parse(&bytes).ok_or_else(|| {
        EngineError::with_remedy(
            ErrorKind::AuthInvalid,
            "The stored secrets of this connection cannot be read.",
            "Enter the secrets again.",
        )
    })?;
    secrets.remove(OWNER);
    Ok(secrets)
}

/// What the vault kept for a connection that the database does not know (any more): none, where it
/// cannot be read or is another agency's.
pub(crate) async fn left_over(
    vault: &dyn Vault,
    connection: &ConnectionId,
    reference: Option<&str>,
) -> Result<Secrets, EngineError> {
    let bytes = vault.read(&AccountKey::connection(connection)).await?;
    let mut secrets = bytes.as_ref().and_then(parse).unwrap_or_default();
    let own = secrets
        .remove(OWNER)
        .is_some_and(|owner| owner.expose() == reference.unwrap_or_default());
    Ok(if own { secrets } else { Secrets::new() })
}

fn parse(bytes: &Secret<Vec<u8>>) -> Option<Secrets> {
    let plain: BTreeMap<String, String> = serde_json::from_slice(bytes.expose()).ok()?;
    Some(
        plain
            .into_iter()
            .map(|(key, value)| (key, Secret::new(value)))
            .collect(),
    )
}

/// Lets go of everything that the vault holds for a connection.
pub(crate) async fn delete(
    vault: &dyn Vault,
    connection: &ConnectionId,
) -> Result<(), EngineError> {
    vault.delete(&AccountKey::connection(connection)).await?;
    vault.delete(&AccountKey::tokens(connection)).await?;
    Ok(())
}
