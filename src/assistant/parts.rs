//! A turn of the parts dialogue on its way: screened first, then read, led by the protocol, and
//! answered from the checked replies. In danger the answer is help.

mod answering;
mod hearing;

pub use answering::Answered;

use serde::{Deserialize, Serialize};

use super::{Assistant, AssistantError, MOST_ID, Turn as Place};
use crate::crisis::{Escalation, Risk, Support};
use crate::parts::{Heard, Noticed, Role, Stage, State, Turn};

/// What a part is called that has no name yet.
const NAMELESS: &str = "none yet";

/// What a person and a guide have said so far.
#[derive(Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct PartsRequest {
    /// Comes back in the reply.
    pub id: String,
    /// What the dialogue is about, if it is known.
    pub theme: Option<String>,
    /// The turns; the last is the person's.
    pub history: Vec<Turn>,
    /// ISO 3166 code of the country whose helplines are given.
    pub country: Option<String>,
}

/// Prints what is safe to print.
impl std::fmt::Debug for PartsRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PartsRequest({} turns)", self.history.len())
    }
}

/// Where a reply comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartsSource {
    /// A hand-written reply.
    Bank,
    /// A fixed saying.
    Fixed,
    /// Help.
    Escalation,
}

impl PartsSource {
    /// Its name in JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Fixed => "fixed",
            Self::Escalation => "escalation",
        }
    }
}

/// The part as it seems; only the person's word settles it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PartBody {
    /// What the talk calls it.
    pub name: String,
    /// What it seems to do.
    pub role: Role,
    /// Whether the person has said that this is so.
    pub confirmed: bool,
}

/// The answer to a turn.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PartsBody {
    /// The request's.
    pub id: String,
    /// The step that the reply belongs to.
    pub stage: Stage,
    /// How the person is.
    pub state: State,
    /// The part.
    pub part: PartBody,
    /// What the guide says.
    pub reply: String,
    /// Where it comes from.
    pub source: PartsSource,
    /// The line of the bank that it is, if it is one.
    pub line: Option<String>,
    /// Help, where danger was noticed; then it is the reply.
    pub escalation: Option<Escalation>,
    /// What stands beside the reply.
    pub support: Option<Support>,
    /// Whether what the person wants to keep is asked now.
    #[serde(skip)]
    pub asks_for_notes: bool,
    /// What the screen found.
    #[serde(skip)]
    pub risk: Option<Risk>,
}

/// Who led a dialogue up to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Led {
    /// This program: where danger was noticed in an earlier turn, help was shown then.
    ByUs,
    /// Others, who may have shown nothing.
    ByOthers,
}

/// A turn of the person, screened and read.
#[derive(Debug, Clone)]
pub struct HeardTurn {
    /// For the protocol.
    pub heard: Heard,
    /// What it may have been instead, where no sure rule has spoken, each with how likely it is.
    pub(super) readings: Vec<(Heard, f32)>,
    /// What the screen found.
    pub risk: Risk,
    /// Whether people to turn to are named beside a reply that goes on.
    pub(super) beside: bool,
    /// What the heads noticed.
    pub noticed: Noticed,
}

impl Assistant {
    /// Answers the last turn of a dialogue that others may have led.
    ///
    /// # Errors
    /// [`AssistantError`] if a turn cannot be used or the model fails.
    pub async fn parts(&self, request: &PartsRequest, place: &Place) -> Result<PartsBody, AssistantError> {
        if request.id.chars().count() > MOST_ID {
            return Err(AssistantError::Id);
        }
        let turn = self.hear(&request.history, Led::ByOthers, place).await?;
        let dialogue = self.joined(&request.history);
        Ok(self.reply_to(request, None, dialogue, &turn, place).await?.body)
    }
}
