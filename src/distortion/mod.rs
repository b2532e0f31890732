//! Which habits of thought an entry carries, and in which words.
//!
//! Recognition reads the model's hidden states with trained heads; no list of cues decides. A
//! model without heads is asked about each distortion in turn. This room knows nothing of HTTP
//! or SQL.

mod catalogue;
mod choices;
mod heads;
mod spans;

use std::ops::Range;

use crate::crisis::ClearedEntry;
use crate::entry::Span;
use crate::heads::{HeadFileError, Heads, Reading};
use crate::language::{LanguageError, Session};

pub use catalogue::{Catalogue, CatalogueEntry, CatalogueError, Distortion, Neighbour};
pub use heads::{DISTORTION_HEAD, SPAN_HEAD, THRESHOLDS, span_features};

/// Distortions shown at most: more would be a verdict, not a hint.
const MOST_SHOWN: usize = 4;

/// A distortion found in an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Which.
    pub distortion: Distortion,
    /// How likely it holds, 0–1.
    pub probability: f32,
    /// Where the words that carry it stand in the text as given; may be empty.
    pub spans: Vec<Span>,
    /// The same as byte ranges of the normalised text.
    pub ranges: Vec<Range<usize>>,
}

/// What was found in an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognition {
    /// Probability of each distortion, in the order of [`Distortion::ALL`].
    pub probabilities: [f32; Distortion::ALL.len()],
    /// Those that count, the likeliest first, four at most.
    pub found: Vec<Found>,
}

/// Recognises distortions with trained heads on what the model read.
///
/// # Errors
/// [`HeadFileError`] if the heads are not those of this version.
pub fn recognise(
    entry: &ClearedEntry<'_>,
    heads: &Heads,
    reading: &Reading,
) -> Result<Recognition, HeadFileError> {
    heads::recognise(entry.entry(), heads, reading)
}

/// Recognises distortions with a model for which no heads were trained: it is asked yes or no
/// about each. Slower, uncalibrated, and without spans narrower than a sentence.
///
/// # Errors
/// [`LanguageError`] if the model fails or the text is too long for it.
pub async fn recognise_by_choices(
    entry: &ClearedEntry<'_>,
    catalogue: &Catalogue,
    session: &Session,
) -> Result<Recognition, LanguageError> {
    choices::recognise(entry.entry(), catalogue, session).await
}
