//! Where answers to an archive go: a file that a run can go on with, or standard output.
//!
//! Every answer is one line that is written whole; a line that was cut off by a kill is taken away
//! before a run goes on. So the file always holds the answers to the first entries, and nothing else
//! needs to be remembered.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::record::{COLUMNS, Record, Written};
use crate::cli::args::FormatArg;
use crate::cli::error::CliError;

/// Answers, line by line.
pub(super) struct Output {
    sink: Sink,
    format: FormatArg,
    path: Option<PathBuf>,
}

enum Sink {
    File(BufWriter<File>),
    Stdout,
}

impl Output {
    /// Standard output, or a new file.
    pub(super) fn create(path: Option<&Path>, format: FormatArg) -> Result<Self, CliError> {
        let sink = match path {
            None => Sink::Stdout,
            Some(path) => {
                let file = new_file(path)?;
                lock(&file, path)?;
                Sink::File(BufWriter::new(file))
            }
        };
        let mut output = Self { sink, format, path: path.map(Path::to_owned) };
        output.head()?;
        Ok(output)
    }

    /// The file of an earlier run, and what it wrote; a new one if there is none.
    pub(super) fn resume(path: &Path, format: FormatArg) -> Result<(Self, Earlier), CliError> {
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = open.map_err(|source| not_opened(path, source))?;
        lock(&file, path)?;
        let length = whole_lines(&file).map_err(|source| not_opened(path, source))?;
        file.set_len(length).map_err(|source| not_opened(path, source))?;
        let mut earlier = BufReader::new(File::open(path).map_err(|source| not_opened(path, source))?);
        let mut file = BufWriter::new(file);
        file.seek(SeekFrom::End(0))?;
        let mut output = Self { sink: Sink::File(file), format, path: Some(path.to_owned()) };
        if length == 0 {
            output.head()?;
        } else if format == FormatArg::Csv {
            let mut head = String::new();
            earlier.read_line(&mut head)?;
            if head.trim_end() != COLUMNS.join(",") {
                return Err(other_output(path));
            }
        }
        Ok((output, Earlier { lines: earlier, left: length > 0, format, path: path.to_owned() }))
    }

    fn head(&mut self) -> Result<(), CliError> {
        if self.format == FormatArg::Csv {
            self.put(format!("{}\n", COLUMNS.join(",")).as_bytes())?;
        }
        Ok(())
    }

    /// Writes what [`line`] made of the answer to one entry.
    pub(super) fn write(&mut self, line: &[u8]) -> Result<(), CliError> {
        if line.is_empty() { Ok(()) } else { self.put(line) }
    }

    /// Writes what stands at the end and makes sure that all of it lies on the disk.
    pub(super) fn close(mut self, end: &str) -> Result<(), CliError> {
        self.put(end.as_bytes())?;
        if let Sink::File(file) = self.sink {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error);
            let done = file.and_then(|file| file.sync_all());
            return done.map_err(|source| full(self.path.as_deref(), source));
        }
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        let done = match &mut self.sink {
            // A line is handed over whole, so that one who follows the file sees whole lines.
            Sink::File(file) => file.write_all(bytes).and_then(|()| file.flush()),
            Sink::Stdout => {
                let mut out = io::stdout().lock();
                out.write_all(bytes).and_then(|()| out.flush())
            }
        };
        done.map_err(|source| match self.path.as_deref() {
            None => source.into(),
            path => full(path, source),
        })
    }
}

/// What is written of the answer to one entry. Of a report only the end is written, by
/// [`Output::close`].
pub(super) fn line(record: &Record, format: FormatArg) -> Result<Vec<u8>, CliError> {
    Ok(match format {
        FormatArg::Jsonl => record.json()?,
        FormatArg::Csv => {
            let mut row = csv::Writer::from_writer(Vec::new());
            row.write_record(record.row()).map_err(io::Error::other)?;
            row.into_inner().map_err(|error| io::Error::other(error.to_string()))?
        }
        FormatArg::Report => Vec::new(),
    })
}

/// What an earlier run wrote, in order.
pub(super) struct Earlier {
    lines: BufReader<File>,
    left: bool,
    format: FormatArg,
    path: PathBuf,
}

impl Earlier {
    /// The next answer; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<Written>, CliError> {
        if !self.left {
            return Ok(None);
        }
        let mut line = Vec::new();
        if self.lines.read_until(b'\n', &mut line)? == 0 {
            self.left = false;
            return Ok(None);
        }
        let written = match self.format {
            FormatArg::Csv => Written::from_row(&line),
            _ => Written::from_json(&line),
        };
        written.map(Some).ok_or_else(|| other_output(&self.path))
    }

    /// Says that the file was not made from this input.
    pub(super) fn differs(&self) -> CliError {
        other_output(&self.path)
    }
}

/// Length of a file up to its last line break.
fn whole_lines(file: &File) -> io::Result<u64> {
    let mut source = BufReader::new(file);
    let (mut at, mut whole) = (0, 0);
    loop {
        let buffer = source.fill_buf()?;
        if buffer.is_empty() {
            return Ok(whole);
        }
        if let Some(last) = buffer.iter().rposition(|b| *b == b'\n') {
            whole = at + last as u64 + 1;
        }
        let length = buffer.len();
        at += length as u64;
        source.consume(length);
    }
}

/// Two runs must not write into one file.
fn lock(file: &File, path: &Path) -> Result<(), CliError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(CliError::Failed(format!(
            "Another run is writing to {}. Wait for it, or name another file.",
            path.display()
        ))),
        // Some file systems know no locks.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        Err(TryLockError::Error(source)) => Err(not_opened(path, source)),
    }
}

/// A file that was not there before.
pub(super) fn new_file(path: &Path) -> Result<File, CliError> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    file.map_err(|source| CliError::File {
        what: format!("{} could not be made; choose a file that is not there yet", path.display()),
        source,
    })
}

fn not_opened(path: &Path, source: io::Error) -> CliError {
    CliError::File { what: format!("{} could not be opened", path.display()), source }
}

fn full(path: Option<&Path>, source: io::Error) -> CliError {
    let path = path.map(|p| p.display().to_string()).unwrap_or_default();
    let what = format!("{path} could not be written; make room and go on with --resume");
    CliError::File { what, source }
}

fn other_output(path: &Path) -> CliError {
    CliError::Failed(format!(
        "What stands in {} was not made from this input in this format. Name the input and format it \
         was made from, or another output.",
        path.display()
    ))
}
