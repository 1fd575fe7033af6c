//! What support is handed: the bundle of a connection, and the replay of what went wrong.
//!
//! A run that fails or ends in part is written down with what was said in it, masked as it is written. A bundle is
//! that with all that is known of the connection, as a file; a replay lets the adapter live through
//! the exchange again, with neither network nor credentials.

mod archive;
mod bundle;
mod keeping;
mod masking;
mod recorded;
mod replay;
#[cfg(test)]
mod survival;
mod view;
mod why_not;

pub use bundle::{BundleDraft, BundleEntry, BundleManifest, BundleSaved};
pub use recorded::FailurePoint;
pub use replay::{BundleReplay, replay_bundle, replay_bundle_with};
pub use view::{BundleView, open_bundle};

pub(crate) use keeping::Heard;
pub(crate) use replay::step_word;
