//! A reflection asked one question a screen: numbers tick, words are kept as they are, `b` goes
//! back, `s` leaves out, `g` grounds, `q` stops. It reads lines and shows pages and knows nothing of
//! where they come from.

use std::io;

use super::ground::ground;
use super::lines::Lines;
use crate::assistant::SaidBody;
use crate::checkin::Words;
use crate::cli::asking;
use crate::cli::error::CliError;
use crate::cli::page::Page;
use crate::exercise::Exercises;
use crate::reflection::{Choice, NOTE, Question, Reflected, Reflection};

/// Shows a page; whether on a fresh screen.
pub(super) type Show<'a> = &'a mut dyn FnMut(&Page, bool) -> io::Result<()>;

/// What a walk needs besides lines and a place to show pages.
pub(super) struct Walk<'a> {
    pub(super) reflection: &'a Reflection,
    pub(super) exercises: &'a Exercises,
    /// Lines without emphasis, on no fresh screen.
    pub(super) plain: bool,
    /// Whether a person sits there, for whom a mark shows where to write.
    pub(super) asks: bool,
    /// Whether what is answered is kept.
    pub(super) keeps: bool,
    pub(super) lines: &'a mut dyn Lines,
    pub(super) show: Show<'a>,
    /// Keeps what is there so far, before anything is read for danger.
    pub(super) save: &'a mut dyn FnMut(&Reflected) -> Result<(), CliError>,
    /// What the rules say of words that were kept.
    pub(super) heed: &'a mut dyn FnMut(&str) -> Result<Option<SaidBody>, CliError>,
    /// Lines read so far.
    pub(super) read: usize,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// At its end.
    Done,
    /// The person stopped, or the input ended; what is there stays.
    Left,
    /// The person stopped and wants nothing kept.
    LetGo,
}

/// Where a question leads.
enum To {
    Next,
    Back,
    Stop,
}

