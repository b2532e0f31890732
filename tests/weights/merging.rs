//! Adapters merged into a tiny model: the file that comes of it, and models of the registry that
//! are made that way.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use candle_core::Device;
use candle_core::quantized::{GgmlDType, ggml_file::qtensor_from_ggml};
use evenkeel::language::gguf::{Gguf, TensorType};
use evenkeel::language::{Engine, LoadOptions};
use evenkeel::weights::{Adapter, Quantisation, merge};
use half::f16;

use super::tiny_gguf::{Meta, byte_level, common, tensors, write};
use super::*;

const RANK: usize = 2;

/// The maps that the test's adapter changes, with outputs and inputs.
const CHANGED: [(&str, [usize; 2]); 3] =
    [("blk.0.attn_q", [32, 32]), ("blk.1.attn_k", [16, 32]), ("blk.1.ffn_down", [32, 64])];

/// A tiny model; its checksum.
fn base(path: &Path) -> String {
    let vocabulary = byte_level();
    let shapes = tensors(vocabulary.len(), &[]);
    let mut metadata = common("llama", vocabulary, "gpt2", 64);
    metadata.insert(1, ("general.name".to_owned(), Meta::Text("Tiny")));
    metadata.insert(3, ("general.file_type".to_owned(), Meta::U32(0)));
    write(path, &metadata, &shapes);
    sha256_of(path, &(), &Cancel::new()).unwrap().to_string()
}

fn noise(seed: usize, count: usize) -> Vec<f16> {
    let bytes = model(seed as u64, count);
    bytes.iter().map(|b| f16::from_f32(f32::from(*b) / 256.0 - 0.5)).collect()
}

/// The two halves of the change of one map.
fn halves(at: usize) -> (Vec<f16>, Vec<f16>) {
    let [outputs, inputs] = CHANGED[at].1;
    (noise(31 + at, RANK * inputs), noise(41 + at, outputs * RANK))
}

/// Writes an adapter for the model with this checksum. The header is written by hand, as its
/// checksum goes into the merged model and must not depend on the order of a hash table.
fn adapter(path: &Path, base_sha256: &str) {
    let (mut header, mut data) = (String::new(), Vec::new());
    for (at, (map, [outputs, inputs])) in CHANGED.into_iter().enumerate() {
        let (a, b) = halves(at);
        for (half, rows, columns, values) in [("a", RANK, inputs, a), ("b", outputs, RANK, b)] {
            let from = data.len();
            data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            let tensor = format!(
                r#"{{"dtype":"F16","shape":[{rows},{columns}],"data_offsets":[{from},{}]}}"#,
                data.len()
            );
            write!(header, ",\"{map}.lora_{half}\":{tensor}").unwrap();
        }
    }
    let notes = format!(r#"{{"name":"tidy","base_sha256":"{base_sha256}","rank":"{RANK}","seed":"7"}}"#);
    let header = format!("{{\"__metadata__\":{notes}{header}}}");
    let file = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, file).unwrap();
}

struct Bench {
    home: Home,
    base: PathBuf,
    base_sha256: String,
    adapter: PathBuf,
}

fn bench() -> Bench {
    let home = home();
    let (base_path, adapter_path) =
        (home.dir.path().join("base.gguf"), home.cache.folder().join("adapters/tidy.safetensors"));
    let base_sha256 = base(&base_path);
    adapter(&adapter_path, &base_sha256);
    Bench { home, base: base_path, base_sha256, adapter: adapter_path }
}

impl Bench {
    fn merge(&self, kind: Quantisation) -> (PathBuf, String) {
        let out = self.home.dir.path().join(format!("{kind}.gguf"));
        let adapter = Adapter::open(&self.adapter).unwrap();
        let sha256 = merge(&self.base, &adapter, kind, &out, &(), &Cancel::new()).unwrap();
        (out, sha256.to_string())
    }

    /// Writes a registry with the base `b` behind a server and `m` made of it, and gives `m`.
    fn made(&self, source: &str, sha256: &str, bytes: u64) -> ModelSpec {
        let entry = |name: &str, bytes: u64, sha256: &str, origin: &str| {
            format!(
                "[[model]]\nname = \"{name}\"\nsummary = \"\"\narchitecture = \"llama\"\nlicence = \"x\"\n\
                 bytes = {bytes}\nsha256 = \"{sha256}\"\n{origin}\n"
            )
        };
        let recipe = "base = \"b\"\nadapter = \"tidy\"\nquantisation = \"q8_0\"";
        let length = fs::metadata(&self.base).unwrap().len();
        let text = entry("b", length, &self.base_sha256, &format!("sources = [{source}]"))
            + &entry("m", bytes, sha256, recipe);
        fs::write(self.home.cache.folder().join("registry.toml"), text).unwrap();
        self.found("m")
    }

