//! The recipe: which head is learnt from what, and how its thresholds are chosen.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::ops::Range;

use super::data::{Seen, see};
use super::levels::{LevelExamples, levels};
use super::logistic::{Examples, Recipe, fit};
use super::matching::matching;
use super::parts;
use super::scaling::Scaling;
use super::thresholds::{at_precision, best_f1};
use super::wrapping::{instruct_all, wrap};
use super::{JudgedOn, TrainError, TrainOptions, Trained};
use crate::corpus::{Corpus, CrisisText, Speaker, Split, Splits, Thought};
use crate::crisis::{FLAG_HEAD, FLAG_THRESHOLDS, Flag, Level, Tier};
use crate::distortion::{DISTORTION_HEAD, Distortion, SPAN_HEAD, THRESHOLDS, span_features};
use crate::entry::{Entry, Limit};
use crate::heads::{HeadTensors, Heads, Linear, sigmoid};
use crate::language::Session;
use crate::parts::State;
use crate::reframe::{ABOUT_HEAD, AboutTag, Bank};

/// Parts of the training texts for cross-validation.
pub(super) const FOLDS: usize = 4;
/// Of the ordinary texts one in so many is also learnt from between instructions.
const ORDINARY_INSTRUCTED: usize = 5;
const DISTORTIONS: usize = Distortion::ALL.len();
const FLAGS: usize = Flag::ALL.len();
const TAGS: usize = AboutTag::ALL.len();

/// A flag that leads to help by itself must be right this often, any other this often. With 0.5 and
/// 0.35 a twentieth of ordinary thoughts was stopped instead of a thirtieth, for little more found.
const SURE_FLAG: f32 = 0.75;
const OTHER_FLAG: f32 = 0.5;

const SPAN_RECIPE: Recipe = Recipe { l2: 1e-3, epochs: 6, batch: 512, rate: 3e-3, seed: 0 };
pub(super) const HEAD_RECIPE: Recipe = Recipe { l2: 0.05, epochs: 40, batch: 64, rate: 3e-3, seed: 0 };

