//! Every text is kept first, then screened: by phrase rules at once, by the model where it is
//! here. What rules alone have read is read again when the model is.

use std::io::Write as _;

use super::args::ScreeningArgs;
use crate::assistant::{Assistant, AssistantError, SaidBody};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::setup;
use crate::crisis::CountryCode;
use crate::journal::{Entry, Id, Journal, KeptWords, Screened, ThoughtRecord, Unread};

/// Texts read again beside a new one at most, so that nobody waits long.
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
        self.whole(journal, &entry.into()).await
    }

    /// Screens the words of a thought record that was kept, and keeps what was said.
    pub(super) async fn thought_record(
        &mut self,
        journal: &Journal,
        record: &ThoughtRecord,
    ) -> Result<Option<SaidBody>, CliError> {
        self.whole(journal, &record.into()).await
    }

    async fn whole(&mut self, journal: &Journal, kept: &KeptWords) -> Result<Option<SaidBody>, CliError> {
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
        self.rules(journal, &(&journal.full_record(id)?.record).into()).await
    }

    /// The model, loaded if it is here and may be used.
    pub(super) async fn model(&mut self) -> Result<Option<&Assistant>, CliError> {
        if self.model.is_none() && !self.rules_only && setup::model_is_here(self.global)? {
            let assistant = setup::assistant(self.global).await?;
            self.model = Some(setup::with_safety_plan(self.global, assistant));
        }
        Ok(self.model.as_ref())
    }

    async fn rules(&self, journal: &Journal, kept: &KeptWords) -> Result<Option<SaidBody>, CliError> {
        let said = self.screen(&self.rules, &kept.words).await?;
        if let Some(said) = &said {
            journal.keep_screening(kept.text, kept.version, &said.risk, None)?;
        }
        Ok(said)
    }

    async fn by_model(&mut self, journal: &Journal, kept: &KeptWords) -> Result<Option<SaidBody>, CliError> {
        self.model().await?;
        let Some(assistant) = &self.model else { return Ok(None) };
        let said = self.screen(assistant, &kept.words).await?;
        if let Some(said) = &said {
            journal.keep_screening(kept.text, kept.version, &said.risk, said.model.as_ref())?;
        }
        Ok(said)
    }

    /// Lets the model read some of what rules alone have read. Where it finds danger that they did
    /// not see, the person is told; they were told of the rest when they wrote it.
    async fn again(&mut self, journal: &Journal) -> Result<(), CliError> {
        for kept in journal.unread(Unread::ByModel, AGAIN)? {
            let found = self.by_model(journal, &kept).await?.is_some_and(|said| said.escalate);
            let known = self.screen(&self.rules, &kept.words).await?.is_some_and(|said| said.escalate);
            if found && !known {
                let show = match kept.text {
                    Screened::Entry(id) => format!("evenkeel journal show {id}"),
                    Screened::Record(id) => format!("evenkeel journal record show {id}"),
                };
                let told = format!(
                    "The model has now read something that you wrote earlier. It sounds as if you were in danger then.\n  {show}\n  evenkeel help-lines\nAre you safe right now? You don't have to sort this out alone."
                );
                writeln!(std::io::stderr(), "{told}")?;
            }
        }
        Ok(())
    }

    async fn screen(&self, assistant: &Assistant, text: &str) -> Result<Option<SaidBody>, CliError> {
        let turn = assistant.turn().await?;
        Ok(assistant.say_of(text, self.country, &turn).await?)
    }
}
