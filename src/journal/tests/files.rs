//! Files: damage, several programs, forms, backups, erasing.

use super::*;

#[test]
fn after_erasing_no_word_is_left_in_the_index_and_no_page_is_free() {
    let (_folder, journal) = journal();
    let keep = journal.add(&new("something to keep", &[], None)).unwrap();
    for n in 0..50 {
        journal.add(&new(&format!("unmistakable{n} words"), &[], None)).unwrap();
    }
    let one = journal.add(&new("zebra crossing", &[], None)).unwrap();
    journal.edit(one.id, &Change { text: Some(text("xylophone")), ..Change::default() }).unwrap();
    assert_eq!(journal.erase(Erase::Entry(one.id)).unwrap(), 1);
    let terms = || -> Vec<String> {
        journal
            .read(|db| {
                db.execute_batch("PRAGMA query_only = OFF; CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'entry_search', 'row');")?;
                let mut all = db.prepare("SELECT term FROM temp.terms ORDER BY term")?;
                let all = all.query_map([], |row| row.get(0))?.collect::<Result<Vec<_>, _>>()?;
                db.execute_batch("DROP TABLE temp.terms")?;
                Ok(all)
            })
            .unwrap()
    };
    assert!(!terms().iter().any(|t| t == "zebra" || t == "xylophone"));
    let from = Stamp::new(NOW, 0).unwrap();
    journal.erase(Erase::Period { from, until: Stamp::new(NOW + 1, 0).unwrap() }).unwrap();
    assert_eq!(terms(), Vec::<String>::new());
    assert!(journal.entry(keep.id).is_err());
    let free: i64 =
        journal.read(|db| Ok(db.pragma_query_value(None, "freelist_count", |r| r.get(0))?)).unwrap();
    assert_eq!(free, 0);
    assert!(!log::of(&journal.path()).metadata().is_ok_and(|log| log.len() > 0));
    assert!(journal.check().unwrap().is_good());
}

#[test]
fn everything_can_be_erased_and_written_again() {
    let (_folder, journal) = journal();
    let entry = journal.add(&new("a", &["b"], None)).unwrap();
    journal.add_record(None, &whole_record()).unwrap();
    journal.save_draft("x", "y").unwrap();
    journal.keep_screening(Screened::Entry(entry.id), 1, &risk("a"), None).unwrap();
    journal.erase(Erase::All).unwrap();
    for table in
        ["entries", "tags", "revisions", "thought_records", "record_feelings", "screenings", "drafts"]
    {
        let rows: i64 = journal
            .read(|db| Ok(db.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0))?))
            .unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    journal.add(&new("again", &[], None)).unwrap();
    assert_eq!(journal.count().unwrap(), 1);
}

#[test]
fn two_journals_on_one_folder_see_each_others_writes() {
    let (folder, one) = journal();
    let two = reopen(&folder).unwrap();
    std::thread::scope(|scope| {
        for journal in [&one, &two] {
            scope.spawn(move || {
                for n in 0..50 {
                    journal.add(&new(&format!("entry {n}"), &[], None)).unwrap();
                }
            });
        }
    });
    assert_eq!((one.count().unwrap(), two.count().unwrap()), (100, 100));
    assert!(one.check().unwrap().is_good());
}

#[test]
fn many_threads_may_open_a_new_folder_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let folder = &folder;
            scope.spawn(move || reopen(folder).unwrap().add(&new(&format!("from {n}"), &[], None)).unwrap());
        }
    });
    assert_eq!(reopen(&folder).unwrap().count().unwrap(), 8);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains(".part")), "{left:?}");
}

#[cfg(unix)]
#[test]
fn folder_and_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("new");
    let journal = open(&folder, &Unlock::KeyFile, Set::at(NOW)).unwrap();
    journal.add(&new("a", &[], None)).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    drop(journal);
    std::fs::set_permissions(folder.join(connect::DATABASE), std::fs::Permissions::from_mode(0o644)).unwrap();
    open(&folder, &Unlock::KeyFile, Set::at(NOW)).unwrap();
    assert_eq!(mode(&folder.join(connect::DATABASE)), 0o600, "it is narrowed again");
}

