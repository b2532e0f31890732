//! Journals of other programs on their way in, and encrypted exports on their way out and back.

use serde_json::json;

use super::*;

const DANGER: &str = "I hope I don't wake up tomorrow.";

fn import(folder: &Path, path: &Path, more: &[&str]) -> Value {
    json(
        evenkeel(folder).arg("import").arg(path).args(["--json", "--time-zone", "Europe/Berlin"]).args(more),
        b"",
    )
}

fn texts(folder: &Path) -> Vec<(String, String)> {
    let listed = json(evenkeel(folder).args(["journal", "list", "--json"]), b"");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    listed["entries"].as_array().unwrap().iter().map(|e| (text(&e["written"]), text(&e["text"]))).collect()
}

#[test]
fn journals_of_other_programs_are_taken_in_once() {
    let elsewhere = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = elsewhere.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    };
    let jrnl_text = write(
        "journal.txt",
        &format!(
            "[2020-06-28 18:22] A hard day.\n{DANGER} \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f9d1}\u{200d}\u{1f680}\n\n[2020-12-01 20:00] Better with @anna\n"
        ),
    );
    let jrnl_json = write(
        "journal.json",
        &json!({ "tags": { "@anna": 1 }, "entries": [
            { "title": "A hard day.", "body": format!("{DANGER} \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f9d1}\u{200d}\u{1f680}"), "date": "2020-06-28", "time": "18:22", "tags": [], "starred": false },
            { "title": "Better with @anna", "body": "", "date": "2020-12-01", "time": "20:00", "tags": ["@anna"], "starred": false },
        ] })
        .to_string(),
    );
    let day_one = write(
        "Journal-2.json",
        &json!({ "metadata": { "version": "1.0" }, "entries": [
            { "creationDate": "2018-05-18T23:59:54Z", "timeZone": "America/New_York", "text": "On the plane\\.", "photos": [{}] },
        ] })
        .to_string(),
    );
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let first = import(folder, &jrnl_text, &[]);
    assert_eq!((&first["entries"], &first["alarms"]), (&json!(2), &json!(1)), "{first}");
    assert!(!first["escalation"]["helplines"].as_array().unwrap().is_empty());
    let again = import(folder, &jrnl_text, &[]);
    assert_eq!(
        (&again["entries"], &again["already_here"], &again["alarms"]),
        (&json!(0), &json!(2), &json!(0))
    );
    let same = import(folder, &jrnl_json, &["--format", "jrnl"]);
    assert_eq!((&same["entries"], &same["already_here"]), (&json!(0), &json!(2)), "as text or as JSON");
    let other = import(folder, &day_one, &[]);
    assert_eq!((&other["entries"], &other["attachments"]), (&json!(1), &json!(1)));

    write("notes/2024-01-15 Monday.md", "---\ntags: [work]\nmood: 3\n---\n\n# Monday\nRain\n");
    write("notes/deep/other.md", "---\ndate: 2024-07-15T10:00:00-05:00\n---\nElsewhere\n");
    write("notes/.obsidian/hidden.md", "hidden");
    write("notes/picture.png", "x");
    let notes = elsewhere.path().join("notes");
    assert_eq!(import(folder, &notes, &[])["entries"], 2);
    assert_eq!(import(folder, &notes, &[])["already_here"], 2);
    let mut expected = vec![
        ("2024-07-15T10:00:00-05:00".to_owned(), "Elsewhere".to_owned()),
        ("2024-01-15T12:00:00+01:00".to_owned(), "# Monday\nRain".to_owned()),
        ("2020-12-01T20:00:00+01:00".to_owned(), "Better with @anna".to_owned()),
    ];
    expected.push((
        "2020-06-28T18:22:00+02:00".to_owned(),
        format!("A hard day.\n{DANGER} \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f9d1}\u{200d}\u{1f680}"),
    ));
    expected.push(("2018-05-18T19:59:54-04:00".to_owned(), "On the plane.".to_owned()));
    assert_eq!(texts(folder), expected);
    assert_eq!(open(folder).count_unread(Unread::ByModel).unwrap(), 5);
    let tagged = json(evenkeel(folder).args(["journal", "list", "--json", "--tag", "anna"]), b"");
    assert_eq!(tagged["entries"].as_array().unwrap().len(), 1);
}

