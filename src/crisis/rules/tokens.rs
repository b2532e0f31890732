//! Cutting a text into the words that rules read, each with its place in the text.

use unicode_normalization::char::is_combining_mark;

use super::disguise::holds_grave_word;
use super::lexicon::{Lexicon, STOP, UNKNOWN, WordId};

/// One word of a text, or the end of a sentence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) word: WordId,
    /// First byte.
    pub(super) start: u32,
    /// One past the last byte.
    pub(super) end: u32,
    /// Whether a comma, dash, bracket or line break stands before it.
    pub(super) border: bool,
    /// Whether it stands alone as one letter: maybe part of a word written in spaced letters.
    single: bool,
    /// The token index plus one of the first word inside the quotation marks it stands in; 0 outside.
    pub(super) quoted_from: u32,
}

/// The words of `text`, with a [`STOP`] at the start, at the end and between sentences.
pub(super) fn tokens(text: &str, lexicon: &Lexicon) -> Vec<Token> {
    let mut cutter = Cutter {
        text,
        lexicon,
        found: Vec::with_capacity(text.len() / 5 + 2),
        border: false,
        quote: None,
        scratch: String::new(),
    };
    cutter.stop(0);
    cutter.run();
    cutter.stop(text.len());
    cutter.found
}

struct Cutter<'a> {
    text: &'a str,
    lexicon: &'a Lexicon,
    found: Vec<Token>,
    border: bool,
    /// The mark that closes the open quotation, and the index of its first token.
    quote: Option<(char, usize)>,
    scratch: String,
}

/// Signs that may stand for a letter inside a word.
const fn is_sign(c: char) -> bool {
    matches!(c, '\'' | '*' | '@' | '$' | '!')
}

