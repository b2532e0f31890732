//! Patterns written out flat, as numbers: what a window is matched against. One after another in
//! memory, they are read many times faster than as a tree.
//!
//! A node is its head, which holds its [`Kind`] and how many numbers follow, and these numbers: of
//! words the words themselves, of others the nodes within. No place in a window is tried on its
//! own: all places move through a node at once.

use super::lexicon::WordId;
use super::pattern::{Node, Patterns};
use super::window::Window;

/// A node in its written form.
type Code = [u32];

const WORD: u32 = 0;
/// One of several words: the number of the set, then the words.
const ANY_OF: u32 = 1;
const SEQUENCE: u32 = 2;
const EITHER: u32 = 3;
const MAYBE: u32 = 4;
const GAP: u32 = 5;
const WIDE_GAP: u32 = 6;
/// Where the kind begins in a head.
const KIND: u32 = 28;

/// Which way places move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// From before a node to after it.
    Forward,
    /// From after a node to before it.
    Backward,
}

/// Writes a node out, to be walked one way.
pub(super) fn write(node: &Node, way: Way, patterns: &Patterns, code: &mut Vec<u32>) {
    let head = code.len();
    code.push(0);
    let kind = match node {
        Node::Word(set) => match patterns.words(*set) {
            [word] => {
                code.push(*word);
                WORD
            }
            words => {
                code.push(*set as u32);
                code.extend_from_slice(words);
                ANY_OF
            }
        },
        Node::Sequence(parts) => {
            for at in 0..parts.len() {
                let part = if way == Way::Forward { at } else { parts.len() - 1 - at };
                write(&parts[part], way, patterns, code);
            }
            SEQUENCE
        }
        Node::Either(options) => {
            for option in options {
                write(option, way, patterns, code);
            }
            EITHER
        }
        Node::Maybe(inner) => {
            write(inner, way, patterns, code);
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

/// Takes the next node off: its kind and what it holds.
fn next<'c>(code: &mut &'c Code) -> Option<(u32, &'c Code)> {
    let (head, rest) = code.split_first()?;
    let (body, rest) = rest.split_at((head & ((1 << KIND) - 1)) as usize);
    *code = rest;
    Some((head >> KIND, body))
}

/// Moves places through nodes, one after another.
pub(super) fn walk(mut code: &Code, way: Way, window: &Window, mut places: u128) -> u128 {
    while places != 0
        && let Some((kind, body)) = next(&mut code)
    {
        places = through(kind, body, way, window, places);
    }
    places
}

/// Moves places through one node.
fn through(kind: u32, body: &Code, way: Way, window: &Window, places: u128) -> u128 {
    let step = |places: u128, words: u128| match way {
        Way::Forward => (places & words) << 1,
        Way::Backward => (places >> 1) & words,
    };
    match kind {
        WORD => step(places, window.places_of(body[0])),
        ANY_OF => step(places, window.places_of_any(body[0], &body[1..])),
        SEQUENCE => walk(body, way, window, places),
        EITHER => {
            let (mut options, mut all) = (body, 0);
            while let Some((kind, body)) = next(&mut options) {
                all |= through(kind, body, way, window, places);
            }
            all
        }
        MAYBE => places | walk(body, way, window, places),
        _ => {
            let open = window.crossable(kind == GAP);
            (0..body[0]).fold(places, |places, _| places | step(places, open))
        }
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
        if words.iter().all(|word| window.places_of(*word) == 0) {
            return false;
        }
    }
    true
}
