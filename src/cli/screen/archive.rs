//! `evenkeel screen --input`: an archive, entry by entry.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::iter;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use serde_json::Value;

use super::output::{self, Earlier, Output};
use super::record::{Record, Screened};
use super::{assistant, ended, screen};
use crate::archive::{Archive, Found, Item, Place};
use crate::assistant::{Assistant, Request, ScreeningBody};
use crate::cli::args::{FormatArg, Global, ScreenArgs};
use crate::cli::error::CliError;
use crate::cli::jsonl::{fault, is_fatal};
use crate::crisis::{Coverage, Level, PartName};

/// Groups of entries under way at once: while the model reads one, the next are made ready.
const AT_ONCE: usize = 4;
/// Entries in a group that phrase rules alone read. They take microseconds each.
const GROUP: usize = 32;
/// Bytes of text after which a group is full.
const GROUP_BYTES: usize = 64 * 1024;
/// How often progress is told.
const EVERY: Duration = Duration::from_secs(5);
/// Characters of one stretch of words at most.
const MOST_WORDS: usize = 160;

pub(super) async fn run(global: &Global, input: &Path, args: &ScreenArgs) -> Result<(), CliError> {
    if args.resume && args.format == FormatArg::Report {
        return Err(CliError::Usage(
            "A report is written at the end of a run; --resume goes with jsonl and csv.".into(),
        ));
    }
    let mut archive =
        Archive::open(input, &args.column).map_err(|error| CliError::Usage(error.to_string()))?;
    let mut summary = Summary::default();
    let mut output = match args.output.as_deref().filter(|_| args.resume) {
        Some(path) => {
            let (output, earlier) = Output::resume(path, args.format)?;
            skip(&mut archive, earlier, &mut summary)?;
            output
        }
        None => Output::create(args.output.as_deref(), args.format)?,
    };
    let assistant = assistant(global, args.rules_only).await?;
    let (passed_over, bytes, read) = (archive.passed_over(), archive.bytes(), archive.bytes_read());
    let mut progress = Progress::new(global.quiet, summary.all);
    let group = if args.rules_only { GROUP } else { 1 };
    let mut answers = stream::iter(iter::from_fn(|| next_group(&mut archive, group)))
        .map(|group| answer_all(assistant.clone(), group, args.format, args.rules_only))
        .buffered(AT_ONCE);
    while let Some(group) = answers.next().await {
        for answered in group? {
            let (record, line) = answered?;
            summary.add(&record, args.format);
            output.write(&line)?;
            progress.tell(summary.all, read.load(Ordering::Relaxed), bytes)?;
        }
    }
    drop(answers);
    output.close(&if args.format == FormatArg::Report {
        summary.report(args.rules_only)
    } else {
        String::new()
    })?;
    if !global.quiet {
        let mut err = std::io::stderr().lock();
        if args.format != FormatArg::Report {
            write!(err, "{}", summary.counts())?;
        }
        if passed_over > 0 {
            writeln!(err, "{passed_over} files of other kinds were left alone.")?;
        }
    }
    let done = if summary.faulty == 0 { Ok(()) } else { Err(CliError::SomeLines(summary.faulty)) };
    ended(done, summary.gravest, args.fail_at.map(Level::from))
}

/// Passes over what an earlier run has answered.
fn skip(archive: &mut Archive, mut earlier: Earlier, summary: &mut Summary) -> Result<(), CliError> {
    while let Some(written) = earlier.next()? {
        let Some(Found::Item(Item { place, .. }) | Found::Faulty { place, .. }) = archive.next() else {
            return Err(earlier.differs());
        };
        if !written.is_of(&place) {
            return Err(earlier.differs());
        }
        summary.count(written.level);
    }
    Ok(())
}

/// The next entries, up to `most` of them, fewer if they are long.
fn next_group(archive: &mut Archive, most: usize) -> Option<Vec<Found>> {
    let (mut group, mut bytes) = (Vec::new(), 0);
    while group.len() < most && bytes < GROUP_BYTES {
        let Some(found) = archive.next() else { break };
        if let Found::Item(item) = &found {
            bytes += item.text.len() + item.situation.as_ref().map_or(0, String::len);
        }
        group.push(found);
    }
    (!group.is_empty()).then_some(group)
}

/// An answer, and what is written of it.
type Answered = Result<(Record, Vec<u8>), CliError>;

/// Answers a group of entries in their order. By rules alone it is done on another thread, so that
/// every core has work; up to the first that stops the run.
async fn answer_all(
    assistant: Assistant,
    group: Vec<Found>,
    format: FormatArg,
    rules_only: bool,
) -> Result<Vec<Answered>, CliError> {
    let work = async move {
        let mut answers = Vec::with_capacity(group.len());
        for found in group {
            let answered = answer(&assistant, found, format).await;
            answers.push(answered.and_then(|record| {
                let line = output::line(&record, format)?;
                Ok((record, line))
            }));
        }
        answers
    };
    if !rules_only {
        return Ok(work.await);
    }
    tokio::spawn(work).await.map_err(|error| CliError::Failed(error.to_string()))
}

