//! llama.cpp's `llama-bench`, run beside us.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::measure::{Paired, Test};
use super::{BenchError, bytes_of, last_line, machine};

/// How often a running process is asked how much memory it took. The kernel keeps the peak, so
/// only what is taken in the last moment can be missed.
const ASKED_EVERY: Duration = Duration::from_millis(2);

/// A `llama-bench` and the file it reads.
#[derive(Debug, Clone)]
pub struct Rival {
    program: PathBuf,
    model: PathBuf,
}

/// What the rival's process costs.
#[derive(Debug, Clone, Serialize)]
pub struct RivalProcess {
    /// Threads.
    pub threads: usize,
    /// Milliseconds from the start of the process to its end, less the one token that it wrote
    /// without warming up. Starting and ending are in it; they are small beside loading.
    pub load_ms: Paired,
    /// Peak resident memory in bytes while it reads 512 tokens and writes 32.
    pub peak_bytes: Option<u64>,
}

/// One result of `llama-bench -o json`, of which it prints many more fields.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Outcome {
    n_prompt: u64,
    n_gen: u64,
    samples_ns: Vec<u64>,
    #[serde(default)]
    build_commit: String,
    #[serde(default)]
    model_type: String,
}

impl Rival {
    /// Looks whether both files are there.
    ///
    /// # Errors
    /// [`BenchError::RivalMissing`] and [`BenchError::RivalModel`].
    pub fn find(program: &Path, model: &Path) -> Result<Self, BenchError> {
        if let Err(source) = std::fs::metadata(program) {
            return Err(BenchError::RivalMissing { path: program.to_owned(), source });
        }
        if !model.is_file() {
            return Err(BenchError::RivalModel(model.to_owned()));
        }
        Ok(Self { program: program.to_owned(), model: model.to_owned() })
    }

    /// The file it reads.
    #[must_use]
    pub fn model(&self) -> &Path {
        &self.model
    }

    /// Size in bytes of the file it reads.
    #[must_use]
    pub fn model_bytes(&self) -> u64 {
        bytes_of(&self.model)
    }

    /// Which build it is and what it calls the model.
    ///
    /// # Errors
    /// [`BenchError`].
    pub fn describe(&self) -> Result<(String, String), BenchError> {
        let result = self.run(&["-p", "0", "-n", "1", "--no-warmup"], 1)?;
        Ok((result.build_commit, result.model_type))
    }

    /// Tokens a second in one run of a test, after the warm-up that the rival makes by itself.
    ///
    /// # Errors
    /// [`BenchError`].
    pub(super) fn measure(&self, test: Test, steps: usize, threads: usize) -> Result<f64, BenchError> {
        let (read, written, depth) = match test {
            Test::Prefill { tokens } | Test::Read { tokens } => (tokens, 0, 0),
            Test::Decode { depth, .. } => (0, steps, depth),
        };
        let [read, written, depth] = [read, written, depth].map(|n| n.to_string());
        // The option is left away where it changes nothing: older builds do not know it.
        let mut arguments = vec!["-p", read.as_str(), "-n", written.as_str()];
        if depth != "0" {
            arguments.extend(["-d", depth.as_str()]);
        }
        self.run(&arguments, threads)?.tokens_per_second()
    }

    /// Milliseconds of a process that writes one token, less that token.
    pub(super) fn load(&self, threads: usize) -> Result<f64, BenchError> {
        let begun = Instant::now();
        let result = self.run(&["-p", "0", "-n", "1", "--no-warmup"], threads)?;
        let whole = begun.elapsed().as_secs_f64() * 1e3;
        let token = result.samples_ns.iter().sum::<u64>() as f64 / 1e6;
        Ok((whole - token).max(0.0))
    }

