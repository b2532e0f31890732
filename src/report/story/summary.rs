//! The first page: who, which days, what this is, the latest totals, red flags, what stands inside.

use super::{Block, Column, Table, aside, heading, say, says};
use crate::report::{Instrument, Preview, RedFlag, Report, Section, Sheet, Tier};

/// Red flags on the first page at most; the rest stand in their section.
const FLAGS: usize = 5;

/// Instruments on the first page at most.
const INSTRUMENTS: usize = 9;

pub(super) fn title(report: &Report) -> String {
    match &report.head().name {
        Some(name) => format!("Notes from {}", say::short(name, 80)),
        None => "Notes from a private journal".to_owned(),
    }
}

pub(super) fn blocks(report: &Report) -> Vec<Block> {
    let head = report.head();
    let mut rows = Vec::new();
    if let Some(name) = &head.name {
        rows.push(("From".to_owned(), say::short(name, 120)));
    }
    rows.push((
        "Period".to_owned(),
        format!(
            "{} ({})",
            say::period(head.period),
            say::count(usize::try_from(head.period.days()).unwrap_or(usize::MAX), "day", "days")
        ),
    ));
    rows.push((
        "Made on".to_owned(),
        format!("{}, times are those of {}", say::day(head.made_on()), head.zone.name()),
    ));
    let mut blocks = vec![heading(0, &title(report)), Block::Facts { rows }];
    blocks.push(says(
        "Made by a program on the person's own machine, not by a clinician. Scores are self-report. \
         Nothing here is a diagnosis, and no clinician has reviewed the program's content. It holds what the \
         person chose to share and nothing else, so what is missing here says nothing.",
    ));
    if report.chosen().is_empty() {
        blocks.push(says("Nothing was chosen to share, so this report is empty."));
        return blocks;
    }
    if report.chosen().has(Section::Questionnaires) {
        instruments(report, &mut blocks);
    }
    if report.chosen().has(Section::RedFlags) {
        flags(report, &mut blocks);
    }
    blocks.push(heading(2, "What stands inside"));
    blocks.push(Block::Contents { rows: contents(report) });
    blocks
}

fn instruments(report: &Report, blocks: &mut Vec<Block>) {
    let held: Vec<&Instrument> =
        report.held().questionnaires.iter().filter(|instrument| !instrument.sheets.is_empty()).collect();
    blocks.push(heading(2, "Questionnaires at a glance"));
    if held.is_empty() {
        blocks.push(says("No questionnaire was filled in within the period."));
        return;
    }
    let rows = held
        .iter()
        .take(INSTRUMENTS)
        .filter_map(|instrument| {
            let last = instrument.sheets.last()?;
            Some(vec![
                say::short(&instrument.short, 14),
                last.total.map_or("no total".to_owned(), |total| format!("{total} of {}", instrument.max)),
                last.band.as_deref().map_or("\u{2013}".to_owned(), |band| say::short(band, 60)),
                since_first(instrument),
                say::day(report.head().day(last.at)),
            ])
        })
        .collect();
    blocks.push(Block::Table(Table {
        columns: vec![
            Column::words("Instrument", 0.9),
            Column::words("Latest total", 0.8),
            Column::words("What the scale calls it", 2.0),
            Column::words("Since the first", 2.1),
            Column::words("Filled in on", 0.9),
        ],
        rows,
    }));
    if held.len() > INSTRUMENTS {
        blocks.push(aside(format!("{} more stand in their section.", held.len() - INSTRUMENTS)));
    }
}

/// The change from the first total of the period to the latest one, in words.
pub(super) fn since_first(instrument: &Instrument) -> String {
    let totals: Vec<u16> = instrument.sheets.iter().filter_map(|sheet: &Sheet| sheet.total).collect();
    let (Some(first), Some(last)) = (totals.first(), totals.last()) else {
        return "\u{2013}".to_owned();
    };
    if totals.len() < 2 {
        return "one total so far".to_owned();
    }
    let difference = i32::from(*last) - i32::from(*first);
    let by = difference.unsigned_abs();
    let way = match difference.signum() {
        1 => format!("up {by} from {first}"),
        -1 => format!("down {by} from {first}"),
        _ => format!("the same as the first, {first}"),
    };
    match &instrument.reliable_change {
        Some(reliable) if difference != 0 && by >= u32::from(reliable.points) => {
            format!("{way}; more than chance")
        }
        Some(_) if difference != 0 => format!("{way}; may be chance"),
        _ => way,
    }
}

fn flags(report: &Report, blocks: &mut Vec<Block>) {
    let flags = &report.held().red_flags;
    blocks.push(heading(2, "What the program noticed"));
    if flags.is_empty() {
        blocks.push(says(
            "Nothing was flagged in the period. The program reads words by rule and by model and can miss things.",
        ));
        return;
    }
    let mut counted: Vec<String> = Vec::new();
    for tier in Tier::ALL.into_iter().rev() {
        let n = flags.iter().filter(|flag| flag.tier == tier).count();
        if n > 0 {
            counted.push(format!("{} {}", tier.slug(), say::number(n as f64, 0)));
        }
    }
    blocks.push(says(format!("By tier, the most pressing first: {}.", counted.join(", "))));
    let mut latest: Vec<&RedFlag> = flags.iter().collect();
    latest.sort_by_key(|flag| (std::cmp::Reverse(flag.tier), std::cmp::Reverse(flag.on)));
    blocks.push(flag_table(latest.iter().take(FLAGS).copied()));
    if flags.len() > FLAGS {
        blocks.push(aside(format!(
            "The {FLAGS} most pressing and latest of {}. The others stand in their section.",
            say::number(flags.len() as f64, 0)
        )));
    }
}

/// A table of red flags.
pub(super) fn flag_table<'f>(flags: impl Iterator<Item = &'f RedFlag>) -> Block {
    Block::Table(Table {
        columns: vec![
            Column::words("Day", 1.0),
            Column::words("Tier", 1.0),
            Column::words("Noticed", 2.9),
            Column::words("The program", 2.1),
        ],
        rows: flags
            .map(|flag| {
                vec![
                    say::day(flag.on),
                    flag.tier.slug().to_owned(),
                    flag.noticed.words().to_owned(),
                    flag.tier.did().to_owned(),
                ]
            })
            .collect(),
    })
}

fn contents(report: &Report) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Preview::of(report)
        .lines
        .into_iter()
        .map(|line| {
            let mut said = match line.section {
                Section::Note if line.count > 0 => say::apostrophes("the person's words"),
                _ if line.count == 0 => "nothing in the period".to_owned(),
                _ if line.count == 1 => format!("1 {}", one(&line.of)),
                _ => format!("{} {}", say::number(line.count as f64, 0), line.of),
            };
            if line.own_words && line.section != Section::Note {
                said.push_str(&say::apostrophes(", with the person's words"));
            }
            (line.title, said)
        })
        .collect();
    rows.push(("About this report".to_owned(), "how it was made, and what the tiers mean".to_owned()));
    rows
}

fn one(many: &str) -> &str {
    match many {
        "entries" => "entry",
        "tries" => "try",
        "habits of thought" => "habit of thought",
        many => many.strip_suffix('s').unwrap_or(many),
    }
}
