//! The person's own words in a reframe: only where they read well there.

/// Words at most; more are a speech, not a quotation.
const MOST_WORDS: usize = 12;
const LEAST_WORDS: usize = 3;

/// The words of a span as they can be quoted, or `None` where a line without a slot reads
/// better: a fragment, a long rule, or words that do not stand as a clause.
pub(crate) fn quotable(span: &str) -> Option<String> {
    let one_line = span.split_whitespace().collect::<Vec<_>>().join(" ");
    let first_sentence = one_line.split_inclusive(['.', '!', '?']).next().unwrap_or_default();
    let words = first_sentence
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '"'));
    let count = words.split(' ').count();
    let has_slot_marks = words.contains(['{', '}', '“', '”', '"', '<', '>']);
    let last = words.rsplit(' ').next().unwrap_or_default().to_lowercase();
    // Cut off in the middle of a clause, or of one that leans on the sentence before.
    let hangs = matches!(
        last.as_str(),
        "am" | "are"
            | "is"
            | "was"
            | "were"
            | "and"
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
    let reads = is_clause && !hangs && !tells(words) && !has_slot_marks;
    ((LEAST_WORDS..=MOST_WORDS).contains(&count) && reads).then(|| words.to_owned())
}

/// Whether words tell what the person did or does, or what one does: the lines speak of what was
/// quoted as of something thought.
fn tells(words: &str) -> bool {
    let words = words.to_lowercase().replace('\u{2019}', "'");
    let mut words = words.split(' ');
    match words.next() {
        Some("i") => words.next().is_some_and(|verb| DOING.contains(&verb)),
        Some("you") => !words.any(|word| RULING.contains(&word)),
        _ => false,
    }
}

/// Verbs that after "I" tell an event or a habit.
const DOING: [&str; 33] = [
    "asked", "brought", "came", "cried", "did", "didn't", "didnt", "don't", "dont", "forgot", "gave", "got",
    "had", "hadn't", "hadnt", "haven't", "havent", "keep", "kept", "left", "look", "made", "may", "put",
    "said", "sat", "saw", "say", "sent", "spent", "told", "took", "went",
];
/// Words that make of "you" a rule.
const RULING: [&str; 7] = ["always", "can't", "cant", "don't", "dont", "must", "never"];

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
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

    /// A hundred fillings as they came up in use, each read by a reader, a language model, who was
    /// asked whether the quoted words read well in their line. The rules here were made with these
    /// in sight.
    #[test]
    fn of_fillings_that_were_read_the_good_ones_are_kept() {
        #[derive(serde::Deserialize)]
        struct Filling {
            words: String,
            reads_well: bool,
        }
        let fillings: Vec<Filling> = include_str!("../../evals/slots.jsonl")
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(fillings.len(), 100);
        let kept: Vec<&Filling> = fillings.iter().filter(|f| quotable(&f.words).is_some()).collect();
        let good = kept.iter().filter(|f| f.reads_well).count();
        assert!(good * 100 >= kept.len() * 88, "{good} of {} quotations read well", kept.len());
        assert!(good >= 75, "{good} good quotations are left");
    }
}
