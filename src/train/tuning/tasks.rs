//! What is learnt from the texts, all of it at once: the heads beside the network while it is
//! tuned, and the loss of a batch.
//!
//! These heads only lead the network; those that are shipped are learnt on the states of the
//! finished, requantised model.

use std::ops::{AddAssign, Range};
use std::sync::Arc;

use candle_core::{Device, Tensor, Var};

use super::TuneError;
use super::adapter::Adapter;
use super::data::{Example, Task};
use super::losses::{Moments, highest_means, means, one_of, standardise, yes_or_no};
use super::network::Network;
use super::steps::token_loss;
use crate::corpus::Verdict;
use crate::crisis::{About, Flag, Level};
use crate::distortion::Distortion;
use crate::parts::{Stage, State};

/// Outputs of each head.
pub(super) const DISTORTIONS: usize = Distortion::ALL.len();
pub(super) const LEVELS: usize = Level::ALL.len() - 1;
pub(super) const FLAGS: usize = Flag::ALL.len();
pub(super) const ABOUTS: usize = About::ALL.len();
const STATES: usize = State::ALL.len();
const STAGES: usize = Stage::ALL.len();
/// One for each verdict above the worst: whether the line is that good or better.
const VERDICTS: usize = Verdict::ALL.len() - 1;

/// Tokens in the clauses over which a distortion's words are looked for; as in use.
const CLAUSES: [usize; 2] = [8, 14];

/// Tokens in the stretches over which danger is looked for beside the whole text: a line, and a
/// sentence or two. What is grave is often one line in an ordinary day, which a mean over the
/// day hides.
const STRETCHES: [usize; 2] = [12, 28];

/// Of the levels of danger, those of ordinary thoughts count this much.
const ORDINARY: f64 = 0.5;

/// How much each loss counts: a sum over the outputs of a text, or a mean over the tokens. That of
/// the distortions counts 1.
#[derive(Debug, Clone, Copy, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct LossWeights {
    /// The words that carry distortions.
    pub spans: f64,
    /// Levels of danger.
    pub danger: f64,
    /// Flags.
    pub flags: f64,
    /// Whom a screening text is about.
    pub about: f64,
    /// State and stage of a parts dialogue.
    pub parts: f64,
    /// What is to be written.
    pub writing: f64,
    /// How well a line fits a thought.
    pub matching: f64,
}

impl LossWeights {
    pub(super) fn all(&self) -> [f64; 7] {
        let Self { spans, danger, flags, about, parts, writing, matching } = *self;
        [spans, danger, flags, about, parts, writing, matching]
    }
}

/// The losses of some texts: for each the sum and the number of things summed over.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Losses {
    pub(super) distortions: f64,
    pub(super) spans: f64,
    pub(super) danger: f64,
    pub(super) parts: f64,
    pub(super) writing: f64,
    pub(super) matching: f64,
}

impl AddAssign for Losses {
    fn add_assign(&mut self, other: Self) {
        self.distortions += other.distortions;
        self.spans += other.spans;
        self.danger += other.danger;
        self.parts += other.parts;
        self.writing += other.writing;
        self.matching += other.matching;
    }
}

/// Of how many things a whole step takes the mean.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    thoughts: usize,
    thought_tokens: usize,
    dangers: usize,
    moments: usize,
    written: usize,
    matches: usize,
}

impl Counts {
    pub(super) fn of<'a>(examples: impl IntoIterator<Item = &'a Example>) -> Self {
        let mut counts = Self::default();
        for example in examples {
            match &example.task {
                Task::Thought { .. } => {
                    counts.thoughts += 1;
                    counts.thought_tokens += example.tokens.len();
                }
                Task::Danger { .. } => counts.dangers += 1,
                Task::Moment { .. } => counts.moments += 1,
                Task::Match { .. } => counts.matches += 1,
                Task::Write { from } => counts.written += example.tokens.len() - from,
            }
        }
        counts
    }
}

