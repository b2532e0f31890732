//! What the screen can find: levels of suicidal ideation, flags of other dangers, whom they
//! concern and when, and the tier of help that follows.

use serde::{Deserialize, Serialize};

/// How far thoughts of dying have gone, after the ideation ladder of the Columbia Suicide
/// Severity Rating Scale (C-SSRS), simplified. Ordered: a later level is graver.
///
/// It counts present risk to the writer. It is not a diagnosis.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// No sign of a wish to die.
    #[default]
    None,
    /// Strong pain or hopelessness, without a wish to die.
    Distress,
    /// A wish to be dead, not to wake up, or the belief that others would be better off.
    PassiveIdeation,
    /// Thoughts of killing oneself, without a plan.
    ActiveIdeation,
    /// A way, a date, means, a goodbye, or the will to act.
    PlanOrIntent,
    /// Now: in progress, or already done.
    Imminent,
}

impl Level {
    /// All levels, from the lightest to the gravest.
    pub const ALL: [Self; 6] = [
        Self::None,
        Self::Distress,
        Self::PassiveIdeation,
        Self::ActiveIdeation,
        Self::PlanOrIntent,
        Self::Imminent,
    ];

    /// Its name in JSON and in data files.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Distress => "distress",
            Self::PassiveIdeation => "passive_ideation",
            Self::ActiveIdeation => "active_ideation",
            Self::PlanOrIntent => "plan_or_intent",
            Self::Imminent => "imminent",
        }
    }
}

/// Signs of danger or strain beside the level. A flag can stand at level `none`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Hurting oneself on purpose, now or lately.
    SelfHarm,
    /// The belief of being a burden on others.
    PerceivedBurden,
    /// Care that is needed and refused, put off or dropped.
    RefusingMedicalCare,
    /// Help is near and is turned away or hidden from.
    CannotAcceptHelpInCrisis,
    /// Drink or drugs are growing, or are taken to get through the day.
    SubstanceEscalation,
    /// Feeling unreal, outside oneself, or losing stretches of time.
    Dissociation,
    /// Living through a past event again as if it were now.
    Flashbacks,
    /// Attacks of fear with a racing heart or lost breath.
    Panic,
    /// Always on guard: checking, listening, back to the wall.
    Hypervigilance,
    /// Someone hurts, threatens or controls the writer.
    AbuseOrViolence,
    /// Thoughts or plans of hurting someone else.
    HarmToOthers,
    /// Starving, purging or bingeing.
    EatingDanger,
    /// Voices, being watched or followed, thoughts put in or sent out.
    PsychosisSigns,
    /// Lasting illness, pain or disability that takes daily life away.
    ChronicImpairment,
}

impl Flag {
    /// All flags.
    pub const ALL: [Self; 14] = [
        Self::SelfHarm,
        Self::PerceivedBurden,
        Self::RefusingMedicalCare,
        Self::CannotAcceptHelpInCrisis,
        Self::SubstanceEscalation,
        Self::Dissociation,
        Self::Flashbacks,
        Self::Panic,
        Self::Hypervigilance,
        Self::AbuseOrViolence,
        Self::HarmToOthers,
        Self::EatingDanger,
        Self::PsychosisSigns,
        Self::ChronicImpairment,
    ];

    /// Its name in JSON and in data files.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::SelfHarm => "self_harm",
            Self::PerceivedBurden => "perceived_burden",
            Self::RefusingMedicalCare => "refusing_medical_care",
            Self::CannotAcceptHelpInCrisis => "cannot_accept_help_in_crisis",
            Self::SubstanceEscalation => "substance_escalation",
            Self::Dissociation => "dissociation",
            Self::Flashbacks => "flashbacks",
            Self::Panic => "panic",
            Self::Hypervigilance => "hypervigilance",
            Self::AbuseOrViolence => "abuse_or_violence",
            Self::HarmToOthers => "harm_to_others",
            Self::EatingDanger => "eating_danger",
            Self::PsychosisSigns => "psychosis_signs",
            Self::ChronicImpairment => "chronic_impairment",
        }
    }
}

/// Whom the words concern.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// The writer.
    #[default]
    #[serde(rename = "self")]
    Oneself,
    /// Someone the writer knows or met.
    Other,
    /// A character in a story, game or film.
    Fiction,
    /// Words of a song, a text, the news, or someone quoted.
    Quotation,
}

impl About {
    /// All of them, the writer first.
    pub const ALL: [Self; 4] = [Self::Oneself, Self::Other, Self::Fiction, Self::Quotation];

    /// Its name in JSON and in data files.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Oneself => "self",
            Self::Other => "other",
            Self::Fiction => "fiction",
            Self::Quotation => "quotation",
        }
    }
}

/// When it holds.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Time {
    /// Now or lately. A past attempt with a present wish is present.
    #[default]
    Present,
    /// Over: told as something that was.
    Past,
}

impl Time {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Present, Self::Past];

    /// Its name in JSON and in data files.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Past => "past",
        }
    }
}

/// What help the reply leads to. Ordered: a later tier is more pressing.
/// [`super::routing::tier`] has the table.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Nothing beyond the ordinary reply.
    #[default]
    None,
    /// The ordinary reply with an offer of support beside it.
    Support,
    /// The ordinary reply with the advice to see a professional.
    Professional,
    /// No reframing: people to talk to today.
    Urgent,
    /// No reframing: help now.
    Emergency,
}

impl Tier {
    /// All tiers, from the lightest to the most pressing.
    pub const ALL: [Self; 5] = [Self::None, Self::Support, Self::Professional, Self::Urgent, Self::Emergency];

    /// Its name in JSON and in data files.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Support => "support",
            Self::Professional => "professional",
            Self::Urgent => "urgent",
            Self::Emergency => "emergency",
        }
    }

    /// Whether the reply stops reframing and leads to help.
    #[must_use]
    pub const fn escalates(self) -> bool {
        matches!(self, Self::Urgent | Self::Emergency)
    }
}

/// How pressing a bodily danger is. Ordered.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Medical {
    /// No acute bodily danger is spoken of.
    #[default]
    None,
    /// A sign that needs a doctor soon, such as chest pain, and that is left alone.
    Acute,
    /// Life may be in danger this minute.
    Now,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_the_serialised_names() {
        for level in Level::ALL {
            assert_eq!(serde_json::to_value(level).unwrap(), level.slug());
        }
        for flag in Flag::ALL {
            assert_eq!(serde_json::to_value(flag).unwrap(), flag.slug());
        }
        for about in About::ALL {
            assert_eq!(serde_json::to_value(about).unwrap(), about.slug());
        }
        for time in Time::ALL {
            assert_eq!(serde_json::to_value(time).unwrap(), time.slug());
        }
        for tier in Tier::ALL {
            assert_eq!(serde_json::to_value(tier).unwrap(), tier.slug());
        }
    }

    #[test]
    fn levels_and_tiers_rise_in_order() {
        assert!(Level::ALL.is_sorted());
        assert!(Tier::ALL.is_sorted());
        assert!(Tier::Urgent.escalates() && !Tier::Professional.escalates());
    }
}
