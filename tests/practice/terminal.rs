//! Plain mode in a real terminal: what a screen reader gets. A session under tmux is typed line by
//! line; the pane is read as a person would, and every byte that came is looked at.
//!
//! Where there is no tmux nothing is tested, and it is said; `scripts/test` installs it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Time for a page to come; the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(1);

struct Terminal {
    home: TempDir,
    name: String,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

impl Terminal {
    /// Begins a command with a fresh data folder; `None` where there is no tmux.
    fn begin(name: &str, command: &str) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            let _ = writeln!(
                std::io::stderr(),
                "NOT TESTED: tmux is not on this machine, so plain mode was not tried in a terminal ({name})."
            );
            return None;
        }
        let home = tempfile::tempdir().unwrap();
        let name = format!("evenkeel-test-{}-{name}", std::process::id());
        let terminal = Self { home, name };
        let script = format!(
            "read go; {} --offline --data-dir {}/data {command}; echo ended with $?; sleep 600",
            env!("CARGO_BIN_EXE_evenkeel"),
            terminal.home.path().display()
        );
        let done = terminal.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "60", &script]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        // Everything that the command writes, before the terminal makes sense of it.
        let record = format!("cat > {}", terminal.raw().display());
        assert!(terminal.tmux(&["pipe-pane", &record]).status.success());
        terminal.types("");
        Some(terminal)
    }

    fn raw(&self) -> PathBuf {
        self.home.path().join("raw")
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("tmux");
        command.env_remove("TMUX").env_remove("NO_COLOR").env_remove("EVENKEEL_COUNTRY");
        command.env("LC_ALL", "C.UTF-8").env("EVENKEEL_MODELS", self.home.path().join("no-models"));
        command.args(["-u", "-L", &self.name]).args(arguments).output().unwrap()
    }

    fn types(&self, line: &str) {
        if !line.is_empty() {
            assert!(self.tmux(&["send-keys", "-l", line]).status.success());
        }
        assert!(self.tmux(&["send-keys", "Enter"]).status.success());
    }

    /// All that stands in the pane, from its beginning.
    fn pane(&self) -> String {
        let output = self.tmux(&["capture-pane", "-p", "-S", "-"]);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Waits until these words stand in the pane, as often as given, with a mark after them.
    fn waits_for(&self, words: &str, times: usize) -> String {
        let begin = Instant::now();
        loop {
            let pane = self.pane();
            let flat = pane.split_whitespace().collect::<Vec<_>>().join(" ");
            let asks = flat.ends_with('>') || flat.contains("ended with");
            if flat.matches(words).count() >= times && asks {
                return flat;
            }
            assert!(begin.elapsed() < PATIENCE, "{words} did not come:\n{pane}");
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Waits for the end, and looks at all that came.
    fn ends(&self) -> String {
        let flat = self.waits_for("ended with 0", 1);
        let pane = self.pane();
        for line in pane.lines() {
            assert!(line.chars().count() <= 79, "a line is broken in two: {line}");
        }
        let raw = std::fs::read(self.raw()).unwrap();
        assert!(!raw.contains(&0x1b), "no escape codes");
        for control in [0x07, 0x08, 0x0b, 0x0c, 0x7f] {
            assert!(!raw.contains(&control), "no control characters");
        }
        for (at, _) in raw.iter().enumerate().filter(|(_, byte)| **byte == b'\r') {
            let after = raw[at..].iter().find(|byte| **byte != b'\r');
            assert!(matches!(after, Some(b'\n') | None), "the cursor goes forward only");
        }
        // What the pane shows is what came, line by line and in its order.
        let came = String::from_utf8_lossy(&raw).replace('\r', "");
        let lines = |text: &str| -> Vec<String> {
            let all = text.lines().map(|line| line.trim_end().to_owned());
            all.filter(|line| !line.is_empty()).collect()
        };
        let shown = lines(&pane);
        let came = lines(&came);
        assert!(shown.ends_with(&came), "pane:\n{shown:#?}\ncame:\n{came:#?}");
        flat
    }
}

/// Whether these stand in the text in this order.
fn in_order(text: &str, parts: &[&str]) {
    let mut from = 0;
    for part in parts {
        let at = text[from..].find(part);
        assert!(at.is_some(), "“{part}” does not stand there in its place: {text}");
        from += at.unwrap_or(0) + part.len();
    }
}

#[test]
fn the_phq_9_is_read_line_by_line_and_its_ninth_item_leads_to_help_at_once() {
    let Some(terminal) = Terminal::begin("phq", "questionnaire take phq-9 --plain --country IE") else {
        return;
    };
    for n in 1..=8 {
        terminal.waits_for(&format!("question {n} of 10"), 1);
        terminal.types("0");
    }
    terminal.waits_for("question 9 of 10", 1);
    terminal.types("1");
    let help = terminal.waits_for("Enter goes on with the sheet", 1);
    assert!(!help.contains("question 10 of 10"), "help comes before anything else is asked");
    in_order(&help, &["question 9 of 10", "better off dead", "That answer matters", "call", "112"]);
    terminal.types("");
    terminal.waits_for("question 10 of 10", 1);
    terminal.types("0");
    let flat = terminal.ends();
    in_order(
        &flat,
        &[
            "question 1 of 10",
            "Little interest or pleasure in doing things",
            "0 Not at all",
            "3 Nearly every day",
            "question 2 of 10",
            "Feeling down, depressed, or hopeless",
            "question 8 of 10",
            "question 10 of 10",
            "Your answers add up to 1 of 27",
        ],
    );
}

#[test]
fn the_check_in_is_read_line_by_line() {
    let Some(terminal) = Terminal::begin("checkin", "checkin --plain") else { return };
    let typed = [
        "4",
        "7",
        "6:30",
        "2",
        "0",
        "20",
        "6",
        "5",
        "3",
        "refused boxes",
        "",
        "tired",
        "Ana 8",
        "a walk 7",
        "",
        "fine",
    ];
    for (n, line) in typed.iter().enumerate() {
        // Help and coping are asked again until Enter goes on.
        let (question, times) = match n {
            0..=9 => (n + 1, 1),
            10 => (10, 2),
            11..=13 => (n, 1),
            14 => (13, 2),
            _ => (14, 1),
        };
        terminal.waits_for(&format!("{question} of 14"), times);
        terminal.types(line);
    }
    let flat = terminal.ends();
    in_order(
        &flat,
        &["1 of 14", "2 of 14", "9 of 14", "14 of 14", "mood: 4 of 10", "coped: a walk (7 of 10)"],
    );
    assert!(flat.contains("Kept in your journal."), "{flat}");
}

#[test]
fn a_reflection_is_read_line_by_line_with_grounding_on_the_way() {
    let Some(terminal) = Terminal::begin("reflect", "reflect take childhood --plain") else { return };
    terminal.waits_for("Enter begins, g grounds, q stops.", 1);
    terminal.types("");
    terminal.waits_for("question 1 of 9", 1);
    terminal.types("2");
    terminal.waits_for("Ticked:", 1);
    terminal.types("It depended on the evening.");
    terminal.waits_for("question 2 of 9", 1);
    terminal.types("g");
    // Grounding asks for nothing, so there is no mark to wait for.
    let begin = Instant::now();
    while !terminal.pane().contains("Put both feet on the floor") {
        assert!(begin.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(30));
    }
    terminal.types("b");
    terminal.waits_for("question 2 of 9", 2);
    terminal.types("s");
    for n in 3..=9 {
        terminal.waits_for(&format!("question {n} of 9"), 1);
        terminal.types("");
    }
    terminal.waits_for("In your own words", 1);
    terminal.types("Enough for today.");
    let flat = terminal.ends();
    in_order(
        &flat,
        &[
            "You may skip any of them, and you may stop at any time.",
            "question 1 of 9",
            "could you reach them when you needed them?",
            "2 It depended on the day.",
            "question 2 of 9",
            "5-4-3-2-1",
            "question 2 of 9",
            "question 9 of 9",
            "what you said",
            "It depended on the evening.",
            "Kept in your journal.",
        ],
    );
}

#[test]
fn a_step_is_planned_line_by_line() {
    let Some(terminal) = Terminal::begin("plan", "practice plan door --plain") else { return };
    for (n, line) in ["2999-01-02 18:00", "a stranger", "They sigh."].iter().enumerate() {
        let question = ["When will you try it?", "With whom?", "What do you think will happen?"][n];
        terminal.waits_for(question, 1);
        terminal.types(line);
    }
    let flat = terminal.ends();
    in_order(&flat, &["When will you try it?", "With whom?", "What do you think", "Predicted: They sigh."]);
    assert!(flat.contains("evenkeel remind --on 2999-01-02 --at 18:00"), "{flat}");
}
