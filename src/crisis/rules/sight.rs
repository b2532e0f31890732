//! Which patterns are worth trying at all: each is filed under words, or pairs of neighbouring
//! words, of which one must stand wherever it matches. Nearly every pattern has a rare pair, so
//! that of two thousand patterns only a few are tried on ordinary words.

use super::keys::{Beside, Key, Keys, sign};
use super::lexicon::{Lexicon, Map, WordId};
use super::pattern::{Node, PatternId, Patterns};
use super::program::{self, Way};
use super::window::Window;

/// Patterns by the words that must stand where they match.
#[derive(Default)]
pub(super) struct Sight {
    /// For each word, where the forms filed under it alone begin in `filed`; the next word's begin
    /// where they end.
    alone: Vec<u32>,
    /// For each pair of neighbours, the same, and where they end.
    pairs: Map<u64, (u32, u32)>,
    /// A bit for each pair; others may have the same. Most neighbours are no pair, and so small a
    /// table says it fast.
    marks: Vec<u64>,
    filed: Vec<Filed>,
    forms: Vec<Form>,
    /// For each use, one past its last form.
    ends: [u32; 3],
    /// Lists of which each must have a word in the window, the rarest first.
    needs: Vec<u32>,
    /// The forms, as they are walked forward, and backward.
    forward: Vec<u32>,
    backward: Vec<u32>,
}

/// A form under one of its keys.
#[derive(Clone, Copy)]
struct Filed {
    form: u32,
    beside: Beside,
}

/// A pattern, or one of the alternatives that a whole pattern is: where it begins in each of
/// [`Sight`]'s lists. It ends where the next one begins.
struct Form {
    pattern: PatternId,
    needs: u32,
    forward: u32,
    backward: u32,
}

/// A match inside a window: first word and one past the last.
pub(super) struct Found {
    pub(super) pattern: PatternId,
    pub(super) first: usize,
    pub(super) end: usize,
}

/// What patterns are for: they are looked for in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// They are what rules look for.
    Own,
    /// They stand near what a rule looks for: wanted only where that was found.
    Company,
    /// They say how what was found is to be read.
    Frame,
}

impl Use {
    const ALL: [Self; 3] = [Self::Own, Self::Company, Self::Frame];
}

/// What is at hand while a text is searched, so that nothing is made anew for each window.
pub(super) struct Desk {
    /// Where the window begins that the rest is about.
    at: usize,
    window: Window,
    /// Whether `window` has been read.
    is_read: bool,
    /// For each use, the forms worth trying.
    candidates: [Vec<u32>; 3],
    /// Those of which all that they need is there.
    tried: Vec<u32>,
    /// What was found in the last window.
    pub(super) found: Vec<Found>,
}

impl Desk {
    pub(super) const fn new() -> Self {
        Self {
            at: usize::MAX,
            window: Window::new(),
            is_read: false,
            candidates: [const { Vec::new() }; 3],
            tried: Vec::new(),
            found: Vec::new(),
        }
    }
}

impl Sight {
    /// Files all patterns, each for its use.
    pub(super) fn new(patterns: &Patterns, lexicon: &Lexicon, use_of: impl Fn(PatternId) -> Use) -> Self {
        let keys = Keys::new(patterns, lexicon);
        let mut sight = Self::default();
        let mut filed: Vec<(Key, Filed)> = Vec::new();
        for one in Use::ALL {
            for (pattern, node) in patterns.nodes.iter().enumerate().filter(|(at, _)| use_of(*at) == one) {
                let whole = std::slice::from_ref(node);
                for node in if let Node::Either(options) = node { options } else { whole } {
                    let form = sight.forms.len() as u32;
                    filed
                        .extend(keys.of(node).into_iter().map(|(key, beside)| (key, Filed { form, beside })));
                    sight.begin_form(pattern);
                    program::write_lists(&keys.needs(node), &mut sight.needs);
                    program::write(node, Way::Forward, patterns, &mut sight.forward);
                    program::write(node, Way::Backward, patterns, &mut sight.backward);
                }
            }
            sight.ends[one as usize] = sight.forms.len() as u32;
        }
        sight.begin_form(patterns.nodes.len());
        sight.file(filed, lexicon);
        sight
    }

    fn begin_form(&mut self, pattern: PatternId) {
        self.forms.push(Form {
            pattern,
            needs: self.needs.len() as u32,
            forward: self.forward.len() as u32,
            backward: self.backward.len() as u32,
        });
    }

