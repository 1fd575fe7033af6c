//! The texts of all contacts, close together, in parts that are small enough to be changed.

use memchr::memmem;

/// Stands behind each contact's text. No text has it.
const END: u8 = 0;

/// Contacts of a part: some tens of KiB of text, which a change moves.
const PART: usize = 1_024;

/// Texts, by the place of their contact.
#[derive(Debug, Default)]
pub(super) struct Texts {
    parts: Vec<Part>,
}

#[derive(Debug, Default)]
struct Part {
    /// All texts, one behind the other.
    text: Vec<u8>,
    /// Where in `text` each contact's ends, its `END` included.
    ends: Vec<usize>,
}

impl Texts {
    /// Adds the next contact's.
    pub(super) fn push(&mut self, text: &[u8]) {
        match self.parts.last_mut() {
            Some(part) if part.ends.len() < PART => part.push(text),
            _ => {
                let mut part = Part::default();
                part.push(text);
                self.parts.push(part);
            }
        }
    }

    /// Puts another text in the place of a contact's.
    pub(super) fn put(&mut self, at: usize, text: &[u8]) {
        if let Some(part) = self.parts.get_mut(at / PART) {
            part.put(at % PART, text);
        }
    }

    /// The places of the contacts whose text has this in it, in order.
    pub(super) fn with(&self, needle: &[u8]) -> impl Iterator<Item = usize> {
        let finder = memmem::Finder::new(needle).into_owned();
        // A text that spans two contacts is nobody's.
        let parts = if needle.contains(&END) {
            &[]
        } else {
            self.parts.as_slice()
        };
        let first = (0..).step_by(PART);
        parts.iter().zip(first).flat_map(move |(part, first)| {
            let finder = finder.clone();
            part.with(finder).map(move |at| first + at)
        })
    }
}

impl Part {
    fn push(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
        self.text.push(END);
        self.ends.push(self.text.len());
    }

    fn put(&mut self, at: usize, text: &[u8]) {
        let before = at.checked_sub(1).map(|before| self.ends.get(before));
        let from = before.unwrap_or(Some(&0)).copied();
        let to = self.ends.get(at).map(|end| end.saturating_sub(1));
        let Some((from, to)) = from.zip(to).filter(|(from, to)| from <= to) else {
            return;
        };
        if self.text.get(from..to) == Some(text) {
            return;
        }
        self.text.splice(from..to, text.iter().copied());
        for end in self.ends.iter_mut().skip(at) {
            *end = *end - to + from + text.len();
        }
    }

    fn with(&self, finder: memmem::Finder<'static>) -> impl Iterator<Item = usize> {
        let (mut from, mut passed) = (0, 0);
        std::iter::from_fn(move || {
            let rest = self.text.get(from..)?;
            let found = from + finder.find(rest)?;
            passed += ended(self.ends.get(passed..)?, found);
            from = *self.ends.get(passed)?;
            passed += 1;
            Some(passed - 1)
        })
    }
}

/// How many of these contacts end at or before a place. It is mostly few: the nearest are looked at
/// first.
fn ended(ends: &[usize], place: usize) -> usize {
    let mut near = 1;
    while ends.get(near).is_some_and(|&end| end <= place) {
        near *= 2;
    }
    let near = ends.get(..=near).unwrap_or(ends);
    near.partition_point(|&end| end <= place)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Over more than two parts, with some texts changed: the same as looking at each.
    #[test]
    fn a_search_finds_what_looking_at_each_text_finds() {
        let mut plain: Vec<String> = (0..2 * PART + 7).map(|at| format!("{at:x}")).collect();
        let mut texts = Texts::default();
        for text in &plain {
            texts.push(text.as_bytes());
        }
        let longer = "a".repeat(50);
        let changes = [
            (0, "abc"),
            (1, ""),
            (PART - 1, longer.as_str()),
            (PART, "abcd"),
            (2 * PART + 6, "c"),
        ];
        for (at, text) in changes {
            text.clone_into(&mut plain[at]);
            texts.put(at, text.as_bytes());
        }
        for needle in ["a", "ab", "abc", "abcd", "c", "0", "7f", "aaa", "nowhere"] {
            let expected: Vec<usize> = plain
                .iter()
                .enumerate()
                .filter(|(_, text)| text.contains(needle))
                .map(|(at, _)| at)
                .collect();
            let found: Vec<usize> = texts.with(needle.as_bytes()).collect();
            assert_eq!(found, expected, "`{needle}`");
        }
        assert_eq!(texts.with(b"a\0").count(), 0, "nothing spans two texts");
    }

    #[test]
    fn ends_are_counted_however_far_away_they_are() {
        let ends: Vec<usize> = (1..40).map(|at| at * 3).collect();
        for place in 0..130 {
            let plainly = ends.iter().filter(|&&end| end <= place).count();
            assert_eq!(ended(&ends, place), plainly, "{place}");
        }
        assert_eq!(ended(&[], 5), 0);
    }
}
