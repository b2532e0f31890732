//! Cortisol, typed in from a laboratory's letter.

use std::ops::RangeInclusive;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Finite;
use super::number::{Habit, split_unit};

/// nmol/L in 1 µg/dL: cortisol has 362.46 g/mol, so 10 µg/L ÷ 362.46 g/mol = 27.59 nmol/L.
const NMOL_PER_UG_DL: f64 = 27.59;

/// What was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Specimen {
    /// Saliva: free cortisol, a small part of that in blood.
    Saliva,
    /// Blood: serum or plasma, total cortisol.
    Blood,
}

impl Specimen {
    /// Its word in JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Saliva => "saliva",
            Self::Blood => "blood",
        }
    }

    /// What can be true of it, in nmol/L; wide bounds against slips, not of health.
    #[must_use]
    pub fn plausible(self) -> RangeInclusive<f64> {
        match self {
            Self::Saliva => 0.1..=150.0,
            Self::Blood => 3.0..=3000.0,
        }
    }
}

/// One cortisol value with its time of day, without which it says little.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cortisol {
    /// The value, in nmol/L.
    pub nmol_per_litre: Finite,
    /// What was tested.
    pub specimen: Specimen,
    /// When it was taken, in local time.
    #[schema(value_type = String, example = "2026-03-01T07:30:00")]
    pub taken: DateTime,
}

/// What is wrong with a typed cortisol value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CortisolError {
    /// There is no number.
    #[error("The number can't be read. Write it as in \"12.3 nmol/L\".")]
    Number,
    /// The unit is missing or another.
    #[error("The unit is missing or not known. Write nmol/L or µg/dL, as the laboratory did.")]
    Unit,
    /// No person has that much or that little.
    #[error("That is outside of what a sample can hold. Check the number and the unit.")]
    Implausible,
}

impl Cortisol {
    /// Reads a value such as "12.3 nmol/L" or "0,45 µg/dL".
    ///
    /// # Errors
    /// If number or unit cannot be read, or the value cannot be true of the specimen.
    pub fn parse(amount: &str, specimen: Specimen, taken: DateTime) -> Result<Self, CortisolError> {
        let (number, unit) = split_unit(amount);
        let number = Habit::default().number(number, false).map_err(|_| CortisolError::Number)?;
        let unit: String = unit.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        let value = match unit.as_str() {
            "nmol/l" => number,
            // The micro sign and the Greek letter are two characters that look alike.
            "µg/dl" | "\u{3bc}g/dl" | "ug/dl" | "mcg/dl" => number * NMOL_PER_UG_DL,
            _ => return Err(CortisolError::Unit),
        };
        if !specimen.plausible().contains(&value) {
            return Err(CortisolError::Implausible);
        }
        let nmol_per_litre = Finite::try_from(value).map_err(|_| CortisolError::Number)?;
        Ok(Self { nmol_per_litre, specimen, taken })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(amount: &str, specimen: Specimen) -> Result<f64, CortisolError> {
        Cortisol::parse(amount, specimen, DateTime::constant(2026, 3, 1, 7, 30, 0, 0))
            .map(|c| c.nmol_per_litre.get())
    }

    #[test]
    fn both_units_are_read_and_kept_as_nmol() {
        assert_eq!(parse("12.3 nmol/L", Specimen::Saliva), Ok(12.3));
        assert_eq!(parse("12,3nmol/l", Specimen::Saliva), Ok(12.3));
        for unit in ["µg/dL", "μg/dl", "ug/dL"] {
            let value = parse(&format!("10 {unit}"), Specimen::Blood).unwrap();
            assert!((value - 275.9).abs() < 1e-9, "{unit}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert_eq!(parse("12.3", Specimen::Saliva), Err(CortisolError::Unit));
        assert_eq!(parse("12.3 ng/mL", Specimen::Saliva), Err(CortisolError::Unit));
        assert_eq!(parse("nmol/L", Specimen::Saliva), Err(CortisolError::Number));
        assert_eq!(parse("400 nmol/L", Specimen::Saliva), Err(CortisolError::Implausible));
        assert_eq!(parse("-4 nmol/L", Specimen::Blood), Err(CortisolError::Implausible));
    }
}
