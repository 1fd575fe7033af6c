//! A connection's secrets in the vault.

use std::collections::BTreeMap;

use nurturehub_adapter_kit::Settings;
use nurturehub_port::{ConnectionId, ErrorKind, ProviderSpec, Secret};
use nurturehub_vault::{AccountKey, Vault};
use zeroize::Zeroizing;

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
                format!("Give it with `--secret {}=-`. {}", field.key, field.help),
            ));
        }
    }
    Ok(())
}

fn shown(key: &str) -> String {
    key.chars()
        .filter(|character| !character.is_control())
        .take(40)
        .collect()
}

/// Keeps a connection's secrets.
pub(crate) async fn write(
    vault: &dyn Vault,
    connection: &ConnectionId,
    secrets: &Secrets,
) -> Result<(), EngineError> {
    let plain: BTreeMap<&str, &str> = secrets
        .iter()
        .map(|(key, secret)| (key.as_str(), secret.expose().as_str()))
        .collect();
    let bytes = serde_json::to_vec(&plain)
        .map_err(|_| EngineError::new(ErrorKind::Internal, "The secrets could not be written."))?;
    vault
        .write(&AccountKey::connection(connection), Secret::new(bytes))
        .await?;
    Ok(())
}

/// A connection's secrets; none, where there are none.
pub(crate) async fn read(
    vault: &dyn Vault,
    connection: &ConnectionId,
) -> Result<Secrets, EngineError> {
    let Some(bytes) = vault.read(&AccountKey::connection(connection)).await? else {
        return Ok(Secrets::new());
    };
    let plain: BTreeMap<String, Zeroizing<String>> = serde_json::from_slice(bytes.expose())
        .map(|map: BTreeMap<String, String>| {
            map.into_iter()
                .map(|(key, value)| (key, Zeroizing::new(value)))
                .collect()
        })
        .map_err(|_| {
            EngineError::with_remedy(
                ErrorKind::AuthInvalid,
                "The stored secrets of this connection cannot be read.",
                "Enter them again with `reauthorize`.",
            )
        })?;
    Ok(plain
        .into_iter()
        .map(|(key, value)| (key, Secret::new(value.to_string())))
        .collect())
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
