//! `evenkeel checkin`, `practice`, `people` and `learn` from outside: no model, no network.

#![allow(clippy::unwrap_used, reason = "a surprise is a failed test")]

mod insight;
mod reflect;
mod remind;
mod schemas;
mod terminal;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.env_remove("EVENKEEL_COUNTRY").env("NO_COLOR", "1");
        command.env("EVENKEEL_MODELS", self.0.path().join("no-models"));
        command.args(["--offline", "--data-dir"]).arg(self.data()).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that does not read its input closes it early; that is no fault.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// What it says on standard output, when all went well.
    fn says(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let page = String::from_utf8(output.stdout).unwrap();
        let fits = |line: &str| line.starts_with('{') || line.contains("http") || line.chars().count() <= 72;
        assert!(page.lines().all(fits), "{page}");
        assert!(!page.contains('\u{1b}'), "no escape codes in plain output");
        page
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.says(arguments, "")).unwrap()
    }

    /// The one sentence that is said when it fails with 2.
    fn refuses(&self, arguments: &[&str]) -> String {
        self.refuses_with(2, arguments)
    }

    /// The one sentence that is said when it fails with this code.
    fn refuses_with(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments, "");
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
        stderr(&output)
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_check_in_in_one_line_is_kept_listed_shown_and_deleted() {
    let home = Home::new();
    let line = "mood 4 stress 7 sleep 6.5 helped:refused walked 20 coped 'a walk' 7";
    let body = home.json(&["checkin", line, "--json"]);
    assert_eq!(
        (&body["checkin"]["mood"], &body["checkin"]["sleep_minutes"], &body["escalation"]),
        (&json!(4), &json!(390), &Value::Null)
    );
    assert_eq!(body["checkin"]["help"], json!([{ "kind": "refused", "situation": null }]));
    let split = home.json(&["checkin", "mood", "5", "note", "a quiet day", "--json"]);
    assert_eq!(split["checkin"]["note"], "a quiet day");
    let listed = home.json(&["checkin", "list", "--json"]);
    assert_eq!(listed["checkins"].as_array().unwrap().len(), 2);
    let id = body["id"].as_str().unwrap();
    assert!(home.says(&["checkin", "show", id], "").contains("coped: a walk (7 of 10)"));
    home.says(&["checkin", "delete", id], "");
    assert!(home.refuses(&["checkin", "show", id]).contains("no check-in of this id"));
}

#[test]
fn a_slip_names_the_word_and_keeps_nothing() {
    let home = Home::new();
    assert!(home.refuses(&["checkin", "mood 4 stres 7"]).contains("“stres”"));
    assert!(home.refuses(&["checkin", "mood 11"]).contains("`mood` takes a whole number from 0 to 10"));
    let unanswered = home.run(&["checkin"], "");
    assert_eq!(unanswered.status.code(), Some(2));
    assert!(stderr(&unanswered).contains("No answers came"), "{}", stderr(&unanswered));
    assert!(home.says(&["checkin", "list"], "").contains("Nothing here yet"));
}

#[test]
fn the_questions_take_the_last_numbers_with_enter() {
    let home = Home::new();
    home.says(&["checkin", "mood 4 stress 7 note 'an old day'"], "");
    let page = home.says(&["checkin", "--plain"], "\n6\nd\n");
    assert!(page.contains("Enter: as last time, 4 of 10"), "{page}");
    let listed = home.json(&["checkin", "list", "--limit", "1", "--json"]);
    let now = &listed["checkins"][0]["checkin"];
    assert_eq!((&now["mood"], &now["stress"], &now["note"]), (&json!(4), &json!(6), &Value::Null));
    let page = home.says(&["checkin", "--plain"], "6\nq\n");
    assert!(page.contains("Nothing was kept."), "{page}");
}

