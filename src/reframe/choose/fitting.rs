//! By what the model has learnt of which lines fit: a first look at all, a close one at the
//! nearest.

use super::{Answer, Scored, best, excerpt};
use crate::heads::Reading;
use crate::language::{LanguageError, Session};
use crate::reframe::Material;
use crate::reframe::affinity::Affinity;
use crate::reframe::fit::FitReader;

/// Lines that the model reads after the entry, and how many of them may quote the person.
const READ: usize = 36;
const READ_QUOTING: usize = 6;
/// A line is shown only if it is at least this likely that nothing in it is untrue here.
const HOLDS: f32 = 0.5;

/// The lines that may be shown; `None` if this model has not learnt to tell.
pub(super) async fn ranked<'a>(
    material: &Material<'_>,
    answers: &[Answer<'a>],
    session: &Session,
) -> Result<Option<Vec<Scored<'a>>>, LanguageError> {
    let Some((heads, reading)) = material.read else { return Ok(None) };
    let Some(reader) = FitReader::of(heads) else { return Ok(None) };
    let state = state_of(material, reading);
    let Some(affinity) = Affinity::new(heads, &state) else { return Ok(None) };

    let candidates = answers.iter().filter_map(|Answer { line, text, .. }| {
        Some(Scored { line, text: text.clone(), quotes: line.has_slot(), rank: affinity.of(line)? })
    });
    let nearest = best(candidates.collect(), READ, READ_QUOTING);

    let lines: Vec<&str> = nearest.iter().map(|c| c.text.as_str()).collect();
    let fitness = reader.read(session, &excerpt(material), &lines).await?;
    let mut shown = Vec::with_capacity(nearest.len());
    for (mut line, fitness) in nearest.into_iter().zip(fitness) {
        if fitness.holds >= HOLDS {
            line.rank = fitness.rank();
            shown.push(line);
        }
    }
    Ok(Some(shown))
}

/// The mean state of the window in which the likeliest distortion stands, without the first token.
fn state_of(material: &Material<'_>, reading: &Reading) -> Vec<f32> {
    let at = material.recognition.found.iter().flat_map(|f| &f.ranges).next().map_or(0, |r| r.start);
    let window = reading.windows.iter().find(|w| w.range.contains(&at)).or(reading.windows.first());
    window.map(|w| w.states.mean(1..w.states.len())).unwrap_or_default()
}
