//! Cortisol, typed in from a laboratory's letter.

use clap::{Args, ValueEnum};
use jiff::civil::{DateTime, Time};
use serde_json::json;

use super::{done, existing};
use crate::body::{Cortisol, Specimen};
use crate::cli::args::Global;
use crate::cli::asking::{AskArgs, kept_like, short};
use crate::cli::error::CliError;
use crate::cli::journal::{self, print_json};
use crate::journal::{Clock as _, Kept, SystemClock};

const LISTS: &str = "evenkeel checkin cortisol";

#[derive(Debug, Args)]
pub(super) struct CortisolArgs {
    /// Number and unit as the laboratory wrote them, such as "12.3 nmol/L"; without it those kept
    /// are listed
    #[arg(value_name = "AMOUNT")]
    amount: Vec<String>,
    /// When it was taken, such as 07:40 (today) or 2026-03-01T07:40
    #[arg(long, value_name = "TIME", required_unless_present_any = ["delete", "list"])]
    at: Option<String>,
    /// What was tested
    #[arg(long, value_name = "WHAT", default_value = "saliva")]
    of: SpecimenArg,
    /// List those kept
    #[arg(long, conflicts_with_all = ["amount", "at"])]
    list: bool,
    /// Delete one, by its id or the beginning of it
    #[arg(long, value_name = "ID", conflicts_with_all = ["amount", "at", "list"])]
    delete: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SpecimenArg {
    Saliva,
    Blood,
}

pub(super) fn run(global: &Global, args: &CortisolArgs, ask: &AskArgs) -> Result<(), CliError> {
    if let Some(id) = &args.delete {
        let journal = existing(global)?;
        let kept: Kept<Cortisol> = kept_like(&journal, id, LISTS)?;
        journal.delete_kept::<Cortisol>(kept.id)?;
        return done(ask, kept.id, "The value is deleted.");
    }
    if args.list {
        return list(global, ask);
    }
    let taken = time(args.at.as_deref().unwrap_or_default())?;
    let specimen = match args.of {
        SpecimenArg::Saliva => Specimen::Saliva,
        SpecimenArg::Blood => Specimen::Blood,
    };
    let value = Cortisol::parse(&args.amount.join(" "), specimen, taken)
        .map_err(|error| CliError::Usage(error.to_string()))?;
    let kept = journal::open(global)?.keep(&value)?;
    if ask.json {
        return print_json(&body(&kept));
    }
    let mut page = ask.page();
    shown(&mut page, &kept);
    page.aside("Kept in your journal. What it means is for whoever ordered it to say.");
    page.blank();
    page.print()
}

fn list(global: &Global, ask: &AskArgs) -> Result<(), CliError> {
    let journal = journal::open_existing(global)?;
    let all = journal.map(|journal| journal.all_kept::<Cortisol>(usize::MAX)).transpose()?;
    let all = all.unwrap_or_default();
    if ask.json {
        let all: Vec<_> = all.iter().map(body).collect();
        return print_json(&json!({ "schema": 1, "cortisol": all }));
    }
    let mut page = ask.page();
    if all.is_empty() {
        page.say("Nothing here yet. `evenkeel checkin cortisol \"12.3 nmol/L\" --at 07:40` keeps one.");
    }
    for kept in &all {
        shown(&mut page, kept);
    }
    page.blank();
    page.print()
}

fn shown(page: &mut crate::cli::page::Page, kept: &Kept<Cortisol>) {
    let one = &kept.content;
    let (day, time) = (one.taken.date(), one.taken.time().strftime("%H:%M"));
    let amount = one.nmol_per_litre.get();
    page.say(&format!("{day} {time}: {amount:.1} nmol/L in {} ({})", one.specimen.slug(), short(kept.id)));
}

fn body(kept: &Kept<Cortisol>) -> serde_json::Value {
    json!({ "schema": 1, "id": kept.id, "written": kept.written, "cortisol": kept.content })
}

fn time(typed: &str) -> Result<DateTime, CliError> {
    let today = SystemClock.now().local_day();
    let found = typed.parse::<DateTime>().ok().filter(|_| typed.contains(['T', ' ']));
    let found = found.or_else(|| typed.parse::<Time>().ok().map(|time| today.to_datetime(time)));
    let why = "When it was taken is written like 07:40, or 2026-03-01T07:40.";
    found.ok_or_else(|| CliError::Usage(why.into()))
}
