//! A calendar day. No clock here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, Object, Schema, SchemaFormat, Type};

/// Text that should be a date and is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A date is written year-month-day, such as 2026-11-25. Check that the day exists and try again.")]
pub struct DateError;

/// A day of the Gregorian calendar, from year 1 to 9999; in JSON `"2026-11-25"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// In the API's description it is a text.
impl utoipa::PartialSchema for Date {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Date);
        Object::builder().schema_type(Type::String).format(Some(format)).into()
    }
}

impl utoipa::ToSchema for Date {}

impl Date {
    /// The day of that year, month (1 to 12) and day of the month.
    ///
    /// # Errors
    /// [`DateError`] if there is no such day.
    pub const fn new(year: u16, month: u8, day: u8) -> Result<Self, DateError> {
        if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in(year, month) {
            return Err(DateError);
        }
        Ok(Self { year, month, day })
    }

    /// The same day so many months later, or the last day of that month if it is shorter.
    pub(super) fn months_later(self, months: u16) -> Self {
        let from_january = u16::from(self.month) - 1 + months;
        let year = self.year + from_january / 12;
        let month = (from_january % 12) as u8 + 1;
        Self { year, month, day: self.day.min(days_in(year, month)) }
    }
}

const fn days_in(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |part: &str| {
            let digits = part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<u16>().ok()).flatten()
        };
        let (Some(year), Some("-"), Some(month), Some("-"), Some(day), 10) = (
            text.get(0..4).and_then(number),
            text.get(4..5),
            text.get(5..7).and_then(number),
            text.get(7..8),
            text.get(8..10).and_then(number),
            text.len(),
        ) else {
            return Err(DateError);
        };
        Self::new(year, month as u8, day as u8)
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_date_must_exist() {
        assert_eq!(day("2024-02-29").to_string(), "2024-02-29");
        for wrong in [
            "2023-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "26-1-1",
            "2026-1-01",
            "+026-01-01",
            "2026-01-011",
            "2026/01/01",
        ] {
            assert_eq!(wrong.parse::<Date>(), Err(DateError), "{wrong}");
        }
        assert!(day("2026-11-25") < day("2026-12-01"));
        assert_eq!(day("2026-08-31").months_later(6), day("2027-02-28"));
        assert_eq!(day("2026-11-25").months_later(6), day("2027-05-25"));
    }

    proptest! {
        #[test]
        fn reading_a_date_never_fails_badly_and_what_is_read_is_written_back(text in "\\PC{0,12}|[0-9]{4}-[0-9]{2}-[0-9]{2}") {
            if let Ok(date) = text.parse::<Date>() {
                prop_assert_eq!(date.to_string(), text);
            }
        }
    }
}
