//! What can go wrong with weights, said so that a person knows what to do next.

use std::io;
use std::path::{Path, PathBuf};

use super::{AdapterError, Checksum, ModelName};
use crate::language::gguf::GgufError;

/// Why the registry or the cache could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// A name breaks the rule of [`ModelName`].
    #[error(
        "\"{name}\" can't be the name of a model. Use up to 64 of a-z, 0-9, dot, underscore and hyphen, beginning with a letter or digit."
    )]
    BadName {
        /// What was given, shortened.
        name: String,
    },
    /// Not 64 hexadecimal digits.
    #[error("\"{text}\" is not a SHA-256 checksum. It has 64 hexadecimal digits.")]
    BadChecksum {
        /// What was given, shortened.
        text: String,
    },
    /// An address that is not fetched from.
    #[error("\"{address}\" can't be fetched from. Give an https:// address without a user name in it.")]
    BadAddress {
        /// What was given, shortened.
        address: String,
    },
    /// A registry file cannot be read as one.
    #[error(
        "The list of models at {path} can't be read: {reason} Mend it, or move it away and add the models again."
    )]
    BadRegistry {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, as a sentence.
        reason: String,
    },
    /// No model of this name.
    #[error("There is no model named {name}. These are known: {known}. A path to a GGUF file works too.")]
    UnknownModel {
        /// The name asked for.
        name: ModelName,
        /// The names there are, with commas.
        known: String,
    },
    /// A model of this name is known already.
    #[error("There is a model named {name} already. Choose another name, or remove that one first.")]
    NameTaken {
        /// The name.
        name: ModelName,
    },
    /// The size of a new model was not given and its server does not say it.
    #[error("The size of that file could not be found out: {reason} Give it in bytes with --bytes.")]
    UnknownSize {
        /// Why, as a sentence.
        reason: String,
    },
    /// The system names no cache folder for this person.
    #[error("This system names no folder for caches. Set EVENKEEL_MODELS to a folder for models.")]
    NoCacheFolder,
    /// The model would have to be fetched, and the caller forbids the network.
    #[error(
        "The model {name} ({}) is not here, and the network is off. Run `evenkeel models pull {name}` when you are connected, or copy the file to {path} and run `evenkeel models verify {name}`.",
        megabytes(*bytes)
    )]
    Offline {
        /// The model.
        name: ModelName,
        /// Its size, in bytes.
        bytes: u64,
        /// Where its file belongs.
        path: PathBuf,
    },
    /// The model's file is not there.
    #[error(
        "The model {name} is not here yet. Run `evenkeel models pull {name}`, or copy its file to {path}."
    )]
    Missing {
        /// The model.
        name: ModelName,
        /// Where its file belongs.
        path: PathBuf,
    },
    /// The model's file has another length than it should.
    #[error(
        "The file {path} has {got} bytes, not the {expected} of {name}. It is not used. Run `evenkeel models pull {name}` to fetch it again."
    )]
    WrongSize {
        /// The model.
        name: ModelName,
        /// Its file.
        path: PathBuf,
        /// The right size, in bytes.
        expected: u64,
        /// The size found, in bytes.
        got: u64,
    },
    /// The model's file has another checksum than it should.
    #[error(
        "The file {path} is not {name}: its SHA-256 is {got}, and {expected} was expected. It is not used. Run `evenkeel models pull {name}` to fetch it again."
    )]
    WrongHash {
        /// The model.
        name: ModelName,
        /// Its file.
        path: PathBuf,
        /// The right checksum.
        expected: Checksum,
        /// The checksum found.
        got: Checksum,
    },
    /// No source of the model gave a good file. A good file that was there before still is.
    #[error(
        "The model {name} could not be fetched. {} Try `evenkeel models pull {name}` again on a connected machine, or copy the file to {path} and run `evenkeel models verify {name}`.",
        sentences(causes)
    )]
    NotFetched {
        /// The model.
        name: ModelName,
        /// Where its file belongs.
        path: PathBuf,
        /// One for each source that was tried, in order.
        causes: Vec<SourceError>,
    },
    /// An adapter cannot be read.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// No adapter of this name.
    #[error(
        "There is no adapter named {name}. Update Evenkeel to a version that has it, or put its file at {path}."
    )]
    UnknownAdapter {
        /// The name asked for.
        name: ModelName,
        /// Where a person's own adapter of this name would be.
        path: PathBuf,
    },
    /// An adapter was trained on another model.
    #[error(
        "The adapter {adapter} was trained on another file than {path}: it needs the one with SHA-256 {expected}, and this one has {got}. Name the model it was trained on."
    )]
    OtherBase {
        /// The adapter.
        adapter: ModelName,
        /// The model's file.
        path: PathBuf,
        /// The checksum of the file the adapter was trained on.
        expected: Checksum,
        /// The checksum found.
        got: Checksum,
    },
    /// A model's file cannot be read as one.
    #[error("{path}: {source}")]
    BadModel {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: GgufError,
    },
    /// A weight that the adapter changes does not fit.
    #[error("The adapter can't be merged into `{weight}`: {reason}. Train an adapter for this model.")]
    Unmergeable {
        /// The weight.
        weight: String,
        /// Why not.
        reason: &'static str,
    },
    /// A model was made from its base and adapter, but is not the one that is known. It was removed.
    #[error(
        "The model {name} was made, but its SHA-256 is {got}, and {expected} was expected; it was removed. Run `evenkeel models verify {base}`, update Evenkeel, and try again."
    )]
    OtherResult {
        /// The model.
        name: ModelName,
        /// The model it was made from.
        base: ModelName,
        /// The right checksum.
        expected: Checksum,
        /// The checksum found.
        got: Checksum,
    },
    /// The disk is full, or would be.
    #[error(
        "There is not enough room on the disk at {path}{}. Free some space and run the command again; what has been fetched so far is kept.",
        shortage(*needed, *available)
    )]
    NoSpace {
        /// The cache folder.
        path: PathBuf,
        /// Bytes still needed, where known.
        needed: Option<u64>,
        /// Bytes free, where known.
        available: Option<u64>,
    },
    /// Another program is fetching this model right now.
    #[error("The model {name} is being fetched right now. Wait until that is done, then try again.")]
    Busy {
        /// The model.
        name: ModelName,
    },
    /// The caller's [`Cancel`](super::Cancel) was thrown.
    #[error("Stopped. What has been fetched so far is kept; run the command again to go on.")]
    Cancelled,
    /// The file system refused.
    #[error(
        "{path} could not be {action}: {source}. Check that the folder exists and that you may write to it."
    )]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, as a participle ("read", "written").
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl WeightsError {
    /// Wraps what the file system said about `path`; a full disk becomes [`WeightsError::NoSpace`].
    pub(super) fn io(path: &Path, action: &'static str, source: io::Error) -> Self {
        if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
            return Self::NoSpace { path: path.to_owned(), needed: None, available: None };
        }
        Self::Io { path: path.to_owned(), action, source }
    }
}

