//! Reminders for a person's own calendar: one file after RFC 5545, with wording that tells nobody
//! what it is for. This room knows nothing of the journal, of files or of the terminal.

mod calendar;
mod when;

pub use calendar::calendar;
pub use when::{Planned, WhenError, date, planned_in, time_of, weekdays};

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{SignedDuration, Timestamp};

/// What stands in the calendar if nobody says otherwise.
pub const TITLE: &str = "Reminder";
/// Characters of a title at most.
pub const LONGEST_TITLE: usize = 120;

/// Something to be reminded of.
#[derive(Clone, PartialEq, Eq)]
pub struct Reminder {
    /// A name that nothing else in any calendar has.
    pub uid: String,
    /// When it was made.
    pub made: Timestamp,
    /// The first time, as clocks show it wherever the person is then.
    pub first: DateTime,
    /// How often it comes.
    pub every: Every,
    /// How many times, if it is to end.
    pub times: Option<u16>,
    /// Minutes by which the calendar is to say it sooner.
    pub before: u16,
    /// What stands in the calendar.
    pub title: String,
}

impl std::fmt::Debug for Reminder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reminder({}, {:?})", self.first, self.every)
    }
}

/// How often something comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Every {
    /// Once.
    Once,
    /// Each day.
    Day,
    /// Each week on these days, of which there is one at least.
    Week(Vec<Weekday>),
}

/// What clocks show at a place, milliseconds after 1970 in UTC and minutes east of it.
#[must_use]
pub fn local(ms: i64, offset: i16) -> DateTime {
    const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    EPOCH.saturating_add(SignedDuration::from_millis(ms.saturating_add(i64::from(offset) * 60_000)))
}

impl Every {
    /// The first time at or after a day that is later than now.
    #[must_use]
    pub fn first(&self, from: Option<Date>, at: Time, now: DateTime) -> Option<DateTime> {
        let begin = from.unwrap_or_else(|| now.date());
        let fits = |day: Date| match self {
            Self::Once | Self::Day => true,
            Self::Week(days) => days.contains(&day.weekday()),
        };
        let mut day = begin.max(now.date());
        // Once, on a day that is past, never comes.
        if *self == Self::Once && from.is_some_and(|from| from < now.date()) {
            return None;
        }
        for _ in 0..8 {
            let moment = day.to_datetime(at);
            if fits(day) && moment > now {
                return Some(moment);
            }
            if *self == Self::Once && from.is_some() {
                return None;
            }
            day = day.tomorrow().ok()?;
        }
        None
    }
}

#[cfg(test)]
mod tests;
