//! By how much likelier the model finds a line after this entry than after none, and by what the
//! line takes for granted ("about" tags): for models that have not learnt which lines fit.

use super::{Answer, Scored, best, excerpt, prompt_for};
use crate::heads::{Heads, Reading, sigmoid};
use crate::language::{LanguageError, LogProbability, Session};
use crate::reframe::{AboutTag, BankLine, Material};

/// Name of the head with one output for each tag of [`AboutTag::ALL`], read on the mean state.
pub const ABOUT_HEAD: &str = "about";

/// How much each sign weighs. Fitted on lines that were read and judged for their entries
/// (61 entries, cross-validated, tags predicted): likelihood and doubt together put a fitting
/// line first in 75 % (at random 36 %) and a false one in 8 % (34 %).
const LIKELIHOOD: f32 = 0.92;
const DOUBT: f32 = -3.4;
/// A line for a distortion that is likely here comes before one for a doubtful one.
const DISTORTION: f32 = 2.0;
/// Lines that the model scores, and how many of them may quote the person.
const SCORED: usize = 12;
const SCORED_QUOTING: usize = 3;
/// A validation takes a thing or two for granted as well (a loss, a quarrel, a good day). It is
/// shown only where that holds: doubt about all its tags together may be this much at most.
const VALIDATION_DOUBT: f32 = 0.6;
/// And only where the entry makes it likelier by so much, in nats a token.
const VALIDATION_LIKELIHOOD: f32 = 0.1;
/// Stands for no entry in particular.
const NEUTRAL: &str = "There is something on my mind today.";

/// The lines that may be shown.
pub(super) async fn ranked<'a>(
    material: &Material<'_>,
    answers: &[Answer<'a>],
    session: &Session,
) -> Result<Vec<Scored<'a>>, LanguageError> {
    let validation = material.recognition.found.is_empty();
    let tags = material.read.and_then(|(heads, reading)| Tags::read(heads, reading));
    let candidates = answers.iter().filter_map(|Answer { line, text, probability }| {
        let doubt = match &tags {
            Some(tags) => tags.doubt(line),
            // Without a head for tags only lines that take nothing for granted are safe.
            None if line.about.is_empty() => 0.0,
            None => return None,
        };
        if validation && (line.about.is_empty() || doubt > VALIDATION_DOUBT) {
            return None;
        }
        let rank = DOUBT * doubt + DISTORTION * probability;
        Some(Scored { line, text: text.clone(), quotes: line.has_slot(), rank })
    });
    let candidates = best(candidates.collect(), SCORED, SCORED_QUOTING);
    let texts: Vec<&str> = candidates.iter().map(|c| c.text.as_str()).collect();
    let gained = gains(session, &excerpt(material), &texts).await?;
    let mut shown = Vec::with_capacity(candidates.len());
    for (mut line, gain) in candidates.into_iter().zip(gained) {
        line.rank += LIKELIHOOD * gain;
        if !validation || gain >= VALIDATION_LIKELIHOOD {
            shown.push(line);
        }
    }
    Ok(shown)
}

/// Which of some texts the entry makes likelier by the most.
pub(in crate::reframe) async fn likeliest(
    session: &Session,
    entry: &str,
    texts: &[&str],
) -> Result<Option<usize>, LanguageError> {
    let gained = gains(session, entry, texts).await?;
    Ok((0..gained.len()).max_by(|a, b| gained[*a].total_cmp(&gained[*b])))
}

/// How much likelier an entry makes each text, in nats a token.
async fn gains(session: &Session, entry: &str, texts: &[&str]) -> Result<Vec<f32>, LanguageError> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let tokens = session.tokens(texts)?;
    let after = session.score(prompt_for(session, entry)?, tokens.clone()).await?;
    let without = session.score(prompt_for(session, NEUTRAL)?, tokens).await?;
    let gain = |(a, w): (&LogProbability, &LogProbability)| ((a.sum - w.sum) / a.tokens.max(1) as f64) as f32;
    Ok(after.iter().zip(&without).map(gain).collect())
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
