//! What an escalation shows of a person's own plan: a few people and what helps, or that a plan
//! can be written.

use serde::Serialize;

use super::{KeptPlan, PersonBody, PlanStep, PlanStoreError, PlanTexts, SafetyPlan};
use crate::crisis::Case;

/// People shown at most, those asked for help first.
const MOST_PEOPLE: usize = 3;
/// Lines of what helps without others shown at most.
const MOST_COPING: usize = 2;

/// Where a person's plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OwnPlanState {
    /// There is one.
    Written,
    /// There is none.
    None,
    /// There is one and it can't be read.
    Unreadable,
}

/// A person's own plan in an escalation, in few lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OwnPlan {
    /// Whether there is a plan.
    pub state: OwnPlanState,
    /// One line that leads to what follows, or says that a plan can be written.
    pub text: String,
    /// Up to 3 people to be asked for help, in the person's order; professionals after them.
    pub people: Vec<PersonBody>,
    /// Up to 2 things that help without others. None while it is happening now.
    pub coping: Vec<String>,
}

/// What is known of the plan when an escalation is written.
#[derive(Debug, Clone)]
pub enum PlanAtHand {
    /// There is one.
    Written(SafetyPlan),
    /// There is none, or nothing stands in it.
    None,
    /// There is one and it can't be read.
    Unreadable,
}

impl From<Result<Option<KeptPlan>, PlanStoreError>> for PlanAtHand {
    fn from(read: Result<Option<KeptPlan>, PlanStoreError>) -> Self {
        match read {
            Ok(Some(kept)) if !kept.plan.is_empty() => Self::Written(kept.plan),
            Ok(_) => Self::None,
            Err(_) => Self::Unreadable,
        }
    }
}

impl OwnPlan {
    /// What to show in one case; nothing where the plan is not meant for it. `is_fit` says
    /// whether a line can stand beside help.
    pub(in crate::crisis) fn for_case(
        case: Case,
        at_hand: &PlanAtHand,
        texts: &PlanTexts,
        is_fit: impl Fn(&str) -> bool,
    ) -> Option<Self> {
        let texts = &texts.escalation;
        let bare = |state, text: &str| {
            Some(Self { state, text: text.to_owned(), people: Vec::new(), coping: Vec::new() })
        };
        if !meant_for(case) {
            return None;
        }
        let plan = match at_hand {
            PlanAtHand::None if is_worth_writing_after(case) => {
                return bare(OwnPlanState::None, &texts.none);
            }
            PlanAtHand::None => return None,
            PlanAtHand::Unreadable => return bare(OwnPlanState::Unreadable, &texts.unreadable),
            PlanAtHand::Written(plan) => plan,
        };
        let fit = |step| plan.lines(step).iter().filter(|line| is_fit(line.text()));
        let people: Vec<PersonBody> = fit(PlanStep::People)
            .chain(fit(PlanStep::Professionals))
            .take(MOST_PEOPLE)
            .map(PersonBody::from)
            .collect();
        let most = if case == Case::Imminent { 0 } else { MOST_COPING };
        let coping: Vec<String> =
            fit(PlanStep::Coping).take(most).map(|line| line.text().to_owned()).collect();
        if people.is_empty() && coping.is_empty() {
            return bare(OwnPlanState::Written, &texts.open);
        }
        Some(Self { state: OwnPlanState::Written, text: texts.own.clone(), people, coping })
    }
}

/// A plan is for danger to oneself. Where somebody else is in danger it is of no use, where
/// somebody hurts the writer they may be in it or see the screen, and what the body needs is a
/// doctor.
const fn meant_for(case: Case) -> bool {
    !matches!(case, Case::OtherAtRisk | Case::HarmToOthers | Case::Abuse | Case::RefusingCare)
}

/// Nothing is added to what is happening now, nor where a plan would not be the answer.
const fn is_worth_writing_after(case: Case) -> bool {
    matches!(case, Case::PlanOrIntent | Case::ActiveIdeation | Case::PassiveIdeation | Case::SelfHarm)
}
