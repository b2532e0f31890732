//! The report that a person brings to a professional: a page, a PDF, JSON, CSV or a FHIR Bundle of
//! what they chose for a period, and nothing else.
//!
//! The room is pure: it gets values and gives bytes. It knows nothing of the journal's tables, of
//! HTTP or of models. The same report always gives the same bytes.

mod base64;
mod chart;
mod error;
mod fhir;
mod form;
mod head;
mod held;
mod json;
mod page;
mod pdf;
mod preview;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod schema;
mod section;
mod story;
mod table;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use error::ReportError;
pub use form::Form;
pub use head::{Head, Period, Zone};
pub use held::{
    Against, Answered, Association, Band, Body, BodyDay, BodySeries, CheckInWeek, Checked, Cortisol,
    Direction, Entry, Feeling, HabitCount, Habits, Held, HelpCounts, Instrument, Mean, Measure, NotANumber,
    Noticed, Number, Part, Rating, RedFlag, ReliableChange, Role, Sheet, Source, Specimen, ThoughtRecord,
    Tier, Try,
};
pub use preview::{Preview, PreviewLine};
pub use section::{Chosen, Section};

/// A report. It holds what was chosen, of the days that were chosen, and nothing else:
/// [`Report::of`], and reading one back, drop the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(from = "Unpruned")]
pub struct Report {
    head: Head,
    chosen: Chosen,
    held: Held,
}

#[derive(Deserialize)]
struct Unpruned {
    head: Head,
    chosen: Chosen,
    held: Held,
}

impl From<Unpruned> for Report {
    fn from(report: Unpruned) -> Self {
        Self::of(report.head, report.chosen, report.held)
    }
}

impl Report {
    /// A report of what was chosen and lies in its period.
    #[must_use]
    pub fn of(head: Head, chosen: Chosen, held: Held) -> Self {
        let held = held.only(&chosen, &head);
        Self { head, chosen, held }
    }

    /// What stands at its head.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The sections that were chosen.
    #[must_use]
    pub const fn chosen(&self) -> &Chosen {
        &self.chosen
    }

    /// What it holds.
    #[must_use]
    pub const fn held(&self) -> &Held {
        &self.held
    }

    /// What it would hold, without making it.
    #[must_use]
    pub fn preview(&self) -> Preview {
        Preview::of(self)
    }

    /// Its bytes in a form.
    ///
    /// # Errors
    /// [`ReportError::Made`] if the form could not be made; nothing is half made.
    pub fn make(&self, form: Form) -> Result<Vec<u8>, ReportError> {
        match form {
            Form::Page => page::make(self),
            Form::Pdf => pdf::make(self),
            Form::Json => json::make(self),
            Form::Csv => table::make(self),
            Form::Fhir => fhir::make(self),
        }
    }

    /// A report from what [`Form::Json`] wrote.
    ///
    /// # Errors
    /// [`ReportError::Read`] if it is not a report of this version.
    pub fn read(json: &[u8]) -> Result<Self, ReportError> {
        json::read(json)
    }
}
