//! An activity in words, for CRMs that keep a text and no more.

use nurturehub_port::Activity;

/// What, when and by which system in the first line, then subject, words and link, a line each.
///
/// The date stands in the text, as what a CRM dates by itself is the moment of writing. Control
/// characters but line ends are left out, and a text of more than `most` characters is cut.
#[must_use]
pub fn activity_text(activity: &Activity, most: usize) -> String {
    let mut text = format!(
        "{} ({}, {})",
        activity.kind.title(),
        activity.occurred_at.strftime("%-d %B %Y %H:%M UTC"),
        activity.source.system.trim()
    );
    for part in [&activity.subject, &activity.body, &activity.link] {
        if let Some(part) = part
            .as_deref()
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            text.push('\n');
            text.extend(part.chars().filter(|c| *c == '\n' || !c.is_control()));
        }
    }
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use nurturehub_port::{ActivityContact, ActivityKind, ActivitySource, ExternalId};

    use super::*;

    #[test]
    fn it_says_what_and_when_and_has_an_end() {
        let mut activity = Activity {
            id: "a-1".into(),
            kind: ActivityKind::EmailOpened,
            occurred_at: "2026-03-01T09:05:00Z".parse().unwrap(),
            source: ActivitySource {
                system: "NurtureHub".into(),
                reference: None,
            },
            contact: ActivityContact {
                external_id: ExternalId::parse("1").unwrap(),
                external_type: None,
            },
            subject: Some(" Spring market ".into()),
            body: Some("Opened\r\ntwice\u{7}".into()),
            link: Some(String::new()),
            attributes: BTreeMap::new(),
        };
        assert_eq!(
            activity_text(&activity, 500),
            "Email opened (1 March 2026 09:05 UTC, NurtureHub)\nSpring market\nOpened\ntwice"
        );
        activity.body = Some("é".repeat(10_000));
        let text = activity_text(&activity, 500);
        assert_eq!(text.chars().count(), 501, "cut between characters");
        assert!(text.ends_with('…'), "and said to be cut");
    }
}
