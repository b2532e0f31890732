//! Files that are wrong on purpose: each gives an error that says what is wrong, or a model that
//! works; none a panic, and none more memory than a small multiple of its own size.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests may stop at the first surprise"
)]

#[path = "support/hostile.rs"]
mod hostile;
#[path = "support/tiny_gguf.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod tiny_gguf;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use evenkeel::language::{Engine, LoadOptions, Message, Probe, Role};
use hostile::{CONTEXT, File, Tensor, array, float, floats, ints, kinds, number, text, texts, unsigned};
use proptest::prelude::*;
use tiny_gguf::{HEAD, HEADS, INNER, WIDTH, byte_level};

/// Bytes allocated now by all threads, and the most since [`PEAK`] was set back.
static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The same for this thread alone: other tests prepare their files meanwhile.
    static OWN: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

fn count_own(bytes: isize) {
    let _ = OWN.try_with(|own| {
        let (now, peak) = own.get();
        own.set((now + bytes, peak.max(now + bytes)));
    });
}

struct Counting;

// SAFETY: everything is done by the system's allocator; this only counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        count_own(layout.size().cast_signed());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        count_own(-layout.size().cast_signed());
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What loading may take for each byte of the file, and whatever the file: patterns, templates,
/// the harness itself.
const FACTOR: usize = 8;
const CONSTANT: usize = 1 << 20;

/// One at a time, so that what is counted belongs to one file.
static TURN: Mutex<()> = Mutex::new(());

