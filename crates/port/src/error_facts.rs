//! The closed list of error kinds, and what is true of each wherever it occurs.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Whether trying again can help, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Retry {
    /// The same request would fail the same way.
    No,
    /// Soon, waiting longer each time.
    Backoff,
    /// Not before this moment.
    At(Timestamp),
    /// Once somebody has signed in again.
    AfterSignIn,
}

/// Who must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub enum Owner {
    /// The agency's admin.
    Agency,
    /// The CRM's vendor.
    Crm,
    /// NurtureHub, as the platform's operator.
    Nurturehub,
    /// NurtureHub's support staff, with the person at the machine.
    Support,
}

/// How far a failure reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// The whole connection.
    Connection,
    /// One page of a listing.
    Page,
    /// One record.
    Record,
}

/// What is true of a kind of error wherever it occurs; an error may say something nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindFacts {
    /// Whether trying again can help.
    pub retry: Retry,
    /// Who must act.
    pub owner: Owner,
    /// How far it reaches.
    pub scope: Scope,
    /// Where it comes from, as a sentence.
    pub cause: &'static str,
    /// It, in a few words.
    pub title: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal: $retry:ident, $owner:ident, $scope:ident, $cause:literal, $title:literal, $remedy:literal;)*) => {
        /// Why something failed: one closed list for every layer of the product.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, Type)]
        pub enum ErrorKind {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl ErrorKind {
            /// All of them, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What is true of it wherever it occurs.
            #[must_use]
            pub const fn facts(self) -> KindFacts {
                match self {
                    $(Self::$name => KindFacts {
                        retry: Retry::$retry, owner: Owner::$owner, scope: Scope::$scope,
                        cause: $cause, title: $title, remedy: $remedy,
                    },)*
                }
            }
        }
    };
}

