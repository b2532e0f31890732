#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use super::*;

fn walk(before: Option<RecordContent>, offers: Offers, typed: &[&str]) -> (Option<RecordContent>, String) {
    let (texts, catalogue) = (Texts::embedded().unwrap(), Catalogue::embedded().unwrap());
    let now = "2026-11-26T23:00:00+01:00".parse().unwrap();
    let mut steps = Steps::of(before, &texts, &catalogue, now);
    let mut offers = Some(offers);
    let mut shown = steps.page().into_text();
    for line in typed {
        let at = steps.step();
        match steps.take(line) {
            Taken::Said(page) => shown += &page.into_text(),
            Taken::More => {}
            Taken::Next => {
                if at == Step::Thought
                    && let Some(offers) = offers.take()
                {
                    steps.offer(offers);
                }
                shown += &steps.page().into_text();
            }
        }
    }
    assert_eq!(steps.step(), Step::Done, "{shown}");
    (steps.content().cloned(), shown)
}

fn offers() -> Offers {
    Offers {
        distortions: vec![Distortion::FortuneTelling, Distortion::Labeling],
        reframes: vec![Choice { text: "I don't know yet.".into(), line: Some("a17".into()) }],
    }
}

const WHOLE: [&str; 22] = [
    "My boss moved the meeting.",
    "",
    "I will be fired.",
    "90%",
    "fear 80",
    "shame",
    "",
    "y",
    "no",
    "mind reading",
    "",
    "He did not say why.",
    "",
    "He moved two others.",
    "My review was good.",
    "",
    "1",
    "40",
    "30",
    "",
    "7",
    "",
];

#[test]
fn a_whole_record_is_walked_through() {
    let (content, shown) = walk(None, offers(), &WHOLE);
    let content = serde_json::to_value(content.unwrap()).unwrap();
    assert_eq!(
        content,
        serde_json::json!({
            "situation": "My boss moved the meeting.",
            "thought": "I will be fired.",
            "belief": 90,
            "feelings": [
                { "name": "fear", "before": 80, "after": 30 },
                { "name": "shame", "before": null, "after": null },
            ],
            "distortions": { "fortune_telling": "accepted", "labeling": "rejected", "mind_reading": "own" },
            "evidence_for": ["He did not say why."],
            "evidence_against": ["He moved two others.", "My review was good."],
            "balanced": { "from": "chosen", "text": "I don't know yet.", "line": "a17" },
            "belief_after": 40,
            "review_on": "2026-12-03",
        })
    );
    assert!(shown.contains("There is no thought to keep yet"), "{shown}");
    let with_thought = shown.matches("The thought:\n     I will be fired.").count();
    assert!(with_thought >= 11, "the thought is in sight on each step: {with_thought}\n{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 72), "{shown}");
}

#[test]
fn what_cannot_be_used_is_told_and_asked_again() {
    let typed = [
        "",
        "x",
        "101",
        "much",
        "",
        "fear 200",
        "",
        "overthinking",
        "?",
        "13",
        "-13",
        "",
        "",
        "-1",
        "a",
        "-1",
        "",
        "own words",
        "",
        "2020-01-01",
        "soon",
        "2026-11-26",
    ];
    let (content, shown) = walk(None, Offers::default(), &typed);
    let content = content.unwrap();
    assert_eq!(
        content,
        RecordContent {
            balanced: Some(Balanced::Own { text: Line::new("own words").unwrap() }),
            review_on: Some("2026-11-26".parse().unwrap()),
            ..RecordContent::of(Line::new("x").unwrap())
        }
    );
    for told in [
        "0 to 100",
        "none of the thirteen",
        "Unfair comparison",
        "no line of that number",
        "is gone",
        "is past",
        "year-month-day",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
}

#[test]
fn a_record_that_is_there_stays_as_it_is_where_nothing_is_typed() {
    let (content, _) = walk(None, offers(), &WHOLE);
    let enter = [""; 13];
    // Both feelings are asked about; the distortions were judged already.
    let (again, shown) = walk(content.clone(), offers(), &enter[..12]);
    assert_eq!(again, content);
    assert!(shown.contains("Now, until you write something else"), "{shown}");
    let (less, _) = walk(content, offers(), &["-", "", "-", "-1", "", "", "", "", "-", "-", "-", "-"]);
    let less = less.unwrap();
    assert_eq!(
        (less.situation, less.belief, less.balanced, less.belief_after, less.review_on),
        (None, None, None, None, None)
    );
    assert_eq!(less.feelings.len(), 1);
}
