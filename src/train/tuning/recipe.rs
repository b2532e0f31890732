//! The recipe of a run: its file, and what of it can be followed.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Disguise, LossWeights, Step};

/// A rank is a multiple of this: the kernels sum so many columns at once.
const PANEL: usize = 16;

/// The recipe of a run, `models/adapters/recipe.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TuneRecipe {
    /// Order of the texts and first values.
    pub seed: u64,
    /// Rank of the adapter.
    pub rank: usize,
    /// First layer that has an adapter, counted from 0.
    pub first_layer: usize,
    /// Layers below the states that the heads read.
    pub depth: usize,
    /// Steps in all.
    pub steps: usize,
    /// Part of the texts that is learnt from, 0–1: less than all for a learning curve.
    #[serde(default = "TuneRecipe::all", skip_serializing_if = "TuneRecipe::is_all")]
    pub share: f64,
    /// What stands in a step.
    pub step: Step,
    /// What is done to its texts.
    pub disguise: Disguise,
    /// How much each loss counts.
    pub weights: LossWeights,
    /// Step size of the adapter at its highest; it rises over `warm_up` steps and falls to 0
    /// linearly.
    pub rate: f64,
    /// The same of the heads.
    pub head_rate: f64,
    /// Share of a weight that a step of size 1 takes away.
    pub decay: f64,
    /// Steps over which the step size rises.
    pub warm_up: usize,
    /// Slopes longer than this together are shortened to it.
    pub clip: f64,
    /// Steps between two measurements on the development part.
    pub measure_every: usize,
}

impl TuneRecipe {
    fn all() -> f64 {
        1.0
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_all(share: &f64) -> bool {
        *share >= 1.0
    }

    /// Says what of it cannot be followed with a network of `layers` layers.
    pub(super) fn check(&self, layers: usize) -> Result<(), String> {
        let Self { disguise, weights, .. } = self;
        let shares =
            [("disguise.noise", disguise.noise), ("disguise.joined", disguise.joined), ("share", self.share)];
        if let Some((name, _)) = shares.iter().find(|(_, share)| !(0.0..=1.0).contains(share)) {
            return Err(format!("{name} is no share from 0 to 1"));
        }
        if self.share <= 0.0 {
            return Err("share is 0: there would be nothing to learn from".to_owned());
        }
        let sizes = [self.rate, self.head_rate, self.decay, self.clip];
        let not_negative = |v: &f64| v.is_finite() && *v >= 0.0;
        if !sizes.iter().chain(&weights.all()).all(not_negative) {
            return Err("a rate or a weight is negative or no number".to_owned());
        }
        if self.rank == 0 || !self.rank.is_multiple_of(PANEL) {
            return Err(format!("the rank must be a multiple of {PANEL}"));
        }
        if self.depth == 0 || self.depth > layers || self.first_layer >= layers {
            return Err(format!("the model has {layers} layers"));
        }
        if self.measure_every == 0 {
            return Err("measure_every is 0".to_owned());
        }
        Ok(())
    }
}

/// Reads a recipe.
///
/// # Errors
/// A sentence that says where the file is wrong.
pub fn read_recipe(path: &Path) -> Result<TuneRecipe, String> {
    let text =
        std::fs::read_to_string(path).map_err(|e| format!("{} can't be read ({e}).", path.display()))?;
    toml::from_str(&text).map_err(|e| format!("{} is no recipe: {}", path.display(), e.message()))
}
