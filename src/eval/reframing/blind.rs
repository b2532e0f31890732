//! Sheets for readers who do not know where a reframe comes from: for each thought what is shown
//! first, what the model writes, and what was written by hand for exactly this thought, in an
//! order that only the key tells.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::answer;
use crate::assistant::{Outcome, Turn};
use crate::corpus::{Corpus, Thought};
use crate::eval::{Bench, EvalError};
use crate::reframe::Source;

/// Thoughts on a sheet.
const THOUGHTS: usize = 60;
/// Orders the texts.
const SEED: u64 = 0;

/// Thoughts that no line was ever judged for: nothing about what fits was learnt from them.
pub(super) fn thoughts<'a>(corpus: &'a Corpus, is_wanted: &dyn Fn(&str) -> bool) -> Vec<&'a Thought> {
    let judged: HashSet<&str> = corpus.fits.iter().map(|f| f.thought_id.as_str()).collect();
    let fresh = |t: &&Thought| {
        is_wanted(&t.id)
            && !judged.contains(t.id.as_str())
            && !t.distortions.is_empty()
            && !t.reframes.is_empty()
    };
    let all: Vec<&Thought> = corpus.thoughts.iter().filter(fresh).collect();
    let step = (all.len() / THOUGHTS).max(1);
    all.into_iter().step_by(step).take(THOUGHTS).collect()
}

/// Where a text on the sheet comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Origin {
    /// Shown first.
    Shown,
    /// Written by the model; it passed the checks.
    Written,
    /// Written by hand for this thought.
    Own,
}

#[derive(Serialize)]
struct Sheet<'a> {
    id: &'a str,
    situation: &'a str,
    thought: &'a str,
    texts: BTreeMap<char, String>,
}

/// Writes `sheet.jsonl`, and `key.json` with the origin of each text.
pub(super) async fn write(
    bench: &Bench<'_>,
    turn: &Turn,
    thoughts: &[&Thought],
    folder: &Path,
    step: &dyn Fn(),
) -> Result<(), EvalError> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let (mut sheet, mut key) = (String::new(), BTreeMap::new());
    for thought in thoughts {
        step();
        let body = answer(bench, turn, thought, true, &|_| ()).await?;
        let from = |source: Source| body.reframes.iter().find(|r| r.source == source);
        let mut texts: Vec<(Origin, String)> = Vec::new();
        if body.outcome == Outcome::Reframed {
            texts.extend(from(Source::Bank).map(|r| (Origin::Shown, r.text.clone())));
            texts.extend(from(Source::Written).map(|r| (Origin::Written, r.text.clone())));
        }
        texts.extend(thought.reframes.first().map(|r| (Origin::Own, r.text.clone())));
        texts.shuffle(&mut rng);
        let letters = || 'A'..='C';
        key.insert(thought.id.as_str(), letters().zip(texts.iter().map(|t| t.0)).collect::<BTreeMap<_, _>>());
        let line = Sheet {
            id: &thought.id,
            situation: &thought.situation,
            thought: &thought.thought,
            texts: letters().zip(texts.into_iter().map(|t| t.1)).collect(),
        };
        sheet.push_str(&serde_json::to_string(&line).unwrap_or_default());
        sheet.push('\n');
    }
    let key = serde_json::to_string_pretty(&key).unwrap_or_default();
    let save = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|source| EvalError::Write { path, source })
    };
    fs::create_dir_all(folder).map_err(|source| EvalError::Write { path: folder.to_owned(), source })?;
    save("sheet.jsonl", &sheet)?;
    save("key.json", &key)
}
