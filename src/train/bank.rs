//! What is known of the bank's lines before any entry: their mean states, and how likely the
//! model finds them after no entry in particular.

use super::TrainError;
use super::data::see;
use crate::heads::Linear;
use crate::language::Session;
use crate::reframe::{Bank, baseline_prompt, line_key};

/// Lines scored together.
const TOGETHER: usize = 32;

pub(super) struct BankReading {
    /// One row for each line: its centred state, of length 1; the bias is its log-probability.
    pub(super) map: Linear,
    /// What was taken from the states.
    pub(super) centre: Vec<f32>,
    /// The keys of the lines, in the order of the rows.
    pub(super) rows: Vec<String>,
}

pub(super) async fn read_bank(
    session: &Session,
    depth: usize,
    bank: &Bank,
    centre: &[f32],
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<BankReading, TrainError> {
    let texts: Vec<&str> = bank.lines().iter().map(|l| l.text.as_str()).collect();
    let seen = see(session, depth, &texts, false, "lines of the bank", say).await?;
    let count = seen.len().max(1) as f32;
    let mut line_centre = vec![0.0_f32; centre.len()];
    for line in &seen {
        line_centre.iter_mut().zip(&line.mean).for_each(|(sum, v)| *sum += v / count);
    }
    let mut weight = Vec::with_capacity(seen.len() * centre.len());
    for line in &seen {
        let moved: Vec<f32> = line.mean.iter().zip(&line_centre).map(|(v, c)| v - c).collect();
        let length = moved.iter().map(|v| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        weight.extend(moved.iter().map(|v| v / length));
    }
    let prompt = baseline_prompt(session)?;
    let mut bias = Vec::with_capacity(seen.len());
    for lines in texts.chunks(TOGETHER) {
        let tokens = lines
            .iter()
            .map(|text| Ok(session.encode(text)?.tokens))
            .collect::<Result<Vec<_>, TrainError>>()?;
        bias.extend(session.score(prompt.clone(), tokens).await?.iter().map(|s| s.sum as f32));
    }
    Ok(BankReading {
        map: Linear::from_parts(centre.len(), weight, bias),
        centre: centre.to_vec(),
        rows: bank.lines().iter().map(line_key).collect(),
    })
}
