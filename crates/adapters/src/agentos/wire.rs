//! agentOS's own types: five lists, their pages, and records whose field names are not public.

use std::borrow::Cow;
use std::fmt;

use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::http::describe_json_error;
use nurturehub_port::{AdapterError, Category, ErrorKind};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// The lists of the V4 contacts tier, in the order in which they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum List {
    /// People who rent.
    Tenant,
    /// People who let.
    Landlord,
    /// People who look for a home to rent.
    ApplicantLettings,
    /// People who look for a home to buy.
    ApplicantSales,
    /// People who sell.
    Vendor,
}

impl List {
    pub(super) const ALL: [Self; 5] = [
        Self::Tenant,
        Self::Landlord,
        Self::ApplicantLettings,
        Self::ApplicantSales,
        Self::Vendor,
    ];

    /// The first part of an external id, and the external type. Ids may clash between lists.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Landlord => "landlord",
            Self::ApplicantLettings => "applicantLettings",
            Self::ApplicantSales => "applicantSales",
            Self::Vendor => "vendor",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.as_str() == text)
    }

    /// The path of a page: short name, offset, count.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Tenant => "/v4/contacts/{shortName}/tenants/{offset}/{count}",
            Self::Landlord => "/v4/contacts/{shortName}/landlords/{offset}/{count}",
            Self::ApplicantLettings => {
                "/v4/contacts/{shortName}/applicants/lettings/{offset}/{count}"
            }
            Self::ApplicantSales => "/v4/contacts/{shortName}/applicants/sales/{offset}/{count}",
            Self::Vendor => "/v4/contacts/{shortName}/vendors/{offset}/{count}",
        }
    }

    pub(super) const fn category(self) -> Category {
        match self {
            Self::Tenant => Category::Tenant,
            Self::Landlord => Category::Landlord,
            Self::ApplicantLettings => Category::TenantApplicant,
            Self::ApplicantSales => Category::Buyer,
            Self::Vendor => Category::Vendor,
        }
    }

    /// The list after this one.
    pub(super) fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|list| *list > self)
    }
}

/// The branches, which are read only to see whether the key is good: short name, offset, count.
pub(super) const BRANCHES: &str = "/v4/contacts/{shortName}/company/branches/{offset}/{count}";

/// The vendor's own test call, on another tier.
pub(super) const TEST_CALL: &str = "/v4/advertising/{shortName}/company/company";

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Page<'a> {
    /// How many records the whole list has.
    #[serde(rename = "Count", alias = "count", default)]
    pub(super) count: Option<u64>,
    /// The records, each as it came.
    #[serde(
        borrow,
        rename = "Data",
        alias = "data",
        deserialize_with = "some_or_null"
    )]
    pub(super) data: Vec<&'a RawValue>,
}

/// A page must have its records, but may say null for none.
fn some_or_null<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<&'a RawValue>, D::Error> {
    Option::<Vec<&'a RawValue>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl<'a> Page<'a> {
    /// Reads a page; none where agentOS answers that there is no data (204).
    ///
    /// # Errors
    /// `schemaChanged`, where the answer is JSON of another shape, and `protocol`, where it is not
    /// JSON.
    pub(super) fn read(response: &'a HttpResponse) -> Result<Option<Self>, AdapterError> {
        if response.status.as_u16() == 204 || response.body.trim_ascii().is_empty() {
            return Ok(None);
        }
        let text = response.text()?;
        serde_json::from_str(text).map(Some).map_err(|error| {
            let kind = if error.is_data() {
                ErrorKind::SchemaChanged
            } else {
                ErrorKind::Protocol
            };
            let what = describe_json_error(text, &error);
            response.error(kind, format!("agentOS's list {what}."))
        })
    }
}

