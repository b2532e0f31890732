//! Choosing from the bank.
//!
//! A line is a candidate if it answers a recognised distortion and everything it assumes holds
//! of the entry, as far as the trained head can tell. The nearest dozen by the model's states
//! are then scored by how much likelier the model finds them after this entry than after none,
//! all in one batch on a shared prefix. A small ranking fitted on hand-read examples weighs
//! these signs.

use super::checks::Candidate;
use super::slot::quotable;
use super::{AboutTag, BankLine, Kind, Library, Material, Reframing, Source, Wanted};
use crate::crisis::RuleSet;
use crate::distortion::Distortion;
use crate::entry::sentences;
use crate::heads::{Heads, Reading, sigmoid};
use crate::language::{LanguageError, Message, Role, Session, Token};
use crate::prompt::{Prompt, ReframeSystem};

/// Name of the head with one output for each tag of [`AboutTag::ALL`], read on the mean state.
pub const ABOUT_HEAD: &str = "about";
/// Probability above which a tag is taken to hold, from the development split.
pub const ABOUT_THRESHOLDS: &str = "about.thresholds";
/// Name of the map whose rows are the mean states of the bank's lines, centred and of length 1,
/// and whose biases are how likely the model finds each line after no entry in particular.
pub const BANK_STATES: &str = "bank";
/// Remark that lists which line each of its rows belongs to: the keys of [`line_key`].
pub const BANK_ROWS: &str = "bank.rows";
/// Vector that was taken from the states before they were brought to length 1.
pub const BANK_CENTRE: &str = "bank.centre";
/// Weights of the ranking, in the order of [`features`].
pub const RANK_WEIGHTS: &str = "rank.weights";
/// Number of signs that the ranking weighs.
pub const FEATURES: usize = 7;

/// Without a trained ranking: nearness and likelihood count, an assumption costs a little.
const UNTRAINED: [f32; FEATURES] = [4.0, 1.0, 1.0, 0.0, 0.5, 0.0, 0.0];
/// Lines that the model scores.
const SCORED: usize = 12;
/// Characters of an entry that go into a prompt; of a longer one the words around the likeliest
/// distortion.
const MOST_IN_PROMPT: usize = 900;
/// Stands for no entry in particular.
const NEUTRAL: &str = "There is something on my mind today.";

/// A line with what speaks for it.
struct Scored<'a> {
    line: &'a BankLine,
    quoted: Option<String>,
    text: String,
    nearness: f32,
    tags: f32,
    distortion: f32,
    rank: f32,
}

pub(super) async fn choose(
    material: &Material<'_>,
    library: &Library,
    rules: &RuleSet,
    session: &Session,
    wanted: Wanted,
    each: &(dyn Fn(&Reframing) + Send + Sync),
) -> Result<Vec<Reframing>, LanguageError> {
    let validation = material.recognition.found.is_empty();
    let mut candidates = candidates(material, library);
    candidates.sort_by(|a, b| b.rank.total_cmp(&a.rank).then(a.line.id.cmp(&b.line.id)));
    candidates.truncate(SCORED);
    weigh(&mut candidates, material, session).await?;
    candidates.sort_by(|a, b| b.rank.total_cmp(&a.rank).then(a.line.id.cmp(&b.line.id)));

    let most = if validation { 1 } else { wanted.count };
    let mut shown: Vec<Reframing> = Vec::new();
    for scored in candidates {
        if shown.len() == most {
            break;
        }
        if shown.iter().any(|r| r.strategy() == scored.line.strategy) {
            continue;
        }
        let candidate = Candidate {
            strategy: scored.line.strategy,
            kind: scored.line.kind,
            source: Source::Bank,
            text: scored.text,
            quoted: scored.quoted,
        };
        if let Ok(reframing) = library.checks.pass(candidate, material.entry, rules) {
            each(&reframing);
            shown.push(reframing);
        }
    }
    Ok(shown)
}

