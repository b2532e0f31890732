//! `/questionnaires`: what there is to fill in, and what a sheet adds up to.

use axum::Json as Reply;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::country::CountryQuery;
use super::journal::creation_key;
use super::json::Json;
use super::work::{GuardProblems, QuestionnaireProblems, ResponseProblems, ResponsesProblems};
use super::{Problem, ProblemKind, Shared};
use crate::assistant::{LastTime, SheetBody, kept_content};
use crate::journal::{CreationKey, MOST_OF_A_PAGE, Response, ResponseContent};
use crate::questionnaire::{Questionnaire, QuestionnaireBody, QuestionnairesBody, Sheet, SheetError};

/// A filled-in sheet.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SheetRequest {
    /// The answers in order: of all items, or of those that count. `null` is an item that was
    /// left out.
    answers: Vec<Option<u8>>,
    /// Whether it has to be kept, or must not be. If absent, it is kept where a journal is open.
    keep: Option<bool>,
}

/// List the questionnaires.
#[utoipa::path(
    get,
    path = "/questionnaires",
    tag = "Questionnaires",
    security(("token" = [])),
    responses((status = 200, description = "All of them.", body = QuestionnairesBody), GuardProblems),
)]
pub(super) async fn list(State(shared): State<Shared>) -> Reply<QuestionnairesBody> {
    Reply(shared.0.assistant.content().questionnaires.body())
}

/// Give a questionnaire with its items, scoring, licence and sources.
#[utoipa::path(
    get,
    path = "/questionnaires/{id}",
    tag = "Questionnaires",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.", example = "phq-9")),
    responses((status = 200, description = "The questionnaire.", body = QuestionnaireBody), QuestionnaireProblems),
)]
pub(super) async fn show(
    State(shared): State<Shared>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Reply<QuestionnaireBody>, Problem> {
    Ok(Reply(shared.questionnaire(id)?.body()))
}

/// Add up a sheet, and keep it.
///
/// `escalation` holds help where an answer speaks of danger, whatever the total; `advice` stands
/// beside a high total. No total is a diagnosis. `response` is the id under which the journal keeps
/// it; without `keep`, one that is locked or not there yet keeps nothing and stands in nobody's way.
#[utoipa::path(
    post,
    path = "/questionnaires/{id}/responses",
    tag = "Questionnaires",
    security(("token" = [])),
    params(
        CountryQuery,
        ("id" = String, Path, description = "Its id.", example = "phq-9"),
        ("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this creation."),
    ),
    request_body(content = SheetRequest, example = json!({ "answers": [1, 0, 2, 1, 0, 0, 1, 0, 0, 1] })),
    responses(
        (status = 200, description = "What it adds up to; it is not kept.", body = SheetBody),
        (status = 201, description = "What it adds up to; it is kept.", body = SheetBody),
        ResponseProblems,
    ),
)]
pub(super) async fn respond(
    State(shared): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(body): Json<SheetRequest>,
) -> Result<(StatusCode, Reply<SheetBody>), Problem> {
    let country = CountryQuery::country(asked)?;
    let questionnaire = shared.questionnaire(id)?;
    let sheet = Sheet::of(questionnaire, &body.answers)?;
    let score = sheet.score()?;
    let content = kept_content(&sheet, Some(&score));
    let key = creation_key(&headers, &content)?;
    let kept = match body.keep {
        // Help comes whatever becomes of the sheet.
        Some(true) if score.danger.is_none() => Some(shared.keep_sheet(content, key).await?),
        Some(true) => shared.keep_sheet(content, key).await.ok(),
        None if shared.journal_is_open().await => shared.keep_sheet(content, key).await.ok(),
        Some(false) | None => None,
    };
    let (status, response, before) = match kept {
        Some((response, before)) => (StatusCode::CREATED, Some(response.id.to_string()), before),
        None => (StatusCode::OK, None, None),
    };
    let last = LastTime::of(before, questionnaire);
    let scored = shared.0.assistant.score(&sheet, last.as_ref(), country)?;
    Ok((status, Reply(SheetBody { response, ..scored })))
}

/// Sheets that were kept.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ResponsesBody {
    /// The latest first.
    responses: Vec<Response>,
}

/// How many sheets are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ResponsesQuery {
    /// The latest so many, 1–500; 100 if absent.
    limit: Option<usize>,
}

/// List the sheets of a questionnaire that were kept, half-finished ones too.
#[utoipa::path(
    get,
    path = "/questionnaires/{id}/responses",
    tag = "Questionnaires",
    security(("token" = [])),
    params(ResponsesQuery, ("id" = String, Path, description = "Its id.", example = "phq-9")),
    responses((status = 200, description = "The latest of them.", body = ResponsesBody), ResponsesProblems),
)]
pub(super) async fn responses(
    State(shared): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    asked: Result<Query<ResponsesQuery>, QueryRejection>,
) -> Result<Reply<ResponsesBody>, Problem> {
    let Query(ResponsesQuery { limit }) = asked.map_err(|_| ProblemKind::UnfitQuery)?;
    let limit = limit.unwrap_or(MANY).clamp(1, MOST_OF_A_PAGE);
    let id = shared.questionnaire(id)?.id.clone();
    let responses = shared.with_journal(move |journal| journal.responses(Some(&id), limit)).await?;
    Ok(Reply(ResponsesBody { responses }))
}

/// Sheets listed, if the caller does not say.
const MANY: usize = 100;

impl Shared {
    /// Keeps a finished sheet; gives it with the one that was finished before it.
    async fn keep_sheet(
        &self,
        content: ResponseContent,
        key: Option<CreationKey>,
    ) -> Result<(Response, Option<Response>), Problem> {
        self.with_journal(move |journal| {
            let before = journal.last_response(&content.questionnaire)?;
            let kept = match key {
                Some(key) => journal.keep_response_once(&content, &key)?.into_inner(),
                None => journal.keep_response(None, &content)?,
            };
            // Sent again, the last one is this very sheet; what came before it was told the first time.
            let before = before.filter(|before| before.id != kept.id);
            Ok((kept, before))
        })
        .await
    }

    fn questionnaire(&self, id: Result<Path<String>, PathRejection>) -> Result<&Questionnaire, Problem> {
        let Path(id) = id.map_err(|_| ProblemKind::NoQuestionnaire)?;
        let all = &self.0.assistant.content().questionnaires;
        Ok(all.find(&id).ok_or(ProblemKind::NoQuestionnaire)?)
    }
}

impl From<SheetError> for Problem {
    fn from(error: SheetError) -> Self {
        Self::new(ProblemKind::UnfitSheet, &error)
    }
}
