//! `evenkeel help-lines`: needs no model, no journal and no network.

use std::io::Write;

use super::args::HelpLinesArgs;
use super::error::CliError;
use super::page::{self, Page};
use super::setup;
use crate::crisis::{CountryCode, CountryCodeError, EmergencyNumber};

pub(super) fn run(args: &HelpLinesArgs) -> Result<(), CliError> {
    let assistant = setup::rules_only()?;
    let lines = assistant.content().screen.helplines();
    let mut page = Page::new();
    let Some(country) = &args.country else {
        let known: Vec<(CountryCode, &str)> = lines.countries().collect();
        if args.json {
            let listed: Vec<_> = known
                .iter()
                .map(|(code, name)| serde_json::json!({ "country": code, "name": name }))
                .collect();
            writeln!(std::io::stdout(), "{}", serde_json::json!({ "countries": listed }))?;
            return Ok(());
        }
        page.say("Name your country with --country and two letters:");
        page.blank();
        for (code, name) in known {
            page.say(&format!("{code}  {name}"));
        }
        page.blank();
        return page.print();
    };
    let code: CountryCode = country.parse().map_err(|e: CountryCodeError| CliError::Assistant(e.into()))?;
    let set = lines.for_country(&code, assistant.today());
    if args.json {
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&set)?)?;
        return Ok(());
    }
    let emergency: Vec<String> = set.emergency.iter().map(EmergencyNumber::as_shown).collect();
    if !emergency.is_empty() {
        page.say(&format!("In an emergency call {}.", emergency.join(" or ")));
        page.blank();
    }
    page::helplines(&mut page, &set.lines);
    if !set.note.is_empty() {
        page.blank();
        page.aside(&set.note);
    }
    page.blank();
    page.print()
}
