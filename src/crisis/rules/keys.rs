//! The words of which one must stand wherever a pattern matches: what it is filed under.
//!
//! A pattern is taken as the graph of its words, each linked with those that may come right after
//! it. Along a cut through the graph every match must pass.

use super::lexicon::{Lexicon, STOP, WordId};
use super::pattern::{Node, Patterns, SetId};

/// A word, or a word and the one right after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(pub(super) WordId, pub(super) Option<WordId>);

/// What may stand beside a key: a [`sign`] for each word, all bits for any word or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Beside {
    pub(super) before: u64,
    pub(super) after: u64,
}

/// One of 64 bits for a word. Several words share one.
pub(super) const fn sign(word: WordId) -> u64 {
    1 << (word.wrapping_mul(0x9e37_79b9) >> 26)
}

/// Finds keys.
pub(super) struct Keys<'a> {
    patterns: &'a Patterns,
    /// For each word, its share among the words of a text.
    shares: Vec<f64>,
}

/// Words and the share of texts' words that they make up. These and other figures here decide how
/// fast patterns are found and never what is found.
const SHARES: [(f64, &str); 4] = [
    (0.02, "i the and is it a to my not in that have me of"),
    (
        0.005,
        "was on he she am at for with so they would one be her there will said do you about all this had \
         got we like if what up no did out him are",
    ),
    (
        0.0015,
        "been two his then when people by because from now but has know nothing who as told never good \
         every say feel since back go went day get going over down says could does time asked years see \
         again put whole or thing an can its three how only should something home four wrong us were off \
         nobody im came look anything left man right come made think week done first before here year well \
         last still everyone must mother next other same after more today",
    ),
    (
        0.0005,
        "way everything always life work gone bad took tell night too ever own sister house ask doing six \
         take ten end any without bit else school goes gave mum lost dad their through looked keep phone \
         room our sat than mine even wife person old second minutes days kids car either brother want being \
         let anyone job new read once hand which where someone family late thought felt cried weeks husband \
         need morning those fine hour talk things woman door just myself call both count sunday name table \
         hours bed months your sit better front away write saw thinking place until friend word why head \
         doctor money comes evening daughter reason somebody each face quiet little friends everybody round \
         alone sleep sick long wrote really under live into already times wanted stop called",
    ),
];
/// The share of any other word.
const RARE: f64 = 0.0001;
/// Pairs of one pattern at most, so that the index stays small.
const MOST_PAIRS: usize = 2_000;
/// What is at more places than this is not worth asking for.
const TELLING: f64 = 0.02;
/// How many times more often than by chance words stand beside those that they stand beside in
/// patterns.
const TOGETHER: f64 = 20.0;

/// What it costs to look at what stands beside a key, as a share of what it costs to try a pattern.
const LOOK: f64 = 0.1;

impl<'a> Keys<'a> {
    pub(super) fn new(patterns: &'a Patterns, lexicon: &Lexicon) -> Self {
        let mut shares = vec![RARE; lexicon.len()];
        shares[STOP as usize] = 0.1;
        for (share, words) in SHARES {
            for word in words.split_whitespace() {
                if let Some([id]) = lexicon.reading(word.as_bytes()) {
                    shares[*id as usize] = share;
                }
            }
        }
        Self { patterns, shares }
    }

    /// The rarest keys of a pattern. None only if it may match no word at all.
    pub(super) fn of(&self, node: &Node) -> Vec<(Key, Beside)> {
        let mut graph = Graph { keys: self, sets: Vec::new(), after: Vec::new(), before: Vec::new() };
        let tree = graph.grow(node);
        for place in &tree.first {
            graph.before[*place].push(None);
        }
        for place in &tree.last {
            graph.after[*place].push(None);
        }
        graph.choose(&tree).map_or_else(Vec::new, |choice| graph.spelled(&choice))
    }

    /// Sets of words: wherever the pattern matches, a word of each stands. The rarest first; what is
    /// in most texts is left out.
    pub(super) fn needs(&self, node: &Node) -> Vec<Vec<WordId>> {
        let mut needs = Vec::new();
        self.add_needs(node, &mut needs);
        needs.retain(|need| self.share_of(need) <= TELLING);
        needs.sort_by(|a, b| self.share_of(a).total_cmp(&self.share_of(b)));
        needs
    }

