//! What is written of each entry of an archive, and how it is read back when a run goes on.

use serde::Deserialize;
use serde_json::Value;

use crate::archive::{Fault, Place};
use crate::assistant::ScreeningBody;
use crate::crisis::Level;

/// Between the words that led to a level, in a table.
const BETWEEN: &str = " | ";

/// The answer to one entry.
pub(super) struct Record {
    /// Its id as given; `null` where it could not be read.
    pub(super) id: Value,
    pub(super) place: Place,
    pub(super) outcome: Result<Screened, Fault>,
}

pub(super) struct Screened {
    pub(super) body: ScreeningBody,
    /// The words in which rules saw something; none where no format shows them.
    pub(super) words: Vec<String>,
}

/// Columns of a table.
pub(super) const COLUMNS: [&str; 11] =
    ["id", "file", "line", "level", "tier", "escalate", "probability", "coverage", "flags", "words", "error"];

impl Record {
    /// One line of JSON, as `screen --jsonl` has it, with the place beside.
    pub(super) fn json(&self) -> serde_json::Result<Vec<u8>> {
        let mut value = match &self.outcome {
            Ok(screened) => serde_json::to_value(&screened.body)?,
            Err(fault) => serde_json::json!({ "error": fault }),
        };
        if let Some(object) = value.as_object_mut() {
            object.insert("id".into(), self.id.clone());
            object.insert("source".into(), serde_json::to_value(&self.place)?);
        }
        let mut line = serde_json::to_vec(&value)?;
        line.push(b'\n');
        Ok(line)
    }

    /// One row of a table. A row is a line: line breaks within a cell become spaces.
    pub(super) fn row(&self) -> Vec<String> {
        let place = [cell(&self.id_as_text()), cell(&self.place.file), self.place.line.to_string()];
        let rest: [String; COLUMNS.len() - 3] = match &self.outcome {
            Ok(Screened { body, words }) => {
                let risk = &body.risk;
                let grave = 1.0 - risk.probabilities.none - risk.probabilities.distress;
                let flags: Vec<&str> = risk.flags.iter().map(|f| f.flag.slug()).collect();
                [
                    risk.level.slug().to_owned(),
                    risk.tier.slug().to_owned(),
                    body.escalate.to_string(),
                    format!("{:.3}", grave.max(0.0)),
                    risk.coverage.slug().to_owned(),
                    flags.join(" "),
                    cell(&words.join(BETWEEN)),
                    String::new(),
                ]
            }
            Err(fault) => {
                let mut rest = <[String; COLUMNS.len() - 3]>::default();
                rest[7] = cell(&format!("{}: {}", fault.kind, fault.message));
                rest
            }
        };
        place.into_iter().chain(rest).collect()
    }

    /// The id as people read it; nothing where there is none.
    pub(super) fn id_as_text(&self) -> String {
        match &self.id {
            Value::Null => String::new(),
            Value::String(id) => id.clone(),
            other => other.to_string(),
        }
    }

    /// The level, if it could be read.
    pub(super) fn level(&self) -> Option<Level> {
        self.outcome.as_ref().ok().map(|screened| screened.body.risk.level)
    }
}

/// A cell that stays on one line and that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.starts_with(['=', '+', '-', '@']) { format!("'{line}") } else { line }
}

/// What an earlier run wrote of an entry, as far as it is needed to go on.
#[derive(Debug, PartialEq)]
pub(super) struct Written {
    pub(super) place: Place,
    /// `None` where the entry could not be read.
    pub(super) level: Option<Level>,
}

impl Written {
    /// Reads a line of JSON back.
    pub(super) fn from_json(line: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Line {
            source: Place,
            risk: Option<Part>,
        }
        #[derive(Deserialize)]
        struct Part {
            level: Level,
        }
        let line: Line = serde_json::from_slice(line).ok()?;
        Some(Self { place: line.source, level: line.risk.map(|risk| risk.level) })
    }

    /// Reads a row back.
    pub(super) fn from_row(line: &[u8]) -> Option<Self> {
        let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
        let row = rows.records().next()?.ok()?;
        let file = row.get(1)?;
        let level = row.get(3)?;
        Some(Self {
            place: Place { file: file.to_owned(), line: row.get(2)?.parse().ok()? },
            level: Level::ALL.into_iter().find(|l| l.slug() == level),
        })
    }

    /// Whether this is what would be written of an entry at this place.
    pub(super) fn is_of(&self, place: &Place) -> bool {
        self.place.line == place.line
            && (self.place.file == place.file || self.place.file == cell(&place.file))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    fn faulty(file: &str) -> Record {
        let fault = Fault { kind: "not_utf8", message: "A cell\nis not.".to_owned() };
        Record { id: Value::from(7), place: Place { file: file.to_owned(), line: 3 }, outcome: Err(fault) }
    }

    #[test]
    fn what_was_written_is_read_back() {
        let record = faulty("=a/b.csv");
        let json = Written::from_json(&record.json().unwrap()).unwrap();
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(record.row()).unwrap();
        let row = Written::from_row(&table.into_inner().unwrap()).unwrap();
        for written in [json, row] {
            assert!(written.is_of(&record.place));
            assert!(!written.is_of(&Place { line: 4, ..record.place.clone() }));
            assert_eq!(written.level, None);
        }
    }

    #[test]
    fn a_cell_is_one_line_and_no_formula() {
        assert_eq!(faulty("a").row()[10], "not_utf8: A cell is not.");
        assert_eq!(cell("=1+1"), "'=1+1");
    }
}
