//! The model behind an assistant: there, on its way, or not at all. A service is up before its
//! model was fetched, so a model may come later; once there it stays.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::ModelBody;
use crate::heads::Heads;
use crate::language::{Engine, EngineState};
use crate::parts::Alone;

/// Where the model stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelState {
    /// There is none, and none is expected.
    Absent,
    /// It is being fetched or made.
    Coming,
    /// It is being read from the disk.
    Loading,
    /// It can work.
    Ready,
    /// It could not be fetched or loaded; the text says why and what to do.
    Failed(String),
}

/// A loaded model with what belongs to it.
pub(super) struct Mind {
    pub(super) engine: Engine,
    pub(super) heads: Option<Arc<Heads>>,
    /// How likely the guide's replies are by themselves, as far as it is known.
    pub(super) alone: Alone,
    pub(super) body: ModelBody,
}

impl Mind {
    pub(super) fn new(engine: Engine, heads: Option<Heads>, body: ModelBody) -> Self {
        Self { engine, heads: heads.map(Arc::new), alone: Alone::default(), body }
    }
}

/// The place of a model. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Place(Arc<Inner>);

#[derive(Default)]
struct Inner {
    here: OnceLock<Mind>,
    awaited: Mutex<Awaited>,
}

/// What is known of a model that is not here.
#[derive(Clone, Default)]
enum Awaited {
    #[default]
    No,
    Coming,
    Failed(String),
}

impl Place {
    /// The model, if it is here.
    pub(super) fn get(&self) -> Option<&Mind> {
        self.0.here.get()
    }

    /// Puts a model here; one that is here stays.
    pub(super) fn put(&self, mind: Mind) {
        let _ = self.0.here.set(mind);
    }

    pub(super) fn expect(&self) {
        self.await_as(Awaited::Coming);
    }

    pub(super) fn fail(&self, why: String) {
        self.await_as(Awaited::Failed(why));
    }

    fn await_as(&self, awaited: Awaited) {
        *self.0.awaited.lock().unwrap_or_else(PoisonError::into_inner) = awaited;
    }

    pub(super) fn state(&self) -> ModelState {
        if let Some(mind) = self.get() {
            return match mind.engine.state() {
                EngineState::Loading => ModelState::Loading,
                EngineState::Ready => ModelState::Ready,
                EngineState::Failed(why) => ModelState::Failed(why),
            };
        }
        match self.0.awaited.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            Awaited::No => ModelState::Absent,
            Awaited::Coming => ModelState::Coming,
            Awaited::Failed(why) => ModelState::Failed(why),
        }
    }
}
