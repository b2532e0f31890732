//! Trends: each series by day with a smooth line and a band, and which way it goes where that is
//! more than chance. What lasts from day to day is taken into account: without it, slow swings
//! would count as directions.

use jiff::civil::Date;

use super::Text;
use super::common::{Enough, FOUR_WEEKS, LEVEL, Named, Span, Turn, capital, listed, number, said};
use super::figures::{
    Memory, benjamini_hochberg, even, lowess, mann_kendall, mean, normal_quantile, normal_two_sided, ranks,
    theil_sen,
};
use super::held::Held;
use super::period::Period;
use super::series::{Series, times};

/// Values at their times.
type Timed = (Vec<f64>, Vec<f64>);

/// Days with a value from which on directions are looked for in the means of weeks.
const MANY: usize = 366;

/// The trends of a period.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Trends {
    /// What a person reads first.
    pub says: Text,
    /// One a series that has a value.
    pub series: Vec<Trend>,
}

/// The course of one series.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Trend {
    /// Of what.
    #[serde(flatten)]
    pub named: Named,
    /// What a person reads first.
    pub says: Text,
    /// Days with a value, and how many it takes.
    pub enough: Enough,
    /// Days with a value, in their order. Missing days are missing here too.
    pub points: Vec<Point>,
    /// Which way it goes; none where that is not clear.
    pub direction: Option<Direction>,
}

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Point {
    /// The day.
    #[serde(serialize_with = "super::period::as_text")]
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// Its value.
    pub value: f64,
    /// The smooth line there (LOWESS, Cleveland 1979).
    pub smooth: f64,
    /// The lower end of the band that about two of three days lie in.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// Which way a series goes.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Direction {
    /// Up or down.
    pub turn: Turn,
    /// The change from the first to the last day, in the series' unit (slope of Theil and Sen).
    pub change: f64,
    /// Its interval.
    pub interval: Span,
    /// The chance of such a course without a direction, corrected for the number of series.
    pub p: f64,
}

impl Trends {
    /// The trends of a period.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let all = Series::all(held, period);
        let days: Vec<Timed> = all.iter().map(|series| timed(series, period)).collect();
        let directions = directions(&days, FOUR_WEEKS);
        let series: Vec<Trend> = all
            .iter()
            .zip(directions)
            .map(|(series, direction)| Trend::of(series, direction, period))
            .collect();
        Self { says: says(&series), series }
    }
}

impl Trend {
    fn of(series: &Series, direction: Option<Direction>, period: Period) -> Self {
        let (places, values) = series.held();
        let days = times(&places);
        // A quarter of the days, a week at least and two months at most.
        let smooth = lowess(&days, &values, (values.len() / 4).clamp(7, 61));
        let points = places
            .iter()
            .zip(&values)
            .zip(smooth)
            .map(|((place, value), smooth)| Point {
                day: period.day(*place),
                value: *value,
                smooth: smooth.at,
                low: smooth.at - smooth.half,
                high: smooth.at + smooth.half,
            })
            .collect();
        let enough = Enough::of(places.len(), FOUR_WEEKS);
        let name = capital(&series.named.label);
        let says = match direction {
            _ if !enough.met => enough.not_yet("days"),
            Some(direction) => {
                let (Span { low, high }, change) = (direction.interval, direction.change);
                let turn = if direction.turn == Turn::Rising { "rose" } else { "fell" };
                let by = number(change.abs());
                let (low, high) = if change < 0.0 { (-high, -low) } else { (low, high) };
                let unit = if series.named.unit.starts_with("0 to") { "points" } else { &series.named.unit };
                format!(
                    "{name} {turn} over these days by about {by} {unit} (95 % interval {} to {}, {} days).",
                    number(low),
                    number(high),
                    places.len()
                )
            }
            None => format!("{name} shows no clear direction over these days."),
        };
        Self { named: series.named.clone(), says: Text::from(says), enough, points, direction }
    }
}

/// A series' values at their times, the means of weeks if there are many.
fn timed(series: &Series, period: Period) -> Timed {
    let (places, values) = series.held();
    if values.len() <= MANY {
        return (times(&places), values);
    }
    let first = period.weekday(0);
    let mut weeks: Timed = (Vec::new(), Vec::new());
    let pairs: Vec<(usize, f64)> = places.into_iter().zip(values).collect();
    for week in pairs.chunk_by(|a, b| (a.0 + first) / 7 == (b.0 + first) / 7) {
        let values: Vec<f64> = week.iter().map(|(_, value)| *value).collect();
        let middle = (week[0].0 + first) / 7 * 7 + 3;
        weeks.0.push(middle as f64 - first as f64);
        weeks.1.push(mean(&values).unwrap_or_default());
    }
    weeks
}