pub(super) async fn train(
    session: &Session,
    options: &TrainOptions,
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<Trained, TrainError> {
    let corpus = Corpus::read(&options.folder.join("corpus"))?;
    let splits = Splits::read(&options.folder.join("split.json"))?;
    let depth = session.text()?.info.depth * 2 / 3;
    let reader = Reader { session, depth, seed: options.seed, say };
    let learnt = reader.side(&corpus, &splits, Split::Train).await?;
    let judged = match options.judged_on {
        JudgedOn::Folds => None,
        JudgedOn::Development => Some(reader.side(&corpus, &splits, Split::Dev).await?),
    };

    let mut parts = HeadTensors::default();
    let mut card = String::new();
    say("learning distortions");
    distortions(&learnt, judged.as_ref(), options.seed, &mut parts, &mut card);
    say("learning what entries are about");
    about(&corpus, &learnt, options.seed, &mut parts, &mut card);
    say("learning levels and flags");
    levels(&learnt.levels(), judged.as_ref().map(Side::levels).as_ref(), options.seed, &mut parts, &mut card);
    flags(&learnt, judged.as_ref(), options.seed, &mut parts, &mut card);

    let bank = Bank::embedded()?;
    let texts = (&corpus, &splits, &bank);
    matching((session, depth), options, texts, &mut parts, &mut card, say).await?;

    let mut parts_card = String::new();
    let (judged_on, texts) = ((options.judged_on, options.seed), (&corpus, &splits));
    parts::parts((session, depth), texts, judged_on, &mut parts, &mut parts_card, say).await?;

    let name = format!("{}-heads-1", options.name);
    parts.notes.push(("name".into(), name.clone()));
    parts.notes.push(("seed".into(), options.seed.to_string()));
    let file = Heads::serialise(&options.model_sha256, depth, parts)?;
    let judged_on = match options.judged_on {
        JudgedOn::Folds => format!(
            "The figures below are of\ncross-validation within the training part ({FOLDS} parts); \
             `evenkeel eval recognition screening`\nmeasures the development part."
        ),
        JudgedOn::Development => {
            "The network itself was tuned on\nthe training part, so scales and thresholds \
             were chosen on the development part, and the figures\nbelow are of that part."
                .to_owned()
        }
    };
    let card = format!(
        "# {name}\n\n\
         Linear heads on the states after {depth} layers of `{}` (SHA-256 {}).\n\n\
         Made by `evenkeel train heads --seed {}` from {} thoughts and {} screening texts of the training\n\
         part of `evals/corpus/`. Texts and labels were written by language models for this project;\n\
         no clinician has reviewed them. English only. {judged_on}\n\n{}\n\n{parts_card}",
        options.name,
        options.model_sha256,
        options.seed,
        learnt.thoughts.len(),
        learnt.crisis.len(),
        card.trim_end(),
    );
    Ok(Trained { file, card })
}

/// Learns the heads of the parts dialogue alone.
pub(super) async fn train_parts(
    session: &Session,
    options: &TrainOptions,
    (file, card): (&[u8], &str),
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<Trained, TrainError> {
    let heads = Heads::parse(file)?;
    if heads.model_sha256 != options.model_sha256 {
        return Err(TrainError::OtherModel);
    }
    let corpus = Corpus::read(&options.folder.join("corpus"))?;
    let splits = Splits::read(&options.folder.join("split.json"))?;
    let mut tensors = HeadTensors::of_file(file, "parts.")?;
    let mut parts_card = String::new();
    let (judged_on, texts) = ((options.judged_on, options.seed), (&corpus, &splits));
    parts::parts((session, heads.depth), texts, judged_on, &mut tensors, &mut parts_card, say).await?;
    let file = Heads::serialise(&options.model_sha256, heads.depth, tensors)?;
    let before = card.split(parts::HEADING).next().unwrap_or_default().trim_end();
    Ok(Trained { file, card: format!("{before}\n\n{parts_card}") })
}

/// One side of the split, as the model sees it.
struct Side<'a> {
    thoughts: Vec<&'a Thought>,
    thoughts_seen: Vec<Seen>,
    crisis: Vec<&'a CrisisText>,
    crisis_seen: Vec<Seen>,
    /// The screening texts among other words.
    wrapped_seen: Vec<Seen>,
    situations_seen: Vec<Seen>,
    /// Some thoughts and situations between instructions.
    instructed_seen: Vec<Seen>,
    /// What people say in parts dialogues in which nobody is in danger.
    turns: Vec<(&'a str, Level)>,
    turns_seen: Vec<Seen>,
}

impl Side<'_> {
    fn levels(&self) -> LevelExamples<'_> {
        LevelExamples {
            texts: &self.crisis,
            bare: &self.crisis_seen,
            wrapped: &self.wrapped_seen,
            worries: self
                .thoughts_seen
                .iter()
                .chain(&self.situations_seen)
                .chain(&self.instructed_seen)
                .collect(),
            turns: self.turns_seen.iter().zip(self.turns.iter().map(|turn| turn.1)).collect(),
        }
    }
}

/// What people say in the moments and the played talks of a side, but in those of a crisis, each text once. Who is
/// overwhelmed is in distress.
fn turns<'c>(corpus: &'c Corpus, splits: &Splits, side: Split) -> Vec<(&'c str, Level)> {
    let mut known = HashSet::new();
    let moments = corpus.moments.iter().filter(|m| splits.of(&m.id) == side && m.state != State::Crisis);
    let talks = corpus.turns.iter().filter(|turn| splits.of(&turn.id) == side);
    let talks = talks.filter_map(|turn| Some((&turn.history, turn.state?)));
    let talks = talks.filter(|(_, state)| *state != State::Crisis);
    moments
        .map(|moment| (&moment.history, moment.state))
        .chain(talks)
        .flat_map(|(history, state)| {
            let level = if state == State::Overwhelmed { Level::Distress } else { Level::None };
            let (last, before) = history.split_last().map_or((None, &[][..]), |(l, b)| (Some(l), b));
            let before = before.iter().filter(|turn| turn.from == Speaker::Person);
            let last = last.map(|last| (last.text.as_str(), level));
            before.map(|turn| (turn.text.as_str(), Level::None)).chain(last)
        })
        .filter(|(text, _)| !text.trim().is_empty() && known.insert(*text))
        .collect()
}

/// Reads texts with a model.
struct Reader<'a> {
    session: &'a Session,
    depth: usize,
    seed: u64,
    say: &'a (dyn Fn(&str) + Send + Sync),
}

