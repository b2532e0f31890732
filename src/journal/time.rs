//! When something was written: an instant in UTC, to the millisecond, beside the offset of the
//! place it was written at.

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, Object, Schema, SchemaFormat, Type};

use crate::crisis::Date;

/// Offsets reach this many minutes to either side of UTC.
const MOST_OFFSET: i16 = 18 * 60;
const MINUTE: i64 = 60_000;
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// An instant with the offset that clocks showed where it was written. Years 1 to 9999, in UTC
/// and there. In JSON as RFC 3339 has it: `"2026-11-26T23:04:05.123+01:00"`.
///
/// Ordered by the instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Stamp {
    ms: i64,
    offset: i16,
}

/// Text or numbers that should be a time and are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A time is written like 2026-11-26T23:04:05+01:00, in a year from 1 to 9999.")]
pub struct StampError;

/// In the API's description it is a text.
impl utoipa::PartialSchema for Stamp {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        Object::builder().schema_type(Type::String).format(Some(format)).into()
    }
}

impl utoipa::ToSchema for Stamp {}

impl Stamp {
    /// From milliseconds since 1970 in UTC and minutes east of UTC.
    ///
    /// # Errors
    /// [`StampError`] if the year would not be 1 to 9999 or there is no such offset.
    pub fn new(ms: i64, offset: i16) -> Result<Self, StampError> {
        if !(-MOST_OFFSET..=MOST_OFFSET).contains(&offset) {
            return Err(StampError);
        }
        for local in [ms, ms.saturating_add(i64::from(offset) * MINUTE)] {
            let civil = EPOCH.checked_add(SignedDuration::from_millis(local)).map_err(|_| StampError)?;
            if civil.year() < 1 {
                return Err(StampError);
            }
        }
        Ok(Self { ms, offset })
    }

    /// The earliest of all.
    pub const FIRST: Self = Self { ms: -62_135_596_800_000, offset: 0 };
    /// The latest of all.
    pub const LAST: Self = Self { ms: 253_402_300_799_999, offset: 0 };

    /// Milliseconds since 1970 in UTC.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.ms
    }

    /// Minutes east of UTC.
    #[must_use]
    pub const fn offset(self) -> i16 {
        self.offset
    }

    /// The instant at which the clocks of a zone show this: where that hour is skipped, the hour
    /// after it; where it comes twice, the first.
    ///
    /// # Errors
    /// [`StampError`] if the year would not be 1 to 9999.
    pub(super) fn at(civil: DateTime, zone: &TimeZone) -> Result<Self, StampError> {
        match zone.to_timestamp(civil) {
            Ok(instant) => Self::new(instant.as_millisecond(), 0).map(|stamp| stamp.in_zone(zone)),
            // The last days of the year 9999 are beyond what time zones know.
            Err(_) => Self::new(civil.duration_since(EPOCH).as_millis() as i64, 0),
        }
    }

    /// The same instant with the offset that a zone had then.
    pub(super) fn in_zone(self, zone: &TimeZone) -> Self {
        let Ok(instant) = Timestamp::from_millisecond(self.ms) else { return self };
        let minutes = i16::try_from(zone.to_offset(instant).seconds() / 60).unwrap_or(0);
        Self::new(self.ms, minutes).unwrap_or(self)
    }

    /// As clocks showed it there, to the minute: `2026-11-26 23:04`, and the offset behind it.
    #[must_use]
    pub fn as_written(self) -> String {
        let text = self.to_string();
        let offset = match self.offset {
            0 => "UTC",
            _ => text.get(text.len() - 6..).unwrap_or_default(),
        };
        format!("{} {} ({offset})", text.get(..10).unwrap_or_default(), text.get(11..16).unwrap_or_default())
    }

    /// The day that calendars showed there, so many days later; none beyond the year 9999.
    #[must_use]
    pub fn day_in(self, days: u16) -> Option<Date> {
        let day = self.local().date().checked_add(jiff::Span::new().days(i64::from(days))).ok()?;
        Date::new(u16::try_from(day.year()).ok()?, day.month() as u8, day.day() as u8).ok()
    }

    /// The day where it was written, such as `2026-11-26`.
    #[must_use]
    pub fn day(self) -> String {
        let date = self.local().date();
        format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }

    /// The day where it was written.
    #[must_use]
    pub fn local_day(self) -> jiff::civil::Date {
        self.local().date()
    }

    /// What clocks and calendars showed where it was written.
    #[must_use]
    pub fn local(self) -> DateTime {
        let local = SignedDuration::from_millis(self.ms + i64::from(self.offset) * MINUTE);
        EPOCH.saturating_add(local)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.local();
        let (date, time) = (at.date(), at.time());
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())?;
        write!(f, "T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
        if time.millisecond() != 0 {
            write!(f, ".{:03}", time.millisecond())?;
        }
        match self.offset {
            0 => f.write_str("Z"),
            east => {
                let sign = if east < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", east.abs() / 60, east.abs() % 60)
            }
        }
    }
}

impl FromStr for Stamp {
    type Err = StampError;

