//! Draws pages as a tagged PDF (PDF/UA-1): title, language, outline, headings, tables, figures with
//! words for those who can't see them.

use std::num::NonZeroU16;

use krilla::color::rgb;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node as Tagged, SpanTag, TableHeaderScope, Tag, TagGroup,
    TagTree,
};
use krilla::{Document, SerializeSettings};

use super::face::{Face, Faces, Shaped};
use super::paginate::Placed;
use super::piece::{Ink, Node, NodeId, Role, kinds, page};
use crate::report::Head;
use crate::report::chart::Tone;

const FOOT: &str = "Self-report, put together by a self-help program. Not a diagnosis.";

/// What is drawn.
pub(super) struct Drawn<'d> {
    pub(super) faces: &'d Faces,
    pub(super) pages: &'d [Vec<Placed>],
    pub(super) nodes: &'d [Node],
    pub(super) title: &'d str,
    pub(super) running: &'d str,
    pub(super) head: &'d Head,
}

/// The document's bytes; nothing if it could not be made.
pub(super) fn draw(drawn: &Drawn<'_>) -> Option<Vec<u8>> {
    let configuration =
        ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish().ok()?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        enable_tagging: true,
        ..SerializeSettings::default()
    });
    let mut marked: Vec<Vec<Identifier>> = vec![Vec::new(); drawn.nodes.len()];
    for (index, placed) in drawn.pages.iter().enumerate() {
        let mut sheet = document.start_page_with(PageSettings::from_wh(page::WIDTH, page::HEIGHT)?);
        let mut surface = sheet.surface();
        running(drawn, index, &mut surface);
        for Placed { y, piece } in placed {
            inks(drawn.faces, &piece.inks, page::TOP + y, &mut surface, &mut marked);
        }
        surface.finish();
        sheet.finish();
    }
    document.set_outline(outline(drawn));
    document.set_tag_tree(tree(drawn, marked));
    document.set_metadata(metadata(drawn));
    document.finish().ok()
}

fn metadata(drawn: &Drawn<'_>) -> Metadata {
    let made = drawn.head.zone.clock(drawn.head.made_at);
    let small = |value: i8| u8::try_from(value).unwrap_or(0);
    let offset = made.offset().seconds();
    let date = DateTime::new(u16::try_from(made.year()).unwrap_or(0))
        .month(small(made.month()))
        .day(small(made.day()))
        .hour(small(made.hour()))
        .minute(small(made.minute()))
        .second(small(made.second()))
        .utc_offset_hour(i8::try_from(offset / 3600).unwrap_or(0))
        .utc_offset_minute(u8::try_from(offset.abs() / 60 % 60).unwrap_or(0));
    Metadata::new()
        .title(drawn.title.to_owned())
        .language("en".to_owned())
        .creator(format!("evenkeel {}", drawn.head.version))
        .creation_date(date)
}

/// Head and foot of a page.
fn running(drawn: &Drawn<'_>, index: usize, surface: &mut Surface<'_>) {
    let kind = kinds::ASIDE;
    let right = |text: &str| {
        let shaped = drawn.faces.shape(kind.face, text);
        let x = page::WIDTH - page::SIDE - shaped.width * kind.size;
        (x, shaped)
    };
    if index > 0 {
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Header)));
        let shaped = drawn.faces.shape(kind.face, drawn.running);
        text(drawn.faces, &shaped, (page::SIDE, 42.0), kind.size, Tone::Dim, surface);
        surface.end_tagged();
    }
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
    let y = page::HEIGHT - 36.0;
    let shaped = drawn.faces.shape(Face::Sans, FOOT);
    text(drawn.faces, &shaped, (page::SIDE, y), kind.size, Tone::Dim, surface);
    let (x, shaped) = right(&format!("Page {} of {}", index + 1, drawn.pages.len()));
    text(drawn.faces, &shaped, (x, y), kind.size, Tone::Dim, surface);
    surface.end_tagged();
}

/// Draws marks; neighbours of one place in the tag tree share a tag.
fn inks(
    faces: &Faces,
    inks: &[(Option<NodeId>, Ink)],
    top: f32,
    surface: &mut Surface<'_>,
    marked: &mut [Vec<Identifier>],
) {
    for group in inks.chunk_by(|(a, _), (b, _)| a == b) {
        let Some((node, _)) = group.first() else { continue };
        match node.and_then(|node| marked.get_mut(node)) {
            Some(ids) => {
                let words = group.iter().all(|(_, ink)| matches!(ink, Ink::Text { .. }));
                let tag = if words { ContentTag::Span(SpanTag::empty()) } else { ContentTag::Other };
                ids.push(surface.start_tagged(tag));
            }
            None => {
                surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
            }
        }
        for (_, ink) in group {
            one(faces, ink, top, surface);
        }
        surface.end_tagged();
    }
}

