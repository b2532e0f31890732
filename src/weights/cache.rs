//! The cache: one folder that holds each model's file, and what tells a good file from others.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::files::{self, Marker};
use super::{Cancel, ModelSpec, Pip, Progress, WeightsError, sha256_of};

/// The folder for models on this machine, and how it may be filled.
///
/// A model NAME is `NAME.gguf`. Beside it may stand `NAME.verified` (what the file looked like
/// when it was last checked), `NAME.part` and `NAME.parts/` (what has been fetched so far),
/// `NAME.joined`, `NAME.merging` and `NAME.tmp/` (work in progress) and `NAME.lock` (held while
/// fetching or merging). A person's own adapters are `adapters/NAME.safetensors`.
#[derive(Debug, Clone)]
pub struct ModelCache {
    folder: PathBuf,
    pub(super) pip: Pip,
    pub(super) offline: bool,
}

/// What the cache holds of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelStatus {
    /// Nothing.
    Absent,
    /// A part of it; the next pull goes on from there.
    Partial {
        /// Bytes fetched so far.
        bytes: u64,
    },
    /// The whole file, checked and unchanged since.
    Present,
    /// A file of the right length that has not been checked since it last changed, such as one
    /// copied by hand. [`ModelCache::verify`] or [`ModelCache::pull`] checks it.
    Unverified,
    /// A file of another length. It is not used; the next pull replaces it.
    WrongSize,
}

impl ModelCache {
    /// The cache at `explicit` (the caller reads `EVENKEEL_MODELS`), else at `evenkeel/models` in
    /// the person's cache folder. Nothing is created yet.
    ///
    /// # Errors
    /// [`WeightsError::NoCacheFolder`] when the system names none.
    pub fn locate(explicit: Option<PathBuf>) -> Result<Self, WeightsError> {
        let folder = match explicit {
            Some(folder) => folder,
            None => directories::BaseDirs::new()
                .ok_or(WeightsError::NoCacheFolder)?
                .cache_dir()
                .join("evenkeel")
                .join("models"),
        };
        // Child processes work in other folders, so a relative path would mislead them.
        let folder =
            std::path::absolute(&folder).map_err(|error| WeightsError::io(&folder, "found", error))?;
        Ok(Self { folder, pip: Pip::default(), offline: false })
    }

    /// The same cache with the network forbidden or allowed (the default).
    #[must_use]
    pub const fn offline(mut self, offline: bool) -> Self {
        self.offline = offline;
        self
    }

    /// The same cache with another Python to run pip with.
    #[must_use]
    pub fn with_pip(mut self, pip: Pip) -> Self {
        self.pip = pip;
        self
    }

    /// The folder, as an absolute path. It may not exist yet.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the model's file belongs, whether it is there or not.
    #[must_use]
    pub fn path_of(&self, spec: &ModelSpec) -> PathBuf {
        self.beside(spec, "gguf")
    }

    /// What the cache holds of a model. Reads no more than a few file sizes.
    ///
    /// # Errors
    /// [`WeightsError::Io`] when the file cannot be looked at.
    pub fn status(&self, spec: &ModelSpec) -> Result<ModelStatus, WeightsError> {
        let path = self.path_of(spec);
        let marker = match Marker::of(&path, spec.sha256) {
            Ok(marker) => marker,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(self.partial(spec)),
            Err(error) => return Err(WeightsError::io(&path, "read", error)),
        };
        if marker.length() != spec.bytes {
            return Ok(ModelStatus::WrongSize);
        }
        let known = Marker::read(&self.beside(spec, "verified"));
        Ok(if known == Some(marker) { ModelStatus::Present } else { ModelStatus::Unverified })
    }

    fn partial(&self, spec: &ModelSpec) -> ModelStatus {
        match files::bytes_under(&self.beside(spec, "part")) + files::bytes_under(&self.beside(spec, "parts"))
        {
            0 => ModelStatus::Absent,
            bytes => ModelStatus::Partial { bytes },
        }
    }

    /// Hashes the model's file, always, and remembers that it is good. A bad file stays where it
    /// is, but is not used.
    ///
    /// # Errors
    /// [`WeightsError::Missing`], [`WeightsError::WrongSize`], [`WeightsError::WrongHash`],
    /// [`WeightsError::Io`], [`WeightsError::Cancelled`].
    pub fn verify(
        &self,
        spec: &ModelSpec,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<PathBuf, WeightsError> {
        let path = self.path_of(spec);
        // Looked at before hashing: a file that changes meanwhile won't fit its marker.
        let marker = match Marker::of(&path, spec.sha256) {
            Ok(marker) => marker,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(WeightsError::Missing { name: spec.name.clone(), path });
            }
            Err(error) => return Err(WeightsError::io(&path, "read", error)),
        };
        if marker.length() != spec.bytes {
            self.forget_marker(spec);
            let (name, expected, got) = (spec.name.clone(), spec.bytes, marker.length());
            return Err(WeightsError::WrongSize { name, path, expected, got });
        }
        progress.stage("checking");
        let got = sha256_of(&path, progress, cancel)?;
        if got != spec.sha256 {
            self.forget_marker(spec);
            return Err(WeightsError::WrongHash {
                name: spec.name.clone(),
                path,
                expected: spec.sha256,
                got,
            });
        }
        self.remember(spec, marker);
        Ok(path)
    }

    /// Writes the marker. Without one the file is only hashed again next time, so a folder that
    /// cannot be written to is no error.
    pub(super) fn remember(&self, spec: &ModelSpec, marker: Marker) {
        if let Err(error) = marker.write(&self.beside(spec, "verified")) {
            tracing::debug!(%error, "the model will be hashed again next time");
        }
    }

    fn forget_marker(&self, spec: &ModelSpec) {
        let path = self.beside(spec, "verified");
        if let Err(error) = fs::remove_file(path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::debug!(%error, "the marker of a bad file stays");
        }
    }

    /// A file or folder that belongs to the model.
    pub(super) fn beside(&self, spec: &ModelSpec, suffix: &str) -> PathBuf {
        self.folder.join(format!("{}.{suffix}", spec.name))
    }
}
