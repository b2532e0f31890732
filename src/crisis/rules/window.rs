//! A window of words, as patterns see it.

use std::cell::Cell;

use super::lexicon::{STOP, WordId};
use super::pattern::Patterns;

/// Words in a window.
pub(super) const WINDOW: usize = 120;
/// How far the next window starts. Every match of up to `WINDOW - STRIDE` words lies whole in one.
pub(super) const STRIDE: usize = 80;

/// Places for the words of a window: a power of two, at least twice as many.
const SLOTS: usize = 256;

/// The words of one window: for each, the places where it stands, as a mask.
pub(super) struct Window {
    /// A table of the words, each at the first free slot from where [`slot`] has it.
    words: [WordId; SLOTS],
    places: [u128; SLOTS],
    /// A bit for each word: most words that are asked for are not there, and this says it fast.
    signs: [u64; SIGNS],
    /// Places that a gap may step over.
    open: u128,
    all: u128,
    /// Places of large sets, as far as they were asked for.
    kept: [Cell<(u32, u128)>; KEPT],
}

/// No word.
const FREE: WordId = WordId::MAX;

/// Sets of so many words are worked out once and kept.
const LARGE: usize = 6;
/// As many of them, the last ones asked for.
const KEPT: usize = 64;

const SIGNS: usize = 32;

const fn sign(word: WordId) -> (usize, u64) {
    let mixed = word.wrapping_mul(0x9e37_79b9);
    ((mixed >> 27) as usize, 1 << (mixed >> 21 & 63))
}

const fn slot(word: WordId) -> usize {
    (word.wrapping_mul(0x9e37_79b9) >> 24) as usize
}

impl Window {
    /// A window of no words.
    pub(super) const fn new() -> Self {
        Self {
            words: [FREE; SLOTS],
            places: [0; SLOTS],
            signs: [0; SIGNS],
            open: 0,
            all: 0,
            kept: [const { Cell::new((u32::MAX, 0)) }; KEPT],
        }
    }

    /// Moves to other words, up to [`WINDOW`].
    pub(super) fn read(&mut self, patterns: &Patterns, words: impl Iterator<Item = WordId>) {
        self.words = [FREE; SLOTS];
        self.signs = [0; SIGNS];
        self.kept.iter().for_each(|kept| kept.set((u32::MAX, 0)));
        (self.open, self.all) = (0, 0);
        for (at, word) in words.take(WINDOW).enumerate() {
            let mut slot = slot(word);
            while self.words[slot] != word {
                if self.words[slot] == FREE {
                    self.words[slot] = word;
                    self.places[slot] = 0;
                    let (at, bit) = sign(word);
                    self.signs[at] |= bit;
                    break;
                }
                slot = (slot + 1) % SLOTS;
            }
            self.places[slot] |= 1 << at;
            self.all |= 1 << at;
            if word != STOP && !patterns.is_negation(word) {
                self.open |= 1 << at;
            }
        }
    }

    /// The places where a word stands.
    #[inline]
    pub(super) fn places_of(&self, word: WordId) -> u128 {
        let (at, bit) = sign(word);
        if self.signs[at] & bit == 0 {
            return 0;
        }
        self.places_of_present(word)
    }

    fn places_of_present(&self, word: WordId) -> u128 {
        let mut slot = slot(word);
        while self.words[slot] != word {
            if self.words[slot] == FREE {
                return 0;
            }
            slot = (slot + 1) % SLOTS;
        }
        self.places[slot]
    }

    /// The places where one of the words of a set stands. `set` is its number.
    pub(super) fn places_of_any(&self, set: u32, words: &[WordId]) -> u128 {
        let all = || words.iter().fold(0, |places, word| places | self.places_of(*word));
        if words.len() < LARGE {
            return all();
        }
        let kept = &self.kept[set as usize % KEPT];
        match kept.get() {
            (number, places) if number == set => places,
            _ => {
                let places = all();
                kept.set((set, places));
                places
            }
        }
    }

    /// The places that a gap may step over: of the sentence only, or all.
    pub(super) const fn crossable(&self, in_sentence: bool) -> u128 {
        if in_sentence { self.open } else { self.all }
    }

    /// All places.
    pub(super) const fn all(&self) -> u128 {
        self.all
    }
}
