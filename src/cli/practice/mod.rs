//! `evenkeel practice`: plan a step, do it, keep how it went, and see what could come next. What
//! is written is kept first, and read for danger after that; while words are urgent, no step is
//! suggested.

mod args;
mod flow;

use serde_json::json;

pub(super) use args::PracticeArgs;
pub(super) use flow::asked;

use super::args::Global;
use super::asking::{self, AskArgs, Heed, kept_like, short};
use super::checkin::done;
use super::error::CliError;
use super::journal::{self, print_json};
use super::page::{self, Page};
use crate::assistant::{PracticeHistory, SaidBody, SuggestionBody, words_of_late};
use crate::checkin::Words;
use crate::journal::{Journal, Kept};
use crate::practice::{Ladder, LadderBody, LevelNumber, OwnStep, Practice};
use args::PracticeCommand;

pub(super) async fn run(global: &Global, args: PracticeArgs) -> Result<(), CliError> {
    let ladder = Ladder::embedded()?;
    let ask = args.ask;
    match args.command.unwrap_or(PracticeCommand::List) {
        PracticeCommand::List => list(global, &ladder, &ask),
        PracticeCommand::Plan(plan) => flow::plan(global, &ladder, plan, &ask).await,
        PracticeCommand::Record(record) => flow::record(global, record, &ask).await,
        PracticeCommand::Next => suggest(global, &ask).await,
        PracticeCommand::History { limit } => history(global, usize::from(limit), &ask),
        PracticeCommand::Delete { id } => {
            let journal = existing(global)?;
            let kept: Kept<Practice> = kept_like(&journal, &id, "evenkeel practice history")?;
            journal.delete_kept::<Practice>(kept.id)?;
            done(&ask, kept.id, "It is deleted.")
        }
        PracticeCommand::Add { level, text } => add(global, level, &text.join(" "), &ask).await,
        PracticeCommand::Remove { id } => {
            let journal = existing(global)?;
            let kept: Kept<OwnStep> = kept_like(&journal, &id, "evenkeel practice")?;
            journal.delete_kept::<OwnStep>(kept.id)?;
            done(&ask, kept.id, "The step is gone. What you kept of trying it stays.")
        }
    }
}

fn existing(global: &Global) -> Result<Journal, CliError> {
    let none = || CliError::Usage("Nothing is planned yet. `evenkeel practice` shows the ladder.".into());
    journal::open_existing(global)?.ok_or_else(none)
}

async fn add(global: &Global, level: LevelNumber, text: &str, ask: &AskArgs) -> Result<(), CliError> {
    let heed = Heed::new(global, ask)?;
    let text = Words::new(text).map_err(|takes| CliError::Usage(format!("A step takes {takes}.")))?;
    let kept = journal::open(global)?.keep(&OwnStep { level, text })?;
    let said = heed.words(kept.content.text.as_str()).await?;
    if ask.json {
        let help = said.as_ref().and_then(|said| said.escalation.as_ref());
        return print_json(&json!({ "schema": 1, "id": kept.id, "step": kept.content, "escalation": help }));
    }
    let mut page = ask.page();
    asking::help(&mut page, said.as_ref());
    page.say(&format!("Kept as a step of level {}. Its id: {}", level.get(), short(kept.id)));
    page.blank();
    page.print()
}

fn list(global: &Global, ladder: &Ladder, ask: &AskArgs) -> Result<(), CliError> {
    let history = PracticeHistory::of(journal::open_existing(global)?.as_ref())?;
    let shown = history.with(ladder, LadderBody::of);
    if ask.json {
        return print_json(&shown);
    }
    let mut page = ask.page();
    page.aside(&shown.note);
    for level in &shown.levels {
        page.blank();
        page.strong(&format!("Level {}: {}", level.level.get(), level.name));
        page.aside(&level.about);
        for step in &level.steps {
            let told = match (step.times, step.sits_well) {
                (0, _) => String::new(),
                (times, true) => format!(" (tried {times}, sits well)"),
                (times, false) => format!(" (tried {times})"),
            };
            let name: String = if step.own { step.id.chars().take(18).collect() } else { step.id.clone() };
            page.item("·", &format!("{name}: {}{told}", step.text));
        }
    }
    page.blank();
    page.aside("`evenkeel practice plan STEP` plans one, `practice next` suggests one.");
    page.blank();
    page.print()
}

