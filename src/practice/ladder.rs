//! The ladder as data: levels, their steps, and what is said with the next one.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::Practice;
use super::next::{NextKind, Tried};

/// The file that this program carries.
const FILE: &str = include_str!("../../content/practice/ladder.toml");

/// The ladder, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    /// What is said of all of it.
    pub note: String,
    /// Its levels, the lowest first.
    pub levels: Vec<Level>,
    says: Says,
}

/// A level of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Level {
    /// Its number.
    pub number: LevelNumber,
    /// Its name.
    pub name: String,
    /// What is at stake.
    pub about: String,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name in commands.
    pub id: String,
    /// What is to be done.
    pub text: String,
}

/// Which level: 1 to 3.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(try_from = "u8", into = "u8")]
#[schema(value_type = u8, minimum = 1, maximum = 3)]
pub struct LevelNumber(u8);

impl LevelNumber {
    /// The lowest.
    pub const LOWEST: Self = Self(1);

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for LevelNumber {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        if (1..=3).contains(&number) { Ok(Self(number)) } else { Err("A level is 1, 2 or 3.") }
    }
}

impl From<LevelNumber> for u8 {
    fn from(level: LevelNumber) -> Self {
        level.0
    }
}

impl std::str::FromStr for LevelNumber {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<u8>().unwrap_or(0).try_into()
    }
}

/// The ladder as it is shown, with how each step has gone.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LadderBody {
    /// Rises when something breaks.
    pub schema: u32,
    /// What is said of all of it.
    pub note: String,
    /// The lowest first.
    pub levels: Vec<LevelBody>,
}

/// A level as it is shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LevelBody {
    /// Its number.
    pub level: LevelNumber,
    /// Its name.
    pub name: String,
    /// What is at stake.
    pub about: String,
    /// Its steps, own ones last.
    pub steps: Vec<StepBody>,
}

/// A step as it is shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StepBody {
    /// Its name in the ladder, or the id of an own one.
    pub id: String,
    /// What is to be done.
    pub text: String,
    /// Whether the person wrote it.
    pub own: bool,
    /// How often it was tried.
    pub times: usize,
    /// Whether it went lightly the last two times, or easily the last time.
    pub sits_well: bool,
}

impl LadderBody {
    /// The ladder with own steps and what was tried.
    #[must_use]
    pub fn of(tried: Tried<'_>) -> Self {
        let step = |id: &str, text: &str, own: bool| {
            let of_it = |one: &&Practice| one.step.as_str() == id && one.outcome.is_some();
            let times = tried.practices.iter().filter(of_it).count();
            StepBody { id: id.to_owned(), text: text.to_owned(), own, times, sits_well: tried.sits_well(id) }
        };
        let level = |level: &Level| {
            let own = tried.own.iter().filter(|(_, own)| own.level == level.number);
            let shipped = level.steps.iter().map(|one| step(&one.id, &one.text, false));
            let steps = shipped.chain(own.map(|(id, own)| step(id, own.text.as_str(), true))).collect();
            LevelBody { level: level.number, name: level.name.clone(), about: level.about.clone(), steps }
        };
        let levels = tried.ladder.levels.iter().map(level).collect();
        Self { schema: 1, note: tried.ladder.note.clone(), levels }
    }
}

