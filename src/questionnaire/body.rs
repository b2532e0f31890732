//! A questionnaire as JSON, for the command line and for HTTP.

use serde::Serialize;

use super::instrument::{Band, Choice, Cutoff, Item, Missing, Questionnaire, Source, Subscale};
use crate::crisis::Tier;

/// Rises when something breaks.
const SCHEMA: u32 = 1;

/// A questionnaire in a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct QuestionnaireListed {
    /// Its name in commands and addresses.
    pub id: String,
    /// What people call it.
    pub short: String,
    /// Its whole name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// The time that it asks about.
    pub asks_about: String,
    /// How many items count for the total.
    pub items: usize,
    /// Whether its number was ever shown to mean what it says.
    pub validated: bool,
}

/// All questionnaires.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct QuestionnairesBody {
    /// Rises when something breaks.
    pub schema: u32,
    /// In the order in which they are listed.
    pub questionnaires: Vec<QuestionnaireListed>,
}

/// A questionnaire with all that belongs to it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct QuestionnaireBody {
    /// Rises when something breaks.
    pub schema: u32,
    /// Its name in commands and addresses.
    pub id: String,
    /// Rises when its wording or scoring changes.
    pub edition: u32,
    /// What people call it.
    pub short: String,
    /// Its whole name.
    pub name: String,
    /// What it is, in our words.
    pub about: String,
    /// The time that it asks about.
    pub asks_about: String,
    /// What stands above its items, as published.
    pub lead: String,
    /// Whether its number was ever shown to mean what it says.
    pub validated: bool,
    /// What its number does not mean.
    pub limits: String,
    /// Who made it and what is permitted.
    pub licence: String,
    /// What was looked for and not found.
    pub not_found: Vec<String>,
    /// Its LOINC codes; `null` where none was found.
    pub loinc: LoincBody,
    /// Its code where LOINC has none.
    pub local_code: Option<String>,
    /// What happens where answers are missing.
    pub missing: MissingBody,
    /// The least total.
    pub min: u16,
    /// The greatest total.
    pub max: u16,
    /// Its items, in order.
    pub items: Vec<ItemBody>,
    /// What totals are called.
    pub bands: Vec<BandRange>,
    /// Totals from which something is suggested.
    pub cutoffs: Vec<CutoffBody>,
    /// Groups of items.
    pub subscales: Vec<SubscaleBody>,
    /// The least difference between two totals that is more than chance, in points.
    pub reliable_change: Option<u16>,
    /// Where all of this was read.
    pub sources: Vec<SourceBody>,
}

/// LOINC codes.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LoincBody {
    /// Of the panel.
    pub panel: Option<String>,
    /// Of the total.
    pub total: Option<String>,
}

/// What happens where answers are missing.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MissingBody {
    /// `refuse` or `prorate`.
    pub rule: &'static str,
    /// How many may be missing.
    pub at_most: usize,
    /// The rule as a sentence.
    pub why: String,
}

/// An item.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ItemBody {
    /// Its number, or a word for one beside the count.
    pub id: String,
    /// Its text, as published.
    pub text: String,
    /// Its LOINC code.
    pub loinc: Option<String>,
    /// Whether it counts for the total.
    pub scored: bool,
    /// The answer after which nothing else is asked and the total is 0.
    pub ends_at: Option<u8>,
    /// The tier of help that its answers lead to, each beside its answer.
    pub danger: Vec<DangerBody>,
    /// Its answers, from the least.
    pub choices: Vec<ChoiceBody>,
}

/// The help that an answer leads to.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DangerBody {
    /// The answer.
    pub value: u8,
    /// The tier.
    pub tier: Tier,
}

/// An answer that can be chosen.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ChoiceBody {
    /// What it counts.
    pub value: u8,
    /// What it says, as published.
    pub label: String,
    /// Its LOINC code.
    pub loinc: Option<String>,
}

/// What the totals from one to another are called.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct BandRange {
    /// Its name in snake case.
    pub id: String,
    /// Its name in a sentence.
    pub name: String,
    /// The least total.
    pub from: u16,
    /// The greatest total.
    pub to: u16,
    /// What it means.
    pub means: String,
}

/// A total from which something is suggested.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CutoffBody {
    /// The total.
    pub at: u16,
    /// For whom, or what is suggested.
    pub about: String,
}

