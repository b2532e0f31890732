//! How the person is and what would follow, as the model's states tell: linear heads on the last
//! turns, read in one pass to a middle layer. Where it is unsure, the gentler answer counts.

use super::act::Act;
use super::stage::{Role, Speaker, Stage, State, Turn};
use crate::entry::{Entry, Limit};
use crate::heads::{HeadFileError, Heads, Linear, sigmoid};
use crate::language::{LanguageError, Session};

/// Name of the head with one output for each state, read on [`features`] of a talk.
pub const STATE_HEAD: &str = "parts.state";
/// Name of the head with one output for each step, read on [`way`].
pub const STAGE_HEAD: &str = "parts.stage";
/// Name of the head with one output for each role.
pub const ROLE_HEAD: &str = "parts.role";
/// Name of the head with one output: whether a turn speaks of danger.
pub const DANGER_HEAD: &str = "parts.danger";
/// Name of the head with one output for each act: what a turn does.
pub const ACT_HEAD: &str = "parts.act";
/// Name of the head with one output: whether something inside has been named or felt by now.
pub const FOUND_HEAD: &str = "parts.found";
/// Name of the head with one output for each step: to which a guide's turn, read alone, belongs.
pub const ASKED_HEAD: &str = "parts.asked";
/// Probability above which a turn is taken to speak of danger, and a person to be flooded, whatever
/// else seems likelier.
pub const STATE_THRESHOLDS: &str = "parts.state.thresholds";

/// Turns before the last that are read with it.
const BEFORE: usize = 3;
/// Tokens of the turns before that are read, and of the last; of a longer one its beginning and its end.
const MOST: usize = 256;
/// Talks that are read in one pass.
const TOGETHER: usize = 16;
/// What is nearly as likely as the likeliest, as a part of it.
const NEARLY: f32 = 0.85;
/// A role that is likelier than this may guide the choice of words.
const ROLE_SURE: f32 = 0.6;
/// Caution is due from here on.
const EXILE_LIKELY: f32 = 0.5;
/// A reading that is less likely than this part of the likeliest is none.
const FAR_BEHIND: f32 = 0.1;
/// A goodbye that no rule knows has to be this likely.
const SURE_GOODBYE: f32 = 0.7;
/// What a turn does beside working with what is inside has to be this likely to be answered as that, and
/// so likely where answering it wrongly is odd: owning up to nothing, joking with who is in earnest.
const STANDS_BY_ITSELF: f32 = 0.25;
const TURNS_TO_THE_GUIDE: f32 = 0.5;
/// What is inside counts as found from here on.
const FOUND: f32 = 0.5;
/// A no that is less likely than this, as an act, is none, whatever state it sounds like.
const MAY_DECLINE: f32 = 0.15;
/// How much likelier than any other step the end has to be.
const SURE_END: f32 = 1.5;
/// Lengths of a talk that are told apart.
const LENGTHS: usize = 5;
const STAGES: usize = Stage::ALL.len();
const STATES: usize = State::ALL.len();
const ACTS: usize = Act::ALL.len();
/// What the head of steps reads.
pub(crate) const WAY: usize = 2 * STAGES + STATES + LENGTHS + STATES * STAGES;
/// States from the gentlest answer on, after danger and flooding.
const GENTLER: [State; 4] = [State::Refusing, State::Blended, State::Sceptical, State::Open];