impl Reader<'_> {
    async fn see(&self, texts: &[&str], keep: bool, what: &str) -> Result<Vec<Seen>, TrainError> {
        see(self.session, self.depth, texts, keep, what, self.say).await
    }

    async fn side<'c>(
        &self,
        corpus: &'c Corpus,
        splits: &Splits,
        side: Split,
    ) -> Result<Side<'c>, TrainError> {
        let thoughts: Vec<&Thought> = corpus.thoughts.iter().filter(|t| splits.of(&t.id) == side).collect();
        let crisis: Vec<&CrisisText> = corpus.crisis.iter().filter(|t| splits.of(&t.id) == side).collect();
        let texts: Vec<&str> = thoughts.iter().map(|t| t.thought.as_str()).collect();
        let thoughts_seen = self.see(&texts, true, "thoughts").await?;
        let texts: Vec<&str> = crisis.iter().map(|t| t.text.as_str()).collect();
        let crisis_seen = self.see(&texts, false, "screening texts").await?;
        let situations: Vec<&str> =
            thoughts.iter().map(|t| t.situation.as_str()).filter(|s| !s.trim().is_empty()).collect();
        let situations_seen = self.see(&situations, false, "situations").await?;
        let ordinary: Vec<&str> = thoughts.iter().map(|t| t.thought.as_str()).chain(situations).collect();
        let wrapped = wrap(&texts, &ordinary, self.seed);
        let wrapped: Vec<&str> = wrapped.iter().map(String::as_str).collect();
        let wrapped_seen = self.see(&wrapped, false, "wrapped screening texts").await?;
        let some: Vec<&str> = ordinary.iter().step_by(ORDINARY_INSTRUCTED).copied().collect();
        let instructed = instruct_all(&some, self.seed);
        let instructed: Vec<&str> = instructed.iter().map(String::as_str).collect();
        let instructed_seen = self.see(&instructed, false, "worries among instructions").await?;
        let turns = turns(corpus, splits, side);
        let texts: Vec<&str> = turns.iter().map(|turn| turn.0).collect();
        let turns_seen = self.see(&texts, false, "turns of parts dialogues").await?;
        Ok(Side {
            thoughts,
            thoughts_seen,
            crisis,
            crisis_seen,
            wrapped_seen,
            situations_seen,
            instructed_seen,
            turns,
            turns_seen,
        })
    }
}

/// Rows for a fold of cross-validation: those to learn from and those to predict.
fn fold(rows: usize, fold: usize) -> (Vec<usize>, Vec<usize>) {
    // Neighbours in the corpus (contrast pairs) fall into the same part.
    (0..rows).partition(|r| fold_of(*r) != fold)
}

fn fold_of(row: usize) -> usize {
    row / 2 % FOLDS
}

/// The same for texts: their token rows.
fn token_rows(of: &[usize], starts: &[usize]) -> Vec<usize> {
    of.iter().flat_map(|t| starts[*t]..starts[t + 1]).collect()
}

fn distortions(
    learnt: &Side<'_>,
    judged: Option<&Side<'_>>,
    seed: u64,
    parts: &mut HeadTensors,
    card: &mut String,
) {
    let (thoughts, seen) = (&learnt.thoughts, &learnt.thoughts_seen);
    let labels = distortion_labels(thoughts);
    // Tokens and whether they carry each distortion.
    let width = seen.first().map_or(0, |s| s.mean.len());
    let (mut x, mut y, mut starts) = (Vec::new(), Vec::new(), vec![0]);
    for (thought, seen) in thoughts.iter().zip(seen) {
        let Some(states) = &seen.states else { continue };
        states.rows().for_each(|row| x.extend_from_slice(row));
        y.extend(token_labels(thought, &seen.tokens));
        starts.push(starts.last().copied().unwrap_or(0) + states.len());
    }
    let span_head = |texts: &[usize]| {
        let rows = token_rows(texts, &starts);
        let examples =
            Examples { inputs: width, x: &x, bags: None, outputs: DISTORTIONS, y: &y, rows: &rows };
        fit(&examples, Recipe { seed, ..SPAN_RECIPE })
    };
    // Features of each text by a span head that has not seen it.
    let inputs = width + 3 * DISTORTIONS;
    let mut features = Vec::with_capacity(inputs * thoughts.len());
    let heads: Vec<Linear> = (0..FOLDS).map(|f| span_head(&fold(thoughts.len(), f).0)).collect();
    for (t, seen) in seen.iter().enumerate() {
        push_features(&mut features, seen, &heads[fold_of(t)]);
    }
    let all: Vec<usize> = (0..thoughts.len()).collect();
    let head = |rows: &[usize]| {
        let examples = Examples { inputs, x: &features, bags: None, outputs: DISTORTIONS, y: &labels, rows };
        fit(&examples, Recipe { seed, ..HEAD_RECIPE })
    };
    let (spans, mut map) = (span_head(&all), head(&all));
    let (predicted, labels) = match judged {
        None => {
            let apply = |map: &Linear, t: usize| map.apply(&features[t * inputs..(t + 1) * inputs]);
            (cross_predict(thoughts.len(), DISTORTIONS, &head, &apply), labels.clone())
        }
        Some(side) => {
            let labels = distortion_labels(&side.thoughts);
            let logits = |map: &Linear| -> Vec<Vec<f32>> {
                let of = |seen: &Seen| {
                    let mut features = Vec::with_capacity(inputs);
                    push_features(&mut features, seen, &spans);
                    map.apply(&features)
                };
                side.thoughts_seen.iter().map(of).collect()
            };
            map = Scaling::fit(&logits(&map), &labels).apply(&map);
            (logits(&map), labels)
        }
    };
    let mut thresholds = Vec::new();
    let _ = writeln!(card, "| distortion | texts | threshold | precision | recall |\n|---|---|---|---|---|");
    for d in Distortion::ALL {
        let scored = scored(&predicted, &labels, DISTORTIONS, d.index());
        let threshold = best_f1(&scored, 0.2, 0.6, 0.4);
        card_line(card, d.slug(), &scored, threshold);
        thresholds.push(threshold);
    }
    card.push('\n');
    parts.linear.push((SPAN_HEAD.into(), spans));
    parts.linear.push((DISTORTION_HEAD.into(), map));
    parts.vectors.push((THRESHOLDS.into(), thresholds));
}

