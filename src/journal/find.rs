//! Finding entries again: pages of a list, filters, and full-text search with the words marked.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::str::FromStr;

use rusqlite::params_from_iter;
use rusqlite::types::Value;
use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::error::JournalError;
use super::model::Entry;
use super::time::Stamp;
use super::values::{Id, Mood, Tag};
use super::{Journal, entries};
use crate::distortion::Distortion;
use crate::entry::Span;

/// Entries of a page at most.
pub const MOST_OF_A_PAGE: usize = 500;
/// Words marked in an entry at most.
const MOST_MARKS: usize = 200;
/// Unicode scalar values of an excerpt before the first marked word, and in all.
const BEFORE: usize = 60;
const EXCERPT: usize = 240;

/// Which entries are wanted. What is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those that speak of this time or later.
    pub from: Option<Stamp>,
    /// Those that speak of a time before this.
    pub until: Option<Stamp>,
    /// Those that have all of these tags.
    pub tags: Vec<Tag>,
    /// Those in which this distortion was recognised in their present version, or that have a
    /// thought record in which the person accepted or named it.
    pub distortion: Option<Distortion>,
    /// Those with this mood or a better one.
    pub mood_from: Option<Mood>,
    /// Those with this mood or a worse one.
    pub mood_to: Option<Mood>,
}

/// A place in a list: what comes after it is the next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// In a list by time.
    Time {
        /// Milliseconds of the last entry.
        ms: i64,
        /// Its id.
        id: Id,
    },
    /// In the answers to a search.
    Search {
        /// The row of the last entry.
        seq: i64,
    },
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Time { ms, id } => write!(f, "t{ms}_{id}"),
            Self::Search { seq } => write!(f, "s{seq}"),
        }
    }
}

impl FromStr for Cursor {
    type Err = JournalError;

    fn from_str(text: &str) -> Result<Self, JournalError> {
        let time = |rest: &str| {
            let (ms, id) = rest.split_once('_')?;
            Some(Self::Time { ms: ms.parse().ok()?, id: id.parse().ok()? })
        };
        let cursor = match (text.strip_prefix('t'), text.strip_prefix('s')) {
            (Some(rest), _) => time(rest),
            (_, Some(rest)) => rest.parse().ok().map(|seq| Self::Search { seq }),
            _ => None,
        };
        cursor.ok_or(JournalError::Cursor)
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A page of a list.
#[derive(Debug, Clone, Serialize)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one begins; `None` on the last.
    pub next: Option<Cursor>,
}

/// An entry that a search found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// The entry.
    pub entry: Entry,
    /// The words that were searched for, in Unicode scalar values of its text: the first 200.
    pub marks: Vec<Span>,
    /// A stretch of the text around the first of them.
    pub excerpt: Span,
}

