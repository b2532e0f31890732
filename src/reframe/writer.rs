//! What another engine must be able to do to write in the model's place.

use std::fmt::Debug;

use futures_util::future::BoxFuture;

/// Another engine that writes. It gets cleared entries alone.
pub trait Writer: Debug + Send + Sync {
    /// Up to `count` whole texts that do what `system` asks with `text`, which is what a person
    /// wrote. Dropping the future ends the work.
    fn write(
        &self,
        system: String,
        text: String,
        count: usize,
        seed: u64,
    ) -> BoxFuture<'_, Result<Vec<String>, WriterTrouble>>;
}

/// Why another engine wrote nothing, in a sentence that says what can be done. It holds nothing that
/// a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WriterTrouble(pub String);
