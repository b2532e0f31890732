//! `evenkeel remind` from outside.

use super::{Home, stderr};

#[test]
fn a_reminder_is_a_private_file_that_tells_nobody_what_it_is_for() {
    let home = Home::new();
    let file = home.0.path().join("reminder.ics");
    let file = file.to_str().unwrap();
    let page = home.says(&["remind", file, "--at", "19:30", "--days", "mon,thu", "--before", "10"], "");
    assert!(page.contains("and each week after") && page.contains("not part of your journal"), "{page}");
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains("RRULE:FREQ=WEEKLY;BYDAY=MO,TH\r\n") && text.contains("TRIGGER:-PT10M\r\n"));
    assert!(text.contains("T193000\r\n") && text.contains("SUMMARY:Reminder\r\n"), "{text}");
    assert!(!text.to_lowercase().contains("evenkeel") && !home.data().exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = home.run(&["remind", file], "");
    assert_eq!(again.status.code(), Some(1), "a file that is there stays: {}", stderr(&again));
    let daily = home.says(&["remind", "-", "--times", "14"], "");
    assert!(daily.contains("RRULE:FREQ=DAILY;COUNT=14\r\n"), "{daily}");
    let body = home.json(&["remind", &format!("{file}.2"), "--on", "2999-01-02", "--json"]);
    assert_eq!(body["events"][0]["first"], "2999-01-02T19:00:00");
}

#[test]
fn a_slip_is_told_and_writes_nothing() {
    let home = Home::new();
    for (bad, told) in [
        (&["--at", "25:00"][..], "a time of day"),
        (&["--days", "funday"], "days of the week"),
        (&["--on", "3.12.2026"], "a day, such as"),
        (&["--on", "2020-01-01"], "That time is past"),
        (&["--every", "day", "--days", "mon"], "belongs to --every week"),
        (&["--title", "two\nlines"], "A title is one line"),
        (&["--plans"], "No planned step has a day to come"),
    ] {
        let said = home.refuses(&[&["remind", "-"], bad].concat());
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn a_planned_step_with_a_day_offers_one_and_plans_together_make_a_file() {
    let home = Home::new();
    let page = home.says(&["practice", "plan", "door", "--when", "2999-01-02 at 18:15", "--plain"], "");
    assert!(page.replace("\n  ", " ").contains("`evenkeel remind --on 2999-01-02 --at 18:15`"), "{page}");
    let body = home.json(&["practice", "plan", "advice", "--when", "2999-01-03", "--json"]);
    assert_eq!((&body["remind"]["on"], &body["remind"]["at"]), (&"2999-01-03".into(), &"09:00".into()));
    let body = home.json(&["practice", "plan", "small-favour", "--when", "soon", "--json"]);
    assert_eq!(body["remind"], serde_json::Value::Null);
    let page = home.says(&["practice", "history"], "");
    assert!(page.contains("evenkeel remind --plans"), "{page}");
    let text = home.says(&["remind", "-", "--plans"], "");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 2);
    assert!(text.contains("DTSTART:29990102T181500\r\n") && text.contains("DTSTART:29990103T090000\r\n"));
    assert!(!text.contains("door") && !text.contains("RRULE"), "{text}");
}
