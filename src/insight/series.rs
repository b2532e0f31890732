//! Daily series out of what is held, and what is taken out of them before they are compared: a
//! straight trend and the weekday. Missing days stay missing.

use super::common::Named;
use super::figures::{mean, ranks};
use super::held::{CheckIn, Held, Larger, Taken};
use super::period::{Period, day_of};

/// How a series is spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Mood,
    Stress,
    Tension,
    Fatigue,
    Anxiety,
    Sleep,
    Caffeine,
    Alcohol,
    Movement,
    Moment,
    Body(Taken, Larger),
}

/// One value a day, or none.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) named: Named,
    pub(super) kind: Kind,
    /// By place in the period.
    pub(super) days: Vec<Option<f64>>,
}

/// A field of the check-in as a series.
struct Field {
    kind: Kind,
    slug: &'static str,
    label: &'static str,
    unit: &'static str,
    most: u16,
    get: fn(&CheckIn) -> Option<u16>,
}

const SCALE: &str = "0 to 10";
const FIELDS: [Field; 10] = [
    field(Kind::Mood, ["mood", "mood", SCALE], 10, |c| c.mood),
    field(Kind::Stress, ["stress", "stress", SCALE], 10, |c| c.stress),
    field(Kind::Tension, ["tension", "tension", SCALE], 10, |c| c.tension),
    field(Kind::Fatigue, ["fatigue", "fatigue", SCALE], 10, |c| c.fatigue),
    field(Kind::Anxiety, ["anxiety", "anxiety", SCALE], 10, |c| c.anxiety),
    field(Kind::Sleep, ["sleep", "sleep", "minutes"], 1_440, |c| c.sleep_minutes),
    field(Kind::Caffeine, ["caffeine", "caffeine", "cups"], 50, |c| c.caffeine),
    field(Kind::Alcohol, ["alcohol", "alcohol", "glasses"], 50, |c| c.alcohol),
    field(Kind::Movement, ["movement", "movement", "minutes"], 1_440, |c| c.movement_minutes),
    field(Kind::Moment, ["moment", "moments with somebody", SCALE], 10, |c| c.moment_went),
];

const fn field(kind: Kind, words: [&'static str; 3], most: u16, get: fn(&CheckIn) -> Option<u16>) -> Field {
    Field { kind, slug: words[0], label: words[1], unit: words[2], most, get }
}

impl Kind {
    /// Whether it is how somebody is, and not what they did or what their body did.
    pub(super) const fn is_state(self) -> bool {
        matches!(self, Self::Mood | Self::Stress | Self::Tension | Self::Fatigue | Self::Anxiety)
    }

    /// Whether the day's amount is one that each check-in of the day repeats, so that the largest
    /// counts; of the others the mean of the day is taken.
    const fn is_amount(self) -> bool {
        matches!(self, Self::Sleep | Self::Caffeine | Self::Alcohol | Self::Movement)
    }

    /// Its value in one check-in, if it is one on the scale.
    pub(super) fn of(self, check_in: &CheckIn) -> Option<f64> {
        let field = FIELDS.iter().find(|field| field.kind == self)?;
        (field.get)(check_in).filter(|value| *value <= field.most).map(f64::from)
    }
}

impl Series {
    /// All series that have a value in the period: the check-in's fields, then the body's measures.
    pub(super) fn all(held: &Held, period: Period) -> Vec<Self> {
        let mut all: Vec<Self> = FIELDS.iter().map(|field| Self::of_field(field, held, period)).collect();
        let mut body: Vec<_> = held.body.iter().collect();
        body.sort_by(|a, b| a.slug.cmp(&b.slug));
        all.extend(body.into_iter().map(|measure| {
            let values = measure.days.iter().map(|(day, value)| (period.place(*day), value.get()));
            Self {
                named: Named {
                    slug: measure.slug.clone(),
                    label: measure.label.clone(),
                    unit: measure.unit.clone(),
                },
                kind: Kind::Body(measure.taken, measure.larger),
                days: by_day(values, period, false),
            }
        }));
        all.retain(|series| series.count() > 0);
        all
    }

    fn of_field(field: &Field, held: &Held, period: Period) -> Self {
        let values = held
            .check_ins
            .iter()
            .filter_map(|check_in| Some((period.place(day_of(check_in.moment)), field.kind.of(check_in)?)));
        Self {
            named: Named { slug: field.slug.into(), label: field.label.into(), unit: field.unit.into() },
            kind: field.kind,
            days: by_day(values, period, field.kind.is_amount()),
        }
    }

    /// How many days have a value.
    pub(super) fn count(&self) -> usize {
        self.days.iter().flatten().count()
    }

    /// The days that have a value, by place, and their values.
    pub(super) fn held(&self) -> (Vec<usize>, Vec<f64>) {
        held(&self.days)
    }
}

/// The days that have a value, by place, and their values.
pub(super) fn held(days: &[Option<f64>]) -> (Vec<usize>, Vec<f64>) {
    days.iter().enumerate().filter_map(|(place, value)| value.map(|value| (place, value))).unzip()
}

/// Places as times in days.
pub(super) fn times(places: &[usize]) -> Vec<f64> {
    places.iter().map(|place| *place as f64).collect()
}

/// The values of each day, as one: the largest or the mean.
fn by_day(
    values: impl Iterator<Item = (Option<usize>, f64)>,
    period: Period,
    largest: bool,
) -> Vec<Option<f64>> {
    let mut days: Vec<Vec<f64>> = vec![Vec::new(); period.days()];
    for (place, value) in values {
        if let Some(day) = place.and_then(|place| days.get_mut(place)) {
            day.push(value);
        }
    }
    for day in &mut days {
        // So that the order in which they came does not matter.
        day.sort_unstable_by(f64::total_cmp);
    }
    days.iter().map(|day| if largest { day.last().copied() } else { mean(day) }).collect()
}

/// Ranks of values at places, with a straight trend and what is common to each weekday taken out
/// (so that their correlation is a partial rank correlation given time and weekday).
pub(super) fn adjusted(places: &[usize], values: &[f64], period: Period) -> Vec<f64> {
    let mut left = ranks(values);
    let times = times(places);
    let weekdays: Vec<usize> = places.iter().map(|place| period.weekday(*place)).collect();
    // Taking out one after the other comes to the least squares of both.
    for _ in 0..12 {
        take_out_groups(&weekdays, 7, &mut left);
        take_out_line(&times, &mut left);
    }
    left
}

/// Takes the mean of each group out.
fn take_out_groups(group: &[usize], groups: usize, values: &mut [f64]) {
    let (mut sums, mut counts) = (vec![0.0; groups], vec![0.0; groups]);
    for (place, value) in group.iter().zip(values.iter()) {
        sums[*place] += value;
        counts[*place] += 1.0;
    }
    for (place, value) in group.iter().zip(values) {
        *value -= sums[*place] / counts[*place];
    }
}

/// Takes the straight line of least squares out.
pub(super) fn take_out_line(times: &[f64], values: &mut [f64]) {
    let (Some(mt), Some(mv)) = (mean(times), mean(values)) else { return };
    let tt: f64 = times.iter().map(|t| (t - mt).powi(2)).sum();
    let tv: f64 = times.iter().zip(values.iter()).map(|(t, v)| (t - mt) * (v - mv)).sum();
    let slope = if tt > 0.0 { tv / tt } else { 0.0 };
    for (t, v) in times.iter().zip(values) {
        *v -= mv + slope * (t - mt);
    }
}
