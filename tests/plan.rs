//! `evenkeel plan` from outside: no model, no network.

#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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

    fn file(&self) -> PathBuf {
        self.data().join("safety-plan.json")
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
        assert!(page.lines().all(|l| l.starts_with('{') || l.chars().count() <= 72), "{page}");
        page
    }

    fn json(&self, arguments: &[&str], input: &str) -> Value {
        serde_json::from_str(&self.says(arguments, input)).unwrap()
    }

    fn fails(&self, arguments: &[&str], input: &str, code: i32) -> String {
        let output = self.run(arguments, input);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
        let said = stderr(&output);
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
        said
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Six steps, an answer about plain text.
const TYPED: &str =
    "I stop answering messages\n\nWalk round the block\n\n\nMara, 555 0101\nTom\n\n\nAsk Tom to come by\n\n";

#[test]
fn without_a_plan_it_says_how_to_begin() {
    let home = Home::new();
    let page = home.says(&["plan"], "");
    assert!(page.contains("no safety plan here yet") && page.contains("evenkeel plan edit"), "{page}");
    assert!(page.contains("your local emergency number"), "{page}");
    assert!(home.says(&["plan", "--country", "IE"], "").contains("Call 112 or 999"));
    assert_eq!(home.json(&["plan", "--json"], ""), json!({"schema": 1, "plan": null}));
    assert!(home.fails(&["plan", "export"], "", 1).contains("plan edit"));
    assert_eq!(home.json(&["plan", "erase", "--json"], ""), json!({"schema": 1, "erased": false}));
    assert!(!home.data().exists(), "looking makes nothing");
}

#[test]
fn a_plan_is_written_step_by_step_and_shown() {
    let home = Home::new();
    let said = home.says(&["plan", "edit"], &format!("{TYPED}y\n"));
    assert!(
        said.contains("Step 1 of 6") && said.contains("plain text") && said.contains("is kept in"),
        "{said}"
    );
    let page = home.says(&["plan"], "");
    for shown in ["1  Signs that it is starting", "1. Mara, 555 0101", "2. Tom", "nothing yet"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let plan = &home.json(&["plan", "--json"], "")["plan"];
    assert_eq!(plan["readable_when_locked"], true);
    assert_eq!(
        plan["people"],
        json!([{"name": "Mara", "phone": "555 0101"}, {"name": "Tom", "phone": null}])
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&home.data()), mode(&home.file())), (0o700, 0o600));
    }
    assert!(home.says(&["plan", "edit"], "").contains("Nothing was changed"));
    let said = home.says(&["plan", "edit"], "\n-1\nTea\n\n");
    assert!(said.contains("1. Walk round the block"), "{said}");
    assert_eq!(home.json(&["plan", "--json"], "")["plan"]["coping"], json!(["Tea"]));
}

