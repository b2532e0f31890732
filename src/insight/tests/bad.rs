//! Nothing, one thing, all the same, wrong clocks, numbers beyond their scale.

use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;

use super::person::{Plan, START, period, person, writer};
use crate::insight::{CheckIn, Finite, Held, Insights, Larger, Measure, Period, PeriodError, Taken};

fn json(insights: &Insights) -> String {
    serde_json::to_string(insights).unwrap()
}

fn check_in(day: i64, mood: u16) -> CheckIn {
    CheckIn {
        id: format!("c{day}"),
        moment: START.saturating_add(day.days()).at(20, 0, 0, 0),
        mood: Some(mood),
        sleep_minutes: Some(420),
        ..CheckIn::default()
    }
}

#[test]
fn nothing_at_all_gives_sentences_and_no_findings() {
    let insights = Insights::of(&Held::default(), period(90));
    assert!(insights.trends.series.is_empty() && insights.associations.pairs.is_empty());
    assert_eq!(insights.outside.says.as_str(), "");
    assert_eq!(insights.digest.sentences.len(), 1);
    for says in [&insights.trends.says, &insights.associations.says, &insights.coping.says] {
        assert!(says.as_str().starts_with("Nothing here yet."), "{says}");
    }
}

#[test]
fn one_point_is_shown_and_nothing_is_said_of_it() {
    let held = Held { check_ins: vec![check_in(3, 4)], ..Held::default() };
    let insights = Insights::of(&held, period(90));
    let mood = &insights.trends.series[0];
    assert_eq!((mood.points.len(), mood.direction), (1, None));
    assert_eq!(mood.says.as_str(), "Not enough yet: 1 of 28 days.");
    assert!((mood.points[0].smooth - 4.0).abs() < 1e-9);
    assert_eq!(insights.associations.pairs[0].says.as_str(), "Not enough yet: 1 of 28 days.");
}

#[test]
fn equal_values_have_no_direction_no_pattern_and_go_with_nothing() {
    let held = Held { check_ins: (0..100).map(|day| check_in(day, 5)).collect(), ..Held::default() };
    let insights = Insights::of(&held, period(100));
    assert!(insights.trends.series.iter().all(|trend| trend.direction.is_none()));
    assert!(insights.patterns.weekday.iter().all(|pattern| !pattern.clear));
    assert!(insights.associations.pairs.iter().all(|pair| pair.finding.is_none()));
    assert!(!json(&insights).contains("null,null"));
}

#[test]
fn a_wrong_clock_is_counted_and_changes_nothing_else() {
    let (mut held, period) = person(Plan::NULL, 7);
    let right = Insights::of(&held, period);
    for moment in [date(1970, 1, 1).at(0, 0, 0, 0), date(2090, 6, 1).at(12, 0, 0, 0)] {
        held.check_ins.push(CheckIn { moment, mood: Some(9), ..CheckIn::default() });
    }
    let wrong = Insights::of(&held, period);
    assert_eq!((wrong.outside.before, wrong.outside.after), (1, 1));
    assert!(
        wrong.outside.says.as_str().starts_with("1 thing is dated after 2024-05-01"),
        "{}",
        wrong.outside.says
    );
    assert_eq!(json(&Insights { outside: right.outside.clone(), ..wrong }), json(&right));
}

#[test]
fn a_period_without_data_says_so() {
    let (held, _) = person(Plan::NULL, 8);
    let empty = Period::new(date(2020, 1, 1), date(2020, 3, 1)).unwrap();
    let insights = Insights::of(&held, empty);
    assert!(insights.trends.series.is_empty());
    assert_eq!(insights.courses.says.as_str(), "No questionnaire was filled in over these days.");
}

#[test]
fn what_is_no_number_cannot_come_in_and_what_is_off_the_scale_is_left_out() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e200] {
        assert!(Finite::try_from(value).is_err());
    }
    let held = Held { check_ins: vec![check_in(0, 70), check_in(1, 7)], ..Held::default() };
    let insights = Insights::of(&held, period(30));
    let mood = insights.trends.series.iter().find(|trend| trend.named.slug == "mood").unwrap();
    assert_eq!(mood.points.len(), 1);
}

#[test]
fn periods_that_make_no_sense_are_refused() {
    assert_eq!(Period::new(date(2024, 2, 1), date(2024, 1, 1)), Err(PeriodError::Reversed));
    assert_eq!(Period::new(date(1970, 1, 1), date(2024, 1, 1)), Err(PeriodError::Long));
    assert_eq!(Period::last(0, date(2024, 1, 1)).days(), 1);
    assert_eq!(Period::last(7, date(2024, 1, 7)).from(), date(2024, 1, 1));
}

#[test]
fn the_same_in_another_order_gives_the_same_out() {
    let (mut held, period) = person(Plan { planted: Some((0.6, 1)), a_day: 3, ..Plan::NULL }, 9);
    held.written = writer(120, 0.5, 10).0.written;
    let once = json(&Insights::of(&held, period));
    assert_eq!(once, json(&Insights::of(&held, period)));
    held.check_ins.reverse();
    held.written.reverse();
    held.body.reverse();
    assert_eq!(once, json(&Insights::of(&held, period)));
}

#[test]
fn debug_tells_nothing_that_was_written() {
    let text = crate::insight::Text::from("the canteen");
    assert_eq!(format!("{text:?}"), "11 characters");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn whatever_comes_in_no_number_that_goes_out_is_nan(
        moods in prop::collection::vec((-40_i64..140, 0_u16..14, 0_u16..1_600, 0_i8..24), 0..120),
        values in prop::collection::vec((0_i64..100, -1e99..1e99), 0..80),
    ) {
        let check_ins = moods.iter().map(|(day, mood, sleep, hour)| CheckIn {
            moment: START.saturating_add((*day).days()).at(*hour, 0, 0, 0),
            sleep_minutes: Some(*sleep),
            caffeine: Some(*sleep % 7),
            ..check_in(*day, *mood)
        }).collect();
        let days = values.iter().map(|(day, value)| {
            (START.saturating_add((*day).days()), Finite::try_from(*value).unwrap())
        }).collect();
        let body = vec![Measure {
            slug: "hrv".into(), label: "heart-rate variability".into(), unit: "ms".into(), taken: Taken::ByNight, larger: Larger::Higher, days,
        }];
        let insights = Insights::of(&Held { check_ins, body, ..Held::default() }, period(100));
        for trend in &insights.trends.series {
            for point in &trend.points {
                prop_assert!(point.smooth.is_finite() && point.low <= point.high);
            }
        }
        for pair in &insights.associations.pairs {
            if let Some(finding) = &pair.finding {
                prop_assert!(finding.interval.low <= finding.spearman && finding.spearman <= finding.interval.high);
                prop_assert!(finding.days >= 28);
            }
        }
    }
}
