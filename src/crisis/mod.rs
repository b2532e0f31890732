//! Screening for danger, and the way to help.
//!
//! [`Screen::assess`] joins phrase rules, which always run, with the model's reading where there
//! is one: the model may raise a level, never lower what a rule says. [`Screened`] is the only
//! way to a [`ClearedEntry`], which reframing demands, so an escalated text cannot be reframed.
//! This room knows nothing of HTTP or SQL.

mod coverage;
mod escalation;
mod helplines;
mod level;
mod model;
mod risk;
pub mod routing;
mod rules;
pub mod safety_plan;

pub use coverage::Coverage;
pub use escalation::{Case, Escalation, EscalationError, EscalationTexts, Support};
pub use helplines::{
    CountryCode, CountryCodeError, Date, DateError, EmergencyNumber, Helpline, HelplineError, HelplineSet,
    Helplines,
};
pub use level::{About, Flag, Level, Medical, Tier, Time};
pub(crate) use model::SURE_STEPS;
pub use model::{
    FLAG_HEAD, FLAG_THRESHOLDS, LEVEL_HEAD, LEVEL_SURE, LEVEL_THRESHOLDS, ModelOpinion, cumulative,
};
pub use risk::{LevelProbabilities, NoticedFlag, PartName, Risk, RiskMatch};
pub use rules::{RuleError, RuleMatch, RuleSet};

use crate::entry::{Entry, Limit};
use safety_plan::{OwnPlan, OwnPlanState, PlanAtHand, PlanTexts, PlanTextsError};

/// A text to be screened: which part of the request it is, and what the model made of it.
pub struct Part<'a> {
    /// Which part.
    pub name: PartName,
    /// The text.
    pub entry: &'a Entry,
    /// The model's opinion, if it could read the text.
    pub opinion: Option<ModelOpinion>,
}

/// Rules and fixed texts, ready for use.
pub struct Screen {
    rules: RuleSet,
    texts: EscalationTexts,
    helplines: Helplines,
    plan: PlanTexts,
}

/// Why the screen could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// The phrase rules.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// The fixed texts.
    #[error(transparent)]
    Texts(#[from] EscalationError),
    /// The helplines.
    #[error(transparent)]
    Helplines(#[from] HelplineError),
    /// The texts of the safety plan.
    #[error(transparent)]
    Plan(#[from] PlanTextsError),
}

/// A text after screening: help, or an entry that may be worked with.
pub enum Screened<'a> {
    /// Danger was noticed.
    Escalated(Escalation),
    /// Nothing speaks against going on.
    Clear(ClearedEntry<'a>),
    /// Nothing is built on it: the screen could not read all of it, or the writer may not be
    /// quite here now. Support may stand beside the reply.
    Held,
}

/// An entry that was screened in full and found clear, or whose alarm the person called off.
/// Only [`Screen::decide`] makes one.
pub struct ClearedEntry<'a> {
    entry: &'a Entry,
}

impl<'a> ClearedEntry<'a> {
    /// The entry.
    #[must_use]
    pub fn entry(&self) -> &'a Entry {
        self.entry
    }

    #[cfg(test)]
    pub(crate) fn for_tests(entry: &'a Entry) -> Self {
        Self { entry }
    }
}

/// What a person answered to an earlier alarm on the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing was asked.
    Unasked,
    /// "That's not what I meant."
    NotMeant,
}

impl Screen {
    /// The rules, texts and helplines that the program carries.
    ///
    /// # Errors
    /// [`ScreenError`] if a content file was edited and does not hold together.
    pub fn embedded() -> Result<Self, ScreenError> {
        Ok(Self {
            rules: RuleSet::embedded()?,
            texts: EscalationTexts::embedded()?,
            helplines: Helplines::embedded()?,
            plan: PlanTexts::embedded()?,
        })
    }

    /// The phrase rules.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// The helplines.
    #[must_use]
    pub fn helplines(&self) -> &Helplines {
        &self.helplines
    }

    /// What stands around a person's own safety plan.
    #[must_use]
    pub fn plan_texts(&self) -> &PlanTexts {
        &self.plan
    }

