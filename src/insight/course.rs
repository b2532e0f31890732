//! Courses of questionnaires: the totals, what changed, and whether that is more than the noise of
//! measuring where the points for it are published (reliable change: Jacobson & Truax 1991).

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Text;
use super::common::{counted, said};
use super::held::{Held, Sheet};
use super::period::Period;

/// The courses of a period.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Courses {
    /// What a person reads first.
    pub says: Text,
    /// One a questionnaire.
    pub courses: Vec<Course>,
}

/// The course of one questionnaire.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Course {
    /// The questionnaire, such as `phq-9`.
    pub questionnaire: String,
    /// Its short name.
    pub name: String,
    /// What a person reads first.
    pub says: Text,
    /// The most that answers can add up to.
    pub most: u16,
    /// Whether a lower total is the better one.
    pub lower_is_better: bool,
    /// Each time it was filled in, in order.
    pub points: Vec<Total>,
    /// From the first to the last; none with one point.
    pub since_first: Option<Change>,
    /// From the last but one to the last; none with one point.
    pub since_previous: Option<Change>,
}

/// A total.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Total {
    /// The sheet.
    pub id: String,
    /// The day.
    #[serde(serialize_with = "super::period::as_text")]
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// What the answers add up to.
    pub total: u16,
    /// What the questionnaire calls it.
    pub band: Option<String>,
}

/// A change of a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Change {
    /// By how many points, negative where it fell.
    pub points: i32,
    /// Whether it goes the better or the worse way, by the questionnaire's own direction.
    pub way: Option<WayOfChange>,
    /// Whether it is more than the noise of measuring; none where no points for that are published.
    pub reliable: Option<bool>,
    /// Whether the questionnaire has another name for it now.
    pub band_changed: bool,
}

/// Which way a total changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WayOfChange {
    /// The better way.
    Better,
    /// The worse way.
    Worse,
}

impl Courses {
    /// The courses of a period.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let mut by_name: BTreeMap<&str, Vec<&Sheet>> = BTreeMap::new();
        let valid = |sheet: &&Sheet| period.holds(sheet.date) && sheet.total <= sheet.most;
        for sheet in held.sheets.iter().filter(valid) {
            by_name.entry(&sheet.questionnaire).or_default().push(sheet);
        }
        let courses: Vec<Course> = by_name
            .into_values()
            .filter_map(|mut sheets| {
                // Ids rise within a day.
                sheets.sort_by(|a, b| (a.date, &a.id).cmp(&(b.date, &b.id)));
                Course::of(&sheets)
            })
            .collect();
        Self { says: says(&courses), courses }
    }
}

impl Course {
    fn of(sheets: &[&Sheet]) -> Option<Self> {
        let (first, last) = (*sheets.first()?, *sheets.last()?);
        let previous = sheets.len().checked_sub(2).map(|place| sheets[place]);
        let since_first = (sheets.len() > 1).then(|| Change::of(first, last));
        let since_previous = previous.map(|previous| Change::of(previous, last));
        let points = sheets
            .iter()
            .map(|sheet| Total {
                id: sheet.id.clone(),
                day: sheet.date,
                total: sheet.total,
                band: sheet.band.clone(),
            })
            .collect();
        Some(Self {
            questionnaire: last.questionnaire.clone(),
            name: last.name.clone(),
            says: Text::from(told(first, last, since_first, sheets.len())),
            most: last.most,
            lower_is_better: last.lower_is_better,
            points,
            since_first,
            since_previous,
        })
    }
}

impl Change {
    fn of(before: &Sheet, after: &Sheet) -> Self {
        let points = i32::from(after.total) - i32::from(before.total);
        let better = (points < 0) == after.lower_is_better;
        Self {
            points,
            way: (points != 0).then_some(if better { WayOfChange::Better } else { WayOfChange::Worse }),
            reliable: after.reliable_change.map(|least| points.unsigned_abs() >= u32::from(least)),
            band_changed: before.band != after.band,
        }
    }
}

fn told(first: &Sheet, last: &Sheet, change: Option<Change>, n: usize) -> String {
    let band = |sheet: &Sheet| {
        sheet.band.as_ref().map_or_else(String::new, |band| format!(", which it calls {band}"))
    };
    let now = format!("{}: {} of {}{}.", last.name, last.total, last.most, band(last));
    let Some(change) = change else { return format!("{now} One point is no course yet.") };
    let over = counted(n, "time", "times");
    let size = counted(change.points.unsigned_abs() as usize, "point", "points");
    let moved = match change.points {
        0 => format!("The same as the first of {over}."),
        points => {
            let turn = if points < 0 { "lower" } else { "higher" };
            let way = match change.way {
                Some(WayOfChange::Better) => "the better way",
                _ => "the worse way",
            };
            format!("That is {size} {turn} than the {} of {} ({over}), {way}.", first.total, first.date)
        }
    };
    let noise = match (change.points, change.reliable) {
        (0, _) | (_, None) => "",
        (_, Some(true)) => " The change is more than the noise of measuring.",
        (_, Some(false)) => " The change is within the noise of measuring.",
    };
    format!("{now} {moved}{noise}")
}

fn says(courses: &[Course]) -> Text {
    if courses.is_empty() {
        return Text::from("No questionnaire was filled in over these days.");
    }
    let reliable = |course: &&Course| course.since_first.is_some_and(|change| change.reliable == Some(true));
    let mut told: Vec<&Course> = courses.iter().filter(reliable).collect();
    if told.is_empty() {
        told.extend(courses.iter().max_by_key(|course| course.points.last().map(|point| point.day)));
    }
    let sentences: Vec<String> = told.iter().take(2).map(|course| course.says.to_string()).collect();
    said(&sentences)
}
