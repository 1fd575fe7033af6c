//! Where in a record a field is.

use std::borrow::Cow;

use serde_json::Value;

/// Most candidates of a path, and most steps of a candidate.
const MOST: usize = 20;

/// Most values that are taken of one path. A list of a person's e-mail addresses has a handful.
const MOST_VALUES: usize = 200;

/// A path with its candidates, of which the first that leads to something counts:
/// `contact.firstName|forename`, `emails[].address`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldPath(Vec<Candidate>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Candidate {
    /// As it was written, for the lineage.
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// Into the field of this name.
    Key(String),
    /// Into each item of a list.
    Each,
}

/// What a path leads to.
#[derive(Debug, PartialEq)]
pub(super) struct Found<'r> {
    /// The candidate that led there.
    pub(super) from: &'r str,
    /// The values: never null or blank text, and at least one.
    pub(super) values: Vec<&'r Value>,
}

impl<'r> Found<'r> {
    /// The values that are text or a number, as text.
    pub(super) fn texts(&self) -> impl Iterator<Item = Cow<'r, str>> {
        self.values.iter().copied().filter_map(as_text)
    }

    /// Whether a value is something that no text can be made of.
    pub(super) fn is_strange(&self) -> bool {
        self.values.iter().any(|value| as_text(value).is_none())
    }
}

/// A value as text: numbers, true and false are written as JSON writes them.
fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

impl FieldPath {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let candidates: Vec<&str> = text.split('|').collect();
        if candidates.len() > MOST {
            return Err("has too many alternatives");
        }
        candidates
            .into_iter()
            .map(Candidate::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// What the path leads to in a record; nothing where all candidates lead to null or blank.
    pub(super) fn find<'r>(&'r self, record: &'r Value) -> Option<Found<'r>> {
        self.0.iter().find_map(|candidate| {
            let mut values = Vec::new();
            collect(record, &candidate.steps, &mut values);
            (!values.is_empty()).then_some(Found {
                from: &candidate.text,
                values,
            })
        })
    }

    /// The first text that the path leads to, and the candidate that led there.
    pub(super) fn text<'r>(&'r self, record: &'r Value) -> Option<(&'r str, Cow<'r, str>)> {
        let found = self.find(record)?;
        let text = found.texts().next()?;
        Some((found.from, text))
    }

    /// The plain keys of each candidate; none for one that goes through a list.
    pub(super) fn keys(&self) -> impl Iterator<Item = Option<Vec<&str>>> {
        self.0.iter().map(|candidate| {
            candidate
                .steps
                .iter()
                .map(|step| match step {
                    Step::Key(key) => Some(key.as_str()),
                    Step::Each => None,
                })
                .collect()
        })
    }
}

impl Candidate {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Err("is empty, or has an empty alternative");
        }
        let mut steps = Vec::new();
        for part in text.split('.') {
            let key = part.trim_end_matches("[]");
            if key.is_empty() {
                return Err("has an empty step: write `a.b`, `a[].b` or `a|b`");
            }
            if key.contains(['[', ']', '{', '}']) || key.chars().any(char::is_control) {
                return Err(
                    "has a bracket in the wrong place: `a[].b` goes into each item of a list",
                );
            }
            steps.push(Step::Key(key.to_owned()));
            let lists = (part.len() - key.len()) / 2;
            steps.extend(std::iter::repeat_n(Step::Each, lists));
        }
        if steps.len() > MOST {
            return Err("has too many steps");
        }
        Ok(Self {
            text: text.to_owned(),
            steps,
        })
    }
}

fn collect<'r>(value: &'r Value, steps: &[Step], found: &mut Vec<&'r Value>) {
    if found.len() >= MOST_VALUES {
        return;
    }
    match steps.split_first() {
        None if is_nothing(value) => {}
        None => found.push(value),
        Some((Step::Key(key), rest)) => {
            if let Some(inner) = value.get(key.as_str()) {
                collect(inner, rest, found);
            }
        }
        Some((Step::Each, rest)) => {
            for item in value.as_array().into_iter().flatten() {
                collect(item, rest, found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(path: &str, record: &Value) -> Vec<String> {
        FieldPath::parse(path)
            .unwrap()
            .find(record)
            .map(|found| found.texts().map(Cow::into_owned).collect())
            .unwrap_or_default()
    }

    #[test]
    fn the_first_candidate_that_leads_to_something_counts() {
        let record = json!({"firstName": "  ", "forename": "Ada", "name": {"first": "Eve"}});
        assert_eq!(texts("firstName|forename|name.first", &record), ["Ada"]);
        assert_eq!(texts("missing|name.first", &record), ["Eve"]);
        assert_eq!(texts("missing|name.none", &record), Vec::<String>::new());
        let path = FieldPath::parse("firstName | forename").unwrap();
        assert_eq!(
            path.text(&record).unwrap().0,
            "forename",
            "the lineage names the candidate that was taken"
        );
    }

    #[test]
    fn lists_give_all_their_values_and_numbers_are_text() {
        let record = json!({
            "emails": [{"address": "a@b.example"}, {"address": null}, 7, {"address": "c@d.example"}],
            "phones": ["1", 2, ""], "deep": [["x"], ["y"]],
        });
        assert_eq!(
            texts("emails[].address", &record),
            ["a@b.example", "c@d.example"]
        );
        assert_eq!(texts("phones[]", &record), ["1", "2"]);
        assert_eq!(texts("deep[][]", &record), ["x", "y"]);
        assert!(
            FieldPath::parse("emails")
                .unwrap()
                .find(&record)
                .unwrap()
                .is_strange(),
            "a list where a text should be is told"
        );
    }

    #[test]
    fn a_path_that_means_nothing_is_refused() {
        for bad in [
            "", "a||b", "a..b", ".a", "a.", "[]", "a[0]", "a[]b", "a.{x}", "|",
        ] {
            assert!(FieldPath::parse(bad).is_err(), "{bad:?} must be refused");
        }
    }
}
