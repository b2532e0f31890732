//! The file of trained heads: safetensors, with what they were trained on in its header.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::Linear;

/// Why a file of heads could not be used.
#[derive(Debug, thiserror::Error)]
pub enum HeadFileError {
    /// The bytes are not safetensors.
    #[error("The file of trained heads is damaged ({0}). Train them again with `evenkeel train heads`.")]
    Damaged(#[from] safetensors::SafeTensorError),
    /// A tensor or a piece of the header is missing or has another shape.
    #[error(
        "The file of trained heads lacks `{0}` in the form this version reads. Train them again with `evenkeel train heads`."
    )]
    Missing(String),
}

/// Everything that was trained on the states of one model.
#[derive(Debug, Clone)]
pub struct Heads {
    /// Checksum of the model file whose states these heads read.
    pub model_sha256: String,
    /// Number of layers below the states that are read.
    pub depth: usize,
    /// The named maps.
    linear: HashMap<String, Linear>,
    /// The named vectors: thresholds and the like.
    vectors: HashMap<String, Vec<f32>>,
    /// Remarks of the training run.
    notes: HashMap<String, String>,
}

/// The parts of a file of heads, as training hands them over.
#[derive(Debug, Clone, Default)]
pub struct HeadTensors {
    /// Maps by name.
    pub linear: Vec<(String, Linear)>,
    /// Large maps by name, kept in half precision.
    pub halved: Vec<(String, Linear)>,
    /// Vectors by name.
    pub vectors: Vec<(String, Vec<f32>)>,
    /// Remarks for the header.
    pub notes: Vec<(String, String)>,
}

impl HeadTensors {
    /// What a file holds, as it was handed over, but for the parts whose names begin like this.
    ///
    /// # Errors
    /// [`HeadFileError`] if it is damaged.
    pub fn of_file(bytes: &[u8], leaving_out: &str) -> Result<Self, HeadFileError> {
        let heads = Heads::parse(bytes)?;
        let file = SafeTensors::deserialize(bytes)?;
        let mut parts = Self::default();
        for (name, view) in file.tensors() {
            if name.starts_with(leaving_out) {
                continue;
            }
            if let Some(head) = name.strip_suffix(".weight") {
                let map = heads.linear.get(head).cloned();
                let map = map.ok_or_else(|| HeadFileError::Missing(name.clone()))?;
                let list = if view.dtype() == Dtype::F16 { &mut parts.halved } else { &mut parts.linear };
                list.push((head.to_owned(), map));
            } else if name.strip_suffix(".bias").is_none() {
                parts.vectors.push((name.clone(), values(&view)?));
            }
        }
        parts.notes = heads.notes.into_iter().filter(|(name, _)| name != MODEL && name != DEPTH).collect();
        Ok(parts)
    }
}

const MODEL: &str = "model_sha256";
const DEPTH: &str = "depth";

