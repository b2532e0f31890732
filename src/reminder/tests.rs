//! The file against the rules of RFC 5545, read by a reader of its own that is written from them.

#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn reminder(title: &str, every: Every) -> Reminder {
    Reminder {
        uid: "0197a1b2-0000-7000-8000-000000000001".to_owned(),
        made: "2026-11-26T22:04:05Z".parse().unwrap(),
        first: at("2026-11-30T19:30:00"),
        every,
        times: None,
        before: 0,
        title: title.to_owned(),
    }
}

/// Lines as section 3.1 has them: they end with CRLF, have 75 octets at most, and are unfolded by
/// taking away each CRLF that a space follows.
fn unfolded(file: &str) -> Vec<String> {
    assert!(file.ends_with("\r\n"));
    let without = file.replace("\r\n", "");
    assert!(!without.contains(['\r', '\n']), "a line ends with CRLF and with nothing else");
    for line in file.split("\r\n") {
        assert!(line.len() <= 75, "{} octets", line.len());
    }
    file.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
}

/// A component: its properties, each with its value, and the components in it.
#[derive(Debug, Default)]
struct Component {
    name: String,
    properties: BTreeMap<String, Vec<String>>,
    components: Vec<Component>,
}

impl Component {
    fn one(&self, name: &str) -> &str {
        let values = self.properties.get(name).unwrap_or_else(|| unreachable!("no {name}"));
        assert_eq!(values.len(), 1, "{name} comes once");
        &values[0]
    }
}

fn read(file: &str) -> Component {
    let mut open: Vec<Component> = vec![Component::default()];
    for line in unfolded(file) {
        let (name, value) = line.split_once(':').unwrap();
        assert!(name.bytes().all(|b| b.is_ascii_uppercase()), "{name}");
        match name {
            "BEGIN" => open.push(Component { name: value.to_owned(), ..Component::default() }),
            "END" => {
                let done = open.pop().unwrap();
                assert_eq!(done.name, value);
                open.last_mut().unwrap().components.push(done);
            }
            _ => {
                let values = open.last_mut().unwrap().properties.entry(name.to_owned()).or_default();
                values.push(value.to_owned());
            }
        }
    }
    assert_eq!(open.len(), 1, "every BEGIN has its END");
    let mut all = open.pop().unwrap().components;
    assert_eq!(all.len(), 1);
    let calendar = all.pop().unwrap();
    assert_eq!(calendar.name, "VCALENDAR");
    calendar
}

/// A text value read back (section 3.3.11).
fn text(value: &str) -> String {
    let mut out = String::new();
    let mut all = value.chars();
    while let Some(c) = all.next() {
        match c {
            '\\' => match all.next().unwrap() {
                'n' | 'N' => out.push('\n'),
                escaped @ ('\\' | ';' | ',') => out.push(escaped),
                other => unreachable!("\\{other} is no escape"),
            },
            ';' | ',' => unreachable!("{c} has to be escaped"),
            c => out.push(c),
        }
    }
    out
}

fn is_local(value: &str) -> bool {
    value.len() == 15
        && value.as_bytes()[8] == b'T'
        && value.bytes().enumerate().all(|(n, b)| n == 8 || b.is_ascii_digit())
}

#[test]
fn the_file_has_what_the_rfc_asks_for_and_each_once() {
    let calendar = read(&calendar(&[reminder("Reminder", Every::Day)]));
    assert_eq!(calendar.one("VERSION"), "2.0");
    assert!(calendar.one("PRODID").starts_with("-//"));
    let event = &calendar.components[0];
    assert_eq!(event.name, "VEVENT");
    // 3.6.1: UID and DTSTAMP are needed, DTSTART where there is no METHOD; DURATION or DTEND.
    assert!(!event.one("UID").is_empty());
    assert_eq!(event.one("DTSTAMP"), "20261126T220405Z", "in UTC (3.8.7.2)");
    assert_eq!(event.one("DTSTART"), "20261130T193000");
    assert!(is_local(event.one("DTSTART")), "a floating time has no zone (3.3.5)");
    assert_eq!(event.one("DURATION"), "PT5M");
    assert!(!event.properties.contains_key("DTEND"));
    assert_eq!(event.one("RRULE"), "FREQ=DAILY");
    // 3.6.6: an alarm that displays has ACTION, DESCRIPTION and TRIGGER, each once.
    let alarm = &event.components[0];
    assert_eq!((alarm.name.as_str(), alarm.one("ACTION")), ("VALARM", "DISPLAY"));
    assert_eq!((alarm.one("DESCRIPTION"), alarm.one("TRIGGER")), ("Reminder", "PT0M"));
    assert_eq!(alarm.properties.len(), 3);
}

