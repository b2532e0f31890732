//! `evenkeel screen`.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::sync::Mutex;

use super::args::{Global, ScreenArgs};
use super::error::CliError;
use super::page::{self, Page};
use super::{input, jsonl, setup};
use crate::assistant::{Assistant, AssistantError, Request, ScreeningBody};
use crate::crisis::{Coverage, Level};
use crate::entry::{Entry, Limit};

pub(super) async fn run(global: &Global, args: ScreenArgs) -> Result<(), CliError> {
    let fail_at = args.fail_at.map(Level::from);
    let assistant = |rules_only: bool| async move {
        if rules_only { setup::rules_only() } else { setup::assistant(global).await }
    };
    if let Some(source) = &args.jsonl {
        let lines = jsonl::Lines::open(source, Limit::Screening)?;
        let mut out: Box<dyn Write> = match &args.output {
            None => Box::new(std::io::stdout()),
            Some(path) => {
                let file = OpenOptions::new().write(true).create_new(true).open(path);
                let file = file.map_err(|source| CliError::File {
                    what: format!(
                        "{} could not be made; choose a file that is not there yet",
                        path.display()
                    ),
                    source,
                })?;
                Box::new(BufWriter::new(file))
            }
        };
        let assistant = assistant(args.rules_only).await?;
        let gravest = Mutex::new(Level::None);
        let done = jsonl::answer(lines, &mut out, |line| {
            let request = Request {
                id: Some(line.id.request()),
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
        let gravest = gravest.into_inner().unwrap_or_default();
        return match done {
            // Reaching the level says more than a line that could not be read.
            Ok(()) | Err(CliError::SomeLines(_)) if fail_at.is_some_and(|level| gravest >= level) => {
                Err(CliError::FailAt)
            }
            other => other,
        };
    }

    let text = input::text(&args.text, Limit::Screening)?;
    Entry::new(text.as_str(), Limit::Screening)?;
    let assistant = assistant(args.rules_only).await?;
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
    if fail_at.is_some_and(|level| body.risk.level >= level) { Err(CliError::FailAt) } else { Ok(()) }
}

async fn screen(assistant: &Assistant, request: &Request) -> Result<ScreeningBody, AssistantError> {
    let turn = assistant.turn().await?;
    assistant.screen(request, &turn).await
}
