//! Posting alerts to the webhook: what came of it last, and when it may be tried again.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use nurturehub_engine::Engine;

/// How long a webhook is left alone that did not take something. The command line tries at each call;
/// the app would otherwise knock every half minute.
const REST: SignedDuration = SignedDuration::from_mins(5);

/// What came of posting. Nothing of it is kept: what was not posted is known to the engine.
#[derive(Debug, Default)]
pub(crate) struct Mailbox(Mutex<Option<Trouble>>);

/// The webhook did not take something.
#[derive(Debug, Clone)]
struct Trouble {
    address: String,
    until: Timestamp,
    said: String,
}

impl Mailbox {
    /// Whether it may be posted to this address now.
    pub(crate) fn may_post(&self, address: &str, now: Timestamp) -> bool {
        let trouble = self.trouble();
        let rests = trouble.as_ref();
        !rests.is_some_and(|trouble| trouble.address == address && now < trouble.until)
    }

    /// Posts what is to be posted; whether what there is to say of the webhook has changed.
    pub(crate) async fn post(&self, engine: &Engine, address: &str) -> bool {
        let failed = match engine.post_alerts(address).await {
            // What that comes to, is seen by whoever posts.
            Ok(posted) if posted.busy => return false,
            Ok(posted) => posted.failed.into_iter().next().map(|one| one.error),
            Err(error) => Some(error.report()),
        };
        let until = engine.now().checked_add(REST).unwrap_or(Timestamp::MAX);
        let now = failed.map(|error| Trouble {
            address: address.to_owned(),
            until,
            said: format!("{} {}", error.message, error.remedy),
        });
        let mut kept = self.trouble();
        let said = |trouble: &Option<Trouble>| trouble.as_ref().map(|one| one.said.clone());
        let has_changed = said(&kept) != said(&now);
        *kept = now;
        has_changed
    }

    /// Why this webhook did not take what it was given last.
    pub(crate) fn said_of(&self, address: &str) -> Option<String> {
        let trouble = self.trouble();
        let trouble = trouble.as_ref().filter(|one| one.address == address);
        trouble.map(|one| one.said.clone())
    }

    fn trouble(&self) -> MutexGuard<'_, Option<Trouble>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use nurturehub_sandbox::AccessChange;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::test_computer::{Computer, sync};

    /// Where nobody listens.
    const NOBODY: &str = "http://127.0.0.1:9/hook";

    /// Takes one request and is well; what came.
    async fn take_one(listener: &TcpListener) -> String {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut came, mut chunk) = (Vec::new(), [0; 4096]);
        loop {
            let read = stream.read(&mut chunk).await.unwrap();
            came.extend_from_slice(&chunk[..read]);
            // An alert is a JSON document, and is here once its last brace is.
            if read == 0 || came.ends_with(b"}") {
                break;
            }
        }
        let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
        stream.write_all(answer).await.unwrap();
        String::from_utf8(came).unwrap()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_webhook_that_is_down_is_said_rests_and_gets_it_once_it_is_up() {
        let computer = Computer::new().await;
        let engine = computer.start().await;
        let connection = computer.connect(&engine).await;
        computer
            .sandbox
            .change_access(&computer.provider(), &AccessChange::Revoke);
        assert!(!sync(&engine, &connection).await);
        let mailbox = Mailbox::default();
        assert!(mailbox.may_post(NOBODY, engine.now()));
        assert!(mailbox.post(&engine, NOBODY).await, "there is news of it");
        let said = mailbox.said_of(NOBODY).unwrap();
        assert!(
            said.starts_with("The webhook could not be reached."),
            "{said}"
        );
        assert!(!mailbox.post(&engine, NOBODY).await, "the same as before");
        let now = engine.now();
        assert!(!mailbox.may_post(NOBODY, now), "it rests");
        assert!(mailbox.may_post(NOBODY, now + REST), "for a while");

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/hook", listener.local_addr().unwrap());
        assert!(mailbox.may_post(&address, now), "another has done nothing");
        assert_eq!(mailbox.said_of(&address), None);
        let (has_changed, came) =
            tokio::join!(mailbox.post(&engine, &address), take_one(&listener));
        assert!(has_changed && mailbox.said_of(&address).is_none());
        assert!(came.starts_with("POST /hook HTTP/1.1"), "{came}");
        assert!(came.contains("High Street: "), "{came}");
    }
}