fn history(global: &Global, limit: usize, ask: &AskArgs) -> Result<(), CliError> {
    let history = PracticeHistory::of(journal::open_existing(global)?.as_ref())?;
    let all = history.practices.iter().rev().take(limit);
    if ask.json {
        return print_json(&json!({ "schema": 1, "practices": all.collect::<Vec<_>>() }));
    }
    let mut page = ask.page();
    if history.practices.is_empty() {
        page.say("Nothing here yet. `evenkeel practice` shows the ladder.");
        page.blank();
    }
    all.for_each(|kept| shown(&mut page, kept));
    let dated = |one: &Kept<Practice>| {
        let when = one.content.when.as_ref().filter(|_| one.content.outcome.is_none());
        when.is_some_and(|when| super::remind::of_plan(when.as_str()).is_some())
    };
    if history.practices.iter().any(dated) {
        page.aside("`evenkeel remind --plans` writes reminders of planned steps that have a day to come.");
        page.blank();
    }
    page.print()
}

fn shown(page: &mut Page, kept: &Kept<Practice>) {
    let one = &kept.content;
    page.strong(one.text.as_str());
    let mut line = |title: &str, words: Option<&Words>| {
        if let Some(words) = words {
            page.item("·", &format!("{title}: {}", words.as_str()));
        }
    };
    line("When", one.when.as_ref());
    line("With whom", one.who.as_ref());
    line("Predicted", one.predicted.as_ref());
    if let Some(outcome) = &one.outcome {
        line("What happened", Some(&outcome.happened));
        line("What surprised me", outcome.surprise.as_ref());
        let against = outcome
            .against
            .map_or(String::new(), |against| format!(", beside the prediction: {}", against.slug()));
        page.item("·", &format!("Distress: {} of 100{against}", outcome.distress));
    }
    let state = if one.outcome.is_some() { "Tried" } else { "Planned" };
    page.aside(&format!("{state} {}. Id: {}", kept.saved.day(), short(kept.id)));
    page.blank();
}

/// The help that words of the last days lead to.
async fn urgent_words(journal: &Journal, heed: &Heed<'_>) -> Result<Option<SaidBody>, CliError> {
    heed.urgent_among(&words_of_late(journal)?).await
}

async fn suggest(global: &Global, ask: &AskArgs) -> Result<(), CliError> {
    let heed = Heed::new(global, ask)?;
    let journal = journal::open_existing(global)?;
    let urgent = match &journal {
        Some(journal) => urgent_words(journal, &heed).await?,
        None => None,
    };
    let suggestion = heed.rules().suggest(&PracticeHistory::of(journal.as_ref())?, urgent);
    if ask.json {
        return print_json(&suggestion);
    }
    let mut page = ask.page();
    suggested(&mut page, &suggestion);
    page.print()
}

/// A suggestion, below the help where there is some.
fn suggested(page: &mut Page, suggestion: &SuggestionBody) {
    if let Some(escalation) = &suggestion.escalation {
        page::help(page, escalation);
        page.blank();
    }
    let SuggestionBody { next, says, .. } = suggestion;
    page.say(says);
    if let Some(text) = &next.text {
        page.blank();
        page.strong(text);
    }
    if let (Some(step), Some(level)) = (&next.step, next.level) {
        page.aside(&format!("Level {}. `evenkeel practice plan {step}` plans it.", level.get()));
        page.aside("Another one is as good, and so is none today.");
    }
    page.blank();
}
