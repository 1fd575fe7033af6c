//! What a case's desk is like.

use nurturehub_adapters::registry::Registration;

/// How requests get to the CRM.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Way {
    /// Straight to the sandbox.
    #[default]
    Straight,
    /// Through a door that misbehaves below HTTP.
    Door,
    /// By name, through a door that speaks TLS.
    Secure,
    /// By name, through a proxy to a door that speaks TLS.
    Proxied,
}

/// What a case's desk is like.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// Records that the CRM lists.
    pub(crate) contacts: usize,
    /// How requests get to it.
    pub(crate) way: Way,
    /// Settings beside the usual ones.
    pub(crate) settings: &'static [(&'static str, &'static str)],
    /// A person signs in in the browser, rather than by a secret.
    pub(crate) browser: bool,
    /// Other providers than the product's.
    pub(crate) registry: Option<fn() -> &'static [Registration]>,
    /// Nothing is connected at first: the case is about that.
    pub(crate) unconnected: bool,
}

impl Plan {
    /// The usual desk.
    pub(crate) const USUAL: Self = Self {
        contacts: 24,
        way: Way::Straight,
        settings: &[],
        browser: false,
        registry: None,
        unconnected: false,
    };

    pub(crate) const fn by(way: Way) -> Self {
        Self { way, ..Self::USUAL }
    }

    pub(crate) const fn browser() -> Self {
        Self {
            browser: true,
            ..Self::USUAL
        }
    }

    pub(crate) const fn with(settings: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            settings,
            ..Self::USUAL
        }
    }

    pub(crate) const fn unconnected(mut self) -> Self {
        self.unconnected = true;
        self
    }
}
