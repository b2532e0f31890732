//! What the findings share: how much there is, how a series is named, intervals, and numbers in words.

use super::Text;

/// Four whole weeks: each weekday four times, and the least of days over which the simulations in
/// `tests` hold their rate of false findings. Below it nothing is said of days.
pub const FOUR_WEEKS: usize = 28;

/// What is called a finding: a corrected probability of at most this. Of people in whom nothing is
/// related no section may tell more than 5 % that something is. Memory has to be estimated, so at
/// 5 % here a thousand simulated people with a year of days came out between 4.1 and 5.5 %.
pub const LEVEL: f64 = 0.04;

/// How much there is, and how much it takes before anything is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Enough {
    /// How much there is.
    pub have: usize,
    /// How much it takes.
    pub need: usize,
    /// Whether it is enough.
    pub met: bool,
}

impl Enough {
    pub(super) const fn of(have: usize, need: usize) -> Self {
        Self { have, need, met: have >= need }
    }

    /// What is said when it is not enough, such as `12 of 28 days`.
    pub(super) fn not_yet(self, what: &str) -> String {
        format!("Not enough yet: {} of {} {what}.", self.have, self.need)
    }
}

/// An interval that holds the true value in about 95 of 100 cases.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Span {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Span {
    /// Whether 0 lies outside.
    pub(super) fn excludes_zero(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// The name of a series.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Named {
    /// Its word, such as `mood`.
    pub slug: String,
    /// Its name within a sentence, such as `mood`.
    pub label: String,
    /// Its unit, such as `minutes`, or what the scale is.
    pub unit: String,
}

/// Which way something goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Up.
    Rising,
    /// Down.
    Falling,
}

/// A number in words: whole from 100 on, else with one digit after the point, below 1 with two.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    let text = if size >= 100.0 {
        format!("{value:.0}")
    } else if size >= 0.995 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    };
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if matches!(text, "-0" | "") { "0".to_owned() } else { text.to_owned() }
}

/// A correlation, with two digits.
pub(super) fn correlation(value: f64) -> String {
    let text = format!("{value:.2}");
    if text == "-0.00" { "0.00".to_owned() } else { text }
}

/// `1 day`, `2 days`.
pub(super) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [many @ .., last] => format!("{} and {last}", many.join(", ")),
    }
}

/// Sentences beside each other.
pub(super) fn said(sentences: &[String]) -> Text {
    Text::from(sentences.join(" "))
}

/// A word with a capital at its start.
pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A seed that is the same for the same words (FNV-1a).
pub(super) fn seed(words: &[&str]) -> u64 {
    words
        .iter()
        .flat_map(|word| word.bytes().chain(std::iter::once(0)))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
