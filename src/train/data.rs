//! The corpus as the model sees it.

use std::ops::Range;

use super::TrainError;
use crate::entry::{Entry, Limit};
use crate::heads::{WindowReading, read_all};
use crate::language::{Session, States};

/// Texts read together, between two reports of progress.
const TOGETHER: usize = 96;

/// One text as the model sees it.
pub(super) struct Seen {
    /// Mean state of the whole text.
    pub(super) mean: Vec<f32>,
    /// Mean state of each window, as in use.
    pub(super) windows: Vec<Vec<f32>>,
    /// Mean state of each passage, as in use.
    pub(super) passages: Vec<Vec<f32>>,
    /// States of all tokens, if they were asked for.
    pub(super) states: Option<States>,
    /// Byte range of each token in the normalised text.
    pub(super) tokens: Vec<Range<usize>>,
}

/// Reads texts; their token states are kept only if `keep`.
pub(super) async fn see(
    session: &Session,
    depth: usize,
    texts: &[&str],
    keep: bool,
    what: &str,
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<Vec<Seen>, TrainError> {
    let mut all = Vec::with_capacity(texts.len());
    for part in texts.chunks(TOGETHER) {
        // The corpus holds no blank texts; its own test sees to that.
        let normalised: Vec<String> = part
            .iter()
            .map(|t| Entry::new(*t, Limit::Reframing).map(|e| e.normalised().to_owned()).unwrap_or_default())
            .collect();
        let texts_now: Vec<&str> = normalised.iter().map(String::as_str).collect();
        for reading in read_all(session, depth, &texts_now).await? {
            all.push(seen(reading.windows, keep));
        }
        say(&format!("{what}: {} of {}", all.len(), texts.len()));
    }
    Ok(all)
}

fn seen(windows: Vec<WindowReading>, keep: bool) -> Seen {
    let passages = windows.iter().flat_map(|w| w.passages.iter().cloned()).collect();
    let means: Vec<Vec<f32>> = windows.iter().map(|w| w.pooled.clone()).collect();
    let tokens: f32 = windows.iter().map(|w| w.tokens.len() as f32).sum();
    let mut mean = vec![0.0; means.first().map_or(0, Vec::len)];
    for (window, pooled) in windows.iter().zip(&means) {
        let share = window.tokens.len() as f32 / tokens.max(1.0);
        mean.iter_mut().zip(pooled).for_each(|(sum, value)| *sum += share * value);
    }
    // Spans are learnt on the first window; only the longest thoughts have a second.
    let first = windows.into_iter().next();
    let (states, tokens) = first.map_or((None, Vec::new()), |w| (keep.then_some(w.states), w.tokens));
    Seen { mean, windows: means, passages, states, tokens }
}