fn distortion_labels(thoughts: &[&Thought]) -> Vec<f32> {
    thoughts.iter().flat_map(|t| Distortion::ALL.map(|d| f32::from(u8::from(t.has(d))))).collect()
}

/// What the distortion head reads of a text: its mean state and what the span head says.
fn push_features(features: &mut Vec<f32>, seen: &Seen, spans: &Linear) {
    features.extend_from_slice(&seen.mean);
    let states = seen.states.as_ref();
    features.extend(states.map_or_else(|| vec![0.0; 3 * DISTORTIONS], |s| span_features(s, spans)));
}

/// For each token whether it lies in the words that carry each distortion.
/// `tokens` are their byte ranges in the normalised text.
pub(super) fn token_labels(thought: &Thought, tokens: &[Range<usize>]) -> Vec<f32> {
    let mut labels = vec![0.0; tokens.len() * DISTORTIONS];
    let Ok(entry) = Entry::new(thought.thought.as_str(), Limit::Reframing) else { return labels };
    for label in &thought.distortions {
        // Spans are of the text as given; normalised, they are found the same way.
        let span = Entry::new(label.span.as_str(), Limit::Reframing).map(|e| e.normalised().to_owned());
        let Some(start) = span.as_ref().ok().and_then(|s| entry.normalised().find(s.as_str())) else {
            continue;
        };
        let end = start + span.map_or(0, |s| s.len());
        for (t, token) in tokens.iter().enumerate() {
            if token.start < end && token.end > start {
                labels[t * DISTORTIONS + label.slug.index()] = 1.0;
            }
        }
    }
    labels
}

fn about(corpus: &Corpus, learnt: &Side<'_>, seed: u64, parts: &mut HeadTensors, card: &mut String) {
    let by_id: HashMap<&str, &Seen> =
        learnt.thoughts.iter().map(|t| t.id.as_str()).zip(&learnt.thoughts_seen).collect();
    let (mut x, mut y, mut count, mut width) = (Vec::new(), Vec::new(), 0, 0);
    for fit in &corpus.fits {
        if let Some(seen) = by_id.get(fit.thought_id.as_str()) {
            width = seen.mean.len();
            x.extend_from_slice(&seen.mean);
            y.extend(AboutTag::ALL.map(|tag| f32::from(u8::from(fit.about.contains(&tag)))));
            count += 1;
        }
    }
    let head = |rows: &[usize]| {
        let examples = Examples { inputs: width, x: &x, bags: None, outputs: TAGS, y: &y, rows };
        fit(&examples, Recipe { l2: 0.15, seed, ..HEAD_RECIPE })
    };
    let predicted = cross_predict(count, TAGS, &head, &|map, t| map.apply(&x[t * width..(t + 1) * width]));
    let _ = writeln!(card, "| about | texts | threshold | precision | recall |\n|---|---|---|---|---|");
    for tag in AboutTag::ALL {
        let scored = scored(&predicted, &y, TAGS, tag.index());
        card_line(card, tag.slug(), &scored, 0.5);
    }
    card.push('\n');
    parts.linear.push((ABOUT_HEAD.into(), head(&(0..count).collect::<Vec<_>>())));
}

