//! From the raw letters of a word to the words that rules know: case, accents, look-alike
//! letters, contractions, slang. What else is done to words is in `disguise`.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::disguise::Weighty;

/// A word that some rule names. `UNKNOWN` stands for all others.
pub(super) type WordId = u32;

/// Any word that no rule names.
pub(super) const UNKNOWN: WordId = 0;
/// The end of a sentence.
pub(super) const STOP: WordId = 1;
/// A number in digits that no rule names.
pub(super) const NUMBER: WordId = 2;

pub(super) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Mix>>;

/// Multiplies and turns: keys are small, and no table is filled from outside.
#[derive(Default)]
pub(super) struct Mix(u64);

impl std::hash::Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }
    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }
    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fn write_u128(&mut self, number: u128) {
        self.write_u64(number as u64);
        self.write_u64((number >> 64) as u64);
    }
}

/// Words of up to so many bytes are looked up as one number.
const SHORT: usize = 16;

/// What a written word or pair stands for.
#[derive(Clone, Copy)]
enum Reading {
    Word(WordId),
    /// A few words: where they stand in [`Lexicon::phrases`].
    Words {
        from: u32,
        count: u16,
    },
}

/// The words that rules know and all their spellings.
#[derive(Default)]
pub(super) struct Lexicon {
    /// Written words of up to [`SHORT`] bytes, as [`number`] makes one of them.
    short: Map<u128, Reading>,
    /// Longer ones.
    long: Map<Box<[u8]>, Reading>,
    /// Bytes of the longest.
    longest: usize,
    phrases: Vec<WordId>,
    words: Vec<Box<str>>,
    pairs: Map<(WordId, WordId), Reading>,
    /// For each word, whether a pair begins with it.
    opens_pair: Vec<bool>,
    pub(super) weighty: Vec<Weighty>,
}

impl Lexicon {
    pub(super) fn new() -> Self {
        Self { words: ["", "", ""].map(Box::from).to_vec(), opens_pair: vec![false; 3], ..Self::default() }
    }

    /// How many words are known.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The word of an id as rules spell it.
    #[cfg(test)]
    pub(super) fn word(&self, id: WordId) -> &str {
        self.words.get(id as usize).map_or("", |word| word)
    }

    /// The id of a plain word, made known if it is new.
    pub(super) fn intern(&mut self, word: &str) -> WordId {
        if let Some([id]) = self.reading(word.as_bytes()) {
            return *id;
        }
        let id = self.words.len() as WordId;
        self.words.push(word.into());
        self.opens_pair.push(false);
        self.spell(word, &[id]);
        id
    }

    /// Makes `written` (one word, or two that belong together) stand for `meant`.
    pub(super) fn add_spelling(&mut self, written: &str, meant: &str) {
        let meant: Vec<WordId> = meant.split_whitespace().map(|word| self.intern(word)).collect();
        let mut parts = written.split_whitespace();
        match (parts.next(), parts.next()) {
            (Some(first), Some(second)) => {
                let pair = (self.intern(first), self.intern(second));
                let reading = self.keep(&meant);
                self.pairs.insert(pair, reading);
                self.opens_pair[pair.0 as usize] = true;
            }
            (Some(word), None) => self.spell(word, &meant),
            _ => {}
        }
    }

    fn keep(&mut self, meant: &[WordId]) -> Reading {
        if let [word] = meant {
            return Reading::Word(*word);
        }
        let reading = Reading::Words { from: self.phrases.len() as u32, count: meant.len() as u16 };
        self.phrases.extend_from_slice(meant);
        reading
    }

    fn spell(&mut self, word: &str, meant: &[WordId]) {
        let reading = self.keep(meant);
        self.longest = self.longest.max(word.len());
        if word.len() <= SHORT {
            self.short.insert(number(word.bytes()), reading);
        } else {
            self.long.insert(word.as_bytes().into(), reading);
        }
    }

    /// Makes a word known with one letter wrong, missing, added or swapped.
    pub(super) fn add_weighty(&mut self, word: &str) {
        let id = self.intern(word);
        self.weighty.push(Weighty::new(word, id));
    }

