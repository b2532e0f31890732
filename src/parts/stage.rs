//! The steps of the dialogue, how a person can be in it, and what a part does.

use serde::{Deserialize, Serialize};

/// Steps of the dialogue, after Internal Family Systems.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Which part is here.
    Find,
    /// Where it is, in or around the body.
    Focus,
    /// What it looks or sounds like.
    FleshOut,
    /// How the person feels toward it.
    FeelToward,
    /// Its job, how long it has had it, what it fears.
    Befriend,
    /// Asking it for a little space.
    Unblend,
    /// What it needs from the person.
    Needs,
    /// Thanks, and the end for today.
    ThankAndClose,
    /// Back to the room: the work stops.
    Ground,
}

impl Stage {
    /// All stages, in the order of the protocol; [`Stage::Ground`] is open from anywhere.
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

    /// Its name in JSON and in data files.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Find => "find",
            Self::Focus => "focus",
            Self::FleshOut => "flesh_out",
            Self::FeelToward => "feel_toward",
            Self::Befriend => "befriend",
            Self::Unblend => "unblend",
            Self::Needs => "needs",
            Self::ThankAndClose => "thank_and_close",
            Self::Ground => "ground",
        }
    }

    /// Its place in [`Stage::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The step that follows on the way to the end. Asking for space and coming back to the room
    /// lie beside the way.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Find => Self::Focus,
            Self::Focus => Self::FleshOut,
            Self::FleshOut => Self::FeelToward,
            Self::FeelToward | Self::Unblend => Self::Befriend,
            Self::Befriend => Self::Needs,
            Self::Needs | Self::ThankAndClose => Self::ThankAndClose,
            Self::Ground => Self::Find,
        }
    }

    /// Whether in this step the person turns toward the part itself, for which a vulnerable one's
    /// protectors have to give leave.
    #[must_use]
    pub const fn goes_near(self) -> bool {
        matches!(self, Self::Focus | Self::FleshOut | Self::FeelToward | Self::Befriend | Self::Needs)
    }
}

/// How the person is, by their last turn.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Curious, or at least willing.
    Open,
    /// Speaking as the part, not of it.
    Blended,
    /// Saying no.
    Refusing,
    /// Flooded.
    Overwhelmed,
    /// Doubting the whole thing.
    Sceptical,
    /// In danger.
    Crisis,
}

impl State {
    /// All states.
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Blended, Self::Refusing, Self::Overwhelmed, Self::Sceptical, Self::Crisis];

    /// Its name in JSON and in data files.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Blended => "blended",
            Self::Refusing => "refusing",
            Self::Overwhelmed => "overwhelmed",
            Self::Sceptical => "sceptical",
            Self::Crisis => "crisis",
        }
    }

    /// Its place in [`State::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// What a part does.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A protector that keeps things in hand beforehand.
    Manager,
    /// A protector that puts out what has flared up.
    Firefighter,
    /// A vulnerable part that others protect.
    Exile,
    /// No part: the person, calm and curious.
    #[serde(rename = "self")]
    Oneself,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::Manager, Self::Firefighter, Self::Exile, Self::Oneself];

    /// Its name in JSON and in data files.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Firefighter => "firefighter",
            Self::Exile => "exile",
            Self::Oneself => "self",
        }
    }

    /// Its place in [`Role::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The guide.
    Guide,
    /// The person.
    Person,
}

/// One turn of a dialogue.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// Who speaks.
    pub from: Speaker,
    /// What is said.
    pub text: String,
}

impl Turn {
    /// What the person said.
    #[must_use]
    pub fn person(text: impl Into<String>) -> Self {
        Self { from: Speaker::Person, text: text.into() }
    }

    /// What the guide said.
    #[must_use]
    pub fn guide(text: impl Into<String>) -> Self {
        Self { from: Speaker::Guide, text: text.into() }
    }
}

/// Prints what is safe to print.
impl std::fmt::Debug for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Turn({:?}, {} bytes)", self.from, self.text.len())
    }
}
