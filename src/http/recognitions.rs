//! `POST /recognitions`: the distortions in a text, without reframes.

use axum::Json as Reply;
use axum::extract::State;

use super::json::Json;
use super::work::ReplyProblems;
use super::{Problem, Shared};
use crate::assistant::{ReplyBody, Request};

/// Name the distortions in a text.
///
/// The text is screened first. If it speaks of danger, the reply holds help and no distortion.
#[utoipa::path(
    post,
    path = "/recognitions",
    tag = "Texts",
    security(("token" = [])),
    request_body(content = Request, example = json!({"text": "I always ruin everything."})),
    responses((status = 200, description = "The reply; `reframes` is empty.", body = ReplyBody), ReplyProblems),
)]
pub(super) async fn create(
    State(shared): State<Shared>,
    Json(request): Json<Request>,
) -> Result<Reply<ReplyBody>, Problem> {
    let turn = shared.turn().await?;
    let reply = shared.until_stopped(shared.0.assistant.recognise(&request, &turn, &|_| ())).await?;
    Ok(Reply(reply))
}
