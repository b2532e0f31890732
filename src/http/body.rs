//! `/body`: what wearables measured, and cortisol that is typed in.

use std::io::Write as _;
use std::path::PathBuf;

use axum::Json as Reply;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use futures_util::StreamExt as _;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use tokio::time::{Duration, timeout};
use utoipa::IntoParams;

use super::country::CountryQuery;
use super::json::Json;
use super::kept::{KeptBody, PageQuery, Resource};
use super::work::{BodyImportProblems, BodyProblems, CortisolProblems, PageProblems, SmallKeepProblems};
use super::{Problem, ProblemKind, Shared};
use crate::body::{
    self, BodyError, Cortisol, DateOrder, Format, LeftOut, Measure, Options, Source, Specimen,
};
use crate::disk;
use crate::journal::{BodyDay, BodyTakenIn, Clock as _, Cursor, Kept, SystemClock};

/// Bytes of an export at most: Apple's reach a gigabyte.
const MOST_BYTES: u64 = 4 << 30;
/// Time within which the next piece of an export has to come.
const PIECE_TIME: Duration = Duration::from_secs(30);

impl Resource for Cortisol {
    const PATH: &'static str = "/api/v1/body/cortisol";
    const MISSING: ProblemKind = ProblemKind::NoSuchCortisol;
}

/// Which days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DaysQuery {
    /// The first day; the first of all if absent.
    #[param(value_type = Option<String>)]
    from: Option<Date>,
    /// The last day; the last of all if absent.
    #[param(value_type = Option<String>)]
    to: Option<Date>,
}

/// What was measured, a list for each measure and maker.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BodyBody {
    series: Vec<SeriesBody>,
}

/// One measure from one maker's exports.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct SeriesBody {
    measure: Measure,
    /// Its name for people.
    label: &'static str,
    /// The unit of its values.
    unit: &'static str,
    origin: Format,
    /// The earliest first.
    days: Vec<DayBody>,
}

/// The value of a day.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DayBody {
    /// The local day; of sleep the day of waking.
    #[schema(value_type = String, format = Date)]
    day: Date,
    value: f64,
    /// The device or app.
    source: String,
}

/// Give what was measured.
#[utoipa::path(
    get,
    path = "/body",
    tag = "Insight",
    security(("token" = [])),
    params(DaysQuery),
    responses((status = 200, description = "Values of days.", body = BodyBody), PageProblems),
)]
pub(super) async fn list(
    State(shared): State<Shared>,
    asked: Result<Query<DaysQuery>, QueryRejection>,
) -> Result<Reply<BodyBody>, Problem> {
    let Query(DaysQuery { from, to }) = asked.map_err(|_| ProblemKind::UnfitQuery)?;
    let days = from.unwrap_or(Date::MIN)..=to.unwrap_or(Date::MAX);
    let days = shared.with_journal(move |journal| journal.body(&days)).await?;
    let mut series: Vec<SeriesBody> = Vec::new();
    for BodyDay { measure, day, origin, value, source, .. } in days {
        let one = DayBody { day, value: value.get(), source: source.as_str().to_owned() };
        match series.iter_mut().find(|series| series.measure == measure && series.origin == origin) {
            Some(series) => series.days.push(one),
            None => series.push(SeriesBody {
                measure,
                label: measure.label(),
                unit: measure.unit(),
                origin,
                days: vec![one],
            }),
        }
    }
    Ok(Reply(BodyBody { series }))
}

/// Whose exports.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OriginQuery {
    /// Whose.
    #[param(value_type = String)]
    origin: Format,
}

/// What is gone.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BodyGoneBody {
    /// Values that are gone.
    values: usize,
}

/// Delete what came from one maker's exports.
#[utoipa::path(
    delete,
    path = "/body",
    tag = "Insight",
    security(("token" = [])),
    params(OriginQuery),
    responses((status = 200, description = "It is gone.", body = BodyGoneBody), BodyProblems),
)]
pub(super) async fn delete(
    State(shared): State<Shared>,
    asked: Result<Query<OriginQuery>, QueryRejection>,
) -> Result<Reply<BodyGoneBody>, Problem> {
    let Query(OriginQuery { origin }) = asked.map_err(|_| ProblemKind::UnfitQuery)?;
    let values = shared.with_journal(move |journal| journal.delete_body(origin)).await?;
    Ok(Reply(BodyGoneBody { values }))
}

/// How an export is to be read.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BodyImportQuery {
    /// The zone of times that tell none, such as `Europe/Berlin`; this machine's if absent.
    time_zone: Option<String>,
    /// How days are written where the file leaves it open: `day_first` or `month_first`.
    #[param(value_type = Option<String>)]
    dates: Option<DateOrder>,
}

/// What came of an export.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BodyImportedBody {
    /// Whose it is.
    format: Format,
    /// Records of it that were read.
    records_read: u64,
    /// Records that were left out, and why.
    left_out: LeftOut,
    /// The first day.
    #[schema(value_type = Option<String>)]
    first_day: Option<Date>,
    /// The last day.
    #[schema(value_type = Option<String>)]
    last_day: Option<Date>,
    #[serde(flatten)]
    values: BodyTakenIn,
}

