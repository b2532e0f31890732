//! What is kept, changed, listed and found.

use super::*;

#[test]
fn what_was_kept_is_there_after_opening_again() {
    let (folder, journal) = journal();
    let kept = journal.add(&new("One line.", &["Work", "sleep"], Some(3))).unwrap();
    drop(journal);
    let journal = reopen(&folder).unwrap();
    assert_eq!(journal.entry(kept.id).unwrap(), kept);
    assert_eq!(kept.tags.iter().map(Tag::as_str).collect::<Vec<_>>(), ["sleep", "work"]);
    assert_eq!(kept.written.to_string(), "2027-01-15T09:00:00+01:00");
}

#[test]
fn strange_texts_survive_unchanged() {
    let (_folder, journal) = journal();
    let long = "0123456789".repeat(500_000);
    for words in
        ["a\0b", "\0", "\u{202e}\u{5d0}\u{5d1} \u{1f9d1}\u{200d}\u{1f680}\r\n", "' OR 1=1; --", &long]
    {
        let kept = journal.add(&NewEntry::of(text(words))).unwrap();
        let changed =
            journal.edit(kept.id, &Change { mood: Some(Some(Mood::new(1).unwrap())), ..Change::default() });
        assert_eq!(changed.unwrap().text.as_str(), words);
        assert_eq!(journal.entry(kept.id).unwrap().text.as_str(), words);
    }
    assert!(journal.check().unwrap().is_good());
}

#[test]
fn the_year_9999_and_a_clock_that_goes_back_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Set::at(NOW);
    let journal = open(folder.path(), &Unlock::KeyFile, clock.clone()).unwrap();
    let last: Stamp = "9999-12-31T23:59:59.999+00:00".parse().unwrap();
    let far = journal.add(&NewEntry { written: Some(last), ..NewEntry::of(text("far")) }).unwrap();
    let first = journal.add(&NewEntry::of(text("first"))).unwrap();
    clock.to(NOW - 86_400_000);
    let earlier = journal.add(&NewEntry::of(text("after the clock went back"))).unwrap();
    clock.to(0);
    let changed =
        journal.edit(first.id, &Change { text: Some(text("changed")), ..Change::default() }).unwrap();
    assert_eq!((changed.version, changed.saved.ms()), (2, 0));
    let page = journal.list(&Filter::default(), None, 10).unwrap();
    let ids: Vec<Id> = page.items.iter().map(|e| e.id).collect();
    assert_eq!(ids, [far.id, first.id, earlier.id]);
}

#[test]
fn a_change_keeps_what_was_and_notices_someone_elses() {
    let (_folder, journal) = journal();
    let first = journal.add(&new("first", &["a"], Some(2))).unwrap();
    let seen = Change { text: Some(text("second")), seen: Some(1), ..Change::default() };
    let second = journal.edit(first.id, &seen).unwrap();
    assert_eq!(second.version, 2);
    assert!(matches!(journal.edit(first.id, &seen), Err(JournalError::Changed { found: 2 })));
    let none = Change { mood: Some(None), tags: Some(Vec::new()), ..Change::default() };
    journal.edit(first.id, &none).unwrap();
    let same = journal.edit(first.id, &none).unwrap();
    assert_eq!(same.version, 3, "nothing changed");
    let full = journal.full_entry(first.id).unwrap();
    let was: Vec<(u32, &str, Option<u8>, usize)> = full
        .revisions
        .iter()
        .map(|r| (r.version, r.text.as_str(), r.mood.map(Mood::get), r.tags.len()))
        .collect();
    assert_eq!(was, [(1, "first", Some(2), 1), (2, "second", Some(2), 1)]);
}

#[test]
fn what_is_not_there_is_told() {
    let (_folder, journal) = journal();
    let id = Id::new(journal.now());
    assert!(matches!(journal.entry(id), Err(JournalError::Missing { .. })));
    assert!(matches!(journal.delete(id), Err(JournalError::Missing { .. })));
    assert!(matches!(journal.delete_record(id), Err(JournalError::Missing { .. })));
    assert!(matches!(
        journal.add_record(Some(id), &RecordContent::of(Line::new("x").unwrap())),
        Err(JournalError::Missing { .. })
    ));
    let entry = journal.add(&NewEntry::of(text("x"))).unwrap();
    assert_eq!(journal.entry_like(&entry.id.to_string()[..30]).unwrap(), entry.id);
    assert!(matches!(journal.entry_like("ffffffff"), Err(JournalError::Ambiguous { found: 0 })));
    assert!(journal.entry_like("%").is_err());
}

