//! What is said of texts that the journal keeps. Every text is kept first and read after that, by
//! phrase rules at once and by the model where there is one; nothing that happens here takes a
//! text back.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Assistant, AssistantError, ModelBody, Outcome, ReplyBody, Request, Turn};
use crate::crisis::{CountryCode, Coverage, Escalation, Risk};
use crate::distortion::Distortion;
use crate::entry::{EntryError, Span};
use crate::journal::{
    FoundDistortion, Journal, JournalError, ModelIds, Recognition, Screened, Stamp, Unread,
};

/// What the screen said of a text, and the help that it leads to.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SaidBody {
    /// What was found.
    pub risk: Risk,
    /// Whether it leads to help: tier urgent or emergency.
    pub escalate: bool,
    /// That help; else `null`.
    pub escalation: Option<Escalation>,
    /// The model that read along; `null` where rules read alone.
    pub model: Option<ModelIds>,
}

impl Assistant {
    /// Screens a text of the journal; `None` if there is no word in it. In a turn without a model
    /// the rules read it alone.
    ///
    /// # Errors
    /// [`AssistantError`] if the model fails.
    pub async fn say_of(
        &self,
        text: &str,
        country: CountryCode,
        turn: &Turn,
    ) -> Result<Option<SaidBody>, AssistantError> {
        let risk = match self.screen(&request(text), turn).await {
            Ok(body) => body.risk,
            Err(AssistantError::Entry(EntryError::Blank)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let lines = self.content.screen.helplines().for_country(&country, self.today);
        let escalation = self.content.screen.escalation(&risk, &lines, self.acknowledgements.turn());
        let escalation = escalation.map(|one| self.with_own_plan(one));
        let model = self.model().filter(|_| risk.coverage != Coverage::RulesOnly).map(ModelIds::from);
        Ok(Some(SaidBody { escalate: risk.tier.escalates(), risk, escalation, model }))
    }
}

/// What came of reading many texts.
#[derive(Debug, Clone, Default)]
pub struct Alarms {
    /// Texts that lead to help.
    pub texts: usize,
    /// The help that the gravest of them leads to.
    pub escalation: Option<Escalation>,
}

/// Why what the journal keeps could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DiaryError {
    /// The reading.
    #[error(transparent)]
    Assistant(#[from] AssistantError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Assistant {
    /// Screens by rules what nobody has screened yet, such as what was taken in from a file, and
    /// keeps what was said of entries and thought records; of check-ins, practice, people,
    /// reflections and parts it is not kept. Takes time and writes: for a thread where that holds nobody up.
    ///
    /// # Errors
    /// [`DiaryError`]; what was read until then is kept.
    pub async fn screen_unread(&self, journal: &Journal, country: CountryCode) -> Result<Alarms, DiaryError> {
        let turn = Turn::without_model();
        let mut alarms = Gathered::default();
        // A text without a word is never said to be screened, and would come again and again.
        let mut wordless = 0;
        loop {
            let waiting = journal.unread(Unread::ByAnybody, TOGETHER + wordless)?;
            let mut said = Vec::new();
            wordless = 0;
            for kept in &waiting {
                match self.say_of(&kept.words, country, &turn).await? {
                    Some(one) => said.push((kept.text, kept.version, one)),
                    None => wordless += 1,
                }
            }
            if said.is_empty() {
                break;
            }
            alarms.keep(journal, said)?;
        }
        loop {
            let waiting = journal.taken_in_unread(TOGETHER)?;
            if waiting.is_empty() {
                break;
            }
            for one in &waiting {
                if let Some(said) = self.say_of(&one.words, country, &turn).await? {
                    alarms.count(said);
                }
            }
            journal.have_read(&waiting.iter().map(|one| one.id).collect::<Vec<_>>())?;
        }
        Ok(Alarms { texts: alarms.texts, escalation: alarms.gravest.and_then(|said| said.escalation) })
    }
}

/// Texts read together.
const TOGETHER: usize = 500;

#[derive(Default)]
struct Gathered {
    texts: usize,
    gravest: Option<SaidBody>,
}

impl Gathered {
    fn keep(&mut self, journal: &Journal, said: Vec<(Screened, u32, SaidBody)>) -> Result<(), JournalError> {
        journal
            .keep_screenings(said.iter().map(|(text, version, one)| (*text, *version, &one.risk, None)))?;
        for (_, _, one) in said {
            self.count(one);
        }
        Ok(())
    }

    fn count(&mut self, one: SaidBody) {
        self.texts += usize::from(one.escalate);
        let known = self.gravest.as_ref().map(|known| (known.risk.tier, known.risk.level));
        if one.escalate && known < Some((one.risk.tier, one.risk.level)) {
            self.gravest = Some(one);
        }
    }
}

/// A text of the journal as something to be read.
#[must_use]
pub fn request(text: &str) -> Request {
    // The screen knows no NUL; in its place a space keeps every offset.
    Request { text: text.replace('\0', " "), ..Request::default() }
}

impl ReplyBody {
    /// What is to be kept of a reply to a version of an entry; `None` where the text was not
    /// recognised.
    #[must_use]
    pub fn recognition(&self, version: u32, at: Stamp) -> Option<Recognition> {
        let model = self.model.as_ref().filter(|_| self.outcome != Outcome::Escalated)?;
        if self.probabilities.is_empty() {
            return None;
        }
        let probabilities: BTreeMap<Distortion, f32> = self
            .probabilities
            .iter()
            .filter_map(|(slug, probability)| Some((Distortion::from_slug(slug)?, *probability)))
            .collect();
        let found = self.distortions.iter().map(|found| FoundDistortion {
            slug: found.slug,
            probability: found.probability,
            spans: found.spans.iter().map(|span| Span { start: span.start, end: span.end }).collect(),
        });
        Some(Recognition { version, at, probabilities, found: found.collect(), model: model.into() })
    }
}

impl From<&ModelBody> for ModelIds {
    fn from(model: &ModelBody) -> Self {
        Self {
            name: model.name.clone(),
            sha256: model.sha256.clone(),
            adapter: model.adapter.clone(),
            heads: model.heads.clone(),
            prompt: model.prompt.clone(),
        }
    }
}
