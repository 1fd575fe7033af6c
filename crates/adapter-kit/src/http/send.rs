//! Sends a request: one attempt after the other until there is an answer or no point in going on.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::SignedDuration;
use nurturehub_port::{AdapterError, ErrorKind, Evidence, Retry, Secret};
use reqwest::Url;

use super::client::{Inner, Way};
use super::pauses::PauseReason;
use super::recording::{self, Came};
use super::request::CredentialHeader;
use super::{HttpResponse, Playback, Request, TraceEntry, body, classify};

/// How one attempt ended.
enum Outcome {
    /// There is an answer, whatever its status.
    Answer(HttpResponse),
    /// There is none. `reached` tells whether the CRM may have acted on the request.
    Failure { error: AdapterError, reached: bool },
}

pub(super) async fn send(mut request: Request<'_>) -> Result<HttpResponse, AdapterError> {
    if let Some(flaw) = request.flaw.take() {
        return Err(flaw);
    }
    let url = Url::parse(&request.url()).map_err(|_| {
        AdapterError::new(
            ErrorKind::Internal,
            "A request's address could not be put together.",
        )
    })?;
    let inner = request.client.inner();
    let mut token = match &request.credential {
        Some(credential) => match waited_for(inner, credential.source.current()).await {
            Ok(token) => Some(token),
            Err(error) => {
                note_no_credential(&request, 1, &error, false);
                return Err(error);
            }
        },
        None => None,
    };
    if let Some(token) = &token {
        inner.recording.sends(token);
    }
    let mut renewed = false;
    let mut attempt = 1;
    loop {
        let outcome = attempt_once(&request, &url, token.as_ref(), attempt).await?;
        let last = attempt >= inner.config.max_attempts;
        let (wait, reason, kind) = match outcome {
            Outcome::Failure { error, reached } => {
                let error = error.evidence(Evidence {
                    attempt: Some(attempt),
                    ..Evidence::default()
                });
                let again = may_pass(error.kind) && (request.repeatable || !reached);
                if last || !again {
                    return Err(error);
                }
                (inner.backoff(attempt), PauseReason::Backoff, error.kind)
            }
            Outcome::Answer(response) if response.status.is_success() => return Ok(response),
            Outcome::Answer(response) if response.status == StatusCode::UNAUTHORIZED => {
                match (&request.credential, &token) {
                    (Some(credential), Some(rejected)) if !renewed => {
                        let another = renew(credential, rejected, &request, &response).await?;
                        inner.recording.sends(&another);
                        token = Some(another);
                        renewed = true;
                        attempt += 1;
                        continue;
                    }
                    _ => return Err(read_error(&request, &response, token.as_ref())),
                }
            }
            Outcome::Answer(response) => match classify::settled_status(&response) {
                None => return Err(read_error(&request, &response, token.as_ref())),
                Some(error) => match wait_before_next(inner, &request, &response, attempt, last) {
                    Some(wait) if wait <= inner.config.max_pause => {
                        (wait, reason_of(&response), error.kind)
                    }
                    Some(wait) => return Err(later(inner, error, wait)),
                    None => return Err(after_all(inner, error, &response)),
                },
            },
        };
        let (method, template, wait_ms) = (&request.method, &request.template, millis(wait));
        tracing::info!(%kind, attempt, wait_ms, %method, template, "A request is tried again.");
        inner.pauses.wait(&*inner.clock, wait, reason).await;
        inner.add_throttled(wait);
        attempt += 1;
    }
}

/// How long to wait before the next attempt after an error status; none where there is to be none.
///
/// After a 429 every request of the client waits, so the pause is set in the throttle as well.
fn wait_before_next(
    inner: &Inner,
    request: &Request<'_>,
    response: &HttpResponse,
    attempt: u32,
    last: bool,
) -> Option<Duration> {
    let asked = response.retry_after();
    let wait = match response.status.as_u16() {
        429 => {
            let wait = asked.unwrap_or_else(|| inner.backoff_after_429(attempt));
            inner.throttle.pause(wait);
            wait
        }
        // A 503 says that the request was not taken on, so it is safe to send anything again.
        503 => asked.unwrap_or_else(|| inner.backoff(attempt)),
        408 | 500 | 502 | 504..=599 if request.repeatable => {
            asked.unwrap_or_else(|| inner.backoff(attempt))
        }
        _ => return None,
    };
    (!last && !matches!(response.status.as_u16(), 505 | 511)).then_some(wait)
}

