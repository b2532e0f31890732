//! What one person was shown of late and what they said of it: which lines are left out for them
//! now, and which come a little earlier or later. Pure: the history comes in as values, and so does
//! the time.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::affinity::line_key;
use super::{BankLine, Kind, Strategies, Strategy};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// A line that was shown is not shown again for so long: a week.
const SHOWN_MS: i64 = 7 * DAY_MS;
/// A line that was met with "not this" is left out for so long: about a season. Longer than a week,
/// because the person has read it and turned it down; not for ever, because it was turned down for
/// one thought on one day.
const NOT_THIS_MS: i64 = 90 * DAY_MS;
/// What was said longer ago no longer moves anything: people change.
const HEARD_MS: i64 = 365 * DAY_MS;

/// So much, in log-odds, a strategy can gain or lose at most; never quite reached.
const MOST_BY_STRATEGY: f32 = 0.5;
/// The same for statements and questions.
const MOST_BY_KIND: f32 = 0.25;
/// Answers without an opinion that are counted in, so that one word moves little: after four of one
/// mind half of the most is reached.
const INDIFFERENT: u32 = 4;

/// What a person said of a reframe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReframeVerdict)]
pub enum Verdict {
    /// It fits.
    Fits,
    /// Not this one.
    NotThis,
    /// It was taken, in other words.
    Edited,
    /// What was said of it before is taken back.
    TakenBack,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Fits, Self::NotThis, Self::Edited, Self::TakenBack];

    /// Its name in JSON and in tables.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::NotThis => "not_this",
            Self::Edited => "edited",
            Self::TakenBack => "taken_back",
        }
    }
}

/// A line of the bank that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its name and wording, as [`line_key`] has them.
    pub line: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// What the person said last of a reframe in one reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The line of the bank that it was, as [`line_key`] has it; `None` for what a model wrote.
    pub line: Option<String>,
    /// How it answered.
    pub strategy: Strategy,
    /// Statement or question.
    pub kind: Kind,
    /// What they said.
    pub verdict: Verdict,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// How often what was said of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ReframeTally)]
pub struct Tally {
    /// It fitted.
    pub fits: u32,
    /// It was taken, in other words.
    pub edited: u32,
    /// It was not this.
    pub not_this: u32,
}

impl Tally {
    fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Fits => self.fits += 1,
            Verdict::Edited => self.edited += 1,
            Verdict::NotThis => self.not_this += 1,
            Verdict::TakenBack => {}
        }
    }

    const fn is_empty(self) -> bool {
        self.fits == 0 && self.edited == 0 && self.not_this == 0
    }

    /// From −1 to 1, shrunken towards 0 where little was said. What was edited counts half: the
    /// direction was right, the words were not.
    fn leaning(self) -> f32 {
        let (liked, disliked) = (2 * self.fits + self.edited, 2 * self.not_this);
        let all = liked + disliked + self.edited + 2 * INDIFFERENT;
        (liked as f32 - disliked as f32) / all as f32
    }
}

/// What follows for one person from their history. Without one nothing follows.
#[derive(Debug, Clone, Default)]
pub struct Personal {
    /// Names of lines, and their wordings: a line that got another name is the same to who reads it.
    left_out: HashSet<String>,
    /// How many lines are left out because they were shown within a week, and how many because they
    /// were turned down.
    seen: usize,
    turned_down: usize,
    strategies: [Tally; Strategy::ALL.len()],
    statements: Tally,
    questions: Tally,
}

impl Personal {
    /// What follows now from what was shown and said. The order of neither matters.
    #[must_use]
    pub fn of(shown: &[Shown], said: &[Said], now_ms: i64) -> Self {
        // A clock that went back must not leave a line out for ever.
        let within = |at_ms: i64, time: i64| now_ms.abs_diff(at_ms) < time.unsigned_abs();
        let mut personal = Self::default();
        for one in said.iter().filter(|one| within(one.at_ms, HEARD_MS)) {
            if let Some(tally) = personal.strategies.get_mut(one.strategy.index()) {
                tally.count(one.verdict);
            }
            personal.of_kind(one.kind).count(one.verdict);
        }
        let seen: HashSet<&str> =
            shown.iter().filter(|one| within(one.at_ms, SHOWN_MS)).map(|one| one.line.as_str()).collect();
        let turned_down: HashSet<&str> = last_words(said)
            .filter(|(_, at_ms, not_this)| *not_this && within(*at_ms, NOT_THIS_MS))
            .map(|(line, ..)| line)
            .collect();
        personal.seen = seen.len();
        personal.turned_down = turned_down.len();
        for line in seen.into_iter().chain(turned_down) {
            let (name, wording) = line.rsplit_once(':').unwrap_or((line, line));
            personal.left_out.extend([name.to_owned(), wording.to_owned()]);
        }
        personal
    }

    fn of_kind(&mut self, kind: Kind) -> &mut Tally {
        match kind {
            Kind::Statement => &mut self.statements,
            Kind::Question => &mut self.questions,
        }
    }

    /// Whether this line is not to be shown to them now.
    #[must_use]
    pub fn leaves_out(&self, line: &BankLine) -> bool {
        if self.left_out.is_empty() {
            return false;
        }
        self.left_out.contains(&line.id)
            || line_key(line).rsplit_once(':').is_some_and(|(_, wording)| self.left_out.contains(wording))
    }

