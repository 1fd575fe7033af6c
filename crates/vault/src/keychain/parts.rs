//! A value of any length in entries of limited length.
//!
//! Windows takes 2,560 bytes in one entry, which a token set exceeds. A short value stands in the
//! entry of its name. For a longer one that entry says how many parts there are, where, how long
//! they are together and what their hash is; parts stand under the name with a suffix.
//!
//! Two places for parts, used in turn: a write fills the place that is not in use, then changes
//! the head in one step, then clears the other place. Killed at any moment, the head points to
//! parts that are whole. Everything is base64, because KDE's wallet keeps UTF-8 text only.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use nurturehub_port::Secret;
use zeroize::Zeroizing;

use super::link::Link;
use crate::VaultError;
use crate::vault::MAX_VALUE_BYTES;

/// Bytes in one entry.
const ROOM: usize = 2_000;

/// Parts of the largest value, and one for rounding.
const MAX_PARTS: usize = MAX_VALUE_BYTES * 4 / 3 / ROOM + 1;

const INLINE: &str = "1:";
const PARTED: &str = "2:";

/// What the entry under a name says.
#[derive(Debug, PartialEq, Eq)]
enum Head {
    /// The value itself, as base64.
    Inline(Zeroizing<String>),
    /// Where the value is.
    Parted(Parts),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Parts {
    place: Place,
    count: usize,
    bytes: usize,
    hash: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    A,
    B,
}

impl Place {
    const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// The entry of a part. `+` stands in no account's name, so parts never meet another value.
    fn entry(self, account: &str, index: usize) -> String {
        let place = match self {
            Self::A => 'a',
            Self::B => 'b',
        };
        format!("{account}+{place}{index}")
    }
}

/// Reads a value; one that is not all there is refused.
pub(super) fn read(link: &Link, account: &str) -> Result<Option<Secret<Vec<u8>>>, VaultError> {
    let text = match head(link, account)? {
        None => return Ok(None),
        Some(Head::Inline(text)) => text,
        Some(Head::Parted(parts)) => join(link, account, &parts)?,
    };
    STANDARD_NO_PAD
        .decode(text.as_bytes())
        .map(|value| Some(Secret::new(value)))
        .map_err(|_| damaged(account, "it is not base64"))
}

/// Writes a value in place of any other.
pub(super) fn write(link: &Link, account: &str, value: &Secret<Vec<u8>>) -> Result<(), VaultError> {
    let before = match head(link, account) {
        Ok(Some(Head::Parted(parts))) => Some(parts),
        Ok(_) | Err(VaultError::Corrupt { .. }) => None,
        Err(error) => return Err(error),
    };
    let text = Zeroizing::new(STANDARD_NO_PAD.encode(value.expose()));
    if INLINE.len() + text.len() <= ROOM {
        let mut entry = Zeroizing::new(String::with_capacity(ROOM));
        entry.push_str(INLINE);
        entry.push_str(&text);
        link.set(account, entry.as_bytes())?;
    } else {
        let place = before
            .as_ref()
            .map_or(Place::A, |parts| parts.place.other());
        let mut count = 0;
        for part in text.as_bytes().chunks(ROOM) {
            link.set(&place.entry(account, count), part)?;
            count += 1;
        }
        let hash = blake3::hash(text.as_bytes()).to_hex();
        let head = format!("{PARTED}{}:{count}:{}:{hash}", place as u8, text.len());
        link.set(account, head.as_bytes())?;
        // Longer than now, and killed: what such a writer left behind in this place.
        tidy(link, account, place, count);
    }
    if let Some(parts) = before {
        tidy(link, account, parts.place, 0);
    }
    Ok(())
}

/// Removes a value with all its parts.
pub(super) fn delete(link: &Link, account: &str) -> Result<(), VaultError> {
    link.remove(account)?;
    clear(link, account, Place::A, 0)?;
    clear(link, account, Place::B, 0)
}

fn head(link: &Link, account: &str) -> Result<Option<Head>, VaultError> {
    let Some(bytes) = link.get(account)? else {
        return Ok(None);
    };
    std::str::from_utf8(&bytes)
        .ok()
        .and_then(parse_head)
        .map(Some)
        .ok_or_else(|| damaged(account, "it was not written by this program"))
}

fn parse_head(text: &str) -> Option<Head> {
    if let Some(value) = text.strip_prefix(INLINE) {
        return Some(Head::Inline(Zeroizing::new(value.to_owned())));
    }
    let mut fields = text.strip_prefix(PARTED)?.split(':');
    let place = match fields.next()? {
        "0" => Place::A,
        "1" => Place::B,
        _ => return None,
    };
    let count = fields.next()?.parse().ok()?;
    let bytes = fields.next()?.parse().ok()?;
    let hash = fields.next()?.to_owned();
    let fits = (1..=MAX_PARTS).contains(&count) && bytes <= count * ROOM;
    (fits && fields.next().is_none()).then_some(Head::Parted(Parts {
        place,
        count,
        bytes,
        hash,
    }))
}

fn join(link: &Link, account: &str, parts: &Parts) -> Result<Zeroizing<String>, VaultError> {
    let mut text = Zeroizing::new(String::with_capacity(parts.bytes));
    for index in 0..parts.count {
        let part = link
            .get(&parts.place.entry(account, index))?
            .ok_or_else(|| damaged(account, "a part of it is missing"))?;
        let part = std::str::from_utf8(&part).map_err(|_| damaged(account, "it is not text"))?;
        if text.len() + part.len() > parts.bytes {
            return Err(damaged(account, "its parts do not belong together"));
        }
        text.push_str(part);
    }
    if blake3::hash(text.as_bytes()).to_hex().as_str() != parts.hash {
        return Err(damaged(account, "its parts do not belong together"));
    }
    Ok(text)
}

/// Clears what is no longer used. The new value is stored already, so a failure here is none of
/// the write; the next write or delete clears again.
fn tidy(link: &Link, account: &str, place: Place, from: usize) {
    if let Err(error) = clear(link, account, place, from) {
        tracing::warn!(
            account,
            kind = error.kind().as_str(),
            "old parts of a secret remain in the keychain"
        );
    }
}

/// Removes parts from `from` on, the last one first: killed in between, those left are found by
/// counting up again.
fn clear(link: &Link, account: &str, place: Place, from: usize) -> Result<(), VaultError> {
    let mut end = from;
    while end < MAX_PARTS && link.get(&place.entry(account, end))?.is_some() {
        end += 1;
    }
    for index in (from..end).rev() {
        link.remove(&place.entry(account, index))?;
    }
    Ok(())
}

fn damaged(account: &str, why: &'static str) -> VaultError {
    VaultError::Corrupt {
        what: account.to_owned(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_that_promises_nonsense_is_refused() {
        for bad in [
            "",
            "hello",
            "3:0:1:1:x",
            "2:0:0:0:x",
            "2:2:1:1:x",
            "2:0:1:2001:x",
            "2:0:9999999:1:x",
            "2:0:1:1:x:y",
            "2:0:1:-1:x",
        ] {
            assert_eq!(parse_head(bad), None, "{bad:?} must be refused");
        }
        assert!(
            parse_head("2:1:2:2001:abc").is_some(),
            "what we write is read"
        );
    }
}
