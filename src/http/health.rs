//! `GET /health`: whether the service lives and the model is ready. Open to all on this machine,
//! so it says nothing else.

use axum::Json as Reply;
use axum::extract::State;
use serde::Serialize;

use super::Shared;
use crate::assistant::ModelState;

/// Where the model stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelHealth {
    /// There is none; the phrase rules alone read.
    Absent,
    /// It is being fetched or made; `GET /models/{name}/pull` says how far it is.
    Coming,
    /// It is being read from the disk.
    Loading,
    /// It can work.
    Ready,
    /// It could not be loaded.
    Failed,
}

/// How the service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct HealthBody {
    /// Whether the service answers; always true.
    pub live: bool,
    /// Whether texts are read now: false while the model is being fetched or loaded and if it failed.
    pub ready: bool,
    /// Where the model stands.
    pub model: ModelHealth,
}

/// Say how the service is.
#[utoipa::path(
    get,
    path = "/health",
    tag = "About",
    security(()),
    responses((status = 200, description = "How the service is.", body = HealthBody,
        example = json!({"live": true, "ready": true, "model": "ready"}))),
)]
pub(super) async fn show(State(shared): State<Shared>) -> Reply<HealthBody> {
    let model = match shared.0.assistant.model_state() {
        ModelState::Absent => ModelHealth::Absent,
        ModelState::Coming => ModelHealth::Coming,
        ModelState::Loading => ModelHealth::Loading,
        ModelState::Ready => ModelHealth::Ready,
        ModelState::Failed(_) => ModelHealth::Failed,
    };
    let ready = matches!(model, ModelHealth::Absent | ModelHealth::Ready);
    Reply(HealthBody { live: true, ready, model })
}
