//! Days with anything kept, counted and never broken: nothing here can be lost.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Text;
use super::held::Held;
use super::period::{Period, day_of};

/// On how many of the last days something was kept.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Streaks {
    /// What a person reads first.
    pub says: Text,
    /// Of the last 7 days.
    pub of_7: usize,
    /// Of the last 30 days.
    pub of_30: usize,
}

impl Streaks {
    /// The days up to the period's last.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let days = kept_days(held);
        let of = |count: i64| {
            let from = period.to().saturating_sub((count - 1).days());
            days.range(from..=period.to()).count()
        };
        let (of_7, of_30) = (of(7), of(30));
        let says = match (of_7, of_30) {
            (0, 0) => "Nothing was kept in the last 30 days. You can begin on any day.".to_owned(),
            (0, n) => format!("Something was kept on {n} of the last 30 days."),
            (n, m) => format!("Something was kept on {n} of the last 7 days, and on {m} of the last 30."),
        };
        Self { says: Text::from(says), of_7, of_30 }
    }
}

/// Days on which anything was kept. Values of the body come by themselves and steps that are only
/// planned are not yet done: neither counts.
pub(super) fn kept_days(held: &Held) -> BTreeSet<Date> {
    let check_ins = held.check_ins.iter().map(|check_in| day_of(check_in.moment));
    let written = held.written.iter().map(|written| day_of(written.moment));
    let practice = held.practice.iter().filter(|step| step.done).map(|step| day_of(step.moment));
    let sheets = held.sheets.iter().map(|sheet| sheet.date);
    check_ins.chain(written).chain(practice).chain(sheets).chain(held.dialogues.iter().copied()).collect()
}
