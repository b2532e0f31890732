//! Reframes: how much a thought was believed before and after looking at it another way, and how
//! strong feelings were.

use std::collections::BTreeMap;

use super::Text;
use super::common::{Enough, Span, counted, number};
use super::figures::{median, sign_test};
use super::held::Held;
use super::period::{Period, day_of};

/// Records it takes: with fewer no sign test can be below 5 %.
const RECORDS: usize = 6;

/// What an interval of 95 % leaves out.
const OUTSIDE: f64 = 0.05;

/// Reframes of a period.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Reframes {
    /// What a person reads first.
    pub says: Text,
    /// Records with belief before and after, and how many it takes.
    pub enough: Enough,
    /// Belief in the thought; none without records.
    pub belief: Option<BeforeAfter>,
    /// Feelings, those most often rated twice first.
    pub feelings: Vec<FeelingChange>,
    /// Belief before and after, record by record, for a chart.
    pub pairs: Vec<(u16, u16)>,
}

/// A feeling before and after.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct FeelingChange {
    /// Its name.
    pub name: Text,
    /// What changed.
    #[serde(flatten)]
    pub change: BeforeAfter,
}

/// Ratings of 0 to 100 before and after.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct BeforeAfter {
    /// Pairs.
    pub n: usize,
    /// The median before.
    pub before: f64,
    /// The median after.
    pub after: f64,
    /// The median of the changes, negative where it fell.
    pub change: f64,
    /// Its interval by the sign test (Thompson 1936), at least 95 %; none below six pairs.
    pub interval: Option<Span>,
    /// The chance of so uneven a split into rising and falling if neither were likelier (sign test).
    pub p: f64,
}

impl Reframes {
    /// The reframes of a period.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let mut written: Vec<_> = held
            .written
            .iter()
            .filter(|written| !written.escalated && period.holds(day_of(written.moment)))
            .collect();
        written.sort_by(|a, b| (a.moment, &a.id).cmp(&(b.moment, &b.id)));
        let pairs: Vec<(u16, u16)> =
            written.iter().filter_map(|w| pair(w.belief_before, w.belief_after)).collect();
        let mut by_feeling: BTreeMap<String, (Text, Vec<(u16, u16)>)> = BTreeMap::new();
        for feeling in written.iter().flat_map(|written| &written.feelings) {
            if let Some(pair) = pair(feeling.before, feeling.after) {
                let of = by_feeling
                    .entry(feeling.name.key())
                    .or_insert_with(|| (feeling.name.clone(), Vec::new()));
                of.1.push(pair);
            }
        }
        let mut feelings: Vec<FeelingChange> = by_feeling
            .into_values()
            .filter_map(|(name, pairs)| Some(FeelingChange { name, change: BeforeAfter::of(&pairs)? }))
            .collect();
        feelings.sort_by_key(|feeling| std::cmp::Reverse(feeling.change.n));
        let enough = Enough::of(pairs.len(), RECORDS);
        let belief = BeforeAfter::of(&pairs);
        Self { says: Text::from(says(enough, belief)), enough, belief, feelings, pairs }
    }
}

/// Both ratings, if they are on the scale.
fn pair(before: Option<u16>, after: Option<u16>) -> Option<(u16, u16)> {
    before.zip(after).filter(|(before, after)| *before <= 100 && *after <= 100)
}

impl BeforeAfter {
    fn of(pairs: &[(u16, u16)]) -> Option<Self> {
        let of = |get: fn(&(u16, u16)) -> f64| -> Vec<f64> { pairs.iter().map(get).collect() };
        let changes = of(|(before, after)| f64::from(*after) - f64::from(*before));
        let up = changes.iter().filter(|change| **change > 0.0).count() as u64;
        let down = changes.iter().filter(|change| **change < 0.0).count() as u64;
        Some(Self {
            n: pairs.len(),
            before: median(&of(|(before, _)| f64::from(*before)))?,
            after: median(&of(|(_, after)| f64::from(*after)))?,
            change: median(&changes)?,
            interval: interval(&changes),
            p: sign_test(up, down),
        })
    }
}

/// The interval of a median: the widest pair of values, equally far from both ends, that the sign test
/// allows.
fn interval(values: &[f64]) -> Option<Span> {
    let n = values.len();
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let out = |k: usize| sign_test((n - k) as u64, k as u64) <= OUTSIDE;
    let last = (0..n.div_ceil(2)).take_while(|k| out(*k)).last()?;
    Some(Span { low: sorted[last], high: sorted[n - 1 - last] })
}

fn says(enough: Enough, belief: Option<BeforeAfter>) -> String {
    let Some(belief) = belief else {
        return "Nothing here yet. Belief in a thought before and after shows here.".to_owned();
    };
    if !enough.met {
        return enough.not_yet("thoughts rated before and after");
    }
    let over = counted(belief.n, "thought", "thoughts");
    match belief.interval.filter(|interval| interval.excludes_zero()) {
        Some(interval) => {
            let (turn, low, high) = if belief.change < 0.0 {
                ("fell", -interval.high, -interval.low)
            } else {
                ("rose", interval.low, interval.high)
            };
            format!(
                "Belief in the thought {turn} by {} of 100 in the middle of {over} (95 % interval {} to {}).",
                number(belief.change.abs()),
                number(low),
                number(high)
            )
        }
        None => format!("Over {over}, belief before and after does not differ clearly."),
    }
}
