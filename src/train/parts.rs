//! The recipe of the heads of the parts dialogue: how a person is, whether a turn speaks of danger,
//! to which step a guide's turn belongs and which follows, what the part does.

use std::fmt::Write as _;

use super::logistic::{Examples, Recipe, fit};
use super::replies::replies;
use super::scaling::Scaling;
use super::{JudgedOn, TrainError};
use crate::corpus::{Corpus, CrisisText, Moment, Split, Splits};
use crate::crisis::{Medical, routing};
use crate::heads::{HeadTensors, Linear, sigmoid};
use crate::language::Session;
use crate::parts::{
    ASKED_HEAD, DANGER_HEAD, ROLE_HEAD, Replies, Role, STAGE_HEAD, STATE_HEAD, STATE_THRESHOLDS, Stage,
    State, WAY, asked, features, talk, way,
};

/// Where this part of the card begins.
pub(super) const HEADING: &str = "## Parts dialogue";

const RECIPE: Recipe = Recipe { l2: 0.05, epochs: 40, batch: 64, rate: 3e-3, seed: 0 };
/// Of the step there are few inputs, all of which tell something.
const WAY_RECIPE: Recipe = Recipe { l2: 2e-3, epochs: 60, batch: 32, rate: 1e-2, seed: 0 };
/// A class that is rarer than the commonest is seen more often, up to so many times.
const MOST_OFTEN: usize = 4;
/// One screening text in so many is also an example of a turn that speaks of danger, or of none.
const ONE_IN: usize = 3;
/// How often a moment in danger is seen beside them, and another.
const MOMENTS: [usize; 2] = [6, 2];
/// Of moments without danger at most so many may be answered with help, and of people who are not
/// flooded so many be led to the room.
const FALSE_ALARMS: f32 = 0.03;
const FALSE_FLOODS: f32 = 0.01;
/// Part of the flooded that has to be found, if that is possible.
const FOUND: f32 = 0.95;

/// Talks as the model sees them.
struct Seen<'a> {
    moments: Vec<&'a Moment>,
    x: Vec<Vec<f32>>,
    /// The guide's last turns of each moment, each alone; none where the guide has not spoken.
    asked: Vec<[Vec<f32>; 2]>,
    dangers: Vec<(&'a CrisisText, Vec<f32>)>,
}

struct Reader<'a> {
    session: &'a Session,
    depth: usize,
    say: &'a (dyn Fn(&str) + Send + Sync),
}

impl Reader<'_> {
    async fn read(&self, talks: &[(String, &str)], what: &str) -> Result<Vec<Vec<f32>>, TrainError> {
        let mut all = Vec::with_capacity(talks.len());
        for part in talks.chunks(96) {
            all.extend(features(self.session, self.depth, part).await?);
            (self.say)(&format!("{what}: {} of {}", all.len(), talks.len()));
        }
        Ok(all)
    }

    async fn side<'c>(
        &self,
        corpus: &'c Corpus,
        splits: &Splits,
        side: Split,
    ) -> Result<Seen<'c>, TrainError> {
        let moments: Vec<&Moment> = corpus.moments.iter().filter(|m| splits.of(&m.id) == side).collect();
        let talks: Vec<_> = moments.iter().map(|m| talk(&m.history)).collect();
        let x = self.read(&talks, "moments of parts dialogues").await?;
        let turns: Vec<_> =
            moments.iter().flat_map(|m| asked(&m.history)).map(|text| (String::new(), text)).collect();
        let read = self.read(&turns, "what the guide asked").await?;
        let asked = read
            .chunks_exact(2)
            .zip(turns.chunks_exact(2))
            .map(|(x, turns)| [0, 1].map(|i| if turns[i].1.is_empty() { Vec::new() } else { x[i].clone() }))
            .collect();
        let texts: Vec<&CrisisText> =
            corpus.crisis.iter().filter(|t| splits.of(&t.id) == side).step_by(ONE_IN).collect();
        let talks: Vec<_> = texts.iter().map(|t| (String::new(), t.text.as_str())).collect();
        let dangers = texts.into_iter().zip(self.read(&talks, "screening texts as turns").await?).collect();
        Ok(Seen { moments, x, asked, dangers })
    }
}

