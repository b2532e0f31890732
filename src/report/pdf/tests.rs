//! What holds of every layout.

use super::face::Faces;
use super::paginate::Placed;
use super::piece::{Ink, page};
use super::{Layout, lay_out, make};
use crate::report::{Report, sample};

fn layout(report: &Report) -> Layout {
    lay_out(&Faces::read().unwrap(), report)
}

/// The text of a page, a line a mark.
fn page_text(placed: &[Placed]) -> String {
    super::words(placed)
}

#[test]
fn the_summary_is_one_page() {
    for report in [sample::full(), sample::huge(), sample::bare(), sample::scripts()] {
        let layout = layout(&report);
        let first = page_text(&layout.pages[0]);
        assert!(first.contains("Not") || first.contains("Nothing"));
        assert!(first.contains("What stands inside"));
        assert!(first.contains("About this report"), "the contents end on the first page");
    }
}

#[test]
fn nothing_stands_outside_its_page_and_no_heading_at_its_foot() {
    for report in [sample::full(), sample::huge(), sample::one_point(), sample::scripts()] {
        for placed in &layout(&report).pages {
            for Placed { y, piece } in placed {
                assert!(y + piece.height <= page::TEXT + 0.5);
                for (_, ink) in &piece.inks {
                    if let Ink::Text { x, size, shaped, .. } = ink {
                        assert!(*x >= -1.0 && x + shaped.width * size <= page::FULL + 12.0);
                    }
                }
            }
            assert!(placed.last().is_some_and(|last| last.piece.heading.is_none()));
        }
    }
}

#[test]
fn a_table_that_goes_on_has_its_head_again() {
    let layout = layout(&sample::huge());
    let mut seen = 0;
    for placed in layout.pages.iter().skip(1) {
        if let Some(second) = placed.get(1).filter(|second| second.piece.table.is_some()) {
            let head = &placed[0].piece;
            assert!(
                head.table.is_none() && head.inks.iter().all(|(node, _)| node.is_none()),
                "{:?}",
                second.y
            );
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen}");
}

#[test]
fn the_contents_name_the_right_pages() {
    let layout = layout(&sample::full());
    let begins = super::begins(&layout.pages);
    let first = page_text(&layout.pages[0]);
    let entries = begins["Entries"];
    let mut lines = first.lines().skip_while(|line| line.trim() != "Entries");
    assert_eq!(lines.nth(2), Some(format!("page {entries}").as_str()));
}

#[test]
fn boxes_are_told_of_once_and_only_where_there_are_any() {
    let told = |report: &Report| {
        let layout = layout(report);
        layout
            .pages
            .iter()
            .map(|placed| page_text(placed))
            .collect::<String>()
            .matches("Some characters")
            .count()
    };
    assert_eq!(told(&sample::scripts()), 1);
    assert_eq!(told(&sample::full()), 0);
}

#[test]
fn a_word_of_ten_thousand_letters_flows_on() {
    let mut held = sample::full().held().clone();
    held.entries[0].text = "x".repeat(10_000);
    let report = Report::of(sample::full().head().clone(), sample::everything(), held);
    let text = super::text(&report);
    assert_eq!(text.matches('x').count(), 10_000 + sample_xs());
}

/// Letters x in the words around the entry.
fn sample_xs() -> usize {
    let mut held = sample::full().held().clone();
    held.entries[0].text = "y".to_owned();
    super::text(&Report::of(sample::full().head().clone(), sample::everything(), held)).matches('x').count()
}

#[test]
fn the_bytes_are_a_tagged_document_with_a_language() {
    let bytes = make(&sample::full()).unwrap();
    assert!(bytes.starts_with(b"%PDF-1.7"));
    let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(has(b"/MarkInfo") && has(b"/Lang") && has(b"/StructTreeRoot") && has(b"/Outlines"));
    assert!(!has(b"/JavaScript") && !has(b"/URI"));
}

/// A report whose entries hold every so many-th character there is.
fn characters(step: usize) -> Report {
    let mut held = sample::full().held().clone();
    let one = held.entries[0].clone();
    let all: Vec<char> = ('\0'..=char::MAX).step_by(step).collect();
    held.entries = all
        .chunks(2000)
        .map(|chars| crate::report::Entry { text: chars.iter().collect(), ..one.clone() })
        .collect();
    Report::of(sample::full().head().clone(), sample::everything(), held)
}

#[test]
fn no_character_breaks_the_document() {
    assert!(make(&characters(61)).is_ok());
}

#[test]
#[ignore = "every character there is takes a while"]
fn not_one_character_breaks_the_document() {
    assert!(make(&characters(1)).is_ok());
}

#[test]
fn characters_in_any_order_break_nothing() {
    let mut state = 7_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    // Ranges in which neighbours change each other: marks, joiners, directions, scripts, emoji.
    let ranges: [(u32, u64); 9] = [
        (0x20, 0x60),
        (0x300, 0x70),
        (0x590, 0x200),
        (0x900, 0x300),
        (0xe00, 0x100),
        (0x2000, 0x70),
        (0xac00, 0x100),
        (0x1f1e6, 0x20),
        (0x1f3f0, 0x300),
    ];
    let mut held = sample::full().held().clone();
    let one = held.entries[0].clone();
    held.entries = (0..40)
        .map(|_| {
            let mut text = String::new();
            for _ in 0..200 {
                let (from, many) = ranges[usize::try_from(next(9)).unwrap()];
                text.extend(char::from_u32(from + u32::try_from(next(many)).unwrap()));
            }
            crate::report::Entry { text, ..one.clone() }
        })
        .collect();
    let report = Report::of(sample::full().head().clone(), sample::everything(), held);
    assert!(make(&report).is_ok());
}
