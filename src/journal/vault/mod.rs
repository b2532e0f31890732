//! What keeps the journal's key. The journal is always encrypted with a random data key; the
//! vault is the file that holds it: as it is, or sealed under a passphrase and, a second time,
//! under a recovery code.
//!
//! Whatever is wrong with the file, this room never deletes it and never puts a new key in its
//! place: without the old one the journal could not be read again.

mod dumps;
mod file;
mod lock;
mod recovery;
mod secrets;
mod wrap;

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use file::Keeping;
pub use lock::{Due, IdleLock};
pub use recovery::RecoveryCode;
pub use secrets::{DataKey, Passphrase};
pub use wrap::KdfCost;
use wrap::{Purpose, Wrap};

/// The name of the key file in the data folder.
pub const KEY_FILE: &str = "vault.json";

/// Why the vault could not do what was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The passphrase does not open the wrap.
    #[error("That passphrase doesn't open this journal. Nothing was changed.")]
    WrongPassphrase,
    /// The recovery code does not open the wrap.
    #[error("That recovery code belongs to another journal, or a newer one was made. Nothing was changed.")]
    WrongCode,
    /// Not a recovery code.
    #[error(
        "That is not a recovery code: a letter is wrong or missing. It has seven groups of four letters and digits."
    )]
    MistypedCode,
    /// A passphrase is needed and none was given.
    #[error(
        "This journal is locked with a passphrase. Give it with --passphrase-fd, or run this in a terminal."
    )]
    Locked,
    /// No passphrase was set, so there is nothing to recover.
    #[error("This journal has no passphrase. `evenkeel vault passphrase` sets one.")]
    NotSealedNow,
    /// An empty passphrase.
    #[error("A passphrase can't be empty.")]
    EmptyPassphrase,
    /// The key file is not as it was written.
    #[error(
        "The key file vault.json is damaged. Without it the journal can't be read; nothing was changed. Put back the vault.json of a backup."
    )]
    KeyFileDamaged,
    /// The key file is of a later version of the program.
    #[error(
        "The key file vault.json was written by a newer Evenkeel. Use that version; nothing was changed."
    )]
    NewerKeyFile,
    /// There is a journal and no key file.
    #[error(
        "The key file vault.json is missing from {0}. Without it the journal there can't be read; nothing was changed. Put back the vault.json of a backup."
    )]
    KeyFileMissing(PathBuf),
    /// A file could not be read or written.
    #[error("{path} could not be {what} ({source}). Nothing was changed.")]
    Io {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The system gives no random bytes.
    #[error("This system gives no random numbers, so no key could be made. Nothing was changed.")]
    NoRandomness,
    /// The key could not be sealed.
    #[error("The key could not be sealed. Nothing was changed.")]
    NotSealed,
}

/// How the key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    /// There is no vault yet; the first entry makes one.
    Absent,
    /// Without a passphrase.
    KeyFile,
    /// Under a passphrase and a recovery code.
    Passphrase,
}

/// What opens a vault.
#[derive(Debug, Clone)]
pub enum Unlock {
    /// Nothing: for a vault without a passphrase.
    KeyFile,
    /// The passphrase. A vault without one opens too.
    Passphrase(Passphrase),
    /// The recovery code.
    Code(RecoveryCode),
}

/// The vault of a data folder.
#[derive(Debug, Clone)]
pub struct Vault {
    path: PathBuf,
    cost: KdfCost,
}

impl Vault {
    /// The vault of this folder, whether it is there or not.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self { path: folder.join(KEY_FILE), cost: KdfCost::PASSPHRASE }
    }

    /// The same vault; new passphrases are derived at this cost.
    #[must_use]
    pub fn with_cost(self, cost: KdfCost) -> Self {
        Self { cost, ..self }
    }

    /// How the key is kept.
    ///
    /// # Errors
    /// [`VaultError`] if the file cannot be read or is damaged.
    pub fn state(&self) -> Result<VaultState, VaultError> {
        Ok(match file::read(&self.path)? {
            None => VaultState::Absent,
            Some(Keeping::Open(_)) => VaultState::KeyFile,
            Some(Keeping::Sealed { .. }) => VaultState::Passphrase,
        })
    }

    /// A new vault without a passphrase, or the one that another process made meanwhile.
    pub(super) fn create(&self) -> Result<(), VaultError> {
        file::create(&self.path, &Keeping::Open(DataKey::generate()?)).map(|_| ())
    }

    /// The data key.
    ///
    /// # Errors
    /// [`VaultError`]: each thing that can be wrong has its own.
    pub fn open(&self, unlock: &Unlock) -> Result<DataKey, VaultError> {
        dumps::forbid();
        match (self.read()?, unlock) {
            (Keeping::Open(key), Unlock::KeyFile | Unlock::Passphrase(_)) => Ok(key),
            (Keeping::Open(_), Unlock::Code(_)) => Err(VaultError::NotSealedNow),
            (Keeping::Sealed { .. }, Unlock::KeyFile) => Err(VaultError::Locked),
            (Keeping::Sealed { passphrase, .. }, Unlock::Passphrase(given)) => {
                passphrase.open(given.bytes(), Purpose::Passphrase)?.ok_or(VaultError::WrongPassphrase)
            }
            (Keeping::Sealed { recovery, .. }, Unlock::Code(code)) => {
                recovery.open(code.bytes(), Purpose::Recovery)?.ok_or(VaultError::WrongCode)
            }
        }
    }

    /// Sets a passphrase or another one, and gives the recovery code that goes with it from now
    /// on. An earlier code no longer opens the vault.
    ///
    /// # Errors
    /// [`VaultError`] if `unlock` does not open the vault, or the file cannot be written.
    pub fn set_passphrase(&self, unlock: &Unlock, new: &Passphrase) -> Result<RecoveryCode, VaultError> {
        let key = self.open(unlock)?;
        let code = RecoveryCode::generate()?;
        let passphrase = Wrap::seal(&key, new.bytes(), self.cost, Purpose::Passphrase)?;
        let recovery = Wrap::seal(&key, code.bytes(), KdfCost::CODE, Purpose::Recovery)?;
        file::replace(&self.path, &Keeping::Sealed { passphrase, recovery })?;
        Ok(code)
    }

    /// A new recovery code; the earlier one no longer opens the vault.
    ///
    /// # Errors
    /// [`VaultError`] if there is no passphrase, `unlock` does not open the vault, or the file
    /// cannot be written.
    pub fn renew_code(&self, unlock: &Unlock) -> Result<RecoveryCode, VaultError> {
        let key = self.open(unlock)?;
        let Keeping::Sealed { passphrase, .. } = self.read()? else { return Err(VaultError::NotSealedNow) };
        let code = RecoveryCode::generate()?;
        let recovery = Wrap::seal(&key, code.bytes(), KdfCost::CODE, Purpose::Recovery)?;
        file::replace(&self.path, &Keeping::Sealed { passphrase, recovery })?;
        Ok(code)
    }

    /// Keeps the key without a passphrase from now on.
    ///
    /// # Errors
    /// [`VaultError`] if `unlock` does not open the vault, or the file cannot be written.
    pub fn remove_passphrase(&self, unlock: &Unlock) -> Result<(), VaultError> {
        let key = self.open(unlock)?;
        file::replace(&self.path, &Keeping::Open(key))
    }

    fn read(&self) -> Result<Keeping, VaultError> {
        let missing = || VaultError::KeyFileMissing(self.path.parent().unwrap_or(&self.path).to_owned());
        file::read(&self.path)?.ok_or_else(missing)
    }
}

#[cfg(test)]
mod tests;
