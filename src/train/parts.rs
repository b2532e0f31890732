//! The recipe of the heads of the parts dialogue: how a person is, which step follows, what the part
//! does.

use std::fmt::Write as _;

use super::logistic::{Examples, Recipe, fit};
use super::scaling::Scaling;
use super::{JudgedOn, TrainError};
use crate::corpus::{Corpus, Moment, Split, Splits};
use crate::heads::{HeadTensors, Linear, sigmoid};
use crate::language::Session;
use crate::parts::{
    ROLE_HEAD, Role, STAGE_HEAD, STATE_HEAD, STATE_THRESHOLDS, Stage, State, features, last_turns,
};

/// Where this part of the card begins.
pub(super) const HEADING: &str = "## Parts dialogue";

const RECIPE: Recipe = Recipe { l2: 0.05, epochs: 40, batch: 64, rate: 3e-3, seed: 0 };
/// A class that is rarer than the commonest is seen more often, up to so many times.
const MOST_OFTEN: usize = 4;
/// Part of the moments of danger and of flooding that a threshold has to find.
const FOUND: f32 = 0.97;
/// No threshold lies outside.
const THRESHOLDS: std::ops::RangeInclusive<f32> = 0.15..=0.5;

/// Moments as the model sees them.
struct Seen<'a> {
    moments: Vec<&'a Moment>,
    x: Vec<f32>,
    width: usize,
}

