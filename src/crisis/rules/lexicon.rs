//! From the raw letters of a word to the words that rules know: case, accents, look-alike
//! letters, contractions, slang, starred and digit spellings, and small slips of the keyboard.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word that some rule names. `UNKNOWN` stands for all others.
pub(super) type WordId = u32;

/// Any word that no rule names.
pub(super) const UNKNOWN: WordId = 0;
/// The end of a sentence.
pub(super) const STOP: WordId = 1;
/// A number in digits that no rule names.
pub(super) const NUMBER: WordId = 2;

type Map<K, V> = HashMap<K, V, BuildHasherDefault<Fnv>>;

/// FNV-1a: words are short, and the table is not filled from outside.
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl std::hash::Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// What one written word stands for: one to a few words.
type Reading = Box<[WordId]>;

/// The words that rules know and all their spellings.
#[derive(Default)]
pub(super) struct Lexicon {
    readings: Map<Box<str>, Reading>,
    words: Vec<Box<str>>,
    pairs: Map<(WordId, WordId), Reading>,
    weighty: Vec<Weighty>,
}

/// A word so grave that it is also known with one letter wrong.
struct Weighty {
    spelling: Vec<u8>,
    letters: u32,
    word: WordId,
}

impl Lexicon {
    pub(super) fn new() -> Self {
        Self { words: ["", "", ""].map(Box::from).to_vec(), ..Self::default() }
    }

    /// How many words are known.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The word of an id as rules spell it.
    pub(super) fn word(&self, id: WordId) -> &str {
        self.words.get(id as usize).map_or("", |word| word)
    }

    /// The id of a plain word, made known if it is new.
    pub(super) fn intern(&mut self, word: &str) -> WordId {
        if let Some([id]) = self.readings.get(word).map(|reading| &**reading) {
            return *id;
        }
        let id = self.words.len() as WordId;
        self.words.push(word.into());
        self.readings.insert(word.into(), Box::new([id]));
        id
    }

    /// Makes `written` (one word, or two that belong together) stand for `meant`.
    pub(super) fn add_spelling(&mut self, written: &str, meant: &str) {
        let reading: Reading = meant.split_whitespace().map(|word| self.intern(word)).collect();
        let mut parts = written.split_whitespace();
        match (parts.next(), parts.next()) {
            (Some(first), Some(second)) => {
                let pair = (self.intern(first), self.intern(second));
                self.pairs.insert(pair, reading);
            }
            (Some(word), None) => {
                self.readings.insert(word.into(), reading);
            }
            _ => {}
        }
    }

    /// Makes a word known with one letter wrong, missing, added or swapped.
    pub(super) fn add_weighty(&mut self, word: &str) {
        let id = self.intern(word);
        self.weighty.push(Weighty {
            spelling: word.as_bytes().to_vec(),
            letters: letters(word.as_bytes()),
            word: id,
        });
    }

    /// The words that a rule's word stands for: it is read as a person's words are.
    pub(super) fn read_rule_word(&mut self, word: &str) -> Vec<WordId> {
        let folded = fold(word);
        if let Some(reading) = self.plain(&folded) {
            return reading.to_vec();
        }
        let bare = folded.strip_suffix("'s").unwrap_or(&folded).replace('\'', "");
        vec![self.intern(&bare)]
    }

    /// What two neighbouring words mean together, such as "my self".
    pub(super) fn pair(&self, first: WordId, second: WordId) -> Option<&[WordId]> {
        if first <= NUMBER || second <= NUMBER {
            return None;
        }
        self.pairs.get(&(first, second)).map(|reading| &**reading)
    }

    /// The reading of a word already in lower case without marks.
    fn plain(&self, folded: &str) -> Option<&[WordId]> {
        if let Some(reading) = self.readings.get(folded) {
            return Some(reading);
        }
        if !folded.contains('\'') {
            return None;
        }
        if let Some(stem) = folded.strip_suffix("'s")
            && let Some(reading) = self.readings.get(stem)
        {
            return Some(reading);
        }
        self.readings.get(folded.replace('\'', "").as_str()).map(|reading| &**reading)
    }

