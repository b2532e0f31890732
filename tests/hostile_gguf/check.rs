//! Files with one thing wrong, and what must come of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use evenkeel::language::{LoadOptions, Message, Probe, Role};

use crate::counting::OWN;
use crate::hostile::{CONTEXT, File, Tensor, texts, unsigned};

/// What loading may take for each byte of the file, and whatever the file: patterns, templates,
/// the harness itself.
pub(crate) const FACTOR: usize = 8;
const CONSTANT: usize = 1 << 20;

/// One at a time, so that what is counted belongs to one file.
pub(crate) static TURN: Mutex<()> = Mutex::new(());

/// Loads a file and, if it loads, uses it every way; the error's text, or nothing.
pub(crate) fn outcome(name: &str, bytes: &[u8]) -> Option<String> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    std::fs::write(&path, bytes).unwrap();
    let started = Instant::now();
    OWN.set((0, 0));
    let done = catch_unwind(AssertUnwindSafe(|| {
        let loaded = Probe::load(&path, LoadOptions { threads: Some(1), ..LoadOptions::default() });
        let taken = OWN.get().1.cast_unsigned();
        (taken, loaded.and_then(|mut probe| r#use(&mut probe)).err().map(|e| e.to_string()))
    }));
    let Ok((taken, error)) = done else { panic!("{name}: it panicked") };
    let most = FACTOR * bytes.len() + CONSTANT;
    assert!(taken <= most, "{name}: {taken} bytes for a file of {}", bytes.len());
    assert!(started.elapsed().as_secs() < 60, "{name}: {:?}", started.elapsed());
    if std::env::var_os("EVENKEEL_TEST_FIGURES").is_some() {
        let (file, times) = (bytes.len(), taken as f64 / bytes.len() as f64);
        eprintln!("{name}: {file} bytes, {taken} taken ({times:.1}), {:?}: {error:?}", started.elapsed());
    }
    error
}

fn r#use(probe: &mut Probe) -> Result<(), evenkeel::language::LanguageError> {
    let text = probe.text();
    let mut tokens = text.tokenizer.encode("hello <|im_end|> there, ab 12\n")?.tokens;
    let chat = [Message::new(Role::System, "be kind"), Message::new(Role::User, "<|im_start|>ab")];
    let prompt = text.chat.encode(&chat, &text.tokenizer)?;
    let _ = text.tokenizer.decode(&prompt.tokens);
    tokens.extend(prompt.tokens);
    tokens.truncate(CONTEXT / 2);
    probe.prefill(&tokens)?;
    if probe.text().info.context > tokens.len() + 2 {
        probe.step(3)?;
        probe.step(3)?;
    }
    probe.logits(&tokens)?;
    Ok(())
}

/// What must come of a file.
pub(crate) enum Then {
    /// An error whose text holds this.
    Error(&'static str),
    /// A model, whatever its numbers.
    Works,
}

use Then::{Error, Works};

pub(crate) fn check(cases: Vec<(&str, File, Then)>) {
    let mut wrong = Vec::new();
    for (name, file, then) in cases {
        let came = catch_unwind(AssertUnwindSafe(|| outcome(name, &file.bytes())));
        match (came, then) {
            (Ok(Some(error)), Error(part)) if error.contains(part) && error.len() < 600 => {}
            (Ok(None), Works) => {}
            (Ok(came), Error(part)) => wrong.push(format!("{name}: {came:?}, not an error with {part:?}")),
            (Ok(came), Works) => wrong.push(format!("{name}: {came:?}")),
            (Err(panic), _) => {
                wrong.push(panic.downcast_ref::<String>().cloned().unwrap_or_else(|| name.to_owned()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A valid model with one thing changed.
pub(crate) fn changed(change: impl FnOnce(&mut File)) -> File {
    let mut file = File::valid("llama");
    change(&mut file);
    file
}

pub(crate) fn with(key: &str, value: Vec<u8>) -> File {
    changed(|f| f.set(key, value))
}

pub(crate) fn with_number(key: &str, value: u32) -> File {
    with(&format!("llama.{key}"), unsigned(value))
}

/// A tensor of one value.
pub(crate) fn plain(name: &str, shape: &[u64], value: f32) -> Tensor {
    let data = value.to_le_bytes().repeat(shape.iter().product::<u64>() as usize);
    Tensor { name: name.as_bytes().to_vec(), shape: shape.to_vec(), code: 0, offset: None, data }
}

pub(crate) fn with_merges(merges: &[&str]) -> File {
    with("tokenizer.ggml.merges", texts(merges))
}
