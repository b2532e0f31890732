//! Weights from a mapped GGUF, expanded once to plain floats.

use candle_core::quantized::{GgmlDType, ggml_file::qtensor_from_ggml};
use candle_core::{DType, Device, Tensor};

use super::ModelError;
use crate::language::gguf::{Gguf, GgufError, TensorType};

/// A GGUF directory together with the bytes it describes.
#[derive(Clone, Copy)]
pub(in crate::language) struct Weights<'a> {
    pub(in crate::language) gguf: &'a Gguf,
    pub(in crate::language) bytes: &'a [u8],
    /// Format of matrices after expansion: `F32`, or `F16` to halve the memory.
    pub(in crate::language) precision: DType,
}

impl Weights<'_> {
    /// A matrix of `rows` × `columns` in the chosen precision.
    pub(super) fn matrix(&self, name: &str, rows: usize, columns: usize) -> Result<Tensor, ModelError> {
        self.tensor(name, &[rows, columns], self.precision)
    }

    /// A vector of `n` values in f32.
    pub(super) fn vector(&self, name: &str, n: usize) -> Result<Tensor, ModelError> {
        self.tensor(name, &[n], DType::F32)
    }

    /// A vector that may be absent.
    pub(super) fn optional_vector(&self, name: &str, n: usize) -> Result<Option<Tensor>, ModelError> {
        self.gguf.tensor(name).map(|_| self.vector(name, n)).transpose()
    }

    fn tensor(&self, name: &str, shape: &[usize], dtype: DType) -> Result<Tensor, ModelError> {
        let info = self.gguf.tensor(name).ok_or_else(|| GgufError::Missing(name.to_owned()))?;
        if info.shape != shape {
            return Err(GgufError::Malformed(format!(
                "the tensor `{name}` has the shape {:?}, not {shape:?}",
                info.shape
            ))
            .into());
        }
        let quantised = qtensor_from_ggml(
            ggml_type(info.kind),
            &self.bytes[info.bytes.clone()],
            info.shape.clone(),
            &Device::Cpu,
        )?;
        Ok(quantised.dequantize(&Device::Cpu)?.to_dtype(dtype)?)
    }
}

const fn ggml_type(kind: TensorType) -> GgmlDType {
    match kind {
        TensorType::F32 => GgmlDType::F32,
        TensorType::F16 => GgmlDType::F16,
        TensorType::Bf16 => GgmlDType::BF16,
        TensorType::Q4_0 => GgmlDType::Q4_0,
        TensorType::Q4_1 => GgmlDType::Q4_1,
        TensorType::Q5_0 => GgmlDType::Q5_0,
        TensorType::Q5_1 => GgmlDType::Q5_1,
        TensorType::Q8_0 => GgmlDType::Q8_0,
        TensorType::Q2K => GgmlDType::Q2K,
        TensorType::Q3K => GgmlDType::Q3K,
        TensorType::Q4K => GgmlDType::Q4K,
        TensorType::Q5K => GgmlDType::Q5K,
        TensorType::Q6K => GgmlDType::Q6K,
    }
}
