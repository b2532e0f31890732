//! The pattern language of the rules, and matching it against a window of words.
//!
//! | written | matches |
//! |---|---|
//! | `want to die` | these words in this order |
//! | `(die\|be dead)` | one of the alternatives |
//! | `[really]` | it, or nothing |
//! | `..3` | up to 3 words of the same sentence, none of them a negation |
//! | `...20` | up to 20 words, sentence ends and negations too |
//! | `<wish>` | the pattern that the table `[class]` calls `wish` |
//! | `#` | a number in digits |
//! | `.` | the start or end of a sentence |
//!
//! A window is at most 120 words, so a set of places between words is one `u128`, and one step
//! of a pattern moves all places at once with a shift and a mask. Nothing backtracks: the cost
//! is the number of steps, whatever the text.

use std::collections::{BTreeMap, HashMap};

use super::RuleError;
use super::lexicon::{Lexicon, NUMBER, STOP, WordId};
use super::window::{STRIDE, WINDOW};

/// The longest match that a pattern may describe, in words.
const LONGEST: usize = WINDOW - STRIDE;

/// A set of words, by its place in [`Patterns::sets`].
pub(super) type SetId = usize;

#[derive(Debug, Clone)]
pub(super) enum Node {
    Word(SetId),
    Sequence(Vec<Node>),
    Either(Vec<Node>),
    Maybe(Box<Node>),
    /// Up to so many words of the sentence.
    Gap(u32),
    /// Up to so many words, over sentence ends.
    WideGap(u32),
}

/// All patterns of a rule set, ready to match.
#[derive(Default)]
pub(super) struct Patterns {
    pub(super) nodes: Vec<Node>,
    sets: Vec<Vec<WordId>>,
    set_ids: HashMap<Vec<WordId>, SetId>,
    /// For each word, whether a gap does not cross it.
    negations: Vec<bool>,
}

/// A pattern's place in [`Patterns`].
pub(super) type PatternId = usize;

impl Patterns {
    /// `negations` are words that a gap does not cross.
    pub(super) fn new(negations: &[WordId]) -> Self {
        let size = negations.iter().max().map_or(0, |last| *last as usize + 1);
        let mut barred = vec![false; size];
        for word in negations {
            barred[*word as usize] = true;
        }
        Self { negations: barred, ..Self::default() }
    }

    /// The words of a set, sorted.
    pub(super) fn words(&self, set: SetId) -> &[WordId] {
        &self.sets[set]
    }

    pub(super) fn is_negation(&self, word: WordId) -> bool {
        self.negations.get(word as usize).is_some_and(|is| *is)
    }

    /// Reads one pattern.
    pub(super) fn add(
        &mut self,
        source: &str,
        classes: &BTreeMap<String, String>,
        lexicon: &mut Lexicon,
    ) -> Result<PatternId, RuleError> {
        let wrong = |why: &'static str| RuleError::Pattern { pattern: source.to_owned(), why };
        let node = Reader { patterns: self, classes, lexicon, depth: 0 }.pattern(source).map_err(wrong)?;
        let (least, most) = size(&node);
        if least == 0 {
            return Err(wrong("it may match nothing at all"));
        }
        if most > LONGEST {
            return Err(wrong("it may match more than 40 words"));
        }
        self.nodes.push(node);
        Ok(self.nodes.len() - 1)
    }

    fn set(&mut self, mut words: Vec<WordId>) -> SetId {
        words.sort_unstable();
        words.dedup();
        if let Some(id) = self.set_ids.get(&words) {
            return *id;
        }
        let id = self.sets.len();
        self.sets.push(words.clone());
        self.set_ids.insert(words, id);
        id
    }
}

/// Fewest and most words that a node matches.
fn size(node: &Node) -> (usize, usize) {
    match node {
        Node::Word(_) => (1, 1),
        Node::Gap(n) | Node::WideGap(n) => (0, *n as usize),
        Node::Maybe(inner) => (0, size(inner).1),
        Node::Sequence(parts) => {
            parts.iter().map(size).fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
        }
        Node::Either(options) => {
            options.iter().map(size).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0, 0))
        }
    }
}

/// Reads the pattern language, top-down.
struct Reader<'a> {
    patterns: &'a mut Patterns,
    classes: &'a BTreeMap<String, String>,
    lexicon: &'a mut Lexicon,
    depth: usize,
}

