//! Body data: for each measure its days, a chart, and weeks or months.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::check_ins::WEEKS;
use super::{Block, Chart, Column, Line, Stroke, Table, aside, heading, say, says};
use crate::report::{BodySeries, Measure, Report};

/// Days that the drawn middle line looks at: three before, the day, three after.
const AROUND: i64 = 3;

/// Values that such a middle needs.
const ENOUGH: usize = 3;

pub(super) fn blocks(report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    let body = &report.held().body;
    for measure in Measure::ALL {
        for series in body.series.iter().filter(|series| series.measure == measure && !series.days.is_empty())
        {
            one(report, series, &mut blocks);
        }
    }
    if !body.series.iter().all(|series| series.days.is_empty()) {
        blocks.push(aside(
            "Values come from the person's own devices as these gave them. They are not medical measurements. A \
             night belongs to its morning. Days without a value are left out.",
        ));
    }
    if !body.cortisol.is_empty() {
        blocks.push(heading(2, "Cortisol"));
        blocks.push(says("Written down by the person from their own results."));
        blocks.push(Block::Table(Table {
            columns: vec![
                Column::words("Taken", 1.6),
                Column::number("nmol/L", 0.7),
                Column::words("Of", 1.0),
            ],
            rows: body
                .cortisol
                .iter()
                .map(|value| {
                    vec![
                        say::moment(report.head(), value.at),
                        say::number(value.value.get(), 1),
                        value.specimen.slug().to_owned(),
                    ]
                })
                .collect(),
        }));
    }
    blocks
}

fn one(report: &Report, series: &BodySeries, blocks: &mut Vec<Block>) {
    let measure = series.measure;
    let values: Vec<f64> = series.days.iter().map(|day| day.value.get()).collect();
    let decimals = usize::from(values.iter().any(|value| value.fract() != 0.0));
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sources: Vec<&str> = series.days.iter().filter_map(|day| day.source.as_deref()).collect();
    sources.sort_unstable();
    sources.dedup();
    let from = if sources.is_empty() {
        String::new()
    } else {
        format!(" From {}.", say::short(&sources.join(", "), 120))
    };
    let days = format!(
        "{} of {}",
        say::count(values.len(), "day", "days"),
        say::number(f64::from(report.head().period.days()), 0),
    );
    let middle_value = say::number(say::median(&values).unwrap_or(low), decimals);
    let says_it = if values.len() == 1 {
        format!("{days}: {middle_value} {}.{from}", measure.unit())
    } else {
        format!(
            "{days}. Middle value {middle_value} {}; from {} to {}.{from}",
            measure.unit(),
            say::number(low, decimals),
            say::number(high, decimals),
        )
    };
    blocks.push(heading(2, &named(measure)));
    blocks.push(says(says_it.clone()));
    if series.days.len() < 2 {
        return;
    }
    let points: Vec<(Date, f64)> = series.days.iter().map(|day| (day.day, day.value.get())).collect();
    let (floor, ceiling) = bounds(low, high);
    let mut lines = vec![Line { name: "a day".to_owned(), points: points.clone(), stroke: Stroke::Dots }];
    let middle = middle(&points);
    if middle.len() > 1 {
        lines.push(Line { name: "middle of 7 days".to_owned(), points: middle, stroke: Stroke::Plain });
    }
    blocks.push(Block::Chart(Chart {
        alt: format!("{} by day. {says_it}", measure.label()),
        from: report.head().period.from(),
        to: report.head().period.to(),
        low: floor,
        high: ceiling,
        unit: measure.unit().to_owned(),
        lines,
        bands: Vec::new(),
    }));
    blocks.push(table(&points, decimals));
}

fn named(measure: Measure) -> String {
    match measure {
        Measure::Steps => "Steps a day".to_owned(),
        measure => format!("{}, {}", measure.label(), measure.unit()),
    }
}

/// The least and the most of an axis: round numbers around the values.
fn bounds(low: f64, high: f64) -> (f64, f64) {
    let span = (high - low).max(high.abs() * 0.1).max(1.0);
    let step = 10_f64.powf(span.log10().floor());
    let step = if span / step < 2.5 { step / 2.0 } else { step };
    let floor = ((low - span * 0.05) / step).floor() * step;
    let ceiling = ((high + span * 0.05) / step).ceil() * step;
    (if low >= 0.0 { floor.max(0.0) } else { floor }, ceiling)
}

/// The median of the seven days around each day that has a value and enough neighbours.
fn middle(points: &[(Date, f64)]) -> Vec<(Date, f64)> {
    let mut middles = Vec::new();
    let (mut start, mut end) = (0, 0);
    for (day, _) in points {
        let away = |other: &Date| other.duration_since(*day).as_hours() / 24;
        while points.get(start).is_some_and(|(other, _)| away(other) < -AROUND) {
            start += 1;
        }
        while points.get(end).is_some_and(|(other, _)| away(other) <= AROUND) {
            end += 1;
        }
        let around: Vec<f64> =
            points.get(start..end).unwrap_or_default().iter().map(|(_, value)| *value).collect();
        if around.len() >= ENOUGH {
            middles.extend(say::median(&around).map(|value| (*day, value)));
        }
    }
    middles
}

fn table(points: &[(Date, f64)], decimals: usize) -> Block {
    let mut weeks: BTreeMap<Date, Vec<f64>> = BTreeMap::new();
    let mut months: BTreeMap<Date, Vec<f64>> = BTreeMap::new();
    for (day, value) in points {
        weeks.entry(monday(*day)).or_default().push(*value);
        months.entry(day.first_of_month()).or_default().push(*value);
    }
    let by_month = weeks.len() > WEEKS;
    let rows = if by_month { months } else { weeks }
        .iter()
        .map(|(key, values)| {
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            vec![
                if by_month { format!("{} {}", say::month(key.month()), key.year()) } else { say::day(*key) },
                values.len().to_string(),
                say::fixed(say::median(values).unwrap_or(low), decimals),
                say::fixed(low, decimals),
                say::fixed(high, decimals),
            ]
        })
        .collect();
    Block::Table(Table {
        columns: vec![
            Column::words(if by_month { "Month" } else { "Week from" }, 1.3),
            Column::number("Days", 0.7),
            Column::number("Middle", 0.9),
            Column::number("Lowest", 0.9),
            Column::number("Highest", 0.9),
        ],
        rows,
    })
}

/// The Monday of a day's week.
fn monday(day: Date) -> Date {
    let since = day.weekday().to_monday_zero_offset();
    day.checked_sub(jiff::Span::new().days(since)).unwrap_or(day)
}
