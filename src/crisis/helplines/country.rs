//! A country by its two letters.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Text that should name a country and does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A country is given by two letters, such as IE or NZ. Check the code and try again.")]
pub struct CountryCodeError;

/// A country by its ISO 3166-1 alpha-2 code: two ASCII letters, upper case.
/// It need not be a country that exists or is listed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "IE")]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// No country was named: `ZZ`, which ISO 3166 leaves to its users.
    pub const UNKNOWN: Self = Self(*b"ZZ");

    /// The country that somebody named, or [`CountryCode::UNKNOWN`] if they named none.
    ///
    /// # Errors
    /// [`CountryCodeError`] if what they named is no country.
    pub fn named(text: Option<&str>) -> Result<Self, CountryCodeError> {
        text.map_or(Ok(Self::UNKNOWN), str::parse)
    }
}

impl FromStr for CountryCode {
    type Err = CountryCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(CountryCodeError),
        }
    }
}

impl TryFrom<String> for CountryCode {
    type Error = CountryCodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CountryCode> for String {
    fn from(code: CountryCode) -> Self {
        code.to_string()
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", char::from(self.0[0]), char::from(self.0[1]))
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CountryCode({self})")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_country_code_is_two_letters_and_upper_case() {
        assert_eq!("ie".parse::<CountryCode>().unwrap().to_string(), "IE");
        for wrong in ["", "I", "IRL", "1E", "é", "ié"] {
            assert_eq!(wrong.parse::<CountryCode>(), Err(CountryCodeError), "{wrong}");
        }
        let code: CountryCode = serde_json::from_str("\"nz\"").unwrap();
        assert_eq!(serde_json::to_value(code).unwrap(), "NZ");
    }

    proptest! {
        #[test]
        fn reading_a_country_never_fails_badly(text in "\\PC{0,4}") {
            if let Ok(code) = text.parse::<CountryCode>() {
                prop_assert_eq!(code.to_string(), text.trim().to_ascii_uppercase());
            }
        }
    }
}
