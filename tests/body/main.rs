//! Reading of wearables' exports, from outside of the room.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a surprise is a failed test")]

mod big;
mod fixtures;
mod generator;
mod hostile;

use std::path::Path;

use evenkeel::body::{BodyError, Options, Source, Taken, read};
use jiff::civil::date;
use jiff::tz::TimeZone;

/// Reads what lies at a path, as on the first of December 2026.
fn read_at(path: &Path, zone: &str) -> Result<Taken, BodyError> {
    let zone = TimeZone::get(zone).unwrap();
    read(&Source::at(path)?, &zone, &Options::new(date(2026, 12, 1)), &mut |_| {})
}
