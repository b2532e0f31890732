//! The calendar's file: iCalendar after RFC 5545, for one or more events. Times float (section
//! 3.3.5, form 1), so that seven in the evening stays seven in the evening, summer and winter and
//! elsewhere.

use std::fmt::Write as _;

use jiff::civil::{DateTime, Weekday};

use super::{Every, Reminder, local};

/// Octets of a line at most, without its end (section 3.1).
const LINE: usize = 75;
/// Minutes that an event takes in the calendar.
const TAKES: u16 = 5;

/// Writes the file. Every line ends with CRLF, and none is longer than 75 octets.
#[must_use]
pub fn calendar(reminders: &[Reminder]) -> String {
    let mut out = String::new();
    line(&mut out, "BEGIN:VCALENDAR");
    line(&mut out, "VERSION:2.0");
    // It names no program, since that would say what the file is for.
    line(&mut out, "PRODID:-//Calendar//Reminder 1.0//EN");
    line(&mut out, "CALSCALE:GREGORIAN");
    for one in reminders {
        event(&mut out, one);
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn event(out: &mut String, one: &Reminder) {
    let made = local(one.made.as_millisecond(), 0);
    let title = escaped(&one.title);
    line(out, "BEGIN:VEVENT");
    line(out, &format!("UID:{}", one.uid));
    line(out, &format!("DTSTAMP:{}Z", date_time(made)));
    line(out, &format!("DTSTART:{}", date_time(one.first)));
    line(out, &format!("DURATION:PT{TAKES}M"));
    if let Some(rule) = rule(one) {
        line(out, &format!("RRULE:{rule}"));
    }
    line(out, &format!("SUMMARY:{title}"));
    line(out, "CLASS:PRIVATE");
    line(out, "TRANSP:TRANSPARENT");
    line(out, "BEGIN:VALARM");
    line(out, "ACTION:DISPLAY");
    line(out, &format!("DESCRIPTION:{title}"));
    let before = if one.before == 0 { "PT0M".to_owned() } else { format!("-PT{}M", one.before) };
    line(out, &format!("TRIGGER:{before}"));
    line(out, "END:VALARM");
    line(out, "END:VEVENT");
}

/// How it comes again (section 3.3.10).
fn rule(one: &Reminder) -> Option<String> {
    let mut rule = match &one.every {
        Every::Once => return None,
        Every::Day => "FREQ=DAILY".to_owned(),
        Every::Week(days) => {
            let mut days = days.clone();
            days.sort_by_key(|day| day.to_monday_zero_offset());
            days.dedup();
            let days: Vec<&str> = days.into_iter().map(two_letters).collect();
            format!("FREQ=WEEKLY;BYDAY={}", days.join(","))
        }
    };
    if let Some(times) = one.times {
        let _ = write!(rule, ";COUNT={times}");
    }
    Some(rule)
}

fn two_letters(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "MO",
        Weekday::Tuesday => "TU",
        Weekday::Wednesday => "WE",
        Weekday::Thursday => "TH",
        Weekday::Friday => "FR",
        Weekday::Saturday => "SA",
        Weekday::Sunday => "SU",
    }
}

fn date_time(at: DateTime) -> String {
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// A text as a value (section 3.3.11). Other controls have no place in one.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A line, folded between characters where it is too long.
fn line(out: &mut String, text: &str) {
    let mut room = LINE;
    for c in text.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            // The space counts.
            room = LINE - 1;
        }
        out.push(c);
        room -= c.len_utf8();
    }
    out.push_str("\r\n");
}
