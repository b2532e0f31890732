//! What the program noticed: kinds and tiers from closed lists, so that no words of the person can
//! stand here.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A red flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RedFlag {
    /// The person's day.
    #[schema(value_type = String)]
    pub on: Date,
    /// Which help was shown.
    pub tier: Tier,
    /// What was noticed.
    pub noticed: Noticed,
}

/// Which help was shown, from the lightest.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// An offer of support.
    Support,
    /// The advice to see a professional.
    Professional,
    /// People to talk to today.
    Urgent,
    /// Help now.
    Emergency,
}

impl Tier {
    /// All of them, from the lightest.
    pub const ALL: [Self; 4] = [Self::Support, Self::Professional, Self::Urgent, Self::Emergency];

    /// Its name in JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Professional => "professional",
            Self::Urgent => "urgent",
            Self::Emergency => "emergency",
        }
    }

    /// What the program did, in words.
    #[must_use]
    pub const fn did(self) -> &'static str {
        match self {
            Self::Support => "offered support",
            Self::Professional => "advised seeing a professional",
            Self::Urgent => "named people to talk to today",
            Self::Emergency => "led to help at once",
        }
    }
}

macro_rules! noticed {
    ($($(#[$doc:meta])* $name:ident $slug:literal $words:literal;)*) => {
        /// What was noticed in the person's words, or in an answer of a questionnaire.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum Noticed {
            $($(#[$doc])* $name,)*
        }

        impl Noticed {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in JSON.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            /// What it is, in words.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

noticed! {
    /// Strong pain or hopelessness, without a wish to die.
    Distress "distress" "strong pain or hopelessness";
    /// A wish to be dead or not to wake up.
    PassiveIdeation "passive_ideation" "a wish to be dead or not to wake up";
    /// Thoughts of killing oneself, without a plan.
    ActiveIdeation "active_ideation" "thoughts of suicide";
    /// A way, a date, means, or the will to act.
    PlanOrIntent "plan_or_intent" "thoughts of suicide with a plan or intent";
    /// In progress, or already done.
    Imminent "imminent" "danger at that moment";
    /// An answer above 0 to an item on thoughts of death or self-harm.
    AnswerOnDying "answer_on_dying" "an answer above 0 to the item on thoughts of death or self-harm";
    /// Hurting oneself on purpose.
    SelfHarm "self_harm" "hurting oneself";
    /// The belief of being a burden on others.
    PerceivedBurden "perceived_burden" "the belief of being a burden";
    /// Care that is needed and refused.
    RefusingMedicalCare "refusing_medical_care" "medical care refused or put off";
    /// Help is near and is turned away.
    CannotAcceptHelpInCrisis "cannot_accept_help_in_crisis" "help turned away in a crisis";
    /// Drink or drugs are growing.
    SubstanceEscalation "substance_escalation" "drink or drugs to get through the day";
    /// Feeling unreal, or losing stretches of time.
    Dissociation "dissociation" "dissociation or numbness";
    /// Living through a past event again.
    Flashbacks "flashbacks" "flashbacks, nightmares or intrusive memories";
    /// Attacks of fear.
    Panic "panic" "panic";
    /// Always on guard.
    Hypervigilance "hypervigilance" "being always on guard";
    /// Someone hurts, threatens or controls the writer.
    AbuseOrViolence "abuse_or_violence" "abuse or violence by somebody";
    /// Thoughts or plans of hurting someone else.
    HarmToOthers "harm_to_others" "thoughts of hurting somebody else";
    /// Starving, purging or bingeing.
    EatingDanger "eating_danger" "dangerous eating or fasting";
    /// Voices, being watched, thoughts put in.
    PsychosisSigns "psychosis_signs" "signs that may be psychosis";
    /// Lasting illness, pain or disability.
    ChronicImpairment "chronic_impairment" "daily life much impaired";
    /// Someone else is in danger.
    OtherInDanger "other_in_danger" "somebody else in danger";
}
