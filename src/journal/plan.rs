//! Where a safety plan lies, by its owner's choice: as a plain file that opens in a bad hour without
//! a passphrase, or in the journal, where it is locked with all else.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _};

use super::door::Door;
use super::error::JournalError;
use super::vault::{VaultError, VaultState};
use crate::crisis::safety_plan::{
    KeptPlan, PlanFile, PlanStore, PlanStoreError, Revision, SafetyPlan, SafetyPlanBody,
};
use crate::disk;

/// The note that holds the plan.
const NOTE: &str = "safety_plan";
/// An empty file that says that the plan lies in the journal, so that a journal need not be opened
/// to know that there is one.
const MARKER: &str = "safety-plan.in-journal";

/// A person's safety plan. Without a passphrase on the journal it is a plain file; with one, it is
/// that only while its owner leaves it readable.
#[derive(Debug, Clone)]
pub struct PlanKeeper {
    file: PlanFile,
    door: Arc<Door>,
}

impl PlanKeeper {
    /// The plan of the data folder behind a door.
    #[must_use]
    pub fn behind(door: Arc<Door>) -> Self {
        Self { file: PlanFile::in_folder(door.folder()), door }
    }

    /// Where the plan lies, as a person is told.
    #[must_use]
    pub fn place(&self) -> PathBuf {
        if self.marker().exists() {
            self.door.folder().join(super::connect::DATABASE)
        } else {
            self.file.path()
        }
    }

    /// The way to the journal that may hold it.
    #[must_use]
    pub fn door(&self) -> &Door {
        &self.door
    }

    fn is_sealed(&self) -> Result<bool, PlanStoreError> {
        let state = self.door.vault().state().map_err(|error| failed(&error.into()))?;
        Ok(state == VaultState::Passphrase)
    }

    fn marker(&self) -> PathBuf {
        self.door.folder().join(MARKER)
    }

    /// The plan that lies in the journal, if there is one.
    fn hidden(&self) -> Result<Option<KeptPlan>, PlanStoreError> {
        if !self.marker().exists() {
            return Ok(None);
        }
        let read = self.door.journal().and_then(|journal| journal.read(note));
        let Some(text) = read.map_err(|error| failed(&error))? else { return Ok(None) };
        let damaged = || PlanStoreError::Damaged { path: self.marker() };
        let body: SafetyPlanBody = serde_json::from_str(&text).map_err(|_| damaged())?;
        let plan = body.check().map_err(|_| damaged())?;
        let revision = Revision::of(text.as_bytes());
        Ok(Some(KeptPlan { plan, readable_when_locked: false, revision }))
    }

    /// Puts a plan into the journal in place of the state that was looked at.
    fn put(&self, plan: &SafetyPlan, over: Option<&Revision>) -> Result<KeptPlan, PlanStoreError> {
        let fault = || JournalError::Fault { code: 0, what: "a plan was not written" };
        let body = SafetyPlanBody::new(plan, false);
        let text = serde_json::to_string(&body).map_err(|_| failed(&fault()))?;
        // A marker without a plan says nothing; a plan without a marker would not be found.
        if !self.marker().exists() {
            disk::write_new(&self.marker(), b"").map_err(|source| self.io("written", source))?;
            disk::sync_folder_of(&self.marker()).map_err(|source| self.io("written", source))?;
        }
        let written = self.door.journal().and_then(|journal| {
            journal.write(|tx| {
                let now = note(tx)?.map(|text| Revision::of(text.as_bytes()));
                if now.as_ref() != over {
                    return Ok(false);
                }
                tx.execute(
                    "INSERT OR REPLACE INTO notes (name, value) VALUES (?1, ?2)",
                    [NOTE, text.as_str()],
                )?;
                Ok(true)
            })
        });
        match written {
            Ok(true) => {
                let revision = Revision::of(text.as_bytes());
                Ok(KeptPlan { plan: plan.clone(), readable_when_locked: false, revision })
            }
            Ok(false) => Err(PlanStoreError::Changed),
            Err(error) => Err(failed(&error)),
        }
    }

    fn take_out(&self, looked_at: &Revision) -> Result<(), PlanStoreError> {
        let gone = self.door.journal().and_then(|journal| {
            journal.write(|tx| {
                let now = note(tx)?.map(|text| Revision::of(text.as_bytes()));
                if now.as_ref() != Some(looked_at) {
                    return Ok(false);
                }
                Ok(tx.execute("DELETE FROM notes WHERE name = ?1", [NOTE])? > 0)
            })
        });
        match gone {
            Ok(true) => fs::remove_file(self.marker()).map_err(|source| self.io("removed", source)),
            Ok(false) => Err(PlanStoreError::Changed),
            Err(error) => Err(failed(&error)),
        }
    }

    fn io(&self, what: &'static str, source: std::io::Error) -> PlanStoreError {
        PlanStoreError::Io { path: self.marker(), what, source }
    }
}

impl PlanStore for PlanKeeper {
    fn read(&self) -> Result<Option<KeptPlan>, PlanStoreError> {
        match self.file.read()? {
            Some(kept) if !kept.readable_when_locked && self.is_sealed()? => {
                // Nobody has brought it in yet; it is hidden all the same.
                self.door.journal().map_err(|error| failed(&error))?;
                self.settle()?;
                self.hidden()
            }
            Some(kept) => Ok(Some(kept)),
            None => self.hidden(),
        }
    }