    /// What a person's word stands for, tried in order: as written, with digits and signs as
    /// letters, with drawn-out letters shortened, with one slip of the keyboard.
    /// Empty if no rule names it.
    pub(super) fn read(&self, written: &str, scratch: &mut String) -> &[WordId] {
        scratch.clear();
        if written.is_ascii() {
            scratch.extend(written.chars().map(|c| c.to_ascii_lowercase()));
        } else {
            scratch.push_str(&fold(written));
        }
        if let Some(reading) = self.plain(scratch) {
            return reading;
        }
        let bytes = scratch.as_bytes();
        if bytes.len() > 24 || !scratch.is_ascii() {
            return &[];
        }
        if bytes.iter().all(u8::is_ascii_digit) {
            return &[NUMBER];
        }
        if bytes.iter().any(|b| !b.is_ascii_alphabetic() && *b != b'\'') {
            return self.disguised(scratch);
        }
        if let Some(reading) = self.drawn_out(scratch) {
            return reading;
        }
        if scratch.len() >= 5 && scratch.ends_with("in") {
            // "thinkin", "endin": the last letter is not spoken, so it is not written.
            scratch.push('g');
            if let Some(reading) = self.readings.get(scratch.as_str()) {
                return reading;
            }
            scratch.pop();
        }
        self.slipped(scratch.as_bytes())
    }

    /// Digits and signs in place of letters: "k1ll", "su1c1de", "k*ll".
    fn disguised(&self, word: &str) -> &[WordId] {
        const SEVERAL: [(char, &str); 8] = [
            ('1', "il"),
            ('!', "il"),
            ('3', "e"),
            ('0', "o"),
            ('4', "a"),
            ('@', "a"),
            ('5', "s"),
            ('$', "s"),
        ];
        if !word.bytes().any(|b| b.is_ascii_alphabetic()) {
            return &[];
        }
        if word.contains('*') {
            return self.starred(word.as_bytes());
        }
        let mut candidates = vec![String::new()];
        for c in word.chars() {
            let options = match SEVERAL.iter().find(|(sign, _)| *sign == c) {
                Some((_, letters)) => *letters,
                None if c == '7' => "t",
                None if c == '8' => "b",
                None => "",
            };
            let mut next = Vec::new();
            for candidate in candidates.iter().take(8) {
                if options.is_empty() {
                    next.push(format!("{candidate}{c}"));
                }
                next.extend(options.chars().map(|letter| format!("{candidate}{letter}")));
            }
            candidates = next;
        }
        for candidate in &candidates {
            if let Some(reading) = self.plain(candidate).or_else(|| self.drawn_out(candidate)) {
                return reading;
            }
        }
        &[]
    }

    /// "k*ll", "su**ide": each star stands for one letter of a weighty word.
    fn starred(&self, word: &[u8]) -> &[WordId] {
        let plain = word.iter().filter(|b| b.is_ascii_alphanumeric()).count();
        if plain * 2 < word.len() {
            return &[];
        }
        let fits = |weighty: &&Weighty| {
            weighty.spelling.len() == word.len()
                && weighty.spelling.iter().zip(word).all(|(letter, sign)| *sign == b'*' || letter == sign)
        };
        self.weighty.iter().find(fits).map_or(&[], |weighty| std::slice::from_ref(&weighty.word))
    }

    /// "sooo", "diiie": letters drawn out, shortened to two and then to one.
    fn drawn_out(&self, word: &str) -> Option<&[WordId]> {
        let bytes = word.as_bytes();
        if !bytes.windows(3).any(|w| w[0] == w[1] && w[1] == w[2]) {
            return None;
        }
        let shorten = |most: usize| {
            let mut run = 0;
            let mut last = None;
            let mut short = String::with_capacity(word.len());
            for c in word.chars() {
                run = if last == Some(c) { run + 1 } else { 1 };
                last = Some(c);
                if run <= most {
                    short.push(c);
                }
            }
            short
        };
        self.plain(&shorten(2)).or_else(|| self.plain(&shorten(1)))
    }

