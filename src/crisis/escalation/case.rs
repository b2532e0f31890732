//! Which situation the fixed texts speak to.

use serde::{Deserialize, Serialize};

use crate::crisis::helplines::Serves;
use crate::crisis::level::{About, Flag, Level, Medical};

/// Which situation a text speaks to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Case {
    /// It happens now, or has been done.
    Imminent,
    /// A plan, a date, a goodbye, the will to act.
    PlanOrIntent,
    /// Someone else could be hurt by the writer.
    HarmToOthers,
    /// Thoughts of ending one's life.
    ActiveIdeation,
    /// A wish not to be here.
    PassiveIdeation,
    /// Someone the writer knows is in danger.
    OtherAtRisk,
    /// The writer is hurt, threatened or controlled.
    Abuse,
    /// Voices, being watched, thoughts put in.
    PsychosisSigns,
    /// The writer hurts themself.
    SelfHarm,
    /// The body needs care that is put off.
    RefusingCare,
    /// Starving, purging, bingeing.
    Eating,
    /// Drink or drugs are growing.
    Substance,
    /// Unreal, far away, losing time.
    Dissociation,
    /// The past as if it were now; always on guard.
    Flashbacks,
    /// Attacks of fear.
    Panic,
    /// Strong pain or hopelessness.
    Distress,
    /// Help is near and turned away.
    TurningHelpAway,
    /// Daily life has been taken for a long time.
    Impairment,
    /// Anything else.
    General,
}

impl Case {
    /// All cases, those that endanger life first.
    pub const ALL: [Self; 19] = [
        Self::Imminent,
        Self::PlanOrIntent,
        Self::HarmToOthers,
        Self::ActiveIdeation,
        Self::PassiveIdeation,
        Self::OtherAtRisk,
        Self::Abuse,
        Self::PsychosisSigns,
        Self::SelfHarm,
        Self::RefusingCare,
        Self::Eating,
        Self::Substance,
        Self::Dissociation,
        Self::Flashbacks,
        Self::Panic,
        Self::Distress,
        Self::TurningHelpAway,
        Self::Impairment,
        Self::General,
    ];

    /// The case to speak to when several things were noticed: danger to life first, then the
    /// order of [`Case::ALL`]. Fiction and quotation are `General`.
    ///
    /// About someone else, a level from passive ideation upwards or a flag of danger is
    /// `OtherAtRisk`; other flags (panic, say) are taken as the writer's own.
    #[must_use]
    pub fn choose(level: Level, flags: &[Flag], about: About) -> Self {
        match about {
            About::Fiction | About::Quotation => Self::General,
            About::Oneself => of_oneself(level, flags),
            About::Other => {
                let danger = level >= Level::PassiveIdeation || flags.iter().any(|f| is_danger(*f));
                match of_oneself(level, flags) {
                    _ if danger => Self::OtherAtRisk,
                    Self::General => Self::OtherAtRisk,
                    own => own,
                }
            }
        }
    }

    /// The case once bodily danger is known too: it comes before everything but danger to life
    /// by the writer's own hand, danger to others, and someone else's.
    #[must_use]
    pub fn with_medical(self, medical: Medical) -> Self {
        if medical == Medical::None || self <= Self::OtherAtRisk { self } else { Self::RefusingCare }
    }

    /// Whose text is used in place of the ordinary reply.
    pub(super) const fn escalates_as(self) -> Self {
        match self {
            Self::Flashbacks | Self::Panic => Self::Dissociation,
            Self::Distress | Self::TurningHelpAway | Self::Impairment => Self::General,
            other => other,
        }
    }

    /// Whose text stands beside the ordinary reply.
    pub(super) const fn supported_as(self) -> Self {
        match self {
            Self::Imminent | Self::PlanOrIntent | Self::ActiveIdeation | Self::PassiveIdeation => {
                Self::Distress
            }
            other => other,
        }
    }

    /// Whom a helpline should serve to stand first.
    pub(super) const fn wants(self) -> Serves {
        match self {
            Self::Imminent
            | Self::PlanOrIntent
            | Self::ActiveIdeation
            | Self::PassiveIdeation
            | Self::OtherAtRisk => Serves::Suicide,
            Self::Abuse => Serves::DomesticViolence,
            Self::Substance => Serves::Substance,
            _ => Serves::Distress,
        }
    }
}

fn of_oneself(level: Level, flags: &[Flag]) -> Case {
    let of_level = match level {
        Level::Imminent => Case::Imminent,
        Level::PlanOrIntent => Case::PlanOrIntent,
        Level::ActiveIdeation => Case::ActiveIdeation,
        Level::PassiveIdeation => Case::PassiveIdeation,
        Level::Distress => Case::Distress,
        Level::None => Case::General,
    };
    flags
        .iter()
        .map(|flag| match flag {
            Flag::HarmToOthers => Case::HarmToOthers,
            Flag::AbuseOrViolence => Case::Abuse,
            Flag::PsychosisSigns => Case::PsychosisSigns,
            Flag::SelfHarm => Case::SelfHarm,
            Flag::RefusingMedicalCare => Case::RefusingCare,
            Flag::EatingDanger => Case::Eating,
            Flag::SubstanceEscalation => Case::Substance,
            Flag::Dissociation => Case::Dissociation,
            Flag::Flashbacks | Flag::Hypervigilance => Case::Flashbacks,
            Flag::Panic => Case::Panic,
            Flag::CannotAcceptHelpInCrisis => Case::TurningHelpAway,
            Flag::ChronicImpairment => Case::Impairment,
            // Common, and grave only together with a level.
            Flag::PerceivedBurden => Case::General,
        })
        .fold(of_level, Case::min)
}

const fn is_danger(flag: Flag) -> bool {
    matches!(
        flag,
        Flag::SelfHarm
            | Flag::RefusingMedicalCare
            | Flag::SubstanceEscalation
            | Flag::AbuseOrViolence
            | Flag::HarmToOthers
            | Flag::EatingDanger
            | Flag::PsychosisSigns
    )
}
