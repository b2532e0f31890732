//! From the options to a working assistant: the model found, fetched on first use after saying
//! so, loaded, and joined with the heads that were trained on it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::args::Global;
use super::error::CliError;
use super::progress::{Shown, megabytes};
use crate::assistant::{Assistant, ModelBody};
use crate::crisis::Date;
use crate::disk;
use crate::heads::Heads;
use crate::journal::{Door, PlanKeeper, SystemClock};
use crate::language::{Engine, LoadOptions};
use crate::weights::{
    Cancel, ModelCache, ModelRef, ModelSpec, ModelStatus, Registry, WeightsError, sha256_of,
};
use crate::writer::{ChatEngine, WriterAddress};

/// Version of the prompts; rises when one is changed.
const PROMPTS: &str = "1";

/// The one token by which work on other threads learns of Ctrl-C.
pub(super) fn cancel() -> &'static Cancel {
    static CANCEL: OnceLock<Cancel> = OnceLock::new();
    CANCEL.get_or_init(Cancel::new)
}

/// A model file that is here.
pub(super) struct LocalModel {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) sha256: String,
    /// The adapter that was merged into it, if one was.
    pub(super) adapter: Option<String>,
}

impl LocalModel {
    /// A model of the registry whose file is here.
    pub(super) fn of(spec: &ModelSpec, path: PathBuf) -> Self {
        Self {
            path,
            name: spec.name.to_string(),
            sha256: spec.sha256.to_string(),
            adapter: spec.recipe().map(|recipe| recipe.adapter.to_string()),
        }
    }
}

pub(super) fn cache(global: &Global) -> Result<ModelCache, CliError> {
    Ok(ModelCache::locate(global.models_dir.clone())?.offline(global.offline))
}

/// The model that the options name, or the default one.
pub(super) fn named_model<'a>(
    registry: &'a Registry,
    name: Option<&crate::weights::ModelName>,
) -> Result<&'a ModelSpec, CliError> {
    Ok(match name {
        Some(name) => registry.find(name)?,
        None => registry.default_model()?,
    })
}

/// The named model, or the one that the default model was tuned from.
pub(super) fn tuned_from<'a>(
    registry: &'a Registry,
    name: Option<&crate::weights::ModelName>,
) -> Result<&'a ModelSpec, CliError> {
    let spec = named_model(registry, name)?;
    Ok(match spec.recipe().filter(|_| name.is_none()) {
        Some(recipe) => registry.find(&recipe.base)?,
        None => spec,
    })
}

/// Finds the model; fetches it first if it is not here, after saying so.
pub(super) async fn local_model(global: &Global) -> Result<LocalModel, CliError> {
    let cache = cache(global)?;
    match &global.model {
        Some(ModelRef::Path(path)) => {
            let path = path.clone();
            let file = path.clone();
            let sum = blocking(move || Ok(sha256_of(&file, &(), cancel())?)).await?;
            let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            Ok(LocalModel { path, name, sha256: sum.to_string(), adapter: None })
        }
        named => {
            let name = match named {
                Some(ModelRef::Named(name)) => Some(name.clone()),
                _ => None,
            };
            let registry = Registry::load(cache.folder())?;
            let spec = named_model(&registry, name.as_ref())?.clone();
            let path = pull(global, &cache, &spec).await?;
            Ok(LocalModel::of(&spec, path))
        }
    }
}

/// Makes sure a model of the registry is here.
pub(super) async fn pull(global: &Global, cache: &ModelCache, spec: &ModelSpec) -> Result<PathBuf, CliError> {
    let here = is_here(cache, spec)?;
    if !here {
        announce(global, cache, spec)?;
    }
    let (cache, spec) = (cache.clone(), spec.clone());
    let shown = Shown::new(global.quiet || here);
    blocking(move || {
        let path = cache.pull(&spec, &shown, cancel());
        shown.finish();
        Ok(path?)
    })
    .await
}

