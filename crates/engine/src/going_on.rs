//! What the holder of a run's lease says of how the run goes, for whoever looks from outside.
//!
//! It is a small file beside the lock, for it is not worth a transaction and must not wait for one.
//! While a run simply runs there is none. It is believed only while the lease is taken, so a holder
//! that was killed leaves nothing behind that is taken for true; a file that cannot be written or
//! read costs nothing but the words.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use nurturehub_adapter_kit::HttpClient;
use nurturehub_adapter_kit::http::{Pause, PauseReason};
use nurturehub_port::{ConnectionId, RateWindow};
use serde::{Deserialize, Serialize};

use crate::facts::GoingOn;
use crate::{Home, lease};

/// No note is longer; whatever is was not written here.
const LONGEST: u64 = 4096;

/// Who is asked by a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The CRM.
    Crm,
    /// The platform.
    Platform,
}

impl Asked {
    /// It, within a sentence.
    const fn name(self) -> &'static str {
        match self {
            Self::Crm => "the CRM",
            Self::Platform => "NurtureHub",
        }
    }
}

/// The note as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "activity", rename_all = "camelCase")]
enum Written {
    Waiting { until: Timestamp, why: String },
    Cancelling,
}

/// The note of one run. Its owner holds the lease.
#[derive(Debug)]
pub(crate) struct RunNote {
    path: PathBuf,
    next: PathBuf,
    state: Mutex<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    /// Who makes the run wait, and for what.
    pause: Option<(Asked, Pause)>,
    cancelling: bool,
    ended: bool,
}

impl RunNote {
    /// The note of a run that begins. What a holder that was killed left behind goes.
    pub(crate) fn begin(home: &Home, connection: &ConnectionId) -> Arc<Self> {
        let path = path(home, connection);
        let note = Self {
            next: path.with_extension("now.next"),
            path,
            state: Mutex::default(),
        };
        note.write(None);
        Arc::new(note)
    }

    /// Tells of a client's pauses from now on.
    pub(crate) fn watch(self: &Arc<Self>, http: &HttpClient, asked: Asked) {
        let note = Arc::clone(self);
        http.on_pause(move |pause| {
            note.change(|noted| match pause {
                Some(pause) => noted.pause = Some((asked, pause)),
                None => noted.pause = None,
            });
        });
    }

    /// A person's cancel was heard.
    pub(crate) fn cancelling(&self) {
        self.change(|noted| noted.cancelling = true);
    }

    /// The run has ended: there is nothing to say of it any more.
    pub(crate) fn end(&self) {
        self.change(|noted| {
            *noted = Noted {
                ended: true,
                ..Noted::default()
            };
        });
    }

    fn change(&self, change: impl FnOnce(&mut Noted)) {
        let mut noted = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.ended {
            return;
        }
        change(&mut noted);
        let written = match (noted.cancelling, noted.pause) {
            (true, _) => Some(Written::Cancelling),
            (false, Some((asked, pause))) => Some(Written::Waiting {
                until: pause.until,
                why: words(asked, pause.reason),
            }),
            (false, None) => None,
        };
        self.write(written.as_ref());
    }

    /// Writes it whole or not at all. A run goes on without it.
    fn write(&self, written: Option<&Written>) {
        let done = match written {
            Some(written) => serde_json::to_vec(written)
                .map_err(io::Error::from)
                .and_then(|bytes| fs::write(&self.next, bytes))
                .and_then(|()| fs::rename(&self.next, &self.path)),
            None => fs::remove_file(&self.path).or_else(|error| match error.kind() {
                io::ErrorKind::NotFound => Ok(()),
                _ => Err(error),
            }),
        };
        if let Err(error) = done {
            tracing::debug!(%error, "What goes on could not be noted.");
        }
    }
}

/// What goes on with a connection now, in whatever process.
pub(crate) fn now(home: &Home, connection: &ConnectionId) -> GoingOn {
    if !lease::is_taken(home, connection) {
        return GoingOn::Nothing;
    }
    match read(home, connection) {
        None => GoingOn::Running,
        Some(Written::Cancelling) => GoingOn::Cancelling,
        Some(Written::Waiting { until, why }) => GoingOn::Waiting { until, why },
    }
}

fn read(home: &Home, connection: &ConnectionId) -> Option<Written> {
    let mut bytes = Vec::new();
    let file = File::open(path(home, connection)).ok()?;
    file.take(LONGEST).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn path(home: &Home, connection: &ConnectionId) -> PathBuf {
    home.locks().join(format!("{connection}.now"))
}

/// Why a request is held back, in plain English.
fn words(asked: Asked, reason: PauseReason) -> String {
    let who = asked.name();
    match reason {
        PauseReason::Asked => match asked {
            Asked::Crm => "The CRM asked to wait before the next request.".to_owned(),
            Asked::Platform => "NurtureHub asked to wait before the next request.".to_owned(),
        },
        PauseReason::Backoff => {
            format!("A request to {who} failed and is tried again after a pause.")
        }
        PauseReason::Limit(RateWindow { requests, seconds }) => {
            let noun = if requests == 1 { "request" } else { "requests" };
            let span = match seconds {
                1 => "a second".to_owned(),
                60 => "a minute".to_owned(),
                3_600 => "an hour".to_owned(),
                86_400 => "a day".to_owned(),
                seconds => format!("in {seconds} seconds"),
            };
            format!("No more than {requests} {noun} {span} may go to {who}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting() -> Written {
        Written::Waiting {
            until: Timestamp::UNIX_EPOCH,
            why: "The CRM asked to wait.".into(),
        }
    }

    #[test]
    fn a_note_is_believed_only_while_the_lease_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let (home, id) = (Home::at(folder.path()), ConnectionId::parse("one").unwrap());
        assert_eq!(now(&home, &id), GoingOn::Nothing, "nobody ever ran");
        fs::write(path(&home, &id), serde_json::to_vec(&waiting()).unwrap()).unwrap();
        assert_eq!(now(&home, &id), GoingOn::Nothing, "its holder is gone");
        let lease = lease::try_take(&home, &id).unwrap();
        assert_eq!(now(&home, &id), GoingOn::Running, "it was another's");
        lease.note().cancelling();
        assert_eq!(now(&home, &id), GoingOn::Cancelling);
        fs::write(path(&home, &id), "{\"activity\":\"dancing\"}").unwrap();
        assert_eq!(now(&home, &id), GoingOn::Running, "nothing that is known");
        let note = Arc::clone(lease.note());
        drop(lease);
        note.cancelling();
        assert!(!path(&home, &id).exists(), "what has ended says nothing");
        assert_eq!(now(&home, &id), GoingOn::Nothing);
    }

    #[test]
    fn a_folder_that_cannot_be_written_fails_no_run() {
        let folder = tempfile::tempdir().unwrap();
        let (home, id) = (Home::at(folder.path()), ConnectionId::parse("one").unwrap());
        let lease = lease::try_take(&home, &id).unwrap();
        fs::create_dir_all(path(&home, &id).join("in the way")).unwrap();
        lease.note().cancelling();
        assert_eq!(now(&home, &id), GoingOn::Running, "all that is known");
    }

    #[test]
    fn why_it_waits_is_said_in_plain_words() {
        let limit = |requests, seconds| PauseReason::Limit(RateWindow { requests, seconds });
        assert_eq!(
            words(Asked::Crm, limit(1, 60)),
            "No more than 1 request a minute may go to the CRM."
        );
        assert_eq!(
            words(Asked::Platform, limit(20, 10)),
            "No more than 20 requests in 10 seconds may go to NurtureHub."
        );
    }
}
