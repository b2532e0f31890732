//! Insight: what weeks of kept days show, honestly. Plain values come in ([`Held`]), findings go out
//! ([`Insights`]); the same input gives the same output. Below a minimum of data nothing is said, and
//! nothing is ever said of causes. This room knows nothing of SQL, HTTP, the journal or models.

mod association;
mod common;
mod coping;
mod course;
mod digest;
mod figures;
mod habit;
mod held;
mod help;
mod insights;
mod on_this_day;
mod outside;
mod pattern;
mod period;
mod practice;
mod reframe;
mod series;
mod streak;
mod text;
mod trend;
mod trigger;

pub use association::{Associations, Finding, LAGS, Pair};
pub use common::{Enough, FOUR_WEEKS, LEVEL, Named, Span, Turn};
pub use coping::{CopingWays, Way};
pub use course::{Change, Course, Courses, Total, WayOfChange};
pub use digest::Digest;
pub use habit::{Habit, Habits, Week};
pub use held::{
    Against, CheckIn, Coped, Distortion, Feeling, Finite, Held, HelpCounts, Larger, Measure, NotFinite,
    Sheet, Taken, Try, Written,
};
pub use help::{HelpCourse, HelpWeek};
pub use insights::Insights;
pub use on_this_day::{Kept, KeptKind, OnThisDay};
pub use outside::Outside;
pub use pattern::{Group, Part, Pattern, Patterns, When};
pub use period::{Day, Period, PeriodError, day_of};
pub use practice::{DistressOf, Level, PracticeCourse};
pub use reframe::{BeforeAfter, FeelingChange, Reframes};
pub use streak::Streaks;
pub use text::Text;
pub use trend::{Direction, Point, Trend, Trends};
pub use trigger::{Count, Link, LinkKind, Situation, Triggers};

#[cfg(test)]
mod tests;
