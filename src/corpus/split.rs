//! Which texts train and which measure. The split is committed, so that figures of different
//! days can be compared; [`make`] says how it came about, and a test makes it again.
//!
//! Texts that are nearly the same go to the same side: contrast pairs, and texts that share at
//! least half of their three-word shingles, whichever file they stand in; and all moments of one
//! parts dialogue, and all turns of one talk.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Corpus, Moment, Speaker};

/// Texts that share at least this part of their shingles count as one.
const NEAR: f64 = 0.5;
/// Words in a shingle.
const SHINGLE: usize = 3;
/// One group in so many is for development.
const ONE_IN: u32 = 6;

/// Which side a text is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// For training.
    Train,
    /// For choosing thresholds and for measuring.
    Dev,
}

/// The split of the whole corpus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Splits {
    /// What the group keys are salted with; 0 is no salt.
    pub seed: u64,
    /// Ids of the texts for development, in order. All others are for training.
    pub dev: BTreeSet<String>,
}

/// Why the split could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// The file cannot be opened.
    #[error("{} can't be read ({source}). Run this in a checkout of the repository.", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not JSON of the right form.
    #[error("{} is not a split ({source}). Take the file from the repository again.", path.display())]
    Syntax {
        /// Which.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

impl Splits {
    /// Reads the committed file.
    ///
    /// # Errors
    /// [`SplitError`] if it is missing or damaged.
    pub fn read(path: &Path) -> Result<Self, SplitError> {
        let bytes =
            std::fs::read(path).map_err(|source| SplitError::Open { path: path.to_owned(), source })?;
        serde_json::from_slice(&bytes).map_err(|source| SplitError::Syntax { path: path.to_owned(), source })
    }

    /// The side of a text.
    #[must_use]
    pub fn of(&self, id: &str) -> Split {
        if self.dev.contains(id) { Split::Dev } else { Split::Train }
    }
}

/// Makes the split of a corpus. A group is for development if the SHA-256 of its key, read as a
/// number, is divisible by six. Its key is the id of its first member, thoughts before crisis
/// texts, without the letter of a contrast pair. Of the crisis texts those whose own number is
/// divisible by six are for development: the phrase rules were written on all the others.
#[must_use]
pub fn make(corpus: &Corpus, seed: u64) -> Splits {
    let crisis: HashSet<&str> = corpus.crisis.iter().map(|t| t.id.as_str()).collect();
    let dev = groups(corpus)
        .into_iter()
        .chain(dialogues(corpus))
        .chain(played(corpus))
        .filter(|group| {
            group.first().is_some_and(|first| {
                if crisis.contains(first) { is_sixth(first) } else { is_dev(pair_key(first), seed) }
            })
        })
        .flatten()
        .map(str::to_owned)
        .collect();
    Splits { seed, dev }
}

/// Ids of the texts that belong together, in the order of the corpus.
fn groups(corpus: &Corpus) -> Vec<Vec<&str>> {
    let thoughts = corpus.thoughts.iter().map(|t| (t.id.as_str(), t.thought.as_str()));
    let texts: Vec<(&str, &str)> =
        thoughts.chain(corpus.crisis.iter().map(|t| (t.id.as_str(), t.text.as_str()))).collect();
    let mut joined = UnionFind::new(texts.len());
    let mut first_of_pair = HashMap::new();
    for (i, (id, _)) in texts.iter().enumerate() {
        joined.join(*first_of_pair.entry(pair_key(id)).or_insert(i), i);
    }
    for (a, b) in near_duplicates(&texts) {
        joined.join(a, b);
    }
    let mut groups: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (i, (id, _)) in texts.iter().enumerate() {
        groups.entry(joined.find(i)).or_default().push(id);
    }
    groups.into_values().collect()
}

/// Ids of the moments that go back to the same first message of the person.
fn dialogues(corpus: &Corpus) -> Vec<Vec<&str>> {
    let first = |m: &Moment| m.history.iter().find(|t| t.from == Speaker::Person).map(|t| t.text.clone());
    let mut dialogues: Vec<(Option<String>, Vec<&str>)> = Vec::new();
    for moment in &corpus.moments {
        let begins = first(moment);
        match dialogues.iter_mut().find(|(other, _)| *other == begins) {
            Some((_, ids)) => ids.push(&moment.id),
            None => dialogues.push((begins, vec![&moment.id])),
        }
    }
    dialogues.into_iter().map(|(_, ids)| ids).collect()
}

/// Ids of the turns of each talk that was played.
fn played(corpus: &Corpus) -> Vec<Vec<&str>> {
    let mut talks: Vec<(&str, Vec<&str>)> = Vec::new();
    for turn in &corpus.turns {
        let Some(talk) = turn.talk() else { continue };
        match talks.iter_mut().find(|(other, _)| *other == talk) {
            Some((_, ids)) => ids.push(&turn.id),
            None => talks.push((talk, vec![&turn.id])),
        }
    }
    talks.into_iter().map(|(_, ids)| ids).collect()
}

/// The id without an `a` or `b` that follows a digit.
fn pair_key(id: &str) -> &str {
    id.strip_suffix(['a', 'b']).filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit())).unwrap_or(id)
}

