//! Habits of thought over time: in which share of each week's entries a distortion was found, and
//! whether that goes up or down.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::Text;
use super::common::{Enough, Turn, capital, counted, listed, said};
use super::held::{Distortion, Held, Written};
use super::period::{Period, between, day_of, monday};
use super::trend::{Direction, directions};

/// Weeks with entries before a direction is looked for.
const WEEKS: usize = 10;

/// Habits of thought of a period.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Habits {
    /// What a person reads first.
    pub says: Text,
    /// Weeks with an entry, and how many it takes for a direction.
    pub enough: Enough,
    /// Entries.
    pub entries: usize,
    /// One a distortion, the most frequent first.
    pub habits: Vec<Habit>,
}

/// One distortion over time.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Habit {
    /// Which.
    #[serde(flatten)]
    pub distortion: Distortion,
    /// Entries in which it was found.
    pub entries: usize,
    /// By week.
    pub weeks: Vec<Week>,
    /// Which way its share goes (in shares, 0 to 1); none where that is not clear.
    pub direction: Option<Direction>,
}

/// A week with entries.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Week {
    /// Its Monday.
    #[serde(serialize_with = "super::period::as_text")]
    #[schema(value_type = String, format = Date)]
    pub monday: Date,
    /// Entries of the week.
    pub entries: usize,
    /// Those in which the distortion was found.
    pub found: usize,
}

impl Habits {
    /// The habits of thought of a period.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let mut weeks: BTreeMap<Date, Vec<&Written>> = BTreeMap::new();
        for written in held.written.iter().filter(|written| !written.escalated) {
            let day = day_of(written.moment);
            if period.holds(day) {
                weeks.entry(monday(day)).or_default().push(written);
            }
        }
        let distortions: BTreeSet<&Distortion> =
            weeks.values().flatten().flat_map(|written| &written.distortions).collect();
        let mut habits: Vec<Habit> = distortions.into_iter().map(|which| Habit::of(which, &weeks)).collect();
        let series: Vec<(Vec<f64>, Vec<f64>)> =
            habits.iter().map(|habit| shares(&habit.weeks, period)).collect();
        for (habit, direction) in habits.iter_mut().zip(directions(&series, WEEKS)) {
            habit.direction = direction;
        }
        habits.sort_by_key(|habit| std::cmp::Reverse(habit.entries));
        let entries = weeks.values().map(Vec::len).sum();
        let enough = Enough::of(weeks.len(), WEEKS);
        Self { says: says(enough, entries, &habits), enough, entries, habits }
    }
}

impl Habit {
    fn of(distortion: &Distortion, weeks: &BTreeMap<Date, Vec<&Written>>) -> Self {
        let weeks: Vec<Week> = weeks
            .iter()
            .map(|(monday, entries)| Week {
                monday: *monday,
                entries: entries.len(),
                found: entries.iter().filter(|entry| entry.distortions.contains(distortion)).count(),
            })
            .collect();
        let entries = weeks.iter().map(|week| week.found).sum();
        Self { distortion: distortion.clone(), entries, weeks, direction: None }
    }
}

/// Shares by week. A habit that is in a handful of entries has no direction.
fn shares(weeks: &[Week], period: Period) -> (Vec<f64>, Vec<f64>) {
    if weeks.iter().map(|week| week.found).sum::<usize>() < 5 {
        return (Vec::new(), Vec::new());
    }
    let time = |week: &Week| between(period.from(), week.monday) as f64;
    weeks.iter().map(|week| (time(week), week.found as f64 / week.entries as f64)).unzip()
}

fn says(enough: Enough, entries: usize, habits: &[Habit]) -> Text {
    let Some(first) = habits.first() else {
        return Text::from(match entries {
            0 => "Nothing here yet. Habits of thought show once there are entries.".to_owned(),
            n => format!("No habit of thought was found in {}.", counted(n, "entry", "entries")),
        });
    };
    let mut sentences = vec![format!(
        "{} was found most often, in {} of {}.",
        capital(&first.distortion.name),
        first.entries,
        counted(entries, "entry", "entries")
    )];
    for (turn, words) in [(Turn::Rising, "more often"), (Turn::Falling, "less often")] {
        let names: Vec<String> = habits
            .iter()
            .filter(|habit| habit.direction.is_some_and(|direction| direction.turn == turn))
            .map(|habit| habit.distortion.name.clone())
            .collect();
        if !names.is_empty() {
            sentences.push(format!("{} came up {words} as the weeks went on.", capital(&listed(&names))));
        }
    }
    if sentences.len() == 1 && !enough.met {
        sentences.push(format!("Whether that changes shows after {} weeks with entries.", enough.need));
    }
    said(&sentences)
}
