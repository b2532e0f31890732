//! Tables: one entry a row, its text in a named column.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use csv::{ByteRecord, ErrorKind, ReaderBuilder};

use super::{Fault, Source};
use crate::entry::Limit;

/// Column that holds the id of a row, if there is one.
const ID: &str = "id";

pub(super) struct Table {
    rows: csv::Reader<Bounded>,
    room: Rc<Cell<u64>>,
    text: usize,
    id: Option<usize>,
    record: ByteRecord,
    ended: bool,
}

/// The id and the text of a row.
type Row = (Option<String>, String);

impl Table {
    pub(super) fn new(source: Source, delimiter: u8, column: &str) -> Result<Self, Fault> {
        let room = Rc::new(Cell::new(most()));
        let bounded = Bounded { inner: source, room: Rc::clone(&room) };
        let mut rows = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bounded);
        let headers = rows.byte_headers().map_err(|error| fault(&error))?;
        let names: Vec<String> = headers
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        let at = |name: &str| names.iter().position(|n| n.eq_ignore_ascii_case(name));
        let text = at(column).ok_or_else(|| {
            let has = names.join(", ");
            Fault::new(
                "no_column",
                format!("It has no column `{column}`, but: {has}. Name one with --column."),
            )
        })?;
        let id = at(ID).filter(|id| *id != text);
        Ok(Self { rows, room, text, id, record: ByteRecord::new(), ended: false })
    }

    /// The next row and the line on which it begins.
    pub(super) fn next_row(&mut self) -> Option<(u64, Result<Row, Fault>)> {
        if self.ended {
            return None;
        }
        self.room.set(most());
        match self.rows.read_byte_record(&mut self.record) {
            Ok(false) => None,
            Ok(true) => {
                let line = self.record.position().map_or(0, csv::Position::line);
                Some((line, self.row()))
            }
            // Where the next row would begin cannot be known.
            Err(error) => {
                self.ended = true;
                Some((self.rows.position().line(), Err(fault(&error))))
            }
        }
    }

    fn row(&self) -> Result<Row, Fault> {
        let cell = |at: usize| {
            let bytes = self
                .record
                .get(at)
                .ok_or_else(|| Fault::new("wrong_shape", "The row has no cell in the column of the text."))?;
            std::str::from_utf8(bytes).map_err(|error| {
                let at = error.valid_up_to();
                Fault::new("not_utf8", format!("A cell is not valid UTF-8 (from its byte {at})."))
            })
        };
        let id = self.id.and_then(|at| cell(at).ok()).map(str::trim).filter(|id| !id.is_empty());
        Ok((id.map(str::to_owned), cell(self.text)?.to_owned()))
    }
}

/// Bytes of a row at most: room for the longest text, every mark in it doubled.
fn most() -> u64 {
    Limit::Screening.characters() as u64 * 8 + (1 << 20)
}

fn fault(error: &csv::Error) -> Fault {
    match error.kind() {
        ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => Fault::new(
            "too_long",
            "A row is longer than any text that is read; perhaps a quotation mark is missing. \
             The rest of the file is left out.",
        ),
        ErrorKind::Io(error) => Fault::unreadable(error),
        // Other messages can hold what stands in a cell.
        _ => Fault::new("wrong_shape", "It is no table of rows and columns."),
    }
}

/// Stops reading in a row that never ends, before it fills the memory.
struct Bounded {
    inner: Source,
    room: Rc<Cell<u64>>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.room.get() == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let count = self.inner.read(buffer)?;
        self.room.set(self.room.get().saturating_sub(count as u64));
        Ok(count)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    type Rows = Vec<(u64, Result<Row, Fault>)>;

    fn rows(text: &[u8], column: &str) -> Result<Rows, Fault> {
        let mut table = Table::new(Box::new(io::Cursor::new(text.to_vec())), b',', column)?;
        Ok(std::iter::from_fn(|| table.next_row()).collect())
    }

    #[test]
    fn a_row_gives_its_text_and_id_and_the_line_it_begins_on() {
        let text = "\u{feff}ID,Note,mood\n7,\"one\ntwo, three\",3\n,\"she said \"\"no\"\"\",1\n";
        let rows = rows(text.as_bytes(), "note").unwrap();
        assert_eq!(rows[0], (2, Ok((Some("7".to_owned()), "one\ntwo, three".to_owned()))));
        assert_eq!(rows[1], (4, Ok((None, "she said \"no\"".to_owned()))));
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn a_row_that_cannot_be_used_is_told_and_the_next_is_read() {
        let rows = rows(b"id,text\n1\n2,a\xff\n3,good\n", "text").unwrap();
        let kinds: Vec<_> = rows.iter().map(|(_, row)| row.as_ref().err().map(|f| f.kind)).collect();
        assert_eq!(kinds, [Some("wrong_shape"), Some("not_utf8"), None]);
    }

    #[test]
    fn a_column_that_is_not_there_is_told_with_those_that_are() {
        let fault = rows(b"id,body\n", "text").unwrap_err();
        assert_eq!(fault.kind, "no_column");
        assert!(fault.message.contains("id, body"), "{}", fault.message);
    }

    #[test]
    fn a_quotation_that_never_ends_does_not_fill_the_memory() {
        let endless =
            Box::new(io::BufReader::new(io::Cursor::new(b"text\n\"".to_vec()).chain(io::repeat(b'a'))));
        let mut table = Table::new(endless, b',', "text").unwrap();
        assert_eq!(table.next_row().unwrap().1.unwrap_err().kind, "too_long");
        assert!(table.next_row().is_none());
    }
}
