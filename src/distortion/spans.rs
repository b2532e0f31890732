//! Which words carry a distortion: the run of clauses on which the span head is surest.

use std::ops::Range;

use crate::entry::clauses;
use crate::heads::{Linear, WindowReading};

/// A neighbouring clause joins the span if its mean logit is above this.
const JOINS: f32 = 0.0;
/// A span has this many words at most; people point at a sentence, not at a page.
const MOST_WORDS: usize = 30;

/// The byte range in `text` of the words in `window` that carry distortion number `output`.
pub(super) fn carrying(
    text: &str,
    window: &WindowReading,
    head: &Linear,
    output: usize,
) -> Option<Range<usize>> {
    let logits: Vec<f32> = window.states.rows().map(|state| head.output(output, state)).collect();
    let mean = |clause: &Range<usize>| {
        let inside: Vec<f32> = window
            .tokens
            .iter()
            .zip(&logits)
            .filter(|(token, _)| token.start < clause.end && token.end > clause.start)
            .map(|(_, logit)| *logit)
            .collect();
        (!inside.is_empty()).then(|| inside.iter().sum::<f32>() / inside.len() as f32)
    };
    let scored: Vec<(Range<usize>, f32)> = clauses(text)
        .into_iter()
        .filter(|c| c.start < window.range.end && c.end > window.range.start)
        .filter_map(|c| mean(&c).map(|score| (c, score)))
        .collect();
    let peak = scored.iter().enumerate().max_by(|a, b| a.1.1.total_cmp(&b.1.1))?.0;
    let (mut first, mut last) = (peak, peak);
    loop {
        let before = first.checked_sub(1).filter(|i| joins(text, &scored, *i, first, last));
        let after = Some(last + 1).filter(|i| *i < scored.len() && joins(text, &scored, *i, first, last));
        match (before, after) {
            (Some(b), Some(a)) if scored[a].1 > scored[b].1 => last = a,
            (Some(b), _) => first = b,
            (None, Some(a)) => last = a,
            (None, None) => break,
        }
    }
    Some(trim(text, scored[first].0.start..scored[last].0.end))
}

fn joins(text: &str, scored: &[(Range<usize>, f32)], i: usize, first: usize, last: usize) -> bool {
    let start = scored[first.min(i)].0.start;
    let end = scored[last.max(i)].0.end;
    scored[i].1 > JOINS && text[start..end].split_whitespace().count() <= MOST_WORDS
}

/// Without joining words at the head and marks at the end, as one would underline it.
fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    const JOINING: [&str; 5] = ["and ", "but ", "so ", "because ", "then "];
    let mut start = range.start;
    let lower = text[start..range.end].to_lowercase();
    if let Some(word) = JOINING.iter().find(|word| lower.starts_with(**word))
        && lower.len() == range.len()
    {
        start += word.len();
    }
    let kept = text[start..range.end].trim_end_matches([',', ';', ':', '.', '–', '—', '-', ' ', '\n']);
    start..start + kept.len()
}
