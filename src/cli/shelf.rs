//! The models of this machine for the service: listed, fetched while it runs, and handed to its
//! assistant when the one comes that it waits for.

use super::args::Global;
use super::progress::Shown;
use super::setup::{self, LocalModel, Parts};
use crate::assistant::Assistant;
use crate::http::Shelf;
use crate::weights::{Cancel, ModelCache, ModelList, ModelName, Progress, Registry, WeightsError};

/// The models of a cache.
pub(super) struct CachedModels {
    pub(super) global: Global,
    pub(super) cache: ModelCache,
    /// Who waits for which model.
    pub(super) waiting: Option<(Assistant, ModelName)>,
}

impl Shelf for CachedModels {
    fn list(&self) -> Result<ModelList, WeightsError> {
        self.cache.list(&Registry::load(self.cache.folder())?)
    }

    fn pull(&self, name: &ModelName, progress: &dyn Progress, cancel: &Cancel) -> Result<(), WeightsError> {
        let waiting = self.waiting.as_ref().filter(|(_, awaited)| awaited == name);
        let waiting = waiting.map(|(assistant, _)| assistant).filter(|one| one.model().is_none());
        if let Some(assistant) = waiting {
            assistant.expect_model();
        }
        let shown = Both(progress, Shown::new(self.global.quiet));
        let done = self.fetch(name, &shown, cancel);
        shown.1.finish();
        let Some(assistant) = waiting else { return done.map(drop) };
        match done {
            Ok(model) => match setup::parts(&self.global, model) {
                Ok(Parts { engine, heads, body }) => assistant.model_came(engine, heads, body),
                Err(error) => assistant.model_failed(error.to_string()),
            },
            Err(error) => {
                assistant.model_failed(error.to_string());
                return Err(error);
            }
        }
        Ok(())
    }
}

impl CachedModels {
    fn fetch(
        &self,
        name: &ModelName,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<LocalModel, WeightsError> {
        let registry = Registry::load(self.cache.folder())?;
        let spec = registry.find(name)?;
        Ok(LocalModel::of(spec, self.cache.pull(spec, progress, cancel)?))
    }
}

/// Tells two listeners.
struct Both<'a>(&'a dyn Progress, Shown);

impl Progress for Both<'_> {
    fn stage(&self, name: &str) {
        self.0.stage(name);
        self.1.stage(name);
    }

    fn advanced(&self, done: u64, total: u64) {
        self.0.advanced(done, total);
        self.1.advanced(done, total);
    }
}
