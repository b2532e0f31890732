//! Vocabularies that contradict themselves.

use crate::check::Then::{Error, Works};
use crate::check::{changed, check, with, with_merges};
use crate::hostile::{File, floats, ints, kinds, text, texts, unsigned};
use crate::tiny_gguf::byte_level;

#[test]
fn vocabularies_that_contradict_themselves_are_refused() {
    let mut longer = byte_level();
    longer.push("one too many".into());
    let mut shorter = byte_level();
    shorter.truncate(200);
    let mut twice = byte_level();
    twice[7] = twice[8].clone();
    let mut unnamed = byte_level();
    let last = unnamed.len() - 1;
    unnamed[last] = String::new();
    check(vec![
        ("merges twice", with_merges(&["a b", "a b"]), Works),
        ("a merge of missing pieces", with_merges(&["zz yy"]), Error("merge")),
        ("a merge into a missing piece", with_merges(&["c d"]), Error("merge")),
        ("a merge longer than every piece", with_merges(&["<|im_start|> <|im_start|>"]), Error("merge")),
        ("a merge of nothing", with_merges(&[" "]), Error("merge")),
        ("a merge with nothing", with_merges(&["a "]), Error("merge")),
        ("a merge of one", with_merges(&["ab"]), Error("merge")),
        ("a merge of three", with_merges(&["a b c"]), Error("merge")),
        ("merges that are numbers", with("tokenizer.ggml.merges", ints(&[1, 2])), Error("not text")),
        ("merges lacking", changed(|f| f.remove("tokenizer.ggml.merges")), Error("tokenizer.ggml.merges")),
        ("an unknown tokenizer", with("tokenizer.ggml.model", text("rwkv")), Error("rwkv")),
        ("an unknown pre-tokenizer", with("tokenizer.ggml.pre", text("new")), Error("new")),
        ("no pieces", with("tokenizer.ggml.tokens", texts::<&str>(&[])), Error("vocabulary")),
        ("pieces that are numbers", with("tokenizer.ggml.tokens", ints(&[1, 2])), Error("not text")),
        ("more pieces than rows", with("tokenizer.ggml.tokens", texts(&longer)), Error("vocabulary")),
        (
            "fewer pieces than rows",
            changed(|f| {
                f.set("tokenizer.ggml.tokens", texts(&shorter));
                f.set("tokenizer.ggml.token_type", ints(&kinds(200, &[])));
                f.set("tokenizer.ggml.merges", texts::<&str>(&[]));
            }),
            Works,
        ),
        ("a piece twice", with("tokenizer.ggml.tokens", texts(&twice)), Works),
        ("a control token without a name", with("tokenizer.ggml.tokens", texts(&unnamed)), Works),
        ("too few token types", with("tokenizer.ggml.token_type", ints(&[1; 9])), Error("token types")),
        ("too many token types", with("tokenizer.ggml.token_type", ints(&[1; 900])), Error("token types")),
        (
            "token types that are a number",
            with("tokenizer.ggml.token_type", unsigned(1)),
            Error("token types"),
        ),
        ("an end beyond the vocabulary", with("tokenizer.ggml.eos_token_id", unsigned(u32::MAX)), Works),
        ("a beginning beyond the vocabulary", with("tokenizer.ggml.bos_token_id", unsigned(1 << 20)), Works),
        ("only control tokens", with("tokenizer.ggml.token_type", ints(&vec![3; byte_level().len()])), Works),
    ]);
    let mut file = File::sentence_piece("llama");
    file.set("tokenizer.ggml.scores", floats(&[0.0; 3]));
    let few = ("too few scores", file.clone(), Error("scores"));
    file.set("tokenizer.ggml.scores", floats(&[f32::NAN; 268]));
    let none = ("scores that are no numbers", file.clone(), Works);
    file.set("tokenizer.ggml.scores", ints(&[0; 268]));
    check(vec![few, none, ("scores that are whole", file, Error("scores"))]);
}
