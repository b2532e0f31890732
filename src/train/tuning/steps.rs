//! The steps of a transformer, forwards and backwards, on texts that lie one after another:
//! rows are tokens. Everything between the products is f32, and runs on the thread that calls; a batch is split over
//! threads text by text.

use std::ops::Range;
use std::sync::Arc;

use candle_core::{CpuStorage, Device, Error, Result, Storage, Tensor};

use super::backward::{of1, of2, of3};
use crate::language::{PlainMap, plain_slopes};
use crate::train::logistic::dot;

/// A trained map that stays as it is, forwards and backwards.
pub(super) struct Frozen {
    forwards: PlainMap,
    backwards: PlainMap,
    bias: Option<Vec<f32>>,
}

impl Frozen {
    /// A map of `outputs × inputs` weights, row by row, packed by `pack`.
    pub(super) fn new(
        pack: impl Fn(&[f32], usize, usize) -> Option<PlainMap>,
        weights: &[f32],
        (outputs, inputs): (usize, usize),
        bias: Option<Vec<f32>>,
    ) -> Result<Self> {
        let forwards = pack(weights, outputs, inputs).ok_or_else(misshapen)?;
        let backwards = pack(&transposed(weights, inputs), inputs, outputs).ok_or_else(misshapen)?;
        Ok(Self { forwards, backwards, bias })
    }

    pub(super) fn outputs(&self) -> usize {
        self.forwards.outputs()
    }

    pub(super) fn inputs(&self) -> usize {
        self.forwards.inputs()
    }

    fn apply(&self, x: &[f32]) -> Vec<f32> {
        let mut y = self.forwards.apply(x);
        if let Some(bias) = &self.bias {
            for row in y.chunks_exact_mut(bias.len()) {
                row.iter_mut().zip(bias).for_each(|(y, b)| *y += b);
            }
        }
        y
    }
}

fn misshapen() -> Error {
    Error::Msg("a map has not the shape that its model says".into())
}

/// Rows of `width` values as columns.
fn transposed(values: &[f32], width: usize) -> Vec<f32> {
    let rows = values.len() / width.max(1);
    let mut out = vec![0.0; values.len()];
    for (r, row) in values.chunks_exact(width).enumerate() {
        row.iter().enumerate().for_each(|(c, v)| out[c * rows + r] = *v);
    }
    out
}

/// A thin pair beside a map: `A` (rank × inputs) and `B` (outputs × rank), as tensors that learn
/// and packed for products.
pub(super) struct Pair<'a> {
    pub(super) a: &'a Tensor,
    pub(super) b: &'a Tensor,
    pub(super) packed: &'a Arc<Packed>,
}

/// Both matrices of a pair, and both turned round.
pub(super) struct Packed {
    a: PlainMap,
    a_turned: PlainMap,
    b: PlainMap,
    b_turned: PlainMap,
}

impl Packed {
    pub(super) fn new(a: &Tensor, b: &Tensor) -> Result<Self> {
        let ((rank, inputs), (outputs, _)) = (a.dims2()?, b.dims2()?);
        let (a, b) = (values(a)?, values(b)?);
        let map = |w: &[f32], outputs, inputs| PlainMap::new(w, outputs, inputs).ok_or_else(misshapen);
        Ok(Self {
            a_turned: map(&transposed(&a, inputs), inputs, rank)?,
            a: map(&a, rank, inputs)?,
            b_turned: map(&transposed(&b, rank), rank, outputs)?,
            b: map(&b, outputs, rank)?,
        })
    }
}

