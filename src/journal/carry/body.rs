//! What was measured of the body, in the export's folder.

use std::fmt::Write as _;

use super::folder::{Table, cell, put};
use super::practice::{self, Create, Note};
use crate::body::Cortisol;
use crate::journal::kept::Kept;
use crate::journal::{BodyDay, JournalError};

pub(super) fn cortisol(kept: &Kept<Cortisol>) -> Note {
    let (name, mut text) = practice::note("cortisol", kept);
    let one = &kept.content;
    let _ = write!(text, "\n{} nmol/L in {}, {}\n", one.nmol_per_litre.get(), one.specimen.slug(), one.taken);
    (name, text)
}

/// All values of days as one table.
pub(super) fn days(days: &[BodyDay]) -> Note {
    let mut text = "| day | measure | value | unit | from | device |\n|---|---|---|---|---|---|\n".to_owned();
    for one in days {
        let device = one.source.as_str().replace('|', "/");
        let (measure, value, unit) = (one.measure.slug(), one.value.get(), one.measure.unit());
        let _ = writeln!(
            text,
            "| {} | {measure} | {value} | {unit} | {} | {device} |",
            one.day,
            one.origin.slug()
        );
    }
    ("body.md".to_owned(), text)
}

/// The tables of what was measured.
pub(super) struct Tables {
    days: Table,
    cortisol: Table,
}

impl Tables {
    pub(super) fn create(table: &Create<'_>) -> Result<Self, JournalError> {
        let days = ["measure", "day", "value", "unit", "samples", "origin", "device"];
        let cortisol = ["id", "written", "saved", "taken", "nmol_per_litre", "specimen"];
        Ok(Self { days: table("body.csv", &days)?, cortisol: table("cortisol.csv", &cortisol)? })
    }

    pub(super) fn days(&mut self, days: &[BodyDay]) -> Result<(), JournalError> {
        days.iter().try_for_each(|one| {
            let row = [
                one.measure.slug().to_owned(),
                one.day.to_string(),
                one.value.get().to_string(),
                one.measure.unit().to_owned(),
                one.samples.to_string(),
                one.origin.slug().to_owned(),
                cell(one.source.as_str()),
            ];
            put(&mut self.days, &row)
        })
    }

    pub(super) fn cortisol(&mut self, kept: &Kept<Cortisol>) -> Result<(), JournalError> {
        let one = &kept.content;
        let row = [
            kept.id.to_string(),
            kept.written.to_string(),
            kept.saved.to_string(),
            one.taken.to_string(),
            one.nmol_per_litre.get().to_string(),
            one.specimen.slug().to_owned(),
        ];
        put(&mut self.cortisol, &row)
    }

    pub(super) fn all(self) -> [Table; 2] {
        [self.days, self.cortisol]
    }
}
