//! `evenkeel insight`: what weeks of kept days show. A sentence for each thing, and the numbers
//! behind it where they are few; `--json` has all of them.

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::args::Global;
use super::error::CliError;
use super::journal::{self, print_json};
use super::page::Page;
use super::period::PeriodArgs;
use super::setup;
use crate::assistant::{Content, WeeklyDigest};
use crate::insight::{Courses, Insights, KeptKind, OnThisDay, Period, Text, day_of};
use crate::journal::{Choice, Clock as _, Journal, SystemClock};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(super) struct InsightArgs {
    #[command(subcommand)]
    command: Option<InsightCommand>,
    #[command(flatten)]
    period: PeriodArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum InsightCommand {
    /// The last whole week in a few sentences
    Week {
        /// Show it by itself at the first check-in of each week
        #[arg(long, conflicts_with = "off")]
        on: bool,
        /// No longer show it by itself
        #[arg(long)]
        off: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(global: &Global, args: &InsightArgs) -> Result<(), CliError> {
    if let Some(InsightCommand::Week { on, off, json }) = args.command {
        return week(global, on, off, json);
    }
    let (from, to) = args.period.days_to(day_of(SystemClock.now().local()))?;
    let period = Period::new(from, to).map_err(|error| CliError::Usage(error.to_string()))?;
    let assistant = setup::rules_only()?;
    let held = match journal::open_existing(global)? {
        Some(journal) => assistant.content().held(&journal)?,
        None => crate::insight::Held::default(),
    };
    let seen = Insights::of(&held, period);
    if args.json {
        return print_with_schema(&seen);
    }
    let mut page = Page::new();
    page.say(&format!("{from} to {to}"));
    page.blank();
    shown(&mut page, &seen);
    page.aside("What goes together need not bring one another about. `--json` has every number.");
    page.blank();
    page.print()
}

fn shown(page: &mut Page, seen: &Insights) {
    let turned = seen.trends.series.iter().filter(|one| one.direction.is_some()).map(|one| &one.says);
    part(page, "Over time", &seen.trends.says, turned);
    let patterns = seen.patterns.weekday.iter().chain(&seen.patterns.part_of_day);
    let clear = patterns.filter(|one| one.clear).map(|one| &one.says);
    part(page, "Days and hours", &seen.patterns.says, clear);
    let links = seen.triggers.links.iter().filter(|one| one.clear).map(|one| &one.says);
    part(page, "What comes with what", &seen.triggers.says, links);
    part(page, "What helped", &seen.coping.says, std::iter::empty());
    for way in seen.coping.ways.iter().filter(|way| way.rated > 0).take(5) {
        let mean = way.mean.map(|mean| format!("{mean:.1} of 10")).unwrap_or_default();
        page.item("·", &format!("{}: {mean}, {} times", way.what, way.rated));
    }
    part(page, "Help", &seen.help.says, std::iter::empty());
    courses(page, &seen.courses);
    part(page, "Habits of thought", &seen.habits.says, std::iter::empty());
    for habit in seen.habits.habits.iter().take(5) {
        let noun = if habit.entries == 1 { "text" } else { "texts" };
        page.item("·", &format!("{}: {} {noun}", habit.distortion.name, habit.entries));
    }
    part(page, "Reframes", &seen.reframes.says, std::iter::empty());
    part(page, "Practice", &seen.practice.says, std::iter::empty());
    let found = seen.associations.pairs.iter().filter(|pair| pair.finding.is_some());
    part(page, "What went together", &seen.associations.says, found.map(|pair| &pair.says));
    part(page, "Days kept", &seen.streaks.says, std::iter::empty());
    on_this_day(page, &seen.on_this_day);
    if !seen.outside.says.is_empty() {
        page.blank();
        page.aside(seen.outside.says.as_str());
    }
    page.blank();
}

fn courses(page: &mut Page, courses: &Courses) {
    part(page, "Questionnaires", &courses.says, courses.courses.iter().map(|one| &one.says));
}

fn on_this_day(page: &mut Page, day: &OnThisDay) {
    if day.month_ago.is_empty() && day.year_ago.is_empty() {
        return;
    }
    part(page, "On this day", &day.says, std::iter::empty());
    for kept in day.month_ago.iter().chain(&day.year_ago) {
        let id = kept.id.get(..8).unwrap_or_default();
        let what = match kept.kind {
            KeptKind::Written => format!("a text, {id} in `evenkeel journal list`"),
            KeptKind::CheckIn => format!("`evenkeel checkin show {id}`"),
        };
        page.item("·", &format!("{}: {what}", kept.day));
    }
}

/// A heading, what a person reads first, and a line for each thing; what repeats the first is left
/// out.
fn part<'a>(page: &mut Page, title: &str, says: &Text, lines: impl Iterator<Item = &'a Text>) {
    if says.is_empty() {
        return;
    }
    page.blank();
    page.strong(title);
    page.say(says.as_str());
    for line in lines.filter(|line| !line.is_empty() && !says.as_str().contains(line.as_str())) {
        page.item("·", line.as_str());
    }
}

fn week(global: &Global, on: bool, off: bool, as_json: bool) -> Result<(), CliError> {
    let none = || CliError::Failed("There is no journal yet. `evenkeel checkin` begins one.".into());
    let journal = journal::open_existing(global)?.ok_or_else(none)?;
    if on || off {
        choose(&journal, on)?;
        if as_json {
            return print_json(&json!({ "schema": 1, "on": on }));
        }
        let said = if on {
            "The look back will be shown at the first check-in of each week. `evenkeel insight week --off` ends that."
        } else {
            "The look back is no longer shown by itself."
        };
        let mut page = Page::new();
        page.say(said);
        page.blank();
        return page.print();
    }
    let assistant = setup::rules_only()?;
    let digest = assistant.content().weekly_digest(&journal)?;
    if as_json {
        return print_with_schema(&digest);
    }
    let mut page = Page::new();
    look_back(&mut page, &digest);
    page.print()
}

fn print_with_schema(value: &impl Serialize) -> Result<(), CliError> {
    let mut value = serde_json::to_value(value)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("schema".into(), json!(1));
    }
    print_json(&value)
}

fn choose(journal: &Journal, on: bool) -> Result<(), CliError> {
    let chosen =
        if on { journal.choose(Choice::WeeklyDigest) } else { journal.unchoose(Choice::WeeklyDigest) };
    Ok(chosen?)
}

/// Shows the look back where it was turned on and is due, and notes that it was seen.
pub(super) fn if_due(page: &mut Page, content: &Content, journal: &Journal) -> Result<(), CliError> {
    if journal.chosen(Choice::WeeklyDigest)?.is_none() {
        return Ok(());
    }
    let digest = content.weekly_digest(journal)?;
    if digest.due {
        look_back(page, &digest);
        journal.choose(Choice::WeeklyDigest)?;
    }
    Ok(())
}

fn look_back(page: &mut Page, digest: &WeeklyDigest) {
    let digest = &digest.digest;
    page.strong(&format!("Last week, {} to {}", digest.from, digest.to));
    if digest.sentences.is_empty() {
        page.say("Nothing was kept in that week.");
    }
    for sentence in &digest.sentences {
        page.say(sentence.as_str());
    }
    page.blank();
}
