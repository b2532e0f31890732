#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::strategy::Strategy as Any;

use super::*;
use crate::reframe::{Bank, Strategy};

/// Read once: a property looks at it many times.
static BANK: LazyLock<Bank> = LazyLock::new(|| Bank::embedded().unwrap());

const NOW: i64 = 1_800_000_000_000;

fn said(line: &BankLine, verdict: Verdict, days_ago: i64) -> Said {
    Said {
        line: Some(line_key(line)),
        strategy: line.strategy,
        kind: line.kind,
        verdict,
        at_ms: NOW - days_ago * DAY_MS,
    }
}

fn shown(line: &BankLine, days_ago: i64) -> Shown {
    Shown { line: line_key(line), at_ms: NOW - days_ago * DAY_MS }
}

#[test]
fn without_a_history_nothing_follows() {
    let bank = &*BANK;
    let personal = Personal::of(&[], &[], NOW);
    assert!(personal.is_neutral());
    assert!(bank.lines().iter().all(|line| !personal.leaves_out(line)));
    assert!(bank.lines().iter().all(|line| personal.gain(line.strategy, line.kind).to_bits() == 0));
    assert!(personal.leanings(&Strategies::embedded().unwrap()).is_empty());
    assert!(personal.says_left_out().is_empty());
}

#[test]
fn a_line_is_not_shown_twice_in_a_week_under_whatever_name() {
    let bank = &*BANK;
    let line = &bank.lines()[0];
    assert!(Personal::of(&[shown(line, 6)], &[], NOW).leaves_out(line));
    assert!(!Personal::of(&[shown(line, 7)], &[], NOW).leaves_out(line));
    // A clock that was put back.
    assert!(Personal::of(&[shown(line, -1)], &[], NOW).leaves_out(line));
    assert!(!Personal::of(&[shown(line, -400)], &[], NOW).leaves_out(line));
    let personal = Personal::of(&[shown(line, 1)], &[], NOW);
    let renamed = BankLine { id: "other".into(), ..line.clone() };
    let reworded = BankLine { text: "In other words, quite other ones.".into(), ..line.clone() };
    assert!(personal.leaves_out(&renamed) && personal.leaves_out(&reworded));
    assert!(bank.lines()[1..].iter().all(|other| !personal.leaves_out(other)));
}

#[test]
fn a_line_that_was_turned_down_is_left_out_for_ninety_days_unless_it_fits_later() {
    let bank = &*BANK;
    let line = &bank.lines()[0];
    let at = |words: &[Said]| Personal::of(&[], words, NOW).leaves_out(line);
    let no = |days| said(line, Verdict::NotThis, days);
    assert!(at(&[no(89)]) && !at(&[no(90)]));
    assert!(!at(&[no(8), said(line, Verdict::Fits, 1)]));
    assert!(at(&[said(line, Verdict::Fits, 8), no(1)]));
    assert!(!at(&[said(line, Verdict::TakenBack, 1)]));
}

#[test]
fn a_preference_is_gentle_and_bounded() {
    let bank = &*BANK;
    let line = &bank.lines()[0];
    let gain = |n: usize, verdict| {
        Personal::of(&[], &vec![said(line, verdict, 1); n], NOW).gain(line.strategy, line.kind)
    };
    assert!(gain(1, Verdict::Fits) > 0.0 && gain(1, Verdict::Fits) < 0.2);
    assert!(gain(1, Verdict::Edited) < gain(1, Verdict::Fits) && gain(1, Verdict::Edited) > 0.0);
    assert!((gain(4, Verdict::Fits) - 0.375).abs() < 1e-6);
    assert!(gain(100_000, Verdict::Fits) < MOST_BY_STRATEGY + MOST_BY_KIND);
    assert!(gain(100_000, Verdict::NotThis) > -(MOST_BY_STRATEGY + MOST_BY_KIND));
    assert!(gain(3, Verdict::TakenBack).abs() < f32::EPSILON);
    let old = Personal::of(&[], &[said(line, Verdict::Fits, 365)], NOW);
    assert!(old.is_neutral());
}

#[test]
fn what_follows_is_told_in_words() {
    let bank = &*BANK;
    let line = bank.lines().iter().find(|line| line.strategy == Strategy::ExamineEvidence).unwrap();
    let words = [said(line, Verdict::Fits, 1), said(line, Verdict::Fits, 2), said(line, Verdict::NotThis, 3)];
    let personal = Personal::of(&[shown(line, 1)], &words, NOW);
    let leanings = personal.leanings(&Strategies::embedded().unwrap());
    assert_eq!(
        leanings[0].says,
        "Examine the evidence: it fits, twice; not this, once. Such lines come a little earlier."
    );
    assert_eq!(leanings.len(), 2);
    assert_eq!(personal.says_left_out().len(), 1);
    assert_eq!(Effect::default().says(), None);
    let both = Effect { left_out: 3, reordered: true, fewer: true };
    assert!(both.says().unwrap().starts_with("What you said"));
}

fn words() -> impl Any<Value = Vec<(usize, usize, i64)>> {
    prop::collection::vec((0..40_usize, 0..4_usize, -10..400_i64), 0..40)
}

proptest! {
    #[test]
    fn the_order_of_a_history_does_not_matter(words in words(), seen in words(), turn in 0..40_usize) {
        let bank = &*BANK;
        let lines = &bank.lines()[..60];
        let said_of = |words: &[(usize, usize, i64)]| -> Vec<Said> {
            words.iter().map(|(line, verdict, days)| said(&lines[*line], Verdict::ALL[*verdict], *days)).collect()
        };
        let shown_of = |seen: &[(usize, usize, i64)]| -> Vec<Shown> {
            seen.iter().map(|(line, _, days)| shown(&lines[*line], *days)).collect()
        };
        let turned = |mut all: Vec<(usize, usize, i64)>| {
            all.reverse();
            let by = turn.min(all.len());
            all.rotate_left(by);
            all
        };
        let one = Personal::of(&shown_of(&seen), &said_of(&words), NOW);
        let other = Personal::of(&shown_of(&turned(seen.clone())), &said_of(&turned(words.clone())), NOW);
        for line in lines {
            prop_assert_eq!(one.leaves_out(line), other.leaves_out(line));
            let gains = [&one, &other].map(|of| of.gain(line.strategy, line.kind).to_bits());
            prop_assert_eq!(gains[0], gains[1]);
            prop_assert!(one.gain(line.strategy, line.kind).abs() < MOST_BY_STRATEGY + MOST_BY_KIND);
        }
        for (line, _, days) in seen {
            prop_assert!((-6..7).contains(&days) <= one.leaves_out(&lines[line]));
        }
    }
}
