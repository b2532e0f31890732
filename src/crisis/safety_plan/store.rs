//! Where a plan is kept: the door behind which there is a plain file, or a journal.

use std::fmt;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::{SCHEMA, SafetyPlan};

/// Tells one state of a kept plan from another.
#[derive(Clone, PartialEq, Eq)]
pub struct Revision(String);

impl Revision {
    /// Of what is kept, byte for byte.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let sum: [u8; 32] = Sha256::digest(bytes).into();
        let half = sum.first_chunk().map_or(0, |half| u128::from_be_bytes(*half));
        Self(format!("{half:032x}"))
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Revision({})", self.0)
    }
}

/// A plan as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPlan {
    /// The plan.
    pub plan: SafetyPlan,
    /// Whether its owner agreed that it opens without a passphrase, even when a journal is locked.
    pub readable_when_locked: bool,
    /// Which state of it this is.
    pub revision: Revision,
}

/// Why a plan can't be read or kept. Never holds what a person wrote.
#[derive(Debug, thiserror::Error)]
pub enum PlanStoreError {
    /// What is there is not a plan, or not a whole one.
    #[error(
        "Your safety plan file is damaged. Nothing was changed. Look at {}, and move it away to begin a new plan.",
        path.display()
    )]
    Damaged {
        /// Where it lies.
        path: PathBuf,
    },
    /// A newer version wrote it.
    #[error(
        "Your safety plan was written by a newer Evenkeel (form {schema}; this one knows {SCHEMA}). Nothing was changed. Use that version, or look at {}.",
        path.display()
    )]
    Newer {
        /// Where it lies.
        path: PathBuf,
        /// Its form.
        schema: u64,
    },
    /// Its owner wants it hidden while the journal is locked, and it is.
    #[error("Your safety plan opens with your journal, which is locked. Nothing was changed.")]
    Locked,
    /// It lies in the journal, which can't be read or written.
    #[error("Your safety plan lies in your journal. {why}")]
    Journal {
        /// What is wrong with the journal, in a sentence or two.
        why: String,
    },
    /// It is no longer as it was when it was looked at.
    #[error(
        "Your safety plan was changed from elsewhere meanwhile. Nothing was overwritten. Look at it and try again."
    )]
    Changed,
    /// The system refused.
    #[error("{} could not be {what} ({source}). What was there before has not changed.", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Read, written, removed.
        what: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Keeps one plan. A damaged one or one of a newer form is never overwritten or removed.
pub trait PlanStore: Send + Sync {
    /// The plan; `None` if there is none.
    ///
    /// # Errors
    /// [`PlanStoreError`] if there is one and it can't be read.
    fn read(&self) -> Result<Option<KeptPlan>, PlanStoreError>;

    /// Keeps a plan in place of the state that was looked at; `None` where there was none. When
    /// this returns, the plan is on the disk.
    ///
    /// # Errors
    /// [`PlanStoreError::Changed`] if what is there is another state; the others if it can't be
    /// read or written. Then nothing was changed.
    fn write(
        &self,
        plan: &SafetyPlan,
        readable_when_locked: bool,
        over: Option<&Revision>,
    ) -> Result<KeptPlan, PlanStoreError>;

    /// Removes the plan in the state that was looked at.
    ///
    /// # Errors
    /// As [`PlanStore::write`].
    fn erase(&self, looked_at: &Revision) -> Result<(), PlanStoreError>;

    /// Brings the plan to where its owner's choice puts it, after what locks it has changed.
    ///
    /// # Errors
    /// As [`PlanStore::write`]; then the plan is where it was.
    fn settle(&self) -> Result<(), PlanStoreError> {
        Ok(())
    }
}
