//! The person's words that they chose to share: entries and thought records one by one, and parts.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{GatherError, Gathering};
use crate::journal::{Id, Percent, RecordContent, Verdict};
use crate::parts::{Field, Tie};
use crate::report::{Entry, Feeling, Part, Rating, Role, ThoughtRecord};

impl Gathering<'_> {
    /// The entries that were chosen.
    pub(super) fn entries(&self) -> Result<Vec<Entry>, GatherError> {
        let mut entries = Vec::new();
        for id in &self.request.entries {
            let entry = self.journal.entry(*id)?;
            let text = entry.text.as_str().to_owned();
            entries.push(Entry {
                id: id.to_string(),
                at: self.inside("The entry", *id, entry.written)?,
                text,
            });
        }
        entries.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        entries.dedup_by(|a, b| a.id == b.id);
        Ok(entries)
    }

    /// The thought records that were chosen.
    pub(super) fn thought_records(&self) -> Result<Vec<ThoughtRecord>, GatherError> {
        let mut records = Vec::new();
        for id in &self.request.thought_records {
            let record = self.journal.full_record(*id)?.record;
            let at = self.inside("The thought record", *id, record.written)?;
            records.push(self.record(*id, at, &record.content));
        }
        records.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        records.dedup_by(|a, b| a.id == b.id);
        Ok(records)
    }

    fn record(&self, id: Id, at: jiff::Timestamp, content: &RecordContent) -> ThoughtRecord {
        let kept = content.distortions.iter().filter(|(_, verdict)| **verdict != Verdict::Rejected);
        let rating = |before: Option<Percent>, after: Option<Percent>| {
            before.map(|before| Rating { before: before.get(), after: after.map(Percent::get) })
        };
        let feelings = content.feelings.iter().filter_map(|felt| {
            let rating = rating(felt.before, felt.after)?;
            Some(Feeling { name: felt.name.as_str().to_owned(), rating })
        });
        ThoughtRecord {
            id: id.to_string(),
            at,
            situation: content.situation.as_ref().map(|line| line.as_str().to_owned()),
            thought: content.thought.as_str().to_owned(),
            habits: kept.map(|(habit, _)| self.content.catalogue.get(*habit).name.clone()).collect(),
            balanced: content.balanced.as_ref().map(|balanced| balanced.text().as_str().to_owned()),
            belief: rating(content.belief, content.belief_after),
            feelings: feelings.collect(),
        }
    }

    /// Parts that were met or noted in the period.
    pub(super) fn parts(&self) -> Result<Vec<Part>, GatherError> {
        let mut met: BTreeMap<Id, Vec<Date>> = BTreeMap::new();
        for dialogue in self.journal.dialogues()? {
            if let Some(part) = dialogue.part.filter(|_| self.holds(dialogue.begun)) {
                met.entry(part).or_default().push(dialogue.begun.local_day());
            }
        }
        let parts = self.journal.parts()?.into_iter().filter_map(|part| {
            let days = met.remove(&part.id).unwrap_or_default();
            if days.is_empty() && !self.holds(part.written) {
                return None;
            }
            let notes = part.notes;
            let field = |field: Field| notes.fields.get(&field).cloned();
            let protects: Vec<&str> = notes
                .ties
                .iter()
                .filter(|(tie, _)| *tie == Tie::Protects)
                .map(|(_, other)| other.as_str())
                .collect();
            Some(Part {
                role: notes.role.map(|role| match role {
                    crate::parts::Role::Manager => Role::Manager,
                    crate::parts::Role::Firefighter => Role::Firefighter,
                    crate::parts::Role::Exile => Role::Exile,
                    crate::parts::Role::Oneself => Role::Oneself,
                }),
                job: field(Field::Job),
                fear: field(Field::Fear),
                protects: (!protects.is_empty()).then(|| protects.join(", ")),
                talks: days.len() as u16,
                first: days.iter().min().copied(),
                last: days.iter().max().copied(),
                name: notes.name,
            })
        });
        Ok(parts.collect())
    }
}
