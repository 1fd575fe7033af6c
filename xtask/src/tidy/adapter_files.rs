//! Every adapter's folder has the same files, so that one who knows one adapter knows them all.

use std::collections::BTreeSet;

use super::Finding;
use super::sources::Source;
use crate::new_adapter;

/// Where the folders are.
const ADAPTERS: &str = "crates/adapters/src/";

/// Files that an adapter lacks.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let paths: BTreeSet<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    let folders: BTreeSet<&str> = paths
        .iter()
        .filter_map(|path| path.strip_prefix(ADAPTERS)?.split_once('/'))
        .map(|(folder, _)| folder)
        .collect();
    folders
        .into_iter()
        .flat_map(|folder| {
            new_adapter::file_names().map(move |name| format!("{ADAPTERS}{folder}/{name}"))
        })
        .filter(|path| !paths.contains(path.as_str()))
        .map(|path| Finding {
            path,
            line: None,
            message: "every adapter has this file, if only to say what its CRM lacks".to_owned(),
            warning: false,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adapter_without_one_of_the_files_is_found() {
        let mut sources: Vec<Source> = new_adapter::file_names()
            .map(|name| Source {
                path: format!("{ADAPTERS}acme/{name}"),
                text: String::new(),
            })
            .collect();
        sources.push(Source {
            path: format!("{ADAPTERS}registry.rs"),
            text: String::new(),
        });
        assert!(check(&sources).is_empty(), "a whole folder passes");
        sources.retain(|source| !source.path.ends_with("/webhook.rs"));
        let found: Vec<_> = check(&sources).into_iter().map(|one| one.path).collect();
        assert_eq!(
            found,
            ["crates/adapters/src/acme/webhook.rs"],
            "the file that is missing is named"
        );
    }
}
