//! The pieces that a told report is made of. The page and the PDF set the same pieces.

use jiff::civil::Date;
use serde::Serialize;

/// A piece.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Block {
    /// A heading. Its level is how it looks: 0 the title, 1 a section, 2 and 3 within. Its rank is
    /// where it stands, from 1, never more than one below the heading before it.
    Heading { level: u8, rank: u8, text: String },
    /// The program's words.
    Says { text: String },
    /// The program's smaller words: sources, rules.
    Aside { text: String },
    /// The person's words, unchanged.
    Own { label: Option<String>, text: String },
    /// Names and values.
    Facts { rows: Vec<(String, String)> },
    /// A table.
    Table(Table),
    /// A chart.
    Chart(Chart),
    /// What stands inside; the PDF adds pages.
    Contents { rows: Vec<(String, String)> },
    /// The first page ends here.
    EndOfSummary,
}

/// A table. Cells are the program's words, or short.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Column {
    pub(crate) title: String,
    /// Its share of the width; shares add up to what they will.
    pub(crate) share: f32,
    /// Whether it holds numbers, which stand to the right.
    pub(crate) number: bool,
}

impl Column {
    pub(crate) fn words(title: &str, share: f32) -> Self {
        Self { title: title.to_owned(), share, number: false }
    }

    pub(crate) fn number(title: &str, share: f32) -> Self {
        Self { title: title.to_owned(), share, number: true }
    }
}

/// A chart: one idea, labelled directly.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Chart {
    /// What it shows, for those who can't see it.
    pub(crate) alt: String,
    pub(crate) from: Date,
    pub(crate) to: Date,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) unit: String,
    pub(crate) lines: Vec<Line>,
    /// Values at which a band begins, with its name.
    pub(crate) bands: Vec<(f64, String)>,
}

/// A line of a chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<(Date, f64)>,
    pub(crate) stroke: Stroke,
}

/// How a line is told apart; never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stroke {
    /// A line with a dot at each value.
    Marked,
    /// A line.
    Plain,
    /// A dashed line.
    Dashed,
    /// Dots alone.
    Dots,
}