impl Reader<'_> {
    fn pattern(&mut self, source: &str) -> Result<Node, &'static str> {
        let mut rest = source;
        let node = self.either(&mut rest)?;
        if rest.is_empty() { Ok(node) } else { Err("it has a closing bracket too many") }
    }

    fn either(&mut self, rest: &mut &str) -> Result<Node, &'static str> {
        let mut options = vec![self.sequence(rest)?];
        while let Some(after) = rest.strip_prefix('|') {
            *rest = after;
            options.push(self.sequence(rest)?);
        }
        Ok(self.merged(options))
    }

    /// Single words among the options become one set.
    fn merged(&mut self, options: Vec<Node>) -> Node {
        let mut words = Vec::new();
        let mut others = Vec::new();
        let mut queue = options;
        queue.reverse();
        while let Some(option) = queue.pop() {
            match option {
                Node::Word(set) => words.extend(self.patterns.sets[set].iter().copied()),
                Node::Either(inner) => queue.extend(inner),
                other => others.push(other),
            }
        }
        if !words.is_empty() {
            others.push(Node::Word(self.patterns.set(words)));
        }
        match others.len() {
            1 => others.remove(0),
            _ => Node::Either(others),
        }
    }

    fn sequence(&mut self, rest: &mut &str) -> Result<Node, &'static str> {
        let mut parts = Vec::new();
        loop {
            *rest = rest.trim_start();
            let Some(first) = rest.chars().next() else { break };
            match first {
                ')' | ']' | '|' => break,
                '(' => parts.push(self.bracket(rest, ')')?),
                '[' => {
                    let inner = self.bracket(rest, ']')?;
                    parts.push(Node::Maybe(Box::new(inner)));
                }
                '<' => {
                    let (name, after) = rest[1..].split_once('>').ok_or("a class name is not closed")?;
                    *rest = after;
                    parts.push(self.class(name)?);
                }
                _ => {
                    let end =
                        rest.find(|c: char| c.is_whitespace() || "()[]|<".contains(c)).unwrap_or(rest.len());
                    let (word, after) = rest.split_at(end);
                    *rest = after;
                    self.atom(word, &mut parts)?;
                }
            }
        }
        match parts.len() {
            0 => Err("an alternative is empty"),
            1 => Ok(parts.remove(0)),
            _ => Ok(Node::Sequence(parts)),
        }
    }

    fn bracket(&mut self, rest: &mut &str, close: char) -> Result<Node, &'static str> {
        *rest = &rest[1..];
        let inner = self.either(rest)?;
        *rest = rest.strip_prefix(close).ok_or("a bracket is not closed")?;
        Ok(inner)
    }

    fn class(&mut self, name: &str) -> Result<Node, &'static str> {
        if self.depth > 8 {
            return Err("a class names itself");
        }
        let source = self.classes.get(name).ok_or("it names a class that is not in the table")?;
        self.depth += 1;
        let node = self.pattern(source);
        self.depth -= 1;
        node
    }

    fn atom(&mut self, word: &str, parts: &mut Vec<Node>) -> Result<(), &'static str> {
        if word == "." {
            parts.push(Node::Word(self.patterns.set(vec![STOP])));
        } else if word == "#" {
            parts.push(Node::Word(self.patterns.set(vec![NUMBER])));
        } else if let Some(count) = word.strip_prefix("...") {
            parts.push(Node::WideGap(count.parse().map_err(|_| "a gap has no number")?));
        } else if let Some(count) = word.strip_prefix("..") {
            parts.push(Node::Gap(count.parse().map_err(|_| "a gap has no number")?));
        } else {
            for id in self.lexicon.read_rule_word(word) {
                parts.push(Node::Word(self.patterns.set(vec![id])));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::super::sight::{Desk, Sight, Use};
    use super::*;

    /// The words that `pattern` matches in `text` (known words only, `|` for a stop).
    fn found(pattern: &str, text: &str) -> Vec<String> {
        let mut lexicon = Lexicon::new();
        let not = lexicon.intern("not");
        let mut patterns = Patterns::new(&[not]);
        let classes = BTreeMap::from([("die".to_owned(), "die|be dead".to_owned())]);
        patterns.add(pattern, &classes, &mut lexicon).unwrap();
        let words: Vec<WordId> = text
            .split_whitespace()
            .map(|word| if word == "|" { STOP } else { lexicon.intern(word) })
            .collect();
        let sight = Sight::new(&patterns, &lexicon, |_| Use::Own);
        let mut desk = Desk::new();
        sight.find(&patterns, Use::Own, (0, words.iter().copied()), |_| true, &mut desk);
        desk.found
            .iter()
            .map(|f| {
                text.split_whitespace().skip(f.first).take(f.end - f.first).collect::<Vec<_>>().join(" ")
            })
            .collect()
    }

    #[test]
    fn each_part_of_the_language_matches_what_it_says() {
        for (pattern, text, expected) in [
            ("want to die", "i want to die now", vec!["want to die"]),
            ("want to (die|be dead)", "want to be dead", vec!["want to be dead"]),
            (
                "want [so badly] to die",
                "want to die | want so badly to die",
                vec!["want so badly to die", "want to die"],
            ),
            ("want ..2 die", "want to really die", vec!["want to really die"]),
            ("want ..2 die", "want to not die", vec![]),
            ("want ..2 die", "want | die", vec![]),
            ("want ...2 die", "want | die", vec!["want | die"]),
            ("want to <die>", "want to be dead", vec!["want to be dead"]),
            (". want", "| want", vec!["| want"]),
        ] {
            assert_eq!(found(pattern, text), expected, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_cannot_be_read_says_why() {
        let mut lexicon = Lexicon::new();
        let mut patterns = Patterns::new(&[]);
        let mut why = |source: &str| match patterns.add(source, &BTreeMap::new(), &mut lexicon) {
            Err(RuleError::Pattern { why, .. }) => why,
            _ => "",
        };
        assert_eq!(why("(a|b"), "a bracket is not closed");
        assert_eq!(why("a)"), "it has a closing bracket too many");
        assert_eq!(why("a||b"), "an alternative is empty");
        assert_eq!(why("<none>"), "it names a class that is not in the table");
        assert_eq!(why("[a]"), "it may match nothing at all");
        assert_eq!(why("a ...90 b"), "it may match more than 40 words");
        assert_eq!(why("a ..x b"), "a gap has no number");
    }
}
