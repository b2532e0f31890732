//! Products of packed weights with activations, on one thread: the shapes of the default model's
//! feed-forward layers, every format, one token and many. `cargo bench --bench kernels`.
//!
//! Throughput is in multiplications and additions. A matrix stays in the cache between runs, so
//! a single token's figure is not bound by memory as a whole decoding step is.

use divan::Bencher;
use divan::counter::ItemsCount;
use evenkeel::language::gguf::TensorType;
use evenkeel::language::{Instructions, ProductTrial};

const ROWS: usize = 1_536;
const COLUMNS: usize = 768;
const FORMATS: [TensorType; 11] = [
    TensorType::F16,
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

fn main() {
    divan::main();
}

fn product(
    bencher: Bencher<'_, '_>,
    kind: TensorType,
    tokens: usize,
    fine: bool,
    instructions: Instructions,
) {
    let Some(mut trial) = ProductTrial::new(kind, (ROWS, COLUMNS), tokens, fine, instructions) else {
        return;
    };
    bencher.counter(ItemsCount::new(ROWS * COLUMNS * tokens)).bench_local(|| trial.run());
}

#[divan::bench(args = FORMATS, consts = [1, 8, 128])]
fn avx512_16_bits<const TOKENS: usize>(bencher: Bencher<'_, '_>, kind: TensorType) {
    product(bencher, kind, TOKENS, true, Instructions::Avx512);
}

#[divan::bench(args = FORMATS, consts = [1, 8, 128])]
fn avx512_8_bits<const TOKENS: usize>(bencher: Bencher<'_, '_>, kind: TensorType) {
    product(bencher, kind, TOKENS, false, Instructions::Avx512);
}

#[divan::bench(args = FORMATS, consts = [1, 8, 128])]
fn avx2_16_bits<const TOKENS: usize>(bencher: Bencher<'_, '_>, kind: TensorType) {
    product(bencher, kind, TOKENS, true, Instructions::Avx2);
}

#[divan::bench(args = FORMATS, consts = [1, 8, 128])]
fn avx2_8_bits<const TOKENS: usize>(bencher: Bencher<'_, '_>, kind: TensorType) {
    product(bencher, kind, TOKENS, false, Instructions::Avx2);
}

#[divan::bench(args = FORMATS, consts = [1, 8])]
fn neon_8_bits<const TOKENS: usize>(bencher: Bencher<'_, '_>, kind: TensorType) {
    product(bencher, kind, TOKENS, false, Instructions::Neon);
}

#[divan::bench(args = FORMATS, consts = [1, 8])]
fn portable_8_bits<const TOKENS: usize>(bencher: Bencher<'_, '_>, kind: TensorType) {
    product(bencher, kind, TOKENS, false, Instructions::Portable);
}
