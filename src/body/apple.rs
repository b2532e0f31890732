//! Apple Health: `export.xml`.
//!
//! Read for this (descriptions, not copied; looked up in November 2026):
//! - The document type that each export carries, as quoted in `github.com/artxgj/apple_health` (README) and in
//!   other public readers, with its comment "Any Records that appear as children of a correlation also appear
//!   as top-level records in this document": `Record` with `type`, `unit`, `value`, `sourceName`, `startDate`,
//!   `endDate`; times as `2026-01-02 23:10:00 +0100`. Records inside a `Correlation` are therefore passed over.
//! - `https://developer.apple.com/documentation/healthkit/hkquantitytypeidentifier/heartratevariabilitysdnn`:
//!   SDNN, usually in milliseconds. `…/heartratevariabilityrmssd` (since iOS 27) is RMSSD.
//! - `https://developer.apple.com/documentation/healthkit/hkcategoryvaluesleepanalysis` and its cases: in bed,
//!   awake, asleep unspecified, core ("light or intermediate sleep"), deep, REM; "asleep" alone is the older
//!   name of unspecified.
//! - `https://developer.apple.com/documentation/healthkit/hkmetadatakeytimezone` (`MetadataEntry` with key
//!   `HKTimeZone`): the zone in which the person was; see also
//!   `https://github.com/the-momentum/open-wearables/discussions/606`. An export may write all its times on the
//!   clock that the phone has when it exports. So a record's day is that of its `HKTimeZone`, if it names one,
//!   else of the offset in its times.
//!
//! Units read: ms, count/min, count, min; any other is refused. A time may carry AM or PM, as exports from
//! phones with a 12-hour clock do.

use std::io::Read;

use jiff::tz::TimeZone;
use quick_xml::XmlVersion;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error, Reader};

use super::days::{Full, SourceId, Stage};
use super::guard::{Text, Track, explain};
use super::moment::{Moment, moment};
use super::{BodyError, Measure, Place, Reading, kept};

/// Records that are taken in.
#[derive(Clone, Copy)]
enum Wanted {
    Sample(Measure),
    Count(Measure),
    Sleep,
}

fn wanted(kind: &str) -> Option<Wanted> {
    Some(match kind {
        "HKQuantityTypeIdentifierHeartRateVariabilitySDNN" => Wanted::Sample(Measure::HrvSdnn),
        "HKQuantityTypeIdentifierHeartRateVariabilityRMSSD" => Wanted::Sample(Measure::HrvRmssd),
        "HKQuantityTypeIdentifierRestingHeartRate" => Wanted::Sample(Measure::RestingHeartRate),
        "HKQuantityTypeIdentifierStepCount" => Wanted::Count(Measure::Steps),
        "HKQuantityTypeIdentifierAppleExerciseTime" => Wanted::Count(Measure::ActiveMinutes),
        "HKCategoryTypeIdentifierSleepAnalysis" => Wanted::Sleep,
        _ => return None,
    })
}

/// The one unit in which the export writes a measure.
fn unit_of(measure: Measure) -> &'static str {
    match measure {
        Measure::RestingHeartRate => "count/min",
        Measure::Steps => "count",
        Measure::ActiveMinutes => "min",
        _ => "ms",
    }
}

