//! `journal list`, `search` and `show`.

use std::fmt::Write as _;

use serde_json::json;

use super::args::{FilterArgs, ListArgs, OneArgs, SearchArgs};
use super::keep::time;
use super::{open_existing, print_json, record};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::input;
use crate::cli::page::Page;
use crate::entry::{Limit, Span};
use crate::journal::{Cursor, Entry, Filter, FullEntry, Hit, Journal, JournalError};

/// Unicode scalar values of an entry that a list shows.
const SHOWN: usize = 240;

pub(super) fn list(global: &Global, args: &ListArgs) -> Result<(), CliError> {
    let (filter, after) = filter(&args.filter)?;
    let Some(journal) = open_existing(global)? else { return nothing(args.filter.json) };
    let page = journal.list(&filter, after, usize::from(args.filter.limit))?;
    if args.filter.json {
        return print_json(&json!({ "entries": page.items, "next": page.next }));
    }
    let mut out = Page::new();
    if page.items.is_empty() {
        out.say("Nothing here yet. Start with one line: evenkeel journal add");
    }
    for entry in &page.items {
        head(&mut out, entry);
        out.inset(&beginning(entry.text.as_str()));
        out.blank();
    }
    end(out, page.next)
}

pub(super) fn search(global: &Global, args: &SearchArgs) -> Result<(), CliError> {
    let (filter, after) = filter(&args.filter)?;
    let words = input::text(&args.words, Limit::Reframing)?;
    let Some(journal) = open_existing(global)? else { return nothing(args.filter.json) };
    let limit = usize::from(args.filter.limit);
    let page = journal.search(&words, &filter, after, limit)?;
    // Thought records have pages of their own; beside the first one of entries stands their first.
    let records = match after {
        None => journal.search_records(&words, &filter, None, limit)?.items,
        Some(_) => Vec::new(),
    };
    if args.filter.json {
        let entries: Vec<_> = page.items.iter().map(found).collect::<Result<_, _>>()?;
        return print_json(&json!({ "entries": entries, "next": page.next, "thought_records": records }));
    }
    let mut out = Page::new();
    if page.items.is_empty() {
        out.say("No entry has all of these words.");
        out.blank();
    }
    for hit in &page.items {
        head(&mut out, &hit.entry);
        out.inset(&marked(hit.entry.text.as_str(), hit.excerpt, &hit.marks));
        out.blank();
    }
    if !records.is_empty() {
        out.say("In thought records:");
        out.blank();
        record::hits(&mut out, &records);
    }
    end(out, page.next)
}

pub(super) fn show(global: &Global, args: &OneArgs) -> Result<(), CliError> {
    let journal = open_existing(global)?.ok_or(JournalError::Ambiguous { found: 0 })?;
    let id = journal.entry_like(&args.id)?;
    let full = journal.full_entry(id)?;
    if args.json {
        let mut value = serde_json::to_value(&full.entry)?;
        if let Some(object) = value.as_object_mut() {
            object.insert("revisions".into(), serde_json::to_value(&full.revisions)?);
            object.insert("screenings".into(), serde_json::to_value(&full.screenings)?);
            object.insert("recognitions".into(), serde_json::to_value(&full.recognitions)?);
            object.insert("thought_records".into(), serde_json::to_value(journal.records_of(id)?)?);
        }
        return print_json(&value);
    }
    shown(&journal, &full)?.print()
}

fn shown(journal: &Journal, full: &FullEntry) -> Result<Page, CliError> {
    let entry = &full.entry;
    let mut out = Page::new();
    head(&mut out, entry);
    out.blank();
    out.say(entry.text.as_str());
    out.blank();
    for was in full.revisions.iter().rev() {
        out.aside(&format!("Until a change, from {}:", was.saved.as_written()));
        out.inset(was.text.as_str());
        out.blank();
    }
    if let Some(said) = full.recognitions.last() {
        let names: Vec<&str> = said.found.iter().map(|found| found.slug.slug()).collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ").replace('_', " ") };
        out.aside(&format!("Habits of thought that may be in it: {names}."));
    }
    if let Some(said) = full.screenings.last() {
        let by = if said.model.is_some() { "rules and model" } else { "rules alone" };
        out.aside(&format!(
            "Screened by {by}: level {}, tier of help {}.",
            said.risk.level.slug(),
            said.risk.tier.slug()
        ));
    }
    let records = journal.records_of(entry.id)?.len();
    if records > 0 {
        out.aside(&format!("{records} thought records came from it."));
    }
    out.blank();
    Ok(out)
}

pub(super) fn filter(args: &FilterArgs) -> Result<(Filter, Option<Cursor>), CliError> {
    let filter = Filter {
        from: args.from.as_deref().map(time).transpose()?,
        until: args.until.as_deref().map(time).transpose()?,
        tags: args.tags.clone(),
        distortion: args.distortion,
        mood_from: args.mood_from,
        mood_to: args.mood_to,
    };
    Ok((filter, args.after.as_deref().map(str::parse).transpose()?))
}

fn nothing(json: bool) -> Result<(), CliError> {
    if json {
        return print_json(&json!({ "entries": [], "next": null }));
    }
    let mut out = Page::new();
    out.say("Nothing here yet. Start with one line: evenkeel journal add");
    out.blank();
    out.print()
}

fn found(hit: &Hit) -> Result<serde_json::Value, CliError> {
    let mut value = serde_json::to_value(&hit.entry)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("marks".into(), serde_json::to_value(&hit.marks)?);
        object.insert("excerpt".into(), serde_json::to_value(hit.excerpt)?);
    }
    Ok(value)
}

fn head(out: &mut Page, entry: &Entry) {
    let mut line = format!("{}  {}", entry.written.as_written(), entry.id);
    if let Some(mood) = entry.mood {
        let _ = write!(line, "  mood {}", mood.get());
    }
    for tag in &entry.tags {
        let _ = write!(line, "  #{}", tag.as_str());
    }
    out.aside(&line);
}

pub(super) fn end(mut out: Page, next: Option<Cursor>) -> Result<(), CliError> {
    if let Some(next) = next {
        out.aside(&format!("There are more: --after {next}"));
        out.blank();
    }
    out.print()
}

/// As much of a text as a list shows; control characters, which a terminal would obey, are gone.
pub(super) fn beginning(text: &str) -> String {
    let shown: String = plain(text.chars().take(SHOWN)).collect();
    if text.chars().nth(SHOWN).is_some() { shown + " …" } else { shown }
}

fn plain(characters: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    characters.map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
}

/// An excerpt, with the words that were searched for between brackets.
pub(super) fn marked(text: &str, excerpt: Span, marks: &[Span]) -> String {
    let Span { start, end } = excerpt;
    let characters = plain(text.chars()).skip(start).take(end - start);
    let mut text = String::new();
    for (n, c) in characters.enumerate() {
        let at = start + n;
        if marks.iter().any(|mark| mark.start == at) {
            text.push('[');
        }
        text.push(c);
        if marks.iter().any(|mark| mark.end == at + 1) {
            text.push(']');
        }
    }
    text
}
