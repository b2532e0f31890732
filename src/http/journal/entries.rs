//! `/entries`: kept, found, changed with their history, deleted.

use axum::Json as Reply;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::super::json::Json;
use super::super::precondition::{Wanted, etag};
use super::super::work::{
    EntryChangeProblems, EntryProblems, EntryRemovalProblems, KeepProblems, ListProblems,
};
use super::super::{Problem, ProblemKind, Shared};
use super::{bound, country, creation_key, id_of, present, tag};
use crate::assistant::SaidBody;
use crate::distortion::Distortion;
use crate::entry::Span;
use crate::journal::{
    Change, Created, Cursor, Entry, EntryText, Filter, JournalError, KeptWords, Mood, NewEntry, Recognition,
    Revision, Screening, Stamp, Tag, ThoughtRecord,
};

/// Where the entries are.
const PATH: &str = "/api/v1/entries";
/// Entries of a page, if the caller does not say.
const A_PAGE: usize = 20;

/// Which entries are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct EntryQuery {
    /// Entries of a page, 1–500; 20 if absent.
    limit: Option<usize>,
    /// `next` of the page before.
    after: Option<String>,
    /// Words that all stand in the entry; words in double quotes stand together, `*` ends a
    /// beginning. The entries come with the words marked.
    q: Option<String>,
    /// Those of this day or time, or later.
    #[param(example = "2026-11-01")]
    from: Option<String>,
    /// Those of before this day or time.
    until: Option<String>,
    /// Those that have all of these tags, with commas between them.
    tag: Option<String>,
    /// Those in which this distortion was recognised, or that the person found it in.
    #[param(inline)]
    distortion: Option<Distortion>,
    /// Those with this mood or a better one, 0–10.
    mood_from: Option<u8>,
    /// Those with this mood or a worse one, 0–10.
    mood_to: Option<u8>,
}

impl EntryQuery {
    fn filter(&self) -> Result<Filter, Problem> {
        let mood = |value: Option<u8>| value.map(Mood::new).transpose().map_err(JournalError::from);
        let tags = self.tag.iter().flat_map(|tags| tags.split(',')).map(Tag::new);
        Ok(Filter {
            from: bound(self.from.as_deref())?,
            until: bound(self.until.as_deref())?,
            tags: tags.collect::<Result<_, _>>().map_err(JournalError::from)?,
            distortion: self.distortion,
            mood_from: mood(self.mood_from)?,
            mood_to: mood(self.mood_to)?,
        })
    }
}

/// A page of entries.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct EntriesBody {
    /// The newest first; of a search, those that came last first.
    entries: Vec<ListedEntryBody>,
    /// Send it as `after` for the next page; `null` on the last.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// An entry of a list.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct ListedEntryBody {
    #[serde(flatten)]
    entry: Entry,
    /// The words that were searched for, the first 200.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    marks: Vec<Span>,
    /// A stretch of the text around the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    excerpt: Option<Span>,
}

/// List entries, or find them by their words.
#[utoipa::path(
    get,
    path = "/entries",
    tag = "Journal",
    security(("token" = [])),
    params(EntryQuery),
    responses((status = 200, description = "A page of them.", body = EntriesBody), ListProblems),
)]
pub(in crate::http) async fn list(
    State(shared): State<Shared>,
    asked: Result<Query<EntryQuery>, QueryRejection>,
) -> Result<Reply<EntriesBody>, Problem> {
    let Query(asked) = asked.map_err(|_| ProblemKind::UnfitQuery)?;
    let filter = asked.filter()?;
    let after: Option<Cursor> = asked.after.as_deref().map(str::parse).transpose()?;
    let limit = asked.limit.unwrap_or(A_PAGE);
    let listed = |entry, marks, excerpt| ListedEntryBody { entry, marks, excerpt };
    let body = shared.with_journal(move |journal| match &asked.q {
        None => {
            let page = journal.list(&filter, after, limit)?;
            let entries = page.items.into_iter().map(|entry| listed(entry, Vec::new(), None));
            Ok(EntriesBody { entries: entries.collect(), next: page.next })
        }
        Some(words) => {
            let page = journal.search(words, &filter, after, limit)?;
            let entries = page.items.into_iter().map(|hit| listed(hit.entry, hit.marks, Some(hit.excerpt)));
            Ok(EntriesBody { entries: entries.collect(), next: page.next })
        }
    });
    body.await.map(Reply)
}