/// Loads a file and, if it loads, uses it every way; the error's text, or nothing.
fn outcome(name: &str, bytes: &[u8]) -> Option<String> {
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
enum Then {
    /// An error whose text holds this.
    Error(&'static str),
    /// A model, whatever its numbers.
    Works,
}

use Then::{Error, Works};

fn check(cases: Vec<(&str, File, Then)>) {
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
fn changed(change: impl FnOnce(&mut File)) -> File {
    let mut file = File::valid("llama");
    change(&mut file);
    file
}

fn with(key: &str, value: Vec<u8>) -> File {
    changed(|f| f.set(key, value))
}

fn with_number(key: &str, value: u32) -> File {
    with(&format!("llama.{key}"), unsigned(value))
}

fn with_data(name: &str, value: f32) -> File {
    changed(|f| {
        let data = &mut f.tensor(name).data;
        data.as_chunks_mut::<4>().0.iter_mut().step_by(7).for_each(|x| *x = value.to_le_bytes());
    })
}

#[test]
fn valid_models_work() {
    check(vec![
        ("llama", File::valid("llama"), Works),
        ("qwen2", File::valid("qwen2"), Works),
        ("qwen3", File::valid("qwen3"), Works),
        ("pieces merged by score", File::sentence_piece("llama"), Works),
    ]);
}

#[test]
fn a_file_that_contradicts_itself_is_refused() {
    let huge = 1_u64 << 62;
    check(vec![
        ("another version", changed(|f| f.version = 4), Error("version 4")),
        ("big-endian", changed(|f| f.version = 3_u32.swap_bytes()), Error("version")),
        ("too many tensors", changed(|f| f.counts.0 = Some(u64::MAX)), Error("list of tensors")),
        ("too much metadata", changed(|f| f.counts.1 = Some(u64::MAX)), Error("metadata")),
        ("one tensor more", changed(|f| f.counts.0 = Some(f.tensors.len() as u64 + 1)), Error("damaged")),
        (
            "one tensor fewer",
            changed(|f| f.counts.0 = Some(f.tensors.len() as u64 - 1)),
            Error("blk.1.ffn_down.weight"),
        ),
        ("no tensors", changed(|f| f.tensors.clear()), Error("token_embd.weight")),
        ("no metadata", changed(|f| f.metadata.clear()), Error("general.architecture")),
        ("a key that is not UTF-8", changed(|f| f.metadata[0].0 = vec![0xff, 0xfe]), Error("UTF-8")),
        ("a key twice", changed(|f| f.metadata.push(f.metadata[0].clone())), Error("twice")),
        ("a text that is not UTF-8", with("general.name", text([0xc3, 0x28])), Error("UTF-8")),
        ("a piece that is not UTF-8", with("tokenizer.ggml.tokens", texts(&[[0xff_u8]])), Error("UTF-8")),
        ("a name that is not UTF-8", changed(|f| f.tensors[0].name = vec![0xff]), Error("UTF-8")),
        ("a name twice", changed(|f| f.tensors[1].name = f.tensors[0].name.clone()), Error("twice")),
        ("an unknown type of metadata", with("x", number(77, &[0; 8])), Error("type 77")),
        ("arrays in arrays", with("x", array(9, 1, &array(9, 1, &array(9, 1, &[]))[4..])), Error("damaged")),
        ("an array beyond the end", with("x", array(10, 1 << 60, &[])), Error("metadata")),
        ("a text beyond the end", with("x", number(8, &u64::MAX.to_le_bytes())), Error("metadata")),
        ("alignment 0", with("general.alignment", unsigned(0)), Error("alignment")),
        ("alignment 3", with("general.alignment", unsigned(3)), Error("alignment")),
        ("no dimensions", changed(|f| f.tensors[0].shape.clear()), Error("0 dimensions")),
        ("five dimensions", changed(|f| f.tensors[0].shape = vec![1; 5]), Error("5 dimensions")),
        ("an empty tensor", changed(|f| f.tensors[0].shape[0] = 0), Error("is empty")),
        (
            "dimensions that overflow",
            changed(|f| f.tensors[0].shape = vec![huge, huge]),
            Error("beyond its end"),
        ),
        ("a huge dimension", changed(|f| f.tensors[0].shape[0] = u64::MAX), Error("beyond its end")),
        (
            "an offset beyond the end",
            changed(|f| f.tensors[0].offset = Some(u64::MAX)),
            Error("beyond its end"),
        ),
        ("an offset near the end", changed(|f| f.tensors[0].offset = Some(1 << 18)), Error("beyond its end")),
        ("tensors that overlap", changed(|f| f.tensors[0].offset = Some(64)), Error("overlap")),
        (
            "a tensor cut short",
            changed(|f| f.tensors.last_mut().unwrap().data.truncate(100)),
            Error("beyond its end"),
        ),
        ("an unknown type of tensor", changed(|f| f.tensors[0].code = 4), Error("type 4")),
    ]);
}

#[test]
fn every_way_to_cut_a_file_is_refused() {
    let bytes = File::valid("llama").bytes();
    for length in (0..bytes.len()).step_by(509).chain([0, 1, 3, 4, 7, 8, 23, 24, 25]) {
        assert!(outcome("a cut", &bytes[..length]).is_some(), "{length} bytes of {}", bytes.len());
    }
}

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

/// A tensor of one value.
fn plain(name: &str, shape: &[u64], value: f32) -> Tensor {
    let data = value.to_le_bytes().repeat(shape.iter().product::<u64>() as usize);
    Tensor { name: name.as_bytes().to_vec(), shape: shape.to_vec(), code: 0, offset: None, data }
}

#[test]
fn numbers_that_are_none_are_refused_in_metadata_and_borne_in_weights() {
    let mut cases = Vec::new();
    for value in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        cases.push(("rope base", with("llama.rope.freq_base", float(value)), Error("rope.freq_base")));
    }
    cases.push(("rope base as text", with("llama.rope.freq_base", text("10000")), Error("rope.freq_base")));
    for value in [-1.0, f32::NAN, f32::INFINITY] {
        let file = with("llama.attention.layer_norm_rms_epsilon", float(value));
        cases.push(("epsilon", file, Error("layer_norm_rms_epsilon")));
    }
    for value in [0.0, f32::NAN] {
        let file = changed(|f| {
            f.set("llama.rope.scaling.type", text("linear"));
            f.set("llama.rope.scaling.factor", float(value));
        });
        cases.push(("scaling", file, Error("rope.scaling.factor")));
    }
    for value in [0.0, f32::NAN] {
        let file = changed(|f| f.tensors.push(plain("rope_freqs.weight", &[HEAD as u64 / 2], value)));
        cases.push(("frequency factors", file, Error("rope_freqs.weight")));
    }
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE / 4.0] {
        for name in
            ["token_embd.weight", "blk.0.attn_q.weight", "blk.1.ffn_down.weight", "blk.0.ffn_norm.weight"]
        {
            cases.push((name, with_data(name, value), Works));
        }
    }
    check(cases);
}

/// The odd numbers above, in every set of instructions and with single values here and there.
#[test]
fn activations_that_are_no_numbers_do_not_overflow() {
    for at in 0..WIDTH {
        for value in [f32::NAN, f32::INFINITY, 3e38] {
            let file = changed(|f| {
                let data = &mut f.tensor("token_embd.weight").data;
                for row in data.chunks_exact_mut(4 * WIDTH) {
                    for i in [0, at] {
                        row[4 * i..4 * i + 4].copy_from_slice(&value.to_le_bytes());
                    }
                }
            });
            assert_eq!(outcome("activations", &file.bytes()), None);
        }
    }
}

/// Elements and bytes of a block of each quantised type.
const QUANTISED: [(u32, u64, usize); 10] = [
    (2, 32, 18),
    (3, 32, 20),
    (6, 32, 22),
    (7, 32, 24),
    (8, 32, 34),
    (10, 256, 84),
    (11, 256, 110),
    (12, 256, 144),
    (13, 256, 176),
    (14, 256, 210),
];

#[test]
fn quantised_tensors_with_odd_rows_or_odd_scales_are_refused_or_work() {
    let mut cases = Vec::new();
    for (code, elements, bytes) in QUANTISED {
        // The rows of these weights do not fill blocks of 256.
        let mut file = File::valid("llama");
        let tensor = file.tensor("blk.0.attn_q.weight");
        tensor.code = code;
        tensor.data = vec![0xff; (HEADS * HEAD * WIDTH / elements as usize).max(1) * bytes];
        // All ones: every scale is not a number.
        cases.push(("blocks of ones", file, if elements == 32 { Works } else { Error("whole blocks") }));
        let mut file = File::valid("llama");
        file.tensor("blk.0.attn_q.weight").code = code;
        file.tensor("blk.0.attn_q.weight").shape[1] = 33;
        cases.push(("odd rows", file, Error("whole blocks")));
        let mut file = File::valid("llama");
        file.tensor("output_norm.weight").code = code;
        cases.push((
            "a quantised vector",
            file,
            Error(if elements == 32 { "output_norm.weight" } else { "whole blocks" }),
        ));
    }
    for code in [1, 30] {
        let mut file = File::valid("llama");
        file.tensor("blk.0.ffn_up.weight").code = code;
        file.tensor("blk.0.ffn_up.weight").data = vec![0xff; INNER * WIDTH * 2];
        cases.push(("halves of ones", file, Works));
    }
    check(cases);
}

fn pieces() -> Vec<String> {
    byte_level()
}

fn with_merges(merges: &[&str]) -> File {
    with("tokenizer.ggml.merges", texts(merges))
}

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
fn vocabularies_that_contradict_themselves_are_refused() {
    let mut longer = pieces();
    longer.push("one too many".into());
    let mut shorter = pieces();
    shorter.truncate(200);
    let mut twice = pieces();
    twice[7] = twice[8].clone();
    let mut unnamed = pieces();
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
        ("only control tokens", with("tokenizer.ggml.token_type", ints(&vec![3; pieces().len()])), Works),
    ]);
    let mut file = File::sentence_piece("llama");
    file.set("tokenizer.ggml.scores", floats(&[0.0; 3]));
    let few = ("too few scores", file.clone(), Error("scores"));
    file.set("tokenizer.ggml.scores", floats(&[f32::NAN; 268]));
    let none = ("scores that are no numbers", file.clone(), Works);
    file.set("tokenizer.ggml.scores", ints(&[0; 268]));
    check(vec![few, none, ("scores that are whole", file, Error("scores"))]);
}

