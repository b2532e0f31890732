//! Measuring: the bare network, what a fresh process costs, the real reframe, and llama.cpp's
//! `llama-bench` beside it, turn by turn, on the same machine in the same minutes.
//!
//! Nothing here decides whether a figure is good; it measures, keeps every sample, and reports
//! medians with their spread.

mod machine;
mod measure;
mod process;
mod report;
mod rival;
mod service;

use std::path::{Path, PathBuf};

pub use machine::Machine;
pub use measure::{Paired, Plan, Row, Spread, Test, network};
pub use process::{Cold, Footprint, Fresh, Program, cold, footprint, fresh};
pub use report::{About, Reframing, Report, RivalAbout};
pub use rival::{Rival, RivalProcess};
pub use service::{WORRY, Warm, warm};

use crate::assistant::AssistantError;
use crate::language::LanguageError;

/// Why something could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// Our own network failed.
    #[error(transparent)]
    Language(#[from] LanguageError),
    /// The real reframe failed.
    #[error(transparent)]
    Assistant(#[from] AssistantError),
    /// The rival is not there or cannot be run.
    #[error(
        "llama-bench could not be started as {path} ({source}). Build it with llama.cpp's target `llama-bench` and name the file with --against."
    )]
    RivalMissing {
        /// What was to be started.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The rival's model is not there.
    #[error("There is no file {0} for llama-bench to read. Name the same weights with --rival-model.")]
    RivalModel(PathBuf),
    /// The rival ended without a result.
    #[error("llama-bench ended with {status}: {said}. Run it alone on the same model to see more.")]
    RivalFailed {
        /// How it ended.
        status: std::process::ExitStatus,
        /// The last line of what it said.
        said: String,
    },
    /// The rival's output is not what is known.
    #[error(
        "The output of llama-bench was not understood ({0}). Use one whose `-o json` gives n_prompt, n_gen and samples_ns."
    )]
    RivalOutput(String),
    /// A process of our own could not be started.
    #[error("Evenkeel could not start itself as {path} ({source}). Check that the file may be run.")]
    Start {
        /// The program.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A process of our own failed.
    #[error("A fresh Evenkeel ended with {status}: {said}")]
    Child {
        /// How it ended.
        status: std::process::ExitStatus,
        /// The last line of what it said.
        said: String,
    },
}

/// Where a long run stands, in a few plain words.
pub type Heard<'a> = &'a dyn Fn(&str);

/// The last line of what a program said on standard error; programs end with the reason.
fn last_line(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it said nothing").to_owned()
}

/// Size of a file in bytes; 0 if it cannot be asked.
fn bytes_of(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |m| m.len())
}
