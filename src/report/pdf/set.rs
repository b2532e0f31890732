//! Sets the pieces of a story: headings, paragraphs, facts, contents and charts. Tables have a
//! module of their own.

use std::collections::HashMap;

use super::face::Faces;
use super::lines::{Type, lines};
use super::piece::{Galley, Ink, Piece, Role, kinds, page};
use super::table;
use crate::report::chart::{self, Anchor, Mark, Tone};
use crate::report::story::{Block, Chart};

const CHART_HEIGHT: f32 = 112.0;
/// Where values of facts begin.
const VALUES: f32 = 62.0;
/// Where counts of the contents begin.
const COUNTS: f32 = 150.0;

/// Sets blocks. `pages` are the pages on which sections begin, as far as they are known.
pub(super) fn set(faces: &Faces, blocks: &[Block], pages: &HashMap<String, usize>) -> Galley {
    let mut setter = Setter { faces, galley: Galley::default(), fresh: false };
    for (index, block) in blocks.iter().enumerate() {
        // What introduces a chart, a table or the person's words stands on their page.
        let next = blocks.get(index + 1);
        let keep = match block {
            Block::Says { .. } => matches!(next, Some(Block::Chart(_) | Block::Table(_))),
            Block::Aside { .. } => {
                let first = index.checked_sub(1).is_some_and(|i| matches!(blocks[i], Block::Heading { .. }));
                matches!(next, Some(Block::Own { .. }))
                    || (first && matches!(next, Some(Block::Heading { .. })))
            }
            _ => false,
        };
        setter.block(block, keep, pages);
    }
    setter.galley
}

/// A paragraph to set.
struct Paragraph<'t> {
    text: &'t str,
    kind: Type,
    tone: Tone,
    before: f32,
    /// Whether all of it stands on the page of what follows.
    keep: bool,
    role: Role,
}

pub(super) struct Setter<'f> {
    pub(super) faces: &'f Faces,
    pub(super) galley: Galley,
    fresh: bool,
}

