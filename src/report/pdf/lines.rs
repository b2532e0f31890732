//! Text broken into lines: at spaces, after hyphens and slashes, and inside a word only where it
//! is longer than a line.

use unicode_segmentation::UnicodeSegmentation;

use super::face::{Face, Faces};

/// How text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) face: Face,
    /// In points.
    pub(super) size: f32,
    /// From base to base, in points.
    pub(super) leading: f32,
}

/// A piece of a word that can't be parted, and whether a space stands before it.
struct Bit<'t> {
    text: &'t str,
    space: bool,
}

/// One paragraph as lines no wider than `width` points. At least one line, which may be empty.
pub(super) fn lines(faces: &Faces, kind: Type, width: f32, text: &str) -> Vec<String> {
    let most = width / kind.size;
    let space = faces.width(kind.face, " ");
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0.0_f32);
    for bit in bits(text) {
        let wide = faces.width(kind.face, bit.text);
        let gap = if bit.space && !line.is_empty() { space } else { 0.0 };
        if used + gap + wide <= most {
            if gap > 0.0 {
                line.push(' ');
            }
            line.push_str(bit.text);
            used += gap + wide;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        used = 0.0;
        if wide <= most {
            line.push_str(bit.text);
            used = wide;
            continue;
        }
        for cluster in bit.text.graphemes(true) {
            let wide = faces.width(kind.face, cluster);
            if used + wide > most && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            line.push_str(cluster);
            used += wide;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

fn bits(text: &str) -> Vec<Bit<'_>> {
    let mut bits = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}') {
        let mut space = true;
        let mut start = 0;
        let mut before = None;
        let mut chars = word.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let end = at + c.len_utf8();
            let opens = match c {
                '/' | '_' | '=' | '&' => chars.peek().is_some_and(|(_, next)| *next != c && *next != '/'),
                '-' => {
                    before.is_some_and(char::is_alphanumeric)
                        && chars.peek().is_some_and(|(_, next)| next.is_alphabetic())
                }
                _ => false,
            };
            if opens {
                bits.push(Bit { text: &word[start..end], space });
                start = end;
                space = false;
            }
            before = Some(c);
        }
        if start < word.len() {
            bits.push(Bit { text: &word[start..], space });
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Type = Type { face: Face::Sans, size: 10.0, leading: 14.0 };

    #[test]
    fn no_line_is_wider_than_its_measure_and_nothing_is_lost() {
        let faces = Faces::read().unwrap();
        let text =
            "The quick brown fox, https://example.org/a/very/long/address-with-parts and well-known words ";
        let text = format!("{text}{}", "x".repeat(400));
        let lines = lines(&faces, KIND, 120.0, &text);
        for line in &lines {
            assert!(faces.width(Face::Sans, line) * 10.0 <= 120.5, "{line}");
        }
        let all: String = lines.concat().split_whitespace().collect();
        assert_eq!(all, text.split_whitespace().collect::<String>());
    }

    #[test]
    fn nothing_is_one_empty_line() {
        let faces = Faces::read().unwrap();
        assert_eq!(lines(&faces, KIND, 100.0, "  "), [""]);
    }
}