    /// Peak resident memory in bytes while it reads 512 tokens and writes 32.
    pub(super) fn peak(&self, threads: usize) -> Result<Option<u64>, BenchError> {
        let mut child = self
            .command(&["-p", "512", "-n", "32"], threads)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| BenchError::RivalMissing { path: self.program.clone(), source })?;
        Ok(peak_of(&mut child))
    }

    fn run(&self, arguments: &[&str], threads: usize) -> Result<Outcome, BenchError> {
        let output = self
            .command(arguments, threads)
            .output()
            .map_err(|source| BenchError::RivalMissing { path: self.program.clone(), source })?;
        if !output.status.success() {
            let said = last_line(&output.stderr).trim_end_matches('.').to_owned();
            return Err(BenchError::RivalFailed { status: output.status, said });
        }
        parse(&output.stdout)
    }

    /// One repetition, on the processor alone.
    fn command(&self, arguments: &[&str], threads: usize) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("-m").arg(&self.model).args(["-t", &threads.to_string(), "-r", "1", "-ngl", "0"]);
        command.args(["-o", "json"]).args(arguments).stdin(Stdio::null());
        command
    }
}

impl Outcome {
    fn tokens_per_second(&self) -> Result<f64, BenchError> {
        let nanoseconds: u64 = self.samples_ns.iter().sum();
        let tokens = (self.n_prompt + self.n_gen) * self.samples_ns.len() as u64;
        if nanoseconds == 0 || tokens == 0 {
            return Err(BenchError::RivalOutput("a result without samples".into()));
        }
        Ok(tokens as f64 / (nanoseconds as f64 / 1e9))
    }
}

/// The one result in the rival's output.
pub(super) fn parse(output: &[u8]) -> Result<Outcome, BenchError> {
    let results: Vec<Outcome> =
        serde_json::from_slice(output).map_err(|error| BenchError::RivalOutput(error.to_string()))?;
    match <[Outcome; 1]>::try_from(results) {
        Ok([result]) => Ok(result),
        Err(results) => Err(BenchError::RivalOutput(format!("{} results, not one", results.len()))),
    }
}

/// Waits for a process and gives its peak resident memory in bytes, where the system tells.
pub(super) fn peak_of(child: &mut std::process::Child) -> Option<u64> {
    let mut peak = None;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
        // A process that has ended has no such line any more.
        peak = status.ok().and_then(|s| machine::peak_memory(&s)).or(peak);
        match child.try_wait() {
            Ok(None) => std::thread::sleep(ASKED_EVERY),
            _ => return peak,
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "values that have an exact double are compared")]
mod tests {
    use super::*;

    const OUTPUT: &str = r#"[ { "build_commit": "0c1e570", "model_type": "llama 256M Q4_0",
        "n_threads": 1, "n_prompt": 128, "n_gen": 0, "n_depth": 0, "avg_ns": 250000000,
        "samples_ns": [ 250000000 ], "samples_ts": [ 512.0 ] } ]"#;

    #[test]
    fn a_result_gives_tokens_a_second() {
        let result = parse(OUTPUT.as_bytes()).unwrap();
        assert_eq!(result.tokens_per_second().unwrap(), 512.0);
        assert_eq!(result.build_commit, "0c1e570");
    }

    #[test]
    fn several_samples_are_taken_together() {
        let two = OUTPUT.replace("[ 250000000 ]", "[ 200000000, 300000000 ]");
        assert_eq!(parse(two.as_bytes()).unwrap().tokens_per_second().unwrap(), 512.0);
    }

    #[test]
    fn output_that_is_not_understood_is_told() {
        let twice = format!("[{0},{0}]", OUTPUT.trim().trim_matches(['[', ']']));
        for (output, expected) in [
            ("", "not understood"),
            ("| model | t/s |", "not understood"),
            ("[]", "0 results, not one"),
            (twice.as_str(), "not understood"),
            (r#"[{"n_prompt": 1, "n_gen": 0}]"#, "samples_ns"),
        ] {
            let why = parse(output.as_bytes()).unwrap_err().to_string();
            assert!(why.contains(expected), "{why}");
        }
        let empty = OUTPUT.replace("[ 250000000 ]", "[]");
        let why = parse(empty.as_bytes()).unwrap().tokens_per_second().unwrap_err().to_string();
        assert!(why.contains("without samples"), "{why}");
    }

    #[test]
    fn a_missing_rival_and_a_missing_model_are_told_apart() {
        let here = std::env::current_exe().unwrap();
        let nowhere = Path::new("/nowhere/llama-bench");
        assert!(matches!(Rival::find(nowhere, &here), Err(BenchError::RivalMissing { .. })));
        assert!(matches!(Rival::find(&here, Path::new("/nowhere/x.gguf")), Err(BenchError::RivalModel(_))));
    }
}
