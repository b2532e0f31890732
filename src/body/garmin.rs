//! Garmin Connect: the CSV files of its report pages.
//!
//! The maker does not describe them; the forms are read from public readers and the sample lines in them
//! (looked up in November 2026):
//! - `github.com/Zhoreb-Meggido/bitebudget`, `src/services/garmin-import.service.ts`: steps (`,Actual,Goal`),
//!   resting heart rate (`,Resting Heart Rate` or `,Resting HR,Max HR`), HRV (`Date,Overnight HRV,Baseline,7d
//!   Avg`, with 42ms), sleep by night ("Sleep Score 4 Weeks") and by week.
//! - `github.com/thusspokedata/pulsia`: a design note on steps (dates as 07/12/2026) and `parseSleepCsv.test.ts`
//!   ("Sleep Score 7 Days", whose first column is the date; "7h 1min").
//! - A public `sleepCsvParser` with its test: "Sleep Score 1 Day", names and values line by line
//!   (`Sleep Duration,8h 35m`, `Resting Heart Rate,45 bpm`, `Avg Overnight HRV,89 ms`).
//! - `github.com/mmornati/garmin-data-extractor`, README: `calendar_date,total_steps,…,
//!   moderate_intensity_minutes,vigorous_intensity_minutes,…,last_night_avg`.
//!
//! "HRV Status" in the tables of nights is Garmin's figure of seven days, not of the night: on one date a
//! sample has 31 there and 30 as "Avg Overnight HRV". It is left out. Tables of weeks (`Avg Duration`,
//! "Intensity Minutes Weekly Total") hold no days and are refused. Of CSV files of `GarminDB` no description
//! was found.

use std::io::Read;

use super::days::Night;
use super::moment::{DayFault, Written};
use super::number::{Habit, duration, split_unit};
use super::table::{Header, Row};
use super::{BodyError, Measure, Place, Reading, kept, whole};

/// Tables that are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Nights,
    Weeks,
    Steps,
    RestingHeartRate,
    Hrv,
    Days,
}

const MAKER: &str = "Garmin Connect";

const RESTING: &[&str] = &["resting heart rate", "resting hr"];

impl Table {
    pub(super) fn day_column(self, header: &Header) -> Option<usize> {
        match self {
            Self::Days => header.find(&["calendar_date"]),
            Self::Weeks => None,
            _ => Some(0),
        }
    }

    /// Over long periods these reports have a row a week.
    pub(super) fn may_be_weekly(self) -> bool {
        matches!(self, Self::Steps | Self::RestingHeartRate)
    }
}

/// Whether the file is the report of one night, line by line.
pub(super) fn is_night(head: &str) -> bool {
    let head = head.trim_start_matches('\u{feff}').trim_start_matches('"');
    head.get(..17).is_some_and(|start| start.eq_ignore_ascii_case("sleep score 1 day"))
}

/// What a CSV file with that header is.
pub(super) fn table(header: &Header) -> Option<Table> {
    let first = header.first();
    let dated = first.is_empty() || first == "date" || first == "day";
    if header.has(&["avg duration"]) || first.contains("weekly total") {
        Some(Table::Weeks)
    } else if first.starts_with("sleep score") && header.has(&["duration"])
        || header.has(&["body battery", "duration"])
    {
        Some(Table::Nights)
    } else if header.has(&["calendar_date", "total_steps"]) {
        Some(Table::Days)
    } else if dated && header.has(&["overnight hrv"]) {
        Some(Table::Hrv)
    } else if dated && header.find(RESTING).is_some() {
        Some(Table::RestingHeartRate)
    } else if first.is_empty() && header.has(&["actual", "goal"]) || dated && header.has(&["actual", "goal"])
    {
        Some(Table::Steps)
    } else {
        None
    }
}