pub(super) fn read<R: Read>(text: Text<R>, file: &str, reading: &mut Reading<'_>) -> Result<(), BodyError> {
    let track = text.track();
    let mut xml = Reader::from_reader(text);
    let (mut buffer, mut depth, mut root) = (Vec::new(), 0_u32, false);
    let (mut open, mut zones) = (None, Zones::default());
    loop {
        buffer.clear();
        track.whole();
        let begin = track.line();
        let place = || Place::line(file, track.line());
        let event = xml.read_event_into(&mut buffer).map_err(|error| broken(error, file, &track, reading))?;
        match event {
            Event::DocType(declaration) => doctype(&declaration.into_inner(), root, file, begin)?,
            Event::Start(element) => {
                depth += 1;
                if depth > reading.options.limits.depth {
                    return Err(BodyError::TooDeep { place: place() });
                }
                root |= depth == 1;
                if depth == 2 {
                    open = element_at(&element, depth, place, reading)?;
                } else if let Some(record) = &mut open {
                    zones.entry(&element, record);
                } else {
                    element_at(&element, depth, place, reading)?;
                }
            }
            Event::Empty(element) => match &mut open {
                Some(record) => zones.entry(&element, record),
                None => {
                    if let Some(record) = element_at(&element, depth + 1, place, reading)? {
                        kept(record.keep(reading), place)?;
                    }
                }
            },
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if depth == 1
                    && let Some(record) = open.take()
                {
                    kept(record.keep(reading), place)?;
                }
            }
            Event::Eof if depth > 0 || !root => return Err(BodyError::Cut { place: place() }),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// A record that was read and waits for what stands inside of it.
struct Record {
    what: What,
    start: Moment,
    end: Moment,
    by: SourceId,
}

enum What {
    Sample(Measure, f64),
    Count(Measure, f64),
    Sleep(Stage),
}

impl Record {
    fn keep(self, reading: &mut Reading<'_>) -> Result<(), Full> {
        let Self { what, start, end, by } = self;
        match what {
            What::Sample(measure, value) => reading.days.sample(measure, start, value, by),
            What::Count(measure, value) => reading.days.count(measure, (start, end), value, by),
            What::Sleep(stage) => reading.days.stretch(stage, (start, end), by),
        }
    }
}

/// The time zone that records named last; it is nearly always the same.
#[derive(Default)]
struct Zones {
    last: Option<(String, TimeZone)>,
}

impl Zones {
    /// Puts the record on the clock of its own time zone, if this entry names one that is known.
    fn entry(&mut self, element: &BytesStart<'_>, record: &mut Record) {
        if element.name().as_ref() != "MetadataEntry" {
            return;
        }
        let (mut key, mut value) = (None, None);
        for attribute in element.attributes().with_checks(false).flatten() {
            match attribute.key.as_ref() {
                "key" => key = Some(attribute.value),
                "value" => value = Some(attribute.value),
                _ => {}
            }
        }
        let (Some("HKTimeZone"), Some(name)) = (key.as_deref(), value) else { return };
        if self.last.as_ref().is_none_or(|(last, _)| *last != name) {
            let Ok(zone) = TimeZone::get(&name) else { return };
            self.last = Some((name.into_owned(), zone));
        }
        if let Some((_, zone)) = &self.last {
            record.start = record.start.on_clock_of(zone).unwrap_or(record.start);
            record.end = record.end.on_clock_of(zone).unwrap_or(record.end);
        }
    }
}

/// Apple's own DTD describes elements and attributes. One that declares entities is not Apple's.
fn doctype(text: &str, late: bool, file: &str, begin: u64) -> Result<(), BodyError> {
    if let Some(at) = text.find("<!ENTITY") {
        let line = begin + text[..at].matches('\n').count() as u64;
        return Err(BodyError::Entities { place: Place::line(file, line) });
    }
    if late {
        let what = "a document type stands in the middle of the file";
        return Err(BodyError::Broken { place: Place::line(file, begin), what });
    }
    Ok(())
}

fn element_at(
    element: &BytesStart<'_>,
    depth: u32,
    place: impl Fn() -> Place,
    reading: &mut Reading<'_>,
) -> Result<Option<Record>, BodyError> {
    match (depth, element.name().as_ref()) {
        (1, "HealthData") | (2, "ExportDate" | "Me") => Ok(None),
        (1, _) => {
            let what = "this is not an Apple Health export";
            Err(BodyError::Broken { place: place(), what })
        }
        (2, "Record") => record(element, place, reading),
        (2, _) => {
            reading.record();
            reading.other_kind();
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// The attributes that count, not yet unescaped.
#[derive(Default)]
struct Fields<'a> {
    kind: Option<Attribute<'a>>,
    source: Option<Attribute<'a>>,
    unit: Option<Attribute<'a>>,
    value: Option<Attribute<'a>>,
    start: Option<Attribute<'a>>,
    end: Option<Attribute<'a>>,
}

fn record(
    element: &BytesStart<'_>,
    place: impl Fn() -> Place,
    reading: &mut Reading<'_>,
) -> Result<Option<Record>, BodyError> {
    reading.record();
    let mut fields = Fields::default();
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute
            .map_err(|_| BodyError::Broken { place: place(), what: "an attribute is not well formed" })?;
        match attribute.key.as_ref() {
            "type" => {
                // The type comes first in an export, and most records are of types that are not taken in.
                if wanted(&attribute.value).is_none() {
                    reading.other_kind();
                    return Ok(None);
                }
                fields.kind = Some(attribute);
            }
            "sourceName" => fields.source = Some(attribute),
            "unit" => fields.unit = Some(attribute),
            "value" => fields.value = Some(attribute),
            "startDate" => fields.start = Some(attribute),
            "endDate" => fields.end = Some(attribute),
            _ => {}
        }
    }
    let Some(wanted) = fields.kind.as_ref().and_then(|kind| wanted(&kind.value)) else {
        return Err(BodyError::Broken { place: place(), what: "a record has no type" });
    };
    let Some(start) = time(fields.start.as_ref(), reading) else {
        return Err(BodyError::Date { place: place() });
    };
    let end = match &fields.end {
        None => start,
        end => time(end.as_ref(), reading).ok_or_else(|| BodyError::Date { place: place() })?,
    };
    let source = match &fields.source {
        Some(source) => source
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|_| BodyError::Entities { place: place() })?,
        None => "".into(),
    };
    let by = kept(reading.days.source(&source), &place)?;
    let value = fields.value.as_ref().map_or("", |value| value.value.as_ref());
    let unit = fields.unit.as_ref().map_or("", |unit| unit.value.as_ref());
    let what = match wanted {
        Wanted::Sample(measure) => What::Sample(measure, amount(measure, value, unit, place)?),
        Wanted::Count(measure) => What::Count(measure, amount(measure, value, unit, place)?),
        Wanted::Sleep => {
            let Some(stage) = stage(value) else {
                reading.other_kind();
                return Ok(None);
            };
            What::Sleep(stage)
        }
    };
    Ok(Some(Record { what, start, end, by }))
}

fn time(attribute: Option<&Attribute<'_>>, reading: &Reading<'_>) -> Option<Moment> {
    moment(&attribute?.value, reading.zone)
}

fn amount(measure: Measure, value: &str, unit: &str, place: impl Fn() -> Place) -> Result<f64, BodyError> {
    let expected = unit_of(measure);
    if unit != expected {
        return Err(BodyError::unit(place(), measure, unit, expected));
    }
    match value.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(BodyError::NotANumber { place: place(), measure }),
    }
}

/// What a stretch was; none for time in bed and for what later versions may add.
fn stage(value: &str) -> Option<Stage> {
    Some(match value.strip_prefix("HKCategoryValueSleepAnalysis")? {
        "AsleepDeep" => Stage::Deep,
        "AsleepREM" => Stage::Rem,
        "AsleepCore" => Stage::Light,
        "Awake" => Stage::Awake,
        "Asleep" | "AsleepUnspecified" => Stage::Asleep,
        _ => return None,
    })
}

fn broken(error: Error, file: &str, track: &Track, reading: &Reading<'_>) -> BodyError {
    let place = Place::line(file, track.line());
    match error {
        Error::Io(error) => {
            let error = std::sync::Arc::try_unwrap(error)
                .unwrap_or_else(|shared| std::io::Error::new(shared.kind(), shared.to_string()));
            explain(error, place, &reading.options.limits)
        }
        Error::Syntax(_) => BodyError::Cut { place },
        Error::Escape(_) => BodyError::Entities { place },
        Error::Encoding(_) => BodyError::NotText { place },
        _ => BodyError::Broken { place, what: "the file is not well-formed XML" },
    }
}