    fn add_needs(&self, node: &Node, needs: &mut Vec<Vec<WordId>>) {
        if let Node::Sequence(parts) = node {
            for part in parts {
                self.add_needs(part, needs);
            }
        } else {
            needs.extend(self.rarest(node));
        }
    }

    /// The rarest words of which one must be in what a node matches; nothing if it may match no
    /// word.
    fn rarest(&self, node: &Node) -> Option<Vec<WordId>> {
        match node {
            Node::Word(set) => Some(self.patterns.words(*set).to_vec()),
            Node::Maybe(_) | Node::Gap(_) | Node::WideGap(_) => None,
            Node::Either(options) => {
                let all: Option<Vec<_>> = options.iter().map(|option| self.rarest(option)).collect();
                all.map(|all| all.concat())
            }
            Node::Sequence(parts) => {
                let own = parts.iter().filter_map(|part| self.rarest(part));
                own.min_by(|a, b| self.share_of(a).total_cmp(&self.share_of(b)))
            }
        }
    }

    fn share_of(&self, words: &[WordId]) -> f64 {
        words.iter().map(|word| self.shares[*word as usize]).sum()
    }
}

/// A place in a pattern where a word stands.
type Place = usize;

/// The places of a pattern.
struct Graph<'a> {
    keys: &'a Keys<'a>,
    /// For each place, the words that may stand there; `None` for any.
    sets: Vec<Option<SetId>>,
    /// For each place, those that may come right after it; `None` for the end of the pattern.
    after: Vec<Vec<Option<Place>>>,
    before: Vec<Vec<Option<Place>>>,
}

/// A node of a pattern, with its places.
struct Tree {
    /// Where it may begin.
    first: Vec<Place>,
    /// Where it may end.
    last: Vec<Place>,
    /// Whether it may match nothing.
    is_optional: bool,
    kind: Kind,
}

enum Kind {
    Word(Place),
    Either(Vec<Tree>),
    Sequence(Vec<Tree>),
    /// A match need not pass through any place of it.
    Passable,
}

/// Places, or pairs of neighbours, through one of which every match passes, and the share of places
/// in a text that look like one.
struct Choice {
    places: Vec<(Place, Option<Place>)>,
    share: f64,
}

