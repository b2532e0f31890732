//! How fast it is with 100,000 entries. Measures, and so runs only when asked:
//! `cargo test --release --test journal scale -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use evenkeel::journal::{EntryText, Filter, NewEntry, Tag};

use super::*;

const ENTRIES: usize = 100_000;
const WORDS: [&str; 40] = [
    "work", "sleep", "mother", "friend", "tired", "angry", "afraid", "alone", "meeting", "deadline", "money",
    "rent", "doctor", "train", "late", "morning", "evening", "kitchen", "garden", "letter", "phone",
    "silence", "laugh", "cry", "again", "never", "always", "everyone", "nobody", "weak", "strong", "help",
    "ask", "burden", "quiet", "rain", "walk", "music", "dog", "school",
];

fn text(n: usize) -> String {
    let mut state = n as u64 + 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let words: Vec<&str> = (0..60).map(|_| WORDS[next() % WORDS.len()]).collect();
    format!("{} rare{}", words.join(" "), n % 1_000)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[test]
#[ignore = "measures"]
#[allow(clippy::print_stderr, reason = "it tells a measurement")]
fn scale() {
    let folder =
        tempfile::tempdir_in(std::env::var_os("EVENKEEL_SCALE_DIR").unwrap_or_else(|| ".".into())).unwrap();
    let tag = Tag::new("day").unwrap();
    {
        let journal = open(folder.path());
        let begun = Instant::now();
        for n in 0..200 {
            journal.add(&NewEntry::of(EntryText::new(text(n)).unwrap())).unwrap();
        }
        eprintln!("one by one: {:.0} entries/s", 200.0 / begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        for batch in (200..ENTRIES).collect::<Vec<_>>().chunks(500) {
            let new = |n: &usize| NewEntry {
                tags: vec![tag.clone()],
                ..NewEntry::of(EntryText::new(text(*n)).unwrap())
            };
            journal.add_all(&batch.iter().map(new).collect::<Vec<_>>()).unwrap();
        }
        eprintln!(
            "in batches of 500: {:.0} entries/s",
            (ENTRIES - 200) as f64 / begun.elapsed().as_secs_f64()
        );
    }
    eprintln!("file: {} MB", folder.path().join("journal.db").metadata().unwrap().len() / 1_000_000);
    let opened = (0..5).map(|_| {
        let begun = Instant::now();
        let journal = open(folder.path());
        journal.list(&Filter::default(), None, 1).unwrap();
        begun.elapsed()
    });
    eprintln!("open and read one: {:?}", median(opened.collect()));
    let journal = open(folder.path());
    let mut after = None;
    let pages = (0..50).map(|_| {
        let begun = Instant::now();
        let page = journal.list(&Filter::default(), after, 20).unwrap();
        after = page.next;
        begun.elapsed()
    });
    eprintln!("a page of 20: {:?}", median(pages.collect()));
    for query in ["rare7", "work rare7", "work", "\"work sleep\"", "wor* sle*", "nothinglikeit"] {
        let times = (0..11).map(|_| {
            let begun = Instant::now();
            journal.search(query, &Filter::default(), None, 20).unwrap();
            begun.elapsed()
        });
        eprintln!("search {query}: {:?}", median(times.collect()));
    }
    let begun = Instant::now();
    assert!(journal.check().unwrap().is_good());
    eprintln!("check of everything: {:?}", begun.elapsed());
}
