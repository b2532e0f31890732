//! Associations: whether what somebody does and what their body does goes along with how they are,
//! on the same day or up to three days apart. Never which brings about which.
//!
//! 1. Both series become ranks, and a straight trend and the weekday are taken out, so that two
//!    trends or two weekly rhythms are no association.
//! 2. Their memory is taken out by each one's own model, so that two slow swings are none either
//!    (pre-whitening: Haugh 1976, "Checking the independence of two covariance-stationary time
//!    series"). It is enough for this that one of the two models fits.
//! 3. The largest of the rank correlations over all lags is set against what it would be with the
//!    days of one series dealt anew, which takes the number of lags into account.
//! 4. The p-values of all pairs are corrected after Benjamini & Hochberg.
//! 5. What is left is told with Spearman's correlation of the adjusted ranks at the best lag, and an
//!    interval by the stationary bootstrap on Fisher's z; if the interval holds 0, nothing is said.
//!    The interval is that of one lag chosen in advance; choosing the best of seven makes the
//!    correlation of a weak association look somewhat larger than it is.

mod words;

use super::Text;
use super::common::{Enough, FOUR_WEEKS, LEVEL, Named, Span, said, seed};
use super::figures::{
    Memory, benjamini_hochberg, block_length, equal, normal_quantile, permuted_p, ranks, spearman,
    stationary_bootstrap,
};
use super::held::Held;
use super::period::Period;
use super::series::{Kind, Series, adjusted, times};

/// The most days that two series are set apart.
pub const LAGS: usize = 3;

/// Draws of the bootstrap.
const BOOTSTRAP: usize = 400;

/// Numbers that are taken out of a series before it is compared: a slope and six weekdays.
const TAKEN_OUT: f64 = 7.0;

/// Fewest days that differ from the most common value, below which a series says too little.
const VARYING: usize = 5;

/// The associations of a period.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Associations {
    /// What a person reads first.
    pub says: Text,
    /// How many pairs had enough days.
    pub looked_at: usize,
    /// All pairs; those with a finding first, the strongest at the top.
    pub pairs: Vec<Pair>,
}

/// Two series beside each other.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Pair {
    /// What somebody did, or their body.
    pub of: Named,
    /// How they were.
    pub with: Named,
    /// Days on which both have a value, and how many it takes.
    pub enough: Enough,
    /// What a person reads first.
    pub says: Text,
    /// What was found; none where nothing is clear.
    pub finding: Option<Finding>,
}

/// An association.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Finding {
    /// Days by which `with` comes after `of`; negative where it comes before.
    pub lag: i8,
    /// Spearman's correlation, trend and weekday taken out: -1 to 1.
    pub spearman: f64,
    /// Its interval.
    pub interval: Span,
    /// The chance of something as strong in series that have nothing to do with each other, the
    /// number of lags and pairs taken into account.
    pub p: f64,
    /// Pairs of days.
    pub days: usize,
    /// The pairs of values, `of` first, for a chart.
    pub points: Vec<(f64, f64)>,
}

/// A series made ready.
struct Ready<'a> {
    series: &'a Series,
    /// Adjusted ranks by place in the period.
    adjusted: Vec<Option<f64>>,
    /// Ranks of what was not to be expected, standardised, by place in the period; 0 where missing.
    surprises: Vec<f64>,
    held: Vec<usize>,
    memory: Memory,
}

/// A pair with enough days, and what the test of it gave.
struct Tested {
    p: f64,
    lag: i8,
    rises: bool,
}

