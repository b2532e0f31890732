//! Replies that hold for many moments, and the fixed sayings: data in `content/parts/`, written by
//! hand for this program. No clinician has reviewed them yet.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::act::Act;
use super::dialogue::{Saying, Wanted};
use super::stage::{Role, Stage, State};

/// Where the name of the part goes.
const PART: &str = "{part}";
/// Where the person's words go.
const WORDS: &str = "{words}";
/// Words of an answer that says little else than a cue.
const BRIEF: usize = 7;
/// Words of a reply of the bank.
const LENGTH: std::ops::RangeInclusive<usize> = 4..=45;

/// The files of replies, by name.
const FILES: [(&str, &str); 8] = [
    ("replies_a.jsonl", include_str!("../../content/parts/replies_a.jsonl")),
    ("replies_b.jsonl", include_str!("../../content/parts/replies_b.jsonl")),
    ("replies_c.jsonl", include_str!("../../content/parts/replies_c.jsonl")),
    ("replies_d.jsonl", include_str!("../../content/parts/replies_d.jsonl")),
    ("replies_e.jsonl", include_str!("../../content/parts/replies_e.jsonl")),
    ("replies_f.jsonl", include_str!("../../content/parts/replies_f.jsonl")),
    ("acts_a.jsonl", include_str!("../../content/parts/acts_a.jsonl")),
    ("acts_b.jsonl", include_str!("../../content/parts/acts_b.jsonl")),
];

/// Which parts a reply is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForRole {
    /// Any part.
    #[default]
    Any,
    /// A protector that keeps things in hand.
    Manager,
    /// A protector that puts out fires.
    Firefighter,
    /// A vulnerable part.
    Exile,
}

impl ForRole {
    /// Whether it suits a part of this role, if one is known.
    #[must_use]
    pub fn suits(self, role: Option<Role>) -> bool {
        match self {
            Self::Any => true,
            Self::Manager => role == Some(Role::Manager),
            Self::Firefighter => role == Some(Role::Firefighter),
            Self::Exile => role == Some(Role::Exile),
        }
    }
}

/// When a reply can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// At a step, to a person in a state.
    Step(Stage, State),
    /// Where those that protect a vulnerable part have to be asked first.
    Leave,
    /// At any step, to what the person does.
    Act(Act),
}

/// A reply of the bank.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Row")]
pub struct Line {
    /// Unique in the bank.
    pub id: String,
    /// When it can be said.
    pub occasion: Occasion,
    /// Which parts it is for.
    pub role: ForRole,
    /// Words of which the person must have said one.
    pub cues: Vec<String>,
    /// Whether little else may have been said: a "maybe" that is the whole answer is one.
    pub brief: bool,
    /// Whether what cues it is answered before anything else, whatever step the talk is at: who says that
    /// somebody died is not asked what shape it has.
    pub comes_first: bool,
    /// What it says, with slots.
    pub text: String,
}

/// A reply as it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    stage: Option<Stage>,
    state: Option<State>,
    act: Option<Act>,
    #[serde(default)]
    role: ForRole,
    #[serde(default)]
    asks_leave: bool,
    #[serde(default)]
    cues: Vec<String>,
    #[serde(default)]
    brief: bool,
    #[serde(default)]
    comes_first: bool,
    text: String,
}

impl TryFrom<Row> for Line {
    type Error = &'static str;

    fn try_from(row: Row) -> Result<Self, Self::Error> {
        let occasion = match (row.stage, row.state, row.act) {
            (Some(_), Some(_), None) if row.asks_leave => Occasion::Leave,
            (Some(stage), Some(state), None) => Occasion::Step(stage, state),
            (None, None, Some(act)) if !row.asks_leave => Occasion::Act(act),
            _ => return Err("it needs `stage` and `state`, or `act` alone"),
        };
        let Row { id, role, cues, brief, comes_first, text, .. } = row;
        Ok(Self { id, occasion, role, cues, brief, comes_first, text })
    }
}

impl Line {
    /// Whether it answers what is wanted. What the person tells can also be answered with what the first
    /// step has for such words.
    #[must_use]
    pub fn answers(&self, wanted: Wanted) -> bool {
        match self.occasion {
            Occasion::Leave => wanted.asks_leave,
            _ if wanted.asks_leave => false,
            Occasion::Act(act) => wanted.act == Some(act),
            Occasion::Step(Stage::Find, State::Open) if wanted.act.is_some_and(Act::tells) => {
                !self.cues.is_empty()
            }
            Occasion::Step(stage, state) => {
                wanted.act.is_none() && stage == wanted.stage && state == wanted.state
            }
        }
    }

    /// The step it belongs to, if it belongs to one.
    #[must_use]
    pub const fn stage(&self) -> Option<Stage> {
        match self.occasion {
            Occasion::Step(stage, _) => Some(stage),
            Occasion::Leave | Occasion::Act(_) => None,
        }
    }

