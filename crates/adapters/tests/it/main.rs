//! The adapters, each against a server that speaks its CRM.

mod agentos;
