//! Model weights on this machine: which models are known, where their bytes come from, and
//! whether those bytes are the right ones.
//!
//! A model is a [`ModelSpec`] in the [`Registry`]; its file lives in the [`ModelCache`]. It is
//! fetched, or made here: an [`Adapter`] is merged into a model that was fetched. A file is used
//! only after its SHA-256 has been checked. This room knows nothing of prompts or of what people
//! write; it prints nothing and reads no environment variables.

mod adapter;
mod add;
mod cache;
mod error;
mod files;
mod https;
mod layout;
mod listing;
mod merge;
mod names;
mod pip;
mod progress;
mod pull;
mod quantise;
mod registry;
mod shipped;
mod transfer;
mod wheel;

pub use adapter::{Adapter, AdapterError};
pub use add::{NewModel, Removed};
pub use cache::{ModelCache, ModelStatus};
pub use error::{SourceError, WeightsError};
pub use files::sha256_of;
pub(crate) use files::write_whole;
pub use listing::{ModelList, ModelListing};
pub use merge::merge;
pub use names::{Checksum, FileUrl, ModelName, ModelRef};
pub use pip::Pip;
pub use progress::{Cancel, Progress};
pub use quantise::Quantisation;
pub use registry::{ModelSpec, Origin, Recipe, Registry, Source, WheelSource};