#[test]
fn words_of_danger_are_kept_first_and_bring_help() {
    let home = Home::new();
    let line = "mood 1 note 'I am going to kill myself tonight'";
    let body = home.json(&["checkin", line, "--country", "IE", "--json"]);
    assert_eq!(body["escalation"]["tier"], "emergency");
    let page = home.says(&["checkin", line, "--country", "IE", "--plain"], "");
    assert!(page.contains("call") && page.contains("Kept in your journal."), "{page}");
    assert_eq!(home.json(&["checkin", "list", "--json"])["checkins"].as_array().unwrap().len(), 2);
    // While words are urgent, no step is suggested.
    let next = home.json(&["practice", "next", "--json"]);
    assert_eq!((&next["next"]["kind"], &next["next"]["step"]), (&json!("rest"), &Value::Null));
    assert_eq!(next["escalation"]["tier"], "emergency");
}

#[test]
fn a_step_is_planned_tried_and_leads_on() {
    let home = Home::new();
    let page = home.says(&["practice"], "");
    assert!(page.contains("Level 3") && page.contains("small-favour"), "{page}");
    assert_eq!(home.json(&["practice", "next", "--json"])["next"]["kind"], "first");
    let page = home.says(&["practice", "plan", "door", "--plain"], "today\na stranger\nThey sigh.\n");
    assert!(page.contains("Predicted: They sigh."), "{page}");
    assert_eq!(home.json(&["practice", "next", "--json"])["next"]["kind"], "open");
    let typed =
        ["practice", "record", "--happened", "They smiled.", "--distress", "15", "--against", "better"];
    let body = home.json(&[&typed[..], &["--json"]].concat());
    assert_eq!(body["practice"]["content"]["outcome"]["distress"], 15);
    assert_eq!((&body["next"]["kind"], &body["next"]["step"]), (&json!("onward"), &json!("directions")));
    assert!(home.refuses(&["practice", "record"]).contains("No step is planned"));
    assert!(home.refuses(&["practice", "plan", "nothing"]).contains("step"));
    home.says(&["practice", "plan", "advice", "--who", "Ana"], "");
    let page = home.says(&["practice", "record", "--plain"], "It was too much.\n101\n90\nworse\n\n");
    assert!(page.contains("from 0 to 100") && page.contains("Something smaller"), "{page}");
    assert_eq!(home.json(&["practice", "history", "--json"])["practices"].as_array().unwrap().len(), 2);
}

#[test]
fn own_steps_stand_in_the_ladder() {
    let home = Home::new();
    let own = home.json(&["practice", "add", "1", "Ask", "for", "a", "lift", "--json"]);
    let id = own["id"].as_str().unwrap();
    assert!(home.says(&["practice"], "").contains("Ask for a lift"));
    home.says(&["practice", "plan", id, "--when", "Monday"], "");
    home.says(&["practice", "remove", id], "");
    assert!(!home.says(&["practice"], "").contains("Ask for a lift"));
    assert_eq!(home.run(&["practice", "add", "4", "x"], "").status.code(), Some(2));
}

#[test]
fn an_urgent_record_brings_help_and_no_next_step() {
    let home = Home::new();
    home.says(&["practice", "plan", "advice", "--when", "today"], "");
    let happened = "Nobody came. I want to kill myself.";
    let typed =
        ["practice", "record", "--happened", happened, "--distress", "10", "--country", "IE", "--json"];
    let body = home.json(&typed);
    assert_eq!(body["next"], json!({ "kind": "rest", "step": null, "level": null, "text": null }));
    assert!(body["escalation"]["helplines"].as_array().is_some_and(|lines| !lines.is_empty()));
}

