//! `evenkeel parts`.

mod args;
mod commands;
mod lines;
mod notes;
mod talk;

use std::io::Write as _;
use std::path::Path;

pub(super) use args::PartsArgs;

use super::args::Global;
use super::error::CliError;
use super::journal::{new_private_file, open_existing, print_json};
use super::page::Page;
use super::setup;
use crate::crisis::CountryCode;
use crate::parts::{self, PartNotes};

pub(super) async fn run(global: &Global, args: PartsArgs) -> Result<(), CliError> {
    CountryCode::named(args.country.as_deref()).map_err(crate::assistant::AssistantError::from)?;
    if let Some(source) = &args.jsonl {
        return lines::run(global, source, &args).await;
    }
    if args.list {
        return list(global, args.json);
    }
    if let Some(file) = &args.map {
        return map(global, file);
    }
    let assistant = setup::with_safety_plan(global, setup::assistant(global).await?);
    let journal = if args.private { None } else { open_existing(global)? };
    talk::Talk::begin(assistant, journal, &args)?.lead(talk::typed).await
}

fn kept(global: &Global) -> Result<Vec<PartNotes>, CliError> {
    let parts = open_existing(global)?.map(|journal| journal.parts()).transpose()?.unwrap_or_default();
    Ok(parts.into_iter().map(|part| part.notes).collect())
}

fn list(global: &Global, json: bool) -> Result<(), CliError> {
    if json {
        let parts = open_existing(global)?.map(|journal| journal.parts()).transpose()?;
        return print_json(&serde_json::json!({ "parts": parts.unwrap_or_default() }));
    }
    let mut page = Page::new();
    let parts = kept(global)?;
    if parts.is_empty() {
        page.say("No part is kept yet. `evenkeel parts` begins a dialogue; what you confirm in it is kept.");
    }
    for part in &parts {
        notes::show(&mut page, part);
        page.blank();
    }
    page.print()
}

fn map(global: &Global, file: &Path) -> Result<(), CliError> {
    draw(&kept(global)?, file)
}

/// Draws parts into a new file, by its ending.
fn draw(notes: &[PartNotes], file: &Path) -> Result<(), CliError> {
    let drawn = match file.extension().and_then(|end| end.to_str()) {
        Some("svg") => parts::svg(notes),
        Some("dot" | "gv") => parts::dot(notes),
        _ => return Err(CliError::Usage("Name a file that ends in .svg or .dot.".into())),
    };
    Ok(new_private_file(file)?.write_all(drawn.as_bytes())?)
}
