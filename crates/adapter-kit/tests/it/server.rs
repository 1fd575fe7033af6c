//! A server that says what a test tells it to say, byte for byte.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_adapter_kit::{HttpClient, HttpConfig};
use nurturehub_port::{
    AbsencePolicy, Capabilities, Clock, Field, Lifecycle, Limits, ProviderId, ProviderSpec,
    SchedulePolicy, SignIn, SignInMethod, TokenRules,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Sends these bytes and then nothing, with the connection open.
    Hang(Vec<u8>),
    /// Closes without a word.
    Close,
}

/// A whole answer.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut bytes = format!("HTTP/1.1 {status} x\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if !headers.iter().any(|(name, _)| *name == "content-length") {
        bytes.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    Reply::Bytes(bytes)
}

/// A good answer with JSON.
pub(crate) fn json(body: &str) -> Reply {
    answer(
        200,
        &[("content-type", "application/json")],
        body.as_bytes(),
    )
}

/// A server that gives its replies in order, the last one for ever.
pub(crate) struct Server {
    pub(crate) url: Url,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/api", listener.local_addr().unwrap())).unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, seen.clone(), replies.clone()));
            }
        });
        Self {
            url,
            requests,
            task,
        }
    }

    /// The requests so far: head and body as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// A client for it that waits for nothing and retries up to three attempts.
    pub(crate) fn client(&self, clock: &Arc<ManualClock>) -> HttpClient {
        self.client_with(clock, |_| {})
    }

    pub(crate) fn client_with(
        &self,
        clock: &Arc<ManualClock>,
        change: impl FnOnce(&mut HttpConfig),
    ) -> HttpClient {
        let mut config = HttpConfig::new(self.url.clone(), generous());
        config.max_attempts = 3;
        config.read_timeout = Duration::from_secs(20);
        change(&mut config);
        let clock: Arc<dyn Clock> = clock.clone();
        HttpClient::new(config, clock, 1, &[]).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<String>>>, replies: Vec<Reply>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).to_string();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.parse::<usize>().unwrap());
            if body.len() >= length {
                break;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
    let index = {
        let mut seen = seen.lock().unwrap();
        seen.push(String::from_utf8_lossy(&bytes).to_string());
        seen.len() - 1
    };
    match replies.get(index).or(replies.last()) {
        Some(Reply::Bytes(answer)) => {
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
        Some(Reply::Hang(start)) => {
            let _ = stream.write_all(start).await;
            std::future::pending::<()>().await;
        }
        Some(Reply::Close) | None => {}
    }
}

/// A clock that stands at noon.
pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new("2026-03-01T12:00:00Z".parse().unwrap()))
}

/// No limits but ten requests at once.
pub(crate) fn generous() -> Limits {
    Limits {
        windows: vec![],
        concurrent: 10,
        per_day: None,
        wait_after_429_seconds: 10,
    }
}

/// A provider with these fields, at this address.
pub(crate) fn provider(fields: Vec<Field>) -> ProviderSpec {
    ProviderSpec {
        id: ProviderId::parse("some").unwrap(),
        name: "SomeCRM",
        documentation: "https://crm.example/docs",
        base_url: "https://crm.example/api",
        reference_setting: None,
        sign_in: SignIn {
            chosen_by: None,
            methods: vec![(
                "key",
                SignInMethod::StaticSecret {
                    secret: "apiKey",
                    label: "API key",
                },
            )],
        },
        fields,
        capabilities: Capabilities::default(),
        unsupported: vec![],
        limits: generous(),
        token_rules: TokenRules::default(),
        absence: AbsencePolicy {
            listings: 1,
            lifecycle: Lifecycle::Deleted,
            reason: "gone",
            withdraws_consent: false,
        },
        write_back_found_again: true,
        schedule: SchedulePolicy {
            every_minutes: None,
            stale_after_minutes: 60,
            notice: None,
        },
        unconfirmed: None,
    }
}

/// Settings as a person gives them.
pub(crate) fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}
