//! Grouped-query attention over a half-precision key/value cache, with the softmax taken block by
//! block, so that no matrix of scores is ever stored.

use super::disjoint::Disjoint;
use super::elementwise::exp;
use super::lanes::{Kernel, Lanes};

/// Tokens whose keys lie side by side.
const KEYS: usize = 16;
/// Blocks of keys whose scores are held at once.
const BLOCKS: usize = 8;
/// Rows of queries that go together, for the sake of one reading of keys and values.
pub(super) const TILE: usize = 8;
/// Greatest size of a head.
pub(in crate::language) const LARGEST_HEAD: usize = 256;
const PIECES: usize = LARGEST_HEAD / 16;
/// Below every score, yet finite, so that differences stay numbers.
const FLOOR: f32 = -1e30;

/// One layer's keys and values of the tokens read so far, in half precision.
#[derive(Debug, Clone, Default)]
pub(in crate::language) struct KeyValues {
    heads: usize,
    size: usize,
    tokens: usize,
    /// For each 16 tokens, each head, each dimension: that dimension of the 16 keys.
    keys: Vec<[u16; KEYS]>,
    /// For each token, each head: its value, in pieces of 16 dimensions.
    values: Vec<[u16; 16]>,
}

impl KeyValues {
    /// An empty cache for so many key/value heads of a size.
    pub(in crate::language) fn new(heads: usize, size: usize) -> Self {
        Self { heads, size, ..Self::default() }
    }

    /// Makes room for so many tokens in all, so that reading them allocates nothing.
    pub(in crate::language) fn reserve(&mut self, tokens: usize) {
        let keys = tokens.div_ceil(KEYS) * self.heads * self.size;
        let values = tokens * self.heads * self.pieces();
        self.keys.reserve_exact(keys.saturating_sub(self.keys.len()));
        self.values.reserve_exact(values.saturating_sub(self.values.len()));
    }

    fn pieces(&self) -> usize {
        self.size.div_ceil(16)
    }

    /// Adds a token: key and value of every head, one head after another.
    pub(in crate::language) fn push(&mut self, key: &[f32], value: &[f32]) {
        let (block, lane) = (self.tokens / KEYS, self.tokens % KEYS);
        let width = self.heads * self.size;
        if lane == 0 {
            self.keys.resize((block + 1) * width, [0; KEYS]);
        }
        for (slot, key) in self.keys[block * width..].iter_mut().zip(key) {
            slot[lane] = half::f16::from_f32(*key).to_bits();
        }
        for head in value.chunks_exact(self.size.max(1)).take(self.heads) {
            for piece in head.chunks(16) {
                let mut bits = [0; 16];
                bits.iter_mut().zip(piece).for_each(|(b, v)| *b = half::f16::from_f32(*v).to_bits());
                self.values.push(bits);
            }
        }
        self.tokens += 1;
    }

    /// Forgets all but the first `tokens`.
    pub(in crate::language) fn truncate(&mut self, tokens: usize) {
        if tokens < self.tokens {
            self.tokens = tokens;
            self.keys.truncate(tokens.div_ceil(KEYS) * self.heads * self.size);
            self.values.truncate(tokens * self.heads * self.pieces());
        }
    }
}

/// Attention of some rows of queries of one key/value head.
pub(in crate::language) struct Attention<'a> {
    pub(in crate::language) cache: &'a KeyValues,
    /// `tokens × heads × size`, turned to their positions and scaled by `1/√size`.
    pub(in crate::language) queries: &'a [f32],
    /// Query heads.
    pub(in crate::language) heads: usize,
    /// The branch of every token in the cache, the batch's own last.
    pub(in crate::language) branches: &'a [u32],
    /// How many tokens at the beginning every later one sees: those of branch 0 before any other.
    pub(in crate::language) shared: usize,
    /// `tokens × heads × size`.
    pub(in crate::language) out: Disjoint<'a, f32>,
}

impl Attention<'_> {
    fn group(&self) -> usize {
        self.heads / self.cache.heads.max(1)
    }

    fn rows(&self) -> usize {
        self.queries.len() / (self.cache.size * self.cache.heads).max(1)
    }

    /// Pieces of work: tiles of rows, for each key/value head.
    pub(in crate::language) fn parts(&self) -> usize {
        self.rows().div_ceil(TILE) * self.cache.heads
    }

    /// Does one of [`Attention::parts`].
    pub(in crate::language) fn run(&self, isa: super::Isa, part: usize) {
        // The last tiles see the most tokens: they come first, so that threads end together.
        let tile = self.rows().div_ceil(TILE) - 1 - part / self.cache.heads;
        let first = tile * TILE;
        let rows = TILE.min(self.rows() - first);
        isa.run(Tile { all: self, head: part % self.cache.heads, first, rows });
    }
}

