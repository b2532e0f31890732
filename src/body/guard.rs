//! Readers that stand between a file and its parser: they check UTF-8, count lines, and stop what would
//! grow without end.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use super::{BodyError, Limits, Place};

/// Size of the buffers that files are read through, in bytes.
const BUFFER: usize = 1 << 16;

/// Why a guard stopped reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Stop {
    #[error("not UTF-8 on line {0}")]
    NotText(u64),
    #[error("a part is too long, on line {0}")]
    TooLong(u64),
    #[error("nested too deep, on line {0}")]
    TooDeep(u64),
    #[error("unpacks to too much")]
    Bomb,
}

impl Stop {
    fn raise(self) -> io::Error {
        io::Error::other(self)
    }
}

/// The error for people behind an error of reading.
pub(super) fn explain(error: io::Error, place: Place, limits: &Limits) -> BodyError {
    let at = |line| Place::line(&place.file, line);
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Stop>()) {
        Some(Stop::NotText(line)) => BodyError::NotText { place: at(*line) },
        Some(Stop::TooLong(line)) => BodyError::TooLong { place: at(*line), limit: limits.part },
        Some(Stop::TooDeep(line)) => BodyError::TooDeep { place: at(*line) },
        Some(Stop::Bomb) => BodyError::ZipBomb { file: place.file },
        None => match error.kind() {
            io::ErrorKind::UnexpectedEof => BodyError::Cut { place },
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                BodyError::BrokenZip { file: place.file }
            }
            _ => BodyError::Read { place, source: error },
        },
    }
}

/// Counts the bytes that leave the disk.
pub(super) struct Counted<R> {
    pub(super) inner: R,
    pub(super) bytes: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bytes.set(self.bytes.get() + count as u64);
        Ok(count)
    }
}

impl<R: io::Seek> io::Seek for Counted<R> {
    fn seek(&mut self, position: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}

/// Stops a packed file that unpacks to far more than it should.
pub(super) struct Unpacked<R> {
    pub(super) inner: R,
    /// Bytes of the packed file.
    pub(super) packed: u64,
    /// Bytes unpacked so far.
    pub(super) bytes: u64,
    pub(super) limits: Limits,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bytes += count as u64;
        let swollen = self.bytes > self.limits.unpacked_free
            && self.bytes / self.packed.max(1) > self.limits.unpacked_ratio;
        if swollen || self.bytes > self.limits.unpacked {
            return Err(Stop::Bomb.raise());
        }
        Ok(count)
    }
}

/// Passes on bytes as long as they are UTF-8; leaves out a byte order mark.
struct Checked<R> {
    inner: R,
    /// The beginning of a character whose end is not read yet.
    open: [u8; 4],
    open_len: usize,
    lines: u64,
    begun: bool,
}

impl<R: Read> Checked<R> {
    fn check(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while self.open_len > 0 {
            let Some((&first, rest)) = bytes.split_first() else { return Ok(()) };
            self.open[self.open_len] = first;
            self.open_len += 1;
            bytes = rest;
            match std::str::from_utf8(&self.open[..self.open_len]) {
                Ok(_) => self.open_len = 0,
                Err(error) if error.error_len().is_none() && self.open_len < 4 => {}
                Err(_) => return Err(Stop::NotText(self.lines + 1).raise()),
            }
        }
        let (good, wrong) = match std::str::from_utf8(bytes) {
            Ok(_) => (bytes.len(), false),
            Err(error) => (error.valid_up_to(), error.error_len().is_some()),
        };
        self.lines += line_ends(&bytes[..good]);
        if wrong {
            return Err(Stop::NotText(self.lines + 1).raise());
        }
        let open = &bytes[good..];
        self.open[..open.len()].copy_from_slice(open);
        self.open_len = open.len();
        Ok(())
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = self.inner.read(buffer)?;
        if !self.begun && count > 0 {
            self.begun = true;
            while count < 3 && buffer.len() >= 3 {
                let more = self.inner.read(&mut buffer[count..])?;
                if more == 0 {
                    break;
                }
                count += more;
            }
            if buffer[..count].starts_with(b"\xef\xbb\xbf") {
                buffer.copy_within(3..count, 0);
                count -= 3;
                if count == 0 {
                    return self.read(buffer);
                }
            }
        }
        if count == 0 && self.open_len > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.check(&buffer[..count])?;
        Ok(count)
    }
}

