//! The program as its users have it: the real binary, against the sandbox.

mod codes;
mod kill;
mod program;
mod receiver;
mod sign_in;
mod walk;
