//! Bits of the files are flipped: the program says so or gives what was written, never anything
//! else, and never touches the files.

use std::collections::BTreeMap;
use std::fs;

use evenkeel::journal::{EntryText, Filter, NewEntry};

use super::*;

#[test]
fn a_hundred_flipped_bits_give_an_error_or_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let written: BTreeMap<_, _> = {
        let journal = open(folder.path());
        let texts = (0..150).map(|n| format!("entry {n} {}", "and some words ".repeat(n % 40)));
        let new: Vec<NewEntry> = texts.map(|text| NewEntry::of(EntryText::new(text).unwrap())).collect();
        journal.add_all(&new).unwrap().into_iter().map(|entry| (entry.id, entry)).collect()
    };
    let seed =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as usize;
    let (mut told, mut true_all_the_same) = (0, 0);
    for n in 0..100_usize {
        let name = if n % 10 == 9 { "vault.json" } else { "journal.db" };
        let path = folder.path().join(name);
        let whole = fs::read(&path).unwrap();
        let at = seed.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)) % whole.len();
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (n % 8);
        fs::write(&path, &bytes).unwrap();
        let opened = journal::open(folder.path(), &Unlock::KeyFile, Arc::new(SystemClock));
        let read = opened.and_then(|journal| {
            let page = journal.list(&Filter::default(), None, 500)?;
            assert_eq!(page.items.len(), written.len(), "{name} byte {at}");
            for entry in &page.items {
                assert_eq!(written.get(&entry.id), Some(entry), "{name} byte {at}");
                journal.full_entry(entry.id)?;
            }
            for hit in journal.search("words", &Filter::default(), None, 500)?.items {
                assert_eq!(written.get(&hit.entry.id), Some(&hit.entry), "{name} byte {at}");
            }
            Ok(())
        });
        match read {
            Ok(()) => true_all_the_same += 1,
            Err(error) => {
                told += 1;
                assert!(error.to_string().contains("damaged"), "{name} byte {at}: {error}");
            }
        }
        assert_eq!(fs::read(&path).unwrap(), bytes, "{name} was left as it is");
        fs::write(&path, &whole).unwrap();
    }
    assert_eq!(told + true_all_the_same, 100);
    // Many bits lie in pages of tables in which nothing stands yet.
    assert!(told > 20, "{told}");
    assert!(open(folder.path()).check().unwrap().is_good());
}

#[test]
fn the_program_tells_a_damaged_journal_and_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    json(evenkeel(folder.path()).args(["journal", "add", "--json", "--rules-only"]), b"words");
    let path = folder.path().join("journal.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[2_000] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let output = run(evenkeel(folder.path()).args(["journal", "list"]), b"");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        said(&output).trim(),
        "The journal file is damaged at its beginning. Nothing was changed. `evenkeel restore` puts a backup in its place."
    );
    let doctor = run(evenkeel(folder.path()).args(["doctor", "--json"]), b"");
    assert_eq!(doctor.status.code(), Some(1));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}
