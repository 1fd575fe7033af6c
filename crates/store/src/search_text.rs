//! The text that a search looks through.

use nurturehub_port::Contact;

/// Longest text kept for one contact, in bytes: names and addresses beyond that find nobody.
pub(crate) const MAX_BYTES: usize = 400;

/// Name, company, e-mail addresses and numbers in lower case. The name stands first, so that the
/// text also sorts by name.
pub(crate) fn of(contact: &Contact) -> String {
    let mut text = String::with_capacity(96);
    let mut add = |part: &str| {
        if !text.is_empty() {
            text.push('\n');
        }
        // SQLite's LIKE would see nothing after a NUL.
        let visible = part.chars().filter(|&character| character != '\0');
        text.extend(visible.flat_map(char::to_lowercase));
    };
    add(&contact.identity.full_name);
    if let Some(company) = &contact.identity.company_name {
        add(company);
    }
    for email in &contact.emails {
        add(&email.address);
    }
    for phone in &contact.phones {
        add(phone.e164.as_deref().unwrap_or(&phone.raw));
    }
    text.truncate(text.floor_char_boundary(MAX_BYTES));
    text
}
