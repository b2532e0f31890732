//! Typed lines that can be waited for with a clock: an exercise goes on by itself, and a line ends
//! it sooner.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::cli::asking;
use crate::cli::error::CliError;
use crate::cli::setup;

/// Lines that a person, or a script, types.
pub(super) trait Lines {
    /// The next line; `None` at the end of the input.
    fn next(&mut self) -> Result<Option<String>, CliError>;

    /// The next line if it comes in this time.
    fn next_within(&mut self, time: Duration) -> Result<Waited, CliError>;
}

/// What came while time passed.
pub(super) enum Waited {
    /// A line.
    Line(String),
    /// Nothing.
    Nothing,
    /// The end of the input.
    End,
}

/// The lines of standard input, read on a thread of their own.
pub(super) struct Stdin(Receiver<io::Result<String>>);

impl Stdin {
    pub(super) fn new() -> Self {
        let (to, from) = sync_channel(1);
        std::thread::spawn(move || {
            let mut input = io::stdin().lock();
            loop {
                let line = asking::read_line(&mut input).transpose();
                let Some(line) = line else { return };
                let is_over = line.is_err();
                if to.send(line).is_err() || is_over {
                    return;
                }
            }
        });
        Self(from)
    }
}

impl Lines for Stdin {
    fn next(&mut self) -> Result<Option<String>, CliError> {
        let line = self.0.recv().ok().transpose()?;
        if setup::cancel().is_cancelled() { Err(CliError::Interrupted) } else { Ok(line) }
    }

    fn next_within(&mut self, time: Duration) -> Result<Waited, CliError> {
        let waited = match self.0.recv_timeout(time) {
            Ok(line) => Waited::Line(line?),
            Err(RecvTimeoutError::Timeout) => Waited::Nothing,
            Err(RecvTimeoutError::Disconnected) => Waited::End,
        };
        if setup::cancel().is_cancelled() { Err(CliError::Interrupted) } else { Ok(waited) }
    }
}
