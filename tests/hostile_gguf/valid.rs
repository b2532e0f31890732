//! Nothing wrong: what the other files are made from works.

use std::path::PathBuf;

use crate::check::Then::Works;
use crate::check::check;
use crate::hostile::File;

#[test]
fn valid_models_work() {
    check(vec![
        ("llama", File::valid("llama"), Works),
        ("qwen2", File::valid("qwen2"), Works),
        ("qwen3", File::valid("qwen3"), Works),
        ("pieces merged by score", File::sentence_piece("llama"), Works),
    ]);
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
