//! `evenkeel people`: people who feel safe, as the person sees them, and what was shared.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::args::Global;
use super::asking::{self, AskArgs, Asking, Heed, kept_like, short};
use super::checkin::done;
use super::error::CliError;
use super::journal::{self, print_json};
use super::page::Page;
use super::practice::asked;
use crate::assistant::SaidBody;
use crate::checkin::Words;
use crate::journal::{Journal, Kept};
use crate::practice::{Checklist, Person, Quality, Seen};

#[derive(Debug, Args)]
#[command(disable_help_subcommand = true)]
pub(super) struct PeopleArgs {
    #[command(subcommand)]
    command: Option<PeopleCommand>,
    #[command(flatten)]
    ask: AskArgs,
}

#[derive(Debug, Subcommand)]
enum PeopleCommand {
    /// Add somebody; the checklist is asked one by one unless it is given here
    Add {
        /// What they are called
        #[arg(value_name = "NAME")]
        name: Words,
        #[command(flatten)]
        seen: SeenArgs,
    },
    /// List them
    List,
    /// Show one
    Show {
        /// Their name, or the beginning of the id
        #[arg(value_name = "NAME|ID")]
        who: String,
    },
    /// Change what is kept of one; what is shared is added to what was shared before
    Edit {
        /// Their name, or the beginning of the id
        #[arg(value_name = "NAME|ID")]
        who: String,
        /// Another name
        #[arg(long, value_name = "NAME")]
        name: Option<Words>,
        #[command(flatten)]
        seen: SeenArgs,
    },
    /// Delete one
    Delete {
        /// Their name, or the beginning of the id
        #[arg(value_name = "NAME|ID")]
        who: String,
    },
}

#[derive(Debug, Args)]
struct SeenArgs {
    /// What they are: consistent, reliable, available, trustworthy, not-judgmental, not-critical,
    /// not-volatile
    #[arg(long, value_name = "QUALITY,…", value_delimiter = ',')]
    yes: Vec<Quality>,
    /// What they are not
    #[arg(long, value_name = "QUALITY,…", value_delimiter = ',')]
    no: Vec<Quality>,
    /// What you are not sure of
    #[arg(long, value_name = "QUALITY,…", value_delimiter = ',')]
    unsure: Vec<Quality>,
    /// Something that you shared with them
    #[arg(long, value_name = "TEXT")]
    shared: Vec<Words>,
    /// Anything else
    #[arg(long, value_name = "TEXT")]
    note: Option<Words>,
}

impl SeenArgs {
    fn is_empty(&self) -> bool {
        let lists = [&self.yes, &self.no, &self.unsure];
        lists.iter().all(|list| list.is_empty()) && self.shared.is_empty() && self.note.is_none()
    }

    fn into_person(self, person: &mut Person) -> Result<(), CliError> {
        let mut given = Vec::new();
        for (list, seen) in [(self.yes, Seen::Yes), (self.no, Seen::No), (self.unsure, Seen::Unsure)] {
            for quality in list {
                if given.contains(&quality) {
                    return Err(CliError::Usage(format!(
                        "`{}` is answered twice. Give it once.",
                        quality.slug()
                    )));
                }
                given.push(quality);
                person.checklist.insert(quality, seen);
            }
        }
        person.shared.extend(self.shared);
        person.note = self.note.or(person.note.take());
        Ok(())
    }
}

pub(super) async fn run(global: &Global, args: PeopleArgs) -> Result<(), CliError> {
    let ask = args.ask;
    match args.command.unwrap_or(PeopleCommand::List) {
        PeopleCommand::List => list(global, &ask),
        PeopleCommand::Add { name, seen } => {
            let heed = Heed::new(global, &ask)?;
            let mut person = Person::named(name);
            if seen.is_empty() {
                let list = Checklist::embedded()?;
                person = asked(&ask, move |asking| questions(asking, &list, person)).await?;
            } else {
                seen.into_person(&mut person)?;
            }
            let kept = journal::open(global)?.keep(&person)?;
            keep(&heed, &kept, &ask).await
        }
        PeopleCommand::Show { who } => {
            let kept = find(&existing(global)?, &who)?;
            if ask.json {
                return print_json(&body(&kept, None));
            }
            let mut page = ask.page();
            shown(&mut page, &kept)?;
            page.print()
        }
        PeopleCommand::Edit { who, name, seen } => {
            let heed = Heed::new(global, &ask)?;
            let journal = existing(global)?;
            let old = find(&journal, &who)?;
            let mut person = old.content;
            if name.is_none() && seen.is_empty() {
                let list = Checklist::embedded()?;
                person = asked(&ask, move |asking| questions(asking, &list, person)).await?;
            } else {
                person.name = name.unwrap_or(person.name);
                seen.into_person(&mut person)?;
            }
            let kept = journal.replace(old.id, &person)?;
            keep(&heed, &kept, &ask).await
        }
        PeopleCommand::Delete { who } => {
            let journal = existing(global)?;
            let kept = find(&journal, &who)?;
            journal.delete_kept::<Person>(kept.id)?;
            done(&ask, kept.id, "It is deleted.")
        }
    }
}

