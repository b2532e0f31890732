//! A simulated person: days that remember, weekly rhythms, trends, missing days, and what was planted.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::insight::{
    CheckIn, Distortion, Feeling, Finite, Held, Larger, Measure, Period, Taken, Text, Written,
};

/// How to make one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) days: usize,
    /// Measures of the body.
    pub(super) body: usize,
    /// The most that lasts from a day to the next (drawn from 0 to this for each series).
    pub(super) memory: f64,
    /// The most of a weekly rhythm, in standard deviations.
    pub(super) weekly: f64,
    /// The most of a straight trend over the whole time, in standard deviations.
    pub(super) trend: f64,
    /// The largest share of missing days.
    pub(super) missing: f64,
    /// How much the states (mood, stress, ...) share with each other.
    pub(super) shared: f64,
    /// Check-ins a day: 1 in the evening, or 3 spread over it.
    pub(super) a_day: usize,
    /// Correlation of sleep with mood so many days later.
    pub(super) planted: Option<(f64, isize)>,
}

impl Plan {
    pub(super) const NULL: Self = Self {
        days: 120,
        body: 3,
        memory: 0.7,
        weekly: 0.8,
        trend: 1.5,
        missing: 0.3,
        shared: 0.5,
        a_day: 1,
        planted: None,
    };
}

pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub(super) fn even(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    pub(super) fn normal(&mut self) -> f64 {
        let (u, v) = (1.0 - self.even(), self.even());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    /// A first-order autoregression with variance 1.
    pub(super) fn memory(&mut self, n: usize, lasts: f64) -> Vec<f64> {
        let mut level = self.normal();
        let mut next = || {
            let now = level;
            level = lasts * level + (1.0 - lasts * lasts).sqrt() * self.normal();
            now
        };
        (0..n).map(|_| next()).collect()
    }
}

pub(super) const START: Date = date(2024, 1, 3);

/// Makes a person.
pub(super) fn person(plan: Plan, seed: u64) -> (Held, Period) {
    let chance = &mut Chance::new(seed);
    let n = plan.days;
    let common = chance.memory(n, plan.memory / 2.0);
    let mut latent: Vec<Vec<f64>> = (0..9 + plan.body)
        .map(|_| {
            let lasts = plan.memory * chance.even();
            chance.memory(n, lasts)
        })
        .collect();
    for state in latent.iter_mut().take(5) {
        for (value, common) in state.iter_mut().zip(&common) {
            *value = plan.shared * common + (1.0 - plan.shared * plan.shared).sqrt() * *value;
        }
    }
    if let Some((strength, lag)) = plan.planted {
        let sleep = latent[5].clone();
        let lasts = plan.memory * chance.even();
        let own = chance.memory(n, lasts);
        for day in 0..n {
            let cause = day.checked_add_signed(-lag).and_then(|day| sleep.get(day)).copied();
            let cause = cause.unwrap_or_else(|| chance.normal());
            latent[0][day] = strength * cause + (1.0 - strength * strength).sqrt() * own[day];
        }
    }
    for series in &mut latent {
        let (size, trend) = (plan.weekly * chance.even(), plan.trend * (2.0 * chance.even() - 1.0));
        let week: Vec<f64> = (0..7).map(|_| size * chance.normal()).collect();
        for (day, value) in series.iter_mut().enumerate() {
            *value += week[day % 7] + trend * day as f64 / n as f64;
        }
    }
    let gaps = plan.missing * chance.even();
    let ten = |value: f64| Some((5.0 + 2.0 * value).round().clamp(0.0, 10.0) as u16);
    let amount = |value: f64| Some(value.round().max(0.0) as u16);
    let mut held = Held::default();
    for (day, time) in (0..n).flat_map(|day| (0..plan.a_day).map(move |time| (day, time))) {
        if chance.even() < gaps {
            continue;
        }
        // What differs between the check-ins of one day.
        let within = if plan.a_day > 1 { 0.5 * chance.normal() } else { 0.0 };
        let at = |series: usize| latent[series][day] + if series < 5 { within } else { 0.0 };
        let hour = [20, 9, 15][time];
        held.check_ins.push(CheckIn {
            id: format!("c{day}-{time}"),
            moment: on(day).at(hour, 0, 0, 0),
            mood: ten(at(0)),
            stress: ten(at(1)),
            tension: ten(at(2)),
            fatigue: ten(at(3)),
            anxiety: ten(at(4)),
            sleep_minutes: amount(430.0 + 60.0 * at(5)),
            caffeine: amount(2.0 + 1.2 * at(6)),
            alcohol: amount(-0.3 + 1.2 * at(7)),
            movement_minutes: amount(30.0 + 25.0 * at(8)),
            ..CheckIn::default()
        });
    }
    for measure in 0..plan.body {
        let gaps = plan.missing * chance.even();
        let kept: Vec<usize> = (0..n).filter(|_| chance.even() >= gaps).collect();
        let value = |day: usize| 60.0 * (0.2 * latent[9 + measure][day]).exp();
        held.body.push(Measure {
            slug: format!("measure_{measure}"),
            label: format!("measure {measure}"),
            unit: "ms".to_owned(),
            taken: if measure == 0 { Taken::ByNight } else { Taken::ByDay },
            larger: Larger::Higher,
            days: kept.into_iter().map(|day| (on(day), Finite::try_from(value(day)).unwrap())).collect(),
        });
    }
    (held, period(n))
}

/// Entries in which situations, feelings and distortions come in spells, and none goes with another.
pub(super) fn writer(days: usize, memory: f64, seed: u64) -> (Held, Period) {
    planted_writer(days, memory, 0.0, seed)
}

/// The same, but that the first situation brings the first distortion with this chance.
pub(super) fn planted_writer(days: usize, memory: f64, planted: f64, seed: u64) -> (Held, Period) {
    let chance = &mut Chance::new(seed);
    let mut spells = |count: usize| -> Vec<Vec<bool>> {
        (0..count)
            .map(|_| {
                let (edge, lasts) = (0.3 + 0.9 * chance.even(), memory * chance.even());
                chance.memory(days, lasts).into_iter().map(|level| level > edge).collect()
            })
            .collect()
    };
    let (situations, feelings, mut distortions) = (spells(6), spells(5), spells(8));
    for day in 0..days {
        distortions[0][day] |= planted > 0.0 && situations[0][day] && chance.even() < planted;
    }
    let begun = |spells: &[Vec<bool>], day: usize| -> Vec<usize> {
        (0..spells.len()).filter(|which| spells[*which][day]).collect()
    };
    let written = (0..days)
        .filter(|_| chance.even() < 0.7)
        .map(|day| Written {
            id: format!("w{day}"),
            moment: on(day).at(21, 0, 0, 0),
            situations: begun(&situations, day).iter().map(|which| Text::from(format!("s{which}"))).collect(),
            feelings: begun(&feelings, day)
                .iter()
                .map(|which| Feeling { name: Text::from(format!("f{which}")), before: Some(60), after: None })
                .collect(),
            distortions: begun(&distortions, day)
                .iter()
                .map(|which| Distortion { slug: format!("d{which}"), name: format!("habit {which}") })
                .collect(),
            belief_before: None,
            belief_after: None,
            escalated: false,
        })
        .collect();
    (Held { written, ..Held::default() }, period(days))
}

/// The day at a place, from 0.
fn on(place: usize) -> Date {
    START.saturating_add(i64::try_from(place).unwrap().days())
}

pub(super) fn period(days: usize) -> Period {
    Period::new(START, on(days - 1)).unwrap()
}