    /// The words that a rule's word stands for: it is read as a person's words are.
    pub(super) fn read_rule_word(&mut self, word: &str) -> Vec<WordId> {
        let folded = fold(word);
        if let Some(reading) = self.plain(folded.as_bytes()) {
            return reading.to_vec();
        }
        let bare = folded.strip_suffix("'s").unwrap_or(&folded).replace('\'', "");
        vec![self.intern(&bare)]
    }

    fn words_of<'a>(&'a self, reading: &'a Reading) -> &'a [WordId] {
        match reading {
            Reading::Word(word) => std::slice::from_ref(word),
            Reading::Words { from, count } => &self.phrases[*from as usize..][..usize::from(*count)],
        }
    }

    /// What two neighbouring words mean together, such as "my self".
    pub(super) fn pair(&self, first: WordId, second: WordId) -> Option<&[WordId]> {
        if !self.opens_pair[first as usize] || first <= NUMBER || second <= NUMBER {
            return None;
        }
        self.pairs.get(&(first, second)).map(|reading| self.words_of(reading))
    }

    /// The reading of a word spelled exactly so.
    pub(super) fn reading(&self, word: &[u8]) -> Option<&[WordId]> {
        let reading = match word.len() {
            ..=SHORT => self.short.get(&number(word.iter().copied())),
            size if size <= self.longest => self.long.get(word),
            _ => None,
        };
        reading.map(|reading| self.words_of(reading))
    }

    /// The reading of the ASCII word at `start..end` of a text, but for upper and lower case as it
    /// is written: nearly every word is found here.
    pub(super) fn as_written(&self, text: &[u8], start: usize, end: usize) -> Option<&[WordId]> {
        const NOT_ASCII: u128 = u128::from_le_bytes([0x80; SHORT]);
        let size = end - start;
        if size == 0 || size > SHORT {
            return None;
        }
        let word = match text[start..].first_chunk::<SHORT>() {
            Some(bytes) => u128::from_le_bytes(*bytes) & (u128::MAX >> (8 * (SHORT - size))),
            None => number(text[start..end].iter().copied()),
        };
        if word & NOT_ASCII != 0 {
            return None;
        }
        self.short.get(&lower(word)).map(|reading| self.words_of(reading))
    }

    /// The reading of a word already in lower case without marks.
    pub(super) fn plain(&self, folded: &[u8]) -> Option<&[WordId]> {
        if let Some(reading) = self.reading(folded) {
            return Some(reading);
        }
        if !folded.contains(&b'\'') {
            return None;
        }
        if let Some(stem) = folded.strip_suffix(b"'s")
            && let Some(reading) = self.reading(stem)
        {
            return Some(reading);
        }
        let bare = || folded.iter().copied().filter(|b| *b != b'\'');
        let reading = match bare().count() {
            ..=SHORT => self.short.get(&number(bare())),
            size if size <= self.longest => self.long.get(bare().collect::<Vec<u8>>().as_slice()),
            _ => None,
        };
        reading.map(|reading| self.words_of(reading))
    }

    /// What a person's word stands for, tried in order: as written, with digits and signs as
    /// letters, with drawn-out letters shortened, with one slip of the keyboard.
    /// Empty if no rule names it. `folded` is left as the word in lower case without marks.
    pub(super) fn read(&self, written: &str, folded: &mut String) -> &[WordId] {
        folded.clear();
        if written.is_ascii() {
            folded.push_str(written);
            folded.make_ascii_lowercase();
        } else {
            fold_into(written, folded);
        }
        self.plain(folded.as_bytes()).unwrap_or_else(|| self.undisguised(folded.as_bytes()))
    }
}

/// Up to [`SHORT`] bytes as one number. No word holds a NUL, so no two words make the same.
fn number(word: impl Iterator<Item = u8>) -> u128 {
    word.enumerate().fold(0, |number, (at, byte)| number | u128::from(byte) << (8 * at))
}