impl Walk<'_> {
    /// Asks from the first question without an answer on.
    pub(super) fn walk(&mut self, now: &mut Reflected) -> Result<Ended, CliError> {
        let begun = !now.is_empty();
        if !begun && self.begin()? {
            return Ok(Ended::Left);
        }
        let last = now.answers.last().map(|answer| answer.question.clone());
        let reflection = self.reflection;
        let place = |id: &String| reflection.questions.iter().position(|one| one.id == *id);
        let mut at = last.as_ref().and_then(place).map_or(0, |at| at + 1);
        loop {
            let to = match reflection.questions.get(at) {
                Some(question) => self.question(question, at, now)?,
                None => self.summary(now)?,
            };
            match to {
                To::Next if at == reflection.questions.len() => {
                    now.finished = true;
                    return Ok(Ended::Done);
                }
                To::Next => at += 1,
                To::Back => at -= 1,
                To::Stop => return self.stop(now),
            }
        }
    }

    /// Says what it is about. Gives whether the person stops here.
    fn begin(&mut self) -> Result<bool, CliError> {
        let mut page = self.page();
        page.strong(&self.reflection.title);
        page.say(&self.reflection.about);
        page.blank();
        page.say(&self.reflection.note);
        levels(&mut page, self.reflection);
        page.blank();
        page.aside(NOTE);
        page.aside("Enter begins, g grounds, q stops.");
        loop {
            let Some(typed) = self.ask(&mut page, true)? else { return Ok(true) };
            match typed.to_lowercase().as_str() {
                "q" | "quit" => return Ok(true),
                "g" | "ground" => self.ground()?,
                _ => return Ok(false),
            }
            page = self.page();
            page.aside("Enter begins, g grounds, q stops.");
        }
    }

    fn question(&mut self, question: &Question, at: usize, now: &mut Reflected) -> Result<To, CliError> {
        let mut page = self.asked(question, at, now);
        let mut fresh = true;
        loop {
            let Some(typed) = self.ask(&mut page, fresh)? else { return Ok(To::Stop) };
            fresh = false;
            page = Page::bare_if(self.plain);
            match typed.to_lowercase().as_str() {
                "" => return Ok(To::Next),
                "q" | "quit" => return Ok(To::Stop),
                "b" | "back" if at > 0 => return Ok(To::Back),
                "b" | "back" => page.say("This is the first question."),
                "s" | "skip" => {
                    now.put(self.reflection, question, &[], None);
                    (self.save)(now)?;
                    return Ok(To::Next);
                }
                "g" | "ground" => {
                    self.ground()?;
                    (page, fresh) = (self.asked(question, at, now), true);
                }
                _ => match (numbers(&typed), question.choices.is_empty()) {
                    (Some(ticks), false) => {
                        if ticks.iter().all(|n| (1..=question.choices.len()).contains(n)) {
                            self.tick(question, &ticks, now, &mut page)?;
                        } else {
                            let most = question.choices.len();
                            page.say(&format!("The statements have the numbers 1 to {most}."));
                        }
                    }
                    _ => match Words::new(&typed) {
                        Err(takes) => page.say(&format!("This takes {takes}.")),
                        Ok(words) => {
                            let ticked = ticked(question, now);
                            now.put(self.reflection, question, &ticked, Some(words.clone()));
                            return self.keep_and_heed(now, &words);
                        }
                    },
                },
            }
        }
    }

    /// Ticks what is not ticked, and the other way round.
    fn tick(
        &mut self,
        question: &Question,
        ticks: &[usize],
        now: &mut Reflected,
        page: &mut Page,
    ) -> Result<(), CliError> {
        let mut all = ticked(question, now);
        let mut says = Vec::new();
        for choice in ticks.iter().filter_map(|n| question.choices.get(n - 1)) {
            if let Some(at) = all.iter().position(|one| one.id == choice.id) {
                all.remove(at);
            } else {
                all.push(choice);
                says.extend(&choice.says);
            }
        }
        let words = now.answer(&question.id).and_then(|answer| answer.words.clone());
        now.put(self.reflection, question, &all, words);
        (self.save)(now)?;
        for said in says {
            page.say(said);
            page.blank();
        }
        let ticked: Vec<&str> = ticked(question, now).iter().map(|one| one.text.as_str()).collect();
        if ticked.is_empty() {
            page.say("Nothing is ticked.");
        } else {
            page.say("Ticked:");
            for text in ticked {
                page.item("·", text);
            }
        }
        page.aside("Enter goes on. Words of your own can stand beside it.");
        Ok(())
    }

    /// Words are kept first, and read after that.
    fn keep_and_heed(&mut self, now: &Reflected, words: &Words) -> Result<To, CliError> {
        // Help comes even if it could not be kept.
        let saved = (self.save)(now);
        let said = (self.heed)(words.as_str())?;
        if said.as_ref().is_some_and(|said| said.escalate) {
            let mut page = self.page();
            asking::help(&mut page, said.as_ref());
            page.aside("Enter goes on with the questions, g grounds, q stops here.");
            loop {
                let Some(typed) = self.ask(&mut page, true)? else { return saved.map(|()| To::Stop) };
                match typed.to_lowercase().as_str() {
                    "q" | "quit" => return saved.map(|()| To::Stop),
                    "g" | "ground" => self.ground()?,
                    _ => break,
                }
                page = self.page();
                asking::help(&mut page, said.as_ref());
                page.aside("Enter goes on with the questions, q stops here.");
            }
        }
        saved.map(|()| To::Next)
    }

    /// Shows what was said, unchanged, and asks for a line of the person's own.
    fn summary(&mut self, now: &mut Reflected) -> Result<To, CliError> {
        loop {
            let mut page = self.page();
            page.aside(&format!("{}, what you said", self.reflection.title));
            if now.answers.is_empty() {
                page.blank();
                page.say("Everything was left out. That is an answer too.");
            }
            said(&mut page, now);
            page.blank();
            page.strong("In your own words: what stands out, or what would you like to keep of it?");
            if let Some(summary) = &now.summary {
                page.say(summary.as_str());
            }
            page.aside("One line. Enter leaves it out, b goes back, g grounds, q stops.");
            let mut fresh = true;
            loop {
                let Some(typed) = self.ask(&mut page, fresh)? else { return Ok(To::Stop) };
                match typed.to_lowercase().as_str() {
                    "" | "s" | "skip" => return Ok(To::Next),
                    "q" | "quit" => return Ok(To::Stop),
                    "b" | "back" => return Ok(To::Back),
                    "g" | "ground" => {
                        self.ground()?;
                        break;
                    }
                    _ => match Words::new(&typed) {
                        Ok(words) => {
                            now.summary = Some(words.clone());
                            return self.keep_and_heed(now, &words);
                        }
                        Err(takes) => {
                            page = Page::bare_if(self.plain);
                            page.say(&format!("This takes {takes}."));
                            fresh = false;
                        }
                    },
                }
            }
        }
    }

    fn stop(&mut self, now: &Reflected) -> Result<Ended, CliError> {
        if now.is_empty() || !self.keeps {
            return Ok(Ended::Left);
        }
        let mut page = self.page();
        page.say("We stop here. Keep what is there so far?");
        page.aside("Enter keeps it, n lets it go.");
        let typed = self.ask(&mut page, true)?.unwrap_or_default();
        let let_go = matches!(typed.to_lowercase().as_str(), "n" | "no");
        Ok(if let_go { Ended::LetGo } else { Ended::Left })
    }

    fn asked(&self, question: &Question, at: usize, now: &Reflected) -> Page {
        let mut page = self.page();
        let count = self.reflection.questions.len();
        page.aside(&format!("{}, question {} of {count}", self.reflection.title, at + 1));
        page.blank();
        page.strong(&question.asks);
        if let Some(hint) = &question.hint {
            page.aside(hint);
        }
        let ticked = ticked(question, now);
        if !question.choices.is_empty() {
            page.blank();
        }
        for (n, choice) in question.choices.iter().enumerate() {
            let mark = if ticked.contains(&choice) { " (ticked)" } else { "" };
            page.item(&(n + 1).to_string(), &format!(" {}{mark}", choice.text));
        }
        page.blank();
        if let Some(words) = now.answer(&question.id).and_then(|answer| answer.words.as_ref()) {
            page.say(&format!("Your words: {}", words.as_str()));
        }
        let how = if question.choices.is_empty() {
            "Write a line of your own, or leave it out."
        } else {
            "Numbers tick, such as 1 3. A line of your own words is kept as it is."
        };
        page.aside(how);
        page.aside("Enter goes on, b goes back, s leaves it out, g grounds, q stops.");
        page
    }

    fn ground(&mut self) -> Result<(), CliError> {
        ground(self.exercises, self.plain, self.lines, self.show)
    }

    fn page(&self) -> Page {
        Page::plain_if(self.plain)
    }

    /// Shows a page and reads the line that answers it; `None` at the end of the input.
    fn ask(&mut self, page: &mut Page, fresh: bool) -> Result<Option<String>, CliError> {
        if self.asks {
            page.prompt();
        }
        (self.show)(page, fresh)?;
        let line = self.lines.next()?;
        self.read += usize::from(line.is_some());
        Ok(line.map(|line| line.trim().to_owned()))
    }
}

