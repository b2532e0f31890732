//! How often something is said of people in whom nothing is related, and how often what was planted
//! is found. The short tests run always; the long ones print the tables:
//! `cargo test --lib insight::tests::rates -- --ignored --nocapture --test-threads 1`.

use super::person::{Chance, Plan, person, planted_writer, writer};
use crate::insight::trend::directions;
use crate::insight::{Associations, Finding, Habits, Held, Patterns, Period, Trends, Triggers};

/// Simulated people in the long tests.
const PEOPLE: u64 = 1_000;
const LENGTHS: [usize; 3] = [60, 120, 365];

/// The share of simulated people of whom `says` tells something.
fn share(people: u64, make: impl Fn(u64) -> (Held, Period), says: impl Fn(&Held, Period) -> bool) -> f64 {
    let told = (0..people).filter(|seed| {
        let (held, period) = make(1_000_000 + seed);
        says(&held, period)
    });
    told.count() as f64 / people as f64
}

fn any_association(held: &Held, period: Period) -> bool {
    Associations::of(held, period).pairs.iter().any(|pair| pair.finding.is_some())
}

fn any_direction(held: &Held, period: Period) -> bool {
    Trends::of(held, period).series.iter().any(|trend| trend.direction.is_some())
}

fn any_pattern(held: &Held, period: Period) -> bool {
    let patterns = Patterns::of(held, period);
    patterns.weekday.iter().chain(&patterns.part_of_day).any(|pattern| pattern.clear)
}

fn any_link(held: &Held, period: Period) -> bool {
    Triggers::of(held, period).links.iter().any(|link| link.clear)
}

fn any_habit(held: &Held, period: Period) -> bool {
    Habits::of(held, period).habits.iter().any(|habit| habit.direction.is_some())
}

/// Of 100 people at a true rate of 5 %, more than 12 come out in one of 700 runs; a method that does
/// not heed memory, trends, weeks, lags or the number of pairs comes out far above.
const BOUND: f64 = 0.12;

#[test]
fn unrelated_days_are_seldom_said_to_go_together() {
    let plan = Plan { days: 90, ..Plan::NULL };
    let rate = share(100, |seed| person(plan, seed), any_association);
    assert!(rate <= BOUND, "{rate}");
}

#[test]
fn two_slow_swings_are_seldom_said_to_go_together() {
    let plan = Plan { days: 200, memory: 0.97, ..Plan::NULL };
    let rate = share(60, |seed| person(plan, seed), any_association);
    assert!(rate <= BOUND, "{rate}");
}

#[test]
fn days_without_a_direction_are_seldom_said_to_have_one() {
    let plan = Plan { days: 90, trend: 0.0, ..Plan::NULL };
    let rate = share(100, |seed| person(plan, seed), any_direction);
    assert!(rate <= BOUND, "{rate}");
}

#[test]
fn days_without_a_pattern_are_seldom_said_to_have_one() {
    let plan = Plan { days: 90, weekly: 0.0, a_day: 3, ..Plan::NULL };
    let rate = share(100, |seed| person(plan, seed), any_pattern);
    assert!(rate <= BOUND, "{rate}");
}

#[test]
fn unrelated_situations_are_seldom_said_to_be_triggers() {
    let rate = share(100, |seed| writer(120, 0.7, seed), any_link);
    assert!(rate <= BOUND, "{rate}");
    let rate = share(100, |seed| writer(120, 0.7, seed), any_habit);
    assert!(rate <= BOUND, "{rate}");
}

#[test]
fn a_planted_association_is_found_with_its_lag() {
    let found = (0..20)
        .filter(|seed| found(0.7, 0.68, 120, 1, *seed).is_some_and(|found| found.lag_is_right))
        .count();
    assert!(found >= 16, "{found} of 20");
}

/// What was found of what was planted.
struct Found {
    lag_is_right: bool,
    holds_truth: bool,
}

/// What is found of sleep with mood in very long series, where nothing is left to chance.
fn truth(strength: f64) -> f64 {
    let plan = Plan { days: 3_600, planted: Some((strength, 0)), ..Plan::NULL };
    let found: Vec<f64> =
        (0..10).filter_map(|seed| finding(plan, seed)).map(|finding| finding.spearman).collect();
    found.iter().sum::<f64>() / found.len() as f64
}

/// What is told of sleep with mood, if anything.
fn finding(plan: Plan, seed: u64) -> Option<Finding> {
    let (held, period) = person(plan, 5_000 + seed);
    let associations = Associations::of(&held, period);
    let mut pairs = associations.pairs.into_iter();
    let pair = pairs.find(|pair| pair.of.slug == "sleep" && pair.with.slug == "mood")?;
    pair.finding.filter(|finding| finding.spearman > 0.0)
}

