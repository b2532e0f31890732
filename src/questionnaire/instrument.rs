//! What a questionnaire is, once its file was checked.

use std::collections::BTreeMap;

use crate::crisis::{Case, Date, Tier};

/// A questionnaire. [`Questionnaire::parse`] alone makes one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Questionnaire {
    /// Its name in commands and addresses.
    pub id: String,
    /// Rises when its wording or scoring changes.
    pub edition: u32,
    /// What people call it.
    pub short: String,
    /// Its whole name.
    pub name: String,
    /// What it is, in our words.
    pub about: String,
    /// The time that it asks about.
    pub asks_about: String,
    /// What stands above its items, as published.
    pub lead: String,
    /// How a total is told: a clause with `{band}` in it.
    pub verdict: String,
    /// Whether its number was ever shown to mean what it says.
    pub validated: bool,
    /// Its code where LOINC has none.
    pub local_code: Option<String>,
    /// Days after which a half-finished sheet is no longer one of the time that it asks about.
    pub resume_days: u16,
    /// What its number does not mean.
    pub limits: String,
    /// Who made it and what is permitted.
    pub licence: String,
    /// What was looked for and not found.
    pub not_found: Vec<String>,
    /// LOINC code of the panel.
    pub loinc_panel: Option<String>,
    /// LOINC code of the total.
    pub loinc_total: Option<String>,
    /// What happens where answers are missing.
    pub missing: Missing,
    /// Its items, in order.
    pub items: Vec<Item>,
    /// What totals are called, from the lowest, without gaps.
    pub bands: Vec<Band>,
    /// Totals from which something is suggested.
    pub cutoffs: Vec<Cutoff>,
    /// Groups of items with a sum of their own.
    pub subscales: Vec<Subscale>,
    /// What it is called if every group meets its criterion.
    pub pattern: Option<Pattern>,
    /// The least difference between two totals that is more than chance.
    pub change: Option<Change>,
    /// What is said beside a total whose band asks for it.
    pub advice: Option<Advice>,
    /// Where all of this was read.
    pub sources: Vec<Source>,
}

/// An item.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Item {
    /// Its number, or a word for one beside the count.
    pub id: String,
    /// Its text, as published.
    pub text: String,
    /// Its LOINC code.
    pub loinc: Option<String>,
    /// Its answers, from the least.
    pub choices: Vec<Choice>,
    /// Whether it counts for the total.
    pub scored: bool,
    /// The answer after which nothing else is asked and the total is 0.
    pub ends_at: Option<u8>,
    /// What its answers lead to if they speak of danger.
    pub danger: Option<DangerRule>,
}

/// An answer that can be chosen.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Choice {
    /// What it counts.
    pub value: u8,
    /// What it says, as published.
    pub label: String,
    /// Its LOINC code.
    pub loinc: Option<String>,
}

/// An answer on the scale of its item. [`Item::answer`] alone makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer(u8);

impl Answer {
    /// What it counts.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }
}

impl Item {
    /// The answer of this value, if it is on the item's scale.
    #[must_use]
    pub fn answer(&self, value: u8) -> Option<Answer> {
        self.choices.iter().any(|choice| choice.value == value).then_some(Answer(value))
    }

    /// What an answer says.
    #[must_use]
    pub fn label(&self, answer: Answer) -> &str {
        self.choices.iter().find(|choice| choice.value == answer.0).map_or("", |choice| choice.label.as_str())
    }

    /// The least and the most that an answer can count.
    #[must_use]
    pub fn range(&self) -> (u8, u8) {
        let values = || self.choices.iter().map(|choice| choice.value);
        (values().min().unwrap_or(0), values().max().unwrap_or(0))
    }
}

/// What happens where answers are missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// There is no total.
    Refuse {
        /// The rule as a sentence.
        why: String,
    },
    /// The mean of the others stands in for up to so many.
    Prorate {
        /// How many may be missing.
        at_most: usize,
        /// The rule as a sentence.
        why: String,
    },
}

impl Missing {
    /// How many answers may be missing.
    #[must_use]
    pub const fn allowed(&self) -> usize {
        match self {
            Self::Refuse { .. } => 0,
            Self::Prorate { at_most, .. } => *at_most,
        }
    }

    /// The rule as a sentence.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Refuse { why } | Self::Prorate { why, .. } => why,
        }
    }
}

/// What the totals from one to another are called.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Band {
    /// Its name in JSON, in snake case.
    pub id: String,
    /// Its name in a sentence.
    pub name: String,
    /// The least total.
    pub from: u16,
    /// The greatest total.
    pub to: u16,
    /// What it means, in our words.
    pub means: String,
    /// Whether the advice to see a professional stands beside it.
    pub advice: bool,
}

/// A total from which something is suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cutoff {
    /// The total.
    pub at: u16,
    /// For whom, or what is suggested.
    pub about: String,
}

/// A group of items.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Subscale {
    /// Its name in JSON.
    pub id: String,
    /// Its name in a sentence.
    pub name: String,
    /// Places of its items.
    pub items: Vec<usize>,
    /// When it counts for the pattern.
    pub criterion: Option<Criterion>,
}

/// So many items of a group at this answer or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Criterion {
    /// The least answer that counts.
    pub answer: u8,
    /// How many items need it.
    pub needed: usize,
}

/// A rule over all groups; for screening only.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Pattern {
    /// What it is called.
    pub name: String,
    /// What is said where every group meets its criterion.
    pub met: String,
    /// What is said where one does not.
    pub not_met: String,
}

/// The least difference between two totals that is more than chance.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Change {
    /// In points of the total.
    pub reliable: u16,
    /// Who says so.
    pub why: String,
}

/// What an item's answers lead to if they speak of danger.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DangerRule {
    /// The situation that the help speaks to.
    pub case: Case,
    /// The tier of help, by answer.
    pub tiers: BTreeMap<u8, Tier>,
    /// What is said first; they take turns.
    pub messages: Vec<String>,
}

/// The advice to see a professional.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Advice {
    /// The situation, for the choice of helplines.
    pub case: Case,
    /// What is said, lines parted by line feeds.
    pub message: String,
    /// Steps; the first one speaks of the lines that follow it. `{emergency}` becomes the country's number.
    pub steps: Vec<String>,
}

/// Where something was read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Source {
    /// What was read there.
    pub of: String,
    /// The page.
    pub address: Option<String>,
    /// What there is to know about it.
    pub note: Option<String>,
    /// The day on which it was read.
    pub seen: Date,
}

impl Questionnaire {
    /// The least and the greatest total.
    #[must_use]
    pub fn range(&self) -> (u16, u16) {
        let scored = || self.items.iter().filter(|item| item.scored).map(Item::range);
        (scored().map(|(least, _)| u16::from(least)).sum(), scored().map(|(_, most)| u16::from(most)).sum())
    }

    /// How many items count for the total.
    #[must_use]
    pub fn scored(&self) -> usize {
        self.items.iter().filter(|item| item.scored).count()
    }

    /// The band of a total.
    #[must_use]
    pub fn band(&self, total: u16) -> Option<&Band> {
        self.bands.iter().find(|band| (band.from..=band.to).contains(&total))
    }
}
