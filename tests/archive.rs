//! `evenkeel screen --input`: archives, from outside, by phrase rules alone.

#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

fn screen(folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
    command.args(["screen", "--rules-only", "--input"]).arg(folder).args(more);
    command.env_remove("EVENKEEL_COUNTRY");
    command
}

fn lines(output: &Output) -> Vec<Value> {
    output
        .stdout
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).unwrap())
        .collect()
}

/// A folder with an entry in each kind of file that is read, and some that cannot be.
fn archive() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    put("2024/a day.txt", b"I want to kill myself.\r\nThat is all.");
    put("2024/b.md", b"---\ntitle: I want to die\n---\nWe baked bread.\n");
    put("2024/c.csv", b"id,entry\nx1,\"We had soup,\nand bread.\"\n\"=x2\",I want to die.\nx3,\xff\n");
    put("2024/d.pdf", b"not read");
    put(".hidden/e.txt", b"I want to die.");
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed
        .write_all(b"{\"id\":7,\"text\":\"We had soup.\"}\n\nnot json\n{\"id\":\"8\",\"text\":\"  \"}\n")
        .unwrap();
    put("e.jsonl.gz", &packed.finish().unwrap());
    // `A calm day.` twice, as two frames.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 11, 0x59, 0, 0];
    let frame = [&frame[..], b"A calm day."].concat();
    put("f.txt.zst", &[frame.clone(), frame].concat());
    folder
}

#[test]
fn every_entry_of_every_kind_of_file_is_answered_in_its_place() {
    let folder = archive();
    let output = screen(folder.path(), &["--column", "entry"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "some entries could not be read");
    let lines = lines(&output);
    let seen: Vec<(String, u64, String)> = lines
        .iter()
        .map(|line| {
            let source = &line["source"];
            let what = line["risk"]["level"].as_str().or(line["error"]["kind"].as_str()).unwrap();
            (source["file"].as_str().unwrap().to_owned(), source["line"].as_u64().unwrap(), what.to_owned())
        })
        .collect();
    let expected = [
        ("2024/a day.txt", 1, "active_ideation"),
        ("2024/b.md", 1, "passive_ideation"),
        ("2024/c.csv", 2, "none"),
        ("2024/c.csv", 4, "passive_ideation"),
        ("2024/c.csv", 5, "not_utf8"),
        ("e.jsonl.gz", 1, "none"),
        ("e.jsonl.gz", 3, "not_json"),
        ("e.jsonl.gz", 4, "bad_text"),
        ("f.txt.zst", 1, "none"),
    ];
    let expected: Vec<_> = expected.map(|(file, line, what)| (file.to_owned(), line, what.to_owned())).into();
    assert_eq!(seen, expected);
    assert_eq!(lines[5]["id"], 7, "an id comes back as it was given");
    assert_eq!(lines[3]["id"], "=x2");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("9 entries") && told.contains("3  could not be read"), "{told}");
    assert!(told.contains("1 files of other kinds"), "{told}");
}

#[test]
fn a_table_and_a_report_say_the_same() {
    let folder = archive();
    let table = screen(folder.path(), &["--column", "entry", "--format", "csv"]).output().unwrap();
    let mut rows = csv::Reader::from_reader(&table.stdout[..]);
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 9);
    assert_eq!((&rows[0][3], &rows[0][5], &rows[0][9]), ("active_ideation", "true", "I want to kill myself"));
    assert_eq!(&rows[3][0], "'=x2", "no spreadsheet takes it for a formula");
    let report = screen(folder.path(), &["--column", "entry", "--format", "report"]).output().unwrap();
    let report = String::from_utf8(report.stdout).unwrap();
    assert!(report.contains("active ideation  2024/a day.txt  (2024/a day.txt, line 1)"), "{report}");
    assert!(report.contains("“I want to kill myself”"), "{report}");
}

#[test]
fn what_cannot_be_opened_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let empty = screen(folder.path(), &[]).output().unwrap();
    assert_eq!(empty.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&empty.stderr).contains("no txt, md, csv, tsv or jsonl file"));
    fs::write(folder.path().join("a.csv"), "id,body\n1,soup\n").unwrap();
    let output = screen(folder.path(), &[]).output().unwrap();
    assert_eq!(lines(&output)[0]["error"]["kind"], "no_column");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn an_output_for_a_single_text_is_refused() {
    let output = tempfile::tempdir().unwrap().path().join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
    let run =
        command.args(["screen", "--rules-only", "We had soup.", "--output"]).arg(&output).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(!output.exists());
}

