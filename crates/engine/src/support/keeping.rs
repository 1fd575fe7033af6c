//! Writing down what was said in a run that failed or ended in part.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nurturehub_adapter_kit::http::Taken;
use nurturehub_port::{Activity, ErrorKind, ProviderSpec, StepName, SyncStart};
use nurturehub_pseudonym::Pseudonyms;
use nurturehub_store::connections::ConnectionRecord;
use nurturehub_store::recordings::{LARGEST, RecordingRow};

use super::masking;
use super::recorded::{
    FORMAT, FailurePoint, Operation, RecordedExchange, RunRecording, Start, point,
};
use crate::credentials::Secrets;
use crate::session::Session;
use crate::sync::{Judged, Seen, Shown};
use crate::{Engine, EngineError, ErrorReport, VerifyStepReport};

/// How hard a recording is packed: it is written rarely, and read more rarely.
const EFFORT: i32 = 6;

/// The steps of a verification that ask the machine and its network, and not the CRM.
const OWN_STEPS: [StepName; 4] = [
    StepName::Credentials,
    StepName::Dns,
    StepName::Connect,
    StepName::Tls,
];

/// What was said in a run, with what is needed to live through it again.
pub(crate) struct Heard {
    pub(super) operation: Operation,
    pub(super) spec: ProviderSpec,
    pub(super) settings: BTreeMap<String, String>,
    pub(super) started_at: Timestamp,
    pub(super) used_today: u64,
    pub(super) start: SyncStart,
    pub(super) steps: Vec<VerifyStepReport>,
    pub(super) activities: Vec<Activity>,
    pub(super) before: bool,
    pub(super) judged: Option<Judged>,
    pub(super) taken: Taken,
    pub(super) secrets: Secrets,
}

impl Heard {
    /// What a listing heard that went from here.
    pub(crate) fn listing(session: &Session, start: SyncStart, started_at: Timestamp) -> Self {
        let mut heard = Self::of(Operation::Sync, session, started_at);
        heard.start = match &heard.taken.from {
            Some(position) => SyncStart::Resume {
                at: position.clone(),
            },
            None => start,
        };
        heard
    }

    /// What a listing heard that came to its end and was then judged by this. None where nothing of
    /// what was heard shows what was found.
    pub(crate) fn closing(
        session: &Session,
        start: SyncStart,
        started_at: Timestamp,
        mut judged: Judged,
        seen: &Seen,
    ) -> Option<Self> {
        let mut heard = Self::listing(session, start.clone(), started_at);
        match judged.shown_by(seen, heard.taken.from.as_ref())? {
            Shown::Latest => {}
            Shown::Kept => {
                let page = heard.taken.kept.take()?;
                heard.start = match page.from {
                    Some(at) => SyncStart::Resume { at },
                    None => start,
                };
                heard.taken.exchanges = page.exchanges;
            }
        }
        heard.judged = Some(judged);
        (!heard.taken.exchanges.is_empty()).then_some(heard)
    }

    /// What a verification heard.
    pub(crate) fn verification(
        session: &Session,
        steps: &[VerifyStepReport],
        started_at: Timestamp,
    ) -> Self {
        let mut heard = Self::of(Operation::Verify, session, started_at);
        let own = steps.iter().filter(|step| OWN_STEPS.contains(&step.step));
        heard.steps = own.cloned().collect();
        heard
    }

    /// What was heard while these were written back together.
    pub(crate) fn writing(
        session: &Session,
        activities: &[Activity],
        started_at: Timestamp,
    ) -> Self {
        let mut heard = Self::of(Operation::WriteBack, session, started_at);
        heard.activities = activities.to_vec();
        heard
    }

    fn of(operation: Operation, session: &Session, started_at: Timestamp) -> Self {
        Self {
            operation,
            spec: session.spec.clone(),
            settings: session.record.settings.clone(),
            started_at,
            used_today: session.http.config().used_today,
            start: SyncStart::Full,
            steps: Vec::new(),
            activities: Vec::new(),
            before: false,
            judged: None,
            taken: session.http.recording().take(),
            secrets: session.secrets.clone(),
        }
    }
}

impl Engine {
    /// What there is to say of a run for which not even an adapter could be made.
    pub(crate) fn heard_nothing(
        &self,
        sync: bool,
        record: &ConnectionRecord,
        started_at: Timestamp,
    ) -> Option<Heard> {
        let registration = self.registration_of(&record.provider).ok()?;
        Some(Heard {
            operation: if sync {
                Operation::Sync
            } else {
                Operation::Verify
            },
            spec: registration.spec_with(&record.settings),
            settings: record.settings.clone(),
            started_at,
            used_today: 0,
            start: SyncStart::Full,
            steps: Vec::new(),
            activities: Vec::new(),
            before: true,
            judged: None,
            taken: Taken::default(),
            secrets: Secrets::new(),
        })
    }

