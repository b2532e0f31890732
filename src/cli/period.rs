//! A period as it is typed: days from one to another, or so many up to today.

use clap::Args;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::error::CliError;
use crate::journal::{Clock as _, SystemClock};

#[derive(Debug, Args)]
pub(super) struct PeriodArgs {
    /// The first day, such as 2026-09-01
    #[arg(long, value_name = "DAY", conflicts_with = "days")]
    from: Option<Date>,
    /// The last day [default: today]
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    /// So many days up to the last one
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=3660))]
    days: u16,
}

impl PeriodArgs {
    /// The first and the last day.
    pub(super) fn days(&self) -> Result<(Date, Date), CliError> {
        self.days_to(SystemClock.now().local_day())
    }

    /// The first and the last day, where this is today.
    pub(super) fn days_to(&self, today: Date) -> Result<(Date, Date), CliError> {
        let to = self.to.unwrap_or(today);
        let from = self.from.unwrap_or_else(|| to.saturating_sub((i64::from(self.days) - 1).days()));
        if to < from {
            return Err(CliError::Usage(
                "The last day lies before the first. Give the earlier one with --from.".into(),
            ));
        }
        Ok((from, to))
    }
}
