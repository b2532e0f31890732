//! Adapters: what training changed in a model, as pairs of narrow matrices in a safetensors file.
//!
//! A pair `blk.N.MAP.lora_a` (rank × inputs) and `blk.N.MAP.lora_b` (outputs × rank) changes the
//! weight `blk.N.MAP.weight` of a GGUF file by their product `B·A`, row for row as the GGUF has
//! them; any scale is folded into `B`. Not every layer or map need be there. The header says what
//! the adapter is called, the checksum of the file it was trained on, its rank and its seed.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::SafeTensorError;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use sha2::{Digest, Sha256};

use super::{Checksum, ModelName, WeightsError};

/// The maps of a layer that an adapter may change.
const MAPS: [&str; 7] = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"];

/// Why bytes are no adapter.
#[derive(Debug, thiserror::Error)]
pub enum AdapterError {
    /// Not safetensors.
    #[error("The adapter is damaged ({0}). Train it again, or fetch it again.")]
    Damaged(#[from] SafeTensorError),
    /// A remark of the header is missing or cannot be read.
    #[error("The header of the adapter lacks `{0}` in the form this version reads. Train it again.")]
    Note(&'static str),
    /// A tensor that no adapter has.
    #[error(
        "The adapter holds a tensor `{0}`, and this version reads only `blk.N.MAP.lora_a` and `.lora_b` of attention and feed-forward maps. Train it again."
    )]
    Name(String),
    /// One half of a pair without the other.
    #[error("The adapter holds only one half of `{0}`. Train it again.")]
    Half(String),
    /// A shape that does not fit the rank or the other half.
    #[error("The adapter's tensor `{0}` has a shape that does not fit its rank. Train it again.")]
    Shape(String),
    /// Numbers that are neither f16 nor f32, or not finite.
    #[error("The adapter's tensor `{0}` holds other numbers than finite ones in f16 or f32. Train it again.")]
    Numbers(String),
}

/// What training changed in one model.
#[derive(Debug, Clone)]
pub struct Adapter {
    /// What it is called.
    pub name: ModelName,
    /// Checksum of the GGUF file it was trained on; it is merged into no other.
    pub base_sha256: Checksum,
    /// Checksum of the adapter's own file.
    pub sha256: Checksum,
    /// Rank of every change.
    pub rank: usize,
    /// Seed of the training run.
    pub seed: u64,
    changes: BTreeMap<String, Change>,
}

/// The change of one weight: `outputs × inputs`, of low rank.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// `rank × inputs`, row-major.
    a: Vec<f32>,
    /// `outputs × rank`, row-major.
    b: Vec<f32>,
}

impl Adapter {
    /// Reads an adapter's file.
    ///
    /// # Errors
    /// [`AdapterError`] when a name, a shape, a number or a remark is not as it should be.
    pub fn parse(file: &[u8]) -> Result<Self, AdapterError> {
        let (_, header) = SafeTensors::read_metadata(file)?;
        let notes = header.metadata().clone().unwrap_or_default();
        let note = |name: &'static str| notes.get(name).map(String::as_str).ok_or(AdapterError::Note(name));
        let tensors = SafeTensors::deserialize(file)?;
        let mut this = Self {
            name: note("name")?.parse().map_err(|_| AdapterError::Note("name"))?,
            base_sha256: note("base_sha256")?.parse().map_err(|_| AdapterError::Note("base_sha256"))?,
            sha256: Checksum::from_bytes(Sha256::digest(file).into()),
            rank: note("rank")?.parse().ok().filter(|r| *r > 0).ok_or(AdapterError::Note("rank"))?,
            seed: note("seed")?.parse().map_err(|_| AdapterError::Note("seed"))?,
            changes: BTreeMap::new(),
        };
        // All names before any pair: a wrong name is told as one, not as half of a pair.
        let mut halves = tensors.names();
        halves.sort_unstable();
        for name in &halves {
            changed_map(name).ok_or_else(|| AdapterError::Name(shown(name)))?;
        }
        for name in halves {
            let Some((map, half)) = changed_map(name) else { continue };
            let other = format!("{map}.{}", if half == "lora_a" { "lora_b" } else { "lora_a" });
            let tensor = tensors.tensor(name)?;
            let other_half = tensors.tensor(&other).map_err(|_| AdapterError::Half(map.to_owned()))?;
            if half == "lora_a" {
                let change = Change::read(this.rank, (name, &tensor), (&other, &other_half))?;
                this.changes.insert(format!("{map}.weight"), change);
            }
        }
        Ok(this)
    }

    /// Reads an adapter from a file.
    ///
    /// # Errors
    /// [`WeightsError::Io`], [`WeightsError::Adapter`].
    pub fn open(path: &Path) -> Result<Self, WeightsError> {
        let file = std::fs::read(path).map_err(|error| WeightsError::io(path, "read", error))?;
        Ok(Self::parse(&file)?)
    }

    /// Names of the weights that it changes, in alphabetical order.
    pub fn weights(&self) -> impl Iterator<Item = &str> {
        self.changes.keys().map(String::as_str)
    }

    pub(super) fn change(&self, weight: &str) -> Option<&Change> {
        self.changes.get(weight)
    }
}

