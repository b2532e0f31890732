//! The typefaces, and text as glyphs.
//!
//! Noto Sans sets the program's words, `DejaVu` Serif the person's; both come from crates that carry
//! them. Only glyphs that are used are embedded. What
//! neither typeface has, and what runs from right to left, stands as `□`, one for each character;
//! the text inside the file stays whole, so that copying and reading aloud still work.

use std::cell::RefCell;
use std::collections::HashMap;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, UnicodeBuffer};
use unicode_segmentation::UnicodeSegmentation;

const SANS: &[u8] = ttf_noto_sans::REGULAR;
const BOLD: &[u8] = ttf_noto_sans::BOLD;

/// What stands for a character that can't be set.
const BOX: char = '\u{25a1}';

/// A typeface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Face {
    /// The program's words.
    Sans,
    /// Its headings.
    Bold,
    /// The person's words.
    Serif,
}

/// Glyphs of one typeface, side by side.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) face: Face,
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// In parts of the size.
    pub(super) width: f32,
}

/// A text as glyphs.
#[derive(Debug, Clone, Default)]
pub(super) struct Shaped {
    pub(super) runs: Vec<Run>,
    /// In parts of the size.
    pub(super) width: f32,
}

/// The typefaces, read once for a document.
pub(super) struct Faces {
    sans: One,
    bold: One,
    serif: One,
    widths: [RefCell<HashMap<String, f32>>; 3],
    missing: RefCell<bool>,
}

struct One {
    font: Font,
    shaper: rustybuzz::Face<'static>,
}

impl One {
    fn read(bytes: &'static [u8]) -> Option<Self> {
        Some(Self { font: Font::new(bytes.into(), 0)?, shaper: rustybuzz::Face::from_slice(bytes, 0)? })
    }

    fn has(&self, cluster: &str) -> bool {
        cluster.chars().all(|c| self.shaper.glyph_index(c).is_some())
    }
}

impl Faces {
    /// Reads the typefaces.
    pub(super) fn read() -> Option<Self> {
        Some(Self {
            sans: One::read(SANS)?,
            bold: One::read(BOLD)?,
            serif: One::read(dejavu::serif_condensed::regular())?,
            widths: Default::default(),
            missing: RefCell::default(),
        })
    }

    /// The font of a typeface.
    pub(super) fn font(&self, face: Face) -> Font {
        self.one(face).font.clone()
    }

    /// Whether any text so far had characters that can't be set.
    pub(super) fn missed(&self) -> bool {
        *self.missing.borrow()
    }

    fn one(&self, face: Face) -> &One {
        match face {
            Face::Sans => &self.sans,
            Face::Bold => &self.bold,
            Face::Serif => &self.serif,
        }
    }

    /// The width of a text in parts of the size; remembered, since words come again.
    pub(super) fn width(&self, face: Face, text: &str) -> f32 {
        if let Some(width) = self.widths[face as usize].borrow().get(text) {
            return *width;
        }
        let width = self.shape(face, text).width;
        if text.len() < 64 {
            self.widths[face as usize].borrow_mut().insert(text.to_owned(), width);
        }
        width
    }

    /// A text as glyphs, in one line.
    pub(super) fn shape(&self, face: Face, text: &str) -> Shaped {
        let mut shaped = Shaped::default();
        let mut pending = String::new();
        let mut current = face;
        for cluster in text.graphemes(true) {
            let (kept, found) = self.find(face, cluster);
            let Some(kept) = kept else { continue };
            if found != Some(current) {
                self.flush(current, &mut pending, &mut shaped);
            }
            match found {
                Some(found) => {
                    current = found;
                    pending.push_str(&kept);
                }
                None => self.box_for(face, &kept, &mut shaped),
            }
        }
        self.flush(current, &mut pending, &mut shaped);
        shaped
    }

