//! Learns which lines of the bank fit an entry: a first look at all of them (`affinity`), and the
//! head that reads a line after the entry.

use std::fmt::Write as _;

use super::affinity::{Example, Maps, learn};
use super::heads::{HEAD_RECIPE, card_line};
use super::logistic::{Examples, Recipe, fit};
use super::scaling::Scaling;
use super::{JudgedOn, TrainError, TrainOptions};
use crate::corpus::{Corpus, JudgedLine, Split, Splits, Verdict, judged_lines};
use crate::entry::{Entry, Limit};
use crate::heads::{HeadTensors, Linear, sigmoid};
use crate::language::Session;
use crate::reframe::{
    AFFINITY_ENTRY, AFFINITY_LINES, AFFINITY_OUT, AFFINITY_ROWS, Bank, FIT_HEAD, FIT_STEPS, Fitness,
    features, line_key,
};

const FIT_RECIPE: Recipe = Recipe { l2: 0.08, epochs: 20, rate: 2e-3, ..HEAD_RECIPE };
/// Texts read together.
const TOGETHER: usize = 64;
/// Without a development part to judge on, one thought in so many is kept for it.
const KEPT: usize = 4;
/// Thoughts between two reports of progress.
const REPORT_EVERY: usize = 100;

/// Whom a line was judged for, and what the model sees of both.
struct Seen<'a> {
    judged: JudgedLine<'a>,
    /// Number of the thought among those of its side.
    thought: usize,
    features: Vec<f32>,
}

/// One side: thoughts with their mean states, and the lines that were judged for them.
#[derive(Default)]
struct Side<'a> {
    states: Vec<Vec<f32>>,
    lines: Vec<Seen<'a>>,
}

pub(super) async fn matching(
    (session, depth): (&Session, usize),
    options: &TrainOptions,
    (corpus, splits, bank): (&Corpus, &Splits, &Bank),
    parts: &mut HeadTensors,
    card: &mut String,
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<(), TrainError> {
    let texts: Vec<&str> = bank.lines().iter().map(|line| line.text.as_str()).collect();
    say("reading the bank");
    let bank_states = alone(session, depth, &texts).await?;
    let of_side = |side: Split| judged_lines(corpus, &|id| splits.of(id) == side, bank);
    let (learnt, kept) = match options.judged_on {
        JudgedOn::Development => (of_side(Split::Train), of_side(Split::Dev)),
        JudgedOn::Folds => {
            let (kept, learnt): (Vec<_>, Vec<_>) =
                of_side(Split::Train).into_iter().enumerate().partition(|(i, _)| i % KEPT == 0);
            let lines = |of: Vec<(usize, _)>| of.into_iter().map(|(_, lines)| lines).collect();
            (lines(learnt), lines(kept))
        }
    };
    for (side, name) in [(&learnt, "training"), (&kept, "development")] {
        if side.is_empty() {
            return Err(TrainError::NoJudgedLines(name));
        }
    }
    let learnt = see(session, depth, learnt, say).await?;
    let kept = see(session, depth, kept, say).await?;

    say("learning which lines fit");
    let examples: Vec<Example> = learnt
        .lines
        .iter()
        .map(|s| Example { entry: s.thought, line: s.judged.number, fits: s.judged.verdict >= Verdict::Fits })
        .collect();
    let maps = learn(&learnt.states, &bank_states, &examples, options.seed);
    let head = learn_head(&learnt, options.seed);
    // Scaled on every other thought and reported on the rest; what is stored is scaled on all.
    let scaled = |thoughts: &dyn Fn(usize) -> bool| {
        let lines: Vec<&Seen<'_>> = kept.lines.iter().filter(|s| thoughts(s.thought)).collect();
        let logits: Vec<Vec<f32>> = lines.iter().map(|s| head.apply(&s.features)).collect();
        Scaling::fit(&logits, &labels(lines)).apply(&head)
    };
    report(&kept, &|thought| thought % 2 == 1, &maps, &scaled(&|thought| thought % 2 == 0), card);
    let head = scaled(&|_| true);

    parts.linear.push((FIT_HEAD.into(), head));
    parts.linear.push((AFFINITY_ENTRY.into(), maps.entry));
    parts.linear.push((AFFINITY_OUT.into(), maps.out));
    parts.halved.push((AFFINITY_LINES.into(), maps.lines));
    let rows: Vec<String> = bank.lines().iter().map(line_key).collect();
    parts.notes.push((AFFINITY_ROWS.into(), rows.join(" ")));
    Ok(())
}

/// Mean states of texts, without their first tokens.
async fn alone(session: &Session, depth: usize, texts: &[&str]) -> Result<Vec<Vec<f32>>, TrainError> {
    let mut all = Vec::with_capacity(texts.len());
    for some in texts.chunks(TOGETHER) {
        for states in session.states(session.tokens(some)?, vec![depth]).await? {
            all.extend(states.first().map(|s| s.mean(1..s.len())));
        }
    }
    Ok(all)
}

async fn see<'a>(
    session: &Session,
    depth: usize,
    judged: Vec<Vec<JudgedLine<'a>>>,
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<Side<'a>, TrainError> {
    let mut side = Side::default();
    for (thought, lines) in judged.into_iter().enumerate() {
        let Some(first) = lines.first() else { continue };
        let text = Entry::new(first.thought.thought.as_str(), Limit::Reframing);
        let text = text.map(|e| e.normalised().to_owned()).unwrap_or_default();
        let texts: Vec<&str> = lines.iter().map(|j| j.text.as_str()).collect();
        let features = features(session, depth, text.trim(), &texts).await?;
        side.states.extend(alone(session, depth, &[&text]).await?);
        let seen = lines.into_iter().zip(features);
        side.lines.extend(seen.map(|(judged, features)| Seen { judged, thought, features }));
        if (thought + 1).is_multiple_of(REPORT_EVERY) {
            say(&format!("lines of {} thoughts", thought + 1));
        }
    }
    Ok(side)
}

