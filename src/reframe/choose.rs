//! Choosing from the bank.
//!
//! A line is a candidate if it answers a recognised distortion. Lines differ most in what they
//! take for granted ("about" tags), so the trained head's doubt about a line's tags weighs most;
//! the model's states break ties. The best dozen are then scored by how much likelier the model
//! finds them after this entry than after none, all in one batch on a shared prefix.

use std::collections::HashMap;

use super::checks::Candidate;
use super::slot::quotable;
use super::{AboutTag, BankLine, Library, Material, Reframing, Source, Wanted};
use crate::crisis::RuleSet;
use crate::distortion::Distortion;
use crate::entry::sentences;
use crate::heads::{Heads, Linear, Reading, sigmoid};
use crate::language::{LanguageError, Message, PromptTokens, Role, Session};
use crate::prompt::{Prompt, ReframeSystem};

/// Name of the head with one output for each tag of [`AboutTag::ALL`], read on the mean state.
pub const ABOUT_HEAD: &str = "about";
/// Name of the map whose rows are the mean states of the bank's lines, centred and of length 1,
/// and whose biases are how likely the model finds each line after no entry in particular.
pub const BANK_STATES: &str = "bank";
/// Remark that lists which line each of its rows belongs to: the keys of [`line_key`].
pub const BANK_ROWS: &str = "bank.rows";
/// Vector that was taken from the states before they were brought to length 1.
pub const BANK_CENTRE: &str = "bank.centre";

/// How much each sign weighs. Fitted on lines that were read and judged for their entries
/// (`evals/corpus/fit_*.jsonl`, 61 entries, cross-validated, tags predicted): likelihood and
/// doubt together put a fitting line first in 75 % (at random 36 %) and a false one in 8 %
/// (34 %). Nearness of states told nothing there (AUC 0.50), so it only orders equals.
const NEARNESS: f32 = 0.05;
const LIKELIHOOD: f32 = 0.92;
const DOUBT: f32 = -3.4;
/// A line for a distortion that is likely here comes before one for a doubtful one.
const DISTORTION: f32 = 2.0;
/// Lines that the model scores, and how many of them may quote the person.
const SCORED: usize = 12;
const SCORED_QUOTING: usize = 3;
/// Characters of an entry that go into a prompt; of a longer one the words around the likeliest
/// distortion.
const MOST_IN_PROMPT: usize = 900;
/// A validation takes a thing or two for granted as well (a loss, a quarrel, a good day). It is
/// shown only where that holds: doubt about all its tags together may be this much at most.
const VALIDATION_DOUBT: f32 = 0.6;
/// And only where the entry makes it likelier by so much, in nats a token.
const VALIDATION_LIKELIHOOD: f32 = 0.1;
/// Stands for no entry in particular.
const NEUTRAL: &str = "There is something on my mind today.";

/// A line with what speaks for it.
struct Scored<'a> {
    line: &'a BankLine,
    quotes: bool,
    text: String,
    /// How much likelier the entry makes it, in nats a token; 0 until the model was asked.
    ratio: f32,
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
    let mut quoting = 0;
    candidates.retain(|c| {
        quoting += usize::from(c.quotes);
        !c.quotes || quoting <= SCORED_QUOTING
    });
    candidates.truncate(SCORED);
    weigh(&mut candidates, material, session).await?;
    if validation {
        candidates.retain(|c| c.ratio >= VALIDATION_LIKELIHOOD);
    }
    candidates.sort_by(|a, b| b.rank.total_cmp(&a.rank).then(a.line.id.cmp(&b.line.id)));

    let most = if validation { 1 } else { wanted.count };
    let mut shown: Vec<Reframing> = Vec::new();
    let mut quoted = false;
    for scored in candidates {
        if shown.len() == most {
            break;
        }
        // Each of another strategy, and the person's words come back to them once.
        if shown.iter().any(|r| r.strategy() == scored.line.strategy) || (quoted && scored.quotes) {
            continue;
        }
        let candidate = Candidate {
            strategy: scored.line.strategy,
            kind: scored.line.kind,
            source: Source::Bank,
            text: scored.text,
            quotes: scored.quotes,
        };
        if let Ok(reframing) = library.checks.pass(candidate, material.entry, rules) {
            each(&reframing);
            shown.push(reframing);
            quoted |= scored.quotes;
        }
    }
    Ok(shown)
}

