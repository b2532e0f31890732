//! The step that could come next: by how much distress there was and by what sits well. It is a
//! suggestion, and there is none while a person's words are urgent.

use serde::Serialize;

use super::{Ladder, LevelNumber, OwnStep, Practice};
use crate::checkin::Distress;

/// Distress up to which a step went lightly.
const LIGHT: u16 = 40;
/// Distress up to which once is enough for it to sit well.
const EASY: u16 = 20;
/// Distress from which something smaller is suggested.
const MUCH: u16 = 70;
/// Steps of a level that sit well before the next level is suggested.
const ENOUGH: usize = 2;

/// Why a step is suggested, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NextKind {
    /// Nothing was tried yet.
    First,
    /// The same again, because it was hard.
    Again,
    /// The same once more, because it went lightly once.
    Settle,
    /// A new one.
    Onward,
    /// Something smaller, because the last one cost a lot.
    Gentler,
    /// One is planned and not yet tried.
    Open,
    /// All of them sit well.
    Done,
    /// The person's words are urgent: no step, help first.
    Rest,
}

/// A suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Next {
    /// Why.
    pub kind: NextKind,
    /// The step: its name in the ladder, or the id of an own one.
    pub step: Option<String>,
    /// Its level.
    pub level: Option<LevelNumber>,
    /// What is to be done.
    pub text: Option<String>,
}

/// What there is to go by.
#[derive(Debug, Clone, Copy)]
pub struct Tried<'a> {
    /// The ladder.
    pub ladder: &'a Ladder,
    /// Own steps, by their ids.
    pub own: &'a [(String, OwnStep)],
    /// What was planned and tried, the earliest first.
    pub practices: &'a [Practice],
}

struct Candidate {
    step: String,
    level: LevelNumber,
    text: String,
}

/// Suggests a step. `urgent`: whether a person's words of late led to help.
#[must_use]
pub fn next(tried: Tried<'_>, urgent: bool) -> Next {
    let none = |kind| Next { kind, step: None, level: None, text: None };
    if urgent {
        return none(NextKind::Rest);
    }
    if let Some(open) = tried.practices.iter().rev().find(|one| one.outcome.is_none()) {
        return Next {
            kind: NextKind::Open,
            step: Some(open.step.as_str().to_owned()),
            level: Some(open.level),
            text: Some(open.text.as_str().to_owned()),
        };
    }
    let all = candidates(tried);
    let of = |kind, one: &Candidate| Next {
        kind,
        step: Some(one.step.clone()),
        level: Some(one.level),
        text: Some(one.text.clone()),
    };
    let Some((last, distress)) =
        tried.practices.iter().rev().find_map(|one| Some((one, one.outcome.as_ref()?.distress)))
    else {
        return all.first().map_or_else(|| none(NextKind::Done), |one| of(NextKind::First, one));
    };
    let same = Candidate {
        step: last.step.as_str().to_owned(),
        level: last.level,
        text: last.text.as_str().to_owned(),
    };
    if distress.get() >= MUCH {
        // The highest level below, and there what cost the least; at the lowest, what costs less.
        let smaller = all
            .iter()
            .filter(|one| one.step != same.step && one.level <= same.level)
            .filter(|one| one.level < same.level || same.level == LevelNumber::LOWEST)
            .filter(|one| tried.last_of(&one.step).is_none_or(|before| before.get() < MUCH))
            .min_by_key(|one| {
                let cost = tried.last_of(&one.step).map_or(LIGHT, Distress::get);
                (std::cmp::Reverse(one.level), cost)
            });
        return smaller.map_or_else(|| none(NextKind::Gentler), |one| of(NextKind::Gentler, one));
    }
    if distress.get() > LIGHT {
        return of(NextKind::Again, &same);
    }
    if !tried.sits_well(&same.step) {
        return of(NextKind::Settle, &same);
    }
    let open: Vec<&Candidate> = all.iter().filter(|one| !tried.sits_well(&one.step)).collect();
    let well = |level| all.iter().filter(|one| one.level == level && tried.sits_well(&one.step)).count();
    let climbs = well(same.level) >= ENOUGH;
    let onward = open
        .iter()
        .find(|one| if climbs { one.level > same.level } else { one.level == same.level })
        .or_else(|| open.first());
    onward.map_or_else(|| none(NextKind::Done), |one| of(NextKind::Onward, one))
}

impl Tried<'_> {
    fn distresses(&self, step: &str) -> Vec<Distress> {
        let of_it = self.practices.iter().filter(|one| one.step.as_str() == step);
        of_it.filter_map(|one| one.outcome.as_ref().map(|outcome| outcome.distress)).collect()
    }

    fn last_of(&self, step: &str) -> Option<Distress> {
        self.distresses(step).last().copied()
    }

    /// Whether a step went lightly the last two times, or easily the last time.
    #[must_use]
    pub fn sits_well(&self, step: &str) -> bool {
        let all = self.distresses(step);
        let easy = all.last().is_some_and(|last| last.get() <= EASY);
        easy || (all.len() >= 2 && all.iter().rev().take(2).all(|one| one.get() <= LIGHT))
    }
}

