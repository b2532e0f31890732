//! `evenkeel report`: what one chose to bring to one's therapist, looked at first, then made.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::args::Global;
use super::error::CliError;
use super::journal::{self, SealArgs, print_json, write_private};
use super::page::Page;
use super::period::PeriodArgs;
use super::setup;
use crate::assistant::{Content, ReportRequest};
use crate::journal::{Journal, JournalError, Sealed};
use crate::report::{Form, Preview, Report, Section};

/// Nothing is in it unless you choose it. Without --form it is only looked at.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    period: PeriodArgs,
    /// What is in it; may be given several times
    #[arg(long = "section", value_name = "SECTION", value_parser = section)]
    sections: Vec<Section>,
    /// Show the answers of questionnaires beside the totals
    #[arg(long)]
    answers: bool,
    /// Show what you predicted and what happened beside the steps you tried
    #[arg(long)]
    practice_words: bool,
    /// An entry whose text is in it, by its id; may be given several times
    #[arg(long = "entry", value_name = "ID")]
    entries: Vec<String>,
    /// A thought record that is in it, by its id; may be given several times
    #[arg(long = "record", value_name = "ID")]
    records: Vec<String>,
    /// The name that you want on it
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A file with a note to your therapist; `-` for standard input
    #[arg(long, value_name = "FILE")]
    note: Option<PathBuf>,
    /// Make it, in this form
    #[arg(long, value_name = "FORM")]
    form: Option<FormArg>,
    /// The file; it must not exist yet. `-` for standard output [default: a name that tells nobody
    /// what it is]
    #[arg(long, value_name = "FILE", requires = "form")]
    output: Option<PathBuf>,
    #[command(flatten)]
    seal: SealArgs,
    /// Print JSON: what it would hold, or where it lies
    #[arg(long)]
    json: bool,
}

fn section(text: &str) -> Result<Section, String> {
    let known = || Section::ALL.map(Section::slug).join(", ");
    Section::named(&text.replace('-', "_")).ok_or_else(|| format!("it can be one of {}", known()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormArg {
    /// A page that can be printed
    Page,
    /// A document
    Pdf,
    /// All of it for programs
    Json,
    /// One long table
    Csv,
    /// A FHIR R4 Bundle, which clinics' systems read
    Fhir,
}

impl From<FormArg> for Form {
    fn from(form: FormArg) -> Self {
        match form {
            FormArg::Page => Self::Page,
            FormArg::Pdf => Self::Pdf,
            FormArg::Json => Self::Json,
            FormArg::Csv => Self::Csv,
            FormArg::Fhir => Self::Fhir,
        }
    }
}

pub(super) fn run(global: &Global, args: &ReportArgs) -> Result<(), CliError> {
    let (from, to) = args.period.days()?;
    let note = args.note.as_deref().map(super::input::file_or_stdin).transpose()?;
    let none = || CliError::Failed("There is no journal yet. `evenkeel journal add` begins one.".into());
    let journal = journal::open_existing(global)?.ok_or_else(none)?;
    let assistant = setup::rules_only()?;
    let report = gather(assistant.content(), &journal, args, (from, to), note)?;
    let Some(form) = args.form else { return look(&report.preview(), args.json) };
    if report.chosen().is_empty() {
        return Err(CliError::Usage(
            "Nothing is chosen, so there is nothing to make. Choose with --section, such as --section questionnaires.".into(),
        ));
    }
    make(global, args, &report, form.into())
}

fn gather(
    content: &Content,
    journal: &Journal,
    args: &ReportArgs,
    (from, to): (Date, Date),
    note: Option<String>,
) -> Result<Report, CliError> {
    let request = ReportRequest {
        from,
        to,
        sections: args.sections.iter().copied().collect(),
        answers: args.answers,
        practice_words: args.practice_words,
        entries: args.entries.iter().map(|id| journal.entry_like(id)).collect::<Result<_, _>>()?,
        thought_records: args.records.iter().map(|id| journal.record_like(id)).collect::<Result<_, _>>()?,
        name: args.name.clone(),
        note,
    };
    Ok(content.report(journal, &request, Timestamp::now())?)
}

fn look(preview: &Preview, as_json: bool) -> Result<(), CliError> {
    if as_json {
        return print_json(&json!({ "schema": 1, "lines": preview.lines, "own_words": preview.own_words }));
    }
    let mut page = Page::new();
    if preview.lines.is_empty() {
        page.say("Nothing is chosen, so nothing would be in it. These can be chosen with --section:");
        for section in Section::ALL {
            let by_one = match section {
                Section::Entries => ", each with --entry ID",
                Section::ThoughtRecords => ", each with --record ID",
                Section::Note => ", from a file with --note FILE",
                _ => "",
            };
            page.item("·", &format!("{}: {}{by_one}", section.slug(), section.title()));
        }
        page.blank();
        return page.print();
    }
    page.say("This would be in it, and nothing else:");
    for line in &preview.lines {
        let days = match (line.first, line.last) {
            (Some(first), Some(last)) if first == last => format!(", {first}"),
            (Some(first), Some(last)) => format!(", {first} to {last}"),
            _ => String::new(),
        };
        let words = if line.own_words { "; holds your own words" } else { "" };
        page.item("·", &format!("{}: {} {}{days}{words}", line.title, line.count, line.of));
    }
    page.blank();
    page.aside("Nothing is made yet. Add --form pdf (or page, json, csv, fhir) to make it.");
    page.blank();
    page.print()
}

fn make(global: &Global, args: &ReportArgs, report: &Report, form: Form) -> Result<(), CliError> {
    let sealed = args.seal.chosen()?;
    let bytes = report.make(form).map_err(crate::assistant::GatherError::from)?;
    let write = |out: &mut dyn std::io::Write| -> Result<(), JournalError> {
        match &sealed {
            None => Ok(out.write_all(&bytes)?),
            Some(sealed) => sealed.around(out, |out| Ok(out.write_all(&bytes)?)),
        }
    };
    let ending = if sealed.is_some() { ".age" } else { "" };
    let name = || PathBuf::from(format!("{}{ending}", form.file_name(report.head())));
    let path = args.output.clone().unwrap_or_else(name);
    if path.as_os_str() == "-" {
        let mut out = std::io::stdout().lock();
        write(&mut out)?;
        return Ok(out.flush()?);
    }
    write_private(&path, write)?;
    if args.json {
        return print_json(
            &json!({ "schema": 1, "path": path, "form": form, "encrypted": sealed.is_some() }),
        );
    }
    let said = match sealed {
        None => "It is plain: whoever has the file can read it. --encrypt makes one that nobody else can.",
        Some(Sealed::Passphrase(_)) => "Encrypted with age: its passphrase opens it, and nothing else does.",
        Some(Sealed::Recipients(_)) => "Encrypted with age: the key that belongs to it opens it.",
    };
    journal::tell(global, &format!("It lies in {}. {said}", path.display()))
}
