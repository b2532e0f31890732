//! `/people`: people who feel safe, as the person sees them, and what was shared.

use axum::Json as Reply;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;

use super::country::CountryQuery;
use super::json::Json;
use super::kept::{KeptBody, PageQuery, Resource};
use super::work::{PageProblems, PersonChangeProblems, PersonProblems, SmallKeepProblems};
use super::{Problem, ProblemKind, Shared};
use crate::journal::{Cursor, Kept};
use crate::practice::{ChecklistBody, Person};

impl Resource for Person {
    const PATH: &'static str = "/api/v1/people";
    const MISSING: ProblemKind = ProblemKind::NoSuchPerson;
}

/// A page of people.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct PeopleBody {
    /// What is asked of somebody. Nothing is added up.
    checklist: ChecklistBody,
    /// The latest first.
    people: Vec<Kept<Person>>,
    /// Where the next page begins; `null` on the last.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// List people, with the checklist.
#[utoipa::path(
    get,
    path = "/people",
    tag = "Practice",
    security(("token" = [])),
    params(PageQuery),
    responses((status = 200, description = "A page of them.", body = PeopleBody), PageProblems),
)]
pub(super) async fn list(
    State(shared): State<Shared>,
    asked: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Reply<PeopleBody>, Problem> {
    let page = shared.kept_page(asked).await?;
    let checklist = shared.0.assistant.content().checklist.body();
    Ok(Reply(PeopleBody { checklist, people: page.items, next: page.next }))
}

/// Keep somebody.
#[utoipa::path(
    post,
    path = "/people",
    tag = "Practice",
    security(("token" = [])),
    params(CountryQuery, ("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this creation.")),
    request_body(content = Person, example = json!({"name": "Ana", "checklist": {"consistent": "yes", "not_critical": "unsure"}, "shared": ["that I was tired"]})),
    responses(
        (status = 200, description = "An earlier request with this key has kept them.", body = KeptBody<Person>),
        (status = 201, description = "They are kept.", body = KeptBody<Person>,
            headers(("ETag" = String, description = "The state."), ("Location" = String, description = "Where it is."))),
        SmallKeepProblems,
    ),
)]
pub(super) async fn create(
    State(shared): State<Shared>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(person): Json<Person>,
) -> Result<Response, Problem> {
    shared.keep_one(asked, &headers, person).await
}

/// Give somebody.
#[utoipa::path(
    get,
    path = "/people/{id}",
    tag = "Practice",
    security(("token" = [])),
    params(("id" = String, Path, description = "The id.")),
    responses(
        (status = 200, description = "What is kept of them.", body = Kept<Person>, headers(("ETag" = String, description = "The state."))),
        PersonProblems,
    ),
)]
pub(super) async fn show(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Response, Problem> {
    shared.show_one::<Person>(&id).await
}

/// Put something else in the place of what is kept of somebody.
#[utoipa::path(
    put,
    path = "/people/{id}",
    tag = "Practice",
    security(("token" = [])),
    params(CountryQuery,
        ("id" = String, Path, description = "The id."),
        ("If-Match" = String, Header, description = "The `ETag` of what was read."),
    ),
    request_body(content = Person),
    responses(
        (status = 200, description = "It is changed.", body = KeptBody<Person>, headers(("ETag" = String, description = "The state."))),
        PersonChangeProblems,
    ),
)]
pub(super) async fn change(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(person): Json<Person>,
) -> Result<Response, Problem> {
    shared.change_one(&id, asked, &headers, move |_: &Person| person).await
}

/// Delete what is kept of somebody.
#[utoipa::path(
    delete,
    path = "/people/{id}",
    tag = "Practice",
    security(("token" = [])),
    params(("id" = String, Path, description = "The id.")),
    responses((status = 204, description = "It is gone."), PersonProblems),
)]
pub(super) async fn delete(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    shared.delete_one::<Person>(&id, &headers).await
}