/// `x·Wᵀ` plus, with an adapter, `(x·Aᵀ)·Bᵀ` (low-rank adaptation, Hu et al. 2021).
pub(super) fn linear(x: &Tensor, map: &Arc<Frozen>, pair: Option<&Pair<'_>>) -> Result<Tensor> {
    let rows = x.dim(0)?;
    let (inputs, outputs) = (map.inputs(), map.outputs());
    let mut y = with_values(x, |x| map.apply(x))?;
    let map = Arc::clone(map);
    let Some(Pair { a, b, packed }) = pair else {
        return of1(x, y, (rows, outputs), move |slope| {
            let of_x = with_values(slope, |slope| map.backwards.apply(slope))?;
            Ok([Some(matrix(of_x, rows, inputs)?)])
        });
    };
    let rank = a.dim(0)?;
    let packed = Arc::clone(packed);
    let low = with_values(x, |x| packed.a.apply(x))?;
    packed.b.add(&low, &mut y);
    let (inner, further) = (x.detach(), x.track_op());
    of3([x, a, b], y, (rows, outputs), move |slope| {
        let (through, of_b) = with_values(slope, |slope| {
            (packed.b_turned.apply(slope), plain_slopes(slope, outputs, &low, rank))
        })?;
        let of_a = with_values(&inner, |x| transposed(&plain_slopes(x, inputs, &through, rank), rank))?;
        let mut of_x = None;
        if further {
            let mut values = with_values(slope, |slope| map.backwards.apply(slope))?;
            packed.a_turned.add(&through, &mut values);
            of_x = Some(matrix(values, rows, inputs)?);
        }
        Ok([of_x, Some(matrix(of_a, rank, inputs)?), Some(matrix(of_b, outputs, rank)?)])
    })
}

/// Each row divided by its root mean square, times a weight for each column.
pub(super) fn rms_norm(x: &Tensor, weight: &Arc<[f32]>, epsilon: f32) -> Result<Tensor> {
    let (rows, width) = x.dims2()?;
    let scale = move |row: &[f32]| 1.0 / (dot(row, row) / width as f32 + epsilon).sqrt();
    let mut out = vec![0.0_f32; rows * width];
    with_values(x, |x| {
        for (row, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
            let r = scale(row);
            for ((o, x), w) in out.iter_mut().zip(row).zip(weight.iter()) {
                *o = x * r * w;
            }
        }
    })?;
    let (weight, inner) = (weight.clone(), x.detach());
    of1(x, out, (rows, width), move |slope| {
        let mut back = values(slope)?;
        with_values(&inner, |x| {
            for (row, back) in x.chunks_exact(width).zip(back.chunks_exact_mut(width)) {
                let r = scale(row);
                back.iter_mut().zip(weight.iter()).for_each(|(b, w)| *b *= w);
                let along = r * r * dot(back, row) / width as f32;
                for (b, x) in back.iter_mut().zip(row) {
                    *b = r * (*b - along * x);
                }
            }
        })?;
        Ok([Some(matrix(back, rows, width)?)])
    })
}

/// `silu(gate) · up`, value by value.
pub(super) fn gated(gate: &Tensor, up: &Tensor) -> Result<Tensor> {
    let (rows, width) = gate.dims2()?;
    let sigmoid: Vec<f32> = with_values(gate, |g| g.iter().map(|g| 1.0 / (1.0 + exp(-g))).collect())?;
    let out = with_values(gate, |g| {
        with_values(up, |u| g.iter().zip(u).zip(&sigmoid).map(|((g, u), s)| g * u * s).collect())
    })??;
    let (inner, beside) = (gate.detach(), up.detach());
    of2([gate, up], out, (rows, width), move |slope| {
        let (mut of_gate, mut of_up) = (vec![0.0_f32; rows * width], values(slope)?);
        with_values(&inner, |g| {
            with_values(&beside, |u| {
                let given = g.iter().zip(u.iter().zip(&sigmoid));
                for (((g, (u, s)), of_gate), slope) in given.zip(&mut of_gate).zip(&mut of_up) {
                    *of_gate = *slope * u * s * (1.0 + g * (1.0 - s));
                    *slope *= g * s;
                }
            })
        })??;
        Ok([Some(matrix(of_gate, rows, width)?), Some(matrix(of_up, rows, width)?)])
    })
}

/// The exponential function to about seven digits, in a form that the compiler can compute for
/// several values at once: 2 to the whole part through the bits of a float, the rest by its series.
fn exp(x: f32) -> f32 {
    // Rounds without a call: adding this leaves no bits for a fraction.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0) * std::f32::consts::LOG2_E;
    let whole = (x + ROUND) - ROUND;
    let rest = (x - whole) * std::f32::consts::LN_2;
    let series = 1.0
        + rest
            * (1.0
                + rest
                    * (0.5 + rest * (1.0 / 6.0 + rest * (1.0 / 24.0 + rest * (1.0 / 120.0 + rest / 720.0)))));
    series * f32::from_bits(((whole as i32 + 127) << 23).cast_unsigned())
}

