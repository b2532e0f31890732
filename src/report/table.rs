//! The report as one long table: date, kind, name, value, unit, detail.
//!
//! A cell that a spreadsheet would run as a formula gets an apostrophe before it
//! (<https://owasp.org/www-community/attacks/CSV_Injection>): it begins with `=`, `+`, `-`, `@`, a
//! tab or a line end, whatever spaces stand before. Plain numbers stay numbers.

use csv::{Terminator, WriterBuilder};
use jiff::Timestamp;

use super::{Report, ReportError, Role};

const FAILED: ReportError = ReportError::Made { form: "csv" };

/// The columns.
pub(super) const COLUMNS: [&str; 6] = ["date", "kind", "name", "value", "unit", "detail"];

/// A row.
#[derive(Default)]
struct Row {
    date: String,
    kind: &'static str,
    name: String,
    value: String,
    unit: &'static str,
    detail: String,
}

impl Row {
    fn cells(&self) -> [String; 6] {
        [&self.date, self.kind, &self.name, &self.value, self.unit, &self.detail].map(neutral)
    }
}

/// The bytes of a report.
pub(super) fn make(report: &Report) -> Result<Vec<u8>, ReportError> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(|_| FAILED)?;
    for row in rows(report) {
        writer.write_record(row.cells()).map_err(|_| FAILED)?;
    }
    writer.into_inner().map_err(|_| FAILED)
}

/// A cell that no spreadsheet runs.
fn neutral(cell: &str) -> String {
    let cell = cell.replace('\0', "");
    let first = cell.trim_start_matches(' ').chars().next();
    // The last four are the wide forms of the first four.
    let runs = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
    );
    if runs && cell.parse::<f64>().is_err() { format!("'{cell}") } else { cell }
}

fn rows(report: &Report) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(note) = &report.held().note {
        rows.push(Row { kind: "note", detail: note.clone(), ..Row::default() });
    }
    questionnaires(report, &mut rows);
    tracked(report, &mut rows);
    practice(report, &mut rows);
    body(report, &mut rows);
    thought_records(report, &mut rows);
    words(report, &mut rows);
    rows
}

/// A moment by the person's clock.
fn clock(report: &Report, at: Timestamp) -> String {
    report.head().zone.clock(at).datetime().to_string()
}

/// A value, or nothing.
fn or_nothing(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn questionnaires(report: &Report, rows: &mut Vec<Row>) {
    for instrument in &report.held().questionnaires {
        for sheet in &instrument.sheets {
            let date = clock(report, sheet.at);
            rows.push(Row {
                date: date.clone(),
                kind: "questionnaire_total",
                name: instrument.id.clone(),
                value: or_nothing(sheet.total),
                unit: "points",
                detail: sheet.band.clone().unwrap_or_default(),
            });
            rows.extend(sheet.answers.iter().map(|answer| Row {
                date: date.clone(),
                kind: "questionnaire_answer",
                name: format!("{}:{}", instrument.id, answer.item),
                value: or_nothing(answer.value),
                unit: "points",
                detail: answer.answer.clone().unwrap_or_else(|| "left out".to_owned()),
            }));
        }
    }
}

fn tracked(report: &Report, rows: &mut Vec<Row>) {
    let held = report.held();
    rows.extend(held.red_flags.iter().map(|flag| Row {
        date: flag.on.to_string(),
        kind: "red_flag",
        name: flag.noticed.slug().to_owned(),
        detail: flag.tier.slug().to_owned(),
        ..Row::default()
    }));
    for week in &held.check_ins {
        let row = |name: &str, value: String, unit: &'static str, detail: String| Row {
            date: week.monday.to_string(),
            kind: "check_in_week",
            name: name.to_owned(),
            value,
            unit,
            detail,
        };
        rows.push(row("check_ins", week.check_ins.to_string(), "check-ins", String::new()));
        rows.extend(week.means.iter().map(|mean| {
            row(mean.of.slug(), mean.mean.get().to_string(), mean.of.unit(), format!("mean of {}", mean.n))
        }));
        let help = week.help;
        let counts = [
            ("help_offered", help.offered),
            ("help_needed", help.needed),
            ("help_asked", help.asked),
            ("help_accepted", help.accepted),
            ("help_refused", help.refused),
        ];
        let counts = counts.into_iter().filter(|(_, n)| *n > 0);
        rows.extend(counts.map(|(name, n)| row(name, n.to_string(), "times", String::new())));
    }
    rows.extend(held.habits_of_thought.counts.iter().map(|habit| Row {
        kind: "habit_of_thought",
        name: habit.id.clone(),
        value: habit.entries.to_string(),
        unit: "entries",
        detail: format!("{}; of {}", habit.name, held.habits_of_thought.entries),
        ..Row::default()
    }));
    rows.extend(held.associations.iter().map(|found| Row {
        kind: "association",
        value: found.days.to_string(),
        unit: "days",
        detail: found.says.clone(),
        ..Row::default()
    }));
}

