//! GGUF, bounds-checked: every length is compared with the bytes that are there before anything
//! is allocated, so that a truncated or hostile file gives an error and nothing else.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>, versions 2 and 3,
//! little-endian.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

/// Why a file could not be read as GGUF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GgufError {
    /// The first four bytes are not `GGUF`.
    #[error("This is not a GGUF file. Give the path of a model in GGUF format.")]
    NotGguf,
    /// A version this program does not know.
    #[error("GGUF version {0} is not supported (2 and 3 are). Convert the model with a current tool.")]
    Version(u32),
    /// The file ends before what it announces.
    #[error(
        "The model file is damaged or incomplete ({what} reaches beyond its end). Fetch it again with `evenkeel models pull`."
    )]
    Truncated {
        /// What was being read.
        what: &'static str,
    },
    /// A value that cannot be.
    #[error("The model file is damaged: {0}. Fetch it again with `evenkeel models pull`.")]
    Malformed(String),
    /// A number format for weights that this program does not read.
    #[error(
        "The tensor `{tensor}` has the unsupported type {code}. Use a model in F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0 or a K quantisation."
    )]
    TensorType {
        /// Name of the tensor.
        tensor: String,
        /// The code in the file.
        code: u32,
    },
    /// A piece of metadata or a tensor that the architecture needs is not there.
    #[error("The model file lacks `{0}`, which its architecture needs. Use another model.")]
    Missing(String),
}

/// Number format of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the format")]
pub enum TensorType {
    F32,
    F16,
    Bf16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2K,
    Q3K,
    Q4K,
    Q5K,
    Q6K,
}

impl TensorType {
    const fn from_code(code: u32) -> Option<Self> {
        Some(match code {
            0 => Self::F32,
            1 => Self::F16,
            2 => Self::Q4_0,
            3 => Self::Q4_1,
            6 => Self::Q5_0,
            7 => Self::Q5_1,
            8 => Self::Q8_0,
            10 => Self::Q2K,
            11 => Self::Q3K,
            12 => Self::Q4K,
            13 => Self::Q5K,
            14 => Self::Q6K,
            30 => Self::Bf16,
            _ => return None,
        })
    }

    /// Elements in one block and bytes it takes.
    #[must_use]
    pub const fn block(self) -> (usize, usize) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 | Self::Bf16 => (1, 2),
            Self::Q4_0 => (32, 18),
            Self::Q4_1 => (32, 20),
            Self::Q5_0 => (32, 22),
            Self::Q5_1 => (32, 24),
            Self::Q8_0 => (32, 34),
            Self::Q2K => (256, 84),
            Self::Q3K => (256, 110),
            Self::Q4K => (256, 144),
            Self::Q5K => (256, 176),
            Self::Q6K => (256, 210),
        }
    }
}

/// Where a tensor lies and how it is written.
#[derive(Debug, Clone)]
pub struct TensorInfo {
    /// Shape in row-major order: rows first (GGUF writes it the other way round).
    pub shape: Vec<usize>,
    /// Number format.
    pub kind: TensorType,
    /// Its bytes within the file.
    pub bytes: Range<usize>,
}

/// A metadata value.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Any of the unsigned integer types.
    Unsigned(u64),
    /// Any of the signed integer types.
    Signed(i64),
    /// `f32` or `f64`.
    Float(f64),
    /// A boolean.
    Bool(bool),
    /// Text.
    Text(String),
    /// An array of values of one type.
    Array(Vec<Value>),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(v) => v.fmt(f),
            Self::Signed(v) => v.fmt(f),
            Self::Float(v) => v.fmt(f),
            Self::Bool(v) => v.fmt(f),
            Self::Text(v) => v.fmt(f),
            Self::Array(v) => write!(f, "[{} values]", v.len()),
        }
    }
}

/// The directory of a GGUF file: metadata and where each tensor lies.
#[derive(Debug)]
pub struct Gguf {
    metadata: HashMap<String, Value>,
    tensors: HashMap<String, TensorInfo>,
}

