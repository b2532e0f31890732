//! A chart as SVG, in colours of the page; what it shows is said for those who can't see it.

use std::fmt::Write;

use crate::report::chart::{self, Anchor, Mark, Tone};
use crate::report::story::Chart;

/// The chart in this size.
pub(super) fn of(told: &Chart, (width, height): (f32, f32)) -> String {
    let drawing = chart::draw(told, width, height);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
        drawing.width,
        drawing.height,
        escape(&told.alt)
    );
    for mark in &drawing.marks {
        one(&mut svg, mark);
    }
    svg.push_str("</svg>");
    svg
}

fn one(svg: &mut String, mark: &Mark) {
    let _ = match mark {
        Mark::Path { points, width, tone, dashed } => {
            let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let dash = if *dashed { " stroke-dasharray=\"3 2\"" } else { "" };
            write!(
                svg,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"{dash}/>",
                points.join(" "),
                color(*tone)
            )
        }
        Mark::Dot { x, y, radius, tone } => {
            write!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{}\"/>", color(*tone))
        }
        Mark::Words { x, y, anchor, text, tone } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            write!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{}\">{}</text>",
                color(*tone),
                escape(text)
            )
        }
    };
}

fn color(tone: Tone) -> String {
    let (red, green, blue) = tone.rgb();
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