impl Setter<'_> {
    fn block(&mut self, block: &Block, keep: bool, pages: &HashMap<String, usize>) {
        match block {
            Block::Heading { level, rank, text } => self.heading(*level, *rank, text),
            Block::Says { text } => self.paragraph(&Paragraph {
                text,
                kind: kinds::SAYS,
                tone: Tone::Ink,
                before: 5.0,
                keep,
                role: Role::Paragraph,
            }),
            Block::Aside { text } => self.paragraph(&Paragraph {
                text,
                kind: kinds::ASIDE,
                tone: Tone::Dim,
                before: 4.0,
                keep,
                role: Role::Paragraph,
            }),
            Block::Own { label, text } => self.own(label.as_deref(), text),
            Block::Facts { rows } => self.facts(rows),
            Block::Contents { rows } => self.contents(rows, pages),
            Block::Table(told) => {
                table::set(self, told);
            }
            Block::Chart(told) => self.chart(told),
            Block::EndOfSummary => self.fresh = true,
        }
    }

    /// Adds a piece; it begins a page if the summary ended before it.
    pub(super) fn push(&mut self, mut piece: Piece) {
        piece.fresh |= std::mem::take(&mut self.fresh);
        self.galley.pieces.push(piece);
    }

    /// A mark of text.
    pub(super) fn text(&self, kind: Type, tone: Tone, x: f32, y: f32, text: &str) -> Ink {
        Ink::Text { x, y, size: kind.size, tone, shaped: self.faces.shape(kind.face, text) }
    }

    fn heading(&mut self, level: u8, rank: u8, text: &str) {
        let (kind, before) = match level {
            0 => (kinds::TITLE, 0.0),
            1 => (kinds::SECTION, 30.0),
            2 => (kinds::HEADING, 17.0),
            _ => (kinds::MINOR, 13.0),
        };
        let place = self.galley.pieces.len();
        self.paragraph(&Paragraph {
            text,
            kind,
            tone: Tone::Ink,
            before,
            keep: true,
            role: Role::Heading(rank, text.to_owned()),
        });
        if let Some(piece) = self.galley.pieces.get_mut(place) {
            piece.heading = Some((level, text.to_owned()));
        }
    }

    /// Lines that keep company: never one alone at the foot or the head of a page.
    fn paragraph(&mut self, paragraph: &Paragraph<'_>) {
        let node = self.galley.node(paragraph.role.clone(), None);
        let kind = paragraph.kind;
        let set = lines(self.faces, kind, page::MEASURE, paragraph.text);
        let n = set.len();
        for (index, line) in set.iter().enumerate() {
            let alone = index == 0 || index + 2 == n;
            let last = index + 1 == n;
            // A space at a line's end parts the words of the text inside the file.
            let line = if last { line.clone() } else { format!("{line} ") };
            let ink = self.text(kind, paragraph.tone, 0.0, base(kind), &line);
            self.push(Piece {
                before: if index == 0 { paragraph.before } else { 0.0 },
                height: kind.leading,
                keep: (alone && !last) || paragraph.keep,
                inks: vec![(Some(node), ink)],
                ..Piece::default()
            });
        }
    }

    fn own(&mut self, label: Option<&str>, text: &str) {
        if let Some(label) = label {
            self.paragraph(&Paragraph {
                text: label,
                kind: kinds::ASIDE,
                tone: Tone::Dim,
                before: 7.0,
                keep: true,
                role: Role::Paragraph,
            });
        }
        let mut before: f32 = if label.is_some() { 1.0 } else { 5.0 };
        for line in text.lines() {
            if line.trim().is_empty() {
                before += 7.0;
                before = before.min(14.0);
                continue;
            }
            self.paragraph(&Paragraph {
                text: line,
                kind: kinds::OWN,
                tone: Tone::Ink,
                before,
                keep: false,
                role: Role::Quote,
            });
            before = 3.0;
        }
    }

    fn facts(&mut self, rows: &[(String, String)]) {
        for (index, (name, value)) in rows.iter().enumerate() {
            let node = self.galley.node(Role::Paragraph, None);
            let kind = kinds::SAYS;
            let set = lines(self.faces, kind, page::MEASURE - VALUES, value);
            let mut inks =
                vec![(Some(node), self.text(kind, Tone::Dim, 0.0, base(kind), &format!("{name} ")))];
            for (line, text) in set.iter().enumerate() {
                let y = base(kind) + kind.leading * line as f32;
                inks.push((Some(node), self.text(kind, Tone::Ink, VALUES, y, text)));
            }
            self.push(Piece {
                before: if index == 0 { 8.0 } else { 0.0 },
                height: kind.leading * set.len() as f32,
                keep: true,
                inks,
                ..Piece::default()
            });
        }
    }

    fn contents(&mut self, rows: &[(String, String)], pages: &HashMap<String, usize>) {
        for (index, (title, count)) in rows.iter().enumerate() {
            let node = self.galley.node(Role::Paragraph, None);
            let kind = kinds::CELL;
            let number = pages.get(title).map_or_else(String::new, |page| format!("page {page}"));
            let shaped = self.faces.shape(kind.face, &number);
            let right = page::MEASURE - shaped.width * kind.size;
            let inks = vec![
                (Some(node), self.text(kind, Tone::Ink, 0.0, base(kind), &format!("{title} "))),
                (Some(node), self.text(kind, Tone::Dim, COUNTS, base(kind), &format!("{count} "))),
                (Some(node), Ink::Text { x: right, y: base(kind), size: kind.size, tone: Tone::Dim, shaped }),
            ];
            self.push(Piece {
                before: if index == 0 { 5.0 } else { 0.0 },
                height: 13.4,
                inks,
                ..Piece::default()
            });
        }
    }

    fn chart(&mut self, told: &Chart) {
        let node = self.galley.node(Role::Figure(told.alt.clone()), None);
        let drawing = chart::draw(told, page::FULL, CHART_HEIGHT);
        let inks = drawing.marks.iter().map(|mark| (Some(node), self.mark(mark))).collect();
        self.push(Piece { before: 9.0, height: drawing.height + 2.0, keep: true, inks, ..Piece::default() });
    }

    fn mark(&self, mark: &Mark) -> Ink {
        match mark {
            Mark::Path { points, width, tone, dashed } => {
                Ink::Path { points: points.clone(), width: *width, tone: *tone, dashed: *dashed }
            }
            Mark::Dot { x, y, radius, tone } => Ink::Dot { x: *x, y: *y, radius: *radius, tone: *tone },
            Mark::Words { x, y, anchor, text, tone } => {
                let kind = kinds::CHART;
                let shaped = self.faces.shape(kind.face, text);
                let width = shaped.width * kind.size;
                let x = match anchor {
                    Anchor::Start => *x,
                    Anchor::Middle => x - width / 2.0,
                    Anchor::End => x - width,
                };
                Ink::Text { x, y: *y, size: kind.size, tone: *tone, shaped }
            }
        }
    }
}

/// From the top of a line to its base.
pub(super) fn base(kind: Type) -> f32 {
    (kind.leading - kind.size) / 2.0 + kind.size * 0.80
}