impl Journal {
    /// A page of the entries, the newest first.
    ///
    /// # Errors
    /// [`JournalError`] if the cursor is not one of a list, or the journal cannot be read.
    pub fn list(
        &self,
        filter: &Filter,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<Entry>, JournalError> {
        let limit = limit.clamp(1, MOST_OF_A_PAGE);
        let mut wanted = Wanted::of(filter);
        match after {
            None => {}
            Some(Cursor::Time { ms, id }) => {
                wanted.and("(e.written_ms, e.id) < (?, ?)", [ms.into(), Value::Blob(id.as_bytes().to_vec())]);
            }
            Some(Cursor::Search { .. }) => return Err(JournalError::Cursor),
        }
        let sql = format!(
            "SELECT {} FROM entries e {} ORDER BY e.written_ms DESC, e.id DESC LIMIT {}",
            entries::COLUMNS,
            wanted.clause(),
            limit + 1
        );
        let items: Vec<Entry> = self.read(|db| {
            let mut statement = db.prepare_cached(&sql)?;
            let rows =
                statement.query_map(params_from_iter(&wanted.values), |row| Ok(entries::of_row(row)?.1))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })?;
        Ok(page(items, limit, |last| Cursor::Time { ms: last.written.ms(), id: last.id }))
    }

    /// A page of the entries that have all of these words, those that came last first. Words in
    /// double quotes stand together; a star at a word's end stands for any ending.
    ///
    /// # Errors
    /// [`JournalError::NoWords`] if there is no word, and others.
    pub fn search(
        &self,
        query: &str,
        filter: &Filter,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<Hit>, JournalError> {
        let query = Query::parse(query)?;
        let limit = limit.clamp(1, MOST_OF_A_PAGE);
        let mut wanted = Wanted::of(filter);
        wanted.and("entry_search MATCH ?", [Value::Text(query.fts.clone())]);
        match after {
            None => {}
            Some(Cursor::Search { seq }) => wanted.and("entry_search.rowid < ?", [seq.into()]),
            Some(Cursor::Time { .. }) => return Err(JournalError::Cursor),
        }
        let sql = format!(
            "SELECT {} FROM entry_search CROSS JOIN entries e ON e.seq = entry_search.rowid {}
             ORDER BY entry_search.rowid DESC LIMIT {}",
            entries::COLUMNS,
            wanted.clause(),
            limit + 1
        );
        let found: Vec<(i64, Entry)> = self.read(|db| {
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(&wanted.values), entries::of_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })?;
        let found = page(found, limit, |(seq, _)| Cursor::Search { seq: *seq });
        let hit = |(_, entry): (i64, Entry)| {
            let (marks, excerpt) = query.mark(entry.text.as_str());
            Hit { entry, marks, excerpt }
        };
        Ok(Page { items: found.items.into_iter().map(hit).collect(), next: found.next })
    }
}

pub(super) fn page<T>(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> Cursor) -> Page<T> {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(cursor);
    Page { items, next }
}

/// Conditions with their values.
#[derive(Default)]
pub(super) struct Wanted {
    conditions: String,
    pub(super) values: Vec<Value>,
}

impl Wanted {
    fn of(filter: &Filter) -> Self {
        let mut wanted = Self::default();
        if let Some(from) = filter.from {
            wanted.and("e.written_ms >= ?", [from.ms().into()]);
        }
        if let Some(until) = filter.until {
            wanted.and("e.written_ms < ?", [until.ms().into()]);
        }
        if let Some(distortion) = filter.distortion {
            let slug = || Value::Text(distortion.slug().to_owned());
            wanted.and(
                "(EXISTS (SELECT 1 FROM recognitions n JOIN recognised d ON d.recognition = n.seq
                     WHERE n.entry = e.seq AND n.version = e.version AND d.slug = ?)
                  OR EXISTS (SELECT 1 FROM thought_records r JOIN record_distortions d ON d.record = r.seq
                     WHERE r.entry = e.seq AND d.verdict <> 'rejected' AND d.slug = ?))",
                [slug(), slug()],
            );
        }
        wanted.of_entry(filter);
        wanted
    }

    /// What thought records have to be: of the period, with the distortion in them; tags and mood
    /// are those of the entry that they came from.
    pub(super) fn of_records(filter: &Filter) -> Self {
        let mut wanted = Self::default();
        if let Some(from) = filter.from {
            wanted.and("r.written_ms >= ?", [from.ms().into()]);
        }
        if let Some(until) = filter.until {
            wanted.and("r.written_ms < ?", [until.ms().into()]);
        }
        if let Some(distortion) = filter.distortion {
            wanted.and(
                "EXISTS (SELECT 1 FROM record_distortions d
                   WHERE d.record = r.seq AND d.verdict <> 'rejected' AND d.slug = ?)",
                [Value::Text(distortion.slug().to_owned())],
            );
        }
        wanted.of_entry(filter);
        wanted
    }

    fn of_entry(&mut self, filter: &Filter) {
        for tag in &filter.tags {
            let tag = Value::Text(tag.as_str().to_owned());
            self.and("EXISTS (SELECT 1 FROM tags t WHERE t.entry = e.seq AND t.tag = ?)", [tag]);
        }
        if let Some(least) = filter.mood_from {
            self.and("e.mood >= ?", [i64::from(least.get()).into()]);
        }
        if let Some(most) = filter.mood_to {
            self.and("e.mood <= ?", [i64::from(most.get()).into()]);
        }
    }

    pub(super) fn and<const N: usize>(&mut self, condition: &str, values: [Value; N]) {
        let word = if self.conditions.is_empty() { "WHERE" } else { " AND" };
        let _ = write!(self.conditions, "{word} {condition}");
        self.values.extend(values);
    }

    pub(super) fn clause(&self) -> &str {
        &self.conditions
    }
}

/// What is searched for: as FTS5 reads it, and as words to be marked.
pub(super) struct Query {
    pub(super) fts: String,
    words: BTreeSet<String>,
    beginnings: BTreeSet<String>,
}