/// How the heads of attention lie in a row, and how positions turn them.
pub(super) struct Attention {
    pub(super) heads: usize,
    pub(super) kv_heads: usize,
    pub(super) head_size: usize,
    /// Sine and cosine of the angle of each pair of dimensions, position by position.
    pub(super) turns: Vec<(f32, f32)>,
    /// Whether the two dimensions of a pair are neighbours, or half a head apart.
    pub(super) neighbours: bool,
}

/// One text of a batch, its heads brought together: `kv_heads × (group · tokens) × head_size`.
struct Heads {
    range: Range<usize>,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    /// Shares of attention, each row adds up to 1.
    shares: Tensor,
}

impl Attention {
    /// Causal self-attention with rotary positions within each of the texts.
    pub(super) fn apply(
        self: &Arc<Self>,
        [query, key, value]: [&Tensor; 3],
        texts: &[Range<usize>],
    ) -> Result<Tensor> {
        let rows = query.dim(0)?;
        let mut out = vec![0.0_f32; query.elem_count()];
        let mut kept = Vec::with_capacity(texts.len());
        for range in texts {
            let heads = self.gather(range, [query, key, value])?;
            let mixed = heads.shares.matmul(&heads.value)?;
            self.put(&values(&mixed)?, &mut out, range, self.heads, false);
            kept.push(heads);
        }
        let this = Arc::clone(self);
        of3([query, key, value], out, (rows, self.heads * self.head_size), move |slope| {
            this.back(rows, &kept, slope)
        })
    }

    fn gather(&self, range: &Range<usize>, [q, k, v]: [&Tensor; 3]) -> Result<Heads> {
        let query = self.take(q, range, self.heads, true)?;
        let key = self.take(k, range, self.kv_heads, true)?;
        let value = self.take(v, range, self.kv_heads, false)?;
        let scores = query.matmul(&key.t()?)?;
        let tokens = range.len();
        let shape = scores.shape().clone();
        let mut shares = values(&scores)?;
        let scale = 1.0 / (self.head_size as f32).sqrt();
        for (i, row) in shares.chunks_exact_mut(tokens).enumerate() {
            let (seen, hidden) = row.split_at_mut(i % tokens + 1);
            let highest = seen.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
            let mut sum = 0.0;
            for value in &mut *seen {
                *value = exp((*value - highest) * scale);
                sum += *value;
            }
            for value in seen {
                *value /= sum;
            }
            hidden.fill(0.0);
        }
        let shares = Tensor::from_vec(shares, shape, &Device::Cpu)?;
        Ok(Heads { range: range.clone(), query, key, value, shares })
    }

    fn back(&self, rows: usize, texts: &[Heads], slope: &Tensor) -> Result<[Option<Tensor>; 3]> {
        let size = self.head_size;
        let mut of_query = vec![0.0_f32; rows * self.heads * size];
        let mut of_key = vec![0.0_f32; rows * self.kv_heads * size];
        let mut of_value = vec![0.0_f32; rows * self.kv_heads * size];
        let scale = 1.0 / (size as f32).sqrt();
        for text in texts {
            let Heads { range, query, key, value, shares } = text;
            let slope = self.take(slope, range, self.heads, false)?;
            self.put(&values(&shares.t()?.matmul(&slope)?)?, &mut of_value, range, self.kv_heads, false);
            let mut of_scores = values(&slope.matmul(&value.t()?)?)?;
            for (row, shares) in
                of_scores.chunks_exact_mut(range.len()).zip(values(shares)?.chunks_exact(range.len()))
            {
                let along = dot(row, shares);
                row.iter_mut().zip(shares).for_each(|(s, share)| *s = share * (*s - along) * scale);
            }
            let of_scores = Tensor::from_vec(of_scores, shares.shape(), &Device::Cpu)?;
            self.put(&values(&of_scores.matmul(key)?)?, &mut of_query, range, self.heads, true);
            self.put(&values(&of_scores.t()?.matmul(query)?)?, &mut of_key, range, self.kv_heads, true);
        }
        Ok([
            Some(matrix(of_query, rows, self.heads * size)?),
            Some(matrix(of_key, rows, self.kv_heads * size)?),
            Some(matrix(of_value, rows, self.kv_heads * size)?),
        ])
    }

