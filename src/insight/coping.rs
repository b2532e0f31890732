//! Which ways of coping helped, as the person rated them. A few times say little: the order draws
//! small numbers towards the mean of all, and an interval stands beside each.

use std::collections::BTreeMap;

use super::Text;
use super::common::{Enough, Span, counted, number};
use super::figures::{mean, t_quantile};
use super::held::Held;
use super::period::{Period, day_of};

/// Times that a way must have been rated before it is named first.
const TIMES: usize = 3;

/// Ways of coping of a period.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct CopingWays {
    /// What a person reads first.
    pub says: Text,
    /// Times that something was rated, and how many it takes for one way.
    pub enough: Enough,
    /// The ways: those rated three times or more first, and of them those that seem to have helped most.
    pub ways: Vec<Way>,
}

/// A way of coping.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Way {
    /// What was done, in the person's words.
    pub what: Text,
    /// How often it was used.
    pub used: usize,
    /// How often it was rated.
    pub rated: usize,
    /// How much it helped, 0 to 10, on average.
    pub mean: Option<f64>,
    /// The interval of the mean (Student's t), within 0 to 10; none below three times.
    pub interval: Option<Span>,
    /// The mean, drawn towards that of all ways the more the fewer times there are. The order goes by it.
    pub shrunk: Option<f64>,
}

impl CopingWays {
    /// The ways of coping of a period.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let mut by_way: BTreeMap<String, (Text, usize, Vec<f64>)> = BTreeMap::new();
        let mut check_ins: Vec<_> =
            held.check_ins.iter().filter(|check_in| period.holds(day_of(check_in.moment))).collect();
        check_ins.sort_by(|a, b| (a.moment, &a.id).cmp(&(b.moment, &b.id)));
        for coped in check_ins.iter().flat_map(|check_in| &check_in.coping).filter(|c| !c.what.is_empty()) {
            let way = by_way.entry(coped.what.key()).or_insert_with(|| (coped.what.clone(), 0, Vec::new()));
            way.1 += 1;
            way.2.extend(coped.helped.filter(|helped| *helped <= 10).map(f64::from));
        }
        let ratings: Vec<&[f64]> = by_way.values().map(|way| way.2.as_slice()).collect();
        let shrink = Shrink::of(&ratings);
        let mut ways: Vec<Way> = by_way
            .values()
            .map(|(what, used, ratings)| Way {
                what: what.clone(),
                used: *used,
                rated: ratings.len(),
                mean: mean(ratings),
                interval: interval(ratings),
                shrunk: mean(ratings).map(|mean| shrink.towards_all(mean, ratings.len())),
            })
            .collect();
        ways.sort_by(|a, b| {
            let of = |way: &Way| way.shrunk.unwrap_or(-1.0);
            let often = |way: &Way| way.rated >= TIMES;
            often(b).cmp(&often(a)).then(of(b).total_cmp(&of(a))).then(b.used.cmp(&a.used))
        });
        let most = ways.iter().map(|way| way.rated).max().unwrap_or_default();
        let enough = Enough::of(most, TIMES);
        Self { says: says(enough, &ways), enough, ways }
    }
}

/// How strongly means are drawn together (empirical Bayes with equal variances: Efron & Morris 1975).
struct Shrink {
    all: f64,
    /// How many ratings the mean of all counts for.
    weight: f64,
}

impl Shrink {
    fn of(ways: &[&[f64]]) -> Self {
        let means: Vec<(f64, f64)> =
            ways.iter().filter_map(|way| Some((mean(way)?, way.len() as f64))).collect();
        let n: f64 = means.iter().map(|(_, n)| n).sum();
        let k = means.len() as f64;
        let all = if n > 0.0 { means.iter().map(|(m, n)| m * n).sum::<f64>() / n } else { 0.0 };
        let inner: f64 = ways
            .iter()
            .filter_map(|way| Some((way, mean(way)?)))
            .flat_map(|(way, mean)| way.iter().map(move |rating| (rating - mean).powi(2)))
            .sum();
        let outer: f64 = means.iter().map(|(m, n)| n * (m - all).powi(2)).sum();
        if k < 3.0 || n - k < 3.0 {
            // Too few to tell: the mean of all counts for three ratings.
            return Self { all, weight: 3.0 };
        }
        let within = (inner / (n - k)).max(0.05);
        let each = (n - means.iter().map(|(_, n)| n * n).sum::<f64>() / n) / (k - 1.0);
        let between = ((outer / (k - 1.0) - within) / each).max(0.0);
        // A handful of ratings cannot tell that the others say nothing at all of a way.
        Self { all, weight: if between > 0.0 { (within / between).clamp(1.0, 50.0) } else { 50.0 } }
    }

    fn towards_all(&self, mean: f64, n: usize) -> f64 {
        let n = n as f64;
        (n * mean + self.weight * self.all) / (n + self.weight)
    }
}

/// The interval of the mean.
fn interval(ratings: &[f64]) -> Option<Span> {
    let (n, mean) = (ratings.len() as f64, mean(ratings)?);
    if ratings.len() < TIMES {
        return None;
    }
    let variance = ratings.iter().map(|rating| (rating - mean).powi(2)).sum::<f64>() / (n - 1.0);
    // Equal ratings are not without doubt: a rating is rounded, which alone has a variance of 1/12.
    let error = (variance.max(1.0 / 12.0) / n).sqrt();
    let reach = t_quantile(0.975, n - 1.0)? * error;
    Some(Span { low: (mean - reach).max(0.0), high: (mean + reach).min(10.0) })
}

fn says(enough: Enough, ways: &[Way]) -> Text {
    if ways.is_empty() {
        return Text::from("Nothing here yet. What you did to cope, and how much it helped, shows here.");
    }
    if !enough.met {
        return Text::from(enough.not_yet("times that one thing was rated"));
    }
    let told: Vec<&Way> = ways.iter().filter(|way| way.rated >= TIMES).take(2).collect();
    let words = |way: &Way| {
        let interval = way.interval.map_or_else(String::new, |interval| {
            format!(", likely between {} and {}", number(interval.low), number(interval.high))
        });
        format!(
            "\u{201c}{}\u{201d} ({} of 10 over {}{interval})",
            way.what,
            number(way.mean.unwrap_or_default()),
            counted(way.rated, "time", "times"),
        )
    };
    let mut sentence = match told.as_slice() {
        [] => String::new(),
        [first, ..] => format!("What you rated as most helpful is {}", words(first)),
    };
    if let [_, second] = told.as_slice() {
        sentence = format!("{sentence}, then {}", words(second));
    }
    Text::from(format!("{sentence}."))
}
