//! Out of the journal and back.

use super::*;

fn exported(journal: &Journal) -> Vec<u8> {
    let mut out = Vec::new();
    journal.export_json(&mut out).unwrap();
    out
}

#[test]
fn an_export_is_taken_in_again_field_by_field() {
    let (_folder, journal) = full_journal();
    let first = exported(&journal);
    let (_other, new) = super::journal();
    let imported = new.import_json(&mut first.as_slice()).unwrap();
    assert_eq!((imported.entries, imported.thought_records, imported.drafts), (2, 2, 1));
    assert_eq!(imported.questionnaire_responses, 2);
    assert_eq!(String::from_utf8(exported(&new)).unwrap(), String::from_utf8(first.clone()).unwrap());
    let again = new.import_json(&mut first.as_slice()).unwrap();
    assert_eq!(again, Imported { already_here: 18, ..Imported::default() });
    journal.erase(Erase::All).unwrap();
    journal.import_json(&mut first.as_slice()).unwrap();
    assert_eq!(exported(&journal), first);
    assert!(journal.check().unwrap().is_good());
    assert_eq!(new.unread(Unread::ByAnybody, 10).unwrap().len(), 2);
}

#[test]
fn what_is_here_in_another_version_is_kept() {
    let (_folder, journal) = journal();
    let entry = journal.add(&new("first", &[], None)).unwrap();
    let file = exported(&journal);
    journal.edit(entry.id, &Change { text: Some(text("second")), ..Change::default() }).unwrap();
    let imported = journal.import_json(&mut file.as_slice()).unwrap();
    assert_eq!(imported, Imported { different_here: 1, ..Imported::default() });
    assert_eq!(journal.entry(entry.id).unwrap().text.as_str(), "second");
}

#[test]
fn a_fault_in_an_import_is_told_with_its_line_and_nothing_is_taken_in() {
    let (_folder, journal) = full_journal();
    let file = String::from_utf8(exported(&journal)).unwrap();
    let (_other, new) = super::journal();
    let refused = |file: &str| match new.import_json(&mut file.as_bytes()) {
        Err(JournalError::Import { line, why, .. }) => {
            assert_eq!(new.count().unwrap(), 0);
            (line, why)
        }
        other => panic!("{other:?}"),
    };
    let with = |from: &str, to: &str| {
        assert!(file.contains(from), "{from}");
        file.replacen(from, to, 1)
    };
    let (line, why) = refused(&with("\"mood\":null", "\"mood\":\"secret words, expected\""));
    assert_eq!((line, why.contains("secret")), (6, false), "{why}");
    assert_eq!(
        refused(&with("\"belief\":90", "\"belief\":101")),
        (9, "A belief or a feeling can be 0 to 100.".into())
    );
    assert_eq!(refused(&with("\"evenkeel_export\":1", "\"evenkeel_export\":2")).0, 2);
    let (line, why) = refused(&with("half a", "\\ud83d"));
    assert_eq!((line, why.contains("lone surrogate")), (13, true), "{why}");
    assert_eq!(refused(&with("half a", "half\ta")), (13, "This is not JSON.".into()));
    assert_eq!(refused(&with("\"slot\"", "\"secret\"")).1, "There is a field that is not known here.");
    assert_eq!(refused(&with("\"slot\":\"entry\",", "")).1, "There is no `slot`.");
    assert_eq!(refused(&file[..file.len() - 20]).1, "The file ends too early.");
    assert!(
        refused(&with("fortune_telling\":\"accepted", "fortune_telling\":\"perhaps")).1.contains("accepted")
    );
    assert_eq!(refused(&with("\"version\":2,\"written\"", "\"version\":1,\"written\"")).0, 5);
    assert_eq!(
        refused(&with("\"total\":5", "\"total\":81")),
        (16, "The total of this sheet is not on its scale.".into())
    );
    assert!(refused(&with("\"item\":\"2\"", "\"item\":\"1\"")).1.contains("answered twice"));
    assert!(refused(&with("\"help\":\"urgent\"", "\"help\":\"support\"")).1.contains("urgent or emergency"));
    assert_eq!(refused("").1, "The file ends too early.");
}

#[test]
fn folders_of_markdown_and_tables_hold_every_text_and_are_private() {
    let (_folder, journal) = full_journal();
    let out = tempfile::tempdir().unwrap();
    let all = |form, name: &str| {
        let to = out.path().join(name);
        journal.export_folder(form, &to).unwrap();
        assert!(matches!(journal.export_folder(form, &to), Err(JournalError::Exists(_))));
        let mut all = String::new();
        let mut files = 0;
        for file in std::fs::read_dir(&to).unwrap() {
            let path = file.unwrap().path();
            assert!(crate::disk::is_private(&path));
            all += &std::fs::read_to_string(path).unwrap();
            files += 1;
        }
        (files, all)
    };
    let (files, markdown) = all(Form::Markdown, "markdown");
    assert_eq!(files, 17);
    for words in [
        "=changed\nlater",
        "I will be fired.",
        "half a",
        "fear: 80, after 30",
        "\"a b\", \"c\"",
        "5 of 80",
        "Not finished.",
        "- I'd rather do without. (avoidant)",
        "## In my own words\n\nSome of each.",
        "## In my own words\n\n=It may be\nso for me.",
    ] {
        assert!(markdown.contains(words), "{words}");
    }
    let (files, tables) = all(Form::Csv, "tables");
    assert_eq!(files, 27);
    for words in [
        "'=changed\nlater",
        "I will be fired.",
        "half a",
        "fortune_telling,accepted",
        "Everyone would be",
        "ticked,avoidant,I'd rather do without.",
        "'=With Ana it is easier.",
        "edited,\"'=It may be\nso for me.\"",
    ] {
        assert!(tables.contains(words), "{words}");
    }
}
