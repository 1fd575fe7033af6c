//! A person who signs in in a browser, and a sign-in service that answers as it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use nurturehub_engine::{
    ConnectRequest, ConnectionView, Engine, EngineError, EngineOptions, Home, PastedAddresses,
    SignInPrompt,
};
use nurturehub_port::{ConnectionId, Secret};
use nurturehub_sandbox::Sandbox;
use nurturehub_vault::{AccountKey, MemoryVault, Vault};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::time::Time;

/// When the tests begin.
pub(crate) const START: &str = "2026-03-01T12:00:00Z";

/// The provider whose people sign in in the browser, and the agency.
pub(crate) const PROVIDER: &str = "reapit";
pub(crate) const AGENCY: &str = "RES";

/// A data folder, an engine over it, and its vault to look into.
pub(crate) struct Office {
    pub(crate) home: TempDir,
    pub(crate) vault: Arc<MemoryVault>,
    pub(crate) time: Arc<Time>,
    pub(crate) engine: Engine,
}

impl Office {
    pub(crate) async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let vault = Arc::new(MemoryVault::new());
        let time = Time::at(START.parse::<Timestamp>().unwrap());
        let engine = Engine::open(options(&home, &vault, &time)).await.unwrap();
        Self {
            home,
            vault,
            time,
            engine,
        }
    }

    pub(crate) fn options(&self) -> EngineOptions {
        options(&self.home, &self.vault, &self.time)
    }

    /// Closes the database, does something with the folder, and opens it again.
    pub(crate) async fn between<T>(self, work: impl AsyncFnOnce(EngineOptions) -> T) -> (Self, T) {
        let Self {
            home,
            vault,
            time,
            engine,
        } = self;
        drop(engine);
        let outcome = work(options(&home, &vault, &time)).await;
        let engine = Engine::open(options(&home, &vault, &time)).await.unwrap();
        let office = Self {
            home,
            vault,
            time,
            engine,
        };
        (office, outcome)
    }

    /// A sign-in, as `connect` begins it, at these addresses.
    pub(crate) async fn connect(
        &self,
        settings: &[(&str, &str)],
        prompt: &SignInPrompt,
    ) -> Result<ConnectionView, EngineError> {
        let mut all = BTreeMap::from([
            ("signIn".to_owned(), "browser".to_owned()),
            ("customerId".to_owned(), AGENCY.to_owned()),
            ("redirectPort".to_owned(), free_port().await.to_string()),
        ]);
        all.extend(
            settings
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned())),
        );
        let request = ConnectRequest {
            provider: PROVIDER.to_owned(),
            tenant: "demo".to_owned(),
            name: None,
            settings: all,
            secrets: BTreeMap::new(),
        };
        self.engine.connect(request, prompt).await
    }

    /// The tokens of the connection that `connect` makes, as the vault has them.
    pub(crate) async fn tokens(&self) -> Option<Secret<Vec<u8>>> {
        let id = ConnectionId::parse("reapit-demo").unwrap();
        self.vault.read(&AccountKey::tokens(&id)).await.unwrap()
    }
}

pub(crate) fn options(home: &TempDir, vault: &Arc<MemoryVault>, time: &Arc<Time>) -> EngineOptions {
    let vault: Arc<dyn Vault> = Arc::clone(vault) as _;
    let mut options = EngineOptions::new(Home::at(home.path()), vault, "test");
    options.clock = Arc::clone(time) as _;
    options
}

/// The settings by which the sandbox's CRM is signed in to.
pub(crate) fn at_sandbox(sandbox: &Sandbox) -> Vec<(String, String)> {
    let access = sandbox.describe().providers[PROVIDER].clone();
    let mut settings: Vec<_> = access.settings.into_iter().collect();
    settings.retain(|(key, _)| key != "signIn" && key != "customerId");
    settings.push(("requestsPerSecond".into(), "100000".into()));
    settings
}

pub(crate) fn borrowed(settings: &[(String, String)]) -> Vec<(&str, &str)> {
    settings
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect()
}

