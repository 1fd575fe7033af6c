//! Chance by seed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Dice that always fall the same way for the same seed, name, purpose and record.
#[derive(Debug, Clone)]
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        hasher.update(name.as_bytes());
        Self(ChaCha8Rng::from_seed(*hasher.finalize().as_bytes()))
    }

    /// Fresh dice for one purpose about one record.
    pub(crate) fn turned_to(&self, purpose: u64, index: u64) -> Self {
        let mut dice = self.0.clone();
        dice.set_stream((purpose << 48) | index);
        dice.set_word_pos(0);
        Self(dice)
    }

    /// A number below `sides`; 0 where there are none.
    pub(crate) fn below(&mut self, sides: u32) -> u32 {
        let scaled = u64::from(self.0.next_u32()) * u64::from(sides);
        u32::try_from(scaled >> 32).unwrap_or_default()
    }

    /// The same as an index.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        self.below(u32::try_from(length).unwrap_or(u32::MAX)) as usize
    }

    /// True once in so many throws, on average.
    pub(crate) fn one_in(&mut self, sides: u32) -> bool {
        self.below(sides) == 0
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, chance: u32) -> bool {
        self.below(100) < chance
    }

    /// One of these.
    pub(crate) fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        let index = self.index(items.len());
        items.get(index).copied().unwrap_or_default()
    }

    /// Sixty-four random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }
}
