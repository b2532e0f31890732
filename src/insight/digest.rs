//! The digest of the last full week, Monday to Sunday: a few plain sentences. It never brings up a text
//! that led to help, and it counts no days as missed.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Text;
use super::common::{counted, number};
use super::figures::mean;
use super::held::{Against, Held};
use super::period::{Period, day_of, monday};
use super::series::{Kind, Series};
use super::streak::kept_days;

/// Check-ins that a week needs before its mean is told.
const DAYS: usize = 3;
/// Days that the four weeks before need to be set beside it.
const DAYS_BEFORE: usize = 10;
/// The most sentences.
const MOST: usize = 6;

/// The digest of a week.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Digest {
    /// Its Monday.
    #[serde(serialize_with = "super::period::as_text")]
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Its Sunday.
    #[serde(serialize_with = "super::period::as_text")]
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// What there is to tell, six sentences at most; one of a week in which nothing was kept.
    pub sentences: Vec<Text>,
}

impl Digest {
    /// The digest of the last week that was over on the period's last day. What lies before the period
    /// is looked at where the week reaches there.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let to = monday(period.to().saturating_add(1.day())).saturating_sub(1.day());
        let from = to.saturating_sub(6.days());
        let Ok(week) = Period::new(from, to) else { return Self { from, to, sentences: Vec::new() } };
        let kept = kept_days(held).range(from..=to).count();
        if kept == 0 {
            return Self {
                from,
                to,
                sentences: vec![Text::from("Nothing was kept last week. Begin when you like.")],
            };
        }
        let told = [
            Some(format!("Last week something was kept on {}.", counted(kept, "day", "days"))),
            state(Kind::Mood, held, week),
            state(Kind::Stress, held, week),
            sleep(held, week),
            entries(held, week),
            practice(held, week),
            coping(held, week),
        ];
        let sentences = told.into_iter().flatten().take(MOST).map(Text::from).collect();
        Self { from, to, sentences }
    }
}

/// The mean of a week, if there are days enough, and of how many days.
fn week_mean(kind: Kind, held: &Held, period: Period, least: usize) -> Option<(f64, usize)> {
    let all = Series::all(held, period);
    let (_, values) = all.iter().find(|series| series.kind == kind)?.held();
    if values.len() < least { None } else { Some((mean(&values)?, values.len())) }
}

fn state(kind: Kind, held: &Held, week: Period) -> Option<String> {
    let (now, days) = week_mean(kind, held, week, DAYS)?;
    let name = if kind == Kind::Mood { "Mood" } else { "Stress" };
    let before = Period::new(week.from().saturating_sub(28.days()), week.from().saturating_sub(1.day()))
        .ok()
        .and_then(|before| week_mean(kind, held, before, DAYS_BEFORE));
    let beside = before
        .map_or_else(String::new, |(before, _)| format!("; over the four weeks before, {}", number(before)));
    Some(format!("{name} was {} of 10 on average ({}){beside}.", number(now), counted(days, "day", "days")))
}

fn sleep(held: &Held, week: Period) -> Option<String> {
    let (minutes, days) = week_mean(Kind::Sleep, held, week, DAYS)?;
    let minutes = minutes.round() as u32;
    let nights = counted(days, "night", "nights");
    Some(format!("You slept {} h {:02} min on average ({nights}).", minutes / 60, minutes % 60))
}

fn entries(held: &Held, week: Period) -> Option<String> {
    let entries: Vec<_> = held
        .written
        .iter()
        .filter(|written| !written.escalated && week.holds(day_of(written.moment)))
        .collect();
    if entries.is_empty() {
        return None;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for distortion in entries.iter().flat_map(|written| &written.distortions) {
        *counts.entry(&distortion.name).or_default() += 1;
    }
    let wrote = format!("You wrote {}", counted(entries.len(), "entry", "entries"));
    // Of equal ones the first by name.
    let most = counts.iter().rev().max_by_key(|(_, count)| **count).filter(|(_, count)| **count > 1);
    Some(match most {
        Some((name, count)) => format!("{wrote}; {name} may have been at work in {count} of them."),
        None => format!("{wrote}."),
    })
}

fn practice(held: &Held, week: Period) -> Option<String> {
    let done: Vec<_> =
        held.practice.iter().filter(|step| step.done && week.holds(day_of(step.moment))).collect();
    let better = done.iter().filter(|step| step.predicted && step.against == Some(Against::Better)).count();
    let steps = counted(done.len(), "step of practice", "steps of practice");
    match (done.len(), better) {
        (0, _) => None,
        (_, 0) => Some(format!("You did {steps}.")),
        (_, n) => Some(format!("You did {steps}; {n} went better than you had predicted.")),
    }
}

fn coping(held: &Held, week: Period) -> Option<String> {
    let mut rated: Vec<_> = held
        .check_ins
        .iter()
        .filter(|check_in| week.holds(day_of(check_in.moment)))
        .flat_map(|check_in| &check_in.coping)
        .filter_map(|coped| Some((coped.helped.filter(|helped| *helped <= 10)?, &coped.what)))
        .filter(|(_, what)| !what.is_empty())
        .collect();
    rated.sort_by_key(|(_, what)| what.key());
    let (helped, what) = rated.iter().rev().max_by_key(|(helped, _)| *helped)?;
    Some(format!("What you rated as most helpful: \u{201c}{what}\u{201d}, {helped} of 10."))
}
