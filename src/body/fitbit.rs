//! Fitbit, since 2026 Google Health, through Google Takeout.
//!
//! The maker describes the export in files inside of it and not on the web. The forms are read from public
//! descriptions and readers of real exports (looked up in November 2026):
//! - `github.com/kabaka/oscar-export-analyzer`,
//!   `docs/developer/reports/2026-06-wearable-export-planning/data-catalog.md`: every family of files of a real
//!   Takeout with its columns. `sleep-*.json` has local times without an offset, `dateOfSleep`,
//!   `minutesAsleep`, `levels.summary`; `resting_heart_rate-*.json`; `steps-*.json` has an entry a minute whose
//!   value is a text; `Daily Heart Rate Variability Summary - *.csv` is `timestamp,rmssd,nremhr,entropy`;
//!   `UserSleeps_*.csv` and `UserSleepStages_*.csv` are in UTC with offsets beside.
//! - `github.com/saubury/duckdb-fitbit`, `fitbit-analysis.md`: minutes of steps had to be moved from UTC to the
//!   local zone; older sleeps are "classic", without stages.
//! - `github.com/kev-m/FitOut`, `src/fitout/importers`: sample lines of HRV and resting heart rate.
//! - `github.com/YouheiOonuki/fitbit-export`, README: the same files with how each is dated;
//!   `steps_*.csv`, `daily_resting_heart_rate.csv`.
//! - A public regression test "built from the real structure of the Google Health Takeout of 6 Oct 2026":
//!   `timestamp,steps,data source` and `timestamp,light,moderate,very,data source` with a row a minute and
//!   source, not to be added; days without a value as `{"date":null,"value":0.0}`; steps in UTC, days of
//!   daily files local. One other public description ("Google Health Export – Importformat") calls the times
//!   of `steps-*.json` local. The readers that compared with the app take them as UTC, and so does this one.
//! - `https://dev.fitbit.com/build/reference/web-api/heartrate-variability/get-hrv-summary-by-date`: the daily
//!   RMSSD belongs to the main sleep that ends on the date.
//!
//! Times in JSON are always month first. Not read: HRV of five minutes ("Details"), heart rate samples, active
//! zone minutes (which count hard minutes twice), scores.

use std::fmt;
use std::io::Read;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

use super::days::{Night, Stage};
use super::guard::Text;
use super::moment::{Moment, Written, moment, offset_of};
use super::table::{Header, Row};
use super::{BodyError, DateOrder, Measure, Place, Reading, json, kept};

/// JSON files that are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Sleep,
    RestingHeartRate,
    Steps,
    /// Minutes of one of the two levels that count as active.
    Active(u8),
}

/// CSV files that are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    HrvSummary,
    RestingHeartRate,
    Steps,
    Active,
    Sleeps,
    Stages,
}

/// Name of the source where the file has none.
const MAKER: &str = "Fitbit";

const RMSSD: &[&str] = &["rmssd", "average heart rate variability milliseconds"];

/// What a JSON file of that name and beginning is.
pub(super) fn list(base: &str, head: &str) -> Option<List> {
    let base = base.to_ascii_lowercase();
    let empty = head.split_whitespace().collect::<String>() == "[]";
    let named = |start: &str| base.strip_prefix(start).is_some_and(|rest| rest.starts_with(['-', '_', '.']));
    if head.contains("\"dateOfSleep\"") && head.contains("\"logId\"") || empty && named("sleep") {
        return Some(List::Sleep);
    }
    let dated = head.contains("\"dateTime\"") && head.contains("\"value\"");
    if !dated && !empty {
        return None;
    }
    let nested = head.contains("\"date\"") && head.contains("\"error\"");
    if nested || empty && named("resting_heart_rate") {
        return Some(List::RestingHeartRate);
    }
    if named("steps") {
        Some(List::Steps)
    } else if named("moderately_active_minutes") {
        Some(List::Active(0))
    } else if named("very_active_minutes") {
        Some(List::Active(1))
    } else {
        None
    }
}

