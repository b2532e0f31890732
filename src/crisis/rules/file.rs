//! The shape of the rule files in `content/crisis/`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::crisis::level::{About, Flag, Level, Medical};

/// One TOML file. Every part is optional; all files of a rule set are read as one. The maps are
/// ordered, so that the same files always make the same rules.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RuleFile {
    /// Names for patterns that many rules share, used as `<name>`.
    pub(super) class: BTreeMap<String, String>,
    /// Other spellings, contractions and slang, and what they stand for.
    pub(super) spelling: BTreeMap<String, String>,
    /// Words so grave that one wrong letter is forgiven.
    pub(super) weighty: Vec<String>,
    /// Single words that decide negation, subject and tense.
    pub(super) scope: BTreeMap<ScopeWord, Vec<String>>,
    /// Patterns that set how the sentence around them is to be read.
    pub(super) frame: BTreeMap<Frame, Vec<String>>,
    /// Sayings that mean no harm: whatever rule overlaps one is silent there.
    pub(super) idioms: Vec<String>,
    /// The rules.
    pub(super) rule: Vec<Rule>,
}

/// The lists of words that scope is decided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ScopeWord {
    /// "not", "never", "without".
    Negation,
    /// After a negation, it turns it: "not only", "can't stop".
    Turning,
    /// Between a negation and a whole clause, it carries the negation on: "not that I want to".
    Carrying,
    /// A negation does not reach past it: "but", "anymore".
    Ending,
    /// The writer.
    Oneself,
    /// Someone else.
    Others,
    /// A verb in the past.
    PastVerb,
    /// A verb in the present.
    PresentVerb,
}

/// How a sentence is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Frame {
    /// It tells what was.
    Past,
    /// It tells what is, even if it also tells what was.
    Present,
    /// It jokes.
    Joke,
    /// It tells of a story, a game, a film.
    Story,
    /// It tells of a song, a text, the news.
    Words,
    /// The words that follow are someone else's.
    Speaker,
}

/// One phrase rule with the examples that must and must not set it off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// Its name, kebab-case.
    pub(super) id: String,
    /// The level it speaks of.
    #[serde(default)]
    pub(super) level: Level,
    /// The flags it raises.
    #[serde(default)]
    pub(super) flags: Vec<Flag>,
    /// Whom its patterns speak of.
    #[serde(default)]
    pub(super) about: About,
    /// How pressing a bodily danger it speaks of.
    #[serde(default)]
    pub(super) medical: Medical,
    /// Whether the model may never lower it.
    #[serde(default)]
    pub(super) sure: bool,
    /// Whether neither a negation before it nor an idiom silences it, because its patterns say
    /// enough by themselves.
    #[serde(default)]
    pub(super) literal: bool,
    /// Any of these sets it off…
    pub(super) patterns: Vec<String>,
    /// …if, where this is not empty, any of these is near…
    #[serde(default)]
    pub(super) with: Vec<String>,
    /// …and, where this is not empty, any of these too…
    #[serde(default)]
    pub(super) also: Vec<String>,
    /// …and none of these is near.
    #[serde(default)]
    pub(super) without: Vec<String>,
    /// How many words away is near, at most 60.
    #[serde(default = "sixty")]
    pub(super) near: usize,
    /// Examples that must set it off.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the tests of the content"))]
    pub(super) hits: Vec<String>,
    /// Examples that must not give `passive_ideation` or above.
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the tests of the content"))]
    pub(super) near_misses: Vec<String>,
}

const fn sixty() -> usize {
    60
}
