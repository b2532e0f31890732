//! What the journal holds, as types. Their JSON is that of the export
//! (`docs/journal-export.schema.json`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::time::Stamp;
use super::values::{EntryText, Id, Line, Mood, Percent, Tag};
use crate::crisis::{Date, Risk, Tier};
use crate::distortion::Distortion;
use crate::entry::Span;

/// An entry to be kept.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// What was written.
    pub text: EntryText,
    /// How the day was, if it was said.
    pub mood: Option<Mood>,
    /// Words to find it by.
    pub tags: Vec<Tag>,
    /// What time it speaks of; the time of writing if absent.
    pub written: Option<Stamp>,
}

impl NewEntry {
    /// An entry with nothing but its text.
    #[must_use]
    pub const fn of(text: EntryText) -> Self {
        Self { text, mood: None, tags: Vec::new(), written: None }
    }
}

/// What is to become of an entry. What is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The new text.
    pub text: Option<EntryText>,
    /// The new mood, or none.
    pub mood: Option<Option<Mood>>,
    /// The new tags.
    pub tags: Option<Vec<Tag>>,
    /// The version that the person saw: if there is another by now, nothing is changed.
    pub seen: Option<u32>,
}

/// An entry as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name, for good.
    pub id: Id,
    /// Rises by one with each change, from 1.
    pub version: u32,
    /// What time it speaks of.
    pub written: Stamp,
    /// When it was last changed.
    pub saved: Stamp,
    /// What was written, exactly.
    pub text: EntryText,
    /// How the day was.
    pub mood: Option<Mood>,
    /// Words to find it by, in order.
    pub tags: Vec<Tag>,
}

/// An entry as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// The version that it was.
    pub version: u32,
    /// When it became so.
    pub saved: Stamp,
    /// Its text then.
    pub text: EntryText,
    /// Its mood then.
    pub mood: Option<Mood>,
    /// Its tags then.
    pub tags: Vec<Tag>,
}

/// The model that said something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelIds {
    /// Name in the registry, or the file's name.
    pub name: String,
    /// Checksum of the file.
    pub sha256: String,
    /// The adapter merged into it.
    pub adapter: Option<String>,
    /// Which trained heads read it.
    pub heads: Option<String>,
    /// Version of the prompts.
    pub prompt: String,
}

/// What the screen said of a version of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Screening {
    /// The version that it read.
    pub version: u32,
    /// When.
    pub at: Stamp,
    /// What it found.
    pub risk: Risk,
    /// The model that read along; none where rules read alone.
    pub model: Option<ModelIds>,
}

/// A habit of thought that the recogniser found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundDistortion {
    /// Which.
    pub slug: Distortion,
    /// How likely it holds, 0–1.
    pub probability: f32,
    /// The words that carry it, in Unicode scalar values of the text.
    pub spans: Vec<Span>,
}

/// What the recogniser said of a version of an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recognition {
    /// The version that it read.
    pub version: u32,
    /// When.
    pub at: Stamp,
    /// How likely each distortion holds.
    pub probabilities: BTreeMap<Distortion, f32>,
    /// Those that count, the likeliest first.
    pub found: Vec<FoundDistortion>,
    /// The model that said so.
    pub model: ModelIds,
}

/// An entry with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FullEntry {
    /// The entry as it is now.
    pub entry: Entry,
    /// What it was before, the oldest first.
    pub revisions: Vec<Revision>,
    /// What the screen said, the oldest first.
    pub screenings: Vec<Screening>,
    /// What the recogniser said, the oldest first.
    pub recognitions: Vec<Recognition>,
}

/// A feeling and how strong it was, before and after the record was worked through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Feeling {
    /// Its name, in the person's words.
    pub name: Line,
    /// How strong it was.
    pub before: Option<Percent>,
    /// How strong it is after.
    pub after: Option<Percent>,
}

/// What the person made of a distortion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was offered and fits.
    Accepted,
    /// It was offered and does not fit.
    Rejected,
    /// The person named it.
    Own,
}

impl Verdict {
    pub(super) const ALL: [Self; 3] = [Self::Accepted, Self::Rejected, Self::Own];

    pub(super) const fn slug(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Own => "own",
        }
    }
}

