//! `evenkeel plan`: the person's safety plan. Needs no model and no network, and no passphrase unless
//! its owner wants it.

mod args;
mod show;
mod wizard;

use std::io::{IsTerminal, Read, Write};
use std::path::Path;

use super::args::Global;
use super::error::CliError;
use super::page::{self, Page};
use super::{input, journal, setup};
use crate::assistant::{Assistant, PlanChangeBody, Turn};
use crate::crisis::CountryCode;
use crate::crisis::safety_plan::{
    KeptPlan, PlanError, PlanLine, PlanStep, PlanStore as _, PlanStoreError, PlanTexts, Revision, SafetyPlan,
    SafetyPlanBody,
};
use crate::entry::Limit;
use crate::journal::vault::VaultError;
use crate::journal::{JournalError, PlanKeeper};
pub(super) use args::PlanArgs;
use args::PlanCommand;
use wizard::{Ended, Wizard};

/// Bytes of a plan that is read from a file.
const MOST_BYTES: u64 = 1024 * 1024;

pub(super) async fn run(global: &Global, args: PlanArgs) -> Result<(), CliError> {
    let desk = Desk::open(global, args.country.as_deref())?;
    let json = args.form.json;
    match args.command {
        None => desk.show(json),
        Some(PlanCommand::Edit(form)) => desk.edit(json || form.json).await,
        Some(PlanCommand::Add { step, text, phone, form }) => {
            desk.add(step, &text, phone.as_deref(), json || form.json).await
        }
        Some(PlanCommand::Remove { step, number, form }) => {
            desk.remove(step, number, json || form.json).await
        }
        Some(PlanCommand::Set { json: file }) => desk.set(&file).await,
        Some(PlanCommand::Export { markdown: _, form }) => desk.export(json || form.json),
        Some(PlanCommand::Erase { yes, form }) => desk.erase(yes, json || form.json),
    }
}

/// What every one of these commands has before it.
struct Desk {
    kept: PlanKeeper,
    assistant: Assistant,
    country: CountryCode,
    quiet: bool,
}

/// A plan as it was when it was looked at; an empty one where there was none.
struct Looked {
    plan: SafetyPlan,
    readable_when_locked: bool,
    revision: Option<Revision>,
}

impl Desk {
    fn open(global: &Global, country: Option<&str>) -> Result<Self, CliError> {
        let country = CountryCode::named(country).map_err(|e| CliError::Assistant(e.into()))?;
        let assistant = setup::with_safety_plan(global, setup::rules_only()?);
        let kept = setup::safety_plan(global)?;
        if matches!(kept.read(), Err(PlanStoreError::Locked)) {
            // Whoever can't unlock it is told so beside the help.
            match journal::unlock(global, kept.door()) {
                Err(CliError::Journal(JournalError::Vault(VaultError::Locked))) => {}
                done => done?,
            }
        }
        Ok(Self { kept, assistant, country, quiet: global.quiet })
    }

    fn texts(&self) -> &PlanTexts {
        self.assistant.content().screen.plan_texts()
    }

    fn look(&self) -> Result<Looked, CliError> {
        Ok(match self.kept.read()? {
            Some(KeptPlan { plan, readable_when_locked, revision }) => {
                Looked { plan, readable_when_locked, revision: Some(revision) }
            }
            None => Looked { plan: SafetyPlan::default(), readable_when_locked: false, revision: None },
        })
    }

    fn show(&self, json: bool) -> Result<(), CliError> {
        let read = self.kept.read();
        if json {
            let plan = read?.map(|kept| SafetyPlanBody::new(&kept.plan, kept.readable_when_locked));
            return print_json(&serde_json::json!({ "schema": 1, "plan": plan }));
        }
        let mut page = Page::new();
        match &read {
            Ok(Some(kept)) if !kept.plan.is_empty() => show::plan(&mut page, &kept.plan, self.texts()),
            Ok(_) => show::none(&mut page, self.texts()),
            // Whoever opens it may need it now, so help stands there all the same.
            Err(_) => page.say(self.texts().unreadable()),
        }
        page.blank();
        let lines = self.assistant.content().screen.helplines();
        show::help(&mut page, &lines.for_country(&self.country, self.assistant.today()));
        page.blank();
        page.print()?;
        Ok(read.map(drop)?)
    }

    async fn add(
        &self,
        step: PlanStep,
        text: &[String],
        phone: Option<&str>,
        json: bool,
    ) -> Result<(), CliError> {
        let text = input::text(text, Limit::Reframing)?;
        let looked = self.look()?;
        let mut plan = looked.plan.clone();
        let line = match phone {
            Some(phone) => PlanLine::new(&text, Some(phone)),
            None => PlanLine::typed(step, &text),
        };
        let number = plan.lines(step).len() + 1;
        plan.add(step, line.map_err(|what| PlanError::Line { step, line: number, what })?)?;
        let done = format!("Added to step {}, {}.", step.number(), self.texts().step(step).title);
        self.keep(&looked, &plan, looked.readable_when_locked, json, &done).await
    }

    async fn remove(&self, step: PlanStep, number: usize, json: bool) -> Result<(), CliError> {
        let looked = self.look()?;
        let mut plan = looked.plan.clone();
        plan.remove(step, number)?;
        let done = format!("Line {number} of step {} is gone.", step.number());
        self.keep(&looked, &plan, looked.readable_when_locked, json, &done).await
    }

    async fn set(&self, source: &Path) -> Result<(), CliError> {
        let body: SafetyPlanBody = read_json(source)?;
        let plan = body.check()?;
        if plan.is_empty() {
            return Err(PlanError::Empty.into());
        }
        let looked = self.look()?;
        let readable = body.readable_when_locked.unwrap_or(looked.readable_when_locked);
        self.keep(&looked, &plan, readable, true, "").await
    }

