//! Living through a recorded exchange again, without network and without credentials.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use futures_util::StreamExt;
use nurturehub_adapter_kit::http::{Exchange, Playback, PlaybackCredential, RecordedStep};
use nurturehub_adapter_kit::{
    AdapterContext, CredentialSource, HttpClient, HttpConfig, Settings, StaticCredential,
    TraceEntry,
};
use nurturehub_adapters::registry::{self, Registration};
use nurturehub_port::{
    AdapterError, Clock, ConnectionId, CrmAdapter, ErrorKind, ProviderId, ProviderSpec, Secret,
    SignInMethod, TenantId,
};
use serde::Serialize;
use specta::Type;

use super::recorded::{FailurePoint, Operation, RecordedExchange, RunRecording, point, status_of};
use super::view;
use crate::session::sign_in_method;
use crate::sync::{Judged, Tally, Verdict};
use crate::write_back::{WRITING, first_refusal};
use crate::{EngineError, ErrorReport};

/// What a replay came to.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BundleReplay {
    /// It ended in the same kind of error as the recording, at the same step.
    pub same: bool,
    /// The kind of error that was recorded.
    pub recorded_kind: Option<ErrorKind>,
    /// The kind that the replay ended in; none where it succeeded.
    pub replayed_kind: Option<ErrorKind>,
    /// Where the run failed.
    pub recorded_at: Option<FailurePoint>,
    /// Where the replay failed.
    pub replayed_at: Option<FailurePoint>,
    /// The replay's error.
    pub error: Option<ErrorReport>,
    /// Requests that the adapter made and that nothing in the recording answers: it asks otherwise
    /// than it did then.
    pub unanswered: u64,
    /// The requests of the replay.
    pub requests: Vec<TraceEntry>,
    /// What ended it is as it was recorded and was not lived through again, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_recorded: Option<String>,
}

/// Replays what a bundle recorded against the adapter that is here. No connection is opened.
///
/// # Errors
/// As [`open_bundle`](super::open_bundle); `unsupported` where the bundle has no recorded exchange or
/// is about a CRM that is not known here.
pub async fn replay_bundle(path: &Path) -> Result<BundleReplay, EngineError> {
    replay_bundle_with(registry::all(), path).await
}

/// The same, against other adapters than the product's.
///
/// # Errors
/// As [`replay_bundle`].
pub async fn replay_bundle_with(
    registry: &'static [Registration],
    path: &Path,
) -> Result<BundleReplay, EngineError> {
    let opened = view::open(path).await?;
    let why_not = opened.view.manifest.not_replayable;
    let recording = opened.recording.ok_or_else(|| {
        EngineError::with_remedy(
            ErrorKind::Unsupported,
            "The bundle has no recorded exchange, so there is nothing to replay.",
            why_not.unwrap_or_else(|| {
                "Only a sync, verification or write-back that failed on the way to the CRM is \
                 recorded. What is known of the run stands in the bundle."
                    .to_owned()
            }),
        )
    })?;
    replay(registry, &recording).await
}

/// The step of a listing.
const LISTING: &str = "listing";

/// How a replay ended, and with what it was done.
struct Ended {
    step: String,
    error: Option<AdapterError>,
    /// What was found of a listing that came to its end.
    verdict: Option<Verdict>,
}

impl Ended {
    fn with(step: &str, error: Option<AdapterError>) -> Self {
        Self {
            step: step.to_owned(),
            error,
            verdict: None,
        }
    }
}

