//! Where figures are kept, and where the document goes.

use std::path::{Path, PathBuf};

use super::{Measured, bars, curves, document};
use crate::Failure;
use crate::app::App;
use crate::process::say;
use crate::race::{KeptIn, Results, Scene};
use crate::scale::Scale;
use crate::tried::Tried;

/// Where figures are kept, and the document that is written of them.
#[derive(Debug)]
pub(crate) struct Places {
    race: PathBuf,
    /// The race that is not over, which is nothing to check in.
    begun: PathBuf,
    scale: PathBuf,
    tried: PathBuf,
    app: PathBuf,
    /// Of the document and its folder of pictures.
    folder: PathBuf,
}

impl Places {
    /// In `docs`, so that whoever has the document has its figures too; those of a try, and its document,
    /// in `target/peers`, beside the command line that is measured.
    pub(crate) fn around(binary: &Path, is_try: bool) -> Result<Self, Failure> {
        let target = binary.parent().and_then(Path::parent);
        let folder = target.ok_or("the command line is in no folder")?;
        let folder = folder.join("peers");
        if !is_try {
            return Ok(Self::of_the_docs(&folder));
        }
        Ok(Self {
            race: folder.join("quick.json"),
            begun: folder.join("quick-begun.json"),
            scale: folder.join("scale-quick.json"),
            tried: folder.join("tried-quick.json"),
            app: folder.join("app-quick.json"),
            folder,
        })
    }

    fn of_the_docs(target: &Path) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        let figures = folder.join("performance");
        Self {
            race: figures.join("race.json"),
            begun: target.join("race-begun.json"),
            scale: figures.join("scale.json"),
            tried: figures.join("tried.json"),
            app: figures.join("app.json"),
            folder,
        }
    }

    /// The figures of the race.
    pub(crate) fn race(&self) -> KeptIn<'_> {
        KeptIn {
            results: &self.race,
            begun: &self.begun,
        }
    }

    /// The figures of scale.
    pub(crate) fn scale(&self) -> &Path {
        &self.scale
    }

    /// The figures of what was tried.
    pub(crate) fn tried(&self) -> &Path {
        &self.tried
    }

    /// The figures of the desktop app.
    pub(crate) fn app(&self) -> &Path {
        &self.app
    }

    /// Writes document and pictures from all figures that were kept.
    pub(crate) fn write(&self) -> Result<(), Failure> {
        let path = self.write_into(&self.folder)?;
        say(&format!("written: {}", path.canonicalize()?.display()));
        Ok(())
    }

    fn write_into(&self, folder: &Path) -> Result<PathBuf, Failure> {
        let measured = Measured {
            race: Results::open(&self.race),
            scale: Scale::open(&self.scale),
            tried: Tried::open(&self.tried),
            app: App::open(&self.app),
        };
        let images = folder.join("images");
        std::fs::create_dir_all(&images)?;
        let race = images.join("performance.svg");
        bars::draw(&measured.race, Scene::Processor, &race)?;
        curves::draw(&measured.scale, &images.join("scale.svg"))?;
        let path = folder.join("performance.md");
        std::fs::write(&path, document(&measured)?)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_and_its_pictures_are_what_the_kept_figures_say() {
        let made = tempfile::tempdir().unwrap();
        let places = Places::of_the_docs(made.path());
        places.write_into(made.path()).unwrap();
        let read = |path: PathBuf| std::fs::read_to_string(path).unwrap();
        for name in [
            "performance.md",
            "images/performance.svg",
            "images/scale.svg",
        ] {
            assert!(
                read(places.folder.join(name)) == read(made.path().join(name)),
                "docs/{name} is written by `cargo xtask bench --report`, and by nothing else"
            );
        }
    }
}
