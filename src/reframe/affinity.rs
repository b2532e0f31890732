//! A first look at the whole bank: which lines are near enough to an entry to be read after it.
//!
//! A small network with one hidden layer sees the mean state of the entry and that of the line,
//! each read alone. The line's share of the hidden layer is computed when the heads are learnt and
//! stored with them, so that thousands of lines take a fraction of a millisecond.

use std::collections::HashMap;

use super::BankLine;
use crate::heads::{Heads, Linear};

/// Name of the map from an entry's mean state, without its first token, to the hidden layer.
pub const AFFINITY_ENTRY: &str = "affinity.entry";
/// Name of the map whose rows are the lines' shares of the hidden layer.
pub const AFFINITY_LINES: &str = "affinity.lines";
/// Name of the map from the hidden layer to the log-odds that a line fits.
pub const AFFINITY_OUT: &str = "affinity.out";
/// Remark that lists which line each row belongs to: the keys of [`line_key`].
pub const AFFINITY_ROWS: &str = "affinity.rows";

/// The bank as it looks from one entry.
pub(super) struct Affinity<'a> {
    entry: Vec<f32>,
    rows: HashMap<&'a str, usize>,
    lines: &'a Linear,
    out: &'a Linear,
}

impl<'a> Affinity<'a> {
    /// `state` is the mean state of the entry. `None` if these heads know nothing of the bank.
    pub(super) fn new(heads: &'a Heads, state: &[f32]) -> Option<Self> {
        let rows: HashMap<&str, usize> =
            heads.note(AFFINITY_ROWS)?.split(' ').enumerate().map(|(i, key)| (key, i)).collect();
        let lines = heads.linear(AFFINITY_LINES, rows.len()).ok()?;
        let entry = heads.linear(AFFINITY_ENTRY, lines.inputs()).ok()?;
        let out = heads.linear(AFFINITY_OUT, 1).ok()?;
        let fits = entry.inputs() == state.len() && out.inputs() == lines.inputs();
        fits.then(|| Self { entry: entry.apply(state), rows, lines, out })
    }

    /// Log-odds that a line fits; `None` for one that was changed since the heads were learnt.
    pub(super) fn of(&self, line: &BankLine) -> Option<f32> {
        let row = *self.rows.get(line_key(line).as_str())?;
        let share = self.lines.weight().chunks_exact(self.lines.inputs()).nth(row)?;
        Some(log_odds(&self.entry, share, self.out))
    }
}

/// What the network says of an entry's and a line's shares of its hidden layer.
pub(crate) fn log_odds(entry: &[f32], line: &[f32], out: &Linear) -> f32 {
    let hidden: Vec<f32> = entry.iter().zip(line).map(|(e, l)| (e + l).max(0.0)).collect();
    out.output(0, &hidden)
}

/// Names a line together with its wording (FNV-1a), so that an edited one is noticed.
#[must_use]
pub fn line_key(line: &BankLine) -> String {
    let hash = line
        .text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    format!("{}:{hash:016x}", line.id)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::heads::HeadTensors;
    use crate::reframe::{Bank, FIT_HEAD, FIT_STEPS};

    /// Checksum of the default model.
    fn default_model() -> String {
        let registry: toml::Value = toml::from_str(include_str!("../../models/registry.toml")).unwrap();
        let models = registry["model"].as_array().unwrap();
        let default = models.iter().find(|m| m.get("default").is_some()).unwrap();
        default["sha256"].as_str().unwrap().to_owned()
    }

    #[test]
    fn the_heads_of_the_default_model_know_every_line_of_the_bank() {
        let heads = Heads::shipped(&default_model()).unwrap().unwrap();
        assert!(heads.linear(FIT_HEAD, FIT_STEPS).is_ok());
        let state = vec![0.0; heads.linear(FIT_HEAD, FIT_STEPS).unwrap().inputs() / 2];
        let affinity = Affinity::new(&heads, &state).unwrap();
        let bank = Bank::embedded().unwrap();
        let unknown: Vec<&str> =
            bank.lines().iter().filter(|l| affinity.of(l).is_none()).map(|l| l.id.as_str()).collect();
        assert!(unknown.is_empty(), "learn the heads again for {unknown:?}");
    }

    #[test]
    fn a_line_is_found_by_its_wording_and_its_odds_are_those_of_the_network() {
        let bank = Bank::embedded().unwrap();
        let (known, other) = (&bank.lines()[0], &bank.lines()[1]);
        let map = |inputs, weight, bias| Linear::new(inputs, weight, bias).unwrap();
        let parts = HeadTensors {
            linear: vec![
                (AFFINITY_ENTRY.into(), map(2, vec![1.0, 0.0, 0.0, 1.0], vec![0.5, 0.0])),
                (AFFINITY_OUT.into(), map(2, vec![2.0, -1.0], vec![0.25])),
            ],
            halved: vec![(AFFINITY_LINES.into(), map(2, vec![0.5, -4.0], vec![0.0]))],
            notes: vec![(AFFINITY_ROWS.into(), line_key(known))],
            ..HeadTensors::default()
        };
        let heads = Heads::parse(&Heads::serialise("m", 1, parts).unwrap()).unwrap();
        let affinity = Affinity::new(&heads, &[1.0, 3.0]).unwrap();
        // (1 + 0.5 + 0.5, 3 − 4) → (2, 0) → 4 + 0.25.
        assert!((affinity.of(known).unwrap() - 4.25).abs() < 1e-6);
        assert_eq!(affinity.of(other), None);
        let edited = BankLine { text: format!("{} Or not.", known.text), ..known.clone() };
        assert_eq!(affinity.of(&edited), None);
        assert!(Affinity::new(&heads, &[1.0]).is_none(), "a state of another width");
    }
}
