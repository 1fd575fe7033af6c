//! A desk at an agency: a data folder with an engine over it, a connection to a simulated CRM, and
//! the platform.

use std::any::Any;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use nurturehub_adapters::registry::{self, Registration};
use nurturehub_engine::{
    ConnectRequest, Engine, EngineError, EngineOptions, Home, Names, Network, Proxy, State,
    SyncOptions, SyncReport, Trust,
};
use nurturehub_port::{ProviderSpec, Secret};
use nurturehub_sandbox::{Consent, Faults, Sandbox, SandboxConfig, Time};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::cases::SMALL_ALLOWANCE;
use crate::certificates::{Authority, Flaw};
use crate::clock::SharedClock;
use crate::door_vault::DoorVault;
use crate::finding::Finding;
use crate::front::{Front, Manner};
use crate::person::{self, Person};
use crate::plan::{Plan, Way};
use crate::verdict::{Checked, wrong};

/// When the cases begin: some days after the sandbox's data end.
const NOW: Timestamp = Timestamp::constant(1_752_148_800, 0);

/// The name under which the CRM is known where it is reached by name.
pub(crate) const HOST: &str = "crm.example";

/// The name of the proxy.
pub(crate) const PROXY: &str = "proxy.example";

/// A desk.
pub(crate) struct Desk {
    pub(crate) spec: ProviderSpec,
    pub(crate) plan: Plan,
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) clock: Arc<SharedClock>,
    pub(crate) vault: Arc<DoorVault>,
    pub(crate) network: Network,
    pub(crate) authority: Option<Authority>,
    pub(crate) front: Option<Front>,
    pub(crate) proxy: Option<Front>,
    pub(crate) home: TempDir,
    /// The connection's id, once it is connected.
    pub(crate) connection: String,
    /// What a case holds on to until its cause is to go.
    pub(crate) held: Vec<Box<dyn Any + Send + Sync>>,
    registry: &'static [Registration],
    engine: Option<Engine>,
    redirect_port: Option<u16>,
}

impl Desk {
    /// A desk at which nothing is connected yet.
    pub(crate) async fn new(spec: ProviderSpec, plan: Plan) -> Checked<Self> {
        let config = SandboxConfig {
            contacts: plan.contacts,
            limits: false,
            time: Time::Fixed(NOW),
            only: Some(spec.id.to_string()),
            ..SandboxConfig::default()
        };
        let sandbox = Sandbox::start(config).await;
        let sandbox = Arc::new(sandbox.map_err(|error| wrong("no sandbox", error))?);
        let home = tempfile::tempdir().map_err(|error| wrong("no folder", error))?;
        let mut desk = Self {
            clock: Arc::new(SharedClock::new(NOW, Arc::clone(&sandbox))),
            vault: Arc::default(),
            network: Network {
                proxy: Proxy::None,
                names: Names::Only(names(&[HOST])),
                trust: Trust::System,
            },
            authority: None,
            front: None,
            proxy: None,
            connection: String::new(),
            held: Vec::new(),
            registry: plan.registry.map_or_else(registry::all, |own| own()),
            engine: None,
            redirect_port: None,
            spec,
            plan,
            sandbox,
            home,
        };
        desk.pave()?;
        desk.open()
            .await
            .map_err(|error| wrong("no engine", error))?;
        let platform = desk.sandbox.describe().platform;
        let set = desk
            .engine()?
            .set_platform(&platform.url, Secret::new(platform.token))
            .await;
        set.map_err(|error| wrong("no platform", error))?;
        Ok(desk)
    }

    /// A desk whose connection is healthy.
    pub(crate) async fn connected(spec: ProviderSpec, plan: Plan) -> Checked<Self> {
        let mut desk = Self::new(spec, plan).await?;
        desk.connect()
            .await
            .map_err(|error| wrong("not connected", error))?;
        let sync = desk.sync().await?;
        sync.map_err(|error| wrong("the first sync failed", error))?;
        match desk.state().await? {
            State::Healthy => Ok(desk),
            state => Err(format!("it begins {state:?}, where all is well")),
        }
    }

