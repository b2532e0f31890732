//! The bank: hand-written reframes that hold for many thoughts, and how the person's own words
//! are set into them.
//!
//! The lines are data in `content/reframes/`, which no clinician has reviewed yet.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::strategy::Strategy;
use crate::distortion::Distortion;

/// Where the person's words go.
const SLOT: &str = "{words}";
/// More of the person's words than this are cut with an ellipsis.
const MOST_WORDS: usize = 12;

/// The files of the bank, by name.
const FILES: [(&str, &str); 12] = [
    ("bank_a.jsonl", include_str!("../../content/reframes/bank_a.jsonl")),
    ("bank_b.jsonl", include_str!("../../content/reframes/bank_b.jsonl")),
    ("bank_c.jsonl", include_str!("../../content/reframes/bank_c.jsonl")),
    ("bank_d.jsonl", include_str!("../../content/reframes/bank_d.jsonl")),
    ("bank_e.jsonl", include_str!("../../content/reframes/bank_e.jsonl")),
    ("bank_f.jsonl", include_str!("../../content/reframes/bank_f.jsonl")),
    ("bank_g.jsonl", include_str!("../../content/reframes/bank_g.jsonl")),
    ("bank_h.jsonl", include_str!("../../content/reframes/bank_h.jsonl")),
    ("bank_i.jsonl", include_str!("../../content/reframes/bank_i.jsonl")),
    ("bank_j.jsonl", include_str!("../../content/reframes/bank_j.jsonl")),
    ("bank_k.jsonl", include_str!("../../content/reframes/bank_k.jsonl")),
    ("bank_l.jsonl", include_str!("../../content/reframes/bank_l.jsonl")),
];

/// Something that must hold of a thought for a line to be true of it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AboutTag {
    /// A particular other person.
    OneOther,
    /// A group, or people in general.
    Others,
    /// A judgement on oneself.
    #[serde(rename = "self")]
    Oneself,
    /// What is to come.
    Future,
    /// What has been.
    Past,
    /// Work, study, a task.
    Performance,
    /// Family, partner, friend.
    Closeness,
    /// The body and its health.
    BodyHealth,
    /// Money.
    Money,
    /// Asking, receiving, relying.
    Help,
    /// Rest.
    Rest,
    /// A loss.
    Loss,
    /// A mistake.
    Mistake,
    /// No answer yet.
    Waiting,
    /// How one looks.
    Appearance,
    /// A conflict.
    Conflict,
    /// One's children.
    Parenting,
    /// News, climate, politics, society.
    World,
}

impl AboutTag {
    /// All 18, in the order of the corpus.
    pub const ALL: [Self; 18] = [
        Self::OneOther,
        Self::Others,
        Self::Oneself,
        Self::Future,
        Self::Past,
        Self::Performance,
        Self::Closeness,
        Self::BodyHealth,
        Self::Money,
        Self::Help,
        Self::Rest,
        Self::Loss,
        Self::Mistake,
        Self::Waiting,
        Self::Appearance,
        Self::Conflict,
        Self::Parenting,
        Self::World,
    ];

    /// Its name in JSON and in data files.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::OneOther => "one_other",
            Self::Others => "others",
            Self::Oneself => "self",
            Self::Future => "future",
            Self::Past => "past",
            Self::Performance => "performance",
            Self::Closeness => "closeness",
            Self::BodyHealth => "body_health",
            Self::Money => "money",
            Self::Help => "help",
            Self::Rest => "rest",
            Self::Loss => "loss",
            Self::Mistake => "mistake",
            Self::Waiting => "waiting",
            Self::Appearance => "appearance",
            Self::Conflict => "conflict",
            Self::Parenting => "parenting",
            Self::World => "world",
        }
    }

    /// Its place in [`AboutTag::ALL`], 0 to 17.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Whether a reframe says something or asks something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It says something.
    #[default]
    Statement,
    /// A question to ask oneself.
    Question,
}

impl Kind {
    /// Its name in JSON and in tables.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Question => "question",
        }
    }
}

/// One reframe of the bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankLine {
    /// Unique, e.g. "ba-001".
    pub id: String,
    /// What it answers; empty only for a validation of any thought.
    pub distortions: Vec<Distortion>,
    /// How it answers.
    pub strategy: Strategy,
    /// What must hold of the thought, all of it; empty means always.
    pub about: Vec<AboutTag>,
    /// Statement or question.
    #[serde(default)]
    pub kind: Kind,
    /// 6 to 50 words, first person; may hold `{words}` once.
    pub text: String,
}

impl BankLine {
    /// Whether it needs the person's own words.
    #[must_use]
    pub fn has_slot(&self) -> bool {
        self.text.contains(SLOT)
    }

    /// Whether everything it assumes holds of a thought with these tags.
    #[must_use]
    pub fn holds_for(&self, tags: &[AboutTag]) -> bool {
        self.about.iter().all(|tag| tags.contains(tag))
    }

