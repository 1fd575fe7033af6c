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
        // Nearly every part, and much quicker.
        if part.is_ascii() && !part.contains('\0') {
            let from = text.len();
            text.push_str(part);
            if let Some(added) = text.get_mut(from..) {
                added.make_ascii_lowercase();
            }
            return;
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

#[cfg(test)]
mod tests {
    use nurturehub_port::Contact;
    use serde_json::json;

    fn text(full_name: &str, company: &str) -> String {
        let contact: Contact = serde_json::from_value(json!({
            "id": "1",
            "identity": { "fullName": full_name, "companyName": company },
            "emails": [{ "address": "Jo@example.com", "primary": true, "valid": true }],
            "phones": [
                { "raw": "Ask JO", "primary": true },
                { "raw": "07700 900123", "e164": "+447700900123", "primary": false },
            ],
            "addresses": [], "tags": [],
            "category": "buyer",
            "consent": {
                "email": "granted", "sms": "granted", "phone": "granted", "post": "granted"
            },
            "assignment": {}, "lifecycle": "active", "attributes": {},
            "provenance": {
                "provider": "some", "connectionId": "one", "externalId": "1",
                "externalType": "contact", "fetchedAt": "2026-01-01T00:00:00Z", "contentHash": "",
            },
        }))
        .unwrap();
        super::of(&contact)
    }

    #[test]
    fn every_part_is_in_lower_case_whatever_letters_it_has() {
        let rest = "jo@example.com\nask jo\n+447700900123";
        assert_eq!(
            text("Jo O'Neill", "ACME"),
            format!("jo o'neill\nacme\n{rest}")
        );
        assert_eq!(
            text("ÉLODIE Ħ", "A\u{0}B Ltd"),
            format!("élodie ħ\nab ltd\n{rest}"),
            "also beyond ASCII, and with nothing that would end the text"
        );
    }
}