/// Take in a wearable's export: all of it or nothing.
///
/// The body is the file as it is: Apple Health's `export.xml` or `export.zip`, or a file or zip
/// from Fitbit (Google Takeout), Oura or Garmin, up to 4 GiB. Which it is is told by its content.
/// It lies in the data folder, readable by its owner alone, while it is read, and is then deleted.
#[utoipa::path(
    post,
    path = "/body/import",
    tag = "Insight",
    security(("token" = [])),
    params(BodyImportQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, description = "It is taken in.", body = BodyImportedBody), BodyImportProblems),
)]
pub(super) async fn import(
    State(shared): State<Shared>,
    asked: Result<Query<BodyImportQuery>, QueryRejection>,
    sent: Body,
) -> Result<Reply<BodyImportedBody>, Problem> {
    let Query(BodyImportQuery { time_zone, dates }) = asked.map_err(|_| ProblemKind::UnfitQuery)?;
    let zone = match time_zone {
        None => TimeZone::system(),
        Some(name) => TimeZone::get(&name).map_err(|_| ProblemKind::UnfitQuery)?,
    };
    // A locked journal is known before a gigabyte was sent.
    let folder = shared.with_door(|door| Ok(door.journal()?.folder().to_owned())).await?;
    let waiting = Waiting::receive(folder, sent).await?;
    let options = Options { date_order: dates, ..Options::new(SystemClock.now().local_day()) };
    let read = spawn_blocking(move || {
        let source = Source::at(&waiting.0)?;
        body::read(&source, &zone, &options, &mut |_| {})
    });
    let taken = read.await.map_err(|_| ProblemKind::Failed)?.map_err(|error| unread(&error))?;
    let days = BodyDay::all_of(&taken);
    let values = shared.with_journal(move |journal| journal.keep_body(&days)).await?;
    Ok(Reply(BodyImportedBody {
        format: taken.format,
        records_read: taken.records_read,
        left_out: taken.left_out,
        first_day: taken.first_day,
        last_day: taken.last_day,
        values,
    }))
}

fn unread(error: &BodyError) -> Problem {
    Problem::new(ProblemKind::UnfitExport, error)
}

/// A file that waits to be read, and is deleted after that whatever comes of it.
struct Waiting(PathBuf);

impl Waiting {
    async fn receive(folder: PathBuf, sent: Body) -> Result<Self, Problem> {
        let path = folder.join(format!(".import-{}", uuid::Uuid::new_v4().simple()));
        let mut file = disk::new_file(&path).map_err(|_| ProblemKind::JournalNotKept)?;
        let waiting = Self(path);
        let mut sent = sent.into_data_stream();
        let mut length = 0_u64;
        loop {
            let piece = timeout(PIECE_TIME, sent.next()).await.map_err(|_| ProblemKind::SlowRequest)?;
            let Some(piece) = piece else { break };
            let piece = piece.map_err(|_| ProblemKind::UnreadableBody)?;
            length += piece.len() as u64;
            if length > MOST_BYTES {
                return Err(ProblemKind::TooLarge.into());
            }
            let written = spawn_blocking(move || file.write_all(&piece).map(|()| file)).await;
            file = written.map_err(|_| ProblemKind::Failed)?.map_err(|_| ProblemKind::DiskFull)?;
        }
        Ok(waiting)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A value of cortisol as the laboratory wrote it.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CortisolRequest {
    /// Number and unit, such as `12.3 nmol/L` or `0.45 µg/dL`.
    amount: String,
    specimen: Specimen,
    /// When it was taken, in local time, such as `2026-03-01T07:40`.
    #[schema(value_type = String)]
    taken: DateTime,
}

/// A page of values of cortisol.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct CortisolsBody {
    /// Those typed in last first.
    cortisol: Vec<Kept<Cortisol>>,
    /// Where the next page begins; `null` on the last.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// List values of cortisol.
#[utoipa::path(
    get,
    path = "/body/cortisol",
    tag = "Insight",
    security(("token" = [])),
    params(PageQuery),
    responses((status = 200, description = "A page of them.", body = CortisolsBody), PageProblems),
)]
pub(super) async fn list_cortisol(
    State(shared): State<Shared>,
    asked: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Reply<CortisolsBody>, Problem> {
    let page = shared.kept_page(asked).await?;
    Ok(Reply(CortisolsBody { cortisol: page.items, next: page.next }))
}

/// Keep a value of cortisol.
#[utoipa::path(
    post,
    path = "/body/cortisol",
    tag = "Insight",
    security(("token" = [])),
    params(CountryQuery, ("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this creation.")),
    request_body(content = CortisolRequest, example = json!({"amount": "12.3 nmol/L", "specimen": "saliva", "taken": "2026-03-01T07:40"})),
    responses(
        (status = 200, description = "An earlier request with this key has kept it.", body = KeptBody<Cortisol>),
        (status = 201, description = "It is kept.", body = KeptBody<Cortisol>,
            headers(("ETag" = String, description = "Its state."), ("Location" = String, description = "Where it is."))),
        SmallKeepProblems,
    ),
)]
pub(super) async fn keep_cortisol(
    State(shared): State<Shared>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(CortisolRequest { amount, specimen, taken }): Json<CortisolRequest>,
) -> Result<Response, Problem> {
    let value = Cortisol::parse(&amount, specimen, taken)
        .map_err(|error| Problem::new(ProblemKind::UnfitValue, &error))?;
    shared.keep_one(asked, &headers, value).await
}

/// Give a value of cortisol.
#[utoipa::path(
    get,
    path = "/body/cortisol/{id}",
    tag = "Insight",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    responses(
        (status = 200, description = "The value.", body = Kept<Cortisol>, headers(("ETag" = String, description = "Its state."))),
        CortisolProblems,
    ),
)]
pub(super) async fn show_cortisol(
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    shared.show_one::<Cortisol>(&id).await
}

/// Delete a value of cortisol.
#[utoipa::path(
    delete,
    path = "/body/cortisol/{id}",
    tag = "Insight",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id."), ("If-Match" = Option<String>, Header, description = "Its state.")),
    responses((status = 204, description = "It is deleted."), CortisolProblems),
)]
pub(super) async fn delete_cortisol(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    shared.delete_one::<Cortisol>(&id, &headers).await
}