pub(super) fn row(kind: Table, row: &mut Row<'_>, reading: &mut Reading<'_>) -> Result<(), BodyError> {
    let place = row.place();
    let here = || place.clone();
    if kind == Table::Weeks {
        return Err(BodyError::NotDaily { place });
    }
    let day = row.day(kind.day_column(row.header))?;
    let by = kept(reading.days.source(MAKER), here)?;
    let mut any = false;
    if matches!(kind, Table::Nights | Table::RestingHeartRate) {
        let value = row.number(RESTING, Measure::RestingHeartRate, &["bpm", "count/min", "beats/min"])?;
        if let Some(value) = value {
            any = true;
            kept(reading.days.daily(Measure::RestingHeartRate, day, value, by), here)?;
        }
    }
    if kind == Table::Nights
        && let Some(asleep) = row.duration(&["duration"], Measure::Sleep)?
    {
        any = true;
        kept(reading.days.night(Night::of(day, asleep), by), here)?;
    }
    if matches!(kind, Table::Hrv | Table::Days) {
        let value = row.number(&["overnight hrv", "last_night_avg"], Measure::HrvRmssd, &["ms"])?;
        if let Some(value) = value {
            any = true;
            kept(reading.days.daily(Measure::HrvRmssd, day, value, by), here)?;
        }
    }
    if matches!(kind, Table::Steps | Table::Days)
        && let Some(value) = row.number(&["actual", "total_steps"], Measure::Steps, &["steps", "count"])?
    {
        any = true;
        kept(reading.days.total(Measure::Steps, day, 0, value, by), here)?;
    }
    if kind == Table::Days {
        for (part, name) in [(0, "moderate_intensity_minutes"), (1, "vigorous_intensity_minutes")] {
            if let Some(value) = row.minutes(&[name], Measure::ActiveMinutes)? {
                any = true;
                kept(reading.days.total(Measure::ActiveMinutes, day, part, value, by), here)?;
            }
        }
    }
    if !any {
        reading.other_kind();
    }
    Ok(())
}

/// Longest report of one night, in bytes. True ones are shorter than a thousand.
const NIGHT_LIMIT: u64 = 1 << 16;

/// Reads the report of one night.
pub(super) fn read_night<R: Read>(reader: R, file: &str, reading: &mut Reading<'_>) -> Result<(), BodyError> {
    let text = whole(reader.take(NIGHT_LIMIT), file, &reading.options.limits)?;
    reading.record();
    let lines: Vec<(u64, &str, &str)> = (1..).zip(text.lines()).filter_map(pair).collect();
    let find = |name: &str| lines.iter().find(|(_, own, _)| own.eq_ignore_ascii_case(name));
    let Some(&(line, _, date)) = find("Date") else {
        return Err(BodyError::Cut { place: Place::whole(file) });
    };
    let place = || Place::line(file, line);
    let day = Written::read(date)
        .and_then(|written| written.day(written.evidence().or(reading.options.date_order)))
        .map_err(|fault| match fault {
            DayFault::Bad => BodyError::Date { place: place() },
            DayFault::NoYear => BodyError::NoYear { place: place() },
            DayFault::Ambiguous => BodyError::AmbiguousDate { place: place() },
        })?;
    let time = |name: &str, measure| match find(name) {
        None => Ok(None),
        Some(&(line, _, text)) => duration(text)
            .map(Some)
            .ok_or_else(|| BodyError::NotANumber { place: Place::line(file, line), measure }),
    };
    let amount = |name: &str, measure, expected: &'static str| match find(name) {
        None => Ok(None),
        Some(&(line, _, text)) => {
            let (number, unit) = split_unit(text);
            let place = Place::line(file, line);
            if unit.is_empty() || unit.eq_ignore_ascii_case(expected) {
                let number = Habit::default().number(number, false);
                number.map(Some).map_err(|_| BodyError::NotANumber { place, measure })
            } else {
                Err(BodyError::unit(place, measure, unit, expected))
            }
        }
    };
    let by = kept(reading.days.source(MAKER), place)?;
    if let Some(asleep) = time("Sleep Duration", Measure::Sleep)? {
        let night = Night {
            deep: time("Deep Sleep Duration", Measure::SleepDeep)?,
            light: time("Light Sleep Duration", Measure::SleepLight)?,
            rem: time("REM Duration", Measure::SleepRem)?,
            awake: time("Awake Time", Measure::SleepAwake)?,
            ..Night::of(day, asleep)
        };
        kept(reading.days.night(night, by), place)?;
    }
    if let Some(value) = amount("Resting Heart Rate", Measure::RestingHeartRate, "bpm")? {
        kept(reading.days.daily(Measure::RestingHeartRate, day, value, by), place)?;
    }
    if let Some(value) = amount("Avg Overnight HRV", Measure::HrvRmssd, "ms")? {
        kept(reading.days.daily(Measure::HrvRmssd, day, value, by), place)?;
    }
    Ok(())
}

/// Name and value of a line, if it has both.
fn pair((number, line): (u64, &str)) -> Option<(u64, &str, &str)> {
    let (name, value) = line.split_once([',', ';', '\t'])?;
    let bare = |text: &'_ str| -> bool { !matches!(text, "" | "--") };
    let (name, value) = (name.trim().trim_matches('"'), value.trim().trim_matches('"').trim());
    (!name.is_empty() && bare(value)).then_some((number, name, value))
}
