//! `cargo xtask lines`: what each CRM costs, in lines.
//!
//! Counted from the sources each time, so that no paper has to keep up with it. Unit tests at the
//! end of a file do not count.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::setup::{self, For};
use crate::tidy::sources::{self, Source};
use crate::workspace;

/// Where the adapters' folders are.
const ADAPTERS: &str = "crates/adapters/src/";
/// Where the simulators' folders are.
const SIMULATORS: &str = "crates/sandbox/src/";
/// What adapters share.
const KIT: &str = "crates/adapter-kit/src/";

/// Lines of some files.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Size {
    files: usize,
    /// Without unit tests.
    lines: usize,
    /// Of these, lines that are neither blank nor comments.
    code: usize,
}

impl Size {
    fn add(&mut self, source: &Source) {
        self.files += 1;
        for (_, line) in source.lines_before_tests() {
            let line = line.trim();
            self.lines += 1;
            self.code += usize::from(!line.is_empty() && !line.starts_with("//"));
        }
    }
}

/// Prints a line for each adapter: its files, lines, code, simulator and settings.
///
/// # Errors
/// The sources cannot be read, or the program that lists the settings cannot be built.
pub(crate) fn run(_arguments: &[String]) -> Result<(), Failure> {
    setup::ensure(For::Running)?;
    let sources = sources::read(&workspace::root())?;
    let adapters = by_folder(&sources, ADAPTERS);
    let simulators = by_folder(&sources, SIMULATORS);
    let settings = settings()?;
    let row = |name: &str, size: Size, simulator: &str, settings: &str| {
        say::line(&format!(
            "{name:<14} {:>5} {:>6} {:>6} {simulator:>10} {settings:>9}",
            size.files, size.lines, size.code
        ));
    };
    say::line(&format!(
        "{:<14} {:>5} {:>6} {:>6} {:>10} {:>9}",
        "adapter", "files", "lines", "code", "simulator", "settings"
    ));
    let number = |count: Option<usize>| count.map_or_else(|| "-".to_owned(), |n| n.to_string());
    for (name, size) in &adapters {
        let simulator = simulators.get(name).map(|size| size.lines);
        let settings = settings.get(*name).copied();
        row(name, *size, &number(simulator), &number(settings));
    }
    let mut kit = Size::default();
    let shared = sources.iter().filter(|source| is_rust_in(source, KIT));
    shared.for_each(|source| kit.add(source));
    row("(adapter-kit)", kit, "-", "-");
    Ok(())
}

fn is_rust_in(source: &Source, folder: &str) -> bool {
    source.is_rust() && source.path.starts_with(folder)
}

/// The size of each folder below this one.
fn by_folder<'a>(sources: &'a [Source], below: &str) -> BTreeMap<&'a str, Size> {
    let mut sizes: BTreeMap<&str, Size> = BTreeMap::new();
    for source in sources.iter().filter(|source| is_rust_in(source, below)) {
        let rest = source.path.get(below.len()..).unwrap_or_default();
        if let Some((folder, _)) = rest.split_once('/') {
            sizes.entry(folder).or_default().add(source);
        }
    }
    sizes
}

/// How many fields each provider's form has, secrets included.
fn settings() -> Result<BTreeMap<String, usize>, Failure> {
    let program = Program::cargo(&["run", "--quiet", "--locked"])
        .arguments(&["--package", "nurturehub-cli", "--"])
        .arguments(&["providers", "--json"]);
    let text = program.output()?;
    let answer = |detail: String| Failure::Answer {
        from: program.line(),
        detail,
    };
    let value: Value = serde_json::from_str(&text).map_err(|error| answer(error.to_string()))?;
    fields(&value).ok_or_else(|| answer("a field is missing".to_owned()))
}

fn fields(providers: &Value) -> Option<BTreeMap<String, usize>> {
    let count = |provider: &Value| {
        let id = provider.get("id")?.as_str()?.to_owned();
        Some((id, provider.get("fields")?.as_array()?.len()))
    };
    providers.as_array()?.iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn folders_are_counted_without_tests_and_comments_apart() {
        let sources = [
            source("a/one/mod.rs", "//! One.\n\nfn one() {} // what\n"),
            source(
                "a/one/sync.rs",
                "fn two() {}\n\n#[cfg(test)]\nmod tests {\n}\n",
            ),
            source("a/one/profile.json", "{}"),
            source("a/registry.rs", "fn f() {}"),
        ];
        let expected = Size {
            files: 2,
            lines: 5,
            code: 2,
        };
        assert_eq!(by_folder(&sources, "a/"), [("one", expected)].into());
    }

    #[test]
    fn settings_are_the_fields_of_each_provider() {
        let providers = serde_json::json!([{ "id": "a", "fields": [{}, {}] }]);
        assert_eq!(fields(&providers), Some([("a".to_owned(), 2)].into()));
        assert_eq!(fields(&serde_json::json!([{ "id": "a" }])), None);
    }
}
