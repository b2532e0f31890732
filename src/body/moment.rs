//! Days and moments as exports write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use super::DateOrder;

/// A moment and the local clock beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// Seconds since 1970, UTC.
    pub(super) unix: i64,
    /// Seconds that the local clock is ahead of UTC.
    pub(super) offset: i32,
}

impl Moment {
    /// The local day.
    pub(super) fn day(self) -> Option<Date> {
        self.local().map(DateTime::date)
    }

    /// The local date and time.
    pub(super) fn local(self) -> Option<DateTime> {
        let offset = Offset::from_seconds(self.offset).ok()?;
        Some(offset.to_datetime(Timestamp::from_second(self.unix).ok()?))
    }

    /// The same moment on the clock of another zone.
    pub(super) fn on_clock_of(self, zone: &TimeZone) -> Option<Self> {
        let stamp = Timestamp::from_second(self.unix).ok()?;
        Some(Self { unix: self.unix, offset: zone.to_offset(stamp).seconds() })
    }

    /// A local time in a zone. A time that the clock skipped or repeated is taken as jiff's "compatible".
    fn in_zone(local: DateTime, zone: &TimeZone) -> Option<Self> {
        let stamp = zone.to_timestamp(local).ok()?;
        Some(Self { unix: stamp.as_second(), offset: zone.to_offset(stamp).seconds() })
    }
}

/// Why a day cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayFault {
    Bad,
    NoYear,
    Ambiguous,
}

/// A date whose order of day and month may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// Only one reading.
    Clear(Date),
    /// Two numbers that are day and month in an order to be found out, and the year.
    Open { first: i8, second: i8, year: i16 },
}

impl Written {
    pub(super) fn read(text: &str) -> Result<Self, DayFault> {
        let text = text.trim().trim_matches('"').trim();
        if !text.is_ascii() || text.len() > 40 {
            return Err(DayFault::Bad);
        }
        if text.bytes().any(|b| b.is_ascii_alphabetic()) && !iso_like(text) {
            return named(text).map(Self::Clear);
        }
        let text = text.split([' ', 'T']).next().unwrap_or_default();
        let Some(mark) = text.chars().find(|c| matches!(c, '-' | '/' | '.')) else {
            return Err(DayFault::Bad);
        };
        let parts: Vec<&str> = text.split(mark).collect();
        if parts.len() == 2 {
            return Err(DayFault::NoYear);
        }
        let [a, b, c] = parts[..] else { return Err(DayFault::Bad) };
        if a.len() == 4 {
            return date(number(a)?, number(b)?, number(c)?).map(Self::Clear);
        }
        let year = match c.len() {
            4 => number(c)?,
            2 => 2000 + number(c)?,
            _ => return Err(DayFault::Bad),
        };
        let (first, second) = (short(a)?, short(b)?);
        if mark == '.' {
            // Points stand between day, month and year, in this order.
            return date(year, second.into(), first.into()).map(Self::Clear);
        }
        Ok(Self::Open { first, second, year })
    }

    /// The only order that gives a date, if there is only one.
    pub(super) fn evidence(self) -> Option<DateOrder> {
        let Self::Open { first, second, .. } = self else { return None };
        match (first > 12, second > 12) {
            (true, false) => Some(DateOrder::DayFirst),
            (false, true) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    pub(super) fn day(self, order: Option<DateOrder>) -> Result<Date, DayFault> {
        match (self, order) {
            (Self::Clear(date), _) => Ok(date),
            (Self::Open { first, second, year }, _) if first == second => {
                date(year, first.into(), second.into())
            }
            (Self::Open { .. }, None) => Err(DayFault::Ambiguous),
            (Self::Open { first, second, year }, Some(DateOrder::DayFirst)) => {
                date(year, second.into(), first.into())
            }
            (Self::Open { first, second, year }, Some(DateOrder::MonthFirst)) => {
                date(year, first.into(), second.into())
            }
        }
    }
}

fn iso_like(text: &str) -> bool {
    text.as_bytes().get(4) == Some(&b'-') && text.as_bytes()[..4].iter().all(u8::is_ascii_digit)
}

fn number(text: &str) -> Result<i16, DayFault> {
    if text.is_empty() || text.len() > 4 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DayFault::Bad);
    }
    text.parse().map_err(|_| DayFault::Bad)
}

fn short(text: &str) -> Result<i8, DayFault> {
    if text.len() > 2 { Err(DayFault::Bad) } else { number(text).map(|n| n as i8) }
}

fn date(year: i16, month: i16, day: i16) -> Result<Date, DayFault> {
    let small = |n: i16| i8::try_from(n).map_err(|_| DayFault::Bad);
    Date::new(year, small(month)?, small(day)?).map_err(|_| DayFault::Bad)
}

/// "Nov 11, 2025" or "11 Nov 2025".
fn named(text: &str) -> Result<Date, DayFault> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (mut month, mut numbers) = (None, Vec::new());
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).take(4) {
        if word.bytes().all(|b| b.is_ascii_digit()) {
            numbers.push(number(word)?);
        } else {
            let start = word.get(..3).ok_or(DayFault::Bad)?.to_ascii_lowercase();
            let found = (1..).zip(MONTHS).find(|(_, name)| *name == start).ok_or(DayFault::Bad)?;
            month = Some(found.0);
        }
    }
    match (month, &numbers[..]) {
        (Some(month), &[day, year]) if year > 31 => date(year, month, day),
        (Some(_), &[_]) => Err(DayFault::NoYear),
        _ => Err(DayFault::Bad),
    }
}

