//! How a run does on the development part while it is under way. The figures that count are
//! those of `evenkeel eval` on the finished model.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::data::{Example, Maker, Task, Texts};
use super::steps::values;
use super::tasks::{DISTORTIONS, LEVELS};
use super::{Learner, TuneError};
use crate::corpus::Verdict;

/// Texts that go to the network together.
const TOGETHER: usize = 16;
/// One in so many of the judged lines is measured.
const LINES_STEP: usize = 4;
/// One in so many of the reframes is measured.
const REFRAMES_STEP: usize = 4;

/// Figures of one measurement.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Measured {
    /// Mean average precision over the distortions.
    pub map: f64,
    /// Mean F1 over the distortions, all at the one threshold at which it is highest.
    pub macro_f1: f64,
    /// Area under the curve of passive ideation or graver, among screening texts.
    pub danger_auc: f64,
    /// Perplexity of the reframes, a token.
    pub perplexity: f64,
    /// Area under the curve of a line's fitting its thought, among lines that were judged.
    pub fit_auc: f64,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { map, macro_f1, danger_auc, perplexity, fit_auc } = self;
        write!(
            f,
            "mAP {map:.3} · macro-F1 {macro_f1:.3} · danger AUC {danger_auc:.3} · perplexity {perplexity:.1} · fit AUC {fit_auc:.3}"
        )
    }
}

/// The development part as examples.
pub(super) struct Development {
    thoughts: Vec<Example>,
    dangers: Vec<Example>,
    reframes: Vec<Example>,
    lines: Vec<Example>,
}

impl Development {
    pub(super) fn new(texts: &Texts<'_>, maker: &Maker) -> Result<Self, TuneError> {
        let mut thoughts = Vec::new();
        for thought in &texts.thoughts {
            thoughts.extend(maker.thought(thought, false)?);
        }
        Ok(Self {
            thoughts,
            dangers: texts.dangers.iter().map(|d| maker.danger(d, &d.text)).collect::<Result<_, _>>()?,
            reframes: texts
                .reframes
                .iter()
                .step_by(REFRAMES_STEP)
                .map(|(thought, number)| maker.reframe(thought, *number, true))
                .collect::<Result<_, _>>()?,
            lines: texts
                .fitting
                .iter()
                .chain(&texts.unfitting)
                .step_by(LINES_STEP)
                .map(|judged| maker.matched(judged))
                .collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn measure(&self, learner: &Learner) -> Result<Measured, TuneError> {
        let thoughts = predict(learner, &self.thoughts)?;
        let columns: Vec<Vec<Scored>> =
            (0..DISTORTIONS).map(|d| thoughts.iter().map(|p| p.distortions[d]).collect()).collect();
        let mean = |figure: &Figure<'_>| columns.iter().map(|c| figure(c)).sum::<f64>() / DISTORTIONS as f64;
        let thresholds = (-30..10).map(|t| t as f32 / 10.0);
        let dangers: Vec<Scored> = predict(learner, &self.dangers)?.iter().map(|p| p.danger).collect();
        let written = learner.over_threads(&self.reframes, |part| {
            let (mut loss, mut count) = (0.0, 0);
            for some in part.chunks(TOGETHER) {
                let (l, c) = learner.tasks.written(&learner.network, &learner.adapter, some)?;
                loss += l;
                count += c;
            }
            Ok((loss, count))
        })?;
        let (loss, count) = written.iter().fold((0.0, 0), |(l, c), (more, further)| (l + more, c + further));
        let fits = learner.over_threads(&self.lines, |part| {
            let mut all = Vec::new();
            for some in part.chunks(TOGETHER) {
                let logits = learner.tasks.fitting(&learner.network, &learner.adapter, some)?;
                let rows = values(&logits)?;
                let width = rows.len() / some.len();
                let fits =
                    |e: &Example| matches!(e.task, Task::Match { verdict, .. } if verdict >= Verdict::Fits);
                all.extend(rows.chunks_exact(width).zip(some).map(|(row, e)| (row[FITS], fits(e))));
            }
            Ok(all)
        })?;
        let fits: Vec<Scored> = fits.into_iter().flatten().collect();
        Ok(Measured {
            fit_auc: auc(&fits),
            map: mean(&average_precision),
            macro_f1: thresholds.map(|t| mean(&|c| f1(c, t))).fold(0.0, f64::max),
            danger_auc: auc(&dangers),
            perplexity: (loss / f64::from(count.max(1) as u32)).exp(),
        })
    }
}

/// The output of the head of matches that says whether a line fits or does better.
const FITS: usize = Verdict::Fits as usize - 1;

/// A logit, and whether what it speaks for is so.
type Scored = (f32, bool);
type Figure<'a> = dyn Fn(&[Scored]) -> f64 + 'a;

/// What is made of one text. Of its labels only those count that it has.
struct Predicted {
    distortions: Vec<Scored>,
    /// Passive ideation or graver.
    danger: Scored,
}

fn predict(learner: &Learner, examples: &[Example]) -> Result<Vec<Predicted>, TuneError> {
    let parts = learner.over_threads(examples, |part| {
        let mut all = Vec::new();
        for some in part.chunks(TOGETHER) {
            let (distortions, levels) = learner.tasks.predict(&learner.network, &learner.adapter, some)?;
            let (distortions, levels) = (values(&distortions)?, values(&levels)?);
            let rows = distortions.chunks_exact(DISTORTIONS).zip(levels.chunks_exact(LEVELS));
            for (example, (logits, levels)) in some.iter().zip(rows) {
                let has = |d: usize| matches!(&example.task, Task::Thought { distortions, .. } if distortions[d] > 0.5);
                let grave = matches!(example.task, Task::Danger { level, .. } if level >= 2);
                let distortions = logits.iter().enumerate().map(|(d, logit)| (*logit, has(d))).collect();
                all.push(Predicted { distortions, danger: (levels[1], grave) });
            }
        }
        Ok(all)
    })?;
    Ok(parts.into_iter().flatten().collect())
}

fn sorted(scored: &[Scored]) -> Vec<Scored> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    sorted
}

/// Mean, over those that are so, of the precision down to their place in the ranking.
fn average_precision(scored: &[Scored]) -> f64 {
    let (mut hits, mut sum) = (0_u32, 0.0);
    for (place, _) in sorted(scored).iter().enumerate().filter(|(_, s)| s.1) {
        hits += 1;
        sum += f64::from(hits) / (place + 1) as f64;
    }
    sum / f64::from(hits.max(1))
}

fn f1(scored: &[Scored], threshold: f32) -> f64 {
    let count =
        |wanted: fn(bool, bool) -> bool| scored.iter().filter(|(s, so)| wanted(*s >= threshold, *so)).count();
    let (hits, wrong) = (count(|said, so| said && so), count(|said, so| said != so));
    2.0 * hits as f64 / (2 * hits + wrong).max(1) as f64
}

/// How often one that is so ranks above one that is not.
fn auc(scored: &[Scored]) -> f64 {
    let (mut above, mut below, mut sum) = (0_u64, 0_u64, 0_u64);
    for (_, so) in sorted(scored) {
        if so {
            above += 1;
        } else {
            below += 1;
            sum += above;
        }
    }
    sum as f64 / (above * below).max(1) as f64
}
