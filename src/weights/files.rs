//! Files written so that a broken one is never mistaken for a whole one: hashed on the way,
//! flushed to the disk, then renamed into place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use super::error::Trouble;
use super::{Cancel, Checksum, Progress, SourceError, WeightsError};
use crate::disk;

/// How much is read, hashed or written at once, in bytes.
pub(super) const CHUNK: usize = 256 * 1024;

/// Kept free on the disk beyond what a model needs, in bytes.
const SPARE: u64 = 16 * 1024 * 1024;

/// The SHA-256 of a file. Reports the bytes read; begins no stage of its own.
///
/// # Errors
/// [`WeightsError::Io`] when the file cannot be read, [`WeightsError::Cancelled`].
pub fn sha256_of(path: &Path, progress: &dyn Progress, cancel: &Cancel) -> Result<Checksum, WeightsError> {
    let fail = |error| WeightsError::io(path, "read", error);
    let mut file = File::open(path).map_err(fail)?;
    let total = file.metadata().map_err(fail)?.len();
    let mut hasher = Sha256::new();
    let mut done = 0;
    copy_into(&mut file, cancel, fail, |chunk| {
        hasher.update(chunk);
        done += chunk.len() as u64;
        progress.advanced(done.min(total), total);
        Ok(())
    })?;
    Ok(checksum(hasher))
}

/// Reads `from` to its end in chunks, stopping when cancelled. `fail` names a read error.
pub(super) fn copy_into<E: From<WeightsError>>(
    from: &mut dyn Read,
    cancel: &Cancel,
    fail: impl Fn(io::Error) -> E,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut buffer = vec![0; CHUNK];
    loop {
        cancel.check()?;
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => take(&buffer[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(fail(error)),
        }
    }
}

/// A file on its way to a known length and checksum. Never grows beyond that length.
pub(super) struct HashingFile {
    file: File,
    path: PathBuf,
    hasher: Sha256,
    written: u64,
    expected_bytes: u64,
}

impl HashingFile {
    /// An empty file; what was at `path` is gone.
    pub(super) fn create(path: PathBuf, expected_bytes: u64) -> Result<Self, WeightsError> {
        let file = File::create(&path).map_err(|error| WeightsError::io(&path, "written", error))?;
        Ok(Self { file, path, hasher: Sha256::new(), written: 0, expected_bytes })
    }

    /// Goes on with what is at `path`, if anything, after hashing it. A file that is too long
    /// already is begun again.
    pub(super) fn resume(path: PathBuf, expected_bytes: u64, cancel: &Cancel) -> Result<Self, WeightsError> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|error| WeightsError::io(&path, "written", error))?;
        let mut this = Self { file, path, hasher: Sha256::new(), written: 0, expected_bytes };
        let (hasher, written) = (&mut this.hasher, &mut this.written);
        copy_into(
            &mut this.file,
            cancel,
            |error| WeightsError::io(&this.path, "read", error),
            |chunk| {
                hasher.update(chunk);
                *written += chunk.len() as u64;
                Ok(())
            },
        )?;
        if this.written > expected_bytes {
            this.restart()?;
        }
        Ok(this)
    }

    /// Throws away what is there and begins again.
    pub(super) fn restart(&mut self) -> Result<(), WeightsError> {
        self.hasher = Sha256::new();
        self.written = 0;
        let emptied = self.file.set_len(0).and_then(|()| self.file.rewind());
        emptied.map_err(|error| WeightsError::io(&self.path, "written", error))
    }

    pub(super) fn write(&mut self, chunk: &[u8]) -> Result<(), Trouble> {
        let would_be = self.written + chunk.len() as u64;
        if would_be > self.expected_bytes {
            return Err(SourceError::WrongSize { expected: self.expected_bytes, got: would_be }.into());
        }
        self.file.write_all(chunk).map_err(|error| WeightsError::io(&self.path, "written", error))?;
        self.hasher.update(chunk);
        self.written = would_be;
        Ok(())
    }

    /// Bytes in the file so far.
    pub(super) const fn written(&self) -> u64 {
        self.written
    }

    /// Whether all bytes are there.
    pub(super) const fn is_full(&self) -> bool {
        self.written == self.expected_bytes
    }

    /// Checks length and checksum and flushes the file to the disk.
    pub(super) fn finish(self, expected: Checksum) -> Result<PathBuf, Trouble> {
        if !self.is_full() {
            return Err(SourceError::WrongSize { expected: self.expected_bytes, got: self.written }.into());
        }
        let got = checksum(self.hasher);
        if got != expected {
            return Err(SourceError::WrongHash { expected, got }.into());
        }
        self.file.sync_all().map_err(|error| WeightsError::io(&self.path, "written", error))?;
        Ok(self.path)
    }
}

pub(super) fn checksum(hasher: Sha256) -> Checksum {
    Checksum::from_bytes(hasher.finalize().into())
}

/// Renames a flushed file into place, so that it survives a power cut.
pub(super) fn publish(from: &Path, to: &Path) -> Result<(), WeightsError> {
    let renamed = fs::rename(from, to).and_then(|()| disk::sync_folder_of(to));
    renamed.map_err(|error| WeightsError::io(to, "written", error))
}

