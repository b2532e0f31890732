//! The shipped files, what breaks a rule, and what comes of answers.

#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use super::*;
use crate::checkin::Words;

fn all() -> Reflections {
    Reflections::embedded().unwrap()
}

fn given(json: &str) -> Given {
    serde_json::from_str(json).unwrap()
}

#[test]
fn every_shipped_file_keeps_every_rule_and_what_was_asked_for_is_there() {
    let all = all();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("content/reflections");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), all.iter().count());
    let levels = all.find("Levels ").unwrap();
    let ids = |all: &[Level]| all.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&levels.levels), ["healthy", "mild", "moderate", "severe"]);
    let styles: Vec<&str> =
        all.find("attachment").unwrap().styles.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(styles, ["secure", "avoidant", "anxious", "disorganized"]);
    for (id, questions) in [
        ("childhood", &["available", "missing", "hurt", "left", "early", "home"][..]),
        ("adulthood", &["betrayal", "abusive", "oppression", "losses"]),
        ("impact", &["work", "relationships", "body", "mind"]),
        (
            "domains",
            &[
                "relationships",
                "work",
                "body",
                "mind",
                "growing-up",
                "later",
                "family-line",
                "stress",
                "trust",
                "feelings",
            ],
        ),
    ] {
        let one = all.find(id).unwrap();
        assert!(questions.iter().all(|question| one.question(question).is_some()), "{id}");
    }
    let trauma: Vec<&str> = all.iter().filter(|one| one.trauma).map(|one| one.id.as_str()).collect();
    assert_eq!(trauma, ["childhood", "adulthood", "domains"]);
    assert!(all.find("none").is_none());
}

#[test]
fn each_moment_of_attachment_has_a_statement_of_each_style_in_changing_order() {
    let all = all();
    let attachment = all.find("attachment").unwrap();
    let orders: std::collections::BTreeSet<Vec<&str>> = attachment
        .questions
        .iter()
        .map(|one| one.choices.iter().filter_map(|choice| choice.style.as_deref()).collect())
        .collect();
    for order in &orders {
        let styles: std::collections::BTreeSet<&&str> = order.iter().collect();
        assert_eq!(styles.len(), 4);
    }
    assert_eq!(orders.len(), attachment.questions.len(), "no order comes twice");
}

#[test]
fn what_breaks_a_rule_is_told_by_file_line_and_rule() {
    let (name, text) = FILES[2];
    let told = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        Reflection::parse(name, &text.replacen(from, to, 1)).unwrap_err().to_string()
    };
    assert_eq!(
        told("id = \"childhood\"", "id = \"child\""),
        "content/reflections/childhood.toml, line 4: the id is the file's name. Correct it there."
    );
    assert!(told("you may stop at any time", "you need not go on").contains("line 9: the note of what"));
    assert!(told("Was there something that", "What happened that").contains("never asks for detail"));
    assert!(told("id = \"comfort\"\nasks", "id = \"available\"\nasks").contains("an id of its own"));
    assert!(told("id = \"far-away\"", "id = \"somebody\"").contains("an id of its own in its question"));
    assert!(told("id = \"far-away\"", "id = \"Far away\"").contains("small letters and hyphens"));
    assert!(told("text = \"Often loud.\"", "text = \"\"").contains("there is a text here"));
    assert!(told("text = \"Often loud.\"", "text = \"You suffer.\"").contains("“you suffer” is never said"));
    assert!(told("text = \"Often loud.\"", "text = \"Often loud!\"").contains("no exclamation mark"));
    assert!(told("text = \"Often loud.\"", "style = \"secure\", text = \"x\"").contains("one of [[style]]"));
    assert!(told("hint = \"As you", "hunt = \"As you").contains("can't be read"));
    assert!(told("edition = 1", "edition = 0").contains("line 5: editions are counted from 1"));
    let (name, text) = FILES[1];
    let without = text.replacen("style = \"avoidant\", text", "text", 1);
    let told = Reflection::parse(name, &without).unwrap_err().to_string();
    assert!(told.contains("each statement has one"), "{told}");
}

