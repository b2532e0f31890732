//! `journal recognise`: the habits of thought in an entry, kept with it.

use serde_json::json;

use super::args::RecogniseArgs;
use super::{open, print_json};
use crate::assistant::{ReplyBody, Request, request_of};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::page::{self, Page};
use crate::cli::setup;
use crate::entry::{self, Limit};
use crate::journal::{Entry, Journal, ModelIds, Screened};

pub(super) async fn run(global: &Global, args: &RecogniseArgs) -> Result<(), CliError> {
    let journal = open(global)?;
    let entry = journal.entry(journal.entry_like(&args.id)?)?;
    let request = Request { country: args.country.clone(), ..request_of(entry.text.as_str()) };
    // Looked at before a model is fetched for it.
    entry::Entry::new(request.text.as_str(), Limit::Reframing)?;
    let assistant = setup::with_safety_plan(global, setup::assistant(global).await?);
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
    let model = reply.model.as_ref().map(ModelIds::from);
    journal.keep_screening(Screened::Entry(entry.id), entry.version, &reply.risk, model.as_ref())?;
    let Some(recognition) = reply.recognition(entry.version, journal.now()) else { return Ok(false) };
    journal.keep_recognition(entry.id, &recognition)?;
    Ok(true)
}
