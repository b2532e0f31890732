//! Journals of Day One: the JSON of its export, by itself or inside the zip file
//! (<https://dayoneapp.com/guides/tips-and-tutorials/exporting-entries/>). Times are in UTC, with
//! the zone of writing beside them. Texts are Markdown, in which Day One puts a backslash before
//! punctuation.

use std::fs::File;
use std::io::Read as _;

use jiff::tz::{Offset, TimeZone};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::foreign::{Foreign, Found, tag};
use super::import::explain;
use super::jrnl::STARRED;
use crate::journal::{EntryText, JournalError, Stamp, ValueError};

/// Bytes of JSON that are read out of a zip file at most.
const MOST: u64 = 512 * 1024 * 1024;

#[derive(Deserialize)]
struct Export {
    entries: Vec<Entry>,
}

/// Of what Day One tells about an entry, what is kept: not where it was written, on which device
/// or in what weather.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    creation_date: Stamp,
    time_zone: Option<String>,
    text: Option<String>,
    tags: Option<Vec<String>>,
    starred: Option<bool>,
    photos: Option<Vec<IgnoredAny>>,
    videos: Option<Vec<IgnoredAny>>,
    audios: Option<Vec<IgnoredAny>>,
    pdf_attachments: Option<Vec<IgnoredAny>>,
}

/// Reads Day One's JSON.
pub(super) fn json(bytes: &[u8], elsewhere: &TimeZone) -> Result<Found, JournalError> {
    let mut found = Found::default();
    read(bytes, elsewhere, &mut found)?;
    Ok(found)
}

/// Reads the JSON files inside a zip file, one for each journal. Nothing is unpacked to the disk.
pub(super) fn zip(file: File, elsewhere: &TimeZone) -> Result<Found, JournalError> {
    let unusable = |why: &str| JournalError::ImportFrom { place: "The zip file".into(), why: why.into() };
    let damaged = |_| {
        unusable(
            "It is damaged, or of a kind that can't be read. Unzip it and take in the JSON file that is in it.",
        )
    };
    let mut archive = zip::ZipArchive::new(file).map_err(damaged)?;
    let mut found = Found::default();
    let (mut journals, mut left) = (0, MOST);
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(damaged)?;
        let name = member.name().map_err(damaged)?.into_owned();
        let is_journal =
            std::path::Path::new(&name).extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
        if !member.is_file() || !is_journal || name.starts_with("__MACOSX/") {
            continue;
        }
        let mut bytes = Vec::new();
        member
            .take(left + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| unusable("It is damaged. Unzip it and take in the JSON file that is in it."))?;
        let length = bytes.len() as u64;
        if length > left {
            return Err(unusable(
                "It holds more than 512 MB of JSON. Unzip it and take in the JSON files one by one.",
            ));
        }
        left -= length;
        read(&bytes, elsewhere, &mut found).map_err(|error| match error {
            JournalError::Import { line, why, .. } => {
                JournalError::ImportFrom { place: format!("{name}, line {line}"), why }
            }
            other => other,
        })?;
        journals += 1;
    }
    if journals == 0 {
        return Err(unusable("There is no JSON file in it. In Day One, export your journal as JSON."));
    }
    Ok(found)
}

fn read(bytes: &[u8], elsewhere: &TimeZone, found: &mut Found) -> Result<(), JournalError> {
    let export: Export = serde_json::from_slice(bytes).map_err(|error| explain(&error))?;
    for entry in export.entries {
        let files = [&entry.photos, &entry.videos, &entry.audios, &entry.pdf_attachments];
        found.attachments += files.into_iter().flatten().map(Vec::len).sum::<usize>();
        let text = match EntryText::new(plain(entry.text.as_deref().unwrap_or_default())) {
            Err(ValueError::Blank) => {
                found.without_text += 1;
                continue;
            }
            other => other?,
        };
        let zone = entry.time_zone.as_deref().and_then(named);
        let tags = entry.tags.iter().flatten().map(String::as_str);
        let tags = tags.chain(entry.starred.unwrap_or(false).then_some(STARRED)).filter_map(tag).collect();
        found.texts.push(Foreign {
            text,
            written: entry.creation_date.in_zone(zone.as_ref().unwrap_or(elsewhere)),
            told: entry.creation_date.ms().to_string(),
            mood: None,
            tags,
            id: None,
        });
    }
    Ok(())
}

