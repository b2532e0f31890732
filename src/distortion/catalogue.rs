//! The 13 distortions and what a person reads about each.
//!
//! The taxonomy follows Beck (1976) and Burns (1980); definitions, examples and questions are
//! data in `content/distortions.toml`, which no clinician has reviewed yet.

use serde::{Deserialize, Serialize};

/// A habit of thought that can bend how things look. Ordered as the models' heads are.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Distortion {
    /// Two categories where there is a scale.
    AllOrNothing,
    /// One event made a pattern without end.
    Overgeneralization,
    /// One bad detail colours the whole.
    MentalFilter,
    /// Something good is seen and does not count.
    DiscountingThePositive,
    /// Sure of what others think or feel, unsaid.
    MindReading,
    /// A bad outcome predicted as settled.
    FortuneTelling,
    /// A problem as a disaster that could not be borne.
    Catastrophizing,
    /// A feeling taken as proof of a fact.
    EmotionalReasoning,
    /// Rigid musts and oughts, for oneself or others.
    ShouldStatements,
    /// A fixed global name for a person.
    Labeling,
    /// The cause taken on oneself, or a neutral event taken as aimed at oneself.
    Personalization,
    /// The whole cause put on others or circumstances.
    Blaming,
    /// A comparison one can only lose.
    UnfairComparison,
}

impl Distortion {
    /// All 13, in their fixed order.
    pub const ALL: [Self; 13] = [
        Self::AllOrNothing,
        Self::Overgeneralization,
        Self::MentalFilter,
        Self::DiscountingThePositive,
        Self::MindReading,
        Self::FortuneTelling,
        Self::Catastrophizing,
        Self::EmotionalReasoning,
        Self::ShouldStatements,
        Self::Labeling,
        Self::Personalization,
        Self::Blaming,
        Self::UnfairComparison,
    ];

    /// Its name in JSON, in data files and in models.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::AllOrNothing => "all_or_nothing",
            Self::Overgeneralization => "overgeneralization",
            Self::MentalFilter => "mental_filter",
            Self::DiscountingThePositive => "discounting_the_positive",
            Self::MindReading => "mind_reading",
            Self::FortuneTelling => "fortune_telling",
            Self::Catastrophizing => "catastrophizing",
            Self::EmotionalReasoning => "emotional_reasoning",
            Self::ShouldStatements => "should_statements",
            Self::Labeling => "labeling",
            Self::Personalization => "personalization",
            Self::Blaming => "blaming",
            Self::UnfairComparison => "unfair_comparison",
        }
    }

    /// The distortion of that slug, or `None`.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.slug() == slug)
    }

    /// Its place in [`Distortion::ALL`], 0 to 12.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// What a distortion is easily taken for, and what tells the two apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Neighbour {
    /// The other distortion.
    pub slug: Distortion,
    /// One or two sentences.
    pub difference: String,
}

/// What a person reads about one distortion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogueEntry {
    /// Which one.
    pub slug: Distortion,
    /// As shown, e.g. "Mind reading".
    pub name: String,
    /// One plain sentence.
    pub definition: String,
    /// Own words, first person.
    pub example: String,
    /// One tentative sentence, shown under the words that carry it.
    pub why: String,
    /// A claim about the writer, for a yes/no question to a language model.
    pub statement: String,
    /// 3 to 5 questions to ask oneself.
    pub questions: Vec<String>,
    /// At least one.
    pub neighbours: Vec<Neighbour>,
}

/// Why the catalogue could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not TOML, or a field is missing, unknown or of the wrong kind.
    #[error("The catalogue of distortions can't be read: {0}. Correct the file and try again.")]
    Syntax(#[from] toml::de::Error),
    /// Not all 13 in their order.
    #[error("The catalogue must list the 13 distortions in their fixed order; entry {at} is out of place.")]
    Order {
        /// The first entry that is out of place, counted from 1.
        at: usize,
    },
    /// A field breaks its rule.
    #[error("In the catalogue, {slug} has a wrong field: {what}. Correct the file and try again.")]
    Field {
        /// The distortion.
        slug: &'static str,
        /// The field and its rule.
        what: &'static str,
    },
}

/// All 13 entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    entries: Vec<CatalogueEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    distortion: Vec<CatalogueEntry>,
}

impl Catalogue {
    /// The catalogue that this program carries.
    ///
    /// # Errors
    /// [`CatalogueError`] if the file breaks a rule; a test sees to it that it does not.
    pub fn embedded() -> Result<Self, CatalogueError> {
        Self::parse(include_str!("../../content/distortions.toml"))
    }

