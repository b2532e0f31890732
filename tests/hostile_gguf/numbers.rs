//! Numbers that are none, and weights of every type made of odd bytes.

use crate::check::Then::{Error, Works};
use crate::check::{changed, check, outcome, plain, with};
use crate::hostile::{File, float, text};
use crate::tiny_gguf::{HEAD, HEADS, INNER, WIDTH};

fn with_data(name: &str, value: f32) -> File {
    changed(|f| {
        let data = &mut f.tensor(name).data;
        data.as_chunks_mut::<4>().0.iter_mut().step_by(7).for_each(|x| *x = value.to_le_bytes());
    })
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