/// A zone by its name, or one that is so many hours and minutes from UTC: `GMT+0200`.
fn named(name: &str) -> Option<TimeZone> {
    if let Ok(zone) = TimeZone::get(name) {
        return Some(zone);
    }
    let offset = name.strip_prefix("GMT").or_else(|| name.strip_prefix("UTC"))?;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits: String = offset.get(1..)?.chars().filter(|c| *c != ':').collect();
    let (hours, minutes) =
        if digits.len() > 2 { digits.split_at_checked(digits.len() - 2)? } else { (digits.as_str(), "0") };
    let seconds = sign * (hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?) * 60;
    Offset::from_seconds(seconds).ok().map(TimeZone::fixed)
}

/// The words without the backslashes that Markdown has before punctuation.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match characters.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => {
                plain.push(*next);
                characters.next();
            }
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use std::io::{Seek as _, Write as _};

    use super::*;

    const JOURNAL: &str = r#"{
  "metadata" : { "version" : "1.0" },
  "entries" : [
    { "uuid" : "6F30404AB159433D8C9AF57052E4F3B6", "creationDate" : "2018-05-18T23:59:54Z", "timeZone" : "America\/New_York",
      "text" : "Airport snacking \\$9\\.50\\!\n\nI can't go on \\- C:\\\\x", "tags" : ["Travel, far"], "starred" : true,
      "photos" : [{ "md5" : "x" }], "location" : { "latitude" : 42.3 }, "weather" : {} },
    { "creationDate" : "2018-05-19T18:05:44Z", "timeZone" : "Nowhere\/Land", "text" : "No such zone" },
    { "creationDate" : "2018-05-19T18:05:44Z", "timeZone" : "GMT+0530", "text" : "An offset" },
    { "creationDate" : "2018-05-20T00:00:00Z", "photos" : [{}, {}] }
  ]
}"#;

    #[test]
    fn entries_have_the_time_of_the_place_where_they_were_written() {
        let found = json(JOURNAL.as_bytes(), &TimeZone::UTC).unwrap();
        let times: Vec<String> = found.texts.iter().map(|one| one.written.to_string()).collect();
        assert_eq!(times, ["2018-05-18T19:59:54-04:00", "2018-05-19T18:05:44Z", "2018-05-19T23:35:44+05:30"]);
        assert_eq!(found.texts[0].text.as_str(), "Airport snacking $9.50!\n\nI can't go on - C:\\x");
        assert_eq!(found.texts[0].tags, [tag("travel far").unwrap(), tag("starred").unwrap()]);
        assert_eq!((found.without_text, found.attachments), (1, 3));
    }

    #[test]
    fn a_zip_file_is_read_without_being_unpacked() {
        let mut file = tempfile::tempfile().unwrap();
        let mut archive = zip::ZipWriter::new(&mut file);
        let options = zip::write::SimpleFileOptions::default();
        for (name, content) in
            [("photos/a.jpeg", "x"), ("Journal.json", JOURNAL), ("__MACOSX/._Journal.json", "x")]
        {
            archive.start_file(name, options).unwrap();
            archive.write_all(content.as_bytes()).unwrap();
        }
        archive.finish().unwrap();
        file.rewind().unwrap();
        assert_eq!(zip(file, &TimeZone::UTC).unwrap().texts.len(), 3);
    }

    #[test]
    fn faults_are_told_with_file_and_line() {
        let bad = JOURNAL.replace("\"2018-05-20T00:00:00Z\"", "1526774400");
        assert!(matches!(json(bad.as_bytes(), &TimeZone::UTC), Err(JournalError::Import { line: 9, .. })));
        let mut file = tempfile::tempfile().unwrap();
        let mut archive = zip::ZipWriter::new(&mut file);
        archive.start_file("Journal.json", zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bad.as_bytes()).unwrap();
        archive.finish().unwrap();
        file.rewind().unwrap();
        match zip(file, &TimeZone::UTC) {
            Err(JournalError::ImportFrom { place, .. }) => assert_eq!(place, "Journal.json, line 9"),
            other => panic!("{:?}", other.map(|found| found.texts.len())),
        }
        let mut broken = tempfile::tempfile().unwrap();
        broken.write_all(b"PK\x03\x04 and nothing").unwrap();
        broken.rewind().unwrap();
        assert!(matches!(zip(broken, &TimeZone::UTC), Err(JournalError::ImportFrom { .. })));
    }
}
