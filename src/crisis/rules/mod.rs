//! Phrase rules: what can be known about danger without any model, in microseconds.
//!
//! The rules are data, in `content/crisis/*.toml`, each with examples beside it. A text is cut
//! into words, patterns are matched in windows of 120 words (see `pattern` and `window`), and each match is
//! then read in its scope: negation, idiom, past, other persons, quotation, story (see `scope`).
//! The cost grows linearly with the text. This room knows nothing of models, HTTP or SQL.

mod file;
mod lexicon;
mod pattern;
mod scope;
#[cfg(test)]
mod tests;
mod tokens;
mod window;

use std::collections::HashMap;

use self::file::{Frame, Rule, RuleFile};
use self::lexicon::Lexicon;
use self::pattern::{PatternId, Patterns};
use self::scope::{Marks, Scope, ScopeWords};
use self::tokens::Token;
use self::window::{Found, STRIDE, WINDOW, Window};
use super::level::{About, Flag, Level, Medical, Time};

/// Why rules could not be read. Rules are content, so the messages may quote them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// A file is not the TOML that rules are written in.
    #[error("The rule file {file} cannot be read: {why} Correct it there.")]
    File {
        /// Its name.
        file: String,
        /// What the parser says.
        why: String,
    },
    /// A pattern cannot be read.
    #[error("The pattern `{pattern}` cannot be read: {why}. Correct it in the rule file.")]
    Pattern {
        /// The pattern as written.
        pattern: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Two rules have one name.
    #[error("Two rules are called `{id}`. Rename one of them.")]
    Duplicate {
        /// The name.
        id: String,
    },
}

/// A place in a text where a rule speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleMatch {
    /// The rule's name.
    pub rule: String,
    /// The level that the words speak of, whomever they concern and whenever it was.
    /// [`RuleMatch::present_level`] is the level that counts for the writer now.
    pub level: Level,
    /// The flags that the rule raises.
    pub flags: Vec<Flag>,
    /// Whom the words concern.
    pub about: About,
    /// When it holds.
    pub time: Time,
    /// How pressing a bodily danger the words speak of.
    pub medical: Medical,
    /// Whether the model may never lower it.
    pub sure: bool,
    /// First byte of the words in the text that was searched.
    pub start: usize,
    /// One past their last byte.
    pub end: usize,
}

impl RuleMatch {
    /// The level that counts as present risk to the writer: `none` for others, fiction,
    /// quotation and the plain past.
    #[must_use]
    pub fn present_level(&self) -> Level {
        if self.about == About::Oneself && self.time == Time::Present { self.level } else { Level::None }
    }
}

/// The rule files that the program carries.
const EMBEDDED: [(&str, &str); 9] = [
    ("words.toml", include_str!("../../../content/crisis/words.toml")),
    ("scope.toml", include_str!("../../../content/crisis/scope.toml")),
    ("passive.toml", include_str!("../../../content/crisis/passive.toml")),
    ("active.toml", include_str!("../../../content/crisis/active.toml")),
    ("plan.toml", include_str!("../../../content/crisis/plan.toml")),
    ("imminent.toml", include_str!("../../../content/crisis/imminent.toml")),
    ("distress.toml", include_str!("../../../content/crisis/distress.toml")),
    ("others.toml", include_str!("../../../content/crisis/others.toml")),
    ("flags.toml", include_str!("../../../content/crisis/flags.toml")),
];

/// What a pattern is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Rule(usize),
    With(usize),
    Also(usize),
    Without(usize),
    Frame(Frame),
    Idiom,
}

/// Phrase rules, read and ready.
pub struct RuleSet {
    lexicon: Lexicon,
    patterns: Patterns,
    roles: Vec<Role>,
    rules: Vec<Rule>,
    /// For each rule, the patterns that its `with`, `also` and `without` name.
    company: Vec<Vec<PatternId>>,
    scope_words: ScopeWords,
}

impl std::fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RuleSet({} rules, {} patterns)", self.rules.len(), self.roles.len())
    }
}

/// The farthest, in words, that company can be from a match.
const NEAR: usize = 60;

/// The farthest, in words, that what silences a rule can be from a match. Short: in a long
/// text everyday words are never far, and in doubt the rule speaks.
const OBJECTION: usize = 12;

/// A stretch of words that a pattern matched: first word and one past the last.
type Stretch = (usize, usize);

impl RuleSet {
    /// The rules that the program carries.
    ///
    /// # Errors
    /// [`RuleError`] if they were edited and cannot be read.
    pub fn embedded() -> Result<Self, RuleError> {
        Self::parse(&EMBEDDED)
    }