/// A record: its fields in order, each as it came.
#[derive(Debug, Default)]
pub(super) struct Record<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Record<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Record<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a record")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(24);
                while let Some((Key(key), value)) = map.next_entry()? {
                    fields.push((key, value));
                }
                Ok(Record(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// A key or a text, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// What a field holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// A text that is not blank, or a number as text.
    Text(Cow<'a, str>),
    /// Nothing: the field is missing, null or blank.
    Nothing,
    /// A list, an object, true or false, where a text should be.
    Other,
}

impl<'a> Record<'a> {
    /// Reads a record.
    ///
    /// # Errors
    /// Where it is not an object.
    pub(super) fn read(raw: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(raw)
    }

    /// A field by its name. Case does not matter: the vendor's documents spell `EmailAddress` and
    /// `EMailAddress`.
    pub(super) fn field(&self, name: &str) -> Found<'a> {
        let Some((_, value)) = self
            .0
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
        else {
            return Found::Nothing;
        };
        let text = value.get();
        match text.as_bytes().first() {
            Some(b'"') => match serde_json::from_str::<Key<'a>>(text) {
                Ok(Key(text)) if text.trim().is_empty() => Found::Nothing,
                Ok(Key(text)) => Found::Text(text),
                Err(_) => Found::Other,
            },
            Some(b'0'..=b'9' | b'-') => Found::Text(Cow::Borrowed(text)),
            Some(b'n') => Found::Nothing,
            _ => Found::Other,
        }
    }

    /// The first of these fields that is not blank, and its name.
    pub(super) fn first(&self, names: &[&'static str]) -> Option<(&'static str, Cow<'a, str>)> {
        names.iter().find_map(|name| match self.field(name) {
            Found::Text(text) => Some((*name, text)),
            Found::Nothing | Found::Other => None,
        })
    }

    /// Those of these fields that hold something other than text.
    pub(super) fn strange(
        &self,
        names: &'static [&'static str],
    ) -> impl Iterator<Item = &'static str> {
        names
            .iter()
            .copied()
            .filter(|name| self.field(name) == Found::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_follow_one_another_and_keep_their_names() {
        let mut order = vec![List::Tenant];
        while let Some(next) = order.last().and_then(|list| list.next()) {
            order.push(next);
        }
        assert_eq!(order, List::ALL, "every list is read once, and it ends");
        for list in List::ALL {
            assert_eq!(List::parse(list.as_str()), Some(list));
            assert_eq!(
                serde_json::to_string(&list).unwrap(),
                format!("\"{}\"", list.as_str()),
                "cursors and ids use one name"
            );
        }
    }

    #[test]
    fn a_page_needs_its_records_and_nothing_else() {
        let page: Page<'_> =
            serde_json::from_str(r#"{"Count":2,"Data":[{"OID":"1"},"x"]}"#).unwrap();
        assert_eq!((page.count, page.data.len()), (Some(2), 2));
        let none: Page<'_> = serde_json::from_str(r#"{"Data":null,"More":1}"#).unwrap();
        assert_eq!((none.count, none.data.len()), (None, 0));
        assert!(
            serde_json::from_str::<Page<'_>>(r#"{"Count":2}"#).is_err(),
            "an answer without records is no page"
        );
        assert!(serde_json::from_str::<Page<'_>>(r#"{"Count":"2","Data":[]}"#).is_err());
    }

    #[test]
    fn a_field_is_found_in_any_case_and_the_first_that_is_not_blank_counts() {
        let raw = r#"{"email":"  ","EMailAddress":"a\u0040b.example","Mobile":447700900123,
            "Phone":null,"Notes":{"x":1}}"#;
        let record = Record::read(raw).unwrap();
        assert_eq!(
            record.first(&["Email", "EmailAddress"]),
            Some(("EmailAddress", Cow::Borrowed("a@b.example")))
        );
        assert_eq!(
            record.first(&["Phone", "Mobile"]),
            Some(("Mobile", Cow::Borrowed("447700900123"))),
            "a number is read as text"
        );
        assert_eq!(record.field("Notes"), Found::Other);
        assert_eq!(
            record
                .strange(&["Email", "Phone", "Notes"])
                .collect::<Vec<_>>(),
            ["Notes"]
        );
        assert!(Record::read("[1]").is_err(), "a list is no record");
        assert!(Record::read("null").is_err(), "nothing is no record");
    }
}
