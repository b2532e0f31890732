#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod carry;
mod documented;
mod entries;
mod files;
mod kept;
mod parts;
mod responses;

use std::sync::atomic::{AtomicI64, Ordering};

use tempfile::TempDir;

use super::vault::{KEY_FILE, KdfCost, Passphrase};
use super::*;
use crate::crisis::Screen;
use crate::distortion::Distortion;

/// A clock that tests set.
pub(super) struct Set(AtomicI64);

impl Set {
    pub(super) fn at(ms: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(ms)))
    }

    fn to(&self, ms: i64) {
        self.0.store(ms, Ordering::Relaxed);
    }
}

impl Clock for Set {
    fn now(&self) -> Stamp {
        Stamp::new(self.0.load(Ordering::Relaxed), 60).unwrap()
    }
}

pub(super) const NOW: i64 = 1_800_000_000_000;

pub(super) fn journal() -> (TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path(), &Unlock::KeyFile, Set::at(NOW)).unwrap();
    (folder, journal)
}

pub(super) fn text(text: &str) -> EntryText {
    EntryText::new(text).unwrap()
}

pub(super) fn new(words: &str, tags: &[&str], mood: Option<u8>) -> NewEntry {
    NewEntry {
        text: text(words),
        mood: mood.map(|m| Mood::new(m).unwrap()),
        tags: tags.iter().map(|t| Tag::new(t).unwrap()).collect(),
        written: None,
    }
}

pub(super) fn reopen(folder: &TempDir) -> Result<Journal, JournalError> {
    open(folder.path(), &Unlock::KeyFile, Set::at(NOW))
}

pub(super) fn recognition(version: u32) -> Recognition {
    let model = ModelIds {
        name: "a".into(),
        sha256: "b".into(),
        adapter: Some("c".into()),
        heads: None,
        prompt: "1".into(),
    };
    let found = vec![FoundDistortion {
        slug: Distortion::Labeling,
        probability: 0.91,
        spans: vec![crate::entry::Span { start: 0, end: 4 }],
    }];
    let probabilities = Distortion::ALL.into_iter().map(|d| (d, 0.1)).collect();
    Recognition { version, at: Stamp::new(NOW, 0).unwrap(), probabilities, found, model }
}

pub(super) fn risk(words: &str) -> crate::crisis::Risk {
    let entry = crate::entry::Entry::new(words, crate::entry::Limit::Screening).unwrap();
    let part = crate::crisis::Part { name: crate::crisis::PartName::Text, entry: &entry, opinion: None };
    Screen::embedded().unwrap().assess(&[part])
}

pub(super) fn whole_record() -> RecordContent {
    let line = |text: &str| Line::new(text).unwrap();
    let percent = |value| Some(Percent::new(value).unwrap());
    RecordContent {
        situation: Some(line("My boss moved the meeting.")),
        thought: line("I will be fired."),
        belief: percent(90),
        feelings: vec![
            Feeling { name: line("fear"), before: percent(80), after: percent(30) },
            Feeling { name: line("shame"), before: percent(0), after: None },
        ],
        distortions: [
            (Distortion::FortuneTelling, Verdict::Accepted),
            (Distortion::Labeling, Verdict::Rejected),
            (Distortion::MindReading, Verdict::Own),
        ]
        .into(),
        evidence_for: vec![line("He did not say why.")],
        evidence_against: vec![line("He moved two others."), line("My review was good.")],
        balanced: Some(Balanced::Chosen { text: line("I don't know yet."), line: Some("a17".into()) }),
        belief_after: percent(40),
        review_on: Some("2026-12-03".parse().unwrap()),
    }
}

/// A sheet, done or half-way.
pub(super) fn sheet(done: bool) -> ResponseContent {
    let answer = |(n, value): (usize, Option<u8>)| ResponseAnswer { item: (n + 1).to_string(), value };
    let values = [Some(1), Some(3), None, Some(0)];
    let result = done.then(|| ResponseResult {
        total: 5,
        max: 80,
        band: "below_cutoff".into(),
        subscales: [("b".to_owned(), 4), ("c".to_owned(), 1)].into(),
        missing: 1,
    });
    ResponseContent {
        questionnaire: "pcl-5".into(),
        edition: 1,
        answers: values.into_iter().enumerate().map(answer).collect(),
        result,
        help: done.then_some(crate::crisis::Tier::Urgent),
    }
}

/// A journal with something of everything in it.
pub(super) fn full_journal() -> (TempDir, Journal) {
    let (folder, journal) = journal();
    let entry = journal
        .add(&new("Everyone would be better off without me.\0\u{1f9d1}", &["a b", "c"], Some(0)))
        .unwrap();
    journal.edit(entry.id, &Change { text: Some(text("=changed\nlater")), ..Change::default() }).unwrap();
    let said = recognition(2);
    journal
        .keep_screening(Screened::Entry(entry.id), 1, &risk("Everyone would be better off without me."), None)
        .unwrap();
    journal.keep_screening(Screened::Entry(entry.id), 2, &risk("a"), Some(&said.model)).unwrap();
    journal.keep_recognition(entry.id, &said).unwrap();
    let record = journal.add_record(Some(entry.id), &whole_record()).unwrap();
    journal.keep_screening(Screened::Record(record.id), 1, &risk("a"), None).unwrap();
    journal.add_record(None, &RecordContent::of(Line::new("alone").unwrap())).unwrap();
    journal
        .add(&NewEntry { written: Some("9999-12-31T23:59:59Z".parse().unwrap()), ..NewEntry::of(text("x")) })
        .unwrap();
    journal.save_draft("entry", "half a").unwrap();
    journal.keep_response(None, &sheet(true)).unwrap();
    journal.keep_response(None, &sheet(false)).unwrap();
    parts::full_dialogue(&journal);
    kept::all(&journal);
    (folder, journal)
}
