//! Settings that name a file: the connection keeps what stands in it, not where it stood, so that it
//! works as well on the day that the file is moved, and on another desk.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use nurturehub_port::{ErrorKind, ProviderSpec, SettingKind};

use crate::EngineError;

/// The largest file that a setting may name, in bytes.
const LARGEST: u64 = 256 * 1024;

/// Puts the text of the files in the place of their paths.
///
/// # Errors
/// `configuration`, where a file cannot be read, is too large or is not text.
pub(crate) async fn read(
    spec: &ProviderSpec,
    settings: &mut BTreeMap<String, String>,
) -> Result<(), EngineError> {
    for field in &spec.fields {
        if field.setting != SettingKind::File {
            continue;
        }
        if let Some(value) = settings.get_mut(&field.key) {
            let path = PathBuf::from(value.trim());
            if path.as_os_str().is_empty() {
                continue;
            }
            let read = tokio::task::spawn_blocking(move || text_of(&path)).await;
            *value =
                read.map_err(|_| EngineError::new(ErrorKind::Internal, "Reading broke off."))??;
        }
    }
    Ok(())
}

fn text_of(path: &Path) -> Result<String, EngineError> {
    let refused = |why: String| {
        EngineError::with_remedy(
            ErrorKind::Configuration,
            format!("{} cannot be used: {why}.", path.display()),
            "Name a text file of at most 256 KiB that you may read.",
        )
    };
    let file = std::fs::File::open(path).map_err(|error| refused(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| refused(error.to_string()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(refused("it is larger than 256 KiB".to_owned()));
    }
    String::from_utf8(bytes).map_err(|_| refused("it is not text".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_or_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("profile.json");
        let refusal = |path: &Path| text_of(path).unwrap_err();
        assert!(
            refusal(&path).to_string().contains("profile.json"),
            "it is not there"
        );
        std::fs::write(&path, "{}\n").unwrap();
        assert_eq!(text_of(&path).unwrap(), "{}\n");
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        assert_eq!(refusal(&path).kind(), ErrorKind::Configuration);
        std::fs::write(&path, vec![b'x'; 256 * 1024 + 1]).unwrap();
        assert!(
            refusal(&path).to_string().contains("larger"),
            "not cut, but refused"
        );
    }
}