    /// Reads rule files, each a name and its TOML text, as one rule set.
    ///
    /// # Errors
    /// [`RuleError`] if a file or a pattern cannot be read, or two rules have one name.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, RuleError> {
        let mut all = RuleFile::default();
        for (name, text) in files {
            let file: RuleFile = toml::from_str(text)
                .map_err(|error| RuleError::File { file: (*name).to_owned(), why: error.to_string() })?;
            all.class.extend(file.class);
            all.spelling.extend(file.spelling);
            all.weighty.extend(file.weighty);
            all.idioms.extend(file.idioms);
            all.rule.extend(file.rule);
            for (list, words) in file.scope {
                all.scope.entry(list).or_default().extend(words);
            }
            for (frame, patterns) in file.frame {
                all.frame.entry(frame).or_default().extend(patterns);
            }
        }
        Self::build(all)
    }

    fn build(file: RuleFile) -> Result<Self, RuleError> {
        let mut lexicon = Lexicon::new();
        for (written, meant) in &file.spelling {
            lexicon.add_spelling(written, meant);
        }
        for word in &file.weighty {
            lexicon.add_weighty(word);
        }
        let scope_words = ScopeWords::new(&file.scope, &mut lexicon);
        let mut patterns = Patterns::new(scope_words.negations().to_vec());
        let mut roles = Vec::new();
        let mut add = |sources: &[String], role: Role, lexicon: &mut Lexicon| {
            for source in sources {
                patterns.add(source, &file.class, lexicon)?;
                roles.push(role);
            }
            Ok(())
        };
        add(&file.idioms, Role::Idiom, &mut lexicon)?;
        for (frame, sources) in &file.frame {
            add(sources, Role::Frame(*frame), &mut lexicon)?;
        }
        let mut names = HashMap::new();
        for (at, rule) in file.rule.iter().enumerate() {
            if names.insert(rule.id.as_str(), at).is_some() {
                return Err(RuleError::Duplicate { id: rule.id.clone() });
            }
            add(&rule.patterns, Role::Rule(at), &mut lexicon)?;
            add(&rule.with, Role::With(at), &mut lexicon)?;
            add(&rule.also, Role::Also(at), &mut lexicon)?;
            add(&rule.without, Role::Without(at), &mut lexicon)?;
        }
        let mut company = vec![Vec::new(); file.rule.len()];
        for (pattern, role) in roles.iter().enumerate() {
            if let Role::With(rule) | Role::Also(rule) | Role::Without(rule) = role {
                company[*rule].push(pattern);
            }
        }
        // The company of a rule matters only where the rule itself has matched.
        patterns.finish(&lexicon, |pattern| {
            matches!(roles[pattern], Role::Rule(_) | Role::Frame(_) | Role::Idiom)
        });
        let scope_words = scope_words.finished(&lexicon);
        Ok(Self { lexicon, patterns, roles, rules: file.rule, company, scope_words })
    }

    /// Every place in `text` where a rule speaks, in the order of the text.
    ///
    /// `text` is best given as [`crate::entry::Entry::normalised`] has it: NFKC, without
    /// invisible characters. Words in a negation or an idiom give no match; words about others,
    /// the past, fiction and quotation give a match that says so.
    #[must_use]
    pub fn matches(&self, text: &str) -> Vec<RuleMatch> {
        let tokens = tokens::tokens(text, &self.lexicon);
        let mut marks = Marks::new(&tokens);
        let mut places = self.places(&tokens, &mut marks);
        self.find_company(&tokens, &mut places);
        let scope = Scope::new(&tokens, &marks, &self.scope_words);
        let mut all = Vec::new();
        for (rule, places) in self.rules.iter().zip(&places) {
            for place in &places.own {
                if places.fit(rule, *place)
                    && let Some((about, time)) = scope.read(rule, *place)
                {
                    all.push(rule_match(rule, *place, about, time, &tokens));
                }
            }
        }
        all.sort_by(|a, b| (a.start, a.end, &a.rule).cmp(&(b.start, b.end, &b.rule)));
        all.dedup();
        all
    }

    /// Where each rule's own patterns match; frames and idioms go into `marks`.
    fn places(&self, tokens: &[Token], marks: &mut Marks) -> Vec<Places> {
        let mut places: Vec<Places> = self.rules.iter().map(|_| Places::default()).collect();
        let mut window = Window::new(&self.patterns);
        let mut found: Vec<Found> = Vec::new();
        for (from, words) in windows(tokens) {
            window.find(&self.patterns, words.iter().map(|token| token.word), &mut found);
            for one in found.drain(..) {
                let stretch = (from + one.first, from + one.end);
                match self.roles[one.pattern] {
                    Role::Rule(rule) => places[rule].own.push(stretch),
                    Role::Frame(frame) => marks.frame(frame, stretch),
                    Role::Idiom => marks.idiom(stretch),
                    Role::With(_) | Role::Also(_) | Role::Without(_) => {}
                }
            }
        }
        for place in &mut places {
            sort(&mut place.own);
        }
        places
    }

    /// Where the company of those rules that matched is found, as far as it can matter.
    fn find_company(&self, tokens: &[Token], places: &mut [Places]) {
        let all: Vec<(usize, &[Token])> = windows(tokens).collect();
        let mut wanted: Vec<Vec<usize>> = vec![Vec::new(); all.len()];
        for (rule, place) in places.iter().enumerate().filter(|(rule, _)| !self.company[*rule].is_empty()) {
            for stretch in &place.own {
                // A match and what is near it lie in these windows.
                let first = stretch.0.saturating_sub(NEAR + WINDOW - STRIDE) / STRIDE;
                let last = ((stretch.1 + NEAR) / STRIDE).min(all.len() - 1);
                for list in &mut wanted[first.min(last)..=last] {
                    if list.last() != Some(&rule) {
                        list.push(rule);
                    }
                }
            }
        }
        let mut window = Window::new(&self.patterns);
        let mut found: Vec<Found> = Vec::new();
        for ((from, words), rules) in all.into_iter().zip(wanted) {
            if rules.is_empty() {
                continue;
            }
            let these = rules.iter().flat_map(|rule| self.company[*rule].iter().copied());
            window.find_these(&self.patterns, words.iter().map(|token| token.word), these, &mut found);
            for one in found.drain(..) {
                let stretch = (from + one.first, from + one.end);
                match self.roles[one.pattern] {
                    Role::With(rule) => places[rule].with.push(stretch),
                    Role::Also(rule) => places[rule].also.push(stretch),
                    Role::Without(rule) => places[rule].without.push(stretch),
                    Role::Rule(_) | Role::Frame(_) | Role::Idiom => {}
                }
            }
        }
        for place in places {
            for list in [&mut place.with, &mut place.also, &mut place.without] {
                sort(list);
            }
        }
    }
}

