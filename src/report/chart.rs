//! A chart as marks on paper, drawn alike by the page and the PDF. Lengths are points; the origin
//! is the upper left corner.

use jiff::civil::Date;

use super::story::{Chart, Line, Stroke, say};

const LEFT: f32 = 26.0;
const RIGHT: f32 = 92.0;
const TOP: f32 = 14.0;
const BOTTOM: f32 = 16.0;
/// Size of its words.
pub(crate) const SIZE: f32 = 7.4;
/// Least distance of two labels, from base to base.
const APART: f32 = 8.6;
/// Points that carry their numbers at most.
const NUMBERED: usize = 12;
/// Labels below the axis at most.
const TICKS: usize = 7;

/// A drawn chart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drawing {
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) marks: Vec<Mark>,
}

/// A mark.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    /// A line through points.
    Path { points: Vec<(f32, f32)>, width: f32, tone: Tone, dashed: bool },
    /// A filled dot.
    Dot { x: f32, y: f32, radius: f32, tone: Tone },
    /// Words on a base line.
    Words { x: f32, y: f32, anchor: Anchor, text: String, tone: Tone },
}

/// Where words stand to their point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A shade of ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Ink,
    Dim,
    Faint,
    Accent,
}

impl Tone {
    /// Red, green and blue.
    pub(crate) const fn rgb(self) -> (u8, u8, u8) {
        match self {
            Self::Ink => (0x22, 0x21, 0x1f),
            Self::Dim => (0x54, 0x51, 0x4b),
            Self::Faint => (0xd9, 0xd4, 0xc9),
            Self::Accent => (0x1f, 0x55, 0x5c),
        }
    }
}

/// Where days and values lie.
struct Plane<'c> {
    chart: &'c Chart,
    width: f32,
    height: f32,
}

impl Plane<'_> {
    fn x(&self, day: Date) -> f32 {
        let span = days(self.chart.from, self.chart.to).max(1) as f32;
        let at = days(self.chart.from, day) as f32;
        LEFT + (self.width - LEFT - RIGHT) * (at / span).clamp(0.0, 1.0)
    }

    fn y(&self, value: f64) -> f32 {
        let span = self.chart.high - self.chart.low;
        let share = if span > 0.0 { ((value - self.chart.low) / span).clamp(0.0, 1.0) } else { 0.5 };
        self.height - BOTTOM - (self.height - TOP - BOTTOM) * share as f32
    }
}

