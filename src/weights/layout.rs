//! The directory of a GGUF file, entry by entry in the order in which the file has them, and the
//! writing of a new one that keeps all it does not change, byte for byte.
//!
//! `language::gguf` reads what a file says and checks it; this only tells where its parts begin
//! and end, for files that have been checked.

use crate::language::gguf::GgufError;

/// A directory as it stands in the file.
pub(super) struct Layout<'a> {
    version: u32,
    /// Key, and the whole entry of the metadata: key, type and value.
    entries: Vec<(&'a str, &'a [u8])>,
    /// In the order of the directory.
    pub(super) tensors: Vec<TensorEntry<'a>>,
}

/// A tensor's entry.
pub(super) struct TensorEntry<'a> {
    pub(super) name: &'a str,
    /// Number of dimensions and the dimensions, as the file has them.
    shape: &'a [u8],
    /// Code of its type.
    pub(super) code: u32,
}

/// A piece of metadata to be set.
pub(super) struct Setting {
    key: &'static str,
    entry: Vec<u8>,
}

/// A tensor of a new file: the code of its type and its length in bytes.
pub(super) struct NewTensor {
    pub(super) code: u32,
    pub(super) bytes: usize,
}

impl Setting {
    pub(super) fn text(key: &'static str, value: &str) -> Self {
        Self { key, entry: [text(key), 8_u32.to_le_bytes().to_vec(), text(value)].concat() }
    }

    pub(super) fn number(key: &'static str, value: u32) -> Self {
        let value = [4_u32.to_le_bytes(), value.to_le_bytes()].concat();
        Self { key, entry: [text(key), value].concat() }
    }
}

impl<'a> Layout<'a> {
    /// Finds the parts of a file that [`crate::language::gguf::Gguf::parse`] has read.
    ///
    /// # Errors
    /// [`GgufError::Truncated`] when it has not.
    pub(super) fn of(file: &'a [u8]) -> Result<Self, GgufError> {
        Self::read(file).ok_or(GgufError::Truncated { what: "its directory" })
    }

    fn read(file: &'a [u8]) -> Option<Self> {
        let mut at = Walk { rest: file };
        at.take(4)?;
        let version = at.u32()?;
        let (tensors, entries) = (at.length()?, at.length()?);
        let mut this = Self { version, entries: Vec::new(), tensors: Vec::new() };
        for _ in 0..entries {
            let before = at.rest;
            let key = at.text()?;
            let kind = at.u32()?;
            at.skip(kind)?;
            this.entries.push((key, &before[..before.len() - at.rest.len()]));
        }
        for _ in 0..tensors {
            let name = at.text()?;
            let before = at.rest;
            let dimensions = at.u32()? as usize;
            at.take(dimensions.checked_mul(8)?)?;
            let shape = &before[..before.len() - at.rest.len()];
            let code = at.u32()?;
            at.take(8)?;
            this.tensors.push(TensorEntry { name, shape, code });
        }
        Some(this)
    }

    /// Whether the metadata has this key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(known, _)| *known == key)
    }

    /// A new directory, up to where the first tensor's bytes begin. Settings take the place of
    /// entries with their key, or come last. The tensors' bytes must follow in their order, each
    /// padded to `alignment`.
    pub(super) fn with(&self, settings: &[Setting], tensors: &[NewTensor], alignment: usize) -> Vec<u8> {
        let mut head = b"GGUF".to_vec();
        let new: Vec<_> = settings.iter().filter(|setting| !self.has(setting.key)).collect();
        head.extend(self.version.to_le_bytes());
        head.extend((self.tensors.len() as u64).to_le_bytes());
        head.extend(((self.entries.len() + new.len()) as u64).to_le_bytes());
        for (key, entry) in &self.entries {
            let setting = settings.iter().find(|setting| setting.key == *key);
            head.extend(setting.map_or(*entry, |setting| &setting.entry));
        }
        for setting in new {
            head.extend(&setting.entry);
        }
        let mut offset = 0;
        for (entry, new) in self.tensors.iter().zip(tensors) {
            head.extend(text(entry.name));
            head.extend(entry.shape);
            head.extend(new.code.to_le_bytes());
            head.extend((offset as u64).to_le_bytes());
            offset += new.bytes.next_multiple_of(alignment);
        }
        head.resize(head.len().next_multiple_of(alignment), 0);
        head
    }
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}

struct Walk<'a> {
    rest: &'a [u8],
}

impl<'a> Walk<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(u64::from_le_bytes(self.take(8)?.try_into().ok()?)).ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.length()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    /// Goes past a value of the metadata.
    fn skip(&mut self, kind: u32) -> Option<()> {
        match (kind, fixed_size(kind)) {
            (_, Some(size)) => self.take(size).map(|_| ()),
            (8, _) => self.text().map(|_| ()),
            (9, _) => {
                let (item, length) = (self.u32()?, self.length()?);
                match fixed_size(item) {
                    Some(size) => self.take(length.checked_mul(size)?).map(|_| ()),
                    None => (0..length).try_for_each(|_| self.skip(item)),
                }
            }
            _ => None,
        }
    }
}

/// Bytes of a value that is neither text nor array.
const fn fixed_size(kind: u32) -> Option<usize> {
    Some(match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 => 8,
        _ => return None,
    })
}
