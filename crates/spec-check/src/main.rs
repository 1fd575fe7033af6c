//! `nurturehub-spec-check DIR`: checks every CRM, prints the report, and fails on a violation.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use nurturehub_spec_check::{Failure, Folder, all, check_crm, render};

#[derive(Parser)]
#[command(about = "Holds adapters and simulators against the vendors' own API descriptions")]
struct Arguments {
    /// The folder with the descriptions.
    folder: PathBuf,
    /// Only these CRMs, by provider id.
    #[arg(long)]
    only: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            say("\nspec-check failed: see the lines in capitals");
            ExitCode::FAILURE
        }
        Err(failure) => {
            say(&format!("spec-check failed: {failure}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<bool, Failure> {
    let folder = Folder::open(&arguments.folder)?;
    let mut outcomes = Vec::new();
    let wanted = |id: &str| arguments.only.is_empty() || arguments.only.iter().any(|one| one == id);
    for plan in all().iter().filter(|plan| wanted(plan.id)) {
        outcomes.push((plan, check_crm(plan, &folder).await?));
    }
    say(&render(&outcomes));
    let good = |(_, outcome): &(_, Option<nurturehub_spec_check::Outcome>)| {
        outcome
            .as_ref()
            .is_none_or(nurturehub_spec_check::Outcome::is_good)
    };
    Ok(outcomes.iter().all(good))
}

/// Prints for the reader; one who has gone needs no line.
fn say(text: &str) {
    drop(writeln!(std::io::stdout(), "{}", text.trim_end()));
}