/// Whether it was the CRM that asked for the wait after this answer.
fn reason_of(response: &HttpResponse) -> PauseReason {
    if response.status == StatusCode::TOO_MANY_REQUESTS || response.retry_after().is_some() {
        PauseReason::Asked
    } else {
        PauseReason::Backoff
    }
}

/// Another token after a 401. Where there is nothing to renew, the CRM's own answer says more.
async fn renew(
    credential: &CredentialHeader<'_>,
    rejected: &Secret<String>,
    request: &Request<'_>,
    response: &HttpResponse,
) -> Result<Secret<String>, AdapterError> {
    let inner = request.client.inner();
    let renewed = waited_for(inner, credential.source.renewed(rejected)).await;
    renewed.map_err(|error| {
        note_no_credential(request, response.attempt, &error, true);
        if error.kind == ErrorKind::AuthInvalid {
            read_error(request, response, Some(rejected))
        } else {
            with_evidence(error, response)
        }
    })
}

/// A token, for which the CRM may have to be asked: the time counts as waiting.
async fn waited_for<T>(inner: &Inner, token: impl Future<Output = T>) -> T {
    let began = inner.clock.elapsed();
    let token = token.await;
    inner.add_waiting(inner.clock.elapsed().saturating_sub(began));
    token
}

fn note_no_credential(request: &Request<'_>, attempt: u32, error: &AdapterError, renewing: bool) {
    let inner = request.client.inner();
    let came = Came::NoCredential {
        failure: error.into(),
        renewing,
    };
    inner
        .recording
        .note(request, attempt, inner.clock.now(), came);
}

/// The adapter's reading of an error answer, with evidence. Some services repeat in it the key or
/// token that they were sent.
fn read_error(
    request: &Request<'_>,
    response: &HttpResponse,
    token: Option<&Secret<String>>,
) -> AdapterError {
    let mut error = with_evidence((request.errors)(response), response);
    if let Some(token) = token.map(Secret::expose).filter(|token| token.len() >= 4) {
        error.message = error.message.replace(token.as_str(), "…");
    }
    error
}

fn with_evidence(mut error: AdapterError, response: &HttpResponse) -> AdapterError {
    if error.evidence == Evidence::default() {
        error.evidence = response.evidence();
    }
    error
}

/// A 429 that asks for so long a wait means that an allowance is used up, and not that requests
/// came too fast.
const ALLOWANCE: Duration = Duration::from_secs(60 * 60);

/// The error where the CRM asks for a longer wait than a run should take.
fn later(inner: &Inner, error: AdapterError, wait: Duration) -> AdapterError {
    let error = if error.kind == ErrorKind::RateLimited && wait >= ALLOWANCE {
        AdapterError::new(
            ErrorKind::QuotaExhausted,
            "The CRM takes no more requests for now: its allowance is used up (429).",
        )
        .evidence(error.evidence)
    } else {
        error
    };
    let at = SignedDuration::try_from(wait)
        .ok()
        .and_then(|wait| inner.clock.now().checked_add(wait).ok());
    match at {
        Some(at) => error.retry(Retry::At(at)),
        None => error,
    }
}

/// The error after the last attempt, which keeps what the CRM said about the time.
fn after_all(inner: &Inner, error: AdapterError, response: &HttpResponse) -> AdapterError {
    match response.retry_after() {
        Some(wait) if error.retry == Retry::Backoff => later(inner, error, wait),
        _ => error,
    }
}

/// Failures below HTTP that may be gone the next time.
const fn may_pass(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NetworkDns
            | ErrorKind::NetworkConnect
            | ErrorKind::NetworkTimeout
            | ErrorKind::NetworkInterrupted
    )
}

async fn attempt_once(
    request: &Request<'_>,
    url: &Url,
    token: Option<&Secret<String>>,
    attempt: u32,
) -> Result<Outcome, AdapterError> {
    let inner = request.client.inner();
    let headers = with_token(request, token)?;
    let admission = inner.throttle.admit(&inner.pauses).await?;
    inner.add_throttled(admission.waited);
    let mut entry = TraceEntry {
        method: request.method.as_str().to_owned(),
        path_template: request.template.clone(),
        host: inner.host.clone(),
        status: None,
        started_at: admission.at,
        duration_ms: 0,
        attempt,
        bytes: 0,
        request_id: None,
        error_kind: None,
        limit_headers: Vec::new(),
        throttled_ms: millis(admission.waited),
    };
    let began = inner.clock.elapsed();
    inner.count_request();
    let outcome = match &inner.way {
        Way::Network(http) => {
            let mut message = http
                .request(request.method.clone(), url.clone())
                .headers(headers);
            if let Some(body) = &request.body {
                message = message.body(body.clone());
            }
            asked(inner, message, token, attempt, &mut entry).await
        }
        Way::Recorded(playback) => replayed(inner, playback, request, attempt, &mut entry),
    };
    let came = match &outcome {
        Outcome::Answer(response) => recording::answer(response),
        Outcome::Failure { error, reached } => Came::Failure {
            failure: error.into(),
            reached: *reached,
        },
    };
    inner
        .recording
        .note(request, attempt, inner.clock.now(), came);
    let took = inner.clock.elapsed().saturating_sub(began);
    match &outcome {
        Outcome::Answer(_) => admission.answered(),
        Outcome::Failure { .. } => drop(admission),
    }
    inner.add_waiting(took);
    entry.duration_ms = millis(took);
    entry.error_kind = match &outcome {
        Outcome::Failure { error, .. } => Some(error.kind),
        Outcome::Answer(response) if response.status.is_success() => None,
        Outcome::Answer(response) => Some(
            classify::settled_status(response)
                .map_or_else(|| (request.errors)(response).kind, |error| error.kind),
        ),
    };
    inner.trace.push(entry);
    Ok(outcome)
}

