//! Oura: the account export (CSV with `;`, folder "App Data") and the JSON and CSV downloads of its web pages.
//!
//! Read for this (looked up in November 2026):
//! - `https://docs.rs/oura-toolkit-api/0.5.0/oura_toolkit_api/types/struct.PublicModifiedSleepModel.html` and
//!   `https://deno.land/x/oura_api/mod.ts?s=Sleep`: the fields of API v2, which the exports use as well.
//!   Durations are in seconds, `average_hrv` in ms, `lowest_heart_rate` in beats a minute; `day` is the day the
//!   sleep belongs to. Activity: `steps`, `medium_activity_time`, `high_activity_time` (seconds).
//! - `https://gist.github.com/CraigglesO/8b22ed92e458a4b9035f35e90b5ae0dd`: a document as JSON (`{"data":[…]}`).
//! - Public readers of the account export that quote its header lines: `sleepmodel.csv`
//!   (`id;average_breath;average_heart_rate;average_hrv;awake_time;bedtime_end;…;type`, with rows of type
//!   `deleted`) and `dailyactivity.csv`.
//! - The older CSV of the Trends page, whose header line and a row stand in the README of a public importer
//!   into Cronometer (`date,Sleep Score,…,Total Sleep Time,…,Lowest Resting Heart Rate,Average HRV,…,Steps,…`):
//!   sleep in seconds, activity in minutes.
//! - `github.com/yicru/oura-cloud-api-client`, `src/types.ts`: API v1, whose JSON download has `sleep` and
//!   `activity` with `summary_date`; its night belongs to the day of `bedtime_end`.
//!
//! Oura's HRV is RMSSD. Its resting heart rate is the lowest of the night. Only nights count: sleeps of type
//! `late_nap`, `rest` and `deleted` are left out.

use std::io::Read;

use jiff::civil::Date;
use serde::Deserialize;

use super::days::Night;
use super::guard::Text;
use super::moment::{Moment, Written, moment};
use super::table::{Header, Row};
use super::{BodyError, Measure, Place, Reading, json, kept};

/// CSV files that are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Sleep,
    Activity,
    Trends,
}

pub(super) const DAY: &[&str] = &["day", "date", "summary_date"];

const MAKER: &str = "Oura";

const TOTAL: &[&str] = &["total_sleep_duration", "total sleep duration", "total sleep time"];
const DEEP: &[&str] = &["deep_sleep_duration", "deep sleep duration", "deep sleep time"];
const REM: &[&str] = &["rem_sleep_duration", "rem sleep duration", "rem sleep time"];
const LIGHT: &[&str] = &["light_sleep_duration", "light sleep duration", "light sleep time"];
const AWAKE: &[&str] = &["awake_time", "awake time"];
const HRV: &[&str] = &["average_hrv", "average hrv"];
const LOWEST: &[&str] = &["lowest_heart_rate", "lowest resting heart rate", "lowest heart rate"];

/// Parts of an object that hold entries.
const SECTIONS: &[&str] = &["data", "sleep", "daily_activity", "activity"];

/// Whether a JSON file begins like one of Oura's.
pub(super) fn is_json(head: &str) -> bool {
    let marks = [
        "\"bedtime_start\"",
        "\"bedtime_end\"",
        "\"total_sleep_duration\"",
        "\"average_hrv\"",
        "\"daily_activity\"",
        "\"daily_sleep\"",
        "\"daily_readiness\"",
        "\"high_activity_time\"",
        "\"active_calories\"",
        "\"summary_date\"",
        "\"ring_configuration\"",
        "\"enhanced_tag\"",
        "\"daily_spo2\"",
        "\"daily_stress\"",
    ];
    marks.iter().any(|mark| head.contains(mark))
}

/// What a CSV file with that header is.
pub(super) fn table(header: &Header) -> Option<Table> {
    header.find(DAY)?;
    if header.has(&["total_sleep_duration"]) && header.has(&["bedtime_end"]) {
        Some(Table::Sleep)
    } else if header.has(&["steps"])
        && (header.has(&["active_calories"]) || header.has(&["high_activity_time"]))
    {
        Some(Table::Activity)
    } else if header.find(TOTAL).is_some() || header.find(LOWEST).is_some() || header.find(HRV).is_some() {
        Some(Table::Trends)
    } else {
        None
    }
}

/// An entry of any of Oura's lists, with what is taken from it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    day: Option<String>,
    summary_date: Option<String>,
    bedtime_start: Option<String>,
    bedtime_end: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(alias = "total")]
    total_sleep_duration: Option<f64>,
    #[serde(alias = "deep")]
    deep_sleep_duration: Option<f64>,
    #[serde(alias = "rem")]
    rem_sleep_duration: Option<f64>,
    #[serde(alias = "light")]
    light_sleep_duration: Option<f64>,
    #[serde(alias = "awake")]
    awake_time: Option<f64>,
    #[serde(alias = "rmssd")]
    average_hrv: Option<f64>,
    #[serde(alias = "hr_lowest")]
    lowest_heart_rate: Option<f64>,
    steps: Option<f64>,
    medium_activity_time: Option<f64>,
    high_activity_time: Option<f64>,
    /// Minutes, in API v1.
    medium: Option<f64>,
    /// Minutes, in API v1.
    high: Option<f64>,
}

/// A sleep, in minutes.
struct Slept {
    night: Night,
    kind: Option<String>,
    hrv: Option<f64>,
    lowest: Option<f64>,
}

pub(super) fn read<R: Read>(text: Text<R>, file: &str, reading: &mut Reading<'_>) -> Result<(), BodyError> {
    json::each(text, file, SECTIONS, reading, entry)
}