    /// A model `m` that comes out right.
    fn made_right(&self, source: &str) -> ModelSpec {
        let (path, sha256) = self.merge(Quantisation::Q8_0);
        self.made(source, &sha256, fs::metadata(path).unwrap().len())
    }

    fn found(&self, name: &str) -> ModelSpec {
        let registry = Registry::load(self.home.cache.folder()).unwrap();
        registry.find(&name.parse().unwrap()).unwrap().clone()
    }

    fn files(&self) -> Vec<String> {
        let mut files = self.home.files();
        files.retain(|name| name != "adapters" && name != "b.lock");
        files
    }
}

fn weights(file: &[u8], gguf: &Gguf<'_>, name: &str) -> Vec<f32> {
    let tensor = gguf.tensor(name).unwrap();
    let kind = match tensor.kind {
        TensorType::F32 => GgmlDType::F32,
        TensorType::Q4_1 => GgmlDType::Q4_1,
        TensorType::Q5_1 => GgmlDType::Q5_1,
        TensorType::Q8_0 => GgmlDType::Q8_0,
        other => unreachable!("{other:?}"),
    };
    let bytes = file[tensor.bytes.clone()].to_vec();
    let tensor = qtensor_from_ggml(kind, &bytes, tensor.shape.clone(), &Device::Cpu).unwrap();
    tensor.dequantize(&Device::Cpu).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn a_merged_model_has_the_sum_where_it_changed_and_the_same_bytes_elsewhere() {
    let bench = bench();
    let before = fs::read(&bench.base).unwrap();
    let old = Gguf::parse(&before).unwrap();
    for (kind, expected, steps) in [
        (Quantisation::Q4_1, TensorType::Q4_1, 15.0),
        (Quantisation::Q5_1, TensorType::Q5_1, 31.0),
        (Quantisation::Q8_0, TensorType::Q8_0, 254.0),
    ] {
        let (path, sha256) = bench.merge(kind);
        assert_eq!(sha256_of(&path, &(), &Cancel::new()).unwrap().to_string(), sha256);
        let after = fs::read(&path).unwrap();
        let new = Gguf::parse(&after).unwrap();
        assert_eq!(new.parameters(), old.parameters());
        for (name, shape) in tensors(byte_level().len(), &[]) {
            let (was, is) = (old.tensor(&name).unwrap(), new.tensor(&name).unwrap());
            assert_eq!(is.shape, shape);
            let Some(at) = CHANGED.iter().position(|(map, _)| name == format!("{map}.weight")) else {
                assert_eq!(is.kind, was.kind);
                assert_eq!(after[is.bytes.clone()], before[was.bytes.clone()], "{name}");
                continue;
            };
            assert_eq!(is.kind, expected);
            let (a, b) = halves(at);
            let [_, inputs] = CHANGED[at].1;
            let sums = weights(&before, &old, &name).into_iter().enumerate().map(|(i, weight)| {
                let (row, column) = (i / inputs, i % inputs);
                weight
                    + (0..RANK)
                        .map(|r| f32::from(b[row * RANK + r]) * f32::from(a[r * inputs + column]))
                        .sum::<f32>()
            });
            for (got, sum) in weights(&after, &new, &name).into_iter().zip(sums) {
                assert!((got - sum).abs() < 1.4 / steps, "{kind} {name}: {got} for {sum}");
            }
        }
    }
}

#[test]
fn a_merged_model_says_what_it_is_made_of_and_keeps_all_else() {
    let bench = bench();
    let (path, _) = bench.merge(Quantisation::Q8_0);
    let (before, after) = (fs::read(&bench.base).unwrap(), fs::read(path).unwrap());
    let (old, new) = (Gguf::parse(&before).unwrap(), Gguf::parse(&after).unwrap());
    assert_eq!(new.text("general.name").unwrap(), "Tiny + tidy");
    assert_eq!(new.text("evenkeel.adapter.name").unwrap(), "tidy");
    assert_eq!(new.text("evenkeel.base.sha256").unwrap(), bench.base_sha256);
    let adapter = Adapter::open(&bench.adapter).unwrap();
    assert_eq!(new.text("evenkeel.adapter.sha256").unwrap(), adapter.sha256.to_string());
    // Most weights of this model are still f32.
    assert_eq!(new.unsigned("general.file_type"), Some(0));
    assert_eq!(new.unsigned("general.quantization_version"), Some(2));
    for key in ["tokenizer.ggml.tokens", "tokenizer.ggml.merges"] {
        let texts = |gguf: &Gguf<'_>| format!("{:?}", gguf.array(key).unwrap().iter().collect::<Vec<_>>());
        assert_eq!(texts(&new), texts(&old));
    }
    let order = |file: &[u8]| {
        let at = |key: &str| file.windows(key.len()).position(|window| window == key.as_bytes()).unwrap();
        ["general.architecture", "general.name", "general.file_type", "llama.block_count"].map(at).is_sorted()
    };
    assert!(order(&before) && order(&after));
}

/// The checksum of a made model stands in the registry, so the same bytes must come out on every
/// machine. When this fails on one, its arithmetic differs; when it fails on all, the merge has
/// changed, and so have the checksums of the models that are made.
#[test]
fn a_merge_gives_the_same_bytes_everywhere() {
    let bench = bench();
    assert_eq!(
        Quantisation::ALL.map(|kind| bench.merge(kind).1),
        [
            "5e6a8184bba46ff2cc038e7d655fb4d26e62069d4fbf4c5e158fa98f505a53a9",
            "019487d797efaba11d0c91aa61bce6001a811d426ccfbf488f80943a32f95ccb",
            "f2da8392c31ec92bafd0318c516ed877e5d17059895629d5a612854ba9dd1a39",
        ]
    );
}

#[tokio::test]
async fn a_merged_model_runs() {
    let bench = bench();
    for kind in Quantisation::ALL {
        let engine = Engine::start(&bench.merge(kind).0, LoadOptions::default()).unwrap();
        let text = engine.ready().await.unwrap();
        assert_eq!(text.info.name, "Tiny + tidy");
    }
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_written() {
    let bench = bench();
    let out = bench.home.dir.path().join("out.gguf");
    let try_with = |base: &Path, adapter: &Path| {
        let adapter = Adapter::open(adapter).unwrap();
        let error = merge(base, &adapter, Quantisation::Q8_0, &out, &(), &Cancel::new()).unwrap_err();
        assert!(!out.exists() && !out.with_extension("gguf.part").exists());
        error
    };
    let other = bench.home.dir.path().join("other");
    fs::write(&other, b"GGUF, but not the one").unwrap();
    assert!(matches!(try_with(&other, &bench.adapter), WeightsError::OtherBase { .. }));

    let for_other = bench.home.dir.path().join("for-other.safetensors");
    adapter(&for_other, &sha256_of(&other, &(), &Cancel::new()).unwrap().to_string());
    assert!(matches!(try_with(&other, &for_other), WeightsError::BadModel { .. }));

    // The same maps, in a model without them, and in one where they are smaller.
    let vocabulary = byte_level();
    let mut fewer = tensors(vocabulary.len(), &[]);
    fewer.retain(|(name, _)| name != "blk.1.attn_k.weight");
    let mut smaller = tensors(vocabulary.len(), &[]);
    smaller[2 + 2].1 = vec![16, 32];
    for shapes in [fewer, smaller] {
        write(&other, &common("llama", byte_level(), "gpt2", 64), &shapes);
        adapter(&for_other, &sha256_of(&other, &(), &Cancel::new()).unwrap().to_string());
        assert!(matches!(try_with(&other, &for_other), WeightsError::Unmergeable { .. }));
    }
}

#[test]
fn a_cancelled_merge_leaves_nothing_and_what_was_there_stays() {
    let bench = bench();
    let out = bench.home.dir.path().join("out.gguf");
    fs::write(&out, "before").unwrap();
    let cancel = Cancel::new();
    let listener = Listener::new(|done| {
        // So little is done only where the merged file begins; files are checked in one step.
        if done < 20_000 {
            cancel.cancel();
        }
    });
    let adapter = Adapter::open(&bench.adapter).unwrap();
    let merged = merge(&bench.base, &adapter, Quantisation::Q8_0, &out, &listener, &cancel);
    assert!(matches!(merged, Err(WeightsError::Cancelled)));
    assert_eq!(fs::read(&out).unwrap(), b"before");
    assert!(!bench.home.dir.path().join("out.gguf.part").exists());
}

#[test]
fn a_made_model_is_pulled_with_its_base_listed_and_removed() {
    let bench = bench();
    let server = serve_file(fs::read(&bench.base).unwrap(), 0);
    let spec = bench.made_right(&server.source());
    let cache = &bench.home.cache;
    assert_eq!(cache.status(&spec).unwrap(), ModelStatus::Absent);
    let listener = Listener::new(|_| ());
    let path = cache.pull(&spec, &listener, &Cancel::new()).unwrap();
    assert_eq!(*listener.stages.lock().unwrap(), ["fetching", "checking", "merging"]);
    assert_eq!(fs::read(&path).unwrap(), fs::read(bench.merge(Quantisation::Q8_0).0).unwrap());
    assert_eq!(cache.status(&spec).unwrap(), ModelStatus::Present);
    assert_eq!(bench.files(), ["b.gguf", "b.verified", "m.gguf", "m.verified"]);
    cache.pull(&spec, &(), &Cancel::new()).unwrap();
    cache.verify(&spec, &(), &Cancel::new()).unwrap();
    assert_eq!(server.asked().len(), 1);

    let registry = Registry::load(cache.folder()).unwrap();
    let list = serde_json::to_value(cache.list(&registry).unwrap()).unwrap();
    let listed = list["models"].as_array().unwrap().iter().find(|model| model["name"] == "m").unwrap();
    assert_eq!(listed["path"], path.display().to_string());
    assert_eq!(listed["sha256"], spec.sha256.to_string());

    assert!(cache.remove(&spec).unwrap().bytes >= spec.bytes);
    assert_eq!(cache.status(&spec).unwrap(), ModelStatus::Absent);
    assert_eq!(bench.files(), ["b.gguf", "b.verified", "registry.lock"]);
    assert_eq!(bench.found("b").name.as_str(), "b");
}

#[test]
fn offline_a_model_is_made_when_its_base_is_here_and_else_the_base_is_named() {
    let bench = bench();
    let spec = bench.made_right("");
    let cache = bench.home.cache.clone().offline(true);
    let error = cache.pull(&spec, &(), &Cancel::new()).unwrap_err();
    assert!(matches!(&error, WeightsError::Offline { name, .. } if name.as_str() == "b"), "{error}");

    fs::copy(&bench.base, cache.folder().join("b.gguf")).unwrap();
    let path = cache.pull(&spec, &(), &Cancel::new()).unwrap();
    // One that was damaged since is made again.
    let good = fs::read(&path).unwrap();
    fs::write(&path, &good[1..]).unwrap();
    assert_eq!(cache.status(&spec).unwrap(), ModelStatus::WrongSize);
    cache.pull(&spec, &(), &Cancel::new()).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 1;
    fs::write(&path, bad).unwrap();
    cache.pull(&spec, &(), &Cancel::new()).unwrap();
    assert_eq!(fs::read(&path).unwrap(), good);
}

#[test]
fn a_made_model_with_another_checksum_is_never_used() {
    let bench = bench();
    let spec = bench.made("", &bench.base_sha256, fs::metadata(&bench.base).unwrap().len());
    fs::copy(&bench.base, bench.home.cache.folder().join("b.gguf")).unwrap();
    let error = bench.home.pull(&spec).unwrap_err();
    assert!(matches!(&error, WeightsError::OtherResult { .. }), "{error}");
    assert_eq!(bench.files(), ["b.gguf", "b.verified"]);
}

#[test]
fn an_interrupted_pull_of_a_made_model_leaves_its_base_alone() {
    let bench = bench();
    let spec = bench.made_right("");
    fs::copy(&bench.base, bench.home.cache.folder().join("b.gguf")).unwrap();
    // What a killed program leaves.
    fs::write(bench.home.cache.folder().join("m.merging"), "half").unwrap();
    assert_eq!(bench.home.cache.status(&spec).unwrap(), ModelStatus::Absent);
    let cancel = Cancel::new();
    let listener = Listener::new(|done| {
        if done < 20_000 {
            cancel.cancel();
        }
    });
    let pulled = bench.home.cache.pull(&spec, &listener, &cancel);
    assert!(matches!(pulled, Err(WeightsError::Cancelled)));
    assert_eq!(bench.files(), ["b.gguf", "b.verified"]);
    bench.home.pull(&spec).unwrap();
}

#[test]
fn an_unknown_adapter_and_a_base_that_is_made_are_told() {
    let bench = bench();
    let spec = bench.made_right("");
    fs::copy(&bench.base, bench.home.cache.folder().join("b.gguf")).unwrap();
    fs::remove_file(&bench.adapter).unwrap();
    assert!(matches!(bench.home.pull(&spec), Err(WeightsError::UnknownAdapter { .. })));

    let registry = bench.home.cache.folder().join("registry.toml");
    let text = fs::read_to_string(&registry).unwrap();
    let twice = text.replace("base = \"b\"", "base = \"n\"")
        + &text[text.find("[[model]]\nname = \"m\"").unwrap()..].replace("\"m\"", "\"n\"");
    fs::write(&registry, twice).unwrap();
    let error = bench.home.pull(&bench.found("m")).unwrap_err();
    assert!(error.to_string().contains("m is made from n, which is itself made"), "{error}");
}

#[test]
fn the_command_merges_files_and_overwrites_none() {
    let bench = bench();
    let out = bench.home.dir.path().join("out.gguf");
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.args(["models", "merge", "--type", "q5_1", "--json", "--base"]).arg(&bench.base);
        command.arg("--adapter").arg(&bench.adapter).arg("--output").arg(&out).output().unwrap()
    };
    let done = run();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let said: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(said["sha256"], bench.merge(Quantisation::Q5_1).1);
    assert_eq!(said["bytes"], fs::metadata(&out).unwrap().len());
    let again = run();
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"));
}