#[allow(clippy::naive_bytecount, reason = "it is fast enough, and one crate fewer")]
fn line_ends(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&b| b == b'\n').count() as u64
}

/// How far a parser has come: lines, and bytes since its last whole part. The parser says when a part is
/// whole.
#[derive(Clone, Default)]
pub(super) struct Track {
    lines: Rc<Cell<u64>>,
    since: Rc<Cell<u64>>,
}

impl Track {
    /// The line that is being read, from 1.
    pub(super) fn line(&self) -> u64 {
        self.lines.get() + 1
    }

    /// A part is whole: the next may be as long again.
    pub(super) fn whole(&self) {
        self.since.set(0);
    }
}

/// A buffered text that a parser reads through.
pub(super) struct Text<R> {
    inner: BufReader<Checked<R>>,
    track: Track,
    limit: u64,
}

impl<R: Read> Text<R> {
    pub(super) fn new(inner: R, limits: &Limits) -> Self {
        let checked = Checked { inner, open: [0; 4], open_len: 0, lines: 0, begun: false };
        let inner = BufReader::with_capacity(BUFFER, checked);
        Self { inner, track: Track::default(), limit: limits.part }
    }

    pub(super) fn track(&self) -> Track {
        self.track.clone()
    }
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Text<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.track.since.get() > self.limit {
            return Err(Stop::TooLong(self.track.line()).raise());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        let lines = line_ends(&self.inner.buffer()[..count]);
        self.track.lines.set(self.track.lines.get() + lines);
        self.track.since.set(self.track.since.get() + count as u64);
        self.inner.consume(count);
    }
}

/// Watches the depth of JSON as it passes.
pub(super) struct Nesting<R> {
    inner: R,
    depth: u32,
    limit: u32,
    quoted: bool,
    escaped: bool,
    lines: u64,
}

impl<R: Read> Nesting<R> {
    pub(super) fn new(inner: R, limits: &Limits) -> Self {
        Self { inner, depth: 0, limit: limits.depth, quoted: false, escaped: false, lines: 0 }
    }
}

impl<R: Read> Read for Nesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        for &byte in &buffer[..count] {
            self.lines += u64::from(byte == b'\n');
            if self.escaped {
                self.escaped = false;
            } else if self.quoted {
                self.escaped = byte == b'\\';
                self.quoted = byte != b'"';
            } else {
                match byte {
                    b'"' => self.quoted = true,
                    b'[' | b'{' => self.depth += 1,
                    b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                if self.depth > self.limit {
                    return Err(Stop::TooDeep(self.lines + 1).raise());
                }
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((&first, rest)) = self.0.split_first() else { return Ok(0) };
            buffer[0] = first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn read(bytes: &[u8]) -> Result<String, io::Error> {
        let mut text = String::new();
        Text::new(Slow(bytes), &Limits::default()).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn characters_may_be_split_and_a_byte_order_mark_is_left_out() {
        assert_eq!(read("\u{feff}né 🙂".as_bytes()).unwrap(), "né 🙂");
    }

    #[test]
    fn wrong_bytes_are_told_with_their_line() {
        let error = read(b"one\ntwo\n\xff").unwrap_err();
        let error = explain(error, Place::whole("a"), &Limits::default());
        assert_eq!(error.place(), Some(&Place::line("a", 3)));
        assert_eq!(read(b"a\xe2\x82").unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_part_without_end_is_stopped() {
        let limits = Limits { part: 1000, ..Limits::default() };
        let mut text = Text::new(io::repeat(b'a'), &limits);
        let error = io::copy(&mut text, &mut io::sink()).unwrap_err();
        assert!(matches!(explain(error, Place::whole("a"), &limits), BodyError::TooLong { .. }));
    }
}
