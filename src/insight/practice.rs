//! Practice: how it went against what was predicted, and how much distress each level took, try by try.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Text;
use super::common::{Enough, counted, number, said};
use super::figures::median;
use super::held::{Against, Held, Try};
use super::period::{Period, day_of};

/// Tries with a prediction before the counts are told.
const TRIES: usize = 3;

/// Practice of a period.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct PracticeCourse {
    /// What a person reads first.
    pub says: Text,
    /// Tries that can be set against a prediction, and how many it takes.
    pub enough: Enough,
    /// Steps that were planned and not done (yet).
    pub planned: usize,
    /// Steps that were done.
    pub done: usize,
    /// Went better than predicted.
    pub better: usize,
    /// Went as predicted.
    pub same: usize,
    /// Went worse than predicted.
    pub worse: usize,
    /// By level, the lowest first.
    pub levels: Vec<Level>,
}

/// One level of the ladder.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Level {
    /// From 1.
    pub level: u8,
    /// Steps of it that were done.
    pub done: usize,
    /// The median of distress, 0 to 100.
    pub distress: Option<f64>,
    /// Distress, try by try.
    pub tries: Vec<DistressOf>,
}

/// Distress of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct DistressOf {
    /// The day.
    #[serde(serialize_with = "super::period::as_text")]
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// 0 to 100.
    pub distress: u16,
}

impl PracticeCourse {
    /// Practice of a period.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let mut tries: Vec<&Try> =
            held.practice.iter().filter(|step| period.holds(day_of(step.moment))).collect();
        tries.sort_by_key(|step| (step.moment, step.level));
        let done: Vec<&Try> = tries.iter().copied().filter(|step| step.done).collect();
        let count = |against: Against| {
            done.iter().filter(|step| step.predicted && step.against == Some(against)).count()
        };
        let (better, same, worse) = (count(Against::Better), count(Against::Same), count(Against::Worse));
        let mut levels: BTreeMap<u8, Level> = BTreeMap::new();
        for step in &done {
            let level = levels.entry(step.level).or_insert_with(|| Level {
                level: step.level,
                done: 0,
                distress: None,
                tries: Vec::new(),
            });
            level.done += 1;
            let day = day_of(step.moment);
            let distress = step.distress.filter(|distress| *distress <= 100);
            level.tries.extend(distress.map(|distress| DistressOf { day, distress }));
        }
        let levels: Vec<Level> = levels
            .into_values()
            .map(|level| {
                let values: Vec<f64> = level.tries.iter().map(|one| f64::from(one.distress)).collect();
                Level { distress: median(&values), ..level }
            })
            .collect();
        let mut course = Self {
            says: Text::default(),
            enough: Enough::of(better + same + worse, TRIES),
            planned: tries.len() - done.len(),
            done: done.len(),
            better,
            same,
            worse,
            levels,
        };
        course.says = says(&course);
        course
    }
}

fn says(course: &PracticeCourse) -> Text {
    if course.done == 0 {
        return Text::from(match course.planned {
            0 => "No step was planned over these days.".to_owned(),
            n => format!("{} planned. Steps that were done show here.", counted(n, "step is", "steps are")),
        });
    }
    let n = course.enough.have;
    let mut sentences = vec![format!("{} done.", counted(course.done, "step was", "steps were"))];
    if course.enough.met {
        sentences.push(format!(
            "Of {n} with a prediction, {} went better than predicted, {} as predicted and {} worse.",
            course.better, course.same, course.worse
        ));
    }
    let few = |level: &&Level| level.tries.len() >= TRIES;
    if let Some((level, distress)) =
        course.levels.iter().rev().find(few).and_then(|level| Some((level, level.distress?)))
    {
        sentences.push(format!(
            "Distress at level {} was {} of 100 in the middle of {} tries.",
            level.level,
            number(distress),
            level.tries.len()
        ));
    }
    said(&sentences)
}
