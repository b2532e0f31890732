//! The same through the thread that the service uses.

use std::path::PathBuf;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use evenkeel::language::{Engine, LoadOptions};

use crate::check::{FACTOR, TURN, with, with_merges, with_number};
use crate::counting::{NOW, PEAK};
use crate::hostile::{File, text, unsigned};

/// Through the thread that the service uses; candle's architectures go this way alone.
async fn failure(name: &str, file: &File) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("model.gguf");
    let bytes = file.bytes();
    std::fs::write(&path, &bytes).unwrap();
    let before = NOW.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let engine = Engine::start(&path, LoadOptions { threads: Some(1), ..LoadOptions::default() }).unwrap();
    let error = engine.ready().await.err();
    let taken = PEAK.load(Ordering::Relaxed) - before;
    // Where RUST_BACKTRACE asks for it, candle takes a backtrace with each error, for which the
    // program's own debug information is read.
    let most = FACTOR * bytes.len() + (192 << 20);
    assert!(taken <= most, "{name}: {taken} bytes for a file of {}", bytes.len());
    error
}

#[tokio::test]
#[allow(clippy::await_holding_lock, reason = "one file at a time is what the lock is for")]
async fn the_engine_says_why_a_model_cannot_be_loaded_whatever_runs_it() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let gemma = |key: &str, value: Vec<u8>| {
        let mut file = File::sentence_piece("gemma3");
        file.set(&format!("gemma3.{key}"), value);
        file
    };
    let phi = |key: &str, value: u32| {
        let mut file = File::sentence_piece("phi3");
        file.set(&format!("phi3.{key}"), unsigned(value));
        file
    };
    assert_eq!(failure("gemma3", &File::sentence_piece("gemma3")).await, None);
    let cases = [
        ("no heads", with_number("attention.head_count", 0), "attention.head_count"),
        ("a merge too long", with_merges(&["<|im_start|> <|im_start|>"]), "merge"),
        ("no template", with("tokenizer.chat_template", text("{%")), "template"),
        ("gemma3: too many blocks", gemma("block_count", unsigned(u32::MAX)), "layers"),
        ("gemma3: no heads", gemma("attention.head_count", unsigned(0)), "attention.head_count"),
        ("gemma3: no key heads", gemma("attention.head_count_kv", unsigned(0)), "attention.head_count_kv"),
        ("gemma3: huge heads", gemma("attention.key_length", unsigned(1 << 20)), "attention.key_length"),
        (
            "gemma3: a window of no layers",
            gemma("attention.sliding_window_type", unsigned(0)),
            "sliding_window_type",
        ),
        ("phi3: a huge context", phi("context_length", u32::MAX), "model"),
        ("phi3: no heads", phi("attention.head_count", 0), "attention.head_count"),
        ("phi3: huge heads", phi("rope.dimension_count", u32::MAX), "rope.dimension_count"),
    ];
    let mut wrong = Vec::new();
    for (name, file, part) in cases {
        let error = failure(name, &file).await;
        if error.as_ref().is_none_or(|e| !e.contains(part) || e.contains("stopped working")) {
            wrong.push(format!("{name}: {error:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
