//! Bends every part of every exchange once, to see that the check would notice.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::{Checker, Exchange, Failure, Message, Sender};

/// How many bends the check notices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bends {
    /// How many were made.
    pub made: usize,
    /// The places of those that went unnoticed, as the description says too little of what was
    /// bent: operation, and place as a violation names it.
    pub missed: Vec<String>,
}

impl Bends {
    /// How many were noticed.
    #[must_use]
    pub fn caught(&self) -> usize {
        self.made.saturating_sub(self.missed.len())
    }
}

/// A place to bend, and the exchanges that come of it.
type Places = BTreeMap<String, (usize, Vec<Exchange>)>;

/// Bends these exchanges where they are described at all. Each member of a body, wherever it stands
/// in a list, gets a value of another type once, and each object a member more; each parameter of a
/// query that an adapter sent gets another name.
///
/// # Errors
/// [`Failure::Document`] where a description cannot be used.
pub fn bend(checker: &mut Checker, exchanges: &[Exchange]) -> Result<Bends, Failure> {
    let mut places = Places::new();
    for (number, exchange) in exchanges.iter().enumerate() {
        let Some(name) = checker.name(exchange)? else {
            continue;
        };
        let status = exchange.status.as_u16();
        if checker.describes(&name, status) {
            let head = format!("{name}: answer {status}");
            bodies(&mut places, number, &head, exchange, |exchange| {
                &mut exchange.answer
            });
        }
        if exchange.sender == Sender::Adapter {
            let head = format!("{name}: body");
            bodies(&mut places, number, &head, exchange, |exchange| {
                &mut exchange.request
            });
            parameters(&mut places, number, &name, exchange);
        }
    }
    let mut bends = Bends::default();
    for (place, (number, bent)) in places {
        let before = match exchanges.get(number) {
            Some(exchange) => checker.check(exchange)?,
            None => continue,
        };
        for exchange in bent {
            bends.made += 1;
            let after = checker.check(&exchange)?;
            if after.iter().all(|violation| before.contains(violation)) {
                bends.missed.push(place.clone());
            }
        }
    }
    Ok(bends)
}

/// The bends of one body.
fn bodies(
    places: &mut Places,
    number: usize,
    head: &str,
    exchange: &Exchange,
    message: impl Fn(&mut Exchange) -> &mut Message,
) {
    let mut copy = exchange.clone();
    let Some(body) = message(&mut copy).json() else {
        return;
    };
    let mut found = Vec::new();
    walk(&body, String::new(), String::new(), &mut found);
    for (general, pointer) in found {
        places
            .entry(format!("{head} {general}"))
            .or_insert_with(|| {
                let with = |body: Value| {
                    let mut bent = exchange.clone();
                    message(&mut bent).body = Bytes::from(body.to_string());
                    bent
                };
                (
                    number,
                    bent(&body, &pointer).into_iter().map(with).collect(),
                )
            });
    }
}

/// The bends of one query.
fn parameters(places: &mut Places, number: usize, name: &str, exchange: &Exchange) {
    for (at, (parameter, _)) in exchange.query.iter().enumerate() {
        let place = format!("{name}: query {parameter}");
        places.entry(place).or_insert_with(|| {
            let mut bent = exchange.clone();
            if let Some((parameter, _)) = bent.query.get_mut(at) {
                parameter.push_str("Bent");
            }
            (number, vec![bent])
        });
    }
}

/// Every place in a value: with `*` for list elements, and as a pointer.
fn walk(value: &Value, general: String, pointer: String, into: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let escaped = name.replace('~', "~0").replace('/', "~1");
                walk(
                    member,
                    format!("{general}/{escaped}"),
                    format!("{pointer}/{escaped}"),
                    into,
                );
            }
        }
        Value::Array(elements) => {
            for (number, element) in elements.iter().enumerate() {
                let pointer = format!("{pointer}/{number}");
                walk(element, format!("{general}/*"), pointer, into);
            }
        }
        _ => {}
    }
    into.push((general, pointer));
}

/// A body, bent in one place in each way that there is.
fn bent(body: &Value, pointer: &str) -> Vec<Value> {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut copy = body.clone();
        copy.pointer_mut(pointer).map(change)?;
        Some(copy)
    };
    let another = with(&|value| {
        *value = match value {
            Value::Object(_) => json!(["bent"]),
            _ => json!({ "bent": true }),
        }
    });
    let more = with(&|value| {
        if let Value::Object(members) = value {
            members.insert("bent".to_owned(), json!(1));
        }
    });
    let more = more.filter(|copy| copy != body);
    another.into_iter().chain(more).collect()
}
