//! Why a run cannot be lived through again, for whoever holds its bundle.

use nurturehub_port::ErrorKind;
use nurturehub_store::runs::RunRecord;

use super::keeping::is_of_the_exchange;
use crate::keep_alive;
use crate::verify::AFTER;

/// Why there is nothing to replay of this run, of which there is no recording.
pub(super) fn replayable(run: Option<&RunRecord>) -> &'static str {
    let Some(run) = run else {
        return "No run of this connection has failed or ended in part, so nothing was recorded.";
    };
    let of_others = |word: &str| {
        let kind = ErrorKind::ALL.iter().find(|kind| kind.as_str() == word);
        kind.is_none_or(|kind| is_of_the_exchange(*kind))
    };
    match (run.kind.as_str(), run.status.as_str()) {
        ("push", _) => {
            "The run sent contacts to NurtureHub and asked the CRM nothing, so there is no exchange \
             with the CRM to replay. Its requests are in the bundle."
        }
        ("webhook", _) => {
            "The run took in what the CRM had sent by itself. That is not recorded, as it can be \
             delivered again. What became of it is in the bundle."
        }
        (keep_alive::RUN, _) => {
            "The run renewed a sign-in. Such an exchange carries secrets, and is not recorded."
        }
        (_, "running") => "The run has not ended yet. It is recorded if it fails.",
        (_, "interrupted") => {
            "The program was ended in the middle of the run, before anything was recorded."
        }
        (_, "cancelled") => "A person stopped the run, so nothing was recorded.",
        (_, "succeeded") => "The run went well. Only runs that fail or end in part are recorded.",
        _ if !run.report[AFTER].is_null() => {
            "The run looked into another one that had failed. The recording is that other run's."
        }
        _ if !run.error_kind.as_deref().is_none_or(of_others) => {
            "The run failed of this computer's own storage and not of what the CRM said, so there \
             is no exchange to replay."
        }
        _ => {
            "There is no recording of this run: what was wrong cannot be seen in what the CRM said, \
             or the recording has made room for later ones. The last five are kept."
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    fn run(kind: &str, status: &str, error: Option<&str>) -> RunRecord {
        RunRecord {
            row: 1,
            id: "run".into(),
            connection: 1,
            kind: kind.into(),
            status: status.into(),
            started_at: Timestamp::UNIX_EPOCH,
            ended_at: None,
            contacts: 0,
            error_kind: error.map(Into::into),
            report: json!({}),
        }
    }

    #[test]
    fn each_run_without_a_recording_has_its_own_reason() {
        let mut look = run("verify", "failed", Some("network.dns"));
        look.report[AFTER] = "other".into();
        let runs = [
            (run("push", "partial", None), "sent contacts to NurtureHub"),
            (
                run("webhook", "failed", Some("authInvalid")),
                "had sent by itself",
            ),
            (
                run("keepAlive", "failed", Some("authExpired")),
                "renewed a sign-in",
            ),
            (run("sync", "running", None), "has not ended"),
            (run("sync", "interrupted", None), "in the middle"),
            (run("sync", "cancelled", Some("cancelled")), "stopped"),
            (run("sync", "succeeded", None), "went well"),
            (run("sync", "failed", Some("storageFull")), "own storage"),
            (run("sync", "failed", Some("protocol")), "last five"),
            (run("sync", "partial", None), "cannot be seen"),
            (look, "looked into another one"),
        ];
        for (run, words) in runs {
            let why = replayable(Some(&run));
            assert!(why.contains(words), "{} {}: {why}", run.kind, run.status);
        }
        assert!(replayable(None).contains("No run"), "and none has one, too");
    }
}
