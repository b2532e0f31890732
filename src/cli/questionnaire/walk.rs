//! Asking on the terminal: one question a page, a number for an answer, `b` back, `s` leave out,
//! `q` stop. It reads lines and shows pages and knows nothing of where they come from, so a script
//! or a test can walk it too.

use std::io::{self, BufRead, Read as _};

use crate::cli::error::CliError;
use crate::cli::page::{self, Page};
use crate::crisis::Escalation;
use crate::questionnaire::{Danger, Item, Questionnaire, Sheet, Slot};

/// Bytes of a typed line that are looked at; more than any answer needs.
const MOST_BYTES: u64 = 256;

/// Shows a page; whether on a fresh screen.
pub(super) type Show<'a> = &'a mut dyn FnMut(Page, bool) -> io::Result<()>;

/// The walk through a sheet.
pub(super) struct Walk<'a> {
    /// Lines without emphasis, on no fresh screen.
    pub(super) plain: bool,
    /// Whether a person sits there, for whom a mark shows where to write.
    pub(super) asks: bool,
    /// Whether what is answered is kept.
    pub(super) keeps: bool,
    /// The help that an answer leads to.
    pub(super) help: &'a dyn Fn(&Danger<'_>) -> Escalation,
    /// Lines read so far.
    pub(super) lines: usize,
}

/// How it ended.
pub(super) enum Ended {
    /// Every item was answered or left out.
    Done,
    /// The person stopped, or the input ended.
    Left,
}

/// What was typed.
enum Typed {
    Answer(u8),
    Enter,
    Back,
    Skip,
    Quit,
    Strange,
}

