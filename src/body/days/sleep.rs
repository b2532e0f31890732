//! Nights: which pieces belong together, to which morning, and which device's account of a night is taken.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;

use super::SourceId;
use crate::body::Measure;
use crate::body::moment::Moment;

/// Pieces of sleep with more than this between them are two sleeps, in seconds.
const GAP: i64 = 2 * 3600;

/// A sleep that begins on its day at this hour or later is a nap, …
const NAP_FROM: i8 = 12;

/// … unless it is the longest of the day and at least so long, in minutes, as of somebody who works at night.
/// Oura draws the line between a nap and a night there as well.
const NIGHT_FROM: f64 = 180.0;

/// What a stretch of the night was. Where stretches of one device overlap, the first of these counts; an
/// unspecified "asleep" gives way to all others, since apps lay it over a whole night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::body) enum Stage {
    Deep,
    Rem,
    Light,
    Awake,
    Asleep,
}

impl Stage {
    const ALL: [Self; 5] = [Self::Deep, Self::Rem, Self::Light, Self::Awake, Self::Asleep];
}

/// A night as a device added it up. Times in minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::body) struct Night {
    /// The local day of waking.
    pub(in crate::body) day: Date,
    /// Local begin, if known: day and hour.
    pub(in crate::body) begin: Option<(Date, i8)>,
    /// Begin and end in seconds since 1970, if known.
    pub(in crate::body) start: Option<i64>,
    pub(in crate::body) end: Option<i64>,
    /// Whether the device calls it the main sleep of the day or a nap.
    pub(in crate::body) main: Option<bool>,
    pub(in crate::body) asleep: f64,
    pub(in crate::body) deep: Option<f64>,
    pub(in crate::body) rem: Option<f64>,
    pub(in crate::body) light: Option<f64>,
    pub(in crate::body) awake: Option<f64>,
    /// How many records went into it.
    pub(in crate::body) records: u32,
}

impl Night {
    /// A night of which only the day and the minutes asleep are known.
    pub(in crate::body) fn of(day: Date, asleep: f64) -> Self {
        Self {
            day,
            begin: None,
            start: None,
            end: None,
            main: None,
            asleep,
            deep: None,
            rem: None,
            light: None,
            awake: None,
            records: 1,
        }
    }

    /// The same with begin and end.
    pub(in crate::body) fn between(mut self, start: Moment, end: Moment) -> Self {
        self.begin = start.local().map(|local| (local.date(), local.hour()));
        (self.start, self.end) = (Some(start.unix), Some(end.unix));
        self
    }

    fn detail(&self) -> usize {
        [self.deep, self.rem, self.light, self.awake].iter().flatten().count()
    }

    fn is_nap(&self) -> bool {
        self.begin.is_some_and(|(day, hour)| day == self.day && hour >= NAP_FROM)
    }

    fn overlaps(&self, other: &Self) -> bool {
        match (self.start, self.end, other.start, other.end) {
            (Some(a), Some(b), Some(c), Some(d)) => a < d && c < b,
            // Without times two accounts of one day are of the same night.
            _ => true,
        }
    }
}

/// What is reported of a night.
pub(super) struct SleepOfNight {
    pub(super) day: Date,
    pub(super) source: SourceId,
    pub(super) records: u32,
    pub(super) minutes: Vec<(Measure, f64)>,
}

#[derive(Clone, Copy)]
struct Stretch {
    start: Moment,
    end: Moment,
    stage: Stage,
}

/// What a night says of a stage.
type OfNight = fn(&Night) -> Option<f64>;

/// All nights so far.
#[derive(Default)]
pub(super) struct Nights {
    stretches: BTreeMap<SourceId, Vec<Stretch>>,
    nights: BTreeMap<Date, Vec<(SourceId, Night)>>,
}

impl Nights {
    pub(super) fn stretch(&mut self, stage: Stage, start: Moment, end: Moment, by: SourceId) {
        self.stretches.entry(by).or_default().push(Stretch { start, end, stage });
    }

