//! Folders of Markdown files, one entry each. A file's time is what its front matter says, else
//! the day that its name or its first heading begins with, else when it was last changed.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use jiff::tz::TimeZone;

use super::foreign::{Fault, Foreign, Found, civil, tag, utf8};
use super::front_matter::{self, Field, Value};
use crate::journal::{EntryText, JournalError, Mood, Stamp, Tag, ValueError};

/// Bytes of a file at most: every character of the longest text, and its head.
const MOST_BYTES: u64 = 4 * EntryText::MOST as u64 + 64 * 1024;
/// Folders in folders at most.
const DEEPEST: usize = 16;

/// Reads every Markdown file of a folder and of those in it. Hidden ones and links are left alone.
pub(super) fn folder(folder: &Path, zone: &TimeZone) -> Result<Found, JournalError> {
    let mut paths = Vec::new();
    collect(folder, 0, &mut paths)?;
    paths.sort();
    if paths.is_empty() {
        return Err(JournalError::ImportFrom {
            place: folder.display().to_string(),
            why: "There is no Markdown file in this folder (names that end in .md).".to_owned(),
        });
    }
    let mut found = Found::default();
    for path in paths {
        let shown = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        let mut bytes = Vec::new();
        fs::File::open(&path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(Fault::new(1, "This file is longer than a text can be. Split it up.").of(&shown));
        }
        let stem = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let file = File { stem: &stem, changed: changed(&path) };
        utf8(&bytes).and_then(|text| file.read(text, zone, &mut found)).map_err(|fault| fault.of(&shown))?;
    }
    Ok(found)
}

fn collect(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> Result<(), JournalError> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, entry.path());
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if kind.is_dir() && depth < DEEPEST {
            collect(&path, depth + 1, paths)?;
        } else if kind.is_file() && is_markdown(&path) {
            paths.push(path);
        }
    }
    Ok(())
}

/// When a file was last changed.
pub(super) fn changed(path: &Path) -> Option<Stamp> {
    let since = fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Stamp::new(i64::try_from(since.as_millis()).ok()?, 0).ok()
}

/// Whether a file's name says that it is Markdown.
pub(super) fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("md") || end.eq_ignore_ascii_case("markdown"))
}

/// What is known of a file beside its text.
pub(super) struct File<'a> {
    /// Its name without the ending.
    pub(super) stem: &'a str,
    /// When it was last changed, in UTC.
    pub(super) changed: Option<Stamp>,
}

/// When a text was written, and as what that stands in the file.
type Time = (Stamp, String);

impl File<'_> {
    /// Reads one file.
    pub(super) fn read(&self, text: &str, zone: &TimeZone, found: &mut Found) -> Result<(), Fault> {
        let (fields, body) = front_matter::split(text);
        let field =
            |names: &[&str]| names.iter().find_map(|name| fields.iter().find(|field| field.name == *name));
        let id = one(field(&["id"])).and_then(|id| id.parse().ok()).filter(|_| field(&["written"]).is_some());
        if self.is_ours(id.is_some()) {
            found.left_out += 1;
            return Ok(());
        }
        // What we wrote is given back to the letter; elsewhere blank lines at the ends say nothing.
        let words = if id.is_some() {
            let body = body.strip_prefix('\n').unwrap_or(body);
            body.strip_suffix('\n').unwrap_or(body).to_owned()
        } else {
            titled(one(field(&["title"])), body.trim_matches(['\n', '\r']).trim_end())
        };
        let text = match EntryText::new(words) {
            Err(ValueError::Blank) => {
                found.without_text += 1;
                return Ok(());
            }
            Err(other) => return Err(Fault::new(1, other.to_string())),
            Ok(text) => text,
        };
        let dated = field(&["written", "date", "created", "created_at", "creation_date", "datetime"]);
        let (written, told) = match dated {
            Some(field) if one(Some(field)).is_none_or(|date| !date.is_empty()) => said(field, zone)?,
            _ => self.time(&text, zone)?,
        };
        let mut tags: Vec<Tag> = field(&["tags", "tag", "keywords"])
            .map(|field| field.value.words().into_iter().filter_map(tag).collect())
            .unwrap_or_default();
        let mood = mood(field(&["mood"]), &mut tags)?;
        found.texts.push(Foreign { text, written, told, mood, tags, id });
        Ok(())
    }

    /// Whether it is a thought record or a draft that `export` wrote.
    fn is_ours(&self, named: bool) -> bool {
        let is_draft = || {
            let number = self.stem.rsplit_once('-').map_or("", |(_, number)| number);
            number.len() == 32 && number.bytes().all(|b| b.is_ascii_hexdigit())
        };
        (named && self.stem.starts_with("thought-record-")) || (self.stem.starts_with("draft-") && is_draft())
    }

    /// The day of its name or its heading, else when it was changed. A copy may have been changed
    /// another time, so that does not tell one text from another.
    fn time(&self, text: &EntryText, zone: &TimeZone) -> Result<Time, Fault> {
        let heading = text.as_str().lines().next().unwrap_or_default();
        let heading = heading.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim_start());
        let day = |text: &str| civil(text.get(..10)?);
        if let Some(day) = day(self.stem).or_else(|| day(heading?)) {
            let written = Stamp::at(day, zone).map_err(|error| Fault::new(1, error.to_string()))?;
            return Ok((written, day.to_string()));
        }
        let why = "Nothing tells when this was written. Give it a `date:` in its front matter.";
        let changed = self.changed.ok_or_else(|| Fault::new(1, why))?;
        Ok((changed.in_zone(zone), String::new()))
    }
}

