//! What came of one CRM's way through the whole job, and whether it is what it should be.

use nurturehub_engine::{
    ErrorReport, PreviewPage, PushReport, SyncReport, VerifyReport, WebhookReport, WriteBackReport,
};
use nurturehub_port::WriteBackStatus;
use serde::Serialize;

use super::truth::Expected;
use crate::output::text;

/// What came of it. Steps that were not reached are not there.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) provider: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unconfirmed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) connection: Option<String>,
    /// Every step was done and every count is the sandbox's own.
    pub(super) ok: bool,
    pub(super) expected: Expected,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verify: Option<VerifyReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sync: Option<SyncReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) preview: Option<Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) push: Option<PushReport>,
    /// Activities that waited on the platform, written back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) write_back: Option<WrittenBack>,
    /// A record was changed in the CRM, which said so by a webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) webhook: Option<Told>,
    /// After what the webhook brought is pushed, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) preview_after: Option<Summary>,
    pub(super) duration_ms: u64,
    /// Counts that are not what they should be, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) findings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<ErrorReport>,
}

/// A preview without its changes.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    summary: Counts,
}

/// What became of the activities.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WrittenBack {
    written: u64,
    unsupported: u64,
    rejected: u64,
    /// Entries in the CRM's own journal; none where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) in_the_crm: Option<u64>,
}

impl WrittenBack {
    /// Counts the results.
    pub(super) fn of(report: &WriteBackReport) -> Self {
        let mut counts = Self::default();
        for result in &report.results {
            match result.status {
                WriteBackStatus::Written | WriteBackStatus::Duplicate => counts.written += 1,
                WriteBackStatus::Unsupported => counts.unsupported += 1,
                WriteBackStatus::Rejected => counts.rejected += 1,
            }
        }
        counts
    }
}

/// What came of a webhook.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Told {
    /// It was taken in.
    By(WebhookReport),
    /// The CRM sends none.
    #[serde(rename_all = "camelCase")]
    Unsupported { unsupported: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Counts {
    create: u64,
    update: u64,
    archive: u64,
    unchanged: u64,
    blocked: u64,
}

impl From<PreviewPage> for Summary {
    fn from(page: PreviewPage) -> Self {
        let summary = page.summary;
        Self {
            summary: Counts {
                create: summary.create,
                update: summary.update,
                archive: summary.archive,
                unchanged: summary.unchanged,
                blocked: summary.blocked,
            },
        }
    }
}

impl Row {
    /// Every count that is not what it should be.
    pub(super) fn compare(&self) -> Vec<String> {
        let mut findings = Vec::new();
        let mut expect = |what: &str, found: u64, expected: u64| {
            if found != expected {
                findings.push(format!("{what}: {found} instead of {expected}"));
            }
        };
        let expected = &self.expected;
        if let Some(verify) = &self.verify {
            expect("steps verified without success", u64::from(!verify.ok), 0);
        }
        if let Some(sync) = &self.sync {
            expect("records listed", sync.proof.listed, expected.listed);
            expect("contacts created", sync.created, expected.mappable);
            expect("records rejected", sync.rejected, expected.unmappable);
            expect("results in doubt", u64::from(sync.in_doubt.is_some()), 0);
            expect("sums that do not add up", u64::from(!sync.proof.adds_up), 0);
        }
        if let Some(preview) = &self.preview {
            expect(
                "contacts previewed",
                preview.summary.create,
                expected.mappable,
            );
        }
        if let Some(push) = &self.push {
            expect("contacts refused", push.rejected, expected.refused);
            expect(
                "contacts pushed",
                push.accepted,
                expected.mappable.saturating_sub(expected.refused),
            );
        }
        if let Some(back) = &self.write_back {
            expect("activities written", back.written, expected.written);
            expect(
                "activities without a place",
                back.unsupported,
                expected.unplaced,
            );
            expect("activities refused", back.rejected, 0);
            if let Some(entries) = back.in_the_crm {
                expect("entries in the CRM", entries, expected.written);
            }
        }
        if let Some(told) = &self.webhook {
            let brought = match told {
                Told::By(report) => report.contacts,
                Told::Unsupported { .. } => 0,
            };
            expect("contacts that a webhook brought", brought, expected.told);
        }
        if let Some(after) = &self.preview_after {
            let left = after.summary.create + after.summary.update + after.summary.archive;
            expect("contacts left to push", left, 0);
            expect("contacts blocked", after.summary.blocked, expected.refused);
        }
        findings
    }

    /// Whether the platform refused contacts.
    pub(super) fn has_refusals(&self) -> bool {
        self.push.as_ref().is_some_and(|push| push.rejected > 0)
    }

    /// The row of the table.
    pub(super) fn cells(&self) -> Vec<String> {
        let dash = || "–".to_owned();
        let number = |found: Option<u64>| found.map_or_else(dash, |number| number.to_string());
        let yes = |is: bool| if is { "yes" } else { "NO" }.to_owned();
        let sync = self.sync.as_ref();
        let push = self.push.as_ref();
        let left = self
            .preview_after
            .as_ref()
            .map(|after| after.summary.create + after.summary.update + after.summary.archive);
        vec![
            self.provider.clone(),
            self.verify
                .as_ref()
                .map_or_else(dash, |verify| yes(verify.ok)),
            number(sync.map(|sync| sync.proof.listed)),
            number(sync.map(|sync| sync.created)),
            number(sync.map(|sync| sync.rejected)),
            format!("{} + {}", self.expected.mappable, self.expected.unmappable),
            number(self.preview.as_ref().map(|preview| preview.summary.create)),
            number(push.map(|push| push.accepted)),
            number(push.map(|push| push.rejected)),
            self.write_back.as_ref().map_or_else(dash, |back| {
                if back.unsupported > 0 && back.written == 0 {
                    dash()
                } else {
                    back.written.to_string()
                }
            }),
            self.webhook.as_ref().map_or_else(dash, |told| match told {
                Told::By(report) => report.contacts.to_string(),
                Told::Unsupported { .. } => dash(),
            }),
            number(left),
            text::duration(self.duration_ms),
            yes(self.ok),
        ]
    }

    /// What is to be said below the table.
    pub(super) fn remarks(&self) -> Vec<String> {
        let findings = self
            .findings
            .iter()
            .map(|finding| format!("{}: {finding}", self.provider));
        let error = self.error.iter().map(|error| {
            format!(
                "{}: {}\n  what to do: {}",
                self.provider,
                text::shown(&error.message, 300),
                text::shown(&error.remedy, 300)
            )
        });
        let unconfirmed = self
            .unconfirmed
            .iter()
            .map(|what| format!("{}: unconfirmed. {}", self.provider, text::shown(what, 300)));
        findings.chain(error).chain(unconfirmed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_is_off_is_found_and_said() {
        let counts = Counts {
            create: 9,
            update: 0,
            archive: 0,
            unchanged: 0,
            blocked: 0,
        };
        let row = Row {
            expected: Expected {
                listed: 10,
                mappable: 10,
                unmappable: 0,
                refused: 1,
                ..Expected::default()
            },
            preview: Some(Summary { summary: counts }),
            ..Row::default()
        };
        assert_eq!(row.compare(), ["contacts previewed: 9 instead of 10"]);
    }
}
