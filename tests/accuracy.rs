//! The engine's logits beside those of a plain f32 forward pass on the same weights.
//!
//! `EVENKEEL_TEST_MODEL` names the default model's file; `scripts/test` fetches it and sets it.
//! The long comparison prints its figures and runs only when it is asked for:
//!
//! ```sh
//! EVENKEEL_ACCURACY_MODEL=model.gguf cargo test --release --test accuracy -- --ignored --nocapture
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may stop at the first surprise, and the long one prints figures"
)]

#[path = "support/reference.rs"]
mod reference;
#[path = "support/tiny_gguf.rs"]
mod tiny_gguf;

use std::fmt;
use std::path::{Path, PathBuf};

use evenkeel::language::{LoadOptions, Message, Probe, Role, Token};
use reference::Reference;
use serde_json::Value;
use tiny_gguf::{HEAD, HEADS, KV_HEADS};

/// Rows of logits compared at once: 64 rows of the largest vocabularies take 40 MB.
const ROWS: usize = 64;

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

fn model() -> PathBuf {
    named("EVENKEEL_TEST_MODEL")
        .expect("EVENKEEL_TEST_MODEL names the default model's file; run scripts/test")
}

/// The thoughts of one file of our own corpus.
fn thoughts(file: &str) -> Vec<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("evals/corpus").join(file);
    let lines = std::fs::read_to_string(path).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["thought"].as_str().unwrap().to_owned())
        .collect()
}

/// A conversation about a thought, as the model is asked.
fn prompt(probe: &Probe, thought: &str) -> Vec<Token> {
    let messages = [
        Message::new(Role::System, "You answer questions about a short text with yes or no."),
        Message::new(Role::User, thought),
    ];
    probe.text().chat.encode(&messages, &probe.text().tokenizer).unwrap().tokens
}

fn text(probe: &Probe, text: &str) -> Vec<Token> {
    probe.text().tokenizer.encode(text).unwrap().tokens
}

/// How a token's logits come about.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// As those of a continuation that is scored.
    Scored,
    /// As those of the last token of a prompt, from which writing begins.
    Prompted,
}

impl Way {
    fn read(self, probe: &mut Probe, tokens: &[Token]) -> Vec<f32> {
        match self {
            Self::Scored => probe.logits(tokens).unwrap(),
            Self::Prompted => probe.logits_of_prompts(tokens).unwrap(),
        }
    }
}

/// How far two ways of computing the same network lie apart.
#[derive(Default)]
struct Distance {
    positions: usize,
    values: usize,
    greatest: f64,
    absolute: f64,
    same_first: usize,
    divergence: f64,
    /// Positions that have a next token, and what both ways lose on it.
    predicted: usize,
    ours: f64,
    theirs: f64,
}

impl Distance {
    /// Compares one text.
    fn add(&mut self, probe: &mut Probe, reference: &Reference, tokens: &[Token], way: Way) {
        let size = reference.vocabulary();
        let ours = way.read(probe, tokens);
        assert_eq!(ours.len(), tokens.len() * size);
        let states = reference.states(tokens);
        for from in (0..tokens.len()).step_by(ROWS) {
            let rows = from..(from + ROWS).min(tokens.len());
            let theirs = reference.logits(&states, rows.clone());
            let ours = &ours[rows.start * size..rows.end * size];
            for (at, (ours, theirs)) in rows.zip(ours.chunks(size).zip(theirs.chunks(size))) {
                self.row(ours, theirs, tokens.get(at + 1).copied());
            }
        }
    }

    fn row(&mut self, ours: &[f32], theirs: &[f32], next: Option<Token>) {
        assert!(ours.iter().all(|v| v.is_finite()), "a logit is not finite");
        self.positions += 1;
        self.values += ours.len();
        let (sum_ours, sum_theirs) = (log_sum(ours), log_sum(theirs));
        for (a, b) in ours.iter().zip(theirs).map(|(a, b)| (f64::from(*a), f64::from(*b))) {
            let difference = (a - b).abs();
            self.greatest = self.greatest.max(difference);
            self.absolute += difference;
            let (log_ours, log_theirs) = (a - sum_ours, b - sum_theirs);
            self.divergence += log_theirs.exp() * (log_theirs - log_ours);
        }
        self.same_first += usize::from(first(ours) == first(theirs));
        if let Some(next) = next {
            self.predicted += 1;
            self.ours += sum_ours - f64::from(ours[next as usize]);
            self.theirs += sum_theirs - f64::from(theirs[next as usize]);
        }
    }

    /// Share of positions at which both find the same token likeliest.
    fn agreement(&self) -> f64 {
        self.same_first as f64 / self.positions as f64
    }

    /// Mean Kullback–Leibler divergence of our next-token distribution from the reference's, in nats.
    fn mean_divergence(&self) -> f64 {
        self.divergence / self.positions as f64
    }

    /// Our perplexity over that of the reference.
    fn perplexity_ratio(&self) -> f64 {
        ((self.ours - self.theirs) / self.predicted as f64).exp()
    }

    /// What is scored is as good as `f32`; what is written after a prompt begins with the same token
    /// in `agreement` of the places.
    fn assert_close(&self, way: Way, agreement: f64) {
        let (divergence, perplexity) = match way {
            Way::Scored => (1e-5, 0.001),
            Way::Prompted => (1e-3, 0.01),
        };
        assert!(self.agreement() >= agreement, "{way:?}: {self}");
        assert!(self.mean_divergence() <= divergence, "{way:?}: {self}");
        assert!((self.perplexity_ratio() - 1.0).abs() <= perplexity, "{way:?}: {self}");
    }
}

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let perplexity = (self.theirs / self.predicted as f64).exp();
        write!(
            f,
            "{} positions: logits differ by {:.5} at most, {:.6} on average; the likeliest token is \
             the same at {:.4}; mean KL {:.3e}; perplexity {perplexity:.4} in f32, ratio {:.6}",
            self.positions,
            self.greatest,
            self.absolute / self.values as f64,
            self.agreement(),
            self.mean_divergence(),
            self.perplexity_ratio(),
        )
    }
}

