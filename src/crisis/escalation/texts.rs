//! The two files of fixed texts: their form and their rules.

use serde::Deserialize;

use super::case::Case;

const ESCALATION: &str = "escalation.toml";
const SUPPORT: &str = "support.toml";

/// Why the texts could not be read.
#[derive(Debug, thiserror::Error)]
pub enum EscalationError {
    /// Not TOML, or a field is missing, unknown or of the wrong kind.
    #[error("{file} can't be read: {source}. Correct the file and try again.")]
    Syntax {
        /// The file.
        file: &'static str,
        /// What TOML says.
        source: Box<toml::de::Error>,
    },
    /// A text breaks a rule.
    #[error("{file}, case {case:?}: {what}. Correct the file and try again.")]
    Text {
        /// The file.
        file: &'static str,
        /// The case; `General` also stands for the parts that belong to none.
        case: Case,
        /// The rule.
        what: &'static str,
    },
}

/// What replaces the ordinary reply.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EscalationFile {
    pub(super) first: EscalationFirst,
    case: Vec<CaseText>,
}

/// The first step, by tier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EscalationFirst {
    pub(super) urgent: Vec<String>,
    pub(super) emergency: Vec<String>,
    pub(super) urgent_without_lines: Vec<String>,
}

/// What stands beside the ordinary reply.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SupportFile {
    pub(super) first: SupportFirst,
    case: Vec<CaseText>,
    pub(super) acknowledged: Section,
}

/// The first step, by tier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SupportFirst {
    pub(super) support: Vec<String>,
    pub(super) professional: Vec<String>,
    pub(super) support_without_lines: Vec<String>,
}

/// What is said in one case.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseText {
    id: Case,
    pub(super) first: Option<OwnFirst>,
    pub(super) variant: Vec<Variant>,
}

/// A case's own first step, by tier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnFirst {
    pub(super) urgent: String,
    pub(super) emergency: String,
}

/// Variants that belong to no case.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    pub(super) variant: Vec<Variant>,
}

/// One way to say it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variant {
    pub(super) message: Vec<String>,
    pub(super) steps: Vec<String>,
}

impl EscalationFile {
    pub(super) fn parse(text: &str) -> Result<Self, EscalationError> {
        let file: Self = from_toml(ESCALATION, text)?;
        let EscalationFirst { urgent, emergency, urgent_without_lines } = &file.first;
        check_first(ESCALATION, &[urgent, emergency, urgent_without_lines])?;
        check_cases(ESCALATION, &file.case, Case::escalates_as)?;
        Ok(file)
    }

    /// The text of a case; `parse` made sure that it is there.
    pub(super) fn get(&self, case: Case) -> Option<&CaseText> {
        self.case.iter().find(|c| c.id == case.escalates_as())
    }
}

impl SupportFile {
    pub(super) fn parse(text: &str) -> Result<Self, EscalationError> {
        let file: Self = from_toml(SUPPORT, text)?;
        let SupportFirst { support, professional, support_without_lines } = &file.first;
        check_first(SUPPORT, &[support, professional, support_without_lines])?;
        check_cases(SUPPORT, &file.case, Case::supported_as)?;
        check_variants(SUPPORT, Case::General, &file.acknowledged.variant)?;
        match file.case.iter().find(|c| c.first.is_some()) {
            Some(case) => Err(EscalationError::Text {
                file: SUPPORT,
                case: case.id,
                what: "a first step of its own has no place here",
            }),
            None => Ok(file),
        }
    }

    /// The text of a case; `parse` made sure that it is there.
    pub(super) fn get(&self, case: Case) -> Option<&CaseText> {
        self.case.iter().find(|c| c.id == case.supported_as())
    }
}

fn from_toml<T: serde::de::DeserializeOwned>(file: &'static str, text: &str) -> Result<T, EscalationError> {
    toml::from_str(text).map_err(|source| EscalationError::Syntax { file, source: Box::new(source) })
}

fn check_first(file: &'static str, lists: &[&Vec<String>]) -> Result<(), EscalationError> {
    if lists.iter().all(|list| list.len() >= 2 && list.iter().all(|s| is_line(s))) {
        return Ok(());
    }
    Err(EscalationError::Text {
        file,
        case: Case::General,
        what: "each shared first step needs two variants of at most 160 characters",
    })
}

fn check_cases(
    file: &'static str,
    cases: &[CaseText],
    spoken_as: fn(Case) -> Case,
) -> Result<(), EscalationError> {
    for case in Case::ALL {
        let texts = cases.iter().filter(|c| c.id == case).count();
        let what = match (texts, spoken_as(case) == case) {
            (0, false) | (1, true) => continue,
            (0, true) => "its text is missing",
            (_, false) => "another case's text is used for it here",
            (_, true) => "it is there twice",
        };
        return Err(EscalationError::Text { file, case, what });
    }
    for case in cases {
        check_variants(file, case.id, &case.variant)?;
        let own = case.first.iter().flat_map(|f| [&f.urgent, &f.emergency]);
        if !own.into_iter().all(|s| is_line(s)) {
            let what = "its first step is empty or longer than 160 characters";
            return Err(EscalationError::Text { file, case: case.id, what });
        }
    }
    Ok(())
}

fn check_variants(file: &'static str, case: Case, variants: &[Variant]) -> Result<(), EscalationError> {
    let each = |sound: fn(&Variant) -> bool| variants.iter().all(sound);
    let rules = [
        (variants.len() >= 2, "it needs two variants"),
        (each(|v| (3..=6).contains(&v.message.len())), "a message has 3 to 6 lines"),
        (each(|v| (2..=4).contains(&v.steps.len())), "it has 2 to 4 steps beside the first"),
        (
            each(|v| v.message.iter().chain(&v.steps).all(|l| is_line(l))),
            "a line is empty or longer than 160 characters",
        ),
        (each(|v| v.message.join("\n").chars().count() <= 450), "a message is longer than 450 characters"),
    ];
    match rules.iter().find(|(holds, _)| !holds) {
        Some((_, what)) => Err(EscalationError::Text { file, case, what }),
        None => Ok(()),
    }
}

fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= 160 && !text.contains('\n')
}