    /// Whether nothing that was said moves anything.
    #[must_use]
    pub fn is_neutral(&self) -> bool {
        self.strategies.iter().chain([&self.statements, &self.questions]).all(|tally| tally.leaning() == 0.0)
    }

    /// What such a line gains or loses for this person, in log-odds: less than 0.75 either way, so
    /// that how well a line fits the entry still decides.
    #[must_use]
    pub fn gain(&self, strategy: Strategy, kind: Kind) -> f32 {
        let by_strategy = self.strategies.get(strategy.index()).map_or(0.0, |tally| tally.leaning());
        let by_kind = match kind {
            Kind::Statement => self.statements,
            Kind::Question => self.questions,
        };
        MOST_BY_STRATEGY * by_strategy + MOST_BY_KIND * by_kind.leaning()
    }

    /// What was said of each strategy and of each kind, where something was, and what follows.
    #[must_use]
    pub fn leanings(&self, strategies: &Strategies) -> Vec<Leaning> {
        let by_strategy = Strategy::ALL.into_iter().zip(self.strategies);
        let named = by_strategy.map(|(strategy, tally)| {
            let name = strategies.get(strategy).name.clone();
            Leaning { strategy: Some(strategy), kind: None, says: says(&name, tally), name, tally }
        });
        let kinds =
            [(Kind::Statement, "Statements", self.statements), (Kind::Question, "Questions", self.questions)];
        let kinds = kinds.into_iter().map(|(kind, name, tally)| Leaning {
            strategy: None,
            kind: Some(kind),
            name: name.to_owned(),
            says: says(name, tally),
            tally,
        });
        named.chain(kinds).filter(|one| !one.tally.is_empty()).collect()
    }

    /// What is left out, in a sentence each.
    #[must_use]
    pub fn says_left_out(&self) -> Vec<String> {
        let mut says = Vec::new();
        match self.seen {
            0 => {}
            1 => says.push("One line was shown in the last seven days. It is not shown again until a week is over.".to_owned()),
            n => says.push(format!(
                "{n} lines were shown in the last seven days. None of them is shown again until a week is over."
            )),
        }
        match self.turned_down {
            0 => {}
            1 => says.push("To one line you said “not this”. It is left out for 90 days.".to_owned()),
            n => says.push(format!("To {n} lines you said “not this”. They are left out for 90 days.")),
        }
        says
    }
}

/// What was said last of each line: the line, when, and whether it was "not this". Of two words of
/// one moment "not this" counts.
fn last_words(said: &[Said]) -> impl Iterator<Item = (&str, i64, bool)> {
    let mut last: HashMap<&str, (i64, bool)> = HashMap::new();
    for one in said.iter().filter(|one| one.verdict != Verdict::TakenBack) {
        let Some(line) = one.line.as_deref() else { continue };
        let word = (one.at_ms, one.verdict == Verdict::NotThis);
        let known = last.entry(line).or_insert(word);
        *known = word.max(*known);
    }
    last.into_iter().map(|(line, (at_ms, not_this))| (line, at_ms, not_this))
}

/// What was said of a strategy or a kind, and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ReframeLeaning)]
pub struct Leaning {
    /// Which strategy, if it is of one.
    pub strategy: Option<Strategy>,
    /// Which kind, if it is of one.
    pub kind: Option<Kind>,
    /// What it is called.
    pub name: String,
    /// How often what was said.
    #[serde(flatten)]
    pub tally: Tally,
    /// Both in words.
    pub says: String,
}

fn says(name: &str, tally: Tally) -> String {
    let times = |n: u32| match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    };
    let said =
        [("it fits", tally.fits), ("yours in other words", tally.edited), ("not this", tally.not_this)];
    let said: Vec<String> =
        said.iter().filter(|(_, n)| *n > 0).map(|(what, n)| format!("{what}, {}", times(*n))).collect();
    let follows = match tally.leaning() {
        leaning if leaning > 0.0 => "Such lines come a little earlier.",
        leaning if leaning < 0.0 => "Such lines come a little later.",
        _ => "That moves nothing.",
    };
    format!("{name}: {}. {follows}", said.join("; "))
}

/// What a person's history did to what they were offered this time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effect {
    /// Lines that answer the entry and were left out.
    pub left_out: usize,
    /// Whether what they said changed which lines are shown, or their order.
    pub reordered: bool,
    /// Whether there are fewer than were asked for, and some were left out.
    pub fewer: bool,
}

impl Effect {
    /// That in words, where there is something to see.
    #[must_use]
    pub fn says(self) -> Option<String> {
        const REORDERED: &str = "What you said of earlier ones changed which of these come first.";
        const FEWER: &str = "Lines that you saw in the last seven days, or did not want, are left out, so there may be fewer.";
        match (self.reordered, self.fewer) {
            (false, false) => None,
            (true, false) => Some(REORDERED.to_owned()),
            (false, true) => Some(FEWER.to_owned()),
            (true, true) => Some(format!("{REORDERED} {FEWER}")),
        }
    }
}

#[cfg(test)]
mod tests;
