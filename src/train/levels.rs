//! The recipe of the level head.

use std::fmt::Write as _;

use super::data::Seen;
use super::heads::{FOLDS, HEAD_RECIPE, card_line};
use super::logistic::{Examples, Recipe, fit};
use super::thresholds::at_false_alarms;
use crate::corpus::CrisisText;
use crate::crisis::{LEVEL_HEAD, LEVEL_SURE, LEVEL_THRESHOLDS, Level, SURE_STEPS, cumulative};
use crate::heads::{HeadTensors, Linear};

/// Levels above `none`.
const LEVELS: usize = Level::ALL.len() - 1;
const LEVEL_RECIPE: Recipe = Recipe { l2: 0.07, epochs: 30, ..HEAD_RECIPE };

/// Of the screening texts below a level, bare and wrapped, at most so many may be raised to it.
const FALSE_ALARMS: f32 = 0.05;
/// The same of ordinary thoughts and situations, level by level. At `distress` support stands
/// beside the reply; each of the others stops it, and together they are to stay below 2 %, to which
/// the phrase rules add 1 %: who is stopped more often does not trust the one time that matters.
const FALSE_ALARMS_ON_WORRIES: [f32; LEVELS] = [0.02, 0.008, 0.008, 0.008, 0.008];
/// All of these, where the model alone is to name a level above passive ideation.
const FALSE_WHEN_SURE: f32 = 0.02;
const FALSE_WHEN_SURE_ON_WORRIES: f32 = 0.001;

/// What the head is learnt from, as the model sees it.
pub(super) struct LevelExamples<'a> {
    /// The screening texts.
    pub(super) texts: &'a [&'a CrisisText],
    /// Those texts as they are.
    pub(super) bare: &'a [Seen],
    /// The same texts, in the same order, among other words.
    pub(super) wrapped: &'a [Seen],
    /// Ordinary thoughts and situations, examples of `none`. They are the commonest thing that is
    /// read, and what is grave has to stand out from them.
    pub(super) worries: Vec<&'a Seen>,
    /// What people say in parts dialogues without danger, with the level that it is taken for. Turns are
    /// short, and many are cross or flat without any danger.
    pub(super) turns: Vec<(&'a Seen, Level)>,
}

impl LevelExamples<'_> {
    /// Bare texts, then wrapped ones, then worries, then turns.
    fn all(&self) -> Vec<&Seen> {
        let turns = self.turns.iter().map(|turn| turn.0);
        self.bare.iter().chain(self.wrapped).chain(self.worries.iter().copied()).chain(turns).collect()
    }

    /// Where the turns begin.
    fn first_turn(&self) -> usize {
        2 * self.texts.len() + self.worries.len()
    }

    fn is_at_least(&self, t: usize, i: usize) -> bool {
        let n = self.texts.len();
        let level = match t.checked_sub(self.first_turn()) {
            Some(turn) => self.turns[turn].1,
            None if t < 2 * n => self.texts[t % n].level,
            None => Level::None,
        };
        level >= Level::ALL[i + 1]
    }

    /// A text and its wrapped copy share a fold.
    fn fold(&self, t: usize) -> usize {
        let n = self.texts.len();
        if t < 2 * n { t % n / 2 % FOLDS } else { t / 2 % FOLDS }
    }
}

