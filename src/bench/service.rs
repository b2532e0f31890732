//! The real reframe on the path that the service takes, with the model loaded and used before.

use std::sync::Mutex;
use std::time::Instant;

use serde::Serialize;

use super::measure::Spread;
use super::{BenchError, Heard};
use crate::assistant::{Assistant, AssistantError, Event, Request};

/// A worry that leads to reframes and not to help.
pub const WORRY: &str = "If I need help, I'm completely weak. They'll think I'm incompetent if I ask.";
/// An entry of 60 words.
const ENTRY: &str = "My sister forgot to call me last night. She always does this, so I must not matter to her at all. I sat by the phone like a fool for two hours. If I say anything she will call me needy, and then the whole holiday will be ruined, and it will be my fault, as it is every time.";

/// Times in a warm service, in milliseconds.
#[derive(Debug, Clone, Serialize)]
pub struct Warm {
    /// From the request to the first thing that a person can read: what was recognised, or that
    /// nothing was.
    pub first_ms: Spread,
    /// From the request to the first reframe; none where there was none.
    pub first_reframe_ms: Option<Spread>,
    /// From the request to the whole reply.
    pub whole_ms: Spread,
    /// Screening and recognising an entry of 60 words.
    pub recognise_60_words_ms: Spread,
}

/// Measures a warm service; one request of each kind goes before, unmeasured.
///
/// # Errors
/// [`BenchError::Assistant`].
pub async fn warm(assistant: &Assistant, turns: usize, heard: Heard<'_>) -> Result<Warm, BenchError> {
    let worry = Request { text: WORRY.to_owned(), ..Request::default() };
    let entry = Request { text: ENTRY.to_owned(), ..Request::default() };
    reframe(assistant, &worry).await?;
    recognise(assistant, &entry).await?;
    let mut all = Vec::new();
    let mut recognised = Vec::new();
    for turn in 1..=turns {
        heard(&format!("the warm service: turn {turn} of {turns}"));
        all.push(reframe(assistant, &worry).await?);
        recognised.push(recognise(assistant, &entry).await?);
    }
    let reframes: Vec<f64> = all.iter().filter_map(|t| t.reframe).collect();
    Ok(Warm {
        first_ms: Spread::of(all.iter().map(|t| t.first.unwrap_or(t.whole))),
        first_reframe_ms: (!reframes.is_empty()).then(|| Spread::of(reframes)),
        whole_ms: Spread::of(all.iter().map(|t| t.whole)),
        recognise_60_words_ms: Spread::of(recognised),
    })
}

/// When what was there, in milliseconds since the request.
struct Times {
    first: Option<f64>,
    reframe: Option<f64>,
    whole: f64,
}

async fn reframe(assistant: &Assistant, request: &Request) -> Result<Times, AssistantError> {
    let begun = Instant::now();
    let seen: Mutex<(Option<f64>, Option<f64>)> = Mutex::default();
    let turn = assistant.turn().await?;
    assistant
        .reframe(request, &turn, None, &|event| {
            let now = milliseconds(begun);
            if let Ok(mut seen) = seen.lock() {
                match event {
                    Event::Distortions(_) => seen.0 = seen.0.or(Some(now)),
                    Event::Reframe(_) => seen.1 = seen.1.or(Some(now)),
                    Event::Risk(_) | Event::Progress(_) => {}
                }
            }
        })
        .await?;
    let whole = milliseconds(begun);
    let (first, reframe) = seen.into_inner().unwrap_or_default();
    Ok(Times { first, reframe, whole })
}

async fn recognise(assistant: &Assistant, request: &Request) -> Result<f64, AssistantError> {
    let begun = Instant::now();
    let turn = assistant.turn().await?;
    assistant.recognise(request, &turn, &|_| ()).await?;
    Ok(milliseconds(begun))
}

fn milliseconds(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::ENTRY;

    #[test]
    fn the_entry_has_60_words() {
        assert_eq!(ENTRY.split_whitespace().count(), 60);
    }
}
