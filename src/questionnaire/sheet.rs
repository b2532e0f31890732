//! A sheet being filled in: which items are answered, left out, or still open.

use super::instrument::{Answer, DangerRule, Item, Missing, Questionnaire};
use crate::crisis::{Case, Tier};

/// The state of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Not asked yet.
    Open,
    /// Left out on purpose.
    Skipped,
    /// Answered.
    Answered(Answer),
}

impl Slot {
    /// The answer, if there is one.
    #[must_use]
    pub const fn answer(self) -> Option<Answer> {
        match self {
            Self::Answered(answer) => Some(answer),
            Self::Open | Self::Skipped => None,
        }
    }
}

/// An answer as it is kept: `None` where the item was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The item.
    pub item: String,
    /// What it counts.
    pub value: Option<u8>,
}

/// A sheet of a questionnaire.
#[derive(Debug, Clone)]
pub struct Sheet<'q> {
    questionnaire: &'q Questionnaire,
    slots: Vec<Slot>,
}

/// An answer that speaks of danger.
#[derive(Debug, Clone, Copy)]
pub struct Danger<'q> {
    /// The item.
    pub item: &'q Item,
    /// What was answered.
    pub answer: Answer,
    /// The tier of help.
    pub tier: Tier,
    rule: &'q DangerRule,
}

impl<'q> Danger<'q> {
    /// The situation that the help speaks to.
    #[must_use]
    pub const fn case(&self) -> Case {
        self.rule.case
    }

    /// What is said first; the messages take turns.
    #[must_use]
    pub fn message(&self, turn: usize) -> &'q str {
        let messages = &self.rule.messages;
        messages.get(turn % messages.len().max(1)).map_or("", String::as_str)
    }
}

/// Why a sheet is wrong. Never holds what was typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// Too few or too many answers.
    #[error("{short} takes {takes}; {given} came. Give them in order, parted by commas.")]
    Count {
        /// The questionnaire.
        short: String,
        /// How many it takes.
        takes: String,
        /// How many came.
        given: usize,
    },
    /// Not a whole number.
    #[error("Answer {place} is not a whole number. Give {least} to {most}{left_out}.")]
    NotANumber {
        /// Which one, counted from 1.
        place: usize,
        /// The least of the scale.
        least: u8,
        /// The most of the scale.
        most: u8,
        /// How one is left out, where that may be.
        left_out: &'static str,
    },
    /// Not on the scale.
    #[error("Answer {place} is off the scale of its item, which goes from {least} to {most}.")]
    OffScale {
        /// Which one, counted from 1.
        place: usize,
        /// The least of the scale.
        least: u8,
        /// The most of the scale.
        most: u8,
    },
    /// Answers are missing that the rule needs.
    #[error("{missing} of the answers that count {verb} missing. {why}")]
    Missing {
        /// How many.
        missing: usize,
        /// "is" or "are".
        verb: &'static str,
        /// The rule.
        why: String,
    },
    /// No such item.
    #[error("There is no such item in {short}.")]
    UnknownItem {
        /// The questionnaire.
        short: String,
    },
}

const LEFT_OUT: &str = ", or - to leave it out";

impl<'q> Sheet<'q> {
    /// A sheet with nothing on it.
    #[must_use]
    pub fn open(questionnaire: &'q Questionnaire) -> Self {
        Self { questionnaire, slots: vec![Slot::Open; questionnaire.items.len()] }
    }

    /// A sheet from all its answers in order, or from those of the items that count. `None` is an
    /// item that was left out.
    ///
    /// # Errors
    /// [`SheetError`] if there are too few or too many, or one is off its scale.
    pub fn of(questionnaire: &'q Questionnaire, answers: &[Option<u8>]) -> Result<Self, SheetError> {
        let places = places(questionnaire, answers.len())?;
        let mut sheet = Self::open(questionnaire);
        for (n, (place, value)) in places.into_iter().zip(answers).enumerate() {
            match value {
                None => sheet.slots[place] = Slot::Skipped,
                Some(value) => sheet.give(place, *value).map_err(|error| error.at(n + 1))?,
            }
        }
        Ok(sheet)
    }

