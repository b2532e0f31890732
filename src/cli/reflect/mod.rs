//! `evenkeel reflect`: reflections without a score, one question a screen. What is answered is kept
//! first, and read for danger after that. Needs no model and no network.

mod args;
mod ground;
mod lines;
#[cfg(test)]
mod tests;
mod walk;

use std::io::{IsTerminal as _, Read as _};

use serde_json::json;
use tokio::runtime::Handle;

pub(super) use args::ReflectArgs;

use super::args::Global;
use super::asking::{self, AskArgs, Heed, kept_like, short};
use super::checkin::done;
use super::error::CliError;
use super::journal::{self, print_json};
use super::page::Page;
use super::setup;
use crate::assistant::{ContentError, ReflectedBody};
use crate::exercise::Exercises;
use crate::journal::{Journal, Kept};
use crate::reflection::{Given, NOTE, Reflected, Reflection, Reflections};
use args::{ReflectCommand, TakeArgs};
use lines::{Lines as _, Stdin};
use walk::{Ended, Walk};

const LISTS: &str = "evenkeel reflect show";
/// Bytes of a file of answers at most.
const MOST_BYTES: u64 = 1024 * 1024;

pub(super) async fn run(global: &Global, args: ReflectArgs) -> Result<(), CliError> {
    let all = Reflections::embedded().map_err(ContentError::from)?;
    let ask = args.ask;
    match args.command.unwrap_or(ReflectCommand::List) {
        ReflectCommand::List => list(&all, &ask),
        ReflectCommand::Take(taken) => take(global, find(&all, &taken.id)?, taken, ask).await,
        ReflectCommand::Show { id: None, limit } => kept(global, &all, usize::from(limit), &ask),
        ReflectCommand::Show { id: Some(id), .. } => {
            if let Some(reflection) = all.find(&id) {
                return one(reflection, &ask);
            }
            let kept: Kept<Reflected> = kept_like(&existing(global)?, &id, LISTS)?;
            result(&all, &ReflectedBody::of_kept(all.find(&kept.content.reflection), &kept), &ask)
        }
        ReflectCommand::Delete { id } => {
            let journal = existing(global)?;
            let kept: Kept<Reflected> = kept_like(&journal, &id, LISTS)?;
            journal.delete_kept::<Reflected>(kept.id)?;
            done(&ask, kept.id, "It is deleted. `evenkeel erase` takes its last traces too.")
        }
    }
}

async fn take(
    global: &Global,
    reflection: &Reflection,
    args: TakeArgs,
    ask: AskArgs,
) -> Result<(), CliError> {
    if let Some(file) = &args.answers {
        let given = given(file, reflection)?;
        let reflected = reflection.of(&given).map_err(|error| CliError::Usage(error.to_string()))?;
        return answered(global, reflection, reflected, &args, &ask).await;
    }
    let (global, reflection) = (global.clone(), reflection.clone());
    // Reading waits for a person, and Ctrl-C must not wait for them.
    setup::blocking(move || in_turn(&global, &reflection, &args, &ask)).await
}

fn find<'a>(all: &'a Reflections, id: &str) -> Result<&'a Reflection, CliError> {
    let unknown =
        || CliError::Usage("There is no reflection of this name. `evenkeel reflect list` shows them.".into());
    all.find(id).ok_or_else(unknown)
}

fn existing(global: &Global) -> Result<Journal, CliError> {
    let none = || CliError::Usage("Nothing is kept yet. `evenkeel reflect list` shows what there is.".into());
    journal::open_existing(global)?.ok_or_else(none)
}

