//! People to lean on: what makes one feel safe, as the person sees it, and what was shared.
//! Nothing is added up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::checkin::Words;

/// The file that this program carries.
const FILE: &str = include_str!("../../content/practice/people.toml");

/// What makes somebody safe to lean on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the content says what each asks")]
pub enum Quality {
    Consistent,
    Reliable,
    Available,
    Trustworthy,
    NotJudgmental,
    NotCritical,
    NotVolatile,
}

impl Quality {
    /// All of them, in the order in which they are asked.
    pub const ALL: [Self; 7] = [
        Self::Consistent,
        Self::Reliable,
        Self::Available,
        Self::Trustworthy,
        Self::NotJudgmental,
        Self::NotCritical,
        Self::NotVolatile,
    ];

    /// Its name in commands.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Consistent => "consistent",
            Self::Reliable => "reliable",
            Self::Available => "available",
            Self::Trustworthy => "trustworthy",
            Self::NotJudgmental => "not_judgmental",
            Self::NotCritical => "not_critical",
            Self::NotVolatile => "not_volatile",
        }
    }
}

/// A name that is not in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// Not a quality.
    #[error("consistent, reliable, available, trustworthy, not_judgmental, not_critical or not_volatile")]
    Quality,
    /// Not an answer.
    #[error("yes, no or unsure")]
    Seen,
}

impl std::str::FromStr for Quality {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        let name = text.trim().to_lowercase().replace('-', "_");
        Self::ALL.into_iter().find(|one| one.slug() == name).ok_or(Unknown::Quality)
    }
}

/// How somebody sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Not sure.
    Unsure,
}

impl Seen {
    /// Its word.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unsure => "unsure",
        }
    }
}

impl std::str::FromStr for Seen {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        match text.trim().to_lowercase().as_str() {
            "y" | "yes" => Ok(Self::Yes),
            "n" | "no" => Ok(Self::No),
            "u" | "unsure" | "?" => Ok(Self::Unsure),
            _ => Err(Unknown::Seen),
        }
    }
}

/// Somebody in a person's life, as they see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// What they are called.
    pub name: Words,
    /// What was answered of the checklist.
    #[serde(default)]
    pub checklist: BTreeMap<Quality, Seen>,
    /// What was shared with them, the earliest first.
    #[serde(default)]
    pub shared: Vec<Words>,
    /// Anything else.
    pub note: Option<Words>,
}

impl Person {
    /// Somebody of whom only the name is known.
    #[must_use]
    pub const fn named(name: Words) -> Self {
        Self { name, checklist: BTreeMap::new(), shared: Vec::new(), note: None }
    }

    /// All free words but the name, a line each: what is screened.
    #[must_use]
    pub fn words(&self) -> String {
        self.shared.iter().chain(&self.note).map(Words::as_str).collect::<Vec<_>>().join("\n")
    }
}

/// What is asked of each quality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist {
    /// What is said of all of it.
    pub note: String,
    asks: BTreeMap<Quality, String>,
}

/// What is asked of somebody, as it is shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ChecklistBody {
    /// What is said of all of it.
    pub note: String,
    /// The qualities in the order in which they are asked.
    pub qualities: Vec<QualityBody>,
}

/// What is asked of one quality.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct QualityBody {
    /// The quality.
    pub id: Quality,
    /// The question.
    pub asks: String,
}

/// A checklist that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("content/practice/people.toml: {0} Correct it there.")]
pub struct ChecklistError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    note: String,
    quality: Vec<QualityFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QualityFile {
    id: Quality,
    asks: String,
}

impl Checklist {
    /// The checklist that this program carries.
    ///
    /// # Errors
    /// [`ChecklistError`] if the file was edited and can't be read, or lacks a quality.
    pub fn embedded() -> Result<Self, ChecklistError> {
        Self::parse(FILE)
    }

    fn parse(text: &str) -> Result<Self, ChecklistError> {
        let file: File = toml::from_str(text).map_err(|error| {
            let line =
                error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            ChecklistError(format!("line {line} can't be read."))
        })?;
        let asks: BTreeMap<_, _> = file.quality.into_iter().map(|one| (one.id, one.asks)).collect();
        match Quality::ALL.into_iter().find(|one| asks.get(one).is_none_or(|asks| asks.trim().is_empty())) {
            Some(missing) => Err(ChecklistError(format!("nothing is asked of {}.", missing.slug()))),
            None => Ok(Self { note: file.note, asks }),
        }
    }

    /// All of it as it is shown.
    #[must_use]
    pub fn body(&self) -> ChecklistBody {
        let quality = |id| QualityBody { id, asks: self.asks(id).to_owned() };
        ChecklistBody { note: self.note.clone(), qualities: Quality::ALL.into_iter().map(quality).collect() }
    }

    /// What is asked of a quality.
    #[must_use]
    pub fn asks(&self, quality: Quality) -> &str {
        self.asks.get(&quality).map_or("", String::as_str)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn every_quality_is_asked_and_named() {
        let list = Checklist::embedded().unwrap();
        for quality in Quality::ALL {
            assert_eq!(quality.slug().parse(), Ok(quality));
            assert_eq!(serde_json::to_value(quality).unwrap(), quality.slug());
            assert!(list.asks(quality).ends_with('?'));
        }
        assert_eq!("Not-Critical".parse(), Ok(Quality::NotCritical));
        assert_eq!("kind".parse::<Quality>(), Err(Unknown::Quality));
    }

    #[test]
    fn a_file_without_a_quality_is_told() {
        let told = Checklist::parse(&FILE.replace("\"reliable\"", "\"consistent\"")).unwrap_err().to_string();
        assert!(told.contains("reliable"), "{told}");
        assert!(Checklist::parse(&FILE.replace("asks = \"Rel", "ask = \"Rel")).is_err());
    }
}
