//! `evenkeel eval`.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::{EvalArgs, Global};
use super::error::CliError;
use super::setup;
use crate::eval::{How, Kind, Report, Suite};

pub(super) async fn run(global: &Global, args: EvalArgs) -> Result<(), CliError> {
    let suites = args.suites.iter().map(|s| Suite::read(&file(s))).collect::<Result<Vec<_>, _>>()?;
    let assistant = if args.rules_only { setup::rules_only()? } else { setup::assistant(global).await? };
    let recognises = suites.iter().any(|suite| suite.kind == Kind::Recognition);
    let beside = if recognises && !args.rules_only { setup::base_assistant(global).await? } else { None };
    let mut reports: Vec<Report> = Vec::new();
    for suite in &suites {
        let quiet = global.quiet;
        let progress = |done: usize, all: usize| {
            if !quiet && done > 0 && (done.is_multiple_of(50) || done == all) {
                let _ = writeln!(std::io::stderr(), "{done} of {all}");
            }
        };
        let how = How { rules_only: args.rules_only, beside: beside.as_ref(), blind: args.blind.as_deref() };
        let report = crate::eval::run(suite, &assistant, how, &progress).await?;
        if !args.json {
            let table = if args.show_texts { report.table_with_texts() } else { report.table() };
            writeln!(std::io::stdout(), "{table}")?;
        }
        reports.push(report);
    }
    if args.json {
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&reports)?)?;
    }
    if let Some(path) = &args.output {
        std::fs::write(path, serde_json::to_vec_pretty(&reports)?)?;
    }
    let below = reports.iter().flat_map(Report::failed_gates).count();
    if below == 0 {
        Ok(())
    } else {
        Err(CliError::Failed(format!("{below} of the gates did not hold; see the tables.")))
    }
}

/// `recognition` stands for `evals/recognition.toml`.
fn file(suite: &str) -> PathBuf {
    let given = Path::new(suite);
    if given.extension().is_some() {
        given.to_owned()
    } else {
        Path::new("evals").join(suite).with_extension("toml")
    }
}
