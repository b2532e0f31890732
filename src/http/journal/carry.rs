//! `/export`, `/import`, `/backups` and `/erase`: taking it along, and leaving.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use axum::Json as Reply;
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_stream::wrappers::ReceiverStream;
use zeroize::Zeroizing;

use super::super::country::CountryQuery;
use super::super::json::{Json, JsonBytes};
use super::super::work::{EraseProblems, ImportProblems, JournalProblems, SealedExportProblems};
use super::super::{Problem, ProblemKind, Shared};
use super::{bound, id_of};
use crate::assistant::DiaryError;
use crate::crisis::Escalation;
use crate::journal::{Backup, Erase, Imported, Journal, JournalError, Sealed};

/// Bytes of a file to be taken in at most.
pub(in crate::http) const MOST_BYTES_IMPORT: usize = 256 * 1024 * 1024;
/// Bytes of an export sent at once, and pieces that wait to be sent.
const PIECE: usize = 64 * 1024;
const PIECES: usize = 4;

/// Give everything as one JSON file.
///
/// It is plain text: whoever has it can read it. Its form is that of `evenkeel export`.
#[utoipa::path(
    get,
    path = "/export",
    tag = "Journal",
    security(("token" = [])),
    responses(
        (status = 200, description = "Entries, thought records and drafts (docs/journal-export.schema.json).",
            body = serde_json::Value, content_type = "application/json"),
        JournalProblems,
    ),
)]
pub(in crate::http) async fn export(State(shared): State<Shared>) -> Result<Response, Problem> {
    shared.exported(None, "application/json", "evenkeel-export.json").await
}

/// How an export is encrypted.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct SealBody {
    /// What opens it; nothing else does.
    passphrase: String,
}

/// Give everything as one encrypted JSON file.
///
/// It is encrypted with age (<https://age-encryption.org>): `evenkeel import` and `age --decrypt`
/// open it with the passphrase. Nobody can help whoever forgets that.
#[utoipa::path(
    post,
    path = "/export",
    tag = "Journal",
    security(("token" = [])),
    request_body(content = SealBody, example = json!({"passphrase": "bicycle in the rain"})),
    responses(
        (status = 200, description = "The encrypted file.", body = Vec<u8>, content_type = "application/octet-stream"),
        SealedExportProblems,
    ),
)]
pub(in crate::http) async fn export_sealed(
    State(shared): State<Shared>,
    Json(SealBody { passphrase }): Json<SealBody>,
) -> Result<Response, Problem> {
    let passphrase = Zeroizing::new(passphrase);
    if passphrase.is_empty() {
        return Err(ProblemKind::UnfitSecret.into());
    }
    let sealed = Some(Sealed::Passphrase(passphrase));
    shared.exported(sealed, "application/octet-stream", "evenkeel-export.json.age").await
}

impl Shared {
    /// The export as it is being written.
    async fn exported(
        &self,
        sealed: Option<Sealed>,
        kind: &'static str,
        name: &str,
    ) -> Result<Response, Problem> {
        // What is wrong with the journal is a problem, not half a file.
        self.with_journal(Journal::count).await?;
        let (to, from) = mpsc::channel(PIECES);
        let door = Arc::clone(&self.0.journal);
        let stopping = self.0.stopping.clone();
        spawn_blocking(move || {
            let mut out = BufWriter::with_capacity(PIECE, Pipe { to: to.clone() });
            let written = door.journal().and_then(|journal| {
                match &sealed {
                    None => journal.export_json(&mut out)?,
                    Some(sealed) => journal.export_sealed(sealed, &mut out)?,
                }
                Ok(out.flush()?)
            });
            // A file that breaks off must not look whole: the connection breaks off with it.
            if written.is_err() && !stopping.is_cancelled() {
                let _ = to.blocking_send(Err(io::Error::other("the export broke off")));
            }
        });
        let name = format!("attachment; filename=\"{name}\"");
        let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)];
        Ok((headers, Body::from_stream(ReceiverStream::new(from))).into_response())
    }
}