    fn file(&mut self, mut filed: Vec<(Key, Filed)>, lexicon: &Lexicon) {
        filed.sort_by_key(|(key, _)| *key);
        let (alone, pairs): (Vec<_>, Vec<_>) = filed.into_iter().partition(|(key, _)| key.1.is_none());
        let mut alone = alone.into_iter().peekable();
        self.alone.push(0);
        for word in 0..lexicon.len() as WordId {
            while let Some((_, filed)) = alone.next_if(|(key, _)| key.0 == word) {
                self.filed.push(filed);
            }
            self.alone.push(self.filed.len() as u32);
        }
        self.marks.resize(MARKS, 0);
        for same in pairs.chunk_by(|a, b| a.0 == b.0) {
            let from = self.filed.len() as u32;
            self.filed.extend(same.iter().map(|(_, filed)| *filed));
            if let Key(first, Some(second)) = same[0].0 {
                self.pairs.insert(pair(first, second), (from, self.filed.len() as u32));
                let (at, bit) = mark(first, second);
                self.marks[at] |= bit;
            }
        }
    }

    /// Finds the patterns of a use that are `wanted` in the window that begins at `at` and holds `words`.
    pub(super) fn find(
        &self,
        patterns: &Patterns,
        which: Use,
        (at, words): (usize, impl Iterator<Item = WordId> + Clone),
        wanted: impl Fn(PatternId) -> bool,
        desk: &mut Desk,
    ) {
        if desk.at != at {
            (desk.at, desk.is_read) = (at, false);
            self.candidates(words.clone(), &mut desk.candidates);
        }
        desk.found.clear();
        desk.tried.clear();
        let candidates = &desk.candidates[which as usize];
        let wanted = |form: &&u32| wanted(self.forms[**form as usize].pattern);
        for form in candidates.iter().filter(wanted) {
            if !desk.is_read {
                desk.window.read(patterns, words.clone());
                desk.is_read = true;
            }
            if self.may_match(*form, &desk.window) {
                desk.tried.push(*form);
            }
        }
        desk.tried.sort_unstable();
        desk.tried.dedup();
        let pattern = |form: u32| self.forms[form as usize].pattern;
        for forms in desk.tried.chunk_by(|a, b| pattern(*a) == pattern(*b)) {
            self.find_one(forms, &desk.window, &mut desk.found);
        }
    }

    /// The places where a pattern matches: one match for each end, the shortest that ends there.
    fn find_one(&self, forms: &[u32], window: &Window, found: &mut Vec<Found>) {
        let through = |way: Way, places: u128| {
            forms.iter().fold(0, |all, form| all | program::walk(self.code(*form, way), way, window, places))
        };
        let mut ends = through(Way::Forward, window.all());
        let mut last_first = usize::MAX;
        while ends != 0 {
            let end = 127 - ends.leading_zeros() as usize;
            ends &= !(1 << end);
            let starts = through(Way::Backward, 1 << end) & ((1 << end) - 1);
            if starts == 0 {
                continue;
            }
            let first = 127 - starts.leading_zeros() as usize;
            // A shorter match from the same first word adds nothing.
            if first != last_first {
                found.push(Found { pattern: self.forms[forms[0] as usize].pattern, first, end });
                last_first = first;
            }
        }
    }

    /// The forms filed under words of a window with the right words beside them, for each use.
    fn candidates(&self, words: impl Iterator<Item = WordId>, found: &mut [Vec<u32>; 3]) {
        found.iter_mut().for_each(Vec::clear);
        // The word looked at and the one before it; the signs of what stands around both.
        let (mut before, mut last) = (None, None);
        let mut signs = [u64::MAX; 4];
        for next in words.map(Some).chain([None]) {
            signs = [signs[1], signs[2], signs[3], next.map_or(u64::MAX, sign)];
            if let Some(last) = last {
                self.add(self.alone[last as usize], self.alone[last as usize + 1], signs[1], signs[3], found);
                if let Some(before) = before
                    && self.is_marked(before, last)
                    && let Some((from, to)) = self.pairs.get(&pair(before, last))
                {
                    self.add(*from, *to, signs[0], signs[3], found);
                }
            }
            (before, last) = (last, next);
        }
    }

    fn is_marked(&self, first: WordId, second: WordId) -> bool {
        let (at, bit) = mark(first, second);
        self.marks[at] & bit != 0
    }

    fn add(&self, from: u32, to: u32, before: u64, after: u64, found: &mut [Vec<u32>; 3]) {
        for Filed { form, beside } in &self.filed[from as usize..to as usize] {
            if beside.before & before != 0 && beside.after & after != 0 {
                let which = usize::from(*form >= self.ends[0]) + usize::from(*form >= self.ends[1]);
                found[which].push(*form);
            }
        }
    }

    /// Whether all that a form needs is in a window. If not, it does not match there.
    fn may_match(&self, form: u32, window: &Window) -> bool {
        let [this, next] = self.bounds(form);
        program::has_each(&self.needs[this.needs as usize..next.needs as usize], window)
    }