impl Heads {
    /// Reads a file.
    ///
    /// # Errors
    /// [`HeadFileError`] if it is damaged or lacks what every file of heads has.
    pub fn parse(bytes: &[u8]) -> Result<Self, HeadFileError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let notes = header.metadata().clone().unwrap_or_default();
        let file = SafeTensors::deserialize(bytes)?;
        let mut linear = HashMap::new();
        let mut vectors = HashMap::new();
        for (name, view) in file.tensors() {
            if let Some(head) = name.strip_suffix(".weight") {
                let bias = file
                    .tensor(&format!("{head}.bias"))
                    .map_err(|_| HeadFileError::Missing(format!("{head}.bias")))?;
                let inputs = view.shape().get(1).copied().unwrap_or(0);
                let map = Linear::new(inputs, values(&view)?, values(&bias)?)
                    .ok_or_else(|| HeadFileError::Missing(name.clone()))?;
                linear.insert(head.to_owned(), map);
            } else if name.strip_suffix(".bias").is_none() {
                vectors.insert(name.clone(), values(&view)?);
            }
        }
        let note = |name: &str| notes.get(name).ok_or_else(|| HeadFileError::Missing(name.to_owned()));
        Ok(Self {
            model_sha256: note(MODEL)?.clone(),
            depth: note(DEPTH)?.parse().map_err(|_| HeadFileError::Missing(DEPTH.to_owned()))?,
            linear,
            vectors,
            notes,
        })
    }

    /// Puts a file together.
    ///
    /// # Errors
    /// [`HeadFileError::Damaged`] if the parts cannot be written.
    pub fn serialise(model_sha256: &str, depth: usize, parts: HeadTensors) -> Result<Vec<u8>, HeadFileError> {
        let mut tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
        let whole = parts.linear.iter().map(|part| (part, Dtype::F32));
        for ((name, map), dtype) in whole.chain(parts.halved.iter().map(|part| (part, Dtype::F16))) {
            let shape = vec![map.outputs(), map.inputs()];
            let weight = if dtype == Dtype::F16 { halves(map.weight()) } else { singles(map.weight()) };
            tensors.push((format!("{name}.weight"), dtype, shape, weight));
            tensors.push((format!("{name}.bias"), Dtype::F32, vec![map.outputs()], singles(map.bias())));
        }
        for (name, vector) in parts.vectors {
            tensors.push((name, Dtype::F32, vec![vector.len()], singles(&vector)));
        }
        let views = tensors
            .iter()
            .map(|(name, dtype, shape, bytes)| {
                Ok((name.as_str(), TensorView::new(*dtype, shape.clone(), bytes)?))
            })
            .collect::<Result<Vec<_>, HeadFileError>>()?;
        let mut notes: HashMap<String, String> = parts.notes.into_iter().collect();
        notes.insert(MODEL.to_owned(), model_sha256.to_owned());
        notes.insert(DEPTH.to_owned(), depth.to_string());
        Ok(safetensors::serialize(views, Some(notes))?)
    }

    /// A map that must be there, with the number of outputs that its user expects.
    ///
    /// # Errors
    /// [`HeadFileError::Missing`].
    pub fn linear(&self, name: &str, outputs: usize) -> Result<&Linear, HeadFileError> {
        self.linear
            .get(name)
            .filter(|map| map.outputs() == outputs)
            .ok_or_else(|| HeadFileError::Missing(name.to_owned()))
    }

    /// A vector that must be there, with the length that its user expects.
    ///
    /// # Errors
    /// [`HeadFileError::Missing`].
    pub fn vector(&self, name: &str, length: usize) -> Result<&[f32], HeadFileError> {
        self.vectors
            .get(name)
            .filter(|v| v.len() == length)
            .map(Vec::as_slice)
            .ok_or_else(|| HeadFileError::Missing(name.to_owned()))
    }

    /// A remark of the training run, such as the checksum of a file it used.
    #[must_use]
    pub fn note(&self, name: &str) -> Option<&str> {
        self.notes.get(name).map(String::as_str)
    }
}

fn values(view: &TensorView<'_>) -> Result<Vec<f32>, HeadFileError> {
    let bytes = view.data();
    match view.dtype() {
        Dtype::F32 => Ok(bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect()),
        Dtype::F16 => {
            Ok(bytes.as_chunks::<2>().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect())
        }
        other => Err(HeadFileError::Missing(format!("numbers as f32 or f16, not {other:?}"))),
    }
}

fn singles(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn halves(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| half::f16::from_f32(*v).to_le_bytes()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        let map = Linear::new(2, vec![1.0, 2.0, -0.5, 0.25], vec![0.5, -1.0]).unwrap();
        let parts = HeadTensors {
            linear: vec![("a".into(), map.clone())],
            halved: vec![("h".into(), map.clone())],
            vectors: vec![("t".into(), vec![0.1, 0.2])],
            notes: vec![("seed".into(), "7".into())],
        };
        let bytes = Heads::serialise("abc", 16, parts).unwrap();
        let heads = Heads::parse(&bytes).unwrap();
        assert_eq!((heads.model_sha256.as_str(), heads.depth), ("abc", 16));
        assert_eq!(heads.linear("a", 2).unwrap(), &map);
        assert_eq!(heads.linear("h", 2).unwrap(), &map);
        assert_eq!(heads.vector("t", 2).unwrap(), [0.1, 0.2]);
        assert_eq!(heads.note("seed"), Some("7"));
        assert!(heads.linear("a", 3).is_err());
        let apart = HeadTensors::of_file(&bytes, "h").unwrap();
        assert_eq!((apart.linear, apart.halved.len()), (vec![("a".to_owned(), map)], 0));
        assert_eq!((apart.vectors.len(), apart.notes), (1, vec![("seed".to_owned(), "7".to_owned())]));
    }

    #[test]
    fn a_damaged_file_is_an_error() {
        assert!(Heads::parse(b"not a file of heads").is_err());
        assert!(Heads::parse(&[]).is_err());
    }
}