/// Hands what is written on to a reply.
struct Pipe {
    to: mpsc::Sender<io::Result<Bytes>>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.to.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map(|()| bytes.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What came of an import.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct ImportedBody {
    #[serde(flatten)]
    imported: Imported,
    /// Texts of it that speak of danger.
    alarms: usize,
    /// Help, where one does.
    escalation: Option<Escalation>,
}

/// Take in what `GET /export` gave, up to 256 MiB: all of it or nothing.
///
/// What is here already stays as it is. The texts are screened by rules at once, by the model later.
#[utoipa::path(
    post,
    path = "/import",
    tag = "Journal",
    security(("token" = [])),
    params(CountryQuery),
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses((status = 200, description = "It is taken in.", body = ImportedBody), ImportProblems),
)]
pub(in crate::http) async fn import(
    State(shared): State<Shared>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
    JsonBytes(bytes): JsonBytes,
) -> Result<Reply<ImportedBody>, Problem> {
    let country = CountryQuery::country(asked)?;
    let imported = shared.with_journal(move |journal| journal.import_json(&mut &bytes[..])).await?;
    let (door, assistant, runtime) =
        (Arc::clone(&shared.0.journal), shared.0.assistant.clone(), Handle::current());
    let screened = spawn_blocking(move || {
        let journal = door.journal()?;
        runtime.block_on(assistant.screen_unread(&journal, country))
    });
    let alarms = screened.await.map_err(|_| ProblemKind::Failed)??;
    shared.catch_up();
    Ok(Reply(ImportedBody { imported, alarms: alarms.texts, escalation: alarms.escalation }))
}

impl From<DiaryError> for Problem {
    fn from(error: DiaryError) -> Self {
        match error {
            DiaryError::Assistant(error) => error.into(),
            DiaryError::Journal(error) => error.into(),
        }
    }
}

/// The backups in the data folder.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct BackupsBody {
    /// The oldest first, then what was there before one was put back.
    backups: Vec<Backup>,
}

/// List the backups in the data folder.
#[utoipa::path(
    get,
    path = "/backups",
    tag = "Journal",
    security(("token" = [])),
    responses((status = 200, description = "All of them.", body = BackupsBody), JournalProblems),
)]
pub(in crate::http) async fn backups(State(shared): State<Shared>) -> Result<Reply<BackupsBody>, Problem> {
    let backups = shared.with_journal(Journal::own_backups).await?;
    Ok(Reply(BackupsBody { backups }))
}

/// Make a backup in the data folder and check it.
///
/// It opens with what opens the journal now. `evenkeel restore` puts it back.
#[utoipa::path(
    post,
    path = "/backups",
    tag = "Journal",
    security(("token" = [])),
    responses((status = 201, description = "It is made.", body = Backup), JournalProblems),
)]
pub(in crate::http) async fn back_up(
    State(shared): State<Shared>,
) -> Result<(StatusCode, Reply<Backup>), Problem> {
    let backup = shared.with_journal(Journal::back_up).await?;
    Ok((StatusCode::CREATED, Reply(backup)))
}

/// What is to be erased: an entry, a period, or all.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct EraseBody {
    /// The id of an entry.
    entry: Option<String>,
    /// The first day or time of a period.
    from: Option<String>,
    /// The day or time that ends it, itself not included.
    until: Option<String>,
    /// Everything that was written.
    #[serde(default)]
    all: bool,
    /// Whether the backups in the data folder, which may hold it, stay.
    #[serde(default)]
    keep_backups: bool,
}

impl EraseBody {
    fn what(&self) -> Result<Erase, Problem> {
        match (&self.entry, bound(self.from.as_deref())?, bound(self.until.as_deref())?, self.all) {
            (Some(id), None, None, false) => Ok(Erase::Entry(id_of(id, ProblemKind::NoSuchEntry)?)),
            (None, Some(from), Some(until), false) => Ok(Erase::Period { from, until }),
            (None, None, None, true) => Ok(Erase::All),
            _ => Err(Problem::new(
                ProblemKind::UnfitValue,
                &"Send one of: `entry`; `from` and `until`; `all` as true.",
            )),
        }
    }
}

/// What is gone.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct ErasedBody {
    /// Entries that are gone.
    entries: usize,
    /// Backups that are gone.
    backups: usize,
    /// Whether another program has the journal open: the last traces in the log go when it closes.
    traces_left: bool,
}

/// Erase for good: rows, index, log and, unless they are to stay, the backups in the data folder.
#[utoipa::path(
    post,
    path = "/erase",
    tag = "Journal",
    security(("token" = [])),
    request_body(content = EraseBody, example = json!({"from": "2026-11-01", "until": "2026-11-08"})),
    responses((status = 200, description = "It is gone.", body = ErasedBody), EraseProblems),
)]
pub(in crate::http) async fn erase(
    State(shared): State<Shared>,
    Json(body): Json<EraseBody>,
) -> Result<Reply<ErasedBody>, Problem> {
    let what = body.what()?;
    let erased = shared.with_journal(move |journal| {
        let (entries, traces_left) = match journal.erase(what) {
            Err(JournalError::TracesLeft { gone }) => (gone, true),
            done => (done?, false),
        };
        let backups = if body.keep_backups { 0 } else { journal.delete_own_backups()? };
        Ok(ErasedBody { entries, backups, traces_left })
    });
    erased.await.map(Reply)
}
