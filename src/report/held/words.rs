//! What the person wrote and chose to share.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An entry that was chosen by itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Entry {
    /// Its id in the journal.
    pub id: String,
    /// When it was written.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The person's words, unchanged.
    pub text: String,
}

/// A thought record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ThoughtRecord {
    /// Its id in the journal.
    pub id: String,
    /// When it was kept.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The situation, in the person's words.
    pub situation: Option<String>,
    /// The thought, in the person's words.
    pub thought: String,
    /// Names of the habits of thought that the person left standing.
    pub habits: Vec<String>,
    /// The balanced thought that was kept.
    pub balanced: Option<String>,
    /// Belief in the thought, 0 to 100.
    pub belief: Option<Rating>,
    /// Feelings, 0 to 100.
    pub feelings: Vec<Feeling>,
}

/// A rating before and after, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rating {
    /// Before.
    pub before: u8,
    /// After, where it was given.
    pub after: Option<u8>,
}

/// A feeling and how strong it was.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Feeling {
    /// Its name, in the person's words.
    pub name: String,
    /// How strong.
    pub rating: Rating,
}

/// A part on the map.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Part {
    /// The name that the person gave it.
    pub name: String,
    /// Its role, where one was said.
    pub role: Option<Role>,
    /// What it does, in the person's words.
    pub job: Option<String>,
    /// What it fears, in the person's words.
    pub fear: Option<String>,
    /// Whom it protects.
    pub protects: Option<String>,
    /// In how many talks it was met.
    pub talks: u16,
    /// The first day on which it was met.
    #[schema(value_type = Option<String>)]
    pub first: Option<Date>,
    /// The last day on which it was met.
    #[schema(value_type = Option<String>)]
    pub last: Option<Date>,
}

/// The role of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Keeps things in hand so that nothing hurts.
    Manager,
    /// Acts at once when something hurts.
    Firefighter,
    /// Carries what hurt.
    Exile,
    /// The person themselves.
    Oneself,
}

impl Role {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Firefighter => "firefighter",
            Self::Exile => "exile",
            Self::Oneself => "self",
        }
    }
}

macro_rules! private {
    ($($name:ident $field:ident;)*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({} bytes)", stringify!($name), self.$field.len())
            }
        }
    )*};
}

// What a person wrote never reaches a log: only lengths are shown.
private! {
    Entry text;
    ThoughtRecord thought;
    Feeling name;
    Part name;
}
