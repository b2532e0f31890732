//! `evenkeel serve`.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;

use super::args::{Global, ServeArgs};
use super::error::CliError;
use super::setup;
use crate::http::{AccessToken, Service};
use crate::journal::{Door, PlanKeeper, SystemClock};
use crate::weights::Registry;

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
    let assistant = if args.rules_only { setup::rules_only()? } else { setup::assistant(global).await? };
    let assistant = setup::with_writer(global, assistant, args.writer)?;
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

    let cache = setup::cache(global)?;
    let models = Arc::new(move || cache.list(&Registry::load(cache.folder())?));
    SERVING.store(true, Ordering::Relaxed);
    let service = Service { assistant, models, token, safety_plan, journal };
    let ended = crate::http::serve(listener, service, shutdown()).await;
    // A token that no service answers to is of no use to anyone.
    let _ = std::fs::remove_file(&token_file);
    Ok(ended?)
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
