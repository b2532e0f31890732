//! `evenkeel checkin`: how it is today, in under a minute, asked one by one or typed in one line.
//! It is kept first, and read for danger after that.

mod cortisol;
mod walk;

use std::io::IsTerminal as _;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::args::Global;
use super::asking::{self, AskArgs, Asking, Heed, kept_like, short};
use super::error::CliError;
use super::insight;
use super::journal::{self, print_json};
use super::page::Page;
use super::setup;
use crate::assistant::SaidBody;
use crate::checkin::{self, CheckIn, Field, Token};
use crate::journal::{Journal, Kept};

const LISTS: &str = "evenkeel checkin list";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(super) struct CheckInArgs {
    #[command(subcommand)]
    command: Option<CheckInCommand>,
    /// All in one line, such as "mood 4 stress 7 sleep 6.5 helped:refused walked 20"; asked one by
    /// one without it
    #[arg(value_name = "LINE")]
    line: Vec<String>,
    #[command(flatten)]
    ask: AskArgs,
}

#[derive(Debug, Subcommand)]
enum CheckInCommand {
    /// List check-ins, the latest first
    List {
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=500))]
        limit: u16,
    },
    /// Show one
    Show {
        /// Its id, or the beginning of it
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Delete one
    Delete {
        /// Its id, or the beginning of it
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Keep a value of cortisol from a laboratory's letter
    Cortisol(cortisol::CortisolArgs),
}

pub(super) async fn run(global: &Global, args: CheckInArgs) -> Result<(), CliError> {
    let ask = &args.ask;
    match args.command {
        None => add(global, args.line, args.ask).await,
        Some(CheckInCommand::Cortisol(of)) => cortisol::run(global, &of, ask),
        Some(CheckInCommand::List { limit }) => list(global, usize::from(limit), ask),
        Some(CheckInCommand::Show { id }) => {
            let kept = kept_like(&existing(global)?, &id, LISTS)?;
            if ask.json {
                return print_json(&body(&kept, None));
            }
            let mut page = ask.page();
            shown(&mut page, &kept);
            page.print()
        }
        Some(CheckInCommand::Delete { id }) => {
            let journal = existing(global)?;
            let kept: Kept<CheckIn> = kept_like(&journal, &id, LISTS)?;
            journal.delete_kept::<CheckIn>(kept.id)?;
            done(ask, kept.id, "The check-in is deleted. `evenkeel erase` takes its last traces too.")
        }
    }
}

/// Says what was done to something that was kept.
pub(super) fn done(ask: &AskArgs, id: crate::journal::Id, said: &str) -> Result<(), CliError> {
    if ask.json {
        return print_json(&json!({ "schema": 1, "deleted": id }));
    }
    let mut page = ask.page();
    page.say(said);
    page.blank();
    page.print()
}

fn existing(global: &Global) -> Result<Journal, CliError> {
    let none = || CliError::Usage("There is no check-in yet. `evenkeel checkin` begins one.".into());
    journal::open_existing(global)?.ok_or_else(none)
}

async fn add(global: &Global, line: Vec<String>, ask: AskArgs) -> Result<(), CliError> {
    let heed = Heed::new(global, &ask)?;
    let typed = if line.is_empty() { None } else { Some(read(&line)?) };
    let journal = journal::open(global)?;
    let (journal, checkin, asked) = match typed {
        Some(checkin) => (journal, Some(checkin), true),
        None => in_turn(journal, ask.json, ask.plain).await?,
    };
    let Some(checkin) = checkin else {
        if asked {
            return asking::nothing(&ask);
        }
        return Err(CliError::Usage(
            "No answers came. Give them in one line, or run this in a terminal.".into(),
        ));
    };
    let kept = journal.keep(&checkin)?;
    let said = heed.words(&checkin.words()).await?;
    if ask.json {
        return print_json(&body(&kept, said.as_ref()));
    }
    let mut page = ask.page();
    asking::help(&mut page, said.as_ref());
    shown(&mut page, &kept);
    if !said.is_some_and(|said| said.escalate) {
        insight::if_due(&mut page, heed.rules().content(), &journal)?;
    }
    page.aside("Kept in your journal.");
    page.blank();
    page.print()
}

/// Asks one by one, with the numbers of the last time. Gives whether somebody was there to answer.
async fn in_turn(
    journal: Journal,
    json: bool,
    plain: bool,
) -> Result<(Journal, Option<CheckIn>, bool), CliError> {
    // Reading waits for a person, and Ctrl-C must not wait for them.
    setup::blocking(move || {
        let last = journal.all_kept::<CheckIn>(1)?.pop();
        let asks = std::io::stdin().is_terminal();
        let mut asking = Asking {
            input: &mut std::io::stdin().lock(),
            show: &mut asking::on_screen(json),
            plain,
            asks,
            lines: 0,
        };
        let checkin = walk::walk(&mut asking, last.as_ref())?;
        let asked = asking.lines > 0 || asks;
        Ok((journal, checkin, asked))
    })
    .await
}

/// One line as typed, or as the shell has split it.
fn read(line: &[String]) -> Result<CheckIn, CliError> {
    let tokens = match line {
        [one] => checkin::tokens(one)?,
        split => split.iter().map(|word| Token::of_shell(word)).collect(),
    };
    Ok(checkin::parse(&tokens)?)
}

fn list(global: &Global, limit: usize, ask: &AskArgs) -> Result<(), CliError> {
    let journal = journal::open_existing(global)?;
    let all = journal.map(|journal| journal.all_kept::<CheckIn>(limit)).transpose()?.unwrap_or_default();
    if ask.json {
        let all: Vec<Value> = all.iter().map(|kept| body(kept, None)).collect();
        return print_json(&json!({ "schema": 1, "checkins": all }));
    }
    let mut page = ask.page();
    if all.is_empty() {
        page.say("Nothing here yet. `evenkeel checkin` asks how it is today.");
        page.blank();
    }
    for kept in &all {
        shown(&mut page, kept);
    }
    page.print()
}

fn shown(page: &mut Page, kept: &Kept<CheckIn>) {
    page.strong(&kept.written.as_written());
    for field in Field::ALL {
        if let Some(shown) = field.shown(&kept.content) {
            page.item("·", &format!("{}: {shown}", field.word()));
        }
    }
    page.aside(&format!("Id: {}", short(kept.id)));
    page.blank();
}

fn body(kept: &Kept<CheckIn>, said: Option<&SaidBody>) -> Value {
    json!({
        "schema": 1,
        "id": kept.id,
        "written": kept.written,
        "checkin": kept.content,
        "risk": said.map(|said| &said.risk),
        "escalation": said.and_then(|said| said.escalation.as_ref()),
    })
}
