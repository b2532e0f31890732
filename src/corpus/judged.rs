//! Thoughts and lines of the bank that a reader judged together.

use super::{Corpus, Fit, Split, Splits, Thought, Verdict};
use crate::reframe::{Bank, BankLine};

/// A thought, a line as it would be shown after it, and what a reader made of it.
pub(crate) struct JudgedLine<'a> {
    pub(crate) thought: &'a Thought,
    pub(crate) line: &'a BankLine,
    pub(crate) text: String,
    pub(crate) verdict: Verdict,
}

/// Every judged line of one side of the split, thought by thought. A line that the bank no longer
/// holds is left out.
pub(crate) fn judged_lines<'a>(
    corpus: &'a Corpus,
    splits: &Splits,
    side: Split,
    bank: &'a Bank,
) -> Vec<JudgedLine<'a>> {
    let of_side = |fit: &&Fit| splits.of(&fit.thought_id) == side;
    let thought = |id: &str| corpus.thoughts.iter().find(|t| t.id == id);
    corpus
        .fits
        .iter()
        .filter(of_side)
        .filter_map(|fit| Some((fit, thought(&fit.thought_id)?)))
        .flat_map(|(fit, thought)| {
            let lines = fit.shown.iter().filter_map(|id| bank.get(id));
            lines.map(move |line| JudgedLine {
                thought,
                line,
                text: shown(thought, line),
                verdict: fit.verdict(&line.id),
            })
        })
        .collect()
}

/// A line as the reader saw it: with the words that carry the distortion it answers.
fn shown(thought: &Thought, line: &BankLine) -> String {
    let label = thought.distortions.iter().find(|label| line.distortions.contains(&label.slug));
    line.fill(label.map_or("", |label| &label.span))
}