/// A ladder that breaks a rule: where, and what the rule is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("content/practice/ladder.toml, line {line}: {rule} Correct it there.")]
pub struct LadderError {
    /// The line, counted from 1.
    pub line: usize,
    /// The rule, as a sentence.
    pub rule: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Says {
    first: String,
    again: String,
    settle: String,
    onward: String,
    gentler: String,
    open: String,
    done: String,
    rest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    note: Spanned<String>,
    level: Vec<LevelFile>,
    says: Says,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelFile {
    number: Spanned<u8>,
    name: Spanned<String>,
    about: Spanned<String>,
    step: Vec<StepFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    id: Spanned<String>,
    text: Spanned<String>,
}

impl Ladder {
    /// The ladder that this program carries.
    ///
    /// # Errors
    /// [`LadderError`] with line and rule if the file was edited and breaks one.
    pub fn embedded() -> Result<Self, LadderError> {
        Self::parse(FILE)
    }

    /// Reads a file and checks every rule.
    ///
    /// # Errors
    /// [`LadderError`] with the line of the first rule that is broken.
    pub fn parse(text: &str) -> Result<Self, LadderError> {
        let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        let broken = |at, rule: &str| LadderError { line: line(at), rule: rule.to_owned() };
        let file: File = toml::from_str(text).map_err(|error| {
            let said = error.message().lines().collect::<Vec<_>>().join(" ");
            let at = error.span().map_or(0, |span| span.start);
            broken(at, &format!("this can't be read: {}.", said.trim_end_matches('.')))
        })?;
        let said = |text: &Spanned<String>| match text.get_ref().trim() {
            "" => Err(broken(text.span().start, "there is a text here.")),
            words if words.contains('\n') => Err(broken(text.span().start, "a text is one line.")),
            words => Ok(words.to_owned()),
        };
        let mut levels: Vec<Level> = Vec::new();
        for one in &file.level {
            let at = one.number.span().start;
            if usize::from(*one.number.get_ref()) != levels.len() + 1 {
                return Err(broken(at, "levels are numbered 1, 2, 3, in order."));
            }
            let number = LevelNumber::try_from(*one.number.get_ref()).map_err(|rule| broken(at, rule))?;
            if one.step.is_empty() {
                return Err(broken(at, "a level has a step at least."));
            }
            let mut steps: Vec<Step> = Vec::new();
            for step in &one.step {
                let id = step.id.get_ref();
                let is_name = !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
                let taken = levels.iter().flat_map(|level| &level.steps).chain(&steps).any(|s| s.id == *id);
                if !is_name || taken {
                    let rule = "a step has a name of its own, of small letters and hyphens.";
                    return Err(broken(step.id.span().start, rule));
                }
                steps.push(Step { id: id.clone(), text: said(&step.text)? });
            }
            levels.push(Level { number, name: said(&one.name)?, about: said(&one.about)?, steps });
        }
        if levels.len() != 3 {
            return Err(broken(0, "there are three levels."));
        }
        Ok(Self { note: said(&file.note)?, levels, says: file.says })
    }

    /// The step of this name, with its level.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<(LevelNumber, &Step)> {
        let id = id.trim().to_lowercase();
        self.steps().find(|(_, step)| step.id == id)
    }

    /// All steps, the lowest first.
    pub fn steps(&self) -> impl Iterator<Item = (LevelNumber, &Step)> {
        self.levels.iter().flat_map(|level| level.steps.iter().map(|step| (level.number, step)))
    }

    /// What is said with the next step.
    #[must_use]
    pub fn says(&self, kind: NextKind) -> &str {
        match kind {
            NextKind::First => &self.says.first,
            NextKind::Again => &self.says.again,
            NextKind::Settle => &self.says.settle,
            NextKind::Onward => &self.says.onward,
            NextKind::Gentler => &self.says.gentler,
            NextKind::Open => &self.says.open,
            NextKind::Done => &self.says.done,
            NextKind::Rest => &self.says.rest,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_ladder_has_three_levels_of_four_steps() {
        let ladder = Ladder::embedded().unwrap();
        assert!(ladder.levels.iter().all(|level| level.steps.len() == 4));
        assert_eq!(ladder.find(" Door ").unwrap().0, LevelNumber::LOWEST);
        assert!(ladder.find("none").is_none());
    }

    #[test]
    fn what_breaks_a_rule_is_told_by_line_and_rule() {
        let told = |from: &str, to: &str| {
            assert!(FILE.contains(from), "{from}");
            Ladder::parse(&FILE.replacen(from, to, 1)).unwrap_err().to_string()
        };
        assert!(told("number = 2", "number = 3").contains("numbered 1, 2, 3"));
        assert!(
            told("id = \"door\"", "id = \"compliment\"").contains("line 13: a step has a name of its own")
        );
        assert!(told("name = \"Closer\"", "name = \" \"").contains("there is a text here"));
        assert!(told("first = ", "fist = ").contains("can't be read"));
        for bad in ["0", "4", "x", ""] {
            assert!(bad.parse::<LevelNumber>().is_err());
        }
    }
}
