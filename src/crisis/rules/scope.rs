//! How a match is to be read: denied, idiom, past, about someone else, quoted, told.
//!
//! In doubt the rule speaks: a wrapper such as quotation marks, a pasted instruction or a story's
//! title takes nothing back unless the words are clearly not the writer's own.

use std::collections::BTreeMap;

use super::Stretch;
use super::file::{Frame, Rule, ScopeWord};
use super::lexicon::{Lexicon, STOP, WordId};
use super::tokens::Token;
use crate::crisis::level::{About, Level, Time};

/// The words that decide scope, as bits per word.
pub(super) struct ScopeWords {
    lists: Vec<(ScopeWord, Vec<WordId>)>,
    bits: Vec<u8>,
}

const fn bit(list: ScopeWord) -> u8 {
    1 << match list {
        ScopeWord::Negation => 0,
        ScopeWord::Turning => 1,
        ScopeWord::Carrying => 2,
        ScopeWord::Ending => 3,
        ScopeWord::Oneself => 4,
        ScopeWord::Others => 5,
        ScopeWord::PastVerb => 6,
        ScopeWord::PresentVerb => 7,
    }
}

impl ScopeWords {
    pub(super) fn new(lists: &BTreeMap<ScopeWord, Vec<String>>, lexicon: &mut Lexicon) -> Self {
        let lists = lists
            .iter()
            .map(|(list, words)| (*list, words.iter().map(|word| lexicon.intern(word)).collect()));
        Self { lists: lists.collect(), bits: Vec::new() }
    }

    /// Once all words are known.
    pub(super) fn finished(mut self, lexicon: &Lexicon) -> Self {
        self.bits = vec![0; lexicon.len()];
        for (list, words) in &self.lists {
            for word in words {
                self.bits[*word as usize] |= bit(*list);
            }
        }
        self
    }

    /// The words that deny.
    pub(super) fn negations(&self) -> &[WordId] {
        self.lists.iter().find(|(list, _)| *list == ScopeWord::Negation).map_or(&[], |(_, words)| words)
    }

    fn is(&self, token: &Token, list: ScopeWord) -> bool {
        self.bits.get(token.word as usize).is_some_and(|bits| bits & bit(list) != 0)
    }
}

/// What frames and idioms left in a text.
pub(super) struct Marks {
    /// The number of the sentence that each word stands in.
    sentence_of: Vec<u32>,
    /// For each sentence, its frames as bits.
    frames: Vec<u8>,
    /// For each word, whether it is part of an idiom.
    idiom: Vec<bool>,
    /// For each word, whether it ends the naming of another speaker.
    speaker: Vec<bool>,
    /// For each word, one past the last of those after it that stand in the same quotation.
    quotation_end: Vec<u32>,
}

const fn frame_bit(frame: Frame) -> u8 {
    1 << match frame {
        Frame::Past => 0,
        Frame::Present => 1,
        Frame::Joke => 2,
        Frame::Story => 3,
        Frame::Words => 4,
        Frame::Speaker => 5,
    }
}

impl Marks {
    pub(super) fn new(tokens: &[Token]) -> Self {
        let mut sentence = 0;
        let sentence_of: Vec<u32> = tokens
            .iter()
            .map(|token| {
                if token.word == STOP {
                    sentence += 1;
                }
                sentence
            })
            .collect();
        let mut quotation_end: Vec<u32> = (1..=tokens.len() as u32).collect();
        for at in (1..tokens.len()).rev() {
            if tokens[at - 1].quoted_from == tokens[at].quoted_from {
                quotation_end[at - 1] = quotation_end[at];
            }
        }
        Self {
            quotation_end,
            frames: vec![0; sentence as usize + 1],
            idiom: vec![false; tokens.len()],
            speaker: vec![false; tokens.len()],
            sentence_of,
        }
    }

    pub(super) fn frame(&mut self, frame: Frame, stretch: Stretch) {
        let last = stretch.1 - 1;
        self.frames[self.sentence_of[last] as usize] |= frame_bit(frame);
        if frame == Frame::Speaker {
            self.speaker[last] = true;
        }
    }

    pub(super) fn idiom(&mut self, stretch: Stretch) {
        self.idiom[stretch.0..stretch.1].fill(true);
    }
}

/// Reads matches of one text.
pub(super) struct Scope<'a> {
    tokens: &'a [Token],
    marks: &'a Marks,
    words: &'a ScopeWords,
}

impl<'a> Scope<'a> {
    pub(super) const fn new(tokens: &'a [Token], marks: &'a Marks, words: &'a ScopeWords) -> Self {
        Self { tokens, marks, words }
    }

    /// Whom a match concerns and when, or nothing if it is denied, idiom or joke.
    pub(super) fn read(&self, rule: &Rule, stretch: Stretch) -> Option<(About, Time)> {
        // A pattern may name the end of the sentence before: that sentence is not its scope.
        let opens = self.tokens[stretch.0..stretch.1].iter().position(|token| token.word != STOP)?;
        let stretch = (stretch.0 + opens, stretch.1);
        let idiom = || self.marks.idiom[stretch.0..stretch.1].iter().any(|idiom| *idiom);
        if !rule.literal && (idiom() || self.is_denied(stretch)) {
            return None;
        }
        if !rule.sure && rule.level > Level::Distress && self.has(stretch, Frame::Joke) {
            return None;
        }
        Some((self.about(rule, stretch), self.time(stretch)))
    }

