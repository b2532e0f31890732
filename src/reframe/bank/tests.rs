#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use super::*;
use crate::reframe::strategy::Strategy;
use proptest::prelude::*;

fn line(text: &str) -> BankLine {
    BankLine {
        id: "t-1".to_owned(),
        distortions: vec![Distortion::MindReading],
        strategy: Strategy::ExamineEvidence,
        about: vec![],
        kind: Kind::Statement,
        text: text.to_owned(),
    }
}

#[test]
fn the_embedded_bank_is_sound_and_answers_every_distortion() {
    let bank = Bank::embedded().unwrap();
    assert_eq!(bank.lines().len(), 2477);
    for distortion in Distortion::ALL {
        assert!(bank.for_distortion(distortion).count() >= 40, "{distortion:?}");
    }
    assert_eq!(bank.validations().count(), 144);
    assert!(bank.validations().all(|l| l.strategy == Strategy::Validation && !l.has_slot()));
    assert_eq!(bank.get("ba-001").unwrap().strategy, Strategy::ExamineEvidence);
}

#[test]
fn tags_are_the_serialised_names() {
    for (at, tag) in AboutTag::ALL.into_iter().enumerate() {
        assert_eq!(serde_json::to_value(tag).unwrap(), tag.slug());
        assert_eq!(tag.index(), at);
    }
}

#[test]
fn a_line_is_offered_only_where_all_it_assumes_holds() {
    let mut one = line("I could ask them tomorrow, or wait.");
    one.about = vec![AboutTag::OneOther, AboutTag::Waiting];
    assert!(one.holds_for(&[AboutTag::Waiting, AboutTag::Help, AboutTag::OneOther]));
    assert!(!one.holds_for(&[AboutTag::OneOther]));
    assert!(line("x").holds_for(&[]));
}

#[test]
fn words_at_the_start_of_a_sentence_get_a_capital_and_keep_one_full_stop() {
    let opening = line("{words}. Who told me that, and when?");
    assert_eq!(
        opening.fill("they think i'm useless."),
        "“They think i'm useless”. Who told me that, and when?"
    );
    assert_eq!(
        opening.fill("why would they want me?"),
        "“Why would they want me?” Who told me that, and when?"
    );
    let second = line("A lot goes on today. {words} puts me at the front of it.");
    assert!(second.fill("she hates me,").contains(". “She hates me” puts"));
}

#[test]
fn words_inside_a_sentence_are_left_as_they_are() {
    let inside = line("If a friend told me {words}, how would they know?");
    assert_eq!(
        inside.fill(" it will\nall go  wrong "),
        "If a friend told me “it will all go wrong”, how would they know?"
    );
    assert_eq!(inside.fill("\"nobody comes\""), "If a friend told me “nobody comes”, how would they know?");
}

#[test]
fn many_words_are_cut_and_no_words_become_this_thought() {
    let inside = line("Would they write anything like {words}?");
    assert_eq!(
        inside.fill("a b c d e f g h i j k l m n"),
        "Would they write anything like “a b c d e f g h i j k l…”?"
    );
    assert_eq!(line("{words} is one way it could go.").fill(" . "), "This thought is one way it could go.");
    assert_eq!(line("Nothing to fill here at all.").fill("x"), "Nothing to fill here at all.");
}

#[test]
fn a_line_that_breaks_a_rule_is_an_error_with_its_place() {
    let json = |id: &str, text: &str, more: &str| {
        format!(
            "{{\"id\":\"{id}\",\"distortions\":[\"blaming\"],\"strategy\":\"validation\",\"about\":[],\"text\":\"{text}\"{more}}}"
        )
    };
    let what = |text: String| match Bank::parse(&[("f", &text)]) {
        Err(BankError::Line { line, what, .. }) => (line, what),
        _ => (0, "no rule is broken"),
    };
    let good = json("a", "one two three four five six", "");
    assert!(Bank::parse(&[("f", &good)]).is_ok());
    let again = json("a", "seven two three four five six", "");
    assert_eq!(what(format!("{good}\n\n{again}")), (3, "this id is used twice"));
    let same = json("b", "One two three four five six", "");
    assert_eq!(what(format!("{good}\n{same}")), (2, "this text is there twice"));
    assert_eq!(what(json("a", "too short", "")).1, "the text must have 6 to 50 words");
    let braces = json("a", "one two {word} four five six", "");
    assert_eq!(what(braces).1, "the text may hold {words} once and no other braces");
    let none = good.replace("[\"blaming\"]", "[]").replace("validation", "self_compassion");
    assert_eq!(what(none).1, "a line without a distortion must be a validation");
    let unknown = json("a", "one two three four five six", ",\"mood\":1");
    assert!(matches!(Bank::parse(&[("f", &unknown)]), Err(BankError::Syntax { line: 1, .. })));
}

proptest! {
    #[test]
    fn filling_leaves_no_brace_of_ours_behind(words in "\\PC{0,80}", at in 0usize..2000) {
        let bank = Bank::embedded().unwrap();
        let slotted: Vec<_> = bank.lines().iter().filter(|l| l.has_slot()).collect();
        let filled = slotted[at % slotted.len()].fill(&words);
        let kept = tidy(&words);
        prop_assert_eq!(filled.matches('{').count(), kept.matches('{').count());
        prop_assert_eq!(filled.matches('}').count(), kept.matches('}').count());
    }

    #[test]
    fn filling_always_holds_the_words(
        words in "[a-zA-Z'{}]{1,9}( [a-zA-Z,'{}]{0,8}[a-z]){0,11}[.?!]?",
        at in 0usize..2000,
    ) {
        let bank = Bank::embedded().unwrap();
        let slotted: Vec<_> = bank.lines().iter().filter(|l| l.has_slot()).collect();
        let filled = slotted[at % slotted.len()].fill(&words);
        let kept = words.trim_end_matches(['.', ',']);
        // Only the first letter may change, to a capital.
        let forms = [format!("“{kept}”"), format!("“{}”", capital(kept))];
        prop_assert!(forms.iter().any(|form| filled.contains(form)), "{}", filled);
    }
}