impl Walk<'_> {
    /// Asks the open items in order. Each answer is saved as it is given; one that speaks of danger
    /// brings help at once.
    pub(super) fn walk(
        &mut self,
        sheet: &mut Sheet<'_>,
        input: &mut dyn BufRead,
        show: Show<'_>,
        save: &mut dyn FnMut(&Sheet<'_>) -> Result<(), CliError>,
    ) -> Result<Ended, CliError> {
        let mut asked: Vec<usize> =
            (0..sheet.slots().len()).filter(|n| sheet.slots()[*n] != Slot::Open).collect();
        let mut next = sheet.next();
        while let Some(at) = next {
            show(self.page(sheet, at), true)?;
            next = loop {
                let Some(typed) = self.read(input)? else { return Ok(Ended::Left) };
                let wrong = match typed {
                    Typed::Quit => return Ok(Ended::Left),
                    Typed::Back => match asked.iter().rposition(|before| *before < at) {
                        Some(n) => break Some(asked.remove(n)),
                        None => "This is the first question.".to_owned(),
                    },
                    Typed::Skip if sheet.skip(at) => {
                        save(sheet)?;
                        asked.push(at);
                        break sheet.next();
                    }
                    Typed::Skip => cannot_skip(sheet.questionnaire()),
                    Typed::Enter if sheet.slots()[at] != Slot::Open => {
                        asked.push(at);
                        break sheet.next();
                    }
                    Typed::Answer(value) if sheet.give(at, value).is_ok() => {
                        // Help comes even if it could not be saved.
                        let saved = save(sheet);
                        asked.push(at);
                        if let Some(danger) = sheet.danger_at(at)
                            && self.interrupt(&danger, input, show)?
                        {
                            return saved.map(|()| Ended::Left);
                        }
                        saved?;
                        break sheet.next();
                    }
                    Typed::Answer(_) | Typed::Enter | Typed::Strange => {
                        let (least, most) = sheet.questionnaire().items[at].range();
                        format!("Give a number from {least} to {most}, or b, s or q.")
                    }
                };
                let mut page = self.bare();
                page.say(&wrong);
                self.mark(&mut page);
                show(page, false)?;
            };
        }
        Ok(Ended::Done)
    }

    /// Shows help at once and waits. Gives whether the person wants to stop here.
    fn interrupt(
        &mut self,
        danger: &Danger<'_>,
        input: &mut dyn BufRead,
        show: Show<'_>,
    ) -> Result<bool, CliError> {
        let mut page = Page::plain_if(self.plain);
        page::help(&mut page, &(self.help)(danger));
        page.blank();
        page.aside("Enter goes on with the sheet. q stops here.");
        self.mark(&mut page);
        show(page, true)?;
        Ok(matches!(self.read(input)?, None | Some(Typed::Quit)))
    }

    /// Asks whether to go on with half a sheet. Enter and the end of the input are a yes.
    pub(super) fn wants_to_resume(
        &mut self,
        input: &mut dyn BufRead,
        show: Show<'_>,
        questionnaire: &Questionnaire,
        day: &str,
    ) -> Result<bool, CliError> {
        let mut page = Page::plain_if(self.plain);
        page.say(&format!("A sheet of {} from {day} is half-finished.", questionnaire.short));
        page.aside("Enter goes on with it, n begins anew.");
        self.mark(&mut page);
        show(page, true)?;
        let line = read_line(input)?;
        self.lines += usize::from(line.is_some());
        Ok(!line.is_some_and(|line| matches!(line.trim().to_lowercase().as_str(), "n" | "no" | "new")))
    }

    /// Says that half a sheet is too old to go on with.
    pub(super) fn say_stale(
        &self,
        show: Show<'_>,
        questionnaire: &Questionnaire,
        day: &str,
    ) -> Result<(), CliError> {
        let mut page = Page::plain_if(self.plain);
        page.say(&format!(
            "A sheet from {day} was left half-way. It asked about {}, as of that day, so this is a new one. The old one stays in the history.",
            questionnaire.asks_about
        ));
        Ok(show(page, false)?)
    }

    fn page(&self, sheet: &Sheet<'_>, at: usize) -> Page {
        let questionnaire = sheet.questionnaire();
        let item = &questionnaire.items[at];
        let mut page = Page::plain_if(self.plain);
        page.aside(&format!("{}, question {} of {}", questionnaire.short, at + 1, questionnaire.items.len()));
        if has_lead(questionnaire, item) {
            page.say(&questionnaire.lead);
        }
        page.blank();
        page.strong(&item.text);
        page.blank();
        let chosen = sheet.slots()[at].answer();
        for choice in &item.choices {
            let mark =
                if chosen.is_some_and(|answer| answer.value() == choice.value) { " (now)" } else { "" };
            page.item(&format!("{}", choice.value), &format!(" {}{mark}", choice.label));
        }
        page.blank();
        let stop = if self.keeps { "q stops and keeps your place" } else { "q stops" };
        let skip = if sheet.may_skip(at) { "s leaves it out, " } else { "" };
        let enter = if sheet.slots()[at] == Slot::Open { "" } else { "Enter leaves it as it is, " };
        page.aside(&format!("A number answers. {enter}b goes back, {skip}{stop}."));
        self.mark(&mut page);
        page
    }

    fn bare(&self) -> Page {
        Page::bare_if(self.plain)
    }

    fn mark(&self, page: &mut Page) {
        if self.asks {
            page.prompt();
        }
    }

    fn read(&mut self, input: &mut dyn BufRead) -> io::Result<Option<Typed>> {
        let Some(line) = read_line(input)? else { return Ok(None) };
        self.lines += 1;
        Ok(Some(match line.trim().to_lowercase().as_str() {
            "" => Typed::Enter,
            "b" | "back" => Typed::Back,
            "s" | "skip" => Typed::Skip,
            "q" | "quit" => Typed::Quit,
            other => other.parse().map_or(Typed::Strange, Typed::Answer),
        }))
    }
}

/// Whether what stands above the items belongs to this one.
fn has_lead(questionnaire: &Questionnaire, item: &Item) -> bool {
    let gated = questionnaire.items.iter().any(|item| item.ends_at.is_some());
    if gated { item.ends_at.is_some() } else { item.scored }
}

fn cannot_skip(questionnaire: &Questionnaire) -> String {
    format!("This one can't be left out. {} q stops here.", questionnaire.missing.why())
}

