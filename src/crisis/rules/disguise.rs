//! Words in disguise: letters written as digits and signs, drawn out, left out by a slip of the
//! keyboard, run together.

use super::lexicon::{Lexicon, NUMBER, WordId};

/// The longest word that is looked at, in bytes.
const LONGEST: usize = 24;

/// A word so grave that it is also known with one letter wrong.
pub(super) struct Weighty {
    first: Option<u8>,
    spelling: Vec<u8>,
    letters: u32,
    word: WordId,
}

impl Weighty {
    pub(super) fn new(spelling: &str, word: WordId) -> Self {
        let spelling = spelling.as_bytes().to_vec();
        Self { first: spelling.first().copied(), letters: letters(&spelling), spelling, word }
    }
}

/// A word in the making, of up to a letter more than is looked at.
#[derive(Clone, Copy)]
struct Letters {
    bytes: [u8; LONGEST + 1],
    size: usize,
}

impl Letters {
    const NONE: Self = Self { bytes: [0; LONGEST + 1], size: 0 };

    fn push(&mut self, letter: u8) {
        if let Some(place) = self.bytes.get_mut(self.size) {
            *place = letter;
            self.size += 1;
        }
    }

    fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.size]
    }
}

impl Lexicon {
    /// What a word stands for that is not known as it is written, in lower case and without marks.
    /// Empty if no rule names it.
    pub(super) fn undisguised(&self, word: &[u8]) -> &[WordId] {
        if word.len() > LONGEST || !word.is_ascii() {
            return &[];
        }
        if word.iter().all(u8::is_ascii_digit) {
            return &[NUMBER];
        }
        if word.iter().any(|b| !b.is_ascii_alphabetic() && *b != b'\'') {
            return self.disguised(word);
        }
        if let Some(reading) = self.drawn_out(word) {
            return reading;
        }
        if word.len() >= 5 && word.ends_with(b"in") {
            // "thinkin", "endin": the last letter is not spoken, so it is not written.
            let mut spoken = Letters::NONE;
            word.iter().chain(b"g").for_each(|b| spoken.push(*b));
            if let Some(reading) = self.reading(spoken.as_slice()) {
                return reading;
            }
        }
        self.slipped(word)
    }

    /// Digits and signs in place of letters: "k1ll", "su1c1de", "k*ll".
    fn disguised(&self, word: &[u8]) -> &[WordId] {
        /// Of several readings of the signs so far, so many go on.
        const MOST: usize = 8;
        if !word.iter().any(u8::is_ascii_alphabetic) {
            return &[];
        }
        if word.contains(&b'*') {
            return self.starred(word);
        }
        let mut readings = [Letters::NONE; 2 * MOST];
        let mut count = 1;
        for b in word {
            count = count.min(MOST);
            if matches!(b, b'1' | b'!') {
                for at in (0..count).rev() {
                    let before = readings[at];
                    for (place, letter) in [(2 * at, b'i'), (2 * at + 1, b'l')] {
                        readings[place] = before;
                        readings[place].push(letter);
                    }
                }
                count *= 2;
            } else {
                readings[..count].iter_mut().for_each(|reading| reading.push(letter_of(*b)));
            }
        }
        let read =
            |letters: &Letters| self.plain(letters.as_slice()).or_else(|| self.drawn_out(letters.as_slice()));
        readings[..count].iter().find_map(read).unwrap_or(&[])
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
    fn drawn_out(&self, word: &[u8]) -> Option<&[WordId]> {
        if !word.windows(3).any(|w| w[0] == w[1] && w[1] == w[2]) {
            return None;
        }
        let shorten = |most: usize| {
            let mut short = Letters::NONE;
            for same in word.chunk_by(|a, b| a == b) {
                same.iter().take(most).for_each(|b| short.push(*b));
            }
            short
        };
        self.plain(shorten(2).as_slice()).or_else(|| self.plain(shorten(1).as_slice()))
    }

    /// One letter wrong, missing, added or swapped with its neighbour, in a weighty word.
    fn slipped(&self, word: &[u8]) -> &[WordId] {
        if word.len() < 5 {
            return &[];
        }
        let own = letters(word);
        for weighty in self.weighty.iter().filter(|weighty| weighty.first == word.first().copied()) {
            // Among words of five letters too many are one letter apart; a swap is still plain.
            let swapped = weighty.spelling.len() == 5 && word.len() == 5 && weighty.letters == own;
            let near = (weighty.spelling.len() >= 6 || swapped)
                && weighty.spelling.len().abs_diff(word.len()) <= 1
                && (weighty.letters ^ own).count_ones() <= 2;
            if near && one_edit_apart(&weighty.spelling, word) {
                return std::slice::from_ref(&weighty.word);
            }
        }
        &[]
    }

    /// The weighty word spelled exactly so.
    pub(super) fn weighty(&self, spelling: &[u8]) -> Option<WordId> {
        let is_it =
            |weighty: &&Weighty| weighty.first == spelling.first().copied() && weighty.spelling == spelling;
        self.weighty.iter().find(is_it).map(|weighty| weighty.word)
    }

    /// As [`Lexicon::cut`], for letters that were written one by one, digits and signs among them.
    pub(super) fn cut_disguised(&self, letters: &str) -> Option<Vec<WordId>> {
        let plain: Vec<u8> = letters
            .bytes()
            .map(|b| match b {
                b'1' | b'!' => b'i',
                b'7' | b'8' => b,
                sign => letter_of(sign),
            })
            .collect();
        self.cut(&plain)
    }

    /// Cuts letters run together ("killmyself") into known words, or nothing. At least one part
    /// has three letters, and the whole must be used up.
    pub(super) fn cut(&self, letters: &[u8]) -> Option<Vec<WordId>> {
        const MOST: usize = 32;
        let size = letters.len();
        if !(3..=MOST).contains(&size) || !letters.is_ascii() {
            return None;
        }
        if let Some(reading) = self.plain(letters) {
            return Some(reading.to_vec());
        }
        // best[i]: fewest parts that spell the first i letters, and where the last part starts.
        let mut best: [Option<(usize, usize)>; MOST + 1] = [None; MOST + 1];
        best[0] = Some((0, 0));
        for end in 1..=size {
            for start in end.saturating_sub(14)..end {
                let part = &letters[start..end];
                let short_ok = matches!(part, b"i" | b"a") || part.len() >= 2;
                if let Some((parts, _)) = best[start]
                    && short_ok
                    && best[end].is_none_or(|(least, _)| parts + 1 < least)
                    && self.reading(part).is_some()
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
        let words = |span: std::ops::Range<usize>| self.reading(&letters[span]).unwrap_or_default();
        Some(spans.into_iter().rev().flat_map(words).copied().collect())
    }
}

/// Whether a word of several run together may be in it that is worth cutting it for.
pub(super) fn holds_grave_word(letters: &[u8]) -> bool {
    (0..letters.len()).any(|at| {
        let rest = &letters[at..];
        match rest[0] {
            b'k' => rest.starts_with(b"kill"),
            b's' => rest.starts_with(b"suicid"),
            b'd' => rest.starts_with(b"die") || rest.starts_with(b"dead"),
            b'm' => rest.starts_with(b"myself"),
            _ => false,
        }
    })
}

/// The letter that a digit or sign most likely stands for.
const fn letter_of(sign: u8) -> u8 {
    match sign {
        b'3' => b'e',
        b'0' => b'o',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        b'8' => b'b',
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
