//! `insight`, `report`, `checkin cortisol`, and the export of a wearable taken in by `import`.

use serde_json::json;

use super::{Home, stderr};

const OURA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/body/fixtures/oura_one_json");

#[test]
fn little_is_kept_and_little_is_said() {
    let home = Home::new();
    let page = home.says(&["insight"], "");
    assert!(page.contains("Over time"), "{page}");
    home.says(&["checkin", "mood 4 stress 7 coped 'a walk' 8"], "");
    let seen = home.json(&["insight", "--days", "30", "--json"]);
    assert_eq!(seen["schema"], 1);
    assert_eq!(seen["coping"]["ways"][0]["what"], "a walk");
    assert_eq!(seen["associations"]["looked_at"], 0);
    assert!(home.refuses(&["insight", "--from", "2026-02-01", "--to", "2026-01-01"]).contains("earlier"));
}

#[test]
fn the_week_is_looked_back_on_when_asked_and_by_itself_only_if_turned_on() {
    let home = Home::new();
    home.says(&["checkin", "mood 4"], "");
    assert_eq!(home.json(&["insight", "week", "--json"])["on"], false);
    assert!(home.says(&["insight", "week", "--on"], "").contains("first check-in"));
    let now = home.json(&["insight", "week", "--json"]);
    assert_eq!((&now["on"], &now["due"]), (&json!(true), &json!(false)));
    // It was turned on this week: nothing comes by itself before the next.
    assert!(!home.says(&["checkin", "mood 5"], "").contains("Last week"));
    home.says(&["insight", "week", "--off"], "");
    assert_eq!(home.json(&["insight", "week", "--json"])["on"], false);
}

#[test]
fn an_export_of_a_wearable_is_told_by_its_content_and_taken_in_once() {
    let home = Home::new();
    let first = home.json(&["import", OURA, "--time-zone", "Europe/Dublin", "--json"]);
    assert_eq!(first["format"], "oura");
    let added = first["added"].as_u64().unwrap();
    assert!(added > 0);
    let page = home.says(&["import", OURA, "--time-zone", "Europe/Dublin"], "");
    assert!(page.contains(&format!("Here already: {added}.")), "{page}");
    let broken = home.0.path().join("export.xml");
    std::fs::write(&broken, "<?xml version=\"1.0\"?><!DOCTYPE HealthData [<!ENTITY a \"a\">]><HealthData/>")
        .unwrap();
    let output = home.run(&["import", broken.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("export.xml"), "{}", stderr(&output));
}

#[test]
fn cortisol_is_kept_listed_and_deleted() {
    let home = Home::new();
    let at = "2026-03-01T07:40";
    let kept = home.json(&["checkin", "cortisol", "12.3", "nmol/L", "--at", at, "--json"]);
    assert_eq!(kept["cortisol"]["nmol_per_litre"], 12.3);
    assert!(home.says(&["checkin", "cortisol", "--list"], "").contains("2026-03-01 07:40: 12.3 nmol/L"));
    assert!(home.refuses(&["checkin", "cortisol", "12.3", "--at", at]).contains("unit"));
    assert!(home.refuses(&["checkin", "cortisol", "12.3 nmol/L", "--at", "soon"]).contains("07:40"));
    let id = kept["id"].as_str().unwrap();
    home.says(&["checkin", "cortisol", "--delete", id], "");
    assert!(home.says(&["checkin", "cortisol", "--list"], "").contains("Nothing here yet"));
}

#[test]
fn a_report_is_looked_at_first_and_holds_what_was_chosen() {
    let home = Home::new();
    home.says(&["checkin", "mood 4 note 'the blue chair'"], "");
    home.run(&["questionnaire", "take", "phq-9", "--answers", "1,1,1,1,1,1,1,1,0"], "");
    assert!(home.says(&["report"], "").contains("Nothing is chosen"));
    let page = home.says(&["report", "--section", "questionnaires", "--section", "check-ins"], "");
    assert!(page.contains("Questionnaires: 1 sheet,") && page.contains("Nothing is made yet"), "{page}");
    assert!(home.refuses(&["report", "--form", "pdf"]).contains("Nothing is chosen"));
    assert!(home.refuses(&["report", "--section", "everything"]).contains("questionnaires"));

    let csv = home.run(&["report", "--section", "check_ins", "--form", "csv", "--output", "-"], "");
    let csv = String::from_utf8(csv.stdout).unwrap();
    assert!(csv.contains("check_in_week,mood,4") && !csv.contains("blue chair"), "{csv}");

    let to = home.0.path().join("notes.pdf");
    let to = to.to_str().unwrap();
    let made = home.json(&["report", "--section", "check-ins", "--form", "pdf", "--output", to, "--json"]);
    assert_eq!((&made["form"], &made["encrypted"]), (&json!("pdf"), &json!(false)));
    assert!(std::fs::read(to).unwrap().starts_with(b"%PDF-"));
    assert!(
        home.refuses_with(1, &["report", "--section", "check-ins", "--form", "pdf", "--output", to])
            .contains("not there yet")
    );
}
