//! Arguments, output and exit codes.

use serde_json::json;

use super::*;

const DANGER: &str = "I hope I don't wake up tomorrow.";

#[test]
fn an_entry_is_added_listed_shown_changed_found_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = "A hard day\0 at work, \u{5d0} \u{1f9d1}\u{200d}\u{1f680}";
    let added = json(
        evenkeel(folder).args(["journal", "add", "--json", "--mood", "3", "--tag", "Work", "-"]),
        text.as_bytes(),
    );
    let id = added["id"].as_str().unwrap().to_owned();
    assert_eq!(added["screening"]["risk"]["coverage"], "rules_only");
    let listed = json(evenkeel(folder).args(["journal", "list", "--json", "--limit", "5"]), b"");
    assert_eq!(listed["entries"][0]["id"], id.as_str());
    assert_eq!(listed["entries"][0]["text"], text);
    assert_eq!(listed["entries"][0]["tags"], json!(["work"]));
    assert_eq!(listed["next"], Value::Null);

    let edited = json(
        evenkeel(folder).args(["journal", "edit", &id, "-", "--json", "--seen", "1"]),
        b"A better evening",
    );
    assert_eq!(edited["version"], 2);
    let stale = run(evenkeel(folder).args(["journal", "edit", &id, "-", "--seen", "1"]), b"x");
    assert_eq!(stale.status.code(), Some(1));
    assert!(said(&stale).contains("changed meanwhile"), "{}", said(&stale));
    let shown = json(evenkeel(folder).args(["journal", "show", &id, "--json"]), b"");
    assert_eq!(shown["revisions"][0]["text"], text);
    assert_eq!(shown["screenings"].as_array().unwrap().len(), 2);
    let found = json(evenkeel(folder).args(["journal", "search", "--json", "EVENING"]), b"");
    assert_eq!(found["entries"][0]["marks"], json!([{ "start": 9, "end": 16 }]));
    let page = run(evenkeel(folder).args(["journal", "search", "evening"]), b"");
    assert!(String::from_utf8_lossy(&page.stdout).contains("A better [evening]"));

    let asked = run(evenkeel(folder).args(["journal", "delete", &id]), b"");
    assert_eq!(asked.status.code(), Some(2), "{}", said(&asked));
    json(evenkeel(folder).args(["journal", "delete", &id, "--yes", "--json"]), b"");
    let listed = json(evenkeel(folder).args(["journal", "list", "--json"]), b"");
    assert_eq!(listed["entries"], json!([]));
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(7);
    let output = run(
        evenkeel(folder.path()).args(["journal", "add", "--rules-only", "--jsonl", "-"]),
        lines.as_bytes(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let (mut texts, mut after) = (Vec::new(), String::new());
    loop {
        let mut command = evenkeel(folder.path());
        command.args(["journal", "list", "--json", "--limit", "3"]);
        if !after.is_empty() {
            command.args(["--after", &after]);
        }
        let page = json(&mut command, b"");
        texts.extend(
            page["entries"].as_array().unwrap().iter().map(|e| e["text"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    texts.sort();
    assert_eq!(texts.len(), 7);
    texts.dedup();
    assert_eq!(texts.len(), 7);
}

#[test]
fn many_lines_are_kept_one_by_one_and_a_bad_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "{\"id\":\"a\",\"text\":\"one\",\"mood\":4,\"tags\":[\"x\"]}\n{\"text\":\"secret\",\"mood\":11}\n\n{\"text\":\"\\ud83d\"}\n{\"text\":\"two\"}";
    let output = run(
        evenkeel(folder.path()).args(["journal", "add", "--rules-only", "--jsonl", "-"]),
        lines.as_bytes(),
    );
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let answers: Vec<Value> = told.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(answers.len(), 4);
    assert_eq!((&answers[0]["given"], &answers[0]["tags"]), (&json!("a"), &json!(["x"])));
    assert_eq!((&answers[1]["line"], &answers[2]["line"]), (&json!(2), &json!(4)));
    assert!(!told.contains("secret") && !said(&output).contains("secret"));
    assert_eq!(open(folder.path()).count().unwrap(), 2);
}

#[test]
fn what_speaks_of_danger_is_kept_first_and_then_leads_to_help() {
    let folder = tempfile::tempdir().unwrap();
    let page = run(evenkeel(folder.path()).args(["journal", "add", "--country", "gb"]), DANGER.as_bytes());
    assert_eq!(page.status.code(), Some(0), "{}", said(&page));
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    assert!(page.contains("Kept.") && page.contains("116 123"), "{page}");
    let added = json(evenkeel(folder.path()).args(["journal", "add", "--json"]), DANGER.as_bytes());
    assert_eq!(added["screening"]["escalate"], true);
    assert!(!added["screening"]["escalation"]["helplines"].as_array().unwrap().is_empty());
    let journal = open(folder.path());
    assert_eq!(journal.count().unwrap(), 2);
    assert_eq!(journal.count_unread(Unread::ByModel).unwrap(), 2, "a model has yet to read them");
}

#[test]
fn texts_that_cannot_be_kept_are_refused_and_told() {
    let folder = tempfile::tempdir().unwrap();
    for (input, expected) in [(&b" \n"[..], "no text"), (b"a\xff", "not valid UTF-8")] {
        let output = run(evenkeel(folder.path()).args(["journal", "add", "-"]), input);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(expected), "{}", said(&output));
    }
    for option in [["--mood", "11"], ["--country", "Narnia"], ["--tag", "a,b"], ["--written", "soon"]] {
        let output = run(evenkeel(folder.path()).args(["journal", "add", "-"]).args(option), b"x");
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    }
    assert_eq!(json(evenkeel(folder.path()).args(["journal", "list", "--json"]), b"")["entries"], json!([]));
}

#[test]
fn the_editor_writes_an_entry_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tempfile::tempdir().unwrap();
    let id =
        json(evenkeel(folder.path()).args(["journal", "add", "--json", "--rules-only"]), b"before")["id"]
            .clone();
    let editor = "sh -c 'printf \" and after\" >> \"$1\"; cp \"$1\" \"$1.bak\"' x";
    let output = run(
        evenkeel(folder.path()).env("EDITOR", editor).env("XDG_RUNTIME_DIR", runtime.path()).args([
            "journal",
            "edit",
            id.as_str().unwrap(),
        ]),
        b"",
    );
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let listed = json(evenkeel(folder.path()).args(["journal", "list", "--json"]), b"");
    assert_eq!(listed["entries"][0]["text"], "before and after");
    assert_eq!(std::fs::read_dir(runtime.path()).unwrap().count(), 0);
}

#[test]
fn a_passphrase_locks_the_journal_and_each_wrong_key_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    json(evenkeel(folder).args(["journal", "add", "--json", "--rules-only"]), b"private words");
    let set = json(
        &mut with_passphrases(
            folder,
            "",
            "correct horse battery",
            "vault passphrase --new-passphrase-fd 4 --json",
        ),
        b"",
    );
    let code = set["recovery_code"].as_str().unwrap().to_owned();
    assert_eq!(json(evenkeel(folder).args(["vault", "status", "--json"]), b"")["state"], "passphrase");
    let locked = run(evenkeel(folder).args(["journal", "list"]), b"");
    assert_eq!(locked.status.code(), Some(1));
    assert!(said(&locked).contains("--passphrase-fd"), "{}", said(&locked));
    let list = "--passphrase-fd 3 journal list --json";
    let wrong = run(&mut with_passphrases(folder, "wrong", "", list), b"");
    assert_eq!(said(&wrong).trim(), "That passphrase doesn't open this journal. Nothing was changed.");
    let right = json(&mut with_passphrases(folder, "correct horse battery", "", list), b"");
    assert_eq!(right["entries"][0]["text"], "private words");

    let recover = "vault recovery --code-fd 3 --new-passphrase-fd 4 --json";
    let mistyped = run(&mut with_passphrases(folder, &code[1..], "new", recover), b"");
    assert!(said(&mistyped).contains("not a recovery code"), "{}", said(&mistyped));
    let newer = json(&mut with_passphrases(folder, &code.to_lowercase(), "staple", recover), b"");
    assert_ne!(newer["recovery_code"], code.as_str());
    let old = run(&mut with_passphrases(folder, &code, "x", recover), b"");
    assert!(said(&old).contains("another journal"), "{}", said(&old));
    assert_eq!(
        json(&mut with_passphrases(folder, "staple", "", list), b"")["entries"][0]["text"],
        "private words"
    );
    json(
        &mut with_passphrases(folder, "staple", "", "--passphrase-fd 3 vault passphrase --remove --json"),
        b"",
    );
    assert_eq!(json(evenkeel(folder).args(["vault", "status", "--json"]), b"")["state"], "key_file");
}

#[test]
fn everything_is_exported_erased_and_imported_again_field_by_field() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let id = json(
        evenkeel(folder).args(["journal", "add", "--json", "--tag", "a", "--mood", "0"]),
        DANGER.as_bytes(),
    )["id"]
        .clone();
    json(evenkeel(folder).args(["journal", "edit", id.as_str().unwrap(), "-", "--json"]), b"later\0 words");
    json(
        evenkeel(folder).args(["journal", "add", "--json", "--written", "9999-12-31T23:59:59+00:00"]),
        b"far away",
    );
    let path = elsewhere.path().join("export.json");
    let exported = || {
        let _ = std::fs::remove_file(&path);
        let output = run(evenkeel(folder).arg("export").arg(&path), b"");
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let mut value: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        value["exported"] = Value::Null;
        value
    };
    let before = exported();
    assert_eq!(before["entries"].as_array().unwrap().len(), 2);
    let kept = elsewhere.path().join("kept.json");
    std::fs::copy(&path, &kept).unwrap();
    let again = run(evenkeel(folder).arg("export").arg(&path), b"");
    assert_eq!(again.status.code(), Some(1), "a file that is there is not written over");

    assert_eq!(json(evenkeel(folder).args(["erase", "--all", "--yes", "--json"]), b"")["entries"], 2);
    assert_eq!(exported()["entries"], json!([]));
    let imported = json(evenkeel(folder).arg("import").arg(&kept).arg("--json"), b"");
    assert_eq!(
        (&imported["entries"], &imported["alarms"]),
        (&json!(2), &json!(0)),
        "they were screened before"
    );
    assert_eq!(exported(), before);
    let twice = json(evenkeel(folder).arg("import").arg(&kept).arg("--json"), b"");
    assert_eq!((&twice["entries"], &twice["already_here"]), (&json!(0), &json!(2)));
}

