//! The plan as JSON: in its file, over HTTP, and on the command line.

use serde::{Deserialize, Serialize};

use super::{LineError, PlanError, PlanLine, PlanStep, SafetyPlan};

/// Rises when something in the form breaks.
pub const SCHEMA: u32 = 1;

/// Somebody or some place, and how to call there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonBody {
    /// Who or where, up to 200 characters.
    pub name: String,
    /// Phone number, if there is one.
    #[serde(default)]
    pub phone: Option<String>,
}

/// A safety plan: its six steps in order, each of up to 12 lines of up to 200 characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SafetyPlanBody {
    /// Form of the plan; 1 if absent.
    #[serde(default = "schema")]
    pub schema: u32,
    /// Whether its owner agreed that it opens without a passphrase, even when a journal is
    /// locked. What is absent stays as it was; at first it is false.
    #[serde(default)]
    pub readable_when_locked: Option<bool>,
    /// How the person notices that a crisis comes up.
    #[serde(default)]
    pub warning_signs: Vec<String>,
    /// What helps without anybody else.
    #[serde(default)]
    pub coping: Vec<String>,
    /// People and places that take the mind elsewhere.
    #[serde(default)]
    pub distractions: Vec<PersonBody>,
    /// People to be asked for help.
    #[serde(default)]
    pub people: Vec<PersonBody>,
    /// Professionals and services for a crisis.
    #[serde(default)]
    pub professionals: Vec<PersonBody>,
    /// Making the surroundings safer.
    #[serde(default)]
    pub environment: Vec<String>,
}

const fn schema() -> u32 {
    SCHEMA
}

impl From<&PlanLine> for PersonBody {
    fn from(line: &PlanLine) -> Self {
        Self { name: line.text().to_owned(), phone: line.phone().map(str::to_owned) }
    }
}

impl SafetyPlanBody {
    /// A plan and what its owner said about it.
    #[must_use]
    pub fn new(plan: &SafetyPlan, readable_when_locked: bool) -> Self {
        let texts = |step| plan.lines(step).iter().map(|line| line.text().to_owned()).collect();
        let people = |step| plan.lines(step).iter().map(PersonBody::from).collect();
        Self {
            schema: SCHEMA,
            readable_when_locked: Some(readable_when_locked),
            warning_signs: texts(PlanStep::WarningSigns),
            coping: texts(PlanStep::Coping),
            distractions: people(PlanStep::Distractions),
            people: people(PlanStep::People),
            professionals: people(PlanStep::Professionals),
            environment: texts(PlanStep::Environment),
        }
    }

    /// Checks every line.
    ///
    /// # Errors
    /// [`PlanError`] for the first thing that is wrong.
    pub fn check(&self) -> Result<SafetyPlan, PlanError> {
        if self.schema != SCHEMA {
            return Err(PlanError::Schema(self.schema));
        }
        let mut plan = SafetyPlan::default();
        for step in PlanStep::ALL {
            let lines = self.lines(step);
            for (i, (text, phone)) in lines.into_iter().enumerate() {
                let wrong = |what: LineError| PlanError::Line { step, line: i + 1, what };
                plan.add(step, PlanLine::new(text, phone).map_err(wrong)?)?;
            }
        }
        Ok(plan)
    }

    fn lines(&self, step: PlanStep) -> Vec<(&str, Option<&str>)> {
        match step {
            PlanStep::WarningSigns => texts(&self.warning_signs),
            PlanStep::Coping => texts(&self.coping),
            PlanStep::Distractions => people(&self.distractions),
            PlanStep::People => people(&self.people),
            PlanStep::Professionals => people(&self.professionals),
            PlanStep::Environment => texts(&self.environment),
        }
    }
}

fn texts(lines: &[String]) -> Vec<(&str, Option<&str>)> {
    lines.iter().map(|text| (text.as_str(), None)).collect()
}

fn people(lines: &[PersonBody]) -> Vec<(&str, Option<&str>)> {
    lines.iter().map(|person| (person.name.as_str(), person.phone.as_deref())).collect()
}

/// Prints nothing of it.
impl std::fmt::Debug for PersonBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonBody({} bytes)", self.name.len())
    }
}

/// Prints nothing of it.
impl std::fmt::Debug for SafetyPlanBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SafetyPlanBody(…)")
    }
}
