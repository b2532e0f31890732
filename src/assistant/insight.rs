//! What the journal holds, as looking back takes it.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;

use super::Content;
use crate::body::{Cortisol, Format, Measure};
use crate::checkin::{CheckIn, Drinks, Help, Minutes, Sleep, Ten};
use crate::insight::{self, Digest, Held, Period, day_of};
use crate::journal::{
    BodyDay, Choice, EntrySeen, Journal, JournalError, Kept, RecordSeen, Response, Stamp, Verdict,
    leads_to_help,
};
use crate::practice::{self, Practice};

/// Milliseconds of what the weekly look back sees: its week, which ended within the last one, and
/// the four before it, with a week to spare for clocks of other places.
const OF_A_DIGEST_MS: i64 = 7 * 7 * 24 * 60 * 60 * 1_000;

/// The weekly look back.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WeeklyDigest {
    /// Whether the person wants it. Off until they say so.
    pub on: bool,
    /// Whether it was not seen this week yet and has something to say.
    pub due: bool,
    /// What it says of the last whole week; asked for or not.
    pub digest: Digest,
}

impl Content {
    /// The look back at the last whole week.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn weekly_digest(&self, journal: &Journal) -> Result<WeeklyDigest, JournalError> {
        let now = journal.now();
        // It is asked for each time that the page opens, so it reads no more than it needs.
        let since = Stamp::new(now.ms() - OF_A_DIGEST_MS, now.offset()).unwrap_or(Stamp::FIRST);
        let digest = Digest::of(&self.held_since(journal, since)?, Period::last(1, day_of(now.local())));
        let chosen = journal.chosen(Choice::WeeklyDigest)?;
        let this_week = digest.to.saturating_add(1.day());
        let due = chosen.is_some_and(|seen| seen.local_day() < this_week) && !digest.sentences.is_empty();
        Ok(WeeklyDigest { on: chosen.is_some(), due, digest })
    }

    /// Everything that a journal holds to look back on.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn held(&self, journal: &Journal) -> Result<Held, JournalError> {
        self.held_since(journal, Stamp::FIRST)
    }

    /// The same, where of entries, thought records and the body only what is of this time or later
    /// matters.
    fn held_since(&self, journal: &Journal, since: Stamp) -> Result<Held, JournalError> {
        let entries = journal.entries_seen(since, Stamp::LAST)?;
        let records = journal.records_seen(since, Stamp::LAST)?;
        let check_ins = journal.all_kept::<CheckIn>(usize::MAX)?;
        let sheets = journal.responses(None, usize::MAX)?;
        let body = one_origin_each(journal.body(&(since.local_day()..=Date::MAX))?);
        let cortisol = journal.all_kept::<Cortisol>(usize::MAX)?;
        Ok(Held {
            check_ins: check_ins.iter().map(check_in).collect(),
            body: body.iter().map(measured).chain(of_cortisol(&cortisol)).collect(),
            sheets: sheets.iter().filter_map(|one| self.sheet(one)).collect(),
            written: self.written(&entries, &records),
            practice: journal.all_kept::<Practice>(usize::MAX)?.iter().map(tried).collect(),
            dialogues: journal.dialogues()?.iter().map(|one| one.begun.local_day()).collect(),
        })
    }

    fn written(&self, entries: &[EntrySeen], records: &[RecordSeen]) -> Vec<insight::Written> {
        let habit = |slug: crate::distortion::Distortion| insight::Distortion {
            slug: slug.slug().to_owned(),
            name: self.catalogue.get(slug).name.to_lowercase(),
        };
        let of_entry = |one: &EntrySeen| insight::Written {
            id: one.id.to_string(),
            moment: one.written.local(),
            situations: one.tags.iter().map(|tag| tag.as_str().into()).collect(),
            feelings: Vec::new(),
            distortions: one.found.iter().map(|slug| habit(*slug)).collect(),
            belief_before: None,
            belief_after: None,
            escalated: leads_to_help(&one.risks),
        };
        let of_record = |one: &RecordSeen| {
            let content = &one.record.content;
            let held = content.distortions.iter().filter(|(_, verdict)| **verdict != Verdict::Rejected);
            let feelings = content.feelings.iter().map(|felt| insight::Feeling {
                name: felt.name.as_str().into(),
                before: felt.before.map(|value| value.get().into()),
                after: felt.after.map(|value| value.get().into()),
            });
            insight::Written {
                id: one.record.id.to_string(),
                moment: one.record.written.local(),
                situations: Vec::new(),
                feelings: feelings.collect(),
                distortions: held.map(|(slug, _)| habit(*slug)).collect(),
                belief_before: content.belief.map(|value| value.get().into()),
                belief_after: content.belief_after.map(|value| value.get().into()),
                escalated: leads_to_help(&one.risks),
            }
        };
        entries.iter().map(of_entry).chain(records.iter().map(of_record)).collect()
    }

    fn sheet(&self, response: &Response) -> Option<insight::Sheet> {
        let questionnaire = self.questionnaires.find(&response.content.questionnaire)?;
        let result = response.content.result.as_ref()?;
        Some(insight::Sheet {
            id: response.id.to_string(),
            questionnaire: questionnaire.id.clone(),
            name: questionnaire.short.clone(),
            date: response.saved.local_day(),
            total: result.total,
            most: result.max,
            band: questionnaire.band(result.total).map(|band| band.name.clone()),
            reliable_change: questionnaire.change.as_ref().map(|change| change.reliable),
            // Of all that are here a higher total is more of what troubles.
            lower_is_better: true,
        })
    }
}

