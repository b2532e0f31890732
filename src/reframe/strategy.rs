//! The 11 ways in which a reframe can answer a thought, and how each is introduced.

use serde::{Deserialize, Serialize};

/// What a reframe does with the thought. The slugs are those of the corpus.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// What speaks for it and against it.
    ExamineEvidence,
    /// What else could be behind it.
    AlternativeExplanation,
    /// The ground between all and nothing.
    DegreesNotExtremes,
    /// How likely, and what would help.
    ProbabilityAndCoping,
    /// As one would speak to a friend.
    SelfCompassion,
    /// One small thing to try.
    BehaviouralStep,
    /// Room for what is there.
    AcceptAndAllow,
    /// From another place, time or person.
    PerspectiveTaking,
    /// What one can do and what matters.
    StrengthsAndValues,
    /// Asking, receiving, relying as strength.
    Interdependence,
    /// It makes sense to feel this.
    Validation,
}

impl Strategy {
    /// All 11, in the order of the corpus.
    pub const ALL: [Self; 11] = [
        Self::ExamineEvidence,
        Self::AlternativeExplanation,
        Self::DegreesNotExtremes,
        Self::ProbabilityAndCoping,
        Self::SelfCompassion,
        Self::BehaviouralStep,
        Self::AcceptAndAllow,
        Self::PerspectiveTaking,
        Self::StrengthsAndValues,
        Self::Interdependence,
        Self::Validation,
    ];

    /// Its name in JSON and in data files.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::ExamineEvidence => "examine_evidence",
            Self::AlternativeExplanation => "alternative_explanation",
            Self::DegreesNotExtremes => "degrees_not_extremes",
            Self::ProbabilityAndCoping => "probability_and_coping",
            Self::SelfCompassion => "self_compassion",
            Self::BehaviouralStep => "behavioural_step",
            Self::AcceptAndAllow => "accept_and_allow",
            Self::PerspectiveTaking => "perspective_taking",
            Self::StrengthsAndValues => "strengths_and_values",
            Self::Interdependence => "interdependence",
            Self::Validation => "validation",
        }
    }

    /// The strategy of that slug, or `None`.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.slug() == slug)
    }

    /// Its place in [`Strategy::ALL`], 0 to 10.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// How the program names and introduces a strategy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StrategyEntry {
    /// Which one.
    pub slug: Strategy,
    /// As shown, e.g. "A small step".
    pub name: String,
    /// One line: what such a reframe does.
    pub description: String,
    /// The words before such a reframe; they end with a colon.
    pub lead: String,
}

/// Why the strategies could not be read.
#[derive(Debug, thiserror::Error)]
pub enum StrategyError {
    /// Not TOML, or a field is missing, unknown or of the wrong kind.
    #[error("The list of strategies can't be read: {0}. Correct the file and try again.")]
    Syntax(#[from] toml::de::Error),
    /// Not all 11 in their order.
    #[error("The strategies must be the 11 of the corpus in their order; entry {at} is out of place.")]
    Order {
        /// The first entry that is out of place, counted from 1.
        at: usize,
    },
    /// A field breaks its rule.
    #[error(
        "The strategy {slug} needs a name, a description of one sentence and a lead with a colon at its end."
    )]
    Field {
        /// The strategy.
        slug: &'static str,
    },
}

/// All 11 entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strategies {
    entries: Vec<StrategyEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    strategy: Vec<StrategyEntry>,
}

impl Strategies {
    /// The strategies that this program carries.
    ///
    /// # Errors
    /// [`StrategyError`] if the file breaks a rule; a test sees to it that it does not.
    pub fn embedded() -> Result<Self, StrategyError> {
        Self::parse(include_str!("../../content/strategies.toml"))
    }

    /// Reads a list of strategies and checks it.
    ///
    /// # Errors
    /// [`StrategyError`] if it is not TOML of this form, not the 11 in order, or a field breaks
    /// its rule.
    pub fn parse(text: &str) -> Result<Self, StrategyError> {
        let entries = toml::from_str::<File>(text)?.strategy;
        for at in 0..entries.len().max(Strategy::ALL.len()) {
            if entries.get(at).map(|e| e.slug) != Strategy::ALL.get(at).copied() {
                return Err(StrategyError::Order { at: at + 1 });
            }
        }
        let unsound = |e: &&StrategyEntry| {
            e.name.trim().is_empty() || !e.description.ends_with('.') || !e.lead.ends_with(':')
        };
        match entries.iter().find(unsound) {
            Some(entry) => Err(StrategyError::Field { slug: entry.slug.slug() }),
            None => Ok(Self { entries }),
        }
    }

    /// The entry of a strategy.
    #[must_use]
    pub fn get(&self, strategy: Strategy) -> &StrategyEntry {
        // `parse` made sure that entry i is the i-th strategy.
        &self.entries[strategy.index()]
    }

    /// All entries, in the order of [`Strategy::ALL`].
    #[must_use]
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &StrategyEntry> {
        self.entries.iter()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_the_serialised_names_and_round_trip() {
        for (at, strategy) in Strategy::ALL.into_iter().enumerate() {
            assert_eq!(serde_json::to_value(strategy).unwrap(), strategy.slug());
            assert_eq!(Strategy::from_slug(strategy.slug()), Some(strategy));
            assert_eq!(strategy.index(), at);
        }
        assert_eq!(Strategy::from_slug("cheer_up"), None);
    }

    #[test]
    fn the_embedded_strategies_hold_all_eleven() {
        let strategies = Strategies::embedded().unwrap();
        assert_eq!(strategies.entries().len(), 11);
        assert_eq!(strategies.get(Strategy::ExamineEvidence).lead, "Looking at the evidence:");
        for entry in strategies.entries() {
            assert!(!entry.description.contains('!') && !entry.lead.contains('!'));
        }
    }

    #[test]
    fn an_unknown_field_a_wrong_order_and_a_broken_rule_are_errors() {
        let good = include_str!("../../content/strategies.toml");
        let unknown = good.replacen("lead = ", "mood = \"x\"\nlead = ", 1);
        assert!(matches!(Strategies::parse(&unknown), Err(StrategyError::Syntax(_))));
        let swapped = good.replacen("\"validation\"", "\"interdependence\"", 1);
        assert!(matches!(Strategies::parse(&swapped), Err(StrategyError::Order { at: 11 })));
        let broken = good.replacen("evidence:", "evidence", 1);
        assert!(matches!(Strategies::parse(&broken), Err(StrategyError::Field { slug: "examine_evidence" })));
    }
}
