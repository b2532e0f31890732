//! The adapters that the program carries, and where a person's own are.

use std::path::Path;

use super::{Adapter, ModelName, WeightsError};

/// Name and file of each. Their cards lie beside them in `models/adapters/`.
const FILES: [(&str, &[u8]); 1] = [(
    "smollm2-135m-instruct-q4_1-evenkeel-3",
    include_bytes!("../../models/adapters/smollm2-135m-instruct-q4_1-evenkeel-3.safetensors"),
)];

impl Adapter {
    /// The adapter of this name: the one that the program carries, else the person's own in
    /// `adapters/` of the cache folder.
    ///
    /// # Errors
    /// [`WeightsError::UnknownAdapter`], [`WeightsError::Adapter`] when its file is damaged,
    /// [`WeightsError::Io`].
    pub fn named(name: &ModelName, cache_folder: &Path) -> Result<Self, WeightsError> {
        if let Some((_, file)) = FILES.iter().find(|(known, _)| *known == name.as_str()) {
            return Ok(Self::parse(file)?);
        }
        let path = cache_folder.join("adapters").join(format!("{name}.safetensors"));
        if !path.exists() {
            return Err(WeightsError::UnknownAdapter { name: name.clone(), path });
        }
        Self::open(&path)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::weights::Registry;

    #[test]
    fn the_shipped_adapters_are_whole_and_fit_a_model_of_the_registry() {
        let registry = Registry::load(Path::new("no such folder")).unwrap();
        for (name, file) in FILES {
            let adapter = Adapter::parse(file).unwrap();
            assert_eq!(adapter.name.as_str(), name);
            assert!(registry.models().iter().any(|model| model.sha256 == adapter.base_sha256), "{name}");
        }
    }

    #[test]
    fn an_unknown_adapter_is_told_with_the_place_for_it() {
        let error = Adapter::named(&"none".parse().unwrap(), Path::new("cache")).unwrap_err().to_string();
        assert!(error.contains("adapters") && error.contains("none.safetensors"), "{error}");
    }
}