    /// Keeps a night, and gives how many there are of its day.
    pub(super) fn add(&mut self, night: Night, by: SourceId) -> usize {
        let nights = self.nights.entry(night.day).or_default();
        nights.push((by, night));
        nights.len()
    }

    /// The nights, and how many sleeps were left out as naps.
    pub(super) fn finish(mut self) -> (Vec<SleepOfNight>, u64) {
        for (source, mut stretches) in std::mem::take(&mut self.stretches) {
            stretches.sort_by_key(|s| (s.start.unix, s.end.unix, s.stage));
            for sleep in sleeps(&stretches) {
                if let Some(night) = added_up(sleep) {
                    self.add(night, source);
                }
            }
        }
        let mut naps = 0;
        let nights = self.nights.into_iter().filter_map(|(day, all)| of_day(day, all, &mut naps)).collect();
        (nights, naps)
    }
}

/// Splits stretches, sorted by their begin, where nothing is known for long.
fn sleeps(stretches: &[Stretch]) -> Vec<&[Stretch]> {
    let (mut sleeps, mut from, mut until) = (Vec::new(), 0, i64::MIN);
    for (index, stretch) in stretches.iter().enumerate() {
        if index > from && stretch.start.unix > until.saturating_add(GAP) {
            sleeps.push(&stretches[from..index]);
            from = index;
        }
        until = until.max(stretch.end.unix);
    }
    sleeps.push(&stretches[from..]);
    sleeps
}

/// Minutes of each stage, no moment counted twice.
fn added_up(stretches: &[Stretch]) -> Option<Night> {
    let first = stretches.first()?;
    let last = stretches.iter().max_by_key(|s| s.end.unix)?;
    let mut edges: Vec<(i64, Stage, i32)> =
        stretches.iter().flat_map(|s| [(s.start.unix, s.stage, 1), (s.end.unix, s.stage, -1)]).collect();
    edges.sort_unstable_by_key(|edge| edge.0);
    let (mut open, mut seconds, mut before) = ([0_i32; 5], [0_i64; 5], first.start.unix);
    for (at, stage, change) in edges {
        if let Some(top) = Stage::ALL.iter().find(|stage| open[**stage as usize] > 0) {
            seconds[*top as usize] += at - before;
        }
        open[stage as usize] += change;
        before = at;
    }
    let minutes = |stage: Stage| seconds[stage as usize] as f64 / 60.0;
    let has = |stage: Stage| stretches.iter().any(|s| s.stage == stage);
    // A stage that the device told nothing of is not known, which is not the same as none of it.
    let stage = |stage: Stage| has(stage).then(|| minutes(stage));
    let asleep = minutes(Stage::Deep) + minutes(Stage::Rem) + minutes(Stage::Light) + minutes(Stage::Asleep);
    let night = Night {
        deep: stage(Stage::Deep),
        rem: stage(Stage::Rem),
        light: stage(Stage::Light),
        awake: stage(Stage::Awake),
        records: stretches.len() as u32,
        ..Night::of(last.end.day()?, asleep)
    };
    (asleep > 0.0).then(|| night.between(first.start, last.end))
}

/// One device's account of a day's night.
fn of_day(day: Date, all: Vec<(SourceId, Night)>, naps: &mut u64) -> Option<SleepOfNight> {
    let mut by_source: BTreeMap<SourceId, Vec<Night>> = BTreeMap::new();
    for (source, night) in all {
        by_source.entry(source).or_default().push(night);
    }
    let accounts = by_source.into_iter().filter_map(|(source, nights)| {
        let (parts, left) = without_naps(nights);
        let asleep: f64 = parts.iter().map(|night| night.asleep).sum();
        let detail = parts.iter().map(Night::detail).max()?;
        Some((source, parts, left, detail, asleep))
    });
    let best = accounts
        .max_by(|a, b| a.3.cmp(&b.3).then(a.4.total_cmp(&b.4)).then_with(|| Reverse(a.0).cmp(&Reverse(b.0))));
    let (source, parts, left, _, asleep) = best?;
    *naps += left;
    let mut minutes = vec![(Measure::Sleep, asleep)];
    let stages: [(Measure, OfNight); 4] = [
        (Measure::SleepDeep, |n| n.deep),
        (Measure::SleepRem, |n| n.rem),
        (Measure::SleepLight, |n| n.light),
        (Measure::SleepAwake, |n| n.awake),
    ];
    for (measure, of) in stages {
        let known: Vec<f64> = parts.iter().filter_map(of).collect();
        if !known.is_empty() {
            minutes.push((measure, known.iter().sum()));
        }
    }
    let records = parts.iter().map(|night| night.records).sum();
    Some(SleepOfNight { day, source, records, minutes })
}

