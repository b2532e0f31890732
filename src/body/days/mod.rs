//! What is kept while an export streams by: sums of hours and days and the pieces of nights. It grows with
//! the days of a life, not with the bytes of a file, and has an end.

mod seen;
mod sleep;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use jiff::civil::Date;

use super::moment::Moment;
use super::{DayValue, Finite, LeftOut, Measure, SourceName};

use self::seen::Seen;
pub(super) use self::sleep::{Night, Stage};
use self::sleep::{Nights, SleepOfNight};

const HOUR: i64 = 3600;

/// The moment of a value of which only the day is known.
const UNTIMED: i64 = i64::MIN;

/// A record that runs longer than this is a fault of its clock, in seconds.
const LONGEST_SPAN: i64 = 48 * HOUR;

/// Sources are told apart by so many characters of their names.
const NAME_KEPT: usize = 200;

/// Most sources. A life with a new device every month has fewer.
const SOURCES: u16 = 1024;

/// Most sleeps that may be told of one day.
const NIGHTS_OF_DAY: usize = 400;

/// The number of a source's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SourceId(u16);

/// Too much to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

/// Days from which records are believed: from the first wearables to tomorrow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) first: Date,
    pub(super) last: Date,
}

#[derive(Default)]
struct Sum {
    total: f64,
    records: u32,
}

#[derive(Default)]
struct Mean {
    total: f64,
    samples: u32,
    by_source: Vec<(SourceId, u32)>,
}

/// A count, its records, and who counted.
type Counted = (f64, u32, SourceId);

/// All that is kept.
pub(super) struct Days {
    span: Span,
    names: Vec<SourceName>,
    by_name: HashMap<String, SourceId>,
    means: BTreeMap<(Measure, Date), Mean>,
    hours: BTreeMap<(Measure, Date, i64, SourceId), Sum>,
    totals: BTreeMap<(Measure, Date, SourceId, u8), f64>,
    nights: Nights,
    seen: Seen,
    room: u32,
    pub(super) left_out: LeftOut,
}

impl Days {
    pub(super) fn new(span: Span, room: u32) -> Self {
        Self {
            span,
            names: Vec::new(),
            by_name: HashMap::new(),
            means: BTreeMap::new(),
            hours: BTreeMap::new(),
            totals: BTreeMap::new(),
            nights: Nights::default(),
            seen: Seen::default(),
            room,
            left_out: LeftOut::default(),
        }
    }

    /// The number of a source's name, a new one if it is new.
    pub(super) fn source(&mut self, name: &str) -> Result<SourceId, Full> {
        let name = name.char_indices().nth(NAME_KEPT).map_or(name, |(end, _)| &name[..end]);
        if let Some(&id) = self.by_name.get(name) {
            return Ok(id);
        }
        let clean = SourceName::new(name);
        let id = SourceId(u16::try_from(self.names.len()).ok().filter(|&n| n < SOURCES).ok_or(Full)?);
        self.names.push(clean);
        self.by_name.insert(name.to_owned(), id);
        Ok(id)
    }

    /// One sample of a measure whose day is the mean of its samples.
    pub(super) fn sample(
        &mut self,
        measure: Measure,
        at: Moment,
        value: f64,
        by: SourceId,
    ) -> Result<(), Full> {
        let Some(day) = self.believed(at) else { return Ok(()) };
        self.sample_of_day(measure, day, at.unix, value, by)
    }

    /// The same where only the day is known.
    pub(super) fn daily(
        &mut self,
        measure: Measure,
        day: Date,
        value: f64,
        by: SourceId,
    ) -> Result<(), Full> {
        if !self.believes(day) {
            self.left_out.wrong_clock += 1;
            return Ok(());
        }
        self.sample_of_day(measure, day, UNTIMED, value, by)
    }

    fn sample_of_day(
        &mut self,
        measure: Measure,
        day: Date,
        at: i64,
        value: f64,
        by: SourceId,
    ) -> Result<(), Full> {
        if !measure.plausible().contains(&value) {
            self.left_out.implausible += 1;
            return Ok(());
        }
        // The same moment can stand in two exports on two clocks, so its day is no part of it.
        let untimed = (at == UNTIMED).then_some(day);
        if self.known(&(measure, untimed, at, value.to_bits()))? {
            return Ok(());
        }
        let mean = self.means.entry((measure, day)).or_default();
        mean.total += value;
        mean.samples += 1;
        match mean.by_source.iter_mut().find(|(source, _)| *source == by) {
            Some((_, count)) => *count += 1,
            None => mean.by_source.push((by, 1)),
        }
        Ok(())
    }

