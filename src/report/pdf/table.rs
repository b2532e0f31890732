//! Tables: rows are never cut, and the head row stands again where a table goes on.

use super::lines::{Type, lines};
use super::piece::{Ink, Piece, Role, kinds, page};
use super::set::{Setter, base};
use crate::report::chart::Tone;
use crate::report::story::Table;

/// Between columns, and between many.
const GAP: f32 = 14.0;
const NARROW_GAP: f32 = 7.0;
/// Columns from which they are many.
const MANY: usize = 9;
/// Shares that fill the page; fewer make a narrower table.
const SHARES: f32 = 6.0;
/// Above and below the text of a row.
const PAD: f32 = 2.2;

/// A column's left edge and width.
#[derive(Clone, Copy)]
struct Place {
    x: f32,
    width: f32,
    number: bool,
}

pub(super) fn set(setter: &mut Setter<'_>, told: &Table) {
    let places = places(setter, told);
    let table = setter.galley.node(Role::Table, None);
    let titles: Vec<&str> = told.columns.iter().map(|column| column.title.as_str()).collect();
    let id = setter.galley.heads.len();
    let mut head = row(
        setter,
        &titles,
        &places,
        Row { kind: kinds::HEAD, tone: Tone::Dim, role: Role::HeadCell, table },
    );
    head.before = 9.0;
    head.keep = true;
    let width = places.last().map_or(page::FULL, |place| place.x + place.width);
    rule(&mut head, width, 0.6, Tone::Dim);
    setter.galley.heads.push(head.clone());
    setter.push(head);
    let n = told.rows.len();
    for (index, cells) in told.rows.iter().enumerate() {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let mut piece =
            row(setter, &cells, &places, Row { kind: kinds::CELL, tone: Tone::Ink, role: Role::Cell, table });
        piece.table = Some(id);
        // No row stands alone at the foot of a page or at the head of the next one.
        piece.keep = n > 1 && (index == 0 || index + 2 == n);
        if index + 1 < n {
            rule(&mut piece, width, 0.4, Tone::Faint);
        }
        setter.push(piece);
    }
}

fn places(setter: &Setter<'_>, told: &Table) -> Vec<Place> {
    let n = told.columns.len();
    let gap = if n < MANY { GAP } else { NARROW_GAP };
    let shares: f32 = told.columns.iter().map(|column| column.share).sum();
    let free = page::FULL * (shares / SHARES).min(1.0) - gap * n.saturating_sub(1) as f32;
    let mut x = 0.0;
    widths(setter, told, free)
        .into_iter()
        .zip(&told.columns)
        .map(|(width, column)| {
            let place = Place { x, width, number: column.number };
            x += width + gap;
            place
        })
        .collect()
}

/// Widths by shares, where no word of a title is broken: a column that is too narrow for its
/// longest one gets that much, and the others share what is left.
fn widths(setter: &Setter<'_>, told: &Table, free: f32) -> Vec<f32> {
    let longest = |title: &str| {
        let words = title.split_whitespace().map(|word| setter.faces.shape(kinds::HEAD.face, word).width);
        words.fold(0.0, f32::max) * kinds::HEAD.size
    };
    let least: Vec<f32> = told.columns.iter().map(|column| longest(&column.title)).collect();
    let mut fixed = vec![false; least.len()];
    // Where not even the words have room, they are broken.
    let room = least.iter().sum::<f32>() <= free;
    loop {
        let columns = || least.iter().zip(&told.columns).zip(&fixed);
        let taken: f32 = columns().filter(|(_, fixed)| **fixed).map(|((least, _), _)| least).sum();
        let open = columns().filter(|(_, fixed)| !**fixed);
        let shares: f32 = open.map(|((_, column), _)| column.share).sum();
        let unit = (free - taken) / shares.max(f32::MIN_POSITIVE);
        let widths: Vec<f32> = columns()
            .map(|((least, column), fixed)| if *fixed { *least } else { unit * column.share })
            .collect();
        let narrow = widths.iter().zip(&least).position(|(width, least)| width < least);
        match narrow.and_then(|at| fixed.get_mut(at)) {
            Some(fixed) if room => *fixed = true,
            _ => return widths,
        }
    }
}

struct Row {
    kind: Type,
    tone: Tone,
    role: Role,
    table: usize,
}

fn row(setter: &mut Setter<'_>, cells: &[&str], places: &[Place], how: Row) -> Piece {
    let Row { kind, tone, role, table } = how;
    let node = setter.galley.node(Role::Row, Some(table));
    let mut inks = Vec::new();
    let mut most = 1;
    for (cell, place) in cells.iter().zip(places) {
        let cell_node = setter.galley.node(role.clone(), Some(node));
        let set = lines(setter.faces, kind, place.width, cell);
        most = most.max(set.len());
        let last = set.len().saturating_sub(1);
        for (index, line) in set.iter().enumerate() {
            let shaped = setter.faces.shape(kind.face, line);
            let x = if place.number { place.x + place.width - shaped.width * kind.size } else { place.x };
            let shaped =
                if index < last { setter.faces.shape(kind.face, &format!("{line} ")) } else { shaped };
            let y = PAD + base(kind) + kind.leading * index as f32;
            inks.push((Some(cell_node), Ink::Text { x, y, size: kind.size, tone, shaped }));
        }
    }
    Piece { height: kind.leading * most as f32 + 2.0 * PAD, inks, ..Piece::default() }
}

/// A rule below a row.
fn rule(piece: &mut Piece, long: f32, width: f32, tone: Tone) {
    let y = piece.height;
    piece.inks.push((None, Ink::Path { points: vec![(0.0, y), (long, y)], width, tone, dashed: false }));
}
