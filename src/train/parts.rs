//! The recipe of the heads of the parts dialogue: how a person is, whether a turn speaks of danger,
//! to which step a guide's turn belongs and which follows, what the part does.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::logistic::{Examples, Recipe, fit};
use super::replies::replies;
use super::scaling::Scaling;
use super::{JudgedOn, TrainError};
use crate::corpus::{Corpus, CrisisText, ReadTurn, Split, Splits, Turn};
use crate::crisis::{Medical, routing};
use crate::heads::{HeadTensors, Linear, sigmoid};
use crate::language::Session;
use crate::parts::{
    ACT_HEAD, ASKED_HEAD, Act, DANGER_HEAD, FOUND_HEAD, ROLE_HEAD, Replies, Role, STAGE_HEAD, STATE_HEAD,
    STATE_THRESHOLDS, Stage, State, WAY, asked, features, talk, way,
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

/// A person's turn and what is known of it: a moment of the corpus, or a turn of a talk that was played.
struct Said<'a> {
    history: &'a [Turn],
    state: State,
    step: Stage,
    /// Of moments only: what the part does, and what a guide would answer.
    role: Option<Role>,
    reply: Option<&'a str>,
    /// Of turns that were read for it.
    act: Option<Act>,
    found: Option<bool>,
}

/// The turns of a side.
fn said<'c>(corpus: &'c Corpus, splits: &Splits, side: Split) -> Vec<Said<'c>> {
    let read: HashMap<&str, &ReadTurn> = corpus.turns.iter().map(|t| (t.id.as_str(), t)).collect();
    let moments = corpus.moments.iter().filter(|m| splits.of(&m.id) == side).map(|m| {
        let read = read.get(m.id.as_str());
        Said {
            history: &m.history,
            state: m.state,
            step: m.stage(),
            role: Some(m.part.role),
            reply: Some(&m.reply),
            act: read.and_then(|read| read.act),
            found: read.map(|read| read.found),
        }
    });
    let turns = corpus.turns.iter().filter(|turn| splits.of(&turn.id) == side);
    let turns = turns.filter_map(|turn| {
        Some(Said {
            history: &turn.history,
            state: turn.state?,
            step: turn.step?,
            role: None,
            reply: None,
            act: turn.act,
            found: Some(turn.found),
        })
    });
    moments.chain(turns).collect()
}

