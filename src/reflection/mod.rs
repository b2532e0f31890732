//! Reflections: questions without a score, as data from `content/reflections/`.
//!
//! Nothing is added up and nothing is concluded: what was ticked and written comes back as it was
//! given, and where a reflection has styles, what was ticked is shown by style. Every question can
//! be left out, and none asks for detail. This room knows nothing of HTTP, SQL, the terminal or
//! models.

mod body;
mod file;
mod reflected;

use serde::Serialize;

pub use body::{ReflectionListed, ReflectionShown, ReflectionsBody, StyleTicked};
pub use file::ReflectionError;
pub use reflected::{Given, GivenAnswer, GivenError, Reflected, ReflectedAnswer, Ticked};

/// The files that this program carries, by the names that they have on disk.
const FILES: [(&str, &str); 6] = [
    ("levels.toml", include_str!("../../content/reflections/levels.toml")),
    ("attachment.toml", include_str!("../../content/reflections/attachment.toml")),
    ("childhood.toml", include_str!("../../content/reflections/childhood.toml")),
    ("adulthood.toml", include_str!("../../content/reflections/adulthood.toml")),
    ("impact.toml", include_str!("../../content/reflections/impact.toml")),
    ("domains.toml", include_str!("../../content/reflections/domains.toml")),
];

/// What is said beside all of them.
pub const NOTE: &str = "Written by the makers of this program; no clinician has reviewed it. Nothing is added up, and nothing here is a diagnosis.";

/// All reflections, checked.
#[derive(Debug, Clone)]
pub struct Reflections(Vec<Reflection>);

/// A reflection. [`Reflection::parse`] alone makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[non_exhaustive]
pub struct Reflection {
    /// Its name in commands and addresses.
    pub id: String,
    /// Rises when its wording changes.
    pub edition: u32,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// Whether its questions touch things that can hurt.
    pub trauma: bool,
    /// What is said before its first question.
    pub note: String,
    /// Rows of a table to read; empty where there is none.
    pub levels: Vec<Level>,
    /// Styles that statements are shown by; empty where there are none.
    pub styles: Vec<Style>,
    /// Its questions, in order.
    pub questions: Vec<Question>,
    /// What is said at its end.
    pub closing: String,
    /// What it does not say.
    pub limits: String,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ReflectionLevel)]
#[non_exhaustive]
pub struct Level {
    /// Its name in JSON.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is like.
    pub characteristics: String,
    /// How help is sought.
    pub help_seeking: String,
    /// What it does to relationships.
    pub relationships: String,
}

/// A style that statements are often named with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ReflectionStyle)]
#[non_exhaustive]
pub struct Style {
    /// Its name in JSON.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
}

/// A question: statements that can be ticked, and room for words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ReflectionQuestion)]
#[non_exhaustive]
pub struct Question {
    /// Its name in JSON.
    pub id: String,
    /// What it asks.
    pub asks: String,
    /// How it may be answered.
    pub hint: Option<String>,
    /// Statements that can be ticked, as many as fit; empty where words alone are asked for.
    pub choices: Vec<Choice>,
}

/// A statement that can be ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ReflectionChoice)]
#[non_exhaustive]
pub struct Choice {
    /// Its name in JSON.
    pub id: String,
    /// What it says.
    pub text: String,
    /// The style that it is often named with.
    pub style: Option<String>,
    /// What is said at once where it is ticked.
    pub says: Option<String>,
}

impl Reflections {
    /// The reflections that this program carries.
    ///
    /// # Errors
    /// [`ReflectionError`] with file, line and rule if a file was edited and breaks one.
    pub fn embedded() -> Result<Self, ReflectionError> {
        FILES.iter().map(|(name, text)| Reflection::parse(name, text)).collect::<Result<_, _>>().map(Self)
    }

    /// The reflection of this id, in whatever case.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Reflection> {
        self.0.iter().find(|one| one.id == id.trim().to_lowercase())
    }

    /// All of them, in the order in which they are listed.
    pub fn iter(&self) -> impl Iterator<Item = &Reflection> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests;
