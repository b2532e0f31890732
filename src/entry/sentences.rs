//! Cutting text at sentence and clause borders.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Byte ranges of the sentences of `text`, without surrounding white space. Line breaks end a
/// sentence too: people at 2 a.m. often leave the full stop out.
#[must_use]
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        for (at, sentence) in line.split_sentence_bound_indices() {
            push_trimmed(text, line_start + at..line_start + at + sentence.len(), &mut found);
        }
        line_start += line.len();
    }
    found
}

/// Byte ranges of the clauses of `text`: sentences cut further at commas, semicolons, colons,
/// dashes and before the words that open a new clause.
#[must_use]
pub fn clauses(text: &str) -> Vec<Range<usize>> {
    const OPENERS: [&str; 9] = ["and", "but", "so", "because", "since", "then", "or", "cos", "cause"];
    let mut found = Vec::new();
    for sentence in sentences(text) {
        let base = sentence.start;
        let body = &text[sentence.clone()];
        let mut start = 0;
        for (at, word) in body.split_word_bound_indices() {
            let lower = word.to_lowercase();
            if OPENERS.contains(&lower.as_str()) && at > start {
                push_trimmed(text, base + start..base + at, &mut found);
                start = at;
            } else if matches!(word, "," | ";" | ":" | "–" | "—" | "..." | "…") {
                push_trimmed(text, base + start..base + at + word.len(), &mut found);
                start = at + word.len();
            }
        }
        push_trimmed(text, base + start..sentence.end, &mut found);
    }
    found
}

fn push_trimmed(text: &str, range: Range<usize>, into: &mut Vec<Range<usize>>) {
    let piece = &text[range.clone()];
    let start = range.start + (piece.len() - piece.trim_start().len());
    let end = range.start + piece.trim_end().len();
    if start < end {
        into.push(start..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, ranges: &[Range<usize>]) -> Vec<String> {
        ranges.iter().map(|r| text[r.clone()].to_owned()).collect()
    }

    #[test]
    fn sentences_end_at_stops_and_line_breaks() {
        let text = "She left. I think she hates me\nwhat now?";
        assert_eq!(cut(text, &sentences(text)), ["She left.", "I think she hates me", "what now?"]);
    }

    #[test]
    fn clauses_open_at_joining_words() {
        let text = "He said no, and I know he thinks I'm weak.";
        assert_eq!(cut(text, &clauses(text)), ["He said no,", "and I know he thinks I'm weak."]);
    }
}
