//! What a fresh process of our own costs: loading, memory, a whole `reframe` from nothing.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::measure::{Paired, Spread};
use super::rival::{Rival, RivalProcess, peak_of};
use super::{BenchError, Heard, last_line, machine};
use crate::language::{LoadOptions, Probe};

/// Tokens read and written before memory is looked at; the rival does the same.
const READ: usize = 512;
const WRITTEN: usize = 32;

/// This program and the options that come before every command.
#[derive(Debug, Clone)]
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// Options such as `--model`.
    pub options: Vec<OsString>,
}

/// What one fresh process tells of itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Footprint {
    /// Loading, in milliseconds.
    pub load_ms: f64,
    /// Resident memory after loading, in bytes.
    pub loaded_bytes: Option<u64>,
    /// Peak resident memory after reading 512 tokens and writing 32 (fewer if the model holds
    /// fewer), in bytes.
    pub peak_bytes: Option<u64>,
}

/// What fresh processes cost.
#[derive(Debug, Clone, Serialize)]
pub struct Fresh {
    /// Threads.
    pub threads: usize,
    /// Loading, in milliseconds, with the file in the system's cache.
    pub load_ms: Spread,
    /// Greatest resident memory after loading, in bytes.
    pub loaded_bytes: Option<u64>,
    /// Greatest peak resident memory after reading 512 tokens and writing 32, in bytes.
    pub peak_bytes: Option<u64>,
}

/// `evenkeel reframe --json` in fresh processes.
#[derive(Debug, Clone, Serialize)]
pub struct Cold {
    /// From the start of the process to its first output, in milliseconds.
    pub first_ms: Spread,
    /// From the start of the process to its end, in milliseconds.
    pub whole_ms: Spread,
    /// Peak resident memory of one more run, in bytes.
    pub peak_bytes: Option<u64>,
}

/// Measures this process, which has done nothing else yet.
///
/// # Errors
/// [`BenchError::Language`].
pub fn footprint(model: &Path, threads: usize) -> Result<Footprint, BenchError> {
    let begun = Instant::now();
    let mut probe = Probe::load(model, LoadOptions { threads: Some(threads), ..LoadOptions::default() })?;
    let load_ms = begun.elapsed().as_secs_f64() * 1e3;
    let loaded_bytes = machine::own_memory();
    let read = READ.min(probe.text().info.context.saturating_sub(WRITTEN));
    let vocabulary = probe.text().tokenizer.len().max(1);
    let tokens: Vec<u32> = (0..read).map(|i| (i * 7_919 % vocabulary) as u32).collect();
    probe.prefill(&tokens)?;
    for _ in 0..WRITTEN {
        probe.step(1)?;
    }
    Ok(Footprint { load_ms, loaded_bytes, peak_bytes: machine::own_peak_memory() })
}

/// Lets fresh processes measure themselves, with the rival's in the same turns; one more before
/// them brings the file into the system's cache.
///
/// # Errors
/// [`BenchError`].
pub fn fresh(
    program: &Program,
    model: &Path,
    rival: Option<&Rival>,
    threads: usize,
    turns: usize,
    heard: Heard<'_>,
) -> Result<(Fresh, Option<RivalProcess>), BenchError> {
    let once = || {
        let mut command = Command::new(&program.path);
        command.args(["bench", "--threads", &threads.to_string(), "--footprint"]).arg(model);
        let output = command
            .stdin(Stdio::null())
            .output()
            .map_err(|source| BenchError::Start { path: program.path.clone(), source })?;
        serde_json::from_slice::<Footprint>(&output.stdout)
            .map_err(|_| BenchError::Child { status: output.status, said: last_line(&output.stderr) })
    };
    once()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for turn in 1..=turns {
        heard(&format!("loading, threads {threads}: turn {turn} of {turns}"));
        ours.push(once()?);
        if let Some(rival) = rival {
            theirs.push(rival.load(threads)?);
        }
    }
    let fresh = Fresh {
        threads,
        load_ms: Spread::of(ours.iter().map(|f| f.load_ms)),
        loaded_bytes: ours.iter().filter_map(|f| f.loaded_bytes).max(),
        peak_bytes: ours.iter().filter_map(|f| f.peak_bytes).max(),
    };
    let beside = match rival {
        Some(rival) => Some(RivalProcess {
            threads,
            load_ms: Paired::of(&fresh.load_ms, theirs),
            peak_bytes: rival.peak(threads)?,
        }),
        None => None,
    };
    Ok((fresh, beside))
}

/// Measures `evenkeel reframe --json` on a worry, each time in a fresh process.
///
/// # Errors
/// [`BenchError`].
pub fn cold(
    program: &Program,
    worry: &str,
    threads: usize,
    turns: usize,
    heard: Heard<'_>,
) -> Result<Cold, BenchError> {
    let start = || -> Result<Child, BenchError> {
        let mut command = Command::new(&program.path);
        command.args(&program.options).args(["--offline", "--quiet", "--threads", &threads.to_string()]);
        // Whoever measures is not a person who was shown something.
        command.args(["reframe", "--json", "--no-history", worry]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map_err(|source| BenchError::Start { path: program.path.clone(), source })
    };
    let (mut first, mut whole) = (Vec::new(), Vec::new());
    for turn in 1..=turns {
        heard(&format!("a whole reframe, threads {threads}: turn {turn} of {turns}"));
        let begun = Instant::now();
        let mut child = start()?;
        let mut byte = [0];
        // What goes wrong with the pipe shows in how the process ends.
        let _ = child.stdout.as_mut().map(|out| out.read(&mut byte));
        first.push(begun.elapsed().as_secs_f64() * 1e3);
        let output = child
            .wait_with_output()
            .map_err(|source| BenchError::Start { path: program.path.clone(), source })?;
        whole.push(begun.elapsed().as_secs_f64() * 1e3);
        if !output.status.success() {
            return Err(BenchError::Child { status: output.status, said: last_line(&output.stderr) });
        }
    }
    // A reply fits into the pipe, so nobody has to read it while memory is watched.
    let peak_bytes = peak_of(&mut start()?);
    Ok(Cold { first_ms: Spread::of(first), whole_ms: Spread::of(whole), peak_bytes })
}
