//! What was answered about a thought, in the form that figures need.

use std::collections::HashSet;

use crate::assistant::ReplyBody;
use crate::corpus::Thought;
use crate::distortion::Distortion;
use crate::eval::metrics::overlap_f1;

/// Number of distortions.
pub(super) const LABELS: usize = Distortion::ALL.len();

/// The answer about one thought, in the order of [`Distortion::ALL`].
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    /// How likely each distortion is; all 0 where the thought was not read for them.
    pub(super) probabilities: [f32; LABELS],
    /// Which were named.
    pub(super) found: [bool; LABELS],
    /// The words that carry each, in Unicode scalar values.
    pub(super) spans: [Vec<(usize, usize)>; LABELS],
    /// Whether the screen stopped the thought before it was read for distortions.
    pub(super) held: bool,
}

impl Answer {
    pub(super) fn from_reply(body: &ReplyBody) -> Self {
        let mut answer = Self { held: body.probabilities.is_empty(), ..Self::default() };
        for distortion in Distortion::ALL {
            if let Some(probability) = body.probabilities.get(distortion.slug()) {
                answer.probabilities[distortion.index()] = *probability;
            }
        }
        for distortion in &body.distortions {
            let label = distortion.slug.index();
            answer.found[label] = true;
            answer.spans[label] = distortion.spans.iter().map(|s| (s.start, s.end)).collect();
        }
        answer
    }

    pub(super) fn from_ngrams(predicted: &[(f32, bool)]) -> Self {
        let mut answer = Self::default();
        for (label, (probability, counts)) in predicted.iter().enumerate().take(LABELS) {
            (answer.probabilities[label], answer.found[label]) = (*probability, *counts);
        }
        answer
    }

    /// Whether any distortion was named.
    pub(super) fn any(&self) -> bool {
        self.found.contains(&true)
    }

    /// The probability of the likeliest.
    pub(super) fn highest(&self) -> f32 {
        self.probabilities.into_iter().fold(0.0, f32::max)
    }
}

/// Which distortions readers see in a thought.
pub(super) fn gold(thought: &Thought) -> [bool; LABELS] {
    Distortion::ALL.map(|d| thought.has(d))
}

/// For every label that readers see and the assistant named: the label, and how far the words
/// agree (F1 over words).
pub(super) fn span_overlaps(items: &[&Thought], answers: &[Answer]) -> Vec<(usize, f64)> {
    let mut all = Vec::new();
    for (item, answer) in items.iter().zip(answers) {
        for label in item.distortions.iter().filter(|l| answer.found[l.slug.index()]) {
            let Some(at) = item.thought.find(&label.span) else { continue };
            let start = item.thought[..at].chars().count();
            let gold = words_in(&item.thought, &[(start, start + label.span.chars().count())]);
            let found = words_in(&item.thought, &answer.spans[label.slug.index()]);
            all.extend(overlap_f1(&gold, &found).map(|f1| (label.slug.index(), f1)));
        }
    }
    all
}

/// Numbers of the words that touch any of the spans.
fn words_in(text: &str, spans: &[(usize, usize)]) -> HashSet<usize> {
    let mut inside = HashSet::new();
    let (mut word, mut in_word) = (0, false);
    for (at, c) in text.chars().enumerate() {
        if c.is_whitespace() {
            word += usize::from(in_word);
            in_word = false;
            continue;
        }
        in_word = true;
        if spans.iter().any(|(start, end)| (*start..*end).contains(&at)) {
            inside.insert(word);
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_where_a_span_touches_them() {
        let text = "well,  she hates mé now";
        assert_eq!(words_in(text, &[(7, 19)]), HashSet::from([1, 2, 3]));
        assert_eq!(words_in(text, &[(0, 1), (20, 23)]), HashSet::from([0, 4]));
        assert!(words_in(text, &[]).is_empty());
    }
}