impl Query {
    pub(super) fn parse(text: &str) -> Result<Self, JournalError> {
        let mut query = Self { fts: String::new(), words: BTreeSet::new(), beginnings: BTreeSet::new() };
        for (n, part) in text.split('"').enumerate() {
            if n % 2 == 1 {
                query.push(part, false);
            } else {
                for word in part.split_whitespace() {
                    query.push(word, word.ends_with('*'));
                }
            }
        }
        if query.fts.is_empty() { Err(JournalError::NoWords) } else { Ok(query) }
    }

    /// Only letters and digits reach FTS5, in quotes, so that nothing in them is its syntax.
    fn push(&mut self, text: &str, beginning: bool) {
        let tokens: Vec<String> = tokens(text).map(|(_, word)| word).collect();
        let Some(last) = tokens.last().cloned() else { return };
        let star = if beginning { "*" } else { "" };
        let between = if self.fts.is_empty() { "" } else { " AND " };
        let _ = write!(self.fts, "{between}\"{}\"{star}", tokens.join(" "));
        self.words.extend(tokens);
        if beginning {
            self.beginnings.insert(last);
        }
    }

    pub(super) fn mark(&self, text: &str) -> (Vec<Span>, Span) {
        let is_wanted = |word: &str| {
            self.words.contains(word)
                || self.beginnings.iter().any(|beginning| word.starts_with(beginning.as_str()))
        };
        let marks: Vec<Span> =
            tokens(text).filter(|(_, word)| is_wanted(word)).map(|(span, _)| span).take(MOST_MARKS).collect();
        let start = marks.first().map_or(0, |first| first.start.saturating_sub(BEFORE));
        let length = text.chars().skip(start).take(EXCERPT).count();
        (marks, Span { start, end: start + length })
    }
}

/// The words of a text as the index has them: letters and digits, lower case, without accents.
fn tokens(text: &str) -> impl Iterator<Item = (Span, String)> {
    let mut characters = text.chars().enumerate().peekable();
    std::iter::from_fn(move || {
        while characters.next_if(|(_, c)| !c.is_alphanumeric()).is_some() {}
        let (start, first) = characters.next()?;
        let mut word = String::from(first);
        let mut end = start + 1;
        while let Some((at, c)) = characters.next_if(|(_, c)| c.is_alphanumeric() || is_combining_mark(*c)) {
            word.push(c);
            end = at + 1;
        }
        let folded = word.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
        Some((Span { start, end }, folded))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_that_is_typed_is_syntax() {
        let fts = |text: &str| Query::parse(text).map(|q| q.fts).ok();
        assert_eq!(fts("NEAR(a b) OR c").unwrap(), r#""near a" AND "b" AND "or" AND "c""#);
        assert_eq!(fts(r#"say "don't go" text:x"#).unwrap(), r#""say" AND "don t go" AND "text x""#);
        assert_eq!(fts("work*").unwrap(), r#""work"*"#);
        assert_eq!(fts(" \"\" *** \0 "), None);
    }

    #[test]
    fn words_are_marked_in_the_text_as_it_is() {
        let query = Query::parse("cafe wor*").unwrap();
        let text = "\u{1f9d1} Caf\u{e9}, WORK and cafe\u{301}s; cafe\u{301}!";
        let (marks, _) = query.mark(text);
        let words: Vec<String> =
            marks.iter().map(|s| text.chars().skip(s.start).take(s.end - s.start).collect()).collect();
        assert_eq!(words, ["Caf\u{e9}", "WORK", "cafe\u{301}"]);
    }

    #[test]
    fn a_cursor_is_read_back_and_a_made_up_one_refused() {
        let id = Id::new(Stamp::new(5, 0).unwrap());
        for cursor in [Cursor::Time { ms: -7, id }, Cursor::Search { seq: 9 }] {
            assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        }
        for bad in ["", "t", "t1", "s", "sx", "7", "t1_x"] {
            assert!(bad.parse::<Cursor>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn marks_lie_inside_the_text(text in "\\PC{0,200}", query in "\\PC{1,20}") {
            if let Ok(query) = Query::parse(&query) {
                let (marks, excerpt) = query.mark(&text);
                let length = text.chars().count();
                prop_assert!(marks.iter().all(|m| m.start < m.end && m.end <= length));
                prop_assert!(excerpt.start <= excerpt.end && excerpt.end <= length);
            }
        }
    }
}
