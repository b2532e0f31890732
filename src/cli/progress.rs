//! Progress on standard error: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::weights::Progress;

/// How often a plain line is written.
const EVERY: Duration = Duration::from_secs(5);

/// Shows how far a long piece of work is.
pub(super) enum Shown {
    /// On a terminal.
    Bar(ProgressBar),
    /// Elsewhere: a line at the start, every few seconds, and at the end.
    Lines(Mutex<Lines>),
    /// Not at all.
    Nothing,
}

pub(super) struct Lines {
    stage: String,
    last: Option<Instant>,
}

impl Shown {
    /// Progress of a download.
    pub(super) fn new(quiet: bool) -> Self {
        if quiet {
            Self::Nothing
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::no_length();
            if let Ok(style) =
                ProgressStyle::with_template("  {msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
            {
                bar.set_style(style.progress_chars("━╸ "));
            }
            Self::Bar(bar)
        } else {
            Self::Lines(Mutex::new(Lines { stage: String::new(), last: None }))
        }
    }

    /// Takes the bar away when the work is done.
    pub(super) fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Shown {
    fn stage(&self, what: &str) {
        match self {
            Self::Bar(bar) => bar.set_message(what.to_owned()),
            Self::Lines(lines) => {
                if let Ok(mut lines) = lines.lock() {
                    if lines.stage != what {
                        let _ = writeln!(std::io::stderr(), "{what}");
                    }
                    *lines = Lines { stage: what.to_owned(), last: Some(Instant::now()) };
                }
            }
            Self::Nothing => {}
        }
    }

    fn advanced(&self, done: u64, total: u64) {
        match self {
            Self::Bar(bar) => {
                bar.set_length(total);
                bar.set_position(done);
            }
            Self::Lines(lines) => {
                if let Ok(mut lines) = lines.lock()
                    && lines.last.is_none_or(|last| last.elapsed() >= EVERY)
                {
                    let _ = writeln!(
                        std::io::stderr(),
                        "{} {} of {}",
                        lines.stage,
                        megabytes(done),
                        megabytes(total)
                    );
                    lines.last = Some(Instant::now());
                }
            }
            Self::Nothing => {}
        }
    }
}

/// A size as people read it.
pub(super) fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{:.0} MB", bytes as f64 / 1e6),
    }
}
