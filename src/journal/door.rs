//! The journal as a service holds it: opened when it is first asked for, given to many at once,
//! and let go when its owner locks it or nobody has used it for a while.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error::JournalError;
use super::time::Clock;
use super::vault::{Due, IdleLock, Unlock, Vault, VaultError, VaultState};
use super::{Journal, exists, log, open};

/// The way to the journal of a data folder.
///
/// A journal without a passphrase opens whenever it is asked for; one with a passphrase once it
/// was unlocked. Whoever is using it when it is locked finishes; after that its key is gone from
/// memory.
pub struct Door {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    began: Instant,
    held: Mutex<Held>,
}

struct Held {
    journal: Option<Arc<Journal>>,
    idle: IdleLock,
}

/// How the journal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How its key is kept.
    pub vault: VaultState,
    /// Whether there is a journal yet.
    pub exists: bool,
    /// Whether a passphrase is needed before it can be read.
    pub locked: bool,
    /// Whether its log was found damaged: what was written last before that may be missing. A
    /// copy of the log lies beside it.
    pub damaged_log: bool,
}

impl Door {
    /// The door of a data folder. `idle`: after how long without use the journal is let go.
    #[must_use]
    pub fn new(folder: PathBuf, clock: Arc<dyn Clock>, idle: Option<Duration>) -> Self {
        let held = Mutex::new(Held { journal: None, idle: IdleLock::new(idle) });
        Self { folder, clock, began: Instant::now(), held }
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The journal, for something that the person does. Where there is none, one is made.
    ///
    /// # Errors
    /// [`VaultError::Locked`] if a passphrase is needed, and others of [`open`].
    pub fn journal(&self) -> Result<Arc<Journal>, JournalError> {
        let now = self.began.elapsed();
        let mut held = self.held();
        if let Some(journal) = held.journal.clone() {
            if held.idle.used(now) {
                return Ok(journal);
            }
            held.shut();
        }
        let journal = Arc::new(open(&self.folder, &Unlock::KeyFile, Arc::clone(&self.clock))?);
        held.take(&journal, now);
        Ok(journal)
    }

    /// The journal if it is open, for work in the background: it does not count as use.
    #[must_use]
    pub fn if_open(&self) -> Option<Arc<Journal>> {
        let now = self.began.elapsed();
        let held = self.held();
        held.journal.clone().filter(|_| matches!(held.idle.due(now), Due::Wait(_)))
    }

    /// Opens the journal with what opens its vault. Where it is open already, only tells whether
    /// that would open it.
    ///
    /// # Errors
    /// [`JournalError`]: each thing that can be wrong has its own.
    pub fn unlock(&self, unlock: &Unlock) -> Result<(), JournalError> {
        // Deriving a key takes its time; nobody else waits for it.
        let journal = Arc::new(open(&self.folder, unlock, Arc::clone(&self.clock))?);
        let now = self.began.elapsed();
        let mut held = self.held();
        if held.journal.is_none() || !held.idle.used(now) {
            held.take(&journal, now);
        }
        Ok(())
    }

    /// Lets the journal go.
    ///
    /// # Errors
    /// [`VaultError::NotSealedNow`] if it has no passphrase: it would open again at once.
    pub fn lock(&self) -> Result<(), VaultError> {
        self.held().shut();
        match self.vault().state()? {
            VaultState::Passphrase => Ok(()),
            VaultState::Absent | VaultState::KeyFile => Err(VaultError::NotSealedNow),
        }
    }

    /// Lets the journal go if nobody has used it for long enough. Gives after how long to ask
    /// again; `None` if it is never let go.
    #[must_use]
    pub fn lock_if_idle(&self) -> Option<Duration> {
        let now = self.began.elapsed();
        let mut held = self.held();
        match held.idle.due(now) {
            Due::Wait(left) => left,
            Due::Lock => {
                held.shut();
                held.idle.period()
            }
            Due::Locked => held.idle.period(),
        }
    }

    /// After how long without use the journal is let go.
    #[must_use]
    pub fn idle(&self) -> Option<Duration> {
        self.held().idle.period()
    }

    /// How the journal stands.
    ///
    /// # Errors
    /// [`VaultError`] if the key file cannot be read.
    pub fn standing(&self) -> Result<Standing, VaultError> {
        let vault = self.vault().state()?;
        let locked = vault == VaultState::Passphrase && self.if_open().is_none();
        let damaged_log = log::aside(&self.folder).is_ok_and(|logs| !logs.is_empty());
        Ok(Standing { vault, exists: exists(&self.folder), locked, damaged_log })
    }

    /// The vault behind it.
    #[must_use]
    pub fn vault(&self) -> Vault {
        Vault::of(&self.folder)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn take(&mut self, journal: &Arc<Journal>, now: Duration) {
        self.journal = Some(Arc::clone(journal));
        self.idle.opened(now);
    }

    fn shut(&mut self) {
        self.journal = None;
        self.idle.locked();
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Door({})", self.folder.display())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::journal::vault::{KdfCost, Passphrase};
    use crate::journal::{EntryText, NewEntry, SystemClock};

    fn door(folder: &Path, idle: Option<Duration>) -> Door {
        Door::new(folder.to_owned(), Arc::new(SystemClock), idle)
    }

    fn sealed(folder: &Path) -> Passphrase {
        let passphrase = Passphrase::new("four words of mine").unwrap();
        door(folder, None).journal().unwrap();
        let vault = Vault::of(folder).with_cost(KdfCost::CODE);
        vault.set_passphrase(&Unlock::KeyFile, &passphrase).unwrap();
        passphrase
    }

    #[test]
    fn without_a_passphrase_it_opens_whenever_it_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let door = door(folder.path(), Some(Duration::ZERO));
        assert!(!door.standing().unwrap().exists);
        door.journal().unwrap().add(&NewEntry::of(EntryText::new("one").unwrap())).unwrap();
        assert_eq!(door.journal().unwrap().count().unwrap(), 1);
        assert!(matches!(door.lock(), Err(VaultError::NotSealedNow)));
        assert!(!door.standing().unwrap().locked);
    }

    #[test]
    fn with_a_passphrase_it_stays_shut_until_it_is_unlocked() {
        let folder = tempfile::tempdir().unwrap();
        let passphrase = sealed(folder.path());
        let door = door(folder.path(), None);
        assert!(matches!(door.journal(), Err(JournalError::Vault(VaultError::Locked))));
        assert!(door.standing().unwrap().locked && door.if_open().is_none());
        let wrong = Unlock::Passphrase(Passphrase::new("another").unwrap());
        assert!(matches!(door.unlock(&wrong), Err(JournalError::Vault(VaultError::WrongPassphrase))));
        door.unlock(&Unlock::Passphrase(passphrase)).unwrap();
        let journal = door.journal().unwrap();
        // Whoever uses it finishes; whoever comes after finds it locked.
        door.lock().unwrap();
        journal.add(&NewEntry::of(EntryText::new("one").unwrap())).unwrap();
        assert!(matches!(door.journal(), Err(JournalError::Vault(VaultError::Locked))));
    }

    #[test]
    fn it_locks_itself_when_nobody_uses_it() {
        let folder = tempfile::tempdir().unwrap();
        let passphrase = sealed(folder.path());
        let door = door(folder.path(), Some(Duration::ZERO));
        door.unlock(&Unlock::Passphrase(passphrase)).unwrap();
        assert!(door.if_open().is_none(), "the time is over at once");
        assert!(matches!(door.journal(), Err(JournalError::Vault(VaultError::Locked))));
        assert_eq!(door.lock_if_idle(), Some(Duration::ZERO));
    }
}
