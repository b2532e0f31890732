//! `/insights`: what weeks of kept days show, and the weekly look back for those who want it.

use axum::Json as Reply;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use utoipa::IntoParams;

use super::json::Json;
use super::work::{DigestProblems, InsightProblems};
use super::{Problem, ProblemKind, Shared};
use crate::assistant::WeeklyDigest;
use crate::insight::{Insights, Period, PeriodError, day_of};
use crate::journal::{Choice, Clock as _, Journal, SystemClock};

/// Days that are looked at if the caller does not say.
const A_LOOK: u16 = 90;

/// Which days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PeriodQuery {
    /// The first day.
    #[param(value_type = Option<String>)]
    from: Option<Date>,
    /// The last day, which counts as today; today if absent. A day lasts until four at night.
    #[param(value_type = Option<String>)]
    to: Option<Date>,
    /// So many days up to the last one, instead of `from`; 90 if neither is there.
    days: Option<u16>,
}

impl PeriodQuery {
    fn period(&self) -> Result<Period, Problem> {
        let to = self.to.unwrap_or_else(|| day_of(SystemClock.now().local()));
        match (self.from, self.days) {
            (Some(_), Some(_)) | (None, Some(0)) => Err(ProblemKind::UnfitQuery.into()),
            (Some(from), None) => Ok(Period::new(from, to)?),
            (None, days) => Ok(Period::last(days.unwrap_or(A_LOOK), to)),
        }
    }
}

impl From<PeriodError> for Problem {
    fn from(error: PeriodError) -> Self {
        Self::new(ProblemKind::UnfitPeriod, &error)
    }
}

/// Look back.
///
/// Nothing is said below a stated minimum of data, what goes together is never called a cause, and
/// each section begins with a sentence for people.
#[utoipa::path(
    get,
    path = "/insights",
    tag = "Insight",
    security(("token" = [])),
    params(PeriodQuery),
    responses((status = 200, description = "What there is to see.", body = Insights), InsightProblems),
)]
pub(super) async fn show(
    State(shared): State<Shared>,
    asked: Result<Query<PeriodQuery>, QueryRejection>,
) -> Result<Reply<Insights>, Problem> {
    let Query(asked) = asked.map_err(|_| ProblemKind::UnfitQuery)?;
    let period = asked.period()?;
    let assistant = shared.0.assistant.clone();
    let held = shared.with_journal(move |journal| assistant.content().held(journal)).await?;
    let seen = spawn_blocking(move || Insights::of(&held, period)).await;
    seen.map(Reply).map_err(|_| ProblemKind::Failed.into())
}

/// Give the weekly look back.
#[utoipa::path(
    get,
    path = "/insights/digest",
    tag = "Insight",
    security(("token" = [])),
    responses((status = 200, description = "Whether it is on, whether it is time, and what it says.", body = WeeklyDigest), DigestProblems),
)]
pub(super) async fn digest(State(shared): State<Shared>) -> Result<Reply<WeeklyDigest>, Problem> {
    let assistant = shared.0.assistant.clone();
    Ok(Reply(shared.with_journal(move |journal| assistant.content().weekly_digest(journal)).await?))
}

/// What becomes of the weekly look back.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DigestChoice {
    /// Whether it is shown at the first start of a week. Off until it is turned on; turning it on
    /// again says that this week's was seen.
    on: bool,
}

/// What is chosen now.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DigestChosen {
    /// Whether it is on.
    on: bool,
}

/// Turn the weekly look back on or off.
#[utoipa::path(
    put,
    path = "/insights/digest",
    tag = "Insight",
    security(("token" = [])),
    request_body(content = DigestChoice, example = json!({"on": true})),
    responses((status = 200, description = "It is so.", body = DigestChosen), DigestProblems),
)]
pub(super) async fn choose_digest(
    State(shared): State<Shared>,
    Json(DigestChoice { on }): Json<DigestChoice>,
) -> Result<Reply<DigestChosen>, Problem> {
    let choose = move |journal: &Journal| {
        if on { journal.choose(Choice::WeeklyDigest) } else { journal.unchoose(Choice::WeeklyDigest) }
    };
    shared.with_journal(choose).await?;
    Ok(Reply(DigestChosen { on }))
}