/// Whether the number at the end of an id is divisible by six.
fn is_sixth(id: &str) -> bool {
    let digits = id.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.parse::<u32>().is_ok_and(|n| n % ONE_IN == 0)
}

fn is_dev(key: &str, seed: u64) -> bool {
    let salted = if seed == 0 { key.to_owned() } else { format!("{seed}:{key}") };
    Sha256::digest(salted).iter().fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % ONE_IN) == 0
}

/// Pairs of texts that share at least [`NEAR`] of their shingles (Jaccard index).
fn near_duplicates(texts: &[(&str, &str)]) -> Vec<(usize, usize)> {
    let mut holders: HashMap<String, Vec<usize>> = HashMap::new();
    let mut sizes = Vec::with_capacity(texts.len());
    let mut pairs = Vec::new();
    for (i, (_, text)) in texts.iter().enumerate() {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        let own = shingles(text);
        sizes.push(own.len());
        for shingle in own {
            let others = holders.entry(shingle).or_default();
            for other in others.iter() {
                *shared.entry(*other).or_default() += 1;
            }
            others.push(i);
        }
        for (other, both) in shared {
            let either = sizes[i] + sizes[other] - both;
            if both as f64 >= NEAR * either as f64 {
                pairs.push((other, i));
            }
        }
    }
    pairs
}

/// Every run of three words in lower case; a shorter text is one shingle.
fn shingles(text: &str) -> HashSet<String> {
    let lower = text.to_lowercase().replace('’', "'");
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).collect();
    words.windows(SHINGLE.min(words.len()).max(1)).map(|run| run.join(" ")).collect()
}

/// Groups of numbers; the smallest stands for its group.
struct UnionFind(Vec<usize>);

impl UnionFind {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn find(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::corpus::{FOLDER, SPLIT_FILE, tests::root};

    /// After a change of the corpus, `EVENKEEL_WRITE_SPLIT=1 cargo test` writes the file anew.
    #[test]
    fn the_committed_split_is_the_one_that_the_corpus_makes() {
        let corpus = Corpus::read(&root().join(FOLDER)).unwrap();
        let made = make(&corpus, 0);
        let file = root().join(SPLIT_FILE);
        if std::env::var_os("EVENKEEL_WRITE_SPLIT").is_some() {
            std::fs::write(&file, serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
        }
        assert_eq!(Splits::read(&file).unwrap(), made);
        let turns = corpus.turns.iter().filter(|turn| turn.talk().is_some()).count();
        let texts = corpus.thoughts.len() + corpus.crisis.len() + corpus.moments.len() + turns;
        let part = made.dev.len() as f64 / texts as f64;
        assert!((0.13..0.20).contains(&part), "{part}");
    }

    #[test]
    fn no_group_straddles_the_split() {
        let corpus = Corpus::read(&root().join(FOLDER)).unwrap();
        let splits = Splits::read(&root().join(SPLIT_FILE)).unwrap();
        for group in groups(&corpus).into_iter().chain(dialogues(&corpus)).chain(played(&corpus)) {
            assert!(group.iter().all(|id| splits.of(id) == splits.of(group[0])), "{group:?}");
        }
    }

    #[test]
    fn a_pair_has_one_key() {
        assert_eq!(pair_key("tg-001a"), "tg-001");
        assert_eq!(pair_key("tg-001b"), "tg-001");
        assert_eq!(pair_key("tb-001"), "tb-001");
        assert_eq!(pair_key("drab"), "drab");
    }

    #[test]
    fn one_crisis_text_in_six_is_for_development() {
        assert!(is_sixth("ct-006") && is_sixth("cw-312"));
        assert!(!is_sixth("ct-001") && !is_sixth("ct"));
    }

    #[test]
    fn near_duplicates_share_half_of_their_shingles() {
        let texts = [
            ("1", "one two three four five six"),
            ("2", "zero, One two THREE four five six."),
            ("3", "six five four three two one"),
            ("4", "hm"),
            ("5", "Hm."),
        ];
        assert_eq!(near_duplicates(&texts), [(0, 1), (3, 4)]);
    }

    #[test]
    fn the_hash_is_read_as_one_big_endian_number() {
        // As `int(sha256(key).hexdigest(), 16) % 6 == 0` has it.
        let keys = (1..=30).map(|i| format!("ta-{i:03}"));
        assert_eq!(keys.filter(|key| is_dev(key, 0)).collect::<Vec<_>>(), ["ta-026", "ta-028"]);
    }
}
