//! Grouped-query attention over a key/value cache, with the softmax taken block by
//! block, so that no matrix of scores is ever stored.

use std::ops::Range;

use super::disjoint::Disjoint;
use super::elementwise::exp;
use super::lanes::{Kernel, Lanes, Number};

/// Tokens whose keys lie side by side.
const KEYS: usize = 16;
/// Blocks of keys whose scores are held at once.
const BLOCKS: usize = 8;
/// Rows of queries that go together, for the sake of one reading of keys and values.
pub(super) const TILE: usize = 8;
/// Greatest size of a head.
pub(in crate::language) const LARGEST_HEAD: usize = 256;
/// Pieces of 16 dimensions in a head, as few sizes as keep the rooms for them small.
const SMALL: usize = 4;
const MIDDLE: usize = 8;
const LARGE: usize = LARGEST_HEAD / 16;
/// Below every score, yet finite, so that differences stay numbers.
const FLOOR: f32 = -1e30;

/// One layer's keys and values of the tokens read so far: values in half precision, keys in
/// half or in single.
#[derive(Debug, Clone)]
pub(in crate::language) struct KeyValues {
    heads: usize,
    size: usize,
    tokens: usize,
    keys: Keys,
    /// For each token, each head: its value, in pieces of 16 dimensions.
    values: Vec<[u16; 16]>,
}

/// For each 16 tokens, each head, each dimension: that dimension of the 16 keys.
#[derive(Debug, Clone)]
enum Keys {
    Half(Vec<[u16; KEYS]>),
    Single(Vec<[f32; KEYS]>),
}

/// Does the same with keys of either precision.
macro_rules! keys {
    ($keys:expr, $k:ident => $body:expr) => {
        match $keys {
            Keys::Half($k) => $body,
            Keys::Single($k) => $body,
        }
    };
}

impl KeyValues {
    /// An empty cache for so many key/value heads of a size, its keys in single precision or in
    /// half.
    pub(in crate::language) fn new(heads: usize, size: usize, single: bool) -> Self {
        let keys = if single { Keys::Single(Vec::new()) } else { Keys::Half(Vec::new()) };
        Self { heads, size, tokens: 0, keys, values: Vec::new() }
    }

    /// An empty cache of the same shape.
    pub(in crate::language) fn like(&self) -> Self {
        Self::new(self.heads, self.size, matches!(self.keys, Keys::Single(_)))
    }

    /// Makes room for so many tokens in all, so that reading them allocates nothing.
    pub(in crate::language) fn reserve(&mut self, tokens: usize) {
        let keys = tokens.div_ceil(KEYS) * self.heads * self.size;
        let values = tokens * self.heads * self.pieces();
        keys!(&mut self.keys, k => k.reserve_exact(keys.saturating_sub(k.len())));
        self.values.reserve_exact(values.saturating_sub(self.values.len()));
    }

    fn pieces(&self) -> usize {
        self.size.div_ceil(16)
    }

    /// Adds a token: key and value of every head, one head after another.
    pub(in crate::language) fn push(&mut self, key: &[f32], value: &[f32]) {
        let (block, lane) = (self.tokens / KEYS, self.tokens % KEYS);
        let width = self.heads * self.size;
        keys!(&mut self.keys, keys => {
            if lane == 0 {
                keys.resize((block + 1) * width, Default::default());
            }
            for (slot, key) in keys[block * width..].iter_mut().zip(key) {
                slot[lane] = Number::of(*key);
            }
        });
        for head in value.chunks_exact(self.size.max(1)).take(self.heads) {
            for piece in head.chunks(16) {
                let mut bits = [0; 16];
                bits.iter_mut().zip(piece).for_each(|(b, v)| *b = Number::of(*v));
                self.values.push(bits);
            }
        }
        self.tokens += 1;
    }

    /// Forgets all but the first `tokens`.
    pub(in crate::language) fn truncate(&mut self, tokens: usize) {
        if tokens < self.tokens {
            self.tokens = tokens;
            let keys = tokens.div_ceil(KEYS) * self.heads * self.size;
            keys!(&mut self.keys, k => k.truncate(keys));
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
        let head = part % self.prefix.heads;
        let pieces = self.prefix.pieces();
        if pieces <= SMALL {
            isa.run(Tile::<SMALL> { all: self, head, first, rows });
        } else if pieces <= MIDDLE {
            isa.run(Tile::<MIDDLE> { all: self, head, first, rows });
        } else {
            isa.run(Tile::<LARGE> { all: self, head, first, rows });
        }
    }
}

/// Some rows of queries of one key/value head, whose size is at most so many pieces.
struct Tile<'a, const PIECES: usize> {
    all: &'a Attention<'a>,
    head: usize,
    first: usize,
    rows: usize,
}