#[test]
fn what_is_wrong_with_the_files_is_told_apart_and_nothing_is_touched() {
    let (folder, journal) = journal();
    for n in 0..200 {
        journal.add(&new(&format!("entry {n} {}", "x".repeat(200)), &[], None)).unwrap();
    }
    drop(journal);
    let path = folder.path().join(connect::DATABASE);
    let whole = std::fs::read(&path).unwrap();
    let key_file = std::fs::read(folder.path().join(KEY_FILE)).unwrap();
    let opened = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let said = reopen(&folder).map(|_| ());
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "the file is as it was");
        said
    };
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    assert!(matches!(opened(&flipped(100)), Err(JournalError::DamagedHeader)));
    assert!(matches!(opened(&whole[..3]), Err(JournalError::DamagedHeader)));
    assert!(matches!(opened(b""), Err(JournalError::DamagedHeader)));
    assert!(matches!(opened(b"SQLite format 3\0 and so on"), Err(JournalError::NotADatabase(_))));
    assert!(matches!(opened(&vec![7; 40_960]), Err(JournalError::NotThisJournal(_))));
    assert!(matches!(opened(&flipped(16)), Err(JournalError::DamagedHeader)));
    opened(&whole).unwrap();

    let other = tempfile::tempdir().unwrap();
    reopen(&other).unwrap();
    std::fs::copy(other.path().join(KEY_FILE), folder.path().join(KEY_FILE)).unwrap();
    assert!(matches!(opened(&whole), Err(JournalError::NotThisJournal(_))));
    std::fs::write(folder.path().join(KEY_FILE), &key_file[..40]).unwrap();
    assert!(matches!(opened(&whole), Err(JournalError::Vault(VaultError::KeyFileDamaged))));
    std::fs::remove_file(folder.path().join(KEY_FILE)).unwrap();
    assert!(matches!(opened(&whole), Err(JournalError::Vault(VaultError::KeyFileMissing(_)))));
    assert!(!folder.path().join(KEY_FILE).exists(), "no new key is made beside an old journal");
    std::fs::write(folder.path().join(KEY_FILE), &key_file).unwrap();

    // A page in the middle: what does not need it can be read, the rest says which page it is.
    let at = whole.len() / 4096 * 3 / 4;
    std::fs::write(&path, flipped(at * 4096 + 50)).unwrap();
    let journal = reopen(&folder).unwrap();
    assert_eq!(journal.check().unwrap().bad_pages, [at as u32 + 1]);
    let all = journal.list(&Filter::default(), None, 500);
    match all {
        Ok(page) => assert_eq!(page.items.len(), 200),
        Err(JournalError::Damaged { pages }) => assert_eq!(pages, [at as u32 + 1]),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn the_first_sixteen_bytes_are_not_needed() {
    let (folder, journal) = journal();
    journal.add(&new("a", &[], None)).unwrap();
    drop(journal);
    let path = folder.path().join(connect::DATABASE);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[..16].fill(0);
    std::fs::write(&path, bytes).unwrap();
    let opened = reopen(&folder).map(|journal| journal.count().unwrap());
    assert!(matches!(opened, Ok(1) | Err(JournalError::DamagedHeader)), "{opened:?}");
}

/// The form of a new journal.
fn latest() -> u32 {
    schema::MIGRATIONS.len() as u32
}

#[test]
fn a_newer_file_is_refused_untouched() {
    let (folder, journal) = journal();
    journal.write(|tx| Ok(tx.pragma_update(None, "user_version", 99)?)).unwrap();
    drop(journal);
    let before = std::fs::read(folder.path().join(connect::DATABASE)).unwrap();
    assert!(matches!(reopen(&folder), Err(JournalError::Newer { found: 99, known }) if known == latest()));
    assert_eq!(std::fs::read(folder.path().join(connect::DATABASE)).unwrap(), before);
}

#[test]
fn a_migration_is_wholly_done_or_not_at_all_and_a_backup_is_made_before() {
    let (folder, journal) = journal();
    let entry = journal.add(&new("before the change", &[], None)).unwrap();
    drop(journal);
    let with = |more: &'static str| [schema::MIGRATIONS, &[more]].concat();
    let broken = with("CREATE TABLE extra (a INTEGER) STRICT; SELECT nothing FROM nowhere;");
    assert!(open_with(folder.path(), &Unlock::KeyFile, Set::at(NOW), &broken).is_err());
    let journal = reopen(&folder).unwrap();
    assert_eq!(journal.entry(entry.id).unwrap(), entry);
    assert_eq!(journal.own_backups().unwrap().len(), 1);
    journal.delete_own_backups().unwrap();
    drop(journal);
    let good = with("CREATE TABLE extra (a INTEGER) STRICT;");
    let journal = open_with(folder.path(), &Unlock::KeyFile, Set::at(NOW), &good).unwrap();
    assert_eq!(journal.read(schema::version).unwrap(), latest() + 1);
    assert_eq!(journal.entry(entry.id).unwrap(), entry);
    let backup = journal.own_backups().unwrap().pop().unwrap();
    drop(journal);
    restore(&backup.path, folder.path(), &Unlock::KeyFile, Stamp::new(NOW, 0).unwrap()).unwrap();
    let journal = reopen(&folder).unwrap();
    assert_eq!(journal.read(schema::version).unwrap(), latest());
    assert_eq!(journal.entry(entry.id).unwrap(), entry);
}

#[test]
fn a_backup_opens_by_itself_and_is_put_back_with_what_was_there_kept() {
    let (folder, journal) = journal();
    let kept = journal.add(&new("kept", &[], None)).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let to = elsewhere.path().join("backup");
    journal.backup_to(&to).unwrap();
    assert!(matches!(journal.backup_to(&to), Err(JournalError::Exists(_))));
    assert_eq!(open(&to, &Unlock::KeyFile, Set::at(NOW)).unwrap().entry(kept.id).unwrap(), kept);
    let later = journal.add(&new("later", &[], None)).unwrap();
    let vault = Vault::of(folder.path()).with_cost(KdfCost { memory_kib: 64, passes: 1 });
    vault.set_passphrase(&Unlock::KeyFile, &Passphrase::new("later").unwrap()).unwrap();
    drop(journal);
    let now = Stamp::new(NOW, 0).unwrap();
    let restored = restore(&to, folder.path(), &Unlock::KeyFile, now).unwrap();
    assert_eq!(restored.entries, 1);
    let journal = reopen(&folder).unwrap();
    assert!(journal.entry(later.id).is_err());
    let before = restored.before.unwrap();
    let unlock = Unlock::Passphrase(Passphrase::new("later").unwrap());
    assert_eq!(open(&before, &unlock, Set::at(NOW)).unwrap().count().unwrap(), 2);

    let database = to.join(connect::DATABASE);
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&database, bytes).unwrap();
    assert!(restore(&to, folder.path(), &Unlock::KeyFile, now).is_err());
    assert_eq!(journal.entry(kept.id).unwrap(), kept, "a damaged backup changes nothing");
}

