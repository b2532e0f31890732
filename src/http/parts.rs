//! `/parts`: what a person knows of their parts, and the map of them.

use axum::Json as Reply;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::country::CountryQuery;
use super::journal::{id_of, tag};
use super::json::Json;
use super::precondition::{Wanted, etag};
use super::work::{JournalProblems, MapProblems, PartChangeProblems, PartKeepProblems, PartProblems};
use super::{Problem, ProblemKind, Shared};
use crate::assistant::SaidBody;
use crate::crisis::CountryCode;
use crate::journal::{Id, Journal, KeptPart};
use crate::parts::{PartNotes, dot, svg};

/// Where the parts are.
const PATH: &str = "/api/v1/parts";

/// All parts.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct AllPartsBody {
    /// In the order in which they were met.
    parts: Vec<KeptPart>,
}

/// A part that was kept, and what the screen said of the words in it.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct KeptPartBody {
    #[serde(flatten)]
    part: KeptPart,
    /// What the screen said; `null` where there was no word to read.
    screening: Option<SaidBody>,
}

/// List the parts.
#[utoipa::path(
    get,
    path = "/parts",
    tag = "Parts",
    security(("token" = [])),
    responses((status = 200, description = "All of them.", body = AllPartsBody), JournalProblems),
)]
pub(super) async fn list(State(shared): State<Shared>) -> Result<Reply<AllPartsBody>, Problem> {
    let parts = shared.with_journal(Journal::parts).await?;
    Ok(Reply(AllPartsBody { parts }))
}

/// Keep a part, as the person knows it.
#[utoipa::path(
    post,
    path = "/parts",
    tag = "Parts",
    security(("token" = [])),
    params(CountryQuery),
    request_body(content = PartNotes, example = json!({"name": "the Lid", "role": "manager", "fields": {"place": "throat"}, "ties": [["protects", "the small one"]]})),
    responses(
        (status = 201, description = "It is kept.", body = KeptPartBody,
            headers(("ETag" = String, description = "Its state."), ("Location" = String, description = "Where it is."))),
        PartKeepProblems,
    ),
)]
pub(super) async fn create(
    State(shared): State<Shared>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    Json(notes): Json<PartNotes>,
) -> Result<Response, Problem> {
    let country = CountryQuery::country(asked)?;
    let part = shared.with_journal(move |journal| journal.add_part(&notes)).await?;
    let place = format!("{PATH}/{}", part.id);
    let kept = shared.kept_part(part, country).await;
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], kept).into_response())
}

/// Give a part.
#[utoipa::path(
    get,
    path = "/parts/{id}",
    tag = "Parts",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    responses(
        (status = 200, description = "The part.", body = KeptPart, headers(("ETag" = String, description = "Its state."))),
        PartProblems,
    ),
)]
pub(super) async fn show(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Response, Problem> {
    let part = shared.part(id_of(&id, ProblemKind::NoSuchPart)?).await?;
    Ok((etag(tag(part.version)), Reply(part)).into_response())
}

/// Put other notes in the place of a part's.
#[utoipa::path(
    put,
    path = "/parts/{id}",
    tag = "Parts",
    security(("token" = [])),
    params(
        ("id" = String, Path, description = "Its id."),
        CountryQuery,
        ("If-Match" = String, Header, description = "`ETag` of the part as it was read."),
    ),
    request_body(content = PartNotes, example = json!({"name": "the Lid", "role": "manager"})),
    responses(
        (status = 200, description = "It is changed.", body = KeptPartBody, headers(("ETag" = String, description = "Its new state."))),
        PartChangeProblems,
    ),
)]
pub(super) async fn change(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(notes): Json<PartNotes>,
) -> Result<Response, Problem> {
    let id = id_of(&id, ProblemKind::NoSuchPart)?;
    let country = CountryQuery::country(asked)?;
    let seen = shared.part(id).await?.version;
    Wanted::of(&headers).permits_change(Some(&tag(seen)))?;
    let part = shared.with_journal(move |journal| journal.edit_part(id, Some(seen), &notes)).await?;
    Ok(shared.kept_part(part, country).await)
}

/// Delete a part. The dialogues about it stay.
#[utoipa::path(
    delete,
    path = "/parts/{id}",
    tag = "Parts",
    security(("token" = [])),
    params(
        ("id" = String, Path, description = "Its id."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the part as it was read."),
    ),
    responses((status = 204, description = "It is gone."), PartProblems),
)]
pub(super) async fn delete(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let id = id_of(&id, ProblemKind::NoSuchPart)?;
    Wanted::of(&headers).permits_removal(&tag(shared.part(id).await?.version))?;
    shared.with_journal(move |journal| journal.delete_part(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is to be one part.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MergeBody {
    /// The id of the part that goes over into the other.
    from: Id,
}

/// Make one part of two: what the second has and the first lacks goes over, and so do its dialogues.
#[utoipa::path(
    post,
    path = "/parts/{id}/merge",
    tag = "Parts",
    security(("token" = [])),
    params(("id" = String, Path, description = "The id of the part that stays.")),
    request_body(content = MergeBody),
    responses((status = 200, description = "They are one.", body = KeptPart), PartKeepProblems),
)]
pub(super) async fn merge(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    Json(MergeBody { from }): Json<MergeBody>,
) -> Result<Response, Problem> {
    let id = id_of(&id, ProblemKind::NoSuchPart)?;
    let part = shared.with_journal(move |journal| journal.merge_parts(id, from)).await?;
    Ok((etag(tag(part.version)), Reply(part)).into_response())
}

/// How the map is drawn.
#[derive(Clone, Copy, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum MapForm {
    /// A picture.
    #[default]
    Svg,
    /// For Graphviz.
    Dot,
}

/// What is wanted of the map.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MapQuery {
    /// `svg`, or `dot`.
    #[serde(default)]
    #[param(inline)]
    format: MapForm,
}

/// Draw the map of the parts: protectors above, what they protect below.
#[utoipa::path(
    get,
    path = "/parts/map",
    tag = "Parts",
    security(("token" = [])),
    params(MapQuery),
    responses(
        (status = 200, description = "The map.", content((String = "image/svg+xml"), (String = "text/vnd.graphviz"))),
        MapProblems,
    ),
)]
pub(super) async fn map(
    State(shared): State<Shared>,
    asked: Result<Query<MapQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(MapQuery { format }) = asked.map_err(|_| ProblemKind::UnfitQuery)?;
    let parts = shared.with_journal(Journal::parts).await?;
    let notes: Vec<PartNotes> = parts.into_iter().map(|part| part.notes).collect();
    let (kind, drawn) = match format {
        MapForm::Svg => ("image/svg+xml", svg(&notes)),
        MapForm::Dot => ("text/vnd.graphviz; charset=utf-8", dot(&notes)),
    };
    Ok(([(header::CONTENT_TYPE, kind)], drawn).into_response())
}

impl Shared {
    async fn part(&self, id: Id) -> Result<KeptPart, Problem> {
        self.with_journal(move |journal| journal.part(id)).await
    }

    /// Screens the words of a part that was kept and tells both.
    async fn kept_part(&self, part: KeptPart, country: CountryCode) -> Response {
        let screening = self.say_of(&part.notes.words(), country, false).await;
        (etag(tag(part.version)), Reply(KeptPartBody { part, screening })).into_response()
    }
}