    /// A count over a span of time. Where devices overlap, each hour counts the device with most. Nothing
    /// counted is nothing known: a minute of no steps may be one in which the device lay on a table.
    pub(super) fn count(
        &mut self,
        measure: Measure,
        (start, end): (Moment, Moment),
        value: f64,
        by: SourceId,
    ) -> Result<(), Full> {
        if self.believed(start).is_none() {
            return Ok(());
        }
        let length = end.unix - start.unix;
        if !(0..=LONGEST_SPAN).contains(&length) {
            self.left_out.wrong_clock += 1;
            return Ok(());
        }
        if !measure.plausible().contains(&value) {
            self.left_out.implausible += 1;
            return Ok(());
        }
        if value == 0.0 || self.known(&(measure, start.unix, end.unix, value.to_bits(), by))? {
            return Ok(());
        }
        let mut from = start.unix;
        loop {
            let offset = i64::from(start.offset);
            let hour = (from + offset).div_euclid(HOUR) * HOUR - offset;
            let to = end.unix.min(hour + HOUR).max(from);
            let share = if length == 0 { 1.0 } else { (to - from) as f64 / length as f64 };
            let Some(day) = (Moment { unix: from, ..start }).day() else { return Ok(()) };
            match self.hours.entry((measure, day, hour, by)) {
                std::collections::btree_map::Entry::Occupied(mut old) => {
                    old.get_mut().total += value * share;
                    old.get_mut().records += u32::from(from == start.unix);
                }
                std::collections::btree_map::Entry::Vacant(new) => {
                    new.insert(Sum { total: value * share, records: u32::from(from == start.unix) });
                    self.room = self.room.checked_sub(4).ok_or(Full)?;
                }
            }
            if to >= end.unix {
                return Ok(());
            }
            from = to;
        }
    }

    /// A count that the device itself added up for the day. `part` tells apart parts that are to be added.
    pub(super) fn total(
        &mut self,
        measure: Measure,
        day: Date,
        part: u8,
        value: f64,
        by: SourceId,
    ) -> Result<(), Full> {
        if !self.believes(day) {
            self.left_out.wrong_clock += 1;
            return Ok(());
        }
        if !measure.plausible().contains(&value) {
            self.left_out.implausible += 1;
            return Ok(());
        }
        match self.totals.entry((measure, day, by, part)) {
            std::collections::btree_map::Entry::Occupied(mut old) => {
                // The same day from two exports: the one in which the day was further on.
                self.left_out.duplicate += 1;
                let most = old.get().max(value);
                old.insert(most);
            }
            std::collections::btree_map::Entry::Vacant(new) => {
                new.insert(value);
                self.room = self.room.checked_sub(3).ok_or(Full)?;
            }
        }
        Ok(())
    }

    /// A stretch of sleep.
    pub(super) fn stretch(
        &mut self,
        stage: Stage,
        (start, end): (Moment, Moment),
        by: SourceId,
    ) -> Result<(), Full> {
        if self.believed(start).is_none() || self.believed(end).is_none() {
            return Ok(());
        }
        if end.unix < start.unix {
            self.left_out.wrong_clock += 1;
            return Ok(());
        }
        if end.unix - start.unix > 24 * HOUR {
            self.left_out.implausible += 1;
            return Ok(());
        }
        if self.known(&(stage, start.unix, end.unix, by))? {
            return Ok(());
        }
        self.room = self.room.checked_sub(2).ok_or(Full)?;
        self.nights.stretch(stage, start, end, by);
        Ok(())
    }

    /// A night that the device itself added up.
    pub(super) fn night(&mut self, night: Night, by: SourceId) -> Result<(), Full> {
        if !self.believes(night.day) {
            self.left_out.wrong_clock += 1;
            return Ok(());
        }
        if !Measure::Sleep.plausible().contains(&night.asleep) {
            self.left_out.implausible += 1;
            return Ok(());
        }
        if self.known(&(night.day, night.start, night.end, night.asleep.to_bits(), by))? {
            return Ok(());
        }
        self.room = self.room.checked_sub(6).ok_or(Full)?;
        if self.nights.add(night, by) > NIGHTS_OF_DAY { Err(Full) } else { Ok(()) }
    }

