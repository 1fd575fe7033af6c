//! The local database: connections, cursors, contacts, changes, runs, audit.
