//! Reframes that were shown and what the person said of them. Of a text that was shown its checksum
//! is kept, which tells it from others and holds no word; what the person made of it is theirs and
//! kept as they wrote it.

use std::collections::HashMap;
use std::fmt::Write as _;

use rusqlite::params;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest as _, Sha256};

use super::Journal;
use super::error::JournalError;
use super::kept::{self, Content, Kept};
use super::values::{Id, Line};
use crate::reframe::{Kind, Strategy, Verdict};

/// For so long it is kept what was shown, in milliseconds: 30 days. A week is what it is needed
/// for; until then something can be said of it.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1_000;
/// The earliest first; an id that was made of a key does not tell when.
const IN_ORDER: &str = "ORDER BY written_ms, seq";
/// Characters of a name at most, as of the id of a request.
const MOST_OF_A_NAME: usize = 128;

/// A reframe that was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownReframe {
    /// The id of the reply.
    #[serde(deserialize_with = "name")]
    pub reframing: String,
    /// The line of the bank with a checksum of its wording; `null` for what a model wrote.
    #[serde(default, deserialize_with = "optional_name")]
    pub line: Option<String>,
    /// Checksum of the text as it was shown.
    pub text: TextSum,
    /// How it answers.
    pub strategy: Strategy,
    /// Statement or question.
    pub kind: Kind,
}

/// What the person said of a reframe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReframeFeedback {
    /// Of which.
    pub of: ShownReframe,
    /// What they said.
    pub verdict: Verdict,
    /// What they made of it, if they edited it.
    pub edited: Option<Line>,
}

/// SHA-256 of a text, as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
pub struct TextSum(String);

impl TextSum {
    /// That of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut sum = String::with_capacity(64);
        for byte in Sha256::digest(text) {
            // Writing to a string cannot fail.
            let _ = write!(sum, "{byte:02x}");
        }
        Self(sum)
    }
}

impl TryFrom<String> for TextSum {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_sum = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if is_sum { Ok(Self(text)) } else { Err("A checksum has 64 hexadecimal digits.") }
    }
}

impl From<TextSum> for String {
    fn from(sum: TextSum) -> Self {
        sum.0
    }
}

fn fits(name: &str) -> Result<(), &'static str> {
    if name.chars().count() <= MOST_OF_A_NAME { Ok(()) } else { Err("A name has 128 characters at most.") }
}

fn name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let name = String::deserialize(from)?;
    fits(&name).map_err(D::Error::custom)?;
    Ok(name)
}

fn optional_name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let name = Option::<String>::deserialize(from)?;
    name.as_deref().map_or(Ok(()), fits).map_err(D::Error::custom)?;
    Ok(name)
}

impl Content for ShownReframe {
    const TABLE: &'static str = "shown_reframes";
    const WHAT: &'static str = "shown reframe";

    /// None: they are the program's.
    fn free_words(&self) -> String {
        String::new()
    }
}

impl Content for ReframeFeedback {
    const TABLE: &'static str = "reframe_feedback";
    const WHAT: &'static str = "feedback";

    fn free_words(&self) -> String {
        self.edited.as_ref().map(|edited| edited.as_str().to_owned()).unwrap_or_default()
    }
}

/// What is known of what a person was shown and said.
#[derive(Debug, Clone, Default)]
pub struct ReframeHistory {
    /// What was shown in the last 30 days.
    pub shown: Vec<Kept<ShownReframe>>,
    /// The last word on each reframe of each reply, the earliest first.
    pub said: Vec<Kept<ReframeFeedback>>,
}

impl Journal {
    /// Keeps that these were shown now, in this order, and forgets what was shown more than 30 days
    /// ago.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was changed.
    pub fn keep_shown(&self, shown: &[ShownReframe]) -> Result<(), JournalError> {
        let now = self.clock.now();
        self.write(|tx| {
            tx.execute("DELETE FROM shown_reframes WHERE abs(written_ms - ?1) > ?2", [now.ms(), KEPT_MS])?;
            for one in shown {
                let kept = Kept { id: Id::new(now), written: now, saved: now, content: one.clone() };
                kept::insert(tx, &kept)?;
            }
            Ok(())
        })
    }

    /// What was shown and said.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn reframe_history(&self) -> Result<ReframeHistory, JournalError> {
        self.read(|db| {
            let shown = kept::select(db, IN_ORDER, [])?;
            let said: Vec<Kept<ReframeFeedback>> = kept::select(db, IN_ORDER, [])?;
            let mut last = HashMap::new();
            for (at, one) in said.iter().enumerate() {
                last.insert((one.content.of.reframing.clone(), one.content.of.text.clone()), at);
            }
            let is_last = |at: usize, one: &Kept<ReframeFeedback>| {
                let of = (one.content.of.reframing.clone(), one.content.of.text.clone());
                last.get(&of) == Some(&at)
            };
            let said = said.into_iter().enumerate().filter(|(at, one)| is_last(*at, one));
            Ok(ReframeHistory { shown, said: said.map(|(_, one)| one).collect() })
        })
    }

    /// What was shown in the latest reply, in its order.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn last_shown(&self) -> Result<Vec<Kept<ShownReframe>>, JournalError> {
        self.read(|db| {
            let latest = "WHERE (reframing, written_ms) =
                (SELECT reframing, written_ms FROM shown_reframes ORDER BY written_ms DESC, seq DESC LIMIT 1)
                ORDER BY seq";
            kept::select(db, latest, [])
        })
    }

    /// What was shown in a reply with this text, if it was.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn shown_in(&self, reframing: &str, text: &str) -> Result<Option<ShownReframe>, JournalError> {
        let sum = String::from(TextSum::of(text));
        let one =
            "WHERE reframing = ?1 AND content ->> '$.text' = ?2 ORDER BY written_ms DESC, seq DESC LIMIT 1";
        let mut found = self.read(|db| kept::select::<ShownReframe>(db, one, params![reframing, sum]))?;
        Ok(found.pop().map(|kept| kept.content))
    }

    /// Forgets all that was said of reframes. What was shown stays for its time, so that still none
    /// comes twice in a week. Gives how many words are gone.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was changed.
    pub fn forget_reframe_feedback(&self) -> Result<usize, JournalError> {
        self.write(|tx| {
            tx.execute("DELETE FROM unread WHERE kept_in = ?1", [ReframeFeedback::TABLE])?;
            Ok(tx.execute("DELETE FROM reframe_feedback", [])?)
        })
    }
}
