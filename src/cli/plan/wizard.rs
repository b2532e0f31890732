//! Writing a plan on the terminal: one step a screen, one line at a time. It reads lines and shows
//! pages and knows nothing of where they come from, so a script or a test can walk it too.

use std::io::{self, BufRead};

use crate::cli::lines::{self, LineFault};
use crate::cli::page::Page;
use crate::crisis::safety_plan::{LineError, MOST_CHARACTERS, PlanLine, PlanStep, SafetyPlan};
use crate::crisis::{Part, PartName, Screen, Tier};
use crate::entry::{Entry, Limit};

/// Bytes of a typed line that are kept; more than any line that can be used.
const MOST_BYTES: u64 = 4 * MOST_CHARACTERS as u64 + 64;

/// The walk through the six steps.
pub(super) struct Wizard<'a> {
    pub(super) screen: &'a Screen,
    /// Whether no plan is kept yet: then its owner is asked about plain text.
    pub(super) first: bool,
    /// Whether a person sits there, for whom a mark shows where to write.
    pub(super) asks: bool,
}

/// How it ended.
pub(super) enum Ended {
    /// The plan is as it was.
    Unchanged,
    /// Its owner does not want it kept as plain text.
    Declined,
    /// A first plan, and its owner agreed that it is plain text.
    Agreed(SafetyPlan),
    /// A plan that was there has changed.
    Changed(SafetyPlan),
}

/// Shows a page; whether on a fresh screen.
type Show<'a> = &'a mut dyn FnMut(Page, bool) -> io::Result<()>;

impl Wizard<'_> {
    /// Goes through the steps. The end of the input leaves the rest as it is.
    pub(super) fn walk(
        &self,
        input: &mut dyn BufRead,
        show: Show<'_>,
        before: &SafetyPlan,
    ) -> io::Result<Ended> {
        let mut plan = before.clone();
        let mut warned = false;
        for step in PlanStep::ALL {
            show(self.page(step, &plan), true)?;
            while let Some(typed) = read_line(input)? {
                let answer = match typed {
                    Ok(text) if text.trim().is_empty() => break,
                    Ok(text) => self.take(&mut plan, step, &text, &mut warned),
                    Err(what) => Some(wrong(&what.to_string())),
                };
                if let Some(page) = answer {
                    show(page, false)?;
                }
                self.mark(show)?;
            }
        }
        if plan == *before {
            return Ok(Ended::Unchanged);
        }
        if !self.first {
            return Ok(Ended::Changed(plan));
        }
        let agreed = self.ask(input, show)?;
        Ok(if agreed { Ended::Agreed(plan) } else { Ended::Declined })
    }

    /// Takes a typed line: a line of the plan, or `-2` to take the second away. Gives what there
    /// is to say about it.
    fn take(&self, plan: &mut SafetyPlan, step: PlanStep, text: &str, warned: &mut bool) -> Option<Page> {
        if let Some(number) = text.trim().strip_prefix('-').and_then(|n| n.trim().parse().ok()) {
            return Some(match plan.remove(step, number) {
                Ok(_) => listed(plan, step, Page::bare()),
                Err(error) => wrong(&error.to_string()),
            });
        }
        let line = match PlanLine::typed(step, text) {
            Ok(line) => line,
            Err(what) => return Some(wrong(&what.to_string())),
        };
        let is_now = self.sounds_like_now(line.text());
        if let Err(error) = plan.add(step, line) {
            return Some(wrong(&error.to_string()));
        }
        // Help comes once the plan is kept. Until then a word, and once is enough.
        (is_now && !std::mem::replace(warned, true)).then(|| {
            let mut page = Page::bare();
            page.say(self.screen.plan_texts().now());
            page.aside("`evenkeel help-lines` lists who. Ctrl-C leaves this.");
            page
        })
    }

    fn sounds_like_now(&self, text: &str) -> bool {
        Entry::new(text, Limit::Reframing).is_ok_and(|entry| {
            let part = Part { name: PartName::Text, entry: &entry, opinion: None };
            self.screen.assess(&[part]).tier >= Tier::Urgent
        })
    }

    fn page(&self, step: PlanStep, plan: &SafetyPlan) -> Page {
        let text = self.screen.plan_texts().step(step);
        let mut page = Page::new();
        page.aside(&format!("Step {} of {}", step.number(), PlanStep::ALL.len()));
        page.strong(&text.title);
        page.blank();
        page.say(&text.hint);
        page.blank();
        let mut page = listed(plan, step, page);
        page.aside("Write a line and press Enter. Enter alone goes on.");
        if !plan.lines(step).is_empty() {
            page.aside("What is there stays. -1 takes line 1 away.");
        }
        if self.asks {
            page.prompt();
        }
        page
    }

    /// Says that the plan is plain text and asks whether that is all right.
    fn ask(&self, input: &mut dyn BufRead, show: Show<'_>) -> io::Result<bool> {
        let texts = self.screen.plan_texts();
        let mut page = Page::new();
        texts.plain().iter().for_each(|line| page.say(line));
        page.blank();
        page.say(&format!("{} [y/n]", texts.question()));
        if self.asks {
            page.prompt();
        }
        show(page, true)?;
        loop {
            match read_line(input)? {
                None => return Ok(false),
                Some(Ok(text)) if is_yes(&text) => return Ok(true),
                Some(Ok(text)) if is_no(&text) => return Ok(false),
                Some(_) => {
                    show(wrong("Answer y to keep the plan, or n to keep nothing."), false)?;
                    self.mark(show)?;
                }
            }
        }
    }

    fn mark(&self, show: Show<'_>) -> io::Result<()> {
        if !self.asks {
            return Ok(());
        }
        let mut page = Page::bare();
        page.prompt();
        show(page, false)
    }
}

