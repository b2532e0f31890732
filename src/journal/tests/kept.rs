//! Check-ins, own steps, practice and people; reframes that were shown and what was said of them.

use super::*;
use crate::body::{Cortisol, Format};
use crate::checkin::{CheckIn, parse, tokens};
use crate::practice::{OwnStep, Person, Practice};
use crate::reflection::Reflected;
use crate::reframe::{self, Kind, Strategy};

pub(super) fn checkin() -> CheckIn {
    let line = "mood 4 stress 7 sleep 6.5 caffeine 2 alcohol 0 walked 20 tension 6 fatigue 5 anxiety 3 \
                helped:refused='the boxes' felt '=tired' with 'lunch with Ana' 8 coped 'a walk' 7 note 'slept badly'";
    parse(&tokens(line).unwrap()).unwrap()
}

fn own_step() -> OwnStep {
    serde_json::from_str(r#"{"level":2,"text":"Ask Ana for a lift."}"#).unwrap()
}

fn practice() -> Practice {
    serde_json::from_str(
        r#"{"step":"door","level":1,"text":"Let somebody hold a door for you.","when":"today","who":null,
            "predicted":"They sigh.","outcome":{"happened":"They smiled.","against":"better","distress":35,
            "surprise":"How short it was."}}"#,
    )
    .unwrap()
}

fn person() -> Person {
    serde_json::from_str(
        r#"{"name":"Ana","checklist":{"reliable":"yes","not_volatile":"unsure"},"shared":["My bad week."],
            "note":null}"#,
    )
    .unwrap()
}

pub(super) fn reflected() -> Reflected {
    serde_json::from_str(
        r#"{"reflection":"attachment","edition":1,"finished":true,"answers":[
            {"question":"needing","asks":"When I need something","ticked":[
              {"id":"without","text":"I'd rather do without.","style":"avoidant"}],"words":"=With Ana it is easier."},
            {"question":"apart","asks":"When somebody is away","ticked":[],"words":"I wait."}],
            "summary":"Some of each."}"#,
    )
    .unwrap()
}

/// One of each.
pub(super) fn all(journal: &Journal) {
    journal.keep(&checkin()).unwrap();
    journal.keep(&own_step()).unwrap();
    journal.keep(&practice()).unwrap();
    journal.keep(&person()).unwrap();
    journal.keep(&reflected()).unwrap();
    journal.keep(&cortisol()).unwrap();
    journal.keep_body(&[body_day("2026-03-01", 412.0), body_day("2026-03-02", 0.5)]).unwrap();
    journal.choose(Choice::WeeklyDigest).unwrap();
    journal.keep_shown(&[shown("r1", "ba-001:0123456789abcdef", "It may be so.")]).unwrap();
    journal.keep(&feedback("r1", "It may be so.", reframe::Verdict::Edited)).unwrap();
}

fn shown(reframing: &str, line: &str, text: &str) -> ShownReframe {
    ShownReframe {
        reframing: reframing.into(),
        line: Some(line.into()),
        text: TextSum::of(text),
        strategy: Strategy::ExamineEvidence,
        kind: Kind::Question,
    }
}

fn feedback(reframing: &str, text: &str, verdict: reframe::Verdict) -> ReframeFeedback {
    let edited = (verdict == reframe::Verdict::Edited).then(|| Line::new("=It may be\nso for me.").unwrap());
    ReframeFeedback { of: shown(reframing, "ba-001:0123456789abcdef", text), verdict, edited }
}

#[test]
fn the_last_word_on_each_reframe_counts_and_can_be_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Set::at(NOW);
    let journal = open(folder.path(), &Unlock::KeyFile, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    let both = [shown("r1", "a:1", "one"), shown("r1", "b:2", "two")];
    journal.keep_shown(&both).unwrap();
    let last = || -> Vec<ShownReframe> {
        journal.last_shown().unwrap().into_iter().map(|kept| kept.content).collect()
    };
    assert_eq!(last(), both);
    assert_eq!(journal.shown_in("r1", "two").unwrap(), Some(both[1].clone()));
    assert_eq!(journal.shown_in("r1", "three").unwrap(), None);
    assert_eq!(journal.shown_in("r2", "two").unwrap(), None);

    let key = |key: &str| CreationKey::new(key, b"").unwrap();
    let fits = feedback("r1", "one", reframe::Verdict::Fits);
    for _ in 0..2 {
        journal.keep_once(&fits, &key("k")).unwrap();
    }
    let other = feedback("r1", "two", reframe::Verdict::Fits);
    assert!(matches!(journal.keep_once(&other, &key("k")), Err(JournalError::KeyReused)));
    journal.keep(&other).unwrap();
    clock.to(NOW + 1);
    journal.keep(&feedback("r1", "one", reframe::Verdict::NotThis)).unwrap();
    let said = || -> Vec<reframe::Verdict> {
        journal.reframe_history().unwrap().said.iter().map(|kept| kept.content.verdict).collect()
    };
    assert_eq!(said(), [reframe::Verdict::Fits, reframe::Verdict::NotThis]);
    assert_eq!(journal.forget_reframe_feedback().unwrap(), 3);
    assert!(said().is_empty());
    assert_eq!(journal.reframe_history().unwrap().shown.len(), 2, "none comes twice in a week all the same");

    clock.to(NOW + 31 * 24 * 60 * 60 * 1_000);
    journal.keep_shown(&[shown("r3", "c:3", "three")]).unwrap();
    assert_eq!(journal.reframe_history().unwrap().shown.len(), 1, "what is older is forgotten");
    assert_eq!(last().len(), 1);
}