    async fn edit(&self, json: bool) -> Result<(), CliError> {
        let looked = self.look()?;
        let (assistant, before) = (self.assistant.clone(), looked.plan.clone());
        let first = looked.revision.is_none();
        // Reading waits for a person, and Ctrl-C must not wait for them.
        let ended = setup::blocking(move || {
            let mut show = |page: Page, fresh: bool| page::on_screen(&page, fresh, json);
            let asks = std::io::stdin().is_terminal();
            let screen = &assistant.content().screen;
            let wizard = Wizard { screen, first, asks };
            Ok(wizard.walk(&mut std::io::stdin().lock(), &mut show, &before)?)
        })
        .await?;
        if setup::cancel().is_cancelled() {
            return Err(CliError::Interrupted);
        }
        let (plan, readable) = match ended {
            Ended::Agreed(plan) => (plan, true),
            Ended::Changed(plan) => (plan, looked.readable_when_locked),
            Ended::Unchanged | Ended::Declined => {
                let said = if matches!(ended, Ended::Declined) {
                    "Then nothing is kept."
                } else {
                    "Nothing was changed."
                };
                if json {
                    let plan =
                        (!first).then(|| SafetyPlanBody::new(&looked.plan, looked.readable_when_locked));
                    return print_json(&serde_json::json!({ "schema": 1, "plan": plan }));
                }
                let mut page = Page::new();
                page.say(said);
                page.blank();
                return page.print();
            }
        };
        let done = format!("Your safety plan is kept in {}", self.kept.place().display());
        self.keep(&looked, &plan, readable, json, &done).await
    }

    fn export(&self, json: bool) -> Result<(), CliError> {
        let Some(kept) = self.kept.read()? else {
            return Err(CliError::Failed(
                "There is no safety plan here yet. Begin one with `evenkeel plan edit`.".to_owned(),
            ));
        };
        if json {
            return print_json(&SafetyPlanBody::new(&kept.plan, kept.readable_when_locked));
        }
        let mut out = std::io::stdout().lock();
        out.write_all(show::markdown(&kept.plan, self.texts()).as_bytes())?;
        Ok(out.flush()?)
    }

    fn erase(&self, yes: bool, json: bool) -> Result<(), CliError> {
        let kept = self.kept.read()?;
        let wanted =
            kept.is_some() && (yes || is_agreed("Erase your safety plan? It can't be brought back.")?);
        if let Some(kept) = kept.as_ref().filter(|_| wanted) {
            self.kept.erase(&kept.revision)?;
        }
        if json {
            return print_json(&serde_json::json!({ "schema": 1, "erased": wanted }));
        }
        let mut page = Page::new();
        page.say(match (&kept, wanted) {
            (None, _) => "There is no safety plan here.",
            (Some(_), true) => "Your safety plan is erased.",
            (Some(_), false) => "Nothing was erased.",
        });
        page.blank();
        page.print()
    }

    /// Keeps the plan first, then screens what is new in it, then says both.
    async fn keep(
        &self,
        looked: &Looked,
        plan: &SafetyPlan,
        readable_when_locked: bool,
        json: bool,
        done: &str,
    ) -> Result<(), CliError> {
        let kept = self.kept.write(plan, readable_when_locked, looked.revision.as_ref())?;
        if looked.revision.is_none() && !readable_when_locked && !self.quiet {
            let mut said = Page::new();
            self.texts().plain().iter().for_each(|line| said.aside(line));
            std::io::stderr().write_all(said.into_text().as_bytes())?;
        }
        let new = kept.plan.new_since(&looked.plan);
        let turn = Turn::without_model();
        let screening = self.assistant.screen_plan(new, self.country, &turn).await;
        if json {
            return print_json(&PlanChangeBody::new(&kept, screening));
        }
        let mut page = Page::new();
        page.say(done);
        if let Some(notice) = &screening.notice {
            page.blank();
            page.say(notice);
            page.aside("`evenkeel help-lines` lists people to talk to.");
        }
        if let Some(escalation) = &screening.escalation {
            page.blank();
            page::help(&mut page, escalation);
        }
        page.blank();
        page.print()
    }
}

fn print_json(body: &impl serde::Serialize) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, body)?;
    writeln!(out)?;
    Ok(())
}

/// A plan of a file; what is wrong with it is told by its place, never quoted.
fn read_json(source: &Path) -> Result<SafetyPlanBody, CliError> {
    let mut bytes = Vec::new();
    if source == Path::new("-") {
        std::io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    } else {
        let read =
            std::fs::File::open(source).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
        read.map_err(|source_error| CliError::File {
            what: format!("{} could not be read", source.display()),
            source: source_error,
        })?;
    }
    serde_json::from_slice(&bytes).map_err(|error| {
        CliError::Usage(format!(
            "This is not a safety plan as JSON (line {}, column {}). `evenkeel plan export --json` shows the form.",
            error.line(),
            error.column()
        ))
    })
}

/// Asks on standard error and takes the answer from standard input; anything but a yes is a no.
fn is_agreed(question: &str) -> Result<bool, CliError> {
    let mut err = std::io::stderr();
    write!(err, "{question} [y/n] ")?;
    err.flush()?;
    let answer = wizard::read_line(&mut std::io::stdin().lock())?;
    if !std::io::stdin().is_terminal() {
        writeln!(err)?;
    }
    Ok(answer.and_then(Result::ok).is_some_and(|text| wizard::is_yes(&text)))
}
