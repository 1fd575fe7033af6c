//! Words and numbers replaced by others of the same shape.

use crate::Pseudonyms;
use crate::permute::permute;

/// Longest part of a word that is one number to the permutation: 26 to the twelfth fits.
const PART: usize = 12;

/// Whether a character belongs to a word. Marks that combine with a letter do, so that a name is one
/// word however it is written.
pub(crate) fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '\u{300}'..='\u{36f}')
}

/// Every word of a text replaced; what stands between them stays.
pub(crate) fn scramble(pseudonyms: &Pseudonyms, text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for piece in pieces(text) {
        if piece.starts_with(is_of_word) {
            written.push_str(&word(pseudonyms, piece));
        } else {
            written.extend(
                piece
                    .chars()
                    .map(|character| picture(pseudonyms, character)),
            );
        }
    }
    written
}

/// A text cut into words and what stands between them, in order.
pub(crate) fn pieces(text: &str) -> Pieces<'_> {
    Pieces { rest: text }
}

/// See [`pieces`].
pub(crate) struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let first = self.rest.chars().next()?;
        let kind = is_of_word(first);
        let end = self
            .rest
            .find(|character| is_of_word(character) != kind)
            .unwrap_or(self.rest.len());
        let (piece, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        Some(piece)
    }
}

/// One word replaced. It does not depend on how the word is capitalised, so that `SMITH` and `Smith`
/// stay the same person; the replacement is capitalised as the word is.
pub(crate) fn word(pseudonyms: &Pseudonyms, word: &str) -> String {
    if let Some(known) = pseudonyms.known.borrow().get(word) {
        return known.clone();
    }
    let replaced = if word.is_ascii() {
        ascii(pseudonyms, word)
    } else {
        by_character(pseudonyms, word)
    };
    pseudonyms
        .known
        .borrow_mut()
        .insert(word.to_owned(), replaced.clone());
    replaced
}

/// Letters and digits: one to one among all words of the same shape.
fn ascii(pseudonyms: &Pseudonyms, word: &str) -> String {
    let small = word.to_ascii_lowercase();
    let characters: Vec<char> = word.chars().collect();
    if characters.len() <= PART {
        return part(pseudonyms, "", &characters);
    }
    // Too long for one number: every part depends on the whole.
    characters
        .chunks(PART)
        .enumerate()
        .map(|(at, some)| part(pseudonyms, &format!("{at} {small}"), some))
        .collect()
}

fn part(pseudonyms: &Pseudonyms, tweak: &str, characters: &[char]) -> String {
    let sizes: Vec<u64> = (0..characters.len())
        .map(|at| choices(characters, at))
        .collect();
    let shape: String = sizes
        .iter()
        .map(|size| char::from(b'a' + u8::try_from(*size % 26).unwrap_or(0)))
        .collect();
    let mut number = 0_u64;
    for (at, size) in sizes.iter().enumerate() {
        number = number.wrapping_mul(*size) + digit(characters, at);
    }
    let size = sizes.iter().product();
    let mut number = permute(&pseudonyms.key, &format!("{tweak}/{shape}"), number, size);
    let mut written: Vec<char> = Vec::with_capacity(characters.len());
    for (at, size) in sizes.iter().enumerate().rev() {
        written.push(character(characters, at, number % size));
        number /= size;
    }
    written.iter().rev().collect()
}

/// The character at a place, where there is one.
fn character_at(characters: &[char], at: usize) -> char {
    characters.get(at).copied().unwrap_or('0')
}

/// Whether a digit is the first of a number that does not begin with zero: it may not become zero,
/// or the number would lose its length.
fn leads(characters: &[char], at: usize) -> bool {
    let first = at == 0 || !character_at(characters, at - 1).is_ascii_digit();
    first && character_at(characters, at) != '0'
}

/// Out of how many a character is chosen.
fn choices(characters: &[char], at: usize) -> u64 {
    match character_at(characters, at) {
        '0'..='9' if leads(characters, at) => 9,
        // A zero in front stays one.
        '0' if at == 0 => 1,
        '0'..='9' => 10,
        _ => 26,
    }
}

fn digit(characters: &[char], at: usize) -> u64 {
    let value = match character_at(characters, at) {
        found @ '0'..='9' if leads(characters, at) => u32::from(found) - u32::from('1'),
        '0' if at == 0 => 0,
        found @ '0'..='9' => u32::from(found) - u32::from('0'),
        found => u32::from(found.to_ascii_lowercase()).saturating_sub(u32::from('a')),
    };
    u64::from(value)
}

fn character(characters: &[char], at: usize, digit: u64) -> char {
    let value = u8::try_from(digit).unwrap_or(0);
    let original = character_at(characters, at);
    let written = match original {
        '0'..='9' if leads(characters, at) => b'1' + value,
        '0' if at == 0 => b'0',
        '0'..='9' => b'0' + value,
        'A'..='Z' => b'A' + value,
        _ => b'a' + value,
    };
    char::from(written)
}

/// A word with other than Latin letters: each letter becomes another of its block and case.
fn by_character(pseudonyms: &Pseudonyms, word: &str) -> String {
    let mut hasher = blake3::Hasher::new_keyed(&pseudonyms.key);
    hasher.update(word.to_lowercase().as_bytes());
    let mut stream = hasher.finalize_xof();
    word.chars()
        .map(|character| {
            let mut drawn = [0; 4];
            stream.fill(&mut drawn);
            alike(character, u32::from_le_bytes(drawn))
        })
        .collect()
}

/// A character that is neither letter nor digit: those beyond Latin punctuation can be a picture
/// that tells somebody, and become another.
fn picture(pseudonyms: &Pseudonyms, character: char) -> char {
    if u32::from(character) < 0x2190 || character.is_whitespace() {
        return character;
    }
    let mut buffer = [0; 4];
    let mut hasher = blake3::Hasher::new_keyed(&pseudonyms.key);
    hasher.update(character.encode_utf8(&mut buffer).as_bytes());
    let mut drawn = [0; 4];
    hasher.finalize_xof().fill(&mut drawn);
    alike(character, u32::from_le_bytes(drawn))
}

/// What must not differ between a character and what stands in its place.
fn class(character: char) -> (usize, bool, bool, bool, bool) {
    (
        character.len_utf8(),
        character.is_alphabetic(),
        character.is_numeric(),
        character.is_uppercase(),
        character.is_lowercase(),
    )
}

/// Another character of the same class, from the same sixty-four.
fn alike(character: char, drawn: u32) -> char {
    if matches!(character, '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}') {
        return character;
    }
    if character.is_ascii_digit() {
        return char::from_digit((u32::from(character) - 48 + 1 + drawn % 9) % 10, 10)
            .unwrap_or(character);
    }
    let block = if character.is_ascii_lowercase() {
        u32::from('a')..u32::from('z') + 1
    } else if character.is_ascii_uppercase() {
        u32::from('A')..u32::from('Z') + 1
    } else {
        let start = u32::from(character) & !63;
        start..start + 64
    };
    let wanted = class(character);
    let fitting: Vec<char> = block
        .filter_map(char::from_u32)
        .filter(|other| *other != character && class(*other) == wanted)
        .filter(|other| !other.is_control() && !other.is_whitespace())
        .collect();
    usize::try_from(drawn)
        .ok()
        .and_then(|drawn| fitting.get(drawn % fitting.len().max(1)))
        .copied()
        .unwrap_or(character)
}
