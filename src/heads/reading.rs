//! Reading a text once: windows at sentence borders, their tokens and hidden states.

use std::ops::Range;

use crate::entry::sentences;
use crate::language::{Encoded, LanguageError, Session, States};

/// Tokens in a window at most: about the length of the texts that the heads were trained on.
const WINDOW: usize = 192;
/// Tokens in a passage at most: longer than four in five of the texts that levels of danger are
/// learnt from, which so are read whole. In much shorter ones is lost what only the next sentence
/// makes clear; in longer ones a line that is buried in an ordinary day no longer shows.
const PASSAGE: usize = 192;
/// Windows that go to the model together, so that memory stays flat however long the text.
const TOGETHER: usize = 16;
/// Windows whose states are kept: more than the longest text that is reframed can have.
const MOST_WITH_STATES: usize = 256;

/// A text as the model sees it.
pub struct Reading {
    /// Its windows, in order; at least one.
    pub windows: Vec<WindowReading>,
}

/// A stretch of a text as the model sees it.
pub struct WindowReading {
    /// Byte range of the window in the text.
    pub range: Range<usize>,
    /// Byte range of each token in the text.
    pub tokens: Vec<Range<usize>>,
    /// Hidden states of the tokens. Empty in a text so long that it can only be screened: its
    /// states would not fit into memory.
    pub states: States,
    /// Mean of the states, `width` values.
    pub pooled: Vec<f32>,
    /// Mean state of each passage: a run of whole sentences; neighbours overlap. None in a
    /// window of a single token.
    pub passages: Vec<Vec<f32>>,
}

/// Reads a text in windows, with the states after `depth` layers.
///
/// # Errors
/// [`LanguageError`] if the model cannot give hidden states or the work was cancelled.
pub async fn read(session: &Session, depth: usize, text: &str) -> Result<Reading, LanguageError> {
    read_all(session, depth, &[text]).await?.pop().ok_or(LanguageError::Failed)
}

/// Reads several texts; windows of different texts share a pass.
///
/// # Errors
/// As [`read`].
pub async fn read_all(
    session: &Session,
    depth: usize,
    texts: &[&str],
) -> Result<Vec<Reading>, LanguageError> {
    let encoded = texts.iter().map(|text| session.encode(text)).collect::<Result<Vec<_>, _>>()?;
    let pieces: Vec<_> = texts.iter().zip(&encoded).map(|(text, encoded)| pieces(text, encoded)).collect();
    let mut all = Vec::new();
    let mut readings = Vec::with_capacity(texts.len());
    for (i, (pieces, encoded)) in pieces.iter().zip(&encoded).enumerate() {
        all.extend(cut(pieces, encoded.tokens.len()).into_iter().map(|window| (i, window)));
        readings.push(Reading { windows: Vec::new() });
    }
    for part in all.chunks(TOGETHER) {
        let tokens = part.iter().map(|(i, w)| encoded[*i].tokens[w.clone()].to_vec()).collect();
        let states = session.states(tokens, vec![depth]).await?;
        for ((i, window), mut states) in part.iter().zip(states) {
            let states = states.pop().ok_or(LanguageError::Failed)?;
            let tokens = encoded[*i].ranges[window.clone()].to_vec();
            let range = tokens.first().map_or(0, |r| r.start)..tokens.last().map_or(0, |r| r.end);
            let pooled = states.mean(0..states.len());
            let passages = passage_means(&states, &pieces[*i], window);
            let states = if all.len() > MOST_WITH_STATES { States::default() } else { states };
            readings[*i].windows.push(WindowReading { range, tokens, states, pooled, passages });
        }
    }
    Ok(readings)
}

/// Token ranges of the sentences of a text; of one that is too long for a passage, its pieces.
fn pieces(text: &str, encoded: &Encoded) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    for sentence in sentences(text) {
        let first = encoded.ranges.partition_point(|r| r.end <= sentence.start);
        let end = encoded.ranges.partition_point(|r| r.start < sentence.end);
        let mut at = first;
        while at < end {
            let next = end.min(at + PASSAGE);
            pieces.push(at..next);
            at = next;
        }
    }
    pieces
}

