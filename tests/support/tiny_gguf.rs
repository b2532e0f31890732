//! A model of a few thousand seeded random weights, as a GGUF file.

use std::path::Path;

/// A value of the file's metadata.
pub(crate) enum Meta {
    U32(u32),
    F32(f32),
    Text(&'static str),
    Texts(Vec<String>),
    Floats(Vec<f32>),
}

/// Writes a GGUF v3 file with F32 tensors of seeded noise; shapes are rows first.
pub(crate) fn write(path: &Path, metadata: &[(String, Meta)], tensors: &[(String, Vec<usize>)]) {
    let mut b = b"GGUF".to_vec();
    b.extend(3_u32.to_le_bytes());
    b.extend((tensors.len() as u64).to_le_bytes());
    b.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in metadata {
        text(&mut b, key);
        match value {
            Meta::U32(v) => b.extend([4_u32.to_le_bytes(), v.to_le_bytes()].concat()),
            Meta::F32(v) => b.extend([6_u32.to_le_bytes(), v.to_le_bytes()].concat()),
            Meta::Text(v) => {
                b.extend(8_u32.to_le_bytes());
                text(&mut b, v);
            }
            Meta::Texts(v) => {
                b.extend([9_u32.to_le_bytes(), 8_u32.to_le_bytes()].concat());
                b.extend((v.len() as u64).to_le_bytes());
                for piece in v {
                    text(&mut b, piece);
                }
            }
            Meta::Floats(v) => {
                b.extend([9_u32.to_le_bytes(), 6_u32.to_le_bytes()].concat());
                b.extend((v.len() as u64).to_le_bytes());
                b.extend(v.iter().flat_map(|v| v.to_le_bytes()));
            }
        }
    }
    let mut offset = 0_u64;
    for (name, shape) in tensors {
        text(&mut b, name);
        b.extend((shape.len() as u32).to_le_bytes());
        b.extend(shape.iter().rev().flat_map(|n| (*n as u64).to_le_bytes()));
        b.extend(0_u32.to_le_bytes());
        b.extend(offset.to_le_bytes());
        offset += (shape.iter().product::<usize>() * 4).next_multiple_of(32) as u64;
    }
    b.resize(b.len().next_multiple_of(32), 0);
    let mut noise = 1_u32;
    for (name, shape) in tensors {
        for _ in 0..shape.iter().product::<usize>() {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let value = f32::from((noise >> 16) as u16) / 65_536.0 - 0.5;
            let value = if name.contains("norm") { 1.0 + 0.1 * value } else { 0.4 * value };
            b.extend(value.to_le_bytes());
        }
        b.resize(b.len().next_multiple_of(32), 0);
    }
    std::fs::write(path, b).unwrap();
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}
