//! The dialogue in the terminal. What the person says is kept first, then screened and answered; the
//! answer is kept with where the protocol stands before it is shown, so that a kill loses nothing and
//! doubles nothing.

use std::io::{BufRead as _, Read as _};
use std::path::Path;

use super::commands::{Command, HELP, Typed, read};
use super::{PartsArgs, draw, notes};
use crate::assistant::{Answered, Assistant, Led, PartsBody, PartsRequest};
use crate::cli::error::CliError;
use crate::cli::page::{self, Page};
use crate::cli::setup;
use crate::crisis::{Coverage, Risk};
use crate::journal::{Answer, EntryText, Id, Journal, KeptDialogue, Line};
use crate::parts::{Dialogue, Effect, Event, Field, Mode, PartNotes, Saying, Speaker, Stage, Turn};

/// Bytes of a typed line that are read; more than 10,000 words.
const MOST_BYTES: u64 = 1 << 20;

/// The next typed line; `None` at the end.
pub(super) fn typed() -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let mut input = std::io::stdin().lock();
    if input.by_ref().take(MOST_BYTES).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).replace('\0', " ")))
}

/// A dialogue under way.
pub(super) struct Talk {
    assistant: Assistant,
    journal: Option<Journal>,
    kept: Option<Id>,
    request: PartsRequest,
    dialogue: Dialogue,
    /// What the person confirmed about the part.
    part: PartNotes,
    part_id: Option<Id>,
    /// Answers that the person may want to keep.
    offers: Vec<(Field, String)>,
}

impl Talk {
    /// Begins a dialogue, or goes on with the one that was left open.
    pub(super) fn begin(
        assistant: Assistant,
        journal: Option<Journal>,
        args: &PartsArgs,
    ) -> Result<Self, CliError> {
        let mut talk = Self {
            assistant,
            journal,
            kept: None,
            request: PartsRequest { country: args.country.clone(), ..PartsRequest::default() },
            dialogue: Dialogue::new(),
            part: PartNotes::default(),
            part_id: None,
            offers: Vec::new(),
        };
        if let Some(journal) = &talk.journal {
            let left = if args.new { None } else { journal.open_dialogue()? };
            match left {
                Some(left) => talk.take_up(left)?,
                None => talk.kept = Some(journal.begin_dialogue(None)?.id),
            }
        }
        Ok(talk)
    }

    fn take_up(&mut self, left: KeptDialogue) -> Result<(), CliError> {
        self.kept = Some(left.id);
        self.dialogue = left.stands;
        self.request.history =
            left.turns.into_iter().map(|turn| Turn { from: turn.from, text: turn.text }).collect();
        if let (Some(id), Some(journal)) = (left.part, &self.journal) {
            self.part_id = Some(id);
            let found = journal.parts()?.into_iter().find(|part| part.id == id);
            self.part = found.map(|part| part.notes).unwrap_or_default();
        }
        Ok(())
    }

    /// Leads the dialogue until it ends or the input does.
    pub(super) async fn lead(
        mut self,
        next: impl Fn() -> std::io::Result<Option<String>> + Copy + Send + 'static,
    ) -> Result<(), CliError> {
        self.welcome()?;
        // A turn that was kept and not answered is answered now.
        if self.request.history.last().is_some_and(|turn| turn.from == Speaker::Person) {
            self.answer(next).await?;
        }
        while self.dialogue.mode() != Mode::Closed {
            let Some(line) = prompt(next).await? else {
                if self.dialogue.mode() != Mode::Paused {
                    self.happen(Event::Pause, next).await?;
                }
                break;
            };
            match read(&line) {
                Typed::Nothing => {
                    let mut page = Page::bare();
                    page.aside("There's no hurry. /help lists what you can do.");
                    page.print()?;
                }
                Typed::Unknown(hint) => {
                    let mut page = Page::bare();
                    page.aside(hint);
                    page.print()?;
                }
                Typed::Said(text) => {
                    // Who speaks while it is paused goes on.
                    if self.dialogue.mode() == Mode::Paused {
                        self.dialogue = self.dialogue.step(Event::GoOn).0;
                    }
                    let text = EntryText::new(text)?;
                    if let (Some(journal), Some(id)) = (&self.journal, self.kept) {
                        journal.keep_turn(id, self.request.history.len(), &text)?;
                    }
                    self.request.history.push(Turn::person(text.as_str()));
                    self.answer(next).await?;
                }
                Typed::Command(command) => self.command(command, next).await?,
            }
        }
        Ok(())
    }

