//! The file that a bundle is: a zip, written by us and read with suspicion.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::Path;

use nurturehub_port::ErrorKind;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::EngineError;

/// Largest file that is opened, in bytes.
const LARGEST_FILE: u64 = 32 * 1024 * 1024;

/// Largest content of one entry, and of all together, in bytes. What an entry says of its own size is
/// not believed: reading stops there.
const LARGEST_ENTRY: u64 = 64 * 1024 * 1024;
const LARGEST_TOTAL: u64 = 96 * 1024 * 1024;

/// Most values that all entries together may have as JSON. Each takes two bytes here and many in
/// memory.
const MOST_VALUES: usize = 1_000_000;

/// Most entries.
const MOST_ENTRIES: usize = 32;

/// Writes a zip of these entries, in order. It stands there whole, or not at all.
pub(super) fn write(path: &Path, entries: &[(String, Vec<u8>)]) -> Result<u64, EngineError> {
    let failed = |error: &dyn std::fmt::Display| {
        EngineError::with_remedy(
            ErrorKind::Configuration,
            format!(
                "The bundle could not be written to {}: {error}.",
                path.display()
            ),
            "Name a file in a folder that exists and that you may write to.",
        )
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // No times and no owner: two bundles of the same content are the same file.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in entries {
        zip.start_file(name.as_str(), options)
            .map_err(|error| failed(&error))?;
        zip.write_all(content).map_err(|error| failed(&error))?;
    }
    let bytes = zip.finish().map_err(|error| failed(&error))?.into_inner();
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let written = fs::write(&part, &bytes).and_then(|()| fs::rename(&part, path));
    if let Err(error) = written {
        let _ = fs::remove_file(&part);
        return Err(failed(&error));
    }
    Ok(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
}

/// Reads the entries of these names; each must be there once, and no other may be. Nothing is ever
/// unpacked onto the disk.
pub(super) fn read(path: &Path, known: &[&str]) -> Result<BTreeMap<String, Vec<u8>>, EngineError> {
    let file =
        File::open(path).map_err(|error| refused(path, &format!("it cannot be read ({error})")))?;
    let size = file
        .metadata()
        .map_err(|error| refused(path, &format!("it cannot be read ({error})")))?
        .len();
    if size > LARGEST_FILE {
        return Err(refused(path, "it is larger than any bundle is"));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE)
        .read_to_end(&mut bytes)
        .map_err(|error| refused(path, &format!("it cannot be read ({error})")))?;
    let mut zip = ZipArchive::new(Cursor::new(bytes))
        .map_err(|_| refused(path, "it is not a whole zip file"))?;
    if zip.len() > MOST_ENTRIES {
        return Err(refused(path, "it has more entries than any bundle has"));
    }
    let mut found = BTreeMap::new();
    let (mut total, mut values) = (0_u64, 0_usize);
    for at in 0..zip.len() {
        let entry = zip
            .by_index(at)
            .map_err(|_| refused(path, "one of its entries is damaged"))?;
        let name = entry
            .name()
            .map_err(|_| refused(path, "one of its entries has no readable name"))?
            .into_owned();
        if !known.contains(&name.as_str()) {
            return Err(refused(path, "it has an entry that no bundle has"));
        }
        if entry.size() > LARGEST_ENTRY {
            return Err(refused(
                path,
                "one of its entries is larger than any bundle's",
            ));
        }
        let mut content = Vec::new();
        let read = entry.take(LARGEST_ENTRY + 1).read_to_end(&mut content);
        read.map_err(|_| refused(path, "one of its entries is damaged"))?;
        let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
        total = total.saturating_add(length);
        if length > LARGEST_ENTRY || total > LARGEST_TOTAL {
            return Err(refused(path, "it swells beyond what any bundle has in it"));
        }
        values = values.saturating_add(values_in(&content));
        if values > MOST_VALUES {
            return Err(refused(
                path,
                "it has more values in it than any bundle has",
            ));
        }
        if found.insert(name, content).is_some() {
            return Err(refused(path, "it has an entry twice"));
        }
    }
    Ok(found)
}

/// How many values there may be in a JSON text, at most: each stands behind a comma or a bracket that
/// is not within a string.
fn values_in(text: &[u8]) -> usize {
    let (mut count, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (false, b'"') => in_string = true,
            (false, b',' | b'[' | b'{') => count = count.saturating_add(1),
            _ => {}
        }
    }
    count
}

/// The error for a file that is no bundle that this program can read.
pub(super) fn refused(path: &Path, why: &str) -> EngineError {
    let name: String = path
        .display()
        .to_string()
        .chars()
        .filter(|character| !character.is_control())
        .take(200)
        .collect();
    EngineError::with_remedy(
        ErrorKind::Configuration,
        format!("{name} is not a diagnostic bundle that can be opened: {why}."),
        "Ask for the bundle again, and see that it arrives whole.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_outside_of_strings() {
        assert_eq!(values_in(br#"{"a": [1, 2, {"b": null}]}"#), 5);
        assert_eq!(values_in(br#""[,{\"[,{""#), 0, "a body is one string");
        assert_eq!(values_in(br#"["\\", 1]"#), 2, "an escape ends");
    }
}
