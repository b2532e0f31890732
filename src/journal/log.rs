//! SQLite's log beside the database, examined before SQLite reads it: what follows a damaged
//! frame SQLite drops without a word. The form is that of <https://sqlite.org/fileformat.html#the_write_ahead_log>.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::error::JournalError;
use super::time::Stamp;
use crate::disk;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The magic number of a log whose checksums read words with the low byte first; one more where
/// the high byte is first.
const MAGIC: u32 = 0x377f_0682;
/// How the names begin of logs that were set aside.
pub(super) const ASIDE: &str = "damaged-log-";

/// SQLite's log beside a database.
pub(super) fn of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Keeps a copy of a log in which something that was committed can't be read any more, and gives
/// where it lies. The log itself stays: what is whole in it SQLite still takes up.
pub(super) fn set_aside_if_damaged(database: &Path, now: Stamp) -> Result<Option<PathBuf>, JournalError> {
    let log = of(database);
    let state = || -> io::Result<Option<(u64, bool)>> {
        let file = match File::open(&log) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let bytes = file.metadata()?.len();
        Ok(Some((bytes, is_damaged(&mut BufReader::with_capacity(1 << 16, file))?)))
    };
    let found = state()?;
    let Some((_, true)) = found else { return Ok(None) };
    // Another program may be writing just now: what stays so is damage.
    std::thread::sleep(std::time::Duration::from_millis(50));
    if state()? != found {
        return Ok(None);
    }
    let copy = database.with_file_name(format!("{ASIDE}{}", now.to_string().replace(':', "")));
    if !copy.exists() {
        fs::copy(&log, &copy)?;
        disk::narrow(&copy)?;
        File::open(&copy)?.sync_all()?;
        disk::sync_folder_of(&copy)?;
    }
    Ok(Some(copy))
}

/// Logs that were set aside in a folder.
pub(super) fn aside(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(ASIDE) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Whether there is a commit in the log that SQLite would drop.
///
/// Frames of an earlier use of the file carry other salts; frames of a transaction that was rolled
/// back carry no commit. Neither is damage.
fn is_damaged(log: &mut impl Read) -> io::Result<bool> {
    let mut header = [0; HEADER];
    if !fill(log, &mut header)? {
        return Ok(false);
    }
    let low_first = word(&header, 0) & 1 == 0;
    let sum = checksum(&header[..24], [0, 0], low_first);
    let is_header = word(&header, 0) & !1 == MAGIC && sum == [word(&header, 24), word(&header, 28)];
    let page = word(&header, 8) as usize;
    if !is_header {
        // Without its header nothing of the log is read. One without frames holds nothing.
        let mut frame = [0; FRAME_HEADER];
        return fill(log, &mut frame);
    }
    if !(512..=65_536).contains(&page) {
        return Ok(true);
    }
    let mut sum = sum;
    let mut whole = true;
    let mut frame = vec![0; FRAME_HEADER + page];
    while fill(log, &mut frame)? {
        let salts = [8, 12].map(|at| word(&frame, at) == word(&header, at + 8));
        if whole {
            let next = checksum(&frame[..8], sum, low_first);
            let next = checksum(&frame[FRAME_HEADER..], next, low_first);
            whole = salts == [true, true] && next == [word(&frame, 16), word(&frame, 20)];
            sum = next;
        }
        // A flip may be in one of the salts; an earlier use has both different.
        let is_commit = word(&frame, 4) != 0 && salts != [false, false];
        if !whole && is_commit {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Fills the bytes; `false` where fewer are left.
fn fill(from: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(bytes) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        done => done.map(|()| true),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..].first_chunk().map_or(0, |four| u32::from_be_bytes(*four))
}

fn checksum(bytes: &[u8], sum: [u32; 2], low_first: bool) -> [u32; 2] {
    let read = |four: &[u8]| {
        let four = four.first_chunk().copied().unwrap_or_default();
        if low_first { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) }
    };
    let (pairs, _) = bytes.as_chunks::<8>();
    pairs.iter().fold(sum, |[a, b], pair| {
        let a = a.wrapping_add(read(&pair[..4])).wrapping_add(b);
        [a, b.wrapping_add(read(&pair[4..])).wrapping_add(a)]
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::journal::vault::Unlock;
    use crate::journal::{EntryText, Filter, Journal, NewEntry, SystemClock, open};

    fn journal(folder: &Path) -> Journal {
        open(folder, &Unlock::KeyFile, Arc::new(SystemClock)).unwrap()
    }

    fn add(journal: &Journal, text: &str) {
        journal.add(&NewEntry::of(EntryText::new(text).unwrap())).unwrap();
    }

    /// A folder as a kill leaves it: ten entries, each committed to the log alone.
    fn killed() -> tempfile::TempDir {
        let (live, dead) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let journal = journal(live.path());
        (0..10).for_each(|n| add(&journal, &format!("entry {n}")));
        for name in ["journal.db", "journal.db-wal", "vault.json"] {
            fs::copy(live.path().join(name), dead.path().join(name)).unwrap();
        }
        dead
    }

    fn damaged(bytes: &[u8]) -> bool {
        is_damaged(&mut &bytes[..]).unwrap()
    }

    #[test]
    fn a_log_that_is_whole_or_cut_off_or_begun_anew_is_no_damage() {
        let folder = killed();
        let bytes = fs::read(of(&folder.path().join("journal.db"))).unwrap();
        assert!(bytes.len() > 10 * 4096);
        assert!(!damaged(&bytes));
        for cut in [0, 1, 31, 32, 40, bytes.len() / 2, bytes.len() - 1] {
            assert!(!damaged(&bytes[..cut]), "{cut}");
        }
        // Emptied into the database and begun anew, the log keeps older frames behind the new ones.
        let live = tempfile::tempdir().unwrap();
        let journal = journal(live.path());
        (0..10).for_each(|n| add(&journal, &format!("entry {n}")));
        let path = of(&live.path().join("journal.db"));
        let before = fs::metadata(&path).unwrap().len();
        journal.writer.lock().unwrap().execute_batch("PRAGMA wal_checkpoint(RESTART)").unwrap();
        add(&journal, "another");
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes.len() as u64, before, "older frames are still there");
        assert!(!damaged(&bytes));
    }

    #[test]
    fn every_flipped_bit_before_the_end_is_noticed() {
        let folder = killed();
        let path = of(&folder.path().join("journal.db"));
        let bytes = fs::read(&path).unwrap();
        let last_frame = bytes.len() - 4096 - FRAME_HEADER;
        for n in 0..2_000_usize {
            let at = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % last_frame;
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (n % 8);
            assert!(damaged(&flipped), "byte {at}, bit {}", n % 8);
        }
        // In the last frame: all of what it holds.
        for at in last_frame + FRAME_HEADER..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(damaged(&flipped), "byte {at}");
        }
    }

    #[test]
    fn a_damaged_log_is_kept_told_and_erased_with_the_rest() {
        let folder = killed();
        let path = of(&folder.path().join("journal.db"));
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        fs::write(&path, &bytes).unwrap();
        let journal = journal(folder.path());
        let aside = journal.damaged_log().unwrap().to_owned();
        assert_eq!(fs::read(&aside).unwrap(), bytes);
        let kept = journal.list(&Filter::default(), None, 50).unwrap().items.len();
        assert!((1..10).contains(&kept), "{kept}: what comes before the damage is there");
        assert_eq!(journal.check().unwrap().damaged_logs, std::slice::from_ref(&aside));
        journal.delete_own_backups().unwrap();
        assert!(!aside.exists());
    }
}