#[test]
fn templates_that_never_end_or_nest_without_end_are_refused() {
    let template = |source: &str| with("tokenizer.chat_template", text(source));
    let nested = "{% for m in messages %}".repeat(5_000) + &"{% endfor %}".repeat(5_000);
    let list = "{{ ".to_owned() + &"[".repeat(100_000) + &"]".repeat(100_000) + " }}";
    let deep = |show: &str| {
        template(&format!(
            "{{% set n = namespace(x=[]) %}}{{% for i in range(99999) %}}{{% set n.x = [n.x] %}}{show}{{% endfor %}}"
        ))
    };
    let shallow =
        "{% set n = namespace(x=[]) %}{% for i in range(2500) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}";
    check(vec![
        ("a template that is not one", template("{% for %}"), Error("template")),
        (
            "a loop without end",
            template("{% for i in range(99999) %}{% for j in range(99999) %}{{ i }}{% endfor %}{% endfor %}"),
            Error("template"),
        ),
        (
            "a macro that calls itself",
            template("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
            Error("template"),
        ),
        (
            "a text that doubles",
            template(
                "{% set n = namespace(x='x') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
            ),
            Error("template"),
        ),
        ("a text repeated", template("{{ 'x' * 99999999999 }}"), Error("template")),
        ("a text indented", template("{{ 'x'|indent(99999999999, true) }}"), Error("template")),
        (
            "a text padded",
            template("{{ '%99999999999d' % 1 }}{{ '{:99999999999}'.format(1) }}"),
            Error("template"),
        ),
        ("loops in loops", template(&nested), Error("template")),
        ("lists in lists", template(&list), Error("template")),
        ("lists that grow inwards", deep(""), Error("template")),
        ("lists that grow inwards and are shown", template(shallow), Error("template")),
        (
            "lists that grow inwards and are compared",
            deep("{% if n.x == [n.x] %}{% endif %}"),
            Error("template"),
        ),
        ("a template that refuses", template("{{ raise_exception('no') }}"), Error("template")),
        ("a template of nothing", template(""), Error("template")),
        ("a long template", template(&"{{ a }}".repeat(200_000)), Error("template")),
        ("a template that is a number", with("tokenizer.chat_template", unsigned(1)), Error("template")),
        (
            "one that asks for a message that is not there",
            template("\u{f5d0}99\u{f5d1}\u{f5d0}x"),
            Error("template"),
        ),
        (
            "one that asks for more messages",
            template("{{ messages[1].content }}\u{f5d0}99\u{f5d1}\u{f5d0}x"),
            Works,
        ),
    ]);
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
    let most = FACTOR * bytes.len() + (64 << 20);
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

fn any_file() -> impl Strategy<Value = File> {
    prop_oneof![Just("llama"), Just("qwen2"), Just("qwen3"), Just("score")].prop_map(|kind| match kind {
        "score" => File::sentence_piece("llama"),
        other => File::valid(other),
    })
}

/// Numbers that break things.
fn odd() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(1),
        Just(2),
        Just(255),
        Just(u64::from(u32::MAX)),
        Just(u64::MAX),
        Just(1 << 31),
        Just(1 << 62),
        0_u64..512,
        any::<u64>(),
    ]
}

