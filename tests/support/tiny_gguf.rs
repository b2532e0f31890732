//! A model of a few thousand seeded random weights, as a GGUF file.

use std::path::Path;

/// A value of the file's metadata.
pub(crate) enum Meta {
    U32(u32),
    F32(f32),
    Text(&'static str),
    Texts(Vec<String>),
    Floats(Vec<f32>),
}

pub(crate) const WIDTH: usize = 32;
pub(crate) const LAYERS: usize = 2;
pub(crate) const HEADS: usize = 4;
pub(crate) const KV_HEADS: usize = 2;
pub(crate) const HEAD: usize = 8;
pub(crate) const INNER: usize = 64;

/// A vocabulary of single bytes in the byte-level alphabet, and two control tokens.
pub(crate) fn byte_level() -> Vec<String> {
    let mut printable: Vec<char> = ('!'..='~').chain('¡'..='¬').chain('®'..='ÿ').collect();
    printable.extend((0..68).filter_map(|i| char::from_u32(256 + i)));
    printable
        .iter()
        .map(char::to_string)
        .chain(["ab", "<|im_start|>", "<|im_end|>"].map(str::to_owned))
        .collect()
}

/// Metadata of a model that sees `context` tokens; `model` is the kind of its tokenizer.
pub(crate) fn common(
    architecture: &'static str,
    vocabulary: Vec<String>,
    model: &'static str,
    context: usize,
) -> Vec<(String, Meta)> {
    let size = vocabulary.len();
    let mut all = vec![
        ("general.architecture".to_owned(), Meta::Text(architecture)),
        ("tokenizer.ggml.model".to_owned(), Meta::Text(model)),
        ("tokenizer.ggml.tokens".to_owned(), Meta::Texts(vocabulary)),
        ("tokenizer.ggml.eos_token_id".to_owned(), Meta::U32(size as u32 - 1)),
    ];
    if model == "gpt2" {
        all.push(("tokenizer.ggml.pre".to_owned(), Meta::Text("qwen2")));
        all.push(("tokenizer.ggml.merges".to_owned(), Meta::Texts(vec!["a b".into()])));
    } else {
        all.push((
            "tokenizer.ggml.scores".to_owned(),
            Meta::Floats((0..size).map(|i| -(i as f32)).collect()),
        ));
    }
    for (key, value) in [
        ("block_count", LAYERS),
        ("embedding_length", WIDTH),
        ("feed_forward_length", INNER),
        ("context_length", context),
        ("attention.head_count", HEADS),
        ("attention.head_count_kv", KV_HEADS),
        ("attention.key_length", HEAD),
        ("attention.value_length", HEAD),
        ("attention.sliding_window", 64),
        ("rope.dimension_count", HEAD),
    ] {
        all.push((format!("{architecture}.{key}"), Meta::U32(value as u32)));
    }
    all.push((format!("{architecture}.attention.layer_norm_rms_epsilon"), Meta::F32(1e-5)));
    all
}

/// Tensors of a model; `extra` names what the architecture has beside the common ones.
pub(crate) fn tensors(vocabulary: usize, extra: &[(&str, usize)]) -> Vec<(String, Vec<usize>)> {
    let mut all = vec![
        ("token_embd.weight".to_owned(), vec![vocabulary, WIDTH]),
        ("output_norm.weight".to_owned(), vec![WIDTH]),
    ];
    for i in 0..LAYERS {
        for (name, shape) in [
            ("attn_norm.weight", vec![WIDTH]),
            ("ffn_norm.weight", vec![WIDTH]),
            ("attn_q.weight", vec![HEADS * HEAD, WIDTH]),
            ("attn_k.weight", vec![KV_HEADS * HEAD, WIDTH]),
            ("attn_v.weight", vec![KV_HEADS * HEAD, WIDTH]),
            ("attn_output.weight", vec![WIDTH, HEADS * HEAD]),
            ("ffn_gate.weight", vec![INNER, WIDTH]),
            ("ffn_up.weight", vec![INNER, WIDTH]),
            ("ffn_down.weight", vec![WIDTH, INNER]),
        ] {
            all.push((format!("blk.{i}.{name}"), shape));
        }
        all.extend(extra.iter().map(|(name, n)| (format!("blk.{i}.{name}"), vec![*n])));
    }
    all
}

/// Writes a model with a vocabulary of bytes that runs on our own forward pass.
pub(crate) fn byte_level_model(
    path: &Path,
    architecture: &'static str,
    context: usize,
    extra: &[(&str, usize)],
) {
    let vocabulary = byte_level();
    let shapes = tensors(vocabulary.len(), extra);
    write(path, &common(architecture, vocabulary, "gpt2", context), &shapes);
}

/// Writes a GGUF v3 file with F32 tensors of seeded noise; shapes are rows first.
pub(crate) fn write(path: &Path, metadata: &[(String, Meta)], tensors: &[(String, Vec<usize>)]) {
    let mut b = b"GGUF".to_vec();
    b.extend(3_u32.to_le_bytes());
    b.extend((tensors.len() as u64).to_le_bytes());
    b.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in metadata {
        text(&mut b, key);
        match value {
            Meta::U32(v) => b.extend([4_u32.to_le_bytes(), v.to_le_bytes()].concat()),
            Meta::F32(v) => b.extend([6_u32.to_le_bytes(), v.to_le_bytes()].concat()),
            Meta::Text(v) => {
                b.extend(8_u32.to_le_bytes());
                text(&mut b, v);
            }
            Meta::Texts(v) => {
                b.extend([9_u32.to_le_bytes(), 8_u32.to_le_bytes()].concat());
                b.extend((v.len() as u64).to_le_bytes());
                for piece in v {
                    text(&mut b, piece);
                }
            }
            Meta::Floats(v) => {
                b.extend([9_u32.to_le_bytes(), 6_u32.to_le_bytes()].concat());
                b.extend((v.len() as u64).to_le_bytes());
                b.extend(v.iter().flat_map(|v| v.to_le_bytes()));
            }
        }
    }
    let mut offset = 0_u64;
    for (name, shape) in tensors {
        text(&mut b, name);
        b.extend((shape.len() as u32).to_le_bytes());
        b.extend(shape.iter().rev().flat_map(|n| (*n as u64).to_le_bytes()));
        b.extend(0_u32.to_le_bytes());
        b.extend(offset.to_le_bytes());
        offset += (shape.iter().product::<usize>() * 4).next_multiple_of(32) as u64;
    }
    b.resize(b.len().next_multiple_of(32), 0);
    let mut noise = 1_u32;
    for (name, shape) in tensors {
        for _ in 0..shape.iter().product::<usize>() {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let value = f32::from((noise >> 16) as u16) / 65_536.0 - 0.5;
            let value = if name.contains("norm") { 1.0 + 0.1 * value } else { 0.4 * value };
            b.extend(value.to_le_bytes());
        }
        b.resize(b.len().next_multiple_of(32), 0);
    }
    std::fs::write(path, b).unwrap();
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}
