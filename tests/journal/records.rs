//! Thought records on the command line.

use serde_json::json;

use super::*;

fn whole() -> Value {
    json!({
        "situation": "My boss moved the meeting.",
        "thought": "I will be fired, \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f9d1}\u{200d}\u{1f680}",
        "belief": 90,
        "feelings": [{ "name": "fear", "before": 80, "after": 30 }],
        "distortions": { "fortune_telling": "accepted", "labeling": "rejected" },
        "evidence_for": ["He did not say why."],
        "evidence_against": ["My review was good."],
        "balanced": { "from": "own", "text": "I don't know yet." },
        "belief_after": 40,
        "review_on": "2026-12-03",
    })
}

fn ids(listed: &Value) -> Vec<&str> {
    listed["thought_records"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect()
}

#[test]
fn a_record_is_added_listed_found_changed_and_deleted_from_json() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let entry = json(
        evenkeel(folder).args(["journal", "add", "--json", "--tag", "work", "--rules-only"]),
        b"a meeting",
    );
    let entry = entry["id"].as_str().unwrap();
    let add = ["journal", "record", "add", "--json", "-", "--entry", entry];
    let added = json(evenkeel(folder).args(add), whole().to_string().as_bytes());
    assert_eq!(added["content"], whole());
    assert_eq!(added["screening"]["risk"]["coverage"], "rules_only");
    let id = added["id"].as_str().unwrap();
    let other =
        json(evenkeel(folder).args(["journal", "record", "add", "--json", "-"]), b"{\"thought\": \"alone\"}");
    let other = other["id"].as_str().unwrap();

    let list =
        |more: &[&str]| json(evenkeel(folder).args(["journal", "record", "list", "--json"]).args(more), b"");
    assert_eq!(ids(&list(&[])), [other, id]);
    assert_eq!(ids(&list(&["--distortion", "fortune_telling"])), [id]);
    assert_eq!(ids(&list(&["--distortion", "labeling"])), [""; 0], "what was rejected is not in it");
    assert_eq!(ids(&list(&["--tag", "work"])), [id]);
    let page = list(&["--limit", "1"]);
    assert_eq!(
        (ids(&page), ids(&list(&["--limit", "1", "--after", page["next"].as_str().unwrap()]))),
        (vec![other], vec![id])
    );
    let search = |words: &str, more: &[&str]| {
        json(evenkeel(folder).args(["journal", "record", "search", "--json", words]).args(more), b"")
    };
    for words in ["boss", "fired", "FEAR", "review", "know", "say"] {
        let found = search(words, &[]);
        let hits = found["thought_records"].as_array().unwrap();
        assert_eq!((hits.len(), &hits[0]["record"]["id"]), (1, &json!(id)), "{words}");
        assert_eq!(hits[0]["marks"].as_array().unwrap().len(), 1, "{words}");
    }
    assert_eq!(search("boss", &["--distortion", "labeling"])["thought_records"], json!([]));
    let both = json(evenkeel(folder).args(["journal", "search", "--json", "meeting"]), b"");
    assert_eq!(
        (both["entries"].as_array().unwrap().len(), both["thought_records"].as_array().unwrap().len()),
        (1, 1)
    );

    let mut changed = whole();
    changed["evidence_for"] = json!([]);
    changed["thought"] = json!("It will be hard.");
    let edit = |seen: &str| {
        let mut command = evenkeel(folder);
        command.args(["journal", "record", "edit", id, "--json", "-", "--seen", seen]);
        run(&mut command, changed.to_string().as_bytes())
    };
    assert_eq!(edit("1").status.code(), Some(0));
    assert!(said(&edit("1")).contains("changed meanwhile"));
    assert_eq!(search("fired", &[])["thought_records"], json!([]), "the index follows");
    let page = run(evenkeel(folder).args(["journal", "record", "show", &id[..18]]), b"");
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    for words in
        ["It will be hard.", "90, then 40", "fear 80, then 30", "Fortune telling: fits", "2026-12-03"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let asked = run(evenkeel(folder).args(["journal", "record", "delete", id]), b"");
    assert_eq!(asked.status.code(), Some(2), "{}", said(&asked));
    json(evenkeel(folder).args(["journal", "record", "delete", id, "--yes", "--json"]), b"");
    assert_eq!(ids(&list(&[])), [other]);
    let gone = run(evenkeel(folder).args(["journal", "record", "show", id]), b"");
    assert_eq!(gone.status.code(), Some(1));
    assert!(open(folder).check().unwrap().is_good());
}

#[test]
fn a_thought_is_worked_through_one_question_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let typed = "My boss moved the meeting.\nI will be fired.\n90\nfear 80\n\n6\n\nHe did not say why.\n\nMy review was good.\n\nI don't know yet.\n40\n30\n\n";
    let page = run(evenkeel(folder).args(["journal", "record", "add"]), typed.as_bytes());
    assert_eq!(page.status.code(), Some(0), "{}", said(&page));
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    assert!(page.matches("The thought:\n     I will be fired.").count() >= 9, "{page}");
    assert!(page.contains("Kept.") && page.contains("Fortune telling: seen by yourself"), "{page}");
    let listed = json(evenkeel(folder).args(["journal", "record", "list", "--json"]), b"");
    let content = &listed["thought_records"][0]["content"];
    assert_eq!((&content["belief"], &content["feelings"][0]["after"]), (&json!(90), &json!(30)));
    let id = ids(&listed)[0];
    // The input ends in the middle: what was answered until then is kept.
    let half = run(evenkeel(folder).args(["journal", "record", "edit", id]), b"-\n\n50\n");
    assert_eq!(half.status.code(), Some(0), "{}", said(&half));
    let shown = json(evenkeel(folder).args(["journal", "record", "show", id, "--json"]), b"");
    assert_eq!((&shown["content"]["situation"], &shown["content"]["belief"]), (&Value::Null, &json!(50)));
    assert_eq!(shown["content"]["balanced"]["text"], "I don't know yet.");
    let nothing = run(evenkeel(folder).args(["journal", "record", "add"]), b"only a situation\n");
    assert!(String::from_utf8_lossy(&nothing.stdout).contains("Nothing was kept."));
}

