//! Asking a line on the terminal, and heeding what was written: what check-ins, practice and
//! people share. It reads lines and shows pages and knows nothing of where they come from.

use std::io::{self, BufRead, Read as _};

use clap::Args;

use super::args::Global;
use super::error::CliError;
use super::page::{self, Page};
use super::setup;
use crate::assistant::{Assistant, AssistantError, SaidBody};
use crate::checkin::Words;
use crate::crisis::CountryCode;
use crate::journal::{Content, Journal, JournalError, Kept};

/// Bytes of a typed line that are read; more than any line that is kept.
const MOST_BYTES: u64 = 4 * Words::MOST as u64 + 64;

/// Options of each of these commands.
#[derive(Debug, Clone, Args)]
pub(super) struct AskArgs {
    /// Print JSON
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Plain lines, one after the other: no clearing of the screen, no emphasis
    #[arg(long, global = true)]
    pub(super) plain: bool,
    /// Two letters of your country, for helplines
    #[arg(long, global = true, value_name = "CC", env = "EVENKEEL_COUNTRY")]
    pub(super) country: Option<String>,
    /// Screen by phrase rules only, without the model
    #[arg(long, global = true)]
    pub(super) rules_only: bool,
}

impl AskArgs {
    pub(super) fn page(&self) -> Page {
        Page::plain_if(self.plain)
    }
}

/// Somebody who is asked.
pub(super) struct Asking<'a> {
    pub(super) input: &'a mut dyn BufRead,
    /// Shows a page; whether on a fresh screen.
    pub(super) show: &'a mut dyn FnMut(&Page, bool) -> io::Result<()>,
    /// Without emphasis, on no fresh screen.
    pub(super) plain: bool,
    /// Whether a person sits there, for whom a mark shows where to write.
    pub(super) asks: bool,
    /// Lines read so far.
    pub(super) lines: usize,
}

impl Asking<'_> {
    /// Shows a page and reads the line that answers it; `None` at the end of the input.
    pub(super) fn ask(&mut self, mut page: Page, fresh: bool) -> Result<Option<String>, CliError> {
        if self.asks {
            page.prompt();
        }
        (self.show)(&page, fresh)?;
        let line = read_line(self.input)?;
        if setup::cancel().is_cancelled() {
            return Err(CliError::Interrupted);
        }
        self.lines += usize::from(line.is_some());
        Ok(line.map(|line| line.trim().to_owned()))
    }

    /// Asks until a value is taken. Enter and the end of the input leave it out.
    pub(super) fn value<T, E: std::fmt::Display>(
        &mut self,
        question: &str,
        aside: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, CliError> {
        let mut page = Page::plain_if(self.plain);
        page.strong(question);
        page.aside(aside);
        let mut fresh = true;
        loop {
            let Some(line) = self.ask(page, fresh)?.filter(|line| !line.is_empty()) else { return Ok(None) };
            match read(&line) {
                Ok(value) => return Ok(Some(value)),
                Err(takes) => {
                    page = Page::bare_if(self.plain);
                    page.say(&format!("This takes {takes}."));
                    fresh = false;
                }
            }
        }
    }

    /// Asks for a line of words. Enter leaves it out.
    pub(super) fn words(&mut self, question: &str) -> Result<Option<Words>, CliError> {
        self.value(question, "Enter leaves it out.", Words::new)
    }
}

/// The next line; `None` at the end of the input. What is too long is made unfit to be kept.
pub(super) fn read_line(input: &mut dyn BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if (&mut *input).take(MOST_BYTES).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    let mut last = bytes.last().copied();
    while bytes.len() as u64 >= MOST_BYTES && last.is_some_and(|byte| byte != b'\n') {
        let mut rest = Vec::new();
        if (&mut *input).take(MOST_BYTES).read_until(b'\n', &mut rest)? == 0 {
            break;
        }
        last = rest.last().copied();
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Shows pages on the screen, or beside JSON.
pub(super) fn on_screen(json: bool) -> impl FnMut(&Page, bool) -> io::Result<()> {
    move |page, fresh| page::on_screen(page, fresh, json)
}

/// Reads words for danger once they are kept.
pub(super) struct Heed<'a> {
    global: &'a Global,
    rules_only: bool,
    country: CountryCode,
    rules: Assistant,
}

impl<'a> Heed<'a> {
    /// Made before anything is kept, so that a slip in the options keeps nothing.
    pub(super) fn new(global: &'a Global, args: &AskArgs) -> Result<Self, CliError> {
        let country = CountryCode::named(args.country.as_deref()).map_err(AssistantError::from)?;
        let rules = setup::with_safety_plan(global, setup::rules_only()?);
        Ok(Self { global, rules_only: args.rules_only, country, rules })
    }

    /// What the screen says: by rules, and by the model where it is here. `None` where there is
    /// no word.
    pub(super) async fn words(&self, text: &str) -> Result<Option<SaidBody>, CliError> {
        let Some(said) = self.by_rules(text).await? else { return Ok(None) };
        if said.escalate || self.rules_only || !setup::model_is_here(self.global)? {
            return Ok(Some(said));
        }
        // The rules have read it; a model that fails takes nothing away.
        match self.by_model(text).await {
            Ok(read) => Ok(read.or(Some(said))),
            Err(error) => {
                super::journal::tell(self.global, &format!("The model could not read this now: {error}"))?;
                Ok(Some(said))
            }
        }
    }

    /// The rules, without a model.
    pub(super) const fn rules(&self) -> &Assistant {
        &self.rules
    }

    /// The help that the first urgent one of these leads to, as the rules read them.
    pub(super) async fn urgent_among(&self, words: &[String]) -> Result<Option<SaidBody>, CliError> {
        Ok(self.rules.urgent_among(words, self.country).await?)
    }

    /// What the rules say alone.
    pub(super) async fn by_rules(&self, text: &str) -> Result<Option<SaidBody>, CliError> {
        Ok(self.rules.say_of(text, self.country, &self.rules.turn().await?).await?)
    }

    async fn by_model(&self, text: &str) -> Result<Option<SaidBody>, CliError> {
        let assistant = setup::with_safety_plan(self.global, setup::assistant(self.global).await?);
        Ok(assistant.say_of(text, self.country, &assistant.turn().await?).await?)
    }
}

/// Help, where words led to it.
pub(super) fn help(page: &mut Page, said: Option<&SaidBody>) {
    if let Some(escalation) = said.and_then(|said| said.escalation.as_ref()) {
        page::help(page, escalation);
        page.blank();
    }
}

/// Says that nothing was kept.
pub(super) fn nothing(ask: &AskArgs) -> Result<(), CliError> {
    if ask.json {
        return super::journal::print_json(&serde_json::json!({ "schema": 1, "id": null }));
    }
    let mut page = ask.page();
    page.say("Nothing was kept.");
    page.blank();
    page.print()
}

/// What is kept whose id begins so; said in the words of the command that lists them.
pub(super) fn kept_like<C: Content>(journal: &Journal, id: &str, lists: &str) -> Result<Kept<C>, CliError> {
    journal.kept_like(id).map_err(|error| match error {
        JournalError::Ambiguous { found: 0 } => {
            CliError::Usage(format!("There is no {} of this id. `{lists}` shows them.", C::WHAT))
        }
        JournalError::Ambiguous { .. } => {
            CliError::Usage("Several ids begin so. Give more of it.".to_owned())
        }
        other => other.into(),
    })
}

/// The beginning of an id, as lists show it: what is random in it tells two apart.
pub(super) fn short(id: crate::journal::Id) -> String {
    id.to_string().chars().take(18).collect()
}
