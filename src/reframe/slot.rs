//! The person's own words in a reframe: only where they read well there.

/// Words at most; more are a speech, not a quotation.
const MOST_WORDS: usize = 12;
const LEAST_WORDS: usize = 3;

/// The words of a span as they can be quoted, or `None` where a line without a slot reads
/// better: a fragment, a long rule, or words that do not stand as a clause.
pub(super) fn quotable(span: &str) -> Option<String> {
    let one_line = span.split_whitespace().collect::<Vec<_>>().join(" ");
    let first_sentence = one_line.split_inclusive(['.', '!', '?']).next().unwrap_or_default();
    let words = first_sentence
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '"'));
    let count = words.split(' ').count();
    let has_slot_marks = words.contains(['{', '}', '“', '”', '"', '<', '>']);
    let last = words.rsplit(' ').next().unwrap_or_default().to_lowercase();
    // Cut off in the middle of a clause.
    let hangs = matches!(
        last.as_str(),
        "and"
            | "but"
            | "or"
            | "the"
            | "a"
            | "an"
            | "to"
            | "of"
            | "that"
            | "because"
            | "if"
            | "so"
            | "with"
            | "for"
            | "my"
            | "i"
    );
    // A subject and something said of it: without one of these a span is a bare event.
    let first = words.split(' ').next().unwrap_or_default().to_lowercase();
    let is_clause = matches!(
        first.trim_end_matches(['\u{2019}', '\'']).split('\'').next().unwrap_or_default(),
        "i" | "im"
            | "ill"
            | "ive"
            | "id"
            | "he"
            | "she"
            | "they"
            | "we"
            | "you"
            | "it"
            | "its"
            | "everyone"
            | "everybody"
            | "nobody"
            | "no"
            | "people"
            | "nothing"
            | "everything"
            | "my"
            | "this"
            | "that"
            | "there"
            | "shes"
            | "hes"
            | "theyre"
            | "theyll"
            | "hell"
            | "shell"
    );
    ((LEAST_WORDS..=MOST_WORDS).contains(&count) && is_clause && !hangs && !has_slot_marks)
        .then(|| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::quotable;

    #[test]
    fn a_clause_is_quoted_without_its_last_mark() {
        assert_eq!(quotable("She thinks I'm useless."), Some("She thinks I'm useless".to_owned()));
        assert_eq!(quotable("I always\n mess up"), Some("I always mess up".to_owned()));
    }

    #[test]
    fn fragments_long_rules_and_bare_events_are_not() {
        for span in ["useless", "not even a hello", "I think that", "because of", "I {words} am"] {
            assert_eq!(quotable(span), None, "{span}");
        }
        assert_eq!(
            quotable(&"I must always be the one who does everything for everybody at home".repeat(2)),
            None
        );
    }
}
