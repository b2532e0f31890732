//! Phrase rules, from the text as it was given to the matches, on one thread: ordinary thoughts,
//! texts about danger, entries of about 80 words, and texts made to be slow. `cargo bench --bench
//! rules`.

use std::path::Path;

use divan::Bencher;
use divan::counter::BytesCount;
use evenkeel::corpus::Corpus;
use evenkeel::crisis::RuleSet;
use evenkeel::entry::{Entry, Limit};

fn main() {
    divan::main();
}

/// What is read.
const KINDS: [&str; 15] = [
    "thoughts",
    "screening",
    "entries",
    "one letter",
    "hashes",
    "combining marks",
    "zero width",
    "leet",
    "every sign",
    "single letters",
    "quotations",
    "slips",
    "run together",
    "grave words",
    "no space",
];

fn texts(kind: &str) -> Vec<String> {
    let megabyte = |unit: &str| vec![unit.repeat(1_000_000 / unit.len())];
    match kind {
        "thoughts" | "screening" | "entries" => of_corpus(kind),
        "one letter" => megabyte("a"),
        "hashes" => megabyte("#"),
        "combining marks" => megabyte("e\u{301}\u{301}\u{301}"),
        "zero width" => megabyte("k\u{200b}i\u{200b}l\u{200b}l "),
        "leet" => megabyte("k1ll my53lf 70n1gh7 "),
        "every sign" => megabyte("a1!1!1!1!1!1!1!1!1!1!1 "),
        "single letters" => megabyte("k.i.l.l."),
        "quotations" => megabyte("\"i want to die\" he said 'to me' "),
        "slips" => megabyte("suicids everythong tomorrox "),
        "run together" => megabyte("killdeaddiekilldeaddieqq "),
        "grave words" => megabyte("i want to kill myself not "),
        _ => vec!["abcdefgh".repeat(1_250_000)],
    }
}

fn of_corpus(kind: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("evals/corpus");
    let Ok(corpus) = Corpus::read(&folder) else { return Vec::new() };
    let thoughts = corpus.thoughts.iter().map(|thought| thought.thought.clone());
    let mut texts: Vec<String> = match kind {
        "screening" => corpus.crisis.iter().map(|text| text.text.clone()).collect(),
        _ => thoughts.collect(),
    };
    if kind == "entries" {
        // Thoughts have 40 words in the mean.
        texts = texts.chunks(2).map(|two| two.join(" ")).collect();
    }
    texts
}

#[divan::bench(args = KINDS)]
fn matches(bencher: Bencher<'_, '_>, kind: &str) {
    let Ok(rules) = RuleSet::embedded() else { return };
    let texts = texts(kind);
    let bytes: usize = texts.iter().map(String::len).sum();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        let read = |text: &String| {
            Entry::new(text.as_str(), Limit::Screening).map_or(0, |e| rules.matches(e.normalised()).len())
        };
        texts.iter().map(read).sum::<usize>()
    });
}

#[divan::bench]
fn load() -> bool {
    RuleSet::embedded().is_ok()
}
