//! `/thought-records`: an automatic thought worked through, step by step.

use axum::Json as Reply;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::super::country::CountryQuery;
use super::super::json::Json;
use super::super::precondition::{Wanted, etag};
use super::super::work::{
    ListProblems, RecordChangeProblems, RecordKeepProblems, RecordProblems, RecordRemovalProblems,
};
use super::super::{Problem, ProblemKind, Shared};
use super::{bound, creation_key, id_of, tag};
use crate::assistant::SaidBody;
use crate::crisis::{CountryCode, Date};
use crate::distortion::Distortion;
use crate::entry::Span;
use crate::journal::{
    Created, Cursor, Filter, Id, KeptWords, Page, RecordContent, RecordHit, Screening, ThoughtRecord,
};

/// Where the thought records are.
const PATH: &str = "/api/v1/thought-records";
/// Records of a page, if the caller does not say.
const A_PAGE: usize = 20;

/// Which thought records are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct RecordQuery {
    /// Records of a page, 1–500; 20 if absent.
    limit: Option<usize>,
    /// `next` of the page before.
    after: Option<String>,
    /// Words that all stand in the record, as in `GET /entries`.
    q: Option<String>,
    /// Those of this day or time, or later.
    #[param(example = "2026-11-01")]
    from: Option<String>,
    /// Those of before this day or time.
    until: Option<String>,
    /// Those in which the person accepted or named this distortion.
    #[param(inline)]
    distortion: Option<Distortion>,
    /// Only those that came from this entry, the oldest first, all on one page.
    entry: Option<String>,
    /// Only those to be looked at again on this day or earlier, the longest due first, all on one
    /// page.
    #[param(example = "2026-12-01")]
    due: Option<String>,
}

/// A page of thought records.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct RecordsBody {
    /// The newest first; of a search, those that came last first.
    thought_records: Vec<ListedRecordBody>,
    /// Send it as `after` for the next page; `null` on the last.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// A thought record of a list.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct ListedRecordBody {
    #[serde(flatten)]
    record: ThoughtRecord,
    /// Where a search found its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<FoundWordsBody>,
}

/// Where words were found.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct FoundWordsBody {
    /// All that was written in the record, a line for each thing.
    words: String,
    /// The words that were searched for, in Unicode scalar values of these: the first 200.
    marks: Vec<Span>,
    /// A stretch of them around the first of those.
    excerpt: Span,
}

impl From<ThoughtRecord> for ListedRecordBody {
    fn from(record: ThoughtRecord) -> Self {
        Self { record, found: None }
    }
}

impl From<RecordHit> for ListedRecordBody {
    fn from(RecordHit { record, words, marks, excerpt }: RecordHit) -> Self {
        Self { record, found: Some(FoundWordsBody { words, marks, excerpt }) }
    }
}

impl<T: Into<ListedRecordBody>> From<Page<T>> for RecordsBody {
    fn from(page: Page<T>) -> Self {
        Self { thought_records: page.items.into_iter().map(Into::into).collect(), next: page.next }
    }
}

/// List thought records, or find them by their words.
#[utoipa::path(
    get,
    path = "/thought-records",
    tag = "Journal",
    security(("token" = [])),
    params(RecordQuery),
    responses((status = 200, description = "A page of them.", body = RecordsBody), ListProblems),
)]
pub(in crate::http) async fn list(
    State(shared): State<Shared>,
    asked: Result<Query<RecordQuery>, QueryRejection>,
) -> Result<Reply<RecordsBody>, Problem> {
    let Query(asked) = asked.map_err(|_| ProblemKind::UnfitQuery)?;
    let filter = Filter {
        from: bound(asked.from.as_deref())?,
        until: bound(asked.until.as_deref())?,
        distortion: asked.distortion,
        ..Filter::default()
    };
    let after: Option<Cursor> = asked.after.as_deref().map(str::parse).transpose()?;
    let due: Option<Date> =
        asked.due.as_deref().map(str::parse).transpose().map_err(|_| ProblemKind::UnfitQuery)?;
    let entry = asked.entry.as_deref().map(|id| id_of(id, ProblemKind::NoSuchEntry)).transpose()?;
    let is_list = after.is_some() || asked.q.is_some() || asked.from.is_some() || asked.until.is_some();
    if usize::from(is_list || asked.distortion.is_some())
        + usize::from(due.is_some())
        + usize::from(entry.is_some())
        > 1
    {
        return Err(Problem::new(ProblemKind::UnfitQuery, &"`entry` and `due` stand alone."));
    }
    let limit = asked.limit.unwrap_or(A_PAGE);
    let all = |items: Vec<ThoughtRecord>| RecordsBody::from(Page { items, next: None });
    let body = shared.with_journal(move |journal| match (entry, due, &asked.q) {
        (Some(entry), ..) => journal.records_of(entry).map(all),
        (_, Some(day), _) => journal.records_due(day).map(all),
        (_, _, Some(words)) => Ok(journal.search_records(words, &filter, after, limit)?.into()),
        _ => Ok(journal.list_records(&filter, after, limit)?.into()),
    });
    body.await.map(Reply)
}

/// A thought record to be kept.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewRecordBody {
    /// The entry that it comes from.
    #[serde(default)]
    entry: Option<Id>,
    /// What it says.
    content: RecordContent,
}

