//! Puts pieces on pages.

use super::piece::{Galley, Piece, again, page};

/// A piece on a page, with the distance of its top from the top of the text.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) y: f32,
    pub(super) piece: Piece,
}

/// Pieces on pages. Pieces that keep together move together, unless they are higher than a page.
pub(super) fn paginate(galley: &mut Galley) -> Vec<Vec<Placed>> {
    let pieces = std::mem::take(&mut galley.pieces);
    let mut pages: Vec<Vec<Placed>> = Vec::new();
    let mut placed: Vec<Placed> = Vec::new();
    let mut y = 0.0_f32;
    let mut group: Vec<Piece> = Vec::new();
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let open = piece.keep && pieces.peek().is_some_and(|next| !next.fresh);
        group.push(piece);
        if open && height(&group, false) < page::TEXT {
            continue;
        }
        let fresh = group.first().is_some_and(|piece| piece.fresh);
        if !placed.is_empty() && (fresh || y + height(&group, true) > page::TEXT) {
            pages.push(std::mem::take(&mut placed));
            y = 0.0;
        }
        for piece in group.drain(..) {
            let before = if placed.is_empty() { 0.0 } else { piece.before };
            if !placed.is_empty() && y + before + piece.height > page::TEXT {
                pages.push(std::mem::take(&mut placed));
                y = 0.0;
            }
            if placed.is_empty()
                && let Some(head) = piece.table.and_then(|table| galley.heads.get(table))
            {
                let head = again(head);
                let height = head.height;
                placed.push(Placed { y: 0.0, piece: head });
                y = height;
            }
            let before = if placed.is_empty() { 0.0 } else { piece.before };
            y += before;
            let height = piece.height;
            placed.push(Placed { y, piece });
            y += height;
        }
    }
    if !placed.is_empty() || pages.is_empty() {
        pages.push(placed);
    }
    pages
}

fn height(group: &[Piece], with_first: bool) -> f32 {
    group
        .iter()
        .enumerate()
        .map(|(index, piece)| piece.height + if index == 0 && !with_first { 0.0 } else { piece.before })
        .sum()
}