fn flags(
    learnt: &Side<'_>,
    judged: Option<&Side<'_>>,
    seed: u64,
    parts: &mut HeadTensors,
    card: &mut String,
) {
    let (crisis, seen) = (&learnt.crisis, &learnt.crisis_seen);
    let width = seen.first().map_or(0, |s| s.mean.len());
    let x: Vec<f32> = seen.iter().flat_map(|s| s.mean.iter().copied()).collect();
    let y = flag_labels(crisis);
    let head = |rows: &[usize]| {
        let examples = Examples { inputs: width, x: &x, bags: None, outputs: FLAGS, y: &y, rows };
        fit(&examples, Recipe { seed, ..HEAD_RECIPE })
    };
    let highest = |map: &Linear, seen: &Seen| {
        let mut highest = vec![f32::NEG_INFINITY; FLAGS];
        for window in &seen.windows {
            highest.iter_mut().zip(map.apply(window)).for_each(|(h, v)| *h = h.max(v));
        }
        highest
    };
    let mut map = head(&(0..crisis.len()).collect::<Vec<_>>());
    let (predicted, y) = match judged {
        None => (cross_predict(crisis.len(), FLAGS, &head, &|map, t| highest(map, &seen[t])), y.clone()),
        Some(side) => {
            let labels = flag_labels(&side.crisis);
            let logits =
                |map: &Linear| side.crisis_seen.iter().map(|s| highest(map, s)).collect::<Vec<Vec<f32>>>();
            map = Scaling::fit(&logits(&map), &labels).apply(&map);
            (logits(&map), labels)
        }
    };
    let mut thresholds = Vec::new();
    let _ = writeln!(card, "| flag | texts | threshold | precision | recall |\n|---|---|---|---|---|");
    for (i, flag) in Flag::ALL.into_iter().enumerate() {
        let scored = scored(&predicted, &y, FLAGS, i);
        let escalates = crate::crisis::routing::of_flag(flag) >= Tier::Urgent;
        let right = if escalates { SURE_FLAG } else { OTHER_FLAG };
        // A probability that was scaled says by itself how often it is right; a handful of texts
        // of each flag would not say it better.
        let threshold = if judged.is_some() { right } else { at_precision(&scored, right) };
        card_line(card, flag.slug(), &scored, threshold);
        thresholds.push(threshold);
    }
    parts.linear.push((FLAG_HEAD.into(), map));
    parts.vectors.push((FLAG_THRESHOLDS.into(), thresholds));
}

fn flag_labels(crisis: &[&CrisisText]) -> Vec<f32> {
    crisis.iter().flat_map(|t| Flag::ALL.map(|flag| f32::from(u8::from(t.flags.contains(&flag))))).collect()
}

/// Logits for every row by a map that was learnt without it.
fn cross_predict(
    rows: usize,
    outputs: usize,
    learn: &dyn Fn(&[usize]) -> Linear,
    apply: &dyn Fn(&Linear, usize) -> Vec<f32>,
) -> Vec<Vec<f32>> {
    let mut predicted = vec![vec![0.0; outputs]; rows];
    for f in 0..FOLDS {
        let (train, test) = fold(rows, f);
        let map = learn(&train);
        for t in test {
            predicted[t] = apply(&map, t);
        }
    }
    predicted
}

fn scored(logits: &[Vec<f32>], labels: &[f32], outputs: usize, output: usize) -> Vec<(f32, bool)> {
    logits.iter().enumerate().map(|(t, l)| (sigmoid(l[output]), labels[t * outputs + output] > 0.5)).collect()
}

pub(super) fn card_line(card: &mut String, name: &str, scored: &[(f32, bool)], threshold: f32) {
    let positives = scored.iter().filter(|s| s.1).count();
    let taken = scored.iter().filter(|s| s.0 >= threshold).count();
    let hits = scored.iter().filter(|s| s.1 && s.0 >= threshold).count();
    let share =
        |a: usize, b: usize| if b == 0 { "–".to_owned() } else { format!("{:.2}", a as f32 / b as f32) };
    let _ = writeln!(
        card,
        "| {name} | {positives} | {threshold:.2} | {} | {} |",
        share(hits, taken),
        share(hits, positives)
    );
}
