//! Every text is kept first, then screened: by phrase rules at once, by the model where it is
//! here. What rules alone have read is read again when the model is.

use std::io::Write as _;

use super::args::ScreeningArgs;
use crate::assistant::{Assistant, AssistantError, SaidBody};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::setup;
use crate::crisis::CountryCode;
use crate::journal::{Entry, Journal, Screened};

/// Entries read again beside a new one at most, so that nobody waits long.
const AGAIN: usize = 8;

/// The rules, and the model once it was loaded.
pub(super) struct Screener<'a> {
    global: &'a Global,
    rules_only: bool,
    country: CountryCode,
    rules: Assistant,
    model: Option<Assistant>,
}

impl<'a> Screener<'a> {
    /// Made before anything is kept, so that a slip in the options keeps nothing.
    pub(super) fn new(global: &'a Global, args: &ScreeningArgs) -> Result<Self, CliError> {
        let country = CountryCode::named(args.country.as_deref()).map_err(AssistantError::from)?;
        Ok(Self { global, rules_only: args.rules_only, country, rules: setup::rules_only()?, model: None })
    }

    /// Screens an entry that was kept, and keeps what was said. `None` if there is no word in it.
    pub(super) async fn entry(
        &mut self,
        journal: &Journal,
        entry: &Entry,
    ) -> Result<Option<SaidBody>, CliError> {
        let Some(said) = self.by_rules(journal, entry).await? else { return Ok(None) };
        if self.rules_only || !setup::model_is_here(self.global)? {
            return Ok(Some(said));
        }
        match self.by_model(journal, entry).await {
            Ok(read) => {
                self.again(journal).await?;
                Ok(read.or(Some(said)))
            }
            // Rules have read it; the model reads it another time.
            Err(error) => {
                if !self.global.quiet {
                    writeln!(std::io::stderr(), "The model could not read this now: {error}")?;
                }
                Ok(Some(said))
            }
        }
    }

    /// Screens by rules alone, which takes no time.
    pub(super) async fn by_rules(
        &self,
        journal: &Journal,
        entry: &Entry,
    ) -> Result<Option<SaidBody>, CliError> {
        let said = self.screen(&self.rules, entry.text.as_str()).await?;
        if let Some(said) = &said {
            journal.keep_screening(Screened::Entry(entry.id), entry.version, &said.risk, None)?;
        }
        Ok(said)
    }

    /// Screens the words of a thought record by rules and keeps what was said.
    pub(super) async fn record(
        &self,
        journal: &Journal,
        id: crate::journal::Id,
    ) -> Result<Option<SaidBody>, CliError> {
        let record = journal.full_record(id)?.record;
        let said = self.screen(&self.rules, &record.content.words()).await?;
        if let Some(said) = &said {
            journal.keep_screening(Screened::Record(id), record.version, &said.risk, None)?;
        }
        Ok(said)
    }

    async fn by_model(&mut self, journal: &Journal, entry: &Entry) -> Result<Option<SaidBody>, CliError> {
        if self.model.is_none() {
            self.model = Some(setup::assistant(self.global).await?);
        }
        let Some(assistant) = &self.model else { return Ok(None) };
        let said = self.screen(assistant, entry.text.as_str()).await?;
        if let Some(said) = &said {
            let (id, model) = (Screened::Entry(entry.id), said.model.as_ref());
            journal.keep_screening(id, entry.version, &said.risk, model)?;
        }
        Ok(said)
    }

    /// Lets the model read some of what rules alone have read.
    async fn again(&mut self, journal: &Journal) -> Result<(), CliError> {
        for entry in journal.screened_by_rules_only(AGAIN)? {
            self.by_model(journal, &entry).await?;
        }
        Ok(())
    }

    async fn screen(&self, assistant: &Assistant, text: &str) -> Result<Option<SaidBody>, CliError> {
        let turn = assistant.turn().await?;
        Ok(assistant.say_of(text, self.country, &turn).await?)
    }
}
