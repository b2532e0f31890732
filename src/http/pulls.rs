//! Models being fetched or made while the service runs: one at a time for each, seen by all.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tokio::task::spawn_blocking;

use super::{Problem, ProblemKind};
use crate::weights::{Cancel, ModelList, ModelName, Progress, WeightsError};

/// The models of this machine, as the service sees them. Its methods may take long; they are
/// called on threads where that holds nobody up.
pub trait Shelf: Send + Sync {
    /// The list that `models list` gives.
    ///
    /// # Errors
    /// [`WeightsError`] if the registry or the cache cannot be read.
    fn list(&self) -> Result<ModelList, WeightsError>;

    /// Fetches or makes a model. If the service waits for it, it is loaded.
    ///
    /// # Errors
    /// [`WeightsError`] if it cannot be had.
    fn pull(&self, name: &ModelName, progress: &dyn Progress, cancel: &Cancel) -> Result<(), WeightsError>;
}

/// Where a pull stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PullState {
    /// None was begun since the service was started.
    None,
    /// It is under way.
    Running,
    /// The model is here.
    Done,
    /// It was stopped; what was fetched is kept.
    Stopped,
    /// It ended with a problem.
    Failed,
}

/// How far a pull is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PullBody {
    /// Where it stands.
    pub state: PullState,
    /// What is done now, in a few words: "Fetching", "Checking".
    pub step: Option<String>,
    /// Bytes of this step that are done.
    pub bytes: u64,
    /// Bytes of this step, where known.
    pub total: Option<u64>,
    /// Why it failed.
    pub problem: Option<Problem>,
}

/// All pulls since the service was started.
#[derive(Default)]
pub(super) struct Pulls(Mutex<HashMap<ModelName, Arc<Pull>>>);

#[derive(Default)]
struct Pull {
    stage: Mutex<Stage>,
    bytes: AtomicU64,
    total: AtomicU64,
    cancel: Cancel,
}

#[derive(Clone)]
enum Stage {
    Running(String),
    Done,
    Stopped,
    Failed(ProblemKind, String),
}

impl Default for Stage {
    fn default() -> Self {
        Self::Running("Starting".to_owned())
    }
}

impl Progress for Pull {
    fn stage(&self, name: &str) {
        self.is(Stage::Running(name.to_owned()));
        self.bytes.store(0, Ordering::Relaxed);
        self.total.store(0, Ordering::Relaxed);
    }

    fn advanced(&self, done: u64, total: u64) {
        self.bytes.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }
}

impl Pull {
    fn is(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    fn stage_now(&self) -> Stage {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_running(&self) -> bool {
        matches!(self.stage_now(), Stage::Running(_))
    }

    fn body(&self) -> PullBody {
        let (state, step, problem) = match self.stage_now() {
            Stage::Running(step) => (PullState::Running, Some(step), None),
            Stage::Done => (PullState::Done, None, None),
            Stage::Stopped => (PullState::Stopped, None, None),
            Stage::Failed(kind, why) => (PullState::Failed, None, Some(Problem::new(kind, &why))),
        };
        let total = Some(self.total.load(Ordering::Relaxed)).filter(|total| *total > 0);
        PullBody { state, step, bytes: self.bytes.load(Ordering::Relaxed), total, problem }
    }
}

impl Pulls {
    /// Begins a pull, unless one of this model is under way; `then` is done when it ended.
    pub(super) fn begin(
        &self,
        name: ModelName,
        shelf: Arc<dyn Shelf>,
        then: impl FnOnce() + Send + 'static,
    ) -> PullBody {
        let mut pulls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = pulls.get(&name).filter(|pull| pull.is_running()) {
            return running.body();
        }
        let pull = Arc::new(Pull::default());
        pulls.insert(name.clone(), Arc::clone(&pull));
        drop(pulls);
        let body = pull.body();
        spawn_blocking(move || {
            let done = shelf.pull(&name, pull.as_ref(), &pull.cancel);
            pull.is(match done {
                Ok(()) => Stage::Done,
                Err(WeightsError::Cancelled) => Stage::Stopped,
                Err(error) => Stage::Failed(kind_of(&error), error.to_string()),
            });
            then();
        });
        body
    }

    /// How far the pull of a model is.
    pub(super) fn of(&self, name: &ModelName) -> PullBody {
        let none = PullBody { state: PullState::None, step: None, bytes: 0, total: None, problem: None };
        let pulls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pulls.get(name).map_or(none, |pull| pull.body())
    }

    /// Stops the pull of a model, if one is under way.
    pub(super) fn stop(&self, name: &ModelName) {
        let pulls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pull) = pulls.get(name) {
            pull.cancel.cancel();
        }
    }

    /// Stops all that are under way.
    pub(super) fn stop_all(&self) {
        let pulls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pulls.values().for_each(|pull| pull.cancel.cancel());
    }
}

/// What kind of problem an error is to a caller.
const fn kind_of(error: &WeightsError) -> ProblemKind {
    match error {
        WeightsError::Offline { .. } => ProblemKind::Offline,
        WeightsError::UnknownModel { .. } | WeightsError::BadName { .. } => ProblemKind::NoSuchModel,
        WeightsError::NoSpace { .. } => ProblemKind::DiskFull,
        _ => ProblemKind::ModelNotFetched,
    }
}