    fn write(
        &self,
        plan: &SafetyPlan,
        readable_when_locked: bool,
        over: Option<&Revision>,
    ) -> Result<KeptPlan, PlanStoreError> {
        let now = self.read()?;
        if now.as_ref().map(|kept| &kept.revision) != over {
            return Err(PlanStoreError::Changed);
        }
        let is_file = self.file.path().exists();
        let hides = !readable_when_locked && self.is_sealed()?;
        match (hides, is_file, over) {
            (false, true, _) | (false, false, None) => self.file.write(plan, readable_when_locked, over),
            (false, false, Some(hidden)) => {
                let kept = self.file.write(plan, readable_when_locked, None)?;
                self.take_out(hidden)?;
                Ok(kept)
            }
            (true, true, Some(file)) => {
                let kept = self.put(plan, None)?;
                self.file.erase(file)?;
                Ok(kept)
            }
            (true, ..) => self.put(plan, over),
        }
    }

    fn erase(&self, looked_at: &Revision) -> Result<(), PlanStoreError> {
        self.read()?;
        if self.file.path().exists() { self.file.erase(looked_at) } else { self.take_out(looked_at) }
    }

    /// A plan that is not to be read without a passphrase goes into the journal, once that has one
    /// and is open.
    fn settle(&self) -> Result<(), PlanStoreError> {
        let Some(kept) = self.file.read()? else { return Ok(()) };
        if !kept.readable_when_locked && self.is_sealed()? && self.door.if_open().is_some() {
            self.put(&kept.plan, None)?;
            self.file.erase(&kept.revision)?;
        }
        Ok(())
    }
}

/// What is wrong with the journal, for somebody who wants the plan.
fn failed(error: &JournalError) -> PlanStoreError {
    match error {
        JournalError::Vault(VaultError::Locked) => PlanStoreError::Locked,
        other => PlanStoreError::Journal { why: other.to_string() },
    }
}

fn note(db: &Connection) -> Result<Option<String>, JournalError> {
    let found = db.query_row("SELECT value FROM notes WHERE name = ?1", [NOTE], |row| row.get(0));
    Ok(found.optional()?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::crisis::safety_plan::{PlanLine, PlanStep};
    use crate::journal::SystemClock;
    use crate::journal::vault::{KdfCost, Passphrase, Unlock, Vault};

    fn keeper(folder: &Path) -> PlanKeeper {
        PlanKeeper::behind(Arc::new(Door::new(folder.to_owned(), Arc::new(SystemClock), None)))
    }

    fn plan(text: &str) -> SafetyPlan {
        let mut plan = SafetyPlan::default();
        plan.add(PlanStep::Coping, PlanLine::new(text, None).unwrap()).unwrap();
        plan
    }

    fn seal(keeper: &PlanKeeper) -> Unlock {
        keeper.door.journal().unwrap();
        let passphrase = Passphrase::new("four words of mine").unwrap();
        let vault = Vault::of(keeper.door.folder()).with_cost(KdfCost::CODE);
        vault.set_passphrase(&Unlock::KeyFile, &passphrase).unwrap();
        Unlock::Passphrase(passphrase)
    }

    fn found_in_plain(folder: &Path, word: &str) -> bool {
        fs::read_dir(folder).unwrap().any(|entry| {
            let bytes = fs::read(entry.unwrap().path()).unwrap_or_default();
            bytes.windows(word.len()).any(|window| window == word.as_bytes())
        })
    }

    #[test]
    fn a_plan_that_is_to_be_hidden_goes_into_the_journal_when_that_gets_a_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = keeper(folder.path());
        let first = keeper.write(&plan("hedgehogs"), false, None).unwrap();
        assert!(found_in_plain(folder.path(), "hedgehogs"), "without a passphrase nothing hides it");
        let unlock = seal(&keeper);
        keeper.settle().unwrap();
        assert!(!found_in_plain(folder.path(), "hedgehogs"));
        let hidden = keeper.read().unwrap().unwrap();
        assert_eq!(hidden.plan, first.plan);
        keeper.door.lock().unwrap();
        assert!(matches!(keeper.read(), Err(PlanStoreError::Locked)));
        assert!(matches!(keeper.write(&plan("b"), true, None), Err(PlanStoreError::Locked)));
        keeper.door.unlock(&unlock).unwrap();
        let changed = keeper.write(&plan("otters"), false, Some(&hidden.revision)).unwrap();
        assert!(matches!(keeper.erase(&hidden.revision), Err(PlanStoreError::Changed)));
        // Its owner changes their mind, and changes it back.
        let open = keeper.write(&plan("otters"), true, Some(&changed.revision)).unwrap();
        keeper.door.lock().unwrap();
        assert_eq!(keeper.read().unwrap().unwrap().plan, plan("otters"));
        assert!(matches!(
            keeper.write(&plan("otters"), false, Some(&open.revision)),
            Err(PlanStoreError::Locked)
        ));
        keeper.door.unlock(&unlock).unwrap();
        let again = keeper.write(&plan("otters"), false, Some(&open.revision)).unwrap();
        assert!(!found_in_plain(folder.path(), "otters"));
        keeper.erase(&again.revision).unwrap();
        assert!(keeper.read().unwrap().is_none());
    }

    #[test]
    fn where_there_is_no_plan_a_locked_journal_does_not_hide_one() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = keeper(folder.path());
        seal(&keeper);
        keeper.door.lock().unwrap();
        assert!(keeper.read().unwrap().is_none());
    }
}
