//! `evenkeel feedback`: what a person says of the reframes that they were shown last, what follows
//! from it, and forgetting it.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::args::Global;
use super::asking::{self, AskArgs, Heed};
use super::error::CliError;
use super::journal::{self, print_json};
use super::{input, setup};
use crate::assistant::{SaidBody, SaidOfReframes};
use crate::entry::Limit;
use crate::journal::{Content as _, Journal, JournalError, Kept, Line, ReframeFeedback, ShownReframe};
use crate::reframe::Verdict;

#[derive(Debug, Args)]
#[command(disable_help_subcommand = true)]
pub(super) struct FeedbackArgs {
    #[command(subcommand)]
    command: Option<FeedbackCommand>,
    #[command(flatten)]
    ask: AskArgs,
}

#[derive(Debug, Subcommand)]
enum FeedbackCommand {
    /// The N-th of the reframes that you saw last fits
    Fits(Nth),
    /// Not this one
    NotThis(Nth),
    /// You would take it in other words, which are read from standard input if absent or `-`
    Edited {
        #[command(flatten)]
        nth: Nth,
        /// The words
        #[arg(value_name = "TEXT")]
        text: Vec<String>,
    },
    /// Take back what you said of it
    TakeBack(Nth),
    /// What you said, and what follows from it
    Show,
    /// Forget all that you said
    Reset {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Clone, Copy, Args)]
struct Nth {
    /// Which of the reframes that you saw last, counted from 1
    #[arg(value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    n: u8,
}

pub(super) async fn run(global: &Global, args: FeedbackArgs) -> Result<(), CliError> {
    let ask = args.ask;
    match args.command.unwrap_or(FeedbackCommand::Show) {
        FeedbackCommand::Fits(nth) => say(global, nth, Verdict::Fits, None, &ask).await,
        FeedbackCommand::NotThis(nth) => say(global, nth, Verdict::NotThis, None, &ask).await,
        FeedbackCommand::TakeBack(nth) => say(global, nth, Verdict::TakenBack, None, &ask).await,
        FeedbackCommand::Edited { nth, text } => {
            let words = input::text(&text, Limit::Reframing)?;
            let words = Line::new(words.trim_end()).map_err(JournalError::from)?;
            say(global, nth, Verdict::Edited, Some(words), &ask).await
        }
        FeedbackCommand::Show => show(global, &ask),
        FeedbackCommand::Reset { yes } => reset(global, yes, &ask),
    }
}

async fn say(
    global: &Global,
    nth: Nth,
    verdict: Verdict,
    edited: Option<Line>,
    ask: &AskArgs,
) -> Result<(), CliError> {
    let heed = Heed::new(global, ask)?;
    let none = || {
        CliError::Usage("No reframe is remembered here. `evenkeel reframe` shows some, and remembers them where the journal opens without asking.".into())
    };
    let journal = journal::open_existing(global)?.ok_or_else(none)?;
    let shown = journal.last_shown()?;
    if shown.is_empty() {
        return Err(none());
    }
    let of = shown.get(usize::from(nth.n) - 1).ok_or_else(|| there_were(shown.len()))?.content.clone();
    let kept = journal.keep(&ReframeFeedback { of, verdict, edited })?;
    let said = heed.words(&kept.content.free_words()).await?;
    if ask.json {
        return print_json(&body(&kept, said.as_ref()));
    }
    let mut page = ask.page();
    asking::help(&mut page, said.as_ref());
    page.say(match verdict {
        Verdict::Fits => "Kept: this fits.",
        Verdict::NotThis => "Kept: not this. It is left out for 90 days.",
        Verdict::Edited => "Kept, in your words.",
        Verdict::TakenBack => "Taken back.",
    });
    if let Some(line) = line_of(&kept.content.of, &heed) {
        page.inset(&line);
    }
    page.blank();
    page.aside("`evenkeel feedback show` tells what follows from it; `feedback reset` forgets it.");
    page.blank();
    page.print()
}

fn there_were(n: usize) -> CliError {
    CliError::Usage(match n {
        1 => "There was one reframe last time. Say 1.".to_owned(),
        n => format!("There were {n} reframes last time. Say 1 to {n}."),
    })
}

/// The line of the bank that it was.
fn line_of(of: &ShownReframe, heed: &Heed<'_>) -> Option<String> {
    heed.rules().content().line_of(of.line.as_deref()?)
}

fn body(kept: &Kept<ReframeFeedback>, said: Option<&SaidBody>) -> Value {
    json!({
        "schema": 1,
        "id": kept.id,
        "written": kept.written,
        "reframing": kept.content.of.reframing,
        "verdict": kept.content.verdict,
        "edited": kept.content.edited,
        "risk": said.map(|said| &said.risk),
        "escalation": said.and_then(|said| said.escalation.as_ref()),
    })
}

fn show(global: &Global, ask: &AskArgs) -> Result<(), CliError> {
    let assistant = setup::rules_only()?;
    let content = assistant.content();
    let said = match journal::open_existing(global)? {
        Some(journal) => content.said_of_reframes(&journal)?,
        None => content.nothing_said_of_reframes(),
    };
    if ask.json {
        let mut value = serde_json::to_value(&said)?;
        if let Some(object) = value.as_object_mut() {
            object.insert("schema".into(), json!(1));
        }
        return print_json(&value);
    }
    let mut page = ask.page();
    told(&mut page, &said);
    page.print()
}

fn told(page: &mut super::page::Page, said: &SaidOfReframes) {
    for sentence in &said.says {
        page.say(sentence);
    }
    for one in &said.said {
        page.blank();
        let verdict = match one.verdict {
            Verdict::Fits => "It fits:",
            Verdict::NotThis => "Not this:",
            Verdict::Edited | Verdict::TakenBack => "Yours in other words:",
        };
        page.aside(&format!("{}  {verdict}", one.at.as_written()));
        let edited = one.edited.as_ref().map(Line::as_str);
        page.inset(edited.or(one.text.as_deref()).unwrap_or("A reframe that a model wrote."));
    }
    page.blank();
}

fn reset(global: &Global, yes: bool, ask: &AskArgs) -> Result<(), CliError> {
    let journal: Option<Journal> = journal::open_existing(global)?;
    if journal.is_some() {
        journal::confirm("All that you said of reframes is forgotten.", yes)?;
    }
    let forgotten = journal.map_or(Ok(0), |journal| journal.forget_reframe_feedback())?;
    if ask.json {
        return print_json(&json!({ "schema": 1, "forgotten": forgotten }));
    }
    let mut page = ask.page();
    page.say("Forgotten. Nothing that you said moves anything now; what you saw this week still does not come twice.");
    page.blank();
    page.print()
}
