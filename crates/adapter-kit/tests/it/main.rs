//! What the kit promises, shown from outside.

mod hostile;
mod mapping;
mod requests;
mod server;
mod settings;
mod verify;
