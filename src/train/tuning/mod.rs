//! Fine-tuning: an adapter of low rank learns beside the frozen network, from all texts and all
//! tasks at once. Losses on the states of a middle layer teach it to tell distortions, their
//! words, danger and the states of a parts dialogue; the loss of the words that follow keeps it a
//! language model and teaches it to write reframes and replies. It costs nothing in use, as it
//! is merged into the weights.
//!
//! A step runs on all cores: its texts are dealt out over threads, each of which goes forwards
//! and backwards by itself; the slopes are added in a fixed order. It runs on the processor
//! only: the passes that are not products work on plain slices.

mod adapter;
mod backward;
mod checkpoint;
mod compare;
mod data;
mod losses;
mod measure;
mod network;
mod optimiser;
mod recipe;
mod steps;
mod tasks;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use candle_core::Var;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

use self::adapter::Adapter;
use self::data::{Draws, Example, Maker, Task, Texts};
use self::losses::Moments;
use self::network::Network;
use self::optimiser::{Adam, Rate};
use self::tasks::{Counts, Losses, Tasks, joined};
use crate::corpus::{Corpus, CorpusError, Split, SplitError, Splits};
use crate::distortion::{Catalogue, CatalogueError};
use crate::language::gguf::{Gguf, GgufError};
use crate::language::{ChatError, ChatTemplate, Tokenizer, TokenizerError};
use crate::reframe::{Bank, BankError, Strategies, StrategyError};
use crate::weights::{Checksum, WeightsError};

pub use self::compare::compare;
pub use self::data::{Disguise, Step};
pub use self::measure::Measured;
pub use self::recipe::{TuneRecipe, read_recipe};
pub use self::tasks::LossWeights;

/// What a run needs.
#[derive(Debug, Clone)]
pub struct TuneOptions {
    /// The folder that holds the corpus and its split, `evals/` in the repository.
    pub folder: PathBuf,
    /// The base model's file.
    pub base: PathBuf,
    /// Its checksum.
    pub base_sha256: String,
    /// The name that the adapter gets.
    pub name: String,
    /// The recipe.
    pub recipe: TuneRecipe,
    /// Where the run is kept; it goes on from what lies there.
    pub checkpoint: PathBuf,
    /// Threads to learn on.
    pub threads: usize,
}

/// What came of a run.
pub struct Tuned {
    /// The adapter: safetensors in half precision.
    pub adapter: Vec<u8>,
    /// Every measurement, with its step.
    pub measured: Vec<(usize, Measured)>,
    /// Steps that were made, here and before.
    pub steps: usize,
}

