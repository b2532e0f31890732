//! Turns, medians and spread, and the bare network measured in turns.

use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use super::{BenchError, Heard, Rival};
use crate::language::{LoadOptions, Probe, Token};

/// A text to read; its tokens are repeated as often as a test needs.
const PASSAGE: &str = "I keep going over the meeting in my head. Everyone else had something to say and I sat there with my notes in front of me. On the way home I thought of three things I could have said. Tomorrow I will have to sit in the same room again, and they will remember that I was the quiet one.\n";

/// Samples of one quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spread {
    /// The middle sample, or the mean of the two in the middle; NaN without samples.
    pub median: f64,
    /// The least sample.
    pub min: f64,
    /// The greatest sample.
    pub max: f64,
    /// All samples in the order in which they were taken.
    pub samples: Vec<f64>,
}

impl Spread {
    /// Sums up samples, which are rounded to three places: no clock here is finer.
    #[must_use]
    pub fn of(samples: impl IntoIterator<Item = f64>) -> Self {
        let samples: Vec<f64> = samples.into_iter().map(round).collect();
        let mut sorted = samples.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median = match sorted.len() {
            0 => f64::NAN,
            n if n % 2 == 1 => sorted[middle],
            _ => round(f64::midpoint(sorted[middle - 1], sorted[middle])),
        };
        let end = |value: Option<&f64>| value.copied().unwrap_or(f64::NAN);
        Self { median, min: end(sorted.first()), max: end(sorted.last()), samples }
    }
}

fn round(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

/// Ours beside theirs, both measured in the same turns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paired {
    /// Theirs.
    pub theirs: Spread,
    /// Our median over theirs.
    pub ratio: f64,
    /// The least of the ratios of single turns.
    pub ratio_min: f64,
    /// The greatest of the ratios of single turns.
    pub ratio_max: f64,
}

impl Paired {
    /// Joins samples taken in the same turns.
    #[must_use]
    pub fn of(ours: &Spread, theirs: Vec<f64>) -> Self {
        let theirs = Spread::of(theirs);
        let turns = Spread::of(ours.samples.iter().zip(&theirs.samples).map(|(a, b)| a / b));
        Self { ratio: round(ours.median / theirs.median), ratio_min: turns.min, ratio_max: turns.max, theirs }
    }
}

/// One thing that is measured on the bare network, in tokens a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// Reading a prompt as writing begins with it: what attention reads and the last token in
    /// activations of 16 bits, the rest in 8; logits for the last.
    Prefill {
        /// Its tokens.
        tokens: usize,
    },
    /// Reading a text for its hidden states, as the trained heads do but through all layers:
    /// activations of 8 bits, which is llama.cpp's own precision.
    Read {
        /// Its tokens.
        tokens: usize,
    },
    /// Writing token by token.
    Decode {
        /// Tokens read before, not measured.
        depth: usize,
        /// Texts written side by side; each counts its own tokens.
        batch: usize,
    },
}

impl Test {
    /// Its name in JSON and CSV: `prefill512`, `read512`, `decode`, `decode_d1024`, `decode_b4_d1024`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Prefill { tokens } => format!("prefill{tokens}"),
            Self::Read { tokens } => format!("read{tokens}"),
            Self::Decode { depth, batch } => {
                let batch = if batch == 1 { String::new() } else { format!("_b{batch}") };
                let depth = if depth == 0 { String::new() } else { format!("_d{depth}") };
                format!("decode{batch}{depth}")
            }
        }
    }

    /// Its name in the table.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Prefill { tokens } => format!("prefill {tokens}"),
            Self::Read { tokens } => format!("read {tokens}"),
            Self::Decode { depth, batch } => {
                let batch = if batch == 1 { String::new() } else { format!(" × {batch}") };
                let depth = if depth == 0 { String::new() } else { format!(" at {depth}") };
                format!("decode{batch}{depth}")
            }
        }
    }

    /// Whether the rival can do the same: it writes one text at a time.
    #[must_use]
    pub fn has_rival(self) -> bool {
        !matches!(self, Self::Decode { batch, .. } if batch != 1)
    }

    /// Tokens in view at its end, our unmeasured step included.
    fn longest(self, steps: usize) -> usize {
        match self {
            Self::Prefill { tokens } | Self::Read { tokens } => tokens,
            Self::Decode { depth, .. } => depth + steps + 1,
        }
    }
}

/// What to measure on the bare network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Numbers of threads.
    pub threads: Vec<usize>,
    /// How often each test is run.
    pub turns: usize,
    /// Lengths of texts to read, in tokens.
    pub prefill: Vec<usize>,
    /// Tokens read before writing.
    pub depths: Vec<usize>,
    /// Texts written side by side.
    pub batches: Vec<usize>,
    /// Tokens written in a turn, for each text.
    pub steps: usize,
}

