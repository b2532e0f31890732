//! Check-ins: ratings over the period, then weeks, or months where there are many.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Block, Chart, Column, Line, Stroke, Table, aside, say, says};
use crate::report::{CheckInWeek, Checked, HelpCounts, Report};

/// Weeks beyond which a table goes by month.
pub(super) const WEEKS: usize = 26;

/// Lines in one chart at most.
const LINES: [(Checked, Stroke); 3] =
    [(Checked::Mood, Stroke::Marked), (Checked::Stress, Stroke::Dashed), (Checked::Anxiety, Stroke::Plain)];

/// Sums of a row: how many check-ins, and for each value its weighted sum and its n.
#[derive(Default)]
struct Row {
    check_ins: usize,
    sums: BTreeMap<Checked, (f64, f64)>,
}

pub(super) fn blocks(report: &Report) -> Vec<Block> {
    let weeks = &report.held().check_ins;
    if weeks.is_empty() {
        return Vec::new();
    }
    let total: usize = weeks.iter().map(|week| usize::from(week.check_ins)).sum();
    let mut blocks = vec![says(format!(
        "{} in {}. Ratings go from 0 to 10; mood 10 is the best, all others 10 is the most. Days without a \
         check-in are left out, not filled in.",
        say::count(total, "check-in", "check-ins"),
        say::count(weeks.len(), "week", "weeks"),
    ))];
    blocks.extend(chart(report, weeks));
    blocks.push(table(weeks));
    blocks.extend(help(weeks));
    blocks
}

fn chart(report: &Report, weeks: &[CheckInWeek]) -> Option<Block> {
    let lines: Vec<Line> = LINES
        .into_iter()
        .map(|(checked, stroke)| Line {
            name: checked.label().to_owned(),
            stroke,
            points: weeks
                .iter()
                .filter_map(|week| Some((middle(week.monday), mean(week, checked)?)))
                .collect(),
        })
        .filter(|line| line.points.len() > 1)
        .collect();
    if lines.is_empty() {
        return None;
    }
    let names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    Some(Block::Chart(Chart {
        alt: format!("Weekly means from 0 to 10 of {}. The table below has the numbers.", names.join(", ")),
        from: report.head().period.from(),
        to: report.head().period.to(),
        low: 0.0,
        high: 10.0,
        unit: "weekly mean, 0\u{2013}10".to_owned(),
        lines,
        bands: Vec::new(),
    }))
}

/// The Thursday of a week, where its mean is drawn.
fn middle(monday: Date) -> Date {
    monday.checked_add(jiff::Span::new().days(3)).unwrap_or(monday)
}

fn mean(week: &CheckInWeek, checked: Checked) -> Option<f64> {
    week.means.iter().find(|mean| mean.of == checked && mean.n > 0).map(|mean| mean.mean.get())
}

fn table(weeks: &[CheckInWeek]) -> Block {
    let by_month = weeks.len() > WEEKS;
    let shown: Vec<Checked> = Checked::ALL
        .into_iter()
        .filter(|checked| weeks.iter().any(|week| mean(week, *checked).is_some()))
        .collect();
    let mut rows: BTreeMap<Date, Row> = BTreeMap::new();
    for week in weeks {
        let key = if by_month { middle(week.monday).first_of_month() } else { week.monday };
        let row = rows.entry(key).or_default();
        row.check_ins += usize::from(week.check_ins);
        for mean in week.means.iter().filter(|mean| mean.n > 0) {
            let sum = row.sums.entry(mean.of).or_default();
            sum.0 += mean.mean.get() * f64::from(mean.n);
            sum.1 += f64::from(mean.n);
        }
    }
    let mut columns = vec![
        Column::words(if by_month { "Month" } else { "Week from" }, 1.3),
        Column::number("Check-ins", 0.9),
    ];
    columns.extend(shown.iter().map(|checked| {
        let unit = if checked.is_rating() { String::new() } else { format!(" ({})", checked.unit()) };
        Column::number(&format!("{}{unit}", checked.label()), 0.9)
    }));
    let rows = rows
        .iter()
        .map(|(key, row)| {
            let mut cells = vec![
                if by_month { format!("{} {}", say::month(key.month()), key.year()) } else { say::day(*key) },
                say::number(row.check_ins as f64, 0),
            ];
            cells.extend(shown.iter().map(|checked| {
                row.sums.get(checked).map_or("\u{2013}".to_owned(), |(sum, n)| say::fixed(sum / n, 1))
            }));
            cells
        })
        .collect();
    Block::Table(Table { columns, rows })
}

fn help(weeks: &[CheckInWeek]) -> Option<Block> {
    let mut sum = [0_u64; 5];
    for week in weeks {
        let HelpCounts { offered, needed, asked, accepted, refused } = week.help;
        for (sum, n) in sum.iter_mut().zip([offered, needed, asked, accepted, refused]) {
            *sum += u64::from(n);
        }
    }
    if sum.iter().all(|n| *n == 0) {
        return None;
    }
    let [offered, needed, asked, accepted, refused] = sum;
    Some(aside(format!(
        "Times help came up: offered {offered}, needed {needed}, asked for {asked}, accepted {accepted}, refused {refused}."
    )))
}
