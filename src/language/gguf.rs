//! GGUF, bounds-checked: every length is compared with the bytes that are there before anything
//! is allocated, and texts and arrays stay where they lie in the file; so a truncated or hostile
//! file gives an error and nothing else.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>, versions 2 and 3,
//! little-endian.

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
    /// Something that this program cannot do, though the file may be whole.
    #[error("This model cannot be used: {0}. Use another model.")]
    Unsupported(String),
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

/// A metadata value; texts and arrays lie in the file.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// Any of the unsigned integer types.
    Unsigned(u64),
    /// Any of the signed integer types.
    Signed(i64),
    /// `f32` or `f64`.
    Float(f64),
    /// A boolean.
    Bool(bool),
    /// Text.
    Text(&'a str),
    /// An array of values of one type.
    Array(Array<'a>),
}

impl fmt::Debug for Value<'_> {
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

/// An array of metadata, read from the file as it is gone through: held in memory, an array of
/// single bytes would take many times its size.
#[derive(Clone, Copy)]
pub struct Array<'a> {
    item: u32,
    length: usize,
    bytes: &'a [u8],
}

impl<'a> Array<'a> {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The values.
    pub fn iter(&self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let (mut reader, item) = (Reader { file: self.bytes, at: 0 }, self.item);
        // Reading was tried when the file was parsed.
        (0..self.length).map_while(move |_| reader.value(item, 1).ok())
    }
}

/// The directory of a GGUF file: metadata and where each tensor lies.
#[derive(Debug)]
pub struct Gguf<'a> {
    /// By key.
    metadata: Vec<(&'a str, Value<'a>)>,
    /// By name.
    tensors: Vec<(&'a str, TensorInfo)>,
}

impl<'a> Gguf<'a> {
    /// Reads the directory of a whole file held in memory (usually mapped).
    ///
    /// # Errors
    /// [`GgufError`]; nothing is allocated beyond a small multiple of the file's own size.
    pub fn parse(file: &'a [u8]) -> Result<Self, GgufError> {
        let mut at = Reader { file, at: 0 };
        if at.take(4, "the magic number").map_err(|_| GgufError::NotGguf)? != b"GGUF" {
            return Err(GgufError::NotGguf);
        }
        let version = at.u32("the version")?;
        if !(2..=3).contains(&version) {
            return Err(GgufError::Version(version));
        }
        // A tensor entry takes at least 32 bytes, a metadata entry at least 13.
        let tensor_count = at.count(32, "the list of tensors")?;
        let metadata_count = at.count(13, "the metadata")?;

        let mut metadata = Vec::with_capacity(metadata_count);
        for _ in 0..metadata_count {
            let key = at.text("a metadata key")?;
            let kind = at.u32("a metadata type")?;
            metadata.push((key, at.value(kind, 0)?));
        }
        metadata.sort_unstable_by_key(|(key, _)| *key);
        distinct(&metadata)?;

        let mut placed = Vec::with_capacity(tensor_count);
        for _ in 0..tensor_count {
            placed.push(at.tensor()?);
        }
        let mut gguf = Self { metadata, tensors: Vec::with_capacity(placed.len()) };
        let alignment = match gguf.get("general.alignment") {
            None => 32,
            Some(Value::Unsigned(a)) if a.is_power_of_two() && a <= 1 << 20 => a as usize,
            Some(_) => return Err(GgufError::Malformed("its alignment is not a power of two".into())),
        };
        let data_start = at.at.next_multiple_of(alignment);
        for (name, shape, kind, offset) in placed {
            let bytes = byte_range(name, &shape, kind, offset, data_start, file.len())?;
            gguf.tensors.push((name, TensorInfo { shape, kind, bytes }));
        }
        // Tensors that share their bytes would make a small file a large model.
        gguf.tensors.sort_unstable_by_key(|(_, tensor)| tensor.bytes.start);
        for [(one, before), (other, after)] in gguf.tensors.array_windows() {
            if before.bytes.end > after.bytes.start {
                let (one, other) = (shown(one), shown(other));
                return Err(GgufError::Malformed(format!("its tensors `{one}` and `{other}` overlap")));
            }
        }
        gguf.tensors.sort_unstable_by_key(|(name, _)| *name);
        distinct(&gguf.tensors)?;
        Ok(gguf)
    }