fn cortisol() -> Cortisol {
    serde_json::from_str(r#"{"nmol_per_litre":12.5,"specimen":"saliva","taken":"2026-03-01T07:40:00"}"#)
        .unwrap()
}

pub(super) fn body_day(day: &str, value: f64) -> BodyDay {
    let line = serde_json::json!({
        "measure": "sleep", "day": day, "origin": "oura", "value": value, "samples": 3, "source": "=Ring"
    });
    serde_json::from_value(line).unwrap()
}

#[test]
fn an_export_is_taken_in_twice_and_a_later_one_takes_its_place() {
    let (_folder, journal) = journal();
    let both = [body_day("2026-03-01", 412.0), body_day("2026-03-02", 380.0)];
    let taken = journal.keep_body(&both).unwrap();
    assert_eq!((taken.added, taken.changed, taken.already_here), (2, 0, 0));
    let later = [body_day("2026-03-02", 390.0), body_day("2026-03-02", 390.0)];
    let taken = journal.keep_body(&later).unwrap();
    assert_eq!((taken.added, taken.changed, taken.already_here), (0, 1, 1));
    let days = |from: &str, to: &str| from.parse().unwrap()..=to.parse().unwrap();
    let found = journal.body(&days("2026-03-02", "2026-03-31")).unwrap();
    assert_eq!(found, [body_day("2026-03-02", 390.0)]);
    assert_eq!(journal.delete_body(Format::Garmin).unwrap(), 0);
    assert_eq!(journal.delete_body(Format::Oura).unwrap(), 2);
    assert!(journal.body(&days("0001-01-01", "9999-12-31")).unwrap().is_empty());
}

#[test]
fn a_period_is_erased_with_what_was_measured_in_it() {
    let (_folder, journal) = journal();
    journal.keep_body(&[body_day("2026-03-01", 1.0), body_day("2026-03-02", 2.0)]).unwrap();
    let from = "2026-03-01T00:00:00Z".parse().unwrap();
    journal.erase(Erase::Period { from, until: "2026-03-02T00:00:00Z".parse().unwrap() }).unwrap();
    let all = "0001-01-01".parse().unwrap()..="9999-12-31".parse().unwrap();
    assert_eq!(journal.body(&all).unwrap(), [body_day("2026-03-02", 2.0)]);
}

#[test]
fn a_choice_is_off_until_it_is_made() {
    let (_folder, journal) = journal();
    assert_eq!(journal.chosen(Choice::WeeklyDigest).unwrap(), None);
    journal.choose(Choice::WeeklyDigest).unwrap();
    assert!(journal.chosen(Choice::WeeklyDigest).unwrap().is_some());
    journal.unchoose(Choice::WeeklyDigest).unwrap();
    assert_eq!(journal.chosen(Choice::WeeklyDigest).unwrap(), None);
}

#[test]
fn what_is_kept_is_there_after_opening_again() {
    let (folder, journal) = journal();
    let first = journal.keep(&checkin()).unwrap();
    let other = journal.keep(&CheckIn { note: None, ..checkin() }).unwrap();
    drop(journal);
    let journal = reopen(&folder).unwrap();
    let mut all = journal.all_kept::<CheckIn>(9).unwrap();
    all.sort_by_key(|one| one.id == other.id);
    assert_eq!(all, [first.clone(), other]);
    assert_eq!(journal.all_kept::<CheckIn>(1).unwrap().len(), 1);
    assert_eq!(journal.kept_like::<CheckIn>(&first.id.to_string()).unwrap(), first);
    assert!(matches!(journal.kept_like::<CheckIn>("%%%%"), Err(JournalError::Ambiguous { found: 0 })));
    assert!(matches!(journal.kept_like::<CheckIn>("01"), Err(JournalError::Ambiguous { found: 0 })));
    let both = &first.id.to_string()[..8];
    assert!(matches!(journal.kept_like::<CheckIn>(both), Err(JournalError::Ambiguous { found: 2 })));
    journal.delete_kept::<CheckIn>(first.id).unwrap();
    assert!(matches!(journal.delete_kept::<CheckIn>(first.id), Err(JournalError::Missing { .. })));
}

#[test]
fn a_practice_keeps_its_id_and_beginning_when_its_outcome_comes() {
    let (_folder, journal) = journal();
    let planned = journal.keep(&Practice { outcome: None, ..practice() }).unwrap();
    let tried = journal.replace(planned.id, &practice()).unwrap();
    assert_eq!((tried.id, tried.written), (planned.id, planned.written));
    assert_eq!(journal.all_kept::<Practice>(9).unwrap(), [tried]);
    let nobody = Id::new(journal.now());
    assert!(matches!(journal.replace(nobody, &person()), Err(JournalError::Missing { what: "person", .. })));
}

#[test]
fn they_go_along_and_come_back_and_are_erased() {
    let (_folder, journal) = journal();
    all(&journal);
    let mut file = Vec::new();
    journal.export_json(&mut file).unwrap();
    let (_other, new) = super::journal();
    let imported = new.import_json(&mut file.as_slice()).unwrap();
    assert_eq!((imported.checkins, imported.own_steps, imported.practices, imported.people), (1, 1, 1, 1));
    assert_eq!(imported.reflections, 1);
    assert_eq!(new.all_kept::<Reflected>(9).unwrap(), journal.all_kept::<Reflected>(9).unwrap());
    assert_eq!(new.all_kept::<Person>(9).unwrap(), journal.all_kept::<Person>(9).unwrap());
    assert_eq!(new.import_json(&mut file.as_slice()).unwrap().already_here, 10);
    assert_eq!((imported.shown_reframes, imported.reframe_feedback), (1, 1));
    assert_eq!(new.reframe_history().unwrap().said, journal.reframe_history().unwrap().said);
    let stamp = |ms| Stamp::new(ms, 0).unwrap();
    new.erase(Erase::Period { from: stamp(NOW + 1), until: stamp(NOW + 9) }).unwrap();
    assert_eq!(new.all_kept::<CheckIn>(9).unwrap().len(), 1);
    new.erase(Erase::Period { from: stamp(NOW), until: stamp(NOW + 1) }).unwrap();
    assert!(new.all_kept::<CheckIn>(9).unwrap().is_empty() && new.all_kept::<Person>(9).unwrap().is_empty());
    assert!(new.all_kept::<Reflected>(9).unwrap().is_empty() && new.taken_in_unread(9).unwrap().is_empty());
    journal.erase(Erase::All).unwrap();
    assert!(journal.all_kept::<Practice>(9).unwrap().is_empty());
    assert!(journal.all_kept::<OwnStep>(9).unwrap().is_empty());
    let history = new.reframe_history().unwrap();
    assert!(history.shown.is_empty() && history.said.is_empty());
}

#[test]
fn a_wrong_value_in_a_file_is_refused_without_its_words() {
    let (_folder, journal) = journal();
    all(&journal);
    let mut file = Vec::new();
    journal.export_json(&mut file).unwrap();
    let file = String::from_utf8(file).unwrap();
    let (_other, new) = super::journal();
    for (from, to) in [
        ("\"mood\":4", "\"mood\":11"),
        ("\"distress\":35", "\"distress\":101"),
        ("\"level\":2", "\"level\":4"),
        ("\"refused\"", "\"secret\""),
        ("\"Ana\"", "\" \""),
        ("\"attachment\"", "\"An attachment\""),
        ("\"question\":\"apart\"", "\"question\":\"needing\""),
        ("\"verdict\":\"edited\"", "\"verdict\":\"secret\""),
        ("\"kind\":\"question\"", "\"kind\":\"secret\""),
    ] {
        assert!(file.contains(from), "{from}");
        let error = new.import_json(&mut file.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert!(
            matches!(error, JournalError::Import { .. }) && !error.to_string().contains("secret"),
            "{error}"
        );
    }
    assert!(new.all_kept::<CheckIn>(9).unwrap().is_empty());
}

#[test]
fn what_was_taken_in_waits_to_be_screened_until_it_was() {
    let (_folder, journal) = journal();
    all(&journal);
    journal.add_part(&crate::parts::PartNotes::named("the Lid")).unwrap();
    assert!(
        journal.taken_in_unread(99).unwrap().is_empty(),
        "what is kept here is screened by whoever keeps it"
    );
    let mut file = Vec::new();
    journal.export_json(&mut file).unwrap();
    let (folder, new) = super::journal();
    new.import_json(&mut file.as_slice()).unwrap();
    new.import_json(&mut file.as_slice()).unwrap();
    drop(new);
    let new = reopen(&folder).unwrap();
    let waiting = new.taken_in_unread(99).unwrap();
    assert_eq!(waiting.len(), 7);
    let words: Vec<&str> = waiting.iter().map(|one| one.words.as_str()).collect();
    for expected in [
        "the boxes",
        "Ask Ana for a lift.",
        "They sigh.",
        "My bad week.",
        "Some of each.",
        "the Lid",
        "so for me.",
    ] {
        assert!(words.iter().any(|words| words.contains(expected)), "{expected}");
    }
    assert!(!format!("{waiting:?}").contains("Ana"));
    let checkin = new.all_kept::<CheckIn>(1).unwrap()[0].id;
    new.delete_kept::<CheckIn>(checkin).unwrap();
    assert_eq!(new.taken_in_unread(99).unwrap().len(), 6);
    let ids: Vec<Id> = new.taken_in_unread(99).unwrap().iter().map(|one| one.id).collect();
    new.have_read(&ids).unwrap();
    assert!(new.taken_in_unread(99).unwrap().is_empty());
}
