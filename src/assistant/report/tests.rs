//! What is gathered, from a journal.

#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::sync::Arc;

use super::*;
use crate::checkin::{CheckIn, parse, tokens};
use crate::journal::vault::Unlock;
use crate::journal::{EntryText, NewEntry, SystemClock};
use crate::report::Form;

fn journal() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = crate::journal::open(folder.path(), &Unlock::KeyFile, Arc::new(SystemClock)).unwrap();
    (folder, journal)
}

fn request(sections: &[Section]) -> ReportRequest {
    ReportRequest {
        from: Date::constant(2020, 1, 1),
        to: Date::constant(2029, 12, 31),
        sections: sections.iter().copied().collect(),
        answers: false,
        practice_words: false,
        entries: Vec::new(),
        thought_records: Vec::new(),
        name: None,
        note: None,
    }
}

fn report(journal: &Journal, request: &ReportRequest) -> Result<Report, GatherError> {
    Content::embedded().unwrap().report(journal, request, Timestamp::UNIX_EPOCH)
}

fn check_in(line: &str) -> CheckIn {
    parse(&tokens(line).unwrap()).unwrap()
}

#[test]
fn nothing_is_in_it_by_default() {
    let (_folder, journal) = journal();
    journal.keep(&check_in("mood 4")).unwrap();
    let report = report(&journal, &request(&[])).unwrap();
    assert!(report.chosen().is_empty());
    assert!(report.preview().lines.is_empty());
}

#[test]
fn check_ins_become_weeks_with_means_of_what_was_said() {
    let (_folder, journal) = journal();
    for line in ["mood 4 sleep 6 helped:refused", "mood 7 helped:asked", "stress 3"] {
        journal.keep(&check_in(line)).unwrap();
    }
    let report = report(&journal, &request(&[Section::CheckIns])).unwrap();
    let [week] = report.held().check_ins.as_slice() else { unreachable!("one week") };
    assert_eq!((week.check_ins, week.help.refused, week.help.asked), (3, 1, 1));
    let mean = |of: crate::report::Checked| {
        week.means.iter().find(|mean| mean.of == of).map(|mean| (mean.mean.get(), mean.n))
    };
    assert_eq!(mean(crate::report::Checked::Mood), Some((5.5, 2)));
    assert_eq!(mean(crate::report::Checked::Sleep), Some((6.0, 1)));
    assert_eq!(mean(crate::report::Checked::Alcohol), None);
}

#[test]
fn an_entry_is_in_it_only_if_it_was_chosen_itself() {
    let (_folder, journal) = journal();
    let kept = |text: &str| journal.add(&NewEntry::of(EntryText::new(text).unwrap())).unwrap().id;
    let (one, _) = (kept("the first of them"), kept("the second of them"));
    let all = request(&Section::ALL);
    assert!(report(&journal, &all).unwrap().held().entries.is_empty());
    let chosen = ReportRequest { entries: vec![one, one], ..request(&[]) };
    let report = report(&journal, &chosen).unwrap();
    let texts: Vec<&str> = report.held().entries.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(texts, ["the first of them"]);
    let made = String::from_utf8(report.make(Form::Json).unwrap()).unwrap();
    assert!(!made.contains("second"));
}

#[test]
fn what_cannot_be_says_why() {
    let (_folder, journal) = journal();
    let reversed = ReportRequest { to: Date::constant(2019, 1, 1), ..request(&[]) };
    assert!(matches!(report(&journal, &reversed), Err(GatherError::Report(_))));
    let long = ReportRequest { note: Some("x".repeat(MOST_OF_A_NOTE + 1)), ..request(&[]) };
    assert!(matches!(report(&journal, &long), Err(GatherError::TooLong { .. })));
    let blank = ReportRequest { note: Some("  ".into()), name: Some(String::new()), ..request(&[]) };
    let report = report(&journal, &blank).unwrap();
    assert!(report.chosen().is_empty() && report.head().name.is_none());
}
