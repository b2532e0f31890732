//! Taking what one wrote along: out of the journal into plain files, and back.

mod body;
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
mod practice;
mod reflection;
mod reframes;
mod sealed;

pub use folder::Form;
pub use import::Imported;
#[cfg(test)]
pub(super) use json::LISTS;
pub use origin::{Origin, Reading};
pub use sealed::{Opener, Recipient, Seal, Sealed};

use super::Journal;
use super::body::BodyDay;
use super::choices::Chosen;
use super::dialogues::KeptDialogue;
use super::kept::{self, Kept};
use super::model::{Draft, FullEntry, FullRecord, Response};
use super::parts::KeptPart;
use super::reframes::{ReframeFeedback, ShownReframe};
use super::time::Stamp;
use crate::body::Cortisol;
use crate::checkin::CheckIn;
use crate::practice::{OwnStep, Person, Practice};
use crate::reflection::Reflected;

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
    CheckIn(Box<Kept<CheckIn>>),
    OwnStep(Box<Kept<OwnStep>>),
    Practice(Box<Kept<Practice>>),
    Person(Box<Kept<Person>>),
    Reflected(Box<Kept<Reflected>>),
    Cortisol(Box<Kept<Cortisol>>),
    Shown(Box<Kept<ShownReframe>>),
    Feedback(Box<Kept<ReframeFeedback>>),
    /// All of them at once.
    Body(Vec<BodyDay>),
    /// The same.
    Choices(Vec<Chosen>),
}

impl Journal {
    /// Hands over everything, all of one moment: entries, thought records, drafts, sheets of
    /// questionnaires, parts, dialogues, then check-ins, own steps, practice, people and
    /// reflections, cortisol, values of days, choices, reframes that were shown and what was said of them.
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
            let dialogues = super::dialogues::all(db)?;
            dialogues.into_iter().try_for_each(|dialogue| take(Item::Dialogue(Box::new(dialogue))))?;
            kept::each(db, |one| take(Item::CheckIn(Box::new(one))))?;
            kept::each(db, |one| take(Item::OwnStep(Box::new(one))))?;
            kept::each(db, |one| take(Item::Practice(Box::new(one))))?;
            kept::each(db, |one| take(Item::Person(Box::new(one))))?;
            kept::each(db, |one| take(Item::Reflected(Box::new(one))))?;
            kept::each(db, |one| take(Item::Cortisol(Box::new(one))))?;
            take(Item::Body(super::body::all(db)?))?;
            take(Item::Choices(super::choices::all(db)?))?;
            kept::each(db, |one| take(Item::Shown(Box::new(one))))?;
            kept::each(db, |one| take(Item::Feedback(Box::new(one))))
        })?;
        Ok(now)
    }
}