    /// The rows of one text, head by head, turned to their positions if asked.
    fn take(&self, rows: &Tensor, range: &Range<usize>, heads: usize, turn: bool) -> Result<Tensor> {
        let (size, tokens) = (self.head_size, range.len());
        let mut out = vec![0.0_f32; heads * tokens * size];
        with_values(rows, |rows| {
            for h in 0..heads {
                for t in 0..tokens {
                    let from = &rows[((range.start + t) * heads + h) * size..][..size];
                    let to = &mut out[(h * tokens + t) * size..][..size];
                    to.copy_from_slice(from);
                    if turn {
                        self.turn(to, t, 1.0);
                    }
                }
            }
        })?;
        Tensor::from_vec(out, (self.kv_heads, heads / self.kv_heads * tokens, size), &Device::Cpu)
    }

    /// The way back from [`Self::take`]; slopes are turned back.
    fn put(&self, taken: &[f32], rows: &mut [f32], range: &Range<usize>, heads: usize, turn: bool) {
        let (size, tokens) = (self.head_size, range.len());
        for h in 0..heads {
            for t in 0..tokens {
                let to = &mut rows[((range.start + t) * heads + h) * size..][..size];
                to.copy_from_slice(&taken[(h * tokens + t) * size..][..size]);
                if turn {
                    self.turn(to, t, -1.0);
                }
            }
        }
    }

    /// Rotary position embedding (Su et al. 2021) of one head, forwards (1) or backwards (−1).
    fn turn(&self, head: &mut [f32], position: usize, sense: f32) {
        let half = head.len() / 2;
        for (i, (sin, cos)) in self.turns[position * half..][..half].iter().enumerate() {
            let sin = sense * sin;
            let (a, b) = if self.neighbours { (2 * i, 2 * i + 1) } else { (i, i + half) };
            (head[a], head[b]) = (head[a] * cos - head[b] * sin, head[a] * sin + head[b] * cos);
        }
    }
}

/// Rows of logits computed together: of a large vocabulary, a few megabytes.
const TOGETHER: usize = 48;

/// Sum of `−ln p(target)` over the rows of `x`, where the logits are those of `output`.
pub(super) fn token_loss(x: &Tensor, output: &Frozen, targets: &[u32]) -> Result<Tensor> {
    let (rows, width) = x.dims2()?;
    let inner = values(x)?;
    let mut loss = 0.0_f64;
    let mut back = Vec::with_capacity(rows * width);
    for (some, targets) in inner.chunks(TOGETHER * width).zip(targets.chunks(TOGETHER)) {
        let mut logits = output.apply(some);
        for (row, target) in logits.chunks_exact_mut(output.outputs()).zip(targets) {
            let highest = row.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
            let own = row[*target as usize] - highest;
            let mut sum = 0.0;
            for value in &mut *row {
                *value = exp(*value - highest);
                sum += *value;
            }
            loss += f64::from(sum.ln() - own);
            for value in &mut *row {
                *value /= sum;
            }
            row[*target as usize] -= 1.0;
        }
        back.extend(output.backwards.apply(&logits));
    }
    let back = matrix(back, rows, width)?;
    of1(x, vec![loss as f32], (), move |slope| Ok([Some(back.broadcast_mul(slope)?)]))
}

/// The values of a tensor that lies in one piece, where they lie.
pub(super) fn with_values<R>(x: &Tensor, work: impl FnOnce(&[f32]) -> R) -> Result<R> {
    let (storage, layout) = x.storage_and_layout();
    match (&*storage, layout.contiguous_offsets()) {
        (Storage::Cpu(CpuStorage::F32(values)), Some((start, end))) => Ok(work(&values[start..end])),
        _ => Err(Error::Msg("a tensor does not lie in one piece on the processor".into())),
    }
}

/// A copy of the values of a tensor.
pub(super) fn values(x: &Tensor) -> Result<Vec<f32>> {
    x.flatten_all()?.to_vec1()
}

pub(super) fn matrix(values: Vec<f32>, rows: usize, width: usize) -> Result<Tensor> {
    Tensor::from_vec(values, (rows, width), &Device::Cpu)
}
