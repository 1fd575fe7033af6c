//! Writing engagement back, which a profile does not describe. The kit's adapter answers
//! `unsupported` for each activity, with this reason.

/// Why nothing is written back.
pub(super) const NO_WRITE_BACK: &str =
    "A profile says how contacts are read; it does not describe how to write anything.";
