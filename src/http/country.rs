//! The country that a caller names in the query: whose helplines are given.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Problem, ProblemKind};
use crate::crisis::CountryCode;

/// The query of a route whose helplines are those of a country.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CountryQuery {
    /// ISO 3166 code of the country whose helplines are given: two letters.
    #[param(example = "IE")]
    country: Option<String>,
}

impl CountryQuery {
    /// The country of a query, if it is one.
    pub(super) fn country(asked: Result<Query<Self>, QueryRejection>) -> Result<CountryCode, Problem> {
        let Query(Self { country }) = asked.map_err(|_| ProblemKind::UnfitQuery)?;
        CountryCode::named(country.as_deref())
            .map_err(|error| Problem::new(ProblemKind::UnknownCountry, &error))
    }
}
