//! The report as a PDF on A4: a summary on one page, then the details.

mod draw;
mod face;
mod lines;
mod paginate;
mod piece;
mod set;
mod table;

use std::collections::HashMap;

use face::Faces;
use paginate::Placed;
use piece::Galley;

use super::story::{Block, Story, tell};
use super::{Report, ReportError};

const FAILED: ReportError = ReportError::Made { form: "pdf" };

/// Passes until the pages named on the first page are right; two do, unless a line was added.
const PASSES: usize = 4;

/// A document on pages.
struct Layout {
    story: Story,
    galley: Galley,
    pages: Vec<Vec<Placed>>,
}

/// The bytes of a report.
pub(super) fn make(report: &Report) -> Result<Vec<u8>, ReportError> {
    let faces = Faces::read().ok_or(FAILED)?;
    let layout = lay_out(&faces, report);
    draw::draw(&draw::Drawn {
        faces: &faces,
        pages: &layout.pages,
        nodes: &layout.galley.nodes,
        title: &layout.story.title,
        running: &layout.story.running,
        head: report.head(),
    })
    .ok_or(FAILED)
}

fn lay_out(faces: &Faces, report: &Report) -> Layout {
    let story = tell(report);
    let mut known = HashMap::new();
    let mut layout = once(faces, story.clone(), &known);
    for _ in 1..PASSES {
        let begins = begins(&layout.pages);
        if begins == known {
            break;
        }
        known = begins;
        let mut told = story.clone();
        if faces.missed() {
            tell_of_boxes(&mut told);
        }
        layout = once(faces, told, &known);
    }
    layout
}

fn once(faces: &Faces, story: Story, known: &HashMap<String, usize>) -> Layout {
    let mut galley = set::set(faces, &story.blocks, known);
    let pages = paginate::paginate(&mut galley);
    Layout { story, galley, pages }
}

/// The pages on which sections begin, counted from 1.
fn begins(pages: &[Vec<Placed>]) -> HashMap<String, usize> {
    let mut begins = HashMap::new();
    for (index, placed) in pages.iter().enumerate() {
        for Placed { piece, .. } in placed {
            if let Some((1, text)) = &piece.heading {
                begins.entry(text.clone()).or_insert(index + 1);
            }
        }
    }
    begins
}

fn tell_of_boxes(story: &mut Story) {
    let place = story.blocks.iter().position(|block| *block == Block::EndOfSummary).unwrap_or(0);
    let text = "Some characters can't be set in this document's typefaces. Each stands as \u{25a1}. The same report as a \
                page shows them all.";
    story.blocks.insert(place, Block::Aside { text: text.to_owned() });
}

/// The text of a page, a line a mark.
#[cfg(test)]
fn words(placed: &[Placed]) -> String {
    let mut said = String::new();
    for (_, ink) in placed.iter().flat_map(|placed| &placed.piece.inks) {
        if let piece::Ink::Text { shaped, .. } = ink {
            shaped.runs.iter().for_each(|run| said.push_str(&run.text));
            said.push('\n');
        }
    }
    said
}

/// The text of a report's document.
#[cfg(test)]
pub(super) fn text(report: &Report) -> String {
    Faces::read().map_or_else(String::new, |faces| {
        lay_out(&faces, report).pages.iter().map(|placed| words(placed)).collect()
    })
}

#[cfg(test)]
mod tests;