async fn answer(assistant: &Assistant, found: Found, format: FormatArg) -> Result<Record, CliError> {
    let (id, place, request) = match found {
        Found::Faulty { id, place, fault } => {
            return Ok(Record { id: id.unwrap_or(Value::Null), place, outcome: Err(fault) });
        }
        Found::Item(Item { id, place, text, situation }) => {
            (serde_json::to_value(id)?, place, Request { text, situation, ..Request::default() })
        }
    };
    let outcome = match screen(assistant, &request).await {
        // Lines of JSON say where the words stand and do not repeat them.
        Ok(body) if format == FormatArg::Jsonl => Ok(Screened { words: Vec::new(), body }),
        Ok(body) => Ok(Screened { words: words(&request, &body), body }),
        Err(error) if is_fatal(&error) => return Err(error.into()),
        Err(error) => Err(fault(&error)),
    };
    Ok(Record { id, place, outcome })
}

/// The words in which rules saw something; what overlaps is one stretch.
fn words(request: &Request, body: &ScreeningBody) -> Vec<String> {
    let texts = [
        (PartName::Text, request.text.as_str()),
        (PartName::Situation, request.situation.as_deref().unwrap_or_default()),
    ];
    let mut words = Vec::new();
    for (part, text) in texts {
        let mut spans: Vec<Range<usize>> =
            body.risk.matches.iter().filter(|m| m.part == part).map(|m| m.start..m.end).collect();
        spans.sort_by_key(|span| (span.start, span.end));
        let mut stretches: Vec<Range<usize>> = Vec::new();
        for span in spans {
            match stretches.last_mut() {
                Some(last) if span.start < last.end => last.end = last.end.max(span.end),
                _ => stretches.push(span),
            }
        }
        words.extend(
            stretches
                .into_iter()
                .map(|s| text.chars().skip(s.start).take(s.len().min(MOST_WORDS)).collect::<String>()),
        );
    }
    words
}

/// What came of an archive.
#[derive(Default)]
struct Summary {
    all: usize,
    faulty: usize,
    foreign: usize,
    gravest: Level,
    levels: BTreeMap<Level, usize>,
    /// For a report: those that lead to help, with the words.
    raised: Vec<(Level, String, Place, Vec<String>)>,
}

impl Summary {
    fn count(&mut self, level: Option<Level>) {
        self.all += 1;
        match level {
            None => self.faulty += 1,
            Some(level) => {
                *self.levels.entry(level).or_default() += 1;
                self.gravest = self.gravest.max(level);
            }
        }
    }

    fn add(&mut self, record: &Record, format: FormatArg) {
        self.count(record.level());
        let Ok(Screened { body, words }) = &record.outcome else { return };
        self.foreign += usize::from(body.risk.coverage == Coverage::UnsupportedLanguage);
        if format == FormatArg::Report && body.escalate {
            self.raised.push((body.risk.level, record.id_as_text(), record.place.clone(), words.clone()));
        }
    }

    fn counts(&self) -> String {
        let mut text = format!("{} entries\n", self.all);
        for level in Level::ALL.into_iter().rev() {
            let count = self.levels.get(&level).copied().unwrap_or(0);
            let _ = writeln!(text, "{count:>9}  {}", level.slug().replace('_', " "));
        }
        if self.foreign > 0 {
            let _ = writeln!(text, "{:>9}  not in English: count them as unscreened", self.foreign);
        }
        if self.faulty > 0 {
            let _ = writeln!(text, "{:>9}  could not be read", self.faulty);
        }
        text
    }

    fn report(&self, rules_only: bool) -> String {
        let mut text = format!("Screened for danger\n\n{}\n", self.counts());
        text.push_str(if rules_only {
            "Read by phrase rules only. They miss what is said in other words.\n"
        } else {
            "Read by phrase rules and by a small model. Both miss and both misread; whoever decides \
             about a person\nhas to read the entry itself. No clinician has reviewed them.\n"
        });
        let mut raised: Vec<_> = self.raised.iter().collect();
        raised.sort_by_key(|one| std::cmp::Reverse(one.0));
        let _ = writeln!(text, "\n{} entries that lead to help, the gravest first\n", raised.len());
        for (level, id, place, words) in raised {
            let _ = writeln!(
                text,
                "{}  {id}  ({}, line {})",
                level.slug().replace('_', " "),
                place.file,
                place.line
            );
            for words in words {
                let _ = writeln!(text, "    “{}”", words.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
        text
    }
}

/// How far it is, on standard error.
struct Progress {
    quiet: bool,
    begun: Instant,
    told: Instant,
    /// Entries that an earlier run answered.
    before: usize,
}

impl Progress {
    fn new(quiet: bool, before: usize) -> Self {
        Self { quiet, begun: Instant::now(), told: Instant::now(), before }
    }

    fn tell(&mut self, done: usize, read: u64, bytes: u64) -> Result<(), CliError> {
        if self.quiet || self.told.elapsed() < EVERY {
            return Ok(());
        }
        self.told = Instant::now();
        let seconds = self.begun.elapsed().as_secs_f64();
        let rate = (done - self.before) as f64 / seconds;
        let share = (read as f64 / bytes.max(1) as f64).clamp(0.0, 1.0);
        let left = if share > 0.0 { seconds * (1.0 - share) / share } else { 0.0 };
        writeln!(
            std::io::stderr(),
            "{done} entries · {rate:.0} a second · {:.0} % of the files · about {} left",
            share * 100.0,
            span(left)
        )?;
        Ok(())
    }
}

fn span(seconds: f64) -> String {
    match seconds {
        ..90.0 => format!("{seconds:.0} s"),
        ..5400.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}
