//! `/vault`: the lock on the journal.

use std::sync::Arc;
use std::time::Duration;

use axum::Json as Reply;
use axum::extract::State;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use super::super::json::Json;
use super::super::work::{UnlockProblems, VaultLockProblems, VaultProblems, VaultSecretProblems};
use super::super::{Problem, ProblemKind, Shared};
use crate::journal::vault::{Passphrase, RecoveryCode, Unlock, VaultState};
use crate::journal::{Door, JournalError};

/// How the journal stands.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct VaultBody {
    /// How the key is kept.
    state: VaultState,
    /// Whether there is a journal yet.
    journal: bool,
    /// Whether it has to be unlocked before it can be read.
    locked: bool,
    /// Whether its log was found damaged: what was written last before that may be missing. A
    /// copy of the log lies beside it.
    damaged_log: bool,
    /// Seconds without use after which it locks itself; `null` if it never does.
    idle_lock_s: Option<u64>,
}

impl VaultBody {
    fn of(door: &Door) -> Result<Self, JournalError> {
        let standing = door.standing()?;
        Ok(Self {
            state: standing.vault,
            journal: standing.exists,
            locked: standing.locked,
            damaged_log: standing.damaged_log,
            idle_lock_s: door.idle().map(|idle| idle.as_secs()),
        })
    }
}

/// Something secret that is typed; wiped from memory when it is no longer needed.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Password)]
pub(in crate::http) struct Secret(Zeroizing<String>);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(Zeroizing::new(text)))
    }
}

impl Secret {
    fn passphrase(&self) -> Result<Passphrase, JournalError> {
        Ok(Passphrase::new(&self.0)?)
    }

    fn code(&self) -> Result<RecoveryCode, JournalError> {
        Ok(self.0.parse()?)
    }
}

/// What opens the journal: one of the two.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct UnlockBody {
    /// The passphrase.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    passphrase: Option<Secret>,
    /// The recovery code.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    recovery_code: Option<Secret>,
}

impl UnlockBody {
    fn unlock(&self) -> Result<Unlock, Problem> {
        match (&self.passphrase, &self.recovery_code) {
            (Some(passphrase), None) => Ok(Unlock::Passphrase(passphrase.passphrase()?)),
            (None, Some(code)) => Ok(Unlock::Code(code.code()?)),
            _ => Err(Problem::new(ProblemKind::UnfitSecret, &"Send either `passphrase` or `recovery_code`.")),
        }
    }
}

/// A new passphrase.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct PassphraseBody {
    /// The present one, if there is one; or the recovery code in its place.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    current: Option<Secret>,
    /// The recovery code, where the passphrase is forgotten.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    recovery_code: Option<Secret>,
    /// The new one; `null` to do without from now on.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(value_type = Option<String>)]
    new: Option<Secret>,
}

/// The present passphrase.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct CurrentBody {
    /// The present passphrase.
    #[schema(value_type = String)]
    current: Secret,
}

/// What came of a change of the passphrase.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct SealedBody {
    /// Seven groups of four letters and digits. It opens the journal if the passphrase is
    /// forgotten, is shown this once and kept nowhere; `null` where there is no passphrase now.
    recovery_code: Option<String>,
}

/// A recovery code, shown this once.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct RecoveryBody {
    /// Seven groups of four letters and digits. It opens the journal if the passphrase is
    /// forgotten, and is kept nowhere.
    recovery_code: String,
}

/// Tell how the journal stands.
#[utoipa::path(
    get,
    path = "/vault",
    tag = "Journal",
    security(("token" = [])),
    responses((status = 200, description = "How it stands.", body = VaultBody), VaultProblems),
)]
pub(in crate::http) async fn show(State(shared): State<Shared>) -> Result<Reply<VaultBody>, Problem> {
    shared.with_door(VaultBody::of).await.map(Reply)
}

/// Unlock the journal.
#[utoipa::path(
    post,
    path = "/vault/unlock",
    tag = "Journal",
    security(("token" = [])),
    request_body(content = UnlockBody, example = json!({"passphrase": "four words of mine"})),
    responses((status = 200, description = "It is open.", body = VaultBody), UnlockProblems),
)]
pub(in crate::http) async fn unlock(
    State(shared): State<Shared>,
    Json(body): Json<UnlockBody>,
) -> Result<Reply<VaultBody>, Problem> {
    let unlock = body.unlock()?;
    let opened = shared.derive(move |door| {
        door.unlock(&unlock)?;
        VaultBody::of(door)
    });
    let opened = opened.await?;
    shared.catch_up();
    Ok(Reply(opened))
}