/// A thought record that was kept, and what the screen said of it.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct KeptRecordBody {
    #[serde(flatten)]
    record: ThoughtRecord,
    /// What the screen said; `null` where there was no word to read.
    screening: Option<SaidBody>,
}

/// Keep a thought record.
///
/// It is on the disk before it is screened. With an `Idempotency-Key` the same request, sent again
/// within a day, keeps nothing twice.
#[utoipa::path(
    post,
    path = "/thought-records",
    tag = "Journal",
    security(("token" = [])),
    params(
        CountryQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this creation."),
    ),
    request_body(content = NewRecordBody, example = json!({"content": {
        "situation": "I wrote to a colleague.", "thought": "She must think I'm useless.", "belief": 80,
        "feelings": [{"name": "shame", "before": 70, "after": 40}],
        "distortions": {"mind_reading": "accepted"},
        "evidence_against": ["She thanked me last week."],
        "balanced": {"from": "own", "text": "I don't know what she thinks."}, "belief_after": 40}})),
    responses(
        (status = 201, description = "It is kept.", body = KeptRecordBody,
            headers(("ETag" = String, description = "Its state."), ("Location" = String, description = "Where it is."))),
        (status = 200, description = "An earlier request with this key kept it.", body = KeptRecordBody),
        RecordKeepProblems,
    ),
)]
pub(in crate::http) async fn create(
    State(shared): State<Shared>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(body): Json<NewRecordBody>,
) -> Result<Response, Problem> {
    let country = CountryQuery::country(asked)?;
    let key = creation_key(&headers, &body)?;
    let kept = shared
        .with_journal(move |journal| match &key {
            Some(key) => journal.add_record_once(body.entry, &body.content, key),
            None => journal.add_record(body.entry, &body.content).map(Created::New),
        })
        .await?;
    let status = if matches!(kept, Created::New(_)) { StatusCode::CREATED } else { StatusCode::OK };
    let record = kept.into_inner();
    let place = format!("{PATH}/{}", record.id);
    let kept = shared.kept_record(record, country).await;
    Ok((status, [(header::LOCATION, place)], kept).into_response())
}

impl Shared {
    /// Screens a thought record that was kept and tells both.
    async fn kept_record(&self, record: ThoughtRecord, country: CountryCode) -> Response {
        let screening = self.screen(KeptWords::from(&record), country, false).await;
        let state = etag(tag(record.version));
        (state, Reply(KeptRecordBody { record, screening })).into_response()
    }
}

/// A thought record with what was said of it.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct FullRecordBody {
    #[serde(flatten)]
    record: ThoughtRecord,
    /// What the screen said, the oldest first.
    screenings: Vec<Screening>,
}

/// Give a thought record.
#[utoipa::path(
    get,
    path = "/thought-records/{id}",
    tag = "Journal",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    responses(
        (status = 200, description = "The thought record.", body = FullRecordBody,
            headers(("ETag" = String, description = "Its state."))),
        RecordProblems,
    ),
)]
pub(in crate::http) async fn show(
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = id_of(&id, ProblemKind::NoSuchThoughtRecord)?;
    let full = shared.with_journal(move |journal| journal.full_record(id)).await?;
    let state = etag(tag(full.record.version));
    Ok((state, Reply(FullRecordBody { record: full.record, screenings: full.screenings })).into_response())
}

/// Put other content in the place of a thought record's.
#[utoipa::path(
    put,
    path = "/thought-records/{id}",
    tag = "Journal",
    security(("token" = [])),
    params(
        ("id" = String, Path, description = "Its id."),
        CountryQuery,
        ("If-Match" = String, Header, description = "`ETag` of the thought record as it was read."),
    ),
    request_body(content = RecordContent, example = json!({"thought": "She must think I'm useless.", "belief": 60})),
    responses(
        (status = 200, description = "It is changed.", body = KeptRecordBody,
            headers(("ETag" = String, description = "Its new state."))),
        RecordChangeProblems,
    ),
)]
pub(in crate::http) async fn change(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(content): Json<RecordContent>,
) -> Result<Response, Problem> {
    let id = id_of(&id, ProblemKind::NoSuchThoughtRecord)?;
    let country = CountryQuery::country(asked)?;
    let seen = shared.with_journal(move |journal| Ok(journal.full_record(id)?.record.version)).await?;
    Wanted::of(&headers).permits_change(Some(&tag(seen)))?;
    let record = shared.with_journal(move |journal| journal.edit_record(id, Some(seen), &content)).await?;
    Ok(shared.kept_record(record, country).await)
}

/// Delete a thought record.
#[utoipa::path(
    delete,
    path = "/thought-records/{id}",
    tag = "Journal",
    security(("token" = [])),
    params(
        ("id" = String, Path, description = "Its id."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the thought record as it was read."),
    ),
    responses((status = 204, description = "It is gone."), RecordRemovalProblems),
)]
pub(in crate::http) async fn delete(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let id = id_of(&id, ProblemKind::NoSuchThoughtRecord)?;
    let seen = shared.with_journal(move |journal| Ok(journal.full_record(id)?.record.version)).await?;
    Wanted::of(&headers).permits_removal(&tag(seen))?;
    shared.with_journal(move |journal| journal.delete_record(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