/// Why tuning failed.
#[derive(Debug, thiserror::Error)]
pub enum TuneError {
    /// An architecture whose backward pass is not known.
    #[error("Models of the architecture {0} cannot be tuned here. Take a llama or qwen2 model.")]
    Architecture(String),
    /// The corpus.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// Its split.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// The catalogue of distortions.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The strategies.
    #[error(transparent)]
    Strategies(#[from] StrategyError),
    /// The bank of reframes.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// The base model.
    #[error(transparent)]
    Model(#[from] GgufError),
    /// Its tokenizer.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// Its chat template.
    #[error(transparent)]
    Chat(#[from] ChatError),
    /// A prompt.
    #[error("A prompt cannot be put together ({0}). Correct the template.")]
    Prompt(#[from] minijinja::Error),
    /// The computation.
    #[error("The computation failed ({0}). Try again with a smaller step.")]
    Compute(#[from] candle_core::Error),
    /// A file of tensors.
    #[error("The checkpoint cannot be read or written ({0}). Remove it to begin anew.")]
    Tensors(#[from] safetensors::SafeTensorError),
    /// A recipe that cannot be followed.
    #[error("The recipe cannot be followed: {0}. Correct it.")]
    Recipe(String),
    /// A merged model of another shape than the base.
    #[error("{} was not made of the model that was tuned. Name a file that `evenkeel models merge` wrote.", .0.display())]
    OtherModel(PathBuf),
    /// A checkpoint of another recipe, model or corpus.
    #[error("{} belongs to another recipe, model or corpus. Remove it or name another with --checkpoint.", .0.display())]
    OtherRun(PathBuf),
    /// No checkpoint where one is needed.
    #[error("There is no run at {}. `evenkeel train adapter --checkpoint …` makes one.", .0.display())]
    NoRun(PathBuf),
    /// The checkpoint could not be written.
    #[error(transparent)]
    Write(#[from] Box<WeightsError>),
    /// A file.
    #[error("{} can't be read ({source}). Check the path.", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A thread died.
    #[error("The work stopped unexpectedly. Run the command again; it goes on from the last checkpoint.")]
    Stopped,
}

/// Texts whose states tell the mean and deviation of each column before anything is learnt.
const TEXTS_FOR_MOMENTS: usize = 96;
/// Steps between two reports.
const REPORT_EVERY: usize = 10;
/// Steps between two checkpoints: what a power cut may cost.
const SAVE_EVERY: usize = 50;

/// Tunes a model. `say` is told how far it is; when `stop` says so the run ends after the step
/// under way, its checkpoint written.
///
/// # Errors
/// [`TuneError`].
pub fn tune(
    options: &TuneOptions,
    say: &(dyn Fn(&str) + Sync),
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Tuned, TuneError> {
    let recipe = &options.recipe;
    let corpus = Corpus::read(&options.folder.join("corpus"))?;
    let splits = Splits::read(&options.folder.join("split.json"))?;
    let bank = Bank::embedded()?;
    let texts = Texts::of(&corpus, &bank, &splits, Split::Train).part(recipe.share);
    let (maker, mut learner) = begin(options, &texts)?;
    let development = measure::Development::new(&Texts::of(&corpus, &bank, &splits, Split::Dev), &maker)?;
    let mut adam = Adam::new(learner.parameters.iter().map(|(_, var)| var.elem_count()));

    let mut measured = Vec::new();
    if let Some(notes) = learner.take_up(options, &mut adam)? {
        adam.steps = notes.get("steps").and_then(|s| s.parse().ok()).unwrap_or(0);
        measured = notes.get("measured").and_then(|m| serde_json::from_str(m).ok()).unwrap_or_default();
        say(&format!("going on after step {}", adam.steps));
    }
    let fingerprint = learner.fingerprint.clone();
    let mut draws = Draws::new(&texts, recipe.seed);
    for _ in 0..adam.steps {
        draws.step(&texts, &maker, recipe.step, recipe.disguise)?;
    }

    let notes = |adam: &Adam, measured: &[(usize, Measured)]| {
        HashMap::from([
            ("recipe".to_owned(), fingerprint.clone()),
            ("steps".to_owned(), adam.steps.to_string()),
            ("measured".to_owned(), serde_json::to_string(measured).unwrap_or_default()),
        ])
    };
    let (mut since, mut tokens, mut sum, mut seen) = (Instant::now(), 0, Losses::default(), 0_usize);
    while (adam.steps as usize) < recipe.steps && !stop() {
        let examples = draws.step(&texts, &maker, recipe.step, recipe.disguise)?;
        let (slopes, losses) = learner.slopes(&examples)?;
        let share = schedule(adam.steps as usize, recipe);
        let rates: Vec<(&Var, Rate)> = learner
            .parameters
            .iter()
            .map(|(name, var)| {
                let step = if name.starts_with("head") { recipe.head_rate } else { recipe.rate };
                (var, Rate { step: step * share, decay: recipe.decay })
            })
            .collect();
        let length = adam.step(&rates, &slopes, recipe.clip)?;
        learner.adapter.pack()?;
        tokens += examples.iter().map(|e| e.tokens.len()).sum::<usize>();
        sum += losses;
        seen += 1;
        let steps = adam.steps as usize;
        if steps.is_multiple_of(REPORT_EVERY) {
            let speed = tokens as f64 / since.elapsed().as_secs_f64();
            let left = (recipe.steps - steps) as f64 * since.elapsed().as_secs_f64() / seen as f64 / 60.0;
            say(&format!(
                "step {steps} of {}: {} · slope {length:.2} · {speed:.0} tokens/s · {left:.0} min left",
                recipe.steps,
                sum.mean_of(seen)
            ));
            (since, tokens, sum, seen) = (Instant::now(), 0, Losses::default(), 0);
        }
        if steps.is_multiple_of(SAVE_EVERY) {
            checkpoint::save(&options.checkpoint, &learner.parameters, &adam, notes(&adam, &measured))?;
        }
        if steps.is_multiple_of(recipe.measure_every) || steps == recipe.steps {
            let now = development.measure(&learner)?;
            say(&format!("measured at step {steps}: {now}"));
            measured.push((steps, now));
            checkpoint::save(&options.checkpoint, &learner.parameters, &adam, notes(&adam, &measured))?;
            since = Instant::now();
            (tokens, sum, seen) = (0, Losses::default(), 0);
        }
    }
    checkpoint::save(&options.checkpoint, &learner.parameters, &adam, notes(&adam, &measured))?;
    let notes = HashMap::from([
        ("name".to_owned(), options.name.clone()),
        ("base_sha256".to_owned(), options.base_sha256.clone()),
        ("rank".to_owned(), recipe.rank.to_string()),
        ("seed".to_owned(), recipe.seed.to_string()),
        ("depth".to_owned(), recipe.depth.to_string()),
        ("steps".to_owned(), adam.steps.to_string()),
    ]);
    let own: Vec<(String, Var)> = learner.adapter.named().collect();
    Ok(Tuned { adapter: checkpoint::adapter(&own, notes)?, measured, steps: adam.steps as usize })
}

/// The expanded base model with an adapter and heads that have learnt nothing yet.
fn begin(options: &TuneOptions, texts: &Texts<'_>) -> Result<(Maker, Learner), TuneError> {
    let recipe = &options.recipe;
    let bytes = read(&options.base)?;
    let network = Network::expand(&bytes)?;
    recipe.check(network.depth()).map_err(TuneError::Recipe)?;
    let maker = maker(&bytes)?;
    drop(bytes);
    let mut rng = ChaCha8Rng::seed_from_u64(recipe.seed);
    let adapter = Adapter::new(&network, recipe.first_layer, recipe.rank, &mut rng)?;
    let moments = moments(&network, &adapter, recipe.depth, texts, &maker)?;
    let tasks = Tasks::new(network.width, recipe.depth, moments, recipe.weights)?;
    let parameters = adapter.named().chain(tasks.named()).collect();
    let fingerprint = fingerprint(options, texts);
    Ok((maker, Learner { network, adapter, tasks, parameters, fingerprint, threads: options.threads }))
}

fn read(path: &Path) -> Result<Vec<u8>, TuneError> {
    std::fs::read(path).map_err(|source| TuneError::File { path: path.to_owned(), source })
}

fn maker(bytes: &[u8]) -> Result<Maker, TuneError> {
    let gguf = Gguf::parse(bytes)?;
    let tokenizer = Tokenizer::from_gguf(&gguf)?;
    let chat = ChatTemplate::from_gguf(&gguf, &tokenizer)?;
    Ok(Maker { tokenizer, chat, catalogue: Catalogue::embedded()?, strategies: Strategies::embedded()? })
}

/// What a checkpoint must agree with: the base, the recipe and the texts that are learnt from.
fn fingerprint(options: &TuneOptions, texts: &Texts<'_>) -> String {
    let mut sum = Sha256::new();
    for text in texts.all() {
        sum.update(text);
        sum.update([0]);
    }
    let sum = Checksum::from_bytes(sum.finalize().into());
    let recipe = serde_json::to_string(&options.recipe).unwrap_or_default();
    format!("{} {recipe} {sum}", options.base_sha256)
}

fn schedule(step: usize, recipe: &TuneRecipe) -> f64 {
    let rise = (step + 1) as f64 / recipe.warm_up.max(1) as f64;
    let fall = (recipe.steps - step) as f64 / (recipe.steps - recipe.warm_up.min(recipe.steps - 1)) as f64;
    rise.min(fall).min(1.0)
}

/// Mean and deviation of the states before anything is learnt, without first tokens.
fn moments(
    network: &Network,
    adapter: &Adapter,
    depth: usize,
    texts: &Texts<'_>,
    maker: &Maker,
) -> Result<Moments, TuneError> {
    let (mut sum, mut squares, mut rows) = (vec![0.0_f64; network.width], vec![0.0_f64; network.width], 0.0);
    let thoughts = texts.thoughts.iter().step_by((texts.thoughts.len() / TEXTS_FOR_MOMENTS).max(1));
    for thought in thoughts {
        let examples = maker.thought(thought, false)?;
        let (tokens, ranges) = joined(&examples.iter().collect::<Vec<_>>());
        let x = network.run(network.embed(&tokens)?, &ranges, 0..depth, adapter)?;
        for row in steps::values(&x)?.chunks_exact(network.width).skip(1) {
            for ((s, q), v) in sum.iter_mut().zip(&mut squares).zip(row) {
                *s += f64::from(*v);
                *q += f64::from(*v) * f64::from(*v);
            }
            rows += 1.0;
        }
    }
    let (mean, scale) = sum
        .iter()
        .zip(&squares)
        .map(|(s, q)| {
            let mean = s / rows;
            (mean as f32, (1.0 / ((q / rows - mean * mean).max(0.0).sqrt() + 1e-6)) as f32)
        })
        .unzip();
    Ok(Moments { mean, scale })
}

/// What learns, and on how many threads.
struct Learner {
    network: Network,
    adapter: Adapter,
    tasks: Tasks,
    parameters: Vec<(String, Var)>,
    fingerprint: String,
    threads: usize,
}

impl Learner {
    /// Takes up what was learnt before; gives what was noted of it, `None` if there is nothing.
    fn take_up(
        &mut self,
        options: &TuneOptions,
        adam: &mut Adam,
    ) -> Result<Option<HashMap<String, String>>, TuneError> {
        let Some(notes) = checkpoint::load(&options.checkpoint, &self.parameters, adam)? else {
            return Ok(None);
        };
        if notes.get("recipe") != Some(&self.fingerprint) {
            return Err(TuneError::OtherRun(options.checkpoint.clone()));
        }
        self.adapter.pack()?;
        Ok(Some(notes))
    }

    /// Slopes of the loss of a step for every parameter.
    fn slopes(&self, examples: &[Example]) -> Result<(Vec<Vec<f32>>, Losses), TuneError> {
        let counts = Counts::of(examples);
        let parts = self.over_threads(examples, |part| {
            let (loss, losses) = self.tasks.loss(&self.network, &self.adapter, part, counts)?;
            let slopes = loss.backward()?;
            let slopes = self
                .parameters
                .iter()
                .map(|(_, var)| match slopes.get(var.as_tensor()) {
                    Some(slope) => steps::values(slope),
                    None => Ok(vec![0.0; var.elem_count()]),
                })
                .collect::<candle_core::Result<Vec<_>>>()?;
            Ok((slopes, losses))
        })?;
        let mut parts = parts.into_iter();
        let Some((mut slopes, mut losses)) = parts.next() else { return Err(TuneError::Stopped) };
        for (more, further) in parts {
            losses += further;
            for (sum, slope) in slopes.iter_mut().zip(&more) {
                sum.iter_mut().zip(slope).for_each(|(s, m)| *s += m);
            }
        }
        Ok((slopes, losses))
    }

    /// Deals texts out over the threads, as many tokens to each, and does some work on each part.
    fn over_threads<'e, T: Send>(
        &self,
        examples: &'e [Example],
        work: impl Fn(&[&'e Example]) -> Result<T, TuneError> + Sync,
    ) -> Result<Vec<T>, TuneError> {
        let mut parts: Vec<(usize, Vec<&Example>)> = vec![(0, Vec::new()); self.threads.max(1)];
        let mut ordered: Vec<&Example> = examples.iter().collect();
        ordered.sort_by_key(|e| std::cmp::Reverse(weight(e)));
        for example in ordered {
            if let Some(part) = parts.iter_mut().min_by_key(|p| p.0) {
                part.0 += weight(example);
                part.1.push(example);
            }
        }
        parts.retain(|p| !p.1.is_empty());
        // Candle's products use the pool of threads they are called in: here each has one thread.
        std::thread::scope(|scope| {
            let work = &work;
            let running: Vec<_> = parts
                .into_iter()
                .map(|(_, part)| {
                    scope.spawn(move || {
                        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
                        pool.map_err(|_| TuneError::Stopped)?.install(|| work(&part))
                    })
                })
                .collect();
            running.into_iter().map(|r| r.join().map_err(|_| TuneError::Stopped)?).collect()
        })
    }
}

/// About how much work a text is.
fn weight(example: &Example) -> usize {
    let through = if matches!(example.task, Task::Write { .. }) { 3 } else { 2 };
    example.tokens.len() * through
}