/// Linear maps on the states of a middle layer.
pub(super) struct Tasks {
    moments: Arc<Moments>,
    depth: usize,
    weights: LossWeights,
    heads: Vec<(&'static str, Var)>,
}

const SPAN: usize = 0;
const DISTORTION: usize = 2;
const CLAUSE: usize = 4;
const LEVEL: usize = 5;
const STRETCH: usize = 7;
const FLAG: usize = 8;
const ABOUT: usize = 10;
const STATE: usize = 12;
const STAGE: usize = 14;
const FIT: usize = 16;

impl Tasks {
    pub(super) fn new(
        width: usize,
        depth: usize,
        moments: Moments,
        weights: LossWeights,
    ) -> Result<Self, TuneError> {
        let zeros =
            |rows: usize, width: usize| Var::zeros((rows, width), candle_core::DType::F32, &Device::Cpu);
        let level = |rows: usize, at: f32| Var::from_vec(vec![at; rows], (1, rows), &Device::Cpu);
        Ok(Self {
            moments: Arc::new(moments),
            depth,
            weights,
            heads: vec![
                ("head.span.weight", zeros(DISTORTIONS, width)?),
                ("head.span.bias", level(DISTORTIONS, -3.5)?),
                ("head.distortion.weight", zeros(DISTORTIONS, width)?),
                ("head.distortion.bias", level(DISTORTIONS, -2.2)?),
                // How much the surest clauses of both lengths count.
                (
                    "head.distortion.clauses",
                    Var::from_vec(vec![0.25_f32; 2 * DISTORTIONS], (2, DISTORTIONS), &Device::Cpu)?,
                ),
                ("head.level.weight", zeros(LEVELS, width)?),
                ("head.level.bias", level(LEVELS, -2.0)?),
                // How much the whole text counts, and its gravest stretches of both lengths.
                (
                    "head.level.stretches",
                    Var::from_vec(
                        [[0.5_f32; LEVELS], [0.25; LEVELS], [0.25; LEVELS]].concat(),
                        (3, LEVELS),
                        &Device::Cpu,
                    )?,
                ),
                ("head.flag.weight", zeros(FLAGS, width)?),
                ("head.flag.bias", level(FLAGS, -3.0)?),
                ("head.about.weight", zeros(ABOUTS, width)?),
                ("head.about.bias", level(ABOUTS, 0.0)?),
                ("head.state.weight", zeros(STATES, 2 * width)?),
                ("head.state.bias", level(STATES, 0.0)?),
                ("head.stage.weight", zeros(STAGES, 2 * width)?),
                ("head.stage.bias", level(STAGES, 0.0)?),
                ("head.fit.weight", zeros(VERDICTS, 2 * width)?),
                ("head.fit.bias", level(VERDICTS, 0.0)?),
            ],
        })
    }

    pub(super) fn named(&self) -> impl Iterator<Item = (String, Var)> {
        self.heads.iter().map(|(name, var)| ((*name).to_owned(), var.clone()))
    }

    /// Logits of a head whose weight is number `at`, its bias the next.
    fn head(&self, at: usize, x: &Tensor) -> Result<Tensor, TuneError> {
        Ok(x.matmul(&self.heads[at].1.t()?)?.broadcast_add(&self.heads[at + 1].1)?)
    }

    fn distortions(&self, z: &Tensor, texts: &[Range<usize>], spans: &Tensor) -> Result<Tensor, TuneError> {
        let mut logits = self.head(DISTORTION, &means(z, &inner(texts))?)?;
        for (i, length) in CLAUSES.into_iter().enumerate() {
            let weight = self.heads[CLAUSE].1.narrow(0, i, 1)?;
            logits = (logits + highest_means(spans, texts, length)?.broadcast_mul(&weight)?)?;
        }
        Ok(logits)
    }

    /// Logits of the levels of danger.
    fn levels(&self, z: &Tensor, texts: &[Range<usize>]) -> Result<Tensor, TuneError> {
        let texts = inner(texts);
        let weight = |i: usize| self.heads[STRETCH].1.narrow(0, i, 1);
        let mut logits = self.head(LEVEL, &means(z, &texts)?)?.broadcast_mul(&weight(0)?)?;
        let tokens = self.head(LEVEL, z)?;
        for (i, length) in STRETCHES.into_iter().enumerate() {
            logits = (logits + highest_means(&tokens, &texts, length)?.broadcast_mul(&weight(i + 1)?)?)?;
        }
        Ok(logits)
    }

    /// States after the layer that is read, standardised.
    fn read(
        &self,
        network: &Network,
        adapter: &Adapter,
        examples: &[&Example],
    ) -> Result<(Tensor, Vec<Range<usize>>), TuneError> {
        let (tokens, texts) = joined(examples);
        let x = network.run(network.embed(&tokens)?, &texts, 0..self.depth, adapter)?;
        Ok((x, texts))
    }

    /// Logits of the distortions and of the levels of some texts, for measuring.
    pub(super) fn predict(
        &self,
        network: &Network,
        adapter: &Adapter,
        examples: &[&Example],
    ) -> Result<(Tensor, Tensor), TuneError> {
        let (x, texts) = self.read(network, adapter, examples)?;
        let z = standardise(&x, &self.moments)?;
        let spans = self.head(SPAN, &z)?;
        Ok((self.distortions(&z, &texts, &spans)?, self.levels(&z, &texts)?))
    }

    /// How sure it is that each line fits its thought, for measuring: logits `(texts, verdicts)`.
    pub(super) fn fitting(
        &self,
        network: &Network,
        adapter: &Adapter,
        examples: &[&Example],
    ) -> Result<Tensor, TuneError> {
        let (x, texts) = self.read(network, adapter, examples)?;
        self.fit(&standardise(&x, &self.moments)?, examples, &texts)
    }