/// What the heads read of each talk: the mean state of its last turns, that of the last alone, and
/// the last state. A talk is what was said before, and the last turn.
///
/// # Errors
/// [`LanguageError`]; `Unsupported` for architectures without hidden states.
pub(crate) async fn features(
    session: &Session,
    depth: usize,
    talks: &[(String, &str)],
) -> Result<Vec<Vec<f32>>, LanguageError> {
    let mut all = Vec::with_capacity(talks.len());
    for part in talks.chunks(TOGETHER) {
        let (mut texts, mut begins) = (Vec::new(), Vec::new());
        for (before, last) in part {
            let mut tokens = session.encode(&format!("{}\n\n", normalised(before)))?.tokens;
            let excess = tokens.len().saturating_sub(MOST);
            tokens.drain(..excess);
            begins.push(tokens.len());
            let own = session.encode(&normalised(last))?.tokens;
            if own.len() > MOST {
                tokens.extend(&own[..MOST / 2]);
                tokens.extend(&own[own.len() - MOST / 2..]);
            } else {
                tokens.extend(own);
            }
            texts.push(tokens);
        }
        for (states, at) in session.states(texts, vec![depth]).await?.into_iter().zip(begins) {
            let states = states.into_iter().next().ok_or(LanguageError::Failed)?;
            let end = states.len();
            // The first token's state is a hundred times as long as any other.
            let first = 1.min(end.saturating_sub(1));
            let own = at.clamp(first, end.saturating_sub(1));
            let last = states.mean(end.saturating_sub(1)..end);
            all.push([states.mean(first..end), states.mean(own..end), last].concat());
        }
    }
    Ok(all)
}

/// The last turn and those before it, for [`features`].
#[must_use]
pub(crate) fn talk(history: &[Turn]) -> (String, &str) {
    let Some((last, before)) = history.split_last() else { return (String::new(), "") };
    let from = before.len().saturating_sub(BEFORE);
    let before: Vec<String> = before[from..].iter().map(|turn| normalised(&turn.text)).collect();
    (before.join("\n\n"), &last.text)
}

/// The guide's last turns, the latest first.
#[must_use]
pub(crate) fn asked(history: &[Turn]) -> [&str; 2] {
    let before = history.split_last().map(|(_, before)| before).unwrap_or_default();
    let mut guide = before.iter().rev().filter(|turn| turn.from == Speaker::Guide);
    [(); 2].map(|()| guide.next().map_or("", |turn| turn.text.as_str()))
}

/// What tells the next step: to which steps the guide's last turns belong, how the person is, how
/// long they have talked.
#[must_use]
pub(crate) fn way(asked: [&[f32]; 2], state: State, turns: usize) -> Vec<f32> {
    let mut way = Vec::with_capacity(WAY);
    let share = |of: &[f32], stage: usize| {
        let sum: f32 = of.iter().sum();
        of.get(stage).map_or(0.0, |p| p / sum.max(1e-6))
    };
    for of in asked {
        way.extend((0..STAGES).map(|stage| share(of, stage)));
    }
    way.extend((0..STATES).map(|s| f32::from(u8::from(s == state.index()))));
    let length = (turns / 2).min(LENGTHS - 1);
    way.extend((0..LENGTHS).map(|l| f32::from(u8::from(l == length))));
    for s in 0..STATES {
        way.extend((0..STAGES).map(|stage| if s == state.index() { share(asked[0], stage) } else { 0.0 }));
    }
    way
}

pub(super) fn normalised(text: &str) -> String {
    Entry::new(text, Limit::Screening).map(|entry| entry.normalised().to_owned()).unwrap_or_default()
}

/// The heads of the parts dialogue.
#[derive(Clone, Copy)]
pub(crate) struct Noticing<'a> {
    depth: usize,
    state: &'a Linear,
    stage: &'a Linear,
    role: &'a Linear,
    danger: &'a Linear,
    asked: &'a Linear,
    act: &'a Linear,
    found: &'a Linear,
    thresholds: [f32; 2],
}

impl<'a> Noticing<'a> {
    /// Those of these heads.
    ///
    /// # Errors
    /// [`HeadFileError`] if they have not learnt it.
    pub(crate) fn of(heads: &'a Heads) -> Result<Self, HeadFileError> {
        let thresholds = heads.vector(STATE_THRESHOLDS, 2)?;
        Ok(Self {
            depth: heads.depth,
            state: heads.linear(STATE_HEAD, STATES)?,
            stage: heads.linear(STAGE_HEAD, STAGES)?,
            role: heads.linear(ROLE_HEAD, Role::ALL.len())?,
            danger: heads.linear(DANGER_HEAD, 1)?,
            asked: heads.linear(ASKED_HEAD, STAGES)?,
            act: heads.linear(ACT_HEAD, ACTS)?,
            found: heads.linear(FOUND_HEAD, 1)?,
            thresholds: [thresholds[0], thresholds[1]],
        })
    }

