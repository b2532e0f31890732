//! The protocol: where a dialogue stands, and what follows from what is heard. Nothing here reads
//! or writes; [`Dialogue::step`] gives the next dialogue and what is to be done.
//!
//! What it promises, and its tests try with random talk:
//! - danger comes before anything else, in every mode, and after it the talk stays with help until
//!   the person says otherwise; where only the model suspected it, their word that there is none is
//!   taken, and a suspicion as weak does not stop the talk again;
//! - there is one thing to say at a time, so never two questions;
//! - until the person has named or felt something inside, nothing is asked of it;
//! - what they tell of their life, ask or set right is answered as that, and the step stays;
//! - nobody goes near a vulnerable part without leave of those that protect it;
//! - a "no" is honoured: the line it was said to does not come back unless the person opens it;
//! - a person who speaks as the part is helped to a little space, one who is flooded to the room;
//! - one can stop, pause and go on at any time; what ends, ends with thanks and a note.

mod terms;

pub use terms::{Danger, Effect, Event, Heard, Leave, Mode, Saying, Stages, Topic, Wanted};

use serde::{Deserialize, Serialize};

use super::act::Act;
use super::stage::{Role, Stage, State};

/// Noes in a row after which the guide offers to end.
const NOES: u8 = 3;
/// Replies of the same step to an open person, after which the next step follows.
const STAYS: u8 = 2;
/// Replies in a row to what a person told, after which the work with what is inside comes first again.
const HEARD_OUT: u8 = 2;

/// What became of danger that only the model suspected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Suspicion {
    /// There was none, or what leads to help now is more than one.
    #[default]
    None,
    /// Help stands on it.
    Stands,
    /// The person has said that there was no danger.
    Denied,
    /// They had, and help stands on another.
    StandsAgain,
}

impl Suspicion {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    fn is_none(&self) -> bool {
        *self == Self::None
    }

    const fn stands(self) -> bool {
        matches!(self, Self::Stands | Self::StandsAgain)
    }

    const fn was_denied(self) -> bool {
        matches!(self, Self::Denied | Self::StandsAgain)
    }

