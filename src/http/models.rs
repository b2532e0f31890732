//! `GET /models`: which models are known and what of them is here.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::State;
use tokio::task::spawn_blocking;

use super::work::ModelsProblems;
use super::{Problem, ProblemKind, Shared};
use crate::weights::ModelList;

/// List the models.
///
/// They are fetched, added and removed on the command line only.
#[utoipa::path(
    get,
    path = "/models",
    tag = "About",
    security(("token" = [])),
    responses((status = 200, description = "All models that are known.", body = ModelList), ModelsProblems),
)]
pub(super) async fn list(State(shared): State<Shared>) -> Result<Reply<ModelList>, Problem> {
    let source = Arc::clone(&shared.0.models);
    match spawn_blocking(move || source()).await {
        Ok(Ok(list)) => Ok(Reply(list)),
        Ok(Err(error)) => Err(Problem::new(ProblemKind::ModelsUnreadable, &error)),
        Err(_) => Err(ProblemKind::ModelsUnreadable.into()),
    }
}
