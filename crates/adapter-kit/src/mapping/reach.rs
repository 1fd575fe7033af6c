//! How a contact is reached: the builder's part for e-mail, telephone and post.

use std::borrow::Cow;

use nurturehub_port::{Address, Email, Phone};

use super::address::{AddressParts, split_address};
use super::builder::ContactBuilder;
use super::country::country_code;
use super::email::parse_emails;
use super::phone::{parse_phone, same_digits, split_numbers};
use super::postcode::{country_of, parse_postcode};
use super::text::{MAX_FIELD_BYTES, clean, head_of_list};

/// The most addresses or numbers of one kind that are taken of one record. A family has a handful.
const MOST: usize = 50;

impl ContactBuilder<'_> {
    /// An e-mail field, which may hold several addresses. The first good one of a contact is the
    /// primary one; the same address again, in whatever case, is left out.
    pub fn email(&mut self, from: &str, value: Option<&str>, label: Option<&str>) -> &mut Self {
        let Some(value) = value.filter(|text| !text.is_empty()) else {
            return self;
        };
        let (value, cut) = head_of_list(value, MAX_FIELD_BYTES);
        if cut {
            self.too_long("emails");
        }
        let (emails, words) = parse_emails(value);
        if words {
            self.issue(
                "emailHasWords",
                "emails",
                "An e-mail field holds words beside the address; only the address was taken.",
            );
        }
        for email in emails {
            let address = match clean(&email.address) {
                // A clean address is the rule and is not copied again.
                Some(cleaned) => match cleaned.text {
                    Cow::Borrowed(_) => email.address,
                    Cow::Owned(text) => text,
                },
                None => continue,
            };
            let known = &self.contact.emails;
            if known
                .iter()
                .any(|other| other.address.eq_ignore_ascii_case(&address))
            {
                continue;
            }
            if known.len() >= MOST {
                self.too_many("emails");
                break;
            }
            let index = known.len();
            let primary = email.valid && !known.iter().any(|other| other.primary);
            if !email.valid {
                self.issue(
                    "emailInvalid",
                    &format!("emails[{index}]"),
                    "The e-mail address is not one that mail can be sent to.",
                );
            }
            self.note_item("emails", index, from);
            let label = self.quiet_text("emails.label", label);
            self.contact.emails.push(Email {
                address,
                label,
                primary,
                valid: email.valid,
            });
        }
        self
    }

    /// A telephone field, which may hold several numbers. The first readable one of a contact is the
    /// primary one; the same number again, however written, is left out.
    pub fn phone(&mut self, from: &str, value: Option<&str>, label: Option<&str>) -> &mut Self {
        let Some(value) = value.filter(|text| !text.is_empty()) else {
            return self;
        };
        let (value, cut) = head_of_list(value, MAX_FIELD_BYTES);
        if cut {
            self.too_long("phones");
        }
        for part in split_numbers(value) {
            let Some(cleaned) = clean(part) else {
                continue;
            };
            let raw = cleaned.text;
            let e164 = parse_phone(&raw);
            let known = &self.contact.phones;
            let repeated = known.iter().any(|other| match (&other.e164, &e164) {
                (Some(one), Some(same)) => one == same,
                (None, None) => same_digits(&other.raw, &raw),
                _ => false,
            });
            if repeated {
                continue;
            }
            if known.len() >= MOST {
                self.too_many("phones");
                break;
            }
            let index = known.len();
            let primary = e164.is_some() && !known.iter().any(|other| other.primary);
            if e164.is_none() {
                self.issue(
                    "phoneUnreadable",
                    &format!("phones[{index}]"),
                    "The telephone number cannot be read as one.",
                );
            }
            self.note_item("phones", index, from);
            let label = self.quiet_text("phones.label", label);
            self.contact.phones.push(Phone {
                e164,
                raw: raw.into_owned(),
                label,
                primary,
            });
        }
        self
    }

    /// An address in parts. Without a line, town, county or postcode it is none: a country alone,
    /// which CRMs fill in by themselves, says nothing.
    pub fn address(&mut self, from: &str, parts: AddressParts<'_>) -> &mut Self {
        let lines: Vec<String> = parts
            .lines
            .iter()
            .filter_map(|line| self.quiet_text("addresses.lines", *line))
            .collect();
        let town = self.quiet_text("addresses.town", parts.town);
        let county = self.quiet_text("addresses.county", parts.county);
        let postcode = self.quiet_text("addresses.postcode", parts.postcode);
        let country = self.quiet_text("addresses.country", parts.country);
        let address = Address {
            lines,
            town,
            county,
            postcode,
            country: None,
            primary: false,
        };
        self.add_address(from, address, country)
    }

    /// An address that the CRM keeps as one text, of one line or several.
    pub fn address_text(&mut self, from: &str, value: Option<&str>) -> &mut Self {
        let Some(value) = value else {
            return self;
        };
        let found = split_address(value);
        if found.cut {
            self.too_long("addresses");
        }
        let address = Address {
            lines: found.lines.into_iter().map(Cow::into_owned).collect(),
            town: found.town.map(Cow::into_owned),
            county: found.county.map(Cow::into_owned),
            postcode: found.postcode,
            country: None,
            primary: false,
        };
        self.add_address(from, address, found.country.map(str::to_owned))
    }

    fn add_address(
        &mut self,
        from: &str,
        mut address: Address,
        country: Option<String>,
    ) -> &mut Self {
        let empty = address.lines.is_empty()
            && address.town.is_none()
            && address.county.is_none()
            && address.postcode.is_none();
        if empty {
            return self;
        }
        let index = self.contact.addresses.len();
        if index >= MOST {
            self.too_many("addresses");
            return self;
        }
        address.country = country.as_deref().and_then(country_code).map(str::to_owned);
        if let Some(text) = country.filter(|_| address.country.is_none()) {
            self.issue(
                "countryUnknown",
                &format!("addresses[{index}].country"),
                "The country is not known by that name; it was kept as a line of the address.",
            );
            address.lines.push(text);
        }
        self.settle_postcode(&mut address, index);
        address.primary = index == 0;
        self.note_item("addresses", index, from);
        self.contact.addresses.push(address);
        self
    }

    /// Brings the postcode into its normal form. A British one says the country, too, where the
    /// record does not; one that is not British is kept as it is, with an issue unless the country
    /// is another.
    fn settle_postcode(&mut self, address: &mut Address, index: usize) {
        let Some(text) = &address.postcode else {
            return;
        };
        let british = matches!(
            address.country.as_deref(),
            None | Some("GB" | "GG" | "JE" | "IM")
        );
        match parse_postcode(text) {
            Some(normal) if british => {
                if address.country.is_none() {
                    address.country = Some(country_of(&normal).to_owned());
                    self.note_item("addresses", index, "(postcode)");
                }
                address.postcode = Some(normal);
            }
            None if british => {
                self.issue(
                    "postcodeInvalid",
                    &format!("addresses[{index}].postcode"),
                    "The postcode has not the form of a British one.",
                );
            }
            _ => {}
        }
    }

    fn too_many(&mut self, field: &str) {
        self.issue_once(
            "tooMany",
            field,
            "The record has more of these than are taken; the CRM's own record keeps them all.",
        );
    }

    fn note_item(&mut self, list: &str, index: usize, from: &str) {
        if self.explaining() {
            self.note(&format!("{list}[{index}]"), from);
        }
    }
}