#[test]
fn rules_name_their_days_once_and_in_order_and_end_where_they_shall() {
    let weekly = Every::Week(vec![Weekday::Thursday, Weekday::Monday, Weekday::Thursday]);
    let mut one = reminder("Reminder", weekly);
    one.times = Some(8);
    one.before = 10;
    let file = read(&calendar(&[one]));
    let event = &file.components[0];
    assert_eq!(event.one("RRULE"), "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=8");
    assert_eq!(event.components[0].one("TRIGGER"), "-PT10M");
    let once = read(&calendar(&[reminder("Reminder", Every::Once)]));
    assert!(!once.components[0].properties.contains_key("RRULE"));
}

#[test]
fn nothing_in_the_file_says_what_it_is_for() {
    let file = calendar(&[reminder(TITLE, Every::Day)]).to_lowercase();
    for word in ["evenkeel", "practice", "check-in", "mood", "mental", "therapy", "journal", "help"] {
        assert!(!file.contains(word), "{word}");
    }
    assert!(file.contains("class:private"));
}

#[test]
fn the_first_time_is_later_than_now_and_one_of_its_rule() {
    // A Thursday.
    let now = at("2026-11-26T20:00:00");
    let evening = time_of("19:30").unwrap();
    let first = |every: &Every, from: Option<&str>, at: Time| {
        every.first(from.map(|from| date(from).unwrap()), at, now).map(|first| first.to_string())
    };
    assert_eq!(first(&Every::Day, None, evening).unwrap(), "2026-11-27T19:30:00");
    assert_eq!(first(&Every::Day, None, time_of("20:01").unwrap()).unwrap(), "2026-11-26T20:01:00");
    assert_eq!(first(&Every::Day, Some("2026-12-24"), evening).unwrap(), "2026-12-24T19:30:00");
    let thursdays = Every::Week(vec![Weekday::Thursday]);
    assert_eq!(first(&thursdays, None, evening).unwrap(), "2026-12-03T19:30:00");
    assert_eq!(first(&thursdays, None, time_of("21:00").unwrap()).unwrap(), "2026-11-26T21:00:00");
    assert_eq!(first(&Every::Once, Some("2026-12-03"), evening).unwrap(), "2026-12-03T19:30:00");
    assert_eq!(first(&Every::Once, Some("2026-11-26"), evening), None, "today's time is past");
    assert_eq!(first(&Every::Once, Some("2026-11-25"), evening), None);
    assert_eq!(first(&Every::Once, None, evening).unwrap(), "2026-11-27T19:30:00");
}

#[test]
fn a_day_is_found_in_the_words_in_which_it_was_planned() {
    let now = at("2026-11-26T20:00:00");
    for (words, on, time) in [
        ("2026-12-03", "2026-12-03", None),
        ("on 2026-12-03 at 18:00", "2026-12-03", Some("18:00")),
        ("2026-12-03T18:00", "2026-12-03", Some("18:00")),
        ("tomorrow, 9:15", "2026-11-27", Some("9:15")),
        ("today", "2026-11-26", None),
        ("On Monday.", "2026-11-30", None),
        ("Thursday 7:30", "2026-12-03", Some("7:30")),
    ] {
        let expected = Planned { on: date(on).unwrap(), at: time.map(|time| time_of(time).unwrap()) };
        assert_eq!(planned_in(words, now), Some(expected), "{words}");
    }
    for words in [
        "",
        "soon",
        "when the sun shines",
        "Monday or Tuesday",
        "2026-13-01",
        "2026-02-30",
        "18:00",
        "Monday 8:00 or 9:00",
        "12345678-9",
    ] {
        assert_eq!(planned_in(words, now), None, "{words}");
    }
}

#[test]
fn what_is_no_time_or_day_is_refused() {
    for bad in ["", "24:00", "7", "7:5", "19:60", "19:30:00", "-1:00", "a:bc", "１9:30"] {
        assert_eq!(time_of(bad), Err(WhenError::Time), "{bad}");
    }
    for bad in ["", "3.12.2026", "2026-12-3", "2026-12-32", "2026-12-03T00:00"] {
        assert_eq!(date(bad), Err(WhenError::Day), "{bad}");
    }
    for bad in ["", "mon,", "mo", "noday"] {
        assert_eq!(weekdays(bad), Err(WhenError::Days), "{bad}");
    }
    assert_eq!(weekdays("Mon, thursday").unwrap(), [Weekday::Monday, Weekday::Thursday]);
}

proptest! {
    #[test]
    fn any_title_is_folded_escaped_and_read_back(title in "[\\PC\\\\;,:\"é€😀]{1,120}") {
        let file = calendar(&[reminder(&title, Every::Day)]);
        let event = &read(&file).components[0];
        prop_assert_eq!(text(event.one("SUMMARY")), title.clone());
        prop_assert_eq!(text(event.components[0].one("DESCRIPTION")), title);
    }
}
