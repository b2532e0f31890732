//! The report as JSON, after `docs/report.schema.json`, and read back from it.

use serde::{Deserialize, Serialize};

use super::{Report, ReportError};

/// What says that a file is a report.
const FORMAT: &str = "evenkeel-report";

/// Rises when a reader of the last one would misread this one.
const VERSION: u32 = 1;

/// A report in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct File<R> {
    /// Always `evenkeel-report`.
    format: String,
    /// Rises when a reader of the last one would misread this one.
    version: u32,
    /// The report.
    report: R,
}

/// The bytes of a report.
pub(super) fn make(report: &Report) -> Result<Vec<u8>, ReportError> {
    let file = File { format: FORMAT.to_owned(), version: VERSION, report };
    let mut bytes = serde_json::to_vec_pretty(&file).map_err(|_| ReportError::Made { form: "json" })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A report from its bytes. What was not chosen is dropped, whatever the file holds.
pub(super) fn read(bytes: &[u8]) -> Result<Report, ReportError> {
    let file: File<Report> = serde_json::from_slice(bytes).map_err(|_| ReportError::Read)?;
    if file.format == FORMAT && file.version == VERSION { Ok(file.report) } else { Err(ReportError::Read) }
}
