//! Associations in words: which day comes before which, and never which brings about which.

use super::Finding;
use crate::insight::common::correlation;
use crate::insight::held::{Larger, Taken};
use crate::insight::series::{Kind, Series};

/// An association in two sentences.
pub(super) fn finding(of: &Series, with: &Series, finding: &Finding) -> String {
    let rises = finding.spearman > 0.0;
    let what = if finding.lag < 0 {
        format!("{} {}, {}", before(of, -finding.lag), more(with), tended(of, rises))
    } else {
        format!("{} {}, {}", after(of, finding.lag), more(of), tended(with, rises))
    };
    format!(
        "{what} (Spearman {}, 95 % interval {} to {}, {} days). This doesn't say that one brings about the other.",
        correlation(finding.spearman),
        correlation(finding.interval.low),
        correlation(finding.interval.high),
        finding.days
    )
}

/// Whether it is of the night that ends on its day.
const fn of_night(kind: Kind) -> bool {
    matches!(kind, Kind::Sleep | Kind::Body(Taken::ByNight, _))
}

/// When, `lag` days after the day of what somebody did or their body.
fn after(of: &Series, lag: i8) -> String {
    match (of_night(of.kind), lag) {
        (true, 0) => "On days after a night with".to_owned(),
        (true, 1) => "Two days after a night with".to_owned(),
        (true, lag) => format!("{} days after a night with", count(lag + 1)),
        (false, 0) => "On days with".to_owned(),
        (false, 1) => "The day after".to_owned(),
        (false, lag) => format!("{} days after", count(lag)),
    }
}

/// When, `lag` days after the day of how somebody was.
fn before(of: &Series, lag: i8) -> String {
    match (of_night(of.kind), lag) {
        (true, 1) => "In the night after a day with".to_owned(),
        (true, 2) => "In the second night after a day with".to_owned(),
        (true, _) => "In the third night after a day with".to_owned(),
        (false, 1) => "The day after".to_owned(),
        (false, lag) => format!("{} days after", count(lag)),
    }
}

fn count(days: i8) -> &'static str {
    match days {
        2 => "Two",
        3 => "Three",
        _ => "Four",
    }
}

/// More of it.
fn more(series: &Series) -> String {
    match series.kind {
        Kind::Sleep => "longer sleep".to_owned(),
        Kind::Caffeine
        | Kind::Alcohol
        | Kind::Movement
        | Kind::Stress
        | Kind::Tension
        | Kind::Fatigue
        | Kind::Anxiety
        | Kind::Body(_, Larger::More) => format!("more {}", series.named.label),
        Kind::Mood => "a better mood".to_owned(),
        Kind::Moment | Kind::Body(_, Larger::Higher) => format!("higher {}", series.named.label),
    }
}

/// That it tended to be more or less.
fn tended(series: &Series, rises: bool) -> String {
    let by = |more: &str, less: &str| if rises { more.to_owned() } else { less.to_owned() };
    match series.kind {
        Kind::Sleep => format!("your sleep tended to be {}", by("longer", "shorter")),
        Kind::Caffeine | Kind::Alcohol | Kind::Body(_, Larger::More) => {
            format!("you tended to have {} {}", by("more", "less"), series.named.label)
        }
        Kind::Movement => format!("you tended to move {}", by("more", "less")),
        _ => format!("your {} tended to be {}", series.named.label, by("higher", "lower")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::common::{Named, Span};

    fn series(kind: Kind, label: &str) -> Series {
        let named = Named { slug: label.to_owned(), label: label.to_owned(), unit: String::new() };
        Series { named, kind, days: Vec::new() }
    }

    fn told(of: &Series, with: &Series, lag: i8, spearman: f64) -> String {
        let interval = Span { low: spearman - 0.2, high: spearman + 0.2 };
        let says =
            finding(of, with, &Finding { lag, spearman, interval, p: 0.01, days: 63, points: Vec::new() });
        says.split(" (").next().unwrap().to_owned()
    }

    #[test]
    fn each_lag_says_which_day_came_first() {
        let mood = series(Kind::Mood, "mood");
        let anxiety = series(Kind::Anxiety, "anxiety");
        let caffeine = series(Kind::Caffeine, "caffeine");
        let movement = series(Kind::Movement, "movement");
        let hrv = series(Kind::Body(Taken::ByNight, Larger::Higher), "heart-rate variability");
        let steps = series(Kind::Body(Taken::ByDay, Larger::More), "steps");
        for (of, with, lag, spearman, words) in [
            (&caffeine, &anxiety, 0, 0.4, "On days with more caffeine, your anxiety tended to be higher"),
            (&caffeine, &mood, 1, -0.4, "The day after more caffeine, your mood tended to be lower"),
            (&movement, &mood, 3, 0.4, "Three days after more movement, your mood tended to be higher"),
            (&movement, &mood, -1, -0.4, "The day after a better mood, you tended to move less"),
            (&caffeine, &anxiety, -2, 0.4, "Two days after more anxiety, you tended to have more caffeine"),
            (
                &hrv,
                &mood,
                0,
                0.4,
                "On days after a night with higher heart-rate variability, your mood tended to be higher",
            ),
            (
                &hrv,
                &anxiety,
                -3,
                -0.4,
                "In the third night after a day with more anxiety, your heart-rate variability tended to be lower",
            ),
            (&steps, &anxiety, 2, -0.4, "Two days after more steps, your anxiety tended to be lower"),
        ] {
            assert_eq!(told(of, with, lag, spearman), words);
        }
    }

    #[test]
    fn the_figures_stand_behind_it_and_no_cause_is_claimed() {
        let finding = Finding {
            lag: 0,
            spearman: 0.41,
            interval: Span { low: 0.22, high: 0.57 },
            p: 0.01,
            days: 63,
            points: Vec::new(),
        };
        assert_eq!(
            super::finding(&series(Kind::Sleep, "sleep"), &series(Kind::Mood, "mood"), &finding),
            "On days after a night with longer sleep, your mood tended to be higher (Spearman 0.41, 95 % interval \
             0.22 to 0.57, 63 days). This doesn't say that one brings about the other."
        );
    }
}