/// The directions of several series, corrected for their number; none below `need` values.
pub(super) fn directions(series: &[Timed], need: usize) -> Vec<Option<Direction>> {
    let found: Vec<Option<Direction>> = series
        .iter()
        .map(|(times, values)| if values.len() < need { None } else { direction(times, values) })
        .collect();
    let p: Vec<f64> = found.iter().flatten().map(|direction| direction.p).collect();
    let mut corrected = benjamini_hochberg(&p).into_iter();
    found
        .into_iter()
        .map(|direction| {
            let mut direction = direction?;
            direction.p = corrected.next()?;
            (direction.p <= LEVEL && direction.interval.excludes_zero()).then_some(direction)
        })
        .collect()
}

/// The direction of one series: the Mann–Kendall test with the variance of a series that has memory
/// (Hamed & Rao 1998, "A modified Mann–Kendall trend test for autocorrelated data"), averaged over
/// the memories that the data allow, so that a short series does not seem surer than it is.
fn direction(times: &[f64], values: &[f64]) -> Option<Direction> {
    let values = &unrounded(values);
    let plain = mann_kendall(values);
    if plain.variance <= 0.0 {
        return None;
    }
    let span = times.last()? - times.first()?;
    let n = values.len() as f64;
    let apart = span / (n - 1.0);
    let days: Vec<f64> = times.iter().map(|time| time / apart).collect();
    // The memory is weighed on ranks, as the test sees ranks only.
    let weighed: Vec<(f64, f64)> = Memory::weighed(&days, &ranks(values))
        .into_iter()
        .filter(|(_, weight)| *weight > 1e-6)
        .map(|(memory, weight)| (plain.variance * inflation(memory, n), weight))
        .collect();
    let z = |variance: f64| (plain.s.abs() - 1.0).max(0.0) / variance.sqrt();
    let p: f64 = weighed.iter().map(|(variance, weight)| weight * normal_two_sided(z(*variance))).sum();
    let variance = joint_variance(&weighed);
    let (slope, [low, high]) = theil_sen(times, values, variance, 0.95)?;
    let turn = if slope < 0.0 { Turn::Falling } else { Turn::Rising };
    let interval = Span { low: low * span, high: high * span };
    Some(Direction { turn, change: slope * span, interval, p: p.min(1.0) })
}

/// Values spread evenly over the step that they were rounded to, always in the same way. Without it
/// the many equal values of a scale make slopes of exactly 0, and an interval that always holds 0
/// (jittering: Machado & Santos Silva 2005, "Quantiles for counts").
fn unrounded(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.dedup();
    if sorted.len() == values.len() || sorted.len() < 2 {
        return values.to_vec();
    }
    let step = sorted.windows(2).map(|two| two[1] - two[0]).fold(f64::INFINITY, f64::min);
    even(values.len()).into_iter().zip(values).map(|(share, value)| value + step * (share - 0.5)).collect()
}

/// By how much memory swells the variance of the Mann–Kendall statistic of `n` values.
fn inflation(memory: Memory, n: f64) -> f64 {
    let mut sum = 0.0;
    let mut apart = 1.0;
    while apart < n {
        let left = n - apart;
        let correlation = memory.correlation(apart);
        if correlation < 1e-5 {
            break;
        }
        sum += left * (left - 1.0) * (left - 2.0) * correlation;
        apart += 1.0;
    }
    let swollen = 1.0 + 2.0 * sum / (n * (n - 1.0) * (n - 2.0));
    // As many independent values would tell as much; a line takes two numbers of them.
    let worth = (n / swollen).max(3.0);
    swollen * worth / (worth - 2.0)
}

/// The variance with which one normal distribution has the tails of the mixture of several.
fn joint_variance(weighed: &[(f64, f64)]) -> f64 {
    let edge = normal_quantile(0.975);
    let (mut low, mut high) = (0.0, weighed.iter().map(|(v, _)| v.sqrt()).fold(0.0, f64::max) * edge * 2.0);
    for _ in 0..60 {
        let reach = f64::midpoint(low, high);
        let beyond: f64 = weighed.iter().map(|(v, w)| w * normal_two_sided(reach / v.sqrt())).sum();
        if beyond > 0.05 { low = reach } else { high = reach }
    }
    (high / edge).powi(2)
}

fn says(series: &[Trend]) -> Text {
    if series.is_empty() {
        return Text::from("Nothing here yet. Trends show once there are check-ins.");
    }
    let of = |turn: Turn| -> Vec<String> {
        let some = series.iter().filter(|s| s.direction.is_some_and(|d| d.turn == turn));
        some.map(|trend| trend.named.label.clone()).collect()
    };
    let mut sentences = Vec::new();
    for (turn, words) in [(Turn::Rising, "rose"), (Turn::Falling, "fell")] {
        let names = of(turn);
        if !names.is_empty() {
            sentences.push(format!("{} {words} over these days.", capital(&listed(&names))));
        }
    }
    if sentences.is_empty() {
        let most = series.iter().map(|trend| trend.enough).max_by_key(|enough| enough.have);
        sentences.push(match most {
            Some(enough) if !enough.met => enough.not_yet("days"),
            _ => "Nothing goes clearly up or down over these days.".to_owned(),
        });
    }
    said(&sentences)
}