#[test]
fn where_the_thought_speaks_of_danger_it_is_kept_and_the_questions_stop() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let typed = "\nI am going to kill myself tonight.\n90\nfear 80\n";
    let page = run(evenkeel(folder).args(["journal", "record", "add", "--country", "gb"]), typed.as_bytes());
    assert_eq!(page.status.code(), Some(0), "{}", said(&page));
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    assert!(page.contains("116 123") && page.contains("What you wrote is kept"), "{page}");
    assert!(!page.contains("How much do you believe"), "{page}");
    let listed = json(evenkeel(folder).args(["journal", "record", "list", "--json"]), b"");
    assert_eq!(listed["thought_records"][0]["content"]["belief"], Value::Null);
    let id = ids(&listed)[0];
    let shown = json(evenkeel(folder).args(["journal", "record", "show", id, "--json"]), b"");
    assert_eq!(shown["screenings"].as_array().unwrap().len(), 1);
    // In a later answer too.
    let later = "\nI am no good.\n\n\n\nI want to kill myself\nmore\n";
    let page = run(evenkeel(folder).args(["journal", "record", "add"]), later.as_bytes());
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    assert!(page.contains("What you wrote is kept") && !page.contains("What speaks against it?"), "{page}");
}

#[test]
fn a_record_that_is_none_is_told_by_its_place() {
    let folder = tempfile::tempdir().unwrap();
    for input in [
        "{\"thought\": \"secret\",\n\"belief\": 101}",
        "{\"thought\":\n\"\"}",
        "{\n\"secret\": 1}",
        "[\n",
        "{\"thought\": \"x\",\n\"distortions\": {\"secret\": \"own\"}}",
    ] {
        let output =
            run(evenkeel(folder.path()).args(["journal", "record", "add", "--json", "-"]), input.as_bytes());
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(
            said(&output).contains("line 2") && !said(&output).contains("secret"),
            "{input}: {}",
            said(&output)
        );
    }
    let missing = run(evenkeel(folder.path()).args(["journal", "record", "show", "abc"]), b"");
    assert_eq!(missing.status.code(), Some(2), "{}", said(&missing));
}

/// With a model: `EVENKEEL_TEST_MODEL` names one that has heads.
#[test]
#[allow(clippy::print_stderr, reason = "a test that does not run says so")]
fn with_a_model_habits_and_reframes_are_offered_and_an_entry_is_recognised() {
    let Some(model) = std::env::var_os("EVENKEEL_TEST_MODEL") else {
        eprintln!("skipped: EVENKEEL_TEST_MODEL names no model");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = "My boss moved the meeting, so I am sure that I will be fired and never find work again.";
    let typed = format!("\n{text}\n90\n\ny\n");
    let page = run(
        evenkeel(folder).args(["--quiet", "--model"]).arg(&model).args(["journal", "record", "add"]),
        typed.as_bytes(),
    );
    assert_eq!(page.status.code(), Some(0), "{}", said(&page));
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    assert!(page.contains("Could this be at work in the thought?"), "{page}");
    let listed = json(evenkeel(folder).args(["journal", "record", "list", "--json"]), b"");
    let judged = listed["thought_records"][0]["content"]["distortions"].as_object().unwrap().clone();
    assert_eq!(judged.values().collect::<Vec<_>>(), ["accepted"]);

    let added = json(evenkeel(folder).args(["journal", "add", "--json", "--rules-only"]), text.as_bytes());
    let id = added["id"].as_str().unwrap();
    let said =
        json(evenkeel(folder).arg("--model").arg(&model).args(["journal", "recognise", id, "--json"]), b"");
    assert_eq!(said["kept"], true, "{said}");
    let shown = json(evenkeel(folder).args(["journal", "show", id, "--json"]), b"");
    let recognition = &shown["recognitions"][0];
    assert_eq!(recognition["probabilities"].as_object().unwrap().len(), 13);
    assert_eq!(recognition["model"]["sha256"], said["model"]["sha256"]);
    let slug = recognition["found"][0]["slug"].as_str().unwrap();
    let found = json(evenkeel(folder).args(["journal", "list", "--json", "--distortion", slug]), b"");
    assert_eq!(found["entries"][0]["id"], id);
}