fn one(faces: &Faces, ink: &Ink, top: f32, surface: &mut Surface<'_>) {
    match ink {
        Ink::Text { x, y, size, tone, shaped } => {
            text(faces, shaped, (page::SIDE + x, top + y), *size, *tone, surface);
        }
        Ink::Path { points, width, tone, dashed } => {
            let mut path = PathBuilder::new();
            for (index, (x, y)) in points.iter().enumerate() {
                if index == 0 {
                    path.move_to(page::SIDE + x, top + y);
                } else {
                    path.line_to(page::SIDE + x, top + y);
                }
            }
            let Some(path) = path.finish() else { return };
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: color(*tone).into(),
                width: *width,
                dash: dashed.then(|| StrokeDash { array: vec![3.0, 2.0], offset: 0.0 }),
                ..Stroke::default()
            }));
            surface.draw_path(&path);
        }
        Ink::Dot { x, y, radius, tone } => {
            let Some(path) = circle(page::SIDE + x, top + y, *radius) else { return };
            fill(*tone, surface);
            surface.draw_path(&path);
        }
    }
}

fn circle(x: f32, y: f32, r: f32) -> Option<krilla::geom::Path> {
    // Four cubic curves; the factor brings them within 0.03 % of a circle.
    let k = r * 0.552_284_8;
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.cubic_to(x + r, y + k, x + k, y + r, x, y + r);
    path.cubic_to(x - k, y + r, x - r, y + k, x - r, y);
    path.cubic_to(x - r, y - k, x - k, y - r, x, y - r);
    path.cubic_to(x + k, y - r, x + r, y - k, x + r, y);
    path.close();
    path.finish()
}

fn color(tone: Tone) -> rgb::Color {
    let (red, green, blue) = tone.rgb();
    rgb::Color::new(red, green, blue)
}

fn fill(tone: Tone, surface: &mut Surface<'_>) {
    surface.set_stroke(None);
    surface.set_fill(Some(Fill {
        paint: color(tone).into(),
        opacity: NormalizedF32::ONE,
        ..Fill::default()
    }));
}

fn text(faces: &Faces, shaped: &Shaped, at: (f32, f32), size: f32, tone: Tone, surface: &mut Surface<'_>) {
    fill(tone, surface);
    let (mut x, y) = at;
    for run in &shaped.runs {
        surface.draw_glyphs(Point::from_xy(x, y), &run.glyphs, faces.font(run.face), &run.text, size, false);
        x += run.width * size;
    }
}

/// Sections, and in them instruments and measures.
fn outline(drawn: &Drawn<'_>) -> Outline {
    let mut outline = Outline::new();
    let mut open: Option<OutlineNode> = None;
    for (index, placed) in drawn.pages.iter().enumerate() {
        for Placed { y, piece } in placed {
            let Some((level, text)) = &piece.heading else { continue };
            let at = XyzDestination::new(index, Point::from_xy(page::SIDE, page::TOP + y - 12.0));
            let node = OutlineNode::new(text.clone(), at);
            match (level, open.as_mut()) {
                (0 | 1, _) => {
                    if let Some(done) = open.replace(node) {
                        outline.push_child(done);
                    }
                }
                (2, Some(parent)) => parent.push_child(node),
                _ => {}
            }
        }
    }
    if let Some(done) = open {
        outline.push_child(done);
    }
    outline
}

/// The tag tree. Nodes come after their parents, so that they can be folded from the end.
fn tree(drawn: &Drawn<'_>, marked: Vec<Vec<Identifier>>) -> TagTree {
    let mut children: Vec<Vec<Tagged>> =
        marked.into_iter().map(|ids| ids.into_iter().map(Tagged::from).collect()).collect();
    let mut roots: Vec<Tagged> = Vec::new();
    for (id, node) in drawn.nodes.iter().enumerate().rev() {
        let mut own = children.get_mut(id).map(std::mem::take).unwrap_or_default();
        if matches!(node.role, Role::Table | Role::Row) {
            own.reverse();
        }
        let group: Tagged = group(&node.role, own).into();
        match node.parent.and_then(|parent| children.get_mut(parent)) {
            Some(siblings) => siblings.push(group),
            None => roots.push(group),
        }
    }
    let mut tree = TagTree::new().with_lang(Some("en".to_owned()));
    for root in roots.into_iter().rev() {
        tree.push(root);
    }
    tree
}

fn group(role: &Role, children: Vec<Tagged>) -> TagGroup {
    match role {
        Role::Heading(level, text) => {
            let level = NonZeroU16::new(u16::from(*level)).unwrap_or(NonZeroU16::MIN);
            TagGroup::with_children(Tag::Hn(level, Some(text.clone())), children)
        }
        Role::Paragraph => TagGroup::with_children(Tag::P, children),
        Role::Quote => {
            let inner = TagGroup::with_children(Tag::P, children);
            TagGroup::with_children(Tag::BlockQuote, vec![inner.into()])
        }
        Role::Figure(alt) => TagGroup::with_children(Tag::Figure(Some(alt.clone())), children),
        Role::Table => TagGroup::with_children(Tag::Table, children),
        Role::Row => TagGroup::with_children(Tag::TR, children),
        Role::HeadCell => TagGroup::with_children(Tag::TH(TableHeaderScope::Column), children),
        Role::Cell => TagGroup::with_children(Tag::TD, children),
    }
}
