//! What is set on pages: pieces that are never cut, with their marks and places in the tag tree.

use super::face::{Face, Shaped};
use crate::report::chart::Tone;

/// A place in the tag tree.
pub(super) type NodeId = usize;

/// A mark, measured from its piece's upper left corner.
#[derive(Debug, Clone)]
pub(super) enum Ink {
    /// Text on a base line.
    Text { x: f32, y: f32, size: f32, tone: Tone, shaped: Shaped },
    /// A line through points.
    Path { points: Vec<(f32, f32)>, width: f32, tone: Tone, dashed: bool },
    /// A filled dot.
    Dot { x: f32, y: f32, radius: f32, tone: Tone },
}

/// A piece.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    /// Space above it, left out at the head of a page.
    pub(super) before: f32,
    pub(super) height: f32,
    /// Whether it stands on the page of the next piece.
    pub(super) keep: bool,
    /// Whether a page begins with it.
    pub(super) fresh: bool,
    /// The table whose row it is.
    pub(super) table: Option<usize>,
    /// The heading that it begins.
    pub(super) heading: Option<(u8, String)>,
    /// Its marks; those without a place are decoration.
    pub(super) inks: Vec<(Option<NodeId>, Ink)>,
}

/// What a node of the tag tree is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    Heading(u8, String),
    Paragraph,
    Quote,
    Figure(String),
    Table,
    Row,
    HeadCell,
    Cell,
}

/// A node of the tag tree.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) role: Role,
    pub(super) parent: Option<NodeId>,
}

/// A document as pieces.
#[derive(Debug, Default)]
pub(super) struct Galley {
    pub(super) pieces: Vec<Piece>,
    pub(super) nodes: Vec<Node>,
    /// Head rows of tables, drawn again where a table goes on.
    pub(super) heads: Vec<Piece>,
}

impl Galley {
    /// Adds a node.
    pub(super) fn node(&mut self, role: Role, parent: Option<NodeId>) -> NodeId {
        self.nodes.push(Node { role, parent });
        self.nodes.len() - 1
    }
}

/// A piece's copy without places in the tag tree: what is drawn again is decoration.
pub(super) fn again(piece: &Piece) -> Piece {
    let mut copy = piece.clone();
    for (node, _) in &mut copy.inks {
        *node = None;
    }
    copy
}

/// The measures of the page, in points.
pub(super) mod page {
    /// A4.
    pub(in super::super) const WIDTH: f32 = 595.28;
    /// A4.
    pub(in super::super) const HEIGHT: f32 = 841.89;
    /// Left and right.
    pub(in super::super) const SIDE: f32 = 62.0;
    /// Above the text.
    pub(in super::super) const TOP: f32 = 70.0;
    /// Below the text.
    pub(in super::super) const BOTTOM: f32 = 66.0;
    /// Width of tables and charts.
    pub(in super::super) const FULL: f32 = WIDTH - 2.0 * SIDE;
    /// Width of running text: about 75 characters.
    pub(in super::super) const MEASURE: f32 = 404.0;
    /// Height of the text.
    pub(in super::super) const TEXT: f32 = HEIGHT - TOP - BOTTOM;
}

/// Settings of text.
pub(super) mod kinds {
    use super::Face;
    use crate::report::pdf::lines::Type;

    pub(in super::super) const TITLE: Type = Type { face: Face::Bold, size: 19.0, leading: 24.0 };
    pub(in super::super) const SECTION: Type = Type { face: Face::Bold, size: 14.0, leading: 18.0 };
    pub(in super::super) const HEADING: Type = Type { face: Face::Bold, size: 10.1, leading: 13.6 };
    pub(in super::super) const MINOR: Type = Type { face: Face::Bold, size: 8.6, leading: 12.4 };
    pub(in super::super) const SAYS: Type = Type { face: Face::Sans, size: 8.9, leading: 13.0 };
    pub(in super::super) const ASIDE: Type = Type { face: Face::Sans, size: 7.4, leading: 10.2 };
    pub(in super::super) const OWN: Type = Type { face: Face::Serif, size: 10.4, leading: 15.6 };
    pub(in super::super) const CELL: Type = Type { face: Face::Sans, size: 8.1, leading: 11.0 };
    pub(in super::super) const HEAD: Type = Type { face: Face::Bold, size: 7.3, leading: 9.8 };
    pub(in super::super) const CHART: Type = Type { face: Face::Sans, size: 6.9, leading: 8.8 };
}
