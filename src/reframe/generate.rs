//! Reframes that the model writes itself, for those who ask for it: several at once from one
//! prompt, each checked, among which whether it follows from the entry; the one shown that fits
//! best.

use super::checks::Candidate;
use super::choose::{excerpt, likeliest};
use super::fit::FitReader;
use super::{Kind, Library, Material, Reframing, Source, Strategy, Wanted, WriterTrouble};
use crate::crisis::RuleSet;
use crate::distortion::Catalogue;
use crate::language::{Generated, LanguageError, Message, Role, Sampling, Session};
use crate::prompt::{Prompt, ReframeSystem, ReframeTask, WriterSystem};

/// Texts written side by side.
const CANDIDATES: usize = 4;
/// Texts that another engine writes one after another.
const FROM_WRITER: usize = 2;
/// A text is shown only if it is at least this likely that it says nothing untrue of the entry. What
/// the model wrote itself has been read by nobody: more is asked of it than of a line of the bank.
const HOLDS: f32 = 0.7;
/// What to try, in this order; the first that is not shown already.
const STRATEGIES: [Strategy; 4] = [
    Strategy::ExamineEvidence,
    Strategy::AlternativeExplanation,
    Strategy::PerspectiveTaking,
    Strategy::SelfCompassion,
];

/// What was written; the inner error is that of another engine, without which the reply stands.
pub(super) async fn generate(
    material: &Material<'_>,
    library: &Library,
    catalogue: &Catalogue,
    rules: &RuleSet,
    session: &Session,
    wanted: Wanted<'_>,
    shown: &[Reframing],
) -> Result<Result<Option<Reframing>, WriterTrouble>, LanguageError> {
    let Some(found) = material.recognition.found.first() else { return Ok(Ok(None)) };
    let Some(strategy) = STRATEGIES.into_iter().find(|s| shown.iter().all(|r| r.strategy() != *s)) else {
        return Ok(Ok(None));
    };
    let reader = material.read.and_then(|(heads, _)| FitReader::of(heads));
    let entry = catalogue.get(found.distortion);
    let task =
        ReframeTask { distortion: &entry.name, strategy: &library.strategies.get(strategy).description };
    let template = |e: minijinja::Error| LanguageError::Chat(e.into());
    let text = excerpt(material);
    let task = task.render().map_err(template)?;
    let texts = if let Some(writer) = wanted.writer {
        // What a foreign engine writes is shown only where our own model can judge it.
        if reader.is_none() {
            return Ok(Ok(None));
        }
        let system = format!("{}\n\n{task}", WriterSystem {}.render().map_err(template)?);
        match writer.write(system, text.clone(), FROM_WRITER, wanted.seed).await {
            Ok(texts) => texts,
            Err(trouble) => return Ok(Err(trouble)),
        }
    } else {
        let system = ReframeSystem {}.render().map_err(template)?;
        let messages = [
            Message::new(Role::System, system),
            Message::new(Role::User, text.as_str()),
            Message::new(Role::User, task),
        ];
        own(session, &messages, wanted.seed).await?
    };
    let source = if wanted.writer.is_some() { Source::Writer } else { Source::Written };
    let mut passed: Vec<Reframing> = texts
        .into_iter()
        .filter_map(|text| {
            let text = text.trim().trim_matches('"').to_owned();
            let kind = if text.ends_with('?') { Kind::Question } else { Kind::Statement };
            let candidate = Candidate { strategy, kind, source, line: None, text, quotes: false };
            library.checks.pass(candidate, material.entry, rules).ok()
        })
        .collect();
    let texts: Vec<&str> = passed.iter().map(Reframing::text).collect();
    let best = match reader {
        Some(reader) => reader
            .read(session, &text, &texts)
            .await?
            .into_iter()
            .enumerate()
            .filter(|(_, fitness)| fitness.holds >= HOLDS)
            .max_by(|a, b| a.1.rank().total_cmp(&b.1.rank()))
            .map(|(i, _)| i),
        None => likeliest(session, &text, &texts).await?,
    };
    Ok(Ok(best.map(|i| passed.swap_remove(i))))
}

/// What our own model writes, several texts side by side. A text that was cut off is not shown
/// half.
async fn own(session: &Session, messages: &[Message], seed: u64) -> Result<Vec<String>, LanguageError> {
    let prompt = session.encode_chat(messages)?;
    let sampling = Sampling { candidates: CANDIDATES, seed, ..Sampling::default() };
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
    Ok(texts.into_iter().zip(ended).filter(|(_, ended)| *ended).map(|(text, _)| text).collect())
}