#[test]
fn the_level_that_was_asked_for_sets_the_exit_code() {
    let folder = archive();
    let code =
        |level| screen(folder.path(), &["--column", "entry", "--fail-at", level]).output().unwrap().status;
    assert_eq!(code("active_ideation").code(), Some(10));
    assert_eq!(code("plan_or_intent").code(), Some(1));
}

/// Many entries, of several files, some of them not readable.
fn large(folder: &Path) {
    for file in 0..4 {
        let mut text = b"id,text\n".to_vec();
        for row in 0..4_000 {
            let words = if row % 97 == 0 { "I want to die" } else { "We had soup, \"again\"\nand bread" };
            writeln!(text, "{file}-{row},\"{}\"", words.replace('"', "\"\"")).unwrap();
        }
        fs::write(folder.join(format!("{file}.csv")), text).unwrap();
        fs::write(folder.join(format!("{file}.jsonl")), "{\"id\":1,\"text\":\"soup\"}\nbroken\n").unwrap();
    }
}

#[test]
fn a_run_that_was_killed_twenty_times_ends_with_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let entries = folder.path().join("entries");
    fs::create_dir(&entries).unwrap();
    large(&entries);
    for format in ["jsonl", "csv"] {
        let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
        for path in [&whole, &parts] {
            let _ = fs::remove_file(path);
        }
        let to = |path: &Path, more: &[&str]| {
            let mut command = screen(&entries, &["--format", format, "--output"]);
            command.arg(path).args(more).stderr(Stdio::null()).stdout(Stdio::null());
            command
        };
        let begun = std::time::Instant::now();
        assert_eq!(to(&whole, &[]).status().unwrap().code(), Some(1), "broken lines are told");
        let once = begun.elapsed();
        let mut kills = 0;
        // Each run is killed somewhere in the time that a twelfth of the work takes.
        for n in 1..=20_u32 {
            let mut run = to(&parts, &["--resume"]).spawn().unwrap();
            std::thread::sleep(once / 12 * (n * 7 % 10) / 10 + Duration::from_millis(40));
            if run.try_wait().unwrap().is_none() {
                run.kill().unwrap();
                kills += 1;
            }
            run.wait().unwrap();
        }
        assert!(kills >= 5, "{kills} runs were killed while they worked");
        assert_eq!(to(&parts, &["--resume"]).status().unwrap().code(), Some(1));
        assert!(fs::read(&whole).unwrap() == fs::read(&parts).unwrap(), "the files differ ({format})");
        assert_eq!(
            to(&parts, &["--resume"]).status().unwrap().code(),
            Some(1),
            "there is nothing left to do"
        );
        assert!(fs::read(&whole).unwrap() == fs::read(&parts).unwrap());
        assert_eq!(
            to(&whole, &[]).status().unwrap().code(),
            Some(1),
            "a file that is there is not overwritten"
        );
        assert!(fs::read(&whole).unwrap() == fs::read(&parts).unwrap());
    }
}

#[test]
fn an_output_of_other_entries_is_left_as_it_is() {
    let folder = archive();
    let output = folder.path().join("out");
    let written = "{\"id\":1,\"source\":{\"file\":\"other.txt\",\"line\":1},\"risk\":{\"level\":\"none\"}}\n";
    fs::write(&output, written).unwrap();
    let run = screen(folder.path(), &["--column", "entry", "--resume", "--output", output.to_str().unwrap()]);
    let run = { run }.output().unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&run.stderr).contains("was not made from this input"));
    assert_eq!(fs::read_to_string(&output).unwrap(), written);
}

#[test]
fn two_runs_do_not_write_into_one_file() {
    let folder = archive();
    let path = folder.path().join("out");
    let file = fs::File::create(&path).unwrap();
    file.lock().unwrap();
    let output = path.to_str().unwrap();
    let run = screen(folder.path(), &["--resume", "--output", output]).output().unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&run.stderr).contains("Another run"));
}