impl Change {
    fn read(
        rank: usize,
        a: (&str, &TensorView<'_>),
        b: (&str, &TensorView<'_>),
    ) -> Result<Self, AdapterError> {
        let side = |(name, tensor): (&str, &TensorView<'_>), at: usize| match *tensor.shape() {
            [rows, columns] if [rows, columns][at] == rank && rows * columns > 0 => {
                Ok([rows, columns][1 - at])
            }
            _ => Err(AdapterError::Shape(name.to_owned())),
        };
        let (inputs, outputs) = (side(a, 0)?, side(b, 1)?);
        Ok(Self { inputs, outputs, a: numbers(a)?, b: numbers(b)? })
    }

    /// Adds the change of row `row` to `weights`, which has a value for every input. The order of
    /// the sums is always the same, and nothing is fused, so the result is too.
    pub(super) fn add_to(&self, row: usize, weights: &mut [f32]) {
        let rank = self.a.len() / self.inputs;
        let mut change = vec![0.0_f32; self.inputs];
        for (b, a) in self.b[row * rank..(row + 1) * rank].iter().zip(self.a.chunks_exact(self.inputs)) {
            for (sum, a) in change.iter_mut().zip(a) {
                *sum += b * a;
            }
        }
        for (weight, change) in weights.iter_mut().zip(&change) {
            *weight += change;
        }
    }
}

/// Splits `blk.N.MAP.HALF` into `blk.N.MAP` and `HALF`.
fn changed_map(name: &str) -> Option<(&str, &str)> {
    let (whole, half) = name.rsplit_once('.')?;
    let (layer, map) = whole.strip_prefix("blk.")?.split_once('.')?;
    // As the GGUF writes it: `07` would be another name for the same layer.
    let is_layer = layer.parse::<u16>().is_ok_and(|n| n.to_string() == layer);
    (is_layer && MAPS.contains(&map) && matches!(half, "lora_a" | "lora_b")).then_some((whole, half))
}

fn numbers((name, tensor): (&str, &TensorView<'_>)) -> Result<Vec<f32>, AdapterError> {
    let bytes = tensor.data();
    let numbers: Vec<f32> = match tensor.dtype() {
        Dtype::F32 => bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        Dtype::F16 => {
            bytes.as_chunks::<2>().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect()
        }
        _ => Vec::new(),
    };
    if numbers.is_empty() || numbers.iter().any(|n| !n.is_finite()) {
        return Err(AdapterError::Numbers(name.to_owned()));
    }
    Ok(numbers)
}

/// A name from a file as an error may show it.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    type Tensor<'a> = (&'a str, [usize; 2], Vec<f32>);

    const NOTES: [(&str, &str); 4] = [
        ("name", "tiny"),
        ("base_sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("rank", "2"),
        ("seed", "7"),
    ];

    fn file(notes: &[(&str, &str)], tensors: &[Tensor<'_>]) -> Vec<u8> {
        let bytes: Vec<Vec<u8>> =
            tensors.iter().map(|t| t.2.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
        let views = tensors
            .iter()
            .zip(&bytes)
            .map(|(t, bytes)| (t.0, TensorView::new(Dtype::F32, t.1.to_vec(), bytes).unwrap()));
        let notes = notes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        safetensors::serialize(views, Some(notes)).unwrap()
    }

    fn pair() -> Vec<Tensor<'static>> {
        vec![
            ("blk.3.ffn_up.lora_a", [2, 3], vec![1.0, 2.0, 3.0, 0.5, 0.0, -1.0]),
            ("blk.3.ffn_up.lora_b", [1, 2], vec![2.0, 4.0]),
        ]
    }

    #[test]
    fn a_change_is_the_product_of_its_halves() {
        let adapter = Adapter::parse(&file(&NOTES, &pair())).unwrap();
        assert_eq!((adapter.name.as_str(), adapter.rank, adapter.seed), ("tiny", 2, 7));
        assert_eq!(adapter.weights().collect::<Vec<_>>(), ["blk.3.ffn_up.weight"]);
        let change = adapter.change("blk.3.ffn_up.weight").unwrap();
        assert_eq!((change.inputs, change.outputs), (3, 1));
        let mut row = [10.0, 20.0, 30.0];
        change.add_to(0, &mut row);
        assert!(row.iter().zip([14.0, 24.0, 32.0]).all(|(got, sum)| (got - sum).abs() < 1e-5), "{row:?}");
    }

    #[test]
    fn whatever_is_not_as_it_should_be_is_refused() {
        for missing in 0..NOTES.len() {
            let mut notes = NOTES.to_vec();
            let (name, _) = notes.remove(missing);
            let error = Adapter::parse(&file(&notes, &pair())).unwrap_err();
            assert!(matches!(error, AdapterError::Note(lacks) if lacks == name), "{error}");
        }
        let with = |change: fn(&mut Vec<Tensor<'_>>)| {
            let mut tensors = pair();
            change(&mut tensors);
            Adapter::parse(&file(&NOTES, &tensors)).unwrap_err()
        };
        assert!(matches!(with(|t| t[0].0 = "token_embd.lora_a"), AdapterError::Name(_)));
        assert!(matches!(with(|t| t[0].0 = "blk.03.ffn_up.lora_a"), AdapterError::Name(_)));
        assert!(matches!(with(|t| t[0].0 = "blk.3.ffn_up.weight"), AdapterError::Name(_)));
        assert!(matches!(with(|t| drop(t.pop())), AdapterError::Half(_)));
        assert!(matches!(with(|t| drop(t.remove(0))), AdapterError::Half(_)));
        assert!(matches!(with(|t| t[0].1 = [3, 2]), AdapterError::Shape(_)));
        assert!(matches!(with(|t| t[1].1 = [2, 1]), AdapterError::Shape(_)));
        assert!(matches!(with(|t| t[1].2[0] = f32::NAN), AdapterError::Numbers(_)));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_fail_badly(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
            let mut bytes = file(&NOTES, &pair());
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = Adapter::parse(&bytes);
            let _ = Adapter::parse(&bytes[..cut.index(bytes.len())]);
        }
    }
}
