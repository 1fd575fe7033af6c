//! `contacts`

use nurturehub_engine::{ContactList, ContactQuery, Engine, EngineError};
use nurturehub_port::Contact;
use serde_json::Value;

use crate::args::{Contacts, Globals};
use crate::exit::Exit;
use crate::output::table::{Column, table};
use crate::output::{Console, text};
use crate::workplace::Workplace;

/// Lists contacts.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: Contacts,
) -> Result<Exit, EngineError> {
    let workplace = Workplace::open(globals).await?;
    let query = ContactQuery {
        search: args.search,
        category: args.category,
        // The parser has let only the words of this list pass.
        change: args
            .change
            .and_then(|word| serde_json::from_value(Value::String(word)).ok()),
        limit: args.page.limit,
        offset: args.page.offset,
        ..ContactQuery::default()
    };
    let list = workplace.engine.contacts(&args.connection, query).await?;
    let rows = if console.is_for_scripts() {
        Vec::new()
    } else {
        rows(&workplace.engine, &args.connection, &list).await?
    };
    console.answer(&list, || {
        let shown = text::count(list.total, "contact", "contacts");
        if rows.is_empty() {
            return format!("{shown}; none to show.");
        }
        let columns = ["id", "name", "category", "e-mail", "phone", "change"].map(Column::Left);
        let number = rows.len();
        format!("{}\n{number} of {shown}", table(&columns, rows))
    })?;
    Ok(Exit::Done)
}

async fn rows(
    engine: &Engine,
    connection: &str,
    list: &ContactList,
) -> Result<Vec<[String; 6]>, EngineError> {
    let mut rows = Vec::with_capacity(list.contacts.len());
    for json in &list.contacts {
        let Ok(contact) = serde_json::from_str::<Contact>(json.get()) else {
            continue;
        };
        let id = contact.provenance.external_id.as_str();
        let change = text::word(&engine.contact(connection, id).await?.change);
        rows.push(row(&contact, change));
    }
    Ok(rows)
}

fn row(contact: &Contact, change: String) -> [String; 6] {
    let email = contact
        .emails
        .iter()
        .find(|email| email.primary)
        .or(contact.emails.first());
    let phone = contact
        .phones
        .iter()
        .find(|phone| phone.primary)
        .or(contact.phones.first());
    [
        text::shown(contact.provenance.external_id.as_str(), 24),
        text::shown(&contact.identity.full_name, 32),
        contact.category.as_str().to_owned(),
        email.map_or_else(|| "–".to_owned(), |email| text::shown(&email.address, 36)),
        phone.map_or_else(
            || "–".to_owned(),
            |phone| text::shown(phone.e164.as_deref().unwrap_or(&phone.raw), 20),
        ),
        change,
    ]
}
