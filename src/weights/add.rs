//! A person's own models: adding one to the cache's registry, and removing any model's files.

use std::fs::{self, OpenOptions};

use super::error::Trouble;
use super::registry::{OWN_REGISTRY, own_as_text, read_own};
use super::{
    Cancel, Checksum, FileUrl, ModelCache, ModelName, ModelSpec, Origin, Registry, Source, WeightsError,
    files, https,
};

/// A model to add.
#[derive(Debug, Clone)]
pub struct NewModel {
    /// Its name, not yet taken.
    pub name: ModelName,
    /// Where its GGUF file is.
    pub url: FileUrl,
    /// The checksum that the file must have.
    pub sha256: Checksum,
    /// Its length in bytes; without it, the server is asked.
    pub bytes: Option<u64>,
    /// One line about it, if the person wants one.
    pub summary: Option<String>,
}

/// What [`ModelCache::remove`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// Bytes freed on the disk.
    pub bytes: u64,
    /// Whether the model was a person's own and has left their registry too.
    pub forgotten: bool,
}

impl ModelCache {
    /// Adds a model to the person's own registry. Fetches nothing but, if need be, its length.
    ///
    /// # Errors
    /// [`WeightsError::NameTaken`], [`WeightsError::UnknownSize`] when neither the caller nor the
    /// server gives the length (or the network is off), [`WeightsError::BadRegistry`],
    /// [`WeightsError::Io`], [`WeightsError::Cancelled`].
    pub fn add(&self, new: NewModel, cancel: &Cancel) -> Result<ModelSpec, WeightsError> {
        let bytes = match new.bytes {
            Some(bytes) => bytes,
            None => self.ask_length(&new.url, cancel)?,
        };
        let spec = ModelSpec {
            name: new.name,
            summary: new.summary.unwrap_or_else(|| "A model that you added.".to_owned()),
            architecture: "unknown".to_owned(),
            licence: "unknown".to_owned(),
            note: None,
            bytes,
            sha256: new.sha256,
            default: false,
            origin: Origin::Fetched(vec![Source::Https { url: new.url }]),
        };
        self.change_own(|own| {
            if Registry::load(self.folder())?.find(&spec.name).is_ok() {
                return Err(WeightsError::NameTaken { name: spec.name.clone() });
            }
            own.push(spec.clone());
            Ok(())
        })?;
        Ok(spec)
    }

    /// Removes all files of a model; a person's own model also leaves their registry.
    ///
    /// # Errors
    /// [`WeightsError::Busy`] while it is being fetched, [`WeightsError::BadRegistry`],
    /// [`WeightsError::Io`].
    pub fn remove(&self, spec: &ModelSpec) -> Result<Removed, WeightsError> {
        if !self.folder().exists() {
            return Ok(Removed { bytes: 0, forgotten: false });
        }
        let Some(_lock) = self.try_lock(spec)? else {
            return Err(WeightsError::Busy { name: spec.name.clone() });
        };
        let mut bytes = 0;
        for suffix in ["verified", "gguf", "part", "part.etag", "parts", "joined", "merging", "tmp"] {
            bytes += files::remove_all(&self.beside(spec, suffix))?;
        }
        let is_own = read_own(self.folder())?.iter().any(|model| model.name == spec.name);
        if is_own {
            self.change_own(|own| {
                own.retain(|model| model.name != spec.name);
                Ok(())
            })?;
        }
        Ok(Removed { bytes, forgotten: is_own })
    }

    fn ask_length(&self, url: &FileUrl, cancel: &Cancel) -> Result<u64, WeightsError> {
        let unknown = |reason: String| WeightsError::UnknownSize { reason };
        if self.offline {
            return Err(unknown("The network is off.".to_owned()));
        }
        match https::length_of(url, cancel) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(unknown("The server does not say it.".to_owned())),
            Err(Trouble::Source(cause)) => Err(unknown(cause.to_string())),
            Err(Trouble::Fatal(error)) => Err(error),
        }
    }

    /// Reads, changes and writes the person's own registry while nobody else does.
    fn change_own(
        &self,
        change: impl FnOnce(&mut Vec<ModelSpec>) -> Result<(), WeightsError>,
    ) -> Result<(), WeightsError> {
        let folder = self.folder();
        fs::create_dir_all(folder).map_err(|error| WeightsError::io(folder, "created", error))?;
        let (path, lock) = (folder.join(OWN_REGISTRY), folder.join("registry.lock"));
        let locked = OpenOptions::new().write(true).create(true).truncate(false).open(&lock);
        let _lock = locked
            .and_then(|file| file.lock().map(|()| file))
            .map_err(|error| WeightsError::io(&lock, "locked", error))?;
        let mut own = read_own(folder)?;
        change(&mut own)?;
        let text =
            own_as_text(own).map_err(|reason| WeightsError::BadRegistry { path: path.clone(), reason })?;
        files::write_whole(&path, text.as_bytes())
    }
}
