//! Every kernel on every set of instructions that this processor has, against the plain one and
//! against arithmetic in `f64`.

use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::decode::tests::random;
use super::*;

const PACKED: [TensorType; 10] = [
    TensorType::Q4_0,
    TensorType::Q4_1,
    TensorType::Q5_0,
    TensorType::Q5_1,
    TensorType::Q8_0,
    TensorType::Q2K,
    TensorType::Q3K,
    TensorType::Q4K,
    TensorType::Q5K,
    TensorType::Q6K,
];

const BOTH: [Precision; 2] = [Precision::Bytes, Precision::Words];

fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| rng.random_range(-2.0..2.0)).collect()
}

fn activations(isa: Isa, x: &[f32], columns: usize, precision: Precision) -> Activations {
    let mut activations = Activations::default();
    let rows = activations.reset(columns, vec![precision; x.len() / columns]);
    for (t, x) in x.chunks_exact(columns).enumerate() {
        // SAFETY: one thread.
        unsafe { rows.write(isa, t, |row| row.copy_from_slice(x)) };
    }
    activations
}

/// A matrix and the memory it lies in.
struct Packed(Matrix, Memory);

fn pack(threads: usize, kind: TensorType, rows: usize, columns: usize, bytes: &[u8]) -> Packed {
    let mut memory = Memory::default();
    let place = (&Pool::new(threads), &mut memory);
    let matrix = Matrix::pack(place, kind, rows, columns, bytes, &|r| r).unwrap().unwrap();
    Packed(matrix, memory)
}

fn product(
    isa: Isa,
    threads: usize,
    Packed(matrix, memory): &Packed,
    x: &[f32],
    start: Option<f32>,
    precision: Precision,
) -> Vec<f32> {
    let activations = activations(isa, x, matrix.columns(), precision);
    let mut out = vec![start.unwrap_or(f32::NAN); activations.tokens() * matrix.rows()];
    let products = [Product { matrix, out: &mut out, add: start.is_some() }];
    multiply((&Pool::new(threads), isa, memory), &activations, products);
    out
}

/// Whether two results are as near as the order of their sums and fused operations allow.
fn near(a: &[f32], b: &[f32]) -> bool {
    let size = b.iter().fold(1.0_f32, |m, x| m.max(x.abs()));
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 2e-5 * size)
}

