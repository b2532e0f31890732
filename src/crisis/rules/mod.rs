//! Phrase rules: what can be known about danger without any model, in microseconds.
//!
//! The rules are data, in `content/crisis/*.toml`, each with examples beside it. A text is cut
//! into words (`tokens`, `lexicon`, `disguise`), and these are read in windows of 120. Which patterns
//! are worth trying in a window is known from rare words and neighbours that they need (`sight`,
//! `keys`); these are matched (`pattern`, `program`, `window`), and each match is then read in its
//! scope: negation, idiom, past, other persons, quotation, story (`scope`). The cost grows linearly
//! with the text. This room knows nothing of models, HTTP or SQL.

mod disguise;
mod file;
mod keys;
mod lexicon;
mod pattern;
mod program;
mod scope;
mod sight;
#[cfg(test)]
mod tests;
mod tokens;
mod window;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use self::file::{Frame, Rule, RuleFile};
use self::lexicon::Lexicon;
use self::pattern::{PatternId, Patterns};
use self::scope::{Marks, Scope, ScopeWords};
use self::sight::{Desk, Sight, Use};
use self::tokens::Token;
use self::window::{STRIDE, WINDOW};
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
const EMBEDDED: [(&str, &str); 11] = [
    ("words.toml", include_str!("../../../content/crisis/words.toml")),
    ("scope.toml", include_str!("../../../content/crisis/scope.toml")),
    ("passive.toml", include_str!("../../../content/crisis/passive.toml")),
    ("active.toml", include_str!("../../../content/crisis/active.toml")),
    ("plan.toml", include_str!("../../../content/crisis/plan.toml")),
    ("imminent.toml", include_str!("../../../content/crisis/imminent.toml")),
    ("distress.toml", include_str!("../../../content/crisis/distress.toml")),
    ("others.toml", include_str!("../../../content/crisis/others.toml")),
    ("flags.toml", include_str!("../../../content/crisis/flags.toml")),
    ("flags_body.toml", include_str!("../../../content/crisis/flags_body.toml")),
    ("flags_people.toml", include_str!("../../../content/crisis/flags_people.toml")),
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
    sight: Sight,
    scope_words: ScopeWords,
    /// Desks that no search is using.
    desks: Mutex<Vec<Desk>>,
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
        let mut patterns = Patterns::new(scope_words.negations());
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
        let sight = Sight::new(&patterns, &lexicon, |pattern| match roles[pattern] {
            Role::Rule(_) => Use::Own,
            Role::With(_) | Role::Also(_) | Role::Without(_) => Use::Company,
            Role::Frame(_) | Role::Idiom => Use::Frame,
        });
        let scope_words = scope_words.finished(&lexicon);
        Ok(Self { lexicon, patterns, roles, rules: file.rule, sight, scope_words, desks: Mutex::default() })
    }

    /// Every place in `text` where a rule speaks, in the order of the text.
    ///
    /// `text` is best given as [`crate::entry::Entry::normalised`] has it: NFKC, without
    /// invisible characters. Words in a negation or an idiom give no match; words about others,
    /// the past, fiction and quotation give a match that says so.
    #[must_use]
    pub fn matches(&self, text: &str) -> Vec<RuleMatch> {
        let tokens = tokens::tokens(text, &self.lexicon);
        let desks = || self.desks.lock().unwrap_or_else(PoisonError::into_inner);
        let free = desks().pop();
        let mut desk = free.unwrap_or_else(|| Desk::new(&self.sight, &self.lexicon));
        desk.clear();
        let all = self.read(&tokens, &mut desk);
        desks().push(desk);
        all
    }

    /// Every place where a rule speaks.
    fn read(&self, tokens: &[Token], desk: &mut Desk) -> Vec<RuleMatch> {
        let mut own = self.own_places(tokens, desk);
        if own.is_empty() {
            return Vec::new();
        }
        let company = self.company_places(tokens, &own, desk);
        own.retain(|(rule, place)| company.fit(*rule, &self.rules[*rule], *place));
        if own.is_empty() {
            return Vec::new();
        }
        let marks = self.marks(tokens, desk);
        let scope = Scope::new(tokens, &marks, &self.scope_words);
        let mut all = Vec::new();
        for (rule, place) in own {
            let rule = &self.rules[rule];
            if let Some((about, time)) = scope.read(rule, place) {
                all.push(rule_match(rule, place, about, time, tokens));
            }
        }
        all.sort_by(|a, b| (a.start, a.end, &a.rule).cmp(&(b.start, b.end, &b.rule)));
        all.dedup();
        all
    }

    /// Where the rules' own patterns match.
    fn own_places(&self, tokens: &[Token], desk: &mut Desk) -> Vec<Place> {
        let mut own = Vec::new();
        self.look(
            Use::Own,
            windows(tokens),
            |_| true,
            desk,
            |role, stretch| {
                if let Role::Rule(rule) = role {
                    own.push((rule, stretch));
                }
            },
        );
        sort(&mut own);
        own
    }

    /// Frames and idioms.
    fn marks(&self, tokens: &[Token], desk: &mut Desk) -> Marks {
        let mut marks = Marks::new(tokens);
        self.look(
            Use::Frame,
            windows(tokens),
            |_| true,
            desk,
            |role, stretch| match role {
                Role::Frame(frame) => marks.frame(frame, stretch),
                Role::Idiom => marks.idiom(stretch),
                Role::Rule(_) | Role::With(_) | Role::Also(_) | Role::Without(_) => {}
            },
        );
        marks
    }

    /// Where the company of those rules that matched is found, as far as it can matter.
    fn company_places(&self, tokens: &[Token], own: &[Place], desk: &mut Desk) -> Company {
        // Windows, and the rules that may find company in them.
        let mut wanted: Vec<(usize, usize)> = Vec::new();
        let last_window = windows(tokens).len() - 1;
        for (rule, stretch) in own {
            // A match and what is near it lie in these windows.
            let first = stretch.0.saturating_sub(NEAR + WINDOW - STRIDE) / STRIDE;
            let last = ((stretch.1 + NEAR) / STRIDE).min(last_window);
            wanted.extend((first.min(last)..=last).map(|window| (window, *rule)));
        }
        wanted.sort_unstable();
        wanted.dedup();
        let mut company = Company::default();
        for same in wanted.chunk_by(|a, b| a.0 == b.0) {
            let is_wanted = |rule: usize| same.binary_search(&(same[0].0, rule)).is_ok();
            let is_wanted = |role| match role {
                Role::With(rule) | Role::Also(rule) | Role::Without(rule) => is_wanted(rule),
                _ => false,
            };
            let window = std::iter::once(window(tokens, same[0].0));
            self.look(Use::Company, window, is_wanted, desk, |role, stretch| match role {
                Role::With(rule) => company.with.push((rule, stretch)),
                Role::Also(rule) => company.also.push((rule, stretch)),
                Role::Without(rule) => company.without.push((rule, stretch)),
                _ => {}
            });
        }
        for list in [&mut company.with, &mut company.also, &mut company.without] {
            sort(list);
        }
        company
    }

    /// Looks for patterns whose role is `wanted`, window by window.
    fn look<'t>(
        &self,
        which: Use,
        windows: impl Iterator<Item = (usize, &'t [Token])>,
        wanted: impl Fn(Role) -> bool,
        desk: &mut Desk,
        mut on: impl FnMut(Role, Stretch),
    ) {
        for (from, tokens) in windows {
            let words = tokens.iter().map(|token| token.word);
            let wanted = |pattern: PatternId| wanted(self.roles[pattern]);
            self.sight.find(&self.patterns, which, (from, words), wanted, desk);
            for one in &desk.found {
                on(self.roles[one.pattern], (from + one.first, from + one.end));
            }
        }
    }
}

