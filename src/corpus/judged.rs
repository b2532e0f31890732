//! Thoughts and lines of the bank, talks and replies, that a reader judged together.

use std::collections::HashMap;

use super::{Corpus, Moment, ReplyVerdict, Thought, Turn, Verdict};
use crate::parts::{Line, Replies};
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

/// A talk, and replies that were judged as the guide's next words in it.
pub(crate) struct JudgedTalk<'a> {
    pub(crate) history: &'a [Turn],
    /// Each as it would be shown.
    pub(crate) replies: Vec<(String, ReplyVerdict)>,
}

/// The wanted talks with judged replies. A reply that the bank no longer holds is left out.
pub(crate) fn judged_replies<'a>(
    corpus: &'a Corpus,
    is_wanted: &dyn Fn(&str) -> bool,
    replies: &Replies,
) -> Vec<JudgedTalk<'a>> {
    let moments: HashMap<&str, &Moment> = corpus.moments.iter().map(|m| (m.id.as_str(), m)).collect();
    let lines: HashMap<&str, &Line> = replies.lines().iter().map(|l| (l.id.as_str(), l)).collect();
    let wanted = corpus.reply_fits.iter().filter(|fit| is_wanted(&fit.moment_id));
    let talks = wanted.map(|fit| {
        let moment = moments.get(fit.moment_id.as_str());
        let shown = fit.shown.iter().filter_map(|id| lines.get(id.as_str()));
        let text = |line: &Line| line.fill(moment.map(|m| m.part.name.as_str()), None);
        JudgedTalk {
            history: moment.map_or(&fit.history, |m| &m.history),
            replies: shown.filter_map(|line| Some((text(line)?, fit.verdict(&line.id)))).collect(),
        }
    });
    talks.filter(|talk| !talk.replies.is_empty()).collect()
}
