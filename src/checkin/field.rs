//! The fields of a check-in, in the order in which they are asked: the word that names each, what
//! is asked, and how what is typed gets into a check-in.

use super::values::{Ten, ValueError, Words};
use super::{CheckIn, Coping, Help, HelpMoment, MOST, Moment};

/// A field of a check-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named as the field it stands for")]
pub enum Field {
    Mood,
    Stress,
    Sleep,
    Caffeine,
    Alcohol,
    Movement,
    Tension,
    Fatigue,
    Anxiety,
    Help,
    Felt,
    Moment,
    Coping,
    Note,
}

/// Why an answer was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// It is not what belongs here.
    #[error("`{word}` takes {takes}.")]
    Value {
        /// The word of the field.
        word: &'static str,
        /// What is taken.
        takes: ValueError,
    },
    /// There are too many of it.
    #[error("`{word}` is taken {MOST} times at most.")]
    Many {
        /// The word of the field.
        word: &'static str,
    },
}

impl Field {
    /// All of them, in the order in which they are asked.
    pub const ALL: [Self; 14] = [
        Self::Mood,
        Self::Stress,
        Self::Sleep,
        Self::Caffeine,
        Self::Alcohol,
        Self::Movement,
        Self::Tension,
        Self::Fatigue,
        Self::Anxiety,
        Self::Help,
        Self::Felt,
        Self::Moment,
        Self::Coping,
        Self::Note,
    ];

