//! `evenkeel reframe` and `evenkeel recognise`.

use std::io::Write;

use super::args::{Global, TextArgs};
use super::error::CliError;
use super::page::{self, Page};
use super::{input, jsonl, setup};
use crate::assistant::{Assistant, AssistantError, ReplyBody, Request, Turn};
use crate::entry::{Entry, Limit};

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
            async move { answer(assistant, &request, depth).await.map(|body| (line.id, body)) }
        })
        .await;
    }
    let text = input::text(&args.text, Limit::Reframing)?;
    // Looked at before a model is fetched for it.
    Entry::new(text.as_str(), Limit::Reframing)?;
    let assistant = setup::with_writer(global, setup::assistant(global).await?, args.writer)?;
    let assistant = setup::with_safety_plan(global, assistant);
    let request = Request { text, ..template };
    let body = answer(&assistant, &request, depth).await?;
    if args.json {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer(&mut out, &body)?;
        writeln!(out)?;
        return Ok(());
    }
    let mut page = Page::new();
    page::reply(&mut page, &request.text, &body);
    page.blank();
    page.print()
}

async fn answer(assistant: &Assistant, request: &Request, depth: Depth) -> Result<ReplyBody, AssistantError> {
    let turn: Turn = assistant.turn().await?;
    match depth {
        Depth::Recognise => assistant.recognise(request, &turn, &|_| ()).await,
        Depth::Reframe => assistant.reframe(request, &turn, &|_| ()).await,
    }
}