    /// Reads the last turns.
    ///
    /// # Errors
    /// As [`features`].
    pub(crate) async fn read(self, session: &Session, history: &[Turn]) -> Result<Noticed, LanguageError> {
        let [last, before] = asked(history);
        let talks = [talk(history), (String::new(), last), (String::new(), before)];
        let features = features(session, self.depth, &talks).await?;
        let [talk, last_asked, asked_before] = features.as_slice() else { return Err(LanguageError::Failed) };
        let asked = |text: &str, x: &[f32]| {
            if text.is_empty() { [0.0; STAGES] } else { each(self.asked, x) }
        };
        let asked = [asked(last, last_asked), asked(before, asked_before)];
        let stage = State::ALL
            .map(|state| each::<STAGES>(self.stage, &way([&asked[0], &asked[1]], state, history.len())));
        Ok(Noticed {
            state: each(self.state, talk),
            stage,
            role: each(self.role, talk),
            act: each(self.act, talk),
            found: sigmoid(self.found.output(0, talk)),
            danger: sigmoid(self.danger.output(0, talk)),
            thresholds: self.thresholds,
        })
    }
}

/// How likely an act has to be.
const fn least(act: Act) -> f32 {
    match act {
        Act::Leaves => SURE_GOODBYE,
        Act::Corrects | Act::Plays => TURNS_TO_THE_GUIDE,
        Act::Works | Act::Assents | Act::Declines => 0.0,
        _ => STANDS_BY_ITSELF,
    }
}

fn each<const N: usize>(map: &Linear, x: &[f32]) -> [f32; N] {
    std::array::from_fn(|i| sigmoid(map.output(i, x)))
}

/// One way to take a turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// What the turn does.
    pub act: Act,
    /// How the person is.
    pub state: State,
    /// The step that would follow.
    pub toward: Stage,
    /// Its probability, beside danger and flooding.
    pub likely: f32,
}

/// What the model noticed in a turn: probabilities, each for itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noticed {
    /// Of each state.
    pub state: [f32; State::ALL.len()],
    /// Of each step, for a person in each state.
    pub stage: [[f32; Stage::ALL.len()]; State::ALL.len()],
    /// Of each role.
    pub role: [f32; Role::ALL.len()],
    /// Of each act.
    pub act: [f32; Act::ALL.len()],
    /// That something inside has been named or felt by now.
    pub found: f32,
    /// That the turn speaks of danger.
    pub danger: f32,
    /// Above which danger and flooding count.
    pub thresholds: [f32; 2],
}

impl Noticed {
    /// How likely an act is, all of them together being sure.
    fn does(&self, act: Act) -> f32 {
        let all: f32 = self.act.iter().sum();
        self.act[act.index()] / all.max(1e-6)
    }

    /// What the turn does, as far as the heads tell. A goodbye they have to be sure of.
    #[must_use]
    pub fn act(&self) -> Act {
        let likely = Act::ALL.into_iter().filter(|act| self.does(*act) >= least(*act));
        likely.max_by(|a, b| self.does(*a).total_cmp(&self.does(*b))).unwrap_or(Act::Works)
    }

    /// Whether something inside has been named or felt by now.
    #[must_use]
    pub fn has_found(&self) -> bool {
        self.found >= FOUND
    }

    /// Whether the turn may be a no.
    fn may_decline(&self) -> bool {
        self.does(Act::Declines) + self.does(Act::Leaves) >= MAY_DECLINE
    }

