//! Moments of a parts dialogue: what was said, in which state the person is, and what a guide
//! would answer.

use serde::Deserialize;

/// Steps of the dialogue, after Internal Family Systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "SPEC.md beside the corpus describes them")]
pub enum PartsStage {
    Find,
    Focus,
    FleshOut,
    FeelToward,
    Befriend,
    Unblend,
    Needs,
    ThankAndClose,
    Ground,
}

impl PartsStage {
    /// All stages, in the order of the protocol.
    pub const ALL: [Self; 9] = [
        Self::Find,
        Self::Focus,
        Self::FleshOut,
        Self::FeelToward,
        Self::Befriend,
        Self::Unblend,
        Self::Needs,
        Self::ThankAndClose,
        Self::Ground,
    ];
}

/// How the person is, by their last message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "SPEC.md beside the corpus describes them")]
pub enum PartsState {
    Open,
    Blended,
    Refusing,
    Overwhelmed,
    Sceptical,
    Crisis,
}

impl PartsState {
    /// All states.
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Blended, Self::Refusing, Self::Overwhelmed, Self::Sceptical, Self::Crisis];
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The guide.
    Guide,
    /// The person.
    Person,
}

/// One turn.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// Who speaks.
    pub from: Speaker,
    /// What is said.
    pub text: String,
}

/// The part that the dialogue is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// As the person calls it.
    pub name: String,
    /// What it does: manager, firefighter, exile or self.
    pub role: String,
}

/// One moment, up to a message of the person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// Unique in the corpus.
    pub id: String,
    /// What the dialogue is about.
    pub theme: String,
    /// The step that the reply belongs to.
    stage: PartsStage,
    /// The part.
    pub part: Part,
    /// What was said; the last turn is the person's.
    pub history: Vec<Turn>,
    /// How the person is.
    pub state: PartsState,
    /// What a guide would answer.
    pub reply: String,
}

impl Moment {
    /// The step that the reply belongs to. In a crisis the work with parts stops, whatever the
    /// stage reached; older files have the stage reached.
    #[must_use]
    pub fn stage(&self) -> PartsStage {
        if self.state == PartsState::Crisis { PartsStage::Ground } else { self.stage }
    }

    /// The person's last message.
    #[must_use]
    pub fn last(&self) -> &str {
        self.history.last().map_or("", |turn| &turn.text)
    }
}

pub(super) fn check(moment: &Moment) -> Result<(), String> {
    if moment.history.last().is_none_or(|turn| turn.from != Speaker::Person || turn.text.trim().is_empty()) {
        return Err("the last turn is not a message of the person".to_owned());
    }
    Ok(())
}