/// Says that a model is not here, and how it will be had.
pub(super) fn announce(global: &Global, cache: &ModelCache, spec: &ModelSpec) -> Result<(), CliError> {
    if global.quiet {
        return Ok(());
    }
    let registry = Registry::load(cache.folder())?;
    let base = spec.recipe().map(|recipe| registry.find(&recipe.base)).transpose()?;
    let fetched = base.unwrap_or(spec);
    let size = megabytes(fetched.bytes);
    if base.is_some() && is_here(cache, fetched)? {
        writeln!(
            std::io::stderr(),
            "The model is not here yet. It will be made once from {}, which is here.",
            fetched.name
        )?;
    } else if !global.offline {
        writeln!(
            std::io::stderr(),
            "The model ({size}) is not here yet. It will be fetched once; after that nothing leaves this machine."
        )?;
    }
    Ok(())
}

/// Runs work that blocks on a thread where it may.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CliError> + Send + 'static,
) -> Result<T, CliError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => match done {
            Err(CliError::Weights(WeightsError::Cancelled)) => Err(CliError::Interrupted),
            other => other,
        },
        Err(_) => Err(CliError::Failed("The work stopped unexpectedly. Try again.".into())),
    }
}

/// Whether the model that the options name is on this machine, ready for use.
pub(super) fn model_is_here(global: &Global) -> Result<bool, CliError> {
    let name = match &global.model {
        Some(ModelRef::Path(path)) => return Ok(path.is_file()),
        Some(ModelRef::Named(name)) => Some(name),
        None => None,
    };
    let cache = cache(global)?;
    let registry = Registry::load(cache.folder())?;
    is_here(&cache, named_model(&registry, name)?)
}

/// Whether a model of the registry is on this machine, ready for use.
fn is_here(cache: &ModelCache, spec: &ModelSpec) -> Result<bool, CliError> {
    Ok(matches!(cache.status(spec)?, ModelStatus::Present | ModelStatus::Unverified))
}

/// An assistant that works by rules alone.
pub(super) fn rules_only() -> Result<Assistant, CliError> {
    Ok(Assistant::rules_only(today())?)
}

/// An assistant with the model that the named one was tuned from; `None` if it was not tuned, or
/// its base is not here or has no heads to compare with.
pub(super) async fn base_assistant(global: &Global) -> Result<Option<Assistant>, CliError> {
    let name = match &global.model {
        Some(ModelRef::Path(_)) => return Ok(None),
        Some(ModelRef::Named(name)) => Some(name.clone()),
        None => None,
    };
    let registry = Registry::load(cache(global)?.folder())?;
    let Some(recipe) = named_model(&registry, name.as_ref())?.recipe() else { return Ok(None) };
    let base = registry.find(&recipe.base)?;
    if !is_here(&cache(global)?, base)? || heads(global, &base.sha256.to_string())?.is_none() {
        return Ok(None);
    }
    let of_base = Global { model: Some(ModelRef::Named(recipe.base.clone())), ..global.clone() };
    Ok(Some(assistant(&of_base).await?))
}

/// An assistant with its model loading or loaded.
pub(super) async fn assistant(global: &Global) -> Result<Assistant, CliError> {
    let assistant = rules_only()?;
    let Parts { engine, heads, body } = parts(global, local_model(global).await?)?;
    Ok(assistant.with_model(engine, heads, body))
}

/// What a model is to an assistant.
pub(super) struct Parts {
    pub(super) engine: Engine,
    pub(super) heads: Option<Heads>,
    pub(super) body: ModelBody,
}