/// Inputs and classes.
#[derive(Default)]
struct Rows {
    x: Vec<Vec<f32>>,
    class: Vec<usize>,
    /// How often each is seen.
    often: Vec<usize>,
}

impl Rows {
    fn push(&mut self, x: &[f32], class: usize, often: usize) {
        self.x.push(x.to_vec());
        self.class.push(class);
        self.often.push(often);
    }

    /// Lets rare classes be seen more often.
    fn balanced(mut self, classes: usize) -> Self {
        let mut counts = vec![0_usize; classes];
        self.class.iter().for_each(|class| counts[*class] += 1);
        let most = counts.iter().copied().max().unwrap_or(1);
        for (often, class) in self.often.iter_mut().zip(&self.class) {
            let ratio = (most as f32 / counts[*class].max(1) as f32).sqrt().round() as usize;
            *often = ratio.clamp(1, MOST_OFTEN);
        }
        self
    }

    fn labels(&self, outputs: usize) -> Vec<f32> {
        // With a single output it is that of class 1.
        let of = |class: &usize| match outputs {
            1 => vec![*class as f32],
            _ => (0..outputs).map(|o| f32::from(u8::from(o == *class))).collect(),
        };
        self.class.iter().flat_map(of).collect()
    }

    fn logits(&self, map: &Linear) -> Vec<Vec<f32>> {
        self.x.iter().map(|x| map.apply(x)).collect()
    }

    /// Learns from these rows; scales come from `judged`.
    fn learn(&self, judged: &Self, outputs: usize, recipe: Recipe) -> Linear {
        let inputs = self.x.first().map_or(0, Vec::len);
        let x: Vec<f32> = self.x.concat();
        let often = self.often.iter().enumerate();
        let rows: Vec<usize> = often.flat_map(|(row, n)| std::iter::repeat_n(row, *n)).collect();
        let y = self.labels(outputs);
        let map = fit(&Examples { inputs, x: &x, bags: None, outputs, y: &y, rows: &rows }, recipe);
        Scaling::fit(&judged.logits(&map), &judged.labels(outputs)).apply(&map)
    }
}