    /// A sheet as it is typed: answers parted by commas, `-` for one that is left out.
    ///
    /// # Errors
    /// [`SheetError`]; it repeats nothing of what was typed.
    pub fn parse(questionnaire: &'q Questionnaire, typed: &str) -> Result<Self, SheetError> {
        let parts: Vec<&str> = match typed.trim() {
            "" => Vec::new(),
            typed => typed.split(',').map(str::trim).collect(),
        };
        let places = places(questionnaire, parts.len())?;
        let left_out = if questionnaire.missing.allowed() > 0 { LEFT_OUT } else { "" };
        let read = |(n, (place, part)): (usize, (usize, &str))| {
            if part == "-" {
                return Ok(None);
            }
            let (least, most) = questionnaire.items[place].range();
            let digits = part.strip_prefix(['-', '+']).unwrap_or(part);
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Err(SheetError::NotANumber { place: n + 1, least, most, left_out });
            }
            part.parse().map(Some).map_err(|_| SheetError::OffScale { place: n + 1, least, most })
        };
        let answers: Result<Vec<Option<u8>>, SheetError> =
            places.into_iter().zip(parts).enumerate().map(read).collect();
        Self::of(questionnaire, &answers?)
    }

    /// A sheet as it was kept. Items that are not named are open.
    ///
    /// # Errors
    /// [`SheetError`] if an item or answer is not of this questionnaire.
    pub fn from_given(questionnaire: &'q Questionnaire, given: &[Given]) -> Result<Self, SheetError> {
        let mut sheet = Self::open(questionnaire);
        for one in given {
            let place = questionnaire.items.iter().position(|item| item.id == one.item);
            let place =
                place.ok_or_else(|| SheetError::UnknownItem { short: questionnaire.short.clone() })?;
            match one.value {
                None => sheet.slots[place] = Slot::Skipped,
                Some(value) => sheet.give(place, value)?,
            }
        }
        Ok(sheet)
    }

    /// What it is a sheet of.
    #[must_use]
    pub const fn questionnaire(&self) -> &'q Questionnaire {
        self.questionnaire
    }

    /// The state of every item.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// What is to be kept of it.
    #[must_use]
    pub fn given(&self) -> Vec<Given> {
        let items = self.questionnaire.items.iter().zip(&self.slots);
        items
            .filter(|(_, slot)| **slot != Slot::Open)
            .map(|(item, slot)| Given { item: item.id.clone(), value: slot.answer().map(Answer::value) })
            .collect()
    }

    /// Answers an item, in place of an answer that was there.
    ///
    /// # Errors
    /// [`SheetError`] if it is off the scale, or there is no such item.
    pub fn give(&mut self, place: usize, value: u8) -> Result<(), SheetError> {
        let unknown = || SheetError::UnknownItem { short: self.questionnaire.short.clone() };
        let item = self.questionnaire.items.get(place).ok_or_else(unknown)?;
        let (least, most) = item.range();
        let answer = item.answer(value).ok_or(SheetError::OffScale { place: place + 1, least, most })?;
        self.slots[place] = Slot::Answered(answer);
        Ok(())
    }

    /// Whether an item may be left out now: one that does not count, or as many as the rule for
    /// missing answers lets through.
    #[must_use]
    pub fn may_skip(&self, place: usize) -> bool {
        let Some(item) = self.questionnaire.items.get(place) else { return false };
        let others = self.questionnaire.items.iter().zip(&self.slots).enumerate();
        let skipped = others
            .filter(|(other, (item, slot))| *other != place && item.scored && **slot == Slot::Skipped)
            .count();
        if item.scored { skipped < self.questionnaire.missing.allowed() } else { item.ends_at.is_none() }
    }

    /// Leaves an item out. Gives whether it may be.
    pub fn skip(&mut self, place: usize) -> bool {
        let may = self.may_skip(place);
        if may {
            self.slots[place] = Slot::Skipped;
        }
        may
    }

    /// Whether an answer ended the sheet before its other items.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        let items = self.questionnaire.items.iter().zip(&self.slots);
        items.into_iter().any(|(item, slot)| {
            item.ends_at.is_some_and(|at| slot.answer().is_some_and(|answer| answer.value() == at))
        })
    }

    /// The place of the next item to be asked; `None` when the sheet is done.
    #[must_use]
    pub fn next(&self) -> Option<usize> {
        if self.is_ended() {
            return None;
        }
        self.slots.iter().position(|slot| *slot == Slot::Open)
    }

    /// What an item's answer leads to, if it speaks of danger.
    #[must_use]
    pub fn danger_at(&self, place: usize) -> Option<Danger<'q>> {
        let item = self.questionnaire.items.get(place)?;
        let answer = self.slots.get(place)?.answer()?;
        let rule = item.danger.as_ref()?;
        let tier = *rule.tiers.get(&answer.value())?;
        Some(Danger { item, answer, tier, rule })
    }

    /// The gravest of the answers that speak of danger, whether the sheet is done or not.
    #[must_use]
    pub fn danger(&self) -> Option<Danger<'q>> {
        (0..self.slots.len()).filter_map(|place| self.danger_at(place)).max_by_key(|danger| danger.tier)
    }

    /// Places of the scored items without an answer.
    pub(super) fn missing(&self) -> usize {
        let items = self.questionnaire.items.iter().zip(&self.slots);
        items.filter(|(item, slot)| item.scored && slot.answer().is_none()).count()
    }

    pub(super) fn check_missing(&self) -> Result<usize, SheetError> {
        let missing = self.missing();
        if missing <= self.questionnaire.missing.allowed() {
            return Ok(missing);
        }
        let why = match &self.questionnaire.missing {
            Missing::Refuse { why } | Missing::Prorate { why, .. } => why.clone(),
        };
        Err(SheetError::Missing { missing, verb: if missing == 1 { "is" } else { "are" }, why })
    }
}

impl SheetError {
    fn at(self, place: usize) -> Self {
        match self {
            Self::OffScale { least, most, .. } => Self::OffScale { place, least, most },
            other => other,
        }
    }
}

/// The items that so many answers belong to: all, or those that count.
fn places(questionnaire: &Questionnaire, given: usize) -> Result<Vec<usize>, SheetError> {
    let (all, scored) = (questionnaire.items.len(), questionnaire.scored());
    if given == all {
        return Ok((0..all).collect());
    }
    if given == scored {
        return Ok((0..all).filter(|place| questionnaire.items[*place].scored).collect());
    }
    let takes = if all == scored {
        format!("{all} answers")
    } else if questionnaire.items.first().is_some_and(|item| !item.scored) {
        format!("{scored} answers, or {all} with the question before them")
    } else {
        format!("{scored} answers, or {all} with the question after them")
    };
    Err(SheetError::Count { short: questionnaire.short.clone(), takes, given })
}