async fn replay(
    registry: &'static [Registration],
    recording: &RunRecording,
) -> Result<BundleReplay, EngineError> {
    let registration = registry
        .iter()
        .find(|entry| (entry.spec)().id.as_str() == recording.provider)
        .ok_or_else(|| {
            EngineError::with_remedy(
                ErrorKind::Unsupported,
                "The bundle is about a CRM that this version does not know.",
                "Replay it with the version that made it.",
            )
        })?;
    let spec = registration.spec_with(&recording.settings);
    let exchanges = |recorded: &[RecordedExchange]| -> Vec<Exchange> {
        recorded.iter().map(RecordedExchange::as_it_was).collect()
    };
    let playback = Arc::new(Playback::new(
        exchanges(&recording.exchanges),
        exchanges(&recording.aside),
        recorded_steps(recording),
        recording.started_at,
    ));
    let mut heard = Vec::new();
    let mut requests = Vec::new();
    let ended = match prepared(registration, &spec, recording, &playback) {
        Err(error) => Ended::with("preparing", Some(error)),
        // Settings are as they were, so what stood in the way was not in them.
        Ok(_) if recording.before => {
            let error = AdapterError::new(recording.error.kind, recording.error.message.clone());
            Ended::with("preparing", Some(error))
        }
        Ok((adapter, http)) => {
            let ended = match recording.operation {
                Operation::Sync => listing(adapter.as_ref(), recording).await,
                Operation::Verify => verification(adapter.as_ref()).await,
                Operation::WriteBack => writing(adapter.as_ref(), recording).await,
            };
            heard = http.recording().take().exchanges;
            requests = http.trace().drain();
            ended
        }
    };
    let kind = ended.error.as_ref().map(|error| error.kind);
    let failed_at = ended.error.as_ref().map(|error| match ended.verdict {
        Some(_) => FailurePoint::closing(),
        None => point(&ended.step, &heard, status_of(error)),
    });
    let recorded_verdict = recording.judged.as_ref().and_then(Judged::verdict);
    Ok(BundleReplay {
        same: kind == Some(recording.error.kind)
            && failed_at.as_ref() == Some(&recording.failed_at)
            && ended.verdict == recorded_verdict,
        recorded_kind: Some(recording.error.kind),
        replayed_kind: kind,
        recorded_at: Some(recording.failed_at.clone()),
        replayed_at: failed_at,
        error: ended.error.map(|error| EngineError::from(error).report()),
        unanswered: playback.strange(),
        requests,
        only_recorded: only_recorded(recording, signs_in(&spec, recording)).map(ToOwned::to_owned),
    })
}

/// Whether its credentials come from a sign-in service.
fn signs_in(spec: &ProviderSpec, recording: &RunRecording) -> bool {
    let settings = Settings::parse(spec, recording.settings.clone()).ok();
    let method = settings.and_then(|settings| sign_in_method(spec, &settings).ok().cloned());
    method.is_some_and(|method| !matches!(method, SignInMethod::StaticSecret { .. }))
}

/// Why the end of a replay is as it was recorded, whatever the adapter does now. `signs_in` says whether
/// the connection has a sign-in service, and no key that stays.
fn only_recorded(recording: &RunRecording, signs_in: bool) -> Option<&'static str> {
    if recording.before {
        return Some(
            "No request was made, as something stood in the way before. That is as it was recorded.",
        );
    }
    let last = recording.exchanges.last();
    let of_sign_in = last.is_some_and(RecordedExchange::is_of_sign_in);
    if signs_in && recording.judged.is_none() && of_sign_in {
        return Some(
            "What is said to a CRM's sign-in service carries secrets and is not recorded. What it \
             answered is as it was recorded.",
        );
    }
    let asks_machine = |step: &&crate::VerifyStepReport| step.error.is_some();
    recording.steps.iter().find(asks_machine).map(|_| {
        "This step asks the computer and its network, which are others here. What it found is as \
         it was recorded."
    })
}

/// The steps that ask the machine and its network are not taken again: that would tell of this desk.
fn recorded_steps(recording: &RunRecording) -> BTreeMap<nurturehub_port::StepName, RecordedStep> {
    let recorded = |step: &crate::VerifyStepReport| RecordedStep {
        status: step.status,
        detail: step.detail.clone(),
        error: step
            .error
            .as_ref()
            .map(|error| AdapterError::new(error.kind, error.message.clone())),
    };
    recording
        .steps
        .iter()
        .map(|step| (step.step, recorded(step)))
        .collect()
}