/// Learns the heads; scales and thresholds come from what `judged_on` says.
pub(super) async fn parts(
    (session, depth): (&Session, usize),
    (corpus, splits): (&Corpus, &Splits),
    (judged_on, seed): (JudgedOn, u64),
    tensors: &mut HeadTensors,
    card: &mut String,
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<(), TrainError> {
    let reader = Reader { session, depth, say };
    let learnt = reader.side(corpus, splits, Split::Train).await?;
    let dev = reader.side(corpus, splits, Split::Dev).await?;
    let judged = match judged_on {
        JudgedOn::Development => &dev,
        JudgedOn::Folds => &learnt,
    };
    let recipe = Recipe { seed, ..RECIPE };
    let _ = writeln!(
        card,
        "{HEADING}\n\nLearnt from {} moments and {} screening texts. Figures are of {}.\n",
        learnt.moments.len(),
        learnt.dangers.len(),
        match judged_on {
            JudgedOn::Development => "the development part, on which scales and thresholds were chosen",
            JudgedOn::Folds => "the training part itself, so they flatter",
        }
    );

    let danger = |seen: &Seen<'_>| {
        let mut rows = Rows::default();
        for (text, x) in &seen.dangers {
            let tier = routing::tier(text.level, &text.flags, text.about, text.time, Medical::None);
            rows.push(x, usize::from(tier.escalates()), 1);
        }
        for (moment, x) in seen.moments.iter().zip(&seen.x) {
            let is = moment.state == State::Crisis;
            rows.push(x, usize::from(is), MOMENTS[usize::from(!is)]);
        }
        rows
    };
    let of_judged = danger(judged);
    let map = danger(&learnt).learn(&of_judged, 1, recipe);
    let scored = |map: &Linear, output: usize, state: State| -> Vec<(f32, bool)> {
        let x = judged.moments.iter().zip(&judged.x);
        x.map(|(m, x)| (sigmoid(map.output(output, x)), m.state == state)).collect()
    };
    let moments = scored(&map, 0, State::Crisis);
    let alarm = at_false(&moments, FALSE_ALARMS);
    let texts: Vec<(f32, bool)> = of_judged
        .logits(&map)
        .iter()
        .zip(&of_judged.class)
        .take(judged.dangers.len())
        .map(|(l, class)| (sigmoid(l[0]), *class == 1))
        .collect();
    let _ = writeln!(card, "| danger, from {alarm:.2} | texts | recall | false alarms |\n|---|---|---|---|");
    for (name, scored) in [("moments", &moments), ("screening texts", &texts)] {
        let share = |is: bool| {
            let of = scored.iter().filter(|s| s.1 == is);
            of.clone().filter(|s| s.0 >= alarm).count() as f32 / of.count().max(1) as f32
        };
        let _ = writeln!(card, "| {name} | {} | {:.2} | {:.2} |", scored.len(), share(true), share(false));
    }
    card.push('\n');
    tensors.linear.push((DANGER_HEAD.into(), map));

    let of = |seen: &Seen<'_>, class: &dyn Fn(&Moment) -> usize| {
        let mut rows = Rows::default();
        seen.moments.iter().zip(&seen.x).for_each(|(m, x)| rows.push(x, class(m), 1));
        rows
    };
    let state = |m: &Moment| m.state.index();
    let of_judged = of(judged, &state);
    let map = of(&learnt, &state).balanced(State::ALL.len()).learn(&of_judged, State::ALL.len(), recipe);
    table(card, "state", &State::ALL.map(State::slug), &of_judged, &map);
    let flooded = scored(&map, State::Overwhelmed.index(), State::Overwhelmed);
    let flood = at_found(&flooded, FOUND).max(at_false(&flooded, FALSE_FLOODS));
    tensors.vectors.push((STATE_THRESHOLDS.into(), vec![alarm, flood]));
    tensors.linear.push((STATE_HEAD.into(), map));

    let role = |m: &Moment| m.part.role.index();
    let of_judged = of(judged, &role);
    let map = of(&learnt, &role).balanced(Role::ALL.len()).learn(&of_judged, Role::ALL.len(), recipe);
    table(card, "role", &Role::ALL.map(Role::slug), &of_judged, &map);
    tensors.linear.push((ROLE_HEAD.into(), map));

    steps(&reader, (&learnt, judged), recipe, tensors, card).await?;
    let on_dev = judged_on == JudgedOn::Development;
    replies((session, depth), (corpus, splits), (on_dev, seed), tensors, card, say).await
}

