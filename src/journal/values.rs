//! Values that cannot hold what they may not: texts within their length, numbers within their
//! scale, tags in one spelling, ids. What a person wrote is never printed by `Debug`.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

use super::time::Stamp;

/// Why a value was refused. Never holds what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Nothing was written.
    #[error("There is no text to keep. Write a word or two and try again.")]
    Blank,
    /// A text is longer than may be kept in one piece.
    #[error("The text has {length} characters; {limit} are kept in one piece. Split it up.")]
    TooLong {
        /// Characters it has.
        length: usize,
        /// Characters it may have.
        limit: usize,
    },
    /// A number is not on its scale.
    #[error("{what} can be {least} to {most}.")]
    OutOfRange {
        /// What the number tells.
        what: &'static str,
        /// The least it can be.
        least: u8,
        /// The most it can be.
        most: u8,
    },
    /// Not a tag.
    #[error("A tag is one line of up to 64 characters, without a comma.")]
    Tag,
    /// Not a key for a creation.
    #[error("A key is 1 to 128 visible ASCII characters, without spaces.")]
    Key,
    /// Not an id.
    #[error("That is no id. `evenkeel journal list` shows them.")]
    Id,
}

/// Numbers on a scale.
macro_rules! scale {
    ($(#[$about:meta])* $name:ident, $what:literal, $most:literal) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(try_from = "u8", into = "u8")]
        #[schema(value_type = u8)]
        pub struct $name(u8);

        impl $name {
            /// The most it can be.
            pub const MOST: u8 = $most;

            /// A number on the scale.
            ///
            /// # Errors
            /// [`ValueError::OutOfRange`] if it is not on the scale.
            pub const fn new(value: u8) -> Result<Self, ValueError> {
                if value > $most {
                    return Err(ValueError::OutOfRange { what: $what, least: 0, most: $most });
                }
                Ok(Self(value))
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> u8 {
                self.0
            }
        }

        impl TryFrom<u8> for $name {
            type Error = ValueError;

            fn try_from(value: u8) -> Result<Self, ValueError> {
                Self::new(value)
            }
        }

        impl From<$name> for u8 {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                let value = text.trim().parse();
                value.map_err(|_| ValueError::OutOfRange { what: $what, least: 0, most: $most }).and_then(Self::new)
            }
        }
    };
}

scale!(
    /// How strongly something is believed or felt, 0 (not at all) to 100 (wholly).
    Percent,
    "A belief or a feeling",
    100
);
scale!(
    /// How the day was, 0 (the worst) to 10 (the best).
    Mood,
    "A mood",
    10
);

/// Texts that are kept exactly as written, up to a length.
macro_rules! text {
    ($(#[$about:meta])* $name:ident, $most:literal) => {
        $(#[$about])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String)]
        pub struct $name(String);

        impl $name {
            /// Unicode scalar values it may have.
            pub const MOST: usize = $most;

            /// Keeps a text as it is.
            ///
            /// # Errors
            /// [`ValueError`] if it is blank or too long.
            pub fn new(text: impl Into<String>) -> Result<Self, ValueError> {
                let text = text.into();
                if text.trim().is_empty() {
                    return Err(ValueError::Blank);
                }
                // Counting is only worth it where bytes do not settle it.
                if text.len() > $most {
                    let length = text.chars().count();
                    if length > $most {
                        return Err(ValueError::TooLong { length, limit: $most });
                    }
                }
                Ok(Self(text))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = ValueError;

            fn try_from(text: String) -> Result<Self, ValueError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }
    };
}

text!(
    /// The text of an entry: as much as can be screened, 10 million characters.
    EntryText,
    10_000_000
);
text!(
    /// A line of a thought record: a situation, a thought, a piece of evidence. 20,000
    /// characters, as much as can be reframed.
    Line,
    20_000
);

/// A word to find entries by, in one spelling: NFC, lower case, without space at its ends.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, max_length = 64)]
pub struct Tag(String);

impl Tag {
    /// A tag in its one spelling.
    ///
    /// # Errors
    /// [`ValueError::Tag`] if it is empty, longer than 64 characters, or has a comma or a line
    /// break.
    pub fn new(text: &str) -> Result<Self, ValueError> {
        let tag: String = text.trim().trim_start_matches('#').to_lowercase().nfc().collect();
        let fits = (1..=64).contains(&tag.chars().count());
        if !fits || tag.trim() != tag || tag.contains(|c: char| c == ',' || c.is_control()) {
            return Err(ValueError::Tag);
        }
        Ok(Self(tag))
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Tag {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        Self::new(&text)
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> Self {
        tag.0
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({} bytes)", self.0.len())
    }
}

/// The name of an entry or a thought record, for good: a UUID of version 7 where we made it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct Id(Uuid);

impl Id {
    /// A new id for something that is written now. Those of one millisecond come in the order in
    /// which they were asked for, since lists go by time and then by id: what follows the time is
    /// a number that begins at random with the program and only rises, by random steps (RFC 9562,
    /// section 6.2, method 2). So none comes twice either, not even after the clock went back.
    #[must_use]
    pub fn new(now: Stamp) -> Self {
        static RISING: Mutex<Option<u128>> = Mutex::new(None);
        let ms = u128::try_from(now.ms()).unwrap_or(0);
        let random = Uuid::new_v4().as_u128();
        let tail = {
            let mut last = RISING.lock().unwrap_or_else(PoisonError::into_inner);
            let next = last.map_or(random >> 56, |last| last + 1 + (random >> 96));
            *last.insert(next)
        };
        let bits = ms << 80 | (tail >> 62) << 64 | tail & ((1 << 62) - 1);
        let id = uuid::Builder::from_u128(bits).with_version(uuid::Version::SortRand);
        Self(id.with_variant(uuid::Variant::RFC4122).into_uuid())
    }

    /// The name of what was written elsewhere, made of its content: a UUID of version 8.
    pub(super) fn of_content(content: [u8; 16]) -> Self {
        Self(uuid::Builder::from_custom_bytes(content).into_uuid())
    }

    pub(super) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    pub(super) const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for Id {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Uuid::try_parse(text).map(Self).map_err(|_| ValueError::Id)
    }
}

impl TryFrom<String> for Id {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        text.parse()
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_number_off_its_scale_cannot_be_built() {
        assert_eq!(Percent::new(100).unwrap().get(), 100);
        assert!(Percent::new(101).is_err());
        assert!(Mood::new(11).is_err());
        assert!("-1".parse::<Percent>().is_err());
        assert!(serde_json::from_str::<Percent>("101").is_err());
        assert!(serde_json::from_str::<Percent>("50.5").is_err());
        assert!(serde_json::from_str::<Percent>("\"50\"").is_err());
    }

    #[test]
    fn texts_are_kept_as_they_are_or_refused() {
        let strange = "a\0b \u{202e}\u{1f9d1}\u{200d}\u{1f680}\r\n";
        assert_eq!(EntryText::new(strange).unwrap().as_str(), strange);
        assert_eq!(EntryText::new(" \n"), Err(ValueError::Blank));
        assert!(Line::new("ä".repeat(20_000)).is_ok());
        assert_eq!(Line::new("x".repeat(20_001)), Err(ValueError::TooLong { length: 20_001, limit: 20_000 }));
    }

    #[test]
    fn a_tag_has_one_spelling() {
        assert_eq!(Tag::new(" #Work "), Tag::new("work"));
        assert_eq!(Tag::new("e\u{301}te").unwrap(), Tag::new("\u{e9}te").unwrap());
        for bad in ["", "#", "a,b", "a\nb", &"x".repeat(65)] {
            assert_eq!(Tag::new(bad), Err(ValueError::Tag));
        }
    }

    #[test]
    fn debug_never_shows_what_was_written() {
        assert_eq!(
            format!("{:?} {:?}", Line::new("secret").unwrap(), Tag::new("secret").unwrap()),
            "Line(6 bytes) Tag(6 bytes)"
        );
    }

    #[test]
    fn ids_of_one_millisecond_are_in_the_order_in_which_they_were_made() {
        let (now, other) =
            (Stamp::new(1_801_234_567_891, 0).unwrap(), Stamp::new(253_402_300_799_999, 0).unwrap());
        let ids: Vec<Id> = (0..10_000).map(|_| (Id::new(now), Id::new(other)).0).collect();
        assert!(ids.is_sorted_by(|one, next| one < next));
        assert!(ids.iter().all(|id| id.0.get_variant() == uuid::Variant::RFC4122));
        let time = ids[9_999].0.get_timestamp().map(|time| time.to_unix());
        assert_eq!(time, Some((1_801_234_567, 891_000_000)));
    }

    #[test]
    fn ids_are_of_version_7_and_never_come_twice_even_if_the_clock_goes_back() {
        let now = Stamp::new(1_800_000_000_000, 60).unwrap();
        let ids: std::collections::BTreeSet<Id> = (0..10_000).map(|_| Id::new(now)).collect();
        assert_eq!(ids.len(), 10_000);
        let id = Id::new(Stamp::new(-5, 0).unwrap());
        assert_eq!(id.0.get_version_num(), 7);
        assert_eq!(id.to_string().parse(), Ok(id));
    }
}