    /// Whether the person's words, in plain form, hold one of its cues.
    #[must_use]
    pub fn is_cued_by(&self, said: &str) -> bool {
        let spoken = format!(" {said} ");
        let short = !self.brief || said.split(' ').count() <= BRIEF;
        short && self.cues.iter().any(|cue| spoken.contains(&format!(" {cue} ")))
    }

    /// Whether the person's words go into it.
    #[must_use]
    pub fn quotes(&self) -> bool {
        self.text.contains(WORDS)
    }

    /// The reply, with the part's name and the person's words; `None` if it needs one that is not
    /// there.
    #[must_use]
    pub fn fill(&self, part: Option<&str>, words: Option<&str>) -> Option<String> {
        let text = if self.text.contains(PART) { named(&self.text, part?) } else { self.text.clone() };
        if !text.contains(WORDS) {
            return Some(text);
        }
        Some(quoted(&text, words?))
    }
}

/// A text with the name in its place, with a capital where a sentence begins with it.
fn named(text: &str, part: &str) -> String {
    match text.split_once(PART) {
        None => text.to_owned(),
        Some((before, after)) => {
            let begins = before.trim_end().is_empty() || before.trim_end().ends_with(['.', '?', ':']);
            let name = if begins { capitalised(part) } else { part.to_owned() };
            format!("{before}{name}{after}")
        }
    }
}

