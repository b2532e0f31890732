//! `evenkeel train`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::args::{Global, OnlyArg, TrainCommand, TuneArgs};
use super::error::CliError;
use super::setup;
use crate::train::{
    JudgedOn, TrainOptions, TuneOptions, compare, read_recipe, train_heads, train_parts, tune,
};
use crate::weights::{Registry, write_whole};

/// Of the adapter that the recipe makes; rises with every one that is shipped.
const VERSION: u32 = 3;

/// Whether a run of tuning is under way, which writes its checkpoint before it ends.
static TUNING: AtomicBool = AtomicBool::new(false);

pub(super) fn is_tuning() -> bool {
    TUNING.load(Ordering::Relaxed)
}

pub(super) async fn run(global: &Global, command: TrainCommand) -> Result<(), CliError> {
    match command {
        TrainCommand::Adapter { run, output } => {
            let options = tune_options(global, run).await?;
            adapter(global, options, output).await
        }
        TrainCommand::Compare { run, merged } => {
            let options = tune_options(global, run).await?;
            setup::blocking(move || {
                let say = |line: &str| {
                    let _ = writeln!(std::io::stdout(), "{line}");
                };
                compare(&options, &merged, &say)?;
                Ok(())
            })
            .await
        }
        TrainCommand::Heads { output, corpus, seed, tuned, only } => {
            let judged_on = if tuned { JudgedOn::Development } else { JudgedOn::Folds };
            heads(global, output, (corpus, seed, judged_on), only).await
        }
    }
}

async fn tune_options(global: &Global, run: TuneArgs) -> Result<TuneOptions, CliError> {
    let TuneArgs { base, recipe, checkpoint, corpus } = run;
    let recipe = read_recipe(&recipe).map_err(CliError::Usage)?;
    let cache = setup::cache(global)?;
    let registry = Registry::load(cache.folder())?;
    let spec = setup::tuned_from(&registry, base.as_ref())?.clone();
    let name = format!("{}-evenkeel-{VERSION}", spec.name);
    Ok(TuneOptions {
        folder: corpus,
        base: setup::pull(global, &cache, &spec).await?,
        base_sha256: spec.sha256.to_string(),
        recipe,
        checkpoint: checkpoint
            .unwrap_or_else(|| cache.folder().join("training").join(format!("{name}.safetensors"))),
        threads: global
            .threads
            .map(usize::from)
            .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
            .unwrap_or(1),
        name,
    })
}

async fn adapter(global: &Global, options: TuneOptions, output: Option<PathBuf>) -> Result<(), CliError> {
    let path =
        output.unwrap_or_else(|| Path::new("models/adapters").join(format!("{}.safetensors", options.name)));
    let quiet = global.quiet;
    TUNING.store(true, Ordering::Relaxed);
    let tuned = setup::blocking(move || {
        let say = |line: &str| {
            if !quiet {
                let _ = writeln!(std::io::stderr(), "{line}");
            }
        };
        Ok(tune(&options, &say, &|| setup::cancel().is_cancelled())?)
    })
    .await;
    TUNING.store(false, Ordering::Relaxed);
    write_whole(&path, &tuned?.adapter)?;
    writeln!(std::io::stdout(), "{}", path.display())?;
    Ok(())
}

async fn heads(
    global: &Global,
    output: Option<PathBuf>,
    (corpus, seed, judged_on): (PathBuf, u64, JudgedOn),
    only: Option<OnlyArg>,
) -> Result<(), CliError> {
    let model = setup::local_model(global).await?;
    let engine = setup::engine(global, &model.path)?;
    engine.ready().await.map_err(CliError::Failed)?;
    let session = engine.session().await?;
    let options = TrainOptions {
        folder: corpus,
        seed,
        name: model.name.clone(),
        model_sha256: model.sha256.clone(),
        judged_on,
    };
    let quiet = global.quiet;
    let say = |line: &str| {
        if !quiet {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    };
    let path = match output {
        Some(path) => path,
        None => setup::own_heads(&setup::cache(global)?, &model.sha256),
    };
    let trained = match only {
        None => train_heads(&session, &options, &say).await?,
        Some(OnlyArg::Parts) => {
            let read = |path: &Path| {
                std::fs::read(path).map_err(|source| CliError::File {
                    what: format!("{} could not be read; train all heads first", path.display()),
                    source,
                })
            };
            let (file, card) = (read(&path)?, read(&path.with_extension("md"))?);
            let card = String::from_utf8_lossy(&card);
            train_parts(&session, &options, (&file, &card), &say).await?
        }
    };
    write_whole(&path, &trained.file)?;
    std::fs::write(path.with_extension("md"), &trained.card)?;
    writeln!(std::io::stdout(), "{}", path.display())?;
    Ok(())
}
