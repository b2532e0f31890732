//! A report holds what was chosen, of the days that were chosen, and nothing else.

use jiff::civil::Date;

use super::{Body, Habits, Held};
use crate::report::head::Head;
use crate::report::section::{Chosen, Section};

impl Held {
    /// The same without what was not chosen and what lies outside the period. A week stays if any
    /// of its days lies in the period. Sums over the period (habits of thought, associations) and
    /// parts have no day of their own and stay.
    #[must_use]
    pub(in crate::report) fn only(mut self, chosen: &Chosen, head: &Head) -> Self {
        for section in Section::ALL.into_iter().filter(|section| !chosen.has(*section)) {
            match section {
                Section::Note => self.note = None,
                Section::Questionnaires => self.questionnaires = Vec::new(),
                Section::RedFlags => self.red_flags = Vec::new(),
                Section::CheckIns => self.check_ins = Vec::new(),
                Section::Body => self.body = Body::default(),
                Section::HabitsOfThought => self.habits_of_thought = Habits::default(),
                Section::Practice => self.practice = Vec::new(),
                Section::Associations => self.associations = Vec::new(),
                Section::ThoughtRecords => self.thought_records = Vec::new(),
                Section::Parts => self.parts = Vec::new(),
                Section::Entries => self.entries = Vec::new(),
            }
        }
        self.within(head);
        self
    }

    fn within(&mut self, head: &Head) {
        let period = head.period;
        let inside = |day: Date| (period.from()..=period.to()).contains(&day);
        for instrument in &mut self.questionnaires {
            instrument.sheets.retain(|sheet| inside(head.day(sheet.at)));
        }
        self.red_flags.retain(|flag| inside(flag.on));
        self.check_ins.retain(|week| {
            let sunday = week.monday.checked_add(jiff::Span::new().days(6)).unwrap_or(week.monday);
            week.monday <= period.to() && sunday >= period.from()
        });
        for series in &mut self.body.series {
            series.days.retain(|day| inside(day.day));
        }
        self.body.cortisol.retain(|value| inside(head.day(value.at)));
        self.practice.retain(|done| inside(head.day(done.at)));
        self.thought_records.retain(|record| inside(head.day(record.at)));
        self.entries.retain(|entry| inside(head.day(entry.at)));
    }
}