/// Token ranges of the windows of a text: whole sentences as far as they fit, the last sentence
/// of a window again at the head of the next, so that no two neighbours are torn apart.
#[must_use]
pub fn windows(text: &str, encoded: &Encoded) -> Vec<Range<usize>> {
    cut(&pieces(text, encoded), encoded.tokens.len())
}

fn cut(pieces: &[Range<usize>], tokens: usize) -> Vec<Range<usize>> {
    if tokens <= WINDOW {
        return std::iter::once(0..tokens).collect();
    }
    let mut all: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let last = last_that_fits(pieces, at, WINDOW);
        all.push(pieces[at].start..pieces[last].end);
        if last + 1 == pieces.len() {
            break;
        }
        at = if last > at { last } else { last + 1 };
    }
    all
}

/// Token ranges of the passages of a window: from every sentence on as many as fit, but none
/// that lies within another.
fn passages(pieces: &[Range<usize>], window: &Range<usize>) -> Vec<Range<usize>> {
    let inside = |p: &&Range<usize>| p.start >= window.start && p.end <= window.end;
    let pieces: Vec<Range<usize>> = pieces.iter().filter(inside).cloned().collect();
    let mut all: Vec<Range<usize>> = Vec::new();
    for at in 0..pieces.len() {
        let end = pieces[last_that_fits(&pieces, at, PASSAGE)].end;
        if all.last().is_none_or(|passage| passage.end < end) {
            all.push(pieces[at].start..end);
        }
    }
    all
}

/// The last piece up to which those from `first` on stay within `most` tokens together.
fn last_that_fits(pieces: &[Range<usize>], first: usize, most: usize) -> usize {
    let start = pieces[first].start;
    let more = pieces[first + 1..].iter().take_while(|piece| piece.end - start <= most).count();
    first + more
}

/// Mean states of the passages of a window.
fn passage_means(states: &States, pieces: &[Range<usize>], window: &Range<usize>) -> Vec<Vec<f32>> {
    // The first token of a window gathers attention that has no other place to go; its state is
    // a hundred times as long as any other, whatever the word, and would drown them all.
    passages(pieces, window)
        .into_iter()
        .map(|p| (p.start - window.start).max(1)..p.end - window.start)
        .filter(|passage| !passage.is_empty())
        .map(|passage| states.mean(passage))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Stands for a tokenizer that makes one token of every word.
    fn by_words(text: &str) -> Encoded {
        let mut encoded = Encoded::default();
        let mut at = 0;
        for word in text.split_inclusive(' ') {
            encoded.tokens.push(0);
            encoded.ranges.push(at..at + word.len());
            at += word.len();
        }
        encoded
    }

    #[test]
    fn a_short_text_is_one_window() {
        let text = "One. Two.";
        assert_eq!(windows(text, &by_words(text)), vec![0..2]);
    }

    proptest! {
        #[test]
        fn windows_cover_every_word_and_stay_within_their_size(lengths in prop::collection::vec(1usize..300, 1..40)) {
            let text = lengths.iter().map(|n| "word ".repeat(*n)).collect::<Vec<_>>().join("end. ") + "end.";
            let encoded = by_words(text.trim_end());
            let cut = windows(text.trim_end(), &encoded);
            prop_assert!(cut.iter().all(|w| w.len() <= WINDOW));
            let mut covered = 0;
            for w in &cut {
                prop_assert!(w.start <= covered && w.end > covered);
                covered = w.end;
            }
            prop_assert_eq!(covered, encoded.tokens.len());
            let pieces = pieces(text.trim_end(), &encoded);
            for w in &cut {
                let passages = passages(&pieces, w);
                prop_assert!(passages.iter().all(|p| p.len() <= PASSAGE && p.start >= w.start && p.end <= w.end));
                prop_assert!(passages.is_sorted_by(|a, b| a.start < b.start && a.end < b.end));
                let kept = |t: &usize| passages.iter().any(|p| p.contains(t));
                prop_assert!(w.clone().all(|t| kept(&t)), "every word stands in a passage");
            }
        }
    }
}
