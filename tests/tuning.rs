//! Tuning from outside, on a model of a few thousand weights and a corpus of a few texts.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may stop at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use evenkeel::train::{
    Disguise, LossWeights, Step, TuneError, TuneOptions, TuneRecipe, Tuned, compare, tune,
};
use safetensors::SafeTensors;

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/tiny_gguf.rs"]
mod tiny_gguf;

const THOUGHTS: [&str; 2] = [
    r#"{"id":"ta-001","domain":"work","situation":"","thought":"ab he hates me","distortions":[{"slug":"mind_reading","span":"he hates me"}],"reframes":[{"strategy":"examine_evidence","text":"I cannot see into him."},{"strategy":"self_compassion","text":"That hurts."}]}"#,
    r#"{"id":"ta-002","domain":"self","situation":"","thought":"the rain came at noon","distortions":[],"reframes":[]}"#,
];
const CRISIS: [&str; 2] = [
    r#"{"id":"ct-001","text":"no one would miss me","level":"passive_ideation","flags":["perceived_burden"],"about":"self","time":"present"}"#,
    r#"{"id":"ct-002","text":"this queue is killing me","level":"none","flags":[],"about":"self","time":"present"}"#,
];
const MOMENT: &str = r#"{"id":"pt-001","theme":"anger","stage":"find","part":{"name":"the lid","role":"manager"},"history":[{"from":"guide","text":"who is here"},{"from":"person","text":"a lid"}],"state":"open","reply":"A lid."}"#;

/// Lines of the bank that the program carries.
const FIT: &str = r#"{"thought_id":"ta-001","about":["one_other"],"shown":["ba-001","ba-002","ba-003"],"best":["ba-001"],"fits":["ba-003"],"false":["ba-002"]}"#;

/// A folder with a corpus whose texts stand on both sides of the split.
fn corpus(folder: &Path) {
    let texts = folder.join("corpus");
    fs::create_dir(&texts).unwrap();
    let twice = |lines: &[&str], id: &str, other: &str| {
        let again: Vec<String> = lines.iter().map(|l| l.replace(id, other)).collect();
        format!("{}\n{}\n", lines.join("\n"), again.join("\n"))
    };
    fs::write(texts.join("thoughts_a.jsonl"), twice(&THOUGHTS, "ta-", "tb-")).unwrap();
    fs::write(texts.join("crisis_a.jsonl"), twice(&CRISIS, "ct-", "cu-")).unwrap();
    fs::write(texts.join("parts_a.jsonl"), twice(&[MOMENT], "pt-", "pu-")).unwrap();
    fs::write(texts.join("fit_a.jsonl"), twice(&[FIT], "ta-", "tb-")).unwrap();
    let dev = r#"{"seed":0,"dev":["tb-001","tb-002","cu-001","cu-002","pu-001"]}"#;
    fs::write(folder.join("split.json"), dev).unwrap();
}

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        corpus(folder.path());
        tiny_gguf::byte_level_model(&folder.path().join("base.gguf"), "llama", 512, &[]);
        Self { folder }
    }

    fn options(&self, checkpoint: &str, threads: usize) -> TuneOptions {
        let path = |name: &str| -> PathBuf { self.folder.path().join(name) };
        TuneOptions {
            folder: self.folder.path().to_owned(),
            base: path("base.gguf"),
            base_sha256: "0".repeat(64),
            name: "tiny".to_owned(),
            recipe: TuneRecipe {
                seed: 1,
                rank: 16,
                first_layer: 0,
                depth: 1,
                steps: 6,
                share: 1.0,
                step: Step { thoughts: 2, dangers: 2, moments: 1, written: 2, matches: 8 },
                disguise: Disguise { noise: 0.1, joined: 0.5 },
                weights: LossWeights {
                    spans: 1.0,
                    danger: 1.0,
                    flags: 0.5,
                    about: 0.3,
                    parts: 0.5,
                    writing: 0.5,
                    matching: 0.5,
                },
                rate: 1e-3,
                head_rate: 1e-2,
                decay: 0.0,
                warm_up: 1,
                clip: 100.0,
                measure_every: 3,
            },
            checkpoint: path(checkpoint),
            threads,
        }
    }
}

fn run(options: &TuneOptions) -> Tuned {
    tune(options, &|_| (), &|| false).unwrap()
}

/// Runs some steps and is then stopped.
fn run_and_stop(options: &TuneOptions, steps: usize) -> Tuned {
    let asked = AtomicUsize::new(0);
    tune(options, &|_| (), &|| asked.fetch_add(1, Ordering::Relaxed) >= steps).unwrap()
}