/// All steps, the lowest level first, own ones after those of the ladder.
fn candidates(tried: Tried<'_>) -> Vec<Candidate> {
    let shipped = tried.ladder.steps().map(|(level, step)| Candidate {
        step: step.id.clone(),
        level,
        text: step.text.clone(),
    });
    let own = tried.own.iter().map(|(id, step)| Candidate {
        step: id.clone(),
        level: step.level,
        text: step.text.as_str().to_owned(),
    });
    let mut all: Vec<Candidate> = shipped.chain(own).collect();
    all.sort_by_key(|one| one.level);
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::checkin::Words;
    use crate::practice::Outcome;

    fn practised(ladder: &Ladder, step: &str, distress: Option<u16>) -> Practice {
        let (level, found) = ladder.find(step).unwrap();
        let outcome = distress.map(|distress| Outcome {
            happened: Words::new("it went").unwrap(),
            against: None,
            distress: Distress::new(distress).unwrap(),
            surprise: None,
        });
        Practice {
            step: Words::new(step).unwrap(),
            level,
            text: Words::new(&found.text).unwrap(),
            when: None,
            who: None,
            predicted: None,
            outcome,
        }
    }

    fn after(tries: &[(&str, Option<u16>)], urgent: bool) -> (NextKind, Option<String>) {
        let ladder = Ladder::embedded().unwrap();
        let practices: Vec<_> =
            tries.iter().map(|(step, distress)| practised(&ladder, step, *distress)).collect();
        let said = next(Tried { ladder: &ladder, own: &[], practices: &practices }, urgent);
        (said.kind, said.step)
    }

    fn is(kind: NextKind, step: &str) -> (NextKind, Option<String>) {
        (kind, Some(step.to_owned()))
    }

    #[test]
    fn distress_and_what_sits_well_lead_on() {
        assert_eq!(after(&[], false), is(NextKind::First, "directions"));
        assert_eq!(after(&[("door", None)], false), is(NextKind::Open, "door"));
        assert_eq!(after(&[("door", Some(69))], false), is(NextKind::Again, "door"));
        assert_eq!(after(&[("door", Some(41))], false), is(NextKind::Again, "door"));
        assert_eq!(after(&[("door", Some(40))], false), is(NextKind::Settle, "door"));
        assert_eq!(after(&[("door", Some(20))], false), is(NextKind::Onward, "directions"));
        assert_eq!(
            after(&[("door", Some(40)), ("door", Some(40))], false),
            is(NextKind::Onward, "directions")
        );
        assert_eq!(
            after(&[("door", Some(9)), ("directions", Some(9))], false),
            is(NextKind::Onward, "minor-struggle")
        );
    }

    #[test]
    fn what_cost_a_lot_leads_to_something_smaller_never_to_more() {
        assert_eq!(after(&[("advice", Some(70))], false), is(NextKind::Gentler, "directions"));
        assert_eq!(after(&[("door", Some(5)), ("advice", Some(100))], false), is(NextKind::Gentler, "door"));
        assert_eq!(after(&[("directions", Some(90))], false), is(NextKind::Gentler, "compliment"));
        let hard = ["directions", "compliment", "door", "small-favour"].map(|step| (step, Some(90)));
        assert_eq!(after(&hard, false), (NextKind::Gentler, None));
    }

    #[test]
    fn nothing_is_suggested_while_words_are_urgent() {
        for tries in [&[][..], &[("door", None)], &[("door", Some(5))]] {
            assert_eq!(after(tries, true), (NextKind::Rest, None));
        }
    }

    #[test]
    fn own_steps_are_suggested_too_and_in_the_end_all_is_done() {
        let ladder = Ladder::embedded().unwrap();
        let mut practices: Vec<_> =
            ladder.steps().map(|(_, step)| practised(&ladder, &step.id, Some(0))).collect();
        let own =
            [("o".to_owned(), OwnStep { level: LevelNumber::LOWEST, text: Words::new("ask").unwrap() })];
        let said = next(Tried { ladder: &ladder, own: &own, practices: &practices }, false);
        assert_eq!((said.kind, said.step.as_deref()), (NextKind::Onward, Some("o")));
        practices.push(Practice { step: Words::new("o").unwrap(), ..practices[0].clone() });
        let said = next(Tried { ladder: &ladder, own: &own, practices: &practices }, false);
        assert_eq!((said.kind, said.step), (NextKind::Done, None));
    }
}
