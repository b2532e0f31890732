//! Everything the assistant knows by heart, loaded once.

use crate::crisis::{Screen, ScreenError};
use crate::distortion::{Catalogue, CatalogueError};
use crate::exercise::{ExerciseError, Exercises};
use crate::learn::{LearnError, Topics};
use crate::parts::{Guide, RepliesError};
use crate::practice::{Checklist, ChecklistError, Ladder, LadderError};
use crate::questionnaire::{QuestionnaireError, Questionnaires};
use crate::reflection::{ReflectionError, Reflections};
use crate::reframe::{Bank, BankError, Checks, Library, Strategies, StrategyError};

/// Why the content could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// The screen's rules, texts or helplines.
    #[error(transparent)]
    Screen(#[from] ScreenError),
    /// The catalogue of distortions.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The bank of reframes.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// The strategies.
    #[error(transparent)]
    Strategies(#[from] StrategyError),
    /// A questionnaire.
    #[error(transparent)]
    Questionnaire(#[from] QuestionnaireError),
    /// The ladder of practice.
    #[error(transparent)]
    Ladder(#[from] LadderError),
    /// What is asked of people.
    #[error(transparent)]
    Checklist(#[from] ChecklistError),
    /// An exercise.
    #[error(transparent)]
    Exercise(#[from] ExerciseError),
    /// Something to read.
    #[error(transparent)]
    Topic(#[from] LearnError),
    /// A reflection.
    #[error(transparent)]
    Reflection(#[from] ReflectionError),
    /// The replies of the parts dialogue.
    #[error(transparent)]
    Replies(#[from] RepliesError),
    /// The lists of what a reframe must not hold.
    #[error("content/reframes/checks.toml cannot be read ({0}). Correct it there.")]
    Checks(#[from] toml::de::Error),
}

/// Content files, checked.
pub struct Content {
    /// Rules, fixed texts and helplines.
    pub screen: Screen,
    /// The distortions.
    pub catalogue: Catalogue,
    /// Reframes, strategies and checks.
    pub library: Library,
    /// The questionnaires.
    pub questionnaires: Questionnaires,
    /// The ladder of practice.
    pub ladder: Ladder,
    /// What makes somebody safe to lean on.
    pub checklist: Checklist,
    /// The exercises.
    pub exercises: Exercises,
    /// Things to read.
    pub topics: Topics,
    /// The reflections.
    pub reflections: Reflections,
    /// Rules, replies and checks of the parts dialogue.
    pub guide: Guide,
}

impl Content {
    /// The content that the program carries.
    ///
    /// # Errors
    /// [`ContentError`] if a file was edited and does not hold together.
    pub fn embedded() -> Result<Self, ContentError> {
        Ok(Self {
            screen: Screen::embedded()?,
            catalogue: Catalogue::embedded()?,
            library: Library {
                bank: Bank::embedded()?,
                checks: Checks::embedded()?,
                strategies: Strategies::embedded()?,
            },
            questionnaires: Questionnaires::embedded()?,
            ladder: Ladder::embedded()?,
            checklist: Checklist::embedded()?,
            exercises: Exercises::embedded()?,
            topics: Topics::embedded()?,
            reflections: Reflections::embedded()?,
            guide: Guide::embedded()?,
        })
    }
}
