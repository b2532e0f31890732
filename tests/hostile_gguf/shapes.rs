//! Shapes that no network has.

use crate::check::Then::{Error, Works};
use crate::check::{changed, check, plain, with, with_number};
use crate::hostile::{number, text, unsigned};

#[test]
fn shapes_that_no_network_has_are_refused() {
    check(vec![
        ("no heads", with_number("attention.head_count", 0), Error("attention.head_count")),
        ("too many heads", with_number("attention.head_count", u32::MAX), Error("attention.head_count")),
        ("many heads", with_number("attention.head_count", 1 << 24), Error("attn_q")),
        ("no key heads", with_number("attention.head_count_kv", 0), Error("attention.head_count_kv")),
        (
            "many key heads",
            with_number("attention.head_count_kv", u32::MAX),
            Error("attention.head_count_kv"),
        ),
        ("heads that do not divide", with_number("attention.head_count_kv", 3), Error("do not divide")),
        ("more key heads than heads", with_number("attention.head_count_kv", 8), Error("do not divide")),
        ("heads of size 0", with_number("attention.key_length", 0), Error("attention.key_length")),
        ("heads of odd size", with_number("attention.key_length", 7), Error("do not divide")),
        ("heads of size 512", with_number("attention.key_length", 512), Error("256")),
        ("heads of another size", with_number("attention.key_length", 16), Error("size of a head")),
        (
            "values of another size",
            with_number("attention.value_length", 16),
            Error("attention.value_length"),
        ),
        (
            "more heads than width",
            changed(|f| {
                f.remove("llama.attention.key_length");
                f.set("llama.attention.head_count", unsigned(64));
            }),
            Error("do not divide"),
        ),
        ("half of a head turned", with_number("rope.dimension_count", 4), Error("rope.dimension_count")),
        ("width 0", with_number("embedding_length", 0), Error("embedding_length")),
        ("another width", with_number("embedding_length", 64), Error("shape")),
        ("a huge width", with_number("embedding_length", u32::MAX), Error("embedding_length")),
        ("width as text", with("llama.embedding_length", text("32")), Error("embedding_length")),
        (
            "a negative width",
            with("llama.embedding_length", number(5, &(-32_i32).to_le_bytes())),
            Error("embedding_length"),
        ),
        ("no context", with_number("context_length", 0), Error("context_length")),
        ("context lacking", changed(|f| f.remove("llama.context_length")), Error("context_length")),
        ("context 1", with_number("context_length", 1), Error("tokens")),
        ("a huge context", with_number("context_length", 1 << 24), Works),
        ("no feed-forward", with_number("feed_forward_length", 0), Error("feed_forward_length")),
        ("another feed-forward", with_number("feed_forward_length", 128), Error("shape")),
        ("no blocks", with_number("block_count", 0), Error("layers")),
        ("a block less", with_number("block_count", 1), Error("layers")),
        ("too many blocks", with_number("block_count", u32::MAX), Error("layers")),
        (
            "an embedding of one dimension",
            changed(|f| f.tensor("token_embd.weight").shape = vec![190 * 32]),
            Error("token_embd.weight"),
        ),
        (
            "a transposed embedding",
            changed(|f| f.tensor("token_embd.weight").shape.reverse()),
            Error("vocabulary"),
        ),
        (
            "a norm of two dimensions",
            changed(|f| f.tensor("output_norm.weight").shape = vec![1, 32]),
            Error("output_norm.weight"),
        ),
        (
            "frequency factors of another length",
            changed(|f| f.tensors.push(plain("rope_freqs.weight", &[3], 1.0))),
            Error("rope_freqs.weight"),
        ),
        (
            "a bias of another length",
            changed(|f| f.tensors.push(plain("blk.0.attn_q.bias", &[3], 1.0))),
            Error("attn_q.bias"),
        ),
        (
            "an output of another length",
            changed(|f| f.tensors.push(plain("output.weight", &[8, 32], 1.0))),
            Error("output.weight"),
        ),
        ("yarn", with("llama.rope.scaling.type", text("yarn")), Error("yarn")),
        (
            "an unknown architecture with escapes",
            with("general.architecture", text("\u{1b}[2J".repeat(1000))),
            Error("\\u{1b}[2J"),
        ),
    ]);
}