    fn welcome(&self) -> Result<(), CliError> {
        let mut page = Page::new();
        if self.request.history.is_empty() {
            page.say("This is a place to get to know a part of you, at its pace. Begin anywhere: with something that happened, or with “a part of me …”.");
            page.blank();
            page.aside("A program on your machine leads it. It is not a therapist and it can be wrong. /stop ends it at any time, /help lists the rest.");
            if self.journal.is_none() {
                page.aside("Nothing of this is kept: there is no journal open.");
            }
        } else {
            page.aside("You left this open. It goes on where it was; `evenkeel parts --new` begins another.");
            if let Some(last) = self.request.history.iter().rfind(|turn| turn.from == Speaker::Guide) {
                page.blank();
                page.say(&last.text);
            }
        }
        page.blank();
        page.print()
    }

    /// Answers the last turn, which is the person's and is kept.
    async fn answer(
        &mut self,
        next: impl Fn() -> std::io::Result<Option<String>> + Copy + Send + 'static,
    ) -> Result<(), CliError> {
        let place = self.assistant.turn().await?;
        let heard = self.assistant.hear(&self.request.history, Led::ByUs, &place).await?;
        let asked = self.dialogue.stage();
        let answered =
            self.assistant.reply_to(&self.request, self.confirmed(), self.dialogue, &heard, &place);
        let Answered { dialogue, effects, body } = answered.await?;
        drop(place);
        self.offer(asked, &body);
        self.dialogue = dialogue;
        self.keep(&body, Some(&heard.risk))?;
        show(&body, Some(&heard.risk))?;
        self.end_if_over(&effects, next).await
    }

    /// Something other than a turn happens.
    async fn happen(
        &mut self,
        event: Event,
        next: impl Fn() -> std::io::Result<Option<String>> + Copy + Send + 'static,
    ) -> Result<(), CliError> {
        let (dialogue, effects) = self.dialogue.step(event);
        self.dialogue = dialogue;
        if effects.is_empty() {
            if let (Some(journal), Some(id)) = (&self.journal, self.kept) {
                journal.keep_standing(id, dialogue)?;
            }
            return Ok(());
        }
        let body = self.assistant.say(&self.request, self.confirmed(), (&dialogue, &effects))?;
        self.keep(&body, None)?;
        show(&body, None)?;
        self.end_if_over(&effects, next).await
    }

    fn confirmed(&self) -> Option<(&str, Option<crate::parts::Role>)> {
        (!self.part.name.is_empty()).then_some((self.part.name.as_str(), self.part.role))
    }

    fn keep(&mut self, body: &PartsBody, risk: Option<&Risk>) -> Result<(), CliError> {
        if let (Some(journal), Some(id)) = (&self.journal, self.kept) {
            let answer = Answer {
                text: &body.reply,
                stage: body.stage,
                state: body.state,
                source: body.source.slug(),
                risk,
                stands: self.dialogue,
            };
            journal.keep_answer(id, self.request.history.len(), &answer)?;
        }
        self.request.history.push(Turn::guide(body.reply.clone()));
        Ok(())
    }

