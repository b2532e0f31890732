//! `journal recognise`: the habits of thought in an entry, kept with it.

use serde_json::json;

use super::args::RecogniseArgs;
use super::screening::ids;
use super::{open, print_json};
use crate::assistant::{ReplyBody, Request};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::page::{self, Page};
use crate::cli::setup;
use crate::distortion::Distortion;
use crate::entry::{self, Limit, Span};
use crate::journal::{Entry, FoundDistortion, Journal, Recognition, Screened};

pub(super) async fn run(global: &Global, args: &RecogniseArgs) -> Result<(), CliError> {
    let journal = open(global)?;
    let entry = journal.entry(journal.entry_like(&args.id)?)?;
    // The reader knows no NUL; in its place a space keeps every offset.
    let text = entry.text.as_str().replace('\0', " ");
    // Looked at before a model is fetched for it.
    entry::Entry::new(text.as_str(), Limit::Reframing)?;
    let assistant = setup::with_safety_plan(global, setup::assistant(global).await?);
    let request = Request { text, country: args.country.clone(), ..Request::default() };
    let turn = assistant.turn().await?;
    let reply = assistant.recognise(&request, &turn, &|_| ()).await?;
    let kept = keep(&journal, &entry, &reply)?;
    if args.json {
        let mut value = serde_json::to_value(&reply)?;
        if let Some(object) = value.as_object_mut() {
            object.insert("entry".into(), json!(entry.id));
            object.insert("version".into(), json!(entry.version));
            object.insert("kept".into(), json!(kept));
        }
        return print_json(&value);
    }
    let mut page = Page::new();
    page::reply(&mut page, &request.text, &reply);
    page.blank();
    if kept {
        page.aside("Kept with the entry.");
        page.blank();
    }
    page.print()
}

/// Keeps what the screen said, and what was recognised if anything was. Gives whether it was.
fn keep(journal: &Journal, entry: &Entry, reply: &ReplyBody) -> Result<bool, CliError> {
    let model = reply.model.as_ref().map(ids);
    journal.keep_screening(Screened::Entry(entry.id), entry.version, &reply.risk, model.as_ref())?;
    let Some(model) = model.filter(|_| !reply.probabilities.is_empty()) else { return Ok(false) };
    let probabilities = reply.probabilities.iter();
    let found = reply.distortions.iter().map(|found| FoundDistortion {
        slug: found.slug,
        probability: found.probability,
        spans: found.spans.iter().map(|span| Span { start: span.start, end: span.end }).collect(),
    });
    let recognition = Recognition {
        version: entry.version,
        at: journal.now(),
        probabilities: probabilities
            .filter_map(|(slug, probability)| Some((Distortion::from_slug(slug)?, *probability)))
            .collect(),
        found: found.collect(),
        model,
    };
    journal.keep_recognition(entry.id, &recognition)?;
    Ok(true)
}
