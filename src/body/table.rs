//! Tables as CSV: what separates the columns, how dates and numbers are written, which column is which.

use std::io::Read;

use csv::{ErrorKind, ReaderBuilder, StringRecord};
use jiff::civil::Date;

use super::guard::{Text, Track, explain};
use super::moment::{DayFault, Moment, Written, moment};
use super::number::{Habit, NumberFault, duration, split_unit};
use super::{BodyError, DateOrder, Limits, Measure, Options, Place, Reading, fitbit, garmin, oura};

/// Tables that are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableKind {
    Fitbit(fitbit::Table),
    Oura(oura::Table),
    Garmin(garmin::Table),
}

impl TableKind {
    /// The column of the day, in tables whose days may be written in the manner of a country.
    fn day_column(self, header: &Header) -> Option<usize> {
        match self {
            Self::Fitbit(_) => None,
            Self::Oura(_) => header.find(oura::DAY),
            Self::Garmin(kind) => kind.day_column(header),
        }
    }
}

/// The columns of a table: names in small letters, and units that stand in brackets behind them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Header {
    names: Vec<String>,
    units: Vec<Option<String>>,
}

impl Header {
    pub(super) fn of(record: &StringRecord) -> Self {
        let mut header = Self::default();
        for cell in record {
            let cell = cell.trim().trim_start_matches('\u{feff}').to_lowercase();
            let (name, unit) = match cell.strip_suffix(')').and_then(|cell| cell.split_once('(')) {
                Some((name, unit)) => (name.trim().to_owned(), Some(unit.trim().to_owned())),
                None => (cell, None),
            };
            header.names.push(name);
            header.units.push(unit);
        }
        header
    }

    /// The header in the first bytes of a file.
    pub(super) fn in_head(head: &str) -> Option<Self> {
        let line = head.lines().next()?;
        let mut reader =
            ReaderBuilder::new().delimiter(delimiter(line)).has_headers(false).from_reader(line.as_bytes());
        let mut record = StringRecord::new();
        reader.read_record(&mut record).ok()?.then(|| Self::of(&record))
    }

    /// The first column with one of these names.
    pub(super) fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.names.iter().position(|own| own == name))
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.find(&[name]).is_some())
    }

    pub(super) fn first(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }
}

/// What separates the columns of a line: the mark that stands in it most often, outside of quotes.
fn delimiter(line: &str) -> u8 {
    let (mut counts, mut quoted) = ([0_u32; 3], false);
    for byte in line.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => counts[0] += 1,
            b';' if !quoted => counts[1] += 1,
            b'\t' if !quoted => counts[2] += 1,
            _ => {}
        }
    }
    if counts[1] > counts[0] && counts[1] >= counts[2] {
        b';'
    } else if counts[2] > counts[0] {
        b'\t'
    } else {
        b','
    }
}

/// One row.
pub(super) struct Row<'a> {
    pub(super) header: &'a Header,
    cells: &'a StringRecord,
    file: &'a str,
    line: u64,
    habit: &'a mut Habit,
    order: Option<DateOrder>,
}

