//! Thoughts and lines of the bank that a reader judged together.

use std::collections::HashMap;

use super::{Corpus, Thought, Verdict};
use crate::reframe::{Bank, BankLine, quotable};

/// A thought, a line as it would be shown after it, and what a reader made of it.
pub(crate) struct JudgedLine<'a> {
    pub(crate) thought: &'a Thought,
    pub(crate) line: &'a BankLine,
    /// The line's number in the bank.
    pub(crate) number: usize,
    pub(crate) text: String,
    pub(crate) verdict: Verdict,
}

/// The judged lines of the wanted thoughts, thought by thought. A line that the bank no longer
/// holds is left out, and one that would quote words which are never quoted.
pub(crate) fn judged_lines<'a>(
    corpus: &'a Corpus,
    is_wanted: &dyn Fn(&str) -> bool,
    bank: &'a Bank,
) -> Vec<Vec<JudgedLine<'a>>> {
    let thoughts: HashMap<&str, &Thought> = corpus.thoughts.iter().map(|t| (t.id.as_str(), t)).collect();
    let numbered = bank.lines().iter().enumerate();
    let lines: HashMap<&str, (usize, &BankLine)> = numbered.map(|(n, l)| (l.id.as_str(), (n, l))).collect();
    let wanted = corpus.fits.iter().filter(|fit| is_wanted(&fit.thought_id));
    let of_thoughts = wanted.filter_map(|fit| {
        let thought = *thoughts.get(fit.thought_id.as_str())?;
        let shown = fit.shown.iter().filter_map(|id| lines.get(id.as_str()));
        let judged = shown.filter_map(|(number, line)| {
            let text = shown_after(thought, line)?;
            Some(JudgedLine { thought, line, number: *number, text, verdict: fit.verdict(&line.id) })
        });
        Some(judged.collect::<Vec<_>>())
    });
    of_thoughts.filter(|lines| !lines.is_empty()).collect()
}

/// A line as it would be shown: with the words that carry the distortion it answers.
fn shown_after(thought: &Thought, line: &BankLine) -> Option<String> {
    if !line.has_slot() {
        return Some(line.text.clone());
    }
    let label = thought.distortions.iter().find(|label| line.distortions.contains(&label.slug))?;
    Some(line.fill(&quotable(&label.span)?))
}
