//! How a long pull tells its caller where it stands, and how the caller stops it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::WeightsError;

/// Hears how far a long task has come. Called often; it should return quickly.
pub trait Progress {
    /// A new stage begins, named in a few plain words ("fetching", "checking"). The byte count
    /// of [`Progress::advanced`] begins again with each stage.
    fn stage(&self, name: &str);

    /// `done` of `total` bytes of the present stage are behind us; `done` is never above `total`.
    /// While a wheel is fetched the count is an estimate, as the wheel is a little smaller than
    /// what is in it.
    fn advanced(&self, done: u64, total: u64);
}

/// Hears nothing.
impl Progress for () {
    fn stage(&self, _name: &str) {}
    fn advanced(&self, _done: u64, _total: u64) {}
}

/// A switch that stops a long task from another thread or a signal handler. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A switch that has not been thrown.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Throws it, for good. The task ends with [`WeightsError::Cancelled`] in well under a second.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it has been thrown.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn check(&self) -> Result<(), WeightsError> {
        if self.is_cancelled() { Err(WeightsError::Cancelled) } else { Ok(()) }
    }
}

impl From<Arc<AtomicBool>> for Cancel {
    fn from(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }
}
