//! Each section on small, plain cases, and the sentences it says.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::person::{Chance, START, period};
use crate::insight::{
    Against, Associations, CheckIn, Coped, CopingWays, Courses, Digest, Distortion, Feeling, Habits, Held,
    HelpCounts, HelpCourse, KeptKind, OnThisDay, Patterns, Period, PracticeCourse, Reframes, Sheet, Streaks,
    Text, Trends, Triggers, Try, Turn, WayOfChange, When, Written,
};

fn day(place: i64) -> Date {
    START.saturating_add(place.days())
}

fn check_in(place: i64) -> CheckIn {
    CheckIn { id: format!("c{place}"), moment: day(place).at(20, 0, 0, 0), ..CheckIn::default() }
}

fn written(place: i64, situation: &str, distortion: &str) -> Written {
    Written {
        id: format!("w{place}"),
        moment: day(place).at(21, 0, 0, 0),
        situations: [situation].iter().filter(|s| !s.is_empty()).map(|s| Text::from(*s)).collect(),
        feelings: Vec::new(),
        distortions: [distortion]
            .iter()
            .filter(|name| !name.is_empty())
            .map(|name| Distortion { slug: name.replace(' ', "_"), name: (*name).to_owned() })
            .collect(),
        belief_before: None,
        belief_after: None,
        escalated: false,
    }
}

#[test]
fn a_rise_is_told_with_its_size() {
    let chance = &mut Chance::new(3);
    let rising =
        |place: i64, noise: f64| Some((3.0 + place as f64 / 20.0 + noise).round().clamp(0.0, 10.0) as u16);
    let check_ins =
        (0..80).map(|place| CheckIn { mood: rising(place, chance.normal()), ..check_in(place) }).collect();
    let trends = Trends::of(&Held { check_ins, ..Held::default() }, period(80));
    let direction = trends.series[0].direction.unwrap();
    assert_eq!(direction.turn, Turn::Rising);
    assert!((direction.change - 4.0).abs() < 1.0, "{}", direction.change);
    assert_eq!(trends.says.as_str(), "Mood rose over these days.");
    let says = trends.series[0].says.as_str();
    assert!(says.starts_with("Mood rose over these days by about ") && says.ends_with("80 days)."), "{says}");
}

#[test]
fn a_weekday_that_stands_out_is_named() {
    let chance = &mut Chance::new(4);
    let check_ins = (0..84)
        .map(|place| {
            let monday = day(place).weekday().to_monday_zero_offset() == 0;
            let stress = 4.0 + 1.2 * chance.normal() + if monday { 3.0 } else { 0.0 };
            CheckIn { stress: Some(stress.round().clamp(0.0, 10.0) as u16), ..check_in(place) }
        })
        .collect();
    let patterns = Patterns::of(&Held { check_ins, ..Held::default() }, period(84));
    assert!(patterns.weekday[0].clear);
    assert!(
        patterns.says.as_str().starts_with("Your stress tended to be highest on Mondays"),
        "{}",
        patterns.says
    );
    assert!(matches!(patterns.weekday[0].groups[0].when, When::Weekday(_)));
    assert!(!patterns.part_of_day[0].clear);
    assert_eq!(
        patterns.part_of_day[0].says.as_str(),
        "Not enough yet in each of the groups to compare them."
    );
}

#[test]
fn a_trigger_is_told_and_a_chance_meeting_is_not() {
    let chance = &mut Chance::new(8);
    let written = (0..60)
        .map(|place| {
            let (meeting, often) = (chance.even() < 0.4, chance.even());
            let found = if often < if meeting { 0.7 } else { 0.1 } { "mind reading" } else { "" };
            let label = if chance.even() < 0.5 { "Team meeting" } else { "team meeting " };
            written(place, if meeting { label } else { "home" }, found)
        })
        .collect();
    let held = Held { written, ..Held::default() };
    let triggers = Triggers::of(&held, period(60));
    let link = &triggers.links[0];
    assert!(link.clear);
    assert!(link.situation.as_str() == "Team meeting" || link.situation.as_str() == "team meeting ");
    assert!(link.lift > 1.5 && link.both <= link.in_situation);
    let says = triggers.says.as_str();
    assert!(
        says.starts_with(&format!("In {} of the {} entries with \u{201c}", link.both, link.in_situation)),
        "{says}"
    );
    assert!(says.ends_with("times as often as chance would give."), "{says}");
    assert_eq!(triggers.situations.len(), 2);
    let few = Held { written: held.written[..10].to_vec(), ..Held::default() };
    assert_eq!(Triggers::of(&few, period(60)).says.as_str(), "Not enough yet: 10 of 20 entries.");
}

