//! How days, moments, numbers and counts are said.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::report::{Head, Period};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The short name of a month, 1 to 12.
pub(crate) fn month(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or("")
}

/// `20 Nov 2026`.
pub(crate) fn day(day: Date) -> String {
    format!("{} {} {}", day.day(), month(day.month()), day.year())
}

/// `20 Nov`.
pub(crate) fn short_day(day: Date) -> String {
    format!("{} {}", day.day(), month(day.month()))
}

/// `20 Nov 2026, 22:14`, by the person's clock.
pub(crate) fn moment(head: &Head, at: Timestamp) -> String {
    let clock = head.zone.clock(at);
    format!("{}, {:02}:{:02}", day(clock.date()), clock.hour(), clock.minute())
}

/// `1 Sep 2026 – 30 Nov 2026`.
pub(crate) fn period(period: Period) -> String {
    if period.from() == period.to() {
        day(period.from())
    } else if period.from().year() == period.to().year() {
        format!("{} \u{2013} {}", short_day(period.from()), day(period.to()))
    } else {
        format!("{} \u{2013} {}", day(period.from()), day(period.to()))
    }
}

/// A number with so many decimals at most, without trailing zeros, thousands parted.
pub(crate) fn number(value: f64, decimals: usize) -> String {
    let mut said = format!("{value:.decimals$}");
    if said.contains('.') {
        said.truncate(said.trim_end_matches('0').trim_end_matches('.').len());
    }
    let (sign, digits) = said.strip_prefix('-').map_or(("", said.as_str()), |rest| ("\u{2212}", rest));
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut parted = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 && whole.len() > 4 {
            parted.push(',');
        }
        parted.push(digit);
    }
    if parted == "0" && rest.is_none() {
        return parted;
    }
    rest.map_or_else(|| format!("{sign}{parted}"), |rest| format!("{sign}{parted}.{rest}"))
}

/// A number with exactly so many decimals, for columns.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    let said = number(value, decimals);
    if decimals == 0 {
        return said;
    }
    let have = said.split_once('.').map_or(0, |(_, rest)| rest.len());
    let point = if have == 0 { "." } else { "" };
    format!("{said}{point}{}", "0".repeat(decimals - have))
}

/// The program's words with the apostrophes of print.
pub(crate) fn apostrophes(text: &str) -> String {
    let mut printed = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        printed.push(if c == '\'' && before.is_alphanumeric() { '\u{2019}' } else { c });
        before = c;
    }
    printed
}

/// `1 sheet`, `3 sheets`.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {many}", number(n as f64, 0)) }
}

/// At most so many characters, cut with an ellipsis.
pub(crate) fn short(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= most {
        return text;
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('\u{2026}');
    cut
}

/// The middle value; `None` of nothing.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted.get(middle).copied()
    } else {
        Some(f64::midpoint(*sorted.get(middle.checked_sub(1)?)?, *sorted.get(middle)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_plainly() {
        assert_eq!(number(12_345.0, 0), "12,345");
        assert_eq!(number(8_123.0, 0), "8123");
        assert_eq!(number(6.50, 1), "6.5");
        assert_eq!(number(6.0, 1), "6");
        assert_eq!(number(-2.25, 1), "\u{2212}2.2");
        assert_eq!(number(-0.01, 1), "0");
        assert_eq!(fixed(6.0, 1), "6.0");
        assert_eq!(fixed(6.25, 1), "6.2");
        assert_eq!(apostrophes("the person's 'own'"), "the person\u{2019}s 'own\u{2019}");
    }

    #[test]
    fn medians_of_odd_even_and_nothing() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }
}
