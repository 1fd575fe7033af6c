//! The benchmark: the real command line against simulators whose pages are rendered ahead, and
//! beside it, in the same run on the same machine, a floor that does the bare minimum.
//!
//! Everything that is measured is a process of its own: the server, the floor, and each command.
//! Times and peak memory are those of the measured process alone. Figures are printed, never
//! asserted.

mod floor;
mod process;
mod scenes;
mod server;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What goes wrong in a benchmark is for its reader alone.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about = "Benchmarks of NurtureHub Connect")]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// Contacts in the full sync.
    #[arg(long, default_value_t = 100_000)]
    contacts: usize,
    /// Times that the full sync and the floor are run; medians are printed.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// The command line to measure; by default the one beside this program.
    #[arg(long)]
    binary: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Part {
    /// Serves rendered pages until its standard input ends.
    Serve {
        /// Contacts that each CRM lists.
        contacts: usize,
    },
    /// Fetches, upserts, moves the cursor: no more.
    Floor {
        /// The CRM's address.
        url: String,
        /// Basic credentials of the client: `id:secret`.
        client: String,
        /// The agency.
        customer: String,
        /// Where to put the database.
        database: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Failure::from)
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            process::say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.part {
        Some(Part::Serve { contacts }) => server::serve(contacts).await,
        Some(Part::Floor {
            url,
            client,
            customer,
            database,
        }) => floor::run(&url, &client, &customer, &database).await,
        None => {
            let binary = match arguments.binary {
                Some(binary) => binary,
                None => std::env::current_exe()?.with_file_name("nurturehub"),
            };
            scenes::run(&binary, arguments.contacts, arguments.runs.max(1)).await
        }
    }
}
