//! `docs/adding-a-crm.md`, followed literally.
//!
//! The guide adds an invented CRM from a crate outside the workspace. Each of its code blocks that
//! stands below the name of a file is that file, and nothing else is: what the guide forgets is
//! missing here, too. Its conformance test has to pass, and the workspace has to stay as it is.

use std::collections::BTreeSet;
use std::fs;

use crate::failure::Failure;
use crate::outside::{Outside, slashed};
use crate::process::Program;
use crate::say;
use crate::steps::Outcome;
use crate::workspace;

/// The guide.
const GUIDE: &str = "docs/adding-a-crm.md";

/// What the guide writes for the place of the checkout.
const CHECKOUT: &str = "/path/to/connect";

/// The test that the guide ends with.
const TEST: &str = "acme_conforms";

/// Makes the guide's crate and runs its tests.
///
/// # Errors
/// The guide has no files, its code is not formatted, does not compile or does not conform, or the
/// workspace is another than before.
pub(crate) fn check() -> Result<Outcome, Failure> {
    let root = workspace::root();
    let path = root.join(GUIDE);
    let text = fs::read_to_string(&path).map_err(Failure::file(&path))?;
    let before = changes()?;
    let place = Outside::new("guide")?.cleared()?;
    for (file, content) in files(&text) {
        place.write(file, &content.replace(CHECKOUT, &slashed(&root)))?;
    }
    place.cargo(&["fmt", "--check"]).run()?;
    let listed = place.cargo(&["test", "--quiet", "--", "--list"]).output()?;
    if !listed.contains(&format!("{TEST}: test")) {
        return Err(Failure::Found(format!("{GUIDE} makes no test `{TEST}`")));
    }
    place.cargo(&["test", "--quiet"]).run()?;
    let after = changes()?;
    let new: Vec<&str> = after.difference(&before).map(String::as_str).collect();
    if !new.is_empty() {
        return Err(Failure::Found(format!(
            "the workspace has changed while a CRM was added from outside:\n{}",
            new.join("\n")
        )));
    }
    Ok(Outcome::Passed)
}

/// Lines of what git says has changed in the workspace; none where it is no checkout.
fn changes() -> Result<BTreeSet<String>, Failure> {
    let git = |arguments: &[&str]| Program::new("git").arguments(arguments);
    if !git(&["rev-parse", "--is-inside-work-tree"]).succeeds() {
        say::progress("this is no git checkout, so what changes in it is not seen");
        return Ok(BTreeSet::new());
    }
    let status = git(&["status", "--porcelain", "--untracked-files=all"]).output()?;
    Ok(status.lines().map(str::to_owned).collect())
}

/// The files that a guide makes: path and content of each code block below a line that is nothing
/// but a path in bold.
fn files(guide: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut named = None;
    let mut block: Option<String> = None;
    for line in guide.lines() {
        if line.starts_with("```") {
            block = match block.take() {
                // The end of a block.
                Some(content) => {
                    found.extend(named.take().map(|path| (path, content)));
                    None
                }
                None => Some(String::new()),
            };
        } else if let Some(content) = &mut block {
            content.push_str(line);
            content.push('\n');
        } else if !line.trim().is_empty() {
            named = path_in_bold(line);
        }
    }
    found
}

fn path_in_bold(line: &str) -> Option<&str> {
    let path = line.trim().strip_prefix("**`")?.strip_suffix("`**")?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    (path.chars().all(plain) && !path.starts_with('/') && !path.contains("..")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_below_a_path_are_files_and_others_are_not() {
        let guide = "# A\n\n**`src/lib.rs`**\n\n```rust\n//! A.\n\nmod a;\n```\n\n\
                     ```sh\ncargo test\n```\n\n**`a`** is bold.\n\n```\nnothing\n```\n\n\
                     **`../escape.rs`**\n\n```rust\nx\n```\n**`b.txt`**\n```\n# no heading\n```\n";
        assert_eq!(
            files(guide),
            [
                ("src/lib.rs", "//! A.\n\nmod a;\n".to_owned()),
                ("b.txt", "# no heading\n".to_owned()),
            ],
            "a path names the next block alone, and leads nowhere else"
        );
    }

    #[test]
    fn the_guide_makes_the_files_of_an_adapter() {
        let path = workspace::root().join(GUIDE);
        let text = fs::read_to_string(path).unwrap();
        let made: Vec<&str> = files(&text).into_iter().map(|(path, _)| path).collect();
        for name in crate::new_adapter::file_names() {
            let file = format!("src/acme/{name}");
            assert!(
                made.contains(&file.as_str()),
                "{file} is missing in {GUIDE}"
            );
        }
    }
}
