//! A check-in in one line: `mood 4 stress 7 sleep 6.5 helped:refused walked 20`.
//!
//! ```text
//! line   = item, { space, item }
//! item   = number-word, number             mood stress tension fatigue anxiety caffeine alcohol moved
//!        | "sleep", hours                  7, 6.5 or 6:30
//!        | "helped:", kind, [ "=", text ]  offered needed asked accepted refused; again if you like
//!        | ( "felt" | "note" ), text
//!        | "with", text, [ 0 to 10 ]       a moment with somebody, and how it went
//!        | "coped", text, [ 0 to 10 ]      and how much it helped; again if you like
//! text   = word | "'", words, "'" | '"', words, '"'
//! ```
//!
//! Each word is taken once, save `helped` and `coped`.

use super::CheckIn;
use super::field::{Field, FieldError};

/// Words that are taken, for the one who typed another.
const TAKEN: &str = "mood, stress, sleep, caffeine, alcohol, moved (or walked), tension, fatigue, anxiety, \
     helped:…, felt, with, coped and note";
/// Characters of a word that is not known, as far as it is named.
const NAMED: usize = 24;

/// Why a line was not taken. Names the word at which it stops, never a text in quotes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuickError {
    /// A word that is not known.
    #[error("Word {place}, “{word}”, is not known. Taken are {TAKEN}.")]
    Unknown {
        /// Its place, counted from 1.
        place: usize,
        /// The word, cut if it is long.
        word: String,
    },
    /// Words in quotes where a field should be named.
    #[error("Word {place} is a text, and no field stands before it. Taken are {TAKEN}.")]
    Stray {
        /// Its place, counted from 1.
        place: usize,
    },
    /// Nothing follows a word.
    #[error("Word {place}: nothing follows `{word}`. It takes {takes}.")]
    Bare {
        /// Its place, counted from 1.
        place: usize,
        /// The word.
        word: &'static str,
        /// What is taken.
        takes: &'static str,
    },
    /// What follows a word is not what it takes.
    #[error("Word {place}: {error}")]
    Field {
        /// Its place, counted from 1.
        place: usize,
        /// What is wrong.
        error: FieldError,
    },
    /// A word came twice.
    #[error("Word {place}: `{word}` is there twice. It is taken once; leave one out.")]
    Twice {
        /// Its place, counted from 1.
        place: usize,
        /// The word.
        word: &'static str,
    },
    /// A quote that does not end.
    #[error("A text that begins with {mark} does not end. Put {mark} after it.")]
    Open {
        /// The quote.
        mark: char,
    },
    /// Nothing is said.
    #[error("There is nothing in it to keep. Taken are {TAKEN}.")]
    Empty,
}

/// A word of the line.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
    quoted: bool,
}

impl Token {
    /// A word as a shell has split it off: one with spaces was in quotes.
    #[must_use]
    pub fn of_shell(text: &str) -> Self {
        let quoted =
            text.contains(char::is_whitespace) && !text.starts_with("helped:") && !text.starts_with("help:");
        Self { text: text.to_owned(), quoted }
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({} bytes)", self.text.len())
    }
}

/// Splits a line at spaces that are not within quotes.
///
/// # Errors
/// [`QuickError::Open`] if a quote does not end.
pub fn tokens(line: &str) -> Result<Vec<Token>, QuickError> {
    let mut all = Vec::new();
    let mut characters = line.chars().peekable();
    loop {
        while characters.next_if(|c| c.is_whitespace()).is_some() {}
        let Some(&first) = characters.peek() else { return Ok(all) };
        let mut token = Token { text: String::new(), quoted: is_quote(first) };
        while let Some(c) = characters.next_if(|c| !c.is_whitespace()) {
            // A quote opens a text at the beginning of a word or after `=`; elsewhere it is an apostrophe.
            let opens = is_quote(c) && (token.text.is_empty() || token.text.ends_with('='));
            if !opens {
                token.text.push(c);
                continue;
            }
            loop {
                match characters.next() {
                    None => return Err(QuickError::Open { mark: c }),
                    Some(end) if end == c => {
                        // Within a word it is an apostrophe.
                        if characters.peek().is_none_or(|next| next.is_whitespace()) {
                            break;
                        }
                        token.text.push(end);
                    }
                    Some(other) => token.text.push(other),
                }
            }
            break;
        }
        all.push(token);
    }
}

const fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'')
}

