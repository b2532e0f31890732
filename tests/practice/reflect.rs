//! `evenkeel reflect` from outside.

use serde_json::{Value, json};

use super::{Home, stderr};

const DANGER: &str = "I am going to kill myself tonight.";

#[test]
fn reflections_are_listed_and_read_without_a_journal() {
    let home = Home::new();
    let listed = home.json(&["reflect", "list", "--json"]);
    let ids: Vec<&str> =
        listed["reflections"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["levels", "attachment", "childhood", "adulthood", "impact", "domains"]);
    let page = home.says(&["reflect", "show", "levels"], "");
    for row in ["Healthy", "Mild", "Moderate", "Severe", "no clinician"] {
        assert!(page.contains(row), "{page}");
    }
    assert!(home.refuses(&["reflect", "take", "none"]).contains("`evenkeel reflect list` shows them"));
    assert!(!home.data().exists());
}

#[test]
fn one_question_after_the_other_is_asked_kept_and_shown_in_the_persons_words() {
    let home = Home::new();
    let typed = "\n3\n\ns\n2\nI wait, mostly.\ng\nb\n\ns\n\nMore than one kind.\n";
    let page = home.says(&["reflect", "take", "attachment", "--plain"], typed);
    for line in [
        "question 1 of 6",
        "question 6 of 6",
        "Put both feet on the floor",
        "Often named disorganized",
        "Styles mix.",
        "declares nobody's style",
        "More than one kind.",
        "Kept in your journal.",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
    let kept = home.json(&["reflect", "show", "--json"]);
    let one = &kept["responses"][0];
    assert_eq!(one["reflected"]["finished"], true);
    assert_eq!(one["reflected"]["answers"][1]["words"], "I wait, mostly.");
    assert!(one.get("total").is_none());
    let id = one["id"].as_str().unwrap();
    assert!(home.says(&["reflect", "show", id, "--plain"], "").contains("I wait, mostly."));
    home.says(&["reflect", "delete", id], "");
    assert!(home.refuses(&["reflect", "show", id]).contains("no reflection of this id"));
}

#[test]
fn stopping_keeps_lets_go_or_goes_on_another_time() {
    let home = Home::new();
    let page = home.says(&["reflect", "take", "impact", "--plain"], "\n1\nq\nn\n");
    assert!(page.contains("Nothing was kept."), "{page}");
    assert_eq!(home.json(&["reflect", "show", "--json"])["responses"], json!([]));
    let page = home.says(&["reflect", "take", "impact", "--plain"], "\n1\nq\n\n");
    assert!(page.contains("half-finished, and can stay so"), "{page}");
    let page = home.says(&["reflect", "take", "impact", "--plain"], "\ns\ns\ns\ns\ns\n\n");
    assert!(page.contains("is half-finished.") && page.contains("question 2 of 6"), "{page}");
    assert!(!page.contains("question 1 of 6"));
    let kept = home.json(&["reflect", "show", "--json"]);
    assert_eq!(kept["responses"].as_array().unwrap().len(), 1, "the same one went on");
    assert_eq!(kept["responses"][0]["reflected"]["finished"], true);
    let none = home.run(&["reflect", "take", "impact"], "");
    assert_eq!(none.status.code(), Some(2));
    assert!(stderr(&none).contains("No answers came"), "{}", stderr(&none));
    let page = home.says(&["reflect", "take", "impact", "--plain", "--no-keep"], "\n1\nq\n");
    assert!(page.contains("Not kept."), "{page}");
    assert_eq!(home.json(&["reflect", "show", "--json"])["responses"].as_array().unwrap().len(), 1);
}

#[test]
fn answers_come_whole_as_json_and_words_of_danger_are_kept_first_and_bring_help() {
    let home = Home::new();
    let answers = json!({ "answers": [{ "question": "today", "words": DANGER }] }).to_string();
    let take = ["reflect", "take", "childhood", "--answers", "-", "--country", "IE"];
    let body: Value = serde_json::from_str(&home.says(&[&take[..], &["--json"]].concat(), &answers)).unwrap();
    assert_eq!(body["escalation"]["tier"], "emergency");
    assert_eq!(home.json(&["reflect", "show", "--json"])["responses"][0]["id"], body["id"]);
    let page = home.says(&[&take[..], &["--plain"]].concat(), &answers);
    assert!(page.find("call").unwrap() < page.find("Childhood").unwrap(), "{page}");
    // One after the other, help comes before the next question.
    let page = home
        .says(&["reflect", "take", "levels", "--plain", "--country", "IE"], &format!("\n{DANGER}\nq\n\n"));
    assert!(page.contains("112") && !page.contains("question 2 of 3"), "{page}");
}

#[test]
fn a_slip_in_the_answers_is_told_without_their_words_and_keeps_nothing() {
    let home = Home::new();
    let told = |answers: &str| {
        let output = home.run(&["reflect", "take", "impact", "--answers", "-"], answers);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(!stderr(&output).contains("secret"));
        stderr(&output)
    };
    assert!(told(r#"{"answers":[{"question":"secret"}]}"#).contains("Answer 1 is to no question"));
    assert!(told(r#"{"answers":[{"question":"work","ticked":["secret"]}]}"#).contains("does not have"));
    assert!(told(r#"{"answers":[{"question":"work","words":"secret"#).contains("can't be read (line 1"));
    assert!(told(r#"{"secret":1}"#).contains("can't be read"));
    assert!(told("{}").contains("nothing in these answers"));
    assert!(!home.data().join("journal.db").exists());
}

#[test]
fn reflections_go_along_come_back_and_are_screened_then() {
    let home = Home::new();
    let answers = json!({ "answers": [{ "question": "today", "words": DANGER }] }).to_string();
    home.says(&["reflect", "take", "childhood", "--answers", "-"], &answers);
    let path = |name: &str| home.0.path().join(name).to_str().unwrap().to_owned();
    home.run(&["export", &path("export.json"), "--plain"], "");
    let other = Home::new();
    let body = other.json(&["import", &path("export.json"), "--country", "IE", "--json"]);
    assert_eq!((&body["reflections"], &body["alarms"]), (&json!(1), &json!(1)));
    assert_eq!(body["escalation"]["tier"], "emergency");
    assert_eq!(other.json(&["reflect", "show", "--json"]), home.json(&["reflect", "show", "--json"]));
    home.run(&["export", &path("folder"), "--format", "markdown", "--plain"], "");
    let note = std::fs::read_dir(path("folder")).unwrap().next().unwrap().unwrap().path();
    assert!(std::fs::read_to_string(note).unwrap().contains(DANGER));
    home.run(&["export", &path("tables"), "--format", "csv", "--plain"], "");
    let lines = std::fs::read_to_string(home.0.path().join("tables/reflection_lines.csv")).unwrap();
    assert!(lines.contains(DANGER), "{lines}");
    home.run(&["erase", "--all", "--yes"], "");
    assert_eq!(home.json(&["reflect", "show", "--json"])["responses"], json!([]));
}
