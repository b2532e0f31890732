//! Reading a text once: windows at sentence borders, their tokens and hidden states.

use std::ops::Range;

use crate::entry::sentences;
use crate::language::{Encoded, LanguageError, Session, States};

/// Tokens in a window at most: about the length of the texts that the heads were trained on.
const WINDOW: usize = 192;
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
    let mut cut = Vec::new();
    let mut readings = Vec::with_capacity(texts.len());
    for (i, (text, encoded)) in texts.iter().zip(&encoded).enumerate() {
        cut.extend(windows(text, encoded).into_iter().map(|window| (i, window)));
        readings.push(Reading { windows: Vec::new() });
    }
    for part in cut.chunks(TOGETHER) {
        let tokens = part.iter().map(|(i, w)| encoded[*i].tokens[w.clone()].to_vec()).collect();
        let states = session.states(tokens, vec![depth]).await?;
        for ((i, window), mut states) in part.iter().zip(states) {
            let states = states.pop().ok_or(LanguageError::Failed)?;
            let tokens = encoded[*i].ranges[window.clone()].to_vec();
            let range = tokens.first().map_or(0, |r| r.start)..tokens.last().map_or(0, |r| r.end);
            let pooled = states.mean(0..states.len());
            let states = if cut.len() > MOST_WITH_STATES { States::default() } else { states };
            readings[*i].windows.push(WindowReading { range, tokens, states, pooled });
        }
    }
    Ok(readings)
}

/// Token ranges of the windows of a text: whole sentences as far as they fit, the last sentence
/// of a window again at the head of the next, so that no two neighbours are torn apart.
#[must_use]
pub fn windows(text: &str, encoded: &Encoded) -> Vec<Range<usize>> {
    if encoded.tokens.len() <= WINDOW {
        return std::iter::once(0..encoded.tokens.len()).collect();
    }
    let mut pieces = Vec::new();
    for sentence in sentences(text) {
        let first = encoded.ranges.partition_point(|r| r.end <= sentence.start);
        let end = encoded.ranges.partition_point(|r| r.start < sentence.end);
        let mut at = first;
        while at < end {
            let next = end.min(at + WINDOW / 2);
            pieces.push(at..next);
            at = next;
        }
    }
    let mut all: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let start = pieces[at].start;
        let mut last = at;
        while last + 1 < pieces.len() && pieces[last + 1].end - start <= WINDOW {
            last += 1;
        }
        all.push(start..pieces[last].end);
        if last + 1 == pieces.len() {
            break;
        }
        at = if last > at { last } else { last + 1 };
    }
    all
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
        }
    }
}
