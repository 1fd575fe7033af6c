//! Writing engagement back, for which no call of Loop's is known. The kit's adapter answers
//! `unsupported` for each activity, with this reason.

/// Why nothing is written back.
pub(super) const NO_WRITE_BACK: &str =
    "Loop does not publish a call that puts a note or activity on a contact.";
