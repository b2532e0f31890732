//! `/practice`: the ladder, own steps of it, what is planned and what came of it, and the step
//! that could come next.

use axum::Json as Reply;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::country::CountryQuery;
use super::json::Json;
use super::kept::{KeptBody, PageQuery, Resource};
use super::work::{
    JournalProblems, NextProblems, PageProblems, PlanChangeProblems, PlannedProblems, PlanningProblems,
    SmallKeepProblems, StepProblems,
};
use super::{Problem, ProblemKind, Shared};
use crate::assistant::{PracticeHistory, SuggestionBody, words_of_late};
use crate::checkin::Words;
use crate::journal::{Cursor, Kept};
use crate::practice::{LadderBody, Outcome, OwnStep, Practice};

impl Resource for OwnStep {
    const PATH: &'static str = "/api/v1/practice/steps";
    const MISSING: ProblemKind = ProblemKind::NoSuchStep;
}

impl Resource for Practice {
    const PATH: &'static str = "/api/v1/practice/plans";
    const MISSING: ProblemKind = ProblemKind::NoSuchPlan;
}

/// Give the ladder: its levels, their steps and own ones, and how each has gone.
#[utoipa::path(
    get,
    path = "/practice/steps",
    tag = "Practice",
    security(("token" = [])),
    responses((status = 200, description = "The ladder.", body = LadderBody), JournalProblems),
)]
pub(super) async fn steps(State(shared): State<Shared>) -> Result<Reply<LadderBody>, Problem> {
    let assistant = shared.0.assistant.clone();
    let ladder = shared.with_journal(move |journal| {
        let history = PracticeHistory::of(Some(journal))?;
        Ok(history.with(&assistant.content().ladder, LadderBody::of))
    });
    ladder.await.map(Reply)
}

/// Keep a step of one's own.
#[utoipa::path(
    post,
    path = "/practice/steps",
    tag = "Practice",
    security(("token" = [])),
    params(CountryQuery, ("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this creation.")),
    request_body(content = OwnStep, example = json!({"level": 1, "text": "Let a neighbour carry the parcel up."})),
    responses(
        (status = 200, description = "An earlier request with this key has kept it.", body = KeptBody<OwnStep>),
        (status = 201, description = "It is kept.", body = KeptBody<OwnStep>,
            headers(("ETag" = String, description = "Its state."), ("Location" = String, description = "Where it is."))),
        SmallKeepProblems,
    ),
)]
pub(super) async fn add_step(
    State(shared): State<Shared>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(step): Json<OwnStep>,
) -> Result<Response, Problem> {
    shared.keep_one(asked, &headers, step).await
}

/// Give a step of one's own.
#[utoipa::path(
    get,
    path = "/practice/steps/{id}",
    tag = "Practice",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    responses(
        (status = 200, description = "The step.", body = Kept<OwnStep>, headers(("ETag" = String, description = "Its state."))),
        StepProblems,
    ),
)]
pub(super) async fn step(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Response, Problem> {
    shared.show_one::<OwnStep>(&id).await
}

/// Delete a step of one's own. What was kept of trying it stays.
#[utoipa::path(
    delete,
    path = "/practice/steps/{id}",
    tag = "Practice",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 204, description = "It is gone."), StepProblems),
)]
pub(super) async fn delete_step(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    shared.delete_one::<OwnStep>(&id, &headers).await
}

/// Suggest a step, by what was tried and how it went.
///
/// There is none while the words of the last three days are urgent: `escalation` holds help then.
#[utoipa::path(
    get,
    path = "/practice/next",
    tag = "Practice",
    security(("token" = [])),
    params(CountryQuery),
    responses((status = 200, description = "A suggestion; it is an offer.", body = SuggestionBody), NextProblems),
)]
pub(super) async fn next(
    State(shared): State<Shared>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
) -> Result<Reply<SuggestionBody>, Problem> {
    let country = CountryQuery::country(asked)?;
    let read = |journal: &crate::journal::Journal| {
        Ok((PracticeHistory::of(Some(journal))?, words_of_late(journal)?))
    };
    let (history, words) = shared.with_journal(read).await?;
    let assistant = &shared.0.assistant;
    let urgent = assistant.urgent_among(&words, country).await?;
    Ok(Reply(assistant.suggest(&history, urgent)))
}

