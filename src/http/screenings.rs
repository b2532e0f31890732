//! `POST /screenings`: whether a text speaks of danger, up to 10 MB at once.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::State;
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::json::Json;
use super::work::ScreeningProblems;
use super::{Problem, ProblemKind, Shared};
use crate::assistant::{AssistantError, Request, ScreeningBody, Turn};
use crate::language::LanguageError;

/// Bytes from which a text is long: it is screened on a thread of its own, so that nobody else
/// waits for it, and few of them at once.
const LONG: usize = 64 * 1024;

/// What a person asks to have screened.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScreeningRequest {
    /// Comes back in the reply; made up if absent.
    pub id: Option<String>,
    /// What the person wrote. Up to 10 million characters.
    pub text: String,
    /// What happened, if told apart from the thought. Screened too.
    pub situation: Option<String>,
    /// ISO 3166 code of a country; checked, and otherwise of no effect here.
    pub country: Option<String>,
    /// Whether the phrase rules alone shall read it. The reply's coverage is then `rules_only`.
    pub rules_only: bool,
}

/// Screen a text for danger.
///
/// Nothing else is done with it. `escalate` says whether it leads to help instead of reframing;
/// `POST /reframings` gives that help.
#[utoipa::path(
    post,
    path = "/screenings",
    tag = "Texts",
    security(("token" = [])),
    request_body(content = ScreeningRequest, example = json!({"text": "I can't do this any more.", "rules_only": true})),
    responses((status = 200, description = "What was found.", body = ScreeningBody), ScreeningProblems),
)]
pub(super) async fn create(
    State(shared): State<Shared>,
    Json(asked): Json<ScreeningRequest>,
) -> Result<Reply<ScreeningBody>, Problem> {
    let turn = if asked.rules_only { Turn::without_model() } else { shared.turn().await? };
    let ScreeningRequest { id, text, situation, country, rules_only: _ } = asked;
    let long = text.len() + situation.as_ref().map_or(0, String::len) >= LONG;
    let request = Request { id, text, situation, country, ..Request::default() };
    if long {
        return screen_long(shared, request, turn).await.map(Reply);
    }
    shared.until_stopped(shared.0.assistant.screen(&request, &turn)).await.map(Reply)
}

async fn screen_long(shared: Shared, request: Request, turn: Turn) -> Result<ScreeningBody, Problem> {
    let place = Arc::clone(&shared.0.long_screenings).try_acquire_owned().map_err(|_| {
        Problem::new(ProblemKind::Busy, &"Other long texts are being screened. Try again in 5 seconds.")
    })?;
    let assistant = shared.0.assistant.clone();
    let cancel = CancellationToken::new();
    let gone = cancel.clone();
    // When the caller goes away, this future is dropped, and with it the guard.
    let _cancel_on_drop = cancel.drop_guard();
    let runtime = Handle::current();
    let work = spawn_blocking(move || {
        let _place = place;
        runtime.block_on(async {
            tokio::select! {
                biased;
                () = gone.cancelled() => Err(LanguageError::Cancelled.into()),
                done = assistant.screen(&request, &turn) => done,
            }
        })
    });
    let done = async { work.await.unwrap_or(Err(AssistantError::Language(LanguageError::Failed))) };
    shared.until_stopped(done).await
}
