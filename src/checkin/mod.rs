//! The daily check-in: how it is today, in under a minute. What can be said, how it is asked and
//! how it is typed in one line. This room knows nothing of SQL, the terminal or models.

mod field;
mod quick;
mod values;

pub use field::{Field, FieldError};
pub use quick::{QuickError, Token, parse, tokens};
pub use values::{Distress, Drinks, Minutes, Sleep, Ten, ValueError, Words};

use serde::{Deserialize, Serialize};

/// Moments of help, or ways of coping, in one check-in at most.
pub const MOST: usize = 20;

/// A check-in. All of it can be left out, but not everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckIn {
    /// Mood, 0 the worst, 10 the best.
    pub mood: Option<Ten>,
    /// Stress, 0 none, 10 the most.
    pub stress: Option<Ten>,
    /// Minutes of sleep.
    pub sleep_minutes: Option<Sleep>,
    /// Cups with caffeine.
    pub caffeine: Option<Drinks>,
    /// Glasses with alcohol.
    pub alcohol: Option<Drinks>,
    /// Minutes of movement.
    pub movement_minutes: Option<Minutes>,
    /// Tension in the body.
    pub tension: Option<Ten>,
    /// Fatigue.
    pub fatigue: Option<Ten>,
    /// Anxiety as the body feels it.
    pub anxiety: Option<Ten>,
    /// Moments in which help came up.
    #[serde(default)]
    pub help: Vec<HelpMoment>,
    /// What was felt.
    pub felt: Option<Words>,
    /// A moment with somebody.
    pub moment: Option<Moment>,
    /// What was done to cope.
    #[serde(default)]
    pub coping: Vec<Coping>,
    /// Anything else.
    pub note: Option<Words>,
}

/// A moment in which help came up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HelpMoment {
    /// How.
    pub kind: Help,
    /// When, with whom, about what.
    pub situation: Option<Words>,
}

/// How help came up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Help {
    /// Somebody offered it.
    Offered,
    /// It was needed.
    Needed,
    /// It was asked for.
    Asked,
    /// It was accepted.
    Accepted,
    /// It was refused.
    Refused,
}

impl Help {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Offered, Self::Needed, Self::Asked, Self::Accepted, Self::Refused];

    /// Its word.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Needed => "needed",
            Self::Asked => "asked",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }
}

impl std::str::FromStr for Help {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::ALL.into_iter().find(|help| help.slug() == text).ok_or(ValueError::Help)
    }
}

/// A moment with somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// What it was.
    pub what: Words,
    /// How it went, 0 badly, 10 well.
    pub went: Option<Ten>,
}

/// Something that was done to cope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Coping {
    /// What it was.
    pub what: Words,
    /// How much it helped, 0 not at all, 10 much.
    pub helped: Option<Ten>,
}

impl CheckIn {
    /// Whether nothing is said in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// How often help came up in this way.
    #[must_use]
    pub fn times(&self, kind: Help) -> usize {
        self.help.iter().filter(|moment| moment.kind == kind).count()
    }

    /// What of the last time may stand for today until it is changed: the numbers. Words belong to
    /// their day.
    #[must_use]
    pub fn as_default(&self) -> Self {
        Self { help: Vec::new(), felt: None, moment: None, coping: Vec::new(), note: None, ..self.clone() }
    }

    /// All free words, a line each: what is screened.
    #[must_use]
    pub fn words(&self) -> String {
        let situations = self.help.iter().filter_map(|moment| moment.situation.as_ref());
        let coping = self.coping.iter().map(|one| &one.what);
        let moment = self.moment.iter().map(|one| &one.what);
        let all = situations.chain(&self.felt).chain(moment).chain(coping).chain(&self.note);
        all.map(Words::as_str).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn words_are_of_today_and_numbers_are_defaults() {
        let one =
            parse(&tokens("mood 4 felt tired note 'a line' helped:asked='the lift' coped tea 3").unwrap())
                .unwrap();
        assert_eq!(one.words(), "the lift\ntired\ntea\na line");
        let next = one.as_default();
        assert_eq!(next.mood, one.mood);
        assert!(next.words().is_empty());
    }

    #[test]
    fn what_is_kept_is_read_back_and_nothing_else() {
        let one = parse(&tokens("mood 0 sleep 6.5 helped:refused with Ana 3").unwrap()).unwrap();
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<CheckIn>(&text).unwrap(), one);
        for bad in ["{\"mood\":11}", "{\"hood\":1}", "{\"help\":[{\"kind\":\"given\"}]}", "{\"note\":\" \"}"]
        {
            assert!(serde_json::from_str::<CheckIn>(bad).is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<CheckIn>("{}").unwrap().is_empty());
    }
}