/// Starts a model that is here.
pub(super) fn parts(global: &Global, model: LocalModel) -> Result<Parts, CliError> {
    let engine = engine(global, &model.path)?;
    let heads = heads(global, &model.sha256)?;
    let body = ModelBody {
        name: model.name,
        sha256: model.sha256,
        adapter: model.adapter,
        heads: heads.as_ref().map(|h| h.note("name").unwrap_or("unnamed").to_owned()),
        prompt: PROMPTS.to_owned(),
    };
    if heads.is_none() {
        tracing::warn!(
            "No heads were trained for this model: it is asked about each distortion instead, which is slow and not calibrated. `evenkeel train heads --model …` trains them."
        );
    }
    Ok(Parts { engine, heads, body })
}

/// The same assistant with the engine that its owner named to write, after saying what that means.
pub(super) fn with_writer(
    global: &Global,
    assistant: Assistant,
    address: Option<WriterAddress>,
) -> Result<Assistant, CliError> {
    let Some(address) = address else { return Ok(assistant) };
    if !global.quiet {
        writeln!(
            std::io::stderr(),
            "Texts that may be reframed also go to the engine at {address}, outside this program."
        )?;
    }
    Ok(assistant.with_writer(ChatEngine::at(address)))
}

pub(super) fn engine(global: &Global, path: &Path) -> Result<Engine, CliError> {
    let options = LoadOptions { threads: global.threads.map(usize::from), at_most: global.instructions };
    Ok(Engine::start(path, options)?)
}

/// Heads for exactly this model: one's own first, then those that the program carries.
pub(super) fn heads(global: &Global, sha256: &str) -> Result<Option<Heads>, CliError> {
    let own = own_heads(&cache(global)?, sha256);
    match std::fs::read(&own) {
        Ok(bytes) => Ok(Some(Heads::parse(&bytes)?).filter(|h| h.model_sha256 == sha256)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Heads::shipped(sha256)?),
        Err(source) => Err(CliError::File { what: format!("{} could not be read", own.display()), source }),
    }
}

/// Where a person's own files live, whether it is there yet or not.
pub(super) fn data_folder(global: &Global) -> Result<PathBuf, CliError> {
    match &global.data_dir {
        Some(folder) => Ok(folder.clone()),
        None => directories::ProjectDirs::from("", "", "evenkeel")
            .map(|dirs| dirs.data_dir().to_owned())
            .ok_or_else(|| CliError::Usage("There is no home folder. Name a folder with --data-dir.".into())),
    }
}

/// The person's safety plan, whether it is there yet or not.
pub(super) fn safety_plan(global: &Global) -> Result<PlanKeeper, CliError> {
    Ok(PlanKeeper::behind(Arc::new(Door::new(data_folder(global)?, Arc::new(SystemClock), None))))
}

/// The same assistant, whose escalations bring the person's safety plan in. Without a folder for
/// it there is none; help comes all the same.
pub(super) fn with_safety_plan(global: &Global, assistant: Assistant) -> Assistant {
    match safety_plan(global) {
        Ok(file) => assistant.with_safety_plan(Arc::new(file)),
        Err(_) => assistant,
    }
}

/// Where a person's own files live: made on first use, readable by them alone.
pub(super) fn data_dir(global: &Global) -> Result<PathBuf, CliError> {
    let folder = data_folder(global)?;
    disk::make_folder(&folder).map_err(|source| CliError::File {
        what: format!("{} could not be made; name another folder with --data-dir", folder.display()),
        source,
    })?;
    Ok(folder)
}

/// Where heads that a person trained themselves are kept.
pub(super) fn own_heads(cache: &ModelCache, sha256: &str) -> PathBuf {
    cache.folder().join("heads").join(format!("{sha256}.safetensors"))
}

/// Today in UTC.
pub(super) fn today() -> Date {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let days = since.map_or(0, |d| d.as_secs() / 86_400);
    // Civil from days, after Howard Hinnant's `chrono` algorithms, for dates after 1970.
    let z = days + 719_468;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    Date::new(year as u16, month as u8, day as u8).unwrap_or(EPOCH)
}

const EPOCH: Date = match Date::new(1970, 1, 1) {
    Ok(date) => date,
    Err(_) => unreachable!(),
};
