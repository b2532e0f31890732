//! Questionnaires of the period, each with what its totals mean.

use super::{GatherError, Gathering, instant};
use crate::journal::Response;
use crate::questionnaire::Questionnaire;
use crate::report::{Answered, Band, Direction, Instrument, ReliableChange, Sheet, Source};

impl Gathering<'_> {
    pub(super) fn questionnaires(&self) -> Result<Vec<Instrument>, GatherError> {
        let mut all = self.journal.responses(None, usize::MAX)?;
        all.reverse();
        let instruments = self.content.questionnaires.iter().filter_map(|one| {
            let sheets: Vec<&Response> = all
                .iter()
                .filter(|sheet| sheet.content.questionnaire == one.id && sheet.content.result.is_some())
                .collect();
            let shown = sheets.iter().enumerate().filter(|(_, sheet)| self.holds(sheet.saved));
            let shown: Vec<Sheet> = shown
                .map(|(place, sheet)| {
                    let before = place.checked_sub(1).and_then(|place| sheets.get(place));
                    self.filled(one, sheet, before.copied())
                })
                .collect();
            (!shown.is_empty()).then(|| instrument(one, shown))
        });
        Ok(instruments.collect())
    }

    fn filled(&self, of: &Questionnaire, sheet: &Response, before: Option<&Response>) -> Sheet {
        let total = |sheet: &Response| sheet.content.result.as_ref().map(|result| result.total);
        let now = total(sheet);
        let change = before.and_then(total).zip(now).map(|(before, now)| moved(of, before, now));
        let answers = sheet.content.answers.iter().filter(|_| self.request.answers);
        Sheet {
            id: sheet.id.to_string(),
            at: instant(sheet.saved),
            total: now,
            band: now.and_then(|total| of.band(total)).map(|band| band.name.clone()),
            change,
            answers: answers.map(|answer| answered(of, &answer.item, answer.value)).collect(),
        }
    }
}

/// How a total moved, in words.
fn moved(of: &Questionnaire, before: u16, now: u16) -> String {
    let difference = of.difference(before, now);
    let points = difference.points.unsigned_abs();
    let noun = if points == 1 { "point" } else { "points" };
    let moved = match difference.points {
        0 => return "the same as before".to_owned(),
        1.. => format!("{points} {noun} higher"),
        _ => format!("{points} {noun} lower"),
    };
    match difference.reliable {
        Some(true) => format!("{moved}, more than chance"),
        Some(false) => format!("{moved}, which can be chance"),
        None => moved,
    }
}

fn answered(of: &Questionnaire, id: &str, value: Option<u8>) -> Answered {
    let item = of.items.iter().find(|item| item.id == id);
    let choice = item.and_then(|item| item.choices.iter().find(|choice| Some(choice.value) == value));
    Answered {
        item: id.to_owned(),
        text: item.map(|item| item.text.clone()).unwrap_or_default(),
        answer: choice.map(|choice| choice.label.clone()),
        value,
    }
}

fn instrument(of: &Questionnaire, sheets: Vec<Sheet>) -> Instrument {
    let (min, max) = of.range();
    Instrument {
        id: of.id.clone(),
        short: of.short.clone(),
        title: of.name.clone(),
        asks_about: of.asks_about.clone(),
        validated: of.validated,
        limits: of.limits.clone(),
        licence: of.licence.clone(),
        min,
        max,
        // Of all that are here a higher total is more of what troubles.
        direction: Direction::HigherIsMore,
        bands: of
            .bands
            .iter()
            .map(|band| Band { name: band.name.clone(), from: band.from, to: band.to })
            .collect(),
        sources: of.sources.iter().filter_map(source).collect(),
        reliable_change: of
            .change
            .as_ref()
            .map(|change| ReliableChange { points: change.reliable, why: change.why.clone() }),
        sheets,
    }
}

fn source(one: &crate::questionnaire::Source) -> Option<Source> {
    Some(Source {
        of: one.of.clone(),
        address: one.address.clone(),
        seen: one.seen.to_string().parse().ok()?,
    })
}
