//! Patterns written out flat, as numbers: what a window is matched against. One after another in
//! memory, they are read many times faster than as a tree.
//!
//! A node is its head, which holds its kind and how many numbers follow, and these numbers: of
//! words the word or the number of their set, of others the nodes within. No place in a window is
//! tried on its own: all places move through a node at once.

use super::lexicon::{Map, WordId};
use super::pattern::{Node, Patterns};
use super::window::Window;

/// A node in its written form.
type Code = [u32];

const WORD: u32 = 0;
/// One of several words: the number of the set.
const ANY_OF: u32 = 1;
const SEQUENCE: u32 = 2;
/// The number of the set of words that one option or another begins with, then the options.
const EITHER: u32 = 3;
const MAYBE: u32 = 4;
const GAP: u32 = 5;
const WIDE_GAP: u32 = 6;
/// Where the kind begins in a head.
const KIND: u32 = 28;
/// In place of the number of a set: any word.
const ANY: u32 = u32::MAX;

/// Which way places move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// From before a node to after it.
    Forward,
    /// From after a node to before it.
    Backward,
}

/// Sets of words by their numbers.
#[derive(Default)]
pub(super) struct Sets {
    numbers: Map<Vec<WordId>, u32>,
    /// Where each begins in `words`; it ends where the next one begins.
    from: Vec<u32>,
    words: Vec<WordId>,
}

impl Sets {
    fn number(&mut self, mut words: Vec<WordId>) -> u32 {
        words.sort_unstable();
        words.dedup();
        let next = self.numbers.len() as u32;
        *self.numbers.entry(words).or_insert_with_key(|words| {
            if self.from.is_empty() {
                self.from.push(0);
            }
            self.words.extend_from_slice(words);
            self.from.push(self.words.len() as u32);
            next
        })
    }

    fn words(&self, number: u32) -> &[WordId] {
        let number = number as usize;
        &self.words[self.from[number] as usize..self.from[number + 1] as usize]
    }
}

/// Writes a node out, to be walked one way.
pub(super) fn write(node: &Node, way: Way, patterns: &Patterns, sets: &mut Sets, code: &mut Vec<u32>) {
    let head = code.len();
    code.push(0);
    let kind = match node {
        Node::Word(set) => match patterns.words(*set) {
            [word] => {
                code.push(*word);
                WORD
            }
            words => {
                code.push(sets.number(words.to_vec()));
                ANY_OF
            }
        },
        Node::Sequence(parts) => {
            for part in in_order(parts, way) {
                write(part, way, patterns, sets, code);
            }
            SEQUENCE
        }
        Node::Either(options) => {
            let mut words = Vec::new();
            let is_sure = edge(node, way, patterns, &mut words) == Some(true);
            code.push(if is_sure { sets.number(words) } else { ANY });
            for option in options {
                write(option, way, patterns, sets, code);
            }
            EITHER
        }
        Node::Maybe(inner) => {
            write(inner, way, patterns, sets, code);
            MAYBE
        }
        Node::Gap(most) => {
            code.push(*most);
            GAP
        }
        Node::WideGap(most) => {
            code.push(*most);
            WIDE_GAP
        }
    };
    code[head] = kind << KIND | (code.len() - head - 1) as u32;
}

fn in_order(parts: &[Node], way: Way) -> impl Iterator<Item = &Node> {
    let last = parts.len() - 1;
    (0..parts.len()).map(move |at| &parts[if way == Way::Forward { at } else { last - at }])
}

/// Adds the words that a node begins with on that way. Says whether it always begins with one of
/// them; `None` if it may begin with any word.
fn edge(node: &Node, way: Way, patterns: &Patterns, words: &mut Vec<WordId>) -> Option<bool> {
    match node {
        Node::Word(set) => {
            words.extend_from_slice(patterns.words(*set));
            Some(true)
        }
        Node::Gap(_) | Node::WideGap(_) => None,
        Node::Maybe(inner) => edge(inner, way, patterns, words).map(|_| false),
        Node::Either(options) => {
            let mut all = true;
            for option in options {
                all &= edge(option, way, patterns, words)?;
            }
            Some(all)
        }
        Node::Sequence(parts) => {
            for part in in_order(parts, way) {
                if edge(part, way, patterns, words)? {
                    return Some(true);
                }
            }
            Some(false)
        }
    }
}

/// Takes the next node off: its kind and what it holds.
fn next<'c>(code: &mut &'c Code) -> Option<(u32, &'c Code)> {
    let (head, rest) = code.split_first()?;
    let (body, rest) = rest.split_at((head & ((1 << KIND) - 1)) as usize);
    *code = rest;
    Some((head >> KIND, body))
}

/// A walk through nodes.
#[derive(Clone, Copy)]
pub(super) struct Walk<'a> {
    pub(super) way: Way,
    pub(super) sets: &'a Sets,
    pub(super) window: &'a Window,
}

impl Walk<'_> {
    /// Moves places through nodes, one after another.
    pub(super) fn through(self, mut code: &Code, mut places: u128) -> u128 {
        while places != 0
            && let Some((kind, body)) = next(&mut code)
        {
            places = self.through_one(kind, body, places);
        }
        places
    }

    fn through_one(self, kind: u32, body: &Code, places: u128) -> u128 {
        match kind {
            WORD => self.step(places, self.window.places_of(body[0])),
            ANY_OF => self.step(places, self.places_of_set(body[0])),
            SEQUENCE => self.through(body, places),
            EITHER => self.through_either(body[0], &body[1..], places),
            MAYBE => places | self.through(body, places),
            _ => {
                let open = self.window.crossable(kind == GAP);
                (0..body[0]).fold(places, |places, _| places | self.step(places, open))
            }
        }
    }

    fn through_either(self, first: u32, mut options: &Code, mut places: u128) -> u128 {
        if first != ANY {
            // Most places are not before a word that any option begins with.
            let words = self.places_of_set(first);
            places &= if self.way == Way::Forward { words } else { words << 1 };
        }
        let mut all = 0;
        while places != 0
            && let Some((kind, body)) = next(&mut options)
        {
            all |= self.through_one(kind, body, places);
        }
        all
    }

    /// Over one of the words that stand at `words`.
    fn step(self, places: u128, words: u128) -> u128 {
        match self.way {
            Way::Forward => (places & words) << 1,
            Way::Backward => (places >> 1) & words,
        }
    }

    fn places_of_set(self, set: u32) -> u128 {
        self.window.places_of_set(set, || self.sets.words(set))
    }
}

/// Writes lists of words out, each as one node.
pub(super) fn write_lists(lists: &[Vec<WordId>], code: &mut Vec<u32>) {
    for words in lists {
        code.push(WORD << KIND | words.len() as u32);
        code.extend_from_slice(words);
    }
}

/// Whether of each list a word is in a window.
pub(super) fn has_each(mut lists: &Code, window: &Window) -> bool {
    while let Some((_, words)) = next(&mut lists) {
        if window.places_of_any(words) == 0 {
            return false;
        }
    }
    true
}
