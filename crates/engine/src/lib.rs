//! The use cases: connect, verify, sync, preview, push, write back, health.
