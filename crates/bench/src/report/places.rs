//! Where figures are kept, and where the document goes.

use std::path::{Path, PathBuf};

use super::{Measured, bars, curves, document};
use crate::Failure;
use crate::process::say;
use crate::race::{Results, Scene};
use crate::scale::Scale;

/// Where figures are kept, and whether the document in `docs` is written of them.
#[derive(Debug)]
pub(crate) struct Places {
    race: PathBuf,
    scale: PathBuf,
    /// A try, of which no document is written but in `target/peers`.
    is_try: bool,
}

impl Places {
    /// Beside the command line that is measured.
    pub(crate) fn around(binary: &Path, is_try: bool) -> Result<Self, Failure> {
        let target = binary.parent().and_then(Path::parent);
        let folder = target.ok_or("the command line is in no folder")?;
        let folder = folder.join("peers");
        let [race, scale] = if is_try {
            ["quick.json", "scale-quick.json"]
        } else {
            ["figures.json", "scale.json"]
        };
        Ok(Self {
            race: folder.join(race),
            scale: folder.join(scale),
            is_try,
        })
    }

    /// The figures of the race.
    pub(crate) fn race(&self) -> &Path {
        &self.race
    }

    /// The figures of scale.
    pub(crate) fn scale(&self) -> &Path {
        &self.scale
    }

    /// Writes document and pictures from all figures that were kept: into `docs`, or, of a try, into
    /// `target/peers`.
    pub(crate) fn write(&self) -> Result<(), Failure> {
        let measured = Measured {
            race: Results::open(&self.race),
            scale: Scale::open(&self.scale),
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folder = root.join(if self.is_try { "target/peers" } else { "docs" });
        let images = folder.join("images");
        std::fs::create_dir_all(&images)?;
        let race = images.join("performance.svg");
        bars::draw(&measured.race, Scene::Processor, &race)?;
        curves::draw(&measured.scale, &images.join("scale.svg"))?;
        let path = folder.join("performance.md");
        std::fs::write(&path, document(&measured)?)?;
        say(&format!("written: {}", path.canonicalize()?.display()));
        Ok(())
    }
}
