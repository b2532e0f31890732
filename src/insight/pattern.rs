//! Patterns: whether how somebody is differs between weekdays, or between parts of the day.
//!
//! A plain test of groups would take one long low for a pattern, as days next to each other are
//! alike. So the memory of the series is taken out first and the surprises are compared (Kruskal &
//! Wallis 1952), corrected for the number of patterns looked at.

use jiff::civil::DateTime;

use super::Text;
use super::common::{Enough, FOUR_WEEKS, LEVEL, Named, number, said};
use super::figures::{Memory, benjamini_hochberg, kruskal_wallis, mean, ranks};
use super::held::Held;
use super::period::{Day, Period, day_of};
use super::series::{Series, take_out_line, times};

/// Check-ins that a part of the day needs to be compared.
const PER_PART: usize = 7;
/// Days that each weekday needs.
const PER_WEEKDAY: usize = 4;

/// The patterns of a period.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Patterns {
    /// What a person reads first.
    pub says: Text,
    /// By weekday, one a state that was kept.
    pub weekday: Vec<Pattern>,
    /// By part of the day, one a state that was kept.
    pub part_of_day: Vec<Pattern>,
}

/// How one state differs between groups.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Pattern {
    /// Of what.
    #[serde(flatten)]
    pub named: Named,
    /// What a person reads first.
    pub says: Text,
    /// Days (or check-ins) in the groups that can be compared, and how many it takes.
    pub enough: Enough,
    /// The groups that have a value.
    pub groups: Vec<Group>,
    /// The chance of such differences without a pattern, corrected for the number of patterns; none
    /// where there is not enough.
    pub p: Option<f64>,
    /// Whether that is more than chance.
    pub clear: bool,
}

/// A weekday or a part of the day.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Group {
    /// Which.
    pub when: When,
    /// Days or check-ins.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
}

/// A weekday or a part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// A weekday.
    Weekday(Day),
    /// A part of the day.
    Part(Part),
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// From 4 to 12.
    Morning,
    /// From 12 to 17.
    Afternoon,
    /// From 17 to 22.
    Evening,
    /// From 22 to 4.
    Night,
}

impl Part {
    const ALL: [Self; 4] = [Self::Morning, Self::Afternoon, Self::Evening, Self::Night];

    fn of(moment: DateTime) -> Self {
        match moment.hour() {
            4..12 => Self::Morning,
            12..17 => Self::Afternoon,
            17..22 => Self::Evening,
            _ => Self::Night,
        }
    }
}

impl When {
    const fn words(self) -> &'static str {
        match self {
            Self::Weekday(day) => day.plural(),
            Self::Part(Part::Morning) => "mornings",
            Self::Part(Part::Afternoon) => "afternoons",
            Self::Part(Part::Evening) => "evenings",
            Self::Part(Part::Night) => "nights",
        }
    }

    const fn before(self) -> &'static str {
        match self {
            Self::Weekday(_) => "on",
            Self::Part(Part::Night) => "at",
            Self::Part(_) => "in the",
        }
    }
}

/// Values in their order, each in its group.
#[derive(Default)]
struct Grouped {
    /// In days.
    times: Vec<f64>,
    values: Vec<f64>,
    groups: Vec<usize>,
}

impl Patterns {
    /// The patterns of a period.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let states: Vec<Series> =
            Series::all(held, period).into_iter().filter(|series| series.kind.is_state()).collect();
        let mut weekday: Vec<Pattern> = states.iter().map(|series| by_weekday(series, period)).collect();
        let mut part_of_day: Vec<Pattern> =
            states.iter().map(|series| by_part(series, held, period)).collect();
        let all = || weekday.iter().chain(&part_of_day);
        let p: Vec<f64> = all().filter_map(|pattern| pattern.p).collect();
        let mut corrected = benjamini_hochberg(&p).into_iter();
        for pattern in weekday.iter_mut().chain(&mut part_of_day) {
            pattern.p = pattern.p.and_then(|_| corrected.next());
            pattern.clear = pattern.p.is_some_and(|p| p <= LEVEL);
            pattern.says = Text::from(says_of(pattern));
        }
        Self { says: says(&weekday, &part_of_day), weekday, part_of_day }
    }
}

fn by_weekday(series: &Series, period: Period) -> Pattern {
    let (places, values) = series.held();
    let groups: Vec<usize> = places.iter().map(|place| period.weekday(*place)).collect();
    let counts = counts(&groups, 7);
    let least = counts.iter().copied().min().unwrap_or_default();
    let enough = Enough::of(places.len(), FOUR_WEEKS);
    let enough = Enough { met: enough.met && least >= PER_WEEKDAY, ..enough };
    let grouped = Grouped { times: times(&places), values, groups };
    pattern(&series.named, &grouped, enough, |group| When::Weekday(Day::ALL[group]))
}

