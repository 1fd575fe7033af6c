//! The registry as a whole.

use std::collections::{BTreeMap, BTreeSet};

use nurturehub_adapter_kit::Settings;
use nurturehub_adapters::registry;
use nurturehub_port::{ErrorKind, ProviderId, SignInMethod};

#[test]
fn every_spec_fits_together() {
    let mut ids = BTreeSet::new();
    for entry in registry::all() {
        let spec = (entry.spec)();
        let id = spec.id.as_str();
        assert!(ids.insert(id.to_owned()), "{id} is there twice");
        assert!(
            ProviderId::parse(id).is_ok() && id.chars().all(|c| c.is_ascii_lowercase()),
            "{id}"
        );
        assert_eq!((registry::find(id).unwrap().spec)().name, spec.name);

        let keys: BTreeSet<&str> = spec.fields.iter().map(|field| field.key.as_str()).collect();
        assert_eq!(keys.len(), spec.fields.len(), "{id}: a key is there twice");
        let mut named: Vec<&str> = spec.reference_setting.into_iter().collect();
        named.extend(spec.sign_in.chosen_by);
        for (_, method) in &spec.sign_in.methods {
            match method {
                SignInMethod::AuthorizationCode { client_id, .. } => named.push(client_id),
                SignInMethod::ClientCredentials {
                    client_id,
                    client_secret,
                    ..
                } => named.extend([client_id, client_secret]),
                SignInMethod::StaticSecret { secret, .. } => named.push(secret),
            }
        }
        for name in named {
            assert!(
                keys.contains(name),
                "{id}: `{name}` is used and not asked for"
            );
        }
        for field in &spec.fields {
            assert!(
                field.help.ends_with('.'),
                "{id}: the help of {} is a sentence",
                field.key
            );
        }
        let error = Settings::parse(&spec, BTreeMap::new()).err();
        assert!(
            error.is_none_or(|error| error.kind == ErrorKind::Configuration),
            "{id}: nothing given is at worst a missing setting"
        );
    }
    assert!(registry::find("nosuch").is_none());
}

#[test]
fn what_a_crm_cannot_do_has_a_reason() {
    for entry in registry::all() {
        let spec = (entry.spec)();
        let can = &spec.capabilities;
        for (name, there) in [
            ("changedSince", can.changed_since),
            ("listsRemoved", can.lists_removed),
            ("total", can.total),
            ("activityWriteBack", !can.activity_write_back.is_empty()),
            ("webhooks", can.webhooks),
            ("consent", can.consent),
            ("assignment", can.assignment),
        ] {
            let excused = spec
                .unsupported
                .iter()
                .any(|one| one.capability == name && one.reason.ends_with('.'));
            assert_eq!(there, !excused, "{}: {name}", spec.id);
        }
    }
}
