//! What a person can choose to share, and what they chose.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A part of the journal that can be shared. Ordered as it stands in a report.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// A free note to the therapist.
    Note,
    /// Questionnaires: totals, bands, courses, and answers where chosen.
    Questionnaires,
    /// What the program noticed: dates, tiers and kinds; never the words.
    RedFlags,
    /// Check-ins, by week.
    CheckIns,
    /// Body data, by day.
    Body,
    /// Habits of thought, counted.
    HabitsOfThought,
    /// Tries on the ladder.
    Practice,
    /// What went together, with its uncertainty.
    Associations,
    /// Thought records.
    ThoughtRecords,
    /// The map of parts.
    Parts,
    /// Entries, each chosen by itself.
    Entries,
}

impl Section {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 11] = [
        Self::Note,
        Self::Questionnaires,
        Self::RedFlags,
        Self::CheckIns,
        Self::Body,
        Self::HabitsOfThought,
        Self::Practice,
        Self::Associations,
        Self::ThoughtRecords,
        Self::Parts,
        Self::Entries,
    ];

    /// Its name in JSON and on the command line.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Questionnaires => "questionnaires",
            Self::RedFlags => "red_flags",
            Self::CheckIns => "check_ins",
            Self::Body => "body",
            Self::HabitsOfThought => "habits_of_thought",
            Self::Practice => "practice",
            Self::Associations => "associations",
            Self::ThoughtRecords => "thought_records",
            Self::Parts => "parts",
            Self::Entries => "entries",
        }
    }

    /// Its heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Note => "A note from the person",
            Self::Questionnaires => "Questionnaires",
            Self::RedFlags => "What the program noticed",
            Self::CheckIns => "Check-ins",
            Self::Body => "Body data",
            Self::HabitsOfThought => "Habits of thought",
            Self::Practice => "Practice",
            Self::Associations => "What went together",
            Self::ThoughtRecords => "Thought records",
            Self::Parts => "Parts",
            Self::Entries => "Entries",
        }
    }

    /// The section of this name.
    #[must_use]
    pub fn named(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.slug() == slug)
    }
}

/// The sections that a person chose. Nothing by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct Chosen(BTreeSet<Section>);

impl Chosen {
    /// Whether a section was chosen.
    #[must_use]
    pub fn has(&self, section: Section) -> bool {
        self.0.contains(&section)
    }

    /// Adds a section.
    pub fn add(&mut self, section: Section) {
        self.0.insert(section);
    }

    /// The sections, in the order of a report.
    pub fn iter(&self) -> impl Iterator<Item = Section> + '_ {
        self.0.iter().copied()
    }

    /// Whether nothing was chosen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Section> for Chosen {
    fn from_iter<I: IntoIterator<Item = Section>>(sections: I) -> Self {
        Self(sections.into_iter().collect())
    }
}