    /// How the person is. Danger and flooding come first; of others that are nearly as likely, the
    /// one with the gentler answer counts.
    #[must_use]
    pub fn state(&self) -> State {
        let of = |state: State| self.state[state.index()];
        if self.danger >= self.thresholds[0] {
            return State::Crisis;
        }
        if of(State::Overwhelmed) >= self.thresholds[1] {
            return State::Overwhelmed;
        }
        let calm = GENTLER.into_iter().filter(|state| *state != State::Refusing || self.may_decline());
        let most = calm.clone().map(of).fold(0.0, f32::max);
        calm.into_iter().find(|state| of(*state) >= NEARLY * most).unwrap_or(State::Open)
    }

    /// The step that would follow for a person in this state.
    #[must_use]
    pub fn toward(&self, state: State) -> Stage {
        match state {
            State::Overwhelmed | State::Crisis => Stage::Ground,
            State::Blended => Stage::Unblend,
            _ => {
                let open = Stage::ALL.into_iter().filter(|stage| *stage != Stage::Ground);
                let of = |stage: &Stage| self.stage[state.index()][stage.index()];
                // The end comes too early rather than too late: it has to be much the likeliest.
                let weighed = |stage: &Stage| match stage {
                    Stage::ThankAndClose => of(stage) / SURE_END,
                    _ => of(stage),
                };
                let likeliest = open.max_by(|a, b| weighed(a).total_cmp(&weighed(b)));
                likeliest.unwrap_or(Stage::Find)
            }
        }
    }

    /// What the turn may be taken for, all but danger and flooding: each act that stands by itself, and
    /// for the others each state with each step that would follow, as likely as the heads find them,
    /// where that is not far behind the likeliest. The end is none of these: it comes where it is the
    /// likeliest, or not at all.
    #[must_use]
    pub fn readings(&self) -> Vec<Reading> {
        let of = |state: State| self.state[state.index()];
        let all: f32 = GENTLER.into_iter().map(of).sum();
        let doubts = if of(State::Sceptical) > of(State::Open) { State::Sceptical } else { State::Open };
        let (by_itself, bound): (Vec<Act>, Vec<Act>) =
            Act::ALL.into_iter().partition(|a| a.stands_by_itself());
        let by_itself = by_itself.into_iter().filter(|act| self.does(*act) >= least(*act));
        let by_itself = by_itself.map(|act| Reading {
            act,
            state: doubts,
            toward: self.toward(doubts),
            likely: self.does(act),
        });
        let mut readings: Vec<Reading> = by_itself.collect();
        let works: f32 = bound.into_iter().map(|act| self.does(act)).sum();
        let act = if self.does(Act::Assents) > self.does(Act::Works) { Act::Assents } else { Act::Works };
        for state in GENTLER {
            let likely = works * of(state) / all.max(1e-6);
            if state == State::Blended {
                readings.push(Reading { act, state, toward: Stage::Unblend, likely });
                continue;
            }
            let steps = &self.stage[state.index()];
            let ways = Stage::ALL
                .into_iter()
                .filter(|s| !matches!(s, Stage::Ground | Stage::Unblend | Stage::ThankAndClose));
            let sum: f32 = ways.clone().map(|stage| steps[stage.index()]).sum();
            readings.extend(ways.map(|toward| Reading {
                act,
                state,
                toward,
                likely: likely * steps[toward.index()] / sum.max(1e-6),
            }));
        }
        let most = readings.iter().map(|r| r.likely).fold(0.0, f32::max);
        readings.retain(|reading| reading.likely >= FAR_BEHIND * most);
        readings
    }