impl Graph<'_> {
    fn place(&mut self, set: Option<SetId>) -> Place {
        self.sets.push(set);
        self.after.push(Vec::new());
        self.before.push(Vec::new());
        self.sets.len() - 1
    }

    fn link(&mut self, from: &[Place], to: &[Place]) {
        for from in from {
            for to in to {
                self.after[*from].push(Some(*to));
                self.before[*to].push(Some(*from));
            }
        }
    }

    fn grow(&mut self, node: &Node) -> Tree {
        match node {
            Node::Word(set) => {
                let place = self.place(Some(*set));
                Tree { first: vec![place], last: vec![place], is_optional: false, kind: Kind::Word(place) }
            }
            Node::Gap(_) | Node::WideGap(_) => {
                let place = self.place(None);
                self.link(&[place], &[place]);
                Tree { first: vec![place], last: vec![place], is_optional: true, kind: Kind::Passable }
            }
            Node::Maybe(inner) => Tree { is_optional: true, kind: Kind::Passable, ..self.grow(inner) },
            Node::Either(options) => {
                let trees: Vec<Tree> = options.iter().map(|option| self.grow(option)).collect();
                Tree {
                    first: trees.iter().flat_map(|tree| tree.first.iter().copied()).collect(),
                    last: trees.iter().flat_map(|tree| tree.last.iter().copied()).collect(),
                    is_optional: trees.iter().any(|tree| tree.is_optional),
                    kind: Kind::Either(trees),
                }
            }
            Node::Sequence(parts) => {
                let trees: Vec<Tree> = parts.iter().map(|part| self.grow(part)).collect();
                let mut last: Vec<Place> = Vec::new();
                for tree in &trees {
                    self.link(&last, &tree.first);
                    if !tree.is_optional {
                        last.clear();
                    }
                    last.extend_from_slice(&tree.last);
                }
                Tree {
                    first: first_of(&trees),
                    last,
                    is_optional: trees.iter().all(|tree| tree.is_optional),
                    kind: Kind::Sequence(trees),
                }
            }
        }
    }

    /// The rarest choice; nothing if the node may match no word.
    fn choose(&self, tree: &Tree) -> Option<Choice> {
        match &tree.kind {
            Kind::Word(place) => Some(self.choice(vec![(*place, None)])),
            Kind::Passable => None,
            Kind::Either(options) => {
                let mut all = Choice { places: Vec::new(), share: 0.0 };
                for option in options {
                    let own = self.choose(option)?;
                    all.places.extend(own.places);
                    all.share += own.share;
                }
                Some(all)
            }
            Kind::Sequence(parts) => {
                let own = parts.iter().filter_map(|part| self.choose(part));
                let pairs = (1..parts.len()).filter_map(|at| self.neighbours(&parts[at - 1], &parts[at..]));
                own.chain(pairs).min_by(|a, b| a.share.total_cmp(&b.share))
            }
        }
    }

    /// The pairs of the last place of `part` and the first of what follows it.
    fn neighbours(&self, part: &Tree, rest: &[Tree]) -> Option<Choice> {
        if part.is_optional || rest.iter().all(|tree| tree.is_optional) {
            return None;
        }
        let rest = first_of(rest);
        let words = |places: &[Place]| -> Option<usize> {
            places.iter().map(|place| Some(self.words(*place)?.len())).sum()
        };
        if words(&part.last)? * words(&rest)? > MOST_PAIRS {
            return None;
        }
        let pairs = part.last.iter().flat_map(|last| rest.iter().map(|first| (*last, Some(*first))));
        Some(self.choice(pairs.collect()))
    }

    fn choice(&self, places: Vec<(Place, Option<Place>)>) -> Choice {
        let share = |place| self.words(place).map_or(1.0, |words| self.keys.share_of(words));
        let beside = |places: &[Option<Place>]| {
            let sum: f64 = places.iter().map(|place| place.map_or(1.0, share)).sum();
            (TOGETHER * sum).min(1.0)
        };
        let each = |(first, second): &(Place, Option<Place>)| {
            let second_share = second.map_or(1.0, |second| TOGETHER * share(second));
            let (before, after) = (&self.before[*first], &self.after[second.unwrap_or(*first)]);
            share(*first) * second_share * (LOOK + beside(before) * beside(after))
        };
        let share = places.iter().map(each).sum();
        Choice { places, share }
    }

    /// The words of a place; nothing if any may stand there.
    fn words(&self, place: Place) -> Option<&[WordId]> {
        self.sets[place].map(|set| self.keys.patterns.words(set))
    }

    /// The words of the places.
    fn spelled(&self, choice: &Choice) -> Vec<(Key, Beside)> {
        let signs = |places: &[Option<Place>]| {
            let signs = |place: &Option<Place>| {
                let words = place.and_then(|place| self.words(place));
                words.map_or(u64::MAX, |words| words.iter().fold(0, |all, word| all | sign(*word)))
            };
            places.iter().map(signs).fold(0, |all, signs| all | signs)
        };
        let mut keys = Vec::new();
        for (first, second) in &choice.places {
            let beside = Beside {
                before: signs(&self.before[*first]),
                after: signs(&self.after[second.unwrap_or(*first)]),
            };
            for word in self.words(*first).unwrap_or_default() {
                match second.map(|second| self.words(second).unwrap_or_default()) {
                    None => keys.push((Key(*word, None), beside)),
                    Some(words) => keys.extend(words.iter().map(|next| (Key(*word, Some(*next)), beside))),
                }
            }
        }
        keys
    }
}

/// Where the first of several trees, one after another, may begin, or one after it if it is optional.
fn first_of(trees: &[Tree]) -> Vec<Place> {
    let mut first = Vec::new();
    for tree in trees {
        first.extend_from_slice(&tree.first);
        if !tree.is_optional {
            break;
        }
    }
    first
}
