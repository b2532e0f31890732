//! `/drafts`: what is being written, saved as it is typed, in the vault and nowhere else.

use axum::Json as Reply;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::super::json::Json;
use super::super::work::{DraftKeepProblems, DraftProblems, JournalProblems};
use super::super::{Problem, ProblemKind, Shared};
use crate::journal::{Draft, EntryText, Journal, JournalError, Stamp, ValueError};

/// Bytes of a draft's name at most.
const MOST_OF_A_NAME: usize = 128;

/// All drafts.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct DraftsBody {
    /// In the order of their names.
    drafts: Vec<Draft>,
}

/// What is written so far.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct DraftBody {
    /// The text, which may be empty, up to 10 million characters.
    body: String,
}

/// That a draft is saved.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct SavedBody {
    /// Its name.
    slot: String,
    /// When.
    saved: Stamp,
}

/// List all drafts.
#[utoipa::path(
    get,
    path = "/drafts",
    tag = "Journal",
    security(("token" = [])),
    responses((status = 200, description = "All of them.", body = DraftsBody), JournalProblems),
)]
pub(in crate::http) async fn list(State(shared): State<Shared>) -> Result<Reply<DraftsBody>, Problem> {
    let drafts = shared.with_journal(Journal::drafts).await?;
    Ok(Reply(DraftsBody { drafts }))
}

/// Give a draft.
#[utoipa::path(
    get,
    path = "/drafts/{slot}",
    tag = "Journal",
    security(("token" = [])),
    params(("slot" = String, Path, description = "Its name.")),
    responses((status = 200, description = "What was saved.", body = Draft), DraftProblems),
)]
pub(in crate::http) async fn show(
    State(shared): State<Shared>,
    Path(slot): Path<String>,
) -> Result<Reply<Draft>, Problem> {
    let draft = shared.with_journal(move |journal| journal.draft(&slot)).await?;
    draft.map(Reply).ok_or_else(|| ProblemKind::NoDraft.into())
}

/// Save a draft in the place of what was saved under its name.
///
/// A draft is not screened: it becomes an entry first.
#[utoipa::path(
    put,
    path = "/drafts/{slot}",
    tag = "Journal",
    security(("token" = [])),
    params(("slot" = String, Path, description = "A name that the caller chooses, up to 128 bytes.")),
    request_body(content = DraftBody, example = json!({"body": "A long day. The"})),
    responses((status = 200, description = "It is saved.", body = SavedBody), DraftKeepProblems),
)]
pub(in crate::http) async fn save(
    State(shared): State<Shared>,
    Path(slot): Path<String>,
    Json(DraftBody { body }): Json<DraftBody>,
) -> Result<Reply<SavedBody>, Problem> {
    if slot.is_empty() || slot.len() > MOST_OF_A_NAME {
        return Err(Problem::new(ProblemKind::UnfitValue, &"A draft's name has 1 to 128 bytes."));
    }
    let length = body.chars().count();
    if length > EntryText::MOST {
        let limit = EntryText::MOST;
        return Err(JournalError::from(ValueError::TooLong { length, limit }).into());
    }
    let draft = shared.with_journal(move |journal| journal.save_draft(&slot, &body)).await?;
    Ok(Reply(SavedBody { slot: draft.slot, saved: draft.saved }))
}

/// Forget a draft.
#[utoipa::path(
    delete,
    path = "/drafts/{slot}",
    tag = "Journal",
    security(("token" = [])),
    params(("slot" = String, Path, description = "Its name.")),
    responses((status = 204, description = "It is gone."), DraftProblems),
)]
pub(in crate::http) async fn discard(
    State(shared): State<Shared>,
    Path(slot): Path<String>,
) -> Result<StatusCode, Problem> {
    let was_there = shared.with_journal(move |journal| journal.discard_draft(&slot)).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(ProblemKind::NoDraft.into()) }
}
