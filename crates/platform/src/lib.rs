//! The client of NurtureHub's own API.