fn listed(plan: &SafetyPlan, step: PlanStep, mut page: Page) -> Page {
    for (i, line) in plan.lines(step).iter().enumerate() {
        page.item(&format!("{}.", i + 1), &line.to_string());
    }
    if !plan.lines(step).is_empty() {
        page.blank();
    }
    page
}

/// What is wrong, as a sentence.
fn wrong(what: &str) -> Page {
    let mut page = Page::bare();
    let mut letters = what.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    page.say(&first.chain(letters).collect::<String>());
    page
}

pub(super) fn is_yes(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "y" | "yes")
}

fn is_no(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "n" | "no")
}

/// The next line without its end; `None` at the end of the input. Of a line that is far too long
/// nothing is kept.
pub(super) fn read_line(input: &mut dyn BufRead) -> io::Result<Option<Result<String, LineError>>> {
    let read = lines::read(input, MOST_BYTES)?;
    Ok(read.map(|line| {
        line.map_err(|fault| match fault {
            LineFault::TooLong => LineError::FarTooLong,
            LineFault::NotText => LineError::Control,
        })
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    fn plan(lines: &[(PlanStep, &str)]) -> SafetyPlan {
        let mut plan = SafetyPlan::default();
        for (step, text) in lines {
            plan.add(*step, PlanLine::typed(*step, text).unwrap()).unwrap();
        }
        plan
    }

    fn walk(before: &SafetyPlan, first: bool, input: &str) -> (Ended, String) {
        let screen = Screen::embedded().unwrap();
        let mut shown = String::new();
        let mut show = |page: Page, _: bool| {
            shown.push_str(&page.into_text());
            Ok(())
        };
        let wizard = Wizard { screen: &screen, first, asks: false };
        let ended = wizard.walk(&mut input.as_bytes(), &mut show, before).unwrap();
        (ended, shown)
    }

    #[test]
    fn a_first_plan_is_kept_only_when_its_owner_agrees_to_plain_text() {
        let typed = "I stop answering\n\nWalk\nBath\n\n\nMara, 555 0101\n\n\n\n";
        let expected = plan(&[
            (PlanStep::WarningSigns, "I stop answering"),
            (PlanStep::Coping, "Walk"),
            (PlanStep::Coping, "Bath"),
            (PlanStep::People, "Mara, 555 0101"),
        ]);
        let none = SafetyPlan::default();
        let (ended, shown) = walk(&none, true, &format!("{typed}what?\nYes\n"));
        assert!(matches!(ended, Ended::Agreed(plan) if plan == expected));
        assert!(shown.contains("plain text") && shown.contains("Answer y"), "{shown}");
        for end in ["n\n", ""] {
            let (ended, _) = walk(&none, true, &format!("{typed}{end}"));
            assert!(matches!(ended, Ended::Declined), "{end:?}");
        }
        let (ended, shown) = walk(&none, true, "\n\n\n\n\n\n");
        assert!(matches!(ended, Ended::Unchanged) && !shown.contains("plain text"));
    }

    #[test]
    fn what_was_there_is_shown_kept_taken_away_and_added_to() {
        let before =
            plan(&[(PlanStep::Coping, "Walk"), (PlanStep::Coping, "Bath"), (PlanStep::People, "Tom")]);
        let (ended, shown) = walk(&before, false, "\n-1\nTea\n");
        let after = plan(&[(PlanStep::Coping, "Bath"), (PlanStep::Coping, "Tea"), (PlanStep::People, "Tom")]);
        assert!(matches!(ended, Ended::Changed(plan) if plan == after));
        assert!(
            shown.contains("1. Walk") && shown.contains("1. Bath") && shown.contains("1. Tom"),
            "{shown}"
        );
        assert!(!shown.contains("plain text"), "only asked about at first");
        assert!(matches!(walk(&before, false, "").0, Ended::Unchanged));
    }

    #[test]
    fn what_cannot_be_used_is_told_and_asked_again() {
        let long = "a".repeat(100_000);
        let typed = format!("{long}\n{}\n\u{1b}[2J\n-7\nReal\n", "b".repeat(201));
        let (ended, shown) = walk(&SafetyPlan::default(), false, &typed);
        assert!(matches!(ended, Ended::Changed(found) if found == plan(&[(PlanStep::WarningSigns, "Real")])));
        for told in ["far more than 200", "201 characters", "can't be shown", "no line 7"] {
            assert!(shown.contains(told), "{told}: {shown}");
        }
        assert!(!shown.contains('\u{1b}') && !shown.contains("aaaa"));
    }

    #[test]
    fn a_line_that_sounds_like_now_gets_a_word_at_once_and_only_once() {
        let typed = "I am going to kill myself tonight\nI want to die\n";
        let (_, shown) = walk(&SafetyPlan::default(), false, typed);
        assert_eq!(shown.matches("If this is how it is right now").count(), 1, "{shown}");
    }

    #[test]
    fn pages_are_72_columns_wide() {
        let before = plan(&[(PlanStep::Coping, "a long line that goes on and on ".repeat(6).trim())]);
        let (_, shown) = walk(&before, true, "x\n\n\n\n\n\n\ny\n");
        assert!(shown.lines().all(|l| l.chars().count() <= 72), "{shown}");
    }
}
