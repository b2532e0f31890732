//! `/exercises`: timed scripts for body and attention. They need no model and no journal.

use axum::Json as Reply;
use axum::extract::{Path, State};

use super::work::{ExerciseProblems, GuardProblems};
use super::{Problem, ProblemKind, Shared};
use crate::exercise::{Exercise, ExercisesBody};

/// List the exercises.
#[utoipa::path(
    get,
    path = "/exercises",
    tag = "Help",
    security(("token" = [])),
    responses((status = 200, description = "All of them.", body = ExercisesBody), GuardProblems),
)]
pub(super) async fn list(State(shared): State<Shared>) -> Reply<ExercisesBody> {
    Reply(shared.0.assistant.content().exercises.body())
}

/// Give an exercise: what is said, and for how many seconds.
#[utoipa::path(
    get,
    path = "/exercises/{id}",
    tag = "Help",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its name.", example = "breathing")),
    responses((status = 200, description = "The exercise.", body = Exercise), ExerciseProblems),
)]
pub(super) async fn show(
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Reply<Exercise>, Problem> {
    let found = shared.0.assistant.content().exercises.find(&id).cloned();
    found.map(Reply).ok_or_else(|| ProblemKind::NoExercise.into())
}
