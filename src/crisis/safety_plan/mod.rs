//! The safety plan: six steps in a fixed order, each a list of short lines in the person's words.
//!
//! The steps and their order are those of B. Stanley and G. K. Brown, "Safety Planning
//! Intervention: A Brief Intervention to Mitigate Suicide Risk", Cognitive and Behavioral Practice
//! 19 (2012), 256–264. Headings and hints are our own (`content/safety_plan.toml`).
//! This room knows nothing of HTTP, SQL or models.

mod body;
mod excerpt;
mod file;
mod line;
mod store;
mod texts;

pub use body::{PersonBody, SCHEMA, SafetyPlanBody};
pub use excerpt::{OwnPlan, OwnPlanState, PlanAtHand};
pub use file::PlanFile;
pub use line::{LineError, MOST_CHARACTERS, PlanLine};
pub use store::{KeptPlan, PlanStore, PlanStoreError, Revision};
pub use texts::{PlanTexts, PlanTextsError, StepText};

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Lines of a step at most: what can be taken in at one look.
pub const MOST_LINES: usize = 12;

/// A step of the plan.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PlanStep {
    /// How the person notices that a crisis comes up.
    WarningSigns,
    /// What helps without anybody else.
    Coping,
    /// People and places that take the mind elsewhere.
    Distractions,
    /// People to be asked for help.
    People,
    /// Professionals and services for a crisis.
    Professionals,
    /// Making the surroundings safer.
    Environment,
}

impl PlanStep {
    /// All steps, in their order.
    pub const ALL: [Self; 6] = [
        Self::WarningSigns,
        Self::Coping,
        Self::Distractions,
        Self::People,
        Self::Professionals,
        Self::Environment,
    ];

    /// Its name in JSON and on the command line.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::WarningSigns => "warning_signs",
            Self::Coping => "coping",
            Self::Distractions => "distractions",
            Self::People => "people",
            Self::Professionals => "professionals",
            Self::Environment => "environment",
        }
    }

    /// Its place, 1 to 6.
    #[must_use]
    pub const fn number(self) -> usize {
        self as usize + 1
    }

    /// Whether its lines may carry a phone number.
    #[must_use]
    pub const fn has_phones(self) -> bool {
        matches!(self, Self::Distractions | Self::People | Self::Professionals)
    }
}

/// What is no step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a step is a number from 1 to 6, or one of warning_signs, coping, distractions, people, professionals, environment"
)]
pub struct PlanStepError;

impl FromStr for PlanStep {
    type Err = PlanStepError;

    fn from_str(text: &str) -> Result<Self, PlanStepError> {
        let name = text.trim().to_lowercase().replace('-', "_");
        Self::ALL
            .into_iter()
            .find(|step| step.slug() == name || step.number().to_string() == name)
            .ok_or(PlanStepError)
    }
}

/// Why a plan can't be as asked. Never holds what a person wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A line can't be used.
    #[error("Step {} ({}), line {line}: {what}", step.number(), step.slug())]
    Line {
        /// Of which step.
        step: PlanStep,
        /// Which, from 1.
        line: usize,
        /// What is wrong with it.
        what: LineError,
    },
    /// A step has too many lines.
    #[error(
        "Step {} ({}) has room for {MOST_LINES} lines. Take one away, or put two into one.",
        step.number(),
        step.slug()
    )]
    TooMany {
        /// Which step.
        step: PlanStep,
    },
    /// There is no such line.
    #[error("Step {} ({}) has {} and no line {line}.", step.number(), step.slug(), count(*has))]
    NoSuchLine {
        /// Of which step.
        step: PlanStep,
        /// Which was asked for.
        line: usize,
        /// How many there are.
        has: usize,
    },
    /// Nothing stands in it.
    #[error("There is no line in this plan. Write one at least; `evenkeel plan erase` removes a plan.")]
    Empty,
    /// A plan of a form that this program does not know.
    #[error("`schema` is {0}; this version knows {SCHEMA}.")]
    Schema(u32),
}

fn count(lines: usize) -> String {
    match lines {
        0 => "no lines".to_owned(),
        1 => "1 line".to_owned(),
        n => format!("{n} lines"),
    }
}

/// A person's plan. Whatever stands in it has been checked.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SafetyPlan {
    steps: [Vec<PlanLine>; 6],
}

impl SafetyPlan {
    /// The lines of a step.
    #[must_use]
    pub fn lines(&self, step: PlanStep) -> &[PlanLine] {
        &self.steps[step as usize]
    }

    /// Whether no step has a line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(Vec::is_empty)
    }

    /// Adds a line at the end of a step.
    ///
    /// # Errors
    /// [`PlanError::TooMany`] if the step is full; [`PlanError::Line`] if the line has a phone
    /// number and the step takes none.
    pub fn add(&mut self, step: PlanStep, line: PlanLine) -> Result<(), PlanError> {
        let lines = &mut self.steps[step as usize];
        if lines.len() >= MOST_LINES {
            return Err(PlanError::TooMany { step });
        }
        if line.phone().is_some() && !step.has_phones() {
            return Err(PlanError::Line { step, line: lines.len() + 1, what: LineError::PhoneHere });
        }
        lines.push(line);
        Ok(())
    }

    /// Takes a line away; `number` counts from 1.
    ///
    /// # Errors
    /// [`PlanError::NoSuchLine`] if there is none of that number.
    pub fn remove(&mut self, step: PlanStep, number: usize) -> Result<PlanLine, PlanError> {
        let lines = &mut self.steps[step as usize];
        match number.checked_sub(1).filter(|at| *at < lines.len()) {
            Some(at) => Ok(lines.remove(at)),
            None => Err(PlanError::NoSuchLine { step, line: number, has: lines.len() }),
        }
    }

    /// The lines that an earlier plan did not have, as texts with their steps: what was typed in
    /// anew.
    pub fn new_since<'a>(&'a self, earlier: &'a Self) -> impl Iterator<Item = (PlanStep, &'a str)> {
        PlanStep::ALL.into_iter().flat_map(move |step| {
            let before = earlier.lines(step);
            let new = self.lines(step).iter().filter(move |line| !before.contains(line));
            new.map(move |line| (step, line.text()))
        })
    }
}

/// Prints how many lines there are and nothing of them.
impl fmt::Debug for SafetyPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SafetyPlan({:?} lines)", self.steps.each_ref().map(Vec::len))
    }
}

#[cfg(test)]
mod tests;
