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

    /// An empty cache of the same shape.
    pub(in crate::language) fn like(&self) -> Self {
        Self::new(self.heads, self.size)
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

/// Where a token stands: in the shared prefix (branch 0) or in a branch of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::language) struct Place {
    pub(in crate::language) branch: usize,
    /// Its number within the prefix or the branch.
    pub(in crate::language) index: usize,
}

/// Attention of a batch: each token sees the prefix up to itself, or the whole prefix and its own
/// branch up to itself. Keys are taken in the order of the token's own text, so that what it
/// sees, to the last bit, does not depend on the branches beside it.
pub(in crate::language) struct Attention<'a> {
    pub(in crate::language) prefix: &'a KeyValues,
    /// Keys and values of branch 1 and following.
    pub(in crate::language) tails: &'a [KeyValues],
    /// `tokens × heads × size`, turned to their positions and scaled by `1/√size`.
    pub(in crate::language) queries: &'a [f32],
    /// Query heads.
    pub(in crate::language) heads: usize,
    /// The place of each token of the batch.
    pub(in crate::language) places: &'a [Place],
    /// `tokens × heads × size`.
    pub(in crate::language) out: Disjoint<'a, f32>,
}

impl Attention<'_> {
    /// Query heads to a key/value head.
    fn group(&self) -> usize {
        self.heads / self.prefix.heads.max(1)
    }

    /// Rows of queries of one key/value head.
    fn rows(&self) -> usize {
        self.places.len() * self.group()
    }

    /// Pieces of work: tiles of rows, for each key/value head.
    pub(in crate::language) fn parts(&self) -> usize {
        self.rows().div_ceil(TILE) * self.prefix.heads
    }

    /// Does one of [`Attention::parts`].
    pub(in crate::language) fn run(&self, isa: super::Isa, part: usize) {
        // The last tiles see the most tokens: they come first, so that threads end together.
        let tile = self.rows().div_ceil(TILE) - 1 - part / self.prefix.heads;
        let first = tile * TILE;
        let rows = TILE.min(self.rows() - first);
        isa.run(Tile { all: self, head: part % self.prefix.heads, first, rows });
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

/// What is known of each row after some of its keys: the highest score, the sum of all
/// `e^(score − highest)`, and the values mixed by these.
struct Mixing<const R: usize> {
    highest: [f32; R],
    totals: [f32; R],
    mixed: [[[f32; 16]; PIECES]; R],
}

impl Tile<'_> {
    #[inline(always)]
    fn go<L: Lanes, const R: usize>(&self, l: L) {
        let Attention { prefix, tails, queries, heads, places, .. } = *self.all;
        let (size, group) = (prefix.size, self.all.group());
        // Rows beyond the last repeat it; they are computed and not written.
        let mut rows = [(0, Place { branch: 0, index: 0 }); R];
        for (r, row) in rows.iter_mut().enumerate() {
            let number = self.first + r.min(self.rows - 1);
            let token = number / group;
            *row = ((token * heads + self.head * group + number % group) * size, places[token]);
        }
        let mut query: [&[f32]; R] = [&[]; R];
        let mut seen = [0; R];
        for (r, (at, place)) in rows.iter().enumerate() {
            query[r] = &queries[*at..][..size];
            seen[r] = if place.branch == 0 { place.index + 1 } else { prefix.tokens };
        }
        let mut mixing =
            Mixing { highest: [FLOOR; R], totals: [0.0; R], mixed: [[[0.0; 16]; PIECES]; R] };
        self.mix(l, prefix, &query, &seen, &mut mixing);
        // Each branch once; to the rows of others its keys are invisible and change nothing.
        for (r, (_, Place { branch, .. })) in rows.iter().enumerate() {
            if *branch == 0 || rows[..r].iter().any(|(_, earlier)| earlier.branch == *branch) {
                continue;
            }
            for (seen, (_, other)) in seen.iter_mut().zip(&rows) {
                *seen = if other.branch == *branch { other.index + 1 } else { 0 };
            }
            self.mix(l, &tails[branch - 1], &query, &seen, &mut mixing);
        }
        for (r, (at, _)) in rows.iter().enumerate().take(self.rows) {
            // SAFETY: every row of every head is written by its own tile alone.
            let out = unsafe { self.all.out.slice(*at..at + size) };
            for (out, x) in out.iter_mut().zip(mixing.mixed[r].as_flattened()) {
                *out = x / mixing.totals[r];
            }
        }
    }

    /// Mixes in the first `seen` tokens of `cache`, for each row.
    #[inline(always)]
    fn mix<L: Lanes, const R: usize>(
        &self,
        l: L,
        cache: &KeyValues,
        query: &[&[f32]; R],
        seen: &[usize; R],
        mixing: &mut Mixing<R>,
    ) {
        let (size, pieces) = (cache.size, cache.pieces());
        let mut most_seen = 0;
        for seen in seen {
            most_seen = most_seen.max(*seen);
        }
        let mut from = 0;
        while from < most_seen {
            let until = most_seen.min(from + BLOCKS * KEYS);
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
                let first = from + b * KEYS;
                for r in 0..R {
                    l.store(sums[r], &mut scores[r][b]);
                    let visible = seen[r].saturating_sub(first).min(KEYS);
                    scores[r][b][visible..].fill(f32::NEG_INFINITY);
                }
            }
            let mut factors = [0.0_f32; R];
            for r in 0..R {
                let mut most = l.splat(mixing.highest[r]);
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
                l.store(exp(l, l.splat(mixing.highest[r] - most)), &mut factor);
                factors[r] = factor[0];
                mixing.totals[r] = mixing.totals[r] * factors[r] + l.sum(total);
                mixing.highest[r] = most;
            }
            for piece in 0..pieces {
                let mut sums = [l.zero(); R];
                for r in 0..R {
                    sums[r] = l.mul(l.load(&mixing.mixed[r][piece]), l.splat(factors[r]));
                }
                for k in 0..until - from {
                    let at = ((from + k) * cache.heads + self.head) * pieces + piece;
                    let value = l.load_half(&cache.values[at]);
                    for r in 0..R {
                        sums[r] = l.mul_add(value, l.splat(scores[r][k / KEYS][k % KEYS]), sums[r]);
                    }
                }
                for r in 0..R {
                    l.store(sums[r], &mut mixing.mixed[r][piece]);
                }
            }
            from = until;
        }
    }
}