impl Row<'_> {
    pub(super) fn place(&self) -> Place {
        Place::line(self.file, self.line)
    }

    /// What stands in the column, unless it is empty or one of the words for nothing.
    pub(super) fn text(&self, names: &[&str]) -> Option<&str> {
        let cell = self.cells.get(self.header.find(names)?)?.trim();
        let nothing = matches!(cell, "" | "-" | "--" | "null" | "NULL" | "None" | "nan" | "NaN" | "N/A");
        (!nothing).then_some(cell)
    }

    /// A number, whose unit must be one of these where it is given. The first is the usual one.
    pub(super) fn number(
        &mut self,
        names: &[&str],
        measure: Measure,
        units: &'static [&'static str],
    ) -> Result<Option<f64>, BodyError> {
        let Some(text) = self.text(names).map(str::to_owned) else { return Ok(None) };
        let (number, unit) = split_unit(&text);
        let column = self.header.find(names).and_then(|at| self.header.units[at].as_deref());
        for unit in [Some(unit).filter(|unit| !unit.is_empty()), column].into_iter().flatten() {
            if !units.contains(&unit.to_lowercase().as_str()) {
                return Err(BodyError::unit(self.place(), measure, unit, units[0]));
            }
        }
        let whole = measure == Measure::Steps;
        match self.habit.number(number, whole) {
            Ok(number) => Ok(Some(number)),
            Err(NumberFault::Mixed) => Err(BodyError::MixedLocale { place: self.place() }),
            Err(NumberFault::None) => Err(BodyError::NotANumber { place: self.place(), measure }),
        }
    }

    /// Seconds, as minutes.
    pub(super) fn seconds(&mut self, names: &[&str], measure: Measure) -> Result<Option<f64>, BodyError> {
        Ok(self.number(names, measure, &["s", "sec", "seconds"])?.map(|seconds| seconds / 60.0))
    }

    /// Minutes.
    pub(super) fn minutes(&mut self, names: &[&str], measure: Measure) -> Result<Option<f64>, BodyError> {
        self.number(names, measure, &["min", "minutes"])
    }

    /// A duration such as "7h 1min", in minutes.
    pub(super) fn duration(&self, names: &[&str], measure: Measure) -> Result<Option<f64>, BodyError> {
        let Some(text) = self.text(names) else { return Ok(None) };
        match duration(text) {
            Some(minutes) => Ok(Some(minutes)),
            None => Err(BodyError::NotANumber { place: self.place(), measure }),
        }
    }

    /// A day.
    pub(super) fn day(&self, column: Option<usize>) -> Result<Date, BodyError> {
        let cell = column.and_then(|at| self.cells.get(at)).unwrap_or_default();
        Written::read(cell).and_then(|written| written.day(self.order)).map_err(|fault| match fault {
            DayFault::Bad => BodyError::Date { place: self.place() },
            DayFault::NoYear => BodyError::NoYear { place: self.place() },
            DayFault::Ambiguous => BodyError::AmbiguousDate { place: self.place() },
        })
    }

    /// A moment, by its own offset or in the zone.
    pub(super) fn moment(
        &self,
        names: &[&str],
        zone: &jiff::tz::TimeZone,
    ) -> Result<Option<Moment>, BodyError> {
        let Some(text) = self.text(names) else { return Ok(None) };
        moment(text, zone).map(Some).ok_or_else(|| BodyError::Date { place: self.place() })
    }
}

/// Goes through the rows of a table. The first line is given as the header.
fn rows<R: Read>(
    reader: R,
    file: &str,
    limits: &Limits,
    mut each: impl FnMut(&Header, &StringRecord, u64) -> Result<(), BodyError>,
) -> Result<(), BodyError> {
    let mut text = Text::new(reader, limits);
    let track = text.track();
    let delimiter =
        first_delimiter(&mut text).map_err(|error| explain(error, Place::line(file, 1), limits))?;
    track.whole();
    let mut csv =
        ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text);
    let (mut header, mut record) = (None, StringRecord::new());
    loop {
        track.whole();
        let more = csv.read_record(&mut record).map_err(|error| broken(error, file, limits, &track))?;
        if !more {
            return Ok(());
        }
        let line = record.position().map_or(0, csv::Position::line);
        match &header {
            None => header = Some(Header::of(&record)),
            Some(header) => {
                if record.iter().all(|cell| cell.trim().is_empty()) {
                    continue;
                }
                if record.len() < header.len() {
                    let place = Place::line(file, line);
                    let last = !csv.read_record(&mut record).map_err(|e| broken(e, file, limits, &track))?;
                    let what = "a row has fewer columns than the first line";
                    return Err(if last {
                        BodyError::Cut { place }
                    } else {
                        BodyError::Broken { place, what }
                    });
                }
                each(header, &record, line)?;
            }
        }
    }
}

fn first_delimiter<R: Read>(text: &mut Text<R>) -> std::io::Result<u8> {
    let ready = std::io::BufRead::fill_buf(text)?;
    let line = ready.split(|&b| b == b'\n').next().unwrap_or_default();
    Ok(delimiter(&String::from_utf8_lossy(line)))
}