    /// A metadata value.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        find(&self.metadata, key).copied()
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// [`GgufError::Missing`].
    pub fn text(&self, key: &str) -> Result<&'a str, GgufError> {
        match self.get(key) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(GgufError::Missing(shown(key))),
        }
    }

    /// A whole number that is not negative, if there.
    #[must_use]
    pub fn unsigned(&self, key: &str) -> Option<usize> {
        match self.get(key)? {
            Value::Unsigned(v) => usize::try_from(v).ok(),
            Value::Signed(v) => usize::try_from(v).ok(),
            _ => None,
        }
    }

    /// A number, if there.
    #[must_use]
    pub fn float(&self, key: &str) -> Option<f64> {
        match self.get(key)? {
            Value::Float(v) => Some(v),
            _ => None,
        }
    }

    /// An array that must be there.
    ///
    /// # Errors
    /// [`GgufError::Missing`].
    pub fn array(&self, key: &str) -> Result<Array<'a>, GgufError> {
        match self.get(key) {
            Some(Value::Array(values)) => Ok(values),
            _ => Err(GgufError::Missing(shown(key))),
        }
    }

    /// Where a tensor lies.
    #[must_use]
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        find(&self.tensors, name)
    }

    /// Number of weights in all tensors together.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.tensors.iter().map(|(_, t)| t.shape.iter().product::<usize>()).sum()
    }
}

/// A name from a file as an error shows it: not without end, and nothing that a terminal obeys.
pub(super) fn shown(name: &str) -> String {
    let short: String = name.chars().take(60).collect();
    let rest = if short.len() < name.len() { "…" } else { "" };
    format!("{}{rest}", short.escape_debug())
}

fn find<'t, T>(sorted: &'t [(&str, T)], name: &str) -> Option<&'t T> {
    let at = sorted.binary_search_by_key(&name, |(n, _)| n).ok()?;
    sorted.get(at).map(|(_, found)| found)
}

fn distinct<T>(sorted: &[(&str, T)]) -> Result<(), GgufError> {
    match sorted.array_windows().find(|[(one, _), (other, _)]| one == other) {
        Some([(name, _), _]) => Err(GgufError::Malformed(format!("it names `{}` twice", shown(name)))),
        None => Ok(()),
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
        return Err(GgufError::Malformed(format!("the rows of `{}` do not fill whole blocks", shown(name))));
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

    fn text(&mut self, what: &'static str) -> Result<&'a str, GgufError> {
        let n = self.count(1, what)?;
        let bytes = self.take(n, what)?;
        std::str::from_utf8(bytes).map_err(|_| GgufError::Malformed(format!("{what} is not UTF-8")))
    }

    fn value(&mut self, kind: u32, depth: u8) -> Result<Value<'a>, GgufError> {
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
                let (least, fixed) = match item {
                    0 | 1 | 7 => (1, true),
                    2 | 3 => (2, true),
                    4..=6 => (4, true),
                    10..=12 => (8, true),
                    8 => (8, false),
                    9 => (12, false),
                    _ => return Err(GgufError::Malformed(format!("unknown metadata type {item}"))),
                };
                let length = self.count(least, WHAT)?;
                let from = self.at;
                if fixed {
                    self.take(length * least, WHAT)?;
                } else {
                    for _ in 0..length {
                        self.value(item, depth + 1)?;
                    }
                }
                Value::Array(Array { item, length, bytes: &self.file[from..self.at] })
            }
            10 => Value::Unsigned(self.u64(WHAT)?),
            11 => Value::Signed(i64::from_le_bytes(self.array(WHAT)?)),
            12 => Value::Float(f64::from_le_bytes(self.array(WHAT)?)),
            other => return Err(GgufError::Malformed(format!("unknown metadata type {other}"))),
        })
    }

    fn tensor(&mut self) -> Result<(&'a str, Vec<usize>, TensorType, u64), GgufError> {
        let name = self.text("a tensor's name")?;
        let dims = self.u32("a tensor's shape")?;
        if !(1..=4).contains(&dims) {
            return Err(GgufError::Malformed(format!("the tensor `{}` has {dims} dimensions", shown(name))));
        }
        let mut shape = Vec::with_capacity(dims as usize);
        for _ in 0..dims {
            let n = usize::try_from(self.u64("a tensor's shape")?)
                .map_err(|_| GgufError::Truncated { what: "a tensor" })?;
            if n == 0 {
                return Err(GgufError::Malformed(format!("the tensor `{}` is empty", shown(name))));
            }
            shape.push(n);
        }
        shape.reverse();
        let code = self.u32("a tensor's type")?;
        let kind =
            TensorType::from_code(code).ok_or_else(|| GgufError::TensorType { tensor: shown(name), code })?;
        Ok((name, shape, kind, self.u64("a tensor's offset")?))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests;