    /// What rules and model together make of a text and its situation.
    #[must_use]
    pub fn assess(&self, parts: &[Part<'_>]) -> Risk {
        risk::assess(&self.rules, parts)
    }

    /// Decides what may be done with an entry. An alarm of the tier `emergency` stands whatever
    /// the person answers; below it, [`Answer::NotMeant`] clears the way.
    #[must_use]
    pub fn decide<'a>(
        &self,
        entry: &'a Entry,
        risk: &Risk,
        answer: Answer,
        lines: &HelplineSet,
        variant: usize,
    ) -> Screened<'a> {
        let stands = answer == Answer::Unasked || risk.tier == Tier::Emergency;
        if stands && let Some(escalation) = self.escalation(risk, lines, variant) {
            return Screened::Escalated(escalation);
        }
        let held = risk.unmoored && answer == Answer::Unasked;
        match risk.coverage {
            Coverage::Full if !held => Screened::Clear(ClearedEntry { entry }),
            _ => Screened::Held,
        }
    }

    /// The help that a risk leads to, if its tier leads there.
    #[must_use]
    pub fn escalation(&self, risk: &Risk, lines: &HelplineSet, variant: usize) -> Option<Escalation> {
        risk.tier.escalates().then(|| self.texts.compose(risk.case(), risk.tier, lines, variant))
    }

    /// The help that an answer of a questionnaire leads to: what is said first speaks of the
    /// answer, all else is as in any escalation.
    #[must_use]
    pub fn escalation_of_answer(
        &self,
        case: Case,
        tier: Tier,
        message: &str,
        lines: &HelplineSet,
        variant: usize,
    ) -> Escalation {
        Escalation { message: message.to_owned(), ..self.texts.compose(case, tier, lines, variant) }
    }

    /// The advice to see a professional that stands beside the total of a questionnaire, in its
    /// own words.
    #[must_use]
    pub fn advice(
        &self,
        case: Case,
        message: &str,
        steps: &[String],
        lines: &HelplineSet,
        variant: usize,
    ) -> Support {
        let number = lines.emergency_phrase();
        let steps = steps.iter().map(|step| step.replace("{emergency}", &number)).collect();
        let support = self.texts.support(case, Tier::Professional, lines, variant);
        Support { message: message.to_owned(), steps, ..support }
    }

    /// The help for a case, where something other than this screen calls for it.
    #[must_use]
    pub fn escalation_for(&self, case: Case, tier: Tier, lines: &HelplineSet, variant: usize) -> Escalation {
        self.texts.compose(case, tier, lines, variant)
    }

    /// An escalation with what the person's own plan has for it. Lines in which the rules see
    /// danger themselves are left out.
    #[must_use]
    pub fn with_own_plan(&self, escalation: Escalation, at_hand: &PlanAtHand) -> Escalation {
        let is_fit = |line: &str| {
            Entry::new(line, Limit::Reframing).is_ok_and(|entry| {
                let part = Part { name: PartName::Text, entry: &entry, opinion: None };
                self.assess(&[part]).tier < Tier::Professional
            })
        };
        let plan = OwnPlan::for_case(escalation.case, at_hand, &self.plan, is_fit);
        let mut steps = escalation.steps;
        if plan.as_ref().is_some_and(|own| own.state == OwnPlanState::Written) {
            steps.retain(|step| !self.plan.replaces(step));
        }
        Escalation { steps, plan, ..escalation }
    }

    /// What stands beside an ordinary reply, if anything.
    #[must_use]
    pub fn support(
        &self,
        risk: &Risk,
        answer: Answer,
        lines: &HelplineSet,
        variant: usize,
    ) -> Option<Support> {
        match (risk.tier, answer) {
            (Tier::None, _) => None,
            (tier, Answer::NotMeant) if tier.escalates() => {
                Some(self.texts.acknowledged(risk.case(), lines, variant))
            }
            (tier, _) => Some(self.texts.support(risk.case(), tier, lines, variant)),
        }
    }
}
