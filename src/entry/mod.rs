//! Text that a person wrote, checked once: not blank, no NUL, within its length limit.
//!
//! An [`Entry`] keeps the text exactly as given beside a normalised form that rules and
//! models read, and the map between their offsets. This room knows nothing of models or risk.

mod normalise;
mod sentences;

pub use sentences::{clauses, sentences};

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use self::normalise::Normalised;

/// A stretch of a text as given, in Unicode scalar values, end exclusive.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
pub struct Span {
    /// First scalar value.
    pub start: usize,
    /// One past the last scalar value.
    pub end: usize,
}

/// How long a text may be, in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// 20,000: what is recognised and reframed.
    Reframing,
    /// 10 million (10 MB of plain ASCII): what is only screened, window by window.
    Screening,
}

impl Limit {
    /// The greatest number of Unicode scalar values allowed.
    #[must_use]
    pub const fn characters(self) -> usize {
        match self {
            Self::Reframing => 20_000,
            Self::Screening => 10_000_000,
        }
    }
}

/// Why a text could not become an [`Entry`]. Never holds the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// No text, or only white space and invisible characters.
    #[error("There is no text to read. Write a sentence or two and try again.")]
    Blank,
    /// The text holds a NUL character.
    #[error("The text holds a NUL character at position {at}. Save it as plain text and try again.")]
    Nul {
        /// Its place, in Unicode scalar values.
        at: usize,
    },
    /// The bytes are not UTF-8.
    #[error("The text is not valid UTF-8 (from byte {at}). Save it as UTF-8 and try again.")]
    NotUtf8 {
        /// First byte that is wrong.
        at: usize,
    },
    /// More than the limit.
    #[error("The text has {length} characters; at most {limit} can be read at once. Send it in parts.")]
    TooLong {
        /// Its length in Unicode scalar values.
        length: usize,
        /// The limit that applies.
        limit: usize,
    },
}

/// Text that was checked and need never be checked again.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    given: String,
    /// Of `given`, in Unicode scalar values.
    length: usize,
    normalised: Normalised,
    limit: Limit,
}

impl Entry {
    /// Checks a text and keeps it.
    ///
    /// # Errors
    /// [`EntryError`] if the text is blank, holds NUL or is longer than `limit`.
    pub fn new(text: impl Into<String>, limit: Limit) -> Result<Self, EntryError> {
        let given = text.into();
        let length = given.chars().count();
        if length > limit.characters() {
            return Err(EntryError::TooLong { length, limit: limit.characters() });
        }
        if let Some((before, _)) = given.split_once('\0') {
            return Err(EntryError::Nul { at: before.chars().count() });
        }
        let normalised = normalise::normalise(&given);
        if normalised.text(&given).trim().is_empty() {
            return Err(EntryError::Blank);
        }
        Ok(Self { given, length, normalised, limit })
    }

    /// Checks bytes that should be UTF-8.
    ///
    /// # Errors
    /// As [`Entry::new`], and [`EntryError::NotUtf8`].
    pub fn from_bytes(bytes: Vec<u8>, limit: Limit) -> Result<Self, EntryError> {
        let text =
            String::from_utf8(bytes).map_err(|e| EntryError::NotUtf8 { at: e.utf8_error().valid_up_to() })?;
        Self::new(text, limit)
    }

    /// The text exactly as the person gave it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.given
    }

    /// The form that rules and models read: NFKC, invisible characters gone, line ends as `\n`.
    #[must_use]
    pub fn normalised(&self) -> &str {
        self.normalised.text(&self.given)
    }

    /// The limit it was checked against.
    #[must_use]
    pub const fn limit(&self) -> Limit {
        self.limit
    }

    /// Maps a byte range of [`Entry::normalised`] to a span of the text as given.
    /// Ranges that reach beyond the text are cut at its end.
    #[must_use]
    pub fn span_as_given(&self, normalised: Range<usize>) -> Span {
        let text = self.normalised();
        let (start, end) =
            (text.floor_char_boundary(normalised.start), text.floor_char_boundary(normalised.end));
        if start < end {
            let last = text.floor_char_boundary(end - 1);
            return Span { start: self.normalised.origin(start).0, end: self.normalised.origin(last).1 };
        }
        let at = if start < text.len() { self.normalised.origin(start).0 } else { self.length };
        Span { start: at, end: at }
    }

    /// The words of a span, as given.
    #[must_use]
    pub fn words(&self, span: Span) -> String {
        self.given.chars().skip(span.start).take(span.end.saturating_sub(span.start)).collect()
    }
}

/// Prints the length only: what a person wrote never reaches a log.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({} characters)", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blank_nul_and_too_long_texts_are_refused() {
        assert_eq!(Entry::new(" \n\u{200b}\t", Limit::Reframing), Err(EntryError::Blank));
        assert_eq!(Entry::new("a\0b", Limit::Reframing), Err(EntryError::Nul { at: 1 }));
        let long = "x".repeat(20_001);
        assert_eq!(
            Entry::new(long.clone(), Limit::Reframing),
            Err(EntryError::TooLong { length: 20_001, limit: 20_000 })
        );
        assert!(Entry::new(long, Limit::Screening).is_ok());
        assert_eq!(Entry::from_bytes(vec![b'a', 0xff], Limit::Reframing), Err(EntryError::NotUtf8 { at: 1 }));
    }

    #[test]
    fn the_text_as_given_is_kept_and_spans_map_back_to_it() -> Result<(), EntryError> {
        let entry = Entry::new("I\u{200b} ﬁnd it\r\nhard", Limit::Reframing)?;
        assert_eq!(entry.normalised(), "I find it\nhard");
        let at = entry.normalised().find("find").unwrap_or_default();
        let span = entry.span_as_given(at..at + 4);
        assert_eq!(entry.words(span), "ﬁnd");
        Ok(())
    }

    #[test]
    fn debug_never_shows_the_text() -> Result<(), EntryError> {
        let entry = Entry::new("a secret", Limit::Reframing)?;
        assert_eq!(format!("{entry:?}"), "Entry(8 characters)");
        Ok(())
    }

    proptest! {
        #[test]
        fn every_range_maps_inside_the_given_text(text in "\\PC{1,80}", a in 0usize..200, b in 0usize..200) {
            if let Ok(entry) = Entry::new(text.clone(), Limit::Reframing) {
                let span = entry.span_as_given(a.min(b)..a.max(b));
                prop_assert!(span.start <= span.end);
                prop_assert!(span.end <= text.chars().count());
            }
        }
    }
}
