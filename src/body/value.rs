//! Values of days.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Measure;

/// Longest name of a device or an app that is kept, in characters.
const SOURCE_LIMIT: usize = 100;

/// A number that is neither infinite nor "not a number".
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, ToSchema)]
#[serde(into = "f64", try_from = "f64")]
#[schema(value_type = f64)]
pub struct Finite(f64);

/// A number that no value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not a number that can be measured. Give a plain number.")]
pub struct NotFinite;

impl Finite {
    /// The number itself.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Finite {
    type Error = NotFinite;

    fn try_from(value: f64) -> Result<Self, NotFinite> {
        // Adding zero makes −0 a plain 0.
        if value.is_finite() { Ok(Self(value + 0.0)) } else { Err(NotFinite) }
    }
}

impl From<Finite> for f64 {
    fn from(value: Finite) -> Self {
        value.0
    }
}

/// Name of the device or app that measured, as the export tells it, at most 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct SourceName(String);

impl SourceName {
    /// The name without control characters and outer spaces, cut at 100 characters.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let clean = |c: char| if c.is_control() || c.is_whitespace() { ' ' } else { c };
        let cut: String = name.trim().chars().take(SOURCE_LIMIT).map(clean).collect();
        Self(cut.trim_end().to_owned())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One measure of one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DayValue {
    /// What was measured.
    pub measure: Measure,
    /// The local day; of sleep the day of waking.
    #[schema(value_type = String, format = Date)]
    #[serde(with = "super::as_text")]
    pub day: Date,
    /// The value, in the unit of the measure.
    pub value: Finite,
    /// How many records of the export went into it.
    pub samples: u32,
    /// The device or app; where several went into it, the one that gave most.
    pub source: SourceName,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_at_a_hundred_characters_and_loses_control_characters() {
        let name = SourceName::new(&format!("  A\u{a0}Watch\n{}", "é".repeat(200)));
        assert_eq!(name.as_str().chars().count(), 100);
        assert!(name.as_str().starts_with("A Watch é"));
    }

    #[test]
    fn only_finite_numbers_are_values() {
        assert!(Finite::try_from(f64::NAN).is_err());
        assert!(serde_json::from_str::<Finite>("1e999").is_err());
        assert_eq!(serde_json::to_string(&Finite::try_from(1.5).unwrap()).unwrap(), "1.5");
    }
}