    fn believes(&self, day: Date) -> bool {
        (self.span.first..=self.span.last).contains(&day)
    }

    /// The local day of a moment; none, and counted, if its clock was wrong.
    fn believed(&mut self, at: Moment) -> Option<Date> {
        let day = at.day().filter(|&day| self.believes(day));
        if day.is_none() {
            self.left_out.wrong_clock += 1;
        }
        day
    }

    /// Whether this very record came before; counts it if so.
    fn known(&mut self, record: &impl Hash) -> Result<bool, Full> {
        if !self.seen.is_new(record) {
            self.left_out.duplicate += 1;
            return Ok(true);
        }
        self.room = self.room.checked_sub(1).ok_or(Full)?;
        Ok(false)
    }

    /// The values of all days, sorted by day and measure.
    pub(super) fn finish(mut self) -> (Vec<DayValue>, LeftOut) {
        let mut values = Vec::new();
        for ((measure, day), mean) in std::mem::take(&mut self.means) {
            let most = mean.by_source.iter().max_by_key(|(source, n)| (*n, std::cmp::Reverse(*source)));
            if let Some(&(source, _)) = most {
                let value = mean.total / f64::from(mean.samples);
                self.push(&mut values, (measure, day), value, mean.samples, source);
            }
        }
        for ((measure, day), (value, records, source)) in self.counts() {
            self.push(&mut values, (measure, day), value, records, source);
        }
        let (nights, naps) = std::mem::take(&mut self.nights).finish();
        self.left_out.other_kinds += naps;
        for SleepOfNight { day, source, records, minutes } in nights {
            for (measure, value) in minutes {
                self.push(&mut values, (measure, day), value, records, source);
            }
        }
        values.sort_by_key(|value| (value.day, value.measure));
        (values, self.left_out)
    }

    /// Counts of days: the device's own sum where there is one, else hour by hour the device with most.
    fn counts(&mut self) -> BTreeMap<(Measure, Date), Counted> {
        let mut hours: BTreeMap<(Measure, Date), BTreeMap<i64, Counted>> = BTreeMap::new();
        for ((measure, day, hour, source), sum) in std::mem::take(&mut self.hours) {
            let best = hours.entry((measure, day)).or_default().entry(hour);
            let new = (sum.total, sum.records, source);
            best.and_modify(|old| {
                if new.0 > old.0 {
                    *old = new;
                }
            })
            .or_insert(new);
        }
        let mut counts = BTreeMap::new();
        for (key, hours) in hours {
            let mut by_source: HashMap<SourceId, f64> = HashMap::new();
            let (mut total, mut records) = (0.0, 0);
            for (value, n, source) in hours.into_values() {
                total += value;
                records += n;
                *by_source.entry(source).or_default() += value;
            }
            let most = by_source.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
            if let Some((source, _)) = most {
                counts.insert(key, (total, records, source));
            }
        }
        let mut sums: BTreeMap<(Measure, Date, SourceId), (f64, u32)> = BTreeMap::new();
        for ((measure, day, source, _), value) in std::mem::take(&mut self.totals) {
            let sum = sums.entry((measure, day, source)).or_default();
            *sum = (sum.0 + value, sum.1 + 1);
        }
        let mut own: HashMap<(Measure, Date), f64> = HashMap::new();
        for ((measure, day, source), (value, records)) in sums {
            let better = match own.entry((measure, day)) {
                Entry::Occupied(mut old) => {
                    value > *old.get() && {
                        old.insert(value);
                        true
                    }
                }
                Entry::Vacant(new) => {
                    new.insert(value);
                    true
                }
            };
            if better {
                counts.insert((measure, day), (value, records, source));
            }
        }
        counts
    }

    fn push(
        &mut self,
        values: &mut Vec<DayValue>,
        (measure, day): (Measure, Date),
        value: f64,
        samples: u32,
        source: SourceId,
    ) {
        let value = if measure == Measure::Steps { value.round() } else { round(value) };
        let source = self.names.get(usize::from(source.0));
        match (Finite::try_from(value), source) {
            (Ok(number), Some(source)) if measure.plausible().contains(&value) => {
                values.push(DayValue { measure, day, value: number, samples, source: source.clone() });
            }
            _ => self.left_out.implausible += 1,
        }
    }
}

/// Rounded to a millionth, so that sums do not end in noise.
fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