/// What a CSV file of that name and header is.
pub(super) fn table(base: &str, header: &Header) -> Option<Table> {
    let base = base.to_ascii_lowercase();
    if header.has(&["sleep_start", "sleep_end", "minutes_asleep"]) {
        return Some(Table::Sleeps);
    }
    if header.has(&["sleep_stage_type", "sleep_stage_start", "sleep_stage_end"]) {
        return Some(Table::Stages);
    }
    if header.first() != "timestamp" {
        return None;
    }
    if header.has(&["rmssd", "nremhr"]) || header.has(&["average heart rate variability milliseconds"]) {
        return Some(Table::HrvSummary);
    }
    if header.has(&["light", "moderate", "very"]) {
        return Some(Table::Active);
    }
    // Samples and daily values of the heart rate have the same columns; only the name tells them apart.
    if header.has(&["beats per minute"]) && base.contains("resting") {
        return Some(Table::RestingHeartRate);
    }
    (header.has(&["steps"]) && header.len() <= 3).then_some(Table::Steps)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sleep {
    #[serde(rename = "dateOfSleep")]
    day: Option<String>,
    start_time: Option<String>,
    end_time: Option<String>,
    minutes_asleep: Option<Amount>,
    minutes_awake: Option<Amount>,
    #[serde(rename = "mainSleep", alias = "isMainSleep")]
    main: Option<bool>,
    levels: Option<Levels>,
}

#[derive(Deserialize)]
struct Levels {
    summary: Option<Summary>,
}

#[derive(Deserialize)]
struct Summary {
    deep: Option<Level>,
    light: Option<Level>,
    rem: Option<Level>,
}

#[derive(Deserialize)]
struct Level {
    minutes: Option<Amount>,
}

#[derive(Deserialize)]
struct Dated<T> {
    #[serde(rename = "dateTime")]
    at: String,
    value: Option<T>,
}

#[derive(Deserialize)]
struct Resting {
    date: Option<String>,
    value: Option<Amount>,
}

/// A number, written as such or as a text.
#[derive(Clone, Copy)]
struct Amount(f64);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AmountVisitor)
    }
}

struct AmountVisitor;

impl Visitor<'_> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Amount, E> {
        if number.is_finite() { Ok(Amount(number)) } else { Err(E::custom("not a number")) }
    }

    fn visit_u64<E>(self, number: u64) -> Result<Amount, E> {
        Ok(Amount(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Amount, E> {
        Ok(Amount(number as f64))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
        let number = text.trim().parse().map_err(|_| E::custom("not a number"))?;
        self.visit_f64(number)
    }
}

pub(super) fn read<R: Read>(
    text: Text<R>,
    file: &str,
    kind: List,
    reading: &mut Reading<'_>,
) -> Result<(), BodyError> {
    match kind {
        List::Sleep => json::each(text, file, &["sleep"], reading, sleep),
        List::RestingHeartRate => json::each(text, file, &[], reading, resting),
        List::Steps => json::each(text, file, &[], reading, |entry, place, reading: &mut Reading<'_>| {
            steps(&entry, place, reading)
        }),
        List::Active(part) => {
            json::each(text, file, &[], reading, |entry, place, reading: &mut Reading<'_>| {
                active(part, &entry, place, reading)
            })
        }
    }
}

fn sleep(entry: Sleep, place: &dyn Fn() -> Place, reading: &mut Reading<'_>) -> Result<(), BodyError> {
    let date = || BodyError::Date { place: place() };
    let time =
        |text: Option<&String>| text.map(|text| moment(text, reading.zone).ok_or_else(date)).transpose();
    let (start, end) = (time(entry.start_time.as_ref())?, time(entry.end_time.as_ref())?);
    let day = match (&entry.day, end) {
        (Some(day), _) => month_first(day).ok_or_else(date)?,
        (None, Some(end)) => end.day().ok_or_else(date)?,
        (None, None) => return Err(date()),
    };
    let Some(Amount(asleep)) = entry.minutes_asleep else {
        reading.other_kind();
        return Ok(());
    };
    let summary = entry.levels.and_then(|levels| levels.summary);
    let level = |of: fn(&Summary) -> &Option<Level>| {
        summary.as_ref().and_then(|s| of(s).as_ref()).and_then(|level| level.minutes).map(|m| m.0)
    };
    let mut night = Night {
        main: entry.main,
        deep: level(|s| &s.deep),
        light: level(|s| &s.light),
        rem: level(|s| &s.rem),
        awake: entry.minutes_awake.map(|m| m.0),
        ..Night::of(day, asleep)
    };
    if let (Some(start), Some(end)) = (start, end) {
        night = night.between(start, end);
    }
    let by = kept(reading.days.source(MAKER), place)?;
    kept(reading.days.night(night, by), place)
}

fn resting(
    entry: Dated<Resting>,
    place: &dyn Fn() -> Place,
    reading: &mut Reading<'_>,
) -> Result<(), BodyError> {
    // Days without a measurement stand in the list with no date and a zero.
    let measured = entry.value.and_then(|value| Some((value.date?, value.value?.0))).filter(|v| v.1 != 0.0);
    let Some((day, value)) = measured else {
        reading.other_kind();
        return Ok(());
    };
    let day = month_first(&day).ok_or_else(|| BodyError::Date { place: place() })?;
    let by = kept(reading.days.source(MAKER), place)?;
    kept(reading.days.daily(Measure::RestingHeartRate, day, value, by), place)
}

fn steps(
    entry: &Dated<Amount>,
    place: &dyn Fn() -> Place,
    reading: &mut Reading<'_>,
) -> Result<(), BodyError> {
    let Some(Amount(value)) = entry.value.filter(|value| value.0 != 0.0) else { return Ok(()) };
    let at = moment(&entry.at, &jiff::tz::TimeZone::UTC).and_then(|at| at.on_clock_of(reading.zone));
    let at = at.ok_or_else(|| BodyError::Date { place: place() })?;
    let by = kept(reading.days.source(MAKER), place)?;
    kept(reading.days.count(Measure::Steps, (at, at), value, by), place)
}