/// What a person writes.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewEntryBody {
    /// The text, up to 10 million characters, kept exactly as it is.
    text: String,
    /// How the day was, 0 (the worst) to 10 (the best).
    mood: Option<u8>,
    /// Words to find it by.
    #[serde(default)]
    tags: Vec<String>,
    /// What time it speaks of; now if absent.
    written: Option<Stamp>,
    /// ISO 3166 code of the country whose helplines are given.
    country: Option<String>,
    /// Whether the phrase rules alone shall read it; the model reads it later.
    #[serde(default)]
    rules_only: bool,
}

/// An entry that was kept, and what the screen said of it.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct KeptEntryBody {
    #[serde(flatten)]
    entry: Entry,
    /// What the screen said; `null` where there was no word to read.
    screening: Option<SaidBody>,
}

/// Keep an entry.
///
/// It is on the disk before it is screened. With an `Idempotency-Key` the same request, sent again
/// within a day, keeps nothing twice.
#[utoipa::path(
    post,
    path = "/entries",
    tag = "Journal",
    security(("token" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this creation.")),
    request_body(content = NewEntryBody, example = json!({"text": "A long day. The walk helped.", "mood": 5, "tags": ["work"]})),
    responses(
        (status = 201, description = "It is kept.", body = KeptEntryBody,
            headers(("ETag" = String, description = "Its state."), ("Location" = String, description = "Where it is."))),
        (status = 200, description = "An earlier request with this key kept it.", body = KeptEntryBody),
        KeepProblems,
    ),
)]
pub(in crate::http) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<NewEntryBody>,
) -> Result<Response, Problem> {
    let country = country(body.country.as_deref())?;
    let key = creation_key(&headers, &body)?;
    let tags = body.tags.iter().map(|tag| Tag::new(tag)).collect::<Result<_, _>>();
    let new = NewEntry {
        text: EntryText::new(body.text).map_err(JournalError::from)?,
        mood: body.mood.map(Mood::new).transpose().map_err(JournalError::from)?,
        tags: tags.map_err(JournalError::from)?,
        written: body.written,
    };
    let kept = shared
        .with_journal(move |journal| match &key {
            Some(key) => journal.add_once(&new, key),
            None => journal.add(&new).map(Created::New),
        })
        .await?;
    let status = if matches!(kept, Created::New(_)) { StatusCode::CREATED } else { StatusCode::OK };
    let entry = kept.into_inner();
    let place = format!("{PATH}/{}", entry.id);
    let kept = shared.kept(entry, country, body.rules_only).await;
    Ok((status, [(header::LOCATION, place)], kept).into_response())
}

impl Shared {
    /// Screens an entry that was kept and tells both.
    async fn kept(&self, entry: Entry, country: crate::crisis::CountryCode, rules_only: bool) -> Response {
        let screening = self.screen(KeptWords::from(&entry), country, rules_only).await;
        let state = etag(tag(entry.version));
        (state, Reply(KeptEntryBody { entry, screening })).into_response()
    }
}

/// An entry with all that belongs to it.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct FullEntryBody {
    #[serde(flatten)]
    entry: Entry,
    /// What it was before, the oldest first.
    revisions: Vec<Revision>,
    /// What the screen said, the oldest first.
    screenings: Vec<Screening>,
    /// What the recogniser said, the oldest first.
    recognitions: Vec<Recognition>,
    /// The thought records that came from it, the oldest first.
    thought_records: Vec<ThoughtRecord>,
}

