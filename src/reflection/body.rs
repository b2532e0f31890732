//! Reflections as JSON, for the command line and for HTTP.

use serde::Serialize;

use super::{NOTE, Reflected, Reflection, Reflections};

/// Rises when something breaks.
const SCHEMA: u32 = 1;

/// A reflection in a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReflectionListed {
    /// Its name in commands and addresses.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// Whether its questions touch things that can hurt.
    pub trauma: bool,
    /// How many questions it has.
    pub questions: usize,
}

/// All reflections.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReflectionsBody {
    /// Rises when something breaks.
    pub schema: u32,
    /// What holds for all of them.
    pub note: &'static str,
    /// In the order in which they are listed.
    pub reflections: Vec<ReflectionListed>,
}

/// A reflection with its questions.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReflectionShown {
    /// Rises when something breaks.
    pub schema: u32,
    /// The reflection.
    #[serde(flatten)]
    pub reflection: Reflection,
    /// Who wrote it, and what it is not.
    pub written_by: &'static str,
}

/// What was ticked of a style. Styles mix; this declares nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StyleTicked {
    /// The style's name in JSON.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
    /// The statements that were ticked, with the moment that they belong to.
    pub ticked: Vec<String>,
}

impl Reflections {
    /// The list.
    #[must_use]
    pub fn body(&self) -> ReflectionsBody {
        let listed = self.iter().map(|one| ReflectionListed {
            id: one.id.clone(),
            title: one.title.clone(),
            about: one.about.clone(),
            trauma: one.trauma,
            questions: one.questions.len(),
        });
        ReflectionsBody { schema: SCHEMA, note: NOTE, reflections: listed.collect() }
    }
}

impl Reflection {
    /// The whole of it.
    #[must_use]
    pub fn body(&self) -> ReflectionShown {
        ReflectionShown { schema: SCHEMA, reflection: self.clone(), written_by: NOTE }
    }

    /// What was ticked, by style, in the order of the styles. Nothing is counted.
    #[must_use]
    pub fn by_style(&self, reflected: &Reflected) -> Vec<StyleTicked> {
        let of_style = |id: &str| -> Vec<String> {
            let each = reflected.answers.iter().flat_map(|answer| {
                let of_style = answer.ticked.iter().filter(|one| one.style.as_deref() == Some(id));
                of_style.map(|one| format!("{}: {}", answer.asks.as_str(), one.text.as_str()))
            });
            each.collect()
        };
        let styles = self.styles.iter().map(|style| StyleTicked {
            ticked: of_style(&style.id),
            id: style.id.clone(),
            name: style.name.clone(),
            about: style.about.clone(),
        });
        styles.collect()
    }

    /// What is said beside statements that were ticked, each once.
    #[must_use]
    pub fn says_beside(&self, reflected: &Reflected) -> Vec<&str> {
        let mut all: Vec<&str> = Vec::new();
        for answer in &reflected.answers {
            for one in &answer.ticked {
                let choice = self.question(&answer.question).and_then(|question| question.choice(&one.id));
                if let Some(says) = choice.and_then(|choice| choice.says.as_deref())
                    && !all.contains(&says)
                {
                    all.push(says);
                }
            }
        }
        all
    }
}
