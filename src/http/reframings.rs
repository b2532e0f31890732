//! `POST /reframings`: the main job, whole or step by step.

use std::convert::Infallible;
use std::future::ready;

use axum::Json as Reply;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, Stream, StreamExt as _};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::events::wants_events;
use super::json::Json;
use super::work::ReplyProblems;
use super::{Problem, ProblemKind, Shared};
use crate::assistant::{Event, ReplyBody, Request, Turn};

/// Name the distortions in a text and offer reframes.
///
/// The text is screened first. If it speaks of danger, the reply holds help and no reframe.
/// Where the journal is open, no line that was shown in the last seven days comes again, what was
/// said of earlier ones counts, and the reply says so in `personal`.
/// With `Accept: text/event-stream` the steps come as they are known.
#[utoipa::path(
    post,
    path = "/reframings",
    tag = "Texts",
    security(("token" = [])),
    request_body(content = Request, example = json!({
        "text": "She didn't answer. She must think I'm useless.",
        "situation": "I wrote to a colleague this morning.",
        "candidates": 3,
        "country": "IE"
    })),
    responses(
        (status = 200, description = "The reply; or the events `risk`, `distortions`, `progress`, `reframe` (each one whole and already checked) and, as the last, `done` (the whole reply) or `error` (a problem).",
            content((ReplyBody = "application/json"), (String = "text/event-stream", example = "event: progress\ndata: {\"step\":\"reading\"}\n\nevent: done\ndata: {\"schema\":1,\"outcome\":\"reframed\"}\n\n"))),
        ReplyProblems,
    ),
)]
pub(super) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Json(request): Json<Request>,
) -> Result<Response, Problem> {
    let turn = shared.turn().await?;
    if wants_events(&headers) {
        return events(shared, request, turn).await;
    }
    let personal = shared.personal().await;
    let read = shared.0.assistant.reframe(&request, &turn, personal.as_ref(), &|_| ());
    let reply = shared.until_stopped(read).await?;
    shared.keep_shown(&reply).await;
    Ok(Reply(reply).into_response())
}

/// What is known on the way.
enum Step {
    Event(Event),
    Done(Box<ReplyBody>),
    Failed(Problem),
}

/// The steps as a stream of events. What is found wrong before the first is an ordinary problem.
async fn events(shared: Shared, request: Request, turn: Turn) -> Result<Response, Problem> {
    let mut steps = Box::pin(steps(shared, request, turn));
    let first = match steps.next().await {
        Some(Step::Failed(problem)) => return Err(problem),
        None => return Err(ProblemKind::Failed.into()),
        Some(first) => first,
    };
    let all = stream::iter([first]).chain(steps).map(|step| Ok::<_, Infallible>(told(&step)));
    Ok(Sse::new(all).keep_alive(KeepAlive::default()).into_response())
}

/// The stream owns the work: it goes on while somebody reads, and a client that goes away drops
/// it, and with it the place in the queue.
fn steps(shared: Shared, request: Request, turn: Turn) -> impl Stream<Item = Step> + Send {
    let (to, from) = mpsc::unbounded_channel();
    let work = async move {
        // Sending fails only when nobody reads any more; then this future is dropped too.
        let on = |event| drop(to.send(Step::Event(event)));
        let personal = shared.personal().await;
        let read = shared.0.assistant.reframe(&request, &turn, personal.as_ref(), &on);
        let done = shared.until_stopped(read).await;
        if let Ok(reply) = &done {
            shared.keep_shown(reply).await;
        }
        drop(to.send(done.map_or_else(Step::Failed, |reply| Step::Done(Box::new(reply)))));
    };
    let steps = UnboundedReceiverStream::new(from).map(Some);
    stream::select(steps, stream::once(work).map(|()| None)).filter_map(ready)
}

fn told(step: &Step) -> SseEvent {
    let event = SseEvent::default();
    let told = match step {
        Step::Event(Event::Risk(risk)) => event.event("risk").json_data(risk),
        Step::Event(Event::Distortions(found)) => event.event("distortions").json_data(found),
        Step::Event(Event::Progress(step)) => {
            event.event("progress").json_data(serde_json::json!({ "step": step }))
        }
        Step::Event(Event::Reframe(reframe)) => event.event("reframe").json_data(reframe),
        Step::Done(reply) => event.event("done").json_data(reply),
        Step::Failed(problem) => event.event("error").json_data(problem),
    };
    // None of these types can fail to become JSON.
    told.unwrap_or_else(|_| SseEvent::default().event("error").data("{}"))
}