    /// Remembers an answer that may be worth keeping; the person decides at the end.
    fn offer(&mut self, asked: Option<Stage>, body: &PartsBody) {
        let words = self.request.history.last().map(|turn| turn.text.as_str()).unwrap_or_default();
        let field = asked.and_then(Field::of_stage).filter(|_| body.state == crate::parts::State::Open);
        if let Some(field) = field
            && !self.part.fields.contains_key(&field)
            && words.chars().count() <= 300
        {
            self.offers.retain(|(other, _)| *other != field);
            self.offers.push((field, words.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }

    async fn command(
        &mut self,
        command: Command,
        next: impl Fn() -> std::io::Result<Option<String>> + Copy + Send + 'static,
    ) -> Result<(), CliError> {
        let mut page = Page::bare();
        match command {
            Command::Pause => return self.happen(Event::Pause, next).await,
            Command::GoOn => return self.happen(Event::GoOn, next).await,
            Command::Ground => return self.happen(Event::Ground, next).await,
            Command::Stop => return self.happen(Event::Stop, next).await,
            Command::Open => {
                for stage in Stage::ALL {
                    self.dialogue = self.dialogue.step(Event::Open(stage)).0;
                }
                if let (Some(journal), Some(id)) = (&self.journal, self.kept) {
                    journal.keep_standing(id, self.dialogue)?;
                }
                page.aside("What you said no to may be asked again.");
            }
            Command::Help => HELP.iter().for_each(|(name, about)| page.aside(&format!("{name}  {about}"))),
            Command::Lines => {
                let country = crate::crisis::CountryCode::named(self.request.country.as_deref())
                    .map_err(crate::assistant::AssistantError::from)?;
                let screen = &self.assistant.content().screen;
                let lines = screen.helplines().for_country(&country, self.assistant.today());
                page::helplines(&mut page, &lines.lines);
                page.aside(&lines.note);
            }
            Command::History => {
                for turn in &self.request.history {
                    match turn.from {
                        Speaker::Guide => page.aside(&turn.text),
                        Speaker::Person => page.inset(&turn.text),
                    }
                }
            }
            Command::Part if self.part.name.is_empty() => {
                page.aside("Nothing is confirmed yet. /name NAME says what you call it.");
            }
            Command::Part => notes::show(&mut page, &self.part),
            Command::Map(file) => self.map(file.as_deref(), &mut page)?,
            other => {
                self.note(other).await?;
                notes::show(&mut page, &self.part);
            }
        }
        page.blank();
        page.print()
    }

    fn map(&self, file: Option<&Path>, page: &mut Page) -> Result<(), CliError> {
        let mut parts: Vec<PartNotes> = match &self.journal {
            Some(journal) => journal.parts()?.into_iter().map(|part| part.notes).collect(),
            None => Vec::new(),
        };
        if !self.part.name.is_empty() && !parts.iter().any(|part| part.name == self.part.name) {
            parts.push(self.part.clone());
        }
        match file {
            Some(file) => match draw(&parts, file) {
                Ok(()) => page.aside(&format!("Drawn into {}.", file.display())),
                Err(error) => page.aside(&error.to_string()),
            },
            None if parts.is_empty() => {
                page.aside("No part has a name yet. /name NAME gives this one its own.");
            }
            None => parts.iter().for_each(|part| notes::show(page, part)),
        }
        Ok(())
    }

    /// Notes what the person says of the part.
    async fn note(&mut self, command: Command) -> Result<(), CliError> {
        match command {
            Command::Name(name) => self.part.name = name,
            Command::Role(role) => {
                self.part.role = Some(role);
                self.dialogue = self.dialogue.step(Event::IsA(role)).0;
            }
            Command::Keep(field, words) => {
                self.part.fields.insert(field, words);
            }
            Command::Agreement(words) => self.part.agreements.push(words),
            Command::Quote(words) => self.part.quotes.push(words),
            Command::Tie(tie, other) => self.part.ties.push((tie, other)),
            _ => {}
        }
        self.screen_notes().await?;
        self.keep_part()
    }

    /// What is noted is a text of the person's as any other.
    async fn screen_notes(&self) -> Result<(), CliError> {
        let part = &self.part;
        let lines = part.fields.values().chain(&part.agreements).chain(&part.quotes);
        let text = lines.cloned().collect::<Vec<_>>().join("\n");
        if text.trim().is_empty() {
            return Ok(());
        }
        let place = self.assistant.turn().await?;
        let request = crate::assistant::Request { text, ..crate::assistant::Request::default() };
        let risk = self.assistant.screen(&request, &place).await?.risk;
        if let Some(escalation) = self.assistant.escalation(&risk, self.request.country.as_deref())? {
            let mut page = Page::bare();
            page::help(&mut page, &escalation);
            page.blank();
            page.print()?;
        }
        Ok(())
    }

    fn keep_part(&mut self) -> Result<(), CliError> {
        let (Some(journal), Some(id)) = (&self.journal, self.kept) else { return Ok(()) };
        if self.part.name.is_empty() {
            return Ok(());
        }
        let part = match self.part_id {
            Some(part) => journal.edit_part(part, None, &self.part)?,
            None => journal.add_part(&self.part)?,
        };
        self.part_id = Some(part.id);
        journal.note_dialogue(id, Some(part.id), None)?;
        Ok(journal.keep_standing(id, self.dialogue)?)
    }

    /// At the end: what does the person want to keep? Nothing is kept that they do not say yes to.
    async fn end_if_over(
        &mut self,
        effects: &[Effect],
        next: impl Fn() -> std::io::Result<Option<String>> + Copy + Send + 'static,
    ) -> Result<(), CliError> {
        let with_help = effects.contains(&Effect::Say(Saying::EndWithHelp));
        if !effects.contains(&Effect::Note) || with_help || self.kept.is_none() {
            return Ok(());
        }
        if !self.offers.is_empty() && self.part.name.is_empty() {
            let Some(name) = ask(
                next,
                "If you want to keep something of this part: what do you call it? Enter keeps nothing.",
            )
            .await?
            else {
                return Ok(());
            };
            self.part.name = name;
        }
        for (field, words) in std::mem::take(&mut self.offers) {
            if self.part.name.is_empty() {
                break;
            }
            let question = format!("{}: “{words}”. Keep that? [y/n]", field.label());
            if ask(next, &question)
                .await?
                .is_some_and(|said| matches!(said.to_lowercase().as_str(), "y" | "yes"))
            {
                self.part.fields.insert(field, words);
            }
        }
        self.keep_part()?;
        if let Some(note) = ask(next, "One line to remember this by? Enter leaves it without.").await?
            && let (Some(journal), Some(id)) = (&self.journal, self.kept)
        {
            journal.note_dialogue(id, None, Some(&Line::new(note)?))?;
        }
        Ok(())
    }
}

/// Shows an answer.
fn show(body: &PartsBody, risk: Option<&Risk>) -> Result<(), CliError> {
    let mut page = Page::new();
    match &body.escalation {
        Some(escalation) => {
            page::help(&mut page, escalation);
            page.blank();
            page.aside("The talk stays with this. If it was not meant like that, or you are safe and want to go on: /go");
        }
        None => page.say(&body.reply),
    }
    if let Some(support) = &body.support {
        page::beside(&mut page, support);
    }
    if risk.is_some_and(|risk| risk.coverage == Coverage::UnsupportedLanguage) {
        page.aside("Count this as unscreened.");
    }
    page.blank();
    page.print()
}

/// Asks for the next line of the talk.
async fn prompt(
    next: impl Fn() -> std::io::Result<Option<String>> + Send + 'static,
) -> Result<Option<String>, CliError> {
    let mut page = Page::bare();
    page.prompt();
    page.print()?;
    setup::blocking(move || Ok(next()?)).await
}

/// Asks one thing; `None` where nothing was said.
async fn ask(
    next: impl Fn() -> std::io::Result<Option<String>> + Send + 'static,
    question: &str,
) -> Result<Option<String>, CliError> {
    let mut page = Page::bare();
    page.aside(question);
    page.print()?;
    let line = prompt(next).await?;
    Ok(line.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()))
}