/// What is known of each row after some of its keys: the highest score, the sum of all
/// `e^(score − highest)`, and the values mixed by these. The last row is for nobody: it takes what
/// is computed beside the wanted rows.
struct Mixing<const PIECES: usize> {
    highest: [f32; TILE + 1],
    totals: [f32; TILE + 1],
    mixed: [[[f32; 16]; PIECES]; TILE + 1],
}

/// The row for nobody.
const NOBODY: usize = TILE;

/// One row of queries: its vector, and how many tokens of the prefix and of its branch it sees.
#[derive(Clone, Copy, Default)]
struct Row<'a> {
    query: &'a [f32],
    /// Where it begins, in the queries and in the output.
    at: usize,
    branch: usize,
    in_prefix: usize,
    in_branch: usize,
}

impl<const PIECES: usize> Kernel for Tile<'_, PIECES> {
    #[inline(always)]
    fn run<L: Lanes>(self, l: L) {
        let Attention { prefix, tails, queries, heads, places, .. } = *self.all;
        let (size, group) = (prefix.size, self.all.group());
        let mut all = [Row::default(); TILE];
        for (r, row) in all.iter_mut().enumerate().take(self.rows) {
            let token = (self.first + r) / group;
            let at = (token * heads + self.head * group + (self.first + r) % group) * size;
            let Place { branch, index } = places[token];
            let (in_prefix, in_branch) =
                if branch == 0 { (index + 1, 0) } else { (prefix.tokens, index + 1) };
            *row = Row { query: &queries[at..at + size], at, branch, in_prefix, in_branch };
        }
        let rows = &all[..self.rows];
        let mut mixing = Mixing {
            highest: [FLOOR; TILE + 1],
            totals: [0.0; TILE + 1],
            mixed: [[[0.0; 16]; PIECES]; TILE + 1],
        };
        let mut chosen = Chosen::default();
        for (r, row) in rows.iter().enumerate() {
            chosen.add(r, row.query, row.in_prefix);
        }
        self.mix(l, prefix, &chosen, &mut mixing);
        // Each branch once, with the rows that stand in it.
        for (r, Row { branch, .. }) in rows.iter().enumerate() {
            if *branch == 0 || rows[..r].iter().any(|earlier| earlier.branch == *branch) {
                continue;
            }
            let mut chosen = Chosen::default();
            for (r, row) in rows.iter().enumerate().filter(|(_, row)| row.branch == *branch) {
                chosen.add(r, row.query, row.in_branch);
            }
            self.mix(l, &tails[branch - 1], &chosen, &mut mixing);
        }
        for (r, row) in rows.iter().enumerate() {
            // SAFETY: every row of every head is written by its own tile alone.
            let out = unsafe { self.all.out.slice(row.at..row.at + size) };
            for (out, x) in out.iter_mut().zip(mixing.mixed[r].as_flattened()) {
                *out = x / mixing.totals[r];
            }
        }
    }
}

/// Rows that see some keys: their numbers in [`Mixing`], their queries, and how many they see.
#[derive(Default)]
struct Chosen<'a> {
    count: usize,
    rows: [usize; TILE],
    queries: [&'a [f32]; TILE],
    seen: [usize; TILE],
}

impl<'a> Chosen<'a> {
    fn add(&mut self, row: usize, query: &'a [f32], seen: usize) {
        (self.rows[self.count], self.queries[self.count], self.seen[self.count]) = (row, query, seen);
        self.count += 1;
    }
}