/// For each line whether it holds, fits, is among the best.
fn labels<'s, 'a: 's>(lines: impl IntoIterator<Item = &'s Seen<'a>>) -> Vec<f32> {
    lines.into_iter().flat_map(|s| s.judged.verdict.steps()).collect()
}

fn learn_head(side: &Side<'_>, seed: u64) -> Linear {
    let inputs = side.lines.first().map_or(0, |s| s.features.len());
    let x: Vec<f32> = side.lines.iter().flat_map(|s| s.features.iter().copied()).collect();
    let rows: Vec<usize> = (0..side.lines.len()).collect();
    let y = labels(&side.lines);
    let examples = Examples { inputs, x: &x, bags: None, outputs: FIT_STEPS, y: &y, rows: &rows };
    fit(&examples, Recipe { seed, ..FIT_RECIPE })
}

/// How well it does on the lines of some thoughts that it was neither learnt from nor scaled on.
fn report(side: &Side<'_>, of: &dyn Fn(usize) -> bool, maps: &Maps, head: &Linear, card: &mut String) {
    let lines: Vec<&Seen<'_>> = side.lines.iter().filter(|s| of(s.thought)).collect();
    let labels = labels(lines.iter().copied());
    let logits: Vec<Vec<f32>> = lines.iter().map(|s| head.apply(&s.features)).collect();
    let _ = writeln!(card, "| a line | lines | threshold | precision | recall |\n|---|---|---|---|---|");
    for (i, name) in ["holds", "fits", "among the best"].into_iter().enumerate() {
        let scored: Vec<(f32, bool)> = logits
            .iter()
            .zip(labels.chunks_exact(FIT_STEPS))
            .map(|(l, labels)| (sigmoid(l[i]), labels[i] > 0.5))
            .collect();
        card_line(card, name, &scored, 0.5);
    }
    let by_head: Vec<f32> = logits.iter().map(|l| Fitness::of(l).rank()).collect();
    let by_look: Vec<f32> =
        lines.iter().map(|s| maps.log_odds(&side.states[s.thought], s.judged.number)).collect();
    let _ = writeln!(card);
    for (name, ranks) in [("read after the entry", by_head), ("by the first look alone", by_look)] {
        let first: Vec<Verdict> =
            (0..side.states.len()).filter_map(|thought| first_of(&lines, &ranks, thought)).collect();
        let share = |is: fn(Verdict) -> bool| {
            100.0 * first.iter().filter(|v| is(**v)).count() as f32 / first.len().max(1) as f32
        };
        let _ = writeln!(
            card,
            "Of the lines that were judged for a thought, {name} the first one fits in {:.0} %, is among the\n\
             best in {:.0} % and untrue in {:.0} % of {} thoughts.",
            share(|v| v >= Verdict::Fits),
            share(|v| v == Verdict::Best),
            share(|v| v == Verdict::Untrue),
            first.len(),
        );
    }
    let _ = writeln!(card);
}

/// What a reader made of the line that ranks first for a thought.
fn first_of(lines: &[&Seen<'_>], ranks: &[f32], thought: usize) -> Option<Verdict> {
    lines
        .iter()
        .zip(ranks)
        .filter(|(s, _)| s.thought == thought)
        .max_by(|a, b| a.1.total_cmp(b.1))
        .map(|(s, _)| s.judged.verdict)
}
