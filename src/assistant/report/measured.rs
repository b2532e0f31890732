//! What was tracked in the period: check-ins by week, the body, habits of thought, practice.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{GatherError, Gathering, instant};
use crate::assistant::insight::one_origin_each;
use crate::body;
use crate::checkin::{CheckIn, Help};
use crate::distortion::Distortion;
use crate::journal::{Kept, Verdict};
use crate::practice::{self, Practice};
use crate::report::{
    Against, Body, BodyDay, BodySeries, CheckInWeek, Checked, Cortisol, HabitCount, Habits, HelpCounts, Mean,
    Measure, Number, Specimen, Try,
};

impl Gathering<'_> {
    pub(super) fn check_ins(&self) -> Result<Vec<CheckInWeek>, GatherError> {
        let mut weeks: BTreeMap<Date, Vec<Kept<CheckIn>>> = BTreeMap::new();
        for one in self.journal.all_kept::<CheckIn>(usize::MAX)? {
            if self.holds(one.written) {
                weeks.entry(monday(one.written.local_day())).or_default().push(one);
            }
        }
        Ok(weeks.into_iter().map(|(monday, all)| week(monday, &all)).collect())
    }

    pub(super) fn body(&self) -> Result<Body, GatherError> {
        let days = self.journal.body(&(self.request.from..=self.request.to))?;
        let series = one_origin_each(days).into_iter().filter_map(|(measure, days)| {
            let days = days.into_iter().filter_map(|day| {
                let source = Some(day.source.as_str().to_owned()).filter(|name| !name.is_empty());
                Some(BodyDay { day: day.day, value: Number::try_from(day.value.get()).ok()?, source })
            });
            Some(BodySeries { measure: of_device(measure)?, days: days.collect() })
        });
        let mut cortisol: Vec<Cortisol> = self
            .journal
            .all_kept::<body::Cortisol>(usize::MAX)?
            .iter()
            .filter(|one| self.holds_day(one.content.taken.date()))
            .filter_map(|one| {
                let at = TimeZone::system().to_timestamp(one.content.taken).ok()?;
                let specimen = match one.content.specimen {
                    body::Specimen::Saliva => Specimen::Saliva,
                    body::Specimen::Blood => Specimen::Blood,
                };
                Some(Cortisol {
                    at,
                    value: Number::try_from(one.content.nmol_per_litre.get()).ok()?,
                    specimen,
                })
            })
            .collect();
        cortisol.sort_by_key(|one| one.at);
        Ok(Body { series: series.collect(), cortisol })
    }

    pub(super) fn habits(&self) -> Result<Habits, GatherError> {
        let (from, until) = self.around();
        let entries = self.journal.entries_seen(from, until)?;
        let records = self.journal.records_seen(from, until)?;
        let of_entries = entries.into_iter().filter(|one| self.holds(one.written)).map(|one| one.found);
        let of_records = records.into_iter().filter(|one| self.holds(one.record.written)).map(|one| {
            let habits = one.record.content.distortions.into_iter();
            habits.filter(|(_, verdict)| *verdict != Verdict::Rejected).map(|(habit, _)| habit).collect()
        });
        let all: Vec<Vec<Distortion>> = of_entries.chain(of_records).collect();
        let mut counts: Vec<HabitCount> = Distortion::ALL
            .into_iter()
            .map(|habit| HabitCount {
                id: habit.slug().to_owned(),
                name: self.content.catalogue.get(habit).name.to_lowercase(),
                entries: all.iter().filter(|found| found.contains(&habit)).count() as u32,
            })
            .filter(|count| count.entries > 0)
            .collect();
        counts.sort_by_key(|count| std::cmp::Reverse(count.entries));
        Ok(Habits { entries: all.len() as u32, counts })
    }

    pub(super) fn practice(&self) -> Result<Vec<Try>, GatherError> {
        let mut tries: Vec<Try> = self
            .journal
            .all_kept::<Practice>(usize::MAX)?
            .iter()
            .filter(|one| one.content.outcome.is_some() && self.holds(one.saved))
            .map(|one| self.one_try(one))
            .collect();
        tries.sort_by_key(|one| one.at);
        Ok(tries)
    }

    fn one_try(&self, kept: &Kept<Practice>) -> Try {
        let one = &kept.content;
        let outcome = one.outcome.as_ref();
        let own_words = self.request.practice_words;
        // A step of one's own is one's own words.
        let of_ladder = self.content.ladder.find(one.step.as_str()).is_some();
        Try {
            at: instant(kept.saved),
            level: one.level.get(),
            step: (of_ladder || own_words).then(|| one.text.as_str().to_owned()),
            predicted: one.predicted.as_ref().filter(|_| own_words).map(|words| words.as_str().to_owned()),
            happened: outcome.filter(|_| own_words).map(|outcome| outcome.happened.as_str().to_owned()),
            against: outcome.and_then(|outcome| outcome.against).map(|against| match against {
                practice::Against::Better => Against::Better,
                practice::Against::Same => Against::Same,
                practice::Against::Worse => Against::Worse,
            }),
            distress: outcome.and_then(|outcome| u8::try_from(outcome.distress.get()).ok()),
        }
    }
}

fn monday(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}

fn week(monday: Date, all: &[Kept<CheckIn>]) -> CheckInWeek {
    let means = Checked::ALL.into_iter().filter_map(|of| {
        let values: Vec<f64> = all.iter().filter_map(|one| value(of, &one.content)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        Some(Mean { of, mean: Number::try_from(mean).ok()?, n: values.len() as u16 })
    });
    let count = |kind: Help| all.iter().map(|one| one.content.times(kind)).sum::<usize>() as u16;
    let help = HelpCounts {
        offered: count(Help::Offered),
        needed: count(Help::Needed),
        asked: count(Help::Asked),
        accepted: count(Help::Accepted),
        refused: count(Help::Refused),
    };
    CheckInWeek { monday, check_ins: all.len() as u16, means: means.collect(), help }
}

fn value(of: Checked, one: &CheckIn) -> Option<f64> {
    match of {
        Checked::Mood => one.mood.map(|value| f64::from(value.get())),
        Checked::Stress => one.stress.map(|value| f64::from(value.get())),
        Checked::Tension => one.tension.map(|value| f64::from(value.get())),
        Checked::Fatigue => one.fatigue.map(|value| f64::from(value.get())),
        Checked::Anxiety => one.anxiety.map(|value| f64::from(value.get())),
        Checked::Sleep => one.sleep_minutes.map(|value| f64::from(value.minutes()) / 60.0),
        Checked::Caffeine => one.caffeine.map(|value| f64::from(value.get())),
        Checked::Alcohol => one.alcohol.map(|value| f64::from(value.get())),
        Checked::Movement => one.movement_minutes.map(|value| f64::from(value.get())),
    }
}

/// What a device measures; cortisol stands in a list of its own.
const fn of_device(measure: body::Measure) -> Option<Measure> {
    Some(match measure {
        body::Measure::HrvSdnn => Measure::HrvSdnn,
        body::Measure::HrvRmssd => Measure::HrvRmssd,
        body::Measure::RestingHeartRate => Measure::RestingHeartRate,
        body::Measure::Sleep => Measure::Sleep,
        body::Measure::SleepDeep => Measure::SleepDeep,
        body::Measure::SleepRem => Measure::SleepRem,
        body::Measure::SleepLight => Measure::SleepLight,
        body::Measure::SleepAwake => Measure::SleepAwake,
        body::Measure::Steps => Measure::Steps,
        body::Measure::ActiveMinutes => Measure::ActiveMinutes,
        body::Measure::Cortisol => return None,
    })
}