#[test]
fn coping_that_was_rated_once_is_not_put_first() {
    let coped = |what: &str, helped: u16| Coped { what: Text::from(what), helped: Some(helped) };
    let mut check_ins: Vec<CheckIn> = [7, 8, 7, 8]
        .iter()
        .zip(0..)
        .map(|(h, place)| CheckIn { coping: vec![coped("a walk", *h)], ..check_in(place) })
        .collect();
    check_ins.push(CheckIn { coping: vec![coped("a bath", 10)], ..check_in(5) });
    let two = [2, 3, 2].map(|helped| coped("scrolling", helped));
    check_ins.push(CheckIn { coping: two.to_vec(), ..check_in(6) });
    let ways = CopingWays::of(&Held { check_ins, ..Held::default() }, period(30));
    assert_eq!(
        ways.says.as_str(),
        "What you rated as most helpful is \u{201c}a walk\u{201d} (7.5 of 10 over 4 times, likely between 6.6 and 8.4), \
         then \u{201c}scrolling\u{201d} (2.3 of 10 over 3 times, likely between 0.9 and 3.8)."
    );
    let bath = ways.ways.last().unwrap();
    assert_eq!(bath.what.as_str(), "a bath");
    assert!(bath.interval.is_none() && bath.shrunk.unwrap() < 9.0);
}

fn sheet(place: i64, total: u16, lower_is_better: bool) -> Sheet {
    Sheet {
        id: format!("s{place:03}"),
        questionnaire: "phq-9".into(),
        name: "PHQ-9".into(),
        date: day(place),
        total,
        most: 27,
        band: Some(if total < 10 { "mild" } else { "moderate" }.into()),
        reliable_change: Some(5),
        lower_is_better,
    }
}

#[test]
fn a_questionnaire_course_goes_by_its_own_direction() {
    let of = |sheets: Vec<Sheet>| Courses::of(&Held { sheets, ..Held::default() }, period(100));
    let courses = of(vec![sheet(60, 7, true), sheet(0, 14, true), sheet(30, 10, true)]);
    let course = &courses.courses[0];
    let (first, previous) = (course.since_first.unwrap(), course.since_previous.unwrap());
    assert_eq!((first.points, first.way, first.reliable), (-7, Some(WayOfChange::Better), Some(true)));
    assert_eq!((previous.points, previous.reliable, previous.band_changed), (-3, Some(false), true));
    assert_eq!(
        courses.says.as_str(),
        "PHQ-9: 7 of 27, which it calls mild. That is 7 points lower than the 14 of 2024-01-03 (3 times), \
         the better way. The change is more than the noise of measuring."
    );
    let other = of(vec![sheet(0, 14, false), sheet(30, 7, false)]);
    assert_eq!(other.courses[0].since_first.unwrap().way, Some(WayOfChange::Worse));
    assert!(of(vec![sheet(0, 14, true)]).says.as_str().ends_with("One point is no course yet."));
    assert!(of(vec![sheet(0, 99, true)]).courses.is_empty());
}

#[test]
fn a_habit_that_fades_is_told() {
    let chance = &mut Chance::new(5);
    let written = (0..140)
        .map(|place| {
            let found = chance.even() < 1.0 - place as f64 / 150.0;
            written(place, "", if found { "mind reading" } else { "" })
        })
        .collect();
    let habits = Habits::of(&Held { written, ..Held::default() }, period(140));
    assert_eq!(habits.habits[0].direction.unwrap().turn, Turn::Falling);
    assert!(
        habits.says.as_str().ends_with("Mind reading came up less often as the weeks went on."),
        "{}",
        habits.says
    );
}

#[test]
fn practice_is_set_against_what_was_predicted() {
    let step = |place: i64, against, distress| Try {
        moment: day(place).at(12, 0, 0, 0),
        level: 2,
        predicted: true,
        done: true,
        against: Some(against),
        distress: Some(distress),
    };
    let practice = vec![
        step(0, Against::Better, 60),
        step(1, Against::Better, 40),
        step(2, Against::Same, 30),
        Try { done: false, against: None, ..step(3, Against::Worse, 0) },
    ];
    let course = PracticeCourse::of(&Held { practice, ..Held::default() }, period(30));
    assert_eq!((course.done, course.planned, course.better, course.same, course.worse), (3, 1, 2, 1, 0));
    assert_eq!(
        course.says.as_str(),
        "3 steps were done. Of 3 with a prediction, 2 went better than predicted, 1 as predicted and 0 worse. \
         Distress at level 2 was 40 of 100 in the middle of 3 tries."
    );
}

#[test]
fn belief_before_and_after_is_told_with_its_interval() {
    let of = |n: i64, after: fn(i64) -> u16| {
        let written = (0..n)
            .map(|place| Written {
                belief_before: Some(80),
                belief_after: Some(after(place)),
                feelings: vec![Feeling { name: Text::from("fear"), before: Some(70), after: Some(40) }],
                ..written(place, "", "")
            })
            .collect();
        Reframes::of(&Held { written, ..Held::default() }, period(30))
    };
    let fell = of(9, |place| 40 + place as u16);
    assert_eq!(
        fell.says.as_str(),
        "Belief in the thought fell by 36 of 100 in the middle of 9 thoughts (95 % interval 33 to 39)."
    );
    assert_eq!(fell.feelings[0].change.n, 9);
    assert_eq!(
        of(8, |place| if place % 2 == 0 { 70 } else { 90 }).says.as_str(),
        "Over 8 thoughts, belief before and after does not differ clearly."
    );
    assert_eq!(of(5, |_| 10).says.as_str(), "Not enough yet: 5 of 6 thoughts rated before and after.");
}

