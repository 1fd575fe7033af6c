//! What adapters share: HTTP, throttling, retry, trace, mapping.
