//! What a report says, apart from how it looks: the pieces that the page and the PDF set.

mod about;
mod block;
mod body;
mod check_ins;
mod own;
mod questionnaires;
pub(crate) mod say;
mod summary;
mod tracked;

pub(crate) use block::{Block, Chart, Column, Line, Stroke, Table};

use super::Report;
use super::section::Section;

/// A report as it is told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Story {
    /// Its title.
    pub(crate) title: String,
    /// What stands at the head of each page.
    pub(crate) running: String,
    /// Its pieces, in order.
    pub(crate) blocks: Vec<Block>,
}

/// Tells a report.
pub(crate) fn tell(report: &Report) -> Story {
    let mut blocks = summary::blocks(report);
    blocks.push(Block::EndOfSummary);
    for section in report.chosen().iter() {
        let told = section_blocks(report, section);
        // The first page says of which sections there is nothing.
        if !told.is_empty() {
            blocks.push(heading(1, section.title()));
            blocks.extend(told);
        }
    }
    blocks.extend(about::blocks(report));
    rank(&mut blocks);
    Story {
        title: summary::title(report),
        running: format!("From a private journal, {}", say::period(report.head().period)),
        blocks,
    }
}

/// Gives headings their ranks.
fn rank(blocks: &mut [Block]) {
    let mut before = 0;
    for block in blocks {
        if let Block::Heading { level, rank, .. } = block {
            *rank = (*level + 1).min(before + 1);
            before = *rank;
        }
    }
}

fn section_blocks(report: &Report, section: Section) -> Vec<Block> {
    match section {
        Section::Note => own::note(report),
        Section::Questionnaires => questionnaires::blocks(report),
        Section::RedFlags => tracked::red_flags(report),
        Section::CheckIns => check_ins::blocks(report),
        Section::Body => body::blocks(report),
        Section::HabitsOfThought => tracked::habits(report),
        Section::Practice => tracked::practice(report),
        Section::Associations => tracked::associations(report),
        Section::ThoughtRecords => own::thought_records(report),
        Section::Parts => own::parts(report),
        Section::Entries => own::entries(report),
    }
}

fn heading(level: u8, text: &str) -> Block {
    Block::Heading { level, rank: 0, text: text.to_owned() }
}

fn says(text: impl AsRef<str>) -> Block {
    Block::Says { text: say::apostrophes(text.as_ref()) }
}

fn aside(text: impl AsRef<str>) -> Block {
    Block::Aside { text: say::apostrophes(text.as_ref()) }
}

fn own_words(label: Option<&str>, text: &str) -> Block {
    Block::Own { label: label.map(str::to_owned), text: text.to_owned() }
}
