//! Choosing the next token.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::tokenizer::Token;

/// How text is generated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// 0 always takes the likeliest token; 1 follows the model's own distribution.
    pub temperature: f32,
    /// Only the likeliest tokens that together reach this probability are drawn from, 0–1.
    pub top_p: f32,
    /// Tokens at most, for each candidate.
    pub max_tokens: usize,
    /// How many texts are written side by side.
    pub candidates: usize,
    /// The same seed gives the same texts.
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 0.7, top_p: 0.9, max_tokens: 96, candidates: 1, seed: 0 }
    }
}

/// Draws the tokens of one candidate. Each candidate has a stream of its own, so its text does
/// not depend on how many others are written beside it.
pub(super) struct Sampler {
    temperature: f32,
    top_p: f32,
    rng: ChaCha8Rng,
}

impl Sampler {
    pub(super) fn new(sampling: &Sampling, candidate: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(sampling.seed);
        rng.set_stream(candidate as u64);
        Self { temperature: sampling.temperature, top_p: sampling.top_p, rng }
    }

    /// The next token, from its logits.
    pub(super) fn next(&mut self, logits: &[f32]) -> Token {
        if self.temperature <= 0.0 {
            return likeliest(logits);
        }
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut weighted: Vec<(Token, f32)> = logits
            .iter()
            .enumerate()
            .map(|(id, logit)| (id as Token, ((logit - most) / self.temperature).exp()))
            .filter(|(_, weight)| *weight > 1e-6)
            .collect();
        weighted.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let total: f32 = weighted.iter().map(|w| w.1).sum();
        let mut kept = 0.0;
        let nucleus: Vec<(Token, f32)> = weighted
            .into_iter()
            .take_while(|(_, weight)| {
                let within = kept < self.top_p * total;
                kept += weight;
                within
            })
            .collect();
        let mut draw = self.rng.random::<f32>() * nucleus.iter().map(|w| w.1).sum::<f32>();
        for (token, weight) in &nucleus {
            draw -= weight;
            if draw <= 0.0 {
                return *token;
            }
        }
        nucleus.first().map_or_else(|| likeliest(logits), |w| w.0)
    }
}

fn likeliest(logits: &[f32]) -> Token {
    let best = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
    best.map_or(0, |(id, _)| id as Token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperature_zero_takes_the_likeliest() {
        let mut sampler = Sampler::new(&Sampling { temperature: 0.0, ..Sampling::default() }, 0);
        assert_eq!(sampler.next(&[0.1, 2.0, 1.9]), 1);
    }

    #[test]
    fn the_same_seed_draws_the_same_and_another_candidate_differs() {
        let logits: Vec<f32> = (0..50).map(|i| (i % 7) as f32 * 0.1).collect();
        let sampling = Sampling { temperature: 1.0, top_p: 1.0, seed: 7, ..Sampling::default() };
        let draw = |candidate| {
            let mut sampler = Sampler::new(&sampling, candidate);
            (0..20).map(|_| sampler.next(&logits)).collect::<Vec<_>>()
        };
        assert_eq!(draw(0), draw(0));
        assert_ne!(draw(0), draw(1));
    }

    #[test]
    fn a_small_nucleus_never_draws_an_unlikely_token() {
        let mut sampler = Sampler::new(&Sampling { temperature: 1.0, top_p: 0.5, ..Sampling::default() }, 0);
        assert!((0..200).all(|_| sampler.next(&[5.0, 0.0, 0.0, 0.0]) == 0));
    }
}