fn odd_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        (0_u32..14, prop::collection::vec(any::<u8>(), 0..24)).prop_map(|(code, bytes)| number(code, &bytes)),
        odd().prop_map(|n| number(10, &n.to_le_bytes())),
        odd().prop_map(|n| unsigned(n as u32)),
        any::<f32>().prop_map(float),
        ".{0,40}".prop_map(text),
        prop::collection::vec("[ab ]{0,3}", 0..300).prop_map(|all| texts(&all)),
        prop::collection::vec(any::<i32>(), 0..300).prop_map(|all| ints(&all)),
    ]
}

#[derive(Debug, Clone)]
enum Change {
    Value(prop::sample::Index, Vec<u8>),
    Key(prop::sample::Index, Vec<u8>),
    Dimension(prop::sample::Index, prop::sample::Index, u64),
    Type(prop::sample::Index, u32),
    Offset(prop::sample::Index, u64),
    Data(prop::sample::Index, prop::sample::Index, [u8; 4]),
    Counts(Option<u64>, Option<u64>),
    Swap(prop::sample::Index, prop::sample::Index),
}

fn any_change() -> impl Strategy<Value = Change> {
    use prop::sample::Index;
    prop_oneof![
        4 => (any::<Index>(), odd_value()).prop_map(|(i, v)| Change::Value(i, v)),
        1 => (any::<Index>(), prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(i, k)| Change::Key(i, k)),
        2 => (any::<Index>(), any::<Index>(), odd()).prop_map(|(i, d, n)| Change::Dimension(i, d, n)),
        1 => (any::<Index>(), 0_u32..32).prop_map(|(i, c)| Change::Type(i, c)),
        1 => (any::<Index>(), odd()).prop_map(|(i, n)| Change::Offset(i, n)),
        4 => (any::<Index>(), any::<Index>(), any::<[u8; 4]>()).prop_map(|(i, at, b)| Change::Data(i, at, b)),
        1 => (prop::option::of(odd()), prop::option::of(odd())).prop_map(|(t, m)| Change::Counts(t, m)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Change::Swap(a, b)),
    ]
}