    /// Its word in the one-line form.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mood => "mood",
            Self::Stress => "stress",
            Self::Sleep => "sleep",
            Self::Caffeine => "caffeine",
            Self::Alcohol => "alcohol",
            Self::Movement => "moved",
            Self::Tension => "tension",
            Self::Fatigue => "fatigue",
            Self::Anxiety => "anxiety",
            Self::Help => "helped",
            Self::Felt => "felt",
            Self::Moment => "with",
            Self::Coping => "coped",
            Self::Note => "note",
        }
    }

    /// What is asked.
    #[must_use]
    pub const fn question(self) -> &'static str {
        match self {
            Self::Mood => "Your mood, 0 (the worst) to 10 (the best)",
            Self::Stress => "Stress, 0 (none) to 10 (the most)",
            Self::Sleep => "Hours of sleep, such as 6.5 or 6:30",
            Self::Caffeine => "Cups with caffeine",
            Self::Alcohol => "Glasses with alcohol",
            Self::Movement => "Minutes of movement",
            Self::Tension => "Tension in your body, 0 to 10",
            Self::Fatigue => "Fatigue, 0 to 10",
            Self::Anxiety => "Anxiety in your body, 0 to 10",
            Self::Help => {
                "Did help come up? Write offered, needed, asked, accepted or refused, then the situation if you like"
            }
            Self::Felt => "What did you feel?",
            Self::Moment => "A moment with somebody; end with 0 to 10 for how it went",
            Self::Coping => "Something you did to cope; end with 0 to 10 for how much it helped",
            Self::Note => "Anything else?",
        }
    }

    /// Whether it can be answered more than once.
    #[must_use]
    pub const fn repeats(self) -> bool {
        matches!(self, Self::Help | Self::Coping)
    }

    /// Whether a number after its words says how it was.
    pub(super) const fn is_rated(self) -> bool {
        matches!(self, Self::Moment | Self::Coping)
    }

    /// Takes an answer as it is typed alone: `4`, `refused at work`, `a walk 7`.
    ///
    /// # Errors
    /// [`FieldError`]; then the check-in is as it was.
    pub fn answer(self, into: &mut CheckIn, typed: &str) -> Result<(), FieldError> {
        let typed = typed.trim();
        if self == Self::Help {
            let (kind, situation) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
            let situation = Some(situation.trim()).filter(|words| !words.is_empty());
            return self.put(into, &kind.to_lowercase(), situation);
        }
        match typed.rsplit_once(char::is_whitespace) {
            Some((what, rated)) if self.is_rated() && rated.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.put(into, what, Some(rated))
            }
            _ => self.put(into, typed, None),
        }
    }

    /// Puts a value, and what comes with it, into a check-in.
    pub(super) fn put(self, into: &mut CheckIn, value: &str, second: Option<&str>) -> Result<(), FieldError> {
        let full = match self {
            Self::Help => into.help.len() >= MOST,
            Self::Coping => into.coping.len() >= MOST,
            _ => false,
        };
        if full {
            return Err(FieldError::Many { word: self.word() });
        }
        self.set(into, value, second).map_err(|takes| FieldError::Value { word: self.word(), takes })
    }

    fn set(self, into: &mut CheckIn, value: &str, second: Option<&str>) -> Result<(), ValueError> {
        let ten = || value.parse::<Ten>().map(Some);
        let rated = || second.map(str::parse::<Ten>).transpose();
        let words = || Words::new(value);
        match self {
            Self::Mood => into.mood = ten()?,
            Self::Stress => into.stress = ten()?,
            Self::Tension => into.tension = ten()?,
            Self::Fatigue => into.fatigue = ten()?,
            Self::Anxiety => into.anxiety = ten()?,
            Self::Sleep => into.sleep_minutes = Some(value.parse()?),
            Self::Caffeine => into.caffeine = Some(value.parse()?),
            Self::Alcohol => into.alcohol = Some(value.parse()?),
            Self::Movement => into.movement_minutes = Some(value.parse()?),
            Self::Felt => into.felt = Some(words()?),
            Self::Note => into.note = Some(words()?),
            Self::Moment => into.moment = Some(Moment { what: words()?, went: rated()? }),
            Self::Coping => into.coping.push(Coping { what: words()?, helped: rated()? }),
            Self::Help => {
                let kind: Help = value.parse()?;
                into.help.push(HelpMoment { kind, situation: second.map(Words::new).transpose()? });
            }
        }
        Ok(())
    }

    /// Takes what is there of it out.
    pub fn clear(self, from: &mut CheckIn) {
        match self {
            Self::Mood => from.mood = None,
            Self::Stress => from.stress = None,
            Self::Sleep => from.sleep_minutes = None,
            Self::Caffeine => from.caffeine = None,
            Self::Alcohol => from.alcohol = None,
            Self::Movement => from.movement_minutes = None,
            Self::Tension => from.tension = None,
            Self::Fatigue => from.fatigue = None,
            Self::Anxiety => from.anxiety = None,
            Self::Help => from.help.clear(),
            Self::Felt => from.felt = None,
            Self::Moment => from.moment = None,
            Self::Coping => from.coping.clear(),
            Self::Note => from.note = None,
        }
    }

    /// Takes over what another check-in says of it, if it is a number; words belong to their day.
    pub const fn take_over(self, from: &CheckIn, into: &mut CheckIn) {
        match self {
            Self::Mood => into.mood = from.mood,
            Self::Stress => into.stress = from.stress,
            Self::Sleep => into.sleep_minutes = from.sleep_minutes,
            Self::Caffeine => into.caffeine = from.caffeine,
            Self::Alcohol => into.alcohol = from.alcohol,
            Self::Movement => into.movement_minutes = from.movement_minutes,
            Self::Tension => into.tension = from.tension,
            Self::Fatigue => into.fatigue = from.fatigue,
            Self::Anxiety => into.anxiety = from.anxiety,
            Self::Help | Self::Felt | Self::Moment | Self::Coping | Self::Note => {}
        }
    }

    /// What a check-in says of it, as a person reads it.
    #[must_use]
    pub fn shown(self, of: &CheckIn) -> Option<String> {
        let of_ten = |value: Option<Ten>| value.map(|n| format!("{n} of 10"));
        let plain = |value: Option<String>| value;
        let rated = |what: &Words, rate: Option<Ten>| match rate {
            Some(rate) => format!("{} ({rate} of 10)", what.as_str()),
            None => what.as_str().to_owned(),
        };
        let listed = |all: Vec<String>| (!all.is_empty()).then(|| all.join("; "));
        match self {
            Self::Mood => of_ten(of.mood),
            Self::Stress => of_ten(of.stress),
            Self::Tension => of_ten(of.tension),
            Self::Fatigue => of_ten(of.fatigue),
            Self::Anxiety => of_ten(of.anxiety),
            Self::Sleep => plain(of.sleep_minutes.map(|sleep| sleep.to_string())),
            Self::Caffeine => plain(of.caffeine.map(|cups| cups.to_string())),
            Self::Alcohol => plain(of.alcohol.map(|glasses| glasses.to_string())),
            Self::Movement => plain(of.movement_minutes.map(|minutes| format!("{minutes} minutes"))),
            Self::Felt => of.felt.as_ref().map(|words| words.as_str().to_owned()),
            Self::Note => of.note.as_ref().map(|words| words.as_str().to_owned()),
            Self::Moment => of.moment.as_ref().map(|one| rated(&one.what, one.went)),
            Self::Coping => listed(of.coping.iter().map(|one| rated(&one.what, one.helped)).collect()),
            Self::Help => listed(
                of.help
                    .iter()
                    .map(|one| match &one.situation {
                        Some(words) => format!("{} ({})", one.kind.slug(), words.as_str()),
                        None => one.kind.slug().to_owned(),
                    })
                    .collect(),
            ),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn answers_typed_alone_are_taken_as_they_are_meant() {
        let mut one = CheckIn::default();
        Field::Help.answer(&mut one, "Refused carrying the boxes").unwrap();
        Field::Coping.answer(&mut one, "a walk 7").unwrap();
        Field::Coping.answer(&mut one, "tea").unwrap();
        Field::Moment.answer(&mut one, "lunch with Ana 8").unwrap();
        assert_eq!(Field::Help.shown(&one).unwrap(), "refused (carrying the boxes)");
        assert_eq!(Field::Coping.shown(&one).unwrap(), "a walk (7 of 10); tea");
        assert_eq!(Field::Moment.shown(&one).unwrap(), "lunch with Ana (8 of 10)");
        let before = one.clone();
        let told = Field::Coping.answer(&mut one, "a walk 11").unwrap_err().to_string();
        assert_eq!(told, "`coped` takes a whole number from 0 to 10.");
        assert_eq!(one, before);
    }

    #[test]
    fn every_field_is_shown_and_taken_out() {
        let typed = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "asked", "a", "b 1", "c 2", "d"];
        let mut one = CheckIn::default();
        for (field, typed) in Field::ALL.into_iter().zip(typed) {
            field.answer(&mut one, typed).unwrap();
            assert!(field.shown(&one).is_some(), "{field:?}");
        }
        for field in Field::ALL {
            field.clear(&mut one);
        }
        assert!(one.is_empty());
        for _ in 0..MOST {
            Field::Help.answer(&mut one, "asked").unwrap();
        }
        assert_eq!(Field::Help.answer(&mut one, "asked"), Err(FieldError::Many { word: "helped" }));
    }
}