fn existing(global: &Global) -> Result<Journal, CliError> {
    let none = || CliError::Usage("Nobody is in the list yet. `evenkeel people add NAME` adds one.".into());
    journal::open_existing(global)?.ok_or_else(none)
}

/// Somebody by their name, if only one has it, or by the beginning of the id.
fn find(journal: &Journal, who: &str) -> Result<Kept<Person>, CliError> {
    let wanted = who.trim().to_lowercase();
    let mut named = journal.all_kept::<Person>(usize::MAX)?;
    named.retain(|one| one.content.name.as_str().to_lowercase() == wanted);
    match (named.pop(), named.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(_), false) => Err(CliError::Usage(
            "Several have this name. Give the id; `evenkeel people list` shows it.".into(),
        )),
        (None, _) => kept_like(journal, who, "evenkeel people list"),
    }
}

/// Asks the checklist and what was shared; Enter leaves each as it is.
fn questions(asking: &mut Asking<'_>, list: &Checklist, mut person: Person) -> Result<Person, CliError> {
    for quality in Quality::ALL {
        let now =
            person.checklist.get(&quality).map_or(String::new(), |seen| format!(" Now: {}.", seen.slug()));
        let aside = format!("yes, no or unsure; Enter leaves it.{now}");
        if let Some(seen) = asking.value(list.asks(quality), &aside, str::parse::<Seen>)? {
            person.checklist.insert(quality, seen);
        }
    }
    person.shared.extend(asking.words("Something that you shared with them, and how it was?")?);
    if let Some(note) = asking.words("Anything else?")? {
        person.note = Some(note);
    }
    Ok(person)
}

async fn keep(heed: &Heed<'_>, kept: &Kept<Person>, ask: &AskArgs) -> Result<(), CliError> {
    let said = heed.words(&kept.content.words()).await?;
    if ask.json {
        return print_json(&body(kept, said.as_ref()));
    }
    let mut page = ask.page();
    asking::help(&mut page, said.as_ref());
    shown(&mut page, kept)?;
    page.aside("Kept in your journal.");
    page.blank();
    page.print()
}

fn list(global: &Global, ask: &AskArgs) -> Result<(), CliError> {
    let journal = journal::open_existing(global)?;
    let all = journal.map(|journal| journal.all_kept::<Person>(usize::MAX)).transpose()?.unwrap_or_default();
    if ask.json {
        let all: Vec<Value> = all.iter().map(|kept| body(kept, None)).collect();
        return print_json(&json!({ "schema": 1, "people": all }));
    }
    let mut page = ask.page();
    if all.is_empty() {
        page.say("Nobody here yet. `evenkeel people add NAME` adds one.");
        page.blank();
    }
    for kept in &all {
        let said = |seen| kept.content.checklist.values().filter(|one| **one == seen).count();
        page.strong(kept.content.name.as_str());
        page.aside(&format!(
            "yes {}, no {}, unsure {}; shared {}. Id: {}",
            said(Seen::Yes),
            said(Seen::No),
            said(Seen::Unsure),
            kept.content.shared.len(),
            short(kept.id)
        ));
        page.blank();
    }
    page.print()
}

fn shown(page: &mut Page, kept: &Kept<Person>) -> Result<(), CliError> {
    let list = Checklist::embedded()?;
    let person = &kept.content;
    page.strong(person.name.as_str());
    for (quality, seen) in &person.checklist {
        page.item("·", &format!("{} {}", list.asks(*quality), seen.slug()));
    }
    if !person.shared.is_empty() {
        page.blank();
        page.say("Shared:");
        person.shared.iter().for_each(|words| page.item("·", words.as_str()));
    }
    if let Some(note) = &person.note {
        page.blank();
        page.say(note.as_str());
    }
    page.blank();
    page.aside(&list.note);
    page.aside(&format!("Id: {}", short(kept.id)));
    page.blank();
    Ok(())
}

fn body(kept: &Kept<Person>, said: Option<&SaidBody>) -> Value {
    json!({
        "schema": 1,
        "id": kept.id,
        "written": kept.written,
        "saved": kept.saved,
        "person": kept.content,
        "risk": said.map(|said| &said.risk),
        "escalation": said.and_then(|said| said.escalation.as_ref()),
    })
}
