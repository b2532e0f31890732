//! `/questionnaires`: what there is to fill in, and what a sheet adds up to.

use axum::Json as Reply;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use serde::Deserialize;

use super::country::CountryQuery;
use super::json::Json;
use super::work::{GuardProblems, QuestionnaireProblems, ResponseProblems};
use super::{Problem, ProblemKind, Shared};
use crate::assistant::SheetBody;
use crate::questionnaire::{Questionnaire, QuestionnaireBody, QuestionnairesBody, Sheet, SheetError};

/// A filled-in sheet.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SheetRequest {
    /// The answers in order: of all items, or of those that count. `null` is an item that was
    /// left out.
    answers: Vec<Option<u8>>,
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

/// Add up a sheet.
///
/// `escalation` holds help where an answer speaks of danger, whatever the total; `advice` stands
/// beside a high total. No total is a diagnosis. Nothing is kept.
#[utoipa::path(
    post,
    path = "/questionnaires/{id}/responses",
    tag = "Questionnaires",
    security(("token" = [])),
    params(CountryQuery, ("id" = String, Path, description = "Its id.", example = "phq-9")),
    request_body(content = SheetRequest, example = json!({ "answers": [1, 0, 2, 1, 0, 0, 1, 0, 0, 1] })),
    responses((status = 200, description = "What it adds up to.", body = SheetBody), ResponseProblems),
)]
pub(super) async fn respond(
    State(shared): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    Json(body): Json<SheetRequest>,
) -> Result<Reply<SheetBody>, Problem> {
    let country = CountryQuery::country(asked)?;
    let questionnaire = shared.questionnaire(id)?;
    let sheet = Sheet::of(questionnaire, &body.answers)?;
    let scored = shared.0.assistant.score(&sheet, None, country)?;
    // The one place where a sheet is kept, once a journal can be open here: keep it as
    // `cli/questionnaire/keeping.rs` does, give its id as `response`, and answer 201.
    Ok(Reply(scored))
}

impl Shared {
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