/// Where the patterns of one rule match, sorted.
#[derive(Default)]
struct Places {
    own: Vec<Stretch>,
    with: Vec<Stretch>,
    also: Vec<Stretch>,
    without: Vec<Stretch>,
}

impl Places {
    /// Whether a match has the company that its rule asks for, and none that it forbids.
    fn fit(&self, rule: &Rule, place: Stretch) -> bool {
        (rule.with.is_empty() || has_near(&self.with, place, rule.near.min(NEAR), false))
            && (rule.also.is_empty() || has_near(&self.also, place, rule.near.min(NEAR), false))
            && !has_near(&self.without, place, OBJECTION, true)
    }
}

fn sort(stretches: &mut Vec<Stretch>) {
    stretches.sort_unstable();
    stretches.dedup();
}

/// The overlapping windows of a text, each with the place of its first word.
fn windows(tokens: &[Token]) -> impl Iterator<Item = (usize, &[Token])> {
    let count = tokens.len().saturating_sub(WINDOW).div_ceil(STRIDE) + 1;
    (0..count).map(move |at| {
        let from = at * STRIDE;
        (from, &tokens[from..(from + WINDOW).min(tokens.len())])
    })
}

/// Whether one of the sorted stretches starts at most `near` words before or after `place`;
/// one that lies within it counts only if `within`: a match is no company to itself.
fn has_near(sorted: &[Stretch], place: Stretch, near: usize, within: bool) -> bool {
    let from = sorted.partition_point(|stretch| stretch.0 < place.0.saturating_sub(near));
    sorted[from..]
        .iter()
        .take_while(|stretch| stretch.0 <= place.1 + near)
        .any(|stretch| within || stretch.0 < place.0 || stretch.1 > place.1)
}

fn rule_match(rule: &Rule, stretch: Stretch, about: About, time: Time, tokens: &[Token]) -> RuleMatch {
    // Sentence ends that a pattern names are not part of the words.
    let words = tokens[stretch.0..stretch.1].iter().filter(|token| token.word != lexicon::STOP);
    let start = words.clone().map(|token| token.start).min().unwrap_or_default();
    let end = words.map(|token| token.end).max().unwrap_or(start);
    RuleMatch {
        rule: rule.id.clone(),
        level: rule.level,
        flags: rule.flags.clone(),
        about,
        time,
        medical: rule.medical,
        sure: rule.sure && about == About::Oneself && time == Time::Present,
        start: start as usize,
        end: end as usize,
    }
}
