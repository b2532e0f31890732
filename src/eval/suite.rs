//! Suite files: what is measured, on which texts, and what must hold.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::EvalError;
use crate::corpus::Split;

/// What a suite measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Which distortions are named, against the labels of our own thoughts.
    Recognition,
    /// How far the probabilities of distortions can be taken at their word.
    Calibration,
    /// Which reframes are offered, against what readers made of the lines of the bank.
    Reframing,
    /// Which level and flags are found, against the labels of our own crisis texts.
    Screening,
    /// What the whole path answers, against what each item expects.
    Path,
    /// How the guide of the parts dialogue reads our own moments, and what it says.
    Parts,
}

/// Something that must hold of a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The figure's name.
    pub metric: String,
    /// It must not be lower.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// It must not be higher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// Whether it is judged only in runs with the model.
    #[serde(default)]
    pub needs_model: bool,
}

impl Gate {
    /// Whether a value passes.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        // A hair of rounding is no regression.
        const HAIR: f64 = 1e-9;
        self.at_least.is_none_or(|least| value >= least - HAIR)
            && self.at_most.is_none_or(|most| value <= most + HAIR)
    }
}

/// A suite as its TOML file describes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// Its name, in reports.
    pub name: String,
    /// What it measures.
    pub kind: Kind,
    /// The corpus folder, or the file of items; relative to the suite file.
    pub items: PathBuf,
    /// Which part of the corpus; a suite of kind `path` has none.
    #[serde(default)]
    pub split: Option<Split>,
    /// Labels of a second reader for some of the items, relative to the suite file.
    #[serde(default)]
    pub second: Option<PathBuf>,
    /// The figures at the head of the report, in this order.
    pub metrics: Vec<String>,
    /// What must hold.
    #[serde(default)]
    pub gates: Vec<Gate>,
    /// Where the suite file stands.
    #[serde(skip)]
    folder: PathBuf,
}

/// The split file, beside the suite file.
const SPLIT: &str = "split.json";

impl Suite {
    /// Reads a suite file.
    ///
    /// # Errors
    /// [`EvalError::Open`] or [`EvalError::Suite`].
    pub fn read(path: &Path) -> Result<Self, EvalError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| EvalError::Open { path: path.to_owned(), source })?;
        let mut suite: Self = toml::from_str(&text)
            .map_err(|source| EvalError::Suite { path: path.to_owned(), source: Box::new(source) })?;
        path.parent().unwrap_or(Path::new("")).clone_into(&mut suite.folder);
        Ok(suite)
    }

    /// Where the items stand.
    #[must_use]
    pub fn items_path(&self) -> PathBuf {
        self.folder.join(&self.items)
    }

    /// Where a second reader's labels stand, if there are any.
    #[must_use]
    pub fn second_path(&self) -> Option<PathBuf> {
        self.second.as_ref().map(|second| self.folder.join(second))
    }

    /// Where the split stands.
    #[must_use]
    pub fn split_path(&self) -> PathBuf {
        self.folder.join(SPLIT)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_suite_is_read_and_its_paths_stand_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("s.toml");
        let text = "name = \"s\"\nkind = \"screening\"\nitems = \"corpus\"\nsplit = \"dev\"\nmetrics = [\"a\"]\n[[gates]]\nmetric = \"a\"\nat_least = 0.5\n";
        std::fs::write(&file, text).unwrap();
        let suite = Suite::read(&file).unwrap();
        assert_eq!((suite.kind, suite.split), (Kind::Screening, Some(Split::Dev)));
        assert_eq!(suite.items_path(), folder.path().join("corpus"));
        assert!(suite.gates[0].holds(0.5) && !suite.gates[0].holds(0.49));

        std::fs::write(&file, text.replace("kind", "sort")).unwrap();
        assert!(Suite::read(&file).unwrap_err().to_string().contains("s.toml"));
    }
}