fn check_in(kept: &Kept<CheckIn>) -> insight::CheckIn {
    let one = &kept.content;
    let count = |kind: Help| one.times(kind) as u32;
    insight::CheckIn {
        id: kept.id.to_string(),
        moment: kept.written.local(),
        mood: one.mood.map(Ten::get),
        stress: one.stress.map(Ten::get),
        tension: one.tension.map(Ten::get),
        fatigue: one.fatigue.map(Ten::get),
        anxiety: one.anxiety.map(Ten::get),
        sleep_minutes: one.sleep_minutes.map(Sleep::minutes),
        caffeine: one.caffeine.map(Drinks::get),
        alcohol: one.alcohol.map(Drinks::get),
        movement_minutes: one.movement_minutes.map(Minutes::get),
        help: insight::HelpCounts {
            offered: count(Help::Offered),
            needed: count(Help::Needed),
            asked: count(Help::Asked),
            accepted: count(Help::Accepted),
            refused: count(Help::Refused),
        },
        coping: one
            .coping
            .iter()
            .map(|coped| insight::Coped {
                what: coped.what.as_str().into(),
                helped: coped.helped.map(Ten::get),
            })
            .collect(),
        moment_went: one.moment.as_ref().and_then(|moment| moment.went).map(Ten::get),
    }
}

fn tried(kept: &Kept<Practice>) -> insight::Try {
    let one = &kept.content;
    let outcome = one.outcome.as_ref();
    insight::Try {
        moment: if outcome.is_some() { kept.saved.local() } else { kept.written.local() },
        level: one.level.get(),
        predicted: one.predicted.is_some(),
        done: outcome.is_some(),
        against: outcome.and_then(|outcome| outcome.against).map(|against| match against {
            practice::Against::Better => insight::Against::Better,
            practice::Against::Same => insight::Against::Same,
            practice::Against::Worse => insight::Against::Worse,
        }),
        distress: outcome.map(|outcome| outcome.distress.get()),
    }
}

/// Of each measure the values of the maker that gave most of them: figures of different devices do
/// not make one course.
pub(super) fn one_origin_each(days: Vec<BodyDay>) -> BTreeMap<Measure, Vec<BodyDay>> {
    let mut by_origin: BTreeMap<(Measure, Format), Vec<BodyDay>> = BTreeMap::new();
    for day in days {
        by_origin.entry((day.measure, day.origin)).or_default().push(day);
    }
    let mut chosen: BTreeMap<Measure, Vec<BodyDay>> = BTreeMap::new();
    for ((measure, _), days) in by_origin {
        let best = chosen.entry(measure).or_default();
        if days.len() > best.len() {
            *best = days;
        }
    }
    chosen
}

fn measured((measure, days): (&Measure, &Vec<BodyDay>)) -> insight::Measure {
    let value = |day: &BodyDay| Some((day.day, insight::Finite::try_from(day.value.get()).ok()?));
    named(*measure, days.iter().filter_map(value).collect())
}

/// The first value of each day: later ones are lower by the hour.
fn of_cortisol(all: &[Kept<Cortisol>]) -> Option<insight::Measure> {
    let mut first: BTreeMap<Date, &Cortisol> = BTreeMap::new();
    for one in all.iter().map(|kept| &kept.content) {
        let here = first.entry(one.taken.date()).or_insert(one);
        if one.taken < here.taken {
            *here = one;
        }
    }
    let value = |(day, one): (&Date, &&Cortisol)| {
        Some((*day, insight::Finite::try_from(one.nmol_per_litre.get()).ok()?))
    };
    let days: Vec<_> = first.iter().filter_map(value).collect();
    (!days.is_empty()).then(|| named(Measure::Cortisol, days))
}

fn named(measure: Measure, days: Vec<(Date, insight::Finite)>) -> insight::Measure {
    use insight::{Larger, Taken};
    let (taken, larger) = match measure {
        Measure::Sleep
        | Measure::SleepDeep
        | Measure::SleepRem
        | Measure::SleepLight
        | Measure::SleepAwake => (Taken::ByNight, Larger::More),
        Measure::HrvRmssd => (Taken::ByNight, Larger::Higher),
        Measure::HrvSdnn | Measure::RestingHeartRate | Measure::Cortisol => (Taken::ByDay, Larger::Higher),
        Measure::Steps | Measure::ActiveMinutes => (Taken::ByDay, Larger::More),
    };
    insight::Measure {
        slug: measure.slug().to_owned(),
        // A check-in asks for sleep too.
        label: if measure == Measure::Sleep { "measured sleep" } else { measure.label() }.to_owned(),
        unit: measure.unit().to_owned(),
        taken,
        larger,
        days,
    }
}
