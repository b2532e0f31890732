//! What can go wrong while a report is made. Never holds what a person wrote.

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// The period ends before it begins.
    #[error("The period ends before it begins. Give the earlier day first.")]
    Period,
    /// No such time zone.
    #[error("There is no time zone of this name. Give one such as Europe/Dublin.")]
    Zone,
    /// The form could not be made.
    #[error(
        "The {form} could not be made, and nothing was written. Another form may work: page, pdf, json, csv or fhir."
    )]
    Made {
        /// The form.
        form: &'static str,
    },
    /// Not a report, or of another version.
    #[error("This file is not a report that this version can read. Make it again from the journal.")]
    Read,
}
