//! Balanced thoughts for an entry: chosen from the bank of hand-written ones, fitted to the
//! person's words, and written by the model only where that was asked for. Every text passes
//! the checks before anyone sees it. This room knows nothing of HTTP or SQL.

mod affinity;
mod bank;
mod checks;
mod choose;
mod fit;
mod generate;
mod personal;
mod slot;
mod strategy;
mod writer;

use serde::Serialize;

pub(crate) use affinity::log_odds as affinity_log_odds;
pub use affinity::{AFFINITY_ENTRY, AFFINITY_LINES, AFFINITY_OUT, AFFINITY_ROWS, line_key};
pub use bank::{AboutTag, Bank, BankError, BankLine, Kind};
pub use checks::{Checks, Reframing};
pub use choose::ABOUT_HEAD;
pub use fit::{FIT_HEAD, FIT_STEPS, Fitness};
pub(crate) use fit::{FitReader, features};
pub use personal::{Effect, Leaning, Personal, Said, Shown, Tally, Verdict};
pub(crate) use slot::quotable;
pub use strategy::{Strategies, Strategy, StrategyEntry, StrategyError};
pub use writer::{Writer, WriterTrouble};

use crate::crisis::{ClearedEntry, RuleSet};
use crate::distortion::{Catalogue, Recognition};
use crate::heads::{Heads, Reading};
use crate::language::{LanguageError, Session};

/// Where a reframe comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The bank of hand-written reframes.
    Bank,
    /// Written by the model.
    Written,
    /// Written by another engine that the owner of this machine named.
    Writer,
}

/// What stands between an entry and a line when the model judges whether the line fits it.
pub const BETWEEN: &str = "\n\n";

/// What choosing and checking need to know by heart.
pub struct Library {
    /// Hand-written reframes.
    pub bank: Bank,
    /// What a reframe must not hold.
    pub checks: Checks,
    /// The strategies and their names.
    pub strategies: Strategies,
}

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// How many reframes.
    pub count: usize,
    /// Breaks ties and seeds generation.
    pub seed: u64,
    /// Whether the model may write.
    pub generate: bool,
    /// Another engine that writes in its place.
    pub writer: Option<&'a dyn Writer>,
    /// What follows for this person from what they were shown and said before.
    pub personal: &'a Personal,
}

/// What is offered.
pub struct Suggested {
    /// Reframes, the best first.
    pub reframes: Vec<Reframing>,
    /// What the person's history did to them.
    pub effect: Effect,
    /// Why the other engine that was to write did not.
    pub trouble: Option<WriterTrouble>,
}

/// Everything known of an entry by now.
pub struct Material<'a> {
    /// The entry, screened and clear.
    pub entry: &'a ClearedEntry<'a>,
    /// What was recognised in it.
    pub recognition: &'a Recognition,
    /// Heads and the model's reading, if this model has heads.
    pub read: Option<(&'a Heads, &'a Reading)>,
}

/// Offers reframes, the best first, each of another strategy; `each` is called with every one
/// as soon as it is whole and checked. Without a recognised distortion it offers one validation.
///
/// # Errors
/// [`LanguageError`] if the model fails.
pub async fn suggest(
    material: &Material<'_>,
    library: &Library,
    catalogue: &Catalogue,
    rules: &RuleSet,
    session: &Session,
    wanted: Wanted<'_>,
    each: &(dyn Fn(&Reframing) + Send + Sync),
) -> Result<Suggested, LanguageError> {
    let (mut reframes, effect) = choose::choose(material, library, rules, session, wanted, each).await?;
    let mut trouble = None;
    if wanted.generate && !material.recognition.found.is_empty() {
        let written = generate::generate(material, library, catalogue, rules, session, wanted, &reframes);
        match written.await? {
            Ok(written) => {
                written.iter().for_each(each);
                reframes.extend(written);
            }
            Err(error) => trouble = Some(error),
        }
    }
    Ok(Suggested { reframes, effect, trouble })
}
