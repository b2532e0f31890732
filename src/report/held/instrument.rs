//! A questionnaire with what it means and the sheets that were filled in.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A questionnaire in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Instrument {
    /// Its name in commands, such as `phq-9`. LOINC codes are looked up by it.
    pub id: String,
    /// What people call it, such as `PHQ-9`.
    pub short: String,
    /// Its whole name.
    pub title: String,
    /// The time that it asks about, such as "the last 2 weeks".
    pub asks_about: String,
    /// Whether its number was ever shown to mean what it says.
    pub validated: bool,
    /// What its number does not mean.
    pub limits: String,
    /// Who made it and what is permitted.
    pub licence: String,
    /// The least total.
    pub min: u16,
    /// The greatest total.
    pub max: u16,
    /// Which way its totals read.
    pub direction: Direction,
    /// What totals are called, from the lowest.
    pub bands: Vec<Band>,
    /// Where its bands and scoring were read.
    pub sources: Vec<Source>,
    /// The least difference between two totals that is more than chance, where one is published.
    pub reliable_change: Option<ReliableChange>,
    /// The sheets, oldest first.
    pub sheets: Vec<Sheet>,
}

/// Which way totals read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A higher total is more of what troubles.
    HigherIsMore,
    /// A higher total is better.
    HigherIsBetter,
}

/// What the totals from one to another are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Band {
    /// Its name in a sentence.
    pub name: String,
    /// The least total.
    pub from: u16,
    /// The greatest total.
    pub to: u16,
}

/// Where something was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Source {
    /// What was read there.
    pub of: String,
    /// The page.
    pub address: Option<String>,
    /// The day on which it was read.
    #[schema(value_type = String)]
    pub seen: Date,
}

/// The least difference between two totals that is more than chance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReliableChange {
    /// In points of the total.
    pub points: u16,
    /// Who says so, as a sentence.
    pub why: String,
}

/// A sheet that was filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Sheet {
    /// Its id in the journal.
    pub id: String,
    /// When it was finished.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The total, where the scale's rule for missing answers gives one.
    pub total: Option<u16>,
    /// What the scale calls the total.
    pub band: Option<String>,
    /// How the total changed, in words, where that can be said.
    pub change: Option<String>,
    /// The answers, where the person chose to show them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answered>,
}

/// An item and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Answered {
    /// The item's number, or a word for one beside the count.
    pub item: String,
    /// Its text, as published.
    pub text: String,
    /// What was answered; `None` where it was left out.
    pub answer: Option<String>,
    /// What the answer counts.
    pub value: Option<u8>,
}