/// Reads answers from a file. What is wrong with it is told without its words.
fn given(file: &std::path::Path, reflection: &Reflection) -> Result<Given, CliError> {
    let mut bytes = Vec::new();
    let failed = |source| CliError::File { what: format!("{} could not be read", file.display()), source };
    if file == std::path::Path::new("-") {
        std::io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(file).map_err(failed)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > MOST_BYTES {
        return Err(CliError::Usage("These answers are larger than 1 MB. Nothing was kept.".into()));
    }
    serde_json::from_slice(&bytes).map_err(|error| {
        CliError::Usage(format!(
            "The answers can't be read (line {}, column {}). `evenkeel reflect show {} --json` shows what can be answered.",
            error.line(),
            error.column(),
            reflection.id
        ))
    })
}

/// Keeps answers that were given all at once, and reads them after that.
async fn answered(
    global: &Global,
    reflection: &Reflection,
    reflected: Reflected,
    take: &TakeArgs,
    ask: &AskArgs,
) -> Result<(), CliError> {
    let heed = Heed::new(global, ask)?;
    let body = if take.no_keep {
        ReflectedBody::of(Some(reflection), &reflected)
    } else {
        ReflectedBody::of_kept(Some(reflection), &journal::open(global)?.keep(&reflected)?)
    };
    let said = heed.words(&reflected.words()).await?;
    shown(reflection, &body.with(said), ask, true)
}

/// Asks one question at a time.
fn in_turn(global: &Global, reflection: &Reflection, take: &TakeArgs, ask: &AskArgs) -> Result<(), CliError> {
    let runtime = Handle::current();
    let heed = Heed::new(global, ask)?;
    let exercises = Exercises::embedded()?;
    let journal = if take.no_keep { None } else { Some(journal::open(global)?) };
    let asks = std::io::stdin().is_terminal();
    let mut lines = Stdin::new();
    let mut show = asking::on_screen(ask.json);
    let (mut kept, mut now) = (None, reflection.begin());
    if let Some(half) =
        journal.as_ref().map(|journal| half_finished(journal, reflection)).transpose()?.flatten()
    {
        let mut page = ask.page();
        page.say(&format!("One from {} is half-finished.", half.saved.day()));
        if reflection.trauma {
            page.blank();
            page.say(&reflection.note);
            page.blank();
        }
        page.aside("Enter goes on with it, n begins anew.");
        if asks {
            page.prompt();
        }
        show(&page, true)?;
        let typed = lines.next()?.unwrap_or_default();
        if !matches!(typed.trim().to_lowercase().as_str(), "n" | "no" | "new") {
            now = half.content.clone();
            kept = Some(half);
        }
    }
    let mut save = |now: &Reflected| -> Result<(), CliError> {
        let Some(journal) = &journal else { return Ok(()) };
        kept = Some(match &kept {
            Some(before) => journal.replace(before.id, now)?,
            None if now.is_empty() => return Ok(()),
            None => journal.keep(now)?,
        });
        Ok(())
    };
    let mut walk = Walk {
        reflection,
        exercises: &exercises,
        plain: ask.plain,
        asks,
        keeps: !take.no_keep,
        lines: &mut lines,
        show: &mut show,
        save: &mut save,
        heed: &mut |words| runtime.block_on(heed.by_rules(words)),
        read: 0,
    };
    let ended = walk.walk(&mut now)?;
    if walk.read == 0 && !asks {
        return Err(CliError::Usage(
            "No answers came. Give them with --answers, or run this in a terminal.".into(),
        ));
    }
    if ended == Ended::Done && !now.is_empty() {
        save(&now)?;
    }
    let let_go = ended == Ended::LetGo;
    if let (true, Some(journal), Some(before)) = (let_go, &journal, &kept) {
        journal.delete_kept::<Reflected>(before.id)?;
    }
    if let_go || now.is_empty() {
        return asking::nothing(ask);
    }
    let body = match &kept {
        Some(kept) => ReflectedBody::of_kept(Some(reflection), kept),
        None => ReflectedBody::of(Some(reflection), &now),
    };
    // All words together, by the model too where it is here.
    let said = runtime.block_on(heed.words(&now.words()))?;
    shown(reflection, &body.with(said), ask, false)
}

/// One that was begun and left, of the same edition.
fn half_finished(journal: &Journal, reflection: &Reflection) -> Result<Option<Kept<Reflected>>, CliError> {
    let all = journal.all_kept::<Reflected>(usize::MAX)?;
    Ok(all
        .into_iter()
        .find(|one| one.content.reflection == reflection.id)
        .filter(|one| !one.content.finished && one.content.edition == reflection.edition))
}

fn list(all: &Reflections, ask: &AskArgs) -> Result<(), CliError> {
    if ask.json {
        return print_json(&all.body());
    }
    let mut page = ask.page();
    page.say("Reflections. `evenkeel reflect take ID` begins one.");
    for one in all.iter() {
        page.blank();
        page.strong(&format!("{}  {}", one.id, one.title));
        page.inset(&one.about);
        if one.trauma {
            page.inset("Touches things that can hurt. Each question can be left out.");
        }
    }
    page.blank();
    page.aside(NOTE);
    page.blank();
    page.print()
}

/// A reflection to read.
fn one(reflection: &Reflection, ask: &AskArgs) -> Result<(), CliError> {
    if ask.json {
        return print_json(&reflection.body());
    }
    let mut page = ask.page();
    page.strong(&reflection.title);
    page.say(&reflection.about);
    page.blank();
    page.say(&reflection.note);
    walk::levels(&mut page, reflection);
    for question in &reflection.questions {
        page.blank();
        page.strong(&question.asks);
        question.choices.iter().for_each(|choice| page.item("·", &choice.text));
    }
    page.blank();
    page.say(&reflection.limits);
    page.aside(NOTE);
    page.aside(&format!("`evenkeel reflect take {}` begins it.", reflection.id));
    page.blank();
    page.print()
}

/// What was kept, the latest first.
fn kept(global: &Global, all: &Reflections, limit: usize, ask: &AskArgs) -> Result<(), CliError> {
    let journal = journal::open_existing(global)?;
    let kept = journal.map(|journal| journal.all_kept::<Reflected>(limit)).transpose()?.unwrap_or_default();
    if ask.json {
        let bodies: Vec<ReflectedBody> =
            kept.iter().map(|one| ReflectedBody::of_kept(all.find(&one.content.reflection), one)).collect();
        return print_json(&json!({ "schema": 1, "responses": bodies }));
    }
    let mut page = ask.page();
    if kept.is_empty() {
        page.say("Nothing here yet. `evenkeel reflect list` shows what there is.");
        page.blank();
    }
    for one in &kept {
        let id = one.content.reflection.as_str();
        page.strong(all.find(id).map_or(id, |reflection| reflection.title.as_str()));
        if let Some(summary) = &one.content.summary {
            page.say(summary.as_str());
        }
        let state = if one.content.finished { "" } else { "half-finished; " };
        page.aside(&format!("{}, {state}id: {}", one.saved.day(), short(one.id)));
        page.blank();
    }
    page.print()
}

/// What came of one that was taken now.
fn shown(reflection: &Reflection, body: &ReflectedBody, ask: &AskArgs, whole: bool) -> Result<(), CliError> {
    if ask.json {
        return print_json(body);
    }
    let mut page = ask.page();
    write(&mut page, &reflection.title, body, whole);
    page.aside(if body.id.is_some() { "Kept in your journal." } else { "Not kept." });
    page.blank();
    page.print()
}

/// What was kept of one.
fn result(all: &Reflections, body: &ReflectedBody, ask: &AskArgs) -> Result<(), CliError> {
    if ask.json {
        return print_json(body);
    }
    let id = body.reflected.reflection.as_str();
    let mut page = ask.page();
    write(&mut page, all.find(id).map_or(id, |one| one.title.as_str()), body, true);
    if let Some(id) = body.id {
        page.aside(&format!("Id: {}", short(id)));
    }
    page.blank();
    page.print()
}

fn write(page: &mut Page, title: &str, body: &ReflectedBody, whole: bool) {
    if let Some(escalation) = &body.escalation {
        super::page::help(page, escalation);
        page.blank();
    }
    page.strong(title);
    if whole {
        walk::said(page, &body.reflected);
    }
    if let Some(summary) = &body.reflected.summary {
        page.blank();
        page.aside("In your own words:");
        page.say(summary.as_str());
    }
    for style in body.styles.iter().filter(|style| !style.ticked.is_empty()) {
        page.blank();
        page.strong(&format!("Often named {}", style.name.to_lowercase()));
        page.aside(&style.about);
        style.ticked.iter().for_each(|text| page.item("·", text));
    }
    if !body.reflected.finished {
        page.blank();
        page.say("It is half-finished, and can stay so.");
    }
    for said in body.beside.iter().chain(&body.says) {
        page.blank();
        page.say(said);
    }
    page.blank();
}
