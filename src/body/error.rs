//! What can be wrong with an export, where, and what the person can do.

use std::fmt;
use std::io;
use std::path::PathBuf;

use serde::Serialize;
use utoipa::ToSchema;

use super::Measure;

/// Where something stands in an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Place {
    /// Name of the file, with its folders from the chosen one on.
    pub file: String,
    /// Where in it.
    pub at: At,
}

/// Where in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// A line, from 1.
    Line(u64),
    /// A record, from 1, in files that are not read by lines.
    Record(u64),
    /// The file as a whole.
    Whole,
}

impl Place {
    pub(super) fn line(file: &str, line: u64) -> Self {
        Self { file: file.to_owned(), at: At::Line(line) }
    }

    pub(super) fn record(file: &str, record: u64) -> Self {
        Self { file: file.to_owned(), at: At::Record(record) }
    }

    pub(super) fn whole(file: &str) -> Self {
        Self { file: file.to_owned(), at: At::Whole }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            At::Line(line) => write!(f, "{}, line {line}", self.file),
            At::Record(record) => write!(f, "{}, record {record}", self.file),
            At::Whole => f.write_str(&self.file),
        }
    }
}

/// What can be read, for the errors that say so.
const READABLE: &str = "What can be read: Apple Health (export.zip or export.xml), Fitbit from Google \
                        Takeout, Oura (CSV or JSON) and Garmin Connect reports (CSV)";

/// Why an export was not taken in. Nothing of it was: an import is whole or not at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// A path cannot be opened.
    #[error("{} can't be opened. Check that it is there and may be read.", path.display())]
    Open {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading stopped in the middle.
    #[error("{place} can't be read any further. Copy the file again and import the copy.")]
    Read {
        /// Where.
        place: Place,
        /// What the system said.
        source: io::Error,
    },
    /// No format is known for what is there.
    #[error("{file} is not an export that this program knows. {READABLE}.")]
    Unknown {
        /// The file or folder.
        file: String,
    },
    /// There is nothing in it.
    #[error("{file} is empty. Export again and choose the new file.")]
    Empty {
        /// The file or folder.
        file: String,
    },
    /// Files of several makers lie together.
    #[error("{file} holds exports of several makers. Import one after the other, each from its own folder.")]
    SeveralFormats {
        /// The folder or archive.
        file: String,
    },
    /// The file ends in the middle.
    #[error("{place}: the file ends in the middle. Copy or export it again and import the whole file.")]
    Cut {
        /// Where it ends.
        place: Place,
    },
    /// What stands there does not follow the format.
    #[error("{place}: {what}. Export again, and don't change the file before importing it.")]
    Broken {
        /// Where.
        place: Place,
        /// What is wrong.
        what: &'static str,
    },
    /// An XML file declares entities.
    #[error("{place}: the file declares entities, which an export never does. It was not read.")]
    Entities {
        /// Where.
        place: Place,
    },
    /// A value has a unit that its measure cannot have.
    #[error(
        "{place}: {} is given in \"{unit}\", and only {expected} can be read. Nothing was taken in. \
         Export again with the usual units.", measure.label()
    )]
    Unit {
        /// Where.
        place: Place,
        /// What was measured.
        measure: Measure,
        /// The unit found, at most 20 characters.
        unit: String,
        /// The unit that can be read.
        expected: &'static str,
    },
    /// A value is not a number.
    #[error("{place}: {} is not a number. Correct or remove the line, then import again.", measure.label())]
    NotANumber {
        /// Where.
        place: Place,
        /// What should have been measured.
        measure: Measure,
    },
    /// A date or time cannot be read.
    #[error("{place}: the date or time can't be read. Export again, and don't change the file in between.")]
    Date {
        /// Where.
        place: Place,
    },
    /// A date has no year.
    #[error("{place}: the date has no year, so its day is not known. Export again with full dates.")]
    NoYear {
        /// Where.
        place: Place,
    },
    /// Day and month cannot be told apart in the whole file.
    #[error("{place}: day and month can't be told apart. Say which comes first, then import again.")]
    AmbiguousDate {
        /// The first such date.
        place: Place,
    },
    /// A file mixes ways of writing dates or numbers.
    #[error("{place}: dates or numbers are written differently than before. Export again in one language.")]
    MixedLocale {
        /// The first that differs.
        place: Place,
    },
    /// Rows are weeks or months, not days.
    #[error("{place}: the rows are weeks or months, not days. Export a span of up to four weeks.")]
    NotDaily {
        /// Where.
        place: Place,
    },
    /// A line, a cell or an element is longer than any export writes.
    #[error("{place}: a part of the file is longer than {limit} bytes, more than any export writes.")]
    TooLong {
        /// Where.
        place: Place,
        /// The limit, in bytes.
        limit: u64,
    },
    /// Elements or lists are nested deeper than any export nests them.
    #[error("{place}: the file is nested deeper than any export is. It was not read.")]
    TooDeep {
        /// Where.
        place: Place,
    },
    /// More devices, days or records than a life can hold.
    #[error("{place}: the export holds more than can be kept. Import it in parts.")]
    TooMuch {
        /// Where.
        place: Place,
    },
    /// The bytes are not UTF-8.
    #[error("{place}: this is not text in UTF-8. Save or export it as UTF-8 and import it again.")]
    NotText {
        /// Where.
        place: Place,
    },
    /// A ZIP archive is damaged.
    #[error("{file} is damaged or not a ZIP archive. Copy or export it again.")]
    BrokenZip {
        /// The archive.
        file: String,
    },
    /// A ZIP archive holds a name that leads out of it.
    #[error("{file} holds names that lead outside of it, which no export does. It was not read.")]
    ZipName {
        /// The archive.
        file: String,
    },
    /// A ZIP archive unpacks to far more than it should.
    #[error("{file} unpacks to far more than an export does. It was not read.")]
    ZipBomb {
        /// The archive.
        file: String,
    },
}

