//! `evenkeel doctor`: whether everything is in place, and what to do where it is not.

use std::io::Write;
use std::time::Instant;

use serde::Serialize;

use super::args::{Global, JsonArgs};
use super::error::CliError;
use super::page::Page;
use super::progress::megabytes;
use super::setup;
use crate::journal::JournalError;
use crate::journal::vault::{VaultError, VaultState};
use crate::weights::{ModelRef, ModelStatus, Registry};

#[derive(Serialize)]
struct Finding {
    name: &'static str,
    ok: bool,
    detail: String,
}

pub(super) async fn run(global: &Global, args: &JsonArgs) -> Result<(), CliError> {
    let mut findings = vec![content(), folder(global), processor()];
    findings.extend(journal(global));
    findings.push(model(global));
    if findings.iter().all(|f| f.ok) {
        findings.push(working(global).await);
    }
    let ok = findings.iter().all(|f| f.ok);
    if args.json {
        writeln!(std::io::stdout(), "{}", serde_json::json!({ "ok": ok, "checks": findings }))?;
    } else {
        let mut page = Page::new();
        for finding in &findings {
            page.item(if finding.ok { "ok" } else { "!!" }, &format!("{}: {}", finding.name, finding.detail));
        }
        page.blank();
        page.print()?;
    }
    if ok { Ok(()) } else { Err(CliError::Failed("Something is not in place; see above.".into())) }
}

fn content() -> Finding {
    match setup::rules_only() {
        Ok(assistant) => {
            let content = assistant.content();
            let detail = format!(
                "{} distortions, {} reframes, helplines of {} countries",
                content.catalogue.entries().len(),
                content.library.bank.lines().len(),
                content.screen.helplines().countries().len()
            );
            Finding { name: "content", ok: true, detail }
        }
        Err(error) => Finding { name: "content", ok: false, detail: error.to_string() },
    }
}

fn folder(global: &Global) -> Finding {
    match setup::cache(global) {
        Ok(cache) => Finding { name: "model folder", ok: true, detail: cache.folder().display().to_string() },
        Err(error) => Finding { name: "model folder", ok: false, detail: error.to_string() },
    }
}

/// The journal: that every page and row of it is as it should be.
fn journal(global: &Global) -> Vec<Finding> {
    let finding = |ok, detail| Finding { name: "journal", ok, detail };
    let health = match super::journal::health(global) {
        Ok(None) => return vec![finding(true, "none yet".to_owned())],
        // A lock is no fault.
        Err(CliError::Journal(JournalError::Vault(VaultError::Locked))) => {
            return vec![finding(true, "locked; its pages were not looked at (--passphrase-fd)".to_owned())];
        }
        Err(error) => return vec![finding(false, error.to_string())],
        Ok(Some(health)) => health,
    };
    let mut faults = Vec::new();
    if !health.bad_pages.is_empty() {
        faults.push(format!(
            "{} pages are damaged; `evenkeel restore` puts a backup in its place",
            health.bad_pages.len()
        ));
    }
    if !health.structure.is_empty() || health.dangling > 0 {
        faults.push("its parts don't agree; export it, and import that into a new folder".to_owned());
    }
    if !health.search_agrees {
        faults.push(
            "its search index does not agree with the texts; export it, and import that into a new folder"
                .to_owned(),
        );
    }
    let lock = match health.vault {
        VaultState::Passphrase => "locked with a passphrase",
        _ => "without a passphrase",
    };
    let backup = health.last_backup.map_or("no backup yet".to_owned(), |last| format!("last backup {last}"));
    let detail = if faults.is_empty() {
        format!(
            "{} entries in {}, form {}, {lock}, {backup}; {} not yet read by the model",
            health.entries,
            megabytes(health.bytes + health.log_bytes),
            health.schema,
            health.screened_by_rules_only
        )
    } else {
        faults.join("; ")
    };
    let private = "others on this machine can read your data folder; `chmod -R go= FOLDER` ends that";
    let open = (!health.private).then(|| finding(false, private.to_owned()));
    let logs = health.damaged_logs.first().map(|copy| {
        let told =
            "its log was damaged once: what was written last before that may be missing. A copy lies in";
        finding(false, format!("{told} {}; remove it when you have seen this", copy.display()))
    });
    std::iter::once(finding(faults.is_empty(), detail)).chain(open).chain(logs).collect()
}

fn processor() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    #[cfg(target_arch = "x86_64")]
    let wide =
        if std::arch::is_x86_feature_detected!("avx2") { "AVX2" } else { "no AVX2, so it will be slow" };
    #[cfg(not(target_arch = "x86_64"))]
    let wide = std::env::consts::ARCH;
    Finding { name: "processor", ok: true, detail: format!("{cores} cores, {wide}") }
}

fn model(global: &Global) -> Finding {
    let found = || -> Result<(bool, String), CliError> {
        let cache = setup::cache(global)?;
        let name = match &global.model {
            Some(ModelRef::Path(path)) => return Ok((path.is_file(), path.display().to_string())),
            Some(ModelRef::Named(name)) => Some(name.clone()),
            None => None,
        };
        let registry = Registry::load(cache.folder())?;
        let spec = setup::named_model(&registry, name.as_ref())?;
        Ok(match cache.status(spec)? {
            ModelStatus::Present | ModelStatus::Unverified => (true, format!("{} is here", spec.name)),
            _ => (
                false,
                format!(
                    "{} ({}) is not here; fetch it with `evenkeel models pull`",
                    spec.name,
                    megabytes(spec.bytes)
                ),
            ),
        })
    };
    match found() {
        Ok((ok, detail)) => Finding { name: "model", ok, detail },
        Err(error) => Finding { name: "model", ok: false, detail: error.to_string() },
    }
}

/// Loads the model and lets it recognise one sentence.
async fn working(global: &Global) -> Finding {
    let tried = async {
        let assistant = setup::assistant(global).await?;
        let begun = Instant::now();
        let turn = assistant.turn().await?;
        let loaded = begun.elapsed();
        let request = crate::assistant::Request {
            text: "They'll think I'm incompetent if I ask for help.".into(),
            ..Default::default()
        };
        let begun = Instant::now();
        assistant.recognise(&request, &turn, &|_| ()).await?;
        let heads = assistant.model().is_some_and(|m| m.heads.is_some());
        Ok::<_, CliError>(format!(
            "loaded in {} ms, a sentence recognised in {} ms, {}",
            loaded.as_millis(),
            begun.elapsed().as_millis(),
            if heads { "with trained heads" } else { "without trained heads, so slowly and uncalibrated" }
        ))
    };
    match tried.await {
        Ok(detail) => Finding { name: "recognition", ok: true, detail },
        Err(error) => Finding { name: "recognition", ok: false, detail: error.to_string() },
    }
}