#[test]
fn lags_are_told_in_words_and_no_cause_is_claimed() {
    let of = |lag: i64| {
        let chance = &mut Chance::new(6);
        let sleep: Vec<f64> = (0..120).map(|_| chance.normal()).collect();
        let check_ins = (0..120)
            .map(|place: i64| {
                let cause = usize::try_from(place - lag).ok().and_then(|other| sleep.get(other));
                let mood = 5.0 + 2.0 * cause.copied().unwrap_or_default() + 0.7 * chance.normal();
                CheckIn {
                    mood: Some(mood.round().clamp(0.0, 10.0) as u16),
                    sleep_minutes: Some((430.0 + 60.0 * sleep[place as usize]) as u16),
                    ..check_in(place)
                }
            })
            .collect();
        let associations = Associations::of(&Held { check_ins, ..Held::default() }, period(120));
        assert_eq!(i64::from(associations.pairs[0].finding.as_ref().unwrap().lag), lag);
        associations.says.to_string()
    };
    for (lag, words) in [
        (0, "On days after a night with longer sleep, your mood tended to be higher (Spearman 0.9"),
        (1, "Two days after a night with longer sleep, your mood tended to be higher (Spearman 0."),
        (-1, "In the night after a day with a better mood, your sleep tended to be longer (Spearman 0."),
        (
            -2,
            "In the second night after a day with a better mood, your sleep tended to be longer (Spearman 0.",
        ),
    ] {
        let says = of(lag);
        assert!(says.starts_with(words), "{says}");
        assert!(says.ends_with("This doesn't say that one brings about the other."), "{says}");
    }
}

#[test]
fn help_is_counted() {
    let help = HelpCounts { offered: 2, accepted: 1, refused: 1, ..HelpCounts::default() };
    let check_ins = (0..3).map(|place| CheckIn { help, ..check_in(place) }).collect();
    let course = HelpCourse::of(&Held { check_ins, ..Held::default() }, period(30));
    assert_eq!(
        course.says.as_str(),
        "Help was offered 6 times and asked for 0 times. It was accepted 3 times and refused 3 times."
    );
}

#[test]
fn days_are_counted_and_a_night_belongs_to_the_day_before() {
    let at = |place: i64, hour: i8| CheckIn { moment: day(place).at(hour, 30, 0, 0), ..check_in(place) };
    let held = Held { check_ins: vec![at(28, 23), at(29, 1), at(10, 12)], ..Held::default() };
    let streaks = Streaks::of(&held, period(30));
    assert_eq!((streaks.of_7, streaks.of_30), (1, 2));
    assert_eq!(streaks.says.as_str(), "Something was kept on 1 of the last 7 days, and on 2 of the last 30.");
}

#[test]
fn on_this_day_never_brings_up_what_led_to_help() {
    let today = date(2025, 3, 31);
    let entry = |id: &str, day: Date, escalated| Written {
        id: id.into(),
        moment: day.at(12, 0, 0, 0),
        escalated,
        ..written(0, "", "")
    };
    let held = Held {
        written: vec![
            entry("a", date(2025, 2, 28), false),
            entry("b", date(2024, 3, 31), true),
            entry("c", date(2024, 3, 31), false),
        ],
        ..Held::default()
    };
    let then = OnThisDay::of(&held, Period::last(30, today));
    assert_eq!(then.month_ago[0].id, "a");
    assert_eq!(then.year_ago.len(), 1);
    assert_eq!((then.year_ago[0].kind, then.year_ago[0].id.as_str()), (KeptKind::Written, "c"));
    assert_eq!(
        then.says.as_str(),
        "A year ago today you wrote 1 entry. A month ago today you wrote 1 entry."
    );
}

#[test]
fn the_digest_tells_the_last_full_week() {
    // Monday 2024-02-05 to Sunday 2024-02-11 lies at the places 33 to 39.
    let check_ins = (0..42)
        .map(|place| CheckIn {
            mood: Some(if place < 33 { 4 } else { 6 }),
            sleep_minutes: Some(445),
            coping: vec![Coped { what: Text::from("a walk"), helped: Some(7) }],
            ..check_in(place)
        })
        .collect();
    let escalated = Written { escalated: true, ..written(36, "", "labelling") };
    let held = Held {
        check_ins,
        written: vec![written(34, "", "mind reading"), written(35, "", "mind reading"), escalated],
        ..Held::default()
    };
    let digest = Digest::of(&held, period(42));
    assert_eq!((digest.from, digest.to), (date(2024, 2, 5), date(2024, 2, 11)));
    let sentences: Vec<&str> = digest.sentences.iter().map(Text::as_str).collect();
    assert_eq!(
        sentences,
        [
            "Last week something was kept on 7 days.",
            "Mood was 6 of 10 on average (7 days); over the four weeks before, 4.",
            "You slept 7 h 25 min on average (7 nights).",
            "You wrote 2 entries; mind reading may have been at work in 2 of them.",
            "What you rated as most helpful: \u{201c}a walk\u{201d}, 7 of 10.",
        ]
    );
}
