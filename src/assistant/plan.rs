//! The safety plan on its way: its lines are screened once they are kept, and it comes into
//! every escalation.

use std::sync::Arc;

use serde::Serialize;

use super::reply::SCHEMA;
use super::{Assistant, Turn};
use crate::crisis::safety_plan::{KeptPlan, PlanAtHand, PlanStep, PlanStore, SafetyPlanBody};
use crate::crisis::{CountryCode, Coverage, Escalation, Part, PartName, Risk, Tier};
use crate::entry::{Entry, Limit};

/// What was made of the lines of a plan that were typed in anew. A plan naturally speaks of
/// crisis: help comes where a line speaks of an emergency, a word of care where it is urgent.
#[derive(Debug, Clone)]
pub struct PlanScreening {
    /// Help, where a line sounds like a plan or the will to act, or as if it were happening.
    pub escalation: Option<Escalation>,
    /// A sentence, where a line may be meant now.
    pub notice: Option<String>,
    /// How much of the lines could be read.
    pub coverage: Coverage,
}

/// A plan that was kept, and what was made of what is new in it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PlanChangeBody {
    /// Rises when something breaks.
    pub schema: u32,
    /// The plan as it is kept now.
    pub plan: SafetyPlanBody,
    /// Help, where a new line speaks of an emergency; else `null`.
    pub escalation: Option<Escalation>,
    /// A sentence, where a new line may be meant now; else `null`.
    pub notice: Option<String>,
    /// How much of the new lines could be read.
    pub coverage: Coverage,
}

impl PlanChangeBody {
    /// Of what was kept.
    #[must_use]
    pub fn new(kept: &KeptPlan, screening: PlanScreening) -> Self {
        let PlanScreening { escalation, notice, coverage } = screening;
        let plan = SafetyPlanBody::new(&kept.plan, kept.readable_when_locked);
        Self { schema: SCHEMA, plan, escalation, notice, coverage }
    }
}

impl Assistant {
    /// The same assistant, which knows where the person's own safety plan is kept.
    #[must_use]
    pub fn with_safety_plan(self, store: Arc<dyn PlanStore>) -> Self {
        Self { plan: Some(store), ..self }
    }

    /// Screens lines of a safety plan, each for itself. They are kept already; nothing that
    /// happens here can take them back, so a model that fails leaves the reading to the rules.
    ///
    /// Of the step on safer surroundings the rules alone can bring help up: the model knows
    /// entries, and takes "Lock the balcony door" for one.
    pub async fn screen_plan(
        &self,
        lines: impl IntoIterator<Item = (PlanStep, &str)>,
        country: CountryCode,
        turn: &Turn,
    ) -> PlanScreening {
        let screen = &self.content.screen;
        let mut coverage = Coverage::Full;
        let mut may_be_now = false;
        let mut gravest: Option<Risk> = None;
        for (step, line) in lines {
            let Ok(entry) = Entry::new(line, Limit::Reframing) else { continue };
            let assess = |opinion| screen.assess(&[Part { name: PartName::Text, entry: &entry, opinion }]);
            let opinion = self.opinion(&entry, turn).await.map_or(None, |(_, opinion)| opinion);
            let read = assess(opinion);
            coverage = coverage.max(read.coverage);
            may_be_now |= read.tier >= Tier::Urgent;
            let counts = if step == PlanStep::Environment { assess(None) } else { read };
            if gravest.as_ref().is_none_or(|known| (known.tier, known.level) < (counts.tier, counts.level)) {
                gravest = Some(counts);
            }
        }
        let escalation = gravest.filter(|risk| risk.tier == Tier::Emergency).and_then(|risk| {
            let lines = screen.helplines().for_country(&country, self.today);
            screen.escalation(&risk, &lines, self.acknowledgements.turn())
        });
        let says_so = may_be_now && escalation.is_none();
        PlanScreening {
            escalation: escalation.map(|one| self.with_own_plan(one)),
            notice: says_so.then(|| screen.plan_texts().now().to_owned()),
            coverage,
        }
    }