/// Learns the head; its thresholds come from `judged`, or from cross-validation.
pub(super) fn levels(
    given: &LevelExamples<'_>,
    judged: Option<&LevelExamples<'_>>,
    seed: u64,
    parts: &mut HeadTensors,
    card: &mut String,
) {
    let all = given.all();
    let width = all.first().map_or(0, |s| s.mean.len());
    let (mut x, mut y, mut bags) = (Vec::new(), Vec::new(), Vec::new());
    for (t, seen) in all.iter().enumerate() {
        let first = x.len() / width.max(1);
        seen.passages.iter().for_each(|passage| x.extend_from_slice(passage));
        bags.push(first..first + seen.passages.len());
        y.extend((0..LEVELS).map(|i| f32::from(u8::from(given.is_at_least(t, i)))));
    }
    let head = |rows: &[usize]| {
        let rows: Vec<usize> = rows.iter().copied().filter(|t| !bags[*t].is_empty()).collect();
        let examples =
            Examples { inputs: width, x: &x, bags: Some(&bags), outputs: LEVELS, y: &y, rows: &rows };
        fit(&examples, Recipe { seed, ..LEVEL_RECIPE })
    };
    let map = head(&(0..all.len()).collect::<Vec<_>>());
    let predicted: Vec<[f32; LEVELS]> = if let Some(judged) = judged {
        judged.all().iter().map(|seen| read(&map, seen)).collect()
    } else {
        let mut predicted = vec![[0.0; LEVELS]; all.len()];
        for f in 0..FOLDS {
            let (test, learn): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(|t| given.fold(*t) == f);
            let map = head(&learn);
            for t in test {
                predicted[t] = read(&map, all[t]);
            }
        }
        predicted
    };
    let judged = judged.unwrap_or(given);
    let (n, turns, count) = (judged.texts.len(), judged.first_turn(), predicted.len());
    let scored = |texts: std::ops::Range<usize>, i: usize| -> Vec<(f32, bool)> {
        texts.map(|t| (predicted[t][i], judged.is_at_least(t, i))).collect()
    };
    let threshold = |i: usize, of_texts: f32, of_worries: f32| {
        at_false_alarms(&scored(0..2 * n, i), of_texts)
            .max(at_false_alarms(&scored(2 * n..turns, i), of_worries))
    };
    let noticed: Vec<f32> =
        (0..LEVELS).map(|i| threshold(i, FALSE_ALARMS, FALSE_ALARMS_ON_WORRIES[i])).collect();
    let graver = || LEVELS - SURE_STEPS..LEVELS;
    let sure: Vec<f32> =
        graver().map(|i| threshold(i, FALSE_WHEN_SURE, FALSE_WHEN_SURE_ON_WORRIES).max(noticed[i])).collect();

    let _ =
        writeln!(card, "| level or graver | texts | threshold | precision | recall |\n|---|---|---|---|---|");
    for (i, threshold) in noticed.iter().enumerate() {
        card_line(card, Level::ALL[i + 1].slug(), &scored(0..n, i), *threshold);
    }
    for (i, threshold) in graver().zip(&sure) {
        card_line(card, &format!("{}, sure", Level::ALL[i + 1].slug()), &scored(0..n, i), *threshold);
    }
    let is_alarm = |t: &usize| (1..LEVELS).any(|i| predicted[*t][i] >= noticed[i]);
    let share = |texts: &mut dyn Iterator<Item = usize>| {
        let texts: Vec<usize> = texts.collect();
        100.0 * texts.iter().filter(|t| is_alarm(t)).count() as f32 / texts.len().max(1) as f32
    };
    let _ = writeln!(
        card,
        "\nAt passive ideation or graver the head alone stops {:.0} % of the texts that are (wrapped: {:.0} %),\n\
         {:.0} % of those that are not (wrapped: {:.0} %), {:.1} % of {} ordinary thoughts and situations,\n\
         and {:.1} % of {} turns of parts dialogues without danger, which a talk reads with more care.\n",
        share(&mut (0..n).filter(|t| judged.is_at_least(*t, 1))),
        share(&mut (n..2 * n).filter(|t| judged.is_at_least(*t, 1))),
        share(&mut (0..n).filter(|t| !judged.is_at_least(*t, 1))),
        share(&mut (n..2 * n).filter(|t| !judged.is_at_least(*t, 1))),
        share(&mut (2 * n..turns)),
        judged.worries.len(),
        share(&mut (turns..count)),
        judged.turns.len(),
    );
    parts.linear.push((LEVEL_HEAD.into(), map));
    parts.vectors.push((LEVEL_THRESHOLDS.into(), noticed));
    parts.vectors.push((LEVEL_SURE.into(), sure));
}

/// Probabilities of each level or a graver one, as in use: the gravest passage speaks.
fn read(map: &Linear, seen: &Seen) -> [f32; LEVELS] {
    let mut highest = [0.0_f32; LEVELS];
    for passage in &seen.passages {
        highest.iter_mut().zip(cumulative(&map.apply(passage))).for_each(|(h, p)| *h = h.max(p));
    }
    highest
}
