//! Weights from a mapped GGUF, packed for the kernels.

use super::ModelError;
use crate::language::gguf::{Gguf, GgufError, TensorInfo, TensorType};
use crate::language::kernels::{Matrix, Memory, Pool};

/// A GGUF directory together with the bytes it describes, and the threads and the memory to pack
/// them with and into.
pub(in crate::language) struct Weights<'a> {
    pub(in crate::language) gguf: &'a Gguf<'a>,
    pub(in crate::language) bytes: &'a [u8],
    pub(in crate::language) pool: &'a Pool,
    pub(in crate::language) memory: Memory,
}

impl Weights<'_> {
    /// A matrix of `rows` × `columns`, its row `r` being row `order(r)` of the tensor.
    pub(super) fn matrix(
        &mut self,
        name: &str,
        rows: usize,
        columns: usize,
        order: &(dyn Fn(usize) -> usize + Sync),
    ) -> Result<Matrix, ModelError> {
        let (kind, bytes) = {
            let info = self.tensor(name, &[rows, columns])?;
            (info.kind, &self.bytes[info.bytes.clone()])
        };
        Matrix::pack((self.pool, &mut self.memory), kind, rows, columns, bytes, order)
            .map_err(ModelError::Memory)?
            .ok_or_else(|| malformed(name, "cannot be packed"))
    }

    /// A vector of `n` plain numbers.
    pub(super) fn vector(&self, name: &str, n: usize) -> Result<Vec<f32>, ModelError> {
        let info = self.tensor(name, &[n])?;
        let bytes = &self.bytes[info.bytes.clone()];
        Ok(match info.kind {
            TensorType::F32 => bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            TensorType::F16 => {
                bytes.as_chunks::<2>().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect()
            }
            TensorType::Bf16 => {
                bytes.as_chunks::<2>().0.iter().map(|b| half::bf16::from_le_bytes(*b).to_f32()).collect()
            }
            _ => return Err(malformed(name, "is a quantised vector")),
        })
    }

    /// A vector that may be absent.
    pub(super) fn optional_vector(&self, name: &str, n: usize) -> Result<Option<Vec<f32>>, ModelError> {
        self.gguf.tensor(name).map(|_| self.vector(name, n)).transpose()
    }

    fn tensor(&self, name: &str, shape: &[usize]) -> Result<&TensorInfo, ModelError> {
        let info = self.gguf.tensor(name).ok_or_else(|| GgufError::Missing(name.to_owned()))?;
        if info.shape != shape {
            return Err(malformed(name, &format!("has the shape {:?}, not {shape:?}", info.shape)));
        }
        Ok(info)
    }
}

fn malformed(name: &str, what: &str) -> ModelError {
    GgufError::Malformed(format!("the tensor `{name}` {what}")).into()
}