/// A text with the person's words in quotation marks in their place.
pub(super) fn quoted(text: &str, words: &str) -> String {
    text.replace(WORDS, &format!("“{words}”"))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Why the bank could not be used.
#[derive(Debug, thiserror::Error)]
pub enum RepliesError {
    /// A line is not a reply.
    #[error("content/parts/{file}, line {line}: {problem}. Correct the line.")]
    Line {
        /// The file.
        file: &'static str,
        /// From 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A file of rules, echoes or sayings cannot be read.
    #[error("A file of content/parts can't be read ({0}). Correct it there.")]
    Toml(#[from] toml::de::Error),
    /// A saying is missing.
    #[error("content/parts/sayings.toml has fewer than three of `{0:?}`. Write some more.")]
    Sayings(Saying),
}

/// How a reply gives the person's words back before it goes on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Echoes {
    open: Vec<String>,
    sceptical: Vec<String>,
    misheard: Vec<String>,
}

/// All replies.
#[derive(Debug, Clone)]
pub struct Replies {
    lines: Vec<Line>,
    echoes: Echoes,
    sayings: BTreeMap<Saying, Vec<String>>,
}

impl Replies {
    /// The replies that the program carries.
    ///
    /// # Errors
    /// [`RepliesError`] if a file was edited and does not hold together.
    pub fn embedded() -> Result<Self, RepliesError> {
        let mut lines: Vec<Line> = Vec::new();
        let mut ids = HashSet::new();
        for (file, text) in FILES {
            for (number, json) in text.lines().enumerate().filter(|(_, json)| !json.trim().is_empty()) {
                let fault = |problem: String| RepliesError::Line { file, line: number + 1, problem };
                let line: Line = serde_json::from_str(json).map_err(|error| fault(error.to_string()))?;
                check(&line).map_err(fault)?;
                if !ids.insert(line.id.clone()) {
                    return Err(fault(format!("the id {} stands here twice", line.id)));
                }
                lines.push(line);
            }
        }
        let sayings: BTreeMap<Saying, Vec<String>> =
            toml::from_str(include_str!("../../content/parts/sayings.toml"))?;
        for saying in Saying::ALL {
            if sayings.get(&saying).is_none_or(|texts| texts.len() < 3) {
                return Err(RepliesError::Sayings(saying));
            }
        }
        let echoes = toml::from_str(include_str!("../../content/parts/echoes.toml"))?;
        Ok(Self { lines, echoes, sayings })
    }

    /// The replies.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Ways to give the person's words back in this state, if there are any.
    #[must_use]
    pub fn echoes(&self, state: State) -> &[String] {
        match state {
            State::Open => &self.echoes.open,
            State::Sceptical => &self.echoes.sceptical,
            _ => &[],
        }
    }

    /// Ways to begin after the guide passed over what was said.
    #[must_use]
    pub fn amends(&self) -> &[String] {
        &self.echoes.misheard
    }

    /// A fixed thing to say; the texts take turns.
    #[must_use]
    pub fn saying(&self, saying: Saying, turn: usize) -> &str {
        let texts = self.sayings.get(&saying).map(Vec::as_slice).unwrap_or_default();
        texts.get(turn % texts.len().max(1)).map_or("", String::as_str)
    }
}

fn check(line: &Line) -> Result<(), String> {
    let count = line.text.split_whitespace().count();
    if !LENGTH.contains(&count) {
        return Err(format!("it has {count} words"));
    }
    for slot in [PART, WORDS] {
        if line.text.matches(slot).count() > 1 {
            return Err(format!("{slot} stands in it twice"));
        }
    }
    if line.text.replace(PART, "").replace(WORDS, "").contains(['{', '}']) {
        return Err("it has a slot that is not known".to_owned());
    }
    if line.text.matches('?').count() > 1 {
        return Err("it asks twice".to_owned());
    }
    if matches!(line.occasion, Occasion::Step(_, State::Crisis)) {
        return Err("in a crisis the guide does not reply".to_owned());
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::super::checks::Checks;
    use super::*;

    /// Steps and states that the protocol can lead to.
    fn can_occur(stage: Stage, state: State) -> bool {
        match state {
            State::Open | State::Sceptical => stage != Stage::Ground || state == State::Open,
            State::Blended => stage == Stage::Unblend,
            State::Refusing => stage != Stage::Ground,
            State::Overwhelmed => stage == Stage::Ground,
            State::Crisis => false,
        }
    }

    #[test]
    fn what_comes_first_has_cues_and_belongs_to_the_first_step() {
        let replies = Replies::embedded().unwrap();
        let first: Vec<&Line> = replies.lines().iter().filter(|line| line.comes_first).collect();
        assert!(first.len() >= 10);
        for line in first {
            assert!(line.stage() == Some(Stage::Find) && !line.cues.is_empty() && !line.brief, "{}", line.id);
        }
    }

    #[test]
    fn a_brief_cue_counts_where_little_else_is_said() {
        let json = r#"{"id":"x","stage":"find","state":"open","role":"any","cues":["maybe"],"brief":true,"text":"That is near enough."}"#;
        let brief: Line = serde_json::from_str(json).unwrap();
        let long = Line { brief: false, ..brief.clone() };
        let talk = "maybe i will go and see my sister on sunday after all";
        assert!(brief.is_cued_by("maybe") && brief.is_cued_by("hm maybe yes"));
        assert!(!brief.is_cued_by(talk) && long.is_cued_by(talk));
        assert!(!brief.is_cued_by("maybes"), "whole words");
    }

    #[test]
    fn every_step_and_state_that_can_occur_has_at_least_twelve_replies() {
        let replies = Replies::embedded().unwrap();
        for stage in Stage::ALL {
            for state in State::ALL.into_iter().filter(|state| can_occur(stage, *state)) {
                let wanted = Wanted { stage, state, asks_leave: false, act: None };
                let count = |is: &dyn Fn(&Line) -> bool| {
                    replies.lines().iter().filter(|line| line.answers(wanted) && is(line)).count()
                };
                let (all, general) = (count(&|_| true), count(&|line| line.cues.is_empty()));
                assert!(all >= 12 && general >= 8, "{stage:?} {state:?}: {all}, {general} of them general");
            }
        }
        let count = |is: Occasion| replies.lines().iter().filter(|line| line.occasion == is).count();
        assert!(count(Occasion::Leave) >= 12);
        let answered = |act: &Act| act.stands_by_itself() || matches!(act, Act::Assents | Act::Leaves);
        for act in Act::ALL.into_iter().filter(answered) {
            let count = count(Occasion::Act(act));
            assert!(count >= 12, "{act:?}: {count}");
        }
    }

    #[test]
    fn every_reply_passes_the_checks() {
        let (replies, checks) = (Replies::embedded().unwrap(), Checks::embedded().unwrap());
        let mut refused = Vec::new();
        for line in replies.lines() {
            let text = line.fill(Some("the Lid"), Some("i like boxes")).unwrap();
            if let Err(refusal) = checks.pass(&text, &[]) {
                refused.push((line.id.clone(), refusal));
            }
        }
        for state in [State::Open, State::Sceptical] {
            for echo in replies.echoes(state) {
                assert_eq!(echo.matches(WORDS).count(), 1, "{echo}");
                assert!(echo.ends_with('.') && !echo.contains('?'), "{echo}");
                if let Err(refusal) = checks.pass(&quoted(echo, "i like boxes"), &[]) {
                    refused.push((echo.clone(), refusal));
                }
            }
        }
        for begun in replies.amends() {
            assert!(begun.ends_with('.') && !begun.contains('?'), "{begun}");
            if let Err(refusal) = checks.pass(begun, &[]) {
                refused.push((begun.clone(), refusal));
            }
        }
        for saying in Saying::ALL {
            for turn in 0..3 {
                let text = replies.saying(saying, turn);
                assert!(text.matches('?').count() <= 1 && !text.is_empty(), "{text}");
            }
        }
        assert!(refused.is_empty(), "{refused:?}");
    }

    #[test]
    fn slots_are_filled_or_the_line_is_left_out() {
        let line = |text: &str| Line {
            id: "x".into(),
            occasion: Occasion::Step(Stage::Find, State::Open),
            role: ForRole::Any,
            brief: false,
            comes_first: false,
            cues: Vec::new(),
            text: text.into(),
        };
        assert_eq!(line("Is it here?").fill(None, None).as_deref(), Some("Is it here?"));
        assert_eq!(
            line("{part} may stay. Is it {words}?").fill(Some("the Lid"), Some("a lid")).as_deref(),
            Some("The Lid may stay. Is it “a lid”?")
        );
        assert_eq!(line("Is {part} here?").fill(Some("the Lid"), None).as_deref(), Some("Is the Lid here?"));
        assert_eq!(line("Is {part} here?").fill(None, Some("a lid")), None);
    }
}
