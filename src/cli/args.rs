//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::checkin::CheckInArgs;
use super::exercise::ExerciseArgs;
use super::feedback::FeedbackArgs;
use super::insight::InsightArgs;
use super::journal::{
    BackupArgs, EraseArgs, ExportArgs, ImportArgs, JournalCommand, RestoreArgs, VaultCommand,
};
use super::learn::LearnArgs;
use super::parts::PartsArgs;
use super::people::PeopleArgs;
use super::plan::PlanArgs;
use super::practice::PracticeArgs;
use super::questionnaire::QuestionnaireCommand;
use super::reflect::ReflectArgs;
use super::remind::RemindArgs;
use super::report::ReportArgs;
use crate::crisis::Level;
use crate::language::Instructions;
use crate::weights::{Checksum, FileUrl, ModelName, ModelRef, Quantisation};
use crate::writer::WriterAddress;

/// A local-first assistant for the moment a thought turns on you. It names cognitive
/// distortions, offers balanced reframes, and leads to help where words speak of danger.
/// Everything happens on this machine. It is self-help and not a therapist.
#[derive(Debug, Parser)]
#[command(name = "evenkeel", version, max_term_width = 88)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(super) struct Global {
    /// Where your journal and settings live
    #[arg(long, global = true, value_name = "DIR", env = "EVENKEEL_DATA")]
    pub(super) data_dir: Option<PathBuf>,
    /// A model of the registry, or a GGUF file
    #[arg(long, global = true, value_name = "NAME|PATH")]
    pub(super) model: Option<ModelRef>,
    /// Threads to compute with [default: all cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(super) threads: Option<u16>,
    /// Hold the kernels back to a set of instructions, for measuring
    #[arg(long, value_name = "SET", global = true, hide = true, env = "EVENKEEL_INSTRUCTIONS")]
    pub(super) instructions: Option<Instructions>,
    /// Never use the network, not even to fetch a model
    #[arg(long, global = true)]
    pub(super) offline: bool,
    /// Where to read the journal's passphrase from, a line, for scripts: 3 with `3< FILE`
    #[arg(long, global = true, value_name = "N")]
    pub(super) passphrase_fd: Option<u32>,
    /// Where models are kept
    #[arg(long, global = true, value_name = "DIR", env = "EVENKEEL_MODELS", hide = true)]
    pub(super) models_dir: Option<PathBuf>,
    /// Say more on standard error; twice for still more
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub(super) verbose: u8,
    /// Say nothing but results and errors
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Name the distortions in a worry and offer balanced ways to look at it
    Reframe(TextArgs),
    /// Say which of the reframes that you saw last fit, and see what follows from it
    Feedback(FeedbackArgs),
    /// Name the distortions in a worry, and nothing more
    Recognise(TextArgs),
    /// Screen texts for danger
    Screen(ScreenArgs),
    /// Your journal: encrypted, on this machine alone
    Journal {
        #[command(subcommand)]
        command: JournalCommand,
    },
    /// The lock on your journal
    Vault {
        #[command(subcommand)]
        command: VaultCommand,
    },
    /// Write all of your journal into plain files
    Export(ExportArgs),
    /// Read an export back into your journal
    Import(ImportArgs),
    /// Make a copy of your journal, encrypted as it is
    Backup(BackupArgs),
    /// Put a backup in the place of your journal
    Restore(RestoreArgs),
    /// Erase an entry, a time or everything for good
    Erase(EraseArgs),
    /// Serve the HTTP API on this machine
    Serve(ServeArgs),
    /// The language models on this machine
    Models {
        #[command(subcommand)]
        command: ModelsCommand,
    },
    /// People to talk to, by country
    HelpLines(HelpLinesArgs),
    /// Your own safety plan for a bad hour
    Plan(PlanArgs),
    /// Breathing, grounding and the like, in their own time
    Exercise(ExerciseArgs),
    /// Standard questionnaires, one question at a time
    Questionnaire {
        #[command(subcommand)]
        command: QuestionnaireCommand,
    },
    /// How it is today, in under a minute
    Checkin(CheckInArgs),
    /// A ladder of small steps towards letting people in
    Practice(PracticeArgs),
    /// People who feel safe, and what you shared with them
    People(PeopleArgs),
    /// Questions without a score: closeness, childhood, adult life, daily life
    Reflect(ReflectArgs),
    /// A reminder for your own calendar that tells nobody what it is for
    Remind(RemindArgs),
    /// What weeks of entries, check-ins and the like show
    Insight(InsightArgs),
    /// A report for your therapist: what you choose, and nothing else
    Report(ReportArgs),
    /// Things to read: therapies, a first session, stress, boundaries
    Learn(LearnArgs),
    /// Get to know a part of yourself, at its pace
    Parts(PartsArgs),
    /// Train what recognises distortions and danger
    Train {
        #[command(subcommand)]
        command: TrainCommand,
    },
    /// Measure how well it works, on suites under `evals/`
    Eval(EvalArgs),
    /// Measure how fast it is on this machine
    Bench(BenchArgs),
    /// Check that everything is in place
    Doctor(JsonArgs),
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(super) struct JsonArgs {
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct TextArgs {
    /// What is on your mind; read from standard input if absent or `-`
    #[arg(value_name = "TEXT")]
    pub(super) text: Vec<String>,
    /// What happened, if you want to tell it apart from the thought
    #[arg(long, value_name = "S")]
    pub(super) situation: Option<String>,
    /// How many reframes to show
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
    pub(super) candidates: Option<u8>,
    /// Makes generated text repeatable
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
    /// Two letters of your country, for helplines
    #[arg(long, value_name = "CC", env = "EVENKEEL_COUNTRY")]
    pub(super) country: Option<String>,
    /// Let the model write a reframe of its own, too
    #[arg(long)]
    pub(super) generate: bool,
    /// Let another engine on this machine write it: the address of a llama-server or the like
    #[arg(long, value_name = "URL")]
    pub(super) writer: Option<WriterAddress>,
    /// Take no heed of what you were shown and said before, and do not remember this
    #[arg(long)]
    pub(super) no_history: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "jsonl")]
    pub(super) json: bool,
    /// Read one JSON object a line from a file (`-` for standard input), write one a line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["text", "situation"])]
    pub(super) jsonl: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ScreenArgs {
    /// The text; read from standard input if absent or `-`
    #[arg(value_name = "TEXT")]
    pub(super) text: Vec<String>,
    /// What happened, if told apart from the text
    #[arg(long, value_name = "S")]
    pub(super) situation: Option<String>,
    /// Two letters of your country, for helplines
    #[arg(long, value_name = "CC", env = "EVENKEEL_COUNTRY")]
    pub(super) country: Option<String>,
    /// Read one JSON object a line from a file (`-` for standard input), write one a line
    #[arg(long, value_name = "FILE", group = "many", conflicts_with_all = ["text", "situation"])]
    pub(super) jsonl: Option<PathBuf>,
    /// Read an archive: a txt, md, csv, tsv or jsonl file (plain, .gz or .zst) or a folder of them
    #[arg(long, value_name = "PATH", group = "many", conflicts_with_all = ["text", "situation", "jsonl"])]
    pub(super) input: Option<PathBuf>,
    /// The column of csv and tsv files that holds the text
    #[arg(long, value_name = "NAME", default_value = "text", requires = "input")]
    pub(super) column: String,
    /// How the answers to an archive are written
    #[arg(long, value_name = "FORMAT", default_value = "jsonl", requires = "input")]
    pub(super) format: FormatArg,
    /// Write to a file instead of standard output; it must not exist yet, save with `--resume`
    #[arg(long, value_name = "FILE", requires = "many")]
    pub(super) output: Option<PathBuf>,
    /// Go on where an earlier run with the same input and output ended, however it ended
    #[arg(long, requires = "input", requires = "output")]
    pub(super) resume: bool,
    /// Phrase rules only, without the model
    #[arg(long)]
    pub(super) rules_only: bool,
    /// Exit with 10 if any text reaches this level
    #[arg(long, value_name = "LEVEL")]
    pub(super) fail_at: Option<LevelArg>,
    /// Print JSON
    #[arg(long, conflicts_with_all = ["jsonl", "input"])]
    pub(super) json: bool,
}

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    /// One JSON object a line
    Jsonl,
    /// A table
    Csv,
    /// A text for people: what was found, and the words
    Report,
}

