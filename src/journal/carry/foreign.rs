//! What other programs wrote, on its way into the journal: texts with their times, named so that
//! the same file, taken in again, adds nothing.

use std::collections::HashMap;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};

use super::import::{Imported, note};
use crate::journal::values::Id;
use crate::journal::{Entry, EntryText, Journal, JournalError, Mood, Stamp, Tag, entries};

/// One text of another program.
pub(super) struct Foreign {
    pub(super) text: EntryText,
    pub(super) written: Stamp,
    /// Its time as it stands in the file, which is the same on every machine; empty where the
    /// file does not tell any.
    pub(super) told: String,
    pub(super) mood: Option<Mood>,
    pub(super) tags: Vec<Tag>,
    /// The name it has already, if it came from here.
    pub(super) id: Option<Id>,
}

/// All that a file or folder holds.
#[derive(Default)]
pub(super) struct Found {
    pub(super) texts: Vec<Foreign>,
    /// Entries without any text: pictures alone, or nothing.
    pub(super) without_text: usize,
    /// Pictures, sounds and other files that belong to texts.
    pub(super) attachments: usize,
    /// Thought records and drafts of our own, which come back through JSON alone.
    pub(super) left_out: usize,
}

/// What is wrong in a file, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) why: String,
}

impl Fault {
    pub(super) fn new(line: usize, why: impl Into<String>) -> Self {
        Self { line, why: why.into() }
    }

    /// The same in a file among several.
    pub(super) fn of(self, file: &str) -> JournalError {
        JournalError::ImportFrom { place: format!("{file}, line {}", self.line), why: self.why }
    }
}

impl From<Fault> for JournalError {
    fn from(fault: Fault) -> Self {
        Self::Import { line: fault.line, column: 1, why: fault.why }
    }
}

/// Times as other programs write them.
const FORMS: [&str; 6] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y-%m-%d %I:%M %p",
];

/// What clocks showed. A day alone stands for its noon, which lies on that day in almost every
/// zone.
pub(super) fn civil(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let day = |form: &str| Date::strptime(form, text).ok().map(|day| day.at(12, 0, 0, 0));
    let found = FORMS.iter().find_map(|form| DateTime::strptime(form, text).ok());
    found.or_else(|| day("%Y-%m-%d")).filter(|at| at.year() >= 1)
}

/// A tag as others write them, made to fit; none if nothing of it is left.
pub(super) fn tag(text: &str) -> Option<Tag> {
    let plain: String = text.chars().map(|c| if c == ',' || c.is_control() { ' ' } else { c }).collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.trim_start_matches(['@', '#']).trim_start().chars().take(64).collect();
    Tag::new(&short).ok()
}

/// Text of another program's file. A mark of its byte order is not text.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let lines = bytes.iter().take(error.valid_up_to()).filter(|b| **b == b'\n').count();
        Fault::new(lines + 1, "This is not UTF-8 text. Save the file as UTF-8 and try again.")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The zone of times that tell none.
///
/// # Errors
/// [`JournalError::ImportFrom`] if there is no zone of this name.
pub(super) fn zone(name: Option<&str>) -> Result<TimeZone, JournalError> {
    let Some(name) = name else { return Ok(TimeZone::system()) };
    TimeZone::get(name).map_err(|_| JournalError::ImportFrom {
        place: "--time-zone".to_owned(),
        why: "There is no time zone of that name. Write it like Europe/Berlin.".to_owned(),
    })
}

/// The name of a text: from its time and its words, and from how many just like it came before.
fn name(one: &Foreign, before: &mut HashMap<[u8; 32], u64>) -> Id {
    let mut content = Sha256::new();
    for part in ["evenkeel import 1", &one.told, one.text.as_str()] {
        content.update((part.len() as u64).to_le_bytes());
        content.update(part.as_bytes());
    }
    let content: [u8; 32] = content.finalize().into();
    let count = before.entry(content).or_insert(0);
    let mut whole = Sha256::new();
    whole.update(content);
    whole.update(count.to_le_bytes());
    *count += 1;
    let whole: [u8; 32] = whole.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    Id::of_content(half)
}

impl Journal {
    /// Keeps what is new here, all of it or nothing.
    pub(super) fn take_in(&self, found: Found) -> Result<Imported, JournalError> {
        let now = self.clock.now();
        let mut before = HashMap::new();
        let mut imported = Imported {
            without_text: found.without_text,
            attachments: found.attachments,
            left_out: found.left_out,
            ..Imported::default()
        };
        self.write(|tx| {
            for one in found.texts {
                let id = one.id.unwrap_or_else(|| name(&one, &mut before));
                let mut tags = one.tags;
                tags.sort();
                tags.dedup();
                let entry = Entry {
                    id,
                    version: 1,
                    written: one.written,
                    saved: now,
                    text: one.text,
                    mood: one.mood,
                    tags,
                };
                match entries::find(tx, id)? {
                    None => {
                        entries::insert(tx, &entry)?;
                        imported.entries += 1;
                    }
                    Some((_, here)) => {
                        let same = (&here.text, here.mood, &here.tags, here.written.ms())
                            == (&entry.text, entry.mood, &entry.tags, entry.written.ms());
                        note(same, &mut imported);
                    }
                }
            }
            Ok(imported)
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_other_programs_write_them() {
        for (text, expected) in [
            ("2020-06-28 18:22", "2020-06-28T18:22:00"),
            ("2020-06-28 06:22 PM", "2020-06-28T18:22:00"),
            ("2020-06-28T18:22:05.5", "2020-06-28T18:22:05.5"),
            (" 2020-06-28 ", "2020-06-28T12:00:00"),
            ("9999-12-31 23:59", "9999-12-31T23:59:00"),
        ] {
            assert_eq!(civil(text).unwrap().to_string(), expected);
        }
        for text in ["", "today", "28.06.2020 18:22", "2020-06-31", "2020-06-28 25:00", "0000-01-01"] {
            assert_eq!(civil(text), None, "{text}");
        }
    }

    #[test]
    fn tags_are_made_to_fit() {
        assert_eq!(tag("@Work"), tag("#work"));
        assert_eq!(tag("a, b\tc"), Tag::new("a b c").ok());
        assert_eq!(tag(&"x".repeat(100)), Tag::new(&"x".repeat(64)).ok());
        assert_eq!(tag("@ "), None);
    }
}