    /// Makes the way to the CRM that the plan wants.
    fn pave(&mut self) -> Checked {
        let url = self.sandbox.url();
        let address = url.trim_start_matches("http://").parse::<SocketAddr>();
        let sandbox = address.map_err(|error| wrong("no address", error))?;
        match self.plan.way {
            Way::Straight => {}
            Way::Door => self.front = Some(Front::open(sandbox, Manner::Pass)?),
            Way::Secure | Way::Proxied => {
                nurturehub_adapter_kit::http::install_crypto();
                let authority = Authority::new("The cases' own authority")?;
                let config = authority.server(HOST, Flaw::None)?;
                let front = Front::open(sandbox, Manner::Secure(config))?;
                self.network.trust = Trust::Only(vec![authority.root()]);
                if self.plan.way == Way::Proxied {
                    let behind = (Ipv4Addr::LOCALHOST, front.port()).into();
                    let proxy = Front::open(behind, Manner::Proxy(200))?;
                    self.network.names = Names::Only(names(&[PROXY]));
                    self.network.proxy = through(proxy.port())?;
                    self.proxy = Some(proxy);
                }
                self.authority = Some(authority);
                self.front = Some(front);
            }
        }
        Ok(())
    }

    /// Opens the engine over the data folder.
    pub(crate) async fn open(&mut self) -> Result<(), EngineError> {
        self.engine = None;
        self.engine = Some(Engine::open(self.options()).await?);
        Ok(())
    }

    /// Closes the engine, and with it the database.
    pub(crate) fn close(&mut self) {
        self.engine = None;
    }

    /// The same, over the network as it is now.
    pub(crate) async fn reopen(&mut self) -> Checked {
        self.open()
            .await
            .map_err(|error| wrong("no engine any more", error))
    }

    pub(crate) fn options(&self) -> EngineOptions {
        EngineOptions {
            clock: Arc::clone(&self.clock) as _,
            network: self.network.clone(),
            registry: self.registry,
            ..EngineOptions::new(self.at_home(), Arc::clone(&self.vault) as _, "failures")
        }
    }

