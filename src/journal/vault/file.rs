//! `vault.json`: what keeps the data key. Written whole or not at all, readable by its owner
//! alone, with a checksum, so that damage is never taken for a wrong passphrase.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::VaultError;
use super::secrets::{DataKey, from_hex, hex};
use super::wrap::Wrap;
use crate::disk;

/// Version of the file.
const VERSION: u32 = 1;
/// Hexadecimal digits of a sum.
const SUM: usize = 64;
/// No key file is longer.
const MOST: u64 = 64 * 1024;

/// How the data key is kept.
pub(super) enum Keeping {
    /// As it is: whoever can read the file can read the journal.
    Open(DataKey),
    /// Sealed.
    Sealed {
        /// Under the passphrase.
        passphrase: Wrap,
        /// Under the recovery code.
        recovery: Wrap,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    evenkeel_vault: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passphrase: Option<Wrap>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery: Option<Wrap>,
    /// SHA-256 of the whole file, with zeros where it stands itself.
    sum: String,
}

/// What every version of the file says, whatever else it says.
#[derive(Deserialize)]
struct Head {
    evenkeel_vault: u32,
}

pub(super) fn read(path: &Path) -> Result<Option<Keeping>, VaultError> {
    let mut bytes = Zeroizing::new(Vec::new());
    match File::open(path) {
        Ok(file) => file.take(MOST + 1).read_to_end(&mut bytes).map_err(|e| unreadable(path, e))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, error)),
    };
    parse(&bytes).map(Some)
}

fn parse(bytes: &[u8]) -> Result<Keeping, VaultError> {
    let damaged = |_| VaultError::KeyFileDamaged;
    if bytes.len() as u64 > MOST || !is_whole(bytes) {
        return Err(VaultError::KeyFileDamaged);
    }
    if serde_json::from_slice::<Head>(bytes).map_err(damaged)?.evenkeel_vault > VERSION {
        return Err(VaultError::NewerKeyFile);
    }
    let contents: Contents = serde_json::from_slice(bytes).map_err(damaged)?;
    match (contents.key, contents.passphrase, contents.recovery) {
        (Some(key), None, None) => {
            let key = from_hex(&key).and_then(|bytes| DataKey::from_bytes(&bytes));
            Ok(Keeping::Open(key.ok_or(VaultError::KeyFileDamaged)?))
        }
        (None, Some(passphrase), Some(recovery)) => Ok(Keeping::Sealed { passphrase, recovery }),
        _ => Err(VaultError::KeyFileDamaged),
    }
}

/// Writes a key file where there is none. Gives false, and changes nothing, if there is one.
pub(super) fn create(path: &Path, keeping: &Keeping) -> Result<bool, VaultError> {
    let part = write_part(path, keeping)?;
    // A link fails where a file is; a rename would replace it.
    let linked = fs::hard_link(&part, path);
    let _ = fs::remove_file(&part);
    match linked {
        Ok(()) => disk::sync_folder_of(path).map(|()| true).map_err(|e| unwritable(path, e)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(unwritable(path, error)),
    }
}

/// Puts another keeping in the place of the present one.
pub(super) fn replace(path: &Path, keeping: &Keeping) -> Result<(), VaultError> {
    let part = write_part(path, keeping)?;
    let renamed = fs::rename(&part, path).and_then(|()| disk::sync_folder_of(path));
    if renamed.is_err() {
        let _ = fs::remove_file(&part);
    }
    renamed.map_err(|e| unwritable(path, e))
}

fn write_part(path: &Path, keeping: &Keeping) -> Result<std::path::PathBuf, VaultError> {
    let part = path.with_file_name(format!("vault.json.{}.part", Uuid::now_v7().simple()));
    let text = text(keeping)?;
    if let Err(error) = disk::write_new(&part, &text) {
        let _ = fs::remove_file(&part);
        return Err(unwritable(path, error));
    }
    Ok(part)
}

fn text(keeping: &Keeping) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let mut contents = Contents {
        evenkeel_vault: VERSION,
        key: None,
        passphrase: None,
        recovery: None,
        sum: "0".repeat(SUM),
    };
    match keeping {
        Keeping::Open(key) => contents.key = Some(Zeroizing::new(hex(key.bytes()))),
        Keeping::Sealed { passphrase, recovery } => {
            contents.passphrase = Some(passphrase.clone());
            contents.recovery = Some(recovery.clone());
        }
    }
    // Large enough from the start, so that no copy of the key is left where it was before.
    let mut text = Zeroizing::new(Vec::with_capacity(8 * 1024));
    serde_json::to_writer_pretty(&mut *text, &contents).map_err(|_| VaultError::NotSealed)?;
    text.push(b'\n');
    put_sum(&mut text);
    Ok(text)
}

/// Puts the sum of a file into it.
pub(super) fn put_sum(text: &mut [u8]) {
    let Some(at) = place_of_sum(text) else { return };
    text[at.clone()].fill(b'0');
    let sum = hex(&Sha256::digest(&*text));
    text[at].copy_from_slice(sum.as_bytes());
}

/// Whether a file has the sum that it says it has.
fn is_whole(bytes: &[u8]) -> bool {
    let Some(at) = place_of_sum(bytes) else { return false };
    let mut summed = Zeroizing::new(bytes.to_vec());
    put_sum(&mut summed);
    summed[at.clone()] == bytes[at]
}

fn place_of_sum(text: &[u8]) -> Option<Range<usize>> {
    const BEFORE: &[u8] = b"\"sum\": \"";
    let begins = text.windows(BEFORE.len()).position(|window| window == BEFORE)? + BEFORE.len();
    (begins + SUM <= text.len()).then_some(begins..begins + SUM)
}

fn unreadable(path: &Path, source: io::Error) -> VaultError {
    VaultError::Io { path: path.to_owned(), what: "read", source }
}

fn unwritable(path: &Path, source: io::Error) -> VaultError {
    VaultError::Io { path: path.to_owned(), what: "written", source }
}
