//! The days that are looked at, and how a moment belongs to a day.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Weekday};

/// Days from one to another, both included. Its end counts as today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Period {
    /// The first day.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// The last day.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, format = Date)]
    to: Date,
}

/// Why a period was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// It ends before it begins.
    #[error("This period ends before it begins. Give the earlier day first.")]
    Reversed,
    /// It is too long.
    #[error("This period is longer than ten years. Choose a shorter one.")]
    Long,
}

/// Hour at which a day begins: what is said at one at night belongs to the day before.
const DAWN: i32 = 4;

impl Period {
    /// The most days it can have: ten years.
    pub const MOST: u16 = 3_660;

    /// From a day to another, both included.
    ///
    /// # Errors
    /// [`PeriodError`] if it ends before it begins or has more than [`Self::MOST`] days.
    pub fn new(from: Date, to: Date) -> Result<Self, PeriodError> {
        if to < from {
            return Err(PeriodError::Reversed);
        }
        let period = Self { from, to };
        if period.days() > usize::from(Self::MOST) { Err(PeriodError::Long) } else { Ok(period) }
    }

    /// The last `days` days up to `today`, itself included: 1 to [`Self::MOST`].
    #[must_use]
    pub fn last(days: u16, today: Date) -> Self {
        let days = i64::from(days.clamp(1, Self::MOST));
        Self { from: today.saturating_sub((days - 1).days()), to: today }
    }

    /// The first day.
    #[must_use]
    pub const fn from(self) -> Date {
        self.from
    }

    /// The last day.
    #[must_use]
    pub const fn to(self) -> Date {
        self.to
    }

    /// How many days it has, at least one.
    #[must_use]
    pub fn days(self) -> usize {
        between(self.from, self.to) as usize + 1
    }

    /// Whether a day lies in it.
    #[must_use]
    pub fn holds(self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// The place of a day in it, from 0.
    pub(super) fn place(self, day: Date) -> Option<usize> {
        self.holds(day).then(|| between(self.from, day) as usize)
    }

    /// The day at a place.
    pub(super) fn day(self, place: usize) -> Date {
        self.from.saturating_add(i64::try_from(place).unwrap_or_default().days())
    }

    /// The weekday at a place, 0 for Monday.
    pub(super) fn weekday(self, place: usize) -> usize {
        (self.from.weekday().to_monday_zero_offset() as usize + place) % 7
    }
}

/// Days from one day to another, negative if it lies before.
pub(super) fn between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

/// The day that a moment belongs to: a day lasts until four at night.
#[must_use]
pub fn day_of(moment: DateTime) -> Date {
    if i32::from(moment.hour()) < DAWN { moment.date().saturating_sub(1.day()) } else { moment.date() }
}

/// The Monday of a day's week.
pub(super) fn monday(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is named as the day it stands for")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Day {
    /// All of them, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// Its name in the plural, as in `on Mondays`.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Monday => "Mondays",
            Self::Tuesday => "Tuesdays",
            Self::Wednesday => "Wednesdays",
            Self::Thursday => "Thursdays",
            Self::Friday => "Fridays",
            Self::Saturday => "Saturdays",
            Self::Sunday => "Sundays",
        }
    }
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        Self::ALL[day.to_monday_zero_offset() as usize]
    }
}

/// Writes a day as `2026-11-27`.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
pub(super) fn as_text<S: serde::Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}