/// A moment such as "2026-01-02 23:10:00 +0100", "2026-01-02T22:10:00.000Z" or "01/02/26 11:10:00 PM". The
/// offset in the text counts; without one the time is that of the zone.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Moment> {
    let text = text.trim();
    if text.len() > 48 {
        return None;
    }
    let bytes = text.as_bytes();
    let split = bytes.iter().position(|b| matches!(b, b' ' | b'T'))?;
    let (head, rest) = (text.get(..split)?, text.get(split + 1..)?);
    let day = match Written::read(head).ok()? {
        Written::Clear(day) => day,
        // Only Fitbit writes its times in this way, and the month is always first.
        open @ Written::Open { .. } => open.day(Some(DateOrder::MonthFirst)).ok()?,
    };
    let clock_end =
        rest.bytes().position(|b| !(b.is_ascii_digit() || matches!(b, b':' | b'.'))).unwrap_or(rest.len());
    let (clock, tail) = (rest.get(..clock_end)?, rest.get(clock_end..)?);
    let (half, tail) = half_of_day(tail);
    let (hour, minute, second) = clock_time(clock)?;
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(late) => hour % 12 + if late { 12 } else { 0 },
    };
    let local = day.to_datetime(jiff::civil::Time::new(hour, minute, second, 0).ok()?);
    let tail = tail.trim();
    if tail.is_empty() {
        return Moment::in_zone(local, zone);
    }
    let offset = offset_of(tail)?;
    let stamp = Offset::from_seconds(offset).ok()?.to_timestamp(local).ok()?;
    Some(Moment { unix: stamp.as_second(), offset })
}

/// Whether a marker of the half of the day follows, and what is left.
fn half_of_day(tail: &str) -> (Option<bool>, &str) {
    let bare = tail.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    for (marker, late) in [("AM", false), ("PM", true), ("a.m.", false), ("p.m.", true)] {
        if bare.get(..marker.len()).is_some_and(|start| start.eq_ignore_ascii_case(marker)) {
            return (Some(late), &bare[marker.len()..]);
        }
    }
    (None, tail)
}

fn clock_time(clock: &str) -> Option<(i8, i8, i8)> {
    let clock = clock.split('.').next()?;
    let mut parts = clock.split(':').map(|part| {
        let fits = !part.is_empty() && part.len() <= 2;
        fits.then(|| part.parse::<i8>().ok()).flatten()
    });
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = match parts.next() {
        // A leap second is the one before it.
        Some(second) => second?.min(59),
        None => 0,
    };
    parts.next().is_none().then_some((hour, minute, second))
}

/// Seconds ahead of UTC of "Z", "+0100", "+01:00" or "-07".
pub(super) fn offset_of(text: &str) -> Option<i32> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("z") || text == "UTC" {
        return Some(0);
    }
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|&c| c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = digits[..2].parse().ok()?;
    let minutes: i32 = digits.get(2..).filter(|m| !m.is_empty()).map_or(Some(0), |m| m.parse().ok())?;
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    fn at(text: &str) -> Option<(String, i32)> {
        let zone = TimeZone::get("Europe/Dublin").unwrap();
        moment(text, &zone).map(|m| (m.local().unwrap().to_string(), m.offset))
    }

    #[test]
    fn moments_are_read_with_and_without_an_offset() {
        assert_eq!(at("2026-01-02 23:10:00 +0100"), Some(("2026-01-02T23:10:00".into(), 3600)));
        assert_eq!(at("2026-07-02T22:10:30.500Z"), Some(("2026-07-02T22:10:30".into(), 0)));
        assert_eq!(at("2026-07-02T22:10:00"), Some(("2026-07-02T22:10:00".into(), 3600)));
        assert_eq!(at("01/02/26 11:10:00 PM"), Some(("2026-01-02T23:10:00".into(), 0)));
        assert_eq!(at("2026-01-02 12:10:00\u{202f}AM +0530"), Some(("2026-01-02T00:10:00".into(), 19800)));
        for none in ["", "2026-01-02", "2026-13-02 10:00:00", "2026-01-02 25:00:00", "2026-01-02 10:00 +99"] {
            assert_eq!(at(none), None, "{none}");
        }
    }

    #[test]
    fn dates_of_several_countries() {
        let read = |text| Written::read(text).and_then(|w| w.day(w.evidence()));
        assert_eq!(read("2026-03-04"), Ok(day(2026, 3, 4)));
        assert_eq!(read("04.03.2026"), Ok(day(2026, 3, 4)));
        assert_eq!(read("13/03/2026"), Ok(day(2026, 3, 13)));
        assert_eq!(read("03/13/26"), Ok(day(2026, 3, 13)));
        assert_eq!(read("03/04/2026"), Err(DayFault::Ambiguous));
        assert_eq!(read("04/04/2026"), Ok(day(2026, 4, 4)));
        assert_eq!(read("Nov 11, 2025"), Ok(day(2025, 11, 11)));
        assert_eq!(read("11 November 2025"), Ok(day(2025, 11, 11)));
        assert_eq!(read("Nov 11"), Err(DayFault::NoYear));
        assert_eq!(read("31/31/2026"), Err(DayFault::Bad));
        assert_eq!(read("soon"), Err(DayFault::Bad));
    }
}
