//! What the program noticed in the period: days, tiers and kinds, never words.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{GatherError, Gathering};
use crate::crisis::{About, Flag, Level, Risk, Tier};
use crate::report::{self, Noticed, RedFlag};

impl Gathering<'_> {
    /// Red flags of entries, thought records, talks with parts and questionnaires; once a day for
    /// each kind, with its gravest tier.
    pub(super) fn red_flags(&self) -> Result<Vec<RedFlag>, GatherError> {
        let (from, until) = self.around();
        let mut seen: BTreeSet<(Date, Noticed, report::Tier)> = BTreeSet::new();
        for entry in self.journal.entries_seen(from, until)? {
            entry.risks.iter().for_each(|risk| add(&mut seen, entry.written.local_day(), risk));
        }
        for one in self.journal.records_seen(from, until)? {
            one.risks.iter().for_each(|risk| add(&mut seen, one.record.written.local_day(), risk));
        }
        for dialogue in self.journal.dialogues()? {
            for turn in &dialogue.turns {
                turn.risk.iter().for_each(|risk| add(&mut seen, turn.at.local_day(), risk));
            }
        }
        for sheet in self.journal.responses(None, usize::MAX)? {
            if let Some(tier) = sheet.content.help.and_then(tier) {
                seen.insert((sheet.saved.local_day(), Noticed::AnswerOnDying, tier));
            }
        }
        let mut flags: Vec<RedFlag> = Vec::new();
        // In order, so that the gravest of a day and kind comes last and stands.
        for (on, noticed, tier) in seen.into_iter().filter(|(on, ..)| self.holds_day(*on)) {
            match flags.last_mut() {
                Some(last) if last.on == on && last.noticed == noticed => last.tier = tier,
                _ => flags.push(RedFlag { on, tier, noticed }),
            }
        }
        Ok(flags)
    }
}

fn add(seen: &mut BTreeSet<(Date, Noticed, report::Tier)>, on: Date, risk: &Risk) {
    let Some(tier) = tier(risk.tier) else { return };
    let level = match risk.level {
        Level::None => None,
        Level::Distress => Some(Noticed::Distress),
        Level::PassiveIdeation => Some(Noticed::PassiveIdeation),
        Level::ActiveIdeation => Some(Noticed::ActiveIdeation),
        Level::PlanOrIntent => Some(Noticed::PlanOrIntent),
        Level::Imminent => Some(Noticed::Imminent),
    };
    let flags = risk.flags.iter().map(|noticed| kind(noticed.flag));
    let other = (risk.about == About::Other).then_some(Noticed::OtherInDanger);
    seen.extend(level.into_iter().chain(flags).chain(other).map(|noticed| (on, noticed, tier)));
}

const fn tier(tier: Tier) -> Option<report::Tier> {
    match tier {
        Tier::None => None,
        Tier::Support => Some(report::Tier::Support),
        Tier::Professional => Some(report::Tier::Professional),
        Tier::Urgent => Some(report::Tier::Urgent),
        Tier::Emergency => Some(report::Tier::Emergency),
    }
}

const fn kind(flag: Flag) -> Noticed {
    match flag {
        Flag::SelfHarm => Noticed::SelfHarm,
        Flag::PerceivedBurden => Noticed::PerceivedBurden,
        Flag::RefusingMedicalCare => Noticed::RefusingMedicalCare,
        Flag::CannotAcceptHelpInCrisis => Noticed::CannotAcceptHelpInCrisis,
        Flag::SubstanceEscalation => Noticed::SubstanceEscalation,
        Flag::Dissociation => Noticed::Dissociation,
        Flag::Flashbacks => Noticed::Flashbacks,
        Flag::Panic => Noticed::Panic,
        Flag::Hypervigilance => Noticed::Hypervigilance,
        Flag::AbuseOrViolence => Noticed::AbuseOrViolence,
        Flag::HarmToOthers => Noticed::HarmToOthers,
        Flag::EatingDanger => Noticed::EatingDanger,
        Flag::PsychosisSigns => Noticed::PsychosisSigns,
        Flag::ChronicImpairment => Noticed::ChronicImpairment,
    }
}