fn one(field: Option<&Field>) -> Option<&str> {
    match &field?.value {
        Value::One(text) => Some(text.as_str()),
        Value::Many(_) => None,
    }
}

/// A title that the text does not begin with would be lost.
fn titled(title: Option<&str>, body: &str) -> String {
    let first = body.lines().next().unwrap_or_default().trim_start_matches('#').trim();
    match title.map(str::trim).filter(|title| !title.is_empty() && *title != first) {
        Some(title) if body.is_empty() => title.to_owned(),
        Some(title) => format!("{title}\n\n{body}"),
        None => body.to_owned(),
    }
}

/// A time with an offset, or that of the clocks in the zone.
fn said(field: &Field, zone: &TimeZone) -> Result<Time, Fault> {
    let why = "A date is written like 2026-11-26, or 2026-11-26 22:00.";
    let fault = || Fault::new(field.line, why);
    let text = one(Some(field)).ok_or_else(fault)?;
    // "2026-11-26 22:00:00 +0100", as some programs have it.
    let spaced = text.rsplit_once(' ').filter(|(_, zone)| zone.len() == 5 && zone.starts_with(['+', '-']));
    let spaced =
        spaced.and_then(|(time, zone)| Some(format!("{}{}:{}", time.trim(), zone.get(..3)?, zone.get(3..)?)));
    let absolute: Option<Stamp> = text.parse().ok().or_else(|| spaced?.parse().ok());
    if let Some(stamp) = absolute {
        return Ok((stamp, stamp.ms().to_string()));
    }
    let at = civil(text).ok_or_else(fault)?;
    Ok((Stamp::at(at, zone).map_err(|_| fault())?, at.to_string()))
}

/// A mood on our scale; in words, it becomes a tag.
fn mood(field: Option<&Field>, tags: &mut Vec<Tag>) -> Result<Option<Mood>, Fault> {
    let Some((field, text)) = field.and_then(|field| Some((field, one(Some(field))?.trim()))) else {
        return Ok(None);
    };
    if text.is_empty() || matches!(text, "null" | "~") {
        return Ok(None);
    }
    if text.chars().any(char::is_alphabetic) {
        tags.extend(tag(text));
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error: ValueError| Fault::new(field.line, error.to_string()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    fn read(stem: &str, text: &str) -> Result<Found, Fault> {
        let mut found = Found::default();
        let file = File { stem, changed: Stamp::new(1_800_000_000_000, 0).ok() };
        file.read(text, &TimeZone::get("Europe/Berlin").unwrap(), &mut found)?;
        Ok(found)
    }

    fn time(stem: &str, text: &str) -> String {
        read(stem, text).unwrap().texts[0].written.to_string()
    }

    #[test]
    fn the_time_is_that_of_the_head_the_name_the_heading_or_the_file() {
        assert_eq!(time("2020-01-01", "---\ndate: 2024-07-15 10:00\n---\nx"), "2024-07-15T10:00:00+02:00");
        assert_eq!(time("a", "---\ndate: 2024-07-15T10:00:00-05:00\n---\nx"), "2024-07-15T10:00:00-05:00");
        assert_eq!(time("a", "---\ndate: 2024-07-15 10:00:00 +0530\n---\nx"), "2024-07-15T10:00:00+05:30");
        assert_eq!(time("a", "---\ndate: 2024-07-15\n---\nx"), "2024-07-15T12:00:00+02:00");
        assert_eq!(time("2020-01-02 A walk", "# 2021-01-01\nx"), "2020-01-02T12:00:00+01:00");
        assert_eq!(time("a", "## 2021-01-01 Friday\nx"), "2021-01-01T12:00:00+01:00");
        assert_eq!(time("a", "x"), "2027-01-15T09:00:00+01:00");
    }

    #[test]
    fn tags_mood_and_title_are_kept_and_the_text_is_left_alone() {
        let found =
            read("a", "---\ntitle: A walk\ntags:\n  - Rain\nmood: 7\n---\n\n# Heading\n\nx  \n\n").unwrap();
        let one = &found.texts[0];
        assert_eq!(one.text.as_str(), "A walk\n\n# Heading\n\nx");
        assert_eq!((one.mood, one.tags.as_slice()), (Mood::new(7).ok(), [tag("rain").unwrap()].as_slice()));
        let one = &read("a", "---\nmood: quite low\ntitle: Heading\n---\n# Heading\nx").unwrap().texts[0];
        assert_eq!((one.mood, one.tags.as_slice()), (None, [tag("quite low").unwrap()].as_slice()));
        assert_eq!(one.text.as_str(), "# Heading\nx");
        assert_eq!(read("a", "---\ndate: 2024-07-15\n---\n\n").unwrap().without_text, 1);
    }

    #[test]
    fn what_is_wrong_in_a_head_is_told_by_its_line() {
        for (text, line) in [
            ("---\ntags: [a]\ndate: yesterday\n---\nx", 3),
            ("---\ndate: [2024-07-15]\n---\nx", 2),
            ("---\na: b\n\nmood: 11\n---\nx", 4),
        ] {
            assert_eq!(read("a", text).err().unwrap().line, line, "{text}");
        }
    }
}
