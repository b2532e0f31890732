//! What merging and requantising keep of what was learnt: the figures of a run, and those of the
//! models that were made of it, under the same heads.

use std::path::PathBuf;

use super::adapter::Adapter;
use super::data::Texts;
use super::network::Network;
use super::optimiser::Adam;
use super::{Measured, TuneError, TuneOptions, begin, measure, read};
use crate::corpus::{Corpus, Split, Splits};
use crate::reframe::Bank;

/// Measures the run of `options` as it lies in its checkpoint, then each of the `merged` models.
///
/// # Errors
/// [`TuneError::NoRun`] if there is no checkpoint, else as [`super::tune`].
pub fn compare(
    options: &TuneOptions,
    merged: &[PathBuf],
    say: &dyn Fn(&str),
) -> Result<Vec<Measured>, TuneError> {
    let corpus = Corpus::read(&options.folder.join("corpus"))?;
    let splits = Splits::read(&options.folder.join("split.json"))?;
    let bank = Bank::embedded()?;
    let (maker, mut learner) =
        begin(options, &Texts::of(&corpus, &bank, &splits, Split::Train).part(options.recipe.share))?;
    let development = measure::Development::new(&Texts::of(&corpus, &bank, &splits, Split::Dev), &maker)?;
    let mut adam = Adam::new(learner.parameters.iter().map(|(_, var)| var.elem_count()));
    let Some(notes) = learner.take_up(options, &mut adam)? else {
        return Err(TuneError::NoRun(options.checkpoint.clone()));
    };
    let steps = notes.get("steps").map_or("?", String::as_str);
    let mut all = vec![development.measure(&learner)?];
    say(&format!("before merging, {} steps: {}", steps, all[0]));
    learner.adapter = Adapter::none();
    for file in merged {
        let network = Network::expand(&read(file)?)?;
        if !network.is_like(&learner.network) {
            return Err(TuneError::OtherModel(file.clone()));
        }
        learner.network = network;
        let measured = development.measure(&learner)?;
        say(&format!("{}: {measured}", file.display()));
        all.push(measured);
    }
    Ok(all)
}
