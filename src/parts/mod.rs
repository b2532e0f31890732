//! The dialogue with a part of oneself, after Internal Family Systems: the guide keeps the place, the
//! person is free to feel.
//!
//! The protocol is a pure state machine ([`Dialogue`]). What it hears is screened for danger first
//! (the `crisis` room), then read: a few sure rules ([`Rules`]) and trained heads ([`Noticed`]) tell
//! how the person is and what would follow. What it says is chosen from hand-written replies
//! ([`candidates`]) that passed the checks ([`Checks`]); in danger it says nothing of its own. What is
//! known of a part is what the person said and confirmed ([`PartNotes`]).
//!
//! This room knows nothing of HTTP, SQL or the terminal.

mod act;
mod bank;
mod checks;
mod choose;
mod dialogue;
mod fit;
mod map;
mod memory;
mod noticing;
mod rules;
mod stage;
mod words;

pub use act::Act;
pub use bank::{ForRole, Line, Occasion, Replies, RepliesError};
pub use checks::{Checks, Refusal, opener};
pub use choose::{Candidate, Moment, candidates, seed_of};
pub use dialogue::{Danger, Dialogue, Effect, Event, Heard, Leave, Mode, Saying, Stages, Topic, Wanted};
pub(crate) use fit::{Alone, ReplyReader, ReplySeen, TURNS, conversation, see_replies};
pub use fit::{REPLY_HEAD, REPLY_STEPS, ReplyFitness};
pub use map::{dot, svg};
pub use memory::{Field, PartNotes, Tie};
pub use noticing::{
    ACT_HEAD, ASKED_HEAD, DANGER_HEAD, FOUND_HEAD, Noticed, ROLE_HEAD, Reading, STAGE_HEAD, STATE_HEAD,
    STATE_THRESHOLDS,
};
pub(crate) use noticing::{Noticing, WAY, asked, features, talk, way};
pub use rules::Rules;
pub use stage::{Role, Speaker, Stage, State, Turn};
pub use words::{part_name, quotable, takes_up};

/// Rules, replies and checks, ready for use.
pub struct Guide {
    /// What a turn surely says.
    pub rules: Rules,
    /// What can be said.
    pub replies: Replies,
    /// What a reply must pass.
    pub checks: Checks,
}

impl Guide {
    /// The content that the program carries.
    ///
    /// # Errors
    /// [`RepliesError`] if a content file was edited and does not hold together.
    pub fn embedded() -> Result<Self, RepliesError> {
        Ok(Self { rules: Rules::embedded()?, replies: Replies::embedded()?, checks: Checks::embedded()? })
    }
}
