//! Working through a thought on the terminal. Each answer is kept as it is given and then
//! screened; where it speaks of danger, the questions stop and help is shown.

use std::io::{self, BufRead, IsTerminal as _};

use super::look;
use super::steps::{Choice, Offers, Step, Steps, Taken, said};
use super::texts::Texts;
use crate::assistant::SaidBody;
use crate::assistant::{Assistant, Request};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::journal::screening::Screener;
use crate::cli::lines::{self, LineFault};
use crate::cli::page::{self, Page};
use crate::cli::setup;
use crate::distortion::Catalogue;
use crate::journal::{Balanced, Id, Journal, Line, ReframeFeedback, ThoughtRecord};
use crate::reframe;

/// Bytes of a typed line that are taken.
const MOST_BYTES: u64 = 4 * Line::MOST as u64 + 64;

/// What is worked on.
pub(super) enum Of {
    /// A new record, perhaps of an entry.
    New(Option<Id>),
    /// One that is there.
    Again(Box<ThoughtRecord>),
}

pub(super) async fn run(
    global: &Global,
    journal: &Journal,
    screener: &mut Screener<'_>,
    of: Of,
) -> Result<(), CliError> {
    let texts = Texts::embedded()?;
    let catalogue = Catalogue::embedded().map_err(crate::assistant::ContentError::from)?;
    let (entry, mut kept) = match of {
        Of::New(entry) => (entry, None),
        Of::Again(record) => (record.entry, Some(*record)),
    };
    let before = kept.as_ref().map(|record| record.content.clone());
    let mut steps = Steps::of(before, &texts, &catalogue, journal.now());
    // The reply whose reframes are offered.
    let mut reframing = None;
    show(&steps.page(), true)?;
    while steps.step() != Step::Done {
        let Some(typed) = next_line().await? else { break };
        let step = steps.step();
        let taken = match typed {
            Ok(typed) => steps.take(&typed),
            Err(why) => Taken::Said(said(why)),
        };
        let goes_on = matches!(taken, Taken::Next);
        let more = matches!(taken, Taken::More);
        if let Taken::Said(page) = taken {
            show(&page, false)?;
        }
        if let Some(help) = keep(journal, screener, entry, &mut kept, &steps).await? {
            return stopped(kept.as_ref(), &help);
        }
        if goes_on
            && step == Step::Thought
            && let Some(record) = &kept
        {
            let (offers, reply) = offers(global, journal, screener, record).await?;
            steps.offer(offers);
            reframing = reply;
        }
        if goes_on && steps.step() != Step::Done {
            show(&steps.page(), true)?;
        } else if more {
            prompt()?;
        }
    }
    count_choice(journal, reframing.as_deref(), kept.as_ref())?;
    ended(kept.as_ref(), &catalogue)
}

/// A reframe that was offered here and chosen has been said to fit.
fn count_choice(
    journal: &Journal,
    reframing: Option<&str>,
    kept: Option<&ThoughtRecord>,
) -> Result<(), CliError> {
    let chosen = kept.and_then(|record| record.content.balanced.as_ref());
    if let (Some(reframing), Some(Balanced::Chosen { text, .. })) = (reframing, chosen)
        && let Some(of) = journal.shown_in(reframing, text.as_str())?
    {
        journal.keep(&ReframeFeedback { of, verdict: reframe::Verdict::Fits, edited: None })?;
    }
    Ok(())
}

/// Keeps what has changed and screens it if its words have. Gives what leads to help.
async fn keep(
    journal: &Journal,
    screener: &mut Screener<'_>,
    entry: Option<Id>,
    kept: &mut Option<ThoughtRecord>,
    steps: &Steps<'_>,
) -> Result<Option<SaidBody>, CliError> {
    let Some(content) = steps.content() else { return Ok(None) };
    let words = match kept.as_ref() {
        Some(record) if record.content == *content => return Ok(None),
        Some(record) => Some(record.content.words()),
        None => None,
    };
    let record = match kept.as_ref() {
        None => journal.add_record(entry, content)?,
        Some(record) => journal.edit_record(record.id, Some(record.version), content)?,
    };
    let same_words = words.is_some_and(|words| words == content.words());
    let record = kept.insert(record);
    if same_words {
        // What was said of these words is said of this version too.
        screener.record(journal, record.id).await?;
        return Ok(None);
    }
    let said = screener.thought_record(journal, record).await?;
    Ok(said.filter(|said| said.escalate))
}

