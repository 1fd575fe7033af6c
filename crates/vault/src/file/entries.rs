//! The content of the vault file before it is sealed: names and values, each with its length.
//!
//! Little-endian throughout: a count (u32), then for each entry the name's length (u16), the name,
//! the value's length (u32), the value. Not JSON, whose parser leaves copies of strings in memory
//! that nobody wipes.

use std::collections::BTreeMap;

use nurturehub_port::Secret;
use zeroize::Zeroizing;

/// Values by name.
pub(super) type Entries = BTreeMap<String, Secret<Vec<u8>>>;

/// Extra room, so that the seal's tag does not move the plain text to another place in memory.
const ROOM_FOR_TAG: usize = 16;

/// The entries as bytes.
pub(super) fn encode(entries: &Entries) -> Zeroizing<Vec<u8>> {
    let size = entries.iter().fold(4, |size, (name, value)| {
        size + 6 + name.len() + value.expose().len()
    });
    // Reserved once: growing would leave the old buffer behind unwiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + ROOM_FOR_TAG));
    bytes.extend_from_slice(&length(entries.len()).to_le_bytes());
    for (name, value) in entries {
        // Names are far shorter than this: `AccountKey` bounds them.
        bytes.extend_from_slice(&u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(&length(value.expose().len()).to_le_bytes());
        bytes.extend_from_slice(value.expose());
    }
    bytes
}

fn length(length: usize) -> u32 {
    // Values are bounded by `MAX_VALUE_BYTES`.
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The entries in these bytes, if they are such.
pub(super) fn decode(bytes: &[u8]) -> Option<Entries> {
    let (count, mut rest) = bytes.split_first_chunk()?;
    let mut entries = Entries::new();
    for _ in 0..u32::from_le_bytes(*count) {
        let (name_length, tail) = rest.split_first_chunk()?;
        let (name, tail) = tail.split_at_checked(u16::from_le_bytes(*name_length).into())?;
        let (value_length, tail) = tail.split_first_chunk()?;
        let value_length = usize::try_from(u32::from_le_bytes(*value_length)).ok()?;
        let (value, tail) = tail.split_at_checked(value_length)?;
        let name = std::str::from_utf8(name).ok()?.to_owned();
        entries.insert(name, Secret::new(value.to_vec()));
        rest = tail;
    }
    rest.is_empty().then_some(entries)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded_and_nothing_shorter_or_longer(
            map in proptest::collection::btree_map("[a-z/]{1,20}", proptest::collection::vec(any::<u8>(), 0..50), 0..5)
        ) {
            let entries: Entries = map.into_iter().map(|(k, v)| (k, Secret::new(v))).collect();
            let bytes = encode(&entries);
            prop_assert_eq!(bytes.capacity(), bytes.len() + ROOM_FOR_TAG, "sized once, never grown");
            prop_assert_eq!(decode(&bytes), Some(entries));
            for cut in 0..bytes.len() {
                prop_assert_eq!(decode(&bytes[..cut]), None, "cut at {}", cut);
            }
            let mut longer = bytes.to_vec();
            longer.push(0);
            prop_assert_eq!(decode(&longer), None, "trailing bytes");
        }

        #[test]
        fn any_bytes_are_taken_or_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            // The count and lengths may claim anything; memory follows what is there.
            let _ = decode(&bytes);
        }
    }
}