#[test]
fn every_tensor_of_the_adapter_learns() {
    let place = Place::new();
    let before = run_and_stop(&place.options("none", 1), 0);
    let after = run(&place.options("all", 1));
    assert_eq!((before.steps, after.steps, after.measured.len()), (0, 6, 2));
    let before = SafeTensors::deserialize(&before.adapter).unwrap();
    let after = SafeTensors::deserialize(&after.adapter).unwrap();
    assert_eq!(after.len(), 2 * 7 * tiny_gguf::LAYERS);
    for (name, tensor) in after.tensors() {
        assert_ne!(tensor.data(), before.tensor(&name).unwrap().data(), "{name} has not learnt");
    }
}

#[test]
fn a_run_that_was_stopped_goes_on_as_if_it_had_not_been() {
    let place = Place::new();
    let whole = run(&place.options("whole", 1));
    assert_eq!(run_and_stop(&place.options("parts", 1), 4).steps, 4);
    let parts = run(&place.options("parts", 1));
    assert_eq!(parts.adapter, whole.adapter);
    assert_eq!(parts.measured.len(), whole.measured.len());
}

#[test]
fn two_threads_learn_what_one_does() {
    let place = Place::new();
    let (one, two) = (run(&place.options("one", 1)), run(&place.options("two", 2)));
    let (one, two) =
        (SafeTensors::deserialize(&one.adapter).unwrap(), SafeTensors::deserialize(&two.adapter).unwrap());
    let values = |file: &SafeTensors<'_>, name: &str| -> Vec<f32> {
        let data = file.tensor(name).unwrap().data().to_vec();
        data.as_chunks::<2>().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect()
    };
    for (name, _) in one.tensors() {
        let (a, b) = (values(&one, &name), values(&two, &name));
        // Sums in another order; Adam makes a full step of the smallest slope.
        let mean = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).sum::<f32>() / a.len() as f32;
        assert!(mean < 2e-4, "{name}: {mean}");
    }
}

#[test]
fn a_run_is_compared_with_models_of_its_own_kind_alone() {
    let place = Place::new();
    let options = place.options("run", 1);
    assert!(matches!(compare(&options, &[], &|_| ()), Err(TuneError::NoRun(_))));
    let measured = run(&options).measured.last().unwrap().1;
    let compared = compare(&options, std::slice::from_ref(&options.base), &|_| ()).unwrap();
    assert!((compared[0].perplexity - measured.perplexity).abs() < 1e-6);
    assert!((compared[1].perplexity - measured.perplexity).abs() > 1e-6, "the base has learnt nothing");
    let other = place.folder.path().join("other.gguf");
    let mut vocabulary = tiny_gguf::byte_level();
    vocabulary.push("more".to_owned());
    let tensors = tiny_gguf::tensors(vocabulary.len(), &[]);
    tiny_gguf::write(&other, &tiny_gguf::common("llama", vocabulary, "gpt2", 512), &tensors);
    assert!(matches!(compare(&options, &[other], &|_| ()), Err(TuneError::OtherModel(_))));
}

#[test]
fn a_recipe_that_cannot_be_followed_is_refused() {
    let place = Place::new();
    let wrong: [fn(&mut TuneRecipe); 6] = [
        |r| r.disguise.noise = 1.5,
        |r| r.disguise.joined = f64::NAN,
        |r| r.rank = 8,
        |r| r.depth = 99,
        |r| r.weights.danger = -1.0,
        |r| r.measure_every = 0,
    ];
    for spoil in wrong {
        let mut options = place.options("run", 1);
        spoil(&mut options.recipe);
        assert!(matches!(tune(&options, &|_| (), &|| false), Err(TuneError::Recipe(_))));
    }
}

#[test]
fn a_run_does_not_go_on_with_other_texts() {
    let place = Place::new();
    let options = place.options("run", 1);
    run_and_stop(&options, 1);
    let file = place.folder.path().join("corpus/thoughts_a.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("came at noon", "came at four")).unwrap();
    assert!(matches!(tune(&options, &|_| (), &|| false), Err(TuneError::OtherRun(_))));
}

#[test]
fn a_checkpoint_of_another_recipe_is_refused_and_kept() {
    let place = Place::new();
    let mut options = place.options("run", 1);
    run_and_stop(&options, 1);
    let kept = fs::read(&options.checkpoint).unwrap();
    options.recipe.rate = 2e-3;
    let refused = tune(&options, &|_| (), &|| false);
    assert!(matches!(refused, Err(TuneError::OtherRun(_))));
    assert_eq!(fs::read(&options.checkpoint).unwrap(), kept);
}

#[test]
fn a_part_of_the_texts_teaches_something_else_than_all_of_them() {
    let place = Place::new();
    let whole = run(&place.options("whole", 1));
    let mut options = place.options("half", 1);
    options.recipe.share = 0.5;
    assert_ne!(run(&options).adapter, whole.adapter);
    options.recipe.share = 1.0;
    assert!(matches!(tune(&options, &|_| (), &|| false), Err(TuneError::OtherRun(_))));
}
