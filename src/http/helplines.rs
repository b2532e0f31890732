//! `GET /helplines`: whom to call, with no model and no text.

use axum::Json as Reply;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::work::HelplinesProblems;
use super::{Problem, ProblemKind, Shared};
use crate::crisis::{CountryCode, CountryCodeError, HelplineSet};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// ISO 3166 code of the country: two letters.
    #[param(example = "IE")]
    country: Option<String>,
}

/// List the helplines of a country.
///
/// Where none are known, `listed` is false and `note` says where to look.
#[utoipa::path(
    get,
    path = "/helplines",
    tag = "Help",
    security(("token" = [])),
    params(Asked),
    responses((status = 200, description = "What is known for that country.", body = HelplineSet), HelplinesProblems),
)]
pub(super) async fn list(
    State(shared): State<Shared>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Reply<HelplineSet>, Problem> {
    let Query(asked) = asked.map_err(|_| ProblemKind::UnfitQuery)?;
    let country: CountryCode = asked
        .country
        .as_deref()
        .map_or(Ok(CountryCode::UNKNOWN), str::parse)
        .map_err(|error: CountryCodeError| Problem::new(ProblemKind::UnknownCountry, &error))?;
    let assistant = &shared.0.assistant;
    Ok(Reply(assistant.content().screen.helplines().for_country(&country, assistant.today())))
}
