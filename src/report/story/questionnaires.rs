//! Questionnaires: for each its course, its totals, what they are called and by whom.

use super::summary::since_first;
use super::{Block, Chart, Column, Line, Stroke, Table, aside, heading, say, says};
use crate::report::{Direction, Head, Instrument, Report};

/// Points that a chart needs before it says more than its table.
const CHARTED: usize = 2;

pub(super) fn blocks(report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for instrument in report.held().questionnaires.iter().filter(|instrument| !instrument.sheets.is_empty()) {
        one(report.head(), instrument, &mut blocks);
    }
    blocks
}

fn one(head: &Head, instrument: &Instrument, blocks: &mut Vec<Block>) {
    blocks.push(heading(
        2,
        &format!("{}: {}", say::short(&instrument.short, 40), say::short(&instrument.title, 120)),
    ));
    blocks.push(says(course(head, instrument)));
    let points: Vec<_> = instrument
        .sheets
        .iter()
        .filter_map(|sheet| Some((head.day(sheet.at), f64::from(sheet.total?))))
        .collect();
    if points.len() >= CHARTED {
        blocks.push(Block::Chart(Chart {
            alt: format!("Totals of {} over the period. {}", instrument.short, course(head, instrument)),
            from: head.period.from(),
            to: head.period.to(),
            low: f64::from(instrument.min),
            high: f64::from(instrument.max),
            unit: "total".to_owned(),
            lines: vec![Line { name: instrument.short.clone(), points, stroke: Stroke::Marked }],
            bands: instrument.bands.iter().map(|band| (f64::from(band.from), band.name.clone())).collect(),
        }));
    }
    blocks.push(totals(head, instrument));
    if !instrument.bands.is_empty() {
        let bands: Vec<String> = instrument
            .bands
            .iter()
            .map(|band| format!("{}\u{2013}{} {}", band.from, band.to, band.name))
            .collect();
        blocks.push(aside(format!("Bands: {}.", bands.join("; "))));
    }
    if let Some(reliable) = &instrument.reliable_change {
        blocks.push(aside(reliable.why.clone()));
    }
    blocks.push(aside(instrument.limits.clone()));
    if !instrument.validated {
        blocks.push(aside(format!(
            "{} has not been shown to measure what it names. Its total is a count of the person's own answers.",
            instrument.short
        )));
    }
    for sheet in instrument.sheets.iter().filter(|sheet| !sheet.answers.is_empty()) {
        blocks.push(heading(3, &format!("Answers of {}", say::moment(head, sheet.at))));
        blocks.push(Block::Table(Table {
            columns: vec![
                Column::words("Item", 0.6),
                Column::words("Text", 4.2),
                Column::words("Answer", 1.8),
                Column::number("Counts", 0.6),
            ],
            rows: sheet
                .answers
                .iter()
                .map(|answer| {
                    vec![
                        answer.item.clone(),
                        say::short(&answer.text, 400),
                        answer.answer.as_deref().map_or("left out".to_owned(), |said| say::short(said, 120)),
                        answer.value.map_or("\u{2013}".to_owned(), |value| value.to_string()),
                    ]
                })
                .collect(),
        }));
    }
    sources(instrument, blocks);
}

fn course(head: &Head, instrument: &Instrument) -> String {
    let sheets = say::count(instrument.sheets.len(), "sheet", "sheets");
    let asks = if instrument.asks_about.is_empty() {
        String::new()
    } else {
        format!("It asks about {}. ", instrument.asks_about)
    };
    let way = match instrument.direction {
        Direction::HigherIsMore => "a higher total is more of what it asks about",
        Direction::HigherIsBetter => "a higher total is better",
    };
    let Some(last) = instrument.sheets.last() else {
        return asks;
    };
    let latest = match (last.total, &last.band) {
        (Some(total), Some(band)) => {
            format!(
                "the latest, of {}, adds up to {total}, which is called {band}",
                say::day(head.day(last.at))
            )
        }
        (Some(total), None) => format!("the latest, of {}, adds up to {total}", say::day(head.day(last.at))),
        (None, _) => format!("the latest, of {}, has no total", say::day(head.day(last.at))),
    };
    let since = if instrument.sheets.iter().filter(|sheet| sheet.total.is_some()).count() > 1 {
        format!("; {}", since_first(instrument))
    } else {
        String::new()
    };
    format!(
        "{asks}Totals go from {} to {}; {way}. {sheets}: {latest}{since}.",
        instrument.min, instrument.max
    )
}

fn totals(head: &Head, instrument: &Instrument) -> Block {
    let changes = instrument.sheets.iter().any(|sheet| sheet.change.is_some());
    let mut columns =
        vec![Column::words("Filled in on", 1.4), Column::number("Total", 0.6), Column::words("Called", 2.0)];
    if changes {
        columns.push(Column::words("Change", 2.6));
    }
    let or_dash = |words: &Option<String>, most| {
        words.as_deref().map_or("\u{2013}".to_owned(), |words| say::short(words, most))
    };
    let rows = instrument
        .sheets
        .iter()
        .rev()
        .map(|sheet| {
            let mut cells = vec![
                say::moment(head, sheet.at),
                sheet.total.map_or("\u{2013}".to_owned(), |total| total.to_string()),
                or_dash(&sheet.band, 80),
            ];
            if changes {
                cells.push(or_dash(&sheet.change, 160));
            }
            cells
        })
        .collect();
    Block::Table(Table { columns, rows })
}

fn sources(instrument: &Instrument, blocks: &mut Vec<Block>) {
    if !instrument.sources.is_empty() {
        let said: Vec<String> = instrument
            .sources
            .iter()
            .map(|source| match &source.address {
                Some(address) => format!("{}: {} (read {})", source.of, address, say::day(source.seen)),
                None => format!("{} (read {})", source.of, say::day(source.seen)),
            })
            .collect();
        blocks.push(aside(format!("Read from: {}.", said.join("; "))));
    }
    if !instrument.licence.is_empty() {
        blocks.push(aside(instrument.licence.clone()));
    }
}
