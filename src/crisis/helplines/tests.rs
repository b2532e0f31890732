#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn set(code: &str, today: &str) -> HelplineSet {
    Helplines::embedded().unwrap().for_country(&code.parse().unwrap(), day(today))
}

const NOTES: (&str, &str) =
    ("n", "unknown = \"z\"\nunlisted = \"a\"\nlisted = \"b\"\nstale = \"c\"\nanywhere = []\n");
const ONE: &str = "[[country]]
code = \"XX\"
name = \"Testland\"
emergency = [{ number = \"1\", reaches = [\"police\"], source = \"https://a.example\" }]
[[country.line]]
name = \"Line\"
phone = \"2\"
hours = \"always\"
languages = []
serves = [\"distress\"]
source = \"https://b.example\"
source_kind = \"operator\"
source_seen = \"stored copy\"
verified_on = \"2026-11-25\"
";

#[test]
fn the_embedded_list_is_sound() {
    let all = Helplines::embedded().unwrap();
    assert_eq!(all.countries().len(), 28);
    for (code, _) in all.countries() {
        let set = all.for_country(&code, day("2026-11-25"));
        assert!(set.listed && !set.lines.is_empty() && !set.emergency.is_empty());
        assert!(set.lines.iter().all(|l| !l.stale));
        // The first line is for anyone in danger or distress, not for one group.
        let first = &set.lines[0].serves;
        assert!(first.contains(&Serves::Suicide) || first.contains(&Serves::Distress), "{code}");
    }
}

#[test]
fn a_country_without_a_list_gets_no_number_and_a_plain_word() {
    let set = set("aq", "2026-11-25");
    assert!(!set.listed && set.emergency.is_empty());
    let only_a_page = |l: &Helpline| l.web.is_some() && l.phone.is_none() && l.text.is_none();
    assert!(!set.lines.is_empty() && set.lines.iter().all(only_a_page));
    assert!(set.note.starts_with("We have no verified helpline for this country."));
    assert!(!set.note.chars().any(|c| c.is_ascii_digit()));
    assert_eq!(set.emergency_phrase(), "your local emergency number");
}

#[test]
fn where_no_country_was_named_the_note_asks_for_it() {
    let set = set("zz", "2026-11-26");
    assert!(!set.lines.is_empty() && set.note.starts_with("We don't know which country"));
}

#[test]
fn a_line_is_stale_after_six_months_and_the_note_says_so() {
    assert!(set("IE", "2027-05-25").lines.iter().all(|l| !l.stale));
    let later = set("IE", "2027-05-26");
    assert!(later.lines.iter().all(|l| l.stale));
    assert!(later.note.contains("six months"));
}

#[test]
fn the_emergency_number_is_named_as_people_dial_it() {
    assert_eq!(set("US", "2026-11-25").emergency_phrase(), "911");
    assert_eq!(set("IE", "2026-11-25").emergency_phrase(), "112 or 999");
    assert_eq!(set("CH", "2026-11-25").emergency_phrase(), "112");
    assert_eq!(set("JP", "2026-11-25").emergency_phrase(), "119 (ambulance, fire) or 110 (police)");
}

#[test]
fn what_is_sent_leaves_out_what_is_not_there() {
    let json = serde_json::to_value(&set("GB", "2026-11-25").lines[0]).unwrap();
    assert_eq!(json["phone"], "116 123");
    assert_eq!(json["verified_on"], "2026-11-25");
    assert!(json.get("chat").is_none());
}

#[test]
fn an_entry_that_breaks_a_rule_is_an_error() {
    assert!(Helplines::parse(&[("f", ONE)], NOTES).is_ok());
    let what = |text: &str| match Helplines::parse(&[("f", text)], NOTES) {
        Err(HelplineError::Entry { what, .. }) => what,
        _ => "no rule is broken",
    };
    assert_eq!(what(&format!("{ONE}{ONE}")), "it is listed twice");
    assert!(what(&ONE.replace("phone = \"2\"\n", "")).starts_with("a line needs a phone"));
    assert!(what(&ONE.replace("phone = \"2\"", "phone = \"two\"")).starts_with("a line needs a phone"));
    assert!(what(&ONE.replace("https://b.example", "")).starts_with("a number needs the address"));
    assert!(what(&ONE.replace("[\"distress\"]", "[]")).starts_with("a line needs whom"));
    for wrong in [
        ONE.replace("2026-11-25", "2026-11-31"),
        ONE.replace("hours", "open"),
        ONE.replace("\"XX\"", "\"XXX\""),
        ONE.replace("source_kind = \"operator\"\n", ""),
    ] {
        assert!(matches!(Helplines::parse(&[("f", &wrong)], NOTES), Err(HelplineError::Syntax { .. })));
    }
}
