//! Balanced thoughts for an entry: chosen from the bank of hand-written ones, fitted to the
//! person's words, and written by the model only where that was asked for. Every text passes
//! the checks before anyone sees it. This room knows nothing of HTTP or SQL.

mod bank;
mod checks;
mod choose;
mod generate;
mod slot;
mod strategy;

use serde::Serialize;

pub use bank::{AboutTag, Bank, BankError, BankLine, Kind};
pub use checks::{Checks, Reframing};
pub use choose::{ABOUT_HEAD, BANK_CENTRE, BANK_ROWS, BANK_STATES, baseline_prompt, line_key};
pub use strategy::{Strategies, Strategy, StrategyEntry, StrategyError};

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
}

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
pub struct Wanted {
    /// How many reframes.
    pub count: usize,
    /// Breaks ties and seeds generation.
    pub seed: u64,
    /// Whether the model may write.
    pub generate: bool,
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
    wanted: Wanted,
    each: &(dyn Fn(&Reframing) + Send + Sync),
) -> Result<Vec<Reframing>, LanguageError> {
    let mut shown = choose::choose(material, library, rules, session, wanted, each).await?;
    if wanted.generate && !material.recognition.found.is_empty() {
        let written =
            generate::generate(material, library, catalogue, rules, session, wanted, &shown).await?;
        written.iter().for_each(each);
        shown.extend(written);
    }
    Ok(shown)
}
