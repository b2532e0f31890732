//! Weights of any type as f32, for what is no forward pass: merging and training.

use candle_core::Device;
use candle_core::quantized::GgmlDType;
use candle_core::quantized::ggml_file::qtensor_from_ggml;

use super::gguf::TensorType;

/// The weights of whole blocks as f32, `count` of them; `None` if the bytes are not as many as that
/// takes.
pub(crate) fn expand(kind: TensorType, bytes: &[u8], count: usize) -> Option<Vec<f32>> {
    let kind = match kind {
        TensorType::F32 => {
            return Some(bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect());
        }
        TensorType::F16 => {
            return Some(
                bytes.as_chunks::<2>().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect(),
            );
        }
        TensorType::Bf16 => {
            return Some(
                bytes.as_chunks::<2>().0.iter().map(|b| half::bf16::from_le_bytes(*b).to_f32()).collect(),
            );
        }
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
    };
    // Copied, as candle takes the bytes for blocks without looking at their alignment: the file
    // decides where they lie there, the allocator aligns them here.
    let bytes = bytes.to_vec();
    let tensor = qtensor_from_ggml(kind, &bytes, vec![count], &Device::Cpu).ok()?;
    tensor.dequantize(&Device::Cpu).ok()?.to_vec1().ok()
}
