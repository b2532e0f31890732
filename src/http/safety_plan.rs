//! `/safety-plan`: the person's own plan, read, kept and erased. What is kept is on the disk
//! before it is screened, and no screening takes it back.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use tokio::task::spawn_blocking;

use super::country::CountryQuery;
use super::json::Json;
use super::precondition::{Wanted, etag};
use super::work::{PlanEraseProblems, PlanKeepProblems, PlanShowProblems};
use super::{Problem, ProblemKind, Shared};
use crate::assistant::{PlanChangeBody, PlanScreening, Turn};
use crate::crisis::CountryCode;
use crate::crisis::safety_plan::{
    KeptPlan, PlanError, PlanStore, PlanStoreError, Revision, SafetyPlan, SafetyPlanBody,
};

/// Give the safety plan.
///
/// Its `ETag` tells this state from others.
#[utoipa::path(
    get,
    path = "/safety-plan",
    tag = "Help",
    security(("token" = [])),
    responses(
        (status = 200, description = "The plan.", body = SafetyPlanBody,
            headers(("ETag" = String, description = "This state of the plan."))),
        PlanShowProblems,
    ),
)]
pub(super) async fn show(State(shared): State<Shared>) -> Result<Response, Problem> {
    let kept = shared.read_plan().await?.ok_or(ProblemKind::NoSafetyPlan)?;
    let body = SafetyPlanBody::new(&kept.plan, kept.readable_when_locked);
    Ok((etag(tag(&kept.revision)), Reply(body)).into_response())
}

/// Keep a safety plan.
///
/// It takes the place of the whole plan that is there, if there is one; then `If-Match` names the
/// state that was read. What is new in it is screened once it is kept, and never in its way:
/// `escalation` holds help where a line speaks of an emergency.
#[utoipa::path(
    put,
    path = "/safety-plan",
    tag = "Help",
    security(("token" = [])),
    params(
        CountryQuery,
        ("If-Match" = Option<String>, Header, description = "`ETag` of the plan that is there; needed where there is one."),
    ),
    request_body(content = SafetyPlanBody, example = json!({
        "readable_when_locked": true,
        "warning_signs": ["I stop answering messages"],
        "coping": ["Walk round the block"],
        "people": [{"name": "Mara", "phone": "555 0101"}]
    })),
    responses(
        (status = 200, description = "The plan took the place of another.", body = PlanChangeBody,
            headers(("ETag" = String, description = "The new state of the plan."))),
        (status = 201, description = "The first plan is kept.", body = PlanChangeBody,
            headers(("ETag" = String, description = "The new state of the plan."))),
        PlanKeepProblems,
    ),
)]
pub(super) async fn keep(
    State(shared): State<Shared>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(body): Json<SafetyPlanBody>,
) -> Result<Response, Problem> {
    let country = CountryQuery::country(asked)?;
    let plan = body.check()?;
    if plan.is_empty() {
        return Err(ProblemKind::UnfitPlan.into());
    }
    shared.plan_may_change().await?;
    let before = shared.read_plan().await?;
    let now = before.as_ref().map(|kept| tag(&kept.revision));
    Wanted::of(&headers).permits_change(now.as_deref())?;

    let was = before.as_ref().is_some_and(|kept| kept.readable_when_locked);
    let readable = body.readable_when_locked.unwrap_or(was);
    let over = before.as_ref().map(|kept| kept.revision.clone());
    let kept = shared.with_plan(move |store| store.write(&plan, readable, over.as_ref())).await?;
    let is_first = before.is_none();
    let earlier = before.map(|kept| kept.plan).unwrap_or_default();
    let screening = shared.screen_plan(&kept.plan, &earlier, country).await;
    let status = if is_first { StatusCode::CREATED } else { StatusCode::OK };
    let told = PlanChangeBody::new(&kept, screening);
    Ok((status, etag(tag(&kept.revision)), Reply(told)).into_response())
}

/// Erase the safety plan.
///
/// With `If-Match` only in the state that it names.
#[utoipa::path(
    delete,
    path = "/safety-plan",
    tag = "Help",
    security(("token" = [])),
    params(("If-Match" = Option<String>, Header, description = "`ETag` of the plan that is there.")),
    responses((status = 204, description = "It is gone."), PlanEraseProblems),
)]
pub(super) async fn erase(State(shared): State<Shared>, headers: HeaderMap) -> Result<StatusCode, Problem> {
    shared.plan_may_change().await?;
    let kept = shared.read_plan().await?.ok_or(ProblemKind::NoSafetyPlan)?;
    Wanted::of(&headers).permits_removal(&tag(&kept.revision))?;
    shared.with_plan(move |store| store.erase(&kept.revision)).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Shared {
    /// While the journal is locked a plan that is left readable can be read by anybody, and
    /// changed by nobody.
    async fn plan_may_change(&self) -> Result<(), Problem> {
        let standing = self.with_door(|door| Ok(door.standing()?)).await;
        // A journal that cannot be looked at keeps nobody from a plan.
        if standing.is_ok_and(|standing| standing.locked) {
            Err(ProblemKind::JournalLocked.into())
        } else {
            Ok(())
        }
    }

    async fn read_plan(&self) -> Result<Option<KeptPlan>, Problem> {
        self.with_plan(|store| store.read()).await
    }

    /// Reads or writes on a thread where waiting for the disk holds nobody up.
    async fn with_plan<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn PlanStore) -> Result<T, PlanStoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        let store = Arc::clone(&self.0.safety_plan);
        match spawn_blocking(move || work(&*store)).await {
            Ok(done) => Ok(done?),
            Err(_) => Err(ProblemKind::PlanNotKept.into()),
        }
    }

    /// Screens what is new with the model if it has a place now, by the rules alone if not.
    async fn screen_plan(
        &self,
        plan: &SafetyPlan,
        earlier: &SafetyPlan,
        country: CountryCode,
    ) -> PlanScreening {
        let assistant = &self.0.assistant;
        if let Ok(turn) = self.turn().await {
            let read = async { Ok(assistant.screen_plan(plan.new_since(earlier), country, &turn).await) };
            if let Ok(screening) = self.until_stopped(read).await {
                return screening;
            }
        }
        assistant.screen_plan(plan.new_since(earlier), country, &Turn::without_model()).await
    }
}

/// Its state as an `ETag`.
fn tag(revision: &Revision) -> String {
    format!("\"{}\"", revision.as_str())
}

impl From<PlanError> for Problem {
    fn from(error: PlanError) -> Self {
        Self::new(ProblemKind::UnfitPlan, &error)
    }
}

impl From<PlanStoreError> for Problem {
    fn from(error: PlanStoreError) -> Self {
        match &error {
            PlanStoreError::Damaged { .. } => Self::new(ProblemKind::PlanDamaged, &error),
            PlanStoreError::Newer { .. } => Self::new(ProblemKind::PlanNewer, &error),
            PlanStoreError::Locked => ProblemKind::JournalLocked.into(),
            PlanStoreError::Changed => ProblemKind::ChangedMeanwhile.into(),
            PlanStoreError::Io { .. } | PlanStoreError::Journal { .. } => {
                Self::new(ProblemKind::PlanNotKept, &error)
            }
        }
    }
}