    /// What of a cluster is set, and in which typeface; nothing if there is nothing to see.
    fn find(&self, face: Face, cluster: &str) -> (Option<String>, Option<Face>) {
        let seen: String = cluster.chars().filter(|c| !is_unseen(*c)).collect();
        if seen.is_empty() {
            return (None, Some(face));
        }
        if seen.chars().any(|c| is_from_the_right(c) || is_no_character(c)) {
            let told = seen.chars().map(|c| if is_no_character(c) { BOX } else { c }).collect();
            return (Some(told), None);
        }
        let other = if face == Face::Serif { Face::Sans } else { Face::Serif };
        let found = [face, other].into_iter().find(|face| self.one(*face).has(&seen));
        (Some(seen), found)
    }

    fn flush(&self, face: Face, pending: &mut String, shaped: &mut Shaped) {
        if pending.is_empty() {
            return;
        }
        let text = std::mem::take(pending);
        let one = self.one(face);
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text);
        buffer.guess_segment_properties();
        buffer.set_direction(Direction::LeftToRight);
        let output = rustybuzz::shape(&one.shaper, &[], buffer);
        let per_em = one.font.units_per_em();
        let infos = output.glyph_infos();
        let starts: Vec<usize> = infos.iter().map(|info| info.cluster as usize).collect();
        let mut width = 0.0;
        let mut glyphs = Vec::with_capacity(infos.len());
        for (index, (info, position)) in infos.iter().zip(output.glyph_positions()).enumerate() {
            let start = starts[index];
            let end = starts[index..].iter().copied().find(|next| *next > start).unwrap_or(text.len());
            let advance = position.x_advance as f32 / per_em;
            width += advance;
            glyphs.push(KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                advance,
                position.x_offset as f32 / per_em,
                position.y_offset as f32 / per_em,
                0.0,
                start..end,
                None,
            ));
        }
        shaped.width += width;
        shaped.runs.push(Run { face, text, glyphs, width });
    }

    fn box_for(&self, face: Face, cluster: &str, shaped: &mut Shaped) {
        *self.missing.borrow_mut() = true;
        let one = self.one(face);
        let Some(glyph) = one.shaper.glyph_index(BOX) else { return };
        let width = f32::from(one.shaper.glyph_hor_advance(glyph).unwrap_or(1000)) / one.font.units_per_em();
        let glyph =
            KrillaGlyph::new(GlyphId::new(u32::from(glyph.0)), width, 0.0, 0.0, 0.0, 0..cluster.len(), None);
        shaped.width += width;
        shaped.runs.push(Run { face, text: cluster.to_owned(), glyphs: vec![glyph], width });
    }
}

/// Nothing to see: controls, marks of direction, joiners, selectors.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{61c}' | '\u{180e}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Scripts that run from right to left.
fn is_from_the_right(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
        || matches!(c, '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Private use and what will never be a character.
fn is_no_character(c: char) -> bool {
    let low = u32::from(c) & 0xffff;
    low >= 0xfffe
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fff0}'..='\u{fffb}')
        || matches!(c, '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_a_width_and_its_text() {
        let faces = Faces::read().unwrap();
        let shaped = faces.shape(Face::Serif, "office");
        assert!(shaped.width > 1.0 && shaped.width < 6.0);
        let text: String = shaped.runs.iter().map(|run| run.text.as_str()).collect();
        assert_eq!(text, "office");
        assert!(!faces.missed());
    }

    #[test]
    fn what_can_not_be_set_is_a_box_that_keeps_its_text() {
        let faces = Faces::read().unwrap();
        let shaped = faces.shape(Face::Serif, "a \u{645}\u{631} \u{4f60} \u{1f469}\u{200d}\u{1f467} b");
        let text: String = shaped.runs.iter().map(|run| run.text.as_str()).collect();
        assert_eq!(text, "a \u{645}\u{631} \u{4f60} \u{1f469}\u{1f467} b");
        assert!(faces.missed());
    }

    #[test]
    fn marks_of_direction_and_zero_bytes_vanish() {
        let faces = Faces::read().unwrap();
        let shaped = faces.shape(Face::Sans, "a\u{202e}\0\u{feff}b\u{e000}");
        let text: String = shaped.runs.iter().map(|run| run.text.as_str()).collect();
        assert_eq!(text, "ab\u{25a1}");
    }
}