    fn has(&self, stretch: Stretch, frame: Frame) -> bool {
        self.frames_at(stretch.1 - 1) & frame_bit(frame) != 0
    }

    fn frames_at(&self, token: usize) -> u8 {
        self.marks.frames[self.marks.sentence_of[token] as usize]
    }

    /// The words before a match in its clause, the nearest first.
    fn before(&self, first: usize, most: usize) -> impl Iterator<Item = &Token> {
        let mut open = !self.tokens[first].border;
        self.tokens[..first].iter().rev().take(most).take_while(move |token| {
            let inside = open && token.word != STOP;
            open &= !token.border;
            inside
        })
    }

    /// "I don't want to …", "never …", "not that I …"; but not "not only", "can't stop …".
    fn is_denied(&self, (first, _): Stretch) -> bool {
        // Once the writer is named, only "not that I", "not saying I" and the like deny.
        let mut named = self.words.is(&self.tokens[first], ScopeWord::Oneself);
        let mut nearer: Option<&Token> = None;
        for token in self.before(first, 6) {
            if self.words.is(token, ScopeWord::Negation) {
                return match nearer {
                    Some(next) if named => self.words.is(next, ScopeWord::Carrying),
                    Some(next) => !self.words.is(next, ScopeWord::Turning),
                    None => !named,
                };
            }
            if self.words.is(token, ScopeWord::Ending) {
                return false;
            }
            named |= self.words.is(token, ScopeWord::Oneself);
            nearer = Some(token);
        }
        false
    }

    fn time(&self, stretch: Stretch) -> Time {
        let own = || self.tokens[stretch.0..stretch.1].iter().chain(self.before(stretch.0, 3));
        let in_past = own().any(|token| self.words.is(token, ScopeWord::PastVerb));
        let in_present = own().any(|token| self.words.is(token, ScopeWord::PresentVerb));
        let sentence = self.marks.sentence_of[stretch.1 - 1] as usize;
        let framed = |sentence: usize, frame| self.marks.frames[sentence] & frame_bit(frame) != 0;
        let told_as_past = framed(sentence, Frame::Past) && (in_past || !in_present);
        let told_before = sentence > 0 && framed(sentence - 1, Frame::Past) && in_past && !in_present;
        if (told_as_past || told_before) && !framed(sentence, Frame::Present) {
            Time::Past
        } else {
            Time::Present
        }
    }

    fn about(&self, rule: &Rule, stretch: Stretch) -> About {
        let told = self.told();
        if rule.about != About::Oneself {
            return told(stretch).unwrap_or(rule.about);
        }
        let first = stretch.0;
        if self.named_speaker(stretch) {
            return told(stretch).unwrap_or(About::Other);
        }
        let says_who =
            self.tokens[first..stretch.1].iter().any(|token| self.words.is(token, ScopeWord::Oneself));
        let quoted = self.tokens[first].quoted_from > 0;
        if quoted && let Some(about) = told(stretch) {
            return about;
        }
        if says_who {
            return About::Oneself;
        }
        // Words without a subject belong to the nearest one before them.
        for token in self.before(first, 5) {
            if self.words.is(token, ScopeWord::Oneself) {
                return About::Oneself;
            }
            if self.words.is(token, ScopeWord::Others) {
                return told(stretch).unwrap_or(About::Other);
            }
        }
        told(stretch).unwrap_or(About::Oneself)
    }

    /// Whether the sentence tells of a story, or of a song, a text, the news. Words in quotation
    /// marks take that from the two sentences before, too.
    fn told(&self) -> impl Fn(Stretch) -> Option<About> {
        |stretch| {
            let last = self.marks.sentence_of[stretch.1 - 1] as usize;
            let quoted = self.tokens[stretch.0].quoted_from > 0;
            let first = if quoted { last.saturating_sub(2) } else { last };
            let has = |frame| self.marks.frames[first..=last].iter().any(|bits| bits & frame_bit(frame) != 0);
            if has(Frame::Story) {
                Some(About::Fiction)
            } else if has(Frame::Words) {
                Some(About::Quotation)
            } else {
                None
            }
        }
    }

    /// Whether someone else is said to say it: right before the words, or before or after the
    /// quotation that they stand in.
    fn named_speaker(&self, (first, end): Stretch) -> bool {
        let token = &self.tokens[first];
        let named = |from: usize, to: usize| {
            self.marks.speaker[from..to.min(self.marks.speaker.len())].iter().any(|named| *named)
        };
        if named(first.saturating_sub(2), first) {
            return true;
        }
        if token.quoted_from == 0 {
            return false;
        }
        let opening = token.quoted_from as usize - 1;
        let last = end - 1;
        let goes_on = self.tokens[last].quoted_from == token.quoted_from;
        let closing = if goes_on { self.marks.quotation_end[last] as usize } else { last };
        named(opening.saturating_sub(5), opening) || named(closing, closing + 5)
    }
}
