//! `evenkeel practice`: plan a step, do it, keep how it went, and see what could come next. What
//! is written is kept first, and read for danger after that; while words are urgent, no step is
//! suggested.

mod args;
mod flow;

use serde_json::{Value, json};

pub(super) use args::PracticeArgs;
pub(super) use flow::asked;

use super::args::Global;
use super::asking::{self, AskArgs, Heed, kept_like, short};
use super::checkin::done;
use super::error::CliError;
use super::journal::{self, print_json};
use super::page::Page;
use crate::assistant::SaidBody;
use crate::checkin::{CheckIn, Words};
use crate::journal::{Journal, Kept};
use crate::practice::{Ladder, LevelNumber, Next, OwnStep, Practice, Tried, next};
use args::PracticeCommand;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Days for which urgent words hold suggestions back.
const HOLDS: i64 = 3;

pub(super) async fn run(global: &Global, args: PracticeArgs) -> Result<(), CliError> {
    let ladder = Ladder::embedded()?;
    let ask = args.ask;
    match args.command.unwrap_or(PracticeCommand::List) {
        PracticeCommand::List => list(global, &ladder, &ask),
        PracticeCommand::Plan(plan) => flow::plan(global, &ladder, plan, &ask).await,
        PracticeCommand::Record(record) => flow::record(global, &ladder, record, &ask).await,
        PracticeCommand::Next => suggest(global, &ladder, &ask).await,
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

/// What is kept of practice, the earliest first.
struct History {
    own: Vec<(String, OwnStep)>,
    practices: Vec<Kept<Practice>>,
}

impl History {
    fn of(journal: Option<&Journal>) -> Result<Self, CliError> {
        let Some(journal) = journal else { return Ok(Self { own: Vec::new(), practices: Vec::new() }) };
        let mut own = journal.all_kept::<OwnStep>(usize::MAX)?;
        own.reverse();
        let mut practices = journal.all_kept::<Practice>(usize::MAX)?;
        // By when it was tried, where it was.
        practices.sort_by_key(|one| (one.saved.ms(), one.id));
        Ok(Self { own: own.into_iter().map(|one| (one.id.to_string(), one.content)).collect(), practices })
    }

    fn with<T>(&self, ladder: &Ladder, look: impl FnOnce(Tried<'_>) -> T) -> T {
        let practices: Vec<Practice> = self.practices.iter().map(|one| one.content.clone()).collect();
        look(Tried { ladder, own: &self.own, practices: &practices })
    }
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
    let history = History::of(journal::open_existing(global)?.as_ref())?;
    history.with(ladder, |tried| {
        let state = |step: &str| {
            let times =
                tried.practices.iter().filter(|p| p.step.as_str() == step && p.outcome.is_some()).count();
            (times, tried.sits_well(step))
        };
        let own = |level: LevelNumber| history.own.iter().filter(move |(_, own)| own.level == level);
        if ask.json {
            let step = |id: &str, text: &str, own: bool| {
                let (times, sits_well) = state(id);
                json!({ "id": id, "text": text, "own": own, "times": times, "sits_well": sits_well })
            };
            let level = |level: &crate::practice::Level| {
                let shipped = level.steps.iter().map(|one| step(&one.id, &one.text, false));
                let own = own(level.number).map(|(id, one)| step(id, one.text.as_str(), true));
                let steps: Vec<Value> = shipped.chain(own).collect();
                json!({ "level": level.number, "name": level.name, "about": level.about, "steps": steps })
            };
            let levels: Vec<Value> = ladder.levels.iter().map(level).collect();
            return print_json(&json!({ "schema": 1, "note": ladder.note, "levels": levels }));
        }
        let mut page = ask.page();
        page.aside(&ladder.note);
        for level in &ladder.levels {
            page.blank();
            page.strong(&format!("Level {}: {}", level.number.get(), level.name));
            page.aside(&level.about);
            let mut line = |name: &str, id: &str, text: &str| {
                let told = match state(id) {
                    (0, _) => String::new(),
                    (times, well) => {
                        let well = if well { ", sits well" } else { "" };
                        format!(" (tried {times}{well})")
                    }
                };
                page.item("·", &format!("{name}: {text}{told}"));
            };
            level.steps.iter().for_each(|step| line(&step.id, &step.id, &step.text));
            own(level.number).for_each(|(id, step)| line(&id[..id.len().min(18)], id, step.text.as_str()));
        }
        page.blank();
        page.aside("`evenkeel practice plan STEP` plans one, `practice next` suggests one.");
        page.blank();
        page.print()
    })
}

fn history(global: &Global, limit: usize, ask: &AskArgs) -> Result<(), CliError> {
    let history = History::of(journal::open_existing(global)?.as_ref())?;
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

/// The help that words of the last days lead to: of what was planned and tried, and of check-ins.
async fn urgent_words(journal: &Journal, heed: &Heed<'_>) -> Result<Option<SaidBody>, CliError> {
    let since = journal.now().ms() - HOLDS * DAY_MS;
    let practices = journal.all_kept::<Practice>(usize::MAX)?;
    let practices = practices.iter().filter(|one| one.saved.ms() >= since).map(|one| one.content.words());
    let checkins = journal.all_kept::<CheckIn>(50)?;
    let checkins = checkins.iter().filter(|one| one.saved.ms() >= since).map(|one| one.content.words());
    for words in practices.chain(checkins).collect::<Vec<_>>() {
        if let Some(said) = heed.by_rules(&words).await?.filter(|said| said.escalate) {
            return Ok(Some(said));
        }
    }
    Ok(None)
}

async fn suggest(global: &Global, ladder: &Ladder, ask: &AskArgs) -> Result<(), CliError> {
    let heed = Heed::new(global, ask)?;
    let journal = journal::open_existing(global)?;
    let said = match &journal {
        Some(journal) => urgent_words(journal, &heed).await?,
        None => None,
    };
    let history = History::of(journal.as_ref())?;
    let next = history.with(ladder, |tried| next(tried, said.is_some()));
    if ask.json {
        return print_json(&suggestion(ladder, &next, said.as_ref()));
    }
    let mut page = ask.page();
    asking::help(&mut page, said.as_ref());
    suggested(&mut page, ladder, &next);
    page.print()
}

fn suggestion(ladder: &Ladder, next: &Next, said: Option<&SaidBody>) -> Value {
    json!({
        "schema": 1,
        "next": next,
        "says": ladder.says(next.kind),
        "escalation": said.and_then(|said| said.escalation.as_ref()),
    })
}

fn suggested(page: &mut Page, ladder: &Ladder, next: &Next) {
    page.say(ladder.says(next.kind));
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
