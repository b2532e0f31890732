//! `/reflections`: questions without a score, and what came of them.

use axum::Json as Reply;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::country::CountryQuery;
use super::journal::{creation_key, id_of};
use super::json::Json;
use super::work::{
    GuardProblems, ReflectedProblems, ReflectedRemovalProblems, ReflectedsProblems, ReflectionProblems,
};
use super::{Problem, ProblemKind, Shared};
use crate::assistant::ReflectedBody;
use crate::checkin::Words;
use crate::journal::{CreationKey, Id, Kept, MOST_OF_A_PAGE};
use crate::reflection::{Given, GivenAnswer, Reflected, Reflection, ReflectionShown, ReflectionsBody};

/// What is ticked and written.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReflectedRequest {
    /// The answers; what is left out is not among them.
    #[serde(default)]
    answers: Vec<GivenAnswer>,
    /// The person's own summary: a line.
    #[schema(value_type = Option<String>, max_length = 2000)]
    summary: Option<Words>,
    /// Whether it has to be kept, or must not be. If absent, it is kept where a journal is open.
    keep: Option<bool>,
}

/// List the reflections.
#[utoipa::path(
    get,
    path = "/reflections",
    tag = "Reflections",
    security(("token" = [])),
    responses((status = 200, description = "All of them.", body = ReflectionsBody), GuardProblems),
)]
pub(super) async fn list(State(shared): State<Shared>) -> Reply<ReflectionsBody> {
    Reply(shared.0.assistant.content().reflections.body())
}

/// Give a reflection: its note, which comes before its questions, the questions, and its table.
#[utoipa::path(
    get,
    path = "/reflections/{id}",
    tag = "Reflections",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.", example = "attachment")),
    responses((status = 200, description = "The reflection.", body = ReflectionShown), ReflectionProblems),
)]
pub(super) async fn show(
    State(shared): State<Shared>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Reply<ReflectionShown>, Problem> {
    let Path(id) = id.map_err(|_| ProblemKind::NoReflection)?;
    Ok(Reply(shared.reflection(&id)?.body()))
}

/// Give what was ticked and written its form, and keep it.
///
/// It is kept first, then its words are screened; `escalation` holds help where they speak of
/// danger. Without `keep`, a journal that is locked or not there yet keeps nothing and stands in
/// nobody's way. Nothing is added up.
#[utoipa::path(
    post,
    path = "/reflections/{id}/responses",
    tag = "Reflections",
    security(("token" = [])),
    params(
        CountryQuery,
        ("id" = String, Path, description = "Its id.", example = "attachment"),
        ("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this creation."),
    ),
    request_body(content = ReflectedRequest, example = json!({
        "answers": [{ "question": "needing", "ticked": ["without"], "words": "With Ana it is easier." }],
        "summary": "Some of each."
    })),
    responses(
        (status = 200, description = "It is not kept.", body = ReflectedBody),
        (status = 201, description = "It is kept.", body = ReflectedBody),
        ReflectedProblems,
    ),
)]
pub(super) async fn respond(
    State(shared): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(body): Json<ReflectedRequest>,
) -> Result<(StatusCode, Reply<ReflectedBody>), Problem> {
    let country = CountryQuery::country(asked)?;
    let Path(id) = id.map_err(|_| ProblemKind::NoReflection)?;
    let reflection = shared.reflection(&id)?;
    let given = Given { answers: body.answers, summary: body.summary };
    let reflected = reflection.of(&given).map_err(|error| Problem::new(ProblemKind::UnfitValue, &error))?;
    let key = creation_key(&headers, &reflected)?;
    let kept = match body.keep {
        Some(true) => shared.keep_reflected(reflected.clone(), key).await.map(Some),
        None if shared.journal_is_open().await => {
            Ok(shared.keep_reflected(reflected.clone(), key).await.ok())
        }
        Some(false) | None => Ok(None),
    };
    let said = shared.say_of(&reflected.words(), country, false).await;
    let kept = match kept {
        // Help comes whatever becomes of it.
        Err(_) if said.as_ref().is_some_and(|said| said.escalate) => None,
        kept => kept?,
    };
    let (status, body) = match &kept {
        Some(kept) => (StatusCode::CREATED, ReflectedBody::of_kept(Some(reflection), kept)),
        None => (StatusCode::OK, ReflectedBody::of(Some(reflection), &reflected)),
    };
    Ok((status, Reply(body.with(said))))
}

/// What was kept of a reflection.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ReflectedsBody {
    /// The latest first.
    responses: Vec<ReflectedBody>,
}

/// How many are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReflectedsQuery {
    /// The latest so many, 1–500; 100 if absent.
    limit: Option<usize>,
}

/// Listed, if the caller does not say.
const MANY: usize = 100;

/// List what was kept of a reflection, what is half-finished too.
#[utoipa::path(
    get,
    path = "/reflections/{id}/responses",
    tag = "Reflections",
    security(("token" = [])),
    params(ReflectedsQuery, ("id" = String, Path, description = "Its id.", example = "attachment")),
    responses((status = 200, description = "The latest of them.", body = ReflectedsBody), ReflectedsProblems),
)]
pub(super) async fn responses(
    State(shared): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    asked: Result<Query<ReflectedsQuery>, QueryRejection>,
) -> Result<Reply<ReflectedsBody>, Problem> {
    let Query(ReflectedsQuery { limit }) = asked.map_err(|_| ProblemKind::UnfitQuery)?;
    let limit = limit.unwrap_or(MANY).clamp(1, MOST_OF_A_PAGE);
    let Path(id) = id.map_err(|_| ProblemKind::NoReflection)?;
    let reflection = shared.reflection(&id)?;
    let kept = shared.with_journal(|journal| journal.all_kept::<Reflected>(usize::MAX)).await?;
    let of_it = kept.iter().filter(|one| one.content.reflection == reflection.id).take(limit);
    Ok(Reply(ReflectedsBody {
        responses: of_it.map(|one| ReflectedBody::of_kept(Some(reflection), one)).collect(),
    }))
}

/// Delete what was kept of a reflection once.
#[utoipa::path(
    delete,
    path = "/reflections/{id}/responses/{response}",
    tag = "Reflections",
    security(("token" = [])),
    params(
        ("id" = String, Path, description = "The reflection's id.", example = "attachment"),
        ("response" = String, Path, description = "The id under which it was kept."),
    ),
    responses((status = 204, description = "It is gone."), ReflectedRemovalProblems),
)]
pub(super) async fn delete(
    State(shared): State<Shared>,
    ids: Result<Path<(String, String)>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let Path((id, response)) = ids.map_err(|_| ProblemKind::NoReflection)?;
    let reflection = shared.reflection(&id)?.id.clone();
    let response: Id = id_of(&response, ProblemKind::NoSuchReflection)?;
    let gone = shared.with_journal(move |journal| {
        journal.delete_kept_if(response, |kept: &Kept<Reflected>| kept.content.reflection == reflection)
    });
    if gone.await? == Some(true) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ProblemKind::NoSuchReflection.into())
    }
}

impl Shared {
    async fn keep_reflected(
        &self,
        reflected: Reflected,
        key: Option<CreationKey>,
    ) -> Result<Kept<Reflected>, Problem> {
        self.with_journal(move |journal| match key {
            Some(key) => Ok(journal.keep_once(&reflected, &key)?.into_inner()),
            None => journal.keep(&reflected),
        })
        .await
    }

    fn reflection(&self, id: &str) -> Result<&Reflection, Problem> {
        Ok(self.0.assistant.content().reflections.find(id).ok_or(ProblemKind::NoReflection)?)
    }
}
