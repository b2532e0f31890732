//! Reads what wearables export: bytes in, values of days out. This room knows the formats of Apple Health,
//! Fitbit (Google Takeout), Oura and Garmin Connect; it knows nothing of SQL, HTTP or the journal.
//!
//! Files stream by. What is kept grows with the days, not with the bytes. A file is taken whole or not at
//! all; a record that cannot be true (a clock set wrong, a heart rate of 400) is left out and counted.

mod apple;
mod as_text;
mod cortisol;
mod days;
mod detect;
mod error;
mod fitbit;
mod garmin;
mod guard;
mod json;
mod measure;
mod moment;
mod number;
mod oura;
mod source;
mod table;
#[cfg(test)]
mod tests;
mod value;

use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::days::{Days, Full, Span};
use self::detect::Kind;
use self::guard::Text;
use self::source::Bundle;
use self::table::TableKind;

pub use self::cortisol::{Cortisol, CortisolError, Specimen};
pub use self::error::{At, BodyError, Place};
pub use self::measure::Measure;
pub use self::source::Source;
pub use self::value::{DayValue, Finite, NotFinite, SourceName};

/// The first day that is believed. No wearable that exports in these formats is older.
const FIRST_DAY: Date = Date::constant(2000, 1, 1);

/// Whose export it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Apple Health: `export.xml`, alone or in `export.zip`.
    AppleHealth,
    /// Fitbit or Google Health through Google Takeout.
    FitbitTakeout,
    /// Oura, as CSV or JSON.
    Oura,
    /// Reports of Garmin Connect as CSV.
    Garmin,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::AppleHealth, Self::FitbitTakeout, Self::Oura, Self::Garmin];

    /// Its word in JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::AppleHealth => "apple_health",
            Self::FitbitTakeout => "fitbit_takeout",
            Self::Oura => "oura",
            Self::Garmin => "garmin",
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::AppleHealth => "Apple Health",
            Self::FitbitTakeout => "Fitbit (Google Takeout)",
            Self::Oura => "Oura",
            Self::Garmin => "Garmin",
        }
    }
}

/// What comes first in a date such as 03/04/2026.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// The third of April would be 03/04/2026.
    DayFirst,
    /// The third of April would be 04/03/2026.
    MonthFirst,
}

/// Bounds that no true export meets, against files made to harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest element, row or list entry, in bytes.
    pub part: u64,
    /// Deepest nesting of elements or lists.
    pub depth: u32,
    /// Most files in a folder or archive.
    pub files: usize,
    /// Most bytes that one file of an archive may unpack to.
    pub unpacked: u64,
    /// A packed file may unpack to this many times its size, …
    pub unpacked_ratio: u64,
    /// … once it is longer than this, in bytes.
    pub unpacked_free: u64,
    /// Most that is kept, in units of about 20 bytes.
    pub kept: u32,
    /// Bytes by which a file's format is told.
    pub head: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            part: 1 << 20,
            depth: 64,
            files: 200_000,
            unpacked: 16 << 30,
            unpacked_ratio: 120,
            unpacked_free: 64 << 20,
            kept: 6_000_000,
            head: 4096,
        }
    }
}

/// How to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Today. Records from later than tomorrow come from a clock set wrong.
    pub today: Date,
    /// What comes first in dates that a file leaves open.
    pub date_order: Option<DateOrder>,
    /// Bounds against hostile files.
    pub limits: Limits,
}

impl Options {
    /// The usual way to read on that day.
    #[must_use]
    pub fn new(today: Date) -> Self {
        Self { today, date_order: None, limits: Limits::default() }
    }
}

/// Records that were read and not taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    /// With a value that cannot be true.
    pub implausible: u64,
    /// From before 2000 or from the future, or ending before they begin.
    pub wrong_clock: u64,
    /// The same record once more.
    pub duplicate: u64,
    /// Of measures that are not taken in, days without a value, and naps.
    pub other_kinds: u64,
}

/// What an export held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Taken {
    /// Whose export it is.
    pub format: Format,
    /// Values, sorted by day and measure, one for each pair.
    pub values: Vec<DayValue>,
    /// First day with a value.
    #[serde(with = "as_text::maybe")]
    #[schema(value_type = Option<String>, format = Date)]
    pub first_day: Option<Date>,
    /// Last day with a value.
    #[serde(with = "as_text::maybe")]
    #[schema(value_type = Option<String>, format = Date)]
    pub last_day: Option<Date>,
    /// Records read, those left out among them.
    pub records_read: u64,
    /// Records left out.
    pub left_out: LeftOut,
}