    /// The recording of a run that ended with this error at this step, ready to be kept. None where
    /// the failure has nothing to do with what was said, or where it cannot be written: a run's end
    /// does not fail for want of its recording.
    pub(crate) async fn recording(
        &self,
        heard: Option<Heard>,
        step: &str,
        report: &ErrorReport,
    ) -> Option<RecordingRow> {
        let heard = heard.filter(|_| is_of_the_exchange(report.kind))?;
        let key = self.options.random.array().ok()?;
        let (step, report) = (step.to_owned(), report.clone());
        // It takes a moment for a few megabytes, in which others may go on.
        let written = tokio::task::spawn_blocking(move || write(heard, &step, &report, key));
        match written.await {
            Ok(Ok(content)) => Some(RecordingRow { key, content }),
            Ok(Err(error)) => {
                tracing::warn!(%error, "A failed run's exchange could not be recorded.");
                None
            }
            Err(_) => None,
        }
    }
}

/// Storage's own failures, and a person's cancel, are not in what the CRM said.
pub(super) const fn is_of_the_exchange(kind: ErrorKind) -> bool {
    !matches!(
        kind,
        ErrorKind::StorageBusy
            | ErrorKind::StorageCorrupt
            | ErrorKind::StorageFull
            | ErrorKind::Cancelled
            | ErrorKind::AlreadyRunning
    )
}

pub(super) fn write(
    heard: Heard,
    step: &str,
    report: &ErrorReport,
    key: [u8; 32],
) -> Result<Vec<u8>, EngineError> {
    let mut pseudonyms = Pseudonyms::new(key);
    for secret in heard.secrets.values().chain(&heard.taken.tokens) {
        pseudonyms.never(secret.expose());
    }
    for exchange in heard.taken.exchanges.iter().chain(&heard.taken.aside) {
        if let Some((_, body)) = exchange.came.answered() {
            pseudonyms.learn(body);
        }
    }
    let status = report.detail["evidence"]["status"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok());
    let failed_at = match (&heard.judged, heard.before) {
        (Some(_), _) => FailurePoint::closing(),
        (None, true) => point("preparing", &heard.taken.exchanges, status),
        (None, false) => point(step, &heard.taken.exchanges, status),
    };
    let masked = |exchanges: &[_]| -> Vec<RecordedExchange> {
        exchanges
            .iter()
            .map(|exchange| RecordedExchange::masked(exchange, &pseudonyms))
            .collect()
    };
    let mut recording = RunRecording {
        format: FORMAT,
        operation: heard.operation,
        provider: heard.spec.id.as_str().to_owned(),
        started_at: heard.started_at,
        used_today: heard.used_today,
        settings: masking::settings(&heard.spec, &heard.settings, &pseudonyms),
        start: Start::masked(&heard.start, &pseudonyms),
        activities: heard
            .activities
            .iter()
            .map(|activity| masking::activity(activity, &pseudonyms))
            .collect(),
        steps: heard
            .steps
            .into_iter()
            .map(|step| masking::step(step, &pseudonyms))
            .collect(),
        before: heard.before,
        failed_at,
        judged: heard.judged,
        exchanges: masked(&heard.taken.exchanges),
        aside: masked(&heard.taken.aside),
        left_out: heard.taken.left_out,
        outlines: heard
            .secrets
            .iter()
            .map(|(key, secret)| (key.clone(), Pseudonyms::outline(secret.expose())))
            .collect(),
        error: masking::error(report, &pseudonyms),
    };
    loop {
        let packed = pack(&recording)?;
        if packed.len() <= LARGEST || recording.exchanges.is_empty() {
            return Ok(packed);
        }
        if recording.judged.is_some() {
            return Err(EngineError::new(
                ErrorKind::Internal,
                "Of a listing that was judged, no page can be left out of the recording.",
            ));
        }
        let gone = recording.exchanges.len().div_ceil(4);
        recording.exchanges.drain(..gone);
        recording.left_out += u64::try_from(gone).unwrap_or(u64::MAX);
    }
}

fn pack(recording: &RunRecording) -> Result<Vec<u8>, EngineError> {
    let failed = |why: String| EngineError::new(ErrorKind::Internal, why);
    let written = serde_json::to_vec(recording).map_err(|error| failed(error.to_string()))?;
    zstd::encode_all(written.as_slice(), EFFORT).map_err(|error| failed(error.to_string()))
}

/// A recording as it was kept.
pub(super) fn unpack(row: &RecordingRow) -> Option<RunRecording> {
    let written = zstd::decode_all(row.content.as_slice()).ok()?;
    serde_json::from_slice(&written).ok()
}
