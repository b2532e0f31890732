//! What every text must pass before it is shown as a reframe. [`Reframing`] can only be made
//! here, so nothing unchecked reaches a person.

use std::collections::HashSet;

use serde::Deserialize;

use super::{Kind, Source, Strategy};
use crate::crisis::{ClearedEntry, Level, RuleSet};

/// Words in a reframe: fewer say nothing, more are not read at 2 a.m.
const WORDS: std::ops::RangeInclusive<usize> = 6..=60;
/// Share of a written reframe's words that may be those of the thought itself.
const MOST_REPEATED: f32 = 0.8;

/// A text proposed as a reframe.
#[derive(Clone)]
pub(super) struct Candidate {
    pub(super) strategy: Strategy,
    pub(super) kind: Kind,
    pub(super) source: Source,
    pub(super) text: String,
    /// The person's own words in it, if it quotes them.
    pub(super) quoted: Option<String>,
}

/// A reframe that passed every check.
#[derive(Clone, PartialEq, Eq)]
pub struct Reframing {
    strategy: Strategy,
    kind: Kind,
    source: Source,
    text: String,
}

impl Reframing {
    /// How it answers the thought.
    #[must_use]
    pub fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// Whether it says or asks something.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where it comes from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// What it says.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Why a text was not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Length,
    Medicine,
    Cheer,
    Blame,
    Machine,
    Crisis,
    /// A name or a number that the person did not write.
    Invention,
    /// It says the thought over again.
    Repetition,
    /// It does not end, or is not plain text.
    Form,
}

/// The lists of what a reframe must not hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checks {
    medicine: Vec<String>,
    cheer: Vec<String>,
    blame: Vec<String>,
    machine: Vec<String>,
}

impl Checks {
    /// The lists that the program carries.
    ///
    /// # Errors
    /// [`toml::de::Error`] if the file was edited and cannot be read.
    pub fn embedded() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("../../content/reframes/checks.toml"))
    }

    pub(super) fn pass(
        &self,
        candidate: Candidate,
        entry: &ClearedEntry<'_>,
        rules: &RuleSet,
    ) -> Result<Reframing, Refusal> {
        let own = match &candidate.quoted {
            Some(words) => candidate.text.replace(words.as_str(), " "),
            None => candidate.text.clone(),
        };
        let entry = entry.entry().normalised();
        if !WORDS.contains(&candidate.text.split_whitespace().count()) {
            return Err(Refusal::Length);
        }
        if !candidate.text.trim_end_matches(['”', '"']).ends_with(['.', '?', '!', '…'])
            || candidate.text.contains(['{', '}', '<', '>', '*', '#', '\n', '!'])
        {
            return Err(Refusal::Form);
        }
        for (list, refusal) in [
            (&self.medicine, Refusal::Medicine),
            (&self.cheer, Refusal::Cheer),
            (&self.blame, Refusal::Blame),
            (&self.machine, Refusal::Machine),
        ] {
            if holds_any(&own, list) {
                return Err(refusal);
            }
        }
        if rules.matches(&own).iter().any(|m| m.level > Level::None) {
            return Err(Refusal::Crisis);
        }
        // Hand-written lines were read for this; only what is written now can invent.
        if candidate.source != Source::Bank {
            if invents(&own, entry) {
                return Err(Refusal::Invention);
            }
            if repeats(&own, entry) {
                return Err(Refusal::Repetition);
            }
        }
        let Candidate { strategy, kind, source, text, .. } = candidate;
        Ok(Reframing { strategy, kind, source, text })
    }
}

/// Whether a text holds one of the phrases as whole words.
fn holds_any(text: &str, phrases: &[String]) -> bool {
    let text = format!(" {} ", spaced(text));
    phrases.iter().any(|phrase| text.contains(&format!(" {} ", spaced(phrase))))
}

/// Lower case, with white space for everything but letters, digits and apostrophes.
fn spaced(text: &str) -> String {
    let plain: String = text
        .to_lowercase()
        .replace('’', "'")
        .chars()
        .map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text names a person, place or number that the entry does not.
fn invents(text: &str, entry: &str) -> bool {
    let known: HashSet<String> = spaced(entry).split(' ').map(str::to_owned).collect();
    let mut opens = true;
    for word in text.split_whitespace() {
        let plain = spaced(word);
        let base = plain.trim_end_matches("'s");
        let capital = word.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
        let first_person = base == "i" || base.starts_with("i'");
        let named = capital && !opens && !first_person && !known.contains(base);
        let counted = base.chars().any(|c| c.is_ascii_digit()) && !known.contains(base);
        if named || counted {
            return true;
        }
        opens = word.ends_with(['.', '?', '!', ':', '“', '…']);
    }
    false
}

/// Whether most of a text is the entry over again.
fn repeats(text: &str, entry: &str) -> bool {
    let known: HashSet<String> = spaced(entry).split(' ').map(str::to_owned).collect();
    let spaced = spaced(text);
    let words: Vec<&str> = spaced.split(' ').collect();
    let shared = words.iter().filter(|w| known.contains(**w)).count();
    shared as f32 > MOST_REPEATED * words.len() as f32
}
