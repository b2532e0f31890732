//! Unicode normalisation that remembers where each scalar value came from.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Returns the NFKC form without invisible characters, and for each of its scalar values the
/// scalar range of `given` that it stands for.
pub(super) fn normalise(given: &str) -> (String, Vec<(u32, u32)>) {
    let chars: Vec<char> = given.chars().collect();
    let mut text = String::with_capacity(given.len());
    let mut origin = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        // A base character is normalised together with the marks that follow it.
        let mut end = at + 1;
        while end < chars.len() && is_combining_mark(chars[end]) {
            end += 1;
        }
        if chars[at] == '\r' {
            if chars.get(at + 1) != Some(&'\n') {
                text.push('\n');
                origin.push((at as u32, end as u32));
            }
        } else {
            for c in chars[at..end].iter().filter(|c| !is_invisible(**c)).copied().nfkc() {
                text.push(if c == '\u{2019}' || c == '\u{2018}' { '\'' } else { c });
                origin.push((at as u32, end as u32));
            }
        }
        at = end;
    }
    (text, origin)
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