#[test]
fn statements_are_shown_by_style_and_nothing_is_counted() {
    let all = all();
    let attachment = all.find("attachment").unwrap();
    let reflected = attachment
        .of(&given(
            r#"{"answers":[{"question":"needing","ticked":["watch","without"]},
                {"question":"closeness","ticked":["room"],"words":"With Ana it is different."}]}"#,
        ))
        .unwrap();
    assert_eq!(reflected.answers[0].question, "closeness", "in the order of the questions");
    let styles = attachment.by_style(&reflected);
    let ticked: Vec<usize> = styles.iter().map(|style| style.ticked.len()).collect();
    assert_eq!(ticked, [0, 2, 1, 0]);
    assert_eq!(
        styles[1].ticked[0],
        "When somebody gets close to me: After a while I want more room, and I pull back."
    );
    assert_eq!(reflected.words(), "With Ana it is different.");
    let body = serde_json::to_string(&styles).unwrap();
    assert!(!body.contains("total") && !body.contains("score"));
}

#[test]
fn answers_that_do_not_fit_are_told_by_number_without_their_words() {
    let all = all();
    let impact = all.find("impact").unwrap();
    let told = |json: &str| impact.of(&given(json)).unwrap_err();
    assert_eq!(told(r#"{"answers":[{"question":"secret"}]}"#), GivenError::Question { n: 1 });
    assert_eq!(told(r#"{"answers":[{"question":"work","ticked":["secret"]}]}"#), GivenError::Choice { n: 1 });
    for twice in [
        r#"{"answers":[{"question":"work","ticked":["proud","proud"]}]}"#,
        r#"{"answers":[{"question":"work","ticked":["proud"]},{"question":"work","words":"x"}]}"#,
    ] {
        assert!(matches!(told(twice), GivenError::Twice { .. }));
    }
    assert_eq!(told(r#"{"answers":[{"question":"work"}]}"#), GivenError::Nothing);
    for unfit in [r#"{"answers":[{"question":"work","words":"a\nb"}]}"#, r#"{"anwsers":[]}"#] {
        assert!(serde_json::from_str::<Given>(unfit).is_err());
    }
}

#[test]
fn what_is_said_beside_a_statement_comes_once() {
    let all = all();
    let adulthood = all.find("adulthood").unwrap();
    let reflected =
        adulthood.of(&given(r#"{"answers":[{"question":"abusive","ticked":["now","unsure"]}]}"#)).unwrap();
    let says = adulthood.says_beside(&reflected);
    assert!(says.len() == 1 && says[0].contains("safety comes first"), "{says:?}");
}

#[test]
fn an_answer_can_be_changed_and_taken_away() {
    let all = all();
    let impact = all.find("impact").unwrap();
    let mut now = impact.begin();
    let work = impact.question("work").unwrap();
    now.put(impact, work, &[&work.choices[0]], None);
    now.put(impact, work, &[], Some(Words::new("Much.").unwrap()));
    assert_eq!(now.answers.len(), 1);
    assert!(now.answers[0].ticked.is_empty());
    now.put(impact, work, &[], None);
    assert!(now.is_empty());
}

#[test]
fn what_is_kept_is_read_back_and_nothing_else() {
    let all = all();
    let one = all
        .find("levels")
        .unwrap()
        .of(&given(
            r#"{"answers":[{"question":"rows","ticked":["mild"],"words":"Today."}],"summary":"A bit."}"#,
        ))
        .unwrap();
    let text = serde_json::to_string(&one).unwrap();
    assert_eq!(serde_json::from_str::<Reflected>(&text).unwrap(), one);
    for (from, to) in [
        ("\"edition\":1", "\"edition\":0"),
        ("\"levels\"", "\"\""),
        ("\"rows\"", "\"Rows of mine\""),
        ("\"Today.\"", "\" \""),
        ("\"finished\":true", "\"finished\":true,\"total\":3"),
    ] {
        assert!(text.contains(from), "{from}");
        assert!(serde_json::from_str::<Reflected>(&text.replacen(from, to, 1)).is_err(), "{from}");
    }
    assert!(!format!("{one:?}").contains("Today"), "what a person wrote is not in a debug line");
}
