//! What was written stands in no file of the data folder, and after erasing not even the journal
//! has it.

use std::fs;
use std::path::PathBuf;

use super::*;

fn sentences() -> Vec<String> {
    (0..200).map(|n| format!("My unmistakable sentence number {n} about the yellow bicycle")).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

/// Looks for each sentence, and for a part of all of them, as UTF-8 and as UTF-16.
fn assert_no_trace(folder: &Path, when: &str) {
    let mut wanted: Vec<Vec<u8>> = sentences().iter().map(|s| s.as_bytes().to_vec()).collect();
    for part in ["unmistakable", "yellow bicycle", "bicycle"] {
        wanted.push(part.as_bytes().to_vec());
        wanted.push(part.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    let all = files(folder);
    assert!(all.len() >= 2, "{all:?}");
    for path in all {
        let bytes = fs::read(&path).unwrap();
        for sentence in &wanted {
            let found = bytes.windows(sentence.len()).any(|window| window == sentence.as_slice());
            assert!(!found, "{when}: {}", path.display());
        }
    }
}

fn add_all(command: &mut Command) {
    let of = |s: &String| serde_json::json!({ "text": s, "tags": ["bicycle"] }).to_string();
    let lines = sentences().iter().map(of).collect::<Vec<_>>().join("\n");
    let output = run(command, lines.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!said(&output).contains("bicycle"), "nothing of it is logged");
}

#[test]
fn no_file_holds_what_was_written_before_or_after_erasing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    add_all(evenkeel(folder).args(["-vv", "journal", "add", "--rules-only", "--jsonl", "-"]));
    assert_no_trace(folder, "without a passphrase");
    {
        // While it is open: the log too.
        let journal = open(folder);
        let page = journal.list(&evenkeel::journal::Filter::default(), None, 5).unwrap();
        let text = evenkeel::journal::EntryText::new("unmistakable draft of a bicycle").unwrap();
        journal.add(&evenkeel::journal::NewEntry::of(text)).unwrap();
        journal.save_draft("entry", "one more bicycle").unwrap();
        assert_eq!(page.items.len(), 5);
        assert!(folder.join("journal.db-wal").metadata().unwrap().len() > 0);
        assert_no_trace(folder, "while open");
    }
    json(evenkeel(folder).args(["erase", "--all", "--yes", "--json"]), b"");
    assert_no_trace(folder, "after erasing");
    let size = folder.join("journal.db").metadata().unwrap().len();
    assert!(size < 400_000, "the file was written anew: {size}");
}

#[test]
fn no_file_holds_what_was_written_with_a_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let set = "vault passphrase --new-passphrase-fd 4 --json";
    let code =
        json(&mut with_passphrases(folder, "", "bicycle in the rain", set), b"")["recovery_code"].clone();
    let add = "--passphrase-fd 3 journal add --rules-only --jsonl -";
    add_all(&mut with_passphrases(folder, "bicycle in the rain", "", add));
    assert_no_trace(folder, "with a passphrase");
    for path in files(folder) {
        let bytes = fs::read(&path).unwrap();
        let code = code.as_str().unwrap();
        for secret in [code, &code.replace('-', "")] {
            assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "{}", path.display());
        }
    }
    let period = "--passphrase-fd 3 erase --from 2020-01-01 --until 9999-01-01 --yes --json";
    let erased = json(&mut with_passphrases(folder, "bicycle in the rain", "", period), b"");
    assert_eq!(erased["entries"], 200);
    assert_no_trace(folder, "after erasing");
}
