//! The one door to the workspace: `cargo xtask` sets a machine up, runs, tests, measures and packs.
//!
//! Each subcommand has a file of its own, and each says what it does while it does it. The crate
//! depends on next to nothing, because it is compiled before anything else.

mod artifacts;
mod bench;
mod bench_app;
mod bench_micro;
mod bindings;
mod check_specs;
mod failure;
mod failures;
mod guide;
mod keychain;
mod lines;
mod lint;
mod new_adapter;
mod oauth_server;
mod outside;
mod package;
mod process;
mod run;
mod say;
mod schemas;
mod setup;
mod steps;
mod test;
mod throwaway;
mod tidy;
mod web;
mod window;
mod workspace;

use std::process::ExitCode;

use failure::Failure;

/// A subcommand: its name, what follows it, what it does, and the function that does it.
struct Subcommand {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    call: fn(&[String]) -> Result<(), Failure>,
}

const SUBCOMMANDS: &[Subcommand] = &[
    Subcommand {
        name: "run",
        arguments: "[-- ARGS]",
        about: "Set up, build, and run the main job on the built-in sandbox",
        call: run::run,
    },
    Subcommand {
        name: "test",
        arguments: "[STEP]…",
        about: "Set up, then run every check that CI runs (or only the steps named)",
        call: test::run,
    },
    Subcommand {
        name: "bench",
        arguments: "[-- ARGS]",
        about: "Build for release and measure",
        call: bench::run,
    },
    Subcommand {
        name: "check-specs",
        arguments: "DIR",
        about: "Hold adapters and simulators against the vendors' API descriptions in DIR",
        call: check_specs::run,
    },
    Subcommand {
        name: "failures",
        arguments: "[TEXT]",
        about: "Bring every failure of the catalogue about and print how it was met",
        call: failures::run,
    },
    Subcommand {
        name: "lint",
        arguments: "",
        about: "Formatting, house rules and clippy",
        call: lint::run,
    },
    Subcommand {
        name: "tidy",
        arguments: "",
        about: "The house rules alone: crate arrows, file lengths, names",
        call: tidy::run,
    },
    Subcommand {
        name: "package",
        arguments: "[KIND]…",
        about: "Build for release: installers and the command line's archive into target/package",
        call: package::run,
    },
    Subcommand {
        name: "check-package",
        arguments: "FILE.deb [FILE.rpm]",
        about: "Install a .deb on a bare system and drive the app in it; read the .rpm beside it",
        call: package::check::run,
    },
    Subcommand {
        name: "stage",
        arguments: "",
        about: "Build the command line for the installers (Tauri's command line calls this)",
        call: package::stage::run,
    },
    Subcommand {
        name: "new-adapter",
        arguments: "NAME",
        about: "Write adapter, simulator and conformance test of a new CRM, ready to fill in",
        call: new_adapter::run,
    },
    Subcommand {
        name: "bindings",
        arguments: "",
        about: "Write ui/src/ipc/bindings.ts from the commands' and the engine's types",
        call: bindings::run,
    },
    Subcommand {
        name: "screenshots",
        arguments: "[--readme]",
        about: "Write pictures of every screen of the real app to target/screenshots (and the README's)",
        call: window::screenshots,
    },
    Subcommand {
        name: "lines",
        arguments: "",
        about: "What each adapter costs: files, lines without tests, simulator, settings",
        call: lines::run,
    },
    Subcommand {
        name: "setup",
        arguments: "",
        about: "Install what this machine lacks, and nothing else",
        call: setup::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say::error(&failure.to_string());
            ExitCode::from(failure.exit_code())
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<(), Failure> {
    let Some((name, rest)) = arguments.split_first() else {
        say::line(&help());
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        say::line(&help());
        return Ok(());
    }
    SUBCOMMANDS
        .iter()
        .find(|subcommand| subcommand.name == name)
        .map_or_else(
            || {
                Err(Failure::Usage(format!(
                    "`{name}` is no subcommand of `cargo xtask`. `cargo xtask` alone lists them."
                )))
            },
            |subcommand| (subcommand.call)(rest),
        )
}

/// Whether there is a subcommand of this name.
fn has_subcommand(name: &str) -> bool {
    SUBCOMMANDS.iter().any(|subcommand| subcommand.name == name)
}

fn help() -> String {
    let mut text = String::from("Usage: cargo xtask SUBCOMMAND\n");
    for subcommand in SUBCOMMANDS {
        let call = format!("{} {}", subcommand.name, subcommand.arguments);
        text.push_str(&format!("\n  {call:<22} {}", subcommand.about));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_names_every_subcommand() {
        let help = help();
        for subcommand in SUBCOMMANDS {
            assert!(
                help.contains(subcommand.about),
                "`{}` must be listed in the help",
                subcommand.name
            );
        }
    }

    #[test]
    fn an_unknown_subcommand_is_a_usage_error() {
        let failure = dispatch(&["destroy".to_owned()]).expect_err("no such subcommand");
        assert_eq!(failure.exit_code(), 2, "usage errors have their own code");
        assert!(
            failure.to_string().contains("destroy"),
            "the message must name what was asked for"
        );
    }
}