/// What the assistant finds in the thought, if the model is here, and the id of its reply. Nothing of
/// it has to be there.
async fn offers(
    global: &Global,
    journal: &Journal,
    screener: &mut Screener<'_>,
    record: &ThoughtRecord,
) -> Result<(Offers, Option<String>), CliError> {
    let Some(assistant) = screener.model().await? else { return Ok(Default::default()) };
    match read(assistant, journal, record).await {
        Ok((offers, reply)) => Ok((offers, Some(reply))),
        Err(error) => {
            super::tell(global, &format!("Nothing can be offered now: {error}"))?;
            Ok(Default::default())
        }
    }
}

async fn read(
    assistant: &Assistant,
    journal: &Journal,
    record: &ThoughtRecord,
) -> Result<(Offers, String), CliError> {
    let plain = |line: &Line| line.as_str().replace('\0', " ");
    let request = Request {
        text: plain(&record.content.thought),
        situation: record.content.situation.as_ref().map(plain),
        ..Request::default()
    };
    let personal = assistant.content().personal(journal)?;
    let turn = assistant.turn().await?;
    let reply = assistant.reframe(&request, &turn, Some(&personal), &|_| ()).await?;
    journal.keep_shown(&assistant.content().shown_in(&reply))?;
    let reframes = reply.reframes.into_iter().map(|one| Choice { text: one.text, line: one.line });
    let offers = Offers {
        distortions: reply.distortions.iter().map(|found| found.slug).collect(),
        reframes: reframes.collect(),
    };
    Ok((offers, reply.id))
}

/// The next typed line without its end; `None` at the end of the input.
async fn next_line() -> Result<Option<Result<String, &'static str>>, CliError> {
    // Reading waits for a person, and Ctrl-C must not wait for them.
    setup::blocking(|| Ok(read_line(&mut io::stdin().lock())?)).await
}

fn read_line(input: &mut dyn BufRead) -> io::Result<Option<Result<String, &'static str>>> {
    let read = lines::read(input, MOST_BYTES)?;
    Ok(read.map(|line| {
        line.map_err(|fault| match fault {
            LineFault::TooLong => "That is longer than 20,000 characters. Write less in one line.",
            LineFault::NotText => "That was not UTF-8 text. Write it again.",
        })
    }))
}

fn show(page: &Page, fresh: bool) -> Result<(), CliError> {
    page::on_screen(page, fresh, false)?;
    prompt()
}

fn prompt() -> Result<(), CliError> {
    if !io::stdin().is_terminal() {
        return Ok(());
    }
    let mut page = Page::bare();
    page.prompt();
    Ok(page::on_screen(&page, false, false)?)
}

fn stopped(kept: Option<&ThoughtRecord>, said: &SaidBody) -> Result<(), CliError> {
    let mut page = Page::new();
    if let Some(help) = &said.escalation {
        page::help(&mut page, help);
        page.blank();
    }
    if let Some(record) = kept {
        page.aside(&format!(
            "What you wrote is kept. `evenkeel journal record edit {}` goes on with it another time.",
            record.id
        ));
    }
    page.blank();
    page.print()
}

fn ended(kept: Option<&ThoughtRecord>, catalogue: &Catalogue) -> Result<(), CliError> {
    let mut page = Page::new();
    match kept {
        None => page.say("Nothing was kept."),
        Some(record) => {
            page.say("Kept.");
            page.blank();
            look::whole(&mut page, record, catalogue);
        }
    }
    page.blank();
    page.print()
}