impl Cutter<'_> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(first) = bytes.get(at) {
            if *first == b' ' {
                at += 1;
            } else if first.is_ascii_alphanumeric() {
                at = self.word_from(at, at + 1, false);
            } else {
                let c = self.char_at(at);
                let after = at + c.len_utf8();
                let opens_disguised = matches!(c, '$' | '@')
                    && self.char_at(after).is_alphanumeric()
                    && !self.char_before(at).is_alphanumeric();
                if c.is_alphanumeric() || opens_disguised {
                    at = self.word_from(at, after, opens_disguised);
                } else {
                    self.other(at, c);
                    at = after;
                }
            }
        }
    }

    /// The character at a byte; a space at the end of the text.
    fn char_at(&self, at: usize) -> char {
        match self.text.as_bytes().get(at) {
            Some(byte) if byte.is_ascii() => char::from(*byte),
            _ => self.text[at..].chars().next().unwrap_or(' '),
        }
    }

    /// The character before a byte; a space at the start of the text.
    fn char_before(&self, at: usize) -> char {
        self.text[..at].chars().next_back().unwrap_or(' ')
    }

    /// Reads the word whose first character stands at `start..end`, and says where it ends.
    fn word_from(&mut self, start: usize, mut end: usize, mut signs: bool) -> usize {
        let bytes = self.text.as_bytes();
        let single = end;
        loop {
            while bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
                end += 1;
            }
            let next = self.char_at(end);
            let after = end + next.len_utf8();
            let inside = if next.is_ascii() {
                is_sign(next) && self.goes_on(after)
            } else {
                next.is_alphanumeric() || is_combining_mark(next)
            };
            if !inside {
                break;
            }
            signs |= is_sign(next) && next != '\'';
            end = after;
        }
        self.word(start, end, signs, end == single);
        end
    }

    /// Whether a word goes on at `at`, past signs.
    fn goes_on(&self, at: usize) -> bool {
        let mut rest = self.text[at..].chars().take(4).skip_while(|c| *c == '*');
        rest.next().is_some_and(char::is_alphanumeric)
    }

    /// What is neither letter nor digit.
    fn other(&mut self, at: usize, c: char) {
        let (before, next) = (self.char_before(at), self.char_at(at + c.len_utf8()));
        let next_is_open = !next.is_alphanumeric();
        match c {
            '.' if before == '.' || next == '.' || before == '…' => self.border = true,
            '.' if next_is_open => self.stop(at),
            '!' | '?' | '。' | '！' | '？' => self.stop(at),
            '\n' if next == '\n' => self.stop(at),
            '\n' | ',' | ';' | ':' | '–' | '—' | '(' | ')' | '[' | ']' | '{' | '}' | '…' => {
                self.border = true;
            }
            '-' if before == ' ' && next == ' ' => self.border = true,
            '"' | '“' | '”' | '„' | '«' | '»' => self.quotation_mark(c),
            '\'' if !before.is_alphanumeric() && next.is_alphanumeric() && self.quote.is_none() => {
                self.quote = Some(('\'', self.found.len()));
                self.border = true;
            }
            '\'' if next_is_open
                && !before.is_whitespace()
                && self.quote.is_some_and(|(mark, _)| mark == '\'') =>
            {
                self.close_quote();
            }
            // Emoji and other signs that a rule names are words.
            c if !c.is_ascii() => {
                let reading = self.lexicon.read(&self.text[at..at + c.len_utf8()], &mut self.scratch);
                if let [word] = reading {
                    let word = *word;
                    self.push(word, at, at + c.len_utf8(), false);
                }
            }
            _ => {}
        }
    }

    fn quotation_mark(&mut self, c: char) {
        let closing = match c {
            '"' => '"',
            '“' | '„' => '”',
            '«' => '»',
            other => other,
        };
        match self.quote {
            Some((mark, _)) if mark == c || (mark == '”' && c == '“') => self.close_quote(),
            _ if c == '”' || c == '»' => {}
            _ => self.quote = Some((closing, self.found.len())),
        }
        self.border = true;
    }

    fn close_quote(&mut self) {
        if let Some((_, first)) = self.quote.take() {
            // None is left if single letters on both sides of the opening mark were joined.
            for token in self.found.get_mut(first..).unwrap_or_default() {
                token.quoted_from = first as u32 + 1;
            }
        }
        self.border = true;
    }

    fn stop(&mut self, at: usize) {
        self.join_single_letters();
        if self.found.last().is_none_or(|token| token.word != STOP) {
            self.push(STOP, at, at, false);
        }
        self.border = true;
    }

    /// `single` says that the word is one character.
    fn word(&mut self, start: usize, end: usize, signs: bool, single: bool) {
        if !single {
            self.join_single_letters();
        }
        match self.lexicon.as_written(self.text.as_bytes(), start, end) {
            Some(words) => words.iter().for_each(|word| self.push(*word, start, end, single)),
            None => return self.unusual_word(start, end, signs, single),
        }
        self.join_pair();
    }

    /// A word that is not in the lexicon as it is written.
    fn unusual_word(&mut self, start: usize, end: usize, signs: bool, single: bool) {
        let written = &self.text[start..end];
        let reading = self.lexicon.read(written, &mut self.scratch);
        if reading.is_empty() && signs && written.contains(is_sign) {
            // Not a disguise: signs between words that touch, such as "no!stop".
            return self.parts(start, end);
        }
        if !reading.is_empty() {
            for word in reading {
                self.push(*word, start, end, single);
            }
        } else if let Some(words) = self.run_together(written) {
            for word in words {
                self.push(word, start, end, false);
            }
        } else {
            self.push(UNKNOWN, start, end, single);
        }
        self.join_pair();
    }

    /// Reads the pieces between signs as words of their own.
    fn parts(&mut self, start: usize, end: usize) {
        let written = &self.text[start..end];
        for part in written.split(|c| is_sign(c) && c != '\'').filter(|part| !part.is_empty()) {
            let at = start + (part.as_ptr() as usize - written.as_ptr() as usize);
            let single = part.chars().nth(1).is_none();
            self.word(at, at + part.len(), false, single);
        }
    }

    /// "killmyself", "wanttodie": only tried when a grave word is inside.
    fn run_together(&self, written: &str) -> Option<Vec<WordId>> {
        let letters = self.scratch.as_bytes();
        (written.len() >= 8 && holds_grave_word(letters)).then(|| self.lexicon.cut(letters)).flatten()
    }

    /// Joins a pair such as "my self" or "sewer slide", and a weighty word broken in two ("sui cide").
    fn join_pair(&mut self) {
        let [.., first, second] = self.found.as_slice() else { return };
        if second.border {
            return;
        }
        if let Some(reading) = self.lexicon.pair(first.word, second.word) {
            let (start, end, border) = (first.start, second.end, first.border);
            let size = self.found.len();
            self.found.truncate(size - 2);
            self.border = border;
            for word in reading {
                self.push(*word, start as usize, end as usize, false);
            }
        } else if (first.word == UNKNOWN || second.word == UNKNOWN) && first.word != STOP {
            let (start, end, border) = (first.start as usize, second.end as usize, first.border);
            if (7..=12).contains(&(end - start))
                && let Some(word) = self.broken(start, end)
            {
                let keep = self.found.len() - 2;
                self.found.truncate(keep);
                self.border = border;
                self.push(word, start, end, false);
            }
        }
    }

    /// The weighty word that the letters at `start..end` spell.
    fn broken(&self, start: usize, end: usize) -> Option<WordId> {
        let written = self.text.get(start..end)?;
        if !written.is_ascii() {
            let joined: String = written.chars().filter(|c| c.is_alphanumeric()).collect();
            return self.lexicon.weighty(joined.to_lowercase().as_bytes());
        }
        let mut joined = [0; 12];
        let mut size = 0;
        for b in written.bytes().filter(u8::is_ascii_alphanumeric) {
            *joined.get_mut(size)? = b.to_ascii_lowercase();
            size += 1;
        }
        self.lexicon.weighty(&joined[..size])
    }

    fn push(&mut self, word: WordId, start: usize, end: usize, single: bool) {
        self.found.push(Token {
            word,
            start: start as u32,
            end: end as u32,
            border: std::mem::take(&mut self.border),
            single,
            quoted_from: 0,
        });
    }

    /// "k i l l", "s.u.i.c.i.d.e": a run of single letters becomes the words it spells.
    fn join_single_letters(&mut self) {
        const MOST: usize = 32;
        if !self.found.last().is_some_and(|token| token.single) {
            return;
        }
        let run = self.found.iter().rev().take(MOST).take_while(|token| token.single).count();
        if run < 3 {
            return;
        }
        let first = self.found.len() - run;
        let mut letters = String::with_capacity(run);
        let mut last_start = u32::MAX;
        for token in &self.found[first..] {
            // One written letter such as "u" may have become a word: its letter still counts.
            if token.start != last_start {
                letters.push_str(&super::lexicon::fold(&self.text[token.start as usize..token.end as usize]));
                last_start = token.start;
            }
        }
        if letters.len() < 3 {
            return;
        }
        if let Some(words) = self.lexicon.cut_disguised(&letters) {
            let (start, end) = (self.found[first].start as usize, self.found[first + run - 1].end as usize);
            self.border = self.found[first].border;
            self.found.truncate(first);
            for word in words {
                self.push(word, start, end, false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let mut lexicon = Lexicon::new();
        for word in ["kill", "myself", "i", "want", "to", "die", "end", "it", "🔫"] {
            lexicon.intern(word);
        }
        lexicon.add_weighty("suicide");
        lexicon.add_weighty("kill");
        lexicon.add_spelling("my self", "myself");
        lexicon.add_spelling("kms", "kill myself");
        let words = tokens(text, &lexicon);
        let shown = |token: &Token| match token.word {
            STOP => "|".to_owned(),
            UNKNOWN => "_".to_owned(),
            word => lexicon.word(word).to_owned(),
        };
        words.iter().map(shown).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_are_found_in_every_disguise() {
        for (text, words) in [
            ("I want to die.", "| i want to die |"),
            ("i.want.to.die", "| i want to die |"),
            ("k i l l myself", "| kill myself |"),
            ("k.i.l.l my self now", "| kill myself _ |"),
            ("k-y-s x k*ll", "| _ _ _ _ kill |"),
            ("s u i c i d e", "| suicide |"),
            ("sui cide", "| suicide |"),
            ("iwanttodie #killmyself", "| i want to die kill myself |"),
            ("want to\ndie", "| want to die |"),
            ("want to\n\ndie", "| want to | die |"),
            ("no!want", "| _ want |"),
            ("K M S", "| kill myself |"),
            ("die 🔫", "| die 🔫 |"),
            ("end it... die", "| end it die |"),
        ] {
            assert_eq!(read(text), words, "{text}");
        }
    }

    #[test]
    fn words_inside_quotation_marks_know_it() {
        let mut lexicon = Lexicon::new();
        lexicon.intern("die");
        for (text, quoted) in [
            ("he said \"die\" to me", true),
            ("he said 'die' to me", true),
            ("don't die, it's bad", false),
            ("\"die", false),
        ] {
            let found = tokens(text, &lexicon);
            let die = found.iter().find(|token| token.word > 2).map(|token| token.quoted_from > 0);
            assert_eq!(die, Some(quoted), "{text}");
        }
    }
}
