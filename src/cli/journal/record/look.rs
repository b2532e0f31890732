//! `journal record list`, `search` and `show`.

use std::fmt::Write as _;

use serde_json::json;

use super::args::{ListArgs, SearchArgs};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::input;
use crate::cli::journal::args::OneArgs;
use crate::cli::journal::look::{beginning, end, filter, marked};
use crate::cli::journal::{open_existing, print_json};
use crate::cli::page::Page;
use crate::distortion::Catalogue;
use crate::entry::Limit;
use crate::journal::{
    Clock as _, Feeling, JournalError, Line, Percent, RecordContent, RecordHit, SystemClock, ThoughtRecord,
    Verdict,
};

const NONE: &str = "No thought record here yet. Begin one: evenkeel journal record add";

pub(super) fn list(global: &Global, args: &ListArgs) -> Result<(), CliError> {
    let (wanted, after) = filter(&args.filter)?;
    let page = match open_existing(global)? {
        None => None,
        Some(journal) if args.due => {
            let today = SystemClock.now().day_in(0);
            let due = today.map(|today| journal.records_due(today)).transpose()?.unwrap_or_default();
            Some((due, None))
        }
        Some(journal) => {
            let page = journal.list_records(&wanted, after, usize::from(args.filter.limit))?;
            Some((page.items, page.next))
        }
    };
    let (records, next) = page.unwrap_or_default();
    if args.filter.json {
        return print_json(&json!({ "thought_records": records, "next": next }));
    }
    let mut out = Page::new();
    if records.is_empty() {
        out.say(if args.due { "Nothing is to be looked at again today." } else { NONE });
        out.blank();
    }
    for record in &records {
        head(&mut out, record);
        out.inset(&beginning(record.content.thought.as_str()));
        out.blank();
    }
    end(out, next)
}

pub(super) fn search(global: &Global, args: &SearchArgs) -> Result<(), CliError> {
    let (wanted, after) = filter(&args.filter)?;
    let words = input::text(&args.words, Limit::Reframing)?;
    let page = open_existing(global)?
        .map(|journal| journal.search_records(&words, &wanted, after, usize::from(args.filter.limit)))
        .transpose()?;
    let (found, next) = page.map(|page| (page.items, page.next)).unwrap_or_default();
    if args.filter.json {
        return print_json(&json!({ "thought_records": found, "next": next }));
    }
    let mut out = Page::new();
    if found.is_empty() {
        out.say("No thought record has all of these words.");
        out.blank();
    }
    hits(&mut out, &found);
    end(out, next)
}

/// Thought records that a search found.
pub(in crate::cli::journal) fn hits(out: &mut Page, found: &[RecordHit]) {
    for hit in found {
        head(out, &hit.record);
        out.inset(&marked(&hit.words, hit.excerpt, &hit.marks));
        out.blank();
    }
}

pub(super) fn show(global: &Global, args: &OneArgs) -> Result<(), CliError> {
    let journal = open_existing(global)?.ok_or(JournalError::Ambiguous { found: 0 })?;
    let full = journal.full_record(journal.record_like(&args.id)?)?;
    if args.json {
        let mut value = serde_json::to_value(&full.record)?;
        if let Some(object) = value.as_object_mut() {
            object.insert("screenings".into(), serde_json::to_value(&full.screenings)?);
        }
        return print_json(&value);
    }
    let catalogue = Catalogue::embedded().map_err(crate::assistant::ContentError::from)?;
    let mut out = Page::new();
    whole(&mut out, &full.record, &catalogue);
    if let Some(said) = full.screenings.last() {
        let by = if said.model.is_some() { "rules and model" } else { "rules alone" };
        out.aside(&format!(
            "Screened by {by}: level {}, tier of help {}.",
            said.risk.level.slug(),
            said.risk.tier.slug()
        ));
    }
    out.blank();
    out.print()
}

fn head(out: &mut Page, record: &ThoughtRecord) {
    let content = &record.content;
    let mut line = format!("{}  {}", record.written.as_written(), record.id);
    if let Some(belief) = moved(content.belief, content.belief_after) {
        let _ = write!(line, "  believed {belief}");
    }
    if let Some(day) = content.review_on {
        let _ = write!(line, "  again on {day}");
    }
    out.aside(&line);
}

/// `90`, or `90, then 40`.
fn moved(before: Option<Percent>, after: Option<Percent>) -> Option<String> {
    match (before.map(Percent::get), after.map(Percent::get)) {
        (None, None) => None,
        (Some(before), None) => Some(before.to_string()),
        (Some(before), Some(after)) => Some(format!("{before}, then {after}")),
        (None, Some(after)) => Some(format!("then {after}")),
    }
}

/// Everything that a record says.
pub(super) fn whole(out: &mut Page, record: &ThoughtRecord, catalogue: &Catalogue) {
    let content: &RecordContent = &record.content;
    out.aside(&format!("{}  {}", record.written.as_written(), record.id));
    let mut part = |title: &str, lines: &[String]| {
        if !lines.is_empty() {
            out.blank();
            out.aside(title);
            for line in lines {
                out.inset(line);
            }
        }
    };
    let words = |line: &Line| line.as_str().to_owned();
    let all = |lines: &[Line]| lines.iter().map(words).collect::<Vec<_>>();
    let one = |line: Option<String>| line.into_iter().collect::<Vec<_>>();
    part("What happened", &one(content.situation.as_ref().map(words)));
    part("The thought", &[words(&content.thought)]);
    part("Believed, of 100", &one(moved(content.belief, content.belief_after)));
    let feeling = |feeling: &Feeling| match moved(feeling.before, feeling.after) {
        Some(strong) => format!("{} {strong}", feeling.name.as_str()),
        None => words(&feeling.name),
    };
    part("Felt", &content.feelings.iter().map(feeling).collect::<Vec<_>>());
    let judged = content.distortions.iter().map(|(distortion, verdict)| {
        let verdict = match verdict {
            Verdict::Accepted => "fits",
            Verdict::Rejected => "does not fit",
            Verdict::Own => "seen by yourself",
        };
        format!("{}: {verdict}", catalogue.get(*distortion).name)
    });
    part("Habits of thought", &judged.collect::<Vec<_>>());
    part("What speaks for it", &all(&content.evidence_for));
    part("What speaks against it", &all(&content.evidence_against));
    part("Put another way", &one(content.balanced.as_ref().map(|balanced| words(balanced.text()))));
    part("To look at again", &one(content.review_on.map(|day| day.to_string())));
    out.blank();
}