/// Looks for a planted association of sleep with mood.
fn found(strength: f64, truth: f64, days: usize, lag: isize, seed: u64) -> Option<Found> {
    let finding = finding(Plan { days, planted: Some((strength, lag)), ..Plan::NULL }, seed)?;
    Some(Found {
        lag_is_right: isize::from(finding.lag) == lag,
        holds_truth: finding.interval.low <= truth && truth <= finding.interval.high,
    })
}

#[test]
#[ignore = "a long simulation"]
#[expect(clippy::print_stderr, reason = "the table is what it is run for")]
fn null_rates_of_associations() {
    for days in [40, 60, 120, 365] {
        for (name, plan) in [
            ("one check-in a day", Plan { days, ..Plan::NULL }),
            ("memory to 0.97", Plan { days, memory: 0.97, ..Plan::NULL }),
            ("strong weeks and trends", Plan { days, weekly: 1.5, trend: 3.0, ..Plan::NULL }),
        ] {
            let rate = share(PEOPLE, |seed| person(plan, seed), any_association);
            eprintln!("associations, {days} days, {name}: {rate:.3}");
        }
        let plan = Plan { days, planted: Some((0.5, 0)), ..Plan::NULL };
        let (mut true_ones, mut false_ones) = (0, 0);
        for seed in 0..PEOPLE {
            let (held, period) = person(plan, 3_000_000 + seed);
            for pair in Associations::of(&held, period).pairs.iter().filter(|pair| pair.finding.is_some()) {
                let planted = pair.of.slug == "sleep" && pair.with.slug == "mood";
                true_ones += usize::from(planted);
                false_ones += usize::from(!planted);
            }
        }
        eprintln!("with one of 0.5 planted, {days} days: {true_ones} true, {false_ones} false");
    }
}

#[test]
#[ignore = "a long simulation"]
#[expect(clippy::print_stderr, reason = "the table is what it is run for")]
fn null_rates_of_the_rest() {
    for days in [40, 60, 120, 365] {
        let flat = Plan { days, trend: 0.0, ..Plan::NULL };
        eprintln!("directions, {days} days: {:.3}", share(PEOPLE, |seed| person(flat, seed), any_direction));
        let even = Plan { days, weekly: 0.0, ..Plan::NULL };
        eprintln!("weekdays, {days} days: {:.3}", share(PEOPLE, |seed| person(even, seed), any_pattern));
        let even = Plan { a_day: 3, ..even };
        let rate = share(PEOPLE, |seed| person(even, seed), any_pattern);
        eprintln!("weekdays and parts of the day, {days} days: {rate:.3}");
        for memory in [0.0, 0.7] {
            let rate = share(PEOPLE, |seed| writer(days, memory, seed), any_link);
            eprintln!("triggers, {days} days, memory to {memory}: {rate:.3}");
        }
        let rate = share(PEOPLE, |seed| writer(days, 0.7, seed), any_habit);
        eprintln!("habits of thought, {days} days: {rate:.3}");
    }
}

#[test]
#[ignore = "a long simulation"]
#[expect(clippy::print_stderr, reason = "the table is what it is run for")]
fn power_of_associations() {
    const RUNS: u64 = 100;
    eprintln!("strength, days: found (right lag among them) at lags -2 to 2; interval holds the truth");
    for strength in [0.3, 0.5, 0.7] {
        let truth = truth(strength);
        for days in LENGTHS {
            let mut cells = Vec::new();
            let (mut told, mut holding) = (0, 0);
            for lag in -2..=2 {
                let all: Vec<Found> =
                    (0..RUNS).filter_map(|seed| found(strength, truth, days, lag, seed)).collect();
                told += all.len();
                holding += all.iter().filter(|found| found.holds_truth).count();
                let right = all.iter().filter(|found| found.lag_is_right).count();
                cells.push(format!("{} ({right})", all.len()));
            }
            eprintln!("{strength} ({truth:.3}), {days}: {}; {holding} of {told}", cells.join(", "));
        }
    }
}