fn active(
    part: u8,
    entry: &Dated<Amount>,
    place: &dyn Fn() -> Place,
    reading: &mut Reading<'_>,
) -> Result<(), BodyError> {
    let day = month_first(&entry.at).ok_or_else(|| BodyError::Date { place: place() })?;
    let Some(Amount(value)) = entry.value else { return Ok(()) };
    let by = kept(reading.days.source(MAKER), place)?;
    kept(reading.days.total(Measure::ActiveMinutes, day, part, value, by), place)
}

fn month_first(text: &str) -> Option<jiff::civil::Date> {
    Written::read(text).ok()?.day(Some(DateOrder::MonthFirst)).ok()
}

pub(super) fn row(kind: Table, row: &mut Row<'_>, reading: &mut Reading<'_>) -> Result<(), BodyError> {
    let place = row.place();
    let name = row.text(&["data source", "data_source"]).unwrap_or(MAKER).to_owned();
    let by = kept(reading.days.source(&name), || place.clone())?;
    let taken = match kind {
        Table::HrvSummary => {
            let day = day(row)?;
            let value = row.number(RMSSD, Measure::HrvRmssd, &["ms"])?.filter(|&value| value != 0.0);
            value.map(|value| reading.days.daily(Measure::HrvRmssd, day, value, by))
        }
        Table::RestingHeartRate => {
            let day = day(row)?;
            let value = row.number(&["beats per minute"], Measure::RestingHeartRate, &["bpm"])?;
            value.map(|value| reading.days.daily(Measure::RestingHeartRate, day, value, by))
        }
        Table::Steps => {
            let at = minute(row, reading)?;
            let value = row.number(&["steps"], Measure::Steps, &["steps", "count"])?;
            value.map(|value| reading.days.count(Measure::Steps, (at, at), value, by))
        }
        Table::Active => {
            let at = minute(row, reading)?;
            let moderate = row.minutes(&["moderate"], Measure::ActiveMinutes)?.unwrap_or_default();
            let very = row.minutes(&["very"], Measure::ActiveMinutes)?.unwrap_or_default();
            Some(reading.days.count(Measure::ActiveMinutes, (at, at), moderate + very, by))
        }
        Table::Sleeps => slept(row)?.map(|night| reading.days.night(night, by)),
        Table::Stages => {
            let (start, end) = span(row, "sleep_stage_start", "sleep_stage_end")?;
            let stretch = start.zip(end).zip(stage(row));
            stretch.map(|(span, stage)| reading.days.stretch(stage, span, by))
        }
    };
    let Some(taken) = taken else {
        reading.other_kind();
        return Ok(());
    };
    kept(taken, || place)
}

fn slept(row: &mut Row<'_>) -> Result<Option<Night>, BodyError> {
    let asleep = row.minutes(&["minutes_asleep"], Measure::Sleep)?;
    let awake = row.minutes(&["minutes_awake"], Measure::SleepAwake)?;
    let (Some(start), Some(end)) = span(row, "sleep_start", "sleep_end")? else { return Ok(None) };
    let day = end.day().ok_or_else(|| BodyError::Date { place: row.place() })?;
    Ok(asleep.map(|asleep| Night { awake, ..Night::of(day, asleep) }.between(start, end)))
}

fn stage(row: &Row<'_>) -> Option<Stage> {
    Some(match row.text(&["sleep_stage_type"])?.to_ascii_uppercase().as_str() {
        "DEEP" => Stage::Deep,
        "REM" => Stage::Rem,
        "LIGHT" => Stage::Light,
        "WAKE" | "AWAKE" => Stage::Awake,
        "ASLEEP" => Stage::Asleep,
        _ => return None,
    })
}

/// The day of a daily row. Its time and offset say nothing: they are midnight, written as if it were UTC.
fn day(row: &Row<'_>) -> Result<jiff::civil::Date, BodyError> {
    let text = row.text(&["timestamp"]).unwrap_or_default();
    month_first(text).ok_or_else(|| BodyError::Date { place: row.place() })
}

fn minute(row: &Row<'_>, reading: &Reading<'_>) -> Result<Moment, BodyError> {
    let at = row.moment(&["timestamp"], reading.zone)?.and_then(|at| at.on_clock_of(reading.zone));
    at.ok_or_else(|| BodyError::Date { place: row.place() })
}

/// Begin and end, which are in UTC, on the local clock whose offset stands beside them.
fn span(row: &Row<'_>, start: &str, end: &str) -> Result<(Option<Moment>, Option<Moment>), BodyError> {
    let local = |name: &str, offset: &str| {
        let Some(at) = row.moment(&[name], &jiff::tz::TimeZone::UTC)? else { return Ok(None) };
        let offset = row.text(&[offset]).and_then(offset_of).unwrap_or(at.offset);
        Ok(Some(Moment { offset, ..at }))
    };
    Ok((local(start, "start_utc_offset")?, local(end, "end_utc_offset")?))
}