/// Logarithm of the sum of exponentials.
fn log_sum(logits: &[f32]) -> f64 {
    let most = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    most + logits.iter().map(|v| (f64::from(*v) - most).exp()).sum::<f64>().ln()
}

/// Where the greatest value stands.
fn first(logits: &[f32]) -> Option<usize> {
    (0..logits.len()).max_by(|a, b| logits[*a].total_cmp(&logits[*b]))
}

/// About 300 positions: prompts with thoughts in them, and thoughts read as running text.
fn compare(path: &Path, way: Way) -> Distance {
    let mut probe = Probe::load(path, LoadOptions::default()).unwrap();
    let reference = Reference::load(path);
    let thoughts = thoughts("thoughts_a.jsonl");
    let mut distance = Distance::default();
    for thought in &thoughts[..2] {
        let tokens = prompt(&probe, thought);
        distance.add(&mut probe, &reference, &tokens, way);
    }
    let running = text(&probe, &thoughts[2..8].join("\n"));
    let left = 300_usize.saturating_sub(distance.positions).min(running.len());
    distance.add(&mut probe, &reference, &running[..left], way);
    distance
}

#[test]
fn logits_of_the_default_model_are_those_of_a_plain_forward_pass() {
    compare(&model(), Way::Scored).assert_close(Way::Scored, 0.99);
    // 300 places are too few for a bound near the 0.99 that the long comparison holds it to.
    compare(&model(), Way::Prompted).assert_close(Way::Prompted, 0.97);
}

/// The second architecture needs a model of 491 MB, so it runs only where one is named.
#[test]
fn logits_of_qwen2_are_those_of_a_plain_forward_pass() {
    if let Some(path) = named("EVENKEEL_TEST_QWEN") {
        compare(&path, Way::Scored).assert_close(Way::Scored, 0.99);
        compare(&path, Way::Prompted).assert_close(Way::Prompted, 0.97);
    }
}

#[test]
fn every_architecture_of_ours_computes_what_a_plain_forward_pass_computes() {
    let folder = tempfile::tempdir().unwrap();
    let biases =
        [("attn_q.bias", HEADS * HEAD), ("attn_k.bias", KV_HEADS * HEAD), ("attn_v.bias", KV_HEADS * HEAD)];
    let norms = [("attn_q_norm.weight", HEAD), ("attn_k_norm.weight", HEAD)];
    let cases: [(&'static str, &[(&str, usize)]); 3] =
        [("llama", &[]), ("qwen2", &biases), ("qwen3", &norms)];
    for (architecture, extra) in cases {
        let path = folder.path().join(format!("{architecture}.gguf"));
        tiny_gguf::byte_level_model(&path, architecture, 512, extra);
        let mut probe =
            Probe::load(&path, LoadOptions { threads: Some(1), ..LoadOptions::default() }).unwrap();
        let tokens = text(&probe, &"Not even a hello. ".repeat(20));
        for way in [Way::Scored, Way::Prompted] {
            let mut distance = Distance::default();
            distance.add(&mut probe, &Reference::load(&path), &tokens, way);
            // Weights in f32 leave nothing to round but sums.
            assert!(distance.greatest < 1e-2, "{architecture}: {distance}");
            distance.assert_close(Way::Scored, 0.99);
        }
    }
}

/// At least 2,000 positions in prompts, and 20 kB of running text in windows of 512 tokens and
/// one of 2,048. Prints figures for the prompts and for the text.
#[test]
#[ignore = "takes minutes; run it after every change of the forward pass or of a kernel"]
fn logits_over_a_long_text_and_many_prompts() {
    let path = named("EVENKEEL_ACCURACY_MODEL").unwrap_or_else(model);
    let mut probe = Probe::load(&path, LoadOptions::default()).unwrap();
    let reference = Reference::load(&path);

    let mut running = String::new();
    for thought in thoughts("thoughts_c.jsonl") {
        if running.len() >= 20_000 {
            break;
        }
        running.push_str(&thought);
        running.push('\n');
    }
    let running = text(&probe, &running);

    for way in [Way::Scored, Way::Prompted] {
        let mut prompts = Distance::default();
        for thought in thoughts("thoughts_b.jsonl") {
            if prompts.positions >= 2_000 {
                break;
            }
            let tokens = prompt(&probe, &thought);
            prompts.add(&mut probe, &reference, &tokens, way);
        }
        println!("{way:?}, prompts: {prompts}");

        let mut windows = Distance::default();
        for window in running.chunks(512) {
            windows.add(&mut probe, &reference, window, way);
        }
        println!("{way:?}, text of 20 kB: {windows}");

        let mut long = Distance::default();
        long.add(&mut probe, &reference, &running[..running.len().min(2_048)], way);
        println!("{way:?}, one window of 2,048: {long}");

        prompts.assert_close(way, 0.99);
        // Nobody writes on from each word of a running text; there is less to go by than in a prompt.
        let agreement = if matches!(way, Way::Scored) { 0.99 } else { 0.98 };
        for distance in [windows, long] {
            distance.assert_close(way, agreement);
        }
    }
}
