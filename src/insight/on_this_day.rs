//! On this day: what was kept a month and a year ago. A text that led to help is never among it.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Text;
use super::common::{counted, said};
use super::held::Held;
use super::period::{Period, day_of};

/// What was kept on this day before.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct OnThisDay {
    /// What a person reads first; empty if there is nothing.
    pub says: Text,
    /// A month ago.
    pub month_ago: Vec<Kept>,
    /// A year ago.
    pub year_ago: Vec<Kept>,
}

/// Something kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
pub struct Kept {
    /// What it is.
    pub kind: KeptKind,
    /// Its id in the journal.
    pub id: String,
    /// Its day.
    #[serde(serialize_with = "super::period::as_text")]
    #[schema(value_type = String, format = Date)]
    pub day: Date,
}

/// What kind of thing was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeptKind {
    /// An entry or a thought record.
    Written,
    /// A check-in.
    CheckIn,
}

impl OnThisDay {
    /// What was kept a month and a year before the period's last day. In a shorter month its last day
    /// stands for those that it lacks.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let month_ago = kept_on(held, period.to().saturating_sub(1.month()));
        let year_ago = kept_on(held, period.to().saturating_sub(1.year()));
        let mut sentences = Vec::new();
        for (kept, when) in [(&year_ago, "A year"), (&month_ago, "A month")] {
            let entries = kept.iter().filter(|kept| kept.kind == KeptKind::Written).count();
            match (entries, kept.len()) {
                (0, 0) => {}
                (0, _) => sentences.push(format!("{when} ago today you checked in.")),
                (n, _) => {
                    sentences.push(format!("{when} ago today you wrote {}.", counted(n, "entry", "entries")));
                }
            }
        }
        Self { says: said(&sentences), month_ago, year_ago }
    }
}

fn kept_on(held: &Held, day: Date) -> Vec<Kept> {
    let written = held
        .written
        .iter()
        .filter(|written| !written.escalated && day_of(written.moment) == day)
        .map(|written| Kept { kind: KeptKind::Written, id: written.id.clone(), day });
    let check_ins = held
        .check_ins
        .iter()
        .filter(|check_in| day_of(check_in.moment) == day)
        .map(|check_in| Kept { kind: KeptKind::CheckIn, id: check_in.id.clone(), day });
    let mut kept: Vec<Kept> = written.chain(check_ins).collect();
    kept.sort();
    kept
}
