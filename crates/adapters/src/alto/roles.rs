//! What a contact is to the agency.
//!
//! Clients are what their personas say; where there are several, all are listed and the assigned one
//! is the first of: landlord, vendor, tenant, buyer, tenant applicant, lead. An applicant buys or
//! rents by what the requirements say, else by the intention, else is a lead. Other categories are
//! suppliers (those who work for the agency) or companies; the rest is `other`. A potential vendor or
//! landlord is a tag, no category.

use nurturehub_adapter_kit::mapping::ContactBuilder;
use nurturehub_port::Category;

use super::map::{entries, text};
use super::wire::{Record, Requirement};

/// The categories, the assigned one first.
pub(super) fn categories(builder: &mut ContactBuilder<'_>, record: &Record<'_>) {
    let kind = record.item.contact_type.as_ref();
    let is = |persona: &str| {
        let mut personas = kind.into_iter().flat_map(|kind| entries(&kind.persona));
        personas.any(|held| &**held == persona)
    };
    for (persona, category) in [
        ("Landlord", Category::Landlord),
        ("Vendor", Category::Vendor),
        ("Tenant", Category::Tenant),
    ] {
        if is(persona) {
            builder.category("item.contactType.persona", category);
        }
    }
    if is("Applicant") {
        applicant(builder, record);
    }
    let category = kind.and_then(|kind| text(kind.category.as_ref()));
    let (from, category) = match category {
        Some(category) => ("item.contactType.category", Some(category)),
        None => ("detail.category", text(record.detail.category.as_ref())),
    };
    if let Some(known) = category.and_then(beside_clients) {
        builder.category(from, known);
    }
    builder.attribute_text(from, "contactCategory", category);
}

/// What a category other than `Client` is here.
fn beside_clients(category: &str) -> Option<Category> {
    Some(match category {
        "Solicitor" | "Surveyor" | "Supplier" | "Builder" | "Maintenance" | "Utility"
        | "Service" | "FinancialAdvisor" | "Accountant" | "ExternalPrinter" => Category::Supplier,
        "BuildingSociety" | "Bank" | "Publication" | "EstateAgent" | "EstateAgentLocal"
        | "ManagingAgent" | "Developer" | "OnSiteSales" => Category::Company,
        _ => return None,
    })
}

fn applicant(builder: &mut ContactBuilder<'_>, record: &Record<'_>) {
    let wishes = entries(&record.item.applicant_requirements)
        .filter(|wish| wish.is_active_profile != Some(false));
    let (mut buys, mut rents) = (false, false);
    for category in wishes.filter_map(looks_for) {
        buys |= category == Category::Buyer;
        rents |= category == Category::TenantApplicant;
    }
    let from = "item.applicantRequirements[]";
    if buys {
        builder.category(from, Category::Buyer);
    }
    if rents {
        builder.category(from, Category::TenantApplicant);
    }
    if !buys && !rents {
        match record.item.intention.as_deref().and_then(word) {
            Some(category) => builder.category("item.intention", category),
            None => builder.category("item.contactType.persona", Category::Lead),
        };
    }
}

/// What a requirement is about: by its words, else by whether rent is due at all.
fn looks_for(wish: &Requirement<'_>) -> Option<Category> {
    wish.profile_intention
        .as_deref()
        .and_then(word)
        .or_else(|| {
            let rental = wish.rental_intention.as_ref()?;
            let due = text(rental.price_qualifier.as_ref())?;
            (due != "Unknown").then_some(Category::TenantApplicant)
        })
}

/// Buying or renting, in whatever words an agency has for it.
fn word(intention: &str) -> Option<Category> {
    let intention = intention.to_ascii_lowercase();
    if intention.contains("rent") || intention.contains("tenan") {
        Some(Category::TenantApplicant)
    } else if intention.contains("buy") || intention.contains("purchas") {
        Some(Category::Buyer)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intention_is_read_by_its_words_and_not_guessed() {
        for (said, expected) in [
            ("Buy", Some(Category::Buyer)),
            ("Looking to purchase", Some(Category::Buyer)),
            ("To rent", Some(Category::TenantApplicant)),
            ("New Tenancy", Some(Category::TenantApplicant)),
            ("Let", None),
            ("Sell", None),
            ("", None),
        ] {
            assert_eq!(word(said), expected, "{said:?}");
        }
    }
}
