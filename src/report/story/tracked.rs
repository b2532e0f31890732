//! Red flags, habits of thought, practice and what went together.

use super::summary::flag_table;
use super::{Block, Column, Table, aside, heading, own_words, say, says};
use crate::report::{Against, Report};

pub(super) fn red_flags(report: &Report) -> Vec<Block> {
    let flags = &report.held().red_flags;
    if flags.is_empty() {
        return Vec::new();
    }
    vec![
        says(
            "Signs that the program noticed in what the person wrote or answered, by rule and by model. It can be \
             wrong both ways: it misses things, and it takes a figure of speech for a sign. The person's words are \
             not shown here. What each tier means stands at the end.",
        ),
        flag_table(flags.iter().rev()),
    ]
}

pub(super) fn habits(report: &Report) -> Vec<Block> {
    let habits = &report.held().habits_of_thought;
    if habits.is_empty() {
        return Vec::new();
    }
    let rows = habits
        .counts
        .iter()
        .map(|habit| {
            let share = f64::from(habit.entries) / f64::from(habits.entries.max(1)) * 100.0;
            vec![
                say::short(&habit.name, 80),
                say::number(f64::from(habit.entries), 0),
                format!("{} %", say::number(share, 0)),
            ]
        })
        .collect();
    vec![
        says(format!(
            "Habits of thought that the program named in {}. One entry can hold several. They are named by a model \
             on the person's machine and can be wrong.",
            say::count(usize::try_from(habits.entries).unwrap_or(usize::MAX), "entry", "entries"),
        )),
        Block::Table(Table {
            columns: vec![
                Column::words("Habit of thought", 3.0),
                Column::number("Entries", 1.0),
                Column::number("Share", 1.0),
            ],
            rows,
        }),
    ]
}

pub(super) fn practice(report: &Report) -> Vec<Block> {
    let tries = &report.held().practice;
    if tries.is_empty() {
        return Vec::new();
    }
    let counted = |against: Against| tries.iter().filter(|t| t.against == Some(against)).count();
    let mut blocks = vec![says(format!(
        "{} on a ladder of letting people in, from rung 1 (low stakes) to 3. Against what was predicted: better {}, \
         the same {}, worse {}. Distress goes from 0 to 100.",
        say::count(tries.len(), "try", "tries"),
        counted(Against::Better),
        counted(Against::Same),
        counted(Against::Worse),
    ))];
    blocks.push(Block::Table(Table {
        columns: vec![
            Column::words("Day", 1.1),
            Column::number("Rung", 0.5),
            Column::words("Step", 3.2),
            Column::words("Outcome", 1.7),
            Column::number("Distress", 0.7),
        ],
        rows: tries
            .iter()
            .rev()
            .map(|t| {
                vec![
                    say::day(report.head().day(t.at)),
                    t.level.to_string(),
                    t.step.as_deref().map_or("a step of their own".to_owned(), |step| say::short(step, 200)),
                    t.against.map_or("\u{2013}".to_owned(), |against| against.words().to_owned()),
                    t.distress.map_or("\u{2013}".to_owned(), |distress| distress.to_string()),
                ]
            })
            .collect(),
    }));
    for t in tries.iter().rev().filter(|t| t.predicted.is_some() || t.happened.is_some()) {
        blocks.push(heading(3, &say::day(report.head().day(t.at))));
        blocks.extend(t.predicted.as_deref().map(|words| own_words(Some("What I predicted"), words)));
        blocks.extend(t.happened.as_deref().map(|words| own_words(Some("What happened"), words)));
    }
    blocks
}

pub(super) fn associations(report: &Report) -> Vec<Block> {
    let found = &report.held().associations;
    let mut blocks: Vec<Block> = found.iter().map(|association| says(association.says.clone())).collect();
    if !blocks.is_empty() {
        blocks.push(aside(
            "The sentences are as the program gave them to the person. What they name went together in this person's own \
             days; none says that one brings about the other.",
        ));
    }
    blocks
}
