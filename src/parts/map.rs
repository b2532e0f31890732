//! The map of parts: protectors above, what they protect below, ties as lines. As SVG, and as DOT
//! for whoever draws it with Graphviz.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::memory::{PartNotes, Tie};
use super::stage::Role;

const WIDTH: usize = 190;
const HEIGHT: usize = 74;
const GAP: usize = 40;
const BETWEEN: usize = 96;
const MARGIN: usize = 36;
/// Parts side by side at most.
const ABREAST: usize = 4;
/// Characters of a name that fit its box.
const NAME: usize = 22;

/// Rows of the map from the top, by role. What no role was said of stands between.
fn row(role: Option<Role>) -> usize {
    match role {
        Some(Role::Manager) => 0,
        Some(Role::Firefighter) => 1,
        None => 2,
        Some(Role::Exile) => 3,
        Some(Role::Oneself) => 4,
    }
}

fn label(role: Option<Role>) -> &'static str {
    match role {
        Some(Role::Manager) => "manager",
        Some(Role::Firefighter) => "firefighter",
        Some(Role::Exile) => "exile",
        Some(Role::Oneself) => "self",
        None => "",
    }
}

/// The map as an SVG picture. Roles are told apart by outline and word, not by colour alone.
#[must_use]
pub fn svg(parts: &[PartNotes]) -> String {
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for level in 0..=4 {
        let here: Vec<usize> = (0..parts.len()).filter(|i| row(parts[*i].role) == level).collect();
        rows.extend(here.chunks(ABREAST).map(<[usize]>::to_vec));
    }
    let widest = rows.iter().map(Vec::len).max().unwrap_or(1);
    let span = |count: usize| count * WIDTH + count.saturating_sub(1) * GAP;
    let width = 2 * MARGIN + span(widest);
    let height = 2 * MARGIN + rows.len().max(1) * HEIGHT + rows.len().saturating_sub(1) * BETWEEN;
    let mut at: HashMap<usize, (usize, usize)> = HashMap::new();
    for (r, row) in rows.iter().enumerate() {
        let left = MARGIN + (span(widest) - span(row.len())) / 2;
        for (c, part) in row.iter().enumerate() {
            at.insert(*part, (left + c * (WIDTH + GAP), MARGIN + r * (HEIGHT + BETWEEN)));
        }
    }
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" font-family=\"Georgia, serif\" font-size=\"15\">\n<title>Map of parts</title>\n\
         <defs><marker id=\"to\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
         <path d=\"M0 0L8 4L0 8z\" fill=\"#4a4a46\"/></marker></defs>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fbfaf6\"/>\n"
    );
    let places = by_name(parts);
    for (from, part) in parts.iter().enumerate() {
        for (tie, other) in &part.ties {
            if let Some((a, b)) = places.get(&key(other)).and_then(|to| Some((at.get(&from)?, at.get(to)?))) {
                let _ = writeln!(out, "{}", line(*a, *b, *tie));
            }
        }
    }
    for (i, part) in parts.iter().enumerate() {
        let Some((x, y)) = at.get(&i) else { continue };
        let (dash, round) = match part.role {
            Some(Role::Firefighter) => (" stroke-dasharray=\"7 4\"", 8),
            Some(Role::Exile) => ("", HEIGHT / 2),
            Some(Role::Oneself) => (" stroke-width=\"3\"", 8),
            _ => ("", 8),
        };
        let (middle, name_at, role_at) = (x + WIDTH / 2, y + HEIGHT / 2, y + HEIGHT / 2 + 20);
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"{round}\" fill=\"#ffffff\" stroke=\"#2e2e2a\"{dash}/>\n\
             <text x=\"{middle}\" y=\"{name_at}\" text-anchor=\"middle\" fill=\"#1d1d1a\">{}</text>\n\
             <text x=\"{middle}\" y=\"{role_at}\" text-anchor=\"middle\" font-size=\"12\" fill=\"#4a4a46\">{}</text>",
            escaped(&short(&part.name)),
            label(part.role)
        );
    }
    out.push_str("</svg>\n");
    out
}

