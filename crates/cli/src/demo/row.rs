//! One CRM's way through the whole job.

use std::time::Instant;

use nurturehub_engine::{
    ConnectRequest, Engine, EngineError, ErrorReport, PreviewPage, ProviderView, PushOptions,
    PushReport, SignInPrompt, SyncOptions, SyncReport, VerifyReport, VerifyStepReport,
};
use nurturehub_port::{Secret, SettingKind};
use nurturehub_sandbox::ProviderAccess;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::truth::Expected;
use crate::commands::sync_line;
use crate::output::{Progress, text};

/// What is done for one CRM.
pub(super) struct Job<'a> {
    pub(super) engine: &'a Engine,
    pub(super) provider: &'a ProviderView,
    pub(super) tenant: &'a str,
    pub(super) access: &'a ProviderAccess,
    pub(super) expected: Expected,
    pub(super) progress: &'a Progress,
}

/// What came of it. Steps that were not reached are not there.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    provider: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<String>,
    /// Every step was done and every count is the sandbox's own.
    pub(super) ok: bool,
    expected: Expected,
    #[serde(skip_serializing_if = "Option::is_none")]
    verify: Option<VerifyReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sync: Option<SyncReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preview: Option<Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push: Option<PushReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preview_after: Option<Summary>,
    duration_ms: u64,
    /// Counts that are not what they should be, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorReport>,
}

/// A preview without its changes.
#[derive(Debug, Serialize)]
struct Summary {
    summary: Counts,
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

impl Job<'_> {
    /// Does all of it, and compares.
    pub(super) async fn run(self) -> Row {
        let began = Instant::now();
        let mut row = Row {
            provider: self.provider.id.to_string(),
            expected: self.expected.clone(),
            ..Row::default()
        };
        if let Err(error) = self.steps(&mut row).await {
            row.error = Some(error.report());
        }
        row.findings = row.compare();
        row.ok = row.findings.is_empty() && row.error.is_none();
        row.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        row
    }

    async fn steps(&self, row: &mut Row) -> Result<(), EngineError> {
        let name = &self.provider.name;
        let never = CancellationToken::new();
        self.progress.line(&format!("{name}: connecting"));
        let connection = self.connect(&never).await?;
        row.connection = Some(connection.clone());
        let step = |step: &VerifyStepReport| {
            self.progress
                .line(&format!("{name}: verifying, {}", text::word(&step.step)));
        };
        row.verify = Some(self.engine.verify(&connection, &step).await?);
        let page = |at| self.progress.line(&format!("{name}: {}", sync_line(at)));
        let options = SyncOptions::default();
        row.sync = Some(
            self.engine
                .sync(&connection, options, &page, &never)
                .await?,
        );
        row.preview = Some(self.engine.preview(&connection, 0, 0).await?.into());
        let batch = |sent| self.progress.line(&format!("{name}: pushing, {sent} sent"));
        let options = PushOptions::default();
        row.push = Some(
            self.engine
                .push(&connection, options, &batch, &never)
                .await?,
        );
        row.preview_after = Some(self.engine.preview(&connection, 0, 0).await?.into());
        Ok(())
    }

    async fn connect(&self, never: &CancellationToken) -> Result<String, EngineError> {
        let mut settings = self.access.settings.clone();
        // The largest pages that the CRM gives: what is shown is the job, not the wait for limits.
        for field in self
            .provider
            .fields
            .iter()
            .filter(|field| field.key == "pageSize")
        {
            if let SettingKind::Integer { max, .. } = field.setting {
                settings.insert(field.key.clone(), max.to_string());
            }
        }
        let secrets = self.access.secrets.iter();
        let request = ConnectRequest {
            provider: self.provider.id.to_string(),
            tenant: self.tenant.to_owned(),
            name: None,
            settings,
            secrets: secrets
                .map(|(key, value)| (key.clone(), Secret::new(value.clone())))
                .collect(),
        };
        let prompt = SignInPrompt {
            show: Box::new(|_| {}),
            cancel: never.clone(),
            // Nobody is there to sign in by hand.
            timeout: std::time::Duration::ZERO,
        };
        Ok(self.engine.connect(request, &prompt).await?.id.to_string())
    }
}

impl Row {
    /// Every count that is not what it should be.
    fn compare(&self) -> Vec<String> {
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
        findings.chain(error).collect()
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
            },
            preview: Some(Summary { summary: counts }),
            ..Row::default()
        };
        assert_eq!(row.compare(), ["contacts previewed: 9 instead of 10"]);
    }
}