/// The next line; `None` at the end of the input. What is too long to be an answer is cut.
fn read_line(input: &mut dyn BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if (&mut *input).take(MOST_BYTES).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    let mut last = bytes.last().copied();
    while last.is_some_and(|byte| byte != b'\n') {
        let mut rest = Vec::new();
        if (&mut *input).take(MOST_BYTES).read_until(b'\n', &mut rest)? == 0 {
            break;
        }
        last = rest.last().copied();
        bytes.push(b'?');
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::assistant::Assistant;
    use crate::crisis::{CountryCode, Date};
    use crate::questionnaire::Answer;

    /// What a walk with this input shows, the values it ends with, and how often it saved.
    fn walked(id: &str, typed: &str) -> (bool, String, Vec<Option<u8>>, usize) {
        let assistant = Assistant::rules_only(Date::new(2026, 11, 26).unwrap()).unwrap();
        let questionnaire = assistant.content().questionnaires.find(id).unwrap().clone();
        let mut sheet = Sheet::open(&questionnaire);
        let (mut shown, mut saved) = (String::new(), 0);
        let help = |danger: &Danger<'_>| assistant.help_for(danger, CountryCode::UNKNOWN);
        let mut walk = Walk { plain: true, asks: false, keeps: true, help: &help, lines: 0 };
        let mut show = |page: Page, _: bool| {
            shown.push_str(&page.into_text());
            Ok(())
        };
        let mut save = |_: &Sheet<'_>| {
            saved += 1;
            Ok(())
        };
        let ended = walk.walk(&mut sheet, &mut typed.as_bytes(), &mut show, &mut save).unwrap();
        let values = sheet.slots().iter().map(|slot| slot.answer().map(Answer::value)).collect();
        assert!(shown.lines().all(|line| line.chars().count() <= 72), "{shown}");
        (matches!(ended, Ended::Done), shown, values, saved)
    }

    #[test]
    fn every_question_is_asked_in_order_and_saved_as_it_is_answered() {
        let (done, shown, values, saved) = walked("audit-c", "1\n2\n3\n");
        assert!(done && saved == 3);
        assert_eq!(values, [Some(1), Some(2), Some(3)]);
        assert!(shown.contains("question 1 of 3") && shown.contains("question 3 of 3"), "{shown}");
        assert!(shown.contains("4 or more times a week"));
    }

    #[test]
    fn back_skip_and_stop_do_what_they_say() {
        let (done, _, values, _) = walked("phq-9", "3\n0\nb\n1\n1\nq\n");
        assert!(!done);
        assert_eq!(values[..3], [Some(3), Some(1), Some(1)]);
        let (_, shown, values, _) = walked("phq-9", "s\ns\ns\n2\nq\n");
        assert_eq!(values[..3], [None, None, Some(2)]);
        assert!(shown.contains("can't be left out"), "{shown}");
        let (_, shown, values, _) = walked("gad-7", "b\ns\n\n7\nx\n-1\n999\n2\n");
        assert_eq!(values[0], Some(2));
        assert!(
            shown.contains("first question") && shown.contains("All seven answers are needed"),
            "{shown}"
        );
        assert_eq!(shown.matches("Give a number from 0 to 3").count(), 5, "{shown}");
    }

    #[test]
    fn the_ninth_item_interrupts_at_once_with_help() {
        let (done, shown, values, saved) = walked("phq-9", "0\n0\n0\n0\n0\n0\n0\n0\n1\n\n0\n");
        assert!(done && saved == 10);
        assert_eq!(values[8], Some(1));
        let at = |words: &str| shown.find(words).unwrap();
        assert!(at("better off dead, or of hurting yourself.\n") < at("question 10 of 10"), "{shown}");
        let (done, _, values, _) = walked("phq-9", "0\n0\n0\n0\n0\n0\n0\n0\n3\nq\n");
        assert!(!done && values[8] == Some(3), "stopping after it keeps it");
        let (done, shown, ..) = walked("phq-9", "0\n0\n0\n0\n0\n0\n0\n0\n0\ns\n");
        assert!(done && !shown.contains("safe"), "{shown}");
    }

    #[test]
    fn a_no_at_the_gate_ends_the_sheet() {
        let (done, shown, values, _) = walked("pc-ptsd-5", "0\n");
        assert!(done && values[0] == Some(0));
        assert!(!shown.contains("question 2"));
        let (done, ..) = walked("pc-ptsd-5", "1\n1\n1\n0\n0\n1\n");
        assert!(done);
    }

    #[test]
    fn an_endless_line_is_no_answer() {
        let (_, shown, values, _) = walked("gad-2", &format!("{}\n1\n2\n", "1".repeat(100_000)));
        assert_eq!(values, [Some(1), Some(2)]);
        assert!(shown.contains("Give a number") && !shown.contains("1111"));
    }
}