fn practice(report: &Report, rows: &mut Vec<Row>) {
    for done in &report.held().practice {
        let date = clock(report, done.at);
        rows.push(Row {
            date: date.clone(),
            kind: "practice",
            name: format!("rung {}", done.level),
            value: or_nothing(done.distress),
            unit: "distress 0-100",
            detail: done.step.clone().unwrap_or_default(),
        });
        let said = [
            ("against", done.against.map(|against| against.slug().to_owned())),
            ("predicted", done.predicted.clone()),
            ("happened", done.happened.clone()),
        ];
        rows.extend(said.into_iter().filter_map(|(name, detail)| {
            Some(Row {
                date: date.clone(),
                kind: "practice",
                name: name.to_owned(),
                detail: detail?,
                ..Row::default()
            })
        }));
    }
}

fn body(report: &Report, rows: &mut Vec<Row>) {
    for series in &report.held().body.series {
        rows.extend(series.days.iter().map(|day| Row {
            date: day.day.to_string(),
            kind: "body",
            name: series.measure.slug().to_owned(),
            value: day.value.get().to_string(),
            unit: series.measure.unit(),
            detail: day.source.clone().unwrap_or_default(),
        }));
    }
    rows.extend(report.held().body.cortisol.iter().map(|value| Row {
        date: clock(report, value.at),
        kind: "body",
        name: "cortisol".to_owned(),
        value: value.value.get().to_string(),
        unit: "nmol/L",
        detail: value.specimen.slug().to_owned(),
    }));
}

fn thought_records(report: &Report, rows: &mut Vec<Row>) {
    for record in &report.held().thought_records {
        let row = |name: &str| Row {
            date: clock(report, record.at),
            kind: "thought_record",
            name: name.to_owned(),
            ..Row::default()
        };
        let habits = (!record.habits.is_empty()).then(|| record.habits.join(", "));
        let said = [
            ("situation", record.situation.clone()),
            ("thought", Some(record.thought.clone())),
            ("balanced", record.balanced.clone()),
            ("habits_of_thought", habits),
        ];
        rows.extend(said.into_iter().filter_map(|(name, detail)| Some(Row { detail: detail?, ..row(name) })));
        let feelings = record.feelings.iter().map(|feeling| (feeling.name.as_str(), feeling.rating));
        for (name, rating) in record.belief.map(|belief| ("belief", belief)).into_iter().chain(feelings) {
            let rated = |value: u8, when: &str| Row {
                value: value.to_string(),
                unit: "0-100",
                detail: when.to_owned(),
                ..row(name)
            };
            rows.push(rated(rating.before, "before"));
            rows.extend(rating.after.map(|after| rated(after, "after")));
        }
    }
}

fn words(report: &Report, rows: &mut Vec<Row>) {
    for part in &report.held().parts {
        let row =
            |kind| Row { date: or_nothing(part.first), kind, name: part.name.clone(), ..Row::default() };
        rows.push(Row {
            value: part.talks.to_string(),
            unit: "talks",
            detail: part.role.map_or("", Role::words).to_owned(),
            ..row("part")
        });
        let said = [("part_does", &part.job), ("part_fears", &part.fear), ("part_protects", &part.protects)];
        rows.extend(
            said.into_iter().filter_map(|(kind, words)| Some(Row { detail: words.clone()?, ..row(kind) })),
        );
    }
    rows.extend(report.held().entries.iter().map(|entry| Row {
        date: clock(report, entry.at),
        kind: "entry",
        detail: entry.text.clone(),
        ..Row::default()
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_run_as_a_formula() {
        for cell in ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\t=1", "  =1", "\u{ff1d}1", "-1+2", "\r\n=1"] {
            assert!(neutral(cell).starts_with('\''), "{cell:?}");
        }
        for cell in ["-1.5", "12", "a=b", "", "it's"] {
            assert_eq!(neutral(cell), cell);
        }
    }
}
