//! JSON Schema of the canonical models, generated from the types.

use schemars::{Schema, generate::SchemaSettings};

use crate::{Activity, Contact};

/// JSON Schema (draft 2020-12) of [`Contact`].
#[must_use]
pub fn contact_schema() -> Schema {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Contact>()
}

/// JSON Schema (draft 2020-12) of [`Activity`].
#[must_use]
pub fn activity_schema() -> Schema {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Activity>()
}