/// The adapter as it was, over the recording.
fn prepared(
    registration: &Registration,
    spec: &ProviderSpec,
    recording: &RunRecording,
    playback: &Arc<Playback>,
) -> Result<(Box<dyn CrmAdapter>, HttpClient), AdapterError> {
    let settings = Settings::parse(spec, recording.settings.clone())?;
    let mut config = HttpConfig::from_settings(&settings, spec)?;
    // Those that the run itself had sent before its recording begins count, too.
    let before = match recording.judged {
        Some(_) => 0,
        None => recording.left_out,
    };
    config.used_today = recording.used_today.saturating_add(before);
    let http = HttpClient::replaying(config, playback)?;
    let clock: Arc<dyn Clock> = playback.clone();
    let secrets: BTreeMap<String, Secret<String>> = recording
        .outlines
        .iter()
        .map(|(key, outline)| (key.clone(), Secret::new(outline.clone())))
        .collect();
    // A key that does not change cannot be renewed, then or now.
    let credential: Arc<dyn CredentialSource> = match sign_in_method(spec, &settings) {
        Ok(SignInMethod::StaticSecret { secret, .. }) => {
            let value = secrets.get(*secret).cloned();
            let value = value.unwrap_or_else(|| Secret::new(String::new()));
            Arc::new(StaticCredential::new(value))
        }
        _ => Arc::new(PlaybackCredential(playback.clone())),
    };
    let invalid = |_| AdapterError::new(ErrorKind::Internal, "A name of our own is none.");
    let context = AdapterContext {
        connection: ConnectionId::parse("replay").map_err(invalid)?,
        provider: ProviderId::parse(recording.provider.clone()).map_err(invalid)?,
        tenant: TenantId::parse("replay").map_err(invalid)?,
        settings,
        credential,
        secrets,
        http: http.clone(),
        clock,
    };
    Ok(((registration.build)(context), http))
}

async fn listing(adapter: &dyn CrmAdapter, recording: &RunRecording) -> Ended {
    let judged = recording.judged.as_ref();
    let wanted = judged.and_then(Judged::pages);
    let mut pages = adapter.sync_contacts(recording.start.as_it_was());
    let (mut listed, mut source_total, mut count) = (Tally::default(), None, 0);
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) => return Ended::with(LISTING, Some(error)),
        };
        listed.add(&Tally::of(&page));
        source_total = page.source_total.or(source_total);
        count += 1;
        if page.complete || wanted == Some(count) {
            let found = judged.and_then(|judged| judged.replayed(&listed, source_total).found());
            let (verdict, error) = found.unzip();
            return Ended {
                verdict,
                ..Ended::with(LISTING, error)
            };
        }
    }
    let error = AdapterError::new(
        ErrorKind::IncompleteListing,
        "The CRM's list ended before its last page.",
    );
    Ended::with(LISTING, Some(error))
}

async fn writing(adapter: &dyn CrmAdapter, recording: &RunRecording) -> Ended {
    let answer = adapter.push_activity(&recording.activities).await;
    let error = match answer {
        Err(error) => Some(error),
        Ok(outcomes) => first_refusal(&outcomes).cloned(),
    };
    Ended::with(WRITING, error)
}

async fn verification(adapter: &dyn CrmAdapter) -> Ended {
    let mut steps = adapter.verify_connection();
    let mut failed = None;
    while let Some(step) = steps.next().await {
        if let (None, Some(error)) = (&failed, step.error) {
            failed = Some((step.step, error));
        }
    }
    match failed {
        Some((step, error)) => Ended::with(&step_word(step), Some(error)),
        None => Ended::with("readContact", None),
    }
}

/// A step's name in JSON.
pub(crate) fn step_word(step: nurturehub_port::StepName) -> String {
    match serde_json::to_value(step) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