fn entry(entry: Entry, place: &dyn Fn() -> Place, reading: &mut Reading<'_>) -> Result<(), BodyError> {
    let date = || BodyError::Date { place: place() };
    let time = |text: &Option<String>| match text {
        Some(text) => moment(text, reading.zone).map(Some).ok_or_else(date),
        None => Ok(None),
    };
    let own_day = |text: &String| Written::read(text).ok()?.day(None).ok();
    if entry.bedtime_end.is_some() {
        let (start, end) = (time(&entry.bedtime_start)?, time(&entry.bedtime_end)?);
        let day = match &entry.day {
            Some(day) => own_day(day),
            None => end.and_then(Moment::day),
        };
        let minutes = |seconds: Option<f64>| seconds.map(|seconds| seconds / 60.0);
        let night = Night {
            deep: minutes(entry.deep_sleep_duration),
            rem: minutes(entry.rem_sleep_duration),
            light: minutes(entry.light_sleep_duration),
            awake: minutes(entry.awake_time),
            ..Night::of(day.ok_or_else(date)?, minutes(entry.total_sleep_duration).unwrap_or_default())
        };
        let slept =
            Slept { night, kind: entry.kind, hrv: entry.average_hrv, lowest: entry.lowest_heart_rate };
        return sleep(slept, (start, end), place, reading);
    }
    let Some(day) = entry.day.as_ref().or(entry.summary_date.as_ref()) else {
        reading.other_kind();
        return Ok(());
    };
    let day = own_day(day).ok_or_else(date)?;
    let active = match (entry.medium_activity_time, entry.high_activity_time, entry.medium, entry.high) {
        (None, None, None, None) => None,
        (None, None, medium, high) => Some(medium.unwrap_or_default() + high.unwrap_or_default()),
        (medium, high, ..) => Some((medium.unwrap_or_default() + high.unwrap_or_default()) / 60.0),
    };
    activity(day, entry.steps, active, place, reading)
}

fn sleep(
    mut slept: Slept,
    (start, end): (Option<Moment>, Option<Moment>),
    place: &dyn Fn() -> Place,
    reading: &mut Reading<'_>,
) -> Result<(), BodyError> {
    match slept.kind.as_deref() {
        Some("late_nap" | "rest" | "deleted") => {
            reading.other_kind();
            return Ok(());
        }
        Some("long_sleep") => slept.night.main = Some(true),
        _ => {}
    }
    if let (Some(start), Some(end)) = (start, end) {
        slept.night = slept.night.between(start, end);
    }
    let by = kept(reading.days.source(MAKER), place)?;
    let day = slept.night.day;
    // Figures of the heart are those of the night, not of a short sleep beside it.
    if slept.kind.as_deref().is_none_or(|kind| kind == "long_sleep") {
        for (measure, value) in [(Measure::HrvRmssd, slept.hrv), (Measure::RestingHeartRate, slept.lowest)] {
            if let Some(value) = value.filter(|&value| value != 0.0) {
                kept(reading.days.daily(measure, day, value, by), place)?;
            }
        }
    }
    if slept.night.asleep == 0.0 {
        reading.other_kind();
        return Ok(());
    }
    kept(reading.days.night(slept.night, by), place)
}

fn activity(
    day: Date,
    steps: Option<f64>,
    active: Option<f64>,
    place: &dyn Fn() -> Place,
    reading: &mut Reading<'_>,
) -> Result<(), BodyError> {
    let by = kept(reading.days.source(MAKER), place)?;
    if steps.is_none() && active.is_none() {
        reading.other_kind();
    }
    for (measure, value) in [(Measure::Steps, steps), (Measure::ActiveMinutes, active)] {
        if let Some(value) = value {
            kept(reading.days.total(measure, day, 0, value, by), place)?;
        }
    }
    Ok(())
}

pub(super) fn row(kind: Table, row: &mut Row<'_>, reading: &mut Reading<'_>) -> Result<(), BodyError> {
    let place = row.place();
    let here = || place.clone();
    let day = row.day(row.header.find(DAY))?;
    if kind != Table::Activity {
        let start = row.moment(&["bedtime_start", "bedtime start"], reading.zone)?;
        let end = row.moment(&["bedtime_end", "bedtime end"], reading.zone)?;
        let night = Night {
            deep: row.seconds(DEEP, Measure::SleepDeep)?,
            rem: row.seconds(REM, Measure::SleepRem)?,
            light: row.seconds(LIGHT, Measure::SleepLight)?,
            awake: row.seconds(AWAKE, Measure::SleepAwake)?,
            ..Night::of(day, row.seconds(TOTAL, Measure::Sleep)?.unwrap_or_default())
        };
        let slept = Slept {
            night,
            kind: row.text(&["type"]).map(str::to_owned),
            hrv: row.number(HRV, Measure::HrvRmssd, &["ms"])?,
            lowest: row.number(LOWEST, Measure::RestingHeartRate, &["bpm", "beats/min", "count/min"])?,
        };
        sleep(slept, (start, end), &here, reading)?;
    }
    if kind != Table::Sleep {
        let steps = row.number(&["steps"], Measure::Steps, &["steps", "count"])?;
        let seconds = |row: &mut Row<'_>, name| row.seconds(&[name], Measure::ActiveMinutes);
        let minutes = |row: &mut Row<'_>, name| row.minutes(&[name], Measure::ActiveMinutes);
        let (medium, high) = if kind == Table::Activity {
            (seconds(row, "medium_activity_time")?, seconds(row, "high_activity_time")?)
        } else {
            (minutes(row, "medium activity time")?, minutes(row, "high activity time")?)
        };
        let active = (medium.is_some() || high.is_some())
            .then(|| medium.unwrap_or_default() + high.unwrap_or_default());
        activity(day, steps, active, &here, reading)?;
    }
    Ok(())
}
