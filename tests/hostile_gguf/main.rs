//! Files that are wrong on purpose: each gives an error that says what is wrong, or a model that
//! works; none a panic, and none more memory than a small multiple of its own size.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests may stop at the first surprise"
)]

mod changes;
mod check;
mod counting;
mod directory;
mod engine;
mod memory;
mod numbers;
mod shapes;
mod templates;
mod valid;
mod vocabularies;

#[path = "../support/hostile.rs"]
mod hostile;
#[path = "../support/tiny_gguf.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod tiny_gguf;
