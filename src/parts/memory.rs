//! What is known of a part: only what the person said and confirmed.

use serde::{Deserialize, Serialize};

use super::stage::{Role, Stage};

/// What can be kept of a part, one line of the person's each.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Where it is, in or around the body.
    Place,
    /// What it looks or sounds like.
    Look,
    /// What it does.
    Job,
    /// What it fears would happen if it stopped.
    Fear,
    /// How old it is, or thinks it is.
    Age,
    /// Since when it has had its job.
    Since,
    /// What it needs from the person.
    Needs,
}

impl Field {
    /// All fields.
    pub const ALL: [Self; 7] =
        [Self::Place, Self::Look, Self::Job, Self::Fear, Self::Age, Self::Since, Self::Needs];

    /// Its name in JSON and as it is typed.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Look => "look",
            Self::Job => "job",
            Self::Fear => "fear",
            Self::Age => "age",
            Self::Since => "since",
            Self::Needs => "needs",
        }
    }

    /// How a person reads it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Place => "Where it is",
            Self::Look => "What it is like",
            Self::Job => "What it does",
            Self::Fear => "What it fears",
            Self::Age => "How old it is",
            Self::Since => "Since when",
            Self::Needs => "What it needs",
        }
    }

    /// What an answer in this step may be about: offered to the person, never kept unasked.
    #[must_use]
    pub const fn of_stage(stage: Stage) -> Option<Self> {
        match stage {
            Stage::Focus => Some(Self::Place),
            Stage::FleshOut => Some(Self::Look),
            Stage::Befriend => Some(Self::Job),
            Stage::Needs => Some(Self::Needs),
            _ => None,
        }
    }
}

/// How two parts belong together.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// The first protects the second.
    Protects,
    /// They pull in opposite directions.
    Against,
}

impl Tie {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Protects, Self::Against];

    /// Its name in JSON and as it is typed.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Protects => "protects",
            Self::Against => "against",
        }
    }
}

/// A part as the person knows it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PartNotes {
    /// What they call it.
    pub name: String,
    /// What it does, where they said so.
    pub role: Option<Role>,
    /// The lines kept, each in the person's words.
    pub fields: std::collections::BTreeMap<Field, String>,
    /// Ties to other parts, by their names.
    pub ties: Vec<(Tie, String)>,
    /// What was agreed with it.
    pub agreements: Vec<String>,
    /// Its own words.
    pub quotes: Vec<String>,
}

impl PartNotes {
    /// A part of which only the name is known.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// All that the person wrote in it, for the screen.
    #[must_use]
    pub fn words(&self) -> String {
        let ties = self.ties.iter().map(|(_, other)| other);
        let lines = [&self.name].into_iter().chain(self.fields.values()).chain(&self.agreements);
        lines.chain(&self.quotes).chain(ties).map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// Takes over what another note of the same part has and this one lacks; what stands in both
    /// stays as it is here.
    pub fn merge(&mut self, other: &Self) {
        self.role = self.role.or(other.role);
        for (field, words) in &other.fields {
            self.fields.entry(*field).or_insert_with(|| words.clone());
        }
        let missing = |have: &[String], more: &[String]| -> Vec<String> {
            more.iter().filter(|line| !have.contains(line)).cloned().collect()
        };
        let (agreements, quotes) =
            (missing(&self.agreements, &other.agreements), missing(&self.quotes, &other.quotes));
        self.agreements.extend(agreements);
        self.quotes.extend(quotes);
        let ties: Vec<_> = other.ties.iter().filter(|tie| !self.ties.contains(tie)).cloned().collect();
        self.ties.extend(ties);
    }
}

/// Prints what is safe to print.
impl std::fmt::Debug for PartNotes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PartNotes({:?}, {} lines)", self.role, self.fields.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_loses_nothing_and_overwrites_nothing() {
        let mut lid = PartNotes::named("the Lid");
        lid.fields.insert(Field::Place, "throat".into());
        lid.quotes.push("nobody can".into());
        let mut other = PartNotes { role: Some(Role::Manager), ..PartNotes::named("lid") };
        other.fields.insert(Field::Place, "neck".into());
        other.fields.insert(Field::Job, "keeps it in".into());
        other.quotes = vec!["nobody can".into(), "not yet".into()];
        other.ties.push((Tie::Protects, "the small one".into()));
        lid.merge(&other);
        assert_eq!((lid.name.as_str(), lid.role), ("the Lid", Some(Role::Manager)));
        assert_eq!(lid.fields.get(&Field::Place).map(String::as_str), Some("throat"));
        assert_eq!(lid.fields.get(&Field::Job).map(String::as_str), Some("keeps it in"));
        assert_eq!(lid.quotes, ["nobody can", "not yet"]);
        assert_eq!(lid.ties.len(), 1);
        assert!(!format!("{lid:?}").contains("throat"));
    }
}
