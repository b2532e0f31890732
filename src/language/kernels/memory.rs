//! Memory for weights: large pages where the system has them, since a decoding step reads all
//! weights once and would otherwise wait for the translation of every fourth kilobyte.

use std::ops::Range;

use memmap2::MmapMut;

/// Bytes that are asked for at once; what is not used of them takes no memory.
const CHUNK: usize = 64 << 20;
/// Parts begin at whole cache lines.
const LINE: usize = 64;

/// Zeroed memory that grows in chunks and is never given back before all of it is.
#[derive(Debug, Default)]
pub(in crate::language) struct Memory {
    chunks: Vec<MmapMut>,
    /// Bytes used of the last chunk.
    used: usize,
}

/// A part of [`Memory`].
#[derive(Debug, Clone)]
pub(in crate::language) struct MemoryPart {
    chunk: usize,
    range: Range<usize>,
}

impl Memory {
    /// Takes a part of so many bytes.
    ///
    /// # Errors
    /// What the system says if it has no more.
    pub(super) fn take(&mut self, bytes: usize) -> std::io::Result<MemoryPart> {
        let room = self.chunks.last().map_or(0, |chunk| chunk.len() - self.used);
        if self.chunks.is_empty() || bytes > room {
            let chunk = MmapMut::map_anon(bytes.max(CHUNK))?;
            #[cfg(target_os = "linux")]
            // Only a wish: without large pages it is slower, not wrong.
            let _ = chunk.advise(memmap2::Advice::HugePage);
            self.chunks.push(chunk);
            self.used = 0;
        }
        let range = self.used..self.used + bytes;
        self.used = range.end.next_multiple_of(LINE).min(self.chunks.last().map_or(0, |c| c.len()));
        Ok(MemoryPart { chunk: self.chunks.len() - 1, range })
    }

    /// The bytes of a part that was taken from here.
    pub(super) fn get(&self, part: &MemoryPart) -> &[u8] {
        self.chunks.get(part.chunk).and_then(|c| c.get(part.range.clone())).unwrap_or_default()
    }

    /// The same, to be written.
    pub(super) fn get_mut(&mut self, part: &MemoryPart) -> &mut [u8] {
        self.chunks.get_mut(part.chunk).and_then(|c| c.get_mut(part.range.clone())).unwrap_or_default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn parts_are_zeroed_aligned_and_apart() {
        let mut memory = Memory::default();
        let parts: Vec<_> = [10, 64, CHUNK, 1, 0, 5].map(|n| (n, memory.take(n).unwrap())).into();
        for (i, (bytes, part)) in parts.iter().enumerate() {
            assert_eq!(memory.get(part).len(), *bytes);
            assert!(memory.get(part).iter().all(|b| *b == 0));
            assert_eq!(memory.get(part).as_ptr() as usize % LINE, 0);
            memory.get_mut(part).fill(i as u8 + 1);
        }
        for (i, (_, part)) in parts.iter().enumerate() {
            assert!(memory.get(part).iter().all(|b| *b == i as u8 + 1));
        }
    }
}
