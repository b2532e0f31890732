//! Which program a file comes from, told by its content, and the one door for all of them.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;

use jiff::tz::TimeZone;

use super::foreign::{self, Fault, Found, utf8};
use super::import::Imported;
use super::sealed::{self, Opener, Seal};
use super::{day_one, jrnl, markdown};
use crate::journal::{Journal, JournalError};

/// Which program wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This one: the JSON of `export`.
    Evenkeel,
    /// jrnl: its JSON or its plain text.
    Jrnl,
    /// Day One: its JSON, or the zip file that holds it.
    DayOne,
    /// Any that writes Markdown: a file, or a folder of them.
    Markdown,
}

/// How something is taken in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reading<'a> {
    /// Which program it comes from; told by its content if absent.
    pub origin: Option<Origin>,
    /// The zone of times that tell none, such as `Europe/Berlin`; this machine's if absent.
    pub zone: Option<&'a str>,
}

impl Journal {
    /// Takes in a file or a folder, all of it or nothing. What is here already stays as it is.
    ///
    /// `opener` is asked for what opens a file that is encrypted with age.
    ///
    /// # Errors
    /// [`JournalError::Import`] and [`JournalError::ImportFrom`] with the place of the first
    /// fault, [`JournalError::SealedFile`], and others; then nothing was taken in.
    pub fn import_path<E: From<JournalError>>(
        &self,
        path: &Path,
        reading: Reading<'_>,
        opener: impl FnOnce(Seal) -> Result<Opener, E>,
    ) -> Result<Imported, E> {
        let zone = foreign::zone(reading.zone)?;
        if path.is_dir() {
            let found = match reading.origin {
                None | Some(Origin::Markdown) => markdown::folder(path, &zone)?,
                Some(_) => {
                    let why = "This is a folder. Name the file in it.".to_owned();
                    return Err(JournalError::ImportFrom { place: path.display().to_string(), why }.into());
                }
            };
            return Ok(self.take_in(found)?);
        }
        let mut file = File::open(path).map_err(JournalError::from)?;
        let mut magic = [0; 4];
        let read = file.read(&mut magic).map_err(JournalError::from)?;
        file.rewind().map_err(JournalError::from)?;
        if magic[..read] == *b"PK\x03\x04" {
            return Ok(self.take_in(day_one::zip(file, &zone)?)?);
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(JournalError::from)?;
        self.import_bytes(&bytes, Some(path), reading, opener)
    }

    /// Takes in the content of a file, perhaps with its name.
    ///
    /// # Errors
    /// As [`Journal::import_path`].
    pub fn import_bytes<E: From<JournalError>>(
        &self,
        bytes: &[u8],
        name: Option<&Path>,
        reading: Reading<'_>,
        opener: impl FnOnce(Seal) -> Result<Opener, E>,
    ) -> Result<Imported, E> {
        let zone = foreign::zone(reading.zone)?;
        match sealed::seal_of(bytes)? {
            Some(seal) => {
                let plain = sealed::unseal(bytes, &opener(seal)?)?;
                Ok(self.import_plain(&plain, None, reading.origin, &zone)?)
            }
            None => Ok(self.import_plain(bytes, name, reading.origin, &zone)?),
        }
    }

    fn import_plain(
        &self,
        bytes: &[u8],
        name: Option<&Path>,
        origin: Option<Origin>,
        zone: &TimeZone,
    ) -> Result<Imported, JournalError> {
        let origin = match origin {
            Some(origin) => origin,
            None => told_by(bytes, name)?,
        };
        let found = match origin {
            Origin::Evenkeel => return self.import_json(&mut &*bytes),
            Origin::Jrnl if is_json(bytes) => jrnl::json(bytes, zone)?,
            Origin::Jrnl => jrnl::text(utf8(bytes)?, zone)?,
            Origin::DayOne => day_one::json(bytes, zone)?,
            Origin::Markdown => {
                let stem = name.and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
                let changed = name.and_then(markdown::changed);
                let file = markdown::File {
                    stem: stem.as_deref().unwrap_or_default(),
                    changed: Some(changed.unwrap_or_else(|| self.now())),
                };
                let mut found = Found::default();
                file.read(utf8(bytes)?, zone, &mut found)?;
                found
            }
        };
        self.take_in(found)
    }
}

fn is_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"{")
}

/// Which program wrote this. A quotation mark in a JSON text has a backslash before it, so that
/// no text can look like a field.
fn told_by(bytes: &[u8], name: Option<&Path>) -> Result<Origin, JournalError> {
    let has = |field: &[u8]| bytes.windows(field.len()).any(|window| window == field);
    if is_json(bytes) {
        let known = [
            (&b"\"evenkeel_export\""[..], Origin::Evenkeel),
            (b"\"creationDate\"", Origin::DayOne),
            (b"\"date\"", Origin::Jrnl),
        ];
        let why = "This JSON is none that is known here: Evenkeel's, jrnl's or Day One's. If it is one of those, say which with --format.";
        return match known.into_iter().find(|(field, _)| has(field)) {
            Some((_, origin)) => Ok(origin),
            // Cut off before anything could be told by it.
            None if serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_err() => Ok(Origin::Evenkeel),
            None => Err(Fault::new(1, why).into()),
        };
    }
    if bytes.trim_ascii().is_empty() {
        return Err(Fault::new(1, "This file is empty.").into());
    }
    let text = utf8(bytes)?;
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if jrnl::header(first).is_some() {
        return Ok(Origin::Jrnl);
    }
    if name.is_some_and(markdown::is_markdown) || first.trim_end() == "---" {
        return Ok(Origin::Markdown);
    }
    Err(Fault::new(1, "What this is can't be told from its content. Say it with --format.").into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_content() {
        let of = |text: &str, name: &str| told_by(text.as_bytes(), Some(Path::new(name))).ok();
        assert_eq!(of("{\n\"evenkeel_export\":1", "x.txt"), Some(Origin::Evenkeel));
        assert_eq!(
            of("\u{feff}{\"metadata\":{},\"entries\":[{\"creationDate\":\"\"}]}", "x"),
            Some(Origin::DayOne)
        );
        assert_eq!(
            of("{\"tags\":{},\"entries\":[{\"title\":\"\\\"creationDate\\\"\",\"date\":\"\"}]}", "x"),
            Some(Origin::Jrnl)
        );
        assert_eq!(of("\n[2020-01-01 10:00] x", "x.md"), Some(Origin::Jrnl));
        assert_eq!(of("---\ndate: x\n---\n", "x"), Some(Origin::Markdown));
        assert_eq!(of("Some words", "x.MD"), Some(Origin::Markdown));
        for (text, name) in
            [("Some words", "x.txt"), ("", "x.md"), ("{\"a\":1}", "x.json"), ("[1]", "x.json")]
        {
            assert_eq!(of(text, name), None, "{text}");
        }
    }
}
