//! Fingerprints of records, by which one that comes twice is known.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Parts that grow one after another, so that growing never needs twice the room at once.
const PARTS: u64 = 64;

/// Which records came. Prints have 64 bits, so that among a million records any two are taken for the same with
/// odds of one in forty million.
pub(super) struct Seen {
    parts: Vec<HashSet<u64, BuildHasherDefault<AsItIs>>>,
}

impl Default for Seen {
    fn default() -> Self {
        Self { parts: (0..PARTS).map(|_| HashSet::default()).collect() }
    }
}

impl Seen {
    /// Remembers a record, and says whether it is new.
    pub(super) fn is_new(&mut self, record: &impl Hash) -> bool {
        let mut hasher = DefaultHasher::new();
        record.hash(&mut hasher);
        let print = hasher.finish();
        // Bits from the middle: a set uses those at both ends.
        self.parts[((print >> 32) % PARTS) as usize].insert(print)
    }
}

/// A fingerprint is spread well enough as it is.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, print: u64) {
        self.0 = print;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_is_new_once() {
        let mut seen = Seen::default();
        assert!((0..10_000).all(|n| seen.is_new(&n)));
        assert!((0..10_000).all(|n| !seen.is_new(&n)));
    }
}