/// A balanced thought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum Balanced {
    /// One that was offered, perhaps with the id of its line in the bank.
    Chosen {
        /// What it says.
        text: Line,
        /// The line of the bank.
        line: Option<String>,
    },
    /// One's own.
    Own {
        /// What it says.
        text: Line,
    },
}

impl Balanced {
    /// What it says.
    #[must_use]
    pub const fn text(&self) -> &Line {
        match self {
            Self::Chosen { text, .. } | Self::Own { text } => text,
        }
    }
}

/// What a thought record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordContent {
    /// What happened.
    pub situation: Option<Line>,
    /// The automatic thought.
    pub thought: Line,
    /// How strongly it was believed.
    pub belief: Option<Percent>,
    /// What was felt.
    #[serde(default)]
    pub feelings: Vec<Feeling>,
    /// What the person made of the distortions.
    #[serde(default)]
    pub distortions: BTreeMap<Distortion, Verdict>,
    /// What speaks for the thought.
    #[serde(default)]
    pub evidence_for: Vec<Line>,
    /// What speaks against it.
    #[serde(default)]
    pub evidence_against: Vec<Line>,
    /// The balanced thought.
    pub balanced: Option<Balanced>,
    /// How strongly the automatic thought is believed after.
    pub belief_after: Option<Percent>,
    /// The day to look at it again.
    pub review_on: Option<Date>,
}

impl RecordContent {
    /// A record with nothing but its thought.
    #[must_use]
    pub const fn of(thought: Line) -> Self {
        Self {
            situation: None,
            thought,
            belief: None,
            feelings: Vec::new(),
            distortions: BTreeMap::new(),
            evidence_for: Vec::new(),
            evidence_against: Vec::new(),
            balanced: None,
            belief_after: None,
            review_on: None,
        }
    }

    /// All that the person wrote in it, for the screen.
    #[must_use]
    pub fn words(&self) -> String {
        let own = match &self.balanced {
            Some(Balanced::Own { text }) => Some(text),
            _ => None,
        };
        let lines = self.situation.iter().chain([&self.thought]);
        let lines = lines.chain(self.feelings.iter().map(|f| &f.name));
        let lines = lines.chain(&self.evidence_for).chain(&self.evidence_against).chain(own);
        lines.map(Line::as_str).collect::<Vec<_>>().join("\n")
    }
}

/// A thought record as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThoughtRecord {
    /// Its name, for good.
    pub id: Id,
    /// Rises by one with each change, from 1.
    pub version: u32,
    /// When it was begun.
    pub written: Stamp,
    /// When it was last changed.
    pub saved: Stamp,
    /// The entry that it came from.
    pub entry: Option<Id>,
    /// What it says.
    pub content: RecordContent,
}

/// A thought record with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FullRecord {
    /// The record as it is now.
    pub record: ThoughtRecord,
    /// What the screen said, the oldest first.
    pub screenings: Vec<Screening>,
}

/// An answer of a sheet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseAnswer {
    /// The item, by its id.
    pub item: String,
    /// What it counts; `None` where it was left out.
    pub value: Option<u8>,
}

impl std::fmt::Debug for ResponseAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ResponseAnswer({})", self.item)
    }
}

/// What a finished sheet adds up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseResult {
    /// The total.
    pub total: u16,
    /// The greatest total that there is.
    pub max: u16,
    /// What the scale calls it.
    pub band: String,
    /// Sums of groups of items.
    pub subscales: BTreeMap<String, u16>,
    /// Answers that count and were missing.
    pub missing: u16,
}

/// What a sheet of a questionnaire says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseContent {
    /// The questionnaire, by its id.
    pub questionnaire: String,
    /// Its edition.
    pub edition: u32,
    /// The answers so far, in order.
    pub answers: Vec<ResponseAnswer>,
    /// What it adds up to; `None` while it is half-finished.
    pub result: Option<ResponseResult>,
    /// The tier of help that an answer led to, urgent or emergency.
    pub help: Option<Tier>,
}

/// A sheet of a questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// Its name, for good.
    pub id: Id,
    /// When it was begun.
    pub begun: Stamp,
    /// When it was last saved, or finished.
    pub saved: Stamp,
    /// What it says.
    pub content: ResponseContent,
}

/// Something that is being written.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Where it is written: a name that the page or command chose.
    pub slot: String,
    /// What is written so far.
    pub body: String,
    /// When it was last saved.
    pub saved: Stamp,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Draft({} bytes)", self.body.len())
    }
}
