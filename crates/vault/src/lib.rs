//! Credentials: the OS keychain, or an encrypted file.
