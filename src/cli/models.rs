//! `evenkeel models`.

use std::io::Write;

use super::args::{Global, ModelsCommand};
use super::error::CliError;
use super::page::Page;
use super::progress::{Shown, megabytes};
use super::setup::{self, blocking, cancel};
use crate::weights::{
    Adapter, ModelCache, ModelListing, ModelName, ModelSpec, ModelStatus, NewModel, Registry, merge,
};

pub(super) async fn run(global: &Global, command: ModelsCommand) -> Result<(), CliError> {
    let cache = setup::cache(global)?;
    match command {
        ModelsCommand::List(json) => list(&cache, json.json),
        ModelsCommand::Pull { name, json } => {
            let spec = spec(&cache, name.as_ref())?;
            let path = setup::pull(global, &cache, &spec).await?;
            done(
                &cache,
                &spec,
                json.json,
                &format!("{} is here, and its checksum is right: {}", spec.name, path.display()),
            )
        }
        ModelsCommand::Verify { name, json } => {
            let spec = spec(&cache, name.as_ref())?;
            let shown = Shown::new(global.quiet);
            let (c, s) = (cache.clone(), spec.clone());
            let path = blocking(move || {
                let path = c.verify(&s, &shown, cancel());
                shown.finish();
                Ok(path?)
            })
            .await?;
            done(
                &cache,
                &spec,
                json.json,
                &format!("{} has the right checksum: {}", spec.name, path.display()),
            )
        }
        ModelsCommand::Add { name, url, sha256, bytes, summary, json } => {
            let c = cache.clone();
            let spec = blocking(move || Ok(c.add(NewModel { name, url, sha256, bytes, summary }, cancel())?))
                .await?;
            let said =
                format!("{0} is in your registry. Fetch it with `evenkeel models pull {0}`.", spec.name);
            done(&cache, &spec, json.json, &said)
        }
        ModelsCommand::Merge { base, adapter, quantisation, output, json } => {
            if output.exists() {
                let said = format!("{} is there already. Name another file with --output.", output.display());
                return Err(CliError::Usage(said));
            }
            let shown = Shown::new(global.quiet);
            let path = output.clone();
            let sha256 = blocking(move || {
                let adapter = Adapter::open(&adapter)?;
                let merged = merge(&base, &adapter, quantisation, &path, &shown, cancel());
                shown.finish();
                Ok(merged?)
            })
            .await?;
            let bytes = std::fs::metadata(&output)?.len();
            if json.json {
                let value = serde_json::json!({ "path": output, "bytes": bytes, "sha256": sha256 });
                writeln!(std::io::stdout(), "{value}")?;
                return Ok(());
            }
            say(&format!("{} is written ({}). SHA-256 {sha256}", output.display(), megabytes(bytes)))
        }
        ModelsCommand::Remove { name, json } => {
            let spec = spec(&cache, Some(&name))?;
            let removed = cache.remove(&spec)?;
            let said = match removed.bytes {
                0 => format!("{name} was not here."),
                bytes => format!("{name} is removed; {} are free again.", megabytes(bytes)),
            };
            if json.json {
                let value = serde_json::json!({ "name": name, "bytes": removed.bytes, "forgotten": removed.forgotten });
                writeln!(std::io::stdout(), "{value}")?;
                return Ok(());
            }
            say(&said)
        }
    }
}

fn spec(cache: &ModelCache, name: Option<&ModelName>) -> Result<ModelSpec, CliError> {
    let registry = Registry::load(cache.folder())?;
    Ok(setup::named_model(&registry, name)?.clone())
}

fn list(cache: &ModelCache, json: bool) -> Result<(), CliError> {
    let listed = cache.list(&Registry::load(cache.folder())?)?;
    if json {
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&listed)?)?;
        return Ok(());
    }
    let mut page = Page::new();
    for model in &listed.models {
        page.say(&format!("{}{}", model.name, if model.default { "  (default)" } else { "" }));
        page.inset(&model.summary);
        let state = match (&model.status, &model.path) {
            (ModelStatus::Present, Some(path)) => format!("here: {path}"),
            (ModelStatus::Unverified, Some(path)) => format!("here, not checked yet: {path}"),
            (ModelStatus::Partial { bytes }, _) => format!("begun, {} are here", megabytes(*bytes)),
            (ModelStatus::WrongSize, _) => "here, but of the wrong size".to_owned(),
            _ => "not here".to_owned(),
        };
        page.inset(&format!("{} · {} · {state}", megabytes(model.bytes), model.licence));
        page.blank();
    }
    page.print()
}

fn done(cache: &ModelCache, spec: &ModelSpec, json: bool, said: &str) -> Result<(), CliError> {
    if !json {
        return say(said);
    }
    let listed = cache.list(&Registry::load(cache.folder())?)?;
    let model: Option<&ModelListing> = listed.models.iter().find(|m| m.name == spec.name.to_string());
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&model)?)?;
    Ok(())
}

fn say(text: &str) -> Result<(), CliError> {
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}