/// A page of what was planned and tried.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct PlansBody {
    /// The latest first.
    plans: Vec<Kept<Practice>>,
    /// Where the next page begins; `null` on the last.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// A step that is to be tried.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanRequest {
    /// Its name in the ladder, or the id of an own one.
    step: String,
    /// When.
    when: Option<Words>,
    /// With whom.
    who: Option<Words>,
    /// What the person thinks will happen.
    predicted: Option<Words>,
}

/// List what was planned and tried, the latest first.
#[utoipa::path(
    get,
    path = "/practice/plans",
    tag = "Practice",
    security(("token" = [])),
    params(PageQuery),
    responses((status = 200, description = "A page of it.", body = PlansBody), PageProblems),
)]
pub(super) async fn plans(
    State(shared): State<Shared>,
    asked: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Reply<PlansBody>, Problem> {
    let page = shared.kept_page(asked).await?;
    Ok(Reply(PlansBody { plans: page.items, next: page.next }))
}

/// Plan a step.
#[utoipa::path(
    post,
    path = "/practice/plans",
    tag = "Practice",
    security(("token" = [])),
    params(CountryQuery, ("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this creation.")),
    request_body(content = PlanRequest, example = json!({"step": "directions", "when": "on Saturday", "predicted": "They will be annoyed."})),
    responses(
        (status = 200, description = "An earlier request with this key has kept it.", body = KeptBody<Practice>),
        (status = 201, description = "It is kept.", body = KeptBody<Practice>,
            headers(("ETag" = String, description = "Its state."), ("Location" = String, description = "Where it is."))),
        PlanningProblems,
    ),
)]
pub(super) async fn plan(
    State(shared): State<Shared>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(body): Json<PlanRequest>,
) -> Result<Response, Problem> {
    let PlanRequest { step, when, who, predicted } = body;
    let found = shared
        .0
        .assistant
        .content()
        .ladder
        .find(&step)
        .map(|(level, one)| (one.id.clone(), level, one.text.clone()));
    let (step, level, text) = if let Some(found) = found {
        found
    } else {
        let own: Kept<OwnStep> = shared.kept_one(&step).await?;
        (own.id.to_string(), own.content.level, own.content.text.into())
    };
    let line = |text: &str| Words::new(text).map_err(|_| ProblemKind::Failed);
    let practice =
        Practice { step: line(&step)?, level, text: line(&text)?, when, who, predicted, outcome: None };
    shared.keep_one(asked, &headers, practice).await
}

/// Give what was planned, with what came of it.
#[utoipa::path(
    get,
    path = "/practice/plans/{id}",
    tag = "Practice",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    responses(
        (status = 200, description = "What was planned.", body = Kept<Practice>, headers(("ETag" = String, description = "Its state."))),
        PlannedProblems,
    ),
)]
pub(super) async fn planned(
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    shared.show_one::<Practice>(&id).await
}

/// Keep what came of a plan.
#[utoipa::path(
    put,
    path = "/practice/plans/{id}/outcome",
    tag = "Practice",
    security(("token" = [])),
    params(CountryQuery,
        ("id" = String, Path, description = "Its id."),
        ("If-Match" = String, Header, description = "The `ETag` of what was read."),
    ),
    request_body(content = Outcome, example = json!({"happened": "She pointed the way and smiled.", "against": "better", "distress": 30, "surprise": "It took a minute."})),
    responses(
        (status = 200, description = "It is kept. `GET /practice/next` suggests a step.", body = KeptBody<Practice>,
            headers(("ETag" = String, description = "Its state."))),
        PlanChangeProblems,
    ),
)]
pub(super) async fn record(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(outcome): Json<Outcome>,
) -> Result<Response, Problem> {
    let record = move |planned: &Practice| Practice { outcome: Some(outcome), ..planned.clone() };
    shared.change_one(&id, asked, &headers, record).await
}

/// Delete a plan, with what came of it.
#[utoipa::path(
    delete,
    path = "/practice/plans/{id}",
    tag = "Practice",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 204, description = "It is gone."), PlannedProblems),
)]
pub(super) async fn delete_plan(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    shared.delete_one::<Practice>(&id, &headers).await
}
