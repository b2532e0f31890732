//! `evenkeel learn`: things to read. Needs no model, no journal and no network.

use clap::Args;
use serde_json::json;

use super::error::CliError;
use super::journal::print_json;
use super::page::Page;
use crate::learn::{Found, NOTE, Section, Topics};

#[derive(Debug, Args)]
pub(super) struct LearnArgs {
    /// A topic or a section of one, such as stress or emdr; the list without it
    #[arg(value_name = "TOPIC", default_value = "list")]
    topic: String,
    /// Plain lines, without emphasis
    #[arg(long)]
    plain: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &LearnArgs) -> Result<(), CliError> {
    let all = Topics::embedded()?;
    if args.topic == "list" {
        return list(&all, args);
    }
    let unknown =
        || CliError::Usage("There is no topic of this name. `evenkeel learn` lists them.".to_owned());
    let found = all.find(&args.topic).ok_or_else(unknown)?;
    if args.json {
        return match found {
            Found::Topic(topic) => print_json(&json!({ "schema": 1, "topic": topic, "note": NOTE })),
            Found::Section(topic, one) => {
                print_json(&json!({ "schema": 1, "of": topic.id, "section": one, "note": NOTE }))
            }
        };
    }
    let mut page = Page::plain_if(args.plain);
    match found {
        Found::Topic(topic) => {
            page.strong(&topic.title);
            page.say(&topic.about);
            topic.sections.iter().for_each(|one| section(&mut page, one));
        }
        Found::Section(_, one) => section(&mut page, one),
    }
    page.blank();
    page.aside(NOTE);
    page.blank();
    page.print()
}

fn section(page: &mut Page, section: &Section) {
    page.blank();
    page.strong(&section.title);
    section.text.iter().for_each(|text| page.say(text));
    section.points.iter().for_each(|point| page.item("·", point));
}

fn list(all: &Topics, args: &LearnArgs) -> Result<(), CliError> {
    if args.json {
        return print_json(&all.body());
    }
    let mut page = Page::plain_if(args.plain);
    page.say("Things to read. `evenkeel learn NAME` shows one, or a section of it.");
    for topic in all.iter() {
        page.blank();
        page.strong(&format!("{}  {}", topic.id, topic.title));
        let names: Vec<&str> = topic.sections.iter().map(|one| one.id.as_str()).collect();
        page.inset(&names.join(", "));
    }
    page.blank();
    page.aside(NOTE);
    page.blank();
    page.print()
}
