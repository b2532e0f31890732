//! A baseline without a language model: logistic regression on hashed words and word pairs. What
//! a head cannot beat by far is not worth its prefill.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::metrics::Counts;

/// Feature slots; a power of two.
const SLOTS: usize = 1 << 16;
/// Passes over the training texts.
const EPOCHS: usize = 12;
/// First step of the descent.
const RATE: f32 = 0.5;
/// Pull of the weights towards zero.
const DECAY: f32 = 1e-5;
/// Every so many texts one is kept back to choose the thresholds.
const KEPT_BACK: usize = 5;

/// A text as slots and weights; its length is 1.
type Features = Vec<(usize, f32)>;

/// One yes/no question for each label.
pub(super) struct Ngrams {
    /// `labels` rows of [`SLOTS`] weights and a bias.
    rows: Vec<(Vec<f32>, f32)>,
    /// Probability from which on each label counts.
    thresholds: Vec<f32>,
}

impl Ngrams {
    /// Trains on texts with their labels, each `labels` long. The same texts give the same model.
    pub(super) fn train(texts: &[(&str, Vec<bool>)]) -> Self {
        let read: Vec<(Features, &[bool])> =
            texts.iter().map(|(text, gold)| (features(text), gold.as_slice())).collect();
        let labels = texts.first().map_or(0, |(_, gold)| gold.len());
        let (kept, rest): (Vec<_>, Vec<_>) = read.iter().enumerate().partition(|(i, _)| i % KEPT_BACK == 0);
        let rest: Vec<_> = rest.into_iter().map(|(_, t)| t).collect();
        let trial = descend(&rest, labels);
        let thresholds = (0..labels)
            .map(|label| {
                let scored: Vec<(f32, bool)> =
                    kept.iter().map(|(_, (x, gold))| (probability(&trial[label], x), gold[label])).collect();
                best_threshold(&scored)
            })
            .collect();
        Self { rows: descend(&read.iter().collect::<Vec<_>>(), labels), thresholds }
    }

    /// Probability of each label, and whether it counts.
    pub(super) fn predict(&self, text: &str) -> Vec<(f32, bool)> {
        let x = features(text);
        let answer = |(row, threshold): (&(Vec<f32>, f32), &f32)| {
            let p = probability(row, &x);
            (p, p >= *threshold)
        };
        self.rows.iter().zip(&self.thresholds).map(answer).collect()
    }
}

/// Stochastic gradient descent with a falling step, in a fixed order that strides through the
/// texts, so that neighbours in a file do not follow each other.
fn descend(texts: &[&(Features, &[bool])], labels: usize) -> Vec<(Vec<f32>, f32)> {
    const STRIDE: usize = 7919;
    let mut rows = vec![(vec![0.0_f32; SLOTS], 0.0_f32); labels];
    for epoch in 0..EPOCHS {
        let rate = RATE / (1.0 + epoch as f32 * 0.3);
        for step in 0..texts.len() {
            let (x, gold) = texts[(step * STRIDE + epoch) % texts.len()];
            for (row, gold) in rows.iter_mut().zip(*gold) {
                let error = probability(row, x) - f32::from(u8::from(*gold));
                for (slot, value) in x {
                    let weight = &mut row.0[*slot];
                    *weight -= rate * (10.0 * error * value + DECAY * *weight);
                }
                row.1 -= rate * 0.1 * error;
            }
        }
    }
    rows
}

fn probability(row: &(Vec<f32>, f32), x: &Features) -> f32 {
    let logit = x.iter().map(|(slot, value)| row.0[*slot] * value).sum::<f32>() + row.1;
    1.0 / (1.0 + (-logit).exp())
}

/// The threshold with the best F1; of equal ones the nearest to the middle.
fn best_threshold(scored: &[(f32, bool)]) -> f32 {
    let f1 = |t: f32| Counts::of(scored.iter().map(|(p, gold)| (*gold, *p >= t))).f1().unwrap_or(0.0);
    let middling = |t: f32| -(t - 0.5).abs();
    let better = |a: &f32, b: &f32| f1(*a).total_cmp(&f1(*b)).then(middling(*a).total_cmp(&middling(*b)));
    (1..20).map(|i| i as f32 * 0.05).max_by(better).unwrap_or(0.5)
}

/// Hashed words and pairs of neighbouring words.
fn features(text: &str) -> Features {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .filter(|w| !w.is_empty())
        .collect();
    let mut slots: Vec<usize> = words.iter().map(slot).chain(words.windows(2).map(slot)).collect();
    slots.sort_unstable();
    slots.dedup();
    let value = 1.0 / (slots.len().max(1) as f32).sqrt();
    slots.into_iter().map(|slot| (slot, value)).collect()
}

fn slot(what: impl Hash) -> usize {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    (hasher.finish() % SLOTS as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_learns_which_words_go_with_which_label() {
        let texts: Vec<(String, Vec<bool>)> = (0..60)
            .map(|i| {
                let yes = i % 3 == 0;
                let text = if yes { format!("they all hate me {i}") } else { format!("we had soup {i}") };
                (text, vec![yes, !yes])
            })
            .collect();
        let texts: Vec<(&str, Vec<bool>)> =
            texts.iter().map(|(t, gold)| (t.as_str(), gold.clone())).collect();
        let model = Ngrams::train(&texts);
        let said = |text| model.predict(text).iter().map(|(_, counts)| *counts).collect::<Vec<_>>();
        assert_eq!(said("she will hate me"), [true, false]);
        assert_eq!(said("soup again"), [false, true]);
    }

    #[test]
    fn nothing_to_learn_from_is_no_label() {
        assert!(Ngrams::train(&[]).predict("anything").is_empty());
    }
}
