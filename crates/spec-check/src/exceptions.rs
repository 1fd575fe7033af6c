//! Where a description and the API that it describes are known to differ.

use crate::{Document, Failure, Finding, Violation};

/// A place where a description is wrong, and what should stand there. Unlike an [`Exception`], it
/// still holds the API to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amendment {
    /// The description's name.
    pub document: &'static str,
    /// The place, as a JSON pointer.
    pub pointer: &'static str,
    /// What should stand there, as JSON.
    pub json: &'static str,
    /// Why, with the source.
    pub reason: &'static str,
}

/// Puts the descriptions right.
///
/// # Errors
/// [`Failure::Document`] for an amendment that cannot be made, or that nothing needs any more.
pub fn amend(documents: &mut [Document], amendments: &[Amendment]) -> Result<(), Failure> {
    for amendment in amendments {
        let value = serde_json::from_str(amendment.json)
            .map_err(|error| Failure::document(amendment.document, error.to_string()))?;
        let mut named = documents.iter_mut();
        match named.find(|document| document.title() == amendment.document) {
            Some(document) => document.amend(amendment.pointer, value)?,
            None => {
                return Err(Failure::document(
                    amendment.document,
                    "there is none to amend",
                ));
            }
        }
    }
    Ok(())
}

/// A known difference between an API and its description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exception {
    /// The operation, or `*` for any.
    pub operation: &'static str,
    /// The place; `*` at its end stands for anything that follows, and alone for any place.
    pub place: &'static str,
    /// In which way the description is broken there.
    pub finding: Finding,
    /// Why that is right, with the source.
    pub reason: &'static str,
}

impl Exception {
    fn covers(&self, violation: &Violation) -> bool {
        let place = match self.place.strip_suffix('*') {
            Some(start) => violation.place.starts_with(start),
            None => violation.place == self.place,
        };
        let operation = self.operation == "*" || self.operation == violation.operation;
        operation && place && self.finding == violation.finding
    }
}

/// Violations, told apart by whether an exception covers them.
#[derive(Debug, Default)]
pub struct Settled {
    /// Those that nothing excuses, each once, with how often it came.
    pub violations: Vec<(Violation, usize)>,
    /// The exceptions that were needed, with how often.
    pub used: Vec<(Exception, usize)>,
    /// The exceptions that nothing needed.
    pub unused: Vec<Exception>,
}

/// Holds violations against the known exceptions.
#[must_use]
pub fn settle(violations: Vec<Violation>, exceptions: &[Exception]) -> Settled {
    let mut settled = Settled::default();
    let mut counts = vec![0_usize; exceptions.len()];
    for violation in violations {
        let covered = exceptions
            .iter()
            .zip(&mut counts)
            .find(|(exception, _)| exception.covers(&violation));
        if let Some((_, count)) = covered {
            *count += 1;
            continue;
        }
        // The same difference has another message for each value.
        let known = settled.violations.iter_mut().find(|(known, _)| {
            (&known.operation, &known.place, known.finding)
                == (&violation.operation, &violation.place, violation.finding)
        });
        match known {
            Some((_, count)) => *count += 1,
            None => settled.violations.push((violation, 1)),
        }
    }
    for (exception, count) in exceptions.iter().zip(counts) {
        match count {
            0 => settled.unused.push(*exception),
            _ => settled.used.push((*exception, count)),
        }
    }
    settled
}
