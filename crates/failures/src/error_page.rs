//! The closed list of error kinds, as a page of the documents.

use std::fmt::Write as _;

use nurturehub_port::{ErrorKind, Owner, Retry, Scope};

/// The page, made from what the code says of each kind.
#[must_use]
pub fn error_page() -> String {
    let mut text = String::from(
        "# Errors\n\n\
         Every layer of the product says why something failed with one kind of this closed list. \
         The table says what is true of a kind wherever it occurs; a single error may say something \
         nearer: another remedy, the moment before which trying again is no use, another owner.\n\n\
         - **owner**: who must act. `agency` is the agency's admin, `crm` the CRM's vendor, \
         `nurturehub` the platform's operator, `support` our support staff with the person at the \
         computer.\n\
         - **try again**: `no`: the same would fail the same way; `by itself`: later, waiting longer \
         each time, or at the moment that the other side names; `after a sign-in`: once somebody \
         has signed in.\n\
         - **reach**: the whole connection, one page of a listing, or one record.\n\n\
         How each is brought about, met and ended stands in [failures.md](failures.md). This page \
         is generated from `crates/port/src/error_facts.rs`; a check holds it against the code.\n\n\
         | kind | what it is | cause | owner | try again | reach | remedy |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for kind in ErrorKind::ALL {
        let facts = kind.facts();
        let _ = writeln!(
            text,
            "| `{kind}` | {} | {} | {} | {} | {} | {} |",
            facts.title,
            facts.cause,
            owner(facts.owner),
            retry(facts.retry),
            scope(facts.scope),
            facts.remedy
        );
    }
    text
}

const fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::Agency => "agency",
        Owner::Crm => "crm",
        Owner::Nurturehub => "nurturehub",
        Owner::Support => "support",
    }
}

const fn retry(retry: Retry) -> &'static str {
    match retry {
        Retry::No => "no",
        Retry::Backoff | Retry::At(_) => "by itself",
        Retry::AfterSignIn => "after a sign-in",
    }
}

const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Connection => "connection",
        Scope::Page => "page",
        Scope::Record => "record",
    }
}