/// Why one source of a model gave no good file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// No Python, or one without pip.
    #[error("This machine has no working pip: {reason}. Install Python 3 with pip.")]
    NoPip {
        /// What was missing.
        reason: String,
    },
    /// pip ended with an error.
    #[error("pip could not fetch {package}: {reason}.")]
    PipFailed {
        /// The package and version.
        package: String,
        /// pip's own last words, shortened.
        reason: String,
    },
    /// A wheel that cannot be unzipped.
    #[error("The package {package} is damaged: {reason}.")]
    BadWheel {
        /// The package and version.
        package: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A wheel without the file that should be in it.
    #[error("The package {package} holds no file {member}.")]
    MissingMember {
        /// The package and version.
        package: String,
        /// The pattern of the member's name.
        member: String,
    },
    /// The server answered, but not with the file.
    #[error("The server refused the file (HTTP status {status}).")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// No connection, or one that broke.
    #[error("The connection failed: {reason}.")]
    Connection {
        /// What the network layer said.
        reason: String,
    },
    /// The connection ended early, more than once.
    #[error(
        "The connection ended after {done} of {total} bytes; they are kept, and the next try goes on from there."
    )]
    Interrupted {
        /// Bytes on disk.
        done: u64,
        /// Bytes of the whole file.
        total: u64,
    },
    /// The file has another length than it should. It was removed.
    #[error("What came has {got} bytes, and {expected} were expected; it was removed.")]
    WrongSize {
        /// The right size, in bytes.
        expected: u64,
        /// The size found, in bytes; where it was too long, the size at which reading stopped.
        got: u64,
    },
    /// The file has another checksum than it should. It was removed.
    #[error("What came has the SHA-256 {got}, and {expected} was expected; it was removed.")]
    WrongHash {
        /// The right checksum.
        expected: Checksum,
        /// The checksum found.
        got: Checksum,
    },
}

/// How a try at one source ends without a file: the next source may do better, or nothing can.
#[derive(Debug)]
pub(super) enum Trouble {
    Source(SourceError),
    Fatal(WeightsError),
}

impl From<SourceError> for Trouble {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl From<WeightsError> for Trouble {
    fn from(error: WeightsError) -> Self {
        Self::Fatal(error)
    }
}

fn sentences(causes: &[SourceError]) -> String {
    if causes.is_empty() {
        return "No source is known for it.".to_owned();
    }
    causes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn shortage(needed: Option<u64>, available: Option<u64>) -> String {
    match (needed, available) {
        (Some(needed), Some(available)) => {
            format!(": {} are needed, {} are free", megabytes(needed), megabytes(available))
        }
        _ => String::new(),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}
