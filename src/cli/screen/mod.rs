//! `evenkeel screen`: one text, a stream of lines, or an archive.

mod archive;
mod output;
mod record;

use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Mutex;

use super::args::{Global, ScreenArgs};
use super::error::CliError;
use super::page::{self, Page};
use super::{input, jsonl, setup};
use crate::assistant::{Assistant, AssistantError, Request, ScreeningBody};
use crate::crisis::{Coverage, Level};
use crate::entry::{Entry, Limit};

pub(super) async fn run(global: &Global, args: ScreenArgs) -> Result<(), CliError> {
    if let Some(input) = &args.input {
        return archive::run(global, input, &args).await;
    }
    if let Some(source) = &args.jsonl {
        return lines(global, source, &args).await;
    }
    let text = input::text(&args.text, Limit::Screening)?;
    Entry::new(text.as_str(), Limit::Screening)?;
    let assistant = setup::with_safety_plan(global, assistant(global, args.rules_only).await?);
    let request = Request { text, situation: args.situation, country: args.country, ..Request::default() };
    let body = screen(&assistant, &request).await?;
    if args.json {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer(&mut out, &body)?;
        writeln!(out)?;
    } else {
        let mut page = Page::new();
        page::risk(&mut page, &request.text, &body.risk);
        if let Some(escalation) = assistant.escalation(&body.risk, request.country.as_deref())? {
            page.blank();
            page::help(&mut page, &escalation);
        }
        page.blank();
        page.print()?;
    }
    if body.risk.coverage == Coverage::UnsupportedLanguage && !global.quiet {
        writeln!(std::io::stderr(), "The text is not in English; count it as unscreened.")?;
    }
    let fail_at = args.fail_at.map(Level::from);
    if fail_at.is_some_and(|level| body.risk.level >= level) { Err(CliError::FailAt) } else { Ok(()) }
}

/// One line in, one line out.
async fn lines(global: &Global, source: &Path, args: &ScreenArgs) -> Result<(), CliError> {
    let lines = jsonl::open(source, Limit::Screening)?;
    let mut out: Box<dyn Write> = match &args.output {
        None => Box::new(std::io::stdout()),
        Some(path) => Box::new(BufWriter::new(output::new_file(path)?)),
    };
    let assistant = assistant(global, args.rules_only).await?;
    let gravest = Mutex::new(Level::None);
    let done = jsonl::answer(lines, &mut out, |line| {
        let request = Request {
            id: Some(line.id.to_string()),
            text: line.text,
            situation: line.situation,
            ..Request::default()
        };
        let (assistant, gravest) = (&assistant, &gravest);
        async move {
            let body = screen(assistant, &request).await?;
            if let Ok(mut gravest) = gravest.lock() {
                *gravest = (*gravest).max(body.risk.level);
            }
            Ok((line.id, body))
        }
    })
    .await;
    out.flush()?;
    ended(done, gravest.into_inner().unwrap_or_default(), args.fail_at.map(Level::from))
}

/// How a run over many texts ends: reaching the level says more than a line that could not be read.
fn ended(done: Result<(), CliError>, gravest: Level, fail_at: Option<Level>) -> Result<(), CliError> {
    match done {
        Ok(()) | Err(CliError::SomeLines(_)) if fail_at.is_some_and(|level| gravest >= level) => {
            Err(CliError::FailAt)
        }
        other => other,
    }
}

async fn assistant(global: &Global, rules_only: bool) -> Result<Assistant, CliError> {
    if rules_only { setup::rules_only() } else { setup::assistant(global).await }
}

async fn screen(assistant: &Assistant, request: &Request) -> Result<ScreeningBody, AssistantError> {
    let turn = assistant.turn().await?;
    assistant.screen(request, &turn).await
}
