//! What is said when danger is noticed: fixed texts, written by hand, never generated.
//!
//! `content/escalation.toml` holds what replaces the ordinary reply (tiers urgent and
//! emergency), `content/support.toml` what stands beside it. No clinician has reviewed them yet.

mod case;
mod texts;

pub use case::Case;
pub use texts::EscalationError;

use serde::Serialize;

use super::helplines::{EmergencyNumber, Helpline, HelplineSet, Serves};
use super::level::Tier;
use super::safety_plan::OwnPlan;
use texts::{EscalationFile, SupportFile, Variant};

/// Becomes the country's emergency number.
const EMERGENCY: &str = "{emergency}";
/// As many lines as fit one card; the full list has its own place.
const MOST_LINES: usize = 4;
const MOST_LINES_BESIDE: usize = 2;

/// What takes the place of the ordinary reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Escalation {
    /// `urgent` or `emergency`.
    pub tier: Tier,
    /// The situation it speaks to.
    pub case: Case,
    /// 3 to 6 short lines, parted by line feeds.
    pub message: String,
    /// Up to 4 lines of the person's country, the fittest first; where none is known, pages that
    /// lead to lines in many countries.
    pub helplines: Vec<Helpline>,
    /// As dialled; with what they reach where none reaches everything.
    pub emergency_numbers: Vec<String>,
    /// 3 to 5 steps, the most pressing first.
    pub steps: Vec<String>,
    /// What to know about the list, or that there is none.
    pub note: String,
    /// What the person's own safety plan has for it; absent where it has nothing to say here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<OwnPlan>,
}

/// What stands beside the ordinary reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Support {
    /// `support` or `professional`.
    pub tier: Tier,
    /// 3 to 6 short lines, parted by line feeds.
    pub message: String,
    /// 3 to 5 steps.
    pub steps: Vec<String>,
    /// Up to 2 lines of the person's country; where none is known, pages that lead to some.
    pub helplines: Vec<Helpline>,
    /// What to know about the list, or that there is none.
    pub note: String,
}

/// All fixed texts for danger and distress.
#[derive(Debug, Clone)]
pub struct EscalationTexts {
    escalation: EscalationFile,
    support: SupportFile,
}

impl EscalationTexts {
    /// The texts that this program carries.
    ///
    /// # Errors
    /// [`EscalationError`] if a text breaks a rule; a test sees to it that none does.
    pub fn embedded() -> Result<Self, EscalationError> {
        Self::parse(include_str!("../../content/escalation.toml"), include_str!("../../content/support.toml"))
    }

    /// Reads both files and checks them.
    ///
    /// # Errors
    /// [`EscalationError`] if one is not TOML of this form, a case is missing, named twice or
    /// has no place there, or a text is too long, too short or has fewer than two variants.
    pub fn parse(escalation: &str, support: &str) -> Result<Self, EscalationError> {
        Ok(Self { escalation: EscalationFile::parse(escalation)?, support: SupportFile::parse(support)? })
    }

    /// What takes the place of the ordinary reply. A tier below urgent is raised to urgent.
    ///
    /// `variant` counts how often the person has seen one; the texts take turns.
    #[must_use]
    pub fn compose(&self, case: Case, tier: Tier, lines: &HelplineSet, variant: usize) -> Escalation {
        let tier = tier.max(Tier::Urgent);
        let text = self.escalation.get(case);
        let shared = &self.escalation.first;
        let first = match (tier, text.and_then(|t| t.first.as_ref())) {
            (Tier::Emergency, Some(own)) => own.emergency.as_str(),
            (_, Some(own)) => own.urgent.as_str(),
            (Tier::Emergency, None) => turn(&shared.emergency, variant),
            _ if !lines.listed => turn(&shared.urgent_without_lines, variant),
            _ => turn(&shared.urgent, variant),
        };
        let (message, steps) = speak(first, text.map(|t| t.variant.as_slice()), lines, variant);
        Escalation {
            tier,
            case,
            message,
            helplines: pick(case, lines, MOST_LINES),
            emergency_numbers: lines.emergency.iter().map(EmergencyNumber::as_shown).collect(),
            steps,
            note: lines.note.clone(),
            plan: None,
        }
    }

    /// What stands beside the ordinary reply. A tier above professional is lowered to it, none
    /// is raised to support.
    #[must_use]
    pub fn support(&self, case: Case, tier: Tier, lines: &HelplineSet, variant: usize) -> Support {
        let text = self.support.get(case);
        self.beside(case, tier, text.map(|t| t.variant.as_slice()), lines, variant)
    }

    /// What is said when the person answers "that's not what I meant": the talk goes on and the
    /// help stays.
    #[must_use]
    pub fn acknowledged(&self, case: Case, lines: &HelplineSet, variant: usize) -> Support {
        let text = self.support.acknowledged.variant.as_slice();
        self.beside(case, Tier::Support, Some(text), lines, variant)
    }

    fn beside(
        &self,
        case: Case,
        tier: Tier,
        text: Option<&[Variant]>,
        lines: &HelplineSet,
        variant: usize,
    ) -> Support {
        let tier = tier.clamp(Tier::Support, Tier::Professional);
        let shared = &self.support.first;
        let first = match tier {
            Tier::Professional => turn(&shared.professional, variant),
            _ if !lines.listed => turn(&shared.support_without_lines, variant),
            _ => turn(&shared.support, variant),
        };
        let (message, steps) = speak(first, text, lines, variant);
        Support {
            tier,
            message,
            steps,
            helplines: pick(case, lines, MOST_LINES_BESIDE),
            note: lines.note.clone(),
        }
    }
}

fn turn(texts: &[String], variant: usize) -> &str {
    texts.get(variant % texts.len().max(1)).map_or("", String::as_str)
}

fn speak(
    first: &str,
    variants: Option<&[Variant]>,
    lines: &HelplineSet,
    variant: usize,
) -> (String, Vec<String>) {
    let number = lines.emergency_phrase();
    let fill = |text: &str| text.replace(EMERGENCY, &number);
    let variants = variants.unwrap_or_default();
    let text = variants.get(variant % variants.len().max(1));
    let message = text.map(|t| fill(&t.message.join("\n"))).unwrap_or_default();
    let rest = text.map(|t| t.steps.as_slice()).unwrap_or_default();
    let steps = std::iter::once(first).chain(rest.iter().map(String::as_str)).map(fill).collect();
    (message, steps)
}

/// The fittest lines first; lines for a group that was not spoken of are left out, except those
/// for the young and for veterans, who may well be who is writing.
fn pick(case: Case, set: &HelplineSet, at_most: usize) -> Vec<Helpline> {
    let rank = |line: &Helpline| {
        if line.serves.contains(&case.wants()) {
            Some(0)
        } else if line.serves.contains(&Serves::Suicide) || line.serves.contains(&Serves::Distress) {
            Some(1)
        } else if line.serves.contains(&Serves::Youth) || line.serves.contains(&Serves::Veterans) {
            Some(2)
        } else {
            None
        }
    };
    let mut ranked: Vec<_> = set.lines.iter().filter_map(|l| rank(l).map(|r| (r, l))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().take(at_most).map(|(_, line)| line.clone()).collect()
}

#[cfg(test)]
mod tests;