    /// The text with the person's words in quotation marks at its slot.
    ///
    /// White space is made even, a full stop or comma at the end of the words is left to the
    /// sentence around them, words that open a sentence get a capital, and more than 12 words
    /// are cut with an ellipsis. Without words it says "this thought". A line without a slot is
    /// returned as it is.
    #[must_use]
    pub fn fill(&self, words: &str) -> String {
        let Some((before, after)) = self.text.split_once(SLOT) else {
            return self.text.clone();
        };
        let opens = before.trim_end().is_empty() || before.trim_end().ends_with(['.', '?', '!']);
        let words = tidy(words);
        let (open, words, close) = if words.is_empty() {
            ("", "this thought".to_owned(), "")
        } else {
            ("\u{201c}", words, "\u{201d}")
        };
        // “Why me?”. would stop twice.
        let stops = words.ends_with(['?', '!']) && after.starts_with(['.', '?']);
        let after = if stops { &after[1..] } else { after };
        let words = if opens { capital(&words) } else { words };
        format!("{before}{open}{words}{close}{after}")
    }
}

/// The person's words as they stand inside quotation marks.
fn tidy(words: &str) -> String {
    let mut all = words.split_whitespace();
    let kept: Vec<&str> = all.by_ref().take(MOST_WORDS).collect();
    let mut text = kept.join(" ");
    if all.next().is_some() {
        text.push('\u{2026}');
        return text;
    }
    let inner = text.strip_prefix(['"', '\u{201c}']).and_then(|rest| rest.strip_suffix(['"', '\u{201d}']));
    inner
        .unwrap_or(&text)
        .trim_end_matches(|c: char| matches!(c, '.' | ',' | ';' | ':') || c.is_whitespace())
        .to_owned()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Why the bank could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// A line is not JSON of the right form.
    #[error("{file}, line {line}: {source}. Correct the line and try again.")]
    Syntax {
        /// The file.
        file: String,
        /// Counted from 1.
        line: usize,
        /// What JSON says.
        source: serde_json::Error,
    },
    /// A line breaks a rule.
    #[error("{file}, line {line}: {what}. Correct the line and try again.")]
    Line {
        /// The file.
        file: String,
        /// Counted from 1.
        line: usize,
        /// The rule.
        what: &'static str,
    },
}

/// All reframes of the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bank {
    lines: Vec<BankLine>,
}

impl Bank {
    /// The bank that this program carries.
    ///
    /// # Errors
    /// [`BankError`] if a line breaks a rule; a test sees to it that none does.
    pub fn embedded() -> Result<Self, BankError> {
        Self::parse(&FILES)
    }

    /// Reads files of one JSON object a line (name, text) and checks them together.
    ///
    /// # Errors
    /// [`BankError`] at the first line that is not of this form, breaks a rule, or repeats an
    /// id or a text.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, BankError> {
        let mut lines = Vec::new();
        let mut ids = HashSet::new();
        let mut texts = HashSet::new();
        for (file, text) in files {
            for (at, json) in text.lines().enumerate() {
                if json.trim().is_empty() {
                    continue;
                }
                let line: BankLine = serde_json::from_str(json).map_err(|source| BankError::Syntax {
                    file: (*file).to_owned(),
                    line: at + 1,
                    source,
                })?;
                let plain: String = line.text.nfkc().collect::<String>().to_lowercase();
                let broken = broken_rule(&line)
                    .or_else(|| (!ids.insert(line.id.clone())).then_some("this id is used twice"))
                    .or_else(|| (!texts.insert(plain)).then_some("this text is there twice"));
                if let Some(what) = broken {
                    return Err(BankError::Line { file: (*file).to_owned(), line: at + 1, what });
                }
                lines.push(line);
            }
        }
        Ok(Self { lines })
    }

    /// All lines, in the order of the files.
    #[must_use]
    pub fn lines(&self) -> &[BankLine] {
        &self.lines
    }

    /// The line of that id, or `None`.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&BankLine> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// The lines that answer a distortion.
    pub fn for_distortion(&self, distortion: Distortion) -> impl Iterator<Item = &BankLine> {
        self.lines.iter().filter(move |line| line.distortions.contains(&distortion))
    }

    /// The lines for a thought without any distortion: they say that it makes sense.
    pub fn validations(&self) -> impl Iterator<Item = &BankLine> {
        self.lines.iter().filter(|line| line.distortions.is_empty())
    }
}

fn broken_rule(line: &BankLine) -> Option<&'static str> {
    let slots = line.text.matches('{').count();
    let words = line.text.split_whitespace().count();
    let distinct = |length: usize, set: HashSet<usize>| set.len() == length;
    let rules = [
        (!line.id.trim().is_empty(), "the id is empty"),
        (
            !line.distortions.is_empty() || line.strategy == Strategy::Validation,
            "a line without a distortion must be a validation",
        ),
        (
            distinct(line.distortions.len(), line.distortions.iter().map(|d| d.index()).collect()),
            "a distortion is named twice",
        ),
        (distinct(line.about.len(), line.about.iter().map(|t| t.index()).collect()), "a tag is named twice"),
        (
            slots <= 1 && line.text.matches('}').count() == slots && (slots == 0) != line.has_slot(),
            "the text may hold {words} once and no other braces",
        ),
        ((6..=50).contains(&words), "the text must have 6 to 50 words"),
    ];
    rules.iter().find(|(holds, _)| !holds).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests;
