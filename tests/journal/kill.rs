//! Killed at random moments while it writes, the program loses nothing that it has acknowledged.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use evenkeel::journal::{EntryText, Id, NewEntry};

use super::*;

/// Numbers that look random; each run of the tests has others.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new() -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Self(now.as_nanos() as u64 | 1)
    }

    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// Begins to add entries, is killed, and gives what was acknowledged: ids with their texts.
fn killed_run(folder: &Path, run: usize, chance: &mut Chance) -> Vec<(Id, String)> {
    let mut child = evenkeel(folder)
        .args(["journal", "add", "--rules-only", "--jsonl", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let padding = "words and words ".repeat(1 + chance.below(12) as usize);
    let text = move |n: usize| format!("run {run} entry {n} {padding}");
    let of = text.clone();
    let writer = std::thread::spawn(move || {
        for n in 0.. {
            let line = serde_json::json!({ "id": n, "text": of(n) });
            if writeln!(input, "{line}").is_err() {
                break;
            }
        }
    });
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = Vec::new();
    let mut take = |line: &str| {
        // A line that was cut off acknowledges nothing.
        let Some(line) = line.strip_suffix('\n') else { return };
        let value: Value = serde_json::from_str(line).unwrap();
        let n = usize::try_from(value["given"].as_u64().unwrap()).unwrap();
        acknowledged.push((value["id"].as_str().unwrap().parse().unwrap(), text(n)));
    };
    let mut line = String::new();
    // Half of the runs are killed while they write, the others wherever they are by then.
    if run.is_multiple_of(2) {
        lines.read_line(&mut line).unwrap();
        take(&line);
        std::thread::sleep(Duration::from_micros(chance.below(300_000)));
    } else {
        std::thread::sleep(Duration::from_millis(chance.below(700)));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    loop {
        line.clear();
        if lines.read_line(&mut line).unwrap() == 0 {
            break;
        }
        take(&line);
    }
    writer.join().unwrap();
    acknowledged
}

/// 50 times, or as often as `EVENKEEL_KILLS` says.
#[test]
#[allow(clippy::print_stderr, reason = "how much was put to the test is worth knowing")]
fn what_was_acknowledged_survives_being_killed() {
    let times = std::env::var_os("EVENKEEL_KILLS").map_or(50, |n| n.to_string_lossy().parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut chance = Chance::new();
    let mut written = BTreeMap::new();
    for run in 0..times {
        let acknowledged = killed_run(folder.path(), run, &mut chance);
        let journal = open(folder.path());
        for (id, text) in &acknowledged {
            assert_eq!(journal.entry(*id).unwrap().text.as_str(), text, "run {run}");
        }
        written.extend(acknowledged);
        if run % 10 == 9 {
            let health = journal.check().unwrap();
            assert!(health.is_good(), "run {run}: {health:?}");
        }
    }
    let journal = open(folder.path());
    for (id, text) in &written {
        assert_eq!(journal.entry(*id).unwrap().text.as_str(), text);
    }
    assert!(journal.check().unwrap().is_good());
    assert!(written.len() >= times / 4, "only {} writes were acknowledged in {times} runs", written.len());
    eprintln!("{} writes were acknowledged in {times} runs, each ended by a kill", written.len());
    let left =
        std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = left.filter(|name| name.contains(".part")).collect();
    assert!(left.len() <= 4, "{left:?}");
}

/// A text that follows from its number; some are long, so that the log is moved into the file.
fn numbered(n: u64) -> String {
    let words = if n.is_multiple_of(50) { 20_000 } else { n % 40 };
    format!("entry {n} {}", "and words ".repeat(usize::try_from(words).unwrap()))
}

/// Writes as fast as it can, for the test below, which kills it.
#[test]
#[ignore = "runs as the child of another test"]
#[allow(clippy::print_stdout, reason = "it acknowledges what it has written")]
fn writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os("EVENKEEL_KILL_FOLDER") else { return };
    let journal = open(Path::new(&folder));
    let mut n = journal.count().unwrap() * 1_000;
    loop {
        let texts = (n..=n + n % 3).map(|n| EntryText::new(numbered(n)).unwrap());
        let new: Vec<NewEntry> = texts.map(NewEntry::of).collect();
        for (entry, n) in journal.add_all(&new).unwrap().iter().zip(n..) {
            println!("\nkept {} {n}", entry.id);
        }
        n += 3;
    }
}

/// The same without the rest of the program, so that most kills fall into a write.
#[test]
#[allow(clippy::print_stderr, reason = "how much was put to the test is worth knowing")]
fn what_was_written_survives_being_killed_in_the_middle_of_a_write() {
    let times = std::env::var_os("EVENKEEL_KILLS").map_or(50, |n| n.to_string_lossy().parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut chance = Chance::new();
    let mut written = 0;
    for run in 0..times {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["kill::writes_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
            .env("EVENKEEL_KILL_FOLDER", folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(30_000 + chance.below(200_000)));
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        // What stands after the last line feed was cut off and acknowledges nothing.
        let whole = told.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let journal = open(folder.path());
        for line in whole.lines().filter_map(|line| line.strip_prefix("kept ")) {
            let (id, n) = line.split_once(' ').unwrap();
            let kept = journal.entry(id.parse().unwrap()).unwrap();
            assert_eq!(kept.text.as_str(), numbered(n.parse().unwrap()), "run {run}");
            written += 1;
        }
        if run % 10 == 9 {
            let health = journal.check().unwrap();
            assert!(health.is_good(), "run {run}: {health:?}");
        }
    }
    eprintln!("{written} writes were acknowledged in {times} runs, each ended by a kill");
    assert!(written > times, "only {written} writes were acknowledged in {times} runs");
}

#[test]
fn two_programs_writing_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(40);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let output = run(
                    evenkeel(folder.path()).args(["journal", "add", "--rules-only", "--jsonl", "-"]),
                    lines.as_bytes(),
                );
                assert_eq!(output.status.code(), Some(0), "{}", said(&output));
                assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 40);
            });
        }
    });
    let journal = open(folder.path());
    assert_eq!(journal.count().unwrap(), 120);
    assert!(journal.check().unwrap().is_good());
}
