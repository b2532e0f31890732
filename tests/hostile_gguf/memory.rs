//! Files that ask for much more memory than they are long.

use crate::check::Then::{Error, Works};
use crate::check::{changed, check, plain, with, with_merges};
use crate::hostile::{File, Tensor, array, floats, ints, kinds, number, texts, unsigned};
use crate::tiny_gguf::{INNER, WIDTH, byte_level};

/// A model whose vocabulary and embedding both have these pieces.
fn with_pieces(pieces: &[String]) -> File {
    changed(|f| {
        f.set("tokenizer.ggml.tokens", texts(pieces));
        f.set("tokenizer.ggml.token_type", ints(&kinds(pieces.len(), &[])));
        *f.tensor("token_embd.weight") =
            plain("token_embd.weight", &[pieces.len() as u64, WIDTH as u64], 0.1);
    })
}

#[test]
fn memory_stays_within_a_small_multiple_of_the_file() {
    let many = |n: usize| -> Vec<String> {
        let letter = |i: usize| char::from_u32(0x4e00 + i as u32).unwrap();
        (0..n).map(|i| [letter(i % 300), letter(i / 300)].iter().collect()).collect()
    };
    let chain: Vec<String> = (1..1_400).map(|n| "a".repeat(n)).collect();
    let mut by_score = File::sentence_piece("llama");
    let mut pieces: Vec<String> = vec!["<unk>".into()];
    pieces.extend(chain);
    by_score.set("tokenizer.ggml.tokens", texts(&pieces));
    by_score.set("tokenizer.ggml.scores", floats(&vec![0.0; pieces.len()]));
    *by_score.tensor("token_embd.weight") =
        plain("token_embd.weight", &[pieces.len() as u64, WIDTH as u64], 0.1);

    // A long piece alone: every way to cut it is looked up.
    let mut long = File::sentence_piece("llama");
    let mut pieces: Vec<String> = vec!["<unk>".into(); 268];
    pieces[5] = "ab".repeat(500_000);
    long.set("tokenizer.ggml.tokens", texts(&pieces));

    // One place in the file, taken by all tensors of many layers.
    let shared = changed(|f| {
        f.tensors.iter_mut().for_each(|t| t.offset = Some(0));
        let layer: Vec<Tensor> =
            f.tensors.iter().filter(|t| t.name.starts_with(b"blk.1.")).cloned().collect();
        for i in 2..600 {
            f.tensors.extend(layer.iter().map(|t| {
                let name = String::from_utf8(t.name.clone()).unwrap().replace("blk.1.", &format!("blk.{i}."));
                Tensor { name: name.into_bytes(), data: Vec::new(), ..t.clone() }
            }));
        }
        f.set("llama.block_count", unsigned(600));
    });

    // Matrices of few rows: sixteen of them go together.
    let narrow = changed(|f| {
        let inner = 1 << 16;
        f.set("llama.feed_forward_length", unsigned(inner));
        f.set("llama.embedding_length", unsigned(2));
        f.set("llama.attention.head_count", unsigned(1));
        f.set("llama.attention.head_count_kv", unsigned(1));
        f.set("llama.attention.key_length", unsigned(2));
        f.set("llama.attention.value_length", unsigned(2));
        f.set("llama.rope.dimension_count", unsigned(2));
        for t in &mut f.tensors {
            for n in &mut t.shape {
                *n = match *n as usize {
                    INNER => u64::from(inner),
                    pieces if pieces > INNER => *n,
                    _ => 2,
                };
            }
            let code = if t.shape.len() == 2 { 30 } else { 0 };
            let size = t.shape.iter().product::<u64>() as usize;
            (t.code, t.data) = (code, vec![0; size * if code == 30 { 2 } else { 4 }]);
        }
    });
    // The shortest rows that there are, for pieces of a few bytes.
    let mut short = with_pieces(&[byte_level(), many(60_000)].concat());
    let embedding = short.tensor("token_embd.weight");
    (embedding.code, embedding.data) = (2, vec![0; embedding.shape[0] as usize * 18]);
    let distinct: Vec<(Vec<u8>, Vec<u8>)> =
        (0..60_000_u32).map(|i| (format!("{i:x}").into_bytes(), number(0, &[0]))).collect();
    let merges = vec!["a b"; 200_000];
    check(vec![
        ("an array of bytes", with("x", array(0, 2 << 20, &vec![0; 2 << 20])), Works),
        ("an array of truths", with("x", array(7, 2 << 20, &vec![0; 2 << 20])), Works),
        ("an array of empty texts", with("x", texts(&vec![""; 200_000])), Works),
        (
            "an array of empty arrays",
            with("x", array(9, 100_000, &array(0, 0, &[])[4..].repeat(100_000))),
            Works,
        ),
        ("much small metadata", changed(|f| f.metadata.extend(distinct)), Works),
        ("many pieces", with_pieces(&[byte_level(), many(30_000)].concat()), Works),
        ("many pieces with short rows", short, Works),
        (
            "many pieces for few rows",
            with("tokenizer.ggml.tokens", texts(&many(60_000))),
            Error("vocabulary"),
        ),
        ("many merges", with_merges(&merges), Works),
        ("pieces made of one another", by_score, Error("vocabulary")),
        ("a long piece", long, Error("vocabulary")),
        ("one place for all tensors", shared, Error("overlap")),
        ("narrow matrices", narrow, Error("narrow")),
    ]);
    // Many tensors of one number each, which no model uses.
    let small = changed(|f| f.tensors.extend((0..20_000).map(|i| plain(&format!("{i:x}"), &[1], 0.0))));
    check(vec![("many tensors", small, Works)]);
}
