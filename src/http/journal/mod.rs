//! What a person keeps: entries, thought records, drafts, the lock on them, and ways to take them
//! along. A text is on the disk before it is screened, and no screening takes it back.

mod carry;
mod drafts;
mod entries;
mod reading;
mod screening;
mod thought_records;
mod vault;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::HeaderMap;
use serde::{Deserialize, Deserializer};
use tokio::task::spawn_blocking;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use super::{MOST_BYTES_SCREENING, Problem, ProblemKind, Shared};
use crate::crisis::CountryCode;
use crate::journal::vault::VaultError;
use crate::journal::{CreationKey, Door, Id, Journal, JournalError, Stamp, SystemClock, ValueError};

pub(super) use screening::Reader;

/// The header that makes a creation happen once.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The routes of what a person keeps.
pub(super) fn routes() -> OpenApiRouter<Shared> {
    // An entry may be as long as what can be screened.
    let long = || DefaultBodyLimit::max(MOST_BYTES_SCREENING);
    OpenApiRouter::new()
        .routes(routes!(entries::list, entries::create).layer(long()))
        .routes(routes!(entries::show, entries::change, entries::delete).layer(long()))
        .routes(routes!(reading::recognise))
        .routes(routes!(reading::reframe))
        .routes(routes!(thought_records::list, thought_records::create))
        .routes(routes!(thought_records::show, thought_records::change, thought_records::delete))
        .routes(routes!(drafts::list))
        .routes(routes!(drafts::show, drafts::save, drafts::discard).layer(long()))
        .routes(routes!(vault::show))
        .routes(routes!(vault::unlock))
        .routes(routes!(vault::lock))
        .routes(routes!(vault::set_passphrase))
        .routes(routes!(vault::renew_code))
        .routes(routes!(carry::export, carry::export_sealed))
        .routes(routes!(carry::import).layer(DefaultBodyLimit::max(carry::MOST_BYTES_IMPORT)))
        .routes(routes!(carry::backups, carry::back_up))
        .routes(routes!(carry::erase))
}

impl Shared {
    /// Does something with the journal on a thread where waiting for the disk holds nobody up.
    pub(super) async fn with_journal<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Journal) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, Problem> {
        self.with_door(move |door| work(&*door.journal()?)).await
    }

    /// Whether there is a journal that can be read now.
    pub(super) async fn journal_is_open(&self) -> bool {
        let standing = self.with_door(|door| Ok(door.standing()?)).await;
        standing.is_ok_and(|standing| standing.exists && !standing.locked)
    }

    /// Does something with the way to the journal, open or locked.
    pub(super) async fn with_door<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Door) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, Problem> {
        let door = Arc::clone(&self.0.journal);
        match spawn_blocking(move || work(&door)).await {
            Ok(done) => Ok(done?),
            Err(_) => Err(ProblemKind::Failed.into()),
        }
    }
}

/// The id in an address; what is none is not there.
pub(super) fn id_of(text: &str, missing: ProblemKind) -> Result<Id, Problem> {
    text.parse().map_err(|_| missing.into())
}

/// The state of something by its version.
pub(super) fn tag(version: u32) -> String {
    format!("\"{version}\"")
}

/// The key of a creation, if the caller sent one.
pub(super) fn creation_key(
    headers: &HeaderMap,
    sent: &impl serde::Serialize,
) -> Result<Option<CreationKey>, Problem> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let sent = serde_json::to_vec(sent).map_err(|_| ProblemKind::Failed)?;
    let key = key.to_str().map_err(|_| ValueError::Key).and_then(|key| CreationKey::new(key, &sent));
    Ok(Some(key.map_err(JournalError::from)?))
}

pub(super) fn country(named: Option<&str>) -> Result<CountryCode, Problem> {
    CountryCode::named(named).map_err(|error| Problem::new(ProblemKind::UnknownCountry, &error))
}

/// What bounds a period: a day, or a time.
fn bound(text: Option<&str>) -> Result<Option<Stamp>, Problem> {
    let read = text.map(|text| SystemClock.bound(text)).transpose();
    read.map_err(|error| Problem::new(ProblemKind::UnfitValue, &error))
}

/// Tells a field that is `null` from one that is absent.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Self {
        let kind = match &error {
            JournalError::Vault(why) => return of_vault(why),
            JournalError::Value(why) => match why {
                ValueError::Blank => ProblemKind::UnusableText,
                ValueError::TooLong { .. } => ProblemKind::TooLong,
                ValueError::OutOfRange { .. } => ProblemKind::OutOfRange,
                ValueError::Tag | ValueError::Key => ProblemKind::UnfitValue,
                ValueError::Id => return ProblemKind::NotFound.into(),
            },
            JournalError::Damaged { .. }
            | JournalError::DamagedHeader
            | JournalError::NotThisJournal(_)
            | JournalError::NotADatabase(_) => ProblemKind::JournalDamaged,
            JournalError::Newer { .. } => ProblemKind::JournalNewer,
            JournalError::Busy | JournalError::TracesLeft { .. } => return ProblemKind::JournalBusy.into(),
            JournalError::Full => ProblemKind::DiskFull,
            JournalError::Missing { what: "entry", .. } | JournalError::Ambiguous { .. } => {
                return ProblemKind::NoSuchEntry.into();
            }
            JournalError::Missing { what: "dialogue", .. } => return ProblemKind::NoSuchDialogue.into(),
            JournalError::Missing { what: "part", .. } => return ProblemKind::NoSuchPart.into(),
            JournalError::Missing { what: "reflection", .. } => return ProblemKind::NoSuchReflection.into(),
            JournalError::Missing { .. } => return ProblemKind::NoSuchThoughtRecord.into(),
            JournalError::Changed { .. } => return ProblemKind::ChangedMeanwhile.into(),
            JournalError::KeyReused => return ProblemKind::KeyReused.into(),
            JournalError::Cursor | JournalError::NoWords => ProblemKind::UnfitQuery,
            JournalError::Import { .. } | JournalError::ImportFrom { .. } | JournalError::SealedFile(_) => {
                ProblemKind::UnfitFile
            }
            JournalError::ReadOnly(_)
            | JournalError::Io { .. }
            | JournalError::Backup { .. }
            | JournalError::Exists(_)
            | JournalError::NotSealed(_)
            | JournalError::Fault { .. } => ProblemKind::JournalNotKept,
        };
        Self::new(kind, &error)
    }
}

fn of_vault(error: &VaultError) -> Problem {
    let kind = match error {
        VaultError::Locked => return ProblemKind::JournalLocked.into(),
        VaultError::WrongPassphrase => ProblemKind::WrongPassphrase,
        VaultError::WrongCode => ProblemKind::WrongCode,
        VaultError::NotSealedNow => return ProblemKind::NoPassphrase.into(),
        VaultError::MistypedCode | VaultError::EmptyPassphrase => ProblemKind::UnfitSecret,
        VaultError::NewerKeyFile => ProblemKind::JournalNewer,
        VaultError::KeyFileDamaged | VaultError::KeyFileMissing(_) => ProblemKind::JournalDamaged,
        VaultError::Io { .. } | VaultError::NoRandomness | VaultError::NotSealed => {
            ProblemKind::JournalNotKept
        }
    };
    Problem::new(kind, error)
}
