//! What a wearable measured, taken in by `evenkeel import`.

use jiff::tz::TimeZone;
use serde_json::json;

use super::args::{DatesArg, ImportArgs, ImportFormat};
use super::{open, print_json};
use crate::body::{self, BodyError, DateOrder, Measure, Options, Source, Taken};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::page::Page;
use crate::cli::progress::Shown;
use crate::cli::setup;
use crate::journal::{BodyDay, BodyTakenIn, Clock as _, SystemClock};
use crate::weights::Progress as _;

/// Takes in the export of a wearable. Gives whether it was one.
pub(super) async fn import(global: &Global, args: &ImportArgs) -> Result<bool, CliError> {
    let zone = match &args.time_zone {
        None => TimeZone::system(),
        Some(name) => TimeZone::get(name).map_err(|_| {
            CliError::Usage("That time zone is not known. Name one such as Europe/Berlin.".into())
        })?,
    };
    let date_order = args.dates.map(|order| match order {
        DatesArg::DayFirst => DateOrder::DayFirst,
        DatesArg::MonthFirst => DateOrder::MonthFirst,
    });
    let options = Options { date_order, ..Options::new(SystemClock.now().local_day()) };
    let (path, shown) = (args.from.clone(), Shown::new(global.quiet));
    let read = setup::blocking(move || {
        let read = Source::at(&path).and_then(|source| {
            let total = source.bytes()?;
            let mut begun = false;
            body::read(&source, &zone, &options, &mut |done| {
                if !std::mem::replace(&mut begun, true) {
                    shown.stage("Reading");
                }
                shown.advanced(done.min(total), total);
            })
        });
        shown.finish();
        Ok(read)
    });
    let taken = match read.await? {
        Err(BodyError::Unknown { .. }) if args.format != Some(ImportFormat::Wearable) => return Ok(false),
        read => read?,
    };
    let kept = open(global)?.keep_body(&BodyDay::all_of(&taken))?;
    told(args.json, &taken, kept)?;
    Ok(true)
}

fn told(as_json: bool, taken: &Taken, kept: BodyTakenIn) -> Result<(), CliError> {
    if as_json {
        return print_json(&json!({
            "schema": 1,
            "format": taken.format,
            "records_read": taken.records_read,
            "left_out": taken.left_out,
            "first_day": taken.first_day.map(|day| day.to_string()),
            "last_day": taken.last_day.map(|day| day.to_string()),
            "added": kept.added,
            "changed": kept.changed,
            "already_here": kept.already_here,
        }));
    }
    let mut page = Page::new();
    let days = match (taken.first_day, taken.last_day) {
        (Some(first), Some(last)) => format!(", {first} to {last}"),
        _ => String::new(),
    };
    page.say(&format!("{}: {} records read{days}.", taken.format.label(), taken.records_read));
    for measure in Measure::ALL {
        let count = taken.values.iter().filter(|value| value.measure == measure).count();
        if count > 0 {
            let noun = if count == 1 { "day" } else { "days" };
            page.item("·", &format!("{}: {count} {noun}", measure.label()));
        }
    }
    page.say(&format!(
        "New here: {}. Changed: {}. Here already: {}.",
        kept.added, kept.changed, kept.already_here
    ));
    for (count, why) in [
        (taken.left_out.implausible, "can't be true and were left out."),
        (taken.left_out.wrong_clock, "come from a clock set wrong and were left out."),
        (taken.left_out.duplicate, "stood there twice and were counted once."),
    ] {
        if count > 0 {
            page.say(&format!("{count} records {why}"));
        }
    }
    page.blank();
    page.print()
}
