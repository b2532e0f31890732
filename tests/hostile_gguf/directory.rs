//! Files that contradict themselves or end too soon.

use crate::check::Then::Error;
use crate::check::{changed, check, outcome, with};
use crate::hostile::{File, array, number, text, texts, unsigned};

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
