//! From what was found to the tier of help. Pure: no text, no state.
//!
//! | tier | when |
//! |---|---|
//! | `support` | `distress`; `panic`, `hypervigilance`, `cannot_accept_help_in_crisis` |
//! | `professional` | `flashbacks`, `dissociation`, `chronic_impairment`, `substance_escalation`, `eating_danger`; `refusing_medical_care` without acute danger |
//! | `urgent` | `passive_ideation`, `active_ideation`; `self_harm`, `abuse_or_violence`, `psychosis_signs`; acute bodily danger; someone else at risk |
//! | `emergency` | `plan_or_intent`, `imminent`; `harm_to_others`; bodily danger now |
//!
//! The highest that applies wins. Two things temper it:
//! - fiction and quotation count as nothing; in the plain past the level counts as `none` and
//!   flags lead to `professional` at most;
//! - about someone else, a level from `passive_ideation` upwards is `urgent` (how to help them),
//!   and `emergency` only when it is happening now.
//!
//! `perceived_burden` has no tier of its own: it is common, and grave only together with a level.

use super::level::{About, Flag, Level, Medical, Tier, Time};

/// The tier of help for one reading of a text.
#[must_use]
pub fn tier(level: Level, flags: &[Flag], about: About, time: Time, medical: Medical) -> Tier {
    if matches!(about, About::Fiction | About::Quotation) {
        return Tier::None;
    }
    let of_flags = flags.iter().map(|flag| of_flag(*flag)).max().unwrap_or_default();
    let of_flags = of_flags.max(of_medical(medical));
    if time == Time::Past {
        return of_flags.min(Tier::Professional);
    }
    of_level(level, about).max(of_flags)
}

const fn of_level(level: Level, about: About) -> Tier {
    match (level, about) {
        (Level::None, _) => Tier::None,
        (Level::Distress, _) => Tier::Support,
        (Level::PassiveIdeation | Level::ActiveIdeation, _) | (Level::PlanOrIntent, About::Other) => {
            Tier::Urgent
        }
        (Level::PlanOrIntent | Level::Imminent, _) => Tier::Emergency,
    }
}

pub(crate) const fn of_flag(flag: Flag) -> Tier {
    match flag {
        Flag::PerceivedBurden => Tier::None,
        Flag::Panic | Flag::Hypervigilance | Flag::CannotAcceptHelpInCrisis => Tier::Support,
        Flag::Flashbacks
        | Flag::Dissociation
        | Flag::ChronicImpairment
        | Flag::SubstanceEscalation
        | Flag::EatingDanger
        | Flag::RefusingMedicalCare => Tier::Professional,
        Flag::SelfHarm | Flag::AbuseOrViolence | Flag::PsychosisSigns => Tier::Urgent,
        Flag::HarmToOthers => Tier::Emergency,
    }
}

const fn of_medical(medical: Medical) -> Tier {
    match medical {
        Medical::None => Tier::None,
        Medical::Acute => Tier::Urgent,
        Medical::Now => Tier::Emergency,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(level: Level, flags: &[Flag]) -> Tier {
        tier(level, flags, About::Oneself, Time::Present, Medical::None)
    }

    #[test]
    fn every_level_has_its_tier() {
        let expected =
            [Tier::None, Tier::Support, Tier::Urgent, Tier::Urgent, Tier::Emergency, Tier::Emergency];
        for (level, expected) in Level::ALL.into_iter().zip(expected) {
            assert_eq!(now(level, &[]), expected, "{level:?}");
        }
    }

    #[test]
    fn every_flag_has_its_tier() {
        let table = [
            (Tier::None, &[Flag::PerceivedBurden][..]),
            (Tier::Support, &[Flag::Panic, Flag::Hypervigilance, Flag::CannotAcceptHelpInCrisis]),
            (
                Tier::Professional,
                &[
                    Flag::Flashbacks,
                    Flag::Dissociation,
                    Flag::ChronicImpairment,
                    Flag::SubstanceEscalation,
                    Flag::EatingDanger,
                    Flag::RefusingMedicalCare,
                ],
            ),
            (Tier::Urgent, &[Flag::SelfHarm, Flag::AbuseOrViolence, Flag::PsychosisSigns]),
            (Tier::Emergency, &[Flag::HarmToOthers]),
        ];
        assert_eq!(table.iter().map(|(_, flags)| flags.len()).sum::<usize>(), Flag::ALL.len());
        for (expected, flags) in table {
            for flag in flags {
                assert_eq!(now(Level::None, &[*flag]), expected, "{flag:?}");
            }
        }
    }

    #[test]
    fn the_highest_wins() {
        assert_eq!(now(Level::Distress, &[Flag::Panic, Flag::SelfHarm]), Tier::Urgent);
        assert_eq!(now(Level::Imminent, &[Flag::Panic]), Tier::Emergency);
        assert_eq!(now(Level::Distress, &[Flag::HarmToOthers]), Tier::Emergency);
    }

    #[test]
    fn acute_bodily_danger_raises_the_tier() {
        let refused =
            |medical| tier(Level::None, &[Flag::RefusingMedicalCare], About::Oneself, Time::Present, medical);
        assert_eq!(refused(Medical::None), Tier::Professional);
        assert_eq!(refused(Medical::Acute), Tier::Urgent);
        assert_eq!(refused(Medical::Now), Tier::Emergency);
    }

    #[test]
    fn fiction_and_quotation_count_as_nothing() {
        for about in [About::Fiction, About::Quotation] {
            for level in Level::ALL {
                assert_eq!(tier(level, &Flag::ALL, about, Time::Present, Medical::Now), Tier::None);
            }
        }
    }

    #[test]
    fn the_plain_past_leads_to_a_professional_at_most() {
        for level in Level::ALL {
            assert_eq!(tier(level, &[], About::Oneself, Time::Past, Medical::None), Tier::None);
        }
        let flags = |flag| tier(Level::None, &[flag], About::Oneself, Time::Past, Medical::None);
        assert_eq!(flags(Flag::SelfHarm), Tier::Professional);
        assert_eq!(flags(Flag::HarmToOthers), Tier::Professional);
        assert_eq!(flags(Flag::Panic), Tier::Support);
    }

    #[test]
    fn someone_else_at_risk_is_urgent_and_an_emergency_when_it_happens_now() {
        let other = |level| tier(level, &[], About::Other, Time::Present, Medical::None);
        assert_eq!(other(Level::PassiveIdeation), Tier::Urgent);
        assert_eq!(other(Level::ActiveIdeation), Tier::Urgent);
        assert_eq!(other(Level::PlanOrIntent), Tier::Urgent);
        assert_eq!(other(Level::Imminent), Tier::Emergency);
    }
}
