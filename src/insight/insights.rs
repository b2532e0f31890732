//! All of it in one.

use super::held::Held;
use super::period::Period;
use super::{
    Associations, CopingWays, Courses, Digest, Habits, HelpCourse, OnThisDay, Outside, Patterns,
    PracticeCourse, Reframes, Streaks, Trends, Triggers,
};

/// What a period shows.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Insights {
    /// The days looked at.
    pub period: Period,
    /// What was left out for its date.
    pub outside: Outside,
    /// Trends of the days.
    pub trends: Trends,
    /// Patterns of weekdays and parts of the day.
    pub patterns: Patterns,
    /// What comes up in which situations.
    pub triggers: Triggers,
    /// Which coping helped.
    pub coping: CopingWays,
    /// How help came up.
    pub help: HelpCourse,
    /// Questionnaires over time.
    pub courses: Courses,
    /// Habits of thought over time.
    pub habits: Habits,
    /// Practice against what was predicted.
    pub practice: PracticeCourse,
    /// Belief and feelings before and after.
    pub reframes: Reframes,
    /// What goes along with how somebody is.
    pub associations: Associations,
    /// Days with anything kept.
    pub streaks: Streaks,
    /// What was kept on this day before.
    pub on_this_day: OnThisDay,
    /// The digest of the last full week.
    pub digest: Digest,
}

impl Insights {
    /// What a period shows. Its last day counts as today.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        Self {
            period,
            outside: Outside::of(held, period),
            trends: Trends::of(held, period),
            patterns: Patterns::of(held, period),
            triggers: Triggers::of(held, period),
            coping: CopingWays::of(held, period),
            help: HelpCourse::of(held, period),
            courses: Courses::of(held, period),
            habits: Habits::of(held, period),
            practice: PracticeCourse::of(held, period),
            reframes: Reframes::of(held, period),
            associations: Associations::of(held, period),
            streaks: Streaks::of(held, period),
            on_this_day: OnThisDay::of(held, period),
            digest: Digest::of(held, period),
        }
    }
}