fn by_part(series: &Series, held: &Held, period: Period) -> Pattern {
    let mut moments: Vec<(DateTime, f64)> = held
        .check_ins
        .iter()
        .filter(|check_in| period.holds(day_of(check_in.moment)))
        .filter_map(|check_in| Some((check_in.moment, series.kind.of(check_in)?)))
        .collect();
    moments.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let start = period.from().at(0, 0, 0, 0);
    let part = |moment: DateTime| Part::ALL.iter().position(|part| *part == Part::of(moment)).unwrap_or(0);
    let all: Vec<usize> = moments.iter().map(|(moment, _)| part(*moment)).collect();
    let counts = counts(&all, Part::ALL.len());
    let compared = |group: usize| counts[group] >= PER_PART;
    let mut grouped = Grouped::default();
    for ((moment, value), group) in moments.iter().zip(&all).filter(|(_, group)| compared(**group)) {
        grouped.times.push(start.duration_until(*moment).as_secs_f64() / 86_400.0);
        grouped.values.push(*value);
        grouped.groups.push(*group);
    }
    let enough = Enough::of(grouped.values.len(), FOUR_WEEKS);
    let several = (0..Part::ALL.len()).filter(|group| compared(*group)).count() >= 2;
    let enough = Enough { met: enough.met && several, ..enough };
    pattern(&series.named, &grouped, enough, |group| When::Part(Part::ALL[group]))
}

/// How many are in each group.
fn counts(groups: &[usize], most: usize) -> Vec<usize> {
    let mut counts = vec![0; most];
    for group in groups {
        counts[*group] += 1;
    }
    counts
}

fn pattern(named: &Named, grouped: &Grouped, enough: Enough, when: impl Fn(usize) -> When) -> Pattern {
    let most = grouped.groups.iter().map(|group| group + 1).max().unwrap_or_default();
    let split = |values: &[f64]| -> Vec<Vec<f64>> {
        let mut split = vec![Vec::new(); most];
        for (group, value) in grouped.groups.iter().zip(values) {
            split[*group].push(*value);
        }
        split
    };
    let p = if enough.met {
        let mut left = ranks(&grouped.values);
        take_out_line(&grouped.times, &mut left);
        let memory = Memory::fit(&grouped.times, &left);
        kruskal_wallis(&split(&memory.surprises(&grouped.times, &left))).map(|(_, p)| p)
    } else {
        None
    };
    let groups = split(&grouped.values)
        .iter()
        .enumerate()
        .filter_map(|(group, values)| Some(Group { when: when(group), n: values.len(), mean: mean(values)? }))
        .collect();
    Pattern { named: named.clone(), says: Text::default(), enough, groups, p, clear: false }
}

fn says_of(pattern: &Pattern) -> String {
    let by_mean = |a: &&Group, b: &&Group| a.mean.total_cmp(&b.mean);
    let ends = pattern.groups.iter().min_by(by_mean).zip(pattern.groups.iter().max_by(by_mean));
    match ends {
        Some((low, high)) if pattern.clear => format!(
            "Your {} tended to be highest {} {} (mean {}) and lowest {} {} ({}).",
            pattern.named.label,
            high.when.before(),
            high.when.words(),
            number(high.mean),
            low.when.before(),
            low.when.words(),
            number(low.mean),
        ),
        _ if pattern.enough.met => "No clear pattern.".to_owned(),
        _ if pattern.enough.have >= pattern.enough.need => {
            "Not enough yet in each of the groups to compare them.".to_owned()
        }
        _ => pattern.enough.not_yet("check-ins"),
    }
}

fn says(weekday: &[Pattern], part_of_day: &[Pattern]) -> Text {
    let clear: Vec<String> = weekday
        .iter()
        .chain(part_of_day)
        .filter(|pattern| pattern.clear)
        .take(2)
        .map(|pattern| pattern.says.to_string())
        .collect();
    if !clear.is_empty() {
        return said(&clear);
    }
    let most = weekday.iter().max_by_key(|pattern| (pattern.enough.met, pattern.enough.have));
    Text::from(match most {
        None => "Nothing here yet. Patterns of the week show after four weeks of check-ins.".to_owned(),
        Some(pattern) if !pattern.enough.met => pattern.says.to_string(),
        Some(_) => "No weekday and no part of the day stands out.".to_owned(),
    })
}
