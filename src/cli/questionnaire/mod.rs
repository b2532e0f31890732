//! `evenkeel questionnaire`: standard questionnaires, one question at a time. Needs no model and
//! no network; without an open journal nothing is kept.

mod args;
mod history;
mod keeping;
mod show;
mod walk;

use std::io::IsTerminal as _;
use std::sync::Arc;

use serde_json::json;

pub(super) use args::QuestionnaireCommand;

use super::args::Global;
use super::error::CliError;
use super::journal::{print_json, tell};
use super::page::{self, Page};
use super::setup;
use crate::assistant::{Assistant, AssistantError, SheetBody};
use crate::crisis::CountryCode;
use crate::questionnaire::{Danger, Questionnaire, Sheet};
use args::TakeArgs;
use keeping::{Found, Keeping};
use walk::{Ended, Walk};

pub(super) async fn run(global: &Global, command: QuestionnaireCommand) -> Result<(), CliError> {
    let assistant = setup::with_safety_plan(global, setup::rules_only()?);
    match command {
        QuestionnaireCommand::List(form) => show::list(&assistant.content().questionnaires, form.json),
        QuestionnaireCommand::Show { id, form } => show::one(find(&assistant, &id)?, form.json),
        QuestionnaireCommand::Take(args) => take(global, assistant, args).await,
        QuestionnaireCommand::History { id, limit, form } => {
            let of = id.map(|id| find(&assistant, &id).map(|one| one.id.clone())).transpose()?;
            let all = &assistant.content().questionnaires;
            history::run(global, all, of.as_deref(), usize::from(limit), form.json)
        }
    }
}

fn find<'a>(assistant: &'a Assistant, id: &str) -> Result<&'a Questionnaire, CliError> {
    let unknown = || {
        CliError::Usage(
            "There is no questionnaire of this name. `evenkeel questionnaire list` shows them.".into(),
        )
    };
    assistant.content().questionnaires.find(id).ok_or_else(unknown)
}

async fn take(global: &Global, assistant: Assistant, args: TakeArgs) -> Result<(), CliError> {
    let country = CountryCode::named(args.country.as_deref()).map_err(AssistantError::from)?;
    let questionnaire = find(&assistant, &args.id)?.clone();
    let Some(typed) = &args.answers else {
        return ask(global, assistant, questionnaire, args, country).await;
    };
    // A slip in the sheet is told before anything is opened.
    let sheet = Sheet::parse(&questionnaire, typed)?;
    sheet.score()?;
    let mut keeping = Keeping::open(global, &args)?;
    tell_of(global, &keeping)?;
    let (body, kept) = finish(&assistant, &mut keeping, &sheet, country)?;
    if args.form.json {
        print_json(&body)?;
    } else {
        result(&questionnaire, &body, args.plain).print()?;
    }
    kept
}

/// Asks one question at a time.
async fn ask(
    global: &Global,
    assistant: Assistant,
    questionnaire: Questionnaire,
    args: TakeArgs,
    country: CountryCode,
) -> Result<(), CliError> {
    let keeping = Keeping::open(global, &args)?;
    tell_of(global, &keeping)?;
    // Reading waits for a person, and Ctrl-C must not wait for them.
    let (json, plain) = (args.form.json, args.plain);
    let shared = Arc::new(questionnaire);
    setup::blocking(move || in_turn(&assistant, &shared, keeping, country, plain, json)).await
}

fn in_turn(
    assistant: &Assistant,
    questionnaire: &Questionnaire,
    mut keeping: Keeping,
    country: CountryCode,
    plain: bool,
    json: bool,
) -> Result<(), CliError> {
    let mut show = |page: Page, fresh: bool| page::on_screen(&page, fresh, json);
    let mut input = std::io::stdin().lock();
    let help = |danger: &Danger<'_>| assistant.help_for(danger, country);
    let mut walk =
        Walk { plain, asks: std::io::stdin().is_terminal(), keeps: keeping.keeps(), help: &help, lines: 0 };
    let mut sheet = Sheet::open(questionnaire);
    match keeping.half_finished(questionnaire)? {
        Found::Nothing => {}
        Found::Stale(day) => walk.say_stale(&mut show, questionnaire, &day)?,
        Found::Half(response, day) => {
            if walk.wants_to_resume(&mut input, &mut show, questionnaire, &day)? {
                sheet = keeping.resume(questionnaire, &response)?;
            }
        }
    }
    let mut save = |sheet: &Sheet<'_>| keeping.save_half(sheet);
    let ended = walk.walk(&mut sheet, &mut input, &mut show, &mut save)?;
    if setup::cancel().is_cancelled() {
        return Err(CliError::Interrupted);
    }
    match ended {
        Ended::Done => {
            let (body, kept) = finish(assistant, &mut keeping, &sheet, country)?;
            if json {
                print_json(&body)?;
            } else {
                page::on_screen(&result(questionnaire, &body, plain), true, false)?;
            }
            kept
        }
        Ended::Left if walk.lines == 0 && !walk.asks => Err(CliError::Usage(
            "No answers came. Give them with --answers, or run this in a terminal.".into(),
        )),
        Ended::Left => {
            if json {
                let response = keeping.id().map(|id| id.to_string());
                return print_json(
                    &json!({ "schema": 1, "id": questionnaire.id, "finished": false, "response": response }),
                );
            }
            let mut page = Page::plain_if(plain);
            page.blank();
            page.say(&keeping.left(questionnaire));
            page.blank();
            page.print()
        }
    }
}

/// Adds a sheet up against the last time, and keeps it where it is to be kept. What it adds up to
/// is told even if it could not be kept.
fn finish(
    assistant: &Assistant,
    keeping: &mut Keeping,
    sheet: &Sheet<'_>,
    country: CountryCode,
) -> Result<(SheetBody, Result<(), CliError>), CliError> {
    let last = keeping.last_time(sheet.questionnaire());
    let kept = keeping.save_done(sheet);
    let body = assistant.score(sheet, last.as_ref().ok().and_then(Option::as_ref), country)?;
    let response = kept.as_ref().ok().copied().flatten().map(|id| id.to_string());
    Ok((SheetBody { response, ..body }, kept.and(last.map(drop))))
}

fn result(questionnaire: &Questionnaire, body: &SheetBody, plain: bool) -> Page {
    let mut page = Page::plain_if(plain);
    show::result(&mut page, questionnaire, body);
    page.blank();
    page.aside(if body.response.is_some() { "Kept in your journal." } else { "Not kept." });
    page.blank();
    page
}

/// Says beforehand, beside the results, if nothing will be kept.
fn tell_of(global: &Global, keeping: &Keeping) -> Result<(), CliError> {
    match keeping.why_not() {
        Some(why) => tell(global, why),
        None => Ok(()),
    }
}