#[test]
fn rows_of_either_precision_stand_side_by_side() {
    let (kind, rows, columns, tokens) = (TensorType::Q8_0, 40, 256, 23);
    let matrix = pack(1, kind, rows, columns, &random(kind, rows * columns / kind.block().0, 9));
    let x = numbers(7, tokens * columns);
    let precisions: Vec<Precision> = (0..tokens).map(|t| BOTH[usize::from(t % 5 == 2)]).collect();
    for isa in Isa::all() {
        let mut activations = Activations::default();
        let to = activations.reset(columns, precisions.iter().copied());
        for (t, x) in x.chunks_exact(columns).enumerate() {
            // SAFETY: one thread.
            unsafe { to.write(isa, t, |row| row.copy_from_slice(x)) };
        }
        let mut mixed = vec![f32::NAN; tokens * rows];
        let products = [Product { matrix: &matrix.0, out: &mut mixed, add: false }];
        multiply((&Pool::new(1), isa, &matrix.1), &activations, products);
        for (t, precision) in precisions.iter().enumerate() {
            let alone = product(isa, 1, &matrix, &x[t * columns..][..columns], None, *precision);
            assert_eq!(alone, mixed[t * rows..][..rows], "{precision:?} on {}", isa.instructions().name());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn products_of_packed_weights_agree_on_all_instructions(
        rows in 1usize..50, blocks in 1usize..4, tokens in 1usize..20, seed in any::<u64>()
    ) {
        for (kind, precision) in PACKED.into_iter().flat_map(|k| BOTH.map(|p| (k, p))) {
            let steps = if precision == Precision::Bytes { 253.0 } else { 65_000.0 };
            let columns = blocks * kind.block().0.max(32);
            let bytes = random(kind, rows * columns / kind.block().0, seed);
            let matrix = pack(1, kind, rows, columns, &bytes);
            let x = numbers(seed, tokens * columns);
            let plain = product(Isa::Portable(Portable), 1, &matrix, &x, None, precision);

            // The product in f64 of the weights with the activations as rounded to bytes.
            let mut row = vec![0.0; columns];
            for r in 0..rows {
                matrix.0.row(&matrix.1, r, &mut row);
                for t in 0..tokens {
                    let (mut exact, mut bound) = (0.0, 0.0);
                    for (block, w) in x[t * columns..][..columns].chunks(32).zip(row.chunks(32)) {
                        let largest = block.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
                        for (x, w) in block.iter().zip(w) {
                            exact += f64::from(*x) * f64::from(*w);
                            bound += f64::from(largest / steps * w.abs());
                        }
                    }
                    let got = f64::from(plain[t * rows + r]);
                    prop_assert!((got - exact).abs() <= bound + 1e-3, "{kind:?}: {got} and {exact} ± {bound}");
                }
            }
            for isa in Isa::all() {
                for threads in [1, 3] {
                    let other = product(isa, threads, &matrix, &x, None, precision);
                    prop_assert!(near(&other, &plain), "{kind:?} on {}", isa.instructions().name());
                }
                let added = product(isa, 1, &matrix, &x, Some(1.5), precision);
                let expected: Vec<f32> = plain.iter().map(|y| y + 1.5).collect();
                prop_assert!(near(&added, &expected), "{kind:?} added on {}", isa.instructions().name());
            }
        }
    }

    #[test]
    fn a_product_does_not_depend_on_the_tokens_beside_it_or_on_threads(
        tokens in 2usize..30, seed in any::<u64>()
    ) {
        for (kind, precision) in PACKED.into_iter().flat_map(|k| BOTH.map(|p| (k, p))) {
            let (rows, columns) = (40, 256);
            let bytes = random(kind, rows * columns / kind.block().0, seed);
            let matrix = pack(2, kind, rows, columns, &bytes);
            let x = numbers(seed, tokens * columns);
            for isa in Isa::all() {
                let together = product(isa, 2, &matrix, &x, None, precision);
                for t in 0..tokens {
                    let alone = product(isa, 1, &matrix, &x[t * columns..][..columns], None, precision);
                    prop_assert_eq!(&alone[..], &together[t * rows..][..rows], "{:?} on {}", kind, isa.instructions().name());
                }
            }
        }
    }

    #[test]
    fn products_of_plain_weights_agree_on_all_instructions(
        rows in 1usize..50, columns in 1usize..70, tokens in 1usize..20, seed in any::<u64>()
    ) {
        let weights = numbers(seed, rows * columns);
        let x = numbers(seed ^ 1, tokens * columns);
        let single: Vec<u8> = weights.iter().flat_map(|w| w.to_le_bytes()).collect();
        let halves: Vec<u8> = weights.iter().flat_map(|w| half::f16::from_f32(*w).to_le_bytes()).collect();
        for (kind, bytes, precision) in [(TensorType::F32, single, 1e-4), (TensorType::F16, halves, 0.3)] {
            let matrix = pack(1, kind, rows, columns, &bytes);
            for isa in Isa::all() {
                let got = product(isa, 2, &matrix, &x, None, Precision::Bytes);
                for t in 0..tokens {
                    for r in 0..rows {
                        let exact: f64 = (0..columns)
                            .map(|c| f64::from(x[t * columns + c]) * f64::from(weights[r * columns + c]))
                            .sum();
                        prop_assert!((f64::from(got[t * rows + r]) - exact).abs() <= precision);
                    }
                }
            }
        }
    }

    #[test]
    fn attention_agrees_with_its_definition(
        size in prop::sample::select(vec![8usize, 16, 64, 80]), kv_heads in 1usize..3, group in 1usize..5, single: bool,
        past in 0usize..300, tokens in 1usize..12, branching: bool, seed in any::<u64>()
    ) {
        let heads = kv_heads * group;
        let all = past + tokens;
        let (keys, values) = (numbers(seed, all * kv_heads * size), numbers(seed ^ 1, all * kv_heads * size));
        let queries: Vec<f32> = numbers(seed ^ 2, tokens * heads * size).iter().map(|q| q / 8.0).collect();
        let branches: Vec<usize> =
            (0..all).map(|i| if branching && i >= past / 2 { 1 + i % 3 } else { 0 }).collect();
        let mut caches = vec![KeyValues::new(kv_heads, size, single); 4];
        let mut counts = [0; 4];
        let mut places = Vec::new();
        let width = kv_heads * size;
        for (t, branch) in branches.iter().enumerate() {
            caches[*branch].push(&keys[t * width..][..width], &values[t * width..][..width]);
            places.push(Place { branch: *branch, index: counts[*branch] });
            counts[*branch] += 1;
        }
        for isa in Isa::all() {
            let mut out = vec![0.0; tokens * heads * size];
            let attention = Attention {
                prefix: &caches[0],
                tails: &caches[1..],
                queries: &queries,
                heads,
                places: &places[past..],
                out: Disjoint::new(&mut out),
            };
            Pool::new(2).split(attention.parts(), 1, &|part| attention.run(isa, part));
            for t in 0..tokens {
                for h in 0..heads {
                    let own = past + t;
                    let visible: Vec<usize> =
                        (0..=own).filter(|j| branches[*j] == 0 || branches[*j] == branches[own]).collect();
                    let at = |from: &[f32], j: usize, d: usize| f64::from(from[j * width + h / group * size + d]);
                    let query = &queries[(t * heads + h) * size..][..size];
                    let weights: Vec<f64> = visible
                        .iter()
                        .map(|j| (0..size).map(|d| f64::from(query[d]) * at(&keys, *j, d)).sum::<f64>().exp())
                        .collect();
                    let total: f64 = weights.iter().sum();
                    for d in 0..size {
                        let exact: f64 =
                            visible.iter().zip(&weights).map(|(j, w)| w / total * at(&values, *j, d)).sum();
                        let got = f64::from(out[(t * heads + h) * size + d]);
                        // Values are kept in half precision, and so may be keys.
                        prop_assert!((got - exact).abs() <= 5e-3, "{}: {got} and {exact}", isa.instructions().name());
                    }
                }
            }
        }
    }

    #[test]
    fn rows_are_normed_gated_and_turned_as_defined(n in 1usize..100, seed in any::<u64>()) {
        let (x, y) = (numbers(seed, 2 * n), numbers(seed ^ 1, 2 * n));
        let big: Vec<f32> = x.iter().map(|x| x * 60.0).collect();
        for isa in Isa::all() {
            let mut out = vec![0.0; 2 * n];
            rms_norm(isa, &x, &y, 1e-5, &mut out);
            let mean = x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / (2 * n) as f64;
            for i in 0..2 * n {
                let exact = f64::from(x[i]) / (mean + 1e-5).sqrt() * f64::from(y[i]);
                prop_assert!((f64::from(out[i]) - exact).abs() < 1e-5);
            }
            gated_silu(isa, &big, &y, &mut out);
            for i in 0..2 * n {
                let gate = f64::from(big[i]);
                let exact = gate / (1.0 + (-gate).exp()) * f64::from(y[i]);
                prop_assert!((f64::from(out[i]) - exact).abs() <= 1e-6 * exact.abs().max(1.0));
            }
            let mut turned = x.clone();
            let (sin, cos): (Vec<f32>, Vec<f32>) = y[..n].iter().map(|a| a.sin_cos()).unzip();
            rotate(isa, &mut turned, &cos, &sin, 0.5);
            for i in 0..n {
                let (a, b) = (0.5 * x[i], 0.5 * x[n + i]);
                prop_assert!((turned[i] - (a * cos[i] - b * sin[i])).abs() < 1e-6);
                prop_assert!((turned[n + i] - (b * cos[i] + a * sin[i])).abs() < 1e-6);
            }
        }
    }
}

#[test]
fn numbers_that_are_not_finite_do_not_spread_to_other_rows() {
    let matrix = {
        let bytes = random(TensorType::Q4_1, 16, 3);
        pack(1, TensorType::Q4_1, 16, 32, &bytes)
    };
    let mut x = numbers(1, 64);
    x[3] = f32::INFINITY;
    x[7] = f32::NAN;
    for isa in Isa::all() {
        let out = product(isa, 1, &matrix, &x, None, Precision::Words);
        assert!(out[16..].iter().all(|y| y.is_finite()), "{}", isa.instructions().name());
    }
}
