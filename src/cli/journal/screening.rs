//! Every text is kept first, then screened: by phrase rules at once, by the model where it is
//! here. What rules alone have read is read again when the model is.

use std::io::Write as _;

use super::args::ScreeningArgs;
use crate::assistant::{Assistant, AssistantError, SaidBody};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::setup;
use crate::crisis::CountryCode;
use crate::journal::{Entry, Id, Journal, Screened, ThoughtRecord};

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
        Ok(Self {
            global,
            rules_only: args.rules_only,
            country,
            rules: setup::with_safety_plan(global, setup::rules_only()?),
            model: None,
        })
    }

    /// Screens an entry that was kept, and keeps what was said. `None` if there is no word in it.
    pub(super) async fn entry(
        &mut self,
        journal: &Journal,
        entry: &Entry,
    ) -> Result<Option<SaidBody>, CliError> {
        self.whole(journal, &Kept::entry(entry)).await
    }

    /// Screens the words of a thought record that was kept, and keeps what was said.
    pub(super) async fn thought_record(
        &mut self,
        journal: &Journal,
        record: &ThoughtRecord,
    ) -> Result<Option<SaidBody>, CliError> {
        self.whole(journal, &Kept::record(record)).await
    }

    async fn whole(&mut self, journal: &Journal, kept: &Kept) -> Result<Option<SaidBody>, CliError> {
        let Some(said) = self.rules(journal, kept).await? else { return Ok(None) };
        if self.rules_only || !setup::model_is_here(self.global)? {
            return Ok(Some(said));
        }
        match self.by_model(journal, kept).await {
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

    /// Screens the words of a thought record by rules alone.
    pub(super) async fn record(&self, journal: &Journal, id: Id) -> Result<Option<SaidBody>, CliError> {
        self.rules(journal, &Kept::record(&journal.full_record(id)?.record)).await
    }

    /// The model, loaded if it is here and may be used.
    pub(super) async fn model(&mut self) -> Result<Option<&Assistant>, CliError> {
        if self.model.is_none() && !self.rules_only && setup::model_is_here(self.global)? {
            let assistant = setup::assistant(self.global).await?;
            self.model = Some(setup::with_safety_plan(self.global, assistant));
        }
        Ok(self.model.as_ref())
    }

    async fn rules(&self, journal: &Journal, kept: &Kept) -> Result<Option<SaidBody>, CliError> {
        let said = self.screen(&self.rules, &kept.text).await?;
        if let Some(said) = &said {
            journal.keep_screening(kept.id, kept.version, &said.risk, None)?;
        }
        Ok(said)
    }

    async fn by_model(&mut self, journal: &Journal, kept: &Kept) -> Result<Option<SaidBody>, CliError> {
        self.model().await?;
        let Some(assistant) = &self.model else { return Ok(None) };
        let said = self.screen(assistant, &kept.text).await?;
        if let Some(said) = &said {
            journal.keep_screening(kept.id, kept.version, &said.risk, said.model.as_ref())?;
        }
        Ok(said)
    }

    /// Lets the model read some of what rules alone have read.
    async fn again(&mut self, journal: &Journal) -> Result<(), CliError> {
        for entry in journal.screened_by_rules_only(AGAIN)? {
            self.by_model(journal, &Kept::entry(&entry)).await?;
        }
        Ok(())
    }

    async fn screen(&self, assistant: &Assistant, text: &str) -> Result<Option<SaidBody>, CliError> {
        let turn = assistant.turn().await?;
        Ok(assistant.say_of(text, self.country, &turn).await?)
    }
}

/// A version of a text that was kept.
struct Kept {
    id: Screened,
    version: u32,
    text: String,
}

impl Kept {
    fn entry(entry: &Entry) -> Self {
        Self { id: Screened::Entry(entry.id), version: entry.version, text: entry.text.as_str().to_owned() }
    }

    fn record(record: &ThoughtRecord) -> Self {
        Self { id: Screened::Record(record.id), version: record.version, text: record.content.words() }
    }
}
