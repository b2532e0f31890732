//! The fixed texts of the plan: their form and their rules.

use serde::Deserialize;

use super::PlanStep;

/// Characters of a fixed line at most.
const MOST: usize = 160;

/// Why the texts could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PlanTextsError {
    /// Not TOML, or a field is missing, unknown or of the wrong kind.
    #[error("safety_plan.toml can't be read: {0}. Correct the file and try again.")]
    Syntax(#[from] toml::de::Error),
    /// The steps are not the six, in their order.
    #[error("safety_plan.toml needs the six steps in their order. Correct the file and try again.")]
    Steps,
    /// A line is empty, too long or broken.
    #[error(
        "safety_plan.toml has a line that is empty or longer than {MOST} characters. Correct the file and try again."
    )]
    Line,
}

/// What stands around a person's own lines.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanTexts {
    step: Vec<StepText>,
    none: Lines,
    plain: Plain,
    now: Line,
    pub(super) escalation: InEscalation,
}

/// A step's heading, and a hint for those who write.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepText {
    id: PlanStep,
    /// The heading.
    pub title: String,
    /// What could stand there.
    pub hint: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    lines: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    lines: Vec<String>,
    question: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    line: String,
}

/// How an escalation brings the plan in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InEscalation {
    pub(super) own: String,
    pub(super) replaces: String,
    pub(super) open: String,
    pub(super) none: String,
    pub(super) unreadable: String,
}

impl PlanTexts {
    /// The texts that this program carries.
    ///
    /// # Errors
    /// [`PlanTextsError`] if one breaks a rule; a test sees to it that none does.
    pub fn embedded() -> Result<Self, PlanTextsError> {
        Self::parse(include_str!("../../../content/safety_plan.toml"))
    }

    /// Reads the file and checks it.
    ///
    /// # Errors
    /// [`PlanTextsError`].
    pub fn parse(text: &str) -> Result<Self, PlanTextsError> {
        let texts: Self = toml::from_str(text)?;
        if texts.step.iter().map(|step| step.id).ne(PlanStep::ALL) {
            return Err(PlanTextsError::Steps);
        }
        let is_line =
            |line: &&str| !line.trim().is_empty() && line.chars().count() <= MOST && !line.contains('\n');
        if texts.all().iter().all(is_line) { Ok(texts) } else { Err(PlanTextsError::Line) }
    }

    /// Heading and hint of a step.
    #[must_use]
    pub fn step(&self, step: PlanStep) -> &StepText {
        &self.step[step as usize]
    }

    /// What is said where there is no plan.
    #[must_use]
    pub fn none(&self) -> &[String] {
        &self.none.lines
    }

    /// What is said before a plan is kept for the first time: that it is plain text.
    #[must_use]
    pub fn plain(&self) -> &[String] {
        &self.plain.lines
    }

    /// What is asked then.
    #[must_use]
    pub fn question(&self) -> &str {
        &self.plain.question
    }

    /// What is said where a line sounds as if it were meant now.
    #[must_use]
    pub fn now(&self) -> &str {
        &self.now.line
    }

    /// What is said where there is a plan and it can't be read.
    #[must_use]
    pub fn unreadable(&self) -> &str {
        &self.escalation.unreadable
    }

    /// Whether a step of an escalation says no more than the plan that is shown beside it.
    pub(in crate::crisis) fn replaces(&self, step: &str) -> bool {
        step.starts_with(&self.escalation.replaces)
    }

    /// Every text, for the tests that all fixed texts pass.
    pub(crate) fn all(&self) -> Vec<&str> {
        let InEscalation { own, replaces, open, none, unreadable } = &self.escalation;
        let steps = self.step.iter().flat_map(|step| [&step.title, &step.hint]);
        let said = self.none.lines.iter().chain(&self.plain.lines);
        let rest = [&self.plain.question, &self.now.line, own, replaces, open, none, unreadable];
        steps.chain(said).chain(rest).map(String::as_str).collect()
    }
}