#[test]
fn people_are_added_changed_and_deleted() {
    let home = Home::new();
    let body =
        home.json(&["people", "add", "Ana", "--yes", "reliable,not-critical", "--no", "available", "--json"]);
    assert_eq!(body["person"]["checklist"]["not_critical"], "yes");
    home.says(&["people", "edit", "ana", "--shared", "My bad week."], "");
    let page = home.says(&["people", "show", "Ana"], "");
    assert!(page.contains("My bad week.") && page.contains("do they do what they say? yes"), "{page}");
    let page = home.says(&["people", "add", "Ben", "--plain"], "yes\nmaybe\nno\n");
    assert!(page.contains("This takes yes, no or unsure."), "{page}");
    assert_eq!(home.json(&["people", "--json"])["people"].as_array().unwrap().len(), 2);
    home.says(&["people", "delete", "Ben"], "");
    assert!(home.refuses(&["people", "show", "Ben"]).contains("no person of this id"));
    assert!(home.refuses(&["people", "add", "C", "--yes", "reliable", "--no", "reliable"]).contains("twice"));
}

#[test]
fn everything_is_exported_and_taken_in_again() {
    let home = Home::new();
    home.says(&["checkin", "mood 4"], "");
    home.says(&["practice", "plan", "door", "--when", "today"], "");
    home.says(&["people", "add", "Ana", "--yes", "reliable"], "");
    home.says(&["practice", "add", "2", "Ask for a lift"], "");
    let file = home.0.path().join("export.json");
    let file = file.to_str().unwrap();
    let output = home.run(&["export", file, "--plain"], "");
    let export = std::fs::read_to_string(file).unwrap_or_else(|_| stderr(&output));
    for list in ["checkins", "practices", "people", "own_steps"] {
        assert!(export.contains(&format!("\"{list}\":[\n{{")), "{list}: {export}");
    }
    let other = Home::new();
    assert_eq!(other.run(&["import", file], "").status.code(), Some(0));
    assert_eq!(other.json(&["checkin", "list", "--json"]), home.json(&["checkin", "list", "--json"]));
    assert_eq!(other.json(&["practice", "--json"]), home.json(&["practice", "--json"]));
}

#[test]
fn words_that_come_with_a_file_are_screened_like_entries() {
    const DANGER: &str = "I am going to kill myself tonight";
    type Write<'a> = &'a dyn Fn(&Home);
    let ways: [(&str, Write<'_>); 4] = [
        ("check-in", &|home| drop(home.says(&["checkin", &format!("mood 1 note '{DANGER}'")], ""))),
        ("practice", &|home| drop(home.says(&["practice", "plan", "door", "--predict", DANGER], ""))),
        ("own step", &|home| drop(home.says(&["practice", "add", "1", DANGER], ""))),
        ("person", &|home| {
            drop(home.says(&["people", "add", "Ana", "--yes", "reliable", "--note", DANGER], ""));
        }),
    ];
    for (what, write) in ways {
        let home = Home::new();
        write(&home);
        let file = home.0.path().join("export.json");
        let file = file.to_str().unwrap();
        home.run(&["export", file, "--plain"], "");
        let other = Home::new();
        let body = other.json(&["import", file, "--country", "IE", "--json"]);
        assert_eq!(
            (&body["alarms"], &body["escalation"]["tier"]),
            (&json!(1), &json!("emergency")),
            "{what}"
        );
        // What was read once is not read again.
        assert_eq!(other.json(&["import", file, "--json"])["alarms"], 0, "{what}");
    }
}

#[test]
fn things_to_read_are_listed_and_shown_without_a_journal() {
    let home = Home::new();
    let listed = home.json(&["learn", "--json"]);
    let therapies = listed["topics"].as_array().unwrap().iter().find(|one| one["id"] == "therapies").unwrap();
    assert_eq!(therapies["sections"].as_array().unwrap().len(), 9);
    for topic in listed["topics"].as_array().unwrap() {
        let id = topic["id"].as_str().unwrap();
        assert!(home.says(&["learn", id], "").contains("no clinician"), "{id}");
        for section in topic["sections"].as_array().unwrap() {
            let page = home.says(&["learn", section["id"].as_str().unwrap()], "");
            assert!(page.contains("no clinician"), "{page}");
        }
    }
    assert!(home.refuses(&["learn", "nothing"]).contains("`evenkeel learn` lists them"));
    assert!(!home.data().exists());
}
