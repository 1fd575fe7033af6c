//! Tells Tauri where the capabilities are and which commands there are.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The working directory is the package's: the root of the repository.
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/src/commands/names.in");
    // Listed, so that a window may call only what its capability grants.
    const COMMANDS: &[&str] = include!("src/commands/names.in");
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .capabilities_path_pattern("./src-tauri/capabilities/**/*.json")
            .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS)),
    )?;
    Ok(())
}
