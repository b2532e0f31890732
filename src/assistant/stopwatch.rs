//! How long the steps of a reply take.

use std::time::Instant;

/// Milliseconds since the last lap.
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn lap(&mut self) -> u64 {
        let lap = self.0.elapsed();
        self.0 = Instant::now();
        u64::try_from(lap.as_millis()).unwrap_or(u64::MAX)
    }
}
