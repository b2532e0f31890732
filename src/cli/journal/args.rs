//! What can be typed about the journal.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::record::RecordCommand;
use super::secret;
use crate::cli::error::CliError;
use crate::distortion::Distortion;
use crate::journal::{Mood, Origin, Recipient, Sealed, Stamp, Tag};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum JournalCommand {
    /// Keep an entry: from standard input, or written in your editor
    Add(AddArgs),
    /// List entries, the newest first
    List(ListArgs),
    /// Show an entry with its history and what was said of it
    Show(OneArgs),
    /// Change an entry; what it was is kept with it
    Edit(EditArgs),
    /// Find entries by their words
    Search(SearchArgs),
    /// Delete an entry with all that belongs to it (`erase` leaves no trace of it)
    Delete(DeleteArgs),
    /// Name the distortions in an entry, and keep what was found with it
    Recognise(RecogniseArgs),
    /// Thought records: a thought, what speaks for and against it, and a balanced one
    Record {
        #[command(subcommand)]
        command: RecordCommand,
    },
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RecogniseArgs {
    /// The entry's id, or enough of its beginning
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// Two letters of your country, for helplines
    #[arg(long, value_name = "CC", env = "EVENKEEL_COUNTRY")]
    pub(super) country: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct AddArgs {
    /// The text; better left out, because a shell remembers what is typed here. `-` stands for
    /// standard input
    #[arg(value_name = "TEXT")]
    pub(super) text: Vec<String>,
    /// How the day was, 0 (the worst) to 10
    #[arg(long, value_name = "N")]
    pub(super) mood: Option<Mood>,
    /// A word to find it by; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub(super) tags: Vec<Tag>,
    /// What time it speaks of, such as 2026-11-26T22:00:00+01:00 [default: now]
    #[arg(long, value_name = "TIME")]
    pub(super) written: Option<Stamp>,
    /// Keep one entry for each line of a file (`-` for standard input): an object with `text`,
    /// perhaps `mood`, `tags`, `written`, and an `id` of yours that comes back as `given`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["text", "mood", "tags", "written", "json"])]
    pub(super) jsonl: Option<PathBuf>,
    #[command(flatten)]
    pub(super) screening: ScreeningArgs,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// How a text is screened after it was kept.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ScreeningArgs {
    /// Screen by phrase rules alone; the model reads it later
    #[arg(long)]
    pub(super) rules_only: bool,
    /// Two letters of your country, for helplines
    #[arg(long, value_name = "CC", env = "EVENKEEL_COUNTRY")]
    pub(super) country: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct FilterArgs {
    /// Entries of this day or time, or later
    #[arg(long, value_name = "DAY|TIME")]
    pub(super) from: Option<String>,
    /// Entries of before this day or time
    #[arg(long, value_name = "DAY|TIME")]
    pub(super) until: Option<String>,
    /// Entries with this tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub(super) tags: Vec<Tag>,
    /// Entries in which this distortion was recognised, or that you found it in
    #[arg(long, value_name = "SLUG", value_parser = distortion)]
    pub(super) distortion: Option<Distortion>,
    /// Entries of this mood or better
    #[arg(long, value_name = "N")]
    pub(super) mood_from: Option<Mood>,
    /// Entries of this mood or worse
    #[arg(long, value_name = "N")]
    pub(super) mood_to: Option<Mood>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=500))]
    pub(super) limit: u16,
    /// Go on from the `next` of an earlier page
    #[arg(long, value_name = "NEXT")]
    pub(super) after: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

fn distortion(text: &str) -> Result<Distortion, String> {
    let known = || Distortion::ALL.map(Distortion::slug).join(", ");
    Distortion::from_slug(text).ok_or_else(|| format!("it can be one of {}", known()))
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    pub(super) filter: FilterArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SearchArgs {
    /// Words that all occur; "in quotes" for words side by side, `wor*` for any ending. Read from
    /// standard input if absent or `-`
    #[arg(value_name = "WORD")]
    pub(super) words: Vec<String>,
    #[command(flatten)]
    pub(super) filter: FilterArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct OneArgs {
    /// The entry's id, or enough of its beginning
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct EditArgs {
    /// The entry's id, or enough of its beginning
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// `-` for the new text from standard input; otherwise your editor opens
    #[arg(value_name = "-", value_parser = ["-"])]
    pub(super) input: Option<String>,
    /// How the day was, 0 (the worst) to 10
    #[arg(long, value_name = "N")]
    pub(super) mood: Option<Mood>,
    /// Take the mood away
    #[arg(long, conflicts_with = "mood")]
    pub(super) no_mood: bool,
    /// The tags from now on; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub(super) tags: Vec<Tag>,
    /// Take the tags away
    #[arg(long, conflicts_with = "tags")]
    pub(super) no_tags: bool,
    /// Change nothing if the entry is at another version than this
    #[arg(long, value_name = "N")]
    pub(super) seen: Option<u32>,
    #[command(flatten)]
    pub(super) screening: ScreeningArgs,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DeleteArgs {
    /// The entry's id, or enough of its beginning
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// Do not ask
    #[arg(long)]
    pub(super) yes: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum VaultCommand {
    /// Say how the journal is locked
    Status(super::super::args::JsonArgs),
    /// Set a passphrase or another one; prints a recovery code, once
    Passphrase {
        /// Where to read the new passphrase from, a line, for scripts
        #[arg(long, value_name = "N")]
        new_passphrase_fd: Option<u32>,
        /// Keep the journal without a passphrase from now on
        #[arg(long, conflicts_with = "new_passphrase_fd")]
        remove: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Lock the journal now
    Lock(super::super::args::JsonArgs),
    /// See whether your passphrase opens the journal
    Unlock(super::super::args::JsonArgs),
    /// Make a new recovery code, or set a new passphrase with the one you have
    Recovery {
        /// Where to read your recovery code from, a line; asked for in a terminal
        #[arg(long, value_name = "N")]
        code_fd: Option<u32>,
        /// Where to read the new passphrase from, a line
        #[arg(long, value_name = "N")]
        new_passphrase_fd: Option<u32>,
        /// Make a new code; your passphrase is asked for, and the old code ends
        #[arg(long, conflicts_with_all = ["code_fd", "new_passphrase_fd"])]
        new: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(in crate::cli) struct EraseArgs {
    /// One entry, by its id or enough of its beginning
    #[arg(long, value_name = "ID", group = "what")]
    pub(super) entry: Option<String>,
    /// Everything of this day or time, or later; with --until
    #[arg(long, value_name = "DAY|TIME", group = "what", requires = "until")]
    pub(super) from: Option<String>,
    /// Everything of before this day or time; with --from
    #[arg(long, value_name = "DAY|TIME", requires = "from")]
    pub(super) until: Option<String>,
    /// Everything
    #[arg(long, group = "what")]
    pub(super) all: bool,
    /// Do not ask; delete the backups in the data folder too
    #[arg(long)]
    pub(super) yes: bool,
    /// Leave the backups in the data folder as they are
    #[arg(long)]
    pub(super) keep_backups: bool,
    #[command(flatten)]
    pub(super) json: super::super::args::JsonArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct BackupArgs {
    /// The folder to make; it must not exist yet
    #[arg(value_name = "FOLDER")]
    pub(super) to: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RestoreArgs {
    /// A folder that `backup` made, or a file of `backups/` in the data folder
    #[arg(value_name = "BACKUP")]
    pub(super) from: PathBuf,
    /// Do not ask
    #[arg(long)]
    pub(super) yes: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// What an export looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportFormat {
    /// One JSON file, which can be read back
    Json,
    /// A folder with a Markdown file for each entry
    Markdown,
    /// A folder with a CSV file for each table
    Csv,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArgs {
    /// The file or folder to make; it must not exist yet. `-` for standard output, with JSON
    #[arg(value_name = "PATH")]
    pub(super) to: PathBuf,
    /// What it looks like
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    pub(super) format: ExportFormat,
    #[command(flatten)]
    pub(super) seal: SealArgs,
    /// Write plain files, which whoever has them can read
    #[arg(long, group = "how")]
    pub(super) plain: bool,
}

/// Whom a file is encrypted for.
#[derive(Debug, Args)]
pub(in crate::cli) struct SealArgs {
    /// Encrypt the file with a passphrase, which is asked for twice
    #[arg(long, group = "how")]
    encrypt: bool,
    /// Encrypt the file for an age key (age1…); may be given several times
    #[arg(long, value_name = "AGE1…", group = "how")]
    recipient: Vec<Recipient>,
    /// Encrypt the file with the passphrase on this file descriptor, a line, for scripts
    #[arg(long, value_name = "N", group = "how")]
    file_passphrase_fd: Option<u32>,
}

impl SealArgs {
    /// Whether it is to be encrypted.
    pub(super) const fn is_wanted(&self) -> bool {
        self.encrypt || !self.recipient.is_empty() || self.file_passphrase_fd.is_some()
    }

    /// Whom it is for; `None` if it is to be plain. Asks for a passphrase where one is to be asked
    /// for.
    pub(in crate::cli) fn chosen(&self) -> Result<Option<Sealed>, CliError> {
        if !self.recipient.is_empty() {
            return Ok(Some(Sealed::Recipients(self.recipient.clone())));
        }
        if let Some(descriptor) = self.file_passphrase_fd {
            return secret::of_file(descriptor).map(|given| Some(Sealed::Passphrase(given)));
        }
        if self.encrypt {
            return secret::new_of_file(false).map(|given| given.map(Sealed::Passphrase));
        }
        Ok(None)
    }
}

/// Which program a file comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ImportFormat {
    /// The JSON of `export`
    Evenkeel,
    /// jrnl's JSON or plain text
    Jrnl,
    /// Day One's JSON, or its zip file
    DayOne,
    /// A Markdown file, or a folder of them
    Markdown,
    /// What a wearable measured: Apple Health, Fitbit (Google Takeout), Oura or Garmin
    Wearable,
}

impl ImportFormat {
    /// The program that wrote a journal; `None` for what a wearable measured.
    pub(super) const fn origin(self) -> Option<Origin> {
        match self {
            Self::Evenkeel => Some(Origin::Evenkeel),
            Self::Jrnl => Some(Origin::Jrnl),
            Self::DayOne => Some(Origin::DayOne),
            Self::Markdown => Some(Origin::Markdown),
            Self::Wearable => None,
        }
    }
}

/// How days are written where a file leaves it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DatesArg {
    /// 03/04/2026 is the third of April
    DayFirst,
    /// 03/04/2026 is the fourth of March
    MonthFirst,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArgs {
    /// A file that `export`, jrnl or Day One made, encrypted with age or not, or a folder of
    /// Markdown files; or the export of a wearable: a file, folder or zip of Apple Health, Fitbit
    /// (Google Takeout), Oura or Garmin. `-` for standard input
    #[arg(value_name = "PATH")]
    pub(super) from: PathBuf,
    /// Which program it comes from [default: told by its content]
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<ImportFormat>,
    /// The zone of times that tell none, such as Europe/Berlin [default: this machine's]
    #[arg(long, value_name = "ZONE")]
    pub(super) time_zone: Option<String>,
    /// How days are written, where the export of a wearable leaves it open
    #[arg(long, value_name = "ORDER")]
    pub(super) dates: Option<DatesArg>,
    /// The age keys that open an encrypted file
    #[arg(long, value_name = "FILE")]
    pub(super) identity: Option<PathBuf>,
    /// Where to read the passphrase of an encrypted file from, a line, for scripts
    #[arg(long, value_name = "N")]
    pub(super) file_passphrase_fd: Option<u32>,
    /// Two letters of your country, for helplines
    #[arg(long, value_name = "CC", env = "EVENKEEL_COUNTRY")]
    pub(super) country: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}