/// ASCII letters in lower case, all at once: a byte with its high bit clear never carries over.
const fn lower(word: u128) -> u128 {
    const EACH: u128 = u128::from_le_bytes([1; SHORT]);
    let from_a = word + EACH * (0x80 - b'A' as u128);
    let past_z = word + EACH * (0x7f - b'Z' as u128);
    word | ((from_a & !past_z & (EACH * 0x80)) >> 2)
}

/// Lower case, without accents, look-alike Cyrillic and Greek letters as Latin ones.
pub(super) fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    fold_into(word, &mut folded);
    folded
}

fn fold_into(word: &str, folded: &mut String) {
    for c in word.nfd().filter(|c| !is_combining_mark(*c)) {
        for lower in c.to_lowercase() {
            folded.push(latin(lower));
        }
    }
}

/// The Latin letter that a reader takes a look-alike for.
const fn latin(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'ь' | 'в' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' | 'є' => 'e',
        'һ' | 'н' => 'h',
        'і' | 'ι' | 'ı' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' => 'm',
        'п' | 'η' => 'n',
        'о' | 'ο' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ν' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        '\u{2019}' | '\u{2018}' | '\u{02bc}' | '`' | '´' => '\'',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lexicon() -> Lexicon {
        let mut lexicon = Lexicon::new();
        for word in ["kill", "myself", "so", "i", "want", "to", "die", "ending"] {
            lexicon.intern(word);
        }
        lexicon.add_spelling("kms", "kill myself");
        for word in ["suicide", "kill", "alive"] {
            lexicon.add_weighty(word);
        }
        lexicon
    }

    fn read(word: &str) -> String {
        let lexicon = lexicon();
        let mut scratch = String::new();
        lexicon.read(word, &mut scratch).iter().map(|id| lexicon.word(*id)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn one_word_has_many_spellings() {
        for (written, meant) in [
            ("KILL", "kill"),
            ("k1ll", "kill"),
            ("k!ll", "kill"),
            ("k*ll", "kill"),
            ("kіll", "kill"),
            ("kìll", "kill"),
            ("killll", "kill"),
            ("sooooo", "so"),
            ("kms", "kill myself"),
            ("su1c1d3", "suicide"),
            ("sucide", "suicide"),
            ("suicdie", "suicide"),
            ("$uicide", "suicide"),
            ("su*cide", "suicide"),
            ("ailve", "alive"),
            ("olive", ""),
            ("endin", "ending"),
            ("dentin", ""),
            ("fill", ""),
            ("skill", ""),
            ("suffice", ""),
        ] {
            assert_eq!(read(written), meant, "{written}");
        }
    }

    #[test]
    fn letters_run_together_are_cut_into_known_words() {
        let lexicon = lexicon();
        let cut = |letters: &str| lexicon.cut(letters.as_bytes()).map(|ids| ids.len());
        assert_eq!(cut("killmyself"), Some(2));
        assert_eq!(cut("iwanttodie"), Some(4));
        assert_eq!(cut("killjoy"), None);
        assert_eq!(cut("ito"), None);
    }

    proptest! {
        #[test]
        fn a_word_looked_up_at_once_is_read_as_step_by_step(
            before in "[a-z ]{0,20}",
            word in "[a-zA-Z0-9'@$*!]{0,2}(KILL|kill|Myself|end|im|i'm|goodbye|overdosing|é)?[a-zA-Z']{0,17}",
            after in "[ .a-z]{0,20}",
        ) {
            static LEXICON: std::sync::LazyLock<Lexicon> = std::sync::LazyLock::new(lexicon);
            let text = format!("{before}{word}{after}");
            let (start, end) = (before.len(), before.len() + word.len());
            if let Some(words) = LEXICON.as_written(text.as_bytes(), start, end) {
                prop_assert_eq!(words, LEXICON.read(&word, &mut String::new()));
            } else if word.len() <= SHORT && word.is_ascii() {
                prop_assert!(LEXICON.reading(word.to_ascii_lowercase().as_bytes()).is_none() || word.is_empty());
            }
        }
    }
}
