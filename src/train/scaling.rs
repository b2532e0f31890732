//! From logits to probabilities that hold: one slope for all outputs of a map and one shift for
//! each (after Platt 1999), fitted on texts that the map was not learnt from.

use crate::heads::{Linear, sigmoid};

/// Pull of the shifts towards none and of the slope towards 1, in texts.
const PULL: f64 = 1.0;
const ROUNDS: usize = 60;

/// How a map's outputs become log-odds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scaling {
    slope: f64,
    shifts: Vec<f64>,
}

impl Scaling {
    /// Fits slope and shifts to the logits of some texts and their labels, 0 or 1, text by text;
    /// by turns, each with Newton's method.
    pub(super) fn fit(logits: &[Vec<f32>], labels: &[f32]) -> Self {
        let outputs = logits.first().map_or(0, Vec::len);
        let mut scaling = Self { slope: 1.0, shifts: vec![0.0; outputs] };
        let error = |scaling: &Self, text: usize, o: usize| {
            let p =
                f64::from(sigmoid((scaling.slope * f64::from(logits[text][o]) + scaling.shifts[o]) as f32));
            (p - f64::from(labels[text * outputs + o]), p * (1.0 - p))
        };
        for _ in 0..ROUNDS {
            for o in 0..outputs {
                let (mut gradient, mut curvature) = (PULL * scaling.shifts[o], PULL);
                for text in 0..logits.len() {
                    let (error, spread) = error(&scaling, text, o);
                    gradient += error;
                    curvature += spread;
                }
                scaling.shifts[o] -= (gradient / curvature).clamp(-1.0, 1.0);
            }
            let (mut gradient, mut curvature) = (PULL * (scaling.slope - 1.0), PULL);
            for (text, logits) in logits.iter().enumerate() {
                for (o, logit) in logits.iter().enumerate() {
                    let (error, spread) = error(&scaling, text, o);
                    gradient += error * f64::from(*logit);
                    curvature += spread * f64::from(*logit) * f64::from(*logit);
                }
            }
            scaling.slope = (scaling.slope - (gradient / curvature).clamp(-0.2, 0.2)).clamp(0.05, 5.0);
        }
        scaling
    }

    /// The map whose outputs are those log-odds.
    pub(super) fn apply(&self, map: &Linear) -> Linear {
        let weight = map.weight().iter().map(|w| (f64::from(*w) * self.slope) as f32).collect();
        let bias = map.bias().iter().zip(&self.shifts);
        let bias = bias.map(|(b, shift)| (f64::from(*b) * self.slope + shift) as f32).collect();
        Linear::from_parts(map.inputs(), weight, bias)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn a_map_that_is_too_sure_and_off_is_set_right() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (mut logits, mut labels) = (Vec::new(), Vec::new());
        for _ in 0..4000 {
            let truth: [f32; 2] = [rng.random_range(-3.0..3.0), rng.random_range(-3.0..3.0)];
            labels.extend(truth.map(|t| f32::from(u8::from(rng.random::<f32>() < sigmoid(t)))));
            // Four times too sure, and one of them shifted.
            logits.push(vec![4.0 * truth[0], 4.0 * (truth[1] + 1.0)]);
        }
        let fitted = Scaling::fit(&logits, &labels);
        assert!((fitted.slope - 0.25).abs() < 0.02, "{fitted:?}");
        assert!(fitted.shifts[0].abs() < 0.15 && (fitted.shifts[1] + 1.0).abs() < 0.15, "{fitted:?}");

        let map = Linear::from_parts(1, vec![1.0, 2.0], vec![0.5, 0.0]);
        let scaled = Scaling { slope: 0.5, shifts: vec![1.0, 0.0] }.apply(&map);
        assert_eq!(scaled, Linear::from_parts(1, vec![0.5, 1.0], vec![1.25, 0.0]));
    }
}
