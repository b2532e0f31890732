//! Recognition with a model that has no heads: one question for each distortion, answered by
//! the probabilities of "Yes" and "No". Nothing outside that set can be answered.

use super::{Catalogue, Distortion, Found, MOST_SHOWN, Recognition};
use crate::entry::Entry;
use crate::judge::judge;
use crate::language::{LanguageError, Session};

/// Answers above this count. Such a model is not calibrated: half is the honest line.
const THRESHOLD: f32 = 0.5;

pub(super) async fn recognise(
    entry: &Entry,
    catalogue: &Catalogue,
    session: &Session,
) -> Result<Recognition, LanguageError> {
    let mut probabilities = [0.0; Distortion::ALL.len()];
    for distortion in Distortion::ALL {
        probabilities[distortion.index()] =
            judge(session, entry, &catalogue.get(distortion).statement).await?;
    }
    let mut found: Vec<Found> = Distortion::ALL
        .into_iter()
        .filter(|d| probabilities[d.index()] > THRESHOLD)
        .map(|distortion| Found {
            distortion,
            probability: probabilities[distortion.index()],
            spans: Vec::new(),
            ranges: Vec::new(),
        })
        .collect();
    found.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    found.truncate(MOST_SHOWN);
    Ok(Recognition { probabilities, found })
}
