//! `evenkeel reframe` and `evenkeel recognise`.

use std::io::{IsTerminal as _, Write};

use super::args::{Global, TextArgs};
use super::error::CliError;
use super::page::{self, Page};
use super::{input, journal, jsonl, setup};
use crate::assistant::{Assistant, AssistantError, ReplyBody, Request, Turn};
use crate::entry::{Entry, Limit};
use crate::journal::{Journal, JournalError};
use crate::reframe::Personal;

/// How far a text goes.
#[derive(Clone, Copy)]
pub(super) enum Depth {
    /// Distortions only.
    Recognise,
    /// Reframes too.
    Reframe,
}

pub(super) async fn run(global: &Global, args: TextArgs, depth: Depth) -> Result<(), CliError> {
    if matches!(depth, Depth::Recognise) && (args.generate || args.writer.is_some()) {
        return Err(CliError::Usage(
            "`recognise` writes nothing. Use `reframe`, or leave that out.".to_owned(),
        ));
    }
    let template = Request {
        situation: args.situation.clone(),
        candidates: args.candidates.map(usize::from),
        seed: Some(args.seed),
        country: args.country.clone(),
        generate: args.generate || args.writer.is_some(),
        ..Request::default()
    };
    if let Some(source) = &args.jsonl {
        let assistant = setup::with_writer(global, setup::assistant(global).await?, args.writer)?;
        let lines = jsonl::open(source, Limit::Reframing)?;
        let mut out = std::io::stdout();
        return jsonl::answer(lines, &mut out, |line| {
            let request = Request {
                id: Some(line.id.to_string()),
                text: line.text,
                situation: line.situation,
                ..template.clone()
            };
            let assistant = &assistant;
            async move { answer(assistant, &request, depth, None).await.map(|body| (line.id, body)) }
        })
        .await;
    }
    let text = input::text(&args.text, Limit::Reframing)?;
    // Looked at before a model is fetched for it.
    Entry::new(text.as_str(), Limit::Reframing)?;
    let assistant = setup::with_writer(global, setup::assistant(global).await?, args.writer)?;
    let assistant = setup::with_safety_plan(global, assistant);
    let request = Request { text, ..template };
    let remembered = match depth {
        Depth::Reframe if !args.no_history => remembered(global, &assistant)?,
        Depth::Recognise | Depth::Reframe => None,
    };
    let personal = remembered.as_ref().map(|(_, personal)| personal);
    let body = answer(&assistant, &request, depth, personal).await?;
    let kept = match &remembered {
        Some((journal, _)) if !body.reframes.is_empty() => {
            let kept = journal.keep_shown(&assistant.content().shown_in(&body));
            kept.map_or_else(|error| untold(global, &error), |()| Ok(true))?
        }
        _ => false,
    };
    if args.json {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer(&mut out, &body)?;
        writeln!(out)?;
        return Ok(());
    }
    let mut page = Page::new();
    page::reply(&mut page, &request.text, &body);
    if kept && std::io::stdout().is_terminal() {
        page.blank();
        let other = body.reframes.len().min(2);
        page.aside(&format!(
            "You can say which fits: `evenkeel feedback fits 1`, or `evenkeel feedback not-this {other}`."
        ));
    }
    page.blank();
    page.print()
}

/// The journal and what follows from it, where it opens without asking. Nothing that is wrong with it
/// holds up a reply.
fn remembered(global: &Global, assistant: &Assistant) -> Result<Option<(Box<Journal>, Personal)>, CliError> {
    let journal = match journal::open_unasked(global) {
        Ok(journal::Unasked::Open(journal)) => journal,
        Ok(journal::Unasked::None | journal::Unasked::Locked) => return Ok(None),
        Err(error) => {
            journal::tell(global, &format!("{NOT_REMEMBERED} {error}"))?;
            return Ok(None);
        }
    };
    match assistant.content().personal(&journal) {
        Ok(personal) => Ok(Some((journal, personal))),
        Err(error) => untold(global, &error).map(|_| None),
    }
}

const NOT_REMEMBERED: &str = "What you see here is not remembered:";

fn untold(global: &Global, error: &JournalError) -> Result<bool, CliError> {
    journal::tell(global, &format!("{NOT_REMEMBERED} {error}"))?;
    Ok(false)
}

async fn answer(
    assistant: &Assistant,
    request: &Request,
    depth: Depth,
    personal: Option<&Personal>,
) -> Result<ReplyBody, AssistantError> {
    let turn: Turn = assistant.turn().await?;
    match depth {
        Depth::Recognise => assistant.recognise(request, &turn, &|_| ()).await,
        Depth::Reframe => assistant.reframe(request, &turn, personal, &|_| ()).await,
    }
}
