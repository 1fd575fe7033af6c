//! What a run did and how it ended, as words of a closed list.

use std::fmt;

use nurturehub_store::StoreError;
use serde::{Deserialize, Serialize};
use specta::Type;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
        #[serde(rename_all = "camelCase")]
        pub enum $name {
            $($(#[$word_doc])* $variant,)+
        }

        impl $name {
            /// Its word, as it is stored and printed.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            pub(crate) fn of_stored(word: &str) -> Result<Self, StoreError> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(StoreError::Damaged("a run is of no known kind".into())),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

words!(
    /// What a run did.
    RunKind {
        /// Contacts, from the CRM into the local store.
        Sync = "sync",
        /// Contacts, from the local store to the platform.
        Push = "push",
        /// A look at the connection, step by step.
        Verify = "verify",
        /// Activities, from the platform to the CRM.
        WriteBack = "writeBack",
        /// A delivery of the CRM's.
        Webhook = "webhook",
        /// A sign-in, used so that it does not end.
        KeepAlive = "keepAlive",
    }
);

words!(
    /// How a run ended.
    RunStatus {
        /// It has not.
        Running = "running",
        /// All was done.
        Succeeded = "succeeded",
        /// It came to its end, but something was refused or is in doubt.
        Partial = "partial",
        /// Something stopped it.
        Failed = "failed",
        /// A person stopped it.
        Cancelled = "cancelled",
        /// Its process died.
        Interrupted = "interrupted",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_reads_back_as_what_wrote_it_and_a_strange_one_is_damage() {
        for kind in [RunKind::Sync, RunKind::WriteBack, RunKind::KeepAlive] {
            assert_eq!(RunKind::of_stored(kind.as_str()).unwrap(), kind);
            let json = serde_json::to_value(kind).unwrap();
            assert_eq!(json, kind.as_str(), "stored and printed alike");
        }
        assert!(RunStatus::of_stored("exploded").is_err());
    }
}
