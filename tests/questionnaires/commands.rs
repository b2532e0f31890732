//! `evenkeel questionnaire` from outside: no model, no network.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder that is made by the program.
    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.env_remove("EVENKEEL_COUNTRY").env("NO_COLOR", "1");
        command.env("EVENKEEL_MODELS", self.0.path().join("no-models"));
        command.args(["--offline", "--data-dir"]).arg(self.data()).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(arguments);
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
        let is_address = |line: &str| line.contains("http");
        let fits = |line: &str| line.starts_with('{') || is_address(line) || line.chars().count() <= 72;
        assert!(page.lines().all(fits), "{page}");
        page
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.says(arguments, "")).unwrap()
    }

    /// The one sentence that is said when it fails with 2.
    fn refuses(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments, "");
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
        stderr(&output)
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_sheet_gives_the_object_of_the_contract() {
    let home = Home::new();
    let body = home.json(&["questionnaire", "take", "phq-9", "--answers", "1,0,2,1,0,0,1,0,0,1", "--json"]);
    assert_eq!(
        (&body["schema"], &body["id"], &body["total"], &body["max"]),
        (&json!(1), &json!("phq-9"), &json!(5), &json!(27))
    );
    assert_eq!(body["band"], json!({ "id": "mild", "name": "mild" }));
    assert_eq!(
        (&body["subscales"], &body["escalation"], &body["advice"]),
        (&json!({}), &Value::Null, &Value::Null)
    );
    assert_eq!(body["items"].as_array().unwrap().len(), 10);
    let body = home.json(&["questionnaire", "take", "pcl-5", "--answers", &["2"; 20].join(","), "--json"]);
    assert_eq!(body["subscales"], json!({ "b": 10, "c": 4, "d": 14, "e": 12 }));
    assert_eq!((&body["pattern"]["met"], &body["advice"]["tier"]), (&json!(true), &json!("professional")));
    assert!(!home.data().exists(), "nothing is kept without a journal");
}

#[test]
fn every_questionnaire_is_listed_shown_and_taken() {
    let home = Home::new();
    let listed = home.json(&["questionnaire", "list", "--json"]);
    let ids: Vec<&str> =
        listed["questionnaires"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["hiq", "phq-9", "phq-2", "gad-7", "gad-2", "pc-ptsd-5", "pcl-5", "audit-c"]);
    let page = home.says(&["questionnaire", "list"], "");
    for id in ids {
        assert!(page.contains(id), "{id}");
        let shown = home.json(&["questionnaire", "show", id, "--json"]);
        assert_eq!(shown["id"], id);
        let page = home.says(&["questionnaire", "show", id], "");
        assert!(page.contains("Where this was read") && page.contains("Totals"), "{page}");
        let least: Vec<String> = shown["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["choices"][0]["value"].to_string())
            .collect();
        let body = home.json(&["questionnaire", "take", id, "--answers", &least.join(","), "--json"]);
        assert_eq!((&body["total"], &body["max"]), (&shown["min"], &shown["max"]), "{id}");
    }
}

#[test]
fn the_ninth_answer_brings_help_whatever_the_total() {
    let home = Home::new();
    let take = ["questionnaire", "take", "phq-9", "--country", "IE", "--answers"];
    let typed = |answers: &'static str, more: &[&'static str]| -> Vec<&str> {
        take.iter().copied().chain([answers]).chain(more.iter().copied()).collect()
    };
    let body = home.json(&typed("0,0,0,0,0,0,0,0,1", &["--json"]));
    assert_eq!((&body["band"]["id"], &body["escalation"]["tier"]), (&json!("minimal"), &json!("urgent")));
    assert!(body["escalation"]["message"].as_str().unwrap().contains("better off dead"));
    let page = home.says(&typed("0,0,0,0,0,0,0,0,3", &[]), "");
    let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words}: {page}"));
    assert!(at("better off dead") < at("Your answers add up to 3"), "help comes before the number");
    assert!(page.contains("112 or 999") && page.contains("Samaritans"), "{page}");
    let body = home.json(&typed("3,3,3,3,3,3,3,3,0", &["--json"]));
    assert_eq!((&body["escalation"], &body["advice"]["tier"]), (&Value::Null, &json!("professional")));
}