/// Damage anywhere in the file gives an error or what was written, never anything else.
#[test]
fn a_flipped_bit_never_gives_a_wrong_text() {
    let (folder, journal) = journal();
    let mut written = std::collections::BTreeMap::new();
    for n in 0..60 {
        let entry = journal.add(&new(&format!("entry {n} {}", "words ".repeat(n)), &["t"], Some(4))).unwrap();
        written.insert(entry.id, entry);
    }
    drop(journal);
    let path = folder.path().join(connect::DATABASE);
    let whole = std::fs::read(&path).unwrap();
    for n in 0..100_usize {
        let mut bytes = whole.clone();
        let at = n.wrapping_mul(2_654_435_761) % bytes.len();
        bytes[at] ^= 1 << (n % 8);
        std::fs::write(&path, &bytes).unwrap();
        let Ok(journal) = reopen(&folder) else { continue };
        if let Ok(page) = journal.list(&Filter::default(), None, 500) {
            assert_eq!(page.items.len(), 60);
            for entry in page.items {
                assert_eq!(written.get(&entry.id), Some(&entry), "bit {at}");
            }
        }
        let _ = journal.search("words", &Filter::default(), None, 10);
    }
}

#[test]
fn a_full_disk_is_told_and_nothing_is_half_written() {
    let (_folder, journal) = journal();
    let kept = journal.add(&new("kept", &[], None)).unwrap();
    {
        let writer = journal.writer.lock().unwrap();
        let pages: i64 = writer.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        // SQLite says the same where the file may not grow as where the disk is full.
        writer.pragma_update_and_check(None, "max_page_count", pages + 2, |_| Ok(())).unwrap();
    }
    let long = new(&"words ".repeat(10_000), &["t"], None);
    assert!(matches!(journal.add(&long), Err(JournalError::Full)));
    assert!(matches!(journal.add_all(&[new("a", &[], None), long]), Err(JournalError::Full)));
    assert_eq!(journal.count().unwrap(), 1);
    assert_eq!(journal.entry(kept.id).unwrap(), kept);
    assert!(journal.check().unwrap().is_good());
}

#[test]
fn erasing_while_another_reads_says_that_traces_are_left_until_it_ends() {
    let (folder, journal) = journal();
    let entry = journal.add(&new("words", &[], None)).unwrap();
    let other = reopen(&folder).unwrap();
    journal.writer.lock().unwrap().busy_timeout(std::time::Duration::from_millis(50)).unwrap();
    other
        .read(|db| {
            let seen: i64 = db.query_row("SELECT count(*) FROM entries", [], |row| row.get(0))?;
            let erased = journal.erase(Erase::Entry(entry.id));
            assert!(matches!(erased, Err(JournalError::TracesLeft { gone: 1 })), "{erased:?}");
            assert_eq!(seen, 1);
            Ok(())
        })
        .unwrap();
    assert_eq!(other.count().unwrap(), 0);
    drop((journal, other));
    assert!(!log::of(&folder.path().join(connect::DATABASE)).exists());
}