    /// What the part seems to be, for the choice of words.
    #[must_use]
    pub fn seems(&self) -> Option<Role> {
        let exile = self.role[Role::Exile.index()];
        if exile >= EXILE_LIKELY {
            return Some(Role::Exile);
        }
        let likeliest =
            Role::ALL.into_iter().max_by(|a, b| self.role[a.index()].total_cmp(&self.role[b.index()]));
        likeliest.filter(|role| self.role[role.index()] >= ROLE_SURE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noticed(state: [f32; 6], danger: f32) -> Noticed {
        let mut act = [0.01; 12];
        (act[Act::Works.index()], act[Act::Declines.index()]) = (0.5, 0.3);
        let (stage, role, thresholds) = ([[0.1; 9]; 6], [0.1; 4], [0.4, 0.3]);
        Noticed { state, stage, role, act, found: 0.9, danger, thresholds }
    }

    #[test]
    fn a_goodbye_has_to_be_sure_and_a_no_has_to_be_one() {
        let mut noticed = noticed([0.5, 0.1, 0.6, 0.1, 0.1, 0.1], 0.1);
        assert_eq!(noticed.state(), State::Refusing);
        noticed.act = [0.02; 12];
        (noticed.act[Act::Corrects.index()], noticed.act[Act::Leaves.index()]) = (0.7, 0.4);
        assert_eq!(noticed.act(), Act::Corrects);
        noticed.act[Act::Leaves.index()] = 0.02;
        assert_eq!(noticed.state(), State::Open, "what sets the guide right is no no");
    }

    #[test]
    fn danger_and_flooding_come_first_and_the_gentler_of_two_counts() {
        assert_eq!(noticed([0.9, 0.1, 0.1, 0.1, 0.1, 0.1], 0.45).state(), State::Crisis);
        assert_eq!(noticed([0.9, 0.1, 0.1, 0.35, 0.1, 0.1], 0.1).state(), State::Overwhelmed);
        assert_eq!(noticed([0.5, 0.1, 0.48, 0.1, 0.1, 0.1], 0.1).state(), State::Refusing);
        assert_eq!(noticed([0.9, 0.1, 0.3, 0.1, 0.1, 0.1], 0.1).state(), State::Open);
    }

    #[test]
    fn the_heads_of_the_default_model_have_learnt_it() -> Result<(), HeadFileError> {
        let default = "7a2ba524b9781f8f9ad4a4eca94a75b236dde3abc63eed983ff649fe5aa37059";
        let heads = Heads::shipped(default)?;
        assert!(heads.is_some_and(|heads| Noticing::of(&heads).is_ok()), "train heads --only parts");
        Ok(())
    }

    #[test]
    fn what_is_not_far_behind_the_likeliest_stays_in_play() {
        let mut unsure = noticed([0.5, 0.4, 0.01, 0.1, 0.3, 0.0], 0.1);
        unsure.stage[State::Open.index()] = [0.01; 9];
        unsure.stage[State::Open.index()][Stage::Focus.index()] = 0.9;
        let readings = unsure.readings();
        let is = |state, toward| {
            readings.iter().any(|r| r.act == Act::Works && r.state == state && r.toward == toward)
        };
        assert!(is(State::Open, Stage::Focus) && is(State::Blended, Stage::Unblend));
        assert!(!is(State::Open, Stage::Needs), "a step that is far behind");
        assert!(!readings.iter().any(|r| r.state == State::Refusing), "a state that is far behind");
        assert!(!readings.iter().any(|r| matches!(r.state, State::Overwhelmed | State::Crisis)));
        assert!(readings.iter().map(|r| r.likely).sum::<f32>() <= 1.0 + 1e-5);
    }

    #[test]
    fn the_step_follows_the_state() {
        let noticed = noticed([0.1; 6], 0.1);
        assert_eq!(noticed.toward(State::Overwhelmed), Stage::Ground);
        assert_eq!(noticed.toward(State::Blended), Stage::Unblend);
        assert_ne!(noticed.toward(State::Open), Stage::Ground);
    }

    #[test]
    fn a_talk_is_its_last_turns_and_what_the_guide_asked() {
        let history =
            [Turn::guide("z"), Turn::person("a"), Turn::guide("b"), Turn::person("d"), Turn::person("c")];
        assert_eq!(talk(&history), ("a\n\nb\n\nd".to_owned(), "c"));
        assert_eq!(asked(&history), ["b", "z"]);
        assert_eq!(talk(&history[..1]), (String::new(), "z"));
        assert_eq!(way([&[0.5; 9], &[0.0; 9]], State::Open, 3).len(), WAY);
    }
}
