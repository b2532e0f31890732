//! Journals of jrnl: its JSON and its own plain text (<https://jrnl.sh/en/stable/formats/>). In
//! both, times are those of the clocks where they were written, without a zone.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::foreign::{Fault, Foreign, Found, civil, tag};
use super::import::explain;
use crate::journal::{EntryText, JournalError, Stamp, ValueError};

/// The tag of what was marked with a star.
pub(super) const STARRED: &str = "starred";

#[derive(Deserialize)]
struct File {
    entries: Vec<Entry>,
}

/// Of what jrnl writes about an entry, what is kept. Others of its fields tell which program or
/// machine wrote it.
#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: String,
    date: Day,
    time: Option<Minute>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    starred: bool,
}

struct Day(String);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        match civil(&text) {
            Some(_) if text.len() == 10 => Ok(Self(text)),
            _ => Err(D::Error::custom("A day is written like 2026-11-26.")),
        }
    }
}

struct Minute(String);

impl<'de> Deserialize<'de> for Minute {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        match civil(&format!("2000-01-01 {text}")) {
            Some(_) if !text.trim().is_empty() => Ok(Self(text)),
            _ => Err(D::Error::custom("A time is written like 22:00.")),
        }
    }
}

/// Reads jrnl's JSON.
pub(super) fn json(bytes: &[u8], zone: &TimeZone) -> Result<Found, JournalError> {
    let file: File = serde_json::from_slice(bytes).map_err(|error| explain(&error))?;
    let mut found = Found::default();
    for entry in file.entries {
        let Day(day) = entry.date;
        let at = entry.time.map_or_else(|| day.clone(), |Minute(time)| format!("{day} {time}"));
        let Some(at) = civil(&at) else { continue };
        let words = joined(entry.title.trim(), entry.body.trim());
        let tags = entry.tags.iter().map(String::as_str);
        add(&mut found, at, words, tags, entry.starred, zone)?;
    }
    Ok(found)
}

/// Reads jrnl's plain text: `[2020-06-28 18:22] title`, and the body on the lines below.
pub(super) fn text(text: &str, zone: &TimeZone) -> Result<Found, JournalError> {
    let mut found = Found::default();
    let mut open: Option<(DateTime, String, String)> = None;
    for (n, line) in text.lines().enumerate() {
        match (header(line), &mut open) {
            (Some((at, title)), _) => {
                if let Some(done) = open.replace((at, title.to_owned(), String::new())) {
                    close(&mut found, done, zone)?;
                }
            }
            (None, Some((_, _, body))) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, None) if line.trim().is_empty() => {}
            (None, None) => {
                let why = "An entry of jrnl begins with its time, as in [2026-11-26 22:00]. Where yours look otherwise, write them with `jrnl --format json` and take that in.";
                return Err(Fault::new(n + 1, why).into());
            }
        }
    }
    if let Some(done) = open {
        close(&mut found, done, zone)?;
    }
    Ok(found)
}

/// The time and the title of a line that begins an entry. Other brackets are text, as jrnl has it.
pub(super) fn header(line: &str) -> Option<(DateTime, &str)> {
    let (time, title) = line.strip_prefix('[')?.split_once(']')?;
    (title.is_empty() || title.starts_with(' ')).then_some(())?;
    Some((civil(time)?, title.trim()))
}

fn close(
    found: &mut Found,
    (at, title, body): (DateTime, String, String),
    zone: &TimeZone,
) -> Result<(), JournalError> {
    let starred = title.ends_with('*');
    let title = if starred { title.trim_matches([' ', '*']) } else { title.as_str() };
    let words = joined(title, body.trim());
    let tags: Vec<String> = words
        .split_whitespace()
        .filter_map(|word| {
            let tag = word.strip_prefix('@')?;
            let end = tag.find(|c: char| !(c.is_alphanumeric() || "-+*#/_".contains(c))).unwrap_or(tag.len());
            Some(tag[..end].to_owned()).filter(|tag| !tag.is_empty())
        })
        .collect();
    add(found, at, words, tags.iter().map(String::as_str), starred, zone)
}

