//! `/topics`: things to read. They need no model and no journal.

use axum::Json as Reply;
use axum::extract::{Path, State};

use super::work::{GuardProblems, TopicProblems};
use super::{Problem, ProblemKind, Shared};
use crate::learn::{Found, Topic, TopicsBody};

/// List things to read.
#[utoipa::path(
    get,
    path = "/topics",
    tag = "Help",
    security(("token" = [])),
    responses((status = 200, description = "All of them.", body = TopicsBody), GuardProblems),
)]
pub(super) async fn list(State(shared): State<Shared>) -> Reply<TopicsBody> {
    Reply(shared.0.assistant.content().topics.body())
}

/// Give something to read.
#[utoipa::path(
    get,
    path = "/topics/{id}",
    tag = "Help",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its name.", example = "therapies")),
    responses((status = 200, description = "The topic.", body = Topic), TopicProblems),
)]
pub(super) async fn show(
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Reply<Topic>, Problem> {
    match shared.0.assistant.content().topics.find(&id) {
        Some(Found::Topic(topic)) => Ok(Reply(topic.clone())),
        _ => Err(ProblemKind::NoTopic.into()),
    }
}
