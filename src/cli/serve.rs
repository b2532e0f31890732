//! `evenkeel serve`.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;

use super::args::{Global, ServeArgs};
use super::error::CliError;
use super::setup;
use super::shelf::CachedModels;
use crate::http::{AccessToken, Service};
use crate::journal::{Door, PlanKeeper, SystemClock};
use crate::weights::{ModelName, ModelRef, Registry};

static SERVING: AtomicBool = AtomicBool::new(false);

/// Whether a service runs and ends by itself on Ctrl-C.
pub(super) fn is_serving() -> bool {
    SERVING.load(Ordering::Relaxed)
}

pub(super) async fn run(global: &Global, args: ServeArgs) -> Result<(), CliError> {
    if !args.listen.ip().is_loopback() {
        return Err(CliError::Usage(format!(
            "{} is not a loopback address. Evenkeel serves this machine only; use 127.0.0.1 or [::1].",
            args.listen.ip()
        )));
    }
    // The port is taken first: a model is not fetched for a service that cannot start.
    let listener = TcpListener::bind(args.listen).await.map_err(|source| CliError::File {
        what: format!(
            "{} cannot be listened on; stop what uses it, or choose another with --listen",
            args.listen
        ),
        source,
    })?;
    let address = listener.local_addr()?;
    // A service is up before its model was fetched: help, questionnaires and the journal need none.
    let awaited = if args.rules_only { None } else { awaited(global)? };
    let assistant = if args.rules_only || awaited.is_some() {
        setup::rules_only()?
    } else {
        setup::assistant(global).await?
    };
    let assistant = setup::with_writer(global, assistant, args.writer)?;
    if awaited.is_some() {
        assistant.expect_model();
    }
    let idle = (args.lock_after > 0).then(|| Duration::from_secs(60 * u64::from(args.lock_after)));
    let journal = Arc::new(Door::new(setup::data_dir(global)?, Arc::new(SystemClock), idle));
    let safety_plan = Arc::new(PlanKeeper::behind(Arc::clone(&journal)));
    let token = AccessToken::generate()?;
    let token_file = setup::data_dir(global)?.join("token");
    token.write_file(&token_file)?;

    let url = format!("http://{address}/#token={}", token.reveal());
    let mut out = std::io::stdout().lock();
    if args.json {
        let said =
            serde_json::json!({ "url": url, "address": address.to_string(), "token_file": token_file });
        writeln!(out, "{said}")?;
    } else {
        writeln!(out, "Evenkeel is at {url}")?;
        writeln!(out, "Scripts find the token in {}", token_file.display())?;
        writeln!(out, "Ctrl-C ends it. Nothing leaves this machine.")?;
    }
    out.flush()?;
    drop(out);

    let models = Arc::new(CachedModels {
        global: global.clone(),
        cache: setup::cache(global)?,
        waiting: awaited.clone().map(|name| (assistant.clone(), name)),
    });
    SERVING.store(true, Ordering::Relaxed);
    let service = Service { assistant, models, fetch_first: awaited, token, safety_plan, journal };
    let ended = crate::http::serve(listener, service, shutdown()).await;
    // A token that no service answers to is of no use to anyone.
    let _ = std::fs::remove_file(&token_file);
    Ok(ended?)
}

/// The model that has to be fetched or made first, after saying so. With the network off it is
/// made at once, where it can be, or the command ends.
fn awaited(global: &Global) -> Result<Option<ModelName>, CliError> {
    if global.offline || setup::model_is_here(global)? {
        return Ok(None);
    }
    let name = match &global.model {
        // A file that is not there is an error at once.
        Some(ModelRef::Path(_)) => return Ok(None),
        Some(ModelRef::Named(name)) => Some(name),
        None => None,
    };
    let cache = setup::cache(global)?;
    let registry = Registry::load(cache.folder())?;
    let spec = setup::named_model(&registry, name)?;
    setup::announce(global, &cache, spec)?;
    Ok(Some(spec.name.clone()))
}

async fn shutdown() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
