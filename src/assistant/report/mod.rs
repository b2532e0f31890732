//! What the journal holds, as a report takes it: what the person chose, for a period, and no more.

mod measured;
mod noticed;
mod questionnaires;
mod words;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Content;
use crate::insight::{Associations, PeriodError};
use crate::journal::{Id, Journal, JournalError, Stamp};
use crate::report::{Association, Chosen, Head, Held, Period, Report, ReportError, Section, Zone};

/// Characters of a note to the therapist at most.
const MOST_OF_A_NOTE: usize = 20_000;
/// Characters of a name at most.
const MOST_OF_A_NAME: usize = 200;

/// What a person wants in a report. Nothing by default.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRequest {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// The sections.
    #[serde(default)]
    pub sections: Chosen,
    /// Whether the answers to questionnaires stand beside the totals.
    #[serde(default)]
    pub answers: bool,
    /// Whether what was predicted and what happened stand beside the tries on the ladder.
    #[serde(default)]
    pub practice_words: bool,
    /// Entries whose text is in it, each chosen by itself.
    #[serde(default)]
    pub entries: Vec<Id>,
    /// Thought records that are in it, each chosen by itself.
    #[serde(default)]
    pub thought_records: Vec<Id>,
    /// The name that the person wants on it.
    #[serde(default)]
    pub name: Option<String>,
    /// A note to the therapist.
    #[serde(default)]
    pub note: Option<String>,
}

/// Prints what is safe to print.
impl std::fmt::Debug for ReportRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReportRequest({} to {}, {:?})", self.from, self.to, self.sections)
    }
}

/// Why a report could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The period, or what the report room says.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The period, as looking back takes it.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// A name or a note is too long.
    #[error("{what} is longer than {limit} characters. Shorten it.")]
    TooLong {
        /// What.
        what: &'static str,
        /// Characters it may have.
        limit: usize,
    },
    /// An entry or record that was chosen is of another time.
    #[error(
        "{what} {id} is of {day}, outside of the days of this report. Choose other days, or leave it out."
    )]
    Outside {
        /// An entry or a thought record.
        what: &'static str,
        /// Which.
        id: Id,
        /// Its day.
        day: Date,
    },
    /// An entry or record that was chosen is not there.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Content {
    /// The report of what was chosen. Entries and thought records are chosen one by one; choosing
    /// one is choosing its section.
    ///
    /// # Errors
    /// [`GatherError`] if the period ends before it begins, something is too long, an entry is not
    /// there, or the journal cannot be read.
    pub fn report(
        &self,
        journal: &Journal,
        request: &ReportRequest,
        made_at: Timestamp,
    ) -> Result<Report, GatherError> {
        let name = checked("The name", request.name.as_deref(), MOST_OF_A_NAME)?;
        let note = checked("The note", request.note.as_deref(), MOST_OF_A_NOTE)?;
        let period = Period::new(request.from, request.to)?;
        let zone = Zone::named(TimeZone::system().iana_name().unwrap_or("UTC"))?;
        let head = Head { period, made_at, zone, name, version: env!("CARGO_PKG_VERSION").to_owned() };
        let chosen = chosen(request, note.is_some());

        let mut held = Held { note, ..Held::default() };
        let of = Gathering { content: self, journal, request };
        if chosen.has(Section::Questionnaires) {
            held.questionnaires = of.questionnaires()?;
        }
        if chosen.has(Section::RedFlags) {
            held.red_flags = of.red_flags()?;
        }
        if chosen.has(Section::CheckIns) {
            held.check_ins = of.check_ins()?;
        }
        if chosen.has(Section::Body) {
            held.body = of.body()?;
        }
        if chosen.has(Section::HabitsOfThought) {
            held.habits_of_thought = of.habits()?;
        }
        if chosen.has(Section::Practice) {
            held.practice = of.practice()?;
        }
        if chosen.has(Section::Associations) {
            held.associations = of.associations()?;
        }
        if chosen.has(Section::ThoughtRecords) {
            held.thought_records = of.thought_records()?;
        }
        if chosen.has(Section::Parts) {
            held.parts = of.parts()?;
        }
        if chosen.has(Section::Entries) {
            held.entries = of.entries()?;
        }
        Ok(Report::of(head, chosen, held))
    }
}

fn chosen(request: &ReportRequest, note: bool) -> Chosen {
    let mut chosen = request.sections.clone();
    let by_one = [
        (Section::Entries, !request.entries.is_empty()),
        (Section::ThoughtRecords, !request.thought_records.is_empty()),
        (Section::Note, note),
    ];
    for (section, _) in by_one.into_iter().filter(|(_, any)| *any) {
        chosen.add(section);
    }
    chosen
}

fn checked(what: &'static str, words: Option<&str>, limit: usize) -> Result<Option<String>, GatherError> {
    let words = words.map(str::trim).filter(|words| !words.is_empty());
    match words {
        Some(words) if words.chars().count() > limit => Err(GatherError::TooLong { what, limit }),
        words => Ok(words.map(str::to_owned)),
    }
}

/// What a report is put together from.
struct Gathering<'a> {
    content: &'a Content,
    journal: &'a Journal,
    request: &'a ReportRequest,
}

impl Gathering<'_> {
    /// What was chosen by itself has to be of the period: nothing is left out in silence.
    fn inside(&self, what: &'static str, id: Id, moment: Stamp) -> Result<Timestamp, GatherError> {
        let at = instant(moment);
        let day = TimeZone::system().to_datetime(at).date();
        if self.holds_day(day) { Ok(at) } else { Err(GatherError::Outside { what, id, day }) }
    }

    /// Whether a moment lies in the period, by the clocks of where it was written.
    fn holds(&self, moment: Stamp) -> bool {
        self.holds_day(moment.local_day())
    }

    fn holds_day(&self, day: Date) -> bool {
        self.request.from <= day && day <= self.request.to
    }

    /// A period of instants that holds every moment of the days asked for, wherever they were
    /// written: a day more at each end. [`Self::holds`] sorts the rest out.
    fn around(&self) -> (Stamp, Stamp) {
        let at = |day: Date| {
            let ms = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).map(Timestamp::as_millisecond);
            ms.ok().and_then(|ms| Stamp::new(ms, 0).ok())
        };
        let from = self.request.from.yesterday().ok().and_then(at).unwrap_or(Stamp::FIRST);
        let after = self.request.to.tomorrow().and_then(Date::tomorrow).ok();
        (from, after.and_then(at).unwrap_or(Stamp::LAST))
    }

    fn associations(&self) -> Result<Vec<Association>, GatherError> {
        let period = crate::insight::Period::new(self.request.from, self.request.to)?;
        let found = Associations::of(&self.content.held(self.journal)?, period);
        let said = found.pairs.iter().filter_map(|pair| {
            let finding = pair.finding.as_ref()?;
            Some(Association { says: pair.says.as_str().to_owned(), days: finding.days as u32 })
        });
        Ok(said.collect())
    }
}

/// A moment as a report has it.
fn instant(stamp: Stamp) -> Timestamp {
    Timestamp::from_millisecond(stamp.ms()).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests;
