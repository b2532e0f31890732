//! Journals of released forms, kept as they were written, are opened and brought forward.

#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::tests::full_journal;
use super::vault::Unlock;
use super::{SystemClock, open, schema};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// What an earlier form held, as an export of today has it: with the lists that came since, empty.
fn as_exported_now(mut contents: serde_json::Value) -> serde_json::Value {
    if let Some(fields) = contents.as_object_mut() {
        for list in super::carry::LISTS {
            fields.entry(list).or_insert_with(|| serde_json::json!([]));
        }
    }
    contents
}

/// What a journal holds, without the time of looking.
fn contents(folder: &Path) -> serde_json::Value {
    let journal = open(folder, &Unlock::KeyFile, Arc::new(SystemClock)).unwrap();
    let mut out = Vec::new();
    journal.export_json(&mut out).unwrap();
    let mut value: serde_json::Value = serde_json::from_slice(&out).unwrap();
    value["exported"] = serde_json::Value::Null;
    value
}

#[test]
fn a_journal_of_every_released_form_opens_with_all_that_is_in_it() {
    for form in 1..=schema::MIGRATIONS.len() {
        let frozen = fixtures().join(format!("journal-{form}"));
        let folder = tempfile::tempdir().unwrap();
        for file in ["journal.db", "vault.json"] {
            fs::copy(frozen.join(file), folder.path().join(file)).unwrap();
        }
        let expected = fs::read_to_string(frozen.join("contents.json")).unwrap();
        let expected = as_exported_now(serde_json::from_str(&expected).unwrap());
        assert_eq!(contents(folder.path()), expected, "form {form}");
        let journal = open(folder.path(), &Unlock::KeyFile, Arc::new(SystemClock)).unwrap();
        assert!(journal.check().unwrap().is_good());
        let upgraded = form < schema::MIGRATIONS.len();
        assert_eq!(journal.own_backups().unwrap().len(), usize::from(upgraded));
    }
}

/// Run once when a form is released: `cargo test --lib journal::frozen -- --ignored`.
#[test]
#[ignore = "writes the journal of this form"]
fn freeze_this_form() {
    let to = fixtures().join(format!("journal-{}", schema::MIGRATIONS.len()));
    assert!(!to.exists(), "a released form is never written again");
    let (folder, journal) = full_journal();
    drop(journal);
    fs::create_dir_all(&to).unwrap();
    for file in ["journal.db", "vault.json"] {
        fs::copy(folder.path().join(file), to.join(file)).unwrap();
    }
    fs::write(to.join("contents.json"), format!("{:#}\n", contents(folder.path()))).unwrap();
}