impl Plan {
    /// All tests, in the order in which they are run.
    #[must_use]
    pub fn tests(&self) -> Vec<Test> {
        let read = self.prefill.iter().map(|tokens| Test::Prefill { tokens: *tokens });
        let written = self
            .batches
            .iter()
            .flat_map(|batch| self.depths.iter().map(|depth| Test::Decode { depth: *depth, batch: *batch }));
        let states = self.prefill.iter().map(|tokens| Test::Read { tokens: *tokens });
        read.chain(states).chain(written).collect()
    }
}

/// What a test gave, in tokens a second.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The test.
    pub test: Test,
    /// Threads that computed.
    pub threads: usize,
    /// Ours; none if the model cannot hold so long a text.
    pub ours: Option<Spread>,
    /// Theirs in the same turns, where they can do the same.
    pub against: Option<Paired>,
}

/// Measures the bare network. Each turn runs ours, then theirs; both run the test once without
/// being measured first (theirs does so by itself), and only computing is counted: not loading,
/// not starting, not what was read before the first token written.
///
/// # Errors
/// [`BenchError`].
pub fn network(
    plan: &Plan,
    model: &Path,
    rival: Option<&Rival>,
    heard: Heard<'_>,
) -> Result<Vec<Row>, BenchError> {
    let mut rows = Vec::new();
    for threads in plan.threads.iter().copied() {
        let mut probe = Probe::load(model, LoadOptions { threads: Some(threads), ..LoadOptions::default() })?;
        let passage = probe.text().tokenizer.encode(PASSAGE).map_err(crate::language::LanguageError::from)?;
        let context = probe.text().info.context;
        for test in plan.tests() {
            if test.longest(plan.steps) > context {
                rows.push(Row { test, threads, ours: None, against: None });
                continue;
            }
            let rival = rival.filter(|_| test.has_rival());
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for turn in 1..=plan.turns {
                heard(&format!("{}, threads {threads}: turn {turn} of {}", test.label(), plan.turns));
                ours.push(once(&mut probe, test, plan.steps, &passage.tokens)?);
                if let Some(rival) = rival {
                    theirs.push(rival.measure(test, plan.steps, threads)?);
                }
            }
            let ours = Spread::of(ours);
            let against = rival.map(|_| Paired::of(&ours, theirs));
            rows.push(Row { test, threads, ours: Some(ours), against });
        }
    }
    Ok(rows)
}

/// Tokens a second in one run of a test.
fn once(probe: &mut Probe, test: Test, steps: usize, passage: &[Token]) -> Result<f64, BenchError> {
    let read = |tokens: usize| passage.iter().copied().cycle().take(tokens).collect::<Vec<_>>();
    let (tokens, begun) = match test {
        Test::Prefill { tokens } => {
            let text = read(tokens);
            probe.prefill(&text)?;
            let begun = Instant::now();
            probe.prefill(&text)?;
            (tokens, begun)
        }
        Test::Read { tokens } => {
            let text = read(tokens);
            probe.read(&text)?;
            let begun = Instant::now();
            probe.read(&text)?;
            (tokens, begun)
        }
        Test::Decode { depth, batch } => {
            probe.prefill(&read(depth))?;
            probe.step(batch)?;
            let begun = Instant::now();
            for _ in 0..steps {
                probe.step(batch)?;
            }
            (steps * batch, begun)
        }
    };
    Ok(tokens as f64 / begun.elapsed().as_secs_f64())
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "values that have an exact double are compared")]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_sample_or_between_the_two_in_the_middle() {
        let odd = Spread::of([3.0, 1.0, 2.0]);
        assert_eq!((odd.median, odd.min, odd.max), (2.0, 1.0, 3.0));
        assert_eq!(odd.samples, [3.0, 1.0, 2.0], "samples stay in their order");
        assert_eq!(Spread::of([4.0, 1.0, 2.0, 3.0]).median, 2.5);
        assert_eq!(Spread::of([7.0]).median, 7.0);
        assert!(Spread::of([]).median.is_nan());
    }

    #[test]
    fn a_ratio_is_of_medians_and_its_spread_is_of_turns() {
        let ours = Spread::of([10.0, 20.0, 30.0]);
        let paired = Paired::of(&ours, vec![10.0, 10.0, 10.0]);
        assert_eq!((paired.ratio, paired.ratio_min, paired.ratio_max), (2.0, 1.0, 3.0));
    }

    #[test]
    fn tests_are_named_by_what_they_do() {
        let name = |depth, batch| Test::Decode { depth, batch }.name();
        assert_eq!(Test::Prefill { tokens: 512 }.name(), "prefill512");
        assert_eq!(name(0, 1), "decode");
        assert_eq!(name(1024, 1), "decode_d1024");
        assert_eq!(name(1024, 4), "decode_b4_d1024");
        assert!(Test::Decode { depth: 0, batch: 1 }.has_rival());
        assert!(!Test::Decode { depth: 0, batch: 2 }.has_rival());
    }
}
