//! Numbers as exports of many countries write them.

/// What a file shows of its way of writing numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Habit {
    decimal: Option<char>,
}

/// What is wrong with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberFault {
    /// It is none.
    None,
    /// It is written otherwise than those before.
    Mixed,
}

impl Habit {
    /// The number that a text stands for, with a point or a comma before its decimals and with or without
    /// marks between thousands. `whole` says that a count is meant, so that "12,431" is twelve thousand.
    pub(super) fn number(&mut self, text: &str, whole: bool) -> Result<f64, NumberFault> {
        let text: String =
            text.trim().chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’')).collect();
        if text.is_empty() || text.len() > 40 {
            return Err(NumberFault::None);
        }
        let points = text.matches('.').count();
        let commas = text.matches(',').count();
        let decimal = match (points, commas) {
            (0, 0) => None,
            (1, 0) => Some(if whole && groups(&text, '.') { ',' } else { '.' }),
            (0, 1) => Some(if whole && groups(&text, ',') { '.' } else { ',' }),
            (_, 0) if groups(&text, '.') => Some(','),
            (0, _) if groups(&text, ',') => Some('.'),
            (1, _) if text.rfind('.') > text.rfind(',') => Some('.'),
            (_, 1) if text.rfind(',') > text.rfind('.') => Some(','),
            _ => return Err(NumberFault::None),
        };
        if let Some(decimal) = decimal
            && *self.decimal.get_or_insert(decimal) != decimal
        {
            return Err(NumberFault::Mixed);
        }
        let plain: String = match decimal {
            Some(',') => text.chars().filter(|&c| c != '.').map(|c| if c == ',' { '.' } else { c }).collect(),
            _ => text.chars().filter(|&c| c != ',').collect(),
        };
        let digits =
            plain.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
        let number: f64 = plain.parse().map_err(|_| NumberFault::None)?;
        if digits && number.is_finite() { Ok(number) } else { Err(NumberFault::None) }
    }
}

/// Whether the text is digits in groups of three with this mark between them.
fn groups(text: &str, mark: char) -> bool {
    let mut parts = text.trim_start_matches(['-', '+']).split(mark);
    let first = parts.next().unwrap_or_default();
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    (1..=3).contains(&first.len())
        && digits(first)
        && first != "0"
        && parts.all(|part| part.len() == 3 && digits(part))
}

/// A text that begins with a number, and what follows it: "45 bpm" is ("45", "bpm").
pub(super) fn split_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end =
        text.find(|c: char| c.is_alphabetic() || c == '%' || c == '/' || c == '°').unwrap_or(text.len());
    (text[..end].trim(), text[end..].trim())
}

/// Minutes of a text such as "7h 1min", "8h 35m", "45min", "7:01" or "6h".
pub(super) fn duration(text: &str) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    if let Some((hours, minutes)) = text.split_once(':') {
        let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.get(..2)?.parse().ok()?);
        return (hours < 100 && minutes < 60).then(|| f64::from(hours * 60 + minutes));
    }
    let (mut total, mut digits, mut any) = (0_u32, String::new(), false);
    let mut unit = String::new();
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_digit() {
            if !unit.is_empty() {
                total = total.checked_add(part(&digits, &unit)?)?;
                digits.clear();
                unit.clear();
                any = true;
            }
            digits.push(c);
        } else if c.is_alphabetic() {
            unit.push(c);
        } else if !c.is_whitespace() {
            return None;
        }
        if digits.len() > 5 || unit.len() > 10 {
            return None;
        }
    }
    if !digits.is_empty() || !unit.is_empty() {
        total = total.checked_add(part(&digits, &unit)?)?;
        any = true;
    }
    any.then(|| f64::from(total))
}

fn part(digits: &str, unit: &str) -> Option<u32> {
    let number: u32 = digits.parse().ok()?;
    match unit {
        "h" | "hr" | "hrs" | "std" => Some(number * 60),
        "m" | "min" | "mins" => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_and_thousands_of_several_countries() {
        let number = |text, whole| Habit::default().number(text, whole);
        assert_eq!(number("12,431", true), Ok(12431.0));
        assert_eq!(number("12.431", true), Ok(12431.0));
        assert_eq!(number("29.232", false), Ok(29.232));
        assert_eq!(number("29,232", false), Ok(29.232));
        assert_eq!(number("1.234,5", false), Ok(1234.5));
        assert_eq!(number("1,234.5", false), Ok(1234.5));
        assert_eq!(number("1\u{202f}234", true), Ok(1234.0));
        assert_eq!(number("0.431", true), Ok(0.431));
        for none in ["", "abc", "inf", "NaN", "1.2.3,4,5", "1e999", "--"] {
            assert_eq!(number(none, false), Err(NumberFault::None), "{none}");
        }
    }

    #[test]
    fn a_change_of_habit_is_noticed() {
        let mut habit = Habit::default();
        assert_eq!(habit.number("41,5", false), Ok(41.5));
        assert_eq!(habit.number("41.5", false), Err(NumberFault::Mixed));
    }

    #[test]
    fn durations_and_units() {
        assert_eq!(duration("7h 1min"), Some(421.0));
        assert_eq!(duration("8h 35m"), Some(515.0));
        assert_eq!(duration("11m"), Some(11.0));
        assert_eq!(duration("6h"), Some(360.0));
        assert_eq!(duration("7:05"), Some(425.0));
        for none in ["", "--", "soon", "7", "h", "99999999h"] {
            assert_eq!(duration(none), None, "{none}");
        }
        assert_eq!(split_unit("45 bpm"), ("45", "bpm"));
        assert_eq!(split_unit("42ms"), ("42", "ms"));
    }
}