/// Every line that may be offered, ranked by what is known without the model.
fn candidates<'a>(material: &Material<'_>, library: &'a Library) -> Vec<Scored<'a>> {
    let found = &material.recognition.found;
    let tags = material.read.and_then(|(heads, reading)| Tags::read(heads, reading));
    let near = material.read.and_then(|(heads, reading)| Nearness::new(heads, reading));
    let weights = weights(material);
    library
        .bank
        .lines()
        .iter()
        .filter_map(|line| {
            let distortion = if line.distortions.is_empty() && found.is_empty() {
                Some((1.0, None))
            } else {
                found
                    .iter()
                    .find(|f| line.distortions.contains(&f.distortion))
                    .map(|f| (f.probability, Some(f.distortion)))
            };
            let (probability, distortion) = distortion?;
            // Without a head for tags only lines that assume nothing are sure to hold.
            let tag_score = match &tags {
                Some(tags) => tags.score(line)?,
                None if line.about.is_empty() => 0.0,
                None => return None,
            };
            let quoted = if line.has_slot() { Some(words_for(material, distortion)?) } else { None };
            let text = quoted.as_ref().map_or_else(|| line.text.clone(), |words| line.fill(words));
            let mut scored = Scored {
                line,
                quoted,
                text,
                nearness: near.as_ref().map_or(0.0, |n| n.of(line)),
                tags: tag_score,
                distortion: probability,
                rank: 0.0,
            };
            scored.rank = dot(&weights, &features(line, scored.nearness, 0.0, scored.tags, scored.distortion));
            Some(scored)
        })
        .collect()
}

/// The signs for one line: nearness, likelihood ratio in nats a token, mean log-probability of
/// its tags, how many it has, probability of its distortion, and its form.
#[must_use]
pub fn features(line: &BankLine, nearness: f32, ratio: f32, tags: f32, distortion: f32) -> [f32; FEATURES] {
    [
        nearness,
        ratio,
        tags,
        line.about.len() as f32,
        distortion,
        f32::from(u8::from(line.has_slot())),
        f32::from(u8::from(line.kind == Kind::Question)),
    ]
}

fn weights(material: &Material<'_>) -> [f32; FEATURES] {
    let trained = material.read.and_then(|(heads, _)| heads.vector(RANK_WEIGHTS, FEATURES).ok());
    trained.and_then(|w| w.try_into().ok()).unwrap_or(UNTRAINED)
}

fn dot(weights: &[f32; FEATURES], values: &[f32; FEATURES]) -> f32 {
    weights.iter().zip(values).map(|(w, v)| w * v).sum()
}

/// Adds the likelihood ratio, which needs the model.
async fn weigh(
    candidates: &mut [Scored<'_>],
    material: &Material<'_>,
    session: &Session,
) -> Result<(), LanguageError> {
    if candidates.is_empty() {
        return Ok(());
    }
    let texts = candidates
        .iter()
        .map(|c| Ok(session.encode(&c.text)?.tokens))
        .collect::<Result<Vec<_>, LanguageError>>()?;
    let after = session.score(prompt_for(session, &excerpt(material))?, texts.clone()).await?;
    let stored = material.read.map(|(heads, _)| Baselines::new(heads));
    let mut without: Vec<Option<f32>> = candidates
        .iter()
        .map(|c| if c.quoted.is_some() { None } else { stored.as_ref().and_then(|s| s.of(c.line)) })
        .collect();
    let missing: Vec<usize> = (0..without.len()).filter(|i| without[*i].is_none()).collect();
    if !missing.is_empty() {
        let texts = missing.iter().map(|i| texts[*i].clone()).collect();
        for (i, score) in missing.iter().zip(session.score(baseline_prompt(session)?, texts).await?) {
            without[*i] = Some(score.sum as f32);
        }
    }
    let weights = weights(material);
    for ((candidate, after), without) in candidates.iter_mut().zip(after).zip(without) {
        let ratio = (after.sum as f32 - without.unwrap_or_default()) / after.tokens.max(1) as f32;
        let values =
            features(candidate.line, candidate.nearness, ratio, candidate.tags, candidate.distortion);
        candidate.rank = dot(&weights, &values);
    }
    Ok(())
}

/// The prompt after which a reframe of this text would stand.
///
/// # Errors
/// [`LanguageError`] if the model's template fails.
pub fn prompt_for(session: &Session, text: &str) -> Result<Vec<Token>, LanguageError> {
    let system = ReframeSystem {}.render().map_err(|e| LanguageError::Chat(e.into()))?;
    session.encode_chat(&[Message::new(Role::System, system), Message::new(Role::User, text)])
}

/// The same prompt for no entry in particular.
///
/// # Errors
/// [`LanguageError`] if the model's template fails.
pub fn baseline_prompt(session: &Session) -> Result<Vec<Token>, LanguageError> {
    prompt_for(session, NEUTRAL)
}

/// As much of an entry as a prompt holds: the sentences around the likeliest distortion.
pub(super) fn excerpt(material: &Material<'_>) -> String {
    let text = material.entry.entry().normalised().trim();
    if text.len() <= MOST_IN_PROMPT {
        return text.to_owned();
    }
    let text = material.entry.entry().normalised();
    let centre = material.recognition.found.iter().flat_map(|f| &f.ranges).next().map_or(0, |r| r.start);
    let all = sentences(text);
    let mut first = all.partition_point(|s| s.end <= centre).min(all.len().saturating_sub(1));
    let mut last = first;
    let length = |first: usize, last: usize| all[last].end - all[first].start;
    while first > 0 && length(first - 1, last) <= MOST_IN_PROMPT / 2 {
        first -= 1;
    }
    while last + 1 < all.len() && length(first, last + 1) <= MOST_IN_PROMPT {
        last += 1;
    }
    let Some(range) = all.get(first).zip(all.get(last)).map(|(a, b)| a.start..b.end) else {
        return String::new();
    };
    // A single sentence can be longer than everything: cut at a character border.
    text[range].chars().take(MOST_IN_PROMPT).collect()
}

/// The words that may stand in a slot: those that carry the distortion, if they read well.
fn words_for(material: &Material<'_>, distortion: Option<Distortion>) -> Option<String> {
    let entry = material.entry.entry();
    let found = material.recognition.found.iter().find(|f| Some(f.distortion) == distortion)?;
    found.spans.iter().find_map(|span| quotable(&entry.words(*span)))
}

/// What an entry is about.
struct Tags([f32; AboutTag::ALL.len()], [f32; AboutTag::ALL.len()]);

impl Tags {
    fn read(heads: &Heads, reading: &Reading) -> Option<Self> {
        let head = heads.linear(ABOUT_HEAD, AboutTag::ALL.len()).ok()?;
        let thresholds = heads.vector(ABOUT_THRESHOLDS, AboutTag::ALL.len()).ok()?;
        let mut highest = [0.0_f32; AboutTag::ALL.len()];
        for window in &reading.windows {
            for (value, logit) in highest.iter_mut().zip(head.apply(&window.pooled)) {
                *value = value.max(sigmoid(logit));
            }
        }
        Some(Self(highest, thresholds.try_into().ok()?))
    }

    /// Mean log-probability of a line's tags; `None` if one of them does not seem to hold.
    fn score(&self, line: &BankLine) -> Option<f32> {
        let mut sum = 0.0;
        for tag in &line.about {
            let probability = self.0[tag.index()];
            if probability < self.1[tag.index()] {
                return None;
            }
            sum += probability.max(1e-4).ln();
        }
        Some(sum / line.about.len().max(1) as f32)
    }
}

/// How near the lines of the bank are to an entry, by the model's states.
struct Nearness<'a> {
    heads: &'a Heads,
    entry: Vec<f32>,
    rows: Vec<&'a str>,
}