/// Give an entry with its history and what was said of it.
#[utoipa::path(
    get,
    path = "/entries/{id}",
    tag = "Journal",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    responses(
        (status = 200, description = "The entry.", body = FullEntryBody,
            headers(("ETag" = String, description = "Its state."))),
        EntryProblems,
    ),
)]
pub(in crate::http) async fn show(
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = id_of(&id, ProblemKind::NoSuchEntry)?;
    let body = shared.with_journal(move |journal| {
        let full = journal.full_entry(id)?;
        Ok(FullEntryBody {
            entry: full.entry,
            revisions: full.revisions,
            screenings: full.screenings,
            recognitions: full.recognitions,
            thought_records: journal.records_of(id)?,
        })
    });
    let body = body.await?;
    Ok((etag(tag(body.entry.version)), Reply(body)).into_response())
}

/// What is to become of an entry. What is absent stays as it is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct EntryChangeBody {
    /// The new text.
    text: Option<String>,
    /// The new mood; `null` takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u8>)]
    #[allow(clippy::option_option, reason = "absent, null and a number are three things to say")]
    mood: Option<Option<u8>>,
    /// The new tags.
    tags: Option<Vec<String>>,
    /// ISO 3166 code of the country whose helplines are given.
    country: Option<String>,
    /// Whether the phrase rules alone shall read it; the model reads it later.
    #[serde(default)]
    rules_only: bool,
}

/// Change an entry.
///
/// What it was is kept with it.
#[utoipa::path(
    patch,
    path = "/entries/{id}",
    tag = "Journal",
    security(("token" = [])),
    params(
        ("id" = String, Path, description = "Its id."),
        ("If-Match" = String, Header, description = "`ETag` of the entry as it was read."),
    ),
    request_body(content = EntryChangeBody, example = json!({"mood": 6})),
    responses(
        (status = 200, description = "It is changed.", body = KeptEntryBody,
            headers(("ETag" = String, description = "Its new state."))),
        EntryChangeProblems,
    ),
)]
pub(in crate::http) async fn change(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<EntryChangeBody>,
) -> Result<Response, Problem> {
    let id = id_of(&id, ProblemKind::NoSuchEntry)?;
    let country = country(body.country.as_deref())?;
    let mood = |value: Option<u8>| value.map(Mood::new).transpose();
    let tags = |tags: Vec<String>| tags.iter().map(|tag| Tag::new(tag)).collect::<Result<_, _>>();
    let mut change = Change {
        text: body.text.map(EntryText::new).transpose().map_err(JournalError::from)?,
        mood: body.mood.map(mood).transpose().map_err(JournalError::from)?,
        tags: body.tags.map(tags).transpose().map_err(JournalError::from)?,
        seen: None,
    };
    let seen = shared.with_journal(move |journal| Ok(journal.entry(id)?.version)).await?;
    Wanted::of(&headers).permits_change(Some(&tag(seen)))?;
    change.seen = Some(seen);
    let entry = shared.with_journal(move |journal| journal.edit(id, &change)).await?;
    Ok(shared.kept(entry, country, body.rules_only).await)
}

/// Delete an entry with its history and the thought records that came from it.
///
/// Backups may still hold it; `POST /erase` sees to those too.
#[utoipa::path(
    delete,
    path = "/entries/{id}",
    tag = "Journal",
    security(("token" = [])),
    params(
        ("id" = String, Path, description = "Its id."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the entry as it was read."),
    ),
    responses((status = 204, description = "It is gone."), EntryRemovalProblems),
)]
pub(in crate::http) async fn delete(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let id = id_of(&id, ProblemKind::NoSuchEntry)?;
    let seen = shared.with_journal(move |journal| Ok(journal.entry(id)?.version)).await?;
    Wanted::of(&headers).permits_removal(&tag(seen))?;
    shared.with_journal(move |journal| journal.delete(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