/// A rule, and a stretch of words that one of its patterns matched.
type Place = (usize, Stretch);

/// Where the company of rules is found, sorted.
#[derive(Default)]
struct Company {
    with: Vec<Place>,
    also: Vec<Place>,
    without: Vec<Place>,
}

impl Company {
    /// Whether a match has the company that its rule asks for, and none that it forbids.
    fn fit(&self, at: usize, rule: &Rule, place: Stretch) -> bool {
        let near = rule.near.min(NEAR);
        (rule.with.is_empty() || has_near(of_rule(&self.with, at), place, near, false))
            && (rule.also.is_empty() || has_near(of_rule(&self.also, at), place, near, false))
            && !has_near(of_rule(&self.without, at), place, OBJECTION, true)
    }
}

fn of_rule(sorted: &[Place], rule: usize) -> &[Place] {
    let from = sorted.partition_point(|place| place.0 < rule);
    let to = from + sorted[from..].partition_point(|place| place.0 == rule);
    &sorted[from..to]
}

fn sort(places: &mut Vec<Place>) {
    places.sort_unstable();
    places.dedup();
}

/// The overlapping windows of a text, each with the place of its first word.
fn windows(tokens: &[Token]) -> impl ExactSizeIterator<Item = (usize, &[Token])> {
    let count = tokens.len().saturating_sub(WINDOW).div_ceil(STRIDE) + 1;
    (0..count).map(move |at| window(tokens, at))
}

fn window(tokens: &[Token], at: usize) -> (usize, &[Token]) {
    let from = at * STRIDE;
    (from, &tokens[from..(from + WINDOW).min(tokens.len())])
}

/// Whether one of the sorted places of a rule starts at most `near` words before or after `place`;
/// one that lies within it counts only if `within`: a match is no company to itself.
fn has_near(sorted: &[Place], place: Stretch, near: usize, within: bool) -> bool {
    let from = sorted.partition_point(|(_, stretch)| stretch.0 < place.0.saturating_sub(near));
    sorted[from..]
        .iter()
        .map(|(_, stretch)| stretch)
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