    /// One letter wrong, missing, added or swapped with its neighbour, in a weighty word.
    fn slipped(&self, word: &[u8]) -> &[WordId] {
        if word.len() < 5 {
            return &[];
        }
        let own = letters(word);
        for weighty in &self.weighty {
            // Among words of five letters too many are one letter apart; a swap is still plain.
            let swapped = weighty.spelling.len() == 5 && word.len() == 5 && weighty.letters == own;
            let near = (weighty.spelling.len() >= 6 || swapped)
                && weighty.spelling.len().abs_diff(word.len()) <= 1
                && weighty.spelling[0] == word[0]
                && (weighty.letters ^ own).count_ones() <= 2;
            if near && one_edit_apart(&weighty.spelling, word) {
                return std::slice::from_ref(&weighty.word);
            }
        }
        &[]
    }

    /// The weighty word spelled exactly so.
    pub(super) fn weighty(&self, spelling: &str) -> Option<WordId> {
        self.weighty
            .iter()
            .find(|weighty| weighty.spelling == spelling.as_bytes())
            .map(|weighty| weighty.word)
    }

    /// As [`Lexicon::cut`], for letters that were written one by one, digits and signs among them.
    pub(super) fn cut_disguised(&self, letters: &str) -> Option<Vec<WordId>> {
        let plain: String = letters
            .chars()
            .map(|c| match c {
                '1' | '!' => 'i',
                '3' => 'e',
                '0' => 'o',
                '4' | '@' => 'a',
                '5' | '$' => 's',
                other => other,
            })
            .collect();
        self.cut(&plain)
    }

    /// Cuts letters run together ("killmyself") into known words, or nothing. At least one part
    /// has three letters, and the whole must be used up.
    pub(super) fn cut(&self, letters: &str) -> Option<Vec<WordId>> {
        let size = letters.len();
        if !(3..=32).contains(&size) || !letters.is_ascii() {
            return None;
        }
        if let Some(reading) = self.plain(letters) {
            return Some(reading.to_vec());
        }
        // best[i]: fewest parts that spell the first i letters, and where the last part starts.
        let mut best: Vec<Option<(usize, usize)>> = vec![None; size + 1];
        best[0] = Some((0, 0));
        for end in 1..=size {
            for start in end.saturating_sub(14)..end {
                let part = &letters[start..end];
                let short_ok = matches!(part, "i" | "a") || part.len() >= 2;
                if let Some((parts, _)) = best[start]
                    && short_ok
                    && self.readings.contains_key(part)
                    && best[end].is_none_or(|(least, _)| parts + 1 < least)
                {
                    best[end] = Some((parts + 1, start));
                }
            }
        }
        let mut spans = Vec::new();
        let mut end = size;
        while end > 0 {
            let (_, start) = best[end]?;
            spans.push(start..end);
            end = start;
        }
        if !spans.iter().any(|span| span.len() >= 3) {
            return None;
        }
        spans.reverse();
        Some(
            spans
                .into_iter()
                .flat_map(|span| self.readings.get(&letters[span]).map_or(&[][..], |r| r).to_vec())
                .collect(),
        )
    }
}

/// Lower case, without accents, look-alike Cyrillic and Greek letters as Latin ones.
pub(super) fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for c in word.nfd().filter(|c| !is_combining_mark(*c)) {
        for lower in c.to_lowercase() {
            folded.push(latin(lower));
        }
    }
    folded
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

/// Which letters occur, one bit each.
fn letters(word: &[u8]) -> u32 {
    word.iter().filter(|b| b.is_ascii_lowercase()).fold(0, |bits, b| bits | 1 << (b - b'a'))
}

/// Whether two words differ by one replaced, missing, added or swapped letter.
fn one_edit_apart(one: &[u8], other: &[u8]) -> bool {
    let head = one.iter().zip(other).take_while(|(x, y)| x == y).count();
    let (one, other) = (&one[head..], &other[head..]);
    let tail = one.iter().rev().zip(other.iter().rev()).take_while(|(x, y)| x == y).count();
    match (&one[..one.len() - tail], &other[..other.len() - tail]) {
        ([] | [_], [] | [_]) => true,
        ([first, second], swapped) => swapped == [*second, *first],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
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
        let cut = |letters| lexicon.cut(letters).map(|ids| ids.len());
        assert_eq!(cut("killmyself"), Some(2));
        assert_eq!(cut("iwanttodie"), Some(4));
        assert_eq!(cut("killjoy"), None);
        assert_eq!(cut("ito"), None);
    }
}