impl Associations {
    /// The associations of a period.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let all = Series::all(held, period);
        let ready: Vec<Ready<'_>> = all.iter().map(|series| Ready::of(series, period)).collect();
        let (states, others): (Vec<&Ready<'_>>, Vec<&Ready<'_>>) = ready
            .iter()
            .filter(|ready| ready.series.kind != Kind::Moment)
            .partition(|ready| ready.series.kind.is_state());
        let both: Vec<(&Ready<'_>, &Ready<'_>)> =
            others.iter().flat_map(|of| states.iter().map(move |with| (*of, *with))).collect();
        let draws = (40 * both.len()).clamp(1_999, 9_999);
        let tested: Vec<(Enough, Option<Tested>)> =
            both.iter().map(|(of, with)| Tested::of(of, with, draws)).collect();
        let p: Vec<f64> = tested.iter().filter_map(|(_, tested)| Some(tested.as_ref()?.p)).collect();
        let mut corrected = benjamini_hochberg(&p).into_iter();
        let mut pairs: Vec<Pair> = both
            .iter()
            .zip(&tested)
            .map(|((of, with), (enough, tested))| {
                let p = tested.as_ref().and_then(|_| corrected.next()).unwrap_or(1.0);
                let finding = tested.as_ref().and_then(|tested| Finding::of(of, with, tested, p));
                Pair::of(of, with, *enough, finding)
            })
            .collect();
        let size = |pair: &Pair| pair.finding.as_ref().map_or(-1.0, |finding| finding.spearman.abs());
        pairs.sort_by(|a, b| size(b).total_cmp(&size(a)));
        Self { says: says(&pairs), looked_at: p.len(), pairs }
    }
}

impl<'a> Ready<'a> {
    fn of(series: &'a Series, period: Period) -> Self {
        let (held, values) = series.held();
        let left = adjusted(&held, &values, period);
        let days = times(&held);
        let memory = Memory::fit(&days, &left);
        let unexpected = standardised(&ranks(&memory.surprises(&days, &left)));
        let mut by_place = vec![None; series.days.len()];
        let mut surprises = vec![0.0; series.days.len()];
        for ((place, value), surprise) in held.iter().zip(left).zip(unexpected) {
            by_place[*place] = Some(value);
            surprises[*place] = surprise;
        }
        Self { series, adjusted: by_place, surprises, held, memory }
    }

    /// Whether it varies on enough days to say anything.
    fn varies(&self) -> bool {
        let (_, mut values) = self.series.held();
        values.sort_unstable_by(f64::total_cmp);
        let most = values.chunk_by(|a, b| equal(*a, *b)).map(<[f64]>::len).max();
        values.len() - most.unwrap_or_default() >= VARYING
    }
}

impl Tested {
    /// Tests a pair, if there are days enough.
    fn of(of: &Ready<'_>, with: &Ready<'_>, draws: usize) -> (Enough, Option<Self>) {
        let lags = LAGS as i8;
        let counts: Vec<usize> =
            (-lags..=lags).map(|lag| paired(&of.adjusted, &with.adjusted, lag).count()).collect();
        let enough = Enough::of(counts[LAGS], FOUR_WEEKS);
        if !enough.met || !of.varies() || !with.varies() {
            return (enough, None);
        }
        let weights: Vec<f64> = counts
            .iter()
            .map(|&count| if count >= FOUR_WEEKS { 1.0 / (count as f64).sqrt() } else { 0.0 })
            .collect();
        // Only the days that both could share: zeros beyond them only cost time.
        let reach = |ready: &Ready<'_>| Some((*ready.held.first()?, *ready.held.last()?));
        let Some(((a, b), (c, d))) = reach(of).zip(reach(with)) else { return (enough, None) };
        let (first, last) = (a.min(c), b.max(d));
        let x = &of.surprises[first..=last];
        let y = &with.surprises[first..=last];
        let days: Vec<usize> = with.held.iter().map(|place| place - first).collect();
        let seed = seed(&[&of.series.named.slug, &with.series.named.slug]);
        // A partial correlation of n days varies like a plain one of n less what was taken out.
        let n = counts[LAGS] as f64;
        let kept = ((n - 1.0 - TAKEN_OUT) / (n - 1.0)).sqrt();
        let p = permuted_p((x, y), &days, &weights, kept, draws, seed);
        let best = (-lags..=lags)
            .zip(&weights)
            .map(|(lag, weight)| (lag, weight * product(&of.surprises, &with.surprises, lag)))
            .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        (enough, best.map(|(lag, sum)| Self { p, lag, rises: sum > 0.0 }))
    }
}