impl<'a> Seen<'a> {
    async fn of(
        session: &Session,
        depth: usize,
        moments: Vec<&'a Moment>,
        say: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<Self, TrainError> {
        let (mut x, mut width) = (Vec::new(), 0);
        for (n, moment) in moments.iter().enumerate() {
            let (before, last) = last_turns(&moment.history);
            let features = features(session, depth, before, last).await?;
            width = features.len();
            x.extend(features);
            if (n + 1) % 100 == 0 || n + 1 == moments.len() {
                say(&format!("moments of parts dialogues: {} of {}", n + 1, moments.len()));
            }
        }
        Ok(Self { moments, x, width })
    }

    fn logits(&self, map: &Linear) -> Vec<Vec<f32>> {
        self.x.chunks_exact(self.width.max(1)).map(|x| map.apply(x)).collect()
    }
}

/// Learns the three heads; scales and thresholds come from what `judged_on` says.
pub(super) async fn parts(
    (session, depth): (&Session, usize),
    (corpus, splits): (&Corpus, &Splits),
    (judged_on, seed): (JudgedOn, u64),
    tensors: &mut HeadTensors,
    card: &mut String,
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<(), TrainError> {
    let side =
        |wanted: Split| corpus.moments.iter().filter(|m| splits.of(&m.id) == wanted).collect::<Vec<_>>();
    let learnt = Seen::of(session, depth, side(Split::Train), say).await?;
    let dev = Seen::of(session, depth, side(Split::Dev), say).await?;
    let judged = match judged_on {
        JudgedOn::Development => &dev,
        JudgedOn::Folds => &learnt,
    };
    let recipe = Recipe { seed, ..RECIPE };
    let _ = writeln!(
        card,
        "{HEADING}\n\nLearnt from {} moments, read as the guide's last turn and the person's. Figures are of {}.\n",
        learnt.moments.len(),
        match judged_on {
            JudgedOn::Development => "the development part, on which scales and thresholds were chosen",
            JudgedOn::Folds => "the training part itself, so they flatter",
        }
    );

    let state = |m: &Moment| m.state.index();
    let map = head(&learnt, judged, State::ALL.len(), &state, recipe);
    let names: Vec<&str> = State::ALL.iter().map(|s| s.slug()).collect();
    table(card, "state", &names, judged, &map, &state);
    let threshold = |of: State| threshold(judged, &map, &state, of.index());
    tensors
        .vectors
        .push((STATE_THRESHOLDS.into(), vec![threshold(State::Crisis), threshold(State::Overwhelmed)]));
    tensors.linear.push((STATE_HEAD.into(), map));

    let stage = |m: &Moment| m.stage().index();
    let map = head(&learnt, judged, Stage::ALL.len(), &stage, recipe);
    let names: Vec<&str> = Stage::ALL.iter().map(|s| s.slug()).collect();
    table(card, "step", &names, judged, &map, &stage);
    tensors.linear.push((STAGE_HEAD.into(), map));

    let role = |m: &Moment| m.part.role.index();
    let map = head(&learnt, judged, Role::ALL.len(), &role, recipe);
    let names: Vec<&str> = Role::ALL.iter().map(|r| r.slug()).collect();
    table(card, "role", &names, judged, &map, &role);
    tensors.linear.push((ROLE_HEAD.into(), map));
    Ok(())
}

/// Learns one output for each class, with rare classes seen more often, and sets its scale right.
fn head(
    learnt: &Seen<'_>,
    judged: &Seen<'_>,
    classes: usize,
    of: &dyn Fn(&Moment) -> usize,
    recipe: Recipe,
) -> Linear {
    let labels = |seen: &Seen<'_>| -> Vec<f32> {
        let one = |m: &&Moment| (0..classes).map(|c| f32::from(u8::from(of(m) == c))).collect::<Vec<_>>();
        seen.moments.iter().flat_map(one).collect()
    };
    let mut counts = vec![0_usize; classes];
    learnt.moments.iter().for_each(|m| counts[of(m)] += 1);
    let most = counts.iter().copied().max().unwrap_or(1);
    let mut rows = Vec::new();
    for (row, moment) in learnt.moments.iter().enumerate() {
        let often = (most as f32 / counts[of(moment)].max(1) as f32).sqrt().round() as usize;
        rows.extend(std::iter::repeat_n(row, often.clamp(1, MOST_OFTEN)));
    }
    let y = labels(learnt);
    let examples =
        Examples { inputs: learnt.width, x: &learnt.x, bags: None, outputs: classes, y: &y, rows: &rows };
    let map = fit(&examples, recipe);
    Scaling::fit(&judged.logits(&map), &labels(judged)).apply(&map)
}

/// The threshold that finds enough of a class, within bounds.
fn threshold(judged: &Seen<'_>, map: &Linear, of: &dyn Fn(&Moment) -> usize, class: usize) -> f32 {
    let mut found: Vec<f32> = judged
        .logits(map)
        .iter()
        .zip(&judged.moments)
        .filter(|(_, m)| of(m) == class)
        .map(|(logits, _)| sigmoid(logits[class]))
        .collect();
    found.sort_by(f32::total_cmp);
    let missed = (found.len() as f32 * (1.0 - FOUND)) as usize;
    found.get(missed).map_or(*THRESHOLDS.end(), |p| p * 0.95).clamp(*THRESHOLDS.start(), *THRESHOLDS.end())
}

fn table(
    card: &mut String,
    what: &str,
    names: &[&str],
    judged: &Seen<'_>,
    map: &Linear,
    of: &dyn Fn(&Moment) -> usize,
) {
    let mut counts = vec![[0_usize; 3]; names.len()];
    let mut right = 0;
    for (logits, moment) in judged.logits(map).iter().zip(&judged.moments) {
        let gold = of(moment);
        let said = (0..names.len()).max_by(|a, b| logits[*a].total_cmp(&logits[*b])).unwrap_or(0);
        counts[gold][0] += 1;
        counts[said][1] += 1;
        if gold == said {
            counts[gold][2] += 1;
            right += 1;
        }
    }
    let share =
        |a: usize, b: usize| if b == 0 { "–".to_owned() } else { format!("{:.2}", a as f32 / b as f32) };
    let _ = writeln!(card, "| {what} | moments | precision | recall |\n|---|---|---|---|");
    for (name, [gold, said, hits]) in names.iter().zip(&counts) {
        let _ = writeln!(card, "| {name} | {gold} | {} | {} |", share(*hits, *said), share(*hits, *gold));
    }
    let _ =
        writeln!(card, "\nThe likeliest {what} is the right one in {} of {}.\n", right, judged.moments.len());
}
