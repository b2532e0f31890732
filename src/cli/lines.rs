//! A typed line, read no further than it may be long.

use std::io::{self, BufRead, Read as _};

/// Why a typed line can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineFault {
    /// It is far too long; nothing of it is kept.
    TooLong,
    /// It is not UTF-8.
    NotText,
}

/// The next line without its end, of up to `most` bytes with it; `None` at the end of the input. A
/// longer one is read to its end and dropped.
pub(super) fn read(input: &mut dyn BufRead, most: u64) -> io::Result<Option<Result<String, LineFault>>> {
    let mut chunk = || {
        let mut bytes = Vec::new();
        (&mut *input).take(most).read_until(b'\n', &mut bytes).map(|_| bytes)
    };
    let mut bytes = chunk()?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let is_cut = |bytes: &[u8]| bytes.len() as u64 == most && bytes.last() != Some(&b'\n');
    if is_cut(&bytes) {
        while is_cut(&bytes) {
            bytes = chunk()?;
        }
        return Ok(Some(Err(LineFault::TooLong)));
    }
    while bytes.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
        bytes.pop();
    }
    Ok(Some(String::from_utf8(bytes).map_err(|_| LineFault::NotText)))
}
