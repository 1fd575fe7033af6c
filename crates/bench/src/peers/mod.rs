//! Who is measured: ours, the floor, and the peers that are written in Python.

mod contestant;
mod dump;
mod versions;

pub(crate) use contestant::{Contestant, Entry, Kind, Places};
pub(crate) use dump::{Whose, dump};
pub(crate) use versions::{files, versions};

/// The setting in which a peer is what its defaults make it.
pub(crate) const AS_IT_COMES: &str = "as it comes";

/// The setting in which a peer is what its documents make of it at best.
pub(crate) const TUNED: &str = "tuned";

/// Ours, which the others are held against.
pub(crate) const OURS: Contestant = Contestant {
    id: "ours",
    name: "NurtureHub Connect",
    setting: "encrypted, mapped, raw record kept",
    into: "SQLCipher",
    kind: Kind::Ours,
};

/// The floor, which also says what the CRM lists.
pub(crate) const FLOOR: Contestant = Contestant {
    id: "floor",
    name: "the floor",
    setting: "no mapping, no encryption",
    into: "SQLite",
    kind: Kind::Floor,
};

/// Everyone, in the order of the tables.
pub(crate) const ALL: &[Contestant] = &[
    OURS,
    FLOOR,
    Contestant {
        id: "dlt-sqlite",
        name: "dlt",
        setting: AS_IT_COMES,
        into: "SQLite",
        kind: python("dlt", "dlt_peer.py", &["sqlite", "plain"]),
    },
    Contestant {
        id: "dlt-sqlite-tuned",
        name: "dlt",
        setting: TUNED,
        into: "SQLite",
        kind: python("dlt", "dlt_peer.py", &["sqlite", "tuned"]),
    },
    Contestant {
        id: "dlt-duckdb",
        name: "dlt",
        setting: AS_IT_COMES,
        into: "DuckDB",
        kind: python("dlt", "dlt_peer.py", &["duckdb", "plain"]),
    },
    Contestant {
        id: "dlt-duckdb-tuned",
        name: "dlt",
        setting: TUNED,
        into: "DuckDB",
        kind: python("dlt", "dlt_peer.py", &["duckdb", "tuned"]),
    },
    Contestant {
        id: "singer",
        name: "Singer SDK",
        setting: AS_IT_COMES,
        into: "SQLite",
        kind: python("singer", "singer_peer.py", &["plain"]),
    },
    Contestant {
        id: "singer-tuned",
        name: "Singer SDK",
        setting: TUNED,
        into: "SQLite",
        kind: python("singer", "singer_peer.py", &["tuned"]),
    },
    Contestant {
        id: "airbyte",
        name: "PyAirbyte",
        setting: AS_IT_COMES,
        into: "DuckDB",
        kind: python("airbyte", "airbyte_peer.py", &["plain"]),
    },
    Contestant {
        id: "airbyte-tuned",
        name: "PyAirbyte",
        setting: TUNED,
        into: "DuckDB",
        kind: python("airbyte", "airbyte_peer.py", &["tuned"]),
    },
];

const fn python(
    environment: &'static str,
    script: &'static str,
    arguments: &'static [&'static str],
) -> Kind {
    Kind::Python {
        environment,
        script,
        arguments,
    }
}

/// The Python environments that contestants need.
pub(crate) fn environments() -> Vec<&'static str> {
    let mut names: Vec<&str> = ALL
        .iter()
        .filter_map(|one| match one.kind {
            Kind::Python { environment, .. } => Some(environment),
            _ => None,
        })
        .collect();
    names.dedup();
    names
}