#[test]
fn an_import_is_screened_and_a_fault_in_it_is_told_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = |mood: &str| {
        format!(
            "{{\n\"evenkeel_export\":1,\n\"exported\":\"2026-11-26T00:00:00Z\",\n\"entries\":[\n\
             {{\"entry\":{{\"id\":\"01936a5e-0000-7000-8000-000000000001\",\"version\":1,\"written\":\"2026-11-26T00:00:00Z\",\n\
             \"saved\":\"2026-11-26T00:00:00Z\",\"mood\":{mood},\"tags\":[],\"text\":\"{DANGER}\"}},\n\
             \"revisions\":[],\"screenings\":[],\"recognitions\":[]}}\n],\n\"thought_records\":[],\n\"drafts\":[]\n}}\n"
        )
    };
    let bad = run(evenkeel(folder.path()).args(["import", "-", "--json"]), file("\"low\"").as_bytes());
    assert_eq!(bad.status.code(), Some(1));
    assert!(
        said(&bad).starts_with("Line 6, column") && said(&bad).contains("Nothing was taken in"),
        "{}",
        said(&bad)
    );
    assert_eq!(open(folder.path()).count().unwrap(), 0);
    let good = json(evenkeel(folder.path()).args(["import", "-", "--json"]), file("1").as_bytes());
    assert_eq!((&good["entries"], &good["alarms"]), (&json!(1), &json!(1)));
    assert!(!good["escalation"]["helplines"].as_array().unwrap().is_empty());
}

#[test]
fn a_backup_is_put_back_and_doctor_looks_at_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = folder.path();
    json(evenkeel(folder).args(["journal", "add", "--json", "--rules-only"]), b"first");
    let to = elsewhere.path().join("backup");
    json(evenkeel(folder).arg("backup").arg(&to).arg("--json"), b"");
    json(evenkeel(folder).args(["journal", "add", "--json", "--rules-only"]), b"second");
    let restored = json(evenkeel(folder).arg("restore").arg(&to).args(["--yes", "--json"]), b"");
    assert_eq!(restored["entries"], 1);
    let listed = json(evenkeel(folder).args(["journal", "list", "--json"]), b"");
    assert_eq!(listed["entries"].as_array().unwrap().len(), 1);
    let doctor = run(evenkeel(folder).args(["doctor", "--json"]), b"");
    let report: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let journal = report["checks"].as_array().unwrap().iter().find(|c| c["name"] == "journal").unwrap();
    assert_eq!(journal["ok"], true, "{journal}");
    assert!(journal["detail"].as_str().unwrap().starts_with("1 entries"), "{journal}");
}
