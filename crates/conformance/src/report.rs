//! What came of the checks, to be read as a specification.

use std::fmt;

use serde::Serialize;

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "verdict")]
pub enum Verdict {
    /// The adapter keeps the promise.
    Passed,
    /// It does not.
    Failed {
        /// What was seen instead.
        why: String,
    },
    /// The promise is not the adapter's to keep.
    DoesNotApply {
        /// Why not; mostly what the provider's specification says.
        why: String,
    },
}

/// One check, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The check's id.
    pub id: &'static str,
    /// The chapter that it belongs to.
    pub chapter: &'static str,
    /// The promise, as a sentence.
    pub title: &'static str,
    /// What came of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What came of all checks. Its `Display` is the specification, with a mark before each sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The provider's id.
    pub provider: String,
    /// Its name.
    pub name: String,
    /// Every check, in the order of the specification.
    pub checks: Vec<Finding>,
}

impl Report {
    /// The checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Finding> {
        self.checks
            .iter()
            .filter(|check| matches!(check.verdict, Verdict::Failed { .. }))
    }

    /// Whether no check failed, and at least one was made.
    #[must_use]
    pub fn is_green(&self) -> bool {
        self.failed().next().is_none() && self.passed() > 0
    }

    /// How many checks passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.checks
            .iter()
            .filter(|check| check.verdict == Verdict::Passed)
            .count()
    }

    /// The verdict of one check, where it was made.
    #[must_use]
    pub fn verdict(&self, id: &str) -> Option<&Verdict> {
        let found = self.checks.iter().find(|check| check.id == id);
        found.map(|check| &check.verdict)
    }

    /// Ends a test with the whole report, unless it is green.
    ///
    /// # Panics
    /// Where a check failed, or none was made.
    pub fn assert_green(&self) {
        assert!(self.is_green(), "the adapter does not conform\n{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = self.failed().count();
        let passed = self.passed();
        writeln!(
            formatter,
            "{} ({}): {passed} passed, {failed} failed, {} do not apply",
            self.name,
            self.provider,
            self.checks.len().saturating_sub(passed + failed)
        )?;
        let mut chapter = "";
        for check in &self.checks {
            if check.chapter != chapter {
                chapter = check.chapter;
                writeln!(formatter, "\n{chapter}")?;
            }
            let (mark, why) = match &check.verdict {
                Verdict::Passed => ("  + ", None),
                Verdict::Failed { why } => ("  X ", Some(why)),
                Verdict::DoesNotApply { why } => ("  - ", Some(why)),
            };
            writeln!(formatter, "{mark}{} [{}]", check.title, check.id)?;
            if let Some(why) = why {
                writeln!(formatter, "      {}", why.replace('\n', "\n      "))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(verdicts: Vec<Verdict>) -> Report {
        let finding = |verdict| Finding {
            id: "one",
            chapter: "Listing",
            title: "Everything is listed.",
            verdict,
        };
        Report {
            provider: "acme".into(),
            name: "Acme".into(),
            checks: verdicts.into_iter().map(finding).collect(),
        }
    }

    #[test]
    fn nothing_checked_is_not_green_and_what_does_not_apply_is_listed() {
        let not = Verdict::DoesNotApply {
            why: "It cannot.".into(),
        };
        assert!(!report(vec![]).is_green(), "no check was made");
        assert!(!report(vec![not.clone()]).is_green(), "none applied");
        let green = report(vec![Verdict::Passed, not]);
        assert!(green.is_green());
        let text = green.to_string();
        assert!(
            text.contains("- Everything is listed. [one]\n      It cannot."),
            "never skipped in silence: {text}"
        );
        let json = serde_json::to_value(&green).unwrap();
        assert_eq!(
            (&json["checks"][0]["verdict"], &json["checks"][1]["why"]),
            (&"passed".into(), &"It cannot.".into())
        );
        let red = report(vec![Verdict::Passed, Verdict::Failed { why: "x".into() }]);
        assert!(!red.is_green() && red.to_string().contains("1 failed"));
    }
}
