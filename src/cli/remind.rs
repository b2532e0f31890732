//! `evenkeel remind`: a file for one's own calendar. Its wording and its name are neutral, so one
//! command serves everything that somebody may want to be reminded of.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use serde_json::json;
use uuid::Uuid;

use super::args::Global;
use super::error::CliError;
use super::journal::{self, new_private_file, print_json};
use super::page::Page;
use crate::journal::{Clock as _, SystemClock};
use crate::practice::Practice;
use crate::reminder::{self, Every, LONGEST_TITLE, Reminder, TITLE};

/// When something without a time of day is said.
const MORNING: &str = "09:00";

#[derive(Debug, Args)]
pub(super) struct RemindArgs {
    /// The file; `-` for standard output
    #[arg(value_name = "FILE", default_value = "reminder.ics")]
    file: PathBuf,
    /// What clocks show then, wherever you are [default: 19:00; of a plan, its own time or 09:00]
    #[arg(long, value_name = "HH:MM")]
    at: Option<String>,
    /// How often [default: day; with --days week, with --on once]
    #[arg(long, value_name = "HOW")]
    every: Option<EveryArg>,
    /// Days of the week, such as mon,thu
    #[arg(long, value_name = "DAYS")]
    days: Option<String>,
    /// The day on which it comes, or from which on it does with --every, such as 2026-12-03
    #[arg(long, value_name = "DAY")]
    on: Option<String>,
    /// How many times; without it there is no end
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    times: Option<u16>,
    /// Minutes by which the calendar says it sooner
    #[arg(long, value_name = "MINUTES", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=10080))]
    before: u16,
    /// What stands in the calendar; whoever sees the calendar can read it
    #[arg(long, value_name = "WORDS", default_value = TITLE)]
    title: String,
    /// One for each planned step of `practice` that has a day
    #[arg(long, conflicts_with_all = ["every", "days", "on", "times"])]
    plans: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EveryArg {
    Once,
    Day,
    Week,
}

pub(super) fn run(global: &Global, args: &RemindArgs) -> Result<(), CliError> {
    let stamp = SystemClock.now();
    let now = reminder::local(stamp.ms(), stamp.offset());
    let title = args.title.trim();
    let fits = (1..=LONGEST_TITLE).contains(&title.chars().count()) && !title.contains(char::is_control);
    if !fits {
        return Err(CliError::Usage(format!("A title is one line of {LONGEST_TITLE} characters at most.")));
    }
    let new = |first: DateTime, every: Every| Reminder {
        uid: Uuid::now_v7().to_string(),
        made: Timestamp::from_millisecond(stamp.ms()).unwrap_or(Timestamp::UNIX_EPOCH),
        first,
        every,
        times: args.times,
        before: args.before,
        title: title.to_owned(),
    };
    let reminders: Vec<Reminder> = if args.plans {
        planned(global, args, now)?.into_iter().map(|first| new(first, Every::Once)).collect()
    } else {
        let (first, every) = wanted(args, now)?;
        vec![new(first, every)]
    };
    let text = reminder::calendar(&reminders);
    if args.file == Path::new("-") {
        return Ok(std::io::stdout().lock().write_all(text.as_bytes())?);
    }
    let mut file = new_private_file(&args.file)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    if args.json {
        let events: Vec<_> = reminders.iter().map(|one| json!({ "first": one.first.to_string() })).collect();
        return print_json(&json!({ "schema": 1, "file": args.file, "title": title, "events": events }));
    }
    let mut page = Page::new();
    page.say(&format!("Written to {}. Open it with your calendar.", args.file.display()));
    for one in &reminders {
        page.item("·", &format!("{}, {}", at_clock(one.first), how_often(one)));
    }
    page.blank();
    page.aside(&format!(
        "It says “{title}” and nothing else. A calendar that is shared or synced carries it along. The file is not part of your journal: delete it when your calendar has it."
    ));
    page.blank();
    page.print()
}

fn how_often(one: &Reminder) -> &'static str {
    match one.every {
        Every::Once => "once",
        Every::Day => "and each day after",
        Every::Week(_) => "and each week after",
    }
}

fn at_clock(at: DateTime) -> String {
    format!("{:04}-{:02}-{:02} {:02}:{:02}", at.year(), at.month(), at.day(), at.hour(), at.minute())
}

/// What was asked for, and its first time.
fn wanted(args: &RemindArgs, now: DateTime) -> Result<(DateTime, Every), CliError> {
    let at = time(args.at.as_deref().unwrap_or("19:00"))?;
    let takes = |error| CliError::Usage(format!("This takes {error}."));
    let on: Option<Date> = args.on.as_deref().map(reminder::date).transpose().map_err(takes)?;
    let days: Option<Vec<Weekday>> =
        args.days.as_deref().map(reminder::weekdays).transpose().map_err(takes)?;
    let every = match (args.every, days) {
        (Some(EveryArg::Once), None) => Every::Once,
        (None | Some(EveryArg::Week), Some(days)) => Every::Week(days),
        (Some(EveryArg::Week), None) => Every::Week(vec![on.unwrap_or_else(|| now.date()).weekday()]),
        (None, None) if on.is_some() => Every::Once,
        (None | Some(EveryArg::Day), None) => Every::Day,
        (Some(_), Some(_)) => return Err(CliError::Usage("--days belongs to --every week.".into())),
    };
    let past = || CliError::Usage("That time is past. Name a later one.".into());
    Ok((every.first(on, at, now).ok_or_else(past)?, every))
}

fn time(text: &str) -> Result<Time, CliError> {
    reminder::time_of(text).map_err(|error| CliError::Usage(format!("This takes {error}.")))
}

/// When steps are planned that have a day to come.
fn planned(global: &Global, args: &RemindArgs, now: DateTime) -> Result<Vec<DateTime>, CliError> {
    let given = args.at.as_deref().map(time).transpose()?;
    let morning = time(MORNING)?;
    let journal = journal::open_existing(global)?;
    let all =
        journal.map(|journal| journal.all_kept::<Practice>(usize::MAX)).transpose()?.unwrap_or_default();
    let mut firsts: Vec<DateTime> = all
        .iter()
        .filter(|one| one.content.outcome.is_none())
        .filter_map(|one| {
            // "Tomorrow" is that of the day on which it was written.
            let written = reminder::local(one.written.ms(), one.written.offset());
            let planned = reminder::planned_in(one.content.when.as_ref()?.as_str(), written)?;
            Some(planned.on.to_datetime(given.or(planned.at).unwrap_or(morning)))
        })
        .filter(|first| *first > now)
        .collect();
    firsts.sort_unstable();
    if firsts.is_empty() {
        return Err(CliError::Usage(
            "No planned step has a day to come. `evenkeel practice plan STEP --when 2026-12-03` plans one."
                .into(),
        ));
    }
    Ok(firsts)
}

/// What a planned step's words say of when: its day, and its time or the morning.
pub(super) fn of_plan(when: &str) -> Option<(String, String)> {
    let stamp = SystemClock.now();
    let now = reminder::local(stamp.ms(), stamp.offset());
    let planned = reminder::planned_in(when, now)?;
    let at = planned.at.or_else(|| reminder::time_of(MORNING).ok())?;
    let is_to_come = planned.on.to_datetime(at) > now;
    is_to_come.then(|| (planned.on.to_string(), format!("{:02}:{:02}", at.hour(), at.minute())))
}