fn apply(file: &mut File, change: &Change) {
    let (metadata, tensors) = (&mut file.metadata, &mut file.tensors);
    match change {
        Change::Value(i, value) => i.get_mut(metadata).1.clone_from(value),
        Change::Key(i, key) => i.get_mut(metadata).0.clone_from(key),
        Change::Dimension(i, d, n) => *d.get_mut(&mut i.get_mut(tensors).shape) = *n,
        Change::Type(i, code) => i.get_mut(tensors).code = *code,
        Change::Offset(i, n) => i.get_mut(tensors).offset = Some(*n),
        Change::Data(i, at, bytes) => {
            let data = &mut i.get_mut(tensors).data;
            let at = at.index(data.len() / 4) * 4;
            data[at..at + 4].copy_from_slice(bytes);
        }
        Change::Counts(t, m) => file.counts = (*t, *m),
        Change::Swap(a, b) => {
            let (a, b) = (a.index(metadata.len()), b.index(metadata.len()));
            let value = metadata[a].1.clone();
            metadata[b].1 = value;
        }
    }
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a file of {} bytes", self.bytes().len())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_of_parts_makes_it_panic(mut file in any_file(), changes in prop::collection::vec(any_change(), 1..4)) {
        for change in &changes {
            apply(&mut file, change);
        }
        outcome("changed parts", &file.bytes());
    }

    #[test]
    fn no_change_of_bytes_makes_it_panic(
        file in any_file(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        directory in any::<bool>(),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut bytes = file.bytes();
        // Most of the file is weights; half of the cases change only what stands before them.
        let within = if directory { bytes.len().min(9_000) } else { bytes.len() };
        for (at, byte) in changes {
            let at = at.index(within);
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        outcome("changed bytes", &bytes);
    }
}

/// The seeds of the fuzz target: small valid files.
#[test]
#[ignore = "writes fuzz/seeds, which only a change of the format asks for"]
fn seeds_for_fuzzing() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/gguf");
    std::fs::create_dir_all(&folder).unwrap();
    for kind in ["llama", "qwen2", "qwen3"] {
        std::fs::write(folder.join(kind), small(kind).bytes()).unwrap();
    }
    let mut file = File::sentence_piece("llama");
    file.shrink();
    std::fs::write(folder.join("scores"), file.bytes()).unwrap();
}

/// The smallest model of its kind: one layer, the narrowest that loads.
fn small(architecture: &'static str) -> File {
    let mut file = File::valid(architecture);
    file.shrink();
    file
}

#[test]
fn the_smallest_models_work() {
    check(vec![
        ("llama", small("llama"), Works),
        ("qwen2", small("qwen2"), Works),
        ("qwen3", small("qwen3"), Works),
    ]);
}
