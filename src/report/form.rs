//! The forms that a report can take.

use serde::{Deserialize, Serialize};

use super::head::Head;

/// A form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A printable page that loads nothing.
    Page,
    /// A document on A4.
    Pdf,
    /// All of it, after `docs/report.schema.json`.
    Json,
    /// One long table.
    Csv,
    /// A FHIR R4 Bundle.
    Fhir,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Page, Self::Pdf, Self::Json, Self::Csv, Self::Fhir];

    /// Its name in JSON and on the command line.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Pdf => "pdf",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Fhir => "fhir",
        }
    }

    /// The form of this name.
    #[must_use]
    pub fn named(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.slug() == slug)
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Page => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Fhir => "application/fhir+json",
        }
    }

    /// A file name that tells nobody what is in the file: `notes-2026-11.pdf`, by the month in
    /// which the period ends.
    #[must_use]
    pub fn file_name(self, head: &Head) -> String {
        let day = head.period.to();
        let ending = match self {
            Self::Page => "html",
            Self::Pdf => "pdf",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Fhir => "fhir.json",
        };
        format!("notes-{:04}-{:02}.{ending}", day.year(), day.month())
    }
}