#[test]
fn a_fault_is_told_with_file_and_line_and_nothing_is_taken_in() {
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let notes = elsewhere.path().join("notes");
    std::fs::create_dir(&notes).unwrap();
    std::fs::write(notes.join("a.md"), "good").unwrap();
    std::fs::write(notes.join("b.md"), "---\ntags: [x]\ndate: secret day\n---\nsecret\n").unwrap();
    let seventh = "{\"entries\": [\n{\"title\": \"a\",\n\"body\": \"secret\",\n\"date\": \"2020-01-01\", \"time\": \"10:00\"},\n{\"title\": \"b\",\n\"body\": \"secret\",\n\"date\": [\"secret\"]}]}\n";
    let file = elsewhere.path().join("journal.json");
    std::fs::write(&file, seventh).unwrap();
    let surrogate = elsewhere.path().join("half.json");
    std::fs::write(
        &surrogate,
        "{\"entries\": [\n{\"date\": \"2020-01-01\", \"title\": \"secret \\ud83d\"}]}",
    )
    .unwrap();
    let unknown = elsewhere.path().join("letter.txt");
    std::fs::write(&unknown, "secret letter").unwrap();
    for (path, expected) in [
        (&notes, "b.md, line 3: A date is written like"),
        (&file, "Line 7, column "),
        (&surrogate, "Line 2, column "),
        (&unknown, "--format"),
    ] {
        let output = run(evenkeel(folder.path()).arg("import").arg(path), b"");
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        let told = said(&output);
        assert!(told.contains(expected) && told.contains("Nothing was taken in"), "{told}");
        assert!(!told.contains("secret"), "{told}");
        assert_eq!(open(folder.path()).count().unwrap(), 0, "nothing by halves");
    }
    let nowhere = run(evenkeel(folder.path()).args(["import", "-", "--time-zone", "Nowhere"]), b"{}");
    assert!(said(&nowhere).contains("Europe/Berlin"), "{}", said(&nowhere));
}

#[test]
fn our_own_markdown_comes_back_as_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = "\nwith a line before it and two after\n\n";
    let added = json(
        evenkeel(folder).args(["journal", "add", "--json", "--tag", "a b", "--mood", "4", "-"]),
        text.as_bytes(),
    );
    json(evenkeel(folder).args(["journal", "record", "add", "--json", "-"]), b"{\"thought\": \"x\"}");
    let to = elsewhere.path().join("markdown");
    assert_eq!(
        run(evenkeel(folder).arg("export").arg(&to).args(["--format", "markdown"]), b"").status.code(),
        Some(0)
    );
    let here = import(folder, &to, &[]);
    assert_eq!(
        (&here["already_here"], &here["left_out"], &here["entries"]),
        (&json!(1), &json!(1), &json!(0)),
        "{here}"
    );
    let other = tempfile::tempdir().unwrap();
    assert_eq!(import(other.path(), &to, &[])["entries"], 1);
    let listed = json(evenkeel(other.path()).args(["journal", "list", "--json"]), b"");
    let entry = &listed["entries"][0];
    assert_eq!(
        (&entry["id"], &entry["text"], &entry["tags"], &entry["mood"], &entry["written"]),
        (&added["id"], &json!(text), &json!(["a b"]), &json!(4), &added["written"])
    );
}

#[test]
fn an_encrypted_export_opens_with_its_passphrase_alone() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = folder.path();
    json(evenkeel(folder).args(["journal", "add", "--json", "--rules-only"]), b"unmistakable words");
    let to = elsewhere.path().join("export.age");
    let export = |arguments: &str| format!("export {} {arguments}", to.display());
    let output =
        run(&mut with_passphrases(folder, "yellow bicycle", "", &export("--file-passphrase-fd 3")), b"");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("Encrypted with age"), "{}", said(&output));
    let bytes = std::fs::read(&to).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1"));
    assert!(!bytes.windows(12).any(|w| w == b"unmistakable"));

    let other = tempfile::tempdir().unwrap();
    let import = format!("import {} --json --file-passphrase-fd 3", to.display());
    let wrong = run(&mut with_passphrases(other.path(), "blue bicycle", "", &import), b"");
    assert!(said(&wrong).contains("That passphrase doesn't open this file"), "{}", said(&wrong));
    assert_eq!(json(&mut with_passphrases(other.path(), "yellow bicycle", "", &import), b"")["entries"], 1);
    let asked = run(evenkeel(other.path()).arg("import").arg(&to), b"");
    assert!(said(&asked).contains("--file-passphrase-fd"), "{}", said(&asked));

    let plain = elsewhere.path().join("plain.json");
    let output = run(evenkeel(folder).arg("export").arg(&plain), b"");
    assert!(said(&output).contains("This is plain text"), "{}", said(&output));
    for (more, expected) in [
        (&["--format", "csv", "--encrypt"][..], "Only the one JSON file"),
        (&["--recipient", "age1x"], "age-keygen"),
        (&["--plain", "--encrypt"], "cannot be used with"),
    ] {
        let output = run(evenkeel(folder).arg("export").arg(elsewhere.path().join("x")).args(more), b"");
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(expected), "{}", said(&output));
    }
}