impl BodyError {
    /// A word for programs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Read { .. } => "read",
            Self::Unknown { .. } => "unknown",
            Self::Empty { .. } => "empty",
            Self::SeveralFormats { .. } => "several_formats",
            Self::Cut { .. } => "cut",
            Self::Broken { .. } => "broken",
            Self::Entities { .. } => "entities",
            Self::Unit { .. } => "unit",
            Self::NotANumber { .. } => "not_a_number",
            Self::Date { .. } => "date",
            Self::NoYear { .. } => "no_year",
            Self::AmbiguousDate { .. } => "ambiguous_date",
            Self::MixedLocale { .. } => "mixed_locale",
            Self::NotDaily { .. } => "not_daily",
            Self::TooLong { .. } => "too_long",
            Self::TooDeep { .. } => "too_deep",
            Self::TooMuch { .. } => "too_much",
            Self::NotText { .. } => "not_text",
            Self::BrokenZip { .. } => "broken_zip",
            Self::ZipName { .. } => "zip_name",
            Self::ZipBomb { .. } => "zip_bomb",
        }
    }

    /// Where it is, if it is at one place.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Read { place, .. }
            | Self::Cut { place }
            | Self::Broken { place, .. }
            | Self::Entities { place }
            | Self::Unit { place, .. }
            | Self::NotANumber { place, .. }
            | Self::Date { place }
            | Self::NoYear { place }
            | Self::AmbiguousDate { place }
            | Self::MixedLocale { place }
            | Self::NotDaily { place }
            | Self::TooLong { place, .. }
            | Self::TooDeep { place }
            | Self::TooMuch { place }
            | Self::NotText { place } => Some(place),
            _ => None,
        }
    }

    /// The error of a wrong unit.
    pub(super) fn unit(place: Place, measure: Measure, unit: &str, expected: &'static str) -> Self {
        let unit = unit.chars().filter(|c| !c.is_control()).take(20).collect();
        Self::Unit { place, measure, unit, expected }
    }
}