impl Finding {
    fn of(of: &Ready<'_>, with: &Ready<'_>, tested: &Tested, p: f64) -> Option<Self> {
        if p > LEVEL {
            return None;
        }
        let days: Vec<Option<(f64, f64)>> = by_day(&of.adjusted, &with.adjusted, tested.lag);
        let (x, y): (Vec<f64>, Vec<f64>) = days.iter().flatten().copied().unzip();
        let r = spearman(&x, &y)?;
        let (dense_x, dense_y) = (dense(&x), dense(&y));
        let mut next = dense_x.into_iter().zip(dense_y);
        let whole: Vec<Option<(u32, u32)>> = days.iter().map(|day| day.and_then(|_| next.next())).collect();
        let block = block_length(whole.len(), of.memory.correlation(1.0), with.memory.correlation(1.0));
        let seed = seed(&[&of.series.named.slug, &with.series.named.slug, "interval"]);
        let error = stationary_bootstrap(&whole, block, BOOTSTRAP, seed)?;
        let z = r.clamp(-0.999, 0.999).atanh();
        let reach = normal_quantile(0.975) * error;
        let interval = Span { low: (z - reach).tanh(), high: (z + reach).tanh() };
        if !interval.excludes_zero() || (r > 0.0) != tested.rises {
            return None;
        }
        let points = paired(&of.series.days, &with.series.days, tested.lag).collect();
        Some(Self { lag: tested.lag, spearman: r, interval, p, days: x.len(), points })
    }
}

impl Pair {
    fn of(of: &Ready<'_>, with: &Ready<'_>, enough: Enough, finding: Option<Finding>) -> Self {
        let says = match &finding {
            Some(finding) => words::finding(of.series, with.series, finding),
            None if enough.met => "Nothing clear.".to_owned(),
            None => enough.not_yet("days"),
        };
        Self {
            of: of.series.named.clone(),
            with: with.series.named.clone(),
            enough,
            says: Text::from(says),
            finding,
        }
    }
}

/// By day of `of`: both values, where both are there.
fn by_day(of: &[Option<f64>], with: &[Option<f64>], lag: i8) -> Vec<Option<(f64, f64)>> {
    let beside = |place: usize| with.get(place.checked_add_signed(isize::from(lag))?).copied().flatten();
    let mut days: Vec<_> = of.iter().enumerate().map(|(place, x)| x.zip(beside(place))).collect();
    let end = days.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    days.truncate(end);
    let start = days.iter().position(Option::is_some).unwrap_or_default();
    days.split_off(start)
}

/// The pairs of values at a lag.
fn paired<'a>(
    of: &'a [Option<f64>],
    with: &'a [Option<f64>],
    lag: i8,
) -> impl Iterator<Item = (f64, f64)> + 'a {
    of.iter()
        .enumerate()
        .filter_map(move |(place, x)| x.zip(*with.get(place.checked_add_signed(isize::from(lag))?)?))
}

/// The sum of products at a lag.
fn product(of: &[f64], with: &[f64], lag: i8) -> f64 {
    of.iter()
        .enumerate()
        .filter_map(|(place, x)| Some(x * with.get(place.checked_add_signed(isize::from(lag))?)?))
        .sum()
}

/// Values with mean 0 and variance 1; all 0 if they do not vary.
fn standardised(values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    let scale = if deviation > 0.0 { 1.0 / deviation } else { 0.0 };
    values.iter().map(|v| (v - mean) * scale).collect()
}

/// Values as whole numbers in the same order.
fn dense(values: &[f64]) -> Vec<u32> {
    let mut distinct = values.to_vec();
    distinct.sort_unstable_by(f64::total_cmp);
    distinct.dedup();
    values.iter().map(|value| distinct.partition_point(|other| other < value) as u32).collect()
}

fn says(pairs: &[Pair]) -> Text {
    let found: Vec<&Pair> = pairs.iter().filter(|pair| pair.finding.is_some()).collect();
    if let Some(first) = found.first() {
        let more = match found.len() - 1 {
            0 => String::new(),
            1 => " One more pair went together.".to_owned(),
            more => format!(" {more} more pairs went together."),
        };
        return Text::from(format!("{}{more}", first.says));
    }
    let most = pairs.iter().map(|pair| pair.enough).max_by_key(|enough| enough.have);
    said(&[match most {
        None => "Nothing here yet. This takes days with a mood, stress or body sign, and sleep, caffeine, \
                 alcohol, movement or a value of the body."
            .to_owned(),
        Some(enough) if !enough.met => enough.not_yet("days on which both were kept"),
        Some(_) => "Nothing goes together clearly. That can also mean that there are too few days to see it."
            .to_owned(),
    }])
}
