//! What lies outside the period, counted: a clock that was set wrong is seen by it.

use super::Text;
use super::common::counted;
use super::held::Held;
use super::period::{Period, day_of};

/// What was left out, because its day lies outside the period.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Outside {
    /// What a person reads; empty if nothing lies after the period.
    pub says: Text,
    /// Things dated before the first day. Values of the body are counted one by one.
    pub before: usize,
    /// Things dated after the last day.
    pub after: usize,
}

impl Outside {
    /// Counts it.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let check_ins = held.check_ins.iter().map(|check_in| day_of(check_in.moment));
        let written = held.written.iter().map(|written| day_of(written.moment));
        // A step that is planned may well lie ahead.
        let practice = held.practice.iter().filter(|step| step.done).map(|step| day_of(step.moment));
        let sheets = held.sheets.iter().map(|sheet| sheet.date);
        let body = held.body.iter().flat_map(|measure| measure.days.iter().map(|(day, _)| *day));
        let days = check_ins.chain(written).chain(practice).chain(sheets).chain(body);
        let (mut before, mut after) = (0, 0);
        for day in days.chain(held.dialogues.iter().copied()) {
            before += usize::from(day < period.from());
            after += usize::from(day > period.to());
        }
        let says = match after {
            0 => String::new(),
            n => format!(
                "{} dated after {} and left out here. If that day has not come yet, a clock was set wrong.",
                counted(n, "thing is", "things are"),
                period.to()
            ),
        };
        Self { says: Text::from(says), before, after }
    }
}