kinds! {
    /// The person closed the sign-in or pressed cancel.
    SignInCancelled = "signInCancelled": AfterSignIn, Agency, Connection,
        "Somebody closed the sign-in page or pressed cancel.",
        "Sign-in was cancelled", "Start the sign-in again when you are ready.";
    /// Nobody finished the sign-in in time.
    SignInTimedOut = "signInTimedOut": AfterSignIn, Agency, Connection,
        "Nobody finished the sign-in in the browser while it waited.",
        "Sign-in took too long", "Start the sign-in again and finish it in the browser within five minutes.";
    /// The CRM or the person said no.
    SignInRefused = "signInRefused": AfterSignIn, Agency, Connection,
        "The CRM, or the person at its consent page, did not approve the app.",
        "The CRM refused the sign-in", "Sign in as a user who may approve apps for the agency, and approve this one.";
    /// Signed in, but as another agency.
    WrongAccount = "wrongAccount": AfterSignIn, Agency, Connection,
        "The person signed in with an account of another agency than the connection's.",
        "Signed in to a different agency", "Sign out of the CRM in the browser, then sign in with this agency's account.";
    /// The sign-in ran out.
    AuthExpired = "authExpired": AfterSignIn, Agency, Connection,
        "A token or sign-in came to the end that the CRM gives it.",
        "The sign-in has expired", "Sign in again; nothing that was synced is lost.";
    /// The sign-in was taken back.
    AuthRevoked = "authRevoked": AfterSignIn, Agency, Connection,
        "The agency, or the CRM, took back what it had granted.",
        "Access was withdrawn in the CRM", "Ask the agency's admin to approve the app in the CRM again, then sign in.";
    /// The credentials or a signature are wrong.
    AuthInvalid = "authInvalid": AfterSignIn, Agency, Connection,
        "A key, secret, token or signature is missing, mistyped or replaced by another.",
        "The CRM did not accept the credentials", "Check the key or secret in the CRM's settings and enter it again.";
    /// Signed in, but not allowed to do this.
    ScopeMissing = "scopeMissing": No, Agency, Connection,
        "The sign-in is good, and does not cover what was asked for.",
        "A permission is missing in the CRM", "Ask the agency's admin to give this app the missing permission in the CRM.";
    /// The CRM does not know the agency.
    TenantUnknown = "tenantUnknown": No, Agency, Connection,
        "The agency's identifier is wrong, or the agency has not installed or has deactivated the app.",
        "The agency is not known", "Check the agency's identifier, and that the agency has installed this app.";
    /// Asked too often.
    RateLimited = "rateLimited": Backoff, Crm, Connection,
        "More requests came than the CRM takes at a time, from here or from another program.",
        "The CRM asked us to slow down", "Nothing to mend: the next sync, by hand or on its schedule, goes on where this one stopped.";
    /// The allowance for the day or month is used up.
    QuotaExhausted = "quotaExhausted": Backoff, Crm, Connection,
        "The requests that the CRM allows in a day or month have been made.",
        "The CRM's allowance is used up", "Wait until the allowance renews, or ask the CRM's vendor for a larger one.";
    /// The CRM fails on its side.
    ProviderDown = "providerDown": Backoff, Crm, Connection,
        "The CRM has an outage or is being maintained.",
        "The CRM is not working", "Nothing to mend here: the next sync, by hand or on its schedule, tries again. If it lasts, ask the CRM's support.";
    /// The CRM understood and refused.
    ProviderRejected = "providerRejected": No, Support, Record,
        "The CRM's rules do not allow the request as it was made.",
        "The CRM refused the request", "Read the reason that the CRM gives, and hand the diagnostic bundle to support.";
    /// The CRM has no such thing.
    Unsupported = "unsupported": No, Crm, Connection,
        "The CRM's interface has no such function.",
        "The CRM cannot do this", "Nothing to mend: this CRM does not offer it.";
    /// The host's name does not resolve.
    NetworkDns = "network.dns": Backoff, Agency, Connection,
        "The address is mistyped, or this computer's name service does not work.",
        "The CRM's address was not found", "Check the internet connection and the address in the settings.";
    /// Nothing answers there.
    NetworkConnect = "network.connect": Backoff, Agency, Connection,
        "The CRM's host is off, or a firewall stands between.",
        "The CRM could not be reached", "Check the internet connection, the firewall and the address in the settings.";
    /// The host could not prove who it is.
    NetworkTls = "network.tls": No, Agency, Connection,
        "The certificate is expired, another host's or of an unknown issuer, or something inspects the traffic.",
        "The secure connection could not be trusted", "Check the computer's date and any security software that inspects traffic; never bypass this.";
    /// No answer in time.
    NetworkTimeout = "network.timeout": Backoff, Crm, Connection,
        "The CRM is overloaded, or the network loses what is sent.",
        "The CRM took too long to answer", "Nothing to mend here: the next sync, by hand or on its schedule, tries again. If it lasts, ask the CRM's support.";
    /// The answer broke off.
    NetworkInterrupted = "network.interrupted": Backoff, Agency, Page,
        "The connection was reset, or the answer ended in the middle.",
        "The connection broke off", "Nothing to mend: the next sync, by hand or on its schedule, tries again. If it lasts, check the internet connection.";
    /// A proxy stands in the way.
    NetworkProxy = "network.proxy": No, Agency, Connection,
        "A proxy refuses, wants a sign-in or is wrongly set, or a guest network shows its own page.",
        "A proxy or sign-in page stands in the way", "Sign in to the network or correct the proxy settings of this computer.";
    /// The answer is not what the CRM's interface promises.
    Protocol = "protocol": Backoff, Support, Page,
        "The answer is no JSON, is cut, far too large, a web page, or leads elsewhere.",
        "The CRM answered in an unexpected form", "Sync again. If it lasts, hand the diagnostic bundle to support.";
    /// The CRM's data has another shape than before.
    SchemaChanged = "schemaChanged": No, Nurturehub, Connection,
        "Members of the CRM's answer have another name or type than its interface promises.",
        "The CRM's data has changed its shape", "Hand the diagnostic bundle to support: the adapter needs an update.";
    /// The listing ended before its end.
    IncompleteListing = "incompleteListing": Backoff, Crm, Connection,
        "The CRM listed fewer records than it says it has, or far fewer than before.",
        "The CRM's list was cut short", "Nothing was removed. Run the sync again; if it lasts, ask the CRM's support.";
    /// A record cannot become a contact.
    Mapping = "mapping": No, Agency, Record,
        "A record lacks its id, or is no record at all.",
        "A record could not be read", "Correct the record in the CRM; it comes with the next sync.";
    /// This computer's clock is wrong.
    ClockSkew = "clockSkew": No, Agency, Connection,
        "This computer's clock is off by more than a quarter of an hour.",
        "This computer's clock is wrong", "Set the computer's date and time to automatic, then try again.";
    /// A setting is missing or makes no sense.
    Configuration = "configuration": No, Agency, Connection,
        "A setting is missing, mistyped, or does not go with another.",
        "A setting is not right", "Correct the setting named in the message.";
    /// The keychain is locked.
    VaultLocked = "vaultLocked": No, Agency, Connection,
        "The keychain waits for its password, or the vault for its passphrase.",
        "The keychain is locked", "Unlock the keychain (or give the vault's passphrase), then try again.";
    /// There is no keychain.
    VaultUnavailable = "vaultUnavailable": No, Agency, Connection,
        "No keychain service runs on this computer, or what it holds is damaged.",
        "No keychain is available", "Start the system's keychain service, or set NURTUREHUB_VAULT=file and NURTUREHUB_VAULT_PASSPHRASE.";
    /// The keychain said no.
    VaultRefused = "vaultRefused": No, Agency, Connection,
        "The keychain or the file system does not let this program in.",
        "The keychain refused access", "Allow NurtureHub Connect to use the keychain when the system asks.";
    /// The disk is full.
    StorageFull = "storageFull": No, Agency, Connection,
        "No room is left on the disk that holds the data folder.",
        "The disk is full", "Free some space on the disk that holds the data folder, then sync again.";
    /// The database cannot be read.
    StorageCorrupt = "storageCorrupt": No, Support, Connection,
        "The database or its folder is damaged, from a newer version, or its key is lost.",
        "The local database cannot be read", "Keep a copy of the data folder for support, then start with a fresh one; credentials are kept.";
    /// Something else holds the database.
    StorageBusy = "storageBusy": Backoff, Support, Connection,
        "Another program holds the database, or its key is being changed.",
        "The local database is busy", "Close other programs that use the data folder, then try again.";
    /// NurtureHub refused.
    PlatformRejected = "platformRejected": No, Support, Record,
        "A contact breaks a rule of NurtureHub's.",
        "NurtureHub refused the data", "Correct the record as the reason says, or the platform address and token, then push again.";
    /// NurtureHub does not answer.
    PlatformDown = "platformDown": Backoff, Nurturehub, Connection,
        "NurtureHub has an outage, or cannot be reached from here.",
        "NurtureHub is not answering", "Nothing to mend here: push again in a while. What waits to be sent is kept, and nothing is sent twice.";
    /// The connection is at work already.
    AlreadyRunning = "alreadyRunning": Backoff, Support, Connection,
        "Another run works for the connection, in this program or another one.",
        "A run for this connection is under way", "Wait until it has ended, or cancel it, then try again.";
    /// A person stopped it.
    Cancelled = "cancelled": No, Agency, Connection,
        "A person pressed cancel, or the program was told to stop.",
        "Cancelled", "Start it again when you like; it goes on where it stopped.";
    /// Our own mistake.
    Internal = "internal": No, Nurturehub, Connection,
        "This program made a mistake.",
        "Something went wrong in NurtureHub Connect", "Hand the diagnostic bundle to support.";
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_text_agree_and_every_kind_has_words() {
        for &kind in ErrorKind::ALL {
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{}\"", kind.as_str()));
            assert_eq!(serde_json::from_str::<ErrorKind>(&json).unwrap(), kind);
            assert!(
                kind.facts().remedy.ends_with('.'),
                "{kind}: a remedy is a sentence"
            );
            assert!(
                kind.facts().cause.ends_with('.'),
                "{kind}: a cause is a sentence"
            );
            assert!(
                !kind.facts().title.ends_with('.'),
                "{kind}: a title is none"
            );
        }
        assert_eq!(ErrorKind::ALL.len(), 37);
    }
}
