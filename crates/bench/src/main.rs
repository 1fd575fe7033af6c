//! The benchmark: the real command line against simulators whose pages are rendered ahead, and
//! beside it, in the same run on the same machine, a floor that does the bare minimum.
//!
//! Everything that is measured is a process of its own: the server, the floor, and each command.
//! Times and peak memory are those of the measured process alone. Figures are printed, never
//! asserted.

mod app;
mod control;
mod desk;
mod digest;
mod figures;
mod floor;
mod instructions;
mod kept;
mod machine;
mod peers;
mod plain;
mod process;
mod race;
mod report;
mod scale;
mod serve;
mod stored;
mod taken;
mod tried;

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
    /// Times that each is run (3; 5 with `--peers`; once for the greatest with `--scale`); medians are shown.
    #[arg(long)]
    runs: Option<usize>,
    /// The command line to measure; by default the one beside this program.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Measures other tools beside ours, and writes docs/performance.md.
    #[arg(long)]
    peers: bool,
    /// One run with few contacts, of which no document is written (with `--peers` or `--tried`).
    #[arg(long)]
    quick: bool,
    /// Scenes and contestants, separated by commas; the others keep their figures.
    #[arg(long, value_delimiter = ',', requires = "peers")]
    only: Vec<String>,
    /// Measures growing numbers of contacts and the pages at the greatest, and writes docs/performance.md.
    #[arg(long, conflicts_with = "peers")]
    scale: bool,
    /// Other numbers of contacts, separated by commas, of which no document is written.
    #[arg(long, value_delimiter = ',', requires = "scale")]
    sizes: Vec<usize>,
    /// Measures what was tried beside what is in force, and writes docs/performance.md.
    #[arg(long, conflicts_with_all = ["peers", "scale"])]
    tried: bool,
    /// Counts instructions instead of time, by valgrind.
    #[arg(long)]
    instructions: bool,
    /// Writes the document anew from the figures that were kept, and measures nothing.
    #[arg(long)]
    report: bool,
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
    /// Fills a data folder, for whoever measures what is over it.
    Fill {
        /// The data folder.
        home: PathBuf,
        /// Contacts in it.
        contacts: usize,
    },
    /// Keeps what was taken of the desktop app, and writes docs/performance.md.
    App {
        /// What `ui/e2e/measure.mjs` wrote.
        figures: PathBuf,
        /// The folder of the packages.
        packages: PathBuf,
        /// The app that was measured.
        app: PathBuf,
        /// Writes no document: it was taken with another number of contacts.
        #[arg(long)]
        only_tried: bool,
    },
    /// Prints the CRM's own records as a store has them, one a line.
    Dump {
        #[command(subcommand)]
        whose: peers::Whose,
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
    match &arguments.part {
        Some(Part::Serve { contacts }) => serve::serve(*contacts).await,
        Some(Part::Floor {
            url,
            client,
            customer,
            database,
        }) => floor::run(url, client, customer, database).await,
        Some(Part::Fill { home, contacts }) => {
            let binary = command_line(&arguments)?;
            let server = process::Server::start(*contacts)?;
            let desk = desk::Desk::at(&binary, home.clone());
            let connection = desk.connect(&server, 1_000_000)?;
            desk.run(&["sync", &connection])?;
            Ok(())
        }
        Some(Part::App {
            figures,
            packages,
            app,
            only_tried,
        }) => {
            let places = report::Places::around(&command_line(&arguments)?, *only_tried)?;
            app::keep(figures, packages, app, places.app())?;
            places.write()
        }
        Some(Part::Dump { whose }) => peers::dump(whose).await,
        None => measure(arguments).await,
    }
}

/// The command line that is measured.
fn command_line(arguments: &Arguments) -> Result<PathBuf, Failure> {
    Ok(match &arguments.binary {
        Some(binary) => binary.clone(),
        None => std::env::current_exe()?.with_file_name("nurturehub"),
    })
}

async fn measure(arguments: Arguments) -> Result<(), Failure> {
    let binary = command_line(&arguments)?;
    let kept_in = report::Places::around(&binary, arguments.quick || !arguments.sizes.is_empty())?;
    let (runs, quick) = (arguments.runs, arguments.quick);
    let tried = |binary| tried::Plan {
        binary,
        runs,
        quick,
    };
    if arguments.peers {
        let plan = race::Plan {
            binary,
            runs: match (arguments.runs, arguments.quick) {
                (Some(runs), _) => runs.max(1),
                (None, true) => 1,
                (None, false) => 5,
            },
            quick: arguments.quick,
            only: arguments.only,
        };
        let is_whole = plan.only.is_empty();
        let failed = race::run(&plan, kept_in.race(), || kept_in.write()).await?;
        if is_whole {
            tried::run(&tried(plan.binary), kept_in.tried()).await?;
            kept_in.write()?;
        }
        if !failed.is_empty() {
            let failed = failed.join(", ");
            return Err(format!("failed, and the document says why: {failed}").into());
        }
        return Ok(());
    }
    if arguments.scale {
        let plan = scale::Plan {
            binary,
            sizes: arguments.sizes,
            runs: arguments.runs,
        };
        scale::run(&plan, kept_in.scale()).await?;
        return kept_in.write();
    }
    if arguments.tried {
        tried::run(&tried(binary), kept_in.tried()).await?;
        return kept_in.write();
    }
    if arguments.instructions {
        return instructions::run(&binary);
    }
    if arguments.report {
        return kept_in.write();
    }
    plain::run(
        &binary,
        arguments.contacts,
        arguments.runs.unwrap_or(3).max(1),
    )
    .await
}