#[test]
fn pages_cover_the_whole_list_once_in_order() {
    let (_folder, journal) = journal();
    let all: Vec<NewEntry> = (0..25).map(|n| new(&format!("entry {n}"), &[], None)).collect();
    journal.add_all(&all).unwrap();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = journal.list(&Filter::default(), after, 7).unwrap();
        seen.extend(page.items.iter().map(|e| e.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted_by(|a, b| a > b));
    assert!(matches!(
        journal.list(&Filter::default(), Some(Cursor::Search { seq: 1 }), 7),
        Err(JournalError::Cursor)
    ));
}

#[test]
fn filters_narrow_the_list() {
    let (_folder, journal) = journal();
    let at = |day: &str, entry: NewEntry| {
        let written = Some(format!("2026-11-{day}T12:00:00Z").parse().unwrap());
        journal.add(&NewEntry { written, ..entry }).unwrap()
    };
    let monday = at("23", new("a hard day at work", &["work", "tired"], Some(2)));
    let tuesday = at("24", new("better", &["work"], Some(6)));
    let found = |filter: Filter| -> Vec<Id> {
        journal.list(&filter, None, 10).unwrap().items.iter().map(|e| e.id).collect()
    };
    let tags = |tags: &[&str]| tags.iter().map(|t| Tag::new(t).unwrap()).collect();
    assert_eq!(found(Filter { tags: tags(&["work"]), ..Filter::default() }), [tuesday.id, monday.id]);
    assert_eq!(found(Filter { tags: tags(&["work", "tired"]), ..Filter::default() }), [monday.id]);
    assert_eq!(found(Filter { mood_from: Some(Mood::new(5).unwrap()), ..Filter::default() }), [tuesday.id]);
    assert_eq!(found(Filter { mood_to: Some(Mood::new(5).unwrap()), ..Filter::default() }), [monday.id]);
    let noon = Some("2026-11-24T00:00:00Z".parse().unwrap());
    assert_eq!(found(Filter { from: noon, ..Filter::default() }), [tuesday.id]);
    assert_eq!(found(Filter { until: noon, ..Filter::default() }), [monday.id]);
    let labeling = || Filter { distortion: Some(Distortion::Labeling), ..Filter::default() };
    assert_eq!(found(labeling()), []);
    journal.keep_recognition(monday.id, &recognition(1)).unwrap();
    let mut record = RecordContent::of(Line::new("I am a failure").unwrap());
    record.distortions.insert(Distortion::Labeling, Verdict::Rejected);
    let kept = journal.add_record(Some(tuesday.id), &record).unwrap();
    assert_eq!(found(labeling()), [monday.id]);
    record.distortions.insert(Distortion::Labeling, Verdict::Own);
    journal.edit_record(kept.id, Some(1), &record).unwrap();
    assert_eq!(found(labeling()), [tuesday.id, monday.id]);
}

#[test]
fn a_thought_record_waits_to_be_read_as_an_entry_does() {
    let (_folder, journal) = journal();
    let entry = journal.add(&NewEntry::of(text("A long day."))).unwrap();
    let mut content = RecordContent::of(Line::new("I always ruin everything.").unwrap());
    let record = journal.add_record(Some(entry.id), &content).unwrap();
    let unread = |by| journal.unread(by, 10).unwrap();
    let (of_entry, of_record) = (KeptWords::from(&entry), KeptWords::from(&record));
    assert_eq!(unread(Unread::ByAnybody).len(), 2);
    assert!(unread(Unread::ByAnybody).contains(&of_entry) && unread(Unread::ByModel).contains(&of_record));
    assert_eq!(journal.unread(Unread::ByModel, 1).unwrap().len(), 1);

    let said = risk(&of_record.words);
    journal.keep_screening(of_record.text, 1, &said, None).unwrap();
    assert_eq!((unread(Unread::ByAnybody), unread(Unread::ByModel).len()), (vec![of_entry], 2));
    journal.keep_screening(of_record.text, 1, &said, Some(&recognition(1).model)).unwrap();
    assert_eq!((unread(Unread::ByModel).len(), journal.count_unread(Unread::ByModel).unwrap()), (1, 1));
    content.evidence_against.push(Line::new("Most of it went well.").unwrap());
    journal.edit_record(record.id, Some(1), &content).unwrap();
    assert_eq!(journal.count_unread(Unread::ByModel).unwrap(), 2, "a new version is to be read");
}

#[test]
fn what_was_said_of_an_entry_is_kept_with_it() {
    let (_folder, journal) = journal();
    let entry = journal.add(&NewEntry::of(text("Everyone would be better off without me."))).unwrap();
    let risk = risk(entry.text.as_str());
    assert!(risk.tier.escalates());
    assert_eq!(journal.unread(Unread::ByModel, 10).unwrap().len(), 1, "not screened at all yet");
    journal.keep_screening(Screened::Entry(entry.id), 1, &risk, None).unwrap();
    assert_eq!(journal.count_unread(Unread::ByModel).unwrap(), 1);
    let said = recognition(1);
    journal.keep_screening(Screened::Entry(entry.id), 1, &risk, Some(&said.model)).unwrap();
    assert_eq!(journal.unread(Unread::ByModel, 10).unwrap(), []);
    journal.keep_recognition(entry.id, &said).unwrap();
    let full = journal.full_entry(entry.id).unwrap();
    assert_eq!(full.screenings.iter().map(|s| &s.risk).collect::<Vec<_>>(), [&risk, &risk]);
    assert_eq!(full.screenings[1].model.as_ref(), Some(&said.model));
    assert_eq!(full.recognitions, [said]);
    let change = Change { text: Some(text("Another text.")), ..Change::default() };
    journal.edit(entry.id, &change).unwrap();
    assert_eq!(journal.count_unread(Unread::ByModel).unwrap(), 1, "a new version is to be screened");
}

#[test]
fn a_thought_record_keeps_every_field() {
    let (_folder, journal) = journal();
    let entry = journal.add(&NewEntry::of(text("a"))).unwrap();
    let kept = journal.add_record(Some(entry.id), &whole_record()).unwrap();
    assert_eq!(journal.full_record(kept.id).unwrap().record, kept);
    assert_eq!(journal.records_of(entry.id).unwrap(), std::slice::from_ref(&kept));
    assert_eq!(journal.records_due("2026-12-02".parse().unwrap()).unwrap(), []);
    assert_eq!(journal.records_due("2026-12-03".parse().unwrap()).unwrap().len(), 1);
    let own = RecordContent {
        balanced: Some(Balanced::Own { text: Line::new("Mine.").unwrap() }),
        ..RecordContent::of(Line::new("x").unwrap())
    };
    let changed = journal.edit_record(kept.id, Some(1), &own).unwrap();
    assert_eq!((changed.version, &changed.content), (2, &own));
    assert_eq!(journal.full_record(kept.id).unwrap().record, changed);
    assert!(matches!(journal.edit_record(kept.id, Some(1), &own), Err(JournalError::Changed { found: 2 })));
    let screened = risk(&own.words());
    journal.keep_screening(Screened::Record(kept.id), 2, &screened, None).unwrap();
    assert_eq!(journal.full_record(kept.id).unwrap().screenings.len(), 1);
    journal.delete(entry.id).unwrap();
    assert!(journal.full_record(kept.id).is_err(), "it went with its entry");
    assert!(journal.check().unwrap().is_good());
}

#[test]
fn a_draft_is_what_was_typed_last() {
    let (_folder, journal) = journal();
    assert_eq!(journal.draft("entry").unwrap(), None);
    journal.save_draft("entry", "I th").unwrap();
    let draft = journal.save_draft("entry", "I think\0").unwrap();
    assert_eq!(journal.draft("entry").unwrap(), Some(draft.clone()));
    assert_eq!(journal.drafts().unwrap(), [draft]);
    assert!(journal.discard_draft("entry").unwrap());
    assert!(!journal.discard_draft("entry").unwrap());
}

#[test]
fn searching_finds_words_in_any_spelling_and_follows_changes() {
    let (_folder, journal) = journal();
    let cafe = journal.add(&new("In the Caf\u{e9} with Ana, a hard talk", &["ana"], None)).unwrap();
    let work = journal.add(&new("Hard work\0 at the cafe", &[], None)).unwrap();
    let found = |query: &str| -> Vec<Id> {
        journal
            .search(query, &Filter::default(), None, 10)
            .unwrap()
            .items
            .iter()
            .map(|h| h.entry.id)
            .collect()
    };
    assert_eq!(found("CAFE"), [work.id, cafe.id]);
    assert_eq!(found("cafe talk"), [cafe.id]);
    assert_eq!(found("\"hard talk\""), [cafe.id]);
    assert_eq!(found("\"talk hard\""), []);
    assert_eq!(found("wor*"), [work.id]);
    assert_eq!(found("wor"), []);
    assert_eq!(found("text:x OR cafe)"), []);
    assert!(matches!(journal.search("?!", &Filter::default(), None, 10), Err(JournalError::NoWords)));
    let tagged = Filter { tags: vec![Tag::new("ana").unwrap()], ..Filter::default() };
    assert_eq!(journal.search("cafe", &tagged, None, 10).unwrap().items.len(), 1);
    let first = journal.search("cafe", &Filter::default(), None, 1).unwrap();
    assert_eq!(first.items[0].marks.len(), 1);
    let second = journal.search("cafe", &Filter::default(), first.next, 1).unwrap();
    assert_eq!((second.items[0].entry.id, second.next), (cafe.id, None));
    journal.edit(cafe.id, &Change { text: Some(text("Something else")), ..Change::default() }).unwrap();
    assert_eq!(found("cafe"), [work.id]);
    journal.delete(work.id).unwrap();
    assert_eq!(found("cafe"), []);
    assert!(journal.check().unwrap().is_good());
}

#[test]
fn what_stands_in_thought_records_is_found_until_it_is_gone() {
    let (_folder, journal) = journal();
    let entry = journal.add(&new("an entry", &["work"], None)).unwrap();
    let record = journal.add_record(Some(entry.id), &whole_record()).unwrap();
    journal.add_record(None, &RecordContent::of(Line::new("Caf\u{e9}s close early").unwrap())).unwrap();
    let found = |query: &str, filter: &Filter| {
        let page = journal.search_records(query, filter, None, 10).unwrap();
        page.items.into_iter().map(|hit| hit.record.id).collect::<Vec<_>>()
    };
    let all = Filter::default();
    for word in ["boss", "fired", "shame", "why", "others", "\"don't know\""] {
        assert_eq!(found(word, &all), [record.id], "{word}");
    }
    assert_eq!(found("cafes", &all).len(), 1);
    let of = |distortion| Filter { distortion: Some(distortion), ..Filter::default() };
    assert_eq!(found("fired", &of(Distortion::FortuneTelling)), [record.id]);
    assert_eq!(found("fired", &of(Distortion::MindReading)), [record.id]);
    assert_eq!(found("fired", &of(Distortion::Labeling)), []);
    let tagged = Filter { tags: vec![Tag::new("work").unwrap()], ..Filter::default() };
    assert_eq!(journal.list_records(&tagged, None, 10).unwrap().items.len(), 1);
    let later = Filter { from: Some(Stamp::new(NOW + 1, 0).unwrap()), ..Filter::default() };
    assert_eq!(journal.list_records(&later, None, 10).unwrap().items.len(), 0);
    let less = RecordContent { evidence_against: Vec::new(), ..whole_record() };
    journal.edit_record(record.id, None, &less).unwrap();
    assert_eq!((found("others", &all).len(), found("fired", &all).len()), (0, 1));
    assert!(journal.check().unwrap().is_good());
    journal.delete(entry.id).unwrap();
    assert_eq!(found("fired", &all), []);
    assert!(journal.check().unwrap().is_good());
    let strayed = "INSERT INTO record_search (rowid, text) VALUES (99, 'stray')";
    journal.write(|tx| Ok(tx.execute(strayed, [])?)).unwrap();
    assert!(!journal.check().unwrap().search_agrees);
}

#[test]
fn what_other_programs_wrote_is_named_by_its_content() {
    let (_folder, journal) = journal();
    let import = |text: &str| {
        let none = |_| -> Result<Opener, JournalError> { panic!("it is not encrypted") };
        let reading = Reading { zone: Some("Europe/Berlin"), ..Reading::default() };
        journal.import_bytes(text.as_bytes(), None, reading, none).unwrap()
    };
    let twice = "[2020-06-28 18:22] the same\n\n[2020-06-28 18:22] the same\n";
    assert_eq!(import(twice).entries, 2, "what was written twice is there twice");
    let again = import(twice);
    assert_eq!((again.entries, again.already_here), (0, 2));
    let id = journal.list(&Filter::default(), None, 1).unwrap().items[0].id;
    journal.edit(id, &Change { text: Some(text("changed here")), ..Change::default() }).unwrap();
    let again = import(twice);
    assert_eq!((again.entries, again.already_here, again.different_here), (0, 1, 1));
    assert_eq!(journal.entry(id).unwrap().text.as_str(), "changed here");
    assert_eq!(id.to_string().as_bytes()[14], b'8', "a UUID of version 8");
}
