//! The CRMs and the platform, embedded, on loopback: demos and tests.
