//! One line of the plan, checked.

use std::fmt;

use super::PlanStep;
use crate::entry::{Entry, Limit};

/// Characters of a line at most.
pub const MOST_CHARACTERS: usize = 200;
/// Characters of a phone number at most.
const MOST_PHONE: usize = 32;

/// What is wrong with a line. Never holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Nothing to be seen in it.
    #[error("there is no text in it.")]
    Blank,
    /// Too long.
    #[error("it has {0} characters; {MOST_CHARACTERS} are the most. Make two lines of it.")]
    TooLong(usize),
    /// So long that it was not read to its end.
    #[error("it has far more than {MOST_CHARACTERS} characters. Make more lines of it.")]
    FarTooLong,
    /// A line break, a tab, an escape code, a change of the direction of writing.
    #[error("it holds a line break or another character that can't be shown. Write it as plain text.")]
    Control,
    /// Not a phone number.
    #[error("that is no phone number. Use digits, spaces and + - ( ) / . # * only.")]
    Phone,
    /// A phone number where none belongs.
    #[error("phone numbers have their place in steps 3, 4 and 5.")]
    PhoneHere,
}

/// A line: a few words or a name, in the steps about people with a phone number if wanted.
#[derive(Clone, PartialEq, Eq)]
pub struct PlanLine {
    text: String,
    phone: Option<String>,
}

impl PlanLine {
    /// Checks a line. Space at its ends is left out.
    ///
    /// # Errors
    /// [`LineError`].
    pub fn new(text: &str, phone: Option<&str>) -> Result<Self, LineError> {
        let text = text.trim();
        let length = text.chars().count();
        if length > MOST_CHARACTERS {
            return Err(LineError::TooLong(length));
        }
        if text.chars().any(is_hidden) {
            return Err(LineError::Control);
        }
        // What can be screened is what can be kept.
        Entry::new(text, Limit::Reframing).map_err(|_| LineError::Blank)?;
        let phone = phone.map(str::trim).filter(|p| !p.is_empty());
        if phone.is_some_and(|p| !is_phone(p)) {
            return Err(LineError::Phone);
        }
        Ok(Self { text: text.to_owned(), phone: phone.map(str::to_owned) })
    }

    /// A line as it is typed for a step: in those about people, what follows the last comma is
    /// the phone number if it can be one.
    ///
    /// # Errors
    /// [`LineError`].
    pub fn typed(step: PlanStep, text: &str) -> Result<Self, LineError> {
        match text.rsplit_once(',') {
            Some((name, phone)) if step.has_phones() && is_phone(phone.trim()) => {
                Self::new(name, Some(phone))
            }
            _ => Self::new(text, None),
        }
    }

    /// The words.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The phone number.
    #[must_use]
    pub fn phone(&self) -> Option<&str> {
        self.phone.as_deref()
    }
}

/// The words, and the phone number after a comma.
impl fmt::Display for PlanLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        self.phone.as_ref().map_or(Ok(()), |phone| write!(f, ", {phone}"))
    }
}

/// Prints nothing of it.
impl fmt::Debug for PlanLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlanLine({} bytes)", self.text.len())
    }
}

/// Control characters, line and paragraph separators, and what turns the direction of writing,
/// which could make a number read backwards.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_phone(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_digit() || " +-()/.#*".contains(c);
    (2..=MOST_PHONE).contains(&text.chars().count())
        && text.chars().all(fits)
        && text.chars().filter(char::is_ascii_digit).count() >= 2
}
