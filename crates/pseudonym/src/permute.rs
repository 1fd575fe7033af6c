//! A keyed permutation of a small range of numbers, so that different texts of one shape stay
//! different.

/// Rounds of the Feistel network; four make a permutation that cannot be told from a random one
/// with the few pairs that anybody sees (Luby and Rackoff).
const ROUNDS: u8 = 4;

/// Where `value` of `0..size` goes under this key and tweak. It is one to one, and never in place
/// where there is another place.
pub(crate) fn permute(key: &[u8; 32], tweak: &str, value: u64, size: u64) -> u64 {
    if size < 2 {
        return value;
    }
    let half = (64 - (size - 1).leading_zeros()).div_ceil(2).max(1);
    let mask = (1_u64 << half) - 1;
    let mut now = value;
    // The network works on a power of two: walk on until it is within the range again. It is a
    // circle through `value`, which is within it, so the walk ends.
    loop {
        now = network(key, tweak, now, half, mask);
        if now < size {
            break;
        }
    }
    if now == value {
        (value + 1) % size
    } else {
        now
    }
}

fn network(key: &[u8; 32], tweak: &str, value: u64, half: u32, mask: u64) -> u64 {
    let (mut left, mut right) = (value >> half, value & mask);
    for round in 0..ROUNDS {
        let mut hasher = blake3::Hasher::new_keyed(key);
        hasher.update(&[round]);
        hasher.update(&right.to_le_bytes());
        hasher.update(tweak.as_bytes());
        let mut drawn = [0; 8];
        hasher.finalize_xof().fill(&mut drawn);
        (left, right) = (right, left ^ (u64::from_le_bytes(drawn) & mask));
    }
    (left << half) | right
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_place_is_taken_at_most_twice_and_nothing_stays() {
        for size in [2, 10, 90, 676, 1000] {
            let taken: BTreeSet<u64> = (0..size)
                .map(|value| permute(&[7; 32], "x", value, size))
                .collect();
            assert!(taken.iter().all(|place| *place < size), "within the range");
            // Only what would have stayed is moved on to its neighbour's place.
            let least = size - (0..size).filter(|v| stays(*v, size)).count() as u64;
            assert!(
                taken.len() as u64 >= least.min(size),
                "{size}: {} places",
                taken.len()
            );
            assert!((0..size).all(|value| permute(&[7; 32], "x", value, size) != value));
        }
    }

    fn stays(value: u64, size: u64) -> bool {
        permute(&[7; 32], "x", value, size) == (value + 1) % size
    }

    #[test]
    fn another_key_or_tweak_is_another_permutation() {
        let row = |key: u8, tweak: &str| -> Vec<u64> {
            (0..20)
                .map(|value| permute(&[key; 32], tweak, value, 1_000_000))
                .collect()
        };
        assert_ne!(row(1, "a"), row(2, "a"));
        assert_ne!(row(1, "a"), row(1, "b"));
    }
}
