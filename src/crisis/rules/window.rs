//! Matching patterns against a window of words.

use super::lexicon::{STOP, WordId};
use super::pattern::{Node, PatternId, Patterns, SetId};

/// Words in a window.
pub(super) const WINDOW: usize = 120;
/// How far the next window starts. Every match of up to `WINDOW - STRIDE` words lies whole in one.
pub(super) const STRIDE: usize = 80;

/// The words of one window, as masks. Kept between windows so that nothing is allocated anew.
pub(super) struct Window {
    /// For each set, the places in the window where one of its words stands.
    masks: Vec<u128>,
    /// The window in which `masks` was last written.
    seen: Vec<u32>,
    tried: Vec<u32>,
    turn: u32,
    pending: Vec<u32>,
    /// Places that a gap may step over.
    open: u128,
    all: u128,
}

/// A match inside a window: first word and one past the last.
pub(super) struct Found {
    pub(super) pattern: PatternId,
    pub(super) first: usize,
    pub(super) end: usize,
}

impl Window {
    pub(super) fn new(patterns: &Patterns) -> Self {
        Self {
            masks: vec![0; patterns.sets.len()],
            seen: vec![0; patterns.sets.len()],
            tried: vec![0; patterns.nodes.len()],
            turn: 0,
            pending: Vec::new(),
            open: 0,
            all: 0,
        }
    }

    /// Moves to up to [`WINDOW`] words and finds every pattern that is looked for on sight.
    pub(super) fn find(
        &mut self,
        patterns: &Patterns,
        words: impl Iterator<Item = WordId>,
        found: &mut Vec<Found>,
    ) {
        self.read(patterns, words);
        for pattern in std::mem::take(&mut self.pending) {
            self.matches(patterns, pattern as usize, found);
        }
    }

    /// Moves to up to [`WINDOW`] words and finds the patterns named.
    pub(super) fn find_these(
        &mut self,
        patterns: &Patterns,
        words: impl Iterator<Item = WordId>,
        these: impl Iterator<Item = PatternId>,
        found: &mut Vec<Found>,
    ) {
        self.read(patterns, words);
        for pattern in these {
            self.matches(patterns, pattern, found);
        }
    }

    fn read(&mut self, patterns: &Patterns, words: impl Iterator<Item = WordId>) {
        self.turn += 1;
        self.pending.clear();
        self.open = 0;
        let mut size = 0;
        for (at, word) in words.take(WINDOW).enumerate() {
            size = at + 1;
            if word != STOP && !patterns.negations.contains(&word) {
                self.open |= 1 << at;
            }
            for set in &patterns.sets_of[word as usize] {
                let set = *set as usize;
                if self.seen[set] != self.turn {
                    self.seen[set] = self.turn;
                    self.masks[set] = 0;
                }
                self.masks[set] |= 1 << at;
            }
            for pattern in &patterns.tried_at[word as usize] {
                if self.tried[*pattern as usize] != self.turn {
                    self.tried[*pattern as usize] = self.turn;
                    self.pending.push(*pattern);
                }
            }
        }
        self.all = (1 << size) - 1;
    }

    /// One match for each end: the shortest that ends there.
    fn matches(&self, patterns: &Patterns, pattern: PatternId, found: &mut Vec<Found>) {
        if patterns.needed[pattern].iter().any(|set| self.mask(*set) == 0) {
            return;
        }
        let node = &patterns.nodes[pattern];
        let mut ends = self.forward(node, self.all);
        let mut last_first = usize::MAX;
        while ends != 0 {
            let end = 127 - ends.leading_zeros() as usize;
            ends &= !(1 << end);
            let starts = self.backward(node, 1 << end) & ((1 << end) - 1);
            if starts == 0 {
                continue;
            }
            let first = 127 - starts.leading_zeros() as usize;
            // A shorter match from the same first word adds nothing.
            if first != last_first {
                found.push(Found { pattern, first, end });
                last_first = first;
            }
        }
    }

    fn mask(&self, set: SetId) -> u128 {
        if self.seen[set] == self.turn { self.masks[set] } else { 0 }
    }

    /// From places before a node to the places after it.
    fn forward(&self, node: &Node, places: u128) -> u128 {
        if places == 0 {
            return 0;
        }
        match node {
            Node::Word(set) => (places & self.mask(*set)) << 1,
            Node::Sequence(parts) => {
                let mut places = places;
                for part in parts {
                    places = self.forward(part, places);
                    if places == 0 {
                        break;
                    }
                }
                places
            }
            Node::Either(options) => options.iter().fold(0, |all, option| all | self.forward(option, places)),
            Node::Maybe(inner) => places | self.forward(inner, places),
            Node::Gap(most) => (0..*most).fold(places, |places, _| places | (places & self.open) << 1),
            Node::WideGap(most) => (0..*most).fold(places, |places, _| places | (places & self.all) << 1),
        }
    }

    /// From places after a node to the places before it.
    fn backward(&self, node: &Node, places: u128) -> u128 {
        if places == 0 {
            return 0;
        }
        match node {
            Node::Word(set) => (places >> 1) & self.mask(*set),
            Node::Sequence(parts) => {
                parts.iter().rev().fold(places, |places, part| self.backward(part, places))
            }
            Node::Either(options) => {
                options.iter().fold(0, |all, option| all | self.backward(option, places))
            }
            Node::Maybe(inner) => places | self.backward(inner, places),
            Node::Gap(most) => (0..*most).fold(places, |places, _| places | (places >> 1) & self.open),
            Node::WideGap(most) => (0..*most).fold(places, |places, _| places | (places >> 1) & self.all),
        }
    }
}
