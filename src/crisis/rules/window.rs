//! A window of words, as patterns see it.

use std::cell::Cell;

use super::lexicon::{STOP, WordId};
use super::pattern::Patterns;

/// Words in a window.
pub(super) const WINDOW: usize = 120;
/// How far the next window starts. Every match of up to `WINDOW - STRIDE` words lies whole in one.
pub(super) const STRIDE: usize = 80;

/// Sets whose places are kept, the last ones asked for.
const KEPT: usize = 64;
/// The number of no set.
const NO_SET: u32 = u32::MAX;

/// The words of one window: for each, the places where it stands, as a mask.
pub(super) struct Window {
    /// For each word that rules know.
    places: Vec<u128>,
    /// The words that stand in the window.
    words: Vec<WordId>,
    /// Places that a gap may step over.
    open: u128,
    all: u128,
    /// The numbers of sets and their places, as far as they were asked for.
    kept: [Cell<u32>; KEPT],
    kept_places: [Cell<u128>; KEPT],
}

impl Window {
    /// A window of no words. `known` is how many words rules know.
    pub(super) fn new(known: usize) -> Self {
        Self {
            places: vec![0; known],
            words: Vec::with_capacity(WINDOW),
            open: 0,
            all: 0,
            kept: [const { Cell::new(NO_SET) }; KEPT],
            kept_places: [const { Cell::new(0) }; KEPT],
        }
    }

    /// Moves to other words, up to [`WINDOW`].
    pub(super) fn read(&mut self, patterns: &Patterns, words: impl Iterator<Item = WordId>) {
        for word in self.words.drain(..) {
            self.places[word as usize] = 0;
        }
        self.words.extend(words.take(WINDOW));
        (self.open, self.all) = (0, (1 << self.words.len()) - 1);
        for (at, word) in self.words.iter().enumerate() {
            self.places[*word as usize] |= 1 << at;
            self.open |= u128::from(*word != STOP && !patterns.is_negation(*word)) << at;
        }
        for kept in &self.kept {
            kept.set(NO_SET);
        }
    }

    /// The places where a word stands.
    pub(super) fn places_of(&self, word: WordId) -> u128 {
        self.places[word as usize]
    }

    /// The places where one of several words stands.
    pub(super) fn places_of_any(&self, words: &[WordId]) -> u128 {
        words.iter().fold(0, |places, word| places | self.places_of(*word))
    }

    /// The same of a set that is asked for often. `set` is its number.
    pub(super) fn places_of_set<'s>(&self, set: u32, words: impl Fn() -> &'s [WordId]) -> u128 {
        let slot = set as usize % KEPT;
        if self.kept[slot].get() != set {
            self.kept[slot].set(set);
            self.kept_places[slot].set(self.places_of_any(words()));
        }
        self.kept_places[slot].get()
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