fn joined(title: &str, body: &str) -> String {
    match (title.is_empty(), body.is_empty()) {
        (true, _) => body.to_owned(),
        (_, true) => title.to_owned(),
        _ => format!("{title}\n{body}"),
    }
}

fn add<'a>(
    found: &mut Found,
    at: DateTime,
    words: String,
    tags: impl Iterator<Item = &'a str>,
    starred: bool,
    zone: &TimeZone,
) -> Result<(), JournalError> {
    let text = match EntryText::new(words) {
        Err(ValueError::Blank) => {
            found.without_text += 1;
            return Ok(());
        }
        other => other?,
    };
    let Ok(written) = Stamp::at(at, zone) else { return Ok(()) };
    let tags = tags.chain(starred.then_some(STARRED)).filter_map(tag).collect();
    found.texts.push(Foreign { text, written, told: at.to_string(), mood: None, tags, id: None });
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    const TEXT: &str = "\n[2020-06-28 18:22] This is the first.\nIts body, with\n[a remark] in brackets\n\n[2020-12-01 20:00] One more with a @tag. *\n\n[2021-01-01 09:00] \n";

    #[test]
    fn plain_text_is_cut_at_its_times() {
        let found = text(TEXT, &berlin()).unwrap();
        let told: Vec<(String, &str)> =
            found.texts.iter().map(|one| (one.written.to_string(), one.text.as_str())).collect();
        assert_eq!(
            told,
            [
                (
                    "2020-06-28T18:22:00+02:00".into(),
                    "This is the first.\nIts body, with\n[a remark] in brackets"
                ),
                ("2020-12-01T20:00:00+01:00".into(), "One more with a @tag."),
            ]
        );
        assert_eq!(found.texts[1].tags, [tag("tag").unwrap(), tag(STARRED).unwrap()]);
        assert_eq!(found.without_text, 1);
    }

    #[test]
    fn what_does_not_begin_with_a_time_is_told_by_its_line() {
        match text("\n28.06.2020 secret\n", &berlin()) {
            Err(JournalError::Import { line: 2, why, .. }) => assert!(why.contains("jrnl --format json")),
            other => panic!("{:?}", other.map(|found| found.texts.len())),
        }
    }

    #[test]
    fn json_says_the_same_as_text() {
        let written = r#"{"tags": {"@tag": 1}, "entries": [
            {"title": "This is the first.", "body": "Its body, with\n[a remark] in brackets", "date": "2020-06-28", "time": "18:22", "tags": [], "starred": false},
            {"title": "One more with a @tag.", "body": "", "date": "2020-12-01", "time": "20:00", "tags": ["@tag"], "starred": true, "uuid": "x", "creator": {}}
        ]}"#;
        let (one, other) = (json(written.as_bytes(), &berlin()).unwrap(), text(TEXT, &berlin()).unwrap());
        assert_eq!(one.texts.len(), other.texts.len());
        for (one, other) in one.texts.iter().zip(&other.texts) {
            assert_eq!(
                (&one.text, one.written, &one.told, &one.tags),
                (&other.text, other.written, &other.told, &other.tags)
            );
        }
    }

    #[test]
    fn a_wrong_type_is_told_with_its_line() {
        let bad = "{\"entries\": [\n{\"title\": \"secret\", \"body\": \"\",\n\"date\": \"28/06/2020\", \"time\": \"18:22\"}]}";
        match json(bad.as_bytes(), &berlin()) {
            Err(JournalError::Import { line: 3, why, .. }) => {
                assert_eq!(why, "A day is written like 2026-11-26.");
            }
            other => panic!("{:?}", other.map(|found| found.texts.len())),
        }
        let bad = bad.replace("\"28/06/2020\"", "20200628");
        assert!(matches!(json(bad.as_bytes(), &berlin()), Err(JournalError::Import { line: 3, .. })));
    }
}
