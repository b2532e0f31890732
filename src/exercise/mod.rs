//! Exercises: short timed scripts for body and attention, from `content/exercises/`. They need no
//! model and no journal. This room knows nothing of clocks or the terminal: it says what is said
//! and for how many seconds.

mod file;

pub use file::ExerciseError;

use serde::{Deserialize, Serialize};

/// The files that this program carries, by the names that they have on disk.
const FILES: [(&str, &str); 4] = [
    ("breathing.toml", include_str!("../../content/exercises/breathing.toml")),
    ("grounding.toml", include_str!("../../content/exercises/grounding.toml")),
    ("relaxation.toml", include_str!("../../content/exercises/relaxation.toml")),
    ("mindfulness.toml", include_str!("../../content/exercises/mindfulness.toml")),
];

/// All exercises, checked.
#[derive(Debug, Clone)]
pub struct Exercises(Vec<Exercise>);

/// An exercise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[non_exhaustive]
pub struct Exercise {
    /// Its name in commands.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// When to stop.
    pub caution: String,
    /// What is said at its end.
    pub end: String,
    /// Ways to do it, the usual one first.
    pub variants: Vec<Variant>,
}

/// A way to do an exercise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[non_exhaustive]
#[schema(as = ExerciseVariant)]
pub struct Variant {
    /// Its name in commands.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// What is said, in order.
    pub steps: Vec<Step>,
}

/// Something that is said, and the time for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[non_exhaustive]
#[schema(as = ExerciseStep)]
pub struct Step {
    /// What is said.
    pub say: String,
    /// Seconds until the next step.
    pub seconds: u16,
    /// What the breath does, where it is paced.
    pub breath: Option<Breath>,
}

/// The exercises as they are listed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ExercisesBody {
    /// Rises when something breaks.
    pub schema: u32,
    /// All of them.
    pub exercises: Vec<ListedExercise>,
}

/// An exercise in the list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ListedExercise {
    /// Its name in commands.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Ways to do it, the usual one first.
    pub variants: Vec<ListedVariant>,
}

/// A way to do an exercise, in the list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ListedVariant {
    /// Its name in commands.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// How long it takes, in seconds.
    pub seconds: u32,
}

/// What the breath does in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Breath {
    /// In.
    In,
    /// Held, full.
    Full,
    /// Out.
    Out,
    /// Held, empty.
    Empty,
}

impl Breath {
    /// How full it is, 0 to 1, when so much of the step has passed, 0 to 1.
    #[must_use]
    pub fn fullness(self, passed: f64) -> f64 {
        match self {
            Self::In => passed.clamp(0.0, 1.0),
            Self::Full => 1.0,
            Self::Out => 1.0 - passed.clamp(0.0, 1.0),
            Self::Empty => 0.0,
        }
    }
}

impl Variant {
    /// How long it takes, in seconds.
    #[must_use]
    pub fn seconds(&self) -> u32 {
        self.steps.iter().map(|step| u32::from(step.seconds)).sum()
    }
}

impl Exercises {
    /// The exercises that this program carries.
    ///
    /// # Errors
    /// [`ExerciseError`] with file, line and rule if a file was edited and breaks one.
    pub fn embedded() -> Result<Self, ExerciseError> {
        FILES.iter().map(|(name, text)| Exercise::parse(name, text)).collect::<Result<_, _>>().map(Self)
    }

    /// The exercise of this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Exercise> {
        self.0.iter().find(|one| one.id == id.trim().to_lowercase())
    }

    /// All of them as they are listed.
    #[must_use]
    pub fn body(&self) -> ExercisesBody {
        let variant = |one: &Variant| ListedVariant {
            id: one.id.clone(),
            name: one.name.clone(),
            about: one.about.clone(),
            seconds: one.seconds(),
        };
        let exercise = |one: &Exercise| ListedExercise {
            id: one.id.clone(),
            name: one.name.clone(),
            about: one.about.clone(),
            variants: one.variants.iter().map(variant).collect(),
        };
        ExercisesBody { schema: 1, exercises: self.iter().map(exercise).collect() }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Exercise> {
        self.0.iter()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::float_cmp, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_file_keeps_every_rule() {
        let all = Exercises::embedded().unwrap();
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("content/exercises");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), all.iter().count());
        for variant in all.iter().flat_map(|one| &one.variants) {
            assert!((60..=600).contains(&variant.seconds()), "{}: {} s", variant.id, variant.seconds());
        }
        assert_eq!(all.find("Breathing ").unwrap().variants.len(), 4);
        assert!(all.find("none").is_none());
    }

    #[test]
    fn what_breaks_a_rule_is_told_by_file_line_and_rule() {
        let (name, text) = FILES[1];
        let told = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}");
            Exercise::parse(name, &text.replacen(from, to, 1)).unwrap_err().to_string()
        };
        assert!(told("seconds = 12", "seconds = 0").contains("grounding.toml, line 15"));
        assert!(told("id = \"grounding\"", "id = \"ground\"").contains("line 3: the id is the file's name"));
        assert!(told("seconds = 40", "secunds = 40").contains("can't be read"));
        assert!(told("end = \"You are", "end = \"\" # ").contains("there is a text here"));
    }

    #[test]
    fn a_breath_grows_stays_and_shrinks() {
        assert_eq!(Breath::In.fullness(0.25), 0.25);
        assert_eq!((Breath::Full.fullness(0.5), Breath::Empty.fullness(0.5)), (1.0, 0.0));
        assert_eq!(Breath::Out.fullness(0.25), 0.75);
        assert_eq!(Breath::In.fullness(7.0), 1.0);
    }
}