    pub(crate) const fn registry(&self) -> &'static [Registration] {
        self.registry
    }

    pub(crate) fn at_home(&self) -> Home {
        Home::at(self.home.path())
    }

    pub(crate) fn engine(&self) -> Checked<&Engine> {
        self.engine
            .as_ref()
            .ok_or_else(|| "the engine is closed".to_owned())
    }

    pub(crate) fn front(&mut self) -> Checked<&mut Front> {
        self.front.as_mut().ok_or_else(|| "no door".to_owned())
    }

    pub(crate) fn proxy(&mut self) -> Checked<&mut Front> {
        self.proxy.as_mut().ok_or_else(|| "no proxy".to_owned())
    }

    pub(crate) fn authority(&self) -> Checked<&Authority> {
        self.authority
            .as_ref()
            .ok_or_else(|| "no authority".to_owned())
    }

    /// Settings and secrets, as the plan wants them.
    pub(crate) fn access(&self) -> (BTreeMap<String, String>, BTreeMap<String, Secret<String>>) {
        let mut providers = self.sandbox.describe().providers;
        let access = providers.remove(self.spec.id.as_str()).unwrap_or_default();
        let mut settings = access.settings;
        let origin = self.sandbox.url();
        if let Some(base) = settings.get_mut("baseUrl") {
            let port = self.front.as_ref().map_or(0, Front::port);
            let seen = match self.plan.way {
                Way::Straight => origin.clone(),
                Way::Door => format!("http://127.0.0.1:{port}"),
                Way::Secure => format!("https://{HOST}:{port}"),
                Way::Proxied => format!("https://{HOST}"),
            };
            *base = base.replacen(&origin, &seen, 1);
        }
        settings.extend(
            self.plan
                .settings
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
        );
        if let (true, Some((chosen_by, method))) = (self.plan.browser, person::method(&self.spec)) {
            settings.insert(chosen_by.to_owned(), method.to_owned());
            let port = self.redirect_port.unwrap_or_default();
            settings.insert("redirectPort".to_owned(), port.to_string());
        }
        let secrets = access.secrets.into_iter();
        let secrets = secrets.map(|(key, value)| (key, Secret::new(value)));
        (settings, secrets.collect())
    }

    /// Connects, as a person does who does all right.
    pub(crate) async fn connect(&mut self) -> Result<(), EngineError> {
        self.sandbox
            .set_consent(self.spec.id.as_str(), Consent::Approved);
        self.connect_with(&person::goes_where_sent()).await
    }

    /// Connects with this person at the browser.
    pub(crate) async fn connect_with(&mut self, person: &Person) -> Result<(), EngineError> {
        if self.plan.browser && self.redirect_port.is_none() {
            self.redirect_port = person::free_port().await;
        }
        let (settings, mut secrets) = self.access();
        // A secret that only another way to sign in asks for is none of this one's.
        if self.plan.browser {
            secrets.retain(|key, _| key.starts_with("webhook"));
        }
        let request = ConnectRequest {
            provider: self.spec.id.to_string(),
            tenant: self.sandbox.describe().platform.tenant,
            name: None,
            settings,
            secrets,
        };
        let Ok(engine) = self.engine() else {
            return Ok(());
        };
        self.clock.hold(person.comes);
        let made = engine.connect(request, &person.prompt).await;
        self.clock.hold(false);
        self.connection = made?.id.to_string();
        Ok(())
    }

    /// Signs in again with the right credentials, as a person does.
    pub(crate) async fn reauthorize(&mut self) -> Checked {
        self.sandbox
            .set_consent(self.spec.id.as_str(), Consent::Approved);
        let (_, mut secrets) = self.access();
        if self.plan.browser {
            secrets.clear();
        }
        self.reauthorize_with(secrets)
            .await
            .map_err(|error| wrong("not signed in again", error))
    }

    /// Signs in with these secrets.
    pub(crate) async fn reauthorize_with(
        &mut self,
        secrets: BTreeMap<String, Secret<String>>,
    ) -> Result<(), String> {
        let person = person::goes_where_sent();
        let engine = self.engine()?;
        self.clock.hold(person.comes);
        let done = engine
            .reauthorize(&self.connection, BTreeMap::new(), secrets, &person.prompt)
            .await;
        self.clock.hold(false);
        done.map(|_| ()).map_err(|error| error.to_string())
    }

    /// Everything from the CRM.
    pub(crate) async fn sync(&self) -> Checked<Result<SyncReport, EngineError>> {
        let options = SyncOptions {
            full: true,
            ..SyncOptions::default()
        };
        self.sync_with(options).await
    }

    pub(crate) async fn sync_with(
        &self,
        options: SyncOptions,
    ) -> Checked<Result<SyncReport, EngineError>> {
        let cancel = CancellationToken::new();
        let engine = self.engine()?;
        Ok(engine
            .sync(&self.connection, options, &|_| {}, &cancel)
            .await)
    }

    pub(crate) async fn state(&self) -> Checked<State> {
        let health = self.engine()?.health(&self.connection).await;
        Ok(health.map_err(|error| wrong("no health", error))?.state)
    }

    /// What health says is wrong, first things first.
    pub(crate) async fn first_issue(&self) -> Checked<Option<Finding>> {
        let health = self.engine()?.health(&self.connection).await;
        let health = health.map_err(|error| wrong("no health", error))?;
        Ok(health.issues.first().map(Finding::of_issue))
    }

    /// Switches a fault of the sandbox on.
    pub(crate) fn spoil(&self, fault: &str) -> Checked {
        let faults = Faults::parse(fault).map_err(|error| wrong("no such fault", error))?;
        self.sandbox.add_faults(faults);
        Ok(())
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, hours: u64) {
        self.clock.pass(Duration::from_secs(hours * 60 * 60));
    }

    /// Syncs until the day's allowance is used up.
    pub(crate) async fn uses_up_the_day(&self) -> Checked {
        let most = self.spec.limits.per_day.unwrap_or_default();
        for _ in 0..SMALL_ALLOWANCE.min(most) {
            if self.sync().await?.is_err() {
                return Ok(());
            }
        }
        Err("the allowance is never used up".to_owned())
    }
}

/// Names that all lead to this computer.
pub(crate) fn names(known: &[&str]) -> BTreeMap<String, IpAddr> {
    known
        .iter()
        .map(|name| ((*name).to_owned(), Ipv4Addr::LOCALHOST.into()))
        .collect()
}

/// The way through the proxy at this port.
pub(crate) fn through(port: u16) -> Checked<Proxy> {
    let address = format!("http://{PROXY}:{port}");
    let address = address
        .parse()
        .map_err(|error| wrong("no address of a proxy", error))?;
    Ok(Proxy::Through(address))
}
