//! The walk through a reflection, by script.

#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::collections::VecDeque;
use std::time::Duration;

use super::lines::{Lines, Waited};
use super::walk::{Ended, Walk};
use crate::assistant::{Assistant, SaidBody};
use crate::cli::error::CliError;
use crate::cli::page::Page;
use crate::crisis::{CountryCode, Date};
use crate::exercise::Exercises;
use crate::reflection::{Reflected, Reflections};

struct Script(VecDeque<String>);

impl Lines for Script {
    fn next(&mut self) -> Result<Option<String>, CliError> {
        Ok(self.0.pop_front())
    }

    /// `…` is a time in which nothing comes.
    fn next_within(&mut self, _: Duration) -> Result<Waited, CliError> {
        Ok(match self.0.pop_front() {
            None => Waited::End,
            Some(line) if line == "…" => Waited::Nothing,
            Some(line) => Waited::Line(line),
        })
    }
}

struct Walked {
    ended: Ended,
    now: Reflected,
    shown: String,
    /// What was kept, in turn, and what was read, as they came.
    events: Vec<String>,
}

fn walked_from(id: &str, typed: &str, begun: Option<Reflected>) -> Walked {
    let all = Reflections::embedded().unwrap();
    let reflection = all.find(id).unwrap();
    let exercises = Exercises::embedded().unwrap();
    let rules = Assistant::rules_only(Date::new(2026, 11, 30).unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let events = std::cell::RefCell::new(Vec::new());
    let mut shown = String::new();
    let mut now = begun.unwrap_or_else(|| reflection.begin());
    let mut lines = Script(typed.lines().map(str::to_owned).collect());
    let ended = Walk {
        reflection,
        exercises: &exercises,
        plain: true,
        asks: false,
        keeps: true,
        lines: &mut lines,
        show: &mut |page: &Page, _| {
            shown.push_str(page.text());
            Ok(())
        },
        save: &mut |now| {
            events.borrow_mut().push(format!("kept {}", now.answers.len()));
            Ok(())
        },
        heed: &mut |words: &str| -> Result<Option<SaidBody>, CliError> {
            events.borrow_mut().push("read".to_owned());
            let turn = runtime.block_on(rules.turn())?;
            Ok(runtime.block_on(rules.say_of(words, CountryCode::UNKNOWN, &turn))?)
        },
        read: 0,
    }
    .walk(&mut now)
    .unwrap();
    assert!(shown.lines().all(|line| line.chars().count() <= 72), "{shown}");
    Walked { ended, now, shown, events: events.into_inner() }
}

fn walked(id: &str, typed: &str) -> Walked {
    walked_from(id, typed, None)
}

#[test]
fn every_question_can_be_left_out_and_the_end_says_so() {
    let out = walked("childhood", "\ns\ns\ns\ns\ns\ns\ns\ns\ns\n\n");
    assert_eq!(out.ended, Ended::Done);
    assert!(out.now.is_empty());
    assert!(out.shown.contains("question 1 of 9") && out.shown.contains("question 9 of 9"));
    assert!(out.shown.contains("You may skip any of them") && out.shown.contains("That is an answer too"));
    let before = out.shown.find("you may stop at any time").unwrap();
    assert!(before < out.shown.find("question 1 of 9").unwrap());
}

#[test]
fn numbers_tick_words_stand_beside_them_and_both_come_back_unchanged() {
    let out = walked("impact", "\n1 3\n3\nI carry it, all of it.\ns\ns\ns\ns\ns\nLess, at work.\n");
    assert_eq!(out.ended, Ended::Done);
    let work = out.now.answer("work").unwrap();
    let ticked: Vec<&str> = work.ticked.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ticked, ["too-much"]);
    assert_eq!(work.words.as_ref().unwrap().as_str(), "I carry it, all of it.");
    assert_eq!(out.now.summary.as_ref().unwrap().as_str(), "Less, at work.");
    assert!(out.now.finished);
    assert!(out.shown.contains("Impact") || out.shown.contains("what you said"));
    let back = out.shown.rfind("I carry it, all of it.").unwrap();
    assert!(back > out.shown.find("what you said").unwrap());
    assert!(!out.shown.contains("of 4 ticked") && !out.shown.contains("score"));
}