    /// An escalation with what the person's own plan has for it, read anew each time.
    pub(super) fn with_own_plan(&self, escalation: Escalation) -> Escalation {
        match &self.plan {
            Some(store) => self.content.screen.with_own_plan(escalation, &PlanAtHand::from(store.read())),
            None => escalation,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::assistant::Request;
    use crate::crisis::Date;
    use crate::crisis::safety_plan::{OwnPlanState, PlanFile, PlanLine, PlanStep, SafetyPlan};

    const DANGER: &str = "I want to kill myself.";

    fn assistant() -> Assistant {
        Assistant::rules_only(Date::new(2026, 11, 30).unwrap()).unwrap()
    }

    fn plan(lines: &[(PlanStep, &str)]) -> SafetyPlan {
        let mut plan = SafetyPlan::default();
        for (step, text) in lines {
            plan.add(*step, PlanLine::typed(*step, text).unwrap()).unwrap();
        }
        plan
    }

    async fn escalation(file: &PlanFile, text: &str) -> Escalation {
        let assistant = assistant().with_safety_plan(Arc::new(file.clone()));
        let request = Request { text: text.into(), ..Request::default() };
        let body = assistant.reframe(&request, &Turn::without_model(), None, &|_| ()).await.unwrap();
        body.escalation.unwrap()
    }

    #[tokio::test]
    async fn lines_that_belong_into_a_plan_raise_nothing() {
        let lines = [
            (PlanStep::WarningSigns, "I stop answering messages"),
            (PlanStep::Coping, "Walk round the block"),
            (PlanStep::People, "Mara"),
            (PlanStep::Environment, "Give Tom the keys for a week"),
        ];
        let found = assistant().screen_plan(lines, CountryCode::UNKNOWN, &Turn::without_model()).await;
        assert!(found.escalation.is_none() && found.notice.is_none());
    }

    #[tokio::test]
    async fn a_line_about_dying_gets_a_word_and_one_about_now_gets_help() {
        let turn = Turn::without_model();
        let screen = |line: &'static str| {
            let (assistant, turn) = (assistant(), &turn);
            async move {
                assistant
                    .screen_plan(
                        [(PlanStep::Coping, "Walk"), (PlanStep::WarningSigns, line)],
                        CountryCode::UNKNOWN,
                        turn,
                    )
                    .await
            }
        };
        let sign = screen("I think that everyone would be better off without me").await;
        assert!(sign.escalation.is_none() && sign.notice.is_some());
        let now = screen("I am going to kill myself tonight").await;
        assert_eq!(now.escalation.unwrap().tier, Tier::Emergency);
    }

    #[tokio::test]
    async fn the_own_plan_comes_in_people_first_and_in_few_lines() {
        let folder = tempfile::tempdir().unwrap();
        let file = PlanFile::in_folder(folder.path());
        let mut lines = vec![
            (PlanStep::WarningSigns, "I stop answering"),
            (PlanStep::Coping, "Walk round the block"),
            (PlanStep::Coping, "cut myself a bit, like last time"),
            (PlanStep::Professionals, "Dr Okafor, 555 0199"),
            (PlanStep::Environment, "Tom keeps things"),
        ];
        lines.extend([(PlanStep::People, "Mara, 555 0101"), (PlanStep::People, "Tom")]);
        file.write(&plan(&lines), true, None).unwrap();
        let own = escalation(&file, DANGER).await.plan.unwrap();
        assert_eq!(own.state, OwnPlanState::Written);
        let names: Vec<&str> = own.people.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["Mara", "Tom", "Dr Okafor"]);
        assert_eq!(own.people[0].phone.as_deref(), Some("555 0101"));
        assert_eq!(own.coping, ["Walk round the block"], "a line that is danger itself is left out");
    }

    #[tokio::test]
    async fn where_the_plan_is_shown_nothing_says_that_there_may_be_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = PlanFile::in_folder(folder.path());
        let speaks_of_one = |one: &Escalation| one.steps.iter().any(|step| step.contains("safety plan"));
        assert!(speaks_of_one(&escalation(&file, DANGER).await), "perhaps on paper");
        file.write(&plan(&[(PlanStep::People, "Mara")]), true, None).unwrap();
        let with = escalation(&file, DANGER).await;
        assert!(!speaks_of_one(&with) && with.steps.len() >= 3);
    }

    #[tokio::test]
    async fn while_it_is_happening_only_people_are_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = PlanFile::in_folder(folder.path());
        file.write(&plan(&[(PlanStep::Coping, "Walk"), (PlanStep::People, "Mara")]), true, None).unwrap();
        let own =
            escalation(&file, "I took all my pills ten minutes ago and I want to die.").await.plan.unwrap();
        assert_eq!((own.people.len(), own.coping.len()), (1, 0));
    }

    #[tokio::test]
    async fn without_a_plan_it_says_that_one_can_be_written_and_never_fails() {
        let folder = tempfile::tempdir().unwrap();
        let file = PlanFile::in_folder(folder.path());
        assert_eq!(escalation(&file, DANGER).await.plan.unwrap().state, OwnPlanState::None);
        let now = escalation(&file, "I took all my pills ten minutes ago and I want to die.").await;
        assert!(now.plan.is_none(), "not now");
        file.write(&SafetyPlan::default(), true, None).unwrap();
        assert_eq!(
            escalation(&file, DANGER).await.plan.unwrap().state,
            OwnPlanState::None,
            "nothing stands in it"
        );
        std::fs::write(file.path(), "{").unwrap();
        assert_eq!(escalation(&file, DANGER).await.plan.unwrap().state, OwnPlanState::Unreadable);
    }

    #[tokio::test]
    async fn the_plan_stays_out_where_somebody_else_is_in_danger_or_hurts_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let file = PlanFile::in_folder(folder.path());
        file.write(&plan(&[(PlanStep::People, "Mara")]), true, None).unwrap();
        for text in ["My brother wants to kill himself.", "He hits me when he drinks."] {
            assert!(escalation(&file, text).await.plan.is_none(), "{text}");
        }
    }
}
