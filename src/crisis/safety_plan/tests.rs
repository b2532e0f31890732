#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use super::*;
use proptest::prelude::*;

fn line(step: PlanStep, text: &str) -> PlanLine {
    PlanLine::typed(step, text).unwrap()
}

fn plan() -> SafetyPlan {
    let mut plan = SafetyPlan::default();
    for (step, text) in [
        (PlanStep::WarningSigns, "I stop answering messages"),
        (PlanStep::Coping, "Walk round the block"),
        (PlanStep::Coping, "The blue playlist, then a bath"),
        (PlanStep::Distractions, "The library in the square"),
        (PlanStep::People, "Mara, 555 0101"),
        (PlanStep::Professionals, "Dr Okafor, +44 (0)20 5550 0199"),
        (PlanStep::Environment, "Ask Mara to come by"),
    ] {
        plan.add(step, line(step, text)).unwrap();
    }
    plan
}

#[test]
fn a_step_is_named_by_number_or_name() {
    for step in PlanStep::ALL {
        assert_eq!(step.number().to_string().parse(), Ok(step));
        assert_eq!(step.slug().parse(), Ok(step));
        assert_eq!(step.slug().replace('_', "-").to_uppercase().parse(), Ok(step));
    }
    for text in ["", "0", "7", "sign", "1.5"] {
        assert_eq!(text.parse::<PlanStep>(), Err(PlanStepError), "{text}");
    }
}

#[test]
fn the_last_comma_parts_name_and_number_where_people_stand() {
    let mara = line(PlanStep::People, " Mara Lindqvist, next door , +49 30 555-0101 ");
    assert_eq!((mara.text(), mara.phone()), ("Mara Lindqvist, next door", Some("+49 30 555-0101")));
    assert_eq!(mara.to_string(), "Mara Lindqvist, next door, +49 30 555-0101");
    let place = line(PlanStep::Distractions, "Library, second floor");
    assert_eq!((place.text(), place.phone()), ("Library, second floor", None));
    let coping = line(PlanStep::Coping, "Count back from 100, 97");
    assert_eq!((coping.text(), coping.phone()), ("Count back from 100, 97", None));
}

#[test]
fn lines_that_cannot_be_shown_or_read_are_refused() {
    let new = |text: &str, phone| PlanLine::new(text, phone).unwrap_err();
    assert_eq!(new(" \u{200b} ", None), LineError::Blank);
    assert_eq!(new(&"a".repeat(201), None), LineError::TooLong(201));
    for text in ["a\nb", "a\tb", "a\u{1b}[2Jb", "a\u{202e}b", "a\u{2028}b", "a\0b"] {
        assert_eq!(new(text, None), LineError::Control, "{text:?}");
    }
    for phone in ["call me", "1", "+", "0".repeat(33).as_str(), "12\u{1b}34"] {
        assert_eq!(new("Mara", Some(phone)), LineError::Phone, "{phone:?}");
    }
    assert!(PlanLine::new(&"ü".repeat(200), Some(" ")).is_ok());
}

#[test]
fn phones_stand_in_the_steps_about_people_only() {
    for step in PlanStep::ALL {
        let done = SafetyPlan::default().add(step, PlanLine::new("Mara", Some("112")).unwrap());
        assert_eq!(done.is_ok(), matches!(step.number(), 3..=5), "{step:?}");
    }
}

#[test]
fn a_step_has_room_for_twelve_lines_and_gives_them_back() {
    let mut plan = SafetyPlan::default();
    for i in 0..MOST_LINES {
        plan.add(PlanStep::Coping, line(PlanStep::Coping, &format!("thing {i}"))).unwrap();
    }
    let one_more = plan.add(PlanStep::Coping, line(PlanStep::Coping, "one more"));
    assert_eq!(one_more, Err(PlanError::TooMany { step: PlanStep::Coping }));
    assert_eq!(plan.remove(PlanStep::Coping, 2).unwrap().text(), "thing 1");
    for number in [0, 12, usize::MAX] {
        let none = plan.remove(PlanStep::Coping, number);
        assert_eq!(none, Err(PlanError::NoSuchLine { step: PlanStep::Coping, line: number, has: 11 }));
    }
}

#[test]
fn what_was_typed_in_anew_is_known() {
    let earlier = plan();
    let mut later = earlier.clone();
    assert_eq!(later.new_since(&earlier).count(), 0);
    later.add(PlanStep::WarningSigns, line(PlanStep::WarningSigns, "I sleep by day")).unwrap();
    later.remove(PlanStep::Coping, 1).unwrap();
    assert_eq!(later.new_since(&earlier).collect::<Vec<_>>(), [(PlanStep::WarningSigns, "I sleep by day")]);
    assert_eq!(later.new_since(&SafetyPlan::default()).count(), 7);
}

#[test]
fn debug_and_errors_show_nothing_that_was_written() {
    let (plan, body) = (plan(), SafetyPlanBody::new(&plan(), true));
    let shown = format!("{plan:?} {:?} {body:?} {:?}", plan.lines(PlanStep::People), body.people);
    assert!(!shown.contains("Mara") && !shown.contains("555"), "{shown}");
    let body = SafetyPlanBody { people: vec![PersonBody { name: "Mara\n".repeat(2), phone: None }], ..body };
    let error = body.check().unwrap_err();
    assert_eq!(
        error.to_string(),
        "Step 4 (people), line 1: it holds a line break or another character that can't be shown. Write it as plain text."
    );
}

#[test]
fn the_json_has_the_six_steps_in_order_and_comes_back() {
    let body = SafetyPlanBody::new(&plan(), true);
    let json = serde_json::to_string(&body).unwrap();
    let places: Vec<usize> =
        PlanStep::ALL.iter().map(|s| json.find(&format!("\"{}\"", s.slug())).unwrap()).collect();
    assert!(places.is_sorted(), "{json}");
    let back: SafetyPlanBody = serde_json::from_str(&json).unwrap();
    assert_eq!(back.check().unwrap(), plan());
    let short: SafetyPlanBody = serde_json::from_str(r#"{"people":[{"name":"Mara"}]}"#).unwrap();
    assert_eq!(short.check().unwrap().lines(PlanStep::People).len(), 1);
    assert_eq!(SafetyPlanBody { schema: 2, ..short }.check(), Err(PlanError::Schema(2)));
}

#[test]
fn the_texts_of_the_program_hold_together_and_broken_ones_do_not() {
    let good = include_str!("../../../content/safety_plan.toml");
    assert!(PlanTexts::parse(good).is_ok());
    let swapped = good
        .replace("\"coping\"", "\"x\"")
        .replace("\"people\"", "\"coping\"")
        .replace("\"x\"", "\"people\"");
    assert!(matches!(PlanTexts::parse(&swapped), Err(PlanTextsError::Steps)));
    let long = good.replace("Keep it like that?", &"a".repeat(161));
    assert!(matches!(PlanTexts::parse(&long), Err(PlanTextsError::Line)));
    assert!(matches!(PlanTexts::parse("x = 1"), Err(PlanTextsError::Syntax(_))));
}

proptest! {
    #[test]
    fn whatever_is_typed_becomes_a_line_of_one_line_or_an_error(text in "\\PC{0,240}|.{0,240}", step in 0usize..6) {
        if let Ok(line) = PlanLine::typed(PlanStep::ALL[step], &text) {
            prop_assert!(!line.text().is_empty() && line.text().chars().count() <= MOST_CHARACTERS);
            prop_assert!(!line.to_string().contains(char::is_control));
            prop_assert!(SafetyPlan::default().add(PlanStep::ALL[step], line).is_ok());
        }
    }
}