    const fn standing(self, stands: bool) -> Self {
        match (self.was_denied(), stands) {
            (false, false) => Self::None,
            (false, true) => Self::Stands,
            (true, false) => Self::Denied,
            (true, true) => Self::StandsAgain,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_none_yet(count: &u8) -> bool {
    *count == 0
}

/// Where a dialogue stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialogue {
    mode: Mode,
    /// The step of the last reply.
    stage: Option<Stage>,
    /// Replies of that step to an open person, one after the other.
    stayed: u8,
    /// The furthest step on the way that was reached.
    reached: Option<Stage>,
    /// Steps that a "no" ended.
    ended: Stages,
    /// Noes one after the other.
    noes: u8,
    /// What the part is, where the person said so.
    role: Option<Role>,
    leave: Leave,
    /// Whether the step that follows is free, because where the talk stood before is not known.
    loose: bool,
    /// Whether something inside has been named or felt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    found: bool,
    /// Replies to what the person told, one after the other.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    heard_out: u8,
    /// Whether the last reply owned up to a mistake.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    owned_up: bool,
    /// What became of danger that only the model suspected.
    #[serde(default, skip_serializing_if = "Suspicion::is_none")]
    suspicion: Suspicion,
}

impl Dialogue {
    /// A dialogue that begins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A dialogue that others have led so far: only the last turns are known.
    #[must_use]
    pub fn joined(noes: u8, leave: Leave) -> Self {
        Self { loose: true, noes, leave, ..Self::default() }
    }

    /// How it is.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The step of the last reply.
    #[must_use]
    pub const fn stage(&self) -> Option<Stage> {
        self.stage
    }

    /// What the part is, where the person said so.
    #[must_use]
    pub const fn role(&self) -> Option<Role> {
        self.role
    }

    /// Steps that a "no" ended.
    #[must_use]
    pub const fn ended(&self) -> Stages {
        self.ended
    }

    /// Whether the person has told of their life for a while, and the work would come first again.
    #[must_use]
    pub const fn has_heard_out(&self) -> bool {
        self.heard_out >= HEARD_OUT
    }

    /// What follows from an event.
    #[must_use]
    pub fn step(mut self, event: Event) -> (Self, Vec<Effect>) {
        let effects = match event {
            Event::Said(heard) => self.said(heard),
            Event::IsA(role) => {
                self.found = true;
                if self.role != Some(role) {
                    self.role = Some(role);
                    self.leave = Leave::Unknown;
                }
                Vec::new()
            }
            Event::Ground => self.ground(),
            Event::Pause => self.pause(),
            Event::GoOn => self.go_on(),
            Event::Open(stage) => {
                self.ended.remove(stage);
                Vec::new()
            }
            Event::Stop => self.stop(),
        };
        (self, effects)
    }

    fn said(&mut self, heard: Heard) -> Vec<Effect> {
        // Before anything else, whatever mode it is in.
        let suspected = match heard.danger {
            Danger::Suspected { surely } => surely || !self.suspicion.was_denied(),
            _ => false,
        };
        if heard.danger == Danger::Present || heard.state == State::Crisis || suspected {
            // What was sure stays so.
            let weak = suspected && (self.mode != Mode::WithHelp || self.suspicion.stands());
            self.suspicion = self.suspicion.standing(weak);
            self.mode = Mode::WithHelp;
            self.stage = Some(Stage::Ground);
            return vec![Effect::Escalate];
        }
        let is_denied = matches!(heard.danger, Danger::Denied | Danger::Passed);
        match self.mode {
            Mode::WithHelp if self.suspicion.stands() && is_denied => return self.was_wrong(),
            // Said in words, it is what it is as a wish.
            Mode::WithHelp if heard.danger == Danger::Passed => return self.go_on(),
            Mode::WithHelp if heard.state == State::Overwhelmed => return self.ground(),
            Mode::WithHelp if self.suspicion.stands() => return vec![Effect::Say(Saying::WithHelpIfNeeded)],
            Mode::WithHelp => return vec![Effect::Say(Saying::WithHelp)],
            Mode::Closed => return vec![Effect::Say(Saying::Over)],
            _ => {}
        }
        // Of a talk that others led it is not known whether help was shown: the way leads through the room.
        let came_through = heard.danger == Danger::Passed && self.loose;
        if heard.danger == Danger::Unmoored || came_through || heard.state == State::Overwhelmed {
            return self.ground();
        }
        if self.mode == Mode::Paused {
            return vec![Effect::Say(Saying::Paused)];
        }
        match heard.topic {
            Topic::Work => {}
            Topic::NoWords => return vec![Effect::Say(Saying::NoWords)],
            Topic::OtherRole => return vec![Effect::Say(Saying::OtherRole)],
            Topic::Unread => return vec![Effect::Say(Saying::Unread)],
        }
        if let Some(leave) = heard.leave {
            self.leave = leave;
        }
        self.found |= heard.found;
        // Owning up twice running is a formula; the person's words lead on instead.
        let again = heard.act == Act::Corrects && self.owned_up;
        let heard = if again { Heard { act: Act::Offers, ..heard } } else { heard };
        self.owned_up = heard.act == Act::Corrects;
        if heard.act.stands_by_itself() {
            return self.received(heard);
        }
        self.heard_out = 0;
        match heard.state {
            State::Refusing => self.refused(heard),
            // Who speaks as a part that nobody has named yet is asked for no space from it.
            State::Blended if self.found => {
                self.noes = 0;
                self.leave_room();
                // Who said no to a little space is not asked for it again.
                let declined = self.ended.contains(Stage::Unblend);
                let state = if declined { State::Refusing } else { State::Blended };
                vec![self.reply(Stage::Unblend, state, false)]
            }
            State::Blended => self.worked(heard, State::Open),
            state => self.worked(heard, state),
        }
    }

    /// What the person told, asked or set right is answered, and the step stays.
    fn received(&mut self, heard: Heard) -> Vec<Effect> {
        let Heard { act, state, toward, .. } = heard;
        self.noes = 0;
        self.heard_out = self.heard_out.saturating_add(u8::from(act.tells()));
        self.leave_room();
        let stage = self.stage.filter(|stage| *stage != Stage::Ground).or(self.reached);
        let stage = if self.loose { toward } else { stage.unwrap_or(Stage::Find) };
        let state = if state == State::Sceptical { state } else { State::Open };
        vec![self.answer(act, stage, state)]
    }

    /// A "no": the line ends here, and nothing presses on.
    fn refused(&mut self, heard: Heard) -> Vec<Effect> {
        let line = self.stage.filter(|stage| *stage != Stage::Ground).unwrap_or(heard.toward);
        let line = if line == Stage::Ground { Stage::Find } else { line };
        if line == Stage::ThankAndClose && self.stage == Some(Stage::ThankAndClose) {
            return self.end(State::Refusing, heard.act);
        }
        self.noes = self.noes.saturating_add(1);
        self.ended.insert(line);
        self.leave_room();
        if heard.act == Act::Leaves {
            return vec![self.parting(State::Refusing)];
        }
        let stage = if self.noes >= NOES || heard.toward == Stage::ThankAndClose {
            Stage::ThankAndClose
        } else {
            line
        };
        vec![self.reply(stage, State::Refusing, false)]
    }

    /// An answer to work with.
    fn worked(&mut self, heard: Heard, state: State) -> Vec<Effect> {
        self.noes = 0;
        let offered = self.stage == Some(Stage::ThankAndClose);
        let may_end = self.may_end(heard.act);
        if offered && heard.toward == Stage::ThankAndClose && may_end {
            return self.end(state, heard.act);
        }
        // Who comes back to the room goes on no further than where they were.
        let toward = match (self.mode, heard.toward) {
            (Mode::Grounding, Stage::Ground) => return vec![self.reply(Stage::Ground, State::Open, false)],
            (_, Stage::Ground) => self.reached.unwrap_or(Stage::Find),
            (Mode::Grounding, Stage::ThankAndClose) if !may_end => self.reached.unwrap_or(Stage::Find),
            (_, Stage::ThankAndClose) if !may_end => self.reached.map_or(Stage::Find, Stage::next),
            (Mode::Grounding, stage) => self.reached.map_or(stage, |reached| stage.min(reached)),
            (_, stage) => stage,
        };
        self.leave_room();
        if toward == Stage::ThankAndClose && heard.act == Act::Leaves {
            return vec![self.parting(state)];
        }
        if !self.found && toward != Stage::ThankAndClose {
            return vec![self.still_finding(state, heard.act == Act::Assents)];
        }
        let mut stage = self.within(toward, state);
        let exile = self.role == Some(Role::Exile) || self.role.is_none() && heard.seems == Some(Role::Exile);
        let mut asks_leave = false;
        if exile && stage.goes_near() {
            match self.leave {
                Leave::Given => {}
                Leave::Unknown => asks_leave = true,
                Leave::Withheld => stage = Stage::ThankAndClose,
            }
        }
        vec![self.reply(stage, state, asks_leave)]
    }

    /// Whether the end may come: the person says goodbye, or the work has come as far as to what is needed.
    fn may_end(&self, act: Act) -> bool {
        self.loose || act == Act::Leaves || self.reached >= Some(Stage::Needs)
    }

    /// Nothing inside has been named or felt yet, so nothing is asked of it. Who said no to being asked for
    /// it is left room.
    fn still_finding(&mut self, state: State, yes: bool) -> Effect {
        if !self.ended.contains(Stage::Find) && !yes {
            return self.reply(Stage::Find, state, false);
        }
        self.answer(Act::Assents, Stage::Find, state)
    }

    /// Goodbye is answered with goodbye.
    fn parting(&mut self, state: State) -> Effect {
        self.reply(Stage::ThankAndClose, state, false);
        self.answer(Act::Leaves, Stage::ThankAndClose, state)
    }

    /// The step that the protocol allows: none that a "no" ended, and none that leaps ahead.
    fn within(&self, toward: Stage, state: State) -> Stage {
        let mut stage = toward;
        if !self.loose {
            let furthest = self.reached.map_or(Stage::Find, Stage::next);
            let on_the_way = !matches!(stage, Stage::Unblend | Stage::ThankAndClose | Stage::Ground);
            if on_the_way && stage > furthest {
                stage = furthest;
            }
            let stays = self.stage == Some(stage) && self.stayed >= STAYS && state == State::Open;
            if stays {
                stage = stage.next();
            }
        }
        while self.ended.contains(stage) && stage != Stage::ThankAndClose {
            stage = stage.next();
        }
        stage
    }

    fn reply(&mut self, stage: Stage, state: State, asks_leave: bool) -> Effect {
        let stays = if self.stage == Some(stage) { self.stayed } else { 0 };
        self.stayed = stays.saturating_add(u8::from(state == State::Open));
        self.stage = Some(stage);
        let on_the_way = !matches!(stage, Stage::Unblend | Stage::ThankAndClose | Stage::Ground);
        if on_the_way && !asks_leave {
            self.reached = Some(self.reached.map_or(stage, |reached| reached.max(stage)));
        }
        Effect::Reply(Wanted { stage, state, asks_leave, act: None })
    }

    /// A reply to what the person does, which asks nothing of the step.
    fn answer(&mut self, act: Act, stage: Stage, state: State) -> Effect {
        self.stage = Some(stage);
        Effect::Reply(Wanted { stage, state, asks_leave: false, act: Some(act) })
    }

    fn leave_room(&mut self) {
        if self.mode == Mode::Grounding {
            self.mode = Mode::Going;
        }
    }

    fn ground(&mut self) -> Vec<Effect> {
        match self.mode {
            Mode::WithHelp => vec![Effect::Say(Saying::GroundWithHelp)],
            // The room is always open, even after the end.
            mode => {
                if mode != Mode::Closed {
                    self.mode = Mode::Grounding;
                }
                vec![self.reply(Stage::Ground, State::Overwhelmed, false)]
            }
        }
    }

    fn pause(&mut self) -> Vec<Effect> {
        match self.mode {
            Mode::WithHelp => vec![Effect::Say(Saying::WithHelp)],
            Mode::Closed => vec![Effect::Say(Saying::Over)],
            _ => {
                self.mode = Mode::Paused;
                vec![Effect::Say(Saying::Paused)]
            }
        }
    }

    fn go_on(&mut self) -> Vec<Effect> {
        match self.mode {
            Mode::Closed => vec![Effect::Say(Saying::Over)],
            Mode::WithHelp if self.suspicion.stands() => self.was_wrong(),
            // After an alarm one comes back through the room.
            Mode::WithHelp => {
                self.mode = Mode::Grounding;
                vec![Effect::Say(Saying::GoOn)]
            }
            _ => {
                self.mode = Mode::Going;
                vec![Effect::Say(Saying::GoOn)]
            }
        }
    }

    /// The person says that there was no danger where only the model had suspected it: the talk goes on
    /// where it was.
    fn was_wrong(&mut self) -> Vec<Effect> {
        self.suspicion = Suspicion::Denied;
        self.mode = Mode::Going;
        vec![Effect::Say(Saying::FalseAlarm)]
    }

    fn stop(&mut self) -> Vec<Effect> {
        match self.mode {
            Mode::Closed => vec![Effect::Say(Saying::Over)],
            Mode::WithHelp => {
                self.mode = Mode::Closed;
                vec![Effect::Say(Saying::EndWithHelp), Effect::Note]
            }
            _ => self.end(State::Open, Act::Works),
        }
    }

    fn end(&mut self, state: State, act: Act) -> Vec<Effect> {
        let reply = if act == Act::Leaves {
            self.parting(state)
        } else {
            self.reply(Stage::ThankAndClose, state, false)
        };
        self.mode = Mode::Closed;
        vec![reply, Effect::Note]
    }
}

#[cfg(test)]
mod tests;
