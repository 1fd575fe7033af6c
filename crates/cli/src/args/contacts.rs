//! Arguments of the commands that show contacts.

use clap::Args;
use clap::builder::PossibleValuesParser;
use nurturehub_port::Category;

/// What a push would do with a contact, in the contract's words.
const CHANGES: [&str; 5] = ["create", "update", "archive", "unchanged", "blocked"];

/// Which part of a list.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Page {
    /// Show at most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: u32,
    /// Pass over so many
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: u64,
}

/// What `contacts` is given.
#[derive(Debug, Args)]
pub(crate) struct Contacts {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    /// Part of a name, an address or a number
    #[arg(long, value_name = "S")]
    pub(crate) search: Option<String>,
    /// Only contacts of this category
    #[arg(long, value_name = "C", value_parser = category, help = category_help())]
    pub(crate) category: Option<Category>,
    /// Only contacts with which a push would do this
    #[arg(long, value_name = "K", value_parser = PossibleValuesParser::new(CHANGES))]
    pub(crate) change: Option<String>,
    #[command(flatten)]
    pub(crate) page: Page,
}

fn category_help() -> String {
    let words: Vec<&str> = Category::ALL.into_iter().map(Category::as_str).collect();
    format!("Only contacts of this category: {}", words.join(", "))
}

fn category(text: &str) -> Result<Category, String> {
    Category::ALL
        .into_iter()
        .find(|category| category.as_str() == text)
        .ok_or_else(|| "there is no such category".to_owned())
}

/// What `contact` is given.
#[derive(Debug, Args)]
pub(crate) struct Contact {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    /// The contact's id in the CRM
    pub(crate) external_id: String,
}

/// What `preview` is given.
#[derive(Debug, Args)]
pub(crate) struct Preview {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    #[command(flatten)]
    pub(crate) page: Page,
}
