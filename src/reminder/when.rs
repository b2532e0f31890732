//! A day, and perhaps a time, in the words in which somebody planned something: `2026-12-03`,
//! `tomorrow 18:30`, `on Monday`. What is not plain is no date.

use jiff::civil::{Date, DateTime, Time, Weekday};

/// A day that somebody planned something for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// The day.
    pub on: Date,
    /// The time, if they named one.
    pub at: Option<Time>,
}

/// Why a day or a time of day can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// Not a time of day.
    #[error("a time of day, such as 19:30")]
    Time,
    /// Not a day.
    #[error("a day, such as 2026-12-03")]
    Day,
    /// Not days of the week.
    #[error("days of the week with commas between them, such as mon,thu")]
    Days,
}

/// The one day that these words name; `None` where they name none, or several.
#[must_use]
pub fn planned_in(words: &str, now: DateTime) -> Option<Planned> {
    let (mut days, mut times) = (Vec::new(), Vec::new());
    for word in words.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')')) {
        let word = word.trim_matches(|c: char| matches!(c, '.' | '!' | '?' | '"' | '\'')).to_lowercase();
        days.extend(day_of(&word, now));
        times.extend(time_of(&word).ok());
        if let Some((day, time)) = word.split_once('t') {
            let both = date(day).ok().zip(time_of(time).ok());
            days.extend(both.map(|(day, _)| day));
            times.extend(both.map(|(_, time)| time));
        }
    }
    match (days.as_slice(), times.as_slice()) {
        ([on], []) => Some(Planned { on: *on, at: None }),
        ([on], [at]) => Some(Planned { on: *on, at: Some(*at) }),
        _ => None,
    }
}

fn day_of(word: &str, now: DateTime) -> Option<Date> {
    match word {
        "today" | "tonight" => Some(now.date()),
        "tomorrow" => now.date().tomorrow().ok(),
        _ => date(word).ok().or_else(|| {
            // A whole name: "sun" and "mon" are words of other things too.
            let day = weekday(word).filter(|_| word.ends_with("day"))?;
            std::iter::successors(now.date().tomorrow().ok(), |day| day.tomorrow().ok())
                .take(7)
                .find(|one| one.weekday() == day)
        }),
    }
}

/// A day as a calendar writes it.
///
/// # Errors
/// [`WhenError::Day`] if it is none.
pub fn date(text: &str) -> Result<Date, WhenError> {
    let shaped = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    text.parse().ok().filter(|_| shaped).ok_or(WhenError::Day)
}

/// A time of day.
///
/// # Errors
/// [`WhenError::Time`] if it is none.
pub fn time_of(text: &str) -> Result<Time, WhenError> {
    let (hour, minute) = text.split_once(':').ok_or(WhenError::Time)?;
    let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) || minute.len() != 2 {
        return Err(WhenError::Time);
    }
    let number = |part: &str| part.parse::<i8>().map_err(|_| WhenError::Time);
    Time::new(number(hour)?, number(minute)?, 0, 0).map_err(|_| WhenError::Time)
}

/// Days of the week by name, or by its first three letters.
///
/// # Errors
/// [`WhenError::Days`] if there is none, or a word that is no day.
pub fn weekdays(text: &str) -> Result<Vec<Weekday>, WhenError> {
    text.split(',').map(|word| weekday(&word.trim().to_lowercase()).ok_or(WhenError::Days)).collect()
}

fn weekday(word: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    NAMES.into_iter().find(|(name, _)| word == *name || word == &name[..3]).map(|(_, day)| day)
}
