//! The command line: one file for each command, one for what several share. It parses, calls
//! the library and prints; it knows nothing of weights or SQL.

mod args;
mod asking;
mod bench;
mod checkin;
mod completions;
mod doctor;
mod error;
mod eval;
mod exercise;
mod feedback;
mod help_lines;
mod input;
mod insight;
mod journal;
mod jsonl;
mod learn;
mod lines;
mod models;
mod page;
mod parts;
mod people;
mod period;
mod plan;
mod practice;
mod progress;
mod questionnaire;
mod reflect;
mod reframe;
mod remind;
mod report;
mod screen;
mod serve;
mod setup;
mod shelf;
mod train;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use error::CliError;

/// Parses the command line, does what it says and gives the exit code: 0 done, 1 failed,
/// 2 wrong usage, 10 `--fail-at` reached, 130 interrupted.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    init_log(cli.global.verbose, cli.global.quiet);
    bound_candle(cli.global.threads);
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return CliError::from(error).report(),
    };
    let done = runtime.block_on(async {
        tokio::select! {
            // Ctrl-C is listened for before anything is done.
            biased;
            () = interrupted() => Err(CliError::Interrupted),
            done = dispatch(cli) => done,
        }
    });
    // A worker in the middle of a matrix product is not waited for.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}

/// Bounds the threads of the architectures that candle runs: it takes their number from the
/// environment alone, when it first computes.
fn bound_candle(threads: Option<u16>) {
    let Some(threads) = threads.map(|n| n.to_string()) else { return };
    for name in ["CANDLE_NUM_THREADS", "RAYON_NUM_THREADS"] {
        // SAFETY: the program has started no other thread yet.
        #[allow(unsafe_code, reason = "candle leaves no other way")]
        unsafe {
            std::env::set_var(name, &threads);
        }
    }
}

async fn dispatch(cli: Cli) -> Result<(), CliError> {
    let global = cli.global;
    match cli.command {
        Command::Reframe(args) => reframe::run(&global, args, reframe::Depth::Reframe).await,
        Command::Feedback(args) => feedback::run(&global, args).await,
        Command::Recognise(args) => reframe::run(&global, args, reframe::Depth::Recognise).await,
        Command::Screen(args) => screen::run(&global, args).await,
        Command::Journal { command } => journal::run(&global, command).await,
        Command::Vault { command } => journal::vault(&global, command),
        Command::Export(args) => journal::export(&global, &args),
        Command::Import(args) => journal::import(&global, &args).await,
        Command::Backup(args) => journal::backup(&global, &args),
        Command::Restore(args) => journal::restore(&global, &args),
        Command::Erase(args) => journal::erase(&global, &args),
        Command::Serve(args) => serve::run(&global, args).await,
        Command::Models { command } => models::run(&global, command).await,
        Command::HelpLines(args) => help_lines::run(&args),
        Command::Plan(args) => plan::run(&global, args).await,
        Command::Exercise(args) => exercise::run(&args).await,
        Command::Questionnaire { command } => questionnaire::run(&global, command).await,
        Command::Checkin(args) => checkin::run(&global, args).await,
        Command::Practice(args) => practice::run(&global, args).await,
        Command::People(args) => people::run(&global, args).await,
        Command::Reflect(args) => reflect::run(&global, args).await,
        Command::Remind(args) => remind::run(&global, &args),
        Command::Insight(args) => insight::run(&global, &args),
        Command::Report(args) => report::run(&global, &args),
        Command::Learn(args) => learn::run(&args),
        Command::Parts(args) => parts::run(&global, args).await,
        Command::Train { command } => train::run(&global, command).await,
        Command::Eval(args) => eval::run(&global, args).await,
        Command::Bench(args) => bench::run(&global, args).await,
        Command::Doctor(args) => doctor::run(&global, &args).await,
        Command::Completions { shell } => completions::run(shell),
    }
}

/// Waits for Ctrl-C. `serve` has its own way to end and takes the signal first.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    if serve::is_serving() {
        std::future::pending::<()>().await;
    }
    // Work on other threads (a download, a run of training) notices and cleans up after itself.
    setup::cancel().cancel();
    if train::is_tuning() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
}

fn init_log(verbose: u8, quiet: bool) {
    let level = match (quiet, verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "evenkeel=info,warn",
        (false, _) => "evenkeel=debug,info",
    };
    // Libraries never log what a person wrote, because they are never given it at these levels.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(level))
        .with_writer(std::io::stderr)
        .with_target(false)
        .try_init();
}