/// Numbers of statements, if the line holds nothing else.
fn numbers(typed: &str) -> Option<Vec<usize>> {
    let words = typed.split([' ', ',']).filter(|word| !word.is_empty());
    words.map(|word| word.bytes().all(|b| b.is_ascii_digit()).then(|| word.parse().ok())?).collect()
}

fn ticked<'q>(question: &'q Question, now: &Reflected) -> Vec<&'q Choice> {
    let answer = now.answer(&question.id);
    let ids = answer.map(|answer| answer.ticked.as_slice()).unwrap_or_default();
    question.choices.iter().filter(|choice| ids.iter().any(|one| one.id == choice.id)).collect()
}

/// The table to read.
pub(super) fn levels(page: &mut Page, reflection: &Reflection) {
    for level in &reflection.levels {
        page.blank();
        page.strong(&level.name);
        page.item("·", &format!("What it is like: {}", level.characteristics));
        page.item("·", &format!("Asking for help: {}", level.help_seeking));
        page.item("·", &format!("With others: {}", level.relationships));
    }
}

/// What was ticked and written, unchanged.
pub(super) fn said(page: &mut Page, now: &Reflected) {
    for answer in &now.answers {
        page.blank();
        page.aside(answer.asks.as_str());
        for one in &answer.ticked {
            page.item("·", one.text.as_str());
        }
        if let Some(words) = &answer.words {
            page.say(words.as_str());
        }
    }
}
