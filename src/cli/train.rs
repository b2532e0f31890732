//! `evenkeel train`.

use std::io::Write;

use super::args::{Global, TrainCommand};
use super::error::CliError;
use super::setup;
use crate::train::{TrainOptions, train_heads};

pub(super) async fn run(global: &Global, command: TrainCommand) -> Result<(), CliError> {
    let TrainCommand::Heads { output, corpus, seed } = command;
    let model = setup::local_model(global).await?;
    let engine = setup::engine(global, &model.path)?;
    engine.ready().await.map_err(CliError::Failed)?;
    let session = engine.session().await?;
    let options =
        TrainOptions { folder: corpus, seed, name: model.name.clone(), model_sha256: model.sha256.clone() };
    let quiet = global.quiet;
    let trained = train_heads(&session, &options, &|line| {
        if !quiet {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    })
    .await?;
    let path = match output {
        Some(path) => path,
        None => setup::own_heads(&setup::cache(global)?, &model.sha256),
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Written beside and renamed, so that a half-written file is never used.
    let part = path.with_extension("part");
    std::fs::write(&part, &trained.file)?;
    std::fs::rename(&part, &path)?;
    std::fs::write(path.with_extension("md"), &trained.card)?;
    writeln!(std::io::stdout(), "{}", path.display())?;
    Ok(())
}
