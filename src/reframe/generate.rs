//! Reframes that the model writes itself, for those who ask for it: several at once from one
//! prompt, each checked, the one shown that the entry makes likeliest.

use super::checks::Candidate;
use super::choose::{baseline_prompt, excerpt, prompt_for};
use super::{Kind, Library, Material, Reframing, Source, Strategy, Wanted};
use crate::crisis::RuleSet;
use crate::distortion::Catalogue;
use crate::language::{Generated, LanguageError, Message, Role, Sampling, Session};
use crate::prompt::{Prompt, ReframeSystem, ReframeTask};

/// Texts written side by side.
const CANDIDATES: usize = 4;
/// What to try, in this order; the first that is not shown already.
const STRATEGIES: [Strategy; 4] = [
    Strategy::ExamineEvidence,
    Strategy::AlternativeExplanation,
    Strategy::PerspectiveTaking,
    Strategy::SelfCompassion,
];

pub(super) async fn generate(
    material: &Material<'_>,
    library: &Library,
    catalogue: &Catalogue,
    rules: &RuleSet,
    session: &Session,
    wanted: Wanted,
    shown: &[Reframing],
) -> Result<Vec<Reframing>, LanguageError> {
    let Some(found) = material.recognition.found.first() else { return Ok(Vec::new()) };
    let Some(strategy) = STRATEGIES.into_iter().find(|s| shown.iter().all(|r| r.strategy() != *s)) else {
        return Ok(Vec::new());
    };
    let entry = catalogue.get(found.distortion);
    let task =
        ReframeTask { distortion: &entry.name, strategy: &library.strategies.get(strategy).description };
    let template = |e: minijinja::Error| LanguageError::Chat(e.into());
    let text = excerpt(material);
    let prompt = session.encode_chat(&[
        Message::new(Role::System, ReframeSystem {}.render().map_err(template)?),
        Message::new(Role::User, text.as_str()),
        Message::new(Role::User, task.render().map_err(template)?),
    ])?;
    let sampling = Sampling { candidates: CANDIDATES, seed: wanted.seed, ..Sampling::default() };
    let mut texts = vec![String::new(); CANDIDATES];
    let mut ended = [false; CANDIDATES];
    session
        .generate(prompt, sampling, |piece| match piece {
            Generated::Text { candidate, text } => {
                if let Some(all) = texts.get_mut(candidate) {
                    all.push_str(&text);
                }
            }
            Generated::End { candidate, complete } => {
                if let Some(flag) = ended.get_mut(candidate) {
                    *flag = complete;
                }
            }
        })
        .await?;

    let mut passed: Vec<Reframing> = texts
        .into_iter()
        .zip(ended)
        // A text that was cut off is not shown half.
        .filter(|(_, ended)| *ended)
        .filter_map(|(text, _)| {
            let text = text.trim().trim_matches('"').to_owned();
            let kind = if text.ends_with('?') { Kind::Question } else { Kind::Statement };
            let candidate = Candidate { strategy, kind, source: Source::Written, text, quotes: false };
            library.checks.pass(candidate, material.entry, rules).ok()
        })
        .collect();
    if passed.is_empty() {
        return Ok(passed);
    }
    let tokens = passed
        .iter()
        .map(|r| Ok(session.encode(r.text())?.tokens))
        .collect::<Result<Vec<_>, LanguageError>>()?;
    let after = session.score(prompt_for(session, &text)?, tokens.clone()).await?;
    let without = session.score(baseline_prompt(session)?, tokens).await?;
    let best = after
        .iter()
        .zip(&without)
        .map(|(a, w)| (a.sum - w.sum) / a.tokens.max(1) as f64)
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(0, |(i, _)| i);
    Ok(vec![passed.swap_remove(best)])
}