/// The line of a tie: with an arrow to what is protected; dashed between those that pull apart.
fn line(from: (usize, usize), to: (usize, usize), tie: Tie) -> String {
    let middle = |(x, y): (usize, usize)| (x + WIDTH / 2, y + HEIGHT / 2);
    let ((x1, y1), (x2, y2)) = (middle(from), middle(to));
    let edge = |y: usize, other: usize| match y.cmp(&other) {
        std::cmp::Ordering::Less => y + HEIGHT / 2,
        std::cmp::Ordering::Greater => y - HEIGHT / 2,
        std::cmp::Ordering::Equal => y,
    };
    // Neighbours are tied side to side.
    let (x1, x2) = match (y1 == y2, x1 < x2) {
        (true, true) => (x1 + WIDTH / 2, x2 - WIDTH / 2),
        (true, false) => (x1 - WIDTH / 2, x2 + WIDTH / 2),
        _ => (x1, x2),
    };
    let (from_y, to_y) = (edge(y1, y2), edge(y2, y1));
    let how = match tie {
        Tie::Protects => " marker-end=\"url(#to)\"",
        Tie::Against => " stroke-dasharray=\"3 5\"",
    };
    format!(
        "<line x1=\"{x1}\" y1=\"{from_y}\" x2=\"{x2}\" y2=\"{to_y}\" stroke=\"#4a4a46\" stroke-width=\"1.5\"{how}/>"
    )
}

/// The map in the language of Graphviz.
#[must_use]
pub fn dot(parts: &[PartNotes]) -> String {
    let mut out = String::from("digraph parts {\n  rankdir=TB;\n  node [shape=box, fontname=\"Georgia\"];\n");
    for (i, part) in parts.iter().enumerate() {
        let shape = match part.role {
            Some(Role::Firefighter) => ", style=dashed",
            Some(Role::Exile) => ", style=rounded",
            Some(Role::Oneself) => ", style=bold",
            _ => "",
        };
        let role = label(part.role);
        let role = if role.is_empty() { String::new() } else { format!("\\n{role}") };
        let _ = writeln!(
            out,
            "  p{i} [label=\"{}{role}\"{shape}];",
            part.name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")
        );
    }
    let places = by_name(parts);
    for (from, part) in parts.iter().enumerate() {
        for (tie, other) in &part.ties {
            let Some(to) = places.get(&key(other)) else { continue };
            let _ = match tie {
                Tie::Protects => writeln!(out, "  p{from} -> p{to} [label=\"protects\"];"),
                Tie::Against => {
                    writeln!(out, "  p{from} -> p{to} [dir=none, style=dotted, label=\"against\"];")
                }
            };
        }
    }
    out.push_str("}\n");
    out
}

fn by_name(parts: &[PartNotes]) -> HashMap<String, usize> {
    parts.iter().enumerate().map(|(i, part)| (key(&part.name), i)).collect()
}

fn key(name: &str) -> String {
    super::rules::plain(name)
}

fn short(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    name.chars().take(NAME - 1).chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Vec<PartNotes> {
        let lid = PartNotes {
            role: Some(Role::Manager),
            ties: vec![(Tie::Protects, "The small one".into()), (Tie::Against, "the drinker".into())],
            ..PartNotes::named("the <Lid> & \"co\"")
        };
        let drinker = PartNotes { role: Some(Role::Firefighter), ..PartNotes::named("the drinker") };
        let small = PartNotes { role: Some(Role::Exile), ..PartNotes::named("the small one") };
        vec![lid, drinker, small, PartNotes::named("no role yet")]
    }

    #[test]
    fn every_part_and_tie_is_drawn_and_names_stay_text() {
        let picture = svg(&parts());
        assert_eq!(picture.matches("<rect").count(), 5);
        assert_eq!(picture.matches("<line").count(), 2);
        assert!(picture.contains("the &lt;Lid&gt; &amp; &quot;co&quot;") && !picture.contains("<Lid>"));
        let graph = dot(&parts());
        assert!(graph.contains("p0 -> p2 [label=\"protects\"]") && graph.contains("p0 -> p1 [dir=none"));
        assert!(graph.contains("the <Lid> & \\\"co\\\""));
    }

    #[test]
    fn boxes_do_not_lie_on_each_other_and_stay_inside() {
        let many: Vec<PartNotes> = (0..11).map(|i| PartNotes::named(format!("part {i}"))).collect();
        let picture = svg(&many);
        let number = |line: &str, name: &str| -> usize {
            let at = line.find(&format!(" {name}=\"")).map_or(0, |at| at + name.len() + 3);
            line[at..].split('"').next().and_then(|n| n.parse().ok()).unwrap_or(0)
        };
        let boxes: Vec<(usize, usize)> = picture
            .lines()
            .filter(|line| line.starts_with("<rect x="))
            .map(|line| (number(line, "x"), number(line, "y")))
            .collect();
        assert_eq!(boxes.len(), 11);
        let frame = picture.lines().next().unwrap_or_default();
        let (width, height) = (number(frame, "width"), number(frame, "height"));
        for (i, (x, y)) in boxes.iter().enumerate() {
            assert!(x + WIDTH <= width && y + HEIGHT <= height);
            for (a, b) in &boxes[i + 1..] {
                assert!(x.abs_diff(*a) >= WIDTH || y.abs_diff(*b) >= HEIGHT);
            }
        }
        assert!(svg(&[]).contains("<svg"));
    }
}
