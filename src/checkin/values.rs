//! Values that cannot hold what they may not. What a person wrote is never printed by `Debug`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a value was refused. Never holds what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Not a whole number on the scale.
    #[error("a whole number from 0 to {most}")]
    Scale {
        /// The most it can be.
        most: u16,
    },
    /// Not a time of sleep.
    #[error("hours from 0 to 24, such as 7, 6.5 or 6:30")]
    Hours,
    /// Nothing to be seen, too long, or with characters that can't be shown.
    #[error("one line of words, {} characters at most", Words::MOST)]
    Words,
    /// Not a way in which help came up.
    #[error("offered, needed, asked, accepted or refused")]
    Help,
}

macro_rules! scale {
    ($(#[$about:meta])* $name:ident, $most:tt) => {
        $(#[$about])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
        )]
        #[serde(try_from = "u16", into = "u16")]
        #[schema(value_type = u16, maximum = $most)]
        pub struct $name(u16);

        impl $name {
            /// The most it can be.
            pub const MOST: u16 = $most;

            /// A number on the scale.
            ///
            /// # Errors
            /// [`ValueError::Scale`] if it is not on the scale.
            pub const fn new(value: u16) -> Result<Self, ValueError> {
                if value > $most { Err(ValueError::Scale { most: $most }) } else { Ok(Self(value)) }
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> u16 {
                self.0
            }
        }

        impl TryFrom<u16> for $name {
            type Error = ValueError;

            fn try_from(value: u16) -> Result<Self, ValueError> {
                Self::new(value)
            }
        }

        impl From<$name> for u16 {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                let value = text.parse().ok().filter(|_| digits);
                value.ok_or(ValueError::Scale { most: $most }).and_then(Self::new)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

scale!(
    /// How strong something is, or how good, 0 to 10.
    Ten,
    10
);
scale!(
    /// How much distress there was, 0 (none) to 100 (the most there could be).
    Distress,
    100
);
scale!(
    /// Cups or glasses of a day.
    Drinks,
    50
);
scale!(
    /// Minutes of a day.
    Minutes,
    1440
);

/// How long somebody slept, to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct Sleep(Minutes);

impl Sleep {
    /// Minutes of it.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.0.get()
    }
}

impl FromStr for Sleep {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let number = |digits: &str| -> Result<u16, ValueError> {
            let fits = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            if fits { digits.parse().map_err(|_| ValueError::Hours) } else { Err(ValueError::Hours) }
        };
        let minutes = if let Some((hours, minutes)) = text.split_once(':') {
            let rest = number(minutes)?;
            if minutes.len() != 2 || rest > 59 {
                return Err(ValueError::Hours);
            }
            number(hours)? * 60 + rest
        } else if let Some((hours, part)) = text.split_once('.') {
            let hundredths = number(part)? * if part.len() == 1 { 10 } else { 1 };
            // To the nearest minute.
            number(hours)? * 60 + (hundredths * 60 + 50) / 100
        } else {
            number(text)? * 60
        };
        Minutes::new(minutes).map(Self).map_err(|_| ValueError::Hours)
    }
}

impl fmt::Display for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:02}", self.minutes() / 60, self.minutes() % 60)
    }
}

/// A line of a person's words, without space at its ends.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 2000)]
pub struct Words(String);

impl Words {
    /// Characters of it at most.
    pub const MOST: usize = 2_000;

    /// Checks a line.
    ///
    /// # Errors
    /// [`ValueError::Words`] if there is nothing in it, too much, or what can't be shown.
    pub fn new(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        let hidden =
            |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if text.is_empty() || text.chars().count() > Self::MOST || text.contains(hidden) {
            return Err(ValueError::Words);
        }
        Ok(Self(text.to_owned()))
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Words {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        Self::new(&text)
    }
}

impl FromStr for Words {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::new(text)
    }
}

impl From<Words> for String {
    fn from(words: Words) -> Self {
        words.0
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({} bytes)", self.0.len())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_number_off_its_scale_cannot_be_built() {
        assert_eq!("10".parse::<Ten>().unwrap().get(), 10);
        for bad in ["11", "-1", "+4", "4.5", "", "four", "99999999999"] {
            assert_eq!(bad.parse::<Ten>(), Err(ValueError::Scale { most: 10 }), "{bad}");
        }
        assert!(serde_json::from_str::<Distress>("101").is_err());
        assert!(serde_json::from_str::<Sleep>("1441").is_err());
    }

    #[test]
    fn sleep_is_hours_typed_three_ways() {
        for (typed, minutes) in
            [("7", 420), ("6.5", 390), ("6:30", 390), ("7.25", 435), ("0", 0), ("24", 1440)]
        {
            assert_eq!(typed.parse::<Sleep>().unwrap().minutes(), minutes, "{typed}");
        }
        for bad in ["25", "24.1", "6:5", "6:60", "6.", ".5", "6,5", "6.555", "-1", ""] {
            assert_eq!(bad.parse::<Sleep>(), Err(ValueError::Hours), "{bad}");
        }
        assert_eq!("6.5".parse::<Sleep>().unwrap().to_string(), "6:30");
    }

    #[test]
    fn words_are_one_line_and_never_shown_by_debug() {
        assert_eq!(Words::new("  a walk ").unwrap().as_str(), "a walk");
        for bad in ["", "  ", "a\nb", "a\u{1b}[2J", "\u{202e}a", &"x".repeat(2_001)] {
            assert_eq!(Words::new(bad), Err(ValueError::Words));
        }
        assert_eq!(format!("{:?}", Words::new("secret").unwrap()), "Words(6 bytes)");
    }
}
