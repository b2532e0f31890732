//! The reply, as a type that cannot forget the first case, and as the contract writes it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::crisis::{Escalation, Risk, Support};
use crate::distortion::{Catalogue, Distortion, Found, Recognition};
use crate::entry::Entry;
use crate::reframe::{Effect, Kind, Reframing, Source, Strategy};

/// Rises when something in the reply breaks.
pub(super) const SCHEMA: u32 = 1;

/// What came of a text.
pub enum Reply {
    /// It speaks of danger: help, and nothing else.
    Escalated(Escalation),
    /// It was read; there may be distortions and reframes.
    Read {
        /// What was recognised; `None` where nothing is built on the text.
        recognition: Option<Recognition>,
        /// Reframes, the best first.
        reframes: Vec<Reframing>,
        /// What the person's history did to them; `None` where it is not known.
        personal: Option<Effect>,
        /// What stands beside them.
        support: Option<Support>,
        /// Why nothing is built on the text, in a sentence.
        notice: Option<String>,
    },
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Distortions were found, and reframes offered.
    Reframed,
    /// No distortion was found, or nothing is built on the text.
    NoDistortion,
    /// Danger was noticed; there is help and no reframe.
    Escalated,
}

/// A stretch of the text as given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SpanBody {
    /// First Unicode scalar value.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// The words.
    pub text: String,
}

/// A distortion found.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct DistortionBody {
    /// Which.
    pub slug: Distortion,
    /// Its name.
    pub name: String,
    /// How likely it holds, 0–1.
    pub probability: f32,
    /// One line on why these words may carry it.
    pub why: String,
    /// The words that carry it.
    pub spans: Vec<SpanBody>,
}

/// A reframe, whole and checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ReframeBody {
    /// How it answers.
    pub strategy: Strategy,
    /// Statement or question.
    pub kind: Kind,
    /// Where it comes from.
    pub source: Source,
    /// Id of the line of the bank that it is, if it is one.
    pub line: Option<String>,
    /// What it says.
    pub text: String,
}

impl From<&Reframing> for ReframeBody {
    fn from(reframing: &Reframing) -> Self {
        Self {
            strategy: reframing.strategy(),
            kind: reframing.kind(),
            source: reframing.source(),
            line: reframing.line().map(str::to_owned),
            text: reframing.text().to_owned(),
        }
    }
}

/// What came of the person's history: of what they were shown, and of what they said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PersonalBody {
    /// Lines that answer this text and were left out: shown in the last seven days, or turned down
    /// in the last ninety.
    pub left_out: usize,
    /// What there is to see of it, in a sentence or two.
    pub says: Option<String>,
}

impl From<Effect> for PersonalBody {
    fn from(effect: Effect) -> Self {
        Self { left_out: effect.left_out, says: effect.says() }
    }
}

/// What answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ModelBody {
    /// Name in the registry, or the file's name.
    pub name: String,
    /// Checksum of the file.
    pub sha256: String,
    /// The adapter merged into it, if any.
    pub adapter: Option<String>,
    /// Which trained heads read it, if any.
    pub heads: Option<String>,
    /// Version of the prompts.
    pub prompt: String,
}

/// How long each step took, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TimingBody {
    /// Reading by the model and screening.
    pub screen: u64,
    /// Recognition.
    pub recognise: u64,
    /// Choosing and checking reframes.
    pub reframe: u64,
}

/// The reply of the contract.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReplyBody {
    /// Rises when something breaks.
    pub schema: u32,
    /// Of this screening; the request's own where it gave one.
    pub id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The screen's answer.
    pub risk: Risk,
    /// The distortions found, the likeliest first.
    pub distortions: Vec<DistortionBody>,
    /// Probability of each of the 13; empty where the text was not recognised.
    pub probabilities: BTreeMap<&'static str, f32>,
    /// Reframes, the best first; empty after an escalation.
    pub reframes: Vec<ReframeBody>,
    /// What the person's history did to the reframes; absent where it is not known (no journal, or a
    /// locked one) and where there are no reframes to choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal: Option<PersonalBody>,
    /// Help, where danger was noticed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// What stands beside an ordinary reply.
    pub support: Option<Support>,
    /// Why nothing is built on the text, or why a writer wrote nothing, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// What answered; `null` where no model was there.
    pub model: Option<ModelBody>,
    /// How long it took.
    pub timing_ms: TimingBody,
}

impl ReplyBody {
    pub(super) fn new(
        id: String,
        entry: &Entry,
        catalogue: &Catalogue,
        risk: Risk,
        reply: Reply,
        model: Option<ModelBody>,
        timing_ms: TimingBody,
    ) -> Self {
        let mut body = Self {
            schema: SCHEMA,
            id,
            outcome: Outcome::Escalated,
            risk,
            distortions: Vec::new(),
            probabilities: BTreeMap::new(),
            reframes: Vec::new(),
            personal: None,
            escalation: None,
            support: None,
            notice: None,
            model,
            timing_ms,
        };
        match reply {
            Reply::Escalated(escalation) => body.escalation = Some(escalation),
            Reply::Read { recognition, reframes, personal, support, notice } => {
                if let Some(recognition) = &recognition {
                    body.distortions = distortions(entry, catalogue, &recognition.found);
                    body.probabilities = Distortion::ALL
                        .into_iter()
                        .map(|d| (d.slug(), recognition.probabilities[d.index()]))
                        .collect();
                }
                body.outcome =
                    if body.distortions.is_empty() { Outcome::NoDistortion } else { Outcome::Reframed };
                body.reframes = reframes.iter().map(ReframeBody::from).collect();
                body.personal = personal.map(PersonalBody::from);
                body.support = support;
                body.notice = notice;
            }
        }
        body
    }
}

pub(super) fn distortions(entry: &Entry, catalogue: &Catalogue, found: &[Found]) -> Vec<DistortionBody> {
    found
        .iter()
        .map(|found| {
            let about = catalogue.get(found.distortion);
            DistortionBody {
                slug: found.distortion,
                name: about.name.clone(),
                probability: found.probability,
                why: about.why.clone(),
                spans: found
                    .spans
                    .iter()
                    .map(|span| SpanBody { start: span.start, end: span.end, text: entry.words(*span) })
                    .collect(),
            }
        })
        .collect()
}

/// The answer of `screen`.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ScreeningBody {
    /// Rises when something breaks.
    pub schema: u32,
    /// Of this screening; the request's own where it gave one.
    pub id: String,
    /// What was found.
    pub risk: Risk,
    /// Whether this leads to help instead of reframing: tier urgent or emergency.
    pub escalate: bool,
}

impl ScreeningBody {
    pub(super) fn new(id: String, risk: Risk) -> Self {
        Self { schema: SCHEMA, id, escalate: risk.tier.escalates(), risk }
    }
}