struct Tile<'a> {
    all: &'a Attention<'a>,
    head: usize,
    first: usize,
    rows: usize,
}

impl Kernel for Tile<'_> {
    #[inline(always)]
    fn run<L: Lanes>(self, l: L) {
        match self.rows {
            1 => self.go::<L, 1>(l),
            2 | 3 => self.go::<L, 3>(l),
            4 => self.go::<L, 4>(l),
            _ => self.go::<L, TILE>(l),
        }
    }
}

impl Tile<'_> {
    #[inline(always)]
    fn go<L: Lanes, const R: usize>(&self, l: L) {
        let Attention { cache, queries, heads, branches, shared, .. } = *self.all;
        let (size, group) = (cache.size, self.all.group());
        let past = branches.len() - queries.len() / (heads * size);
        // Rows beyond the last repeat it; they are computed and not written.
        let row = |r: usize| self.first + r.min(self.rows - 1);
        let token = |r: usize| past + row(r) / group;
        let place = |r: usize| (row(r) / group * heads + self.head * group + row(r) % group) * size;
        let query: [&[f32]; R] = std::array::from_fn(|r| &queries[place(r)..][..size]);
        let seen = token(R - 1) + 1;

        let mut highest = [FLOOR; R];
        let mut totals = [0.0_f32; R];
        let mut mixed = [[[0.0_f32; 16]; PIECES]; R];
        let mut from = 0;
        while from < seen {
            let until = seen.min(from + BLOCKS * KEYS);
            let blocks = (until - from).div_ceil(KEYS);
            let mut scores = [[[FLOOR; KEYS]; BLOCKS]; R];
            for b in 0..blocks {
                let at = (from / KEYS + b) * cache.heads + self.head;
                let mut sums = [l.zero(); R];
                for (d, key) in cache.keys[at * size..][..size].iter().enumerate() {
                    let key = l.load_half(key);
                    for r in 0..R {
                        sums[r] = l.mul_add(key, l.splat(query[r][d]), sums[r]);
                    }
                }
                for r in 0..R {
                    l.store(sums[r], &mut scores[r][b]);
                    let first = from + b * KEYS;
                    if first + KEYS > shared.min(token(r) + 1) {
                        let own = branches[token(r)];
                        for (k, score) in scores[r][b].iter_mut().enumerate() {
                            let other = first + k;
                            let visible =
                                other <= token(r) && (branches[other] == 0 || branches[other] == own);
                            if !visible {
                                *score = f32::NEG_INFINITY;
                            }
                        }
                    }
                }
            }
            let mut factors = [0.0_f32; R];
            for r in 0..R {
                let mut most = l.splat(highest[r]);
                for block in &scores[r][..blocks] {
                    most = l.max(most, l.load(block));
                }
                let most = l.largest(most);
                let shift = l.splat(-most);
                let mut total = l.zero();
                for block in &mut scores[r][..blocks] {
                    let p = exp(l, l.add(l.load(block), shift));
                    total = l.add(total, p);
                    l.store(p, block);
                }
                let mut factor = [0.0; 16];
                l.store(exp(l, l.splat(highest[r] - most)), &mut factor);
                factors[r] = factor[0];
                totals[r] = totals[r] * factors[r] + l.sum(total);
                highest[r] = most;
            }
            let pieces = cache.pieces();
            for piece in 0..pieces {
                let mut sums = [l.zero(); R];
                for r in 0..R {
                    sums[r] = l.mul(l.load(&mixed[r][piece]), l.splat(factors[r]));
                }
                for k in 0..until - from {
                    let at = ((from + k) * cache.heads + self.head) * pieces + piece;
                    let value = l.load_half(&cache.values[at]);
                    for r in 0..R {
                        sums[r] = l.mul_add(value, l.splat(scores[r][k / KEYS][k % KEYS]), sums[r]);
                    }
                }
                for r in 0..R {
                    l.store(sums[r], &mut mixed[r][piece]);
                }
            }
            from = until;
        }
        for r in 0..self.rows.min(R) {
            // SAFETY: every row of every head is written by its own tile alone.
            let out = unsafe { self.all.out.slice(place(r)..place(r) + size) };
            for (out, x) in out.iter_mut().zip(mixed[r].as_flattened()) {
                *out = x / totals[r];
            }
        }
    }
}
