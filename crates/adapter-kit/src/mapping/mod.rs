//! From what a CRM's users typed to the canonical contact.
//!
//! Everything here takes untidy text and gives a tidy value or an honest "cannot be read"; nothing
//! panics, nothing is guessed, and no field can grow without bound. [`ContactBuilder`] puts the
//! parts together and notes what is amiss and, on request, where each field came from.

mod address;
mod builder;
mod country;
mod email;
mod explain;
mod name;
mod parallel;
mod phone;
mod postcode;
mod reach;
mod text;
mod time;

pub use address::{AddressParts, is_county};
pub use builder::{Built, Channel, ContactBuilder, Origin};
pub use country::country_code;
pub use email::{ParsedEmail, parse_email};
pub use explain::{Explanation, Lineage};
pub use name::{NameParts, is_company_name, split_name};
pub use parallel::map_all;
pub use phone::{parse_phone, warm_up};
pub use postcode::parse_postcode;
pub use text::{Cleaned, MAX_FIELD_BYTES, clean};
pub use time::parse_timestamp;