/// The sleeps of a day that make its night, without naps and without second accounts of the same hours; and
/// how many naps there were.
fn without_naps(mut nights: Vec<Night>) -> (Vec<Night>, u64) {
    nights.sort_by(|a, b| b.detail().cmp(&a.detail()).then(b.asleep.total_cmp(&a.asleep)));
    let mut apart: Vec<Night> = Vec::new();
    for night in nights {
        if !apart.iter().any(|other| other.overlaps(&night)) {
            apart.push(night);
        }
    }
    let longest = |a: &&Night, b: &&Night| (a.main, a.asleep).partial_cmp(&(b.main, b.asleep));
    let main = apart.iter().max_by(|a, b| longest(a, b).unwrap_or(std::cmp::Ordering::Equal)).copied();
    let before = apart.len();
    apart.retain(|night| {
        let long = night.asleep >= NIGHT_FROM && night.main != Some(false);
        !night.is_nap() || Some(*night) == main && (long || night.main == Some(true))
    });
    let naps = before - apart.len();
    (apart, naps as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NIGHT: i64 = 1_772_400_000; // 2026-03-01 21:20 UTC

    fn at(minutes: i64) -> Moment {
        Moment { unix: NIGHT + minutes * 60, offset: 0 }
    }

    fn minutes(nights: &Nights2, measure: Measure) -> Option<f64> {
        nights.0.minutes.iter().find(|(m, _)| *m == measure).map(|(_, value)| *value)
    }

    struct Nights2(SleepOfNight);

    fn one(stretches: &[(Stage, i64, i64, u16)]) -> Nights2 {
        let mut nights = Nights::default();
        for &(stage, from, to, source) in stretches {
            nights.stretch(stage, at(from), at(to), SourceId(source));
        }
        let (mut found, _) = nights.finish();
        assert_eq!(found.len(), 1);
        Nights2(found.remove(0))
    }

    #[test]
    fn overlapping_stretches_are_never_counted_twice() {
        let night = one(&[
            (Stage::Asleep, 0, 480, 0),
            (Stage::Light, 0, 200, 0),
            (Stage::Light, 100, 300, 0),
            (Stage::Deep, 150, 210, 0),
            (Stage::Awake, 300, 330, 0),
        ]);
        assert_eq!(minutes(&night, Measure::Sleep), Some(450.0));
        assert_eq!(minutes(&night, Measure::SleepDeep), Some(60.0));
        assert_eq!(minutes(&night, Measure::SleepLight), Some(240.0));
        assert_eq!(minutes(&night, Measure::SleepAwake), Some(30.0));
        assert_eq!(night.0.day, jiff::civil::date(2026, 3, 2));
    }

    #[test]
    fn the_source_with_most_stages_is_taken() {
        let night = one(&[(Stage::Asleep, 0, 480, 0), (Stage::Light, 10, 300, 1), (Stage::Rem, 300, 330, 1)]);
        assert_eq!(night.0.source, SourceId(1));
        assert_eq!(minutes(&night, Measure::Sleep), Some(320.0));
    }

    #[test]
    fn a_nap_is_left_out_and_a_broken_night_is_whole() {
        let night =
            one(&[(Stage::Light, 0, 180, 0), (Stage::Light, 330, 500, 0), (Stage::Light, 990, 1020, 0)]);
        assert_eq!(minutes(&night, Measure::Sleep), Some(350.0));
    }
}