impl<const PIECES: usize> Tile<'_, PIECES> {
    /// Mixes keys and values of `cache` into the chosen rows. The order of every operation on a
    /// row is the same however many are chosen.
    #[inline(always)]
    fn mix<L: Lanes>(&self, l: L, cache: &KeyValues, chosen: &Chosen<'_>, mixing: &mut Mixing<PIECES>) {
        match chosen.count {
            0 => {}
            1 => self.mix_rows::<L, 1>(l, cache, chosen, mixing),
            2 | 3 => self.mix_rows::<L, 3>(l, cache, chosen, mixing),
            4 => self.mix_rows::<L, 4>(l, cache, chosen, mixing),
            _ => self.mix_rows::<L, TILE>(l, cache, chosen, mixing),
        }
    }

    #[inline(always)]
    fn mix_rows<L: Lanes, const R: usize>(
        &self,
        l: L,
        cache: &KeyValues,
        chosen: &Chosen<'_>,
        mixing: &mut Mixing<PIECES>,
    ) {
        let pieces = cache.pieces();
        let mut query = [chosen.queries[0]; R];
        let mut seen = [0; R];
        let mut rows = [NOBODY; R];
        let mut most_seen = 0;
        for r in 0..R.min(chosen.count) {
            (query[r], seen[r], rows[r]) = (chosen.queries[r], chosen.seen[r], chosen.rows[r]);
            most_seen = most_seen.max(seen[r]);
        }
        let mut from = 0;
        while from < most_seen {
            let until = most_seen.min(from + BLOCKS * KEYS);
            let blocks = (until - from).div_ceil(KEYS);
            let mut scores = [[[FLOOR; KEYS]; BLOCKS]; R];
            // Few rows leave registers free for more keys, without which each sum would wait for
            // its own last step.
            let mut b = 0;
            if R <= 4 {
                while b + 4 <= blocks {
                    self.score::<L, R, 4>(l, cache, (from / KEYS, b), &query, &mut scores);
                    b += 4;
                }
            }
            while b < blocks {
                self.score::<L, R, 1>(l, cache, (from / KEYS, b), &query, &mut scores);
                b += 1;
            }
            for (seen, scores) in seen.iter().zip(&mut scores) {
                let visible = seen.saturating_sub(from).min(BLOCKS * KEYS);
                scores.as_flattened_mut()[visible..blocks * KEYS].fill(f32::NEG_INFINITY);
            }
            let mut factors = [0.0_f32; R];
            for r in 0..R {
                let row = rows[r];
                let mut most = l.splat(mixing.highest[row]);
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
                l.store(exp(l, l.splat(mixing.highest[row] - most)), &mut factor);
                factors[r] = factor[0];
                mixing.totals[row] = mixing.totals[row] * factors[r] + l.sum(total);
                mixing.highest[row] = most;
            }
            let keys = from..until;
            let mut piece = 0;
            if R <= 4 {
                while piece + 4 <= pieces {
                    self.mix_pieces::<L, R, 4>(l, cache, (&keys, piece), &scores, (&rows, &factors), mixing);
                    piece += 4;
                }
            }
            while piece + 2 <= pieces {
                self.mix_pieces::<L, R, 2>(l, cache, (&keys, piece), &scores, (&rows, &factors), mixing);
                piece += 2;
            }
            if piece < pieces {
                self.mix_pieces::<L, R, 1>(l, cache, (&keys, piece), &scores, (&rows, &factors), mixing);
            }
            from = until;
        }
    }

    /// Scores of `B` blocks of keys, from block `number` of those that begin at block `first`.
    #[inline(always)]
    fn score<L: Lanes, const R: usize, const B: usize>(
        &self,
        l: L,
        cache: &KeyValues,
        (first, number): (usize, usize),
        queries: &[&[f32]; R],
        scores: &mut [[[f32; KEYS]; BLOCKS]; R],
    ) {
        let at: [usize; B] =
            std::array::from_fn(|b| ((first + number + b) * cache.heads + self.head) * cache.size);
        let sums = keys!(&cache.keys, keys => score(l, keys, (at, cache.size), queries));
        for r in 0..R {
            for b in 0..B {
                l.store(sums[r][b], &mut scores[r][number + b]);
            }
        }
    }

    /// Mixes `P` pieces of the values of some keys, from piece `first`.
    #[inline(always)]
    fn mix_pieces<L: Lanes, const R: usize, const P: usize>(
        &self,
        l: L,
        cache: &KeyValues,
        (keys, first): (&Range<usize>, usize),
        scores: &[[[f32; KEYS]; BLOCKS]; R],
        (rows, factors): (&[usize; R], &[f32; R]),
        mixing: &mut Mixing<PIECES>,
    ) {
        let pieces = cache.pieces();
        let mut sums = [[l.zero(); P]; R];
        for r in 0..R {
            for p in 0..P {
                sums[r][p] = l.mul(l.load(&mixing.mixed[rows[r]][first + p]), l.splat(factors[r]));
            }
        }
        for (k, token) in keys.clone().enumerate() {
            let at = (token * cache.heads + self.head) * pieces + first;
            let values = &cache.values[at..at + P];
            for p in 0..P {
                let value = l.load_half(&values[p]);
                for r in 0..R {
                    let weight = l.splat(scores[r][k / KEYS % BLOCKS][k % KEYS]);
                    sums[r][p] = l.mul_add(value, weight, sums[r][p]);
                }
            }
        }
        for r in 0..R {
            for p in 0..P {
                l.store(sums[r][p], &mut mixing.mixed[rows[r]][first + p]);
            }
        }
    }
}

/// Products of queries with the keys of `B` blocks, which begin `at` these places.
#[inline(always)]
fn score<L: Lanes, N: Number, const R: usize, const B: usize>(
    l: L,
    keys: &[[N; KEYS]],
    (at, size): ([usize; B], usize),
    queries: &[&[f32]; R],
) -> [[L::Floats; B]; R] {
    let mut blocks: [&[[N; KEYS]]; B] = [&[]; B];
    for b in 0..B {
        blocks[b] = &keys[at[b]..][..size];
    }
    let mut query = [&queries[0][..size]; R];
    for r in 1..R {
        query[r] = &queries[r][..size];
    }
    let mut sums = [[l.zero(); B]; R];
    for d in 0..size {
        for b in 0..B {
            let key = N::load(l, &blocks[b][d]);
            for r in 0..R {
                sums[r][b] = l.mul_add(key, l.splat(query[r][d]), sums[r][b]);
            }
        }
    }
    sums
}