/// Reads a line.
///
/// # Errors
/// [`QuickError`] with the place of the word at which it stops; nothing is guessed.
pub fn parse(line: &[Token]) -> Result<CheckIn, QuickError> {
    let mut into = CheckIn::default();
    let mut seen: Vec<Field> = Vec::new();
    let mut rest = line.iter().enumerate().map(|(n, token)| (n + 1, token)).peekable();
    while let Some((place, token)) = rest.next() {
        if token.quoted {
            return Err(QuickError::Stray { place });
        }
        let unknown = || QuickError::Unknown { place, word: named(&token.text) };
        let (name, joined) = match token.text.split_once(':') {
            Some((name, joined)) => (name, Some(joined)),
            None => (token.text.as_str(), None),
        };
        let field = field(&name.to_lowercase()).ok_or_else(unknown)?;
        if seen.contains(&field) && !field.repeats() {
            return Err(QuickError::Twice { place, word: field.word() });
        }
        seen.push(field);
        let wrong = |error| QuickError::Field { place, error };
        match (field, joined) {
            (Field::Help, Some(joined)) => {
                let (kind, situation) = match joined.split_once('=') {
                    Some((kind, situation)) => (kind, Some(situation)),
                    None => (joined, None),
                };
                field.put(&mut into, &kind.to_lowercase(), situation).map_err(wrong)?;
            }
            (Field::Help, None) => {
                return Err(QuickError::Bare { place, word: "helped", takes: takes(field) });
            }
            (_, Some(_)) => return Err(unknown()),
            (_, None) => {
                let bare = QuickError::Bare { place, word: field.word(), takes: takes(field) };
                let (at, value) = rest.next().ok_or(bare)?;
                let is_number =
                    |token: &Token| !token.quoted && token.text.bytes().all(|b| b.is_ascii_digit());
                let rated = if field.is_rated() { rest.next_if(|(_, token)| is_number(token)) } else { None };
                let wrong = |error| QuickError::Field { place: at, error };
                field
                    .put(&mut into, &value.text, rated.map(|(_, token)| token.text.as_str()))
                    .map_err(wrong)?;
            }
        }
    }
    if into.is_empty() { Err(QuickError::Empty) } else { Ok(into) }
}

fn field(name: &str) -> Option<Field> {
    match name {
        "help" => Some(Field::Help),
        "walked" => Some(Field::Movement),
        _ => Field::ALL.into_iter().find(|field| field.word() == name),
    }
}

const fn takes(field: Field) -> &'static str {
    match field {
        Field::Sleep => "hours, such as 7, 6.5 or 6:30",
        Field::Help => {
            "a colon and offered, needed, asked, accepted or refused, such as helped:refused or helped:asked='the lift'"
        }
        Field::Felt | Field::Note => "a word, or words in quotes",
        Field::Moment | Field::Coping => "a word, or words in quotes, and 0 to 10 if you like",
        Field::Movement => "minutes",
        Field::Caffeine | Field::Alcohol => "a whole number from 0 to 50",
        _ => "a whole number from 0 to 10",
    }
}

fn named(word: &str) -> String {
    let mut shown: String = word.chars().filter(|c| !c.is_control()).take(NAMED).collect();
    if word.chars().count() > NAMED {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<CheckIn, String> {
        tokens(line).and_then(|line| parse(&line)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_line_says_all_that_can_be_asked() {
        let one = read(
            "mood 4 stress 7 sleep 6.5 caffeine 2 alcohol 0 walked 20 tension 6 fatigue 5 anxiety 3 \
             helped:refused='it's only boxes' helped:asked felt \"tired and flat\" with 'lunch with Ana' 8 \
             coped tea coped 'a walk' 7 note 'slept badly'",
        )
        .unwrap();
        assert_eq!(one.movement_minutes.unwrap().get(), 20);
        assert_eq!(one.sleep_minutes.unwrap().minutes(), 390);
        assert_eq!(one.help.len(), 2);
        assert_eq!(one.help[0].situation.as_ref().unwrap().as_str(), "it's only boxes");
        assert_eq!(one.coping[1].helped.unwrap().get(), 7);
        assert_eq!(one.coping[0].helped, None);
        assert_eq!(one.moment.unwrap().went.unwrap().get(), 8);
    }

    #[test]
    fn a_slip_is_told_by_its_place_and_what_is_taken() {
        let told = |line: &str| read(line).unwrap_err();
        assert!(told("mood 4 stres 7").starts_with("Word 3, “stres”, is not known. Taken are mood, stress"));
        assert_eq!(told("mood 11"), "Word 2: `mood` takes a whole number from 0 to 10.");
        assert_eq!(
            told("mood 4 sleep 6,5"),
            "Word 4: `sleep` takes hours from 0 to 24, such as 7, 6.5 or 6:30."
        );
        assert_eq!(
            told("helped:given"),
            "Word 1: `helped` takes offered, needed, asked, accepted or refused."
        );
        assert!(told("helped refused").contains("helped:refused"));
        assert!(told("mood").contains("nothing follows `mood`"));
        assert!(told("mood 1 mood 2").contains("there twice"));
        assert!(told("mood:4").contains("is not known"));
        assert!(told("note 'no end").contains("does not end"));
        assert!(told("coped tea 11").contains("0 to 10"));
        assert!(told("").contains("nothing in it"));
        let stray = told("mood 4 'a secret text'");
        assert!(stray.contains("Word 3") && !stray.contains("secret"), "{stray}");
        assert!(!told(&"x".repeat(999)).contains(&"x".repeat(30)));
    }

    #[test]
    fn a_line_that_the_shell_has_split_reads_alike() {
        let split = ["mood", "4", "coped", "a walk", "7", "helped:asked=the old lift"];
        let line: Vec<Token> = split.into_iter().map(Token::of_shell).collect();
        let same = read("mood 4 coped 'a walk' 7 helped:asked='the old lift'").unwrap();
        assert_eq!(parse(&line).unwrap(), same);
    }
}