#[test]
fn a_number_that_is_no_statement_and_a_line_that_is_too_long_are_asked_again() {
    let long = "x".repeat(2_001);
    let out = walked("impact", &format!("\n12\n{long}\nb\n2\n\nq\n\n"));
    assert!(out.shown.contains("have the numbers 1 to 6"), "{}", out.shown);
    assert!(out.shown.contains("2000 characters at most") && out.shown.contains("first question"));
    assert_eq!(out.now.answers.len(), 1);
}

#[test]
fn going_back_shows_what_was_given_and_lets_it_be_changed() {
    let out = walked("impact", "\n1\nMuch.\nb\nLess.\nb\ns\nq\n");
    assert!(out.shown.contains("(ticked)") && out.shown.contains("Your words: Much."), "{}", out.shown);
    assert!(out.now.is_empty(), "leaving it out takes it away");
}

#[test]
fn one_key_grounds_and_the_same_question_comes_again() {
    let out = walked("childhood", "\ng\n…\n\nb\nq\n");
    assert_eq!(out.shown.matches("question 1 of 9").count(), 2);
    assert!(out.shown.contains("Put both feet on the floor") && out.shown.contains("five things"));
    // To its end, and breathing in its place.
    let end = "…\n".repeat(7);
    let out = walked("childhood", &format!("\ng\n{end}\nq\n"));
    assert!(out.shown.contains("You are here, in this room"), "{}", out.shown);
    let out = walked("childhood", "\ng\nw\n…\nb\nq\n");
    assert!(out.shown.contains("Breathe in") || out.shown.contains("In"), "{}", out.shown);
    let out = walked("childhood", "g\nb\n\nq\n");
    assert!(out.shown.contains("Put both feet"), "before the first question too");
}

#[test]
fn words_are_kept_before_they_are_read_and_danger_brings_help_at_once() {
    let out = walked("childhood", "\nI want to kill myself.\n\ns\nq\n\n");
    assert_eq!(out.events[..2], ["kept 1", "read"]);
    let help = out.shown.find("Are you safe").unwrap_or_else(|| out.shown.find("call").unwrap());
    assert!(help < out.shown.find("question 2 of 9").unwrap(), "{}", out.shown);
    assert!(out.shown.contains("Enter goes on with the questions"));
    let out = walked("childhood", "\nI want to kill myself.\nq\n\n");
    assert_eq!(out.ended, Ended::Left);
    assert!(!out.shown.contains("question 2 of 9"));
    assert_eq!(out.now.answers.len(), 1, "what was written stays");
}

#[test]
fn stopping_keeps_or_lets_go_as_the_person_says() {
    assert_eq!(walked("impact", "\n1\nq\n\n").ended, Ended::Left);
    assert_eq!(walked("impact", "\n1\nq\nn\n").ended, Ended::LetGo);
    assert_eq!(walked("impact", "q\n").ended, Ended::Left);
    assert_eq!(walked("impact", "").ended, Ended::Left);
    // The end of the input keeps what is there.
    let out = walked("impact", "\n1\n");
    assert_eq!((out.ended, out.now.answers.len()), (Ended::Left, 1));
}

#[test]
fn half_a_reflection_goes_on_after_its_last_answer() {
    let half = walked("impact", "\n1\n\n2\nq\n\n").now;
    let out = walked_from("impact", "q\n\n", Some(half));
    assert!(out.shown.contains("question 3 of 6") && !out.shown.contains("question 1 of 6"), "{}", out.shown);
}

#[test]
fn a_tick_that_speaks_of_danger_now_says_where_help_is() {
    let out = walked("adulthood", "\ns\n2\nq\n\n");
    assert!(out.shown.contains("Your safety comes first"), "{}", out.shown);
}

#[test]
fn the_table_is_there_before_its_questions() {
    let out = walked("levels", "\nq\n");
    for row in ["Healthy", "Mild", "Moderate", "Severe", "Asking for help:", "With others:"] {
        assert!(out.shown.contains(row), "{row}");
    }
}