/// Reads an export. Times without an offset of their own are those of `zone`. `progress` is told now and then
/// how many bytes have left the disk (see [`Source::bytes`]). The same source gives the same values.
///
/// # Errors
/// If the source cannot be read, is of no known format, or holds something that must not be guessed at: a
/// unit, a date or a number that could mean two things. Nothing is taken in then.
pub fn read(
    source: &Source,
    zone: &TimeZone,
    options: &Options,
    progress: &mut dyn FnMut(u64),
) -> Result<Taken, BodyError> {
    let mut bundle = Bundle::open(source, &options.limits)?;
    let name = source.name();
    let kinds = detect::kinds(&mut bundle, &name, options)?;
    let format = one_format(&kinds, &name)?;
    let bytes = bundle.bytes();
    bytes.set(0);
    let span = Span { first: FIRST_DAY, last: options.today.tomorrow().unwrap_or(options.today) };
    let days = Days::new(span, options.limits.kept);
    let mut reading = Reading { zone, options, days, records: 0, bytes, told: 0, progress };
    for (number, kind) in kinds {
        let file = bundle.names()[number].clone();
        reading.file(&mut bundle, number, &file, kind)?;
    }
    (reading.progress)(reading.bytes.get());
    let records_read = reading.records;
    let (values, left_out) = reading.days.finish();
    let (first_day, last_day) = (values.first().map(|v| v.day), values.last().map(|v| v.day));
    Ok(Taken { format, values, first_day, last_day, records_read, left_out })
}

fn one_format(kinds: &[(usize, Kind)], name: &str) -> Result<Format, BodyError> {
    let mut formats = kinds.iter().map(|(_, kind)| kind.format());
    let Some(format) = formats.next() else { return Err(BodyError::Unknown { file: name.to_owned() }) };
    if formats.all(|other| other == format) {
        Ok(format)
    } else {
        Err(BodyError::SeveralFormats { file: name.to_owned() })
    }
}

/// What the readers of all formats share.
struct Reading<'a> {
    zone: &'a TimeZone,
    options: &'a Options,
    days: Days,
    records: u64,
    bytes: Rc<Cell<u64>>,
    told: u64,
    progress: &'a mut dyn FnMut(u64),
}

impl Reading<'_> {
    fn file(&mut self, bundle: &mut Bundle, number: usize, file: &str, kind: Kind) -> Result<(), BodyError> {
        let limits = &self.options.limits;
        match kind {
            Kind::Apple => apple::read(Text::new(bundle.reader(number)?, limits), file, self),
            Kind::Fitbit(kind) => fitbit::read(Text::new(bundle.reader(number)?, limits), file, kind, self),
            Kind::Oura => oura::read(Text::new(bundle.reader(number)?, limits), file, self),
            Kind::Table(kind) => {
                let order = self.date_order(bundle, number, file, kind)?;
                table::read(bundle.reader(number)?, file, kind, order, self)
            }
            Kind::GarminNight => garmin::read_night(bundle.reader(number)?, file, self),
        }
    }

    /// What comes first in the dates of a table, for which it is read once beforehand.
    fn date_order(
        &mut self,
        bundle: &mut Bundle,
        number: usize,
        file: &str,
        kind: TableKind,
    ) -> Result<Option<DateOrder>, BodyError> {
        if matches!(kind, TableKind::Fitbit(_)) {
            return Ok(None);
        }
        let before = self.bytes.get();
        let order = table::date_order(bundle.reader(number)?, file, kind, self.options)?;
        self.bytes.set(before);
        Ok(order)
    }

    /// Counts a record, and tells how far reading is.
    fn record(&mut self) -> u64 {
        self.records += 1;
        if self.records.is_multiple_of(1024) {
            let bytes = self.bytes.get();
            if bytes > self.told + (1 << 20) {
                self.told = bytes;
                (self.progress)(bytes);
            }
        }
        self.records
    }

    fn other_kind(&mut self) {
        self.days.left_out.other_kinds += 1;
    }
}

/// Adds the place to what cannot be kept.
fn kept<T>(result: Result<T, Full>, place: impl FnOnce() -> Place) -> Result<T, BodyError> {
    result.map_err(|Full| BodyError::TooMuch { place: place() })
}

/// The whole of a small file as text.
fn whole(reader: impl Read, file: &str, limits: &Limits) -> Result<String, BodyError> {
    let mut text = String::new();
    let mut limited = Text::new(reader, limits);
    limited.read_to_string(&mut text).map_err(|error| guard::explain(error, Place::whole(file), limits))?;
    Ok(text)
}