#[test]
#[ignore = "a long simulation"]
#[expect(clippy::print_stderr, reason = "the table is what it is run for")]
fn power_of_patterns_and_triggers() {
    let clear = |held: &Held, period: Period| Patterns::of(held, period).weekday[0].clear;
    let linked = |held: &Held, period: Period| {
        let triggers = Triggers::of(held, period);
        let planted =
            |link: &&crate::insight::Link| link.situation.as_str() == "s0" && link.with.as_str() == "habit 0";
        triggers.links.iter().find(planted).is_some_and(|link| link.clear)
    };
    for days in LENGTHS {
        let rates = [0.5, 1.0, 1.5].map(|higher| {
            let plan = Plan { days, weekly: 0.0, ..Plan::NULL };
            let make = |seed| {
                let (mut held, period) = person(plan, seed);
                for check_in in &mut held.check_ins {
                    let weekend = check_in.moment.weekday().to_monday_zero_offset() >= 5;
                    let more = if weekend { (2.0 * higher) as u16 } else { 0 };
                    check_in.mood = check_in.mood.map(|mood| (mood + more).min(10));
                }
                (held, period)
            };
            share(200, make, clear)
        });
        eprintln!("weekends 0.5, 1, 1.5 deviations higher, {days} days: {rates:.3?}");
        let rates = [0.3, 0.5, 0.8]
            .map(|planted| share(200, |seed| planted_writer(days, 0.7, planted, seed), linked));
        eprintln!("a situation that brings a habit 0.3, 0.5, 0.8 of times, {days} days: {rates:.3?}");
    }
}

#[test]
#[ignore = "a long simulation"]
#[expect(clippy::print_stderr, reason = "the table is what it is run for")]
fn null_rate_of_weekdays_over_a_year() {
    let even = Plan { days: 365, weekly: 0.0, ..Plan::NULL };
    eprintln!("weekdays, 365 days: {:.4}", share(4_000, |seed| person(even, 9_000_000 + seed), any_pattern));
}

#[test]
#[ignore = "a long simulation"]
#[expect(clippy::print_stderr, reason = "the table is what it is run for")]
fn power_of_directions_among_twelve_series() {
    let told = |held: &Held, period: Period| Trends::of(held, period).series[0].direction.is_some();
    for days in LENGTHS {
        let rates = [1.0, 2.0, 3.0].map(|trend| {
            let plan = Plan { days, trend: 0.0, ..Plan::NULL };
            let make = |seed| {
                let (mut held, period) = person(plan, seed);
                let n = held.check_ins.len() as f64;
                for (place, check_in) in held.check_ins.iter_mut().enumerate() {
                    let more = 2.0 * trend * (place as f64 / n - 0.5);
                    check_in.mood =
                        check_in.mood.map(|mood| (f64::from(mood) + more).round().clamp(0.0, 10.0) as u16);
                }
                (held, period)
            };
            share(200, make, told)
        });
        eprintln!("mood among 12 series, trend of 1, 2, 3 deviations, {days} days: {rates:.3?}");
    }
}

/// The share of single series of which a direction is told: memory, and a trend in standard deviations.
fn directions_told(days: usize, lasts: f64, trend: f64) -> f64 {
    const SERIES: u64 = 500;
    let told = (0..SERIES).filter(|seed| {
        let mut values = Chance::new(*seed).memory(days, lasts);
        let times: Vec<f64> = (0..days).map(|day| day as f64).collect();
        for (value, time) in values.iter_mut().zip(&times) {
            *value = (5.0 + 2.0 * (*value + trend * time / days as f64)).round();
        }
        directions(&[(times, values)], 28)[0].is_some()
    });
    told.count() as f64 / SERIES as f64
}

#[test]
#[ignore = "a long simulation"]
#[expect(clippy::print_stderr, reason = "the table is what it is run for")]
fn power_of_directions() {
    for days in LENGTHS {
        for lasts in [0.0, 0.35, 0.7] {
            let rates = [0.0, 1.0, 2.0, 3.0].map(|trend| directions_told(days, lasts, trend));
            eprintln!("{days} days, memory {lasts}, trend 0, 1, 2, 3 deviations: {rates:.3?}");
        }
    }
}

#[test]
#[ignore = "a measure of time"]
#[expect(clippy::print_stderr, reason = "the time is what it is run for")]
fn five_years_take() {
    let plan = Plan { days: 1_826, body: 7, planted: Some((0.5, 1)), ..Plan::NULL };
    let (mut held, period) = person(plan, 1);
    held.written = writer(1_826, 0.7, 2).0.written;
    for _ in 0..3 {
        let start = std::time::Instant::now();
        let insights = crate::insight::Insights::of(&held, period);
        let found = insights.associations.pairs.iter().filter(|pair| pair.finding.is_some()).count();
        eprintln!("{:?}, {found} associations", start.elapsed());
        for (name, section) in [
            ("trends", (|held, period| drop(Trends::of(held, period))) as fn(&Held, Period)),
            ("patterns", |held, period| drop(Patterns::of(held, period))),
            ("triggers", |held, period| drop(Triggers::of(held, period))),
            ("habits", |held, period| drop(Habits::of(held, period))),
            ("associations", |held, period| drop(Associations::of(held, period))),
        ] {
            let start = std::time::Instant::now();
            section(&held, period);
            eprintln!("  {name}: {:?}", start.elapsed());
        }
    }
}