/// A level, as typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum LevelArg {
    None,
    Distress,
    PassiveIdeation,
    ActiveIdeation,
    PlanOrIntent,
    Imminent,
}

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::None => Self::None,
            LevelArg::Distress => Self::Distress,
            LevelArg::PassiveIdeation => Self::PassiveIdeation,
            LevelArg::ActiveIdeation => Self::ActiveIdeation,
            LevelArg::PlanOrIntent => Self::PlanOrIntent,
            LevelArg::Imminent => Self::Imminent,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Where to listen; loopback addresses only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7787")]
    pub(super) listen: SocketAddr,
    /// Where a request asks for writing, let another engine on this machine write: its address
    #[arg(long, value_name = "URL")]
    pub(super) writer: Option<WriterAddress>,
    /// Without a model: the journal, help, and screening by phrase rules alone
    #[arg(long, conflicts_with = "writer")]
    pub(super) rules_only: bool,
    /// Minutes without use after which a journal with a passphrase locks itself; 0 for never
    #[arg(long, value_name = "MINUTES", default_value_t = 15)]
    pub(super) lock_after: u16,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct HelpLinesArgs {
    /// Two letters of the country; all countries are listed without it
    #[arg(long, value_name = "CC", env = "EVENKEEL_COUNTRY")]
    pub(super) country: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum ModelsCommand {
    /// List the models that are known and those that are here
    List(JsonArgs),
    /// Fetch or make a model, checked against its SHA-256
    Pull {
        /// Which model [default: the default model]
        name: Option<ModelName>,
        #[command(flatten)]
        json: JsonArgs,
    },
    /// Check a model's file against its SHA-256
    Verify {
        /// Which model [default: the default model]
        name: Option<ModelName>,
        #[command(flatten)]
        json: JsonArgs,
    },
    /// Add a model of your own to the registry
    Add {
        /// What to call it
        name: ModelName,
        /// Address of the GGUF file
        url: FileUrl,
        /// Its SHA-256, in hexadecimal
        #[arg(long)]
        sha256: Checksum,
        /// Its size in bytes [default: the server is asked]
        #[arg(long)]
        bytes: Option<u64>,
        /// A line about it
        #[arg(long)]
        summary: Option<String>,
        #[command(flatten)]
        json: JsonArgs,
    },
    /// Merge an adapter into the model it was trained on, into an ordinary GGUF file
    Merge {
        /// The model's file
        #[arg(long, value_name = "FILE")]
        base: PathBuf,
        /// The adapter's file
        #[arg(long, value_name = "FILE")]
        adapter: PathBuf,
        /// How the changed weights are written
        #[arg(long = "type", value_name = "q4_1|q5_1|q8_0", default_value_t = Quantisation::Q8_0)]
        quantisation: Quantisation,
        /// The file to write; it must not exist yet
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        #[command(flatten)]
        json: JsonArgs,
    },
    /// Remove a model's file
    Remove {
        /// Which model
        name: ModelName,
        #[command(flatten)]
        json: JsonArgs,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TrainCommand {
    /// Tune a model on our own corpus: an adapter that is merged into its weights. Ctrl-C keeps
    /// what was learnt; the same command goes on from there
    Adapter {
        #[command(flatten)]
        run: TuneArgs,
        /// The file to write [default: models/adapters/NAME.safetensors]
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Measure a run of `adapter` on the development part, and models merged from it
    Compare {
        #[command(flatten)]
        run: TuneArgs,
        /// The merged models
        #[arg(value_name = "GGUF")]
        merged: Vec<PathBuf>,
    },
    /// Train the heads that read the model's hidden states, on our own corpus
    Heads {
        /// The file to write [default: beside the model]
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Where the corpus lies
        #[arg(long, value_name = "DIR", default_value = "evals")]
        corpus: PathBuf,
        /// Order of the training texts
        #[arg(long, value_name = "N", default_value_t = 0)]
        seed: u64,
        /// Choose thresholds on the development part: for a model that was tuned on the rest
        #[arg(long)]
        tuned: bool,
        /// Learn these heads alone and set them into the file, which otherwise stays as it is
        #[arg(long, value_name = "HEADS")]
        only: Option<OnlyArg>,
    },
}

/// Heads that can be learnt by themselves.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum OnlyArg {
    /// Those of the parts dialogue
    Parts,
}

/// A run of tuning.
#[derive(Debug, Args)]
pub(super) struct TuneArgs {
    /// The model to tune [default: the default model's base]
    #[arg(long, value_name = "NAME")]
    pub(super) base: Option<ModelName>,
    /// How to learn
    #[arg(long, value_name = "FILE", default_value = "models/adapters/recipe.toml")]
    pub(super) recipe: PathBuf,
    /// Where the run is kept while it is under way [default: in the model cache]
    #[arg(long, value_name = "FILE")]
    pub(super) checkpoint: Option<PathBuf>,
    /// Where the corpus lies
    #[arg(long, value_name = "DIR", default_value = "evals")]
    pub(super) corpus: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    /// Suite files, or names of suites under `evals/`
    #[arg(required = true, value_name = "SUITE")]
    pub(super) suites: Vec<String>,
    /// Phrase rules only, without the model
    #[arg(long)]
    pub(super) rules_only: bool,
    /// Write sheets for blind readers and their key to a folder; of the suite `reframing`
    #[arg(long, value_name = "FOLDER")]
    pub(super) blind: Option<PathBuf>,
    /// Write the whole report as JSON to a file
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Show the texts of misses; they are from our own corpus
    #[arg(long)]
    pub(super) show_texts: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    /// Numbers of threads, such as 1,2 [default: 1, and all cores]
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(super) threads: Vec<u16>,
    /// How often each test is run [default: 5, with --quick 2]
    #[arg(long, value_name = "N", value_parser = between::<1, 1_000>)]
    pub(super) turns: Option<usize>,
    /// Lengths of texts to read, in tokens [default: 16,128,512,2048]
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = between::<1, 1_000_000>)]
    pub(super) prefill: Vec<usize>,
    /// Tokens read before writing is measured [default: 0,1024]
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = between::<0, 1_000_000>)]
    pub(super) depth: Vec<usize>,
    /// Texts written side by side [default: 1,2,4,8]
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = between::<1, 256>)]
    pub(super) batch: Vec<usize>,
    /// Run llama.cpp's llama-bench beside, turn by turn, and give ratios
    #[arg(long, value_name = "PATH")]
    pub(super) against: Option<PathBuf>,
    /// Another file of the same weights for llama-bench [default: the same file]
    #[arg(long, value_name = "PATH", requires = "against")]
    pub(super) rival_model: Option<PathBuf>,
    /// Leave out the real reframe, which is slow with a model that has no trained heads
    #[arg(long)]
    pub(super) network_only: bool,
    /// Fewer tests, shorter and run twice: to see that all works, not to compare
    #[arg(long)]
    pub(super) quick: bool,
    #[command(flatten)]
    pub(super) form: FormArgs,
    /// Tell what this process costs with a model file; the command asks this of itself
    #[arg(long, value_name = "PATH", hide = true)]
    pub(super) footprint: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct FormArgs {
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    pub(super) json: bool,
    /// Print comma-separated values
    #[arg(long)]
    pub(super) csv: bool,
}

/// A whole number between two bounds.
fn between<const LEAST: usize, const MOST: usize>(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if (LEAST..=MOST).contains(&number) => Ok(number),
        _ => Err(format!("it can be {LEAST} to {MOST}")),
    }
}
