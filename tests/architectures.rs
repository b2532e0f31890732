//! Each architecture on a tiny model of random weights: it loads, gives finite scores that add
//! up, and does not depend on how a text is split into passes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may stop at the first surprise"
)]

#[path = "support/tiny_gguf.rs"]
mod tiny_gguf;

use std::path::Path;

use evenkeel::language::{Engine, LanguageError, LoadOptions, Message, Role, Sampling, Session};
use tiny_gguf::{HEAD, HEADS, INNER, KV_HEADS, LAYERS, WIDTH, byte_level, common, tensors};

/// Tokens in view.
const CONTEXT: usize = 512;

async fn load(path: &Path) -> Session {
    let engine = Engine::start(path, LoadOptions { threads: Some(1), ..LoadOptions::default() }).unwrap();
    if let Err(why) = engine.ready().await {
        panic!("{why}");
    }
    engine.session().await.unwrap()
}

async fn byte_level_model(folder: &Path, architecture: &'static str, extra: &[(&str, usize)]) -> Session {
    let path = folder.join(format!("{architecture}.gguf"));
    tiny_gguf::byte_level_model(&path, architecture, CONTEXT, extra);
    load(&path).await
}

/// Scores of all single tokens after a prompt are a distribution.
async fn assert_distribution(session: &Session) {
    let prompt = session.encode_chat(&[Message::new(Role::User, "hello there")]).unwrap();
    let size = session.text().unwrap().tokenizer.len() as u32;
    let each = (0..size).map(|t| vec![t]).collect();
    let scores = session.score(prompt, each).await.unwrap();
    let sum: f64 = scores.iter().map(|s| s.sum.exp()).sum();
    assert!((sum - 1.0).abs() < 1e-3, "{sum}");
}

#[tokio::test]
async fn llama_qwen2_and_qwen3_run_on_our_own_forward_pass() {
    let folder = tempfile::tempdir().unwrap();
    let biases =
        [("attn_q.bias", HEADS * HEAD), ("attn_k.bias", KV_HEADS * HEAD), ("attn_v.bias", KV_HEADS * HEAD)];
    let norms = [("attn_q_norm.weight", HEAD), ("attn_k_norm.weight", HEAD)];
    let cases: [(&'static str, &[(&str, usize)]); 3] =
        [("llama", &[]), ("qwen2", &biases), ("qwen3", &norms)];
    for (architecture, extra) in cases {
        let session = byte_level_model(folder.path(), architecture, extra).await;
        assert_distribution(&session).await;
        // A text of several passes has the states of the same text read up to any point.
        let long = session.encode(&"abc d".repeat(80)).unwrap().tokens;
        let whole = session.states(vec![long.clone()], vec![LAYERS]).await.unwrap();
        let part = session.states(vec![long[..300].to_vec()], vec![LAYERS]).await.unwrap();
        let difference = whole[0][0]
            .rows()
            .take(300)
            .flatten()
            .zip(part[0][0].rows().flatten())
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(difference < 1e-3, "{architecture}: {difference}");
    }
}

#[tokio::test]
async fn another_architecture_runs_through_candle_and_says_what_it_cannot_give() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gemma3.gguf");
    let mut vocabulary: Vec<String> = ["<unk>", "<s>"].map(str::to_owned).to_vec();
    vocabulary.extend((0..=255).map(|b| format!("<0x{b:02X}>")));
    vocabulary.extend(["▁", "h", "e", "l", "o", "he", "ll", "hello", "▁hello", "</s>"].map(str::to_owned));
    let extra = [
        ("attn_q_norm.weight", HEAD),
        ("attn_k_norm.weight", HEAD),
        ("post_attention_norm.weight", WIDTH),
        ("post_ffw_norm.weight", WIDTH),
    ];
    let shapes = tensors(vocabulary.len(), &extra);
    tiny_gguf::write(&path, &common("gemma3", vocabulary, "llama", CONTEXT), &shapes);
    let session = load(&path).await;
    let encoded = session.encode("hello").unwrap();
    assert_eq!(session.text().unwrap().tokenizer.decode(&encoded.tokens).trim(), "hello");
    assert_distribution(&session).await;
    let states = session.states(vec![vec![1, 2]], vec![1]).await;
    assert!(matches!(states, Err(LanguageError::Unsupported(_))));
    let mut pieces = 0;
    let sampling = Sampling { max_tokens: 5, ..Sampling::default() };
    let prompt = session.encode_chat(&[Message::new(Role::User, "hello")]).unwrap();
    session.generate(prompt, sampling, |_| pieces += 1).await.unwrap();
    assert!(pieces > 0);
}

#[tokio::test]
async fn an_unknown_architecture_and_a_missing_tensor_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.gguf");
    let vocabulary = byte_level();
    let mut shapes = tensors(vocabulary.len(), &[]);
    tiny_gguf::write(&path, &common("mamba", vocabulary.clone(), "gpt2", CONTEXT), &shapes);
    let why = failure(&path).await;
    assert!(why.contains("`mamba` is not supported"), "{why}");
    shapes.retain(|(name, _)| name != "blk.1.ffn_up.weight");
    tiny_gguf::write(&path, &common("llama", vocabulary.clone(), "gpt2", CONTEXT), &shapes);
    let why = failure(&path).await;
    assert!(why.contains("blk.1.ffn_up.weight"), "{why}");
    // A shape that contradicts the metadata.
    let mut shapes = tensors(vocabulary.len(), &[]);
    shapes.last_mut().unwrap().1 = vec![WIDTH, INNER * 2];
    tiny_gguf::write(&path, &common("llama", vocabulary, "gpt2", CONTEXT), &shapes);
    let why = failure(&path).await;
    assert!(why.contains("shape"), "{why}");
}

async fn failure(path: &Path) -> String {
    let engine = Engine::start(path, LoadOptions::default()).unwrap();
    match engine.ready().await {
        Ok(_) => panic!("it loaded"),
        Err(why) => why,
    }
}