    fn code(&self, form: u32, way: Way) -> &[u32] {
        let [this, next] = self.bounds(form);
        match way {
            Way::Forward => &self.forward[this.forward as usize..next.forward as usize],
            Way::Backward => &self.backward[this.backward as usize..next.backward as usize],
        }
    }

    /// A form and the one after it.
    fn bounds(&self, form: u32) -> [&Form; 2] {
        [&self.forms[form as usize], &self.forms[form as usize + 1]]
    }
}

/// Numbers in [`Sight::marks`].
const MARKS: usize = 1 << 10;

/// Which number, and which bit of it.
const fn mark(first: WordId, second: WordId) -> (usize, u64) {
    let mixed = pair(first, second).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed >> 54) as usize, 1 << (mixed >> 48 & 63))
}

const fn pair(first: WordId, second: WordId) -> u64 {
    (first as u64) << 32 | second as u64
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::RuleSet;
    use super::super::lexicon::STOP;
    use super::super::tokens::tokens;
    use super::*;

    /// Where matches of a node end that begin at `from`: tried one way after another.
    fn ends(node: &Node, patterns: &Patterns, words: &[WordId], from: usize) -> BTreeSet<usize> {
        let then = |froms: BTreeSet<usize>, node: &Node| -> BTreeSet<usize> {
            froms.into_iter().flat_map(|from| ends(node, patterns, words, from)).collect()
        };
        let gap = |most: u32, open: &dyn Fn(WordId) -> bool| {
            let reach = words[from..].iter().take(most as usize).take_while(|word| open(**word)).count();
            (from..=from + reach).collect()
        };
        match node {
            Node::Word(set) => {
                let is_there = words.get(from).is_some_and(|word| patterns.words(*set).contains(word));
                is_there.then_some(from + 1).into_iter().collect()
            }
            Node::Sequence(parts) => parts.iter().fold(BTreeSet::from([from]), then),
            Node::Either(options) => {
                options.iter().flat_map(|option| ends(option, patterns, words, from)).collect()
            }
            Node::Maybe(inner) => {
                let mut all = ends(inner, patterns, words, from);
                all.insert(from);
                all
            }
            Node::Gap(most) => gap(*most, &|word| word != STOP && !patterns.is_negation(word)),
            Node::WideGap(most) => gap(*most, &|_| true),
        }
    }

    /// The matches of a pattern: for each end the shortest, and none that is the head of another.
    fn plainly(node: &Node, patterns: &Patterns, words: &[WordId]) -> Vec<(usize, usize)> {
        let mut shortest = vec![None; words.len() + 1];
        for first in 0..words.len() {
            for end in ends(node, patterns, words, first) {
                shortest[end] = Some(first);
            }
        }
        let all = (0..=words.len()).rev().filter_map(|end| Some((shortest[end]?, end)));
        all.collect::<Vec<_>>().chunk_by(|a, b| a.0 == b.0).map(|same| same[0]).collect()
    }

    /// Words as they stand in the rules' own examples, in any order, with slips.
    fn texts() -> impl Strategy<Value = String> {
        let rules = RuleSet::embedded().unwrap();
        let examples: Vec<String> =
            rules.rules.iter().flat_map(|rule| rule.hits.iter().chain(&rule.near_misses).cloned()).collect();
        let cut = |(text, from, size): (String, usize, usize)| {
            text.split(' ').skip(from % 6).take(size).collect::<Vec<_>>().join(" ")
        };
        let part = (proptest::sample::select(examples), 0_usize..12, 3_usize..30).prop_map(cut);
        let other = prop_oneof!["[a-z]{1,8}", "[.!?\"' ]{1,3}", Just("not".to_owned()), "\\PC{0,3}"];
        proptest::collection::vec(prop_oneof![4 => part, 1 => other], 1..7).prop_map(|parts| parts.join(" "))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn it_finds_what_trying_every_pattern_at_every_word_finds(text in texts()) {
            thread_local!(static RULES: RuleSet = RuleSet::embedded().unwrap());
            RULES.with(|rules| {
                let words: Vec<WordId> = tokens(&text, &rules.lexicon).iter().map(|token| token.word).collect();
                let words = &words[..words.len().min(super::super::window::WINDOW)];
                let mut desk = Desk::new();
                let mut found = BTreeSet::new();
                for which in Use::ALL {
                    let window = (0, words.iter().copied());
                    rules.sight.find(&rules.patterns, which, window, |_| true, &mut desk);
                    found.extend(desk.found.iter().map(|f| (f.pattern, f.first, f.end)));
                }
                let mut expected = BTreeSet::new();
                for (pattern, node) in rules.patterns.nodes.iter().enumerate() {
                    let all = plainly(node, &rules.patterns, words);
                    expected.extend(all.into_iter().map(|(first, end)| (pattern, first, end)));
                }
                prop_assert_eq!(&found, &expected);
                Ok(())
            })?;
        }
    }
}
