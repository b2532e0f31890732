//! How help came up: offered, needed, asked for, accepted, refused; and whether it is refused more or
//! less often as the weeks go on.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Text;
use super::common::{Enough, Turn, counted, said};
use super::held::{Held, HelpCounts};
use super::period::{Period, between, day_of, monday};
use super::trend::{Direction, directions};

/// Weeks with help accepted or refused before a direction is looked for.
const WEEKS: usize = 10;

/// How help came up over a period.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct HelpCourse {
    /// What a person reads first.
    pub says: Text,
    /// Weeks in which help was accepted or refused, and how many it takes for a direction.
    pub enough: Enough,
    /// All of the period.
    pub counts: HelpCounts,
    /// By week in which help came up.
    pub weeks: Vec<HelpWeek>,
    /// Which way the share of refused goes among accepted and refused (0 to 1); none where that is not
    /// clear.
    pub refused: Option<Direction>,
}

/// Help in one week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct HelpWeek {
    /// Its Monday.
    #[serde(serialize_with = "super::period::as_text")]
    #[schema(value_type = String, format = Date)]
    pub monday: Date,
    /// How often.
    pub counts: HelpCounts,
}

impl HelpCourse {
    /// How help came up over a period.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let mut counts = HelpCounts::default();
        let mut weeks: BTreeMap<Date, HelpCounts> = BTreeMap::new();
        for check_in in &held.check_ins {
            let day = day_of(check_in.moment);
            if period.holds(day) && check_in.help != HelpCounts::default() {
                counts = counts.and(check_in.help);
                let week = weeks.entry(monday(day)).or_default();
                *week = week.and(check_in.help);
            }
        }
        let weeks: Vec<HelpWeek> =
            weeks.into_iter().map(|(monday, counts)| HelpWeek { monday, counts }).collect();
        let series: (Vec<f64>, Vec<f64>) = weeks
            .iter()
            .filter_map(|week| {
                let (no, yes) = (f64::from(week.counts.refused), f64::from(week.counts.accepted));
                (no + yes > 0.0).then(|| (between(period.from(), week.monday) as f64, no / (no + yes)))
            })
            .unzip();
        let enough = Enough::of(series.0.len(), WEEKS);
        let refused = directions(&[series], WEEKS).into_iter().next().flatten();
        Self { says: says(counts, refused), enough, counts, weeks, refused }
    }
}

impl HelpCounts {
    const fn and(self, other: Self) -> Self {
        Self {
            offered: self.offered.saturating_add(other.offered),
            needed: self.needed.saturating_add(other.needed),
            asked: self.asked.saturating_add(other.asked),
            accepted: self.accepted.saturating_add(other.accepted),
            refused: self.refused.saturating_add(other.refused),
        }
    }
}

fn says(counts: HelpCounts, refused: Option<Direction>) -> Text {
    if counts == HelpCounts::default() {
        return Text::from("Help did not come up in the check-ins of these days.");
    }
    let times = |n: u32| counted(n as usize, "time", "times");
    let mut sentences = vec![
        format!("Help was offered {} and asked for {}.", times(counts.offered), times(counts.asked)),
        format!("It was accepted {} and refused {}.", times(counts.accepted), times(counts.refused)),
    ];
    if let Some(direction) = refused {
        let turn = if direction.turn == Turn::Rising { "more often" } else { "less often" };
        sentences.push(format!("It was refused {turn} as the weeks went on."));
    }
    said(&sentences)
}
