//! `providers`

use nurturehub_engine::{EngineError, ProviderView};

use crate::exit::Exit;
use crate::output::Console;
use crate::output::table::{Column, table};
use crate::output::text;
use crate::workplace;

/// Lists the CRMs. Needs neither data folder nor vault.
pub(super) fn run(console: &Console) -> Result<Exit, EngineError> {
    let providers = workplace::providers();
    console.answer(&providers, || {
        providers.iter().map(show).collect::<Vec<_>>().join("\n\n")
    })?;
    Ok(Exit::Done)
}

fn show(provider: &ProviderView) -> String {
    let columns = [
        Column::Left("key"),
        Column::Left("given with"),
        Column::Left("needed"),
        Column::Left("default"),
        Column::Left("where it is found"),
    ];
    let fields = provider
        .fields
        .iter()
        .filter(|field| !field.advanced)
        .map(|field| {
            let needed = match (&field.only_when, field.required) {
                (Some((key, value)), _) => format!("if {key}={value}"),
                (None, true) => "yes".to_owned(),
                (None, false) => "no".to_owned(),
            };
            [
                field.key.clone(),
                if field.secret { "--secret" } else { "--set" }.to_owned(),
                needed,
                field.default.clone().unwrap_or_default(),
                text::shown(&field.help, 100),
            ]
        });
    let mut lines = vec![
        format!(
            "{} ({})  {}",
            provider.id, provider.name, provider.documentation
        ),
        table(&columns, fields),
    ];
    for lacking in &provider.unsupported {
        lines.push(format!(
            "  cannot {}: {}",
            lacking.capability, lacking.reason
        ));
    }
    lines.extend(
        provider
            .notice
            .iter()
            .map(|notice| format!("  note: {notice}")),
    );
    lines.extend(
        provider
            .unconfirmed
            .iter()
            .map(|guess| format!("  unconfirmed: {guess}")),
    );
    lines.join("\n")
}