/// A port that nobody has now.
pub(crate) async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

/// What a person does once the address is shown.
pub(crate) fn prompt(
    act: impl Fn(String) + Send + Sync + 'static,
    cancel: &CancellationToken,
) -> SignInPrompt {
    SignInPrompt {
        show: Box::new(move |address| act(address.to_owned())),
        cancel: cancel.clone(),
        timeout: Duration::from_secs(300),
        pasted: None,
    }
}

/// A browser on a page that approves at once: it goes where it is sent, twice.
pub(crate) fn approving() -> SignInPrompt {
    prompt(
        |address| {
            tokio::spawn(async move {
                let back = sent_to(&address).await;
                visit(&back).await;
            });
        },
        &CancellationToken::new(),
    )
}

/// A browser that comes back to the address in `redirect_uri` with this query; `STATE` stands for
/// the state that it was given.
pub(crate) fn answering(query: &str) -> SignInPrompt {
    let query = query.to_owned();
    prompt(
        move |address| {
            let back = way_back(&address, &query);
            tokio::spawn(async move { visit(&back).await });
        },
        &CancellationToken::new(),
    )
}

/// The same, by somebody who pastes addresses. What was said of wrong ones is collected.
pub(crate) fn pasting(
    addresses: impl Fn(&str) -> Vec<String> + Send + Sync + 'static,
) -> (SignInPrompt, Arc<Mutex<Vec<String>>>) {
    let said = Arc::<Mutex<Vec<String>>>::default();
    let slips = Arc::clone(&said);
    let (send, pasted) = PastedAddresses::new(move |slip| {
        slips.lock().unwrap().push(slip.message.clone());
    });
    let act = move |address: String| {
        let (send, all) = (send.clone(), addresses(&address));
        tokio::spawn(paste(send, all));
    };
    let mut prompt = prompt(act, &CancellationToken::new());
    prompt.pasted = Some(pasted);
    (prompt, said)
}

async fn paste(send: mpsc::Sender<Secret<String>>, addresses: Vec<String>) {
    for address in addresses {
        // Nobody wants one more once the right one was there.
        let _ = send.send(Secret::new(address)).await;
    }
}

/// The address that the sign-in wants people sent back to, with this query.
pub(crate) fn way_back(address: &str, query: &str) -> String {
    let parameter = |name: &str| {
        let query = address.split_once('?').unwrap().1;
        let found = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name);
        found.unwrap().1.to_owned()
    };
    let redirect = parameter("redirect_uri")
        .replace("%3A", ":")
        .replace("%2F", "/");
    format!("{redirect}?{}", query.replace("STATE", &parameter("state")))
}

/// Where a server sends the browser that visits this address.
pub(crate) async fn sent_to(address: &str) -> String {
    let answer = visit(address).await;
    let line = answer
        .lines()
        .find_map(|line| line.strip_prefix("location: "));
    line.unwrap_or_else(|| panic!("it sends nobody anywhere: {answer}"))
        .to_owned()
}

/// Asks for an address and reads the answer.
pub(crate) async fn visit(address: &str) -> String {
    let rest = address.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // The listener may close on us; what came until then is the answer.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

/// A token address that gives this answer to every request, byte for byte, and the settings by
/// which it is used.
pub(crate) async fn service(answer: Vec<u8>) -> Vec<(String, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                read_request(&mut stream).await;
                let _ = stream.write_all(&answer).await;
                if answer.is_empty() {
                    // One that never answers keeps the line open.
                    let _ = stream.read(&mut [0; 1]).await;
                }
            });
        }
    });
    vec![
        ("clientId".to_owned(), "me".to_owned()),
        ("authorizeUrl".to_owned(), format!("{base}/authorize")),
        ("tokenUrl".to_owned(), format!("{base}/token")),
    ]
}

/// Reads a request with its body, so that closing does not cut the answer off.
async fn read_request(stream: &mut TcpStream) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return;
        }
    }
}