/// Asks the CRM.
async fn asked(
    inner: &Inner,
    message: reqwest::RequestBuilder,
    token: Option<&Secret<String>>,
    attempt: u32,
    entry: &mut TraceEntry,
) -> Outcome {
    match message.send().await {
        Err(error) => Outcome::Failure {
            reached: !error.is_connect() && !error.is_builder(),
            error: classify::transport(&error),
        },
        Ok(mut answer) => {
            entry.status = Some(answer.status().as_u16());
            entry.hear(answer.headers(), token);
            read_body(inner, &mut answer, attempt, entry).await
        }
    }
}

/// Asks the recording.
fn replayed(
    inner: &Inner,
    playback: &Playback,
    request: &Request<'_>,
    attempt: u32,
    entry: &mut TraceEntry,
) -> Outcome {
    let method = request.method.as_str();
    let came = playback.ask(
        method,
        &request.template,
        request.path(),
        request.query_text(),
    );
    match came {
        Came::Failure { failure, reached } => Outcome::Failure {
            error: failure.error(),
            reached,
        },
        Came::NoCredential { failure, .. } => Outcome::Failure {
            error: failure.error(),
            reached: false,
        },
        Came::Answer {
            status,
            headers,
            body,
        } => {
            entry.status = Some(status);
            entry.hear(&headers, None);
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            answered(inner, status, headers, body, attempt, entry)
        }
    }
}

/// Reads the answer. An error status counts even where its body cannot be read.
async fn read_body(
    inner: &Inner,
    answer: &mut reqwest::Response,
    attempt: u32,
    entry: &mut TraceEntry,
) -> Outcome {
    let body = match body::read(answer, inner.config.max_body).await {
        Ok(body) => body,
        Err(failure) if answer.status().is_success() => {
            entry.bytes = u64::try_from(failure.read).unwrap_or(u64::MAX);
            let mut error = failure.error;
            error.evidence = Evidence {
                request_id: entry.request_id.clone(),
                status: entry.status,
                attempt: Some(attempt),
            };
            return Outcome::Failure {
                error,
                reached: true,
            };
        }
        Err(_) => Bytes::new(),
    };
    let headers = std::mem::take(answer.headers_mut());
    answered(inner, answer.status(), headers, body, attempt, entry)
}

/// An answer that has come whole.
fn answered(
    inner: &Inner,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    attempt: u32,
    entry: &mut TraceEntry,
) -> Outcome {
    entry.bytes = u64::try_from(body.len()).unwrap_or(u64::MAX);
    let response = HttpResponse {
        status,
        headers,
        body,
        request_id: entry.request_id.clone(),
        attempt,
        received_at: inner.clock.now(),
        since_429: inner.throttle.since_429(),
    };
    inner.note_date(&response);
    Outcome::Answer(response)
}

/// The headers with the key or token among them.
fn with_token(
    request: &Request<'_>,
    token: Option<&Secret<String>>,
) -> Result<HeaderMap, AdapterError> {
    let mut headers = request.headers.clone();
    if let (Some(credential), Some(token)) = (&request.credential, token) {
        let text = format!("{}{}", credential.prefix, token.expose());
        let mut value = HeaderValue::try_from(text).map_err(|_| {
            AdapterError::new(
                ErrorKind::AuthInvalid,
                "The stored key has characters that cannot be sent.",
            )
            .remedy("Enter the key again, without spaces or line breaks around it.")
        })?;
        value.set_sensitive(true);
        headers.insert(credential.name.clone(), value);
    }
    Ok(headers)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