/// Talks as the model sees them.
struct Seen<'a> {
    said: Vec<Said<'a>>,
    x: Vec<Vec<f32>>,
    /// The guide's last turns before each, each alone; none where the guide has not spoken.
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
        let said = said(corpus, splits, side);
        let talks: Vec<_> = said.iter().map(|said| talk(said.history)).collect();
        let x = self.read(&talks, "turns of parts dialogues").await?;
        let turns: Vec<_> =
            said.iter().flat_map(|said| asked(said.history)).map(|text| (String::new(), text)).collect();
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
        Ok(Seen { said, x, asked, dangers })
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
        "{HEADING}\n\nLearnt from {} turns and {} screening texts. Figures are of {}.\n",
        learnt.said.len(),
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
        for (said, x) in seen.said.iter().zip(&seen.x) {
            let is = said.state == State::Crisis;
            rows.push(x, usize::from(is), MOMENTS[usize::from(!is)]);
        }
        rows
    };
    let of_judged = danger(judged);
    let map = danger(&learnt).learn(&of_judged, 1, recipe);
    let scored = |map: &Linear, output: usize, state: State| -> Vec<(f32, bool)> {
        let x = judged.said.iter().zip(&judged.x);
        x.map(|(said, x)| (sigmoid(map.output(output, x)), said.state == state)).collect()
    };
    let turns = scored(&map, 0, State::Crisis);
    let alarm = at_false(&turns, FALSE_ALARMS);
    let texts: Vec<(f32, bool)> = of_judged
        .logits(&map)
        .iter()
        .zip(&of_judged.class)
        .take(judged.dangers.len())
        .map(|(l, class)| (sigmoid(l[0]), *class == 1))
        .collect();
    let _ = writeln!(card, "| danger, from {alarm:.2} | texts | recall | false alarms |\n|---|---|---|---|");
    for (name, scored) in [("turns", &turns), ("screening texts", &texts)] {
        let share = |is: bool| {
            let of = scored.iter().filter(|s| s.1 == is);
            of.clone().filter(|s| s.0 >= alarm).count() as f32 / of.count().max(1) as f32
        };
        let _ = writeln!(card, "| {name} | {} | {:.2} | {:.2} |", scored.len(), share(true), share(false));
    }
    card.push('\n');
    tensors.linear.push((DANGER_HEAD.into(), map));

    let of = |seen: &Seen<'_>, class: &dyn Fn(&Said<'_>) -> Option<usize>| {
        let mut rows = Rows::default();
        for (said, x) in seen.said.iter().zip(&seen.x) {
            if let Some(class) = class(said) {
                rows.push(x, class, 1);
            }
        }
        rows
    };
    let state = |said: &Said<'_>| Some(said.state.index());
    let of_judged = of(judged, &state);
    let map = of(&learnt, &state).balanced(State::ALL.len()).learn(&of_judged, State::ALL.len(), recipe);
    table(card, "state", &State::ALL.map(State::slug), &of_judged, &map);
    let flooded = scored(&map, State::Overwhelmed.index(), State::Overwhelmed);
    let flood = at_found(&flooded, FOUND).max(at_false(&flooded, FALSE_FLOODS));
    tensors.vectors.push((STATE_THRESHOLDS.into(), vec![alarm, flood]));
    tensors.linear.push((STATE_HEAD.into(), map));

    let role = |said: &Said<'_>| said.role.map(Role::index);
    let of_judged = of(judged, &role);
    let map = of(&learnt, &role).balanced(Role::ALL.len()).learn(&of_judged, Role::ALL.len(), recipe);
    table(card, "role", &Role::ALL.map(Role::slug), &of_judged, &map);
    tensors.linear.push((ROLE_HEAD.into(), map));

    let act = |said: &Said<'_>| said.act.map(Act::index);
    let of_judged = of(judged, &act);
    let map = of(&learnt, &act).balanced(Act::ALL.len()).learn(&of_judged, Act::ALL.len(), recipe);
    table(card, "what a turn does", &Act::ALL.map(Act::slug), &of_judged, &map);
    tensors.linear.push((ACT_HEAD.into(), map));

    let found = |said: &Said<'_>| said.found.map(usize::from);
    let of_judged = of(judged, &found);
    let map = of(&learnt, &found).balanced(2).learn(&of_judged, 1, recipe);
    halves(card, "something inside was named or felt", &of_judged, &map);
    tensors.linear.push((FOUND_HEAD.into(), map));

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
    let of = |seen: &Seen<'_>| -> Vec<(String, usize)> {
        let line = |said: &Said<'_>| Some((said.reply?.to_owned(), said.step.index()));
        seen.said.iter().filter_map(line).collect()
    };
    let mut lines = of(learnt);
    let replies = Replies::embedded()?;
    let bank = replies.lines().iter();
    lines.extend(bank.filter_map(|line| Some((line.fill(Some("it"), Some("this"))?, line.stage()?.index()))));
    let rows = |lines: &[(String, usize)], x: Vec<Vec<f32>>| {
        let mut rows = Rows::default();
        x.iter().zip(lines).for_each(|(x, (_, stage))| rows.push(x, *stage, 1));
        rows
    };
    let x = reader.read(&talks(&lines), "guides' lines").await?;
    let learn = rows(&lines, x).balanced(stages);
    let lines = of(judged);
    let x = reader.read(&talks(&lines), "guides' lines, to judge by").await?;
    let of_judged = rows(&lines, x);
    let says = learn.learn(&of_judged, stages, recipe);
    table(card, "step of a guide's line", &Stage::ALL.map(Stage::slug), &of_judged, &says);

    let follows = |seen: &Seen<'_>| {
        let mut rows = Rows::default();
        for (said, asked) in seen.said.iter().zip(&seen.asked) {
            let probabilities = asked.each_ref().map(|x| {
                if x.is_empty() {
                    vec![0.0; stages]
                } else {
                    says.apply(x).into_iter().map(sigmoid).collect()
                }
            });
            let way = way([&probabilities[0], &probabilities[1]], said.state, said.history.len());
            debug_assert_eq!(way.len(), WAY, "what the head reads");
            rows.push(&way, said.step.index(), 1);
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

/// How often a yes or no is right.
fn halves(card: &mut String, what: &str, judged: &Rows, map: &Linear) {
    let said = judged.logits(map).into_iter().map(|l| l[0] > 0.0).zip(&judged.class);
    let count = |is: bool, class: usize| said.clone().filter(|(s, c)| *s == is && **c == class).count();
    let share = |of: usize, all: usize| of as f32 / all.max(1) as f32;
    let (hits, misses, wrong, rest) = (count(true, 1), count(false, 1), count(true, 0), count(false, 0));
    let _ = writeln!(
        card,
        "Of {} turns after which {what} the head says so of {:.2}, and of {:.2} of the other {}.\n",
        hits + misses,
        share(hits, hits + misses),
        share(wrong, wrong + rest),
        wrong + rest,
    );
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