    /// Fractions of a second beyond the millisecond are cut off.
    fn from_str(text: &str) -> Result<Self, StampError> {
        let bad = StampError;
        let (front, offset) = if let Some(front) = text.strip_suffix(['Z', 'z']) {
            (front, 0)
        } else {
            let at = text.len().checked_sub(6).filter(|at| text.is_char_boundary(*at)).ok_or(bad)?;
            let (front, zone) = text.split_at(at);
            (front, offset_of(zone).ok_or(bad)?)
        };
        let shaped = front.is_ascii()
            && front.len() >= 19
            && matches!(front.as_bytes().get(10), Some(b'T' | b't' | b' '));
        if !shaped {
            return Err(bad);
        }
        let civil: DateTime = front.parse().map_err(|_| bad)?;
        let ms = i64::try_from(civil.duration_since(EPOCH).as_millis()).map_err(|_| bad)?;
        // Towards the past, so that a fraction is cut off before 1970 too.
        let ms = if civil.duration_since(EPOCH).subsec_nanos() % 1_000_000 < 0 { ms - 1 } else { ms };
        Self::new(ms - i64::from(offset) * MINUTE, offset)
    }
}

/// Minutes of `+01:00`.
fn offset_of(text: &str) -> Option<i16> {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i16>().ok())?;
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = (digits(text.get(1..3)?)?, digits(text.get(4..6)?)?);
    (text.get(3..4) == Some(":") && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

impl TryFrom<String> for Stamp {
    type Error = StampError;

    fn try_from(text: String) -> Result<Self, StampError> {
        text.parse()
    }
}

impl From<Stamp> for String {
    fn from(stamp: Stamp) -> Self {
        stamp.to_string()
    }
}

/// Tells the time. The journal asks nothing else what time it is.
pub trait Clock: Send + Sync {
    /// Now, with the offset of this place.
    fn now(&self) -> Stamp;
}

/// The clock and the time zone of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl SystemClock {
    /// When a day begins at this place; where its first hour is skipped, when that ends.
    #[must_use]
    pub fn midnight(self, day: Date) -> Stamp {
        let midnight: Option<DateTime> = format!("{day}T00:00:00").parse().ok();
        let stamp = midnight.and_then(|midnight| Stamp::at(midnight, &TimeZone::system()).ok());
        stamp.unwrap_or(Stamp { ms: 0, offset: 0 })
    }
}

impl SystemClock {
    /// Reads what bounds a period: a moment, or a day, which stands for its beginning here.
    ///
    /// # Errors
    /// [`StampError`] if it is neither.
    pub fn bound(self, text: &str) -> Result<Stamp, StampError> {
        text.parse().or_else(|why| text.parse().map(|day| self.midnight(day)).map_err(|_| why))
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Stamp {
        let now = Stamp::new(Timestamp::now().as_millisecond(), 0);
        // A clock that is beyond the year 9999 is taken for broken, and told by the time itself.
        now.map_or(Stamp { ms: 0, offset: 0 }, |now| now.in_zone(&TimeZone::system()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_read_and_written_as_rfc_3339_has_them() {
        for text in [
            "2026-11-26T23:04:05.123+01:00",
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999Z",
            "9999-12-31T20:00:00-03:30",
            "2026-03-01T00:00:00+05:45",
        ] {
            assert_eq!(text.parse::<Stamp>().unwrap().to_string(), text);
        }
        let cut: Stamp = "1969-12-31T23:59:59.9995Z".parse().unwrap();
        assert_eq!(cut.to_string(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn a_time_on_the_wall_is_read_in_its_zone_summer_and_winter() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for (wall, expected) in [
            ("2026-01-15T22:00:00", "2026-01-15T22:00:00+01:00"),
            ("2026-07-15T22:00:00", "2026-07-15T22:00:00+02:00"),
            // An hour that was skipped, and one that came twice.
            ("2026-03-29T02:30:00", "2026-03-29T03:30:00+02:00"),
            ("2026-10-25T02:30:00", "2026-10-25T02:30:00+02:00"),
            ("9999-12-31T23:59:59", "9999-12-31T23:59:59Z"),
        ] {
            let stamp = Stamp::at(wall.parse().unwrap(), &berlin).unwrap();
            assert_eq!(stamp.to_string(), expected);
        }
        let kathmandu = TimeZone::get("Asia/Kathmandu").unwrap();
        let there = "2026-11-26T18:15:00Z".parse::<Stamp>().unwrap().in_zone(&kathmandu);
        assert_eq!(there.to_string(), "2026-11-27T00:00:00+05:45");
        assert_eq!(there.as_written(), "2026-11-27 00:00 (+05:45)");
        assert_eq!(there.day_in(7).map(|day| day.to_string()), Some("2026-12-04".into()));
        assert!(Stamp::at("-0001-01-01T00:00:00".parse().unwrap_or(DateTime::MIN), &berlin).is_err());
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "Z",
            "2026-11-26",
            "2026-13-26T00:00:00Z",
            "2026-11-26T24:00:00Z",
            "2026-11-26T00:00:00",
            "9999-12-31T23:59:59-01:00",
            "0001-01-01T00:00:00+01:00",
            "2026-11-26T00:00:00+19:00",
            "2026-11-26T00:00:00+1:000",
            "2026-11-26T00:00:00é01:00",
            "-2026-11-26T00:00:00Z",
            "2026-11-26T00:00:00+01:60",
        ] {
            assert_eq!(text.parse::<Stamp>(), Err(StampError), "{text}");
        }
        assert_eq!(Stamp::new(i64::MAX, 0), Err(StampError));
    }

    proptest! {
        #[test]
        fn every_stamp_survives_being_written(ms in -62_135_000_000_000_i64..253_402_200_000_000, offset in -1080_i16..=1080) {
            let stamp = Stamp::new(ms, offset).unwrap();
            prop_assert_eq!(stamp.to_string().parse::<Stamp>(), Ok(stamp));
        }

        #[test]
        fn no_text_makes_it_stop(text in "\\PC{0,40}") {
            let _ = text.parse::<Stamp>();
        }
    }
}