    /// Logits of the head of matches: it reads the line's mean state and its last one.
    fn fit(&self, z: &Tensor, examples: &[&Example], texts: &[Range<usize>]) -> Result<Tensor, TuneError> {
        let (lines, lasts): (Vec<_>, Vec<_>) = examples
            .iter()
            .zip(texts)
            .map(|(example, text)| {
                let Task::Match { line, .. } = example.task else { return (text.clone(), text.clone()) };
                (text.start + line..text.end, text.end - 1..text.end)
            })
            .unzip();
        self.head(FIT, &Tensor::cat(&[means(z, &lines)?, means(z, &lasts)?], 1)?)
    }

    /// Mean loss of each token that is to be written, and how many there are.
    pub(super) fn written(
        &self,
        network: &Network,
        adapter: &Adapter,
        examples: &[&Example],
    ) -> Result<(f64, usize), TuneError> {
        let (x, texts) = self.read(network, adapter, examples)?;
        let (loss, count) = self.writing(network, adapter, &x, &texts, examples)?;
        Ok((f64::from(loss.to_scalar::<f32>()?), count))
    }

    fn writing(
        &self,
        network: &Network,
        adapter: &Adapter,
        x: &Tensor,
        texts: &[Range<usize>],
        examples: &[&Example],
    ) -> Result<(Tensor, usize), TuneError> {
        let x = network.finish(&network.run(x.clone(), texts, self.depth..network.depth(), adapter)?)?;
        let (mut rows, mut targets) = (Vec::new(), Vec::new());
        for (text, example) in texts.iter().zip(examples) {
            let Task::Write { from } = example.task else { continue };
            for t in from..example.tokens.len() {
                rows.push((text.start + t - 1) as u32);
                targets.push(example.tokens[t]);
            }
        }
        let chosen = x.index_select(&Tensor::new(rows.as_slice(), &Device::Cpu)?, 0)?;
        Ok((token_loss(&chosen, network.output(), &targets)?, targets.len()))
    }

