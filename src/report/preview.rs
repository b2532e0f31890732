//! What a report would hold, without making it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Report;
use super::section::Section;

/// What a report would hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Preview {
    /// One line a chosen section, in the order of the report.
    pub lines: Vec<PreviewLine>,
    /// Whether any of it holds words that the person wrote.
    pub own_words: bool,
}

/// What a section would hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PreviewLine {
    /// Which.
    pub section: Section,
    /// Its heading.
    pub title: String,
    /// How many things it holds.
    pub count: usize,
    /// What is counted, such as `sheets`, or `sheet` where it is one.
    pub of: String,
    /// The first day that it tells of.
    #[schema(value_type = Option<String>)]
    pub first: Option<Date>,
    /// The last day that it tells of.
    #[schema(value_type = Option<String>)]
    pub last: Option<Date>,
    /// Whether it holds words that the person wrote.
    pub own_words: bool,
}

impl Preview {
    /// The preview of a report.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let lines: Vec<_> = report.chosen().iter().map(|section| line(report, section)).collect();
        let own_words = report.head().name.is_some() || lines.iter().any(|line| line.own_words);
        Self { lines, own_words }
    }
}

fn line(report: &Report, section: Section) -> PreviewLine {
    let (head, held) = (report.head(), report.held());
    let ([one, many], days, own_words): ([&str; 2], Vec<Date>, bool) = match section {
        Section::Note => (["note", "note"], Vec::new(), held.note.is_some()),
        Section::Questionnaires => {
            let sheets = held.questionnaires.iter().flat_map(|instrument| &instrument.sheets);
            (["sheet", "sheets"], sheets.map(|sheet| head.day(sheet.at)).collect(), false)
        }
        Section::RedFlags => (["flag", "flags"], held.red_flags.iter().map(|flag| flag.on).collect(), false),
        Section::CheckIns => {
            (["week", "weeks"], held.check_ins.iter().map(|week| week.monday).collect(), false)
        }
        Section::Body => {
            let series = held.body.series.iter().flat_map(|series| &series.days).map(|day| day.day);
            let cortisol = held.body.cortisol.iter().map(|value| head.day(value.at));
            (["daily value", "daily values"], series.chain(cortisol).collect(), false)
        }
        Section::HabitsOfThought => (["habit of thought", "habits of thought"], Vec::new(), false),
        Section::Practice => {
            let own = held.practice.iter().any(|t| t.predicted.is_some() || t.happened.is_some());
            (["try", "tries"], held.practice.iter().map(|t| head.day(t.at)).collect(), own)
        }
        Section::Associations => (["sentence", "sentences"], Vec::new(), false),
        Section::ThoughtRecords => {
            let days: Vec<_> = held.thought_records.iter().map(|record| head.day(record.at)).collect();
            let own = !days.is_empty();
            (["record", "records"], days, own)
        }
        Section::Parts => {
            let days = held.parts.iter().flat_map(|part| [part.first, part.last]).flatten().collect();
            (["part", "parts"], days, !held.parts.is_empty())
        }
        Section::Entries => {
            let days: Vec<_> = held.entries.iter().map(|entry| head.day(entry.at)).collect();
            let own = !days.is_empty();
            (["entry", "entries"], days, own)
        }
    };
    let count = match section {
        Section::Note => usize::from(held.note.is_some()),
        Section::HabitsOfThought => held.habits_of_thought.counts.len(),
        Section::Associations => held.associations.len(),
        Section::Parts => held.parts.len(),
        _ => days.len(),
    };
    PreviewLine {
        section,
        title: section.title().to_owned(),
        count,
        of: if count == 1 { one } else { many }.to_owned(),
        first: days.iter().min().copied(),
        last: days.iter().max().copied(),
        own_words,
    }
}