impl Gguf {
    /// Reads the directory of a whole file held in memory (usually mapped).
    ///
    /// # Errors
    /// [`GgufError`]; nothing is allocated beyond a small multiple of the file's own size.
    pub fn parse(file: &[u8]) -> Result<Self, GgufError> {
        let mut at = Reader { file, at: 0 };
        if at.take(4, "the magic number").map_err(|_| GgufError::NotGguf)? != b"GGUF" {
            return Err(GgufError::NotGguf);
        }
        let version = at.u32("the version")?;
        if !(2..=3).contains(&version) {
            return Err(GgufError::Version(version));
        }
        // A tensor entry takes at least 24 bytes, a metadata entry at least 13.
        let tensor_count = at.count(24, "the list of tensors")?;
        let metadata_count = at.count(13, "the metadata")?;

        let mut metadata = HashMap::with_capacity(metadata_count);
        for _ in 0..metadata_count {
            let key = at.text("a metadata key")?;
            let kind = at.u32("a metadata type")?;
            let value = at.value(kind, 0)?;
            metadata.insert(key, value);
        }

        let mut placed = Vec::with_capacity(tensor_count);
        for _ in 0..tensor_count {
            placed.push(at.tensor()?);
        }
        let alignment = match metadata.get("general.alignment") {
            None => 32,
            Some(Value::Unsigned(a)) if a.is_power_of_two() && *a <= 1 << 20 => *a as usize,
            Some(_) => return Err(GgufError::Malformed("its alignment is not a power of two".into())),
        };
        let data_start = at.at.next_multiple_of(alignment);
        let mut tensors = HashMap::with_capacity(tensor_count);
        for (name, shape, kind, offset) in placed {
            let bytes = byte_range(&name, &shape, kind, offset, data_start, file.len())?;
            if tensors.insert(name.clone(), TensorInfo { shape, kind, bytes }).is_some() {
                return Err(GgufError::Malformed(format!("it names the tensor `{name}` twice")));
            }
        }
        Ok(Self { metadata, tensors })
    }

    /// A metadata value.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.metadata.get(key)
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// [`GgufError::Missing`].
    pub fn text(&self, key: &str) -> Result<&str, GgufError> {
        match self.get(key) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(GgufError::Missing(key.to_owned())),
        }
    }

    /// A whole number that is not negative, if there.
    #[must_use]
    pub fn unsigned(&self, key: &str) -> Option<usize> {
        match self.get(key)? {
            Value::Unsigned(v) => usize::try_from(*v).ok(),
            Value::Signed(v) => usize::try_from(*v).ok(),
            _ => None,
        }
    }

    /// A number, if there.
    #[must_use]
    pub fn float(&self, key: &str) -> Option<f64> {
        match self.get(key)? {
            Value::Float(v) => Some(*v),
            _ => None,
        }
    }

    /// An array that must be there.
    ///
    /// # Errors
    /// [`GgufError::Missing`].
    pub fn array(&self, key: &str) -> Result<&[Value], GgufError> {
        match self.get(key) {
            Some(Value::Array(values)) => Ok(values),
            _ => Err(GgufError::Missing(key.to_owned())),
        }
    }

    /// Where a tensor lies.
    #[must_use]
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.tensors.get(name)
    }

    /// Number of weights in all tensors together.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.tensors.values().map(|t| t.shape.iter().product::<usize>()).sum()
    }
}

fn byte_range(
    name: &str,
    shape: &[usize],
    kind: TensorType,
    offset: u64,
    data_start: usize,
    file_len: usize,
) -> Result<Range<usize>, GgufError> {
    let (block, block_bytes) = kind.block();
    let beyond = || GgufError::Truncated { what: "a tensor" };
    let elements = shape.iter().try_fold(1_usize, |n, d| n.checked_mul(*d)).ok_or_else(beyond)?;
    if !shape.last().is_some_and(|row| row.is_multiple_of(block)) {
        return Err(GgufError::Malformed(format!("the rows of `{name}` do not fill whole blocks")));
    }
    let length = (elements / block).checked_mul(block_bytes).ok_or_else(beyond)?;
    let start = usize::try_from(offset).ok().and_then(|o| o.checked_add(data_start)).ok_or_else(beyond)?;
    let end = start.checked_add(length).filter(|end| *end <= file_len).ok_or_else(beyond)?;
    Ok(start..end)
}

