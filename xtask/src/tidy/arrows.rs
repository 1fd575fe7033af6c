//! Arrows between crates go one way.
//!
//! The table is the drawing of `ARCHITECTURE.md` as data. A crate that is not in it is a finding,
//! so that nobody adds one without saying where it stands.

use super::Finding;
use crate::workspace::{Member, Use};

/// What a crate may depend on. Names are without the prefix `nurturehub-`.
struct Crate {
    name: &'static str,
    may_use: &'static [&'static str],
    tests_may_use: &'static [&'static str],
}

const CRATES: &[Crate] = &[
    Crate {
        name: "port",
        may_use: &[],
        tests_may_use: &[],
    },
    Crate {
        name: "adapter-kit",
        may_use: &["port"],
        tests_may_use: &[],
    },
    Crate {
        name: "adapters",
        may_use: &["port", "adapter-kit"],
        tests_may_use: &["sandbox", "conformance"],
    },
    Crate {
        name: "conformance",
        may_use: &["port", "adapter-kit", "sandbox"],
        tests_may_use: &["adapters"],
    },
    Crate {
        name: "oauth",
        may_use: &["port", "adapter-kit"],
        tests_may_use: &["sandbox"],
    },
    Crate {
        name: "vault",
        may_use: &["port"],
        tests_may_use: &[],
    },
    Crate {
        name: "store",
        may_use: &["port"],
        tests_may_use: &[],
    },
    Crate {
        name: "platform",
        may_use: &["port", "adapter-kit"],
        tests_may_use: &["sandbox"],
    },
    Crate {
        name: "engine",
        may_use: &[
            "port",
            "adapter-kit",
            "adapters",
            "oauth",
            "vault",
            "store",
            "platform",
            "pseudonym",
        ],
        tests_may_use: &["sandbox"],
    },
    Crate {
        name: "pseudonym",
        may_use: &[],
        tests_may_use: &[],
    },
    Crate {
        name: "sandbox",
        may_use: &[],
        tests_may_use: &[],
    },
    Crate {
        name: "logging",
        may_use: &[],
        tests_may_use: &[],
    },
    Crate {
        name: "cli",
        may_use: &["port", "engine", "logging", "sandbox"],
        tests_may_use: &[],
    },
    Crate {
        // The desktop shell, in src-tauri.
        name: "connect",
        may_use: &["port", "engine", "logging", "sandbox"],
        tests_may_use: &[],
    },
    Crate {
        name: "bench",
        may_use: &["port", "engine", "sandbox", "store"],
        tests_may_use: &[],
    },
    Crate {
        name: "failures",
        may_use: &[
            "port",
            "adapter-kit",
            "adapters",
            "engine",
            "sandbox",
            "vault",
        ],
        tests_may_use: &[],
    },
    Crate {
        name: "spec-check",
        may_use: &["port", "adapter-kit", "adapters", "oauth", "sandbox"],
        tests_may_use: &[],
    },
    Crate {
        name: "xtask",
        may_use: &[],
        tests_may_use: &[],
    },
];

/// Where the table stands and where it is drawn.
const TABLE: &str = "xtask/src/tidy/arrows.rs";

/// Arrows that the table does not have, and crates that it does not know.
pub(crate) fn check(members: &[Member]) -> Vec<Finding> {
    members.iter().flat_map(of_member).collect()
}

fn of_member(member: &Member) -> Vec<Finding> {
    let name = short(&member.name);
    let Some(known) = CRATES.iter().find(|known| known.name == name) else {
        return vec![finding(
            member,
            format!("crate `{name}` is not in {TABLE}; add it there and to ARCHITECTURE.md"),
        )];
    };
    member
        .uses
        .iter()
        .filter(|used| !allowed(known, used))
        .map(|used| {
            let whose = if used.in_tests { "`'s tests" } else { "`" };
            let message = format!("`{name}{whose} may not use `{}`", short(&used.name));
            finding(member, message)
        })
        .collect()
}

fn allowed(known: &Crate, used: &Use) -> bool {
    let name = short(&used.name);
    known.may_use.contains(&name) || (used.in_tests && known.tests_may_use.contains(&name))
}

fn short(name: &str) -> &str {
    name.strip_prefix("nurturehub-").unwrap_or(name)
}

fn finding(member: &Member, message: String) -> Finding {
    Finding {
        path: member.manifest.to_string_lossy().into_owned(),
        line: None,
        message,
        warning: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(name: &str, uses: &[(&str, bool)]) -> Vec<String> {
        let member = Member {
            name: format!("nurturehub-{name}"),
            manifest: "Cargo.toml".into(),
            uses: uses
                .iter()
                .map(|&(name, in_tests)| Use {
                    name: format!("nurturehub-{name}"),
                    in_tests,
                })
                .collect(),
        };
        check(&[member])
            .into_iter()
            .map(|finding| finding.message)
            .collect()
    }

    #[test]
    fn arrows_of_the_table_pass() {
        assert!(
            messages("adapters", &[("port", false), ("sandbox", true)]).is_empty(),
            "the port always, the sandbox in tests"
        );
    }

    #[test]
    fn arrows_against_the_table_are_found() {
        let cases: [(&str, &[(&str, bool)]); 4] = [
            ("port", &[("store", false)]),
            ("adapters", &[("sandbox", false)]),
            ("sandbox", &[("adapters", true)]),
            ("newcomer", &[]),
        ];
        for (name, uses) in cases {
            assert_eq!(
                messages(name, uses).len(),
                1,
                "`{name}` with {uses:?} breaks the table"
            );
        }
    }

    #[test]
    fn the_table_itself_has_no_circle() {
        // A crate stands after all that it uses in some order; repeatedly taking away those whose
        // needs are gone must take away all.
        let mut left: Vec<&Crate> = CRATES.iter().collect();
        while let Some(at) = left.iter().position(|one| {
            one.may_use
                .iter()
                .all(|used| left.iter().all(|other| other.name != *used))
        }) {
            left.remove(at);
        }
        let names: Vec<_> = left.iter().map(|one| one.name).collect();
        assert!(
            names.is_empty(),
            "these use each other in a circle: {names:?}"
        );
    }
}
