//! The engine against the simulators: whole walks, the invariants, and what goes wrong.

mod bad_input;
mod core_names;
mod desk;
mod health_table;
mod invariants;
mod walk;
