//! `/models`: which models are known, what of them is here, and fetching one.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::pulls::PullBody;
use super::work::{ModelPullProblems, ModelsProblems};
use super::{Problem, ProblemKind, Shared};
use crate::weights::{ModelList, ModelName};

/// List the models.
#[utoipa::path(
    get,
    path = "/models",
    tag = "About",
    security(("token" = [])),
    responses((status = 200, description = "All models that are known.", body = ModelList), ModelsProblems),
)]
pub(super) async fn list(State(shared): State<Shared>) -> Result<Reply<ModelList>, Problem> {
    Ok(Reply(shared.known_models().await?))
}

/// Fetch or make a model.
///
/// Fetches the model, or makes it from another one that is fetched first, and checks its
/// checksum; what an earlier try left is gone on from. The answer comes at once; GET on the same
/// address tells how far it is. It joins a pull that is under way. A service that was started
/// with `--offline` makes a model where its base is here, and fetches nothing.
#[utoipa::path(
    post,
    path = "/models/{name}/pull",
    tag = "About",
    params(("name" = String, Path, description = "Name in the registry.")),
    security(("token" = [])),
    responses((status = 202, description = "It is under way.", body = PullBody), ModelPullProblems),
)]
pub(super) async fn pull(
    State(shared): State<Shared>,
    Path(name): Path<String>,
) -> Result<(StatusCode, Reply<PullBody>), Problem> {
    let name = shared.known(&name).await?;
    Ok((StatusCode::ACCEPTED, Reply(shared.pull(name))))
}

/// Say how far a model is.
#[utoipa::path(
    get,
    path = "/models/{name}/pull",
    tag = "About",
    params(("name" = String, Path, description = "Name in the registry.")),
    security(("token" = [])),
    responses((status = 200, description = "How far it is.", body = PullBody), ModelPullProblems),
)]
pub(super) async fn pulled(
    State(shared): State<Shared>,
    Path(name): Path<String>,
) -> Result<Reply<PullBody>, Problem> {
    let name = shared.known(&name).await?;
    Ok(Reply(shared.0.pulls.of(&name)))
}

/// Stop fetching a model.
///
/// What was fetched is kept, and the next POST goes on from there.
#[utoipa::path(
    delete,
    path = "/models/{name}/pull",
    tag = "About",
    params(("name" = String, Path, description = "Name in the registry.")),
    security(("token" = [])),
    responses((status = 204, description = "It stops, or there was nothing to stop."), ModelPullProblems),
)]
pub(super) async fn stop(
    State(shared): State<Shared>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let name = shared.known(&name).await?;
    shared.0.pulls.stop(&name);
    Ok(StatusCode::NO_CONTENT)
}

impl Shared {
    async fn known_models(&self) -> Result<ModelList, Problem> {
        let shelf = Arc::clone(&self.0.models);
        match spawn_blocking(move || shelf.list()).await {
            Ok(Ok(list)) => Ok(list),
            Ok(Err(error)) => Err(Problem::new(ProblemKind::ModelsUnreadable, &error)),
            Err(_) => Err(ProblemKind::ModelsUnreadable.into()),
        }
    }

    /// The name of a model that is known.
    async fn known(&self, name: &str) -> Result<ModelName, Problem> {
        let name: ModelName = name.parse().map_err(|_| Problem::from(ProblemKind::NoSuchModel))?;
        let listed = self.known_models().await?;
        let known = listed.models.iter().any(|model| model.name == name.to_string());
        if known { Ok(name) } else { Err(ProblemKind::NoSuchModel.into()) }
    }

    /// Begins to fetch a model. If it is the one that the service waits for, it then reads what
    /// rules alone have read.
    pub(super) fn pull(&self, name: ModelName) -> PullBody {
        let (after, here) = (self.clone(), Handle::current());
        let then = move || drop(here.spawn(after.catch_up_from_before()));
        self.0.pulls.begin(name, Arc::clone(&self.0.models), then)
    }
    /// Stops what is being fetched; what is there is kept.
    pub(super) fn stop_pulls(&self) {
        self.0.pulls.stop_all();
    }
}
