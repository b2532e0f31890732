//! `/check-ins`: how it is on a day, in under a minute.

use axum::Json as Reply;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::country::CountryQuery;
use super::json::Json;
use super::kept::{KeptBody, PageQuery, Resource};
use super::work::{CheckInChangeProblems, CheckInKeepProblems, CheckInProblems, PageProblems};
use super::{Problem, ProblemKind, Shared};
use crate::checkin::{self, CheckIn};
use crate::journal::{Cursor, Kept};

impl Resource for CheckIn {
    const PATH: &'static str = "/api/v1/check-ins";
    const MISSING: ProblemKind = ProblemKind::NoSuchCheckIn;
}

/// A check-in: its fields, or all of it in one line.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(super) enum CheckInRequest {
    /// As it is typed on the command line.
    Line(LineRequest),
    /// Field by field.
    Fields(CheckIn),
}

/// A check-in in one line.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LineRequest {
    /// Such as `mood 4 stress 7 sleep 6.5 helped:refused walked 20`.
    line: String,
}

impl CheckInRequest {
    fn read(self) -> Result<CheckIn, Problem> {
        let checkin = match self {
            Self::Fields(checkin) => checkin,
            Self::Line(LineRequest { line }) => checkin::tokens(&line)
                .and_then(|tokens| checkin::parse(&tokens))
                .map_err(|error| Problem::new(ProblemKind::UnfitValue, &error))?,
        };
        if checkin.is_empty() { Err(ProblemKind::EmptyCheckIn.into()) } else { Ok(checkin) }
    }
}

/// A page of check-ins.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct CheckInsBody {
    /// The latest first.
    check_ins: Vec<Kept<CheckIn>>,
    /// Where the next page begins; `null` on the last.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// List check-ins, the latest first.
#[utoipa::path(
    get,
    path = "/check-ins",
    tag = "Practice",
    security(("token" = [])),
    params(PageQuery),
    responses((status = 200, description = "A page of them.", body = CheckInsBody), PageProblems),
)]
pub(super) async fn list(
    State(shared): State<Shared>,
    asked: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Reply<CheckInsBody>, Problem> {
    let page = shared.kept_page(asked).await?;
    Ok(Reply(CheckInsBody { check_ins: page.items, next: page.next }))
}

/// Keep a check-in.
///
/// All of it can be left out, but not everything. It is on the disk before its words are screened.
#[utoipa::path(
    post,
    path = "/check-ins",
    tag = "Practice",
    security(("token" = [])),
    params(CountryQuery, ("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this creation.")),
    request_body(content = CheckInRequest, example = json!({"mood": 4, "stress": 7, "sleep_minutes": 390, "help": [{"kind": "refused"}], "note": "a long day"})),
    responses(
        (status = 200, description = "An earlier request with this key has kept it.", body = KeptBody<CheckIn>),
        (status = 201, description = "It is kept.", body = KeptBody<CheckIn>,
            headers(("ETag" = String, description = "Its state."), ("Location" = String, description = "Where it is."))),
        CheckInKeepProblems,
    ),
)]
pub(super) async fn create(
    State(shared): State<Shared>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(body): Json<CheckInRequest>,
) -> Result<Response, Problem> {
    shared.keep_one(asked, &headers, body.read()?).await
}

/// Give a check-in.
#[utoipa::path(
    get,
    path = "/check-ins/{id}",
    tag = "Practice",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    responses(
        (status = 200, description = "The check-in.", body = Kept<CheckIn>, headers(("ETag" = String, description = "Its state."))),
        CheckInProblems,
    ),
)]
pub(super) async fn show(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Response, Problem> {
    shared.show_one::<CheckIn>(&id).await
}

/// Put another check-in in the place of one.
#[utoipa::path(
    put,
    path = "/check-ins/{id}",
    tag = "Practice",
    security(("token" = [])),
    params(CountryQuery,
        ("id" = String, Path, description = "Its id."),
        ("If-Match" = String, Header, description = "The `ETag` of what was read."),
    ),
    request_body(content = CheckInRequest),
    responses(
        (status = 200, description = "It is changed.", body = KeptBody<CheckIn>, headers(("ETag" = String, description = "Its state."))),
        CheckInChangeProblems,
    ),
)]
pub(super) async fn change(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(body): Json<CheckInRequest>,
) -> Result<Response, Problem> {
    let content = body.read()?;
    shared.change_one(&id, asked, &headers, move |_: &CheckIn| content).await
}

/// Delete a check-in.
#[utoipa::path(
    delete,
    path = "/check-ins/{id}",
    tag = "Practice",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 204, description = "It is gone."), CheckInProblems),
)]
pub(super) async fn delete(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    shared.delete_one::<CheckIn>(&id, &headers).await
}
