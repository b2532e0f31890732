//! A run on disk: what was learnt, Adam's memory and how far it is, so that a run that was
//! stopped goes on, here or on another machine (to the bit only on the same kind of processor); and the adapter that comes of it.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use candle_core::{Device, Tensor, Var};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::TuneError;
use super::optimiser::Adam;
use crate::weights::write_whole;

/// Everything that a run needs to go on.
pub(super) fn save(
    path: &Path,
    parameters: &[(String, Var)],
    adam: &Adam,
    notes: HashMap<String, String>,
) -> Result<(), TuneError> {
    let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    for (i, (name, var)) in parameters.iter().enumerate() {
        let shape = var.dims().to_vec();
        tensors.push((name.clone(), shape.clone(), singles(&super::steps::values(var.as_tensor())?)));
        tensors.push((format!("first.{name}"), shape.clone(), singles(&adam.first[i])));
        tensors.push((format!("second.{name}"), shape, singles(&adam.second[i])));
    }
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, TuneError>>()?;
    Ok(write_whole(path, &safetensors::serialize(views, Some(notes))?).map_err(Box::new)?)
}

/// Takes up a run; `None` if there is none.
pub(super) fn load(
    path: &Path,
    parameters: &[(String, Var)],
    adam: &mut Adam,
) -> Result<Option<HashMap<String, String>>, TuneError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(TuneError::File { path: path.to_owned(), source }),
    };
    let (_, header) = SafeTensors::read_metadata(&bytes)?;
    let file = SafeTensors::deserialize(&bytes)?;
    let values = |name: &str, length: usize| -> Result<Vec<f32>, TuneError> {
        let view = file.tensor(name)?;
        let values: Vec<f32> =
            view.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        if values.len() == length { Ok(values) } else { Err(TuneError::OtherRun(path.to_owned())) }
    };
    for (i, (name, var)) in parameters.iter().enumerate() {
        let length = var.elem_count();
        var.set(&Tensor::from_vec(values(name, length)?, var.shape(), &Device::Cpu)?)?;
        adam.first[i] = values(&format!("first.{name}"), length)?;
        adam.second[i] = values(&format!("second.{name}"), length)?;
    }
    Ok(Some(header.metadata().clone().unwrap_or_default()))
}

/// The adapter alone, in half precision.
pub(super) fn adapter(
    parameters: &[(String, Var)],
    notes: HashMap<String, String>,
) -> Result<Vec<u8>, TuneError> {
    let mut tensors: Vec<(&str, Vec<usize>, Vec<u8>)> = Vec::new();
    for (name, var) in parameters {
        let values = super::steps::values(var.as_tensor())?;
        let halves = values.iter().flat_map(|v| half::f16::from_f32(*v).to_le_bytes()).collect();
        tensors.push((name, var.dims().to_vec(), halves));
    }
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((*name, TensorView::new(Dtype::F16, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, TuneError>>()?;
    Ok(in_order(safetensors::serialize(views, Some(notes))?))
}

/// A safetensors file with the remarks of its header in alphabetical order: they come from a hash
/// table, and the same run is to give the same bytes.
fn in_order(file: Vec<u8>) -> Vec<u8> {
    let split = || {
        let (length, rest) = file.split_first_chunk::<8>()?;
        let (header, data) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let header: serde_json::Value = serde_json::from_slice(header).ok()?;
        Some((serde_json::to_vec(&header).ok()?, data))
    };
    let Some((mut header, data)) = split() else { return file };
    header.resize(header.len().next_multiple_of(8), b' ');
    [&(header.len() as u64).to_le_bytes(), header.as_slice(), data].concat()
}

fn singles(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}
