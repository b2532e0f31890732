#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::sync::Arc;

use candle_core::{Device, Tensor, Var};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::losses::{Moments, highest_means, means, one_of, standardise, yes_or_no};
use super::steps::{Attention, Frozen, Packed, Pair, gated, linear, matrix, rms_norm, token_loss, values};
use crate::language::PlainMap;

/// How far an input is moved to see what changes.
const BY: f32 = 1e-2;

fn random(shape: (usize, usize), seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..shape.0 * shape.1).map(|_| rng.random_range(-1.0..1.0)).collect()
}

fn tensor(shape: (usize, usize), seed: u64) -> Tensor {
    matrix(random(shape, seed), shape.0, shape.1).unwrap()
}

/// Compares the slopes of `f` for each input with differences of its values.
fn assert_slopes(shapes: &[(usize, usize)], f: impl Fn(&[Tensor]) -> Tensor) {
    let inputs: Vec<Var> =
        shapes.iter().zip(1..).map(|(s, seed)| Var::from_tensor(&tensor(*s, seed)).unwrap()).collect();
    let tensors = |moved: Option<(usize, usize, f32)>| -> Vec<Tensor> {
        inputs
            .iter()
            .enumerate()
            .map(|(i, var)| match moved {
                Some((input, at, by)) if input == i => {
                    let mut all = values(var.as_tensor()).unwrap();
                    all[at] += by;
                    Tensor::from_vec(all, var.shape(), &Device::Cpu).unwrap()
                }
                _ => var.as_tensor().clone(),
            })
            .collect()
    };
    // A weighted sum, so that each output's slope counts.
    let total = |inputs: &[Tensor]| {
        let out = f(inputs);
        let weights = Tensor::from_vec(random((1, out.elem_count()), 99), out.shape(), &Device::Cpu).unwrap();
        (out * weights).unwrap().sum_all().unwrap()
    };
    let slopes = total(&tensors(None)).backward().unwrap();
    for (i, var) in inputs.iter().enumerate() {
        let slope = values(slopes.get(var.as_tensor()).expect("every input has a slope")).unwrap();
        for (at, slope) in slope.iter().enumerate() {
            let at_moved = |by| total(&tensors(Some((i, at, by)))).to_scalar::<f32>().unwrap();
            let difference = (at_moved(BY) - at_moved(-BY)) / (2.0 * BY);
            assert!(
                (slope - difference).abs() < 0.01 + 0.01 * difference.abs(),
                "input {i}, value {at}: slope {slope}, difference {difference}"
            );
        }
    }
}

#[test]
fn a_map_with_its_adapter_has_the_slopes_of_its_differences() {
    let map =
        Arc::new(Frozen::new(PlainMap::new, &random((5, 4), 7), (5, 4), Some(random((1, 5), 8))).unwrap());
    assert_slopes(&[(3, 4), (16, 4), (5, 16)], |x| {
        let packed = Arc::new(Packed::new(&x[1], &x[2]).unwrap());
        linear(&x[0], &map, Some(&Pair { a: &x[1], b: &x[2], packed: &packed })).unwrap()
    });
    assert_slopes(&[(3, 4)], |x| linear(&x[0], &map, None).unwrap());
}

#[test]
fn the_steps_of_a_layer_have_the_slopes_of_their_differences() {
    let weight: Arc<[f32]> = random((1, 6), 8).into();
    assert_slopes(&[(3, 6)], |x| rms_norm(&x[0], &weight, 1e-5).unwrap());
    assert_slopes(&[(3, 6), (3, 6)], |x| gated(&x[0], &x[1]).unwrap());
}

#[test]
fn attention_has_the_slopes_of_its_differences() {
    for neighbours in [true, false] {
        let turns = (0..16 * 2).map(|i| (i as f32 * 0.7).sin_cos()).collect();
        let attention = Arc::new(Attention { heads: 4, kv_heads: 2, head_size: 4, turns, neighbours });
        assert_slopes(&[(7, 16), (7, 8), (7, 8)], |x| {
            attention.apply([&x[0], &x[1], &x[2]], &[0..4, 4..7]).unwrap()
        });
    }
}

#[test]
fn a_text_does_not_see_its_neighbour_nor_what_comes_after() {
    let turns = (0..16 * 2).map(|i| (i as f32 * 0.7).sin_cos()).collect();
    let attention = Arc::new(Attention { heads: 2, kv_heads: 1, head_size: 4, turns, neighbours: true });
    let (q, k, v) = (tensor((6, 8), 1), tensor((6, 4), 2), tensor((6, 4), 3));
    let both = attention.apply([&q, &k, &v], &[0..4, 4..6]).unwrap();
    let part = |x: &Tensor, from, rows| x.narrow(0, from, rows).unwrap();
    let alone = attention
        .apply([&part(&q, 4, 2), &part(&k, 4, 2), &part(&v, 4, 2)], &[std::ops::Range { start: 0, end: 2 }])
        .unwrap();
    assert_eq!(values(&part(&both, 4, 2)).unwrap(), values(&alone).unwrap());
    let shorter = attention
        .apply([&part(&q, 0, 3), &part(&k, 0, 3), &part(&v, 0, 3)], &[std::ops::Range { start: 0, end: 3 }])
        .unwrap();
    assert_eq!(values(&part(&both, 0, 3)).unwrap(), values(&shorter).unwrap());
}

#[test]
fn pooling_and_losses_have_the_slopes_of_their_differences() {
    let moments = Arc::new(Moments { mean: random((1, 3), 4), scale: vec![0.5, 1.0, 2.0] });
    assert_slopes(&[(6, 3)], |x| standardise(&x[0], &moments).unwrap());
    assert_slopes(&[(6, 3)], |x| means(&x[0], &[0..2, 2..6]).unwrap());
    assert_slopes(&[(6, 3)], |x| highest_means(&x[0], &[0..2, 2..6], 3).unwrap());
    assert_slopes(&[(2, 3)], |x| yes_or_no(&x[0], &[1.0, 0.0, 0.0, 1.0, 1.0, 0.0], &[1.0, 0.5]).unwrap());
    assert_slopes(&[(2, 3)], |x| one_of(&x[0], &[2, 0]).unwrap());
    let output = Frozen::new(PlainMap::new, &random((5, 3), 6), (5, 3), None).unwrap();
    assert_slopes(&[(4, 3)], |x| token_loss(&x[0], &output, &[0, 4, 2, 2]).unwrap());
}
