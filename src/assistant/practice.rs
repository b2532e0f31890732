//! What is kept of practice, and the step that could come next. While a person's words of late
//! are urgent no step is suggested: help comes first.

use serde::Serialize;

use super::reply::SCHEMA;
use super::{Assistant, AssistantError, SaidBody, Turn};
use crate::checkin::CheckIn;
use crate::crisis::{CountryCode, Escalation};
use crate::journal::{Journal, JournalError, Kept};
use crate::practice::{Ladder, Next, OwnStep, Practice, Tried, next};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Days for which urgent words hold suggestions back.
const HOLDS: i64 = 3;
/// Check-ins of these days that are looked at, at most.
const CHECK_INS: usize = 50;

/// What is kept of practice, the earliest first.
#[derive(Debug, Default)]
pub struct PracticeHistory {
    /// Own steps, by their ids.
    pub own: Vec<(String, OwnStep)>,
    /// What was planned and tried, by when it was tried where it was.
    pub practices: Vec<Kept<Practice>>,
}

impl PracticeHistory {
    /// What a journal holds of it; nothing where there is none.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn of(journal: Option<&Journal>) -> Result<Self, JournalError> {
        let Some(journal) = journal else { return Ok(Self::default()) };
        let mut own = journal.all_kept::<OwnStep>(usize::MAX)?;
        own.reverse();
        let mut practices = journal.all_kept::<Practice>(usize::MAX)?;
        practices.sort_by_key(|one| (one.saved.ms(), one.id));
        Ok(Self { own: own.into_iter().map(|one| (one.id.to_string(), one.content)).collect(), practices })
    }

    /// Looks at it beside the ladder.
    pub fn with<T>(&self, ladder: &Ladder, look: impl FnOnce(Tried<'_>) -> T) -> T {
        let practices: Vec<Practice> = self.practices.iter().map(|one| one.content.clone()).collect();
        look(Tried { ladder, own: &self.own, practices: &practices })
    }
}

/// Words of the last days: of what was planned and tried, and of check-ins.
///
/// # Errors
/// [`JournalError`] if the journal cannot be read.
pub fn words_of_late(journal: &Journal) -> Result<Vec<String>, JournalError> {
    let since = journal.now().ms() - HOLDS * DAY_MS;
    let practices = journal.all_kept::<Practice>(usize::MAX)?;
    let practices = practices.iter().filter(|one| one.saved.ms() >= since).map(|one| one.content.words());
    let check_ins = journal.all_kept::<CheckIn>(CHECK_INS)?;
    let check_ins = check_ins.iter().filter(|one| one.saved.ms() >= since).map(|one| one.content.words());
    Ok(practices.chain(check_ins).collect())
}

/// A suggestion, or why there is none.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SuggestionBody {
    /// Rises when something breaks.
    pub schema: u32,
    /// The step and why.
    pub next: Next,
    /// What is said with it.
    pub says: String,
    /// Help, where words of late are urgent; else `null`.
    pub escalation: Option<Escalation>,
}

impl Assistant {
    /// The first of these words that lead to help, read by rules alone.
    ///
    /// # Errors
    /// [`AssistantError`] if they cannot be read.
    pub async fn urgent_among(
        &self,
        words: &[String],
        country: CountryCode,
    ) -> Result<Option<SaidBody>, AssistantError> {
        for text in words {
            let said = self.say_of(text, country, &Turn::without_model()).await?;
            if let Some(said) = said.filter(|said| said.escalate) {
                return Ok(Some(said));
            }
        }
        Ok(None)
    }

    /// Suggests a step, or none where words were urgent.
    #[must_use]
    pub fn suggest(&self, history: &PracticeHistory, urgent: Option<SaidBody>) -> SuggestionBody {
        let ladder = &self.content().ladder;
        let next = history.with(ladder, |tried| next(tried, urgent.is_some()));
        let says = ladder.says(next.kind).to_owned();
        SuggestionBody { schema: SCHEMA, next, says, escalation: urgent.and_then(|said| said.escalation) }
    }
}
