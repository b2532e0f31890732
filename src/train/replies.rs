//! Learns which replies of the guide follow from what was said: from replies of the bank that a
//! reader judged as the next words of a talk.

use std::fmt::Write as _;

use super::TrainError;
use super::heads::{HEAD_RECIPE, card_line};
use super::logistic::{Examples, Recipe, fit};
use super::scaling::Scaling;
use crate::corpus::{Corpus, JudgedTalk, ReplyVerdict, Split, Splits, judged_replies};
use crate::heads::{HeadTensors, Linear, sigmoid};
use crate::language::Session;
use crate::parts::{Alone, REPLY_HEAD, REPLY_STEPS, Replies, ReplyFitness, ReplySeen, see_replies};

const RECIPE: Recipe = Recipe { l2: 0.05, epochs: 20, rate: 2e-3, ..HEAD_RECIPE };
/// Talks between two reports of progress.
const REPORT_EVERY: usize = 100;

/// A reply that was judged, as the model sees it.
struct Seen {
    /// Number of the talk among those of its side.
    talk: usize,
    verdict: ReplyVerdict,
    features: Vec<f32>,
    gain: f32,
}

/// Learns the head; its scale comes from the development part, if that is to be judged on.
pub(super) async fn replies(
    (session, depth): (&Session, usize),
    (corpus, splits): (&Corpus, &Splits),
    (on_dev, seed): (bool, u64),
    tensors: &mut HeadTensors,
    card: &mut String,
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<(), TrainError> {
    let bank = Replies::embedded()?;
    let of_side = |side: Split| judged_replies(corpus, &|id| splits.of(id) == side, &bank);
    let learnt = see((session, depth), &of_side(Split::Train), say).await?;
    let judged = if on_dev { see((session, depth), &of_side(Split::Dev), say).await? } else { Vec::new() };
    for (side, name) in [(&learnt, "training"), (&judged, "development")] {
        if side.is_empty() && (on_dev || name == "training") {
            return Err(TrainError::NoJudgedReplies(name));
        }
    }
    let head = learn(&learnt, Recipe { seed, ..RECIPE });
    let judged = if judged.is_empty() { &learnt } else { &judged };
    // Scaled on every other talk and reported on the rest; what is stored is scaled on all.
    let scaled = |talks: &dyn Fn(usize) -> bool| {
        let seen: Vec<&Seen> = judged.iter().filter(|s| talks(s.talk)).collect();
        let logits: Vec<Vec<f32>> = seen.iter().map(|s| head.apply(&s.features)).collect();
        Scaling::fit(&logits, &labels(&seen)).apply(&head)
    };
    let rest: Vec<&Seen> = judged.iter().filter(|s| s.talk % 2 == 1).collect();
    report(&rest, &scaled(&|talk| talk % 2 == 0), card);
    tensors.linear.push((REPLY_HEAD.into(), scaled(&|_| true)));
    Ok(())
}

async fn see(
    (session, depth): (&Session, usize),
    talks: &[JudgedTalk<'_>],
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<Vec<Seen>, TrainError> {
    let (mut seen, alone) = (Vec::new(), Alone::default());
    for (talk, judged) in talks.iter().enumerate() {
        let texts: Vec<&str> = judged.replies.iter().map(|(text, _)| text.as_str()).collect();
        let read = see_replies(session, depth, judged.history, &texts, &alone).await?;
        let read = judged.replies.iter().zip(read);
        seen.extend(read.map(|((_, verdict), ReplySeen { features, gain })| Seen {
            talk,
            verdict: *verdict,
            features,
            gain,
        }));
        if (talk + 1).is_multiple_of(REPORT_EVERY) {
            say(&format!("replies in {} talks", talk + 1));
        }
    }
    Ok(seen)
}

fn labels(seen: &[&Seen]) -> Vec<f32> {
    seen.iter().flat_map(|s| s.verdict.steps()).collect()
}

fn learn(seen: &[Seen], recipe: Recipe) -> Linear {
    let inputs = seen.first().map_or(0, |s| s.features.len());
    let x: Vec<f32> = seen.iter().flat_map(|s| s.features.iter().copied()).collect();
    let rows: Vec<usize> = (0..seen.len()).collect();
    let y = labels(&seen.iter().collect::<Vec<_>>());
    fit(&Examples { inputs, x: &x, bags: None, outputs: REPLY_STEPS, y: &y, rows: &rows }, recipe)
}

/// How well it does on replies in talks that it was neither learnt from nor scaled on.
fn report(seen: &[&Seen], head: &Linear, card: &mut String) {
    let logits: Vec<Vec<f32>> = seen.iter().map(|s| head.apply(&s.features)).collect();
    let labels = labels(seen);
    let _ = writeln!(card, "| a reply | replies | threshold | precision | recall |\n|---|---|---|---|---|");
    for (i, name) in ["would do", "good"].into_iter().enumerate() {
        let scored: Vec<(f32, bool)> = logits
            .iter()
            .zip(labels.chunks_exact(REPLY_STEPS))
            .map(|(l, labels)| (sigmoid(l[i]), labels[i] > 0.5))
            .collect();
        card_line(card, name, &scored, 0.5);
    }
    let ranks = logits.iter().zip(seen).map(|(l, s)| ReplyFitness::of(l, s.gain).rank());
    let ranks: Vec<f32> = ranks.collect();
    let talks = seen.iter().map(|s| s.talk + 1).max().unwrap_or(0);
    let first: Vec<ReplyVerdict> = (0..talks).filter_map(|talk| first_of(seen, &ranks, talk)).collect();
    let share = |of: usize, all: usize| 100.0 * of as f32 / all.max(1) as f32;
    let at_least =
        |verdict: ReplyVerdict| share(first.iter().filter(|v| **v >= verdict).count(), first.len());
    let any = seen.iter().filter(|s| s.verdict >= ReplyVerdict::Acceptable).count();
    let _ = writeln!(
        card,
        "\nOf the replies that were judged in a talk the first one would do in {:.0} % and is good in {:.0} % of\n\
         {} talks; of all of them {:.0} % would do.\n",
        at_least(ReplyVerdict::Acceptable),
        at_least(ReplyVerdict::Good),
        first.len(),
        share(any, seen.len()),
    );
}

/// What a reader made of the reply that ranks first in a talk.
fn first_of(seen: &[&Seen], ranks: &[f32], talk: usize) -> Option<ReplyVerdict> {
    let here = seen.iter().zip(ranks).filter(|(s, _)| s.talk == talk);
    here.max_by(|a, b| a.1.total_cmp(b.1)).map(|(s, _)| s.verdict)
}