#[test]
fn a_wrong_sheet_exits_2_with_a_sentence() {
    let home = Home::new();
    for answers in [
        "",
        "1,2",
        "1,1,1,1,1,1,1,1,4",
        "1,1,1,1,1,1,1,1,-1",
        "-1,1,1,1,1,1,1,1,1",
        "1,1,1,my secret,1,1,1,1,1",
        "1,1,1,1,1,1,-,-,-",
    ] {
        let said = home.refuses(&["questionnaire", "take", "phq-9", "--answers", answers, "--json"]);
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
    assert!(
        home.refuses(&["questionnaire", "take", "phq-8", "--answers", "1"]).contains("questionnaire list")
    );
    assert!(home.refuses(&["questionnaire", "show", "none"]).contains("questionnaire list"));
    assert!(
        home.refuses(&["questionnaire", "take", "gad-2", "--answers", "1,1", "--country", "Ireland"])
            .contains("two letters")
    );
    let output = home.run(&["questionnaire", "take", "gad-2"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--answers"), "{}", stderr(&output));
    assert!(!home.data().exists());
}

#[test]
fn a_result_is_a_page() {
    let home = Home::new();
    let typed = ["1"; 20].join(",");
    assert_snapshot!(home.says(&["questionnaire", "take", "pcl-5", "--plain", "--answers", &typed], ""), @r#"

    PTSD Checklist for DSM-5 (PCL-5)
    Your answers add up to 20 of 80, which is below the published cut-
    offs.

    Published cut-offs are 31 to 33. If it troubles you all the same, that
    is reason enough to speak of it.
    In at least one of the four groups fewer items reach “moderately” than
    the provisional rule asks for. That rules nothing out.

    · intrusion (B): 5 of 20; 0 items at “moderately” or more, 1 asked for
    · avoidance (C): 2 of 8; 0 items at “moderately” or more, 1 asked for
    · negative changes in thoughts and mood (D): 7 of 28; 0 items at
      “moderately” or more, 2 asked for
    · arousal and reactivity (E): 6 of 24; 0 items at “moderately” or
      more, 2 asked for

    · cut-off 31 (the lowest published, for finding as many as possible):
      not reached
    · cut-off 33 (the highest of the range): not reached

    It was made for people who went through something terrible, and to be
    read by someone trained. There are no tested degrees of severity. It
    is not a diagnosis, whatever the total and whatever the groups.

    Not kept.
    "#);
    assert_snapshot!(home.says(&["questionnaire", "take", "audit-c", "--answers", "3,0,0"], ""), @r#"

    Alcohol Use Disorders Identification Test, consumption (AUDIT-C)
    Your answers add up to 3 of 12, which is at the cut-off for women,
    below that for men.

    The cut-off is 3 for women and 4 for men; bodies differ. Take the one
    that fits yours.

    · cut-off 3 (for women): reached
    · cut-off 4 (for men): not reached

    Your answers reach a number from which a talk with a doctor is
    suggested.
    That is about the amount. It says nothing about who you are.
    You can ask and listen first, and decide later.

    · You could take this to a doctor or a therapist in the next days. The
      lines below are there for it too.

    Find A Helpline: look at findahelpline.com
       lists free lines of many countries, each with its hours · free
    Befrienders Worldwide: look at befrienders.org
       leads to centres in 32 countries that listen

    · Tell a doctor how much and how often. They have heard it before.
    · If it is every day, don't stop all at once without a doctor.
    · If someone can't be woken or breathes strangely, call your local
      emergency number.

    It asks how much, not what it does. It is not a diagnosis. If all
    points come from the first question, the amount may well be below what
    is advised against.

    Not kept.
    "#);
}

#[test]
fn what_is_kept_comes_back_with_the_change() {
    let home = Home::new();
    let take = |answers: &'static str, more: &[&'static str]| {
        let arguments: Vec<&str> = ["questionnaire", "take", "gad-7", "--json", "--answers", answers]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        home.json(&arguments)
    };
    assert_eq!(take("2,2,2,2,2,2,2", &[])["response"], Value::Null, "there is no journal yet");
    let first = take("2,2,2,2,2,2,2", &["--keep"]);
    assert!(first["response"].is_string() && first["change"].is_null());
    let second = take("2,2,2,1,1,1,1", &[]);
    assert_eq!((&second["change"]["points"], &second["change"]["reliable"]), (&json!(-4), &json!(true)));
    assert_eq!(take("0,0,0,0,0,0,0", &["--no-keep"])["response"], Value::Null);
    let listed = home.json(&["questionnaire", "history", "--json"]);
    let totals: Vec<&Value> =
        listed["responses"].as_array().unwrap().iter().map(|one| &one["total"]).collect();
    assert_eq!(totals, [10, 14]);
    assert_eq!(listed["responses"][0]["change"], json!({ "points": -4, "reliable": true }));
    assert_eq!(home.json(&["questionnaire", "history", "hiq", "--json"])["responses"], json!([]));
    let page = home.says(&["questionnaire", "history"], "");
    assert!(page.contains("GAD-7: 10 of 21, moderate, -4 against the time before"), "{page}");
}

#[test]
fn the_answer_that_led_to_help_is_kept_as_such() {
    let home = Home::new();
    home.says(&["questionnaire", "take", "phq-9", "--keep", "--answers", "0,0,0,0,0,0,0,0,2"], "");
    let listed = home.json(&["questionnaire", "history", "phq-9", "--json"]);
    assert_eq!(
        (&listed["responses"][0]["help"], &listed["responses"][0]["total"]),
        (&json!("urgent"), &json!(2))
    );
    let exported = home.says(&["export", "-"], "");
    let exported: Value = serde_json::from_str(&exported).unwrap();
    assert_eq!(exported["questionnaire_responses"][0]["content"]["help"], "urgent");
    home.says(&["erase", "--all", "--yes"], "");
    assert_eq!(home.json(&["questionnaire", "history", "--json"])["responses"], json!([]));
}

#[test]
fn a_sheet_is_filled_in_left_and_resumed() {
    let home = Home::new();
    let said = home.says(&["questionnaire", "take", "phq-9", "--keep", "--plain"], "1\n2\nq\n");
    assert!(said.contains("question 3 of 10") && said.contains("Your place is kept"), "{said}");
    assert!(!said.contains('\u{1b}'));
    let listed = home.json(&["questionnaire", "history", "--json"]);
    assert_eq!(
        (&listed["responses"][0]["finished"], &listed["responses"][0]["total"]),
        (&json!(false), &Value::Null)
    );
    // The input ends: what was answered stays.
    let said = home.says(&["questionnaire", "take", "phq-9", "--plain"], "\n0\n");
    assert!(said.contains("is half-finished") && said.contains("question 4 of 10"), "{said}");
    let said = home.says(&["questionnaire", "take", "phq-9", "--plain"], "\n0\n0\n0\n0\n0\n1\n\n0\n");
    assert!(
        said.contains("Your answers add up to 4 of 27") && said.contains("Kept in your journal."),
        "{said}"
    );
    let at = |words: &str| said.find(words).unwrap_or_else(|| panic!("{words}: {said}"));
    assert!(at("better off dead, or of hurting yourself.") < at("question 10 of 10"), "help came at once");
    let listed = home.json(&["questionnaire", "history", "--json"]);
    assert_eq!(listed["responses"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&listed["responses"][0]["total"], &listed["responses"][0]["help"]),
        (&json!(4), &json!("urgent"))
    );
    // Anew, with the half of another left as it is.
    home.says(&["questionnaire", "take", "gad-2"], "3\nq\n");
    let said = home.says(&["questionnaire", "take", "gad-2"], "n\n1\n1\n");
    assert!(said.contains("add up to 2 of 6"), "{said}");
    assert_eq!(
        home.json(&["questionnaire", "history", "gad-2", "--json"])["responses"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn half_a_sheet_of_long_ago_is_not_gone_on_with() {
    let home = Home::new();
    home.says(&["questionnaire", "take", "phq-9", "--keep"], "1\nq\n");
    let exported = home.says(&["export", "-"], "");
    let mut exported: Value = serde_json::from_str(&exported).unwrap();
    for name in ["begun", "saved"] {
        exported["questionnaire_responses"][0][name] = json!("2025-11-26T10:00:00Z");
    }
    let file = home.0.path().join("old.json");
    std::fs::write(&file, exported.to_string()).unwrap();
    let other = Home::new();
    other.says(&["import", file.to_str().unwrap()], "");
    let said = other.says(&["questionnaire", "take", "phq-9", "--plain"], "q\n");
    assert!(said.contains("2025-11-26") && said.contains("so this is a new one"), "{said}");
    assert!(said.contains("question 1 of 10"), "{said}");
}

#[test]
fn a_locked_journal_stands_in_nobodys_way() {
    let home = Home::new();
    home.says(&["questionnaire", "take", "gad-2", "--keep", "--answers", "1,1"], "");
    std::fs::write(home.data().join("vault.json"), "{").unwrap();
    let output = home.run(&["questionnaire", "take", "gad-2", "--answers", "1,1"], "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("This is not kept"), "{}", stderr(&output));
    let output = home.run(&["questionnaire", "take", "gad-2", "--keep", "--answers", "1,1"], "");
    assert_eq!(output.status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn a_journal_with_a_passphrase_takes_part_only_where_that_is_given() {
    let home = Home::new();
    home.says(&["questionnaire", "take", "gad-2", "--keep", "--answers", "1,1"], "");
    let secret = home.0.path().join("secret");
    std::fs::write(&secret, "four words that differ\n").unwrap();
    let with_secret = |arguments: &str| {
        let line = format!("exec \"$0\" --offline --data-dir \"$1\" {arguments} 3<\"$2\"");
        let mut command = Command::new("sh");
        command.env_remove("EVENKEEL_COUNTRY").args(["-c", &line, env!("CARGO_BIN_EXE_evenkeel")]);
        let output = command.arg(home.data()).arg(&secret).stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    with_secret("vault passphrase --new-passphrase-fd 3");
    let output = home.run(&["questionnaire", "take", "gad-2", "--answers", "2,2", "--json"], "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("your journal is locked"), "{}", stderr(&output));
    let kept = with_secret("--passphrase-fd 3 questionnaire take gad-2 --answers 3,3 --json");
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!((&kept["change"]["before"], &kept["change"]["points"]), (&json!(2), &json!(4)));
    assert!(kept["response"].is_string());
}

#[test]
fn exercises_are_listed_read_and_stopped() {
    let home = Home::new();
    let listed = home.json(&["exercise", "list", "--json"]);
    for one in listed["exercises"].as_array().unwrap() {
        let id = one["id"].as_str().unwrap();
        for variant in one["variants"].as_array().unwrap() {
            let pattern = variant["id"].as_str().unwrap();
            let page = home.says(&["exercise", id, "--pattern", pattern, "--read", "--plain"], "");
            assert!(page.contains("seconds)") && !page.contains('\u{1b}'), "{page}");
        }
    }
    assert!(home.refuses(&["exercise", "none"]).contains("exercise list"));
    assert!(home.refuses(&["exercise", "breathing", "--pattern", "none"]).contains("exercise list"));
    assert!(!home.data().exists());
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_an_exercise_and_keeps_half_a_sheet() {
    let home = Home::new();
    let stopped = |mut command: Command, typed: &str, until: &str| {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(typed.as_bytes()).unwrap();
        let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut shown = String::new();
        while !shown.contains(until) {
            assert_ne!(std::io::BufRead::read_line(&mut out, &mut shown).unwrap(), 0, "{shown}");
        }
        let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        assert_eq!(child.wait().unwrap().code(), Some(130));
    };
    stopped(home.command(&["exercise", "grounding", "--plain"]), "", "both feet");
    stopped(home.command(&["questionnaire", "take", "gad-7", "--keep"]), "3\n2\n", "question 3 of 7");
    let listed = home.json(&["questionnaire", "history", "--json"]);
    assert_eq!(
        listed["responses"][0]["items"],
        json!([{ "id": "1", "answer": 3 }, { "id": "2", "answer": 2 }])
    );
}