/// Every line that may be offered, ranked by what is known without the model.
fn candidates<'a>(material: &Material<'_>, library: &'a Library) -> Vec<Scored<'a>> {
    let found = &material.recognition.found;
    let validation = found.is_empty();
    let tags = material.read.and_then(|(heads, reading)| Tags::read(heads, reading));
    let near = material.read.and_then(|(heads, reading)| Nearness::new(heads, reading));
    library
        .bank
        .lines()
        .iter()
        .filter_map(|line| {
            let (probability, distortion) = if line.distortions.is_empty() && found.is_empty() {
                (1.0, None)
            } else {
                let found = found.iter().find(|f| line.distortions.contains(&f.distortion))?;
                (found.probability, Some(found.distortion))
            };
            let doubt = match &tags {
                Some(tags) => tags.doubt(line),
                // Without a head for tags only lines that take nothing for granted are safe.
                None if line.about.is_empty() => 0.0,
                None => return None,
            };
            if validation && (line.about.is_empty() || doubt > VALIDATION_DOUBT) {
                return None;
            }
            let quoted = if line.has_slot() { Some(words_for(material, distortion)?) } else { None };
            let text = quoted.as_ref().map_or_else(|| line.text.clone(), |words| line.fill(words));
            let nearness = near.as_ref().map_or(0.0, |n| n.of(line));
            let rank = NEARNESS * nearness + DOUBT * doubt + DISTORTION * probability;
            Some(Scored { line, quotes: quoted.is_some(), text, ratio: 0.0, rank })
        })
        .collect()
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
    let stored = material.read.and_then(|(heads, _)| StoredLines::read(heads));
    let mut without: Vec<Option<f32>> = candidates
        .iter()
        .map(|c| if c.quotes { None } else { stored.as_ref().and_then(|s| s.baseline(c.line)) })
        .collect();
    let missing: Vec<usize> = (0..without.len()).filter(|i| without[*i].is_none()).collect();
    if !missing.is_empty() {
        let texts = missing.iter().map(|i| texts[*i].clone()).collect();
        for (i, score) in missing.iter().zip(session.score(baseline_prompt(session)?, texts).await?) {
            without[*i] = Some(score.sum as f32);
        }
    }
    for ((candidate, after), without) in candidates.iter_mut().zip(after).zip(without) {
        let ratio = (after.sum as f32 - without.unwrap_or_default()) / after.tokens.max(1) as f32;
        candidate.ratio = ratio;
        candidate.rank += LIKELIHOOD * ratio;
    }
    Ok(())
}

/// The prompt after which a reframe of this text would stand.
///
/// # Errors
/// [`LanguageError`] if the model's template fails.
pub(super) fn prompt_for(session: &Session, text: &str) -> Result<PromptTokens, LanguageError> {
    let system = ReframeSystem {}.render().map_err(|e| LanguageError::Chat(e.into()))?;
    session.encode_chat(&[Message::new(Role::System, system), Message::new(Role::User, text)])
}

/// The same prompt for no entry in particular.
///
/// # Errors
/// [`LanguageError`] if the model's template fails.
pub fn baseline_prompt(session: &Session) -> Result<PromptTokens, LanguageError> {
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

/// What an entry is about: the probability of each tag.
struct Tags([f32; AboutTag::ALL.len()]);

impl Tags {
    fn read(heads: &Heads, reading: &Reading) -> Option<Self> {
        let head = heads.linear(ABOUT_HEAD, AboutTag::ALL.len()).ok()?;
        let mut highest = [0.0_f32; AboutTag::ALL.len()];
        for window in &reading.windows {
            for (value, logit) in highest.iter_mut().zip(head.apply(&window.pooled)) {
                *value = value.max(sigmoid(logit));
            }
        }
        Some(Self(highest))
    }

    /// How many of the things that a line takes for granted are expected not to hold.
    fn doubt(&self, line: &BankLine) -> f32 {
        line.about.iter().map(|tag| 1.0 - self.0[tag.index()]).sum()
    }
}

/// What was stored of the bank's lines when the heads were trained.
struct StoredLines<'a> {
    rows: HashMap<&'a str, usize>,
    map: &'a Linear,
}

impl<'a> StoredLines<'a> {
    fn read(heads: &'a Heads) -> Option<Self> {
        let rows: HashMap<&str, usize> =
            heads.note(BANK_ROWS)?.split(' ').enumerate().map(|(i, key)| (key, i)).collect();
        let map = heads.linear(BANK_STATES, rows.len()).ok()?;
        Some(Self { rows, map })
    }

    /// The row of a line; none if it was changed since.
    fn row(&self, line: &BankLine) -> Option<usize> {
        self.rows.get(line_key(line).as_str()).copied()
    }

    /// How likely the model finds a line after no entry in particular.
    fn baseline(&self, line: &BankLine) -> Option<f32> {
        self.map.bias().get(self.row(line)?).copied()
    }
}

/// How near the lines of the bank are to an entry, by the model's states.
struct Nearness<'a> {
    stored: StoredLines<'a>,
    entry: Vec<f32>,
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
        for value in &mut entry {
            *value /= length;
        }
        Some(Self { stored: StoredLines::read(heads)?, entry })
    }

    /// Cosine; 0 for a line that was changed since the heads were trained.
    fn of(&self, line: &BankLine) -> f32 {
        let map = self.stored.map;
        self.stored.row(line).map_or(0.0, |row| map.output(row, &self.entry) - map.bias()[row])
    }
}

/// Names a line together with its wording (FNV-1a), so that an edited one is noticed.
#[must_use]
pub fn line_key(line: &BankLine) -> String {
    let hash = line
        .text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    format!("{}:{hash:016x}", line.id)
}