#[test]
fn a_plan_that_its_owner_does_not_want_as_plain_text_is_not_kept() {
    let home = Home::new();
    for answer in ["n\n", "", "perhaps\n"] {
        let said = home.says(&["plan", "edit"], &format!("{TYPED}{answer}"));
        assert!(said.contains("Then nothing is kept"), "{said}");
        assert!(!home.data().exists());
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_was_there_before() {
    let home = Home::new();
    home.says(&["plan", "add", "coping", "Walk"], "");
    let before = fs::read(home.file()).unwrap();
    let mut command = home.command(&["plan", "edit"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"A line that is not to be kept\n\n\n").unwrap();
    // Once the third step is shown, it waits for a line.
    let mut shown = String::new();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    while !shown.contains("Step 3 of 6") {
        assert_ne!(std::io::BufRead::read_line(&mut out, &mut shown).unwrap(), 0, "{shown}");
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(input);
    assert_eq!(fs::read(home.file()).unwrap(), before);
}

#[test]
fn lines_are_added_and_taken_away_by_step_and_number() {
    let home = Home::new();
    let output = home.run(&["plan", "add", "2", "Walk", "round", "the", "block"], "");
    assert!(stderr(&output).contains("plain text"), "said once: {}", stderr(&output));
    let output = home.run(&["plan", "add", "people", "--phone", "555 0101", "-"], "Mara, next door\n");
    assert_eq!(stderr(&output), "");
    home.says(&["plan", "add", "professionals", "Dr Okafor, +44 20 5550 0199"], "");
    let told = home.json(&["plan", "add", "warning-signs", "I sleep by day", "--json"], "");
    assert_eq!(told["plan"]["people"], json!([{"name": "Mara, next door", "phone": "555 0101"}]));
    assert_eq!(told["plan"]["professionals"][0]["phone"], "+44 20 5550 0199");
    assert_eq!((&told["escalation"], &told["notice"]), (&Value::Null, &Value::Null));
    let told = home.json(&["plan", "remove", "coping", "1", "--json"], "");
    assert_eq!(told["plan"]["coping"], json!([]));
    assert!(home.fails(&["plan", "remove", "coping", "1"], "", 2).contains("no line 1"));
    assert!(
        home.fails(&["plan", "add", "coping", "--phone", "112", "x"], "", 2).contains("steps 3, 4 and 5")
    );
    assert!(home.fails(&["plan", "add", "coping"], "two\nlines\n", 2).contains("line break"));
    assert!(home.fails(&["plan", "add", "coping", &"a".repeat(201)], "", 2).contains("201 characters"));
    assert_eq!(home.run(&["plan", "add", "seven", "x"], "").status.code(), Some(2));
    for i in 0..12 {
        home.says(&["plan", "add", "environment", &format!("line {i}")], "");
    }
    assert!(home.fails(&["plan", "add", "environment", "one more"], "", 2).contains("12 lines"));
}

#[test]
fn a_line_that_speaks_of_now_is_kept_and_then_help_is_shown() {
    let home = Home::new();
    home.says(&["plan", "add", "people", "Mara, 555 0101"], "");
    let page = home.says(&["plan", "add", "--country", "IE", "1", "I am going to kill myself tonight"], "");
    assert!(page.contains("Added to step 1"), "{page}");
    assert!(page.contains("Call 112 or 999") && page.contains("Mara: call 555 0101"), "{page}");
    assert_eq!(home.json(&["plan", "--json"], "")["plan"]["warning_signs"].as_array().unwrap().len(), 1);
    let page = home.says(&["plan", "add", "1", "I think everyone would be better off without me"], "");
    assert!(page.contains("If this is how it is right now") && !page.contains("Mara"), "{page}");
    let told = home.json(&["plan", "add", "1", "Tonight I will kill myself", "--json"], "");
    assert_eq!(told["escalation"]["tier"], "emergency");
}

#[test]
fn a_whole_plan_is_set_and_exported_as_it_was() {
    let home = Home::new();
    home.says(&["plan", "edit"], &format!("{TYPED}y\n"));
    let exported = home.says(&["plan", "export", "--json"], "");
    let other = Home::new();
    let told = other.json(&["plan", "set", "--json", "-"], &exported);
    assert_eq!(told["plan"], serde_json::from_str::<Value>(&exported).unwrap());
    let path = home.0.path().join("plan.json");
    fs::write(&path, r#"{"coping":["Tea"]}"#).unwrap();
    let told = other.json(&["plan", "set", "--json", path.to_str().unwrap()], "");
    assert_eq!(told["plan"]["coping"], json!(["Tea"]));
    assert_eq!(told["plan"]["readable_when_locked"], true, "left out, so it stays");
    let text = home.says(&["plan", "export", "--markdown"], "");
    assert!(text.starts_with("# My safety plan\n\n## 1. Signs that it is starting\n\n- I stop"), "{text}");
    assert_eq!(text, home.says(&["plan", "export"], ""));
    for bad in
        ["", "{", "[]", r#"{"coping":"my secret"}"#, r#"{"my secret":1}"#, "{}", r#"{"coping":["\n"]}"#]
    {
        let said = other.fails(&["plan", "set", "--json", "-"], bad, 2);
        assert!(!said.contains("secret"), "{said}");
    }
    assert_eq!(other.json(&["plan", "--json"], "")["plan"]["coping"], json!(["Tea"]));
}

#[test]
fn erasing_asks_and_leaves_nothing() {
    let home = Home::new();
    home.says(&["plan", "add", "coping", "Walk"], "");
    for no in ["", "n\n", "what\n"] {
        assert!(home.says(&["plan", "erase"], no).contains("Nothing was erased"));
    }
    assert!(home.says(&["plan", "erase"], "y\n").contains("is erased"));
    assert_eq!(fs::read_dir(home.data()).unwrap().count(), 0);
    home.says(&["plan", "add", "coping", "Walk"], "");
    assert_eq!(home.json(&["plan", "erase", "--yes", "--json"], "")["erased"], true);
}

#[test]
fn a_damaged_plan_and_a_newer_one_are_told_and_left_alone() {
    let home = Home::new();
    fs::create_dir(home.data()).unwrap();
    for (text, told) in [("{\"schema\":1,\"cop", "is damaged"), ("{\"schema\":7}", "newer Evenkeel")] {
        fs::write(home.file(), text).unwrap();
        for arguments in [
            &["plan", "--json"][..],
            &["plan", "edit"],
            &["plan", "add", "coping", "Walk"],
            &["plan", "remove", "coping", "1"],
            &["plan", "export"],
            &["plan", "erase", "--yes"],
        ] {
            let said = home.fails(arguments, "x\n", 1);
            assert!(said.contains(told) && said.contains("safety-plan.json"), "{said}");
        }
        let said = home.fails(&["plan", "set", "--json", "-"], r#"{"coping":["Tea"]}"#, 1);
        assert!(said.contains(told), "{said}");
        let output = home.run(&["plan", "--country", "IE"], "");
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
        let page = String::from_utf8(output.stdout).unwrap();
        assert!(page.contains("can't be read") && page.contains("Call 112 or 999"), "{page}");
        assert_eq!(fs::read_to_string(home.file()).unwrap(), text);
    }
}

#[test]
fn an_escalation_shows_the_own_plan_or_that_one_can_be_written() {
    let home = Home::new();
    let danger = ["screen", "--rules-only", "--country", "IE", "I want to kill myself."];
    let page = home.says(&danger, "");
    assert!(page.contains("you can write a safety plan") && page.contains("plan edit"), "{page}");
    home.says(&["plan", "add", "people", "Mara, 555 0101"], "");
    home.says(&["plan", "add", "coping", "Walk round the block"], "");
    let page = home.says(&danger, "");
    let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words}: {page}"));
    assert!(at("From your own safety plan:") < at("Mara: call 555 0101"), "{page}");
    assert!(at("Mara: call") < at("Walk round") && at("Walk round") < at("Samaritans"), "{page}");
    assert!(!page.contains("you can write a safety plan"));
    fs::write(home.file(), "{").unwrap();
    let page = home.says(&danger, "");
    assert!(page.contains("can't be read") && page.contains("Samaritans"), "{page}");
}
