//! Planning a step and keeping how it went, asked in turn where it is not typed.

use std::io::IsTerminal as _;

use serde_json::json;

use super::args::{PlanStepArgs, RecordArgs};
use super::{shown, suggested, urgent_words};
use crate::assistant::PracticeHistory;
use crate::checkin::{Distress, Words};
use crate::cli::args::Global;
use crate::cli::asking::{self, AskArgs, Asking, Heed, kept_like};
use crate::cli::error::CliError;
use crate::cli::journal::{self, print_json};
use crate::cli::page;
use crate::cli::setup;
use crate::journal::{Journal, Kept};
use crate::practice::{Against, Ladder, LevelNumber, Outcome, OwnStep, Practice};

/// Runs questions on a thread of their own: reading waits for a person, and Ctrl-C must not.
pub(in crate::cli) async fn asked<T: Send + 'static>(
    ask: &AskArgs,
    questions: impl FnOnce(&mut Asking<'_>) -> Result<T, CliError> + Send + 'static,
) -> Result<T, CliError> {
    let (json, plain) = (ask.json, ask.plain);
    setup::blocking(move || {
        questions(&mut Asking {
            input: &mut std::io::stdin().lock(),
            show: &mut asking::on_screen(json),
            plain,
            asks: std::io::stdin().is_terminal(),
            lines: 0,
        })
    })
    .await
}

pub(super) async fn plan(
    global: &Global,
    ladder: &Ladder,
    args: PlanStepArgs,
    ask: &AskArgs,
) -> Result<(), CliError> {
    let heed = Heed::new(global, ask)?;
    let found = match ladder.find(&args.step) {
        Some((level, step)) => Some((step.id.clone(), level, step.text.clone())),
        None => own(journal::open_existing(global)?.as_ref(), &args.step)?,
    };
    let (step, level, text) = found.ok_or_else(|| {
        CliError::Usage("There is no step of this name. `evenkeel practice` shows them.".into())
    })?;
    let (when, who, predicted) = if args.when.is_none() && args.who.is_none() && args.predict.is_none() {
        asked(ask, |asking| {
            Ok((
                asking.words("When will you try it?")?,
                asking.words("With whom?")?,
                asking.words("What do you think will happen?")?,
            ))
        })
        .await?
    } else {
        (args.when, args.who, args.predict)
    };
    let line =
        |text: &str| Words::new(text).map_err(|takes| CliError::Usage(format!("A step takes {takes}.")));
    let practice =
        Practice { step: line(&step)?, level, text: line(&text)?, when, who, predicted, outcome: None };
    let kept = journal::open(global)?.keep(&practice)?;
    let said = heed.words(&practice.words()).await?;
    let remind = practice.when.as_ref().and_then(|when| crate::cli::remind::of_plan(when.as_str()));
    if ask.json {
        let help = said.as_ref().and_then(|said| said.escalation.as_ref());
        let remind = remind.map(|(on, at)| json!({ "on": on, "at": at }));
        return print_json(&json!({ "schema": 1, "practice": kept, "remind": remind, "escalation": help }));
    }
    let mut page = ask.page();
    asking::help(&mut page, said.as_ref());
    shown(&mut page, &kept);
    if said.is_some_and(|said| said.escalate) {
        page.say(ladder.says(crate::practice::NextKind::Rest));
    } else {
        page.aside("Kept. When you have tried it, `evenkeel practice record` keeps how it went.");
        if let Some((on, at)) = remind {
            page.aside(&format!(
                "`evenkeel remind --on {on} --at {at}` writes a reminder for your calendar that tells nobody what it is for."
            ));
        }
    }
    page.blank();
    page.print()
}

fn own(journal: Option<&Journal>, id: &str) -> Result<Option<(String, LevelNumber, String)>, CliError> {
    let Some(journal) = journal else { return Ok(None) };
    let kept: Kept<OwnStep> = kept_like(journal, id, "evenkeel practice")?;
    Ok(Some((kept.id.to_string(), kept.content.level, kept.content.text.into())))
}

pub(super) async fn record(global: &Global, args: RecordArgs, ask: &AskArgs) -> Result<(), CliError> {
    let heed = Heed::new(global, ask)?;
    let journal = super::existing(global)?;
    let planned = match &args.id {
        Some(id) => kept_like(&journal, id, "evenkeel practice history")?,
        None => open_plan(&journal)?,
    };
    let typed = args.happened.zip(args.distress).map(|(happened, distress)| Outcome {
        happened,
        against: args.against.map(Against::from),
        distress,
        surprise: args.surprise,
    });
    let outcome = match typed {
        Some(outcome) => Some(outcome),
        None => asked(ask, in_turn).await?,
    };
    let outcome = outcome.ok_or_else(|| {
        CliError::Usage("What happened and the distress (0 to 100) are needed. Nothing was kept.".into())
    })?;
    let kept = journal.replace(planned.id, &Practice { outcome: Some(outcome), ..planned.content })?;
    let said = heed.words(&kept.content.words()).await?;
    let said = match said.filter(|said| said.escalate) {
        Some(said) => Some(said),
        None => urgent_words(&journal, &heed).await?,
    };
    let mut suggestion = heed.rules().suggest(&PracticeHistory::of(Some(&journal))?, said);
    if ask.json {
        let mut body = serde_json::to_value(&suggestion)?;
        body["practice"] = serde_json::to_value(&kept)?;
        return print_json(&body);
    }
    let mut page = ask.page();
    // Help stands above everything else.
    if let Some(escalation) = suggestion.escalation.take() {
        page::help(&mut page, &escalation);
        page.blank();
    }
    shown(&mut page, &kept);
    suggested(&mut page, &suggestion);
    page.print()
}

fn open_plan(journal: &Journal) -> Result<Kept<Practice>, CliError> {
    let all = journal.all_kept::<Practice>(usize::MAX)?;
    all.into_iter()
        .find(|one| one.content.outcome.is_none())
        .ok_or_else(|| CliError::Usage("No step is planned. `evenkeel practice plan STEP` plans one.".into()))
}

/// Asks how it went. `None` if what is needed was left out.
fn in_turn(asking: &mut Asking<'_>) -> Result<Option<Outcome>, CliError> {
    let needed = "Enter alone stops and keeps nothing.";
    let Some(happened) = asking.value("What happened?", needed, Words::new)? else { return Ok(None) };
    let distress = asking.value("How much distress was there, 0 to 100?", needed, str::parse::<Distress>)?;
    let Some(distress) = distress else { return Ok(None) };
    let against = asking.value(
        "Beside what you predicted: better, same or worse?",
        "Enter leaves it out.",
        |typed| {
            let typed = typed.to_lowercase();
            Against::ALL.into_iter().find(|one| one.slug() == typed).ok_or("better, same or worse")
        },
    )?;
    let surprise = asking.words("What surprised you?")?;
    Ok(Some(Outcome { happened, against, distress, surprise }))
}