fn broken(error: csv::Error, file: &str, limits: &Limits, track: &Track) -> BodyError {
    let place = Place::line(file, error.position().map_or_else(|| track.line(), csv::Position::line));
    match error.into_kind() {
        ErrorKind::Io(error) => explain(error, place, limits),
        ErrorKind::Utf8 { .. } => BodyError::NotText { place },
        _ => BodyError::Broken { place, what: "a row is not as the format has it" },
    }
}

/// Reads a table whose kind is known.
pub(super) fn read<R: Read>(
    reader: R,
    file: &str,
    kind: TableKind,
    order: Option<DateOrder>,
    reading: &mut Reading<'_>,
) -> Result<(), BodyError> {
    let limits = reading.options.limits;
    let mut habit = Habit::default();
    rows(reader, file, &limits, |header, cells, line| {
        reading.record();
        let mut row = Row { header, cells, file, line, habit: &mut habit, order };
        match kind {
            TableKind::Fitbit(table) => fitbit::row(table, &mut row, reading),
            TableKind::Oura(table) => oura::row(table, &mut row, reading),
            TableKind::Garmin(table) => garmin::row(table, &mut row, reading),
        }
    })
}

/// What comes first in the dates of a table, by its own evidence: a number above 12, or at least four dates of
/// which one reading gives a run of single days and the other does not.
pub(super) fn date_order<R: Read>(
    reader: R,
    file: &str,
    kind: TableKind,
    options: &Options,
) -> Result<Option<DateOrder>, BodyError> {
    let mut evidence: Option<DateOrder> = None;
    let mut runs = [Run::new(DateOrder::DayFirst), Run::new(DateOrder::MonthFirst)];
    rows(reader, file, &options.limits, |header, cells, line| {
        let Some(column) = kind.day_column(header) else { return Ok(()) };
        let Ok(written) = Written::read(cells.get(column).unwrap_or_default()) else { return Ok(()) };
        if let Some(order) = written.evidence()
            && *evidence.get_or_insert(order) != order
        {
            return Err(BodyError::MixedLocale { place: Place::line(file, line) });
        }
        for run in &mut runs {
            run.add(written);
        }
        Ok(())
    })?;
    let by_run = match (runs[0].single_days(), runs[1].single_days()) {
        (true, false) => Some(DateOrder::DayFirst),
        (false, true) => Some(DateOrder::MonthFirst),
        _ => None,
    };
    let order = evidence.or(by_run).or(options.date_order);
    let chosen = usize::from(order == Some(DateOrder::MonthFirst));
    if matches!(kind, TableKind::Garmin(table) if table.may_be_weekly()) && runs[chosen].weeks() {
        return Err(BodyError::NotDaily { place: Place::whole(file) });
    }
    Ok(order)
}

/// How the days of a column follow each other in one reading of them.
struct Run {
    order: DateOrder,
    last: Option<Date>,
    steps: u32,
    shortest: i32,
    longest: i32,
    broken: bool,
}

impl Run {
    fn new(order: DateOrder) -> Self {
        Self { order, last: None, steps: 0, shortest: i32::MAX, longest: 0, broken: false }
    }

    fn add(&mut self, written: Written) {
        let Ok(day) = written.day(Some(self.order)) else {
            self.broken = true;
            return;
        };
        if let Some(last) = self.last {
            let days = last.until(day).map_or(i32::MAX, |span| span.get_days().abs());
            self.shortest = self.shortest.min(days);
            self.longest = self.longest.max(days);
            self.steps += 1;
        }
        self.last = Some(day);
    }

    fn single_days(&self) -> bool {
        !self.broken && self.steps >= 3 && self.shortest == 1 && self.longest == 1
    }

    fn weeks(&self) -> bool {
        self.steps >= 2 && self.shortest >= 7
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_told_from_the_first_line() {
        assert_eq!(delimiter("a;b;c,d"), b';');
        assert_eq!(delimiter("\"a;b;c\",d"), b',');
        assert_eq!(delimiter("a\tb"), b'\t');
        assert_eq!(delimiter("alone"), b',');
    }

    #[test]
    fn units_in_brackets_are_parts_of_a_header() {
        let header = Header::in_head("\u{feff}Date;Average HRV (ms)\n2026-01-01;40\n").unwrap();
        assert_eq!(header.find(&["average hrv"]), Some(1));
        assert_eq!(header.units[1].as_deref(), Some("ms"));
    }
}