    /// The loss of some of the texts of a step whose counts are `all`; and what it is made of, as
    /// shares of the means of the whole step.
    pub(super) fn loss(
        &self,
        network: &Network,
        adapter: &Adapter,
        examples: &[&Example],
        all: Counts,
    ) -> Result<(Tensor, Losses), TuneError> {
        // Texts that are to be written go through all layers; they stand last.
        let (read, write): (Vec<&Example>, Vec<&Example>) =
            examples.iter().copied().partition(|e| !matches!(e.task, Task::Write { .. }));
        let ordered: Vec<&Example> = read.iter().chain(&write).copied().collect();
        let (x, texts) = self.read(network, adapter, &ordered)?;
        let rows = texts.get(read.len()).map_or(x.dim(0)?, |t| t.start);
        let (weigh, mut losses) = (self.weights, Losses::default());
        let mut total = Tensor::new(0.0_f32, &Device::Cpu)?;
        let mut add = |loss: Tensor, count: usize, weight: f64| -> Result<f64, TuneError> {
            let share = f64::from(loss.to_scalar::<f32>()?) / count.max(1) as f64;
            total = (&total + (loss * (weight / count.max(1) as f64))?)?;
            Ok(share)
        };
        if !read.is_empty() {
            let z = standardise(&x.narrow(0, 0, rows)?, &self.moments)?;
            let of = |wanted: fn(&Task) -> bool| -> (Vec<&Example>, Vec<Range<usize>>) {
                read.iter().zip(&texts).filter(|(e, _)| wanted(&e.task)).map(|(e, t)| (*e, t.clone())).unzip()
            };
            let (thoughts, ranges) = of(|task| matches!(task, Task::Thought { .. }));
            if !thoughts.is_empty() {
                let spans = self.head(SPAN, &z)?;
                let (mut labels, mut tags, mut weights) = (Vec::new(), Vec::new(), vec![0.0; rows]);
                tags.resize(rows * DISTORTIONS, 0.0);
                for (thought, range) in thoughts.iter().zip(&ranges) {
                    let Task::Thought { distortions, carrying } = &thought.task else { continue };
                    labels.extend_from_slice(distortions);
                    tags[range.start * DISTORTIONS..range.end * DISTORTIONS].copy_from_slice(carrying);
                    weights[range.clone()].fill(1.0);
                }
                let logits = self.distortions(&z, &ranges, &spans)?;
                losses.distortions =
                    add(yes_or_no(&logits, &labels, &vec![1.0; thoughts.len()])?, all.thoughts, 1.0)?;
                losses.spans = add(yes_or_no(&spans, &tags, &weights)?, all.thought_tokens, weigh.spans)?;
                // An ordinary worry is no danger; what is grave has to stand out from it.
                let levels = self.levels(&z, &ranges)?;
                let none = vec![0.0; thoughts.len() * LEVELS];
                losses.danger += add(
                    yes_or_no(&levels, &none, &vec![1.0; thoughts.len()])?,
                    all.thoughts,
                    ORDINARY * weigh.danger,
                )?;
            }
            let (dangers, ranges) = of(|task| matches!(task, Task::Danger { .. }));
            if !dangers.is_empty() {
                let pooled = means(&z, &inner(&ranges))?;
                let ones = vec![1.0; dangers.len()];
                let (mut levels, mut flags, mut abouts) = (Vec::new(), Vec::new(), Vec::new());
                for danger in &dangers {
                    let Task::Danger { level, flags: these, about } = &danger.task else { continue };
                    levels.extend((0..LEVELS).map(|i| f32::from(u8::from(*level > i))));
                    flags.extend_from_slice(these);
                    abouts.push(*about);
                }
                let logits = self.levels(&z, &ranges)?;
                losses.danger += add(yes_or_no(&logits, &levels, &ones)?, all.dangers, weigh.danger)?;
                add(yes_or_no(&self.head(FLAG, &pooled)?, &flags, &ones)?, all.dangers, weigh.flags)?;
                add(one_of(&self.head(ABOUT, &pooled)?, &abouts)?, all.dangers, weigh.about)?;
            }
            let (moments, ranges) = of(|task| matches!(task, Task::Moment { .. }));
            if !moments.is_empty() {
                let (mut states, mut stages, mut last) = (Vec::new(), Vec::new(), Vec::new());
                for (moment, range) in moments.iter().zip(&ranges) {
                    let Task::Moment { state, stage, last: from } = &moment.task else { continue };
                    states.push(*state);
                    stages.push(*stage);
                    last.push(range.start + from..range.end);
                }
                let pooled = Tensor::cat(&[means(&z, &inner(&ranges))?, means(&z, &last)?], 1)?;
                losses.parts += add(one_of(&self.head(STATE, &pooled)?, &states)?, all.moments, weigh.parts)?;
                losses.parts += add(one_of(&self.head(STAGE, &pooled)?, &stages)?, all.moments, weigh.parts)?;
            }
            let (matches, ranges) = of(|task| matches!(task, Task::Match { .. }));
            if !matches.is_empty() {
                let (mut holds, mut known, mut better) = (Vec::new(), Vec::new(), Vec::new());
                for line in &matches {
                    let Task::Match { verdict, read, .. } = line.task else { continue };
                    let [first, further @ ..] = verdict.steps();
                    holds.push(first);
                    known.push(f32::from(u8::from(read)));
                    better.extend(further);
                }
                let logits = self.fit(&z, &matches, &ranges)?;
                let ones = vec![1.0; matches.len()];
                let (truth, fit) = (logits.narrow(1, 0, 1)?, logits.narrow(1, 1, VERDICTS - 1)?);
                let loss = (yes_or_no(&truth, &holds, &known)? + yes_or_no(&fit, &better, &ones)?)?;
                losses.matching = add(loss, all.matches, weigh.matching)?;
            }
        }
        if !write.is_empty() {
            let x = x.narrow(0, rows, x.dim(0)? - rows)?;
            let texts: Vec<Range<usize>> =
                texts[read.len()..].iter().map(|t| t.start - rows..t.end - rows).collect();
            let (loss, _) = self.writing(network, adapter, &x, &texts, &write)?;
            losses.writing = add(loss, all.written, weigh.writing)?;
        }
        Ok((total, losses))
    }
}

/// Texts without their first token, whose state is a hundred times as long as any other.
fn inner(texts: &[Range<usize>]) -> Vec<Range<usize>> {
    texts.iter().map(|t| (t.start + 1).min(t.end - 1)..t.end).collect()
}

/// Texts one after another, and the rows of each.
pub(super) fn joined(examples: &[&Example]) -> (Vec<u32>, Vec<Range<usize>>) {
    let (mut tokens, mut texts) = (Vec::new(), Vec::new());
    for example in examples {
        texts.push(tokens.len()..tokens.len() + example.tokens.len());
        tokens.extend_from_slice(&example.tokens);
    }
    (tokens, texts)
}

impl Losses {
    /// In words: the mean over some steps.
    pub(super) fn mean_of(&self, steps: usize) -> String {
        let mean = |sum: f64| sum / steps.max(1) as f64;
        format!(
            "distortions {:.3} · words {:.3} · danger {:.3} · parts {:.3} · writing {:.3} · fit {:.3}",
            mean(self.distortions),
            mean(self.spans),
            mean(self.danger),
            mean(self.parts),
            mean(self.writing),
            mean(self.matching)
        )
    }
}