/// Writes a file in one piece or not at all; its folder is made if there is none.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), WeightsError> {
    // The folder of a bare file name is the present one.
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| WeightsError::io(folder, "created", error))?;
    }
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    let written = File::create(&new).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| WeightsError::io(&new, "written", error))?;
    publish(&new, path)
}

/// Removes a file or a folder with all that is in it, and says how many bytes that frees.
/// Nothing there is fine.
pub(super) fn remove_all(path: &Path) -> Result<u64, WeightsError> {
    let freed = bytes_under(path);
    let removed = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Ok(()) => Ok(freed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(WeightsError::io(path, "removed", error)),
    }
}

/// Bytes of a file, or of all files in a folder and its folders. What vanishes meanwhile, as
/// another program's temporary files do, counts as nothing.
pub(super) fn bytes_under(path: &Path) -> u64 {
    let Ok(meta) = fs::symlink_metadata(path) else {
        return 0;
    };
    if !meta.is_dir() {
        return meta.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| bytes_under(&entry.path())).sum()
}

/// Checks that `needed` more bytes fit on the disk that holds `folder`. A disk that does not
/// tell its free space is taken at its word when it is written to.
pub(super) fn check_room(folder: &Path, needed: u64) -> Result<(), WeightsError> {
    match fs4::available_space(folder) {
        Ok(available) if available < needed.saturating_add(SPARE) => Err(WeightsError::NoSpace {
            path: folder.to_owned(),
            needed: Some(needed.saturating_add(SPARE)),
            available: Some(available),
        }),
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::debug!(%error, "the free space is not known");
            Ok(())
        }
    }
}

/// What a file looked like when its checksum was right. As long as it looks the same, it need
/// not be hashed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marker {
    bytes: u64,
    modified_ns: u128,
    sha256: Checksum,
}

impl Marker {
    /// The marker that a file would get if its checksum were `sha256`.
    pub(super) fn of(path: &Path, sha256: Checksum) -> io::Result<Self> {
        let meta = fs::metadata(path)?;
        let modified = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Self { bytes: meta.len(), modified_ns: modified.as_nanos(), sha256 })
    }

    /// The file's length in bytes.
    pub(super) const fn length(&self) -> u64 {
        self.bytes
    }

    /// The marker at `path`; a damaged one is none.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let mut words = text.split_whitespace();
        let sha256 = words.next()?.parse().ok()?;
        let bytes = words.next()?.parse().ok()?;
        let modified_ns = words.next()?.parse().ok()?;
        Some(Self { bytes, modified_ns, sha256 })
    }

    pub(super) fn write(self, path: &Path) -> Result<(), WeightsError> {
        write_whole(path, format!("{} {} {}\n", self.sha256, self.bytes, self.modified_ns).as_bytes())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_checksum_that_the_standard_gives() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("abc");
        fs::write(&path, "abc").unwrap();
        let got = sha256_of(&path, &(), &Cancel::new()).unwrap();
        assert_eq!(got.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_file_never_grows_beyond_its_length() {
        let dir = tempfile::tempdir().unwrap();
        let mut file = HashingFile::create(dir.path().join("x"), 3).unwrap();
        file.write(b"ab").unwrap();
        let error = file.write(b"cd").unwrap_err();
        assert!(matches!(error, Trouble::Source(SourceError::WrongSize { expected: 3, got: 4 })));
        assert_eq!(fs::metadata(dir.path().join("x")).unwrap().len(), 2);
    }

    #[test]
    fn a_resumed_file_hashes_what_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        fs::write(&path, "ab").unwrap();
        let mut file = HashingFile::resume(path.clone(), 3, &Cancel::new()).unwrap();
        assert_eq!(file.written(), 2);
        file.write(b"c").unwrap();
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".parse().unwrap();
        file.finish(abc).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"abc");
    }

    #[test]
    fn a_disk_that_is_too_small_is_said_before_anything_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let error = check_room(dir.path(), u64::MAX).unwrap_err();
        assert!(
            matches!(error, WeightsError::NoSpace { needed: Some(_), available: Some(_), .. }),
            "{error}"
        );
        check_room(dir.path(), 0).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_that_fills_up_has_an_error_of_its_own() {
        let mut file = HashingFile::create(PathBuf::from("/dev/full"), 10).unwrap();
        let error = file.write(b"x").unwrap_err();
        assert!(matches!(error, Trouble::Fatal(WeightsError::NoSpace { .. })), "{error:?}");
    }

    #[test]
    fn a_damaged_marker_is_no_marker() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("m");
        for text in ["", "x", "ba7816bf 3 4", "\u{0}"] {
            fs::write(&path, text).unwrap();
            assert_eq!(Marker::read(&path), None);
        }
        let marker = Marker::of(&path, Checksum::from_bytes([7; 32])).unwrap();
        marker.write(&path).unwrap();
        assert_eq!(Marker::read(&path), Some(marker));
    }
}
