//! Whether and where a sheet is kept: in the journal, answer by answer, or not at all.

use super::args::TakeArgs;
use crate::assistant::{LastTime, given_of, kept_content};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::journal::{self, Unasked};
use crate::journal::{Id, Journal, Response};
use crate::questionnaire::{Questionnaire, Sheet};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// The journal if it takes part, and the row of the sheet that is being filled in.
pub(super) struct Keeping {
    journal: Option<Journal>,
    why_not: Option<String>,
    id: Option<Id>,
}

/// What was found of an earlier try.
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// Half a sheet that is too old to go on with, and its day.
    Stale(String),
    /// Half a sheet, and its day.
    Half(Box<Response>, String),
}

impl Keeping {
    pub(super) fn open(global: &Global, args: &TakeArgs) -> Result<Self, CliError> {
        let without = |why: String| Self { journal: None, why_not: Some(why), id: None };
        let with = |journal| Self { journal: Some(journal), why_not: None, id: None };
        if args.no_keep {
            return Ok(Self { journal: None, why_not: None, id: None });
        }
        if args.keep {
            return Ok(with(journal::open(global)?));
        }
        Ok(match journal::open_unasked(global) {
            Ok(Unasked::Open(journal)) => with(*journal),
            Ok(Unasked::None) => {
                without("This is not kept, because there is no journal. --keep begins one.".into())
            }
            Ok(Unasked::Locked) => without(
                "This is not kept, because your journal is locked. --keep asks for its passphrase.".into(),
            ),
            // A journal that can't be opened stands in nobody's way.
            Err(error) => without(format!("This is not kept. {error}")),
        })
    }

    /// Why nothing is kept, where that is not what was asked for.
    pub(super) fn why_not(&self) -> Option<&str> {
        self.why_not.as_deref()
    }

    pub(super) const fn keeps(&self) -> bool {
        self.journal.is_some()
    }

    pub(super) const fn id(&self) -> Option<Id> {
        self.id
    }

    /// What is said of one that was left.
    pub(super) fn left(&self, questionnaire: &Questionnaire) -> String {
        match self.id {
            Some(_) => {
                format!("Your place is kept. `evenkeel questionnaire take {}` goes on.", questionnaire.id)
            }
            None => "Nothing was kept.".to_owned(),
        }
    }

    /// Half a sheet from before.
    pub(super) fn half_finished(&self, questionnaire: &Questionnaire) -> Result<Found, CliError> {
        let Some(journal) = &self.journal else { return Ok(Found::Nothing) };
        let Some(response) = journal.unfinished_response(&questionnaire.id)? else {
            return Ok(Found::Nothing);
        };
        let day = response.saved.day();
        let age = journal.now().ms().saturating_sub(response.saved.ms());
        let lasts = i64::from(questionnaire.resume_days) * DAY_MS;
        // The answers to an item that has changed since belong to the old one.
        let same = response.content.edition == questionnaire.edition
            && Sheet::from_given(questionnaire, &given_of(&response)).is_ok();
        let is_fresh = (0..=lasts).contains(&age) && same;
        Ok(if is_fresh { Found::Half(Box::new(response), day) } else { Found::Stale(day) })
    }

    /// Goes on with half a sheet.
    pub(super) fn resume<'q>(
        &mut self,
        questionnaire: &'q Questionnaire,
        response: &Response,
    ) -> Result<Sheet<'q>, CliError> {
        self.id = Some(response.id);
        Ok(Sheet::from_given(questionnaire, &given_of(response))?)
    }

    /// Keeps what is answered so far.
    pub(super) fn save_half(&mut self, sheet: &Sheet<'_>) -> Result<(), CliError> {
        let Some(journal) = &self.journal else { return Ok(()) };
        self.id = Some(journal.keep_response(self.id, &kept_content(sheet, None))?.id);
        Ok(())
    }

    /// Keeps a finished sheet.
    pub(super) fn save_done(&mut self, sheet: &Sheet<'_>) -> Result<Option<Id>, CliError> {
        let Some(journal) = &self.journal else { return Ok(None) };
        let score = sheet.score()?;
        self.id = Some(journal.keep_response(self.id, &kept_content(sheet, Some(&score)))?.id);
        Ok(self.id)
    }

    /// The last total of the same edition.
    pub(super) fn last_time(&self, questionnaire: &Questionnaire) -> Result<Option<LastTime>, CliError> {
        let Some(journal) = &self.journal else { return Ok(None) };
        Ok(LastTime::of(journal.last_response(&questionnaire.id)?, questionnaire))
    }
}