impl<'a> Nearness<'a> {
    fn new(heads: &'a Heads, reading: &Reading) -> Option<Self> {
        let centre = heads.any_vector(BANK_CENTRE)?;
        let mut entry = vec![0.0; centre.len()];
        for window in &reading.windows {
            for (sum, (value, centre)) in entry.iter_mut().zip(window.pooled.iter().zip(centre)) {
                *sum += value - centre;
            }
        }
        let length = entry.iter().map(|v| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        entry.iter_mut().for_each(|v| *v /= length);
        Some(Self { heads, entry, rows: heads.note(BANK_ROWS)?.split(' ').collect() })
    }

    /// Cosine; 0 for a line that was changed since the heads were trained.
    fn of(&self, line: &BankLine) -> f32 {
        let key = line_key(line);
        let row = self.rows.iter().position(|k| *k == key);
        let map = self.heads.linear(BANK_STATES, self.rows.len()).ok();
        row.zip(map).map_or(0.0, |(row, map)| map.output(row, &self.entry) - map.bias()[row])
    }
}

/// How likely the model finds the lines of the bank after no entry in particular.
struct Baselines<'a> {
    heads: &'a Heads,
    rows: Vec<&'a str>,
}

impl<'a> Baselines<'a> {
    fn new(heads: &'a Heads) -> Self {
        Self { heads, rows: heads.note(BANK_ROWS).map(|rows| rows.split(' ').collect()).unwrap_or_default() }
    }

    fn of(&self, line: &BankLine) -> Option<f32> {
        let key = line_key(line);
        let row = self.rows.iter().position(|k| *k == key)?;
        let map = self.heads.linear(BANK_STATES, self.rows.len()).ok()?;
        map.bias().get(row).copied()
    }
}

/// Names a line together with its wording (FNV-1a), so that an edited one is noticed.
#[must_use]
pub fn line_key(line: &BankLine) -> String {
    let hash = line.text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{}:{hash:016x}", line.id)
}
