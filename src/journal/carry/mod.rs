//! Taking what one wrote along: out of the journal into plain files, and back.

mod day_one;
mod folder;
mod foreign;
mod front_matter;
mod import;
mod jrnl;
mod json;
mod markdown;
mod origin;
mod parts;
mod sealed;

pub use folder::Form;
pub use import::Imported;
pub use origin::{Origin, Reading};
pub use sealed::{Opener, Recipient, Seal, Sealed};

use super::Journal;
use super::model::{Draft, FullEntry, FullRecord, Response};
use super::parts::{KeptDialogue, KeptPart};
use super::time::Stamp;

/// Version of the export; rises when something breaks.
pub(super) const VERSION: u32 = 1;

/// What an export holds, one after the other.
pub(super) enum Item {
    Entry(Box<FullEntry>),
    Record(Box<FullRecord>),
    Draft(Draft),
    Response(Response),
    Part(Box<KeptPart>),
    Dialogue(Box<KeptDialogue>),
}

impl Journal {
    /// Hands over everything, all of one moment: entries, thought records, drafts, sheets of
    /// questionnaires, parts, then dialogues.
    fn everything(
        &self,
        mut take: impl FnMut(Item) -> Result<(), super::JournalError>,
    ) -> Result<Stamp, super::JournalError> {
        let now = self.clock.now();
        self.read(|db| {
            super::entries::each(db, |entry| take(Item::Entry(Box::new(entry))))?;
            super::records::each(db, |record| take(Item::Record(Box::new(record))))?;
            super::drafts::all(db)?.into_iter().try_for_each(|draft| take(Item::Draft(draft)))?;
            super::responses::each(db, |response| take(Item::Response(response)))?;
            super::parts::all_parts(db)?.into_iter().try_for_each(|part| take(Item::Part(Box::new(part))))?;
            let dialogues = super::parts::all_dialogues(db)?;
            dialogues.into_iter().try_for_each(|dialogue| take(Item::Dialogue(Box::new(dialogue))))
        })?;
        Ok(now)
    }
}
