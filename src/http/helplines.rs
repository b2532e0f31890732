//! `GET /helplines`: whom to call, with no model and no text.

use axum::Json as Reply;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};

use super::country::CountryQuery;
use super::work::HelplinesProblems;
use super::{Problem, Shared};
use crate::crisis::HelplineSet;

/// List the helplines of a country.
///
/// Where none are known, `listed` is false and `note` says where to look.
#[utoipa::path(
    get,
    path = "/helplines",
    tag = "Help",
    security(()),
    params(CountryQuery),
    responses((status = 200, description = "What is known for that country.", body = HelplineSet), HelplinesProblems),
)]
pub(super) async fn list(
    State(shared): State<Shared>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
) -> Result<Reply<HelplineSet>, Problem> {
    let country = CountryQuery::country(asked)?;
    let assistant = &shared.0.assistant;
    Ok(Reply(assistant.content().screen.helplines().for_country(&country, assistant.today())))
}
