//! `evenkeel bench`.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::{BenchArgs, Global};
use super::error::CliError;
use super::setup::{self, LocalModel, blocking};
use crate::bench::{
    About, BenchError, Fresh, Machine, Plan, Program, Reframing, Report, Rival, RivalAbout, Row, WORRY,
};

pub(super) async fn run(global: &Global, args: BenchArgs) -> Result<(), CliError> {
    if let Some(path) = &args.footprint {
        return footprint(path, &args);
    }
    // Looked at before a model is fetched.
    let machine = Machine::ask();
    if let (Some(program), Some(model)) = (&args.against, &args.rival_model) {
        Rival::find(program, model)?;
    }
    let model = setup::local_model(global).await?;
    let rival = args.against.as_ref();
    let rival = rival.map(|program| Rival::find(program, args.rival_model.as_ref().unwrap_or(&model.path)));
    let rival = rival.transpose()?;
    let plan = plan(&args);
    let program = Program { path: std::env::current_exe()?, options: options(global) };

    let quiet = global.quiet;
    let bare = {
        let (plan, path, program) = (plan.clone(), model.path.clone(), program.clone());
        blocking(move || Ok(Bare::measure(&plan, &path, &program, rival.as_ref(), &|w| heard(quiet, w))?))
            .await?
    };
    let mut reframing = Vec::new();
    if !args.network_only {
        for threads in plan.threads.iter().copied() {
            reframing.push(real(global, &program, threads, plan.turns).await?);
        }
    }
    let Bare { rows, fresh, rival } = bare;
    let report = Report { machine, about: about(&model, &plan), rows, fresh, reframing, rival };
    let mut out = std::io::stdout().lock();
    if args.form.json {
        writeln!(out, "{}", report.json())?;
    } else if args.form.csv {
        write!(out, "{}", report.csv())?;
    } else {
        writeln!(out, "{}", report.table())?;
    }
    Ok(())
}

/// What a fresh process tells of itself.
fn footprint(model: &Path, args: &BenchArgs) -> Result<(), CliError> {
    let threads = args.threads.first().copied().unwrap_or(1);
    let told = crate::bench::footprint(model, threads.into())?;
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&told)?)?;
    Ok(())
}

/// What the options ask for, and what is sensible where they do not.
fn plan(args: &BenchArgs) -> Plan {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = match args.threads.as_slice() {
        [] if cores == 1 => vec![1],
        [] => vec![1, cores],
        given => given.iter().map(|n| usize::from(*n)).collect(),
    };
    let or = |given: &[usize], whole: &[usize], quick: &[usize]| match given {
        [] if args.quick => quick.to_vec(),
        [] => whole.to_vec(),
        given => given.to_vec(),
    };
    Plan {
        threads,
        turns: args.turns.unwrap_or(if args.quick { 2 } else { 5 }),
        prefill: or(&args.prefill, &[16, 128, 512, 2_048], &[16, 128]),
        depths: or(&args.depth, &[0, 1_024], &[0]),
        batches: or(&args.batch, &[1, 2, 4, 8], &[1, 4]),
        steps: if args.quick { 8 } else { 32 },
    }
}

fn about(model: &LocalModel, plan: &Plan) -> About {
    About {
        version: env!("CARGO_PKG_VERSION"),
        build: if cfg!(debug_assertions) { "debug" } else { "release" },
        date: setup::today().to_string(),
        model: model.name.clone(),
        sha256: model.sha256.clone(),
        bytes: std::fs::metadata(&model.path).map_or(0, |m| m.len()),
        turns: plan.turns,
        steps: plan.steps,
    }
}

/// The bare network and fresh processes, with the rival beside them.
struct Bare {
    rows: Vec<Row>,
    fresh: Vec<Fresh>,
    rival: Option<RivalAbout>,
}

impl Bare {
    fn measure(
        plan: &Plan,
        model: &Path,
        program: &Program,
        rival: Option<&Rival>,
        heard: &dyn Fn(&str),
    ) -> Result<Self, BenchError> {
        // Asked first, so that a rival that does not work is told before an hour has passed.
        let described = rival.map(Rival::describe).transpose()?;
        let rows = crate::bench::network(plan, model, rival, heard)?;
        let mut fresh = Vec::new();
        let mut processes = Vec::new();
        for threads in plan.threads.iter().copied() {
            let (ours, theirs) = crate::bench::fresh(program, model, rival, threads, plan.turns, heard)?;
            fresh.push(ours);
            processes.extend(theirs);
        }
        let rival = rival.zip(described).map(|(rival, (build, model_type))| RivalAbout {
            build,
            model: rival.model().file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
            model_type,
            bytes: rival.model_bytes(),
            processes,
        });
        Ok(Self { rows, fresh, rival })
    }
}

/// The real reframe, cold and warm.
async fn real(
    global: &Global,
    program: &Program,
    threads: usize,
    turns: usize,
) -> Result<Reframing, CliError> {
    let quiet = global.quiet;
    let program = program.clone();
    let cold = blocking(move || {
        Ok(crate::bench::cold(&program, WORRY, threads, turns, &|what| heard(quiet, what))?)
    })
    .await?;
    let global = Global { threads: u16::try_from(threads).ok(), ..global.clone() };
    let assistant = setup::assistant(&global).await?;
    let warm = crate::bench::warm(&assistant, turns, &|what| heard(quiet, what)).await?;
    Ok(Reframing { threads, cold, warm })
}

/// The options that another process needs to find the same model.
fn options(global: &Global) -> Vec<OsString> {
    let mut options = Vec::new();
    let mut add = |name: &str, value: Option<OsString>| {
        if let Some(value) = value {
            options.extend([OsString::from(name), value]);
        }
    };
    add("--model", global.model.as_ref().map(|m| m.to_string().into()));
    add("--models-dir", global.models_dir.clone().map(PathBuf::into_os_string));
    add("--data-dir", global.data_dir.clone().map(PathBuf::into_os_string));
    options
}

fn heard(quiet: bool, what: &str) {
    if !quiet {
        let _ = writeln!(std::io::stderr(), "{what}");
    }
}
