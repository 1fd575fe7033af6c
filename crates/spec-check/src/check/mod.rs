//! Holds exchanges against descriptions.

mod answer;
mod request;
mod shape;

use std::collections::BTreeMap;
use std::fmt;

use http::Method;

use crate::openapi::{Operation, Template};
use crate::{Document, Exchange, Failure, Sender};

pub(crate) use shape::faults;

/// Whose work breaks a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The adapter asked for what there is not.
    Adapter,
    /// The simulator answered as the CRM would not.
    Simulator,
}

/// In which way a description is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// No such path.
    UnknownPath,
    /// The path has no such method.
    UnknownMethod,
    /// A parameter that is not described.
    UnknownParameter,
    /// A parameter of another type than described.
    BadParameter,
    /// A parameter or body that must be there is missing.
    Missing,
    /// A request that does not say who it is in any way that is described.
    NotSignedIn,
    /// A media type that is not described.
    MediaType,
    /// A body where none is described.
    UnexpectedBody,
    /// A status that is not described.
    UnknownStatus,
    /// A member that is not described.
    UnknownField,
    /// Null where another type is described.
    Null,
    /// Any other difference between a value and its schema.
    Shape,
    /// A fact about the API at large, such as its address.
    Fact,
}

/// One way in which an exchange breaks a description.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Whose work it is.
    pub side: Side,
    /// `GET /contacts/{id}`, or the path itself where nothing describes it.
    pub operation: String,
    /// Where in the exchange: `query pageSize`, `answer 200 /items/*/id`.
    pub place: String,
    /// In which way.
    pub finding: Finding,
    /// In words.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Adapter => "adapter",
            Side::Simulator => "simulator",
        };
        let Self {
            operation,
            place,
            message,
            ..
        } = self;
        write!(formatter, "{side}: {operation}: {place}: {message}")
    }
}

/// The descriptions of one CRM's API.
#[derive(Debug)]
pub struct Checker {
    documents: Vec<Document>,
    /// Compiled when first needed: a description has hundreds of operations.
    compiled: BTreeMap<String, Operation>,
}

/// The values of a path's placeholders, by name.
type Arguments = Vec<(String, String)>;

/// Which operation a request is.
enum Found {
    /// This one, with the values of its path's placeholders.
    Operation { key: String, arguments: Arguments },
    /// A path that is described, with another method.
    OtherMethod(String),
    /// Nothing.
    Unknown,
}

impl Checker {
    /// A checker by these descriptions.
    #[must_use]
    pub const fn new(documents: Vec<Document>) -> Self {
        Self {
            documents,
            compiled: BTreeMap::new(),
        }
    }

    /// The operation that a request is, as violations name it.
    ///
    /// # Errors
    /// [`Failure::Document`] where its description cannot be used.
    pub fn name(&mut self, exchange: &Exchange) -> Result<Option<String>, Failure> {
        Ok(match self.find(&exchange.method, &exchange.path)? {
            Found::Operation { key, .. } => Some(key),
            Found::OtherMethod(_) | Found::Unknown => None,
        })
    }

    /// The statuses of failure that an operation's description names.
    #[must_use]
    pub fn failures(&self, operation: &str) -> Vec<u16> {
        let known = self.compiled.get(operation);
        known
            .map(|known| known.failures().collect())
            .unwrap_or_default()
    }

    /// Whether the description says what an operation answers with this status.
    #[must_use]
    pub fn describes(&self, operation: &str, status: u16) -> bool {
        let reply = self
            .compiled
            .get(operation)
            .and_then(|known| known.reply(status));
        reply.is_some_and(|reply| reply.content.values().any(Option::is_some))
    }

    /// What an exchange breaks.
    ///
    /// # Errors
    /// [`Failure::Document`] where a description cannot be used.
    pub fn check(&mut self, exchange: &Exchange) -> Result<Vec<Violation>, Failure> {
        let method = exchange.method.as_str();
        let unknown = |operation: String, finding, message: &str| Violation {
            side: Side::Adapter,
            operation,
            place: "request".to_owned(),
            finding,
            message: message.to_owned(),
        };
        let (key, arguments) = match self.find(&exchange.method, &exchange.path)? {
            Found::Operation { key, arguments } => (key, arguments),
            Found::OtherMethod(template) => {
                return Ok(vec![unknown(
                    format!("{method} {template}"),
                    Finding::UnknownMethod,
                    "the path is described without this method",
                )]);
            }
            Found::Unknown => {
                return Ok(vec![unknown(
                    format!("{method} {}", exchange.path),
                    Finding::UnknownPath,
                    "no description has this path",
                )]);
            }
        };
        let Some(operation) = self.compiled.get(&key) else {
            return Ok(Vec::new());
        };
        let mut violations = Vec::new();
        if exchange.sender == Sender::Adapter {
            violations.extend(request::check(operation, exchange, &arguments));
        }
        violations.extend(answer::check(operation, exchange));
        for violation in &mut violations {
            violation.operation.clone_from(&key);
        }
        violations.sort();
        violations.dedup();
        Ok(violations)
    }

    fn find(&mut self, method: &Method, path: &str) -> Result<Found, Failure> {
        let wanted = method.as_str().to_ascii_lowercase();
        let mut best: Option<(&Document, Template, Arguments)> = None;
        let mut other = None;
        for document in &self.documents {
            for (template, has) in document.operations() {
                let Some(arguments) = template.fit(path) else {
                    continue;
                };
                if has != wanted {
                    other = Some(template.as_str().to_owned());
                    continue;
                }
                let better = best
                    .as_ref()
                    .is_none_or(|(_, known, _)| template.literals() > known.literals());
                if better {
                    best = Some((document, template, arguments));
                }
            }
        }
        let Some((document, template, arguments)) = best else {
            return Ok(other.map_or(Found::Unknown, Found::OtherMethod));
        };
        let key = format!("{method} {}", template.as_str());
        if !self.compiled.contains_key(&key) {
            let operation = document.operation(&template, &wanted)?;
            self.compiled.insert(key.clone(), operation);
        }
        Ok(Found::Operation { key, arguments })
    }
}
