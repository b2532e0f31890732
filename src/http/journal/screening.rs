//! Reading what was kept: by the model if it has a place now, by the rules alone if not. What
//! rules alone have read is read again later, in the background.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::super::Shared;
use crate::assistant::{Assistant, AssistantError, ModelState, SaidBody, Turn};
use crate::crisis::CountryCode;
use crate::journal::{Journal, JournalError, KeptWords, Screened, Unread};
use crate::language::LanguageError;

/// Bytes from which a text is read on a thread of its own, so that nobody else waits for it.
const LONG: usize = 64 * 1024;
/// Texts looked up at once for reading again.
const TOGETHER: usize = 8;
/// Pause before another try where all places in the model's queue are taken.
const PAUSE: Duration = Duration::from_secs(1);

/// Sees to it that one reading in the background is under way at most.
#[derive(Default)]
pub(in crate::http) struct Reader(AtomicBool);

impl Shared {
    /// Screens what was kept. Nothing that happens here can fail a request: where even the rules
    /// could not read it, there is nothing to say.
    pub(in crate::http) async fn say_of(
        &self,
        text: &str,
        country: CountryCode,
        rules_only: bool,
    ) -> Option<SaidBody> {
        if !rules_only && let Ok(turn) = self.turn().await {
            let read = read(self.0.assistant.clone(), text, country, turn);
            if let Ok(Some(said)) = self.until_stopped(read).await {
                return Some(said);
            }
        }
        read(self.0.assistant.clone(), text, country, Turn::without_model()).await.unwrap_or(None)
    }

    /// Screens a text that was kept and keeps what was said.
    pub(super) async fn screen(
        &self,
        KeptWords { text, version, words }: KeptWords,
        country: CountryCode,
        rules_only: bool,
    ) -> Option<SaidBody> {
        let said = self.say_of(&words, country, rules_only).await?;
        self.keep(text, version, &said).await;
        if said.model.is_none() && !rules_only {
            self.catch_up();
        }
        Some(said)
    }

    /// Keeps what was said of a version of a text. It may be gone by now; then nothing is kept.
    pub(super) async fn keep(&self, text: Screened, version: u32, said: &SaidBody) {
        let (risk, model) = (said.risk.clone(), said.model.clone());
        let kept = self
            .with_journal(move |journal| journal.keep_screening(text, version, &risk, model.as_ref()))
            .await;
        if kept.is_err() {
            tracing::warn!("what the screen said of a text could not be kept");
        }
    }

    /// Lets the model read, in the background, what rules alone have read.
    pub(super) fn catch_up(&self) {
        if self.0.assistant.model().is_none() || self.0.reader.0.swap(true, Ordering::AcqRel) {
            return;
        }
        let shared = self.clone();
        tokio::spawn(async move {
            let work = shared.read_again();
            tokio::select! {
                () = shared.0.stopping.cancelled() => {}
                () = work => {}
            }
            shared.0.reader.0.store(false, Ordering::Release);
        });
    }

    /// Lets the model read what rules alone have read before the service was started, where the
    /// journal opens without a passphrase.
    pub(in crate::http) async fn catch_up_from_before(self) {
        if self.0.assistant.model().is_none() {
            return;
        }
        let opened = self.with_door(|door| {
            let standing = door.standing()?;
            if standing.exists && !standing.locked {
                door.journal()?;
            }
            Ok(())
        });
        if opened.await.is_ok() {
            self.catch_up();
        }
    }

    async fn read_again(&self) {
        // Those that could not be read now.
        let mut left = HashSet::new();
        loop {
            let wanted = TOGETHER + left.len();
            let waiting = self.if_open(move |journal| journal.unread(Unread::ByModel, wanted)).await;
            let Some(mut waiting) = waiting else { return };
            waiting.retain(|kept| !left.contains(&kept.text));
            if waiting.is_empty() {
                return;
            }
            for KeptWords { text, version, words } in waiting {
                let turn = loop {
                    match self.turn().await {
                        Ok(turn) => break turn,
                        Err(_) if self.model_is_lost() => return,
                        Err(_) => sleep(PAUSE).await,
                    }
                };
                let assistant = self.0.assistant.clone();
                let said = read(assistant, &words, CountryCode::UNKNOWN, turn).await;
                let kept = match said {
                    Ok(Some(said)) if said.model.is_some() => {
                        let keep = move |journal: &Journal| {
                            journal.keep_screening(text, version, &said.risk, said.model.as_ref())
                        };
                        self.if_open(keep).await
                    }
                    _ => None,
                };
                if kept.is_none() {
                    left.insert(text);
                }
            }
        }
    }

    fn model_is_lost(&self) -> bool {
        matches!(self.0.assistant.model_state(), ModelState::Absent | ModelState::Failed(_))
    }

    /// Does something with the journal without counting as use; `None` if it is locked or fails.
    async fn if_open<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Journal) -> Result<T, JournalError> + Send + 'static,
    ) -> Option<T> {
        let door = Arc::clone(&self.0.journal);
        let done = spawn_blocking(move || door.if_open().and_then(|journal| work(&journal).ok())).await;
        done.ok().flatten()
    }
}

async fn read(
    assistant: Assistant,
    text: &str,
    country: CountryCode,
    turn: Turn,
) -> Result<Option<SaidBody>, AssistantError> {
    if text.len() < LONG {
        return assistant.say_of(text, country, &turn).await;
    }
    let (text, runtime) = (text.to_owned(), Handle::current());
    let work = spawn_blocking(move || runtime.block_on(assistant.say_of(&text, country, &turn)));
    work.await.unwrap_or(Err(LanguageError::Failed.into()))
}