    /// Reads a catalogue and checks it.
    ///
    /// # Errors
    /// [`CatalogueError`] if it is not TOML of this form, not the 13 in order, or a field breaks
    /// its rule.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let entries = toml::from_str::<File>(text)?.distortion;
        for at in 0..entries.len().max(Distortion::ALL.len()) {
            if entries.get(at).map(|e| e.slug) != Distortion::ALL.get(at).copied() {
                return Err(CatalogueError::Order { at: at + 1 });
            }
        }
        entries.iter().try_for_each(check)?;
        Ok(Self { entries })
    }

    /// The entry of a distortion.
    #[must_use]
    pub fn get(&self, distortion: Distortion) -> &CatalogueEntry {
        // `parse` made sure that entry i is the i-th distortion.
        &self.entries[distortion.index()]
    }

    /// All entries, in the order of [`Distortion::ALL`].
    #[must_use]
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &CatalogueEntry> {
        self.entries.iter()
    }
}

fn check(entry: &CatalogueEntry) -> Result<(), CatalogueError> {
    let sentence = |text: &str| text.trim() == text && text.ends_with(['.', '?']);
    let rules = [
        (!entry.name.trim().is_empty(), "name must not be empty"),
        (sentence(&entry.definition), "definition must be a sentence"),
        (sentence(&entry.example), "example must end like a sentence"),
        (sentence(&entry.why), "why must be a sentence"),
        (
            entry.statement.starts_with("The writer ") && entry.statement.ends_with('.'),
            "statement must be a sentence about the writer",
        ),
        (
            (3..=5).contains(&entry.questions.len()) && entry.questions.iter().all(|q| q.ends_with('?')),
            "questions must be 3 to 5 questions",
        ),
        (
            !entry.neighbours.is_empty()
                && entry.neighbours.iter().all(|n| n.slug != entry.slug && sentence(&n.difference)),
            "neighbours must name at least one other distortion and say the difference",
        ),
    ];
    match rules.iter().find(|(holds, _)| !holds) {
        Some((_, what)) => Err(CatalogueError::Field { slug: entry.slug.slug(), what }),
        None => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_the_serialised_names_and_round_trip() {
        for (at, distortion) in Distortion::ALL.into_iter().enumerate() {
            assert_eq!(serde_json::to_value(distortion).unwrap(), distortion.slug());
            assert_eq!(Distortion::from_slug(distortion.slug()), Some(distortion));
            assert_eq!(distortion.index(), at);
        }
        assert_eq!(Distortion::from_slug("magical_thinking"), None);
        assert!(Distortion::ALL.is_sorted());
    }

    #[test]
    fn the_embedded_catalogue_holds_all_thirteen() {
        let catalogue = Catalogue::embedded().unwrap();
        assert_eq!(catalogue.entries().len(), 13);
        for distortion in Distortion::ALL {
            assert_eq!(catalogue.get(distortion).slug, distortion);
        }
        assert_eq!(catalogue.get(Distortion::MindReading).name, "Mind reading");
    }

    #[test]
    fn what_is_shown_under_a_persons_words_stays_tentative_and_quiet() {
        for entry in Catalogue::embedded().unwrap().entries() {
            assert!(
                entry.why.starts_with("This ")
                    || entry.why.starts_with("The feeling")
                    || entry.why.starts_with("Something"),
                "{}",
                entry.why
            );
            let all = [&entry.name, &entry.definition, &entry.example, &entry.why, &entry.statement];
            for text in all.into_iter().chain(&entry.questions) {
                assert!(!text.contains('!'), "{text}");
                assert!(text.chars().count() <= 160, "{text}");
                assert!(!text.contains("You are "), "{text}");
            }
        }
    }

    #[test]
    fn several_examples_speak_of_self_reliance() {
        let catalogue = Catalogue::embedded().unwrap();
        let words = ["help", "depend", "lean on", "burden", "by themselves", "on my own"];
        let speaking = catalogue.entries().filter(|e| words.iter().any(|w| e.example.contains(w))).count();
        assert!(speaking >= 6, "{speaking}");
    }

    #[test]
    fn an_unknown_field_a_wrong_order_and_a_broken_rule_are_errors() {
        let good = include_str!("../../content/distortions.toml");
        let unknown = good.replacen("name = ", "colour = \"red\"\nname = ", 1);
        assert!(matches!(Catalogue::parse(&unknown), Err(CatalogueError::Syntax(_))));
        let swapped = good.replacen("slug = \"all_or_nothing\"\nname", "slug = \"blaming\"\nname", 1);
        assert!(matches!(Catalogue::parse(&swapped), Err(CatalogueError::Order { at: 1 })));
        let short = good.rsplit_once("[[distortion]]").map(|(head, _)| head).unwrap();
        assert!(matches!(Catalogue::parse(short), Err(CatalogueError::Order { at: 13 })));
        let broken = good.replacen("statement = \"The writer sees", "statement = \"She sees", 1);
        assert!(matches!(
            Catalogue::parse(&broken),
            Err(CatalogueError::Field { slug: "all_or_nothing", .. })
        ));
    }
}