/// The two heads of steps: what a guide's turn asks is learnt from replies whose step is known, what
/// follows from it and from how the person is.
async fn steps(
    reader: &Reader<'_>,
    (learnt, judged): (&Seen<'_>, &Seen<'_>),
    recipe: Recipe,
    tensors: &mut HeadTensors,
    card: &mut String,
) -> Result<(), TrainError> {
    let stages = Stage::ALL.len();
    let of = |moments: &[&Moment]| -> Vec<(String, usize)> {
        moments.iter().map(|m| (m.reply.clone(), m.stage().index())).collect()
    };
    let mut lines = of(&learnt.moments);
    let replies = Replies::embedded()?;
    let bank = replies.lines().iter().filter(|line| !line.asks_leave);
    lines.extend(bank.filter_map(|line| Some((line.fill(Some("it"), Some("this"))?, line.stage.index()))));
    let rows = |lines: &[(String, usize)], x: Vec<Vec<f32>>| {
        let mut rows = Rows::default();
        x.iter().zip(lines).for_each(|(x, (_, stage))| rows.push(x, *stage, 1));
        rows
    };
    let x = reader.read(&talks(&lines), "guides' lines").await?;
    let learn = rows(&lines, x).balanced(stages);
    let lines = of(&judged.moments);
    let x = reader.read(&talks(&lines), "guides' lines, to judge by").await?;
    let of_judged = rows(&lines, x);
    let says = learn.learn(&of_judged, stages, recipe);
    table(card, "step of a guide's line", &Stage::ALL.map(Stage::slug), &of_judged, &says);

    let follows = |seen: &Seen<'_>| {
        let mut rows = Rows::default();
        for (moment, asked) in seen.moments.iter().zip(&seen.asked) {
            let probabilities = asked.each_ref().map(|x| {
                if x.is_empty() {
                    vec![0.0; stages]
                } else {
                    says.apply(x).into_iter().map(sigmoid).collect()
                }
            });
            let way = way([&probabilities[0], &probabilities[1]], moment.state, moment.history.len());
            debug_assert_eq!(way.len(), WAY, "what the head reads");
            rows.push(&way, moment.stage().index(), 1);
        }
        rows
    };
    let of_judged = follows(judged);
    let map = follows(learnt).learn(&of_judged, stages, Recipe { seed: recipe.seed, ..WAY_RECIPE });
    table(card, "step that follows, the state known", &Stage::ALL.map(Stage::slug), &of_judged, &map);
    tensors.linear.push((ASKED_HEAD.into(), says));
    tensors.linear.push((STAGE_HEAD.into(), map));
    Ok(())
}

/// Lines as talks of their own.
fn talks(lines: &[(String, usize)]) -> Vec<(String, &str)> {
    lines.iter().map(|(text, _)| (String::new(), text.as_str())).collect()
}

/// The least threshold that no more than a part of the others reach.
fn at_false(scored: &[(f32, bool)], most: f32) -> f32 {
    let mut others: Vec<f32> = scored.iter().filter(|s| !s.1).map(|s| s.0).collect();
    others.sort_by(|a, b| b.total_cmp(a));
    let allowed = (others.len() as f32 * most) as usize;
    others.get(allowed).map_or(0.5, |p| (p + 1e-4).min(0.9))
}

/// The highest threshold that finds a part of those that are so.
fn at_found(scored: &[(f32, bool)], part: f32) -> f32 {
    let mut found: Vec<f32> = scored.iter().filter(|s| s.1).map(|s| s.0).collect();
    found.sort_by(f32::total_cmp);
    let missed = (found.len() as f32 * (1.0 - part)) as usize;
    found.get(missed).map_or(0.5, |p| p * 0.98)
}

fn table(card: &mut String, what: &str, names: &[&str], judged: &Rows, map: &Linear) {
    let mut counts = vec![[0_usize; 3]; names.len()];
    let mut right = 0;
    for (logits, gold) in judged.logits(map).iter().zip(&judged.class) {
        let said = (0..names.len()).max_by(|a, b| logits[*a].total_cmp(&logits[*b])).unwrap_or(0);
        counts[*gold][0] += 1;
        counts[said][1] += 1;
        if *gold == said {
            counts[*gold][2] += 1;
            right += 1;
        }
    }
    let share =
        |a: usize, b: usize| if b == 0 { "–".to_owned() } else { format!("{:.2}", a as f32 / b as f32) };
    let _ = writeln!(card, "| {what} | n | precision | recall |\n|---|---|---|---|");
    for (name, [gold, said, hits]) in names.iter().zip(&counts) {
        let _ = writeln!(card, "| {name} | {gold} | {} | {} |", share(*hits, *said), share(*hits, *gold));
    }
    let _ = writeln!(card, "\nThe likeliest is the right one in {right} of {}.\n", judged.x.len());
}
