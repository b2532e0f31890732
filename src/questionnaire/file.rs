//! A questionnaire's file: its form in TOML, and what is said when it can't be read.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::check;
use super::instrument::Questionnaire;
use crate::crisis::{Case, Date, Tier};

/// A file of a questionnaire that breaks a rule: which, where and what the rule is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("content/questionnaires/{file}, line {line}: {rule} Correct it there.")]
pub struct QuestionnaireError {
    /// The file's name.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The rule, as a sentence.
    pub rule: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) id: Spanned<String>,
    pub(super) edition: Spanned<u32>,
    pub(super) short: Spanned<String>,
    pub(super) name: Spanned<String>,
    pub(super) about: Spanned<String>,
    pub(super) asks_about: Spanned<String>,
    pub(super) lead: Spanned<String>,
    pub(super) verdict: Spanned<String>,
    pub(super) validated: Spanned<bool>,
    pub(super) local_code: Option<Spanned<String>>,
    pub(super) resume_days: Spanned<u16>,
    pub(super) limits: Spanned<String>,
    pub(super) licence: Spanned<String>,
    #[serde(default)]
    pub(super) not_found: Vec<Spanned<String>>,
    pub(super) loinc: LoincFile,
    pub(super) missing: Spanned<MissingFile>,
    pub(super) scale: Vec<ScaleFile>,
    pub(super) item: Vec<ItemFile>,
    pub(super) band: Vec<BandFile>,
    #[serde(default)]
    pub(super) cutoff: Vec<CutoffFile>,
    #[serde(default)]
    pub(super) subscale: Vec<SubscaleFile>,
    pub(super) pattern: Option<Spanned<PatternFile>>,
    pub(super) change: Option<ChangeFile>,
    pub(super) advice: Option<Spanned<AdviceFile>>,
    pub(super) source: Vec<SourceFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoincFile {
    pub(super) panel: Spanned<String>,
    pub(super) total: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MissingFile {
    pub(super) rule: Spanned<String>,
    pub(super) at_most: Option<usize>,
    pub(super) why: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScaleFile {
    pub(super) id: Spanned<String>,
    pub(super) choices: Vec<Spanned<ChoiceFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChoiceFile {
    pub(super) value: u8,
    pub(super) label: String,
    pub(super) loinc: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemFile {
    pub(super) id: Spanned<String>,
    pub(super) text: Spanned<String>,
    pub(super) scale: Spanned<String>,
    pub(super) loinc: Spanned<String>,
    pub(super) scored: Option<bool>,
    pub(super) gate: Option<Spanned<GateFile>>,
    pub(super) danger: Option<DangerFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GateFile {
    pub(super) ends_at: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DangerFile {
    pub(super) case: Case,
    pub(super) tiers: Spanned<BTreeMap<String, Tier>>,
    pub(super) messages: Spanned<Vec<Vec<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BandFile {
    pub(super) id: Spanned<String>,
    pub(super) name: Spanned<String>,
    pub(super) from: Spanned<u16>,
    pub(super) to: Spanned<u16>,
    #[serde(default)]
    pub(super) advice: bool,
    pub(super) means: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CutoffFile {
    pub(super) at: Spanned<u16>,
    pub(super) about: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubscaleFile {
    pub(super) id: Spanned<String>,
    pub(super) name: Spanned<String>,
    pub(super) items: Vec<Spanned<String>>,
    pub(super) criterion: Option<Spanned<CriterionFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CriterionFile {
    pub(super) answer: u8,
    pub(super) needed: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PatternFile {
    pub(super) name: String,
    pub(super) met: String,
    pub(super) not_met: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeFile {
    pub(super) reliable: Spanned<u16>,
    pub(super) why: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AdviceFile {
    pub(super) case: Case,
    pub(super) message: Vec<String>,
    pub(super) steps: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceFile {
    pub(super) of: Spanned<String>,
    pub(super) address: Spanned<String>,
    pub(super) note: Option<String>,
    pub(super) seen: Date,
}

impl Questionnaire {
    /// Reads a file of this name and checks every rule.
    ///
    /// # Errors
    /// [`QuestionnaireError`] with the line of the first rule that is broken.
    pub fn parse(file: &str, text: &str) -> Result<Self, QuestionnaireError> {
        let read: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let said = error.message().lines().collect::<Vec<_>>().join(" ");
            let rule = format!("this can't be read: {}.", said.trim_end_matches('.'));
            QuestionnaireError { file: file.to_owned(), line: line(text, at), rule }
        })?;
        check::checked(file, read).map_err(|(at, rule)| QuestionnaireError {
            file: file.to_owned(),
            line: line(text, at),
            rule,
        })
    }
}

/// The line that a byte stands in, counted from 1.
fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
