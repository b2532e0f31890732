//! Unicode normalisation that remembers where each scalar value came from.

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// The normalised form of a text, and what each stretch of it was made from.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Normalised {
    /// `None` if nothing had to be changed and all of it is ASCII.
    text: Option<String>,
    /// In the order of the text; the first begins at 0. Empty where `text` is `None`.
    pieces: Vec<Piece>,
}

/// A stretch of the normalised text, up to where the next one begins.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// Its first byte in the normalised text.
    at: u32,
    /// The first scalar value in the text as given that it was made from.
    from: u32,
    /// From how many scalar values all of it was made; 0 if each of its bytes is one of its own.
    width: u32,
}

impl Normalised {
    pub(super) fn text<'a>(&'a self, given: &'a str) -> &'a str {
        self.text.as_deref().unwrap_or(given)
    }

    /// The scalar values in the text as given, first and one past the last, that the byte `at` of
    /// the normalised text comes from.
    pub(super) fn origin(&self, at: usize) -> (usize, usize) {
        let piece = self.pieces.partition_point(|piece| piece.at as usize <= at);
        match piece.checked_sub(1).and_then(|piece| self.pieces.get(piece)) {
            Some(Piece { from, width, .. }) if *width > 0 => (*from as usize, (from + width) as usize),
            Some(Piece { at: first, from, .. }) => {
                let from = *from as usize + (at - *first as usize);
                (from, from + 1)
            }
            None => (at, at + 1),
        }
    }
}

/// The NFKC form without invisible characters, line ends as `\n`.
pub(super) fn normalise(given: &str) -> Normalised {
    if plain(given.as_bytes()) == given.len() {
        return Normalised { text: None, pieces: Vec::new() };
    }
    let mut made = Maker { text: String::with_capacity(given.len()), pieces: Vec::new() };
    // `at` counts bytes, `from` scalar values.
    let (mut at, mut from) = (0, 0);
    while at < given.len() {
        let rest = &given[at..];
        let mut run = plain(rest.as_bytes());
        if run < rest.len() && !rest.as_bytes()[run].is_ascii() {
            // A mark may follow the last character.
            run = run.saturating_sub(1);
        }
        if run > 0 {
            made.plain(&rest[..run], from);
            (at, from) = (at + run, from + run);
            continue;
        }
        // A base character is normalised together with the marks that follow it.
        let next = rest.char_indices().skip(1).find(|(_, c)| !is_combining_mark(*c));
        let size = next.map_or(rest.len(), |(place, _)| place);
        let width = rest[..size].chars().count();
        let next_is_line_end = rest.as_bytes().get(1) == Some(&b'\n');
        made.cluster(&rest[..size], from, width, next_is_line_end);
        (at, from) = (at + size, from + width);
    }
    Normalised { text: Some(made.text), pieces: made.pieces }
}

/// How many bytes at the start are ASCII and stay as they are.
fn plain(bytes: &[u8]) -> usize {
    let stays = |b: &u8| matches!(b, b' '..=b'~' | b'\n' | b'\t');
    // Whole chunks are looked at without a branch for each byte.
    let whole = bytes.chunks_exact(32).take_while(|chunk| chunk.iter().fold(true, |all, b| all & stays(b)));
    let whole = whole.count() * 32;
    whole + bytes[whole..].iter().take_while(|b| stays(b)).count()
}

struct Maker {
    text: String,
    pieces: Vec<Piece>,
}

impl Maker {
    /// Takes over characters that stay as they are.
    fn plain(&mut self, ascii: &str, from: usize) {
        if self.pieces.last().is_none_or(|last| last.width > 0 || !self.goes_on(last, from)) {
            self.piece(from, 0);
        }
        self.text.push_str(ascii);
    }

    /// Whether the scalar value `from` follows, without a gap, on a piece of plain characters.
    fn goes_on(&self, last: &Piece, from: usize) -> bool {
        last.from as usize + (self.text.len() - last.at as usize) == from
    }

    fn piece(&mut self, from: usize, width: usize) {
        self.pieces.push(Piece { at: self.text.len() as u32, from: from as u32, width: width as u32 });
    }

    /// Normalises a base character and the marks on it.
    fn cluster(&mut self, cluster: &str, from: usize, width: usize, next_is_line_end: bool) {
        if cluster.len() == 1 && plain(cluster.as_bytes()) == 1 {
            return self.plain(cluster, from);
        }
        let size = self.text.len();
        if cluster.starts_with('\r') {
            if !next_is_line_end {
                self.piece(from, width);
                self.text.push('\n');
            }
            return;
        }
        self.piece(from, width);
        let visible = || cluster.chars().filter(|c| !is_invisible(*c));
        let straight = |c| if c == '\u{2019}' || c == '\u{2018}' { '\'' } else { c };
        if is_nfkc_quick(visible()) == IsNormalized::Yes {
            self.text.extend(visible().map(straight));
        } else {
            self.text.extend(visible().nfkc().map(straight));
        }
        if self.text.len() == size {
            self.pieces.pop();
        }
    }
}

/// Characters that a reader does not see and that only serve to split words: zero-width
/// spaces and joiners, direction marks, soft hyphen, byte order mark, control characters.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{180e}' | '\u{feff}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{e0000}'..='\u{e007f}')
        || (c.is_control() && !matches!(c, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, character by character: for each scalar value of the text, where it came from.
    fn plainly(given: &str) -> (String, Vec<(usize, usize)>) {
        let chars: Vec<char> = given.chars().collect();
        let (mut text, mut origin) = (String::new(), Vec::new());
        let mut at = 0;
        while at < chars.len() {
            let mut end = at + 1;
            while end < chars.len() && is_combining_mark(chars[end]) {
                end += 1;
            }
            let cluster: Vec<char> = match (chars[at], chars.get(at + 1)) {
                ('\r', Some('\n')) => Vec::new(),
                ('\r', _) => vec!['\n'],
                _ => chars[at..end].iter().copied().filter(|c| !is_invisible(*c)).nfkc().collect(),
            };
            for c in cluster {
                text.push(if c == '\u{2019}' || c == '\u{2018}' { '\'' } else { c });
                origin.push((at, end));
            }
            at = end;
        }
        (text, origin)
    }

    fn texts() -> impl Strategy<Value = String> {
        let parts = prop_oneof![
            4 => "[a-zA-Z0-9 .,!?'\n\t]{1,50}",
            2 => "\\PC{0,4}",
            2 => "[\u{300}-\u{345}\r\u{1}\u{7f}\u{ad}\u{200b}-\u{200f}\u{2018}-\u{201f}\u{fb00}-\u{fb06}\u{1100}-\u{1175}éİK½…]{1,3}",
        ];
        proptest::collection::vec(parts, 0..8).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn it_is_what_normalising_each_character_gives(given in texts()) {
            let (text, origin) = plainly(&given);
            let normalised = normalise(&given);
            prop_assert_eq!(normalised.text(&given), &text);
            for ((at, _), origin) in text.char_indices().zip(origin) {
                prop_assert_eq!(normalised.origin(at), origin);
            }
        }
    }
}