/// A group of items.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SubscaleBody {
    /// Its name in JSON.
    pub id: String,
    /// Its name in a sentence.
    pub name: String,
    /// Ids of its items.
    pub items: Vec<String>,
    /// The least answer that counts for the pattern.
    pub criterion_answer: Option<u8>,
    /// How many items need it.
    pub criterion_needed: Option<usize>,
}

/// Where something was read.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SourceBody {
    /// What was read there.
    pub of: String,
    /// The page.
    pub address: Option<String>,
    /// What there is to know about it.
    pub note: Option<String>,
    /// The day on which it was read.
    pub seen: String,
}

impl Questionnaire {
    /// As it stands in a list.
    #[must_use]
    pub fn listed(&self) -> QuestionnaireListed {
        QuestionnaireListed {
            id: self.id.clone(),
            short: self.short.clone(),
            name: self.name.clone(),
            about: self.about.clone(),
            asks_about: self.asks_about.clone(),
            items: self.scored(),
            validated: self.validated,
        }
    }

    /// With all that belongs to it.
    #[must_use]
    pub fn body(&self) -> QuestionnaireBody {
        let (min, max) = self.range();
        let rule = match self.missing {
            Missing::Refuse { .. } => "refuse",
            Missing::Prorate { .. } => "prorate",
        };
        let ids = |places: &[usize]| {
            places.iter().filter_map(|place| self.items.get(*place)).map(|item| item.id.clone()).collect()
        };
        QuestionnaireBody {
            schema: SCHEMA,
            id: self.id.clone(),
            edition: self.edition,
            short: self.short.clone(),
            name: self.name.clone(),
            about: self.about.clone(),
            asks_about: self.asks_about.clone(),
            lead: self.lead.clone(),
            validated: self.validated,
            limits: self.limits.clone(),
            licence: self.licence.clone(),
            not_found: self.not_found.clone(),
            loinc: LoincBody { panel: self.loinc_panel.clone(), total: self.loinc_total.clone() },
            local_code: self.local_code.clone(),
            missing: MissingBody {
                rule,
                at_most: self.missing.allowed(),
                why: self.missing.why().to_owned(),
            },
            min,
            max,
            items: self.items.iter().map(ItemBody::of).collect(),
            bands: self.bands.iter().map(BandRange::of).collect(),
            cutoffs: self.cutoffs.iter().map(CutoffBody::of).collect(),
            subscales: self.subscales.iter().map(|one| SubscaleBody::of(one, ids(&one.items))).collect(),
            reliable_change: self.change.as_ref().map(|change| change.reliable),
            sources: self.sources.iter().map(SourceBody::of).collect(),
        }
    }
}

impl super::Questionnaires {
    /// The list of them.
    #[must_use]
    pub fn body(&self) -> QuestionnairesBody {
        QuestionnairesBody {
            schema: SCHEMA,
            questionnaires: self.iter().map(Questionnaire::listed).collect(),
        }
    }
}

impl ItemBody {
    fn of(item: &Item) -> Self {
        let tiers = item.danger.iter().flat_map(|danger| &danger.tiers);
        Self {
            id: item.id.clone(),
            text: item.text.clone(),
            loinc: item.loinc.clone(),
            scored: item.scored,
            ends_at: item.ends_at,
            danger: tiers.map(|(value, tier)| DangerBody { value: *value, tier: *tier }).collect(),
            choices: item.choices.iter().map(ChoiceBody::of).collect(),
        }
    }
}

impl ChoiceBody {
    fn of(choice: &Choice) -> Self {
        Self { value: choice.value, label: choice.label.clone(), loinc: choice.loinc.clone() }
    }
}

impl BandRange {
    fn of(band: &Band) -> Self {
        Self {
            id: band.id.clone(),
            name: band.name.clone(),
            from: band.from,
            to: band.to,
            means: band.means.clone(),
        }
    }
}

impl CutoffBody {
    fn of(cutoff: &Cutoff) -> Self {
        Self { at: cutoff.at, about: cutoff.about.clone() }
    }
}

impl SubscaleBody {
    fn of(subscale: &Subscale, items: Vec<String>) -> Self {
        Self {
            id: subscale.id.clone(),
            name: subscale.name.clone(),
            items,
            criterion_answer: subscale.criterion.map(|criterion| criterion.answer),
            criterion_needed: subscale.criterion.map(|criterion| criterion.needed),
        }
    }
}

impl SourceBody {
    fn of(source: &Source) -> Self {
        Self {
            of: source.of.clone(),
            address: source.address.clone(),
            note: source.note.clone(),
            seen: source.seen.to_string(),
        }
    }
}
