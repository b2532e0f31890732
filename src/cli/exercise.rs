//! `evenkeel exercise`: timed scripts that run in the terminal. Needs no model, no journal and no
//! network. Ctrl-C ends one at any time.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use clap::Args;
use serde_json::json;
use tokio::time::{Instant, sleep, sleep_until};

use super::error::CliError;
use super::journal::print_json;
use super::page::Page;
use crate::exercise::{Exercises, Step, Variant};

/// Columns of the line that grows and shrinks with the breath.
const LINE: f64 = 40.0;
/// Between two states of that line.
const TICK: Duration = Duration::from_millis(100);

#[derive(Debug, Args)]
pub(super) struct ExerciseArgs {
    /// Which one, or `list`
    #[arg(value_name = "NAME", default_value = "list")]
    name: String,
    /// Which way to do it; `exercise list` shows them
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,
    /// Print the whole script at once, without waiting
    #[arg(long)]
    read: bool,
    /// Plain lines, one a step: nothing moves, no emphasis
    #[arg(long)]
    plain: bool,
    /// Print JSON: the list, or the script
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &ExerciseArgs) -> Result<(), CliError> {
    let all = Exercises::embedded()?;
    if args.name == "list" {
        return list(&all, args.json);
    }
    let unknown = |what: &str| {
        CliError::Usage(format!("There is no {what} of this name. `evenkeel exercise list` shows them."))
    };
    let exercise = all.find(&args.name).ok_or_else(|| unknown("exercise"))?;
    let wanted = |variant: &&Variant| args.pattern.as_ref().is_none_or(|id| variant.id == *id);
    let variant = exercise.variants.iter().find(wanted).ok_or_else(|| unknown("pattern"))?;
    if args.json {
        return print_json(
            &json!({ "schema": 1, "exercise": exercise.id, "caution": exercise.caution, "variant": variant }),
        );
    }
    let mut page = Page::plain_if(args.plain);
    let (name, way) = (&exercise.name, &variant.name);
    page.strong(&if name == way { name.clone() } else { format!("{name}: {way}") });
    page.say(&variant.about);
    page.aside(&exercise.caution);
    page.aside("Ctrl-C ends it at any time.");
    page.blank();
    page.print()?;
    if args.read {
        script(variant, args.plain)?;
    } else {
        tokio::select! {
            // Listened for before anything is drawn.
            biased;
            // The line may be half-drawn.
            _ = tokio::signal::ctrl_c() => {
                writeln!(std::io::stdout())?;
                return Err(CliError::Stopped);
            }
            done = paced(variant, args.plain) => done?,
        }
    }
    let mut page = Page::plain_if(args.plain);
    page.say(&exercise.end);
    page.blank();
    page.print()
}

fn list(all: &Exercises, json: bool) -> Result<(), CliError> {
    if json {
        return print_json(&all.body());
    }
    let mut page = Page::new();
    page.say("Exercises. `evenkeel exercise NAME` begins one.");
    for one in all.iter() {
        page.blank();
        page.strong(&format!("{}  {}", one.id, one.name));
        page.inset(&one.about);
        if one.variants.len() > 1 {
            for variant in &one.variants {
                page.inset(&format!("--pattern {}  {}", variant.id, variant.name));
            }
        }
    }
    page.blank();
    page.print()
}

/// The whole script, a line a step.
fn script(variant: &Variant, plain: bool) -> Result<(), CliError> {
    let mut page = Page::bare_if(plain);
    for step in &variant.steps {
        page.item("·", &told(step));
    }
    page.blank();
    page.print()
}

fn told(step: &Step) -> String {
    let unit = if step.seconds == 1 { "second" } else { "seconds" };
    format!("{} ({} {unit})", step.say, step.seconds)
}

/// Says each step in its time. Where there is a terminal, a line grows and shrinks with the breath.
async fn paced(variant: &Variant, plain: bool) -> Result<(), CliError> {
    let moves = !plain && std::io::stdout().is_terminal();
    let begin = Instant::now();
    let mut passed = 0;
    for step in &variant.steps {
        passed += u64::from(step.seconds);
        // Of the beginning, so that delays do not add up.
        let end = begin + Duration::from_secs(passed);
        match step.breath.filter(|_| moves) {
            None => {
                let mut page = Page::bare_if(plain);
                page.say(&if step.breath.is_some() { told(step) } else { step.say.clone() });
                page.print()?;
                sleep_until(end).await;
            }
            Some(breath) => {
                let length = f64::from(step.seconds);
                loop {
                    let left = end.saturating_duration_since(Instant::now()).as_secs_f64();
                    draw(&step.say, breath.fullness(1.0 - left / length), left)?;
                    if left <= 0.0 {
                        break;
                    }
                    sleep(TICK.min(Duration::from_secs_f64(left))).await;
                }
            }
        }
    }
    if moves && variant.steps.last().is_some_and(|step| step.breath.is_some()) {
        write!(std::io::stdout(), "\r\u{1b}[K")?;
    }
    Ok(writeln!(std::io::stdout())?)
}

fn draw(say: &str, fullness: f64, left: f64) -> Result<(), CliError> {
    let columns = (fullness * LINE).round() as usize;
    let mut out = std::io::stdout().lock();
    write!(out, "\r\u{1b}[K  {:<27}{} {:.0}", say, "─".repeat(columns), left.ceil())?;
    Ok(out.flush()?)
}