fn days(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// Draws a chart of this size.
pub(crate) fn draw(chart: &Chart, width: f32, height: f32) -> Drawing {
    let plane = Plane { chart, width, height };
    let mut marks = vec![Mark::Words {
        x: 0.0,
        y: SIZE,
        anchor: Anchor::Start,
        text: chart.unit.clone(),
        tone: Tone::Dim,
    }];
    levels(&plane, &mut marks);
    ticks(&plane, &mut marks);
    let mut ends = Vec::new();
    for line in &chart.lines {
        one(&plane, line, &mut marks);
        if chart.bands.is_empty()
            && let Some((day, value)) = line.points.last()
        {
            let at = if line.stroke == Stroke::Dots { TOP } else { plane.y(*value) };
            ends.push((plane.x(*day).max(width - RIGHT), at, line));
        }
    }
    labels(&plane, ends, &mut marks);
    Drawing { width, height, marks }
}

/// Level lines: at bands with their names, otherwise at the least, the middle and the most.
fn levels(plane: &Plane<'_>, marks: &mut Vec<Mark>) {
    let Chart { low, high, bands, .. } = plane.chart;
    let end = plane.width - RIGHT;
    let mut values: Vec<f64> = bands.iter().map(|(from, _)| *from).filter(|from| from > low).collect();
    if bands.is_empty() {
        values.push(f64::midpoint(*low, *high));
    }
    values.extend([*low, *high]);
    values.sort_by(f64::total_cmp);
    values.dedup();
    let mut last = f32::INFINITY;
    for value in values {
        let y = plane.y(value);
        let (tone, width) = if value <= *low { (Tone::Dim, 0.6) } else { (Tone::Faint, 0.5) };
        marks.push(Mark::Path { points: vec![(LEFT, y), (end, y)], width, tone, dashed: false });
        if last - y >= APART || last.is_infinite() {
            let text = say::number(value, 1);
            marks.push(Mark::Words { x: LEFT - 5.0, y: y + 2.6, anchor: Anchor::End, text, tone: Tone::Dim });
            last = y;
        }
    }
    let mut last = f32::INFINITY;
    for (index, (from, name)) in bands.iter().enumerate() {
        let until = bands.get(index + 1).map_or(*high, |(next, _)| *next);
        let y = f32::midpoint(plane.y(*from), plane.y(until)) + 2.6;
        let y = y.min(last - APART);
        let text = say::short(name, 24);
        marks.push(Mark::Words { x: end + 6.0, y, anchor: Anchor::Start, text, tone: Tone::Dim });
        last = y;
    }
}

/// Months, or single days where the period is short.
fn ticks(plane: &Plane<'_>, marks: &mut Vec<Mark>) {
    let (from, to) = (plane.chart.from, plane.chart.to);
    let mut months = Vec::new();
    let mut month = from.first_of_month();
    while month <= to {
        if month >= from {
            months.push(month);
        }
        let Ok(next) = month.checked_add(jiff::Span::new().months(1)) else { break };
        month = next;
    }
    let named: Vec<(Date, String)> = if days(from, to) < 60 || months.len() < 2 {
        let mut ends = vec![(from, say::short_day(from))];
        if to > from {
            ends.push((to, say::short_day(to)));
        }
        ends
    } else {
        let step = months.len().div_ceil(TICKS);
        let step = [1, 2, 3, 4, 6, 12, 24, 60, 120].into_iter().find(|s| *s >= step).unwrap_or(step);
        let mut shown: Vec<Date> = months
            .iter()
            .copied()
            .filter(|day| {
                (i64::from(day.year()) * 12 + i64::from(day.month()) - 1) % i64::try_from(step).unwrap_or(1)
                    == 0
            })
            .collect();
        if shown.is_empty() {
            shown.extend(months.first());
        }
        let mut year = None;
        shown
            .into_iter()
            .map(|day| {
                let text = if year == Some(day.year()) {
                    say::month(day.month()).to_owned()
                } else {
                    format!("{} {}", say::month(day.month()), day.year())
                };
                year = Some(day.year());
                (day, text)
            })
            .collect()
    };
    let base = plane.height - BOTTOM;
    for (day, text) in named {
        let x = plane.x(day);
        marks.push(Mark::Path {
            points: vec![(x, base), (x, base + 3.0)],
            width: 0.6,
            tone: Tone::Dim,
            dashed: false,
        });
        marks.push(Mark::Words {
            x,
            y: base + 3.0 + SIZE + 1.5,
            anchor: Anchor::Middle,
            text,
            tone: Tone::Dim,
        });
    }
}

fn one(plane: &Plane<'_>, line: &Line, marks: &mut Vec<Mark>) {
    let points: Vec<(f32, f32)> =
        line.points.iter().map(|(day, value)| (plane.x(*day), plane.y(*value))).collect();
    let dots = |radius, tone, marks: &mut Vec<Mark>| {
        for (x, y) in &points {
            marks.push(Mark::Dot { x: *x, y: *y, radius, tone });
        }
    };
    let many = points.len() > 40;
    match line.stroke {
        Stroke::Marked => {
            path(&points, 1.1, Tone::Accent, false, marks);
            dots(if many { 1.1 } else { 2.0 }, Tone::Accent, marks);
            if !plane.chart.bands.is_empty() && points.len() <= NUMBERED {
                for ((x, y), (_, value)) in points.iter().zip(&line.points) {
                    let text = say::number(*value, 1);
                    marks.push(Mark::Words {
                        x: *x,
                        y: y - 4.5,
                        anchor: Anchor::Middle,
                        text,
                        tone: Tone::Ink,
                    });
                }
            }
        }
        Stroke::Plain => path(&points, 1.0, Tone::Ink, false, marks),
        Stroke::Dashed => path(&points, 1.1, Tone::Accent, true, marks),
        Stroke::Dots => dots(if points.len() > 400 { 0.6 } else { 0.9 }, Tone::Dim, marks),
    }
}

fn path(points: &[(f32, f32)], width: f32, tone: Tone, dashed: bool, marks: &mut Vec<Mark>) {
    if points.len() > 1 {
        marks.push(Mark::Path { points: points.to_vec(), width, tone, dashed });
    }
}

/// Names and last values of lines, to the right, pushed apart.
fn labels(plane: &Plane<'_>, mut ends: Vec<(f32, f32, &Line)>, marks: &mut Vec<Mark>) {
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut last = f32::NEG_INFINITY;
    for (x, y, line) in ends {
        let y = (y + 2.6).max(last + APART);
        last = y;
        let text = match (line.stroke, line.points.last()) {
            (Stroke::Dots, _) | (_, None) => format!("\u{b7} {}", line.name),
            (_, Some((_, value))) => format!("{} {}", line.name, say::number(*value, 1)),
        };
        let tone = if line.stroke == Stroke::Dots { Tone::Dim } else { Tone::Ink };
        marks.push(Mark::Words { x: x + 6.0, y: y.min(plane.height), anchor: Anchor::Start, text, tone });
    }
}
