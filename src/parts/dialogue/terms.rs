//! The words of the protocol: what is heard, what can happen, what is to be done.

use serde::{Deserialize, Serialize};

use crate::parts::act::Act;
use crate::parts::stage::{Role, Stage, State};

/// What the screen found in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Danger {
    /// Nothing that speaks against going on.
    None,
    /// The person says that there is none, in words that suffice where it was only suspected.
    Denied,
    /// The person says, after an alarm below an emergency, that they are safe.
    Passed,
    /// Signs of not being quite here: no work with parts.
    Unmoored,
    /// The model alone suspects it: it leads to help, unless the person has said of an earlier suspicion
    /// that there was no danger and the model is not sure now.
    Suspected {
        /// Whether the model is sure.
        surely: bool,
    },
    /// It leads to help.
    Present,
}

/// What a turn is about, as far as sure rules know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Topic {
    /// The dialogue.
    Work,
    /// There is no word in it.
    NoWords,
    /// It wants the guide to be something else: a doctor, a lover, another program.
    OtherRole,
    /// It is in a language that neither screen nor guide can read.
    Unread,
}

/// What those that protect a vulnerable part have said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leave {
    /// Nobody has said.
    #[default]
    Unknown,
    /// They don't mind.
    Given,
    /// They mind.
    Withheld,
}

/// A turn of the person, screened and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// What the screen found. It is looked at first.
    pub danger: Danger,
    /// What it is about.
    pub topic: Topic,
    /// What it does.
    pub act: Act,
    /// Whether something inside has been named or felt by now.
    pub found: bool,
    /// How the person is.
    pub state: State,
    /// The step that would follow.
    pub toward: Stage,
    /// What it says of the protectors' leave, if anything.
    pub leave: Option<Leave>,
    /// What the part seems to be. For caution only: it is never kept.
    pub seems: Option<Role>,
}

/// What can happen to a dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The person said something.
    Said(Heard),
    /// The person said what the part is.
    IsA(Role),
    /// The person wants to come back to the room.
    Ground,
    /// The person wants to leave it for now.
    Pause,
    /// The person wants to go on; after an alarm, that it is all right to.
    GoOn,
    /// The person wants to talk of a step that they had said no to.
    Open(Stage),
    /// The person wants to end.
    Stop,
}

/// How a dialogue is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Under way.
    #[default]
    Going,
    /// Back in the room for a while.
    Grounding,
    /// Left for now.
    Paused,
    /// Danger was noticed: the talk stays with help.
    WithHelp,
    /// Ended.
    Closed,
}

/// A reply that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// The step it belongs to.
    pub stage: Stage,
    /// The state of the person that it answers.
    pub state: State,
    /// Whether it has to ask the protectors first.
    pub asks_leave: bool,
    /// What the person did, where that is answered and not the step.
    pub act: Option<Act>,
}

/// Fixed things to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saying {
    /// No word was in it.
    NoWords,
    /// What this guide is and is not.
    OtherRole,
    /// It can read English only.
    Unread,
    /// Left for now.
    Paused,
    /// The talk stays with help.
    WithHelp,
    /// The same, where danger was only suspected.
    WithHelpIfNeeded,
    /// There was no danger, as the person says.
    FalseAlarm,
    /// Something to hold on to, while the talk is with help and the person is flooded.
    GroundWithHelp,
    /// The end, while the talk is with help.
    EndWithHelp,
    /// It is over; a new one can begin.
    Over,
    /// Going on after a pause or an alarm.
    GoOn,
}

impl Saying {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::NoWords,
        Self::OtherRole,
        Self::Unread,
        Self::Paused,
        Self::WithHelp,
        Self::WithHelpIfNeeded,
        Self::FalseAlarm,
        Self::GroundWithHelp,
        Self::EndWithHelp,
        Self::Over,
        Self::GoOn,
    ];
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Help takes the place of the reply.
    Escalate,
    /// A reply.
    Reply(Wanted),
    /// A fixed thing to say.
    Say(Saying),
    /// What the person wants to keep of it is asked and written down.
    Note,
}

/// Some of the steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stages(u16);

impl Stages {
    pub(super) fn insert(&mut self, stage: Stage) {
        self.0 |= 1 << stage.index();
    }

    pub(super) fn remove(&mut self, stage: Stage) {
        self.0 &= !(1 << stage.index());
    }

    /// Whether this is one of them.
    #[must_use]
    pub const fn contains(self, stage: Stage) -> bool {
        self.0 & (1 << stage.index()) != 0
    }
}
