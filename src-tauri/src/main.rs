//! NurtureHub Connect, the desktop app.

// No console window beside the app on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    nurturehub_connect::run(tauri::generate_context!())
}