/// Lock the journal at once.
///
/// Requests under way finish. Without a passphrase it can't be locked.
#[utoipa::path(
    post,
    path = "/vault/lock",
    tag = "Journal",
    security(("token" = [])),
    responses((status = 200, description = "It is locked.", body = VaultBody), VaultLockProblems),
)]
pub(in crate::http) async fn lock(State(shared): State<Shared>) -> Result<Reply<VaultBody>, Problem> {
    let locked = shared.with_door(|door| {
        door.lock()?;
        VaultBody::of(door)
    });
    locked.await.map(Reply)
}

/// Set a passphrase, or another one; or do without, where `new` is `null`.
///
/// The reply holds a recovery code, this once; an earlier code ends.
#[utoipa::path(
    put,
    path = "/vault/passphrase",
    tag = "Journal",
    security(("token" = [])),
    request_body(content = PassphraseBody, example = json!({"new": "four words of mine"})),
    responses((status = 200, description = "It is set, or gone.", body = SealedBody), VaultSecretProblems),
)]
pub(in crate::http) async fn set_passphrase(
    State(shared): State<Shared>,
    Json(body): Json<PassphraseBody>,
) -> Result<Reply<SealedBody>, Problem> {
    let new = body.new.map(|new| new.passphrase()).transpose()?;
    let unlock = match (&body.current, &body.recovery_code) {
        (None, None) => Unlock::KeyFile,
        (Some(current), None) => Unlock::Passphrase(current.passphrase()?),
        (None, Some(code)) => Unlock::Code(code.code()?),
        (Some(_), Some(_)) => return Err(ProblemKind::UnfitSecret.into()),
    };
    let plan = Arc::clone(&shared.0.safety_plan);
    shared
        .derive(move |door| {
            // It stays open; one that is not there yet is made, so that its first line has a
            // passphrase.
            if door.standing()?.vault != VaultState::Passphrase {
                door.journal()?;
            }
            let recovery_code = if let Some(new) = &new {
                Some(door.vault().set_passphrase(&unlock, new)?.reveal().to_string())
            } else {
                door.vault().remove_passphrase(&unlock)?;
                None
            };
            // A plan that is not to be read without a passphrase goes behind it at once. Where
            // that fails it does when it is next read; the passphrase is set all the same.
            if plan.settle().is_err() {
                tracing::warn!("the safety plan is not in the journal yet");
            }
            Ok(SealedBody { recovery_code })
        })
        .await
        .map(Reply)
}

/// Make a new recovery code; the earlier one ends.
#[utoipa::path(
    post,
    path = "/vault/recovery-code",
    tag = "Journal",
    security(("token" = [])),
    request_body(content = CurrentBody, example = json!({"current": "four words of mine"})),
    responses((status = 200, description = "The new one.", body = RecoveryBody), VaultSecretProblems),
)]
pub(in crate::http) async fn renew_code(
    State(shared): State<Shared>,
    Json(body): Json<CurrentBody>,
) -> Result<Reply<RecoveryBody>, Problem> {
    let unlock = Unlock::Passphrase(body.current.passphrase()?);
    shared
        .derive(move |door| {
            let code = door.vault().renew_code(&unlock)?;
            Ok(RecoveryBody { recovery_code: code.reveal().to_string() })
        })
        .await
        .map(Reply)
}

impl Shared {
    /// Derives a key, which takes half a second and much memory: one at a time.
    async fn derive<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Door) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, Problem> {
        let Ok(_place) = self.0.derivations.acquire().await else {
            return Err(ProblemKind::Stopping.into());
        };
        self.with_door(work).await
    }

    /// Locks the journal when nobody uses it, until the service stops.
    pub(in crate::http) async fn lock_when_idle(self) {
        loop {
            let wait = self.0.journal.lock_if_idle().unwrap_or(A_DAY).max(A_SECOND);
            tokio::select! {
                () = self.0.stopping.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}

const A_SECOND: Duration = Duration::from_secs(1);
const A_DAY: Duration = Duration::from_hours(24);