struct Reader<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], GgufError> {
        let end = self.at.checked_add(n).filter(|e| *e <= self.file.len());
        let end = end.ok_or(GgufError::Truncated { what })?;
        let bytes = &self.file[self.at..end];
        self.at = end;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], GgufError> {
        self.take(N, what)?.try_into().map_err(|_| GgufError::Truncated { what })
    }

    fn u32(&mut self, what: &'static str) -> Result<u32, GgufError> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    fn u64(&mut self, what: &'static str) -> Result<u64, GgufError> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }

    /// A count of items that take at least `least` bytes each: more than fit is an error.
    fn count(&mut self, least: usize, what: &'static str) -> Result<usize, GgufError> {
        let n = usize::try_from(self.u64(what)?).map_err(|_| GgufError::Truncated { what })?;
        if n > (self.file.len() - self.at) / least {
            return Err(GgufError::Truncated { what });
        }
        Ok(n)
    }

    fn text(&mut self, what: &'static str) -> Result<String, GgufError> {
        let n = self.count(1, what)?;
        let bytes = self.take(n, what)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| GgufError::Malformed(format!("{what} is not UTF-8")))
    }

    fn value(&mut self, kind: u32, depth: u8) -> Result<Value, GgufError> {
        const WHAT: &str = "a metadata value";
        Ok(match kind {
            0 => Value::Unsigned(u64::from(self.array::<1>(WHAT)?[0])),
            1 => Value::Signed(i64::from(i8::from_le_bytes(self.array(WHAT)?))),
            2 => Value::Unsigned(u64::from(u16::from_le_bytes(self.array(WHAT)?))),
            3 => Value::Signed(i64::from(i16::from_le_bytes(self.array(WHAT)?))),
            4 => Value::Unsigned(u64::from(self.u32(WHAT)?)),
            5 => Value::Signed(i64::from(i32::from_le_bytes(self.array(WHAT)?))),
            6 => Value::Float(f64::from(f32::from_le_bytes(self.array(WHAT)?))),
            7 => Value::Bool(self.array::<1>(WHAT)?[0] != 0),
            8 => Value::Text(self.text(WHAT)?),
            9 if depth < 2 => {
                let item = self.u32(WHAT)?;
                let least = match item {
                    0 | 1 | 7 => 1,
                    2 | 3 => 2,
                    4..=6 => 4,
                    8 | 10..=12 => 8,
                    9 => 12,
                    _ => return Err(GgufError::Malformed(format!("unknown metadata type {item}"))),
                };
                let n = self.count(least, WHAT)?;
                let mut values = Vec::with_capacity(n);
                for _ in 0..n {
                    values.push(self.value(item, depth + 1)?);
                }
                Value::Array(values)
            }
            10 => Value::Unsigned(self.u64(WHAT)?),
            11 => Value::Signed(i64::from_le_bytes(self.array(WHAT)?)),
            12 => Value::Float(f64::from_le_bytes(self.array(WHAT)?)),
            other => return Err(GgufError::Malformed(format!("unknown metadata type {other}"))),
        })
    }

    fn tensor(&mut self) -> Result<(String, Vec<usize>, TensorType, u64), GgufError> {
        let name = self.text("a tensor's name")?;
        let dims = self.u32("a tensor's shape")?;
        if !(1..=4).contains(&dims) {
            return Err(GgufError::Malformed(format!("the tensor `{name}` has {dims} dimensions")));
        }
        let mut shape = Vec::with_capacity(dims as usize);
        for _ in 0..dims {
            let n = usize::try_from(self.u64("a tensor's shape")?)
                .map_err(|_| GgufError::Truncated { what: "a tensor" })?;
            if n == 0 {
                return Err(GgufError::Malformed(format!("the tensor `{name}` is empty")));
            }
            shape.push(n);
        }
        shape.reverse();
        let code = self.u32("a tensor's type")?;
        let kind = TensorType::from_code(code)
            .ok_or_else(|| GgufError::TensorType { tensor: name.clone(), code })?;
        Ok((name, shape, kind, self.u64("a tensor's offset")?))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(bytes: &mut Vec<u8>, text: &str) {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    }

    /// One text, one array, one F32 tensor of 2 × 3.
    fn small() -> Vec<u8> {
        let mut b = b"GGUF".to_vec();
        b.extend(3_u32.to_le_bytes());
        b.extend(1_u64.to_le_bytes());
        b.extend(2_u64.to_le_bytes());
        text(&mut b, "general.architecture");
        b.extend(8_u32.to_le_bytes());
        text(&mut b, "llama");
        text(&mut b, "list");
        b.extend(9_u32.to_le_bytes());
        b.extend(4_u32.to_le_bytes());
        b.extend(2_u64.to_le_bytes());
        b.extend([1_u32, 2].iter().flat_map(|n| n.to_le_bytes()));
        text(&mut b, "w");
        b.extend(2_u32.to_le_bytes());
        b.extend([3_u64, 2].iter().flat_map(|n| n.to_le_bytes()));
        b.extend(0_u32.to_le_bytes());
        b.extend(0_u64.to_le_bytes());
        b.resize(b.len().next_multiple_of(32) + 24, 0);
        b
    }

    fn place(bytes: &[u8], of: &[u8]) -> usize {
        bytes.windows(of.len()).position(|w| w == of).unwrap()
    }

    #[test]
    fn a_small_file_is_read() {
        let file = small();
        let gguf = Gguf::parse(&file).unwrap();
        assert_eq!(gguf.text("general.architecture").unwrap(), "llama");
        assert_eq!(gguf.array("list").unwrap().len(), 2);
        let tensor = gguf.tensor("w").unwrap();
        assert_eq!((tensor.shape.as_slice(), tensor.bytes.len()), (&[2, 3][..], 24));
        assert_eq!(gguf.parameters(), 6);
    }

    #[test]
    fn every_cut_of_the_file_is_an_error() {
        let file = small();
        for length in 0..file.len() {
            assert!(Gguf::parse(&file[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn counts_beyond_the_file_are_refused_before_anything_is_allocated() {
        for at in [8, 16] {
            let mut file = small();
            file[at..at + 8].copy_from_slice(&u64::MAX.to_le_bytes());
            assert!(matches!(Gguf::parse(&file), Err(GgufError::Truncated { .. })));
        }
        let mut file = small();
        let at = place(&file, b"list") + 4 + 4 + 4;
        file[at..at + 8].copy_from_slice(&(1_u64 << 60).to_le_bytes());
        assert!(matches!(Gguf::parse(&file), Err(GgufError::Truncated { .. })));
    }

    #[test]
    fn shapes_that_overflow_and_unknown_types_are_refused() {
        let mut file = small();
        let at = place(&file, &[1, 0, 0, 0, 0, 0, 0, 0, b'w']) + 9 + 4;
        file[at..at + 8].copy_from_slice(&(1_u64 << 62).to_le_bytes());
        file[at + 8..at + 16].copy_from_slice(&(1_u64 << 62).to_le_bytes());
        assert!(matches!(Gguf::parse(&file), Err(GgufError::Truncated { .. })));
        let mut file = small();
        file[at + 16..at + 20].copy_from_slice(&99_u32.to_le_bytes());
        assert!(matches!(Gguf::parse(&file), Err(GgufError::TensorType { code: 99, .. })));
        let mut file = small();
        file[4..8].copy_from_slice(&9_u32.to_le_bytes());
        assert_eq!(Gguf::parse(&file).unwrap_err(), GgufError::Version(9));
        assert_eq!(Gguf::parse(b"GG").unwrap_err(), GgufError::NotGguf);
    }

    proptest! {
        #[test]
        fn no_change_of_bytes_makes_it_panic(changes in prop::collection::vec((0usize..220, any::<u8>()), 1..12)) {
            let mut file = small();
            for (at, byte) in changes {
                if let Some(slot) = file.get_mut(at) {
                    *slot = byte;
                }
            }
            if let Ok(gguf) = Gguf::parse(&file) {
                let within = gguf.tensor("w").is_none_or(|t| t.bytes.end <= file.len());
                prop_assert!(within);
            }
        }
    }
}
