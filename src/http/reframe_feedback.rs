//! `/reframings/{id}/feedback` and `/reframe-feedback`: what a person says of reframes, kept in
//! their journal, told to them, and forgotten when they want that.

use axum::Json as Reply;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::country::CountryQuery;
use super::journal::creation_key;
use super::json::Json;
use super::work::{FeedbackProblems, JournalProblems};
use super::{Problem, ProblemKind, Shared};
use crate::assistant::{ReplyBody, SaidBody, SaidOfReframes};
use crate::journal::{Content as _, Created, Door, Id, JournalError, Line, ReframeFeedback};
use crate::reframe::{Personal, Verdict};

/// What a person says of a reframe.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedbackRequest {
    /// The reframe, as it was shown.
    text: String,
    /// What they say.
    verdict: Verdict,
    /// What they made of it, with the verdict `edited`.
    #[serde(default)]
    edited: Option<Line>,
}

/// What was kept.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct FeedbackBody {
    /// Its name.
    id: Id,
    /// The reply in which the reframe was shown.
    reframing: String,
    /// What they said.
    verdict: Verdict,
    /// What they made of it.
    edited: Option<Line>,
    /// What the screen said of that; `null` where there was no word to read.
    screening: Option<SaidBody>,
}

/// Say of a reframe whether it fits.
///
/// Of several words on the same reframe the last counts; `taken_back` takes it back. It is kept in
/// the journal and moves such reframes a little for this person; a line that got `not_this` is left
/// out for 90 days. What was edited is screened once it is kept.
#[utoipa::path(
    post,
    path = "/reframings/{id}/feedback",
    tag = "Texts",
    security(("token" = [])),
    params(
        ("id" = String, Path, description = "The `id` of the reply in which it was shown."),
        CountryQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this creation."),
    ),
    request_body(content = FeedbackRequest, example = json!({
        "text": "I don't know yet why she hasn't answered.", "verdict": "fits"})),
    responses(
        (status = 201, description = "It is kept.", body = FeedbackBody),
        (status = 200, description = "An earlier request with this key kept it.", body = FeedbackBody),
        FeedbackProblems,
    ),
)]
pub(super) async fn create(
    State(shared): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    headers: HeaderMap,
    Json(body): Json<FeedbackRequest>,
) -> Result<Response, Problem> {
    let Path(reframing) = id.map_err(|_| ProblemKind::NoSuchReframe)?;
    let country = CountryQuery::country(asked)?;
    let key = creation_key(&headers, &body)?;
    let FeedbackRequest { text, verdict, edited } = body;
    if edited.is_some() && verdict != Verdict::Edited {
        return Err(Problem::new(ProblemKind::UnfitValue, &"`edited` goes with the verdict `edited` alone."));
    }
    let made = shared.with_journal(move |journal| {
        let Some(of) = journal.shown_in(&reframing, &text)? else { return Ok(None) };
        let feedback = ReframeFeedback { of, verdict, edited };
        let made = match key {
            Some(key) => journal.keep_once(&feedback, &key)?,
            None => Created::New(journal.keep(&feedback)?),
        };
        Ok(Some(made))
    });
    let made = made.await?.ok_or(ProblemKind::NoSuchReframe)?;
    let status = if matches!(made, Created::New(_)) { StatusCode::CREATED } else { StatusCode::OK };
    let kept = made.into_inner();
    let screening = shared.say_of(&kept.content.free_words(), country, false).await;
    let ReframeFeedback { of, verdict, edited } = kept.content;
    let body = FeedbackBody { id: kept.id, reframing: of.reframing, verdict, edited, screening };
    Ok((status, Reply(body)).into_response())
}

/// Give what was said of reframes, and what follows from it.
#[utoipa::path(
    get,
    path = "/reframe-feedback",
    tag = "Texts",
    security(("token" = [])),
    responses((status = 200, description = "All of it, also in sentences.", body = SaidOfReframes), JournalProblems),
)]
pub(super) async fn show(State(shared): State<Shared>) -> Result<Reply<SaidOfReframes>, Problem> {
    let assistant = shared.0.assistant.clone();
    let said = shared.with_door(move |door| {
        let content = assistant.content();
        if exists(door)? {
            content.said_of_reframes(&*door.journal()?)
        } else {
            Ok(content.nothing_said_of_reframes())
        }
    });
    said.await.map(Reply)
}

/// What is gone.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ForgottenBody {
    /// So many words.
    forgotten: usize,
}

/// Forget all that was said of reframes.
///
/// Nothing that was said moves anything any more. Which lines were shown is remembered for its
/// time, so that still none comes twice in a week; `POST /erase` forgets that too.
#[utoipa::path(
    delete,
    path = "/reframe-feedback",
    tag = "Texts",
    security(("token" = [])),
    responses((status = 200, description = "It is forgotten.", body = ForgottenBody), JournalProblems),
)]
pub(super) async fn forget(State(shared): State<Shared>) -> Result<Reply<ForgottenBody>, Problem> {
    let forgotten = shared
        .with_door(|door| if exists(door)? { door.journal()?.forget_reframe_feedback() } else { Ok(0) });
    Ok(Reply(ForgottenBody { forgotten: forgotten.await? }))
}

/// Whether there is a journal: looking does not make one.
fn exists(door: &Door) -> Result<bool, JournalError> {
    Ok(door.standing()?.exists)
}

impl Shared {
    /// What follows for the choice of reframes from what the journal knows; `None` where there is no
    /// journal that can be read now. Nothing that is wrong with it holds up a reply.
    pub(super) async fn personal(&self) -> Option<Personal> {
        if !self.journal_is_open().await {
            return None;
        }
        let assistant = self.0.assistant.clone();
        self.with_journal(move |journal| assistant.content().personal(journal)).await.ok()
    }

    /// Keeps which reframes a reply showed, where the journal was read for it.
    pub(super) async fn keep_shown(&self, reply: &ReplyBody) {
        if reply.personal.is_none() || reply.reframes.is_empty() {
            return;
        }
        let shown = self.0.assistant.content().shown_in(reply);
        if self.with_journal(move |journal| journal.keep_shown(&shown)).await.is_err() {
            tracing::warn!("which reframes were shown could not be kept");
        }
    }
}
