//! What is done to one row of numbers at a time: norms, activation functions, rotary positions.

use super::Isa;
use super::lanes::{Kernel, Lanes};

/// Root-mean-square norm: `out = x / √(mean(x²) + epsilon) · weight`.
pub(in crate::language) fn rms_norm(isa: Isa, x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    isa.run(RmsNorm { x, weight, epsilon, out });
}

/// `out = silu(gate) · up`, with `silu(x) = x / (1 + e⁻ˣ)`.
pub(in crate::language) fn gated_silu(isa: Isa, gate: &[f32], up: &[f32], out: &mut [f32]) {
    isa.run(GatedSilu { gate, up, out });
}

/// Turns a head's state to its position: element `i` of the first half together with element `i`
/// of the second, by the angle whose cosine and sine are given; then scales it.
pub(in crate::language) fn rotate(isa: Isa, x: &mut [f32], cos: &[f32], sin: &[f32], scale: f32) {
    isa.run(Rotate { x, cos, sin, scale });
}

struct RmsNorm<'a> {
    x: &'a [f32],
    weight: &'a [f32],
    epsilon: f32,
    out: &'a mut [f32],
}

impl Kernel for RmsNorm<'_> {
    #[inline(always)]
    fn run<L: Lanes>(self, l: L) {
        let (whole, rest) = self.x.as_chunks::<16>();
        let mut squares = l.zero();
        for x in whole {
            let x = l.load(x);
            squares = l.mul_add(x, x, squares);
        }
        let sum = l.sum(squares) + rest.iter().map(|x| x * x).sum::<f32>();
        let factor = 1.0 / (sum / self.x.len().max(1) as f32 + self.epsilon).sqrt();
        let (weights, rest_weights) = self.weight.as_chunks::<16>();
        let (out, rest_out) = self.out.as_chunks_mut::<16>();
        for ((x, w), out) in whole.iter().zip(weights).zip(out) {
            l.store(l.mul(l.mul(l.load(x), l.splat(factor)), l.load(w)), out);
        }
        for ((x, w), out) in rest.iter().zip(rest_weights).zip(rest_out) {
            *out = x * factor * w;
        }
    }
}

struct GatedSilu<'a> {
    gate: &'a [f32],
    up: &'a [f32],
    out: &'a mut [f32],
}

impl Kernel for GatedSilu<'_> {
    #[inline(always)]
    fn run<L: Lanes>(self, l: L) {
        let ((gate, rest_gate), (up, rest_up)) = (self.gate.as_chunks::<16>(), self.up.as_chunks::<16>());
        let (out, rest_out) = self.out.as_chunks_mut::<16>();
        for ((gate, up), out) in gate.iter().zip(up).zip(out) {
            gated_silu_16(l, gate, up, out);
        }
        let (mut last_gate, mut last_up, mut last) = ([0.0; 16], [0.0; 16], [0.0; 16]);
        last_gate[..rest_gate.len()].copy_from_slice(rest_gate);
        last_up[..rest_up.len()].copy_from_slice(rest_up);
        gated_silu_16(l, &last_gate, &last_up, &mut last);
        rest_out.copy_from_slice(&last[..rest_out.len()]);
    }
}

#[inline(always)]
fn gated_silu_16<L: Lanes>(l: L, gate: &[f32; 16], up: &[f32; 16], out: &mut [f32; 16]) {
    let gate = l.load(gate);
    let below = l.add(l.splat(1.0), exp(l, l.mul(gate, l.splat(-1.0))));
    l.store(l.mul(l.div(gate, below), l.load(up)), out);
}

struct Rotate<'a> {
    x: &'a mut [f32],
    cos: &'a [f32],
    sin: &'a [f32],
    scale: f32,
}

impl Kernel for Rotate<'_> {
    #[inline(always)]
    fn run<L: Lanes>(self, l: L) {
        let (first, second) = self.x.split_at_mut(self.x.len() / 2);
        let (firsts, rest_first) = first.as_chunks_mut::<16>();
        let (seconds, rest_second) = second.as_chunks_mut::<16>();
        let ((cos, rest_cos), (sin, rest_sin)) = (self.cos.as_chunks::<16>(), self.sin.as_chunks::<16>());
        let (scale, minus) = (l.splat(self.scale), l.splat(-1.0));
        for (((a, b), cos), sin) in firsts.iter_mut().zip(seconds).zip(cos).zip(sin) {
            let (x, y) = (l.mul(l.load(a), scale), l.mul(l.load(b), scale));
            let (cos, sin) = (l.load(cos), l.load(sin));
            l.store(l.mul_add(x, cos, l.mul(l.mul(y, sin), minus)), a);
            l.store(l.mul_add(y, cos, l.mul(x, sin)), b);
        }
        for (((a, b), cos), sin) in rest_first.iter_mut().zip(rest_second).zip(rest_cos).zip(rest_sin) {
            let (x, y) = (*a * self.scale, *b * self.scale);
            (*a, *b) = (x * cos - y * sin, y * cos + x * sin);
        }
    }
}

/// `eˣ` to within 2 units in the last place; exactly 0 below −88, and `e⁸⁸` above 88.
#[inline(always)]
pub(super) fn exp<L: Lanes>(l: L, x: L::Floats) -> L::Floats {
    let x = l.max(l.min(x, l.splat(88.0)), l.splat(-88.029_69));
    let n = l.round(l.mul(x, l.splat(std::f32::consts::LOG2_E)));
    let whole = l.to_floats(n);
    // ln 2 in two parts, so that the remainder keeps its last bits.
    let rest = l.mul_add(whole, l.splat(-0.693_359_4), x);
    let rest = l.mul_add(whole, l.splat(2.121_944_4e-4), rest);
    // Cephes' polynomial for e^r on ±ln 2 / 2.
    let mut sum = l.splat(1.987_569_2e-4);
    for coefficient in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        sum = l.mul_add(sum, rest, l.splat(coefficient));
    }
    let sum = l.add(l.mul_add(l.mul(rest, rest), sum, rest), l.splat(1.0));
    l.mul(sum, l.power_of_two(n))
}
