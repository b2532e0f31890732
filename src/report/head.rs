//! Whom a report is from, which days it covers, when it was made.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::ReportError;

/// From a day to a day, both of them in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Days")]
pub struct Period {
    /// The first day.
    #[schema(value_type = String)]
    from: Date,
    /// The last day.
    #[schema(value_type = String)]
    to: Date,
}

#[derive(Deserialize)]
struct Days {
    from: Date,
    to: Date,
}

impl TryFrom<Days> for Period {
    type Error = ReportError;

    fn try_from(days: Days) -> Result<Self, ReportError> {
        Self::new(days.from, days.to)
    }
}

impl Period {
    /// A period.
    ///
    /// # Errors
    /// [`ReportError::Period`] if it ends before it begins.
    pub fn new(from: Date, to: Date) -> Result<Self, ReportError> {
        if to < from { Err(ReportError::Period) } else { Ok(Self { from, to }) }
    }

    /// The first day.
    #[must_use]
    pub const fn from(&self) -> Date {
        self.from
    }

    /// The last day.
    #[must_use]
    pub const fn to(&self) -> Date {
        self.to
    }

    /// How many days it has, at least 1.
    #[must_use]
    pub fn days(&self) -> u32 {
        let days = (self.to.duration_since(self.from).as_hours() / 24) + 1;
        u32::try_from(days).unwrap_or(1)
    }
}

/// A time zone by its IANA name, such as `Europe/Dublin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of this name.
    ///
    /// # Errors
    /// [`ReportError::Zone`] if there is none.
    pub fn named(name: &str) -> Result<Self, ReportError> {
        TimeZone::get(name).map(Self).map_err(|_| ReportError::Zone)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// A moment as its clocks show it.
    #[must_use]
    pub fn clock(&self, moment: Timestamp) -> jiff::ZonedDateTime {
        moment.to_zoned_datetime(self.0.clone())
    }
}

impl TryFrom<String> for Zone {
    type Error = ReportError;

    fn try_from(name: String) -> Result<Self, ReportError> {
        Self::named(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

/// What stands at the head of a report.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Head {
    /// The days that it covers.
    pub period: Period,
    /// When it was made.
    #[schema(value_type = String)]
    pub made_at: Timestamp,
    /// Where the person's days begin and end.
    pub zone: Zone,
    /// The name that the person wants on it, if any.
    pub name: Option<String>,
    /// The version of the program.
    pub version: String,
}

impl Head {
    /// The day on which it was made.
    #[must_use]
    pub fn made_on(&self) -> Date {
        self.day(self.made_at)
    }

    /// The person's day in which a moment lies.
    #[must_use]
    pub fn day(&self, moment: Timestamp) -> Date {
        self.zone.clock(moment).date()
    }
}

// A name never reaches a log.
impl std::fmt::Debug for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Head")
            .field("period", &self.period)
            .field("made_at", &self.made_at)
            .finish_non_exhaustive()
    }
}
