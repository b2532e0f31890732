//! The models as a list for people and programs: `models list`, `GET /models`.

use serde::Serialize;

use super::{ModelCache, ModelSpec, ModelStatus, Registry, WeightsError};

/// All models that are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ModelList {
    /// One for each model, ours first, then the person's own.
    pub models: Vec<ModelListing>,
}

/// One model and what the cache holds of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ModelListing {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub summary: String,
    /// Its file, when one of the right length is there; else null.
    pub path: Option<String>,
    /// Length of its file, in bytes.
    pub bytes: u64,
    /// Bytes that would have to be fetched for it now; less than its file where it is made from
    /// another one, none where that is here.
    pub fetches: u64,
    /// SHA-256 of its file, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Whether it is used when the person names none. True for one model.
    pub default: bool,
    /// An SPDX expression, or `unknown`.
    pub licence: String,
    /// What else a careful person would want to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What the cache holds of it.
    pub status: ModelStatus,
}

impl ModelCache {
    fn to_fetch(&self, registry: &Registry, spec: &ModelSpec) -> Result<u64, WeightsError> {
        let Some(recipe) = spec.recipe() else { return Ok(spec.bytes) };
        let base = registry.find(&recipe.base)?;
        let here = matches!(self.status(base)?, ModelStatus::Present | ModelStatus::Unverified);
        Ok(if here { 0 } else { base.bytes })
    }

    /// All models of a registry and what this cache holds of them.
    ///
    /// # Errors
    /// As [`ModelCache::status`] and [`Registry::default_model`].
    pub fn list(&self, registry: &Registry) -> Result<ModelList, WeightsError> {
        let default = registry.default_model()?;
        let list = |spec: &ModelSpec| {
            let status = self.status(spec)?;
            let there = matches!(status, ModelStatus::Present | ModelStatus::Unverified);
            Ok(ModelListing {
                name: spec.name.to_string(),
                summary: spec.summary.clone(),
                path: there.then(|| self.path_of(spec).display().to_string()),
                bytes: spec.bytes,
                fetches: if there { 0 } else { self.to_fetch(registry, spec)? },
                sha256: spec.sha256.to_string(),
                default: spec.name == default.name,
                licence: spec.licence.clone(),
                note: spec.note.clone(),
                status,
            })
        };
        let models = registry.models().iter().map(list).collect::<Result<_, WeightsError>>()?;
        Ok(ModelList { models })
    }
}
