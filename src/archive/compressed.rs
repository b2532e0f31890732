//! Opens files, packed or not.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::files::{ArchiveFile, Packing};
use super::{Counted, Source};

pub(super) fn open(file: &ArchiveFile, read: Arc<AtomicU64>) -> io::Result<Source> {
    let source = BufReader::new(Counted { inner: File::open(&file.path)?, read });
    Ok(match file.packing {
        Packing::Plain => Box::new(source),
        Packing::Gzip => Box::new(BufReader::new(MultiGzDecoder::new(source))),
        Packing::Zstandard => Box::new(BufReader::new(Frames { left: Some(source), frame: None })),
    })
}

/// Zstandard frames, one after another.
struct Frames<R: BufRead> {
    left: Option<R>,
    frame: Option<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let count = frame.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
                self.left = self.frame.take().map(StreamingDecoder::into_inner);
            }
            let Some(mut source) = self.left.take() else { return Ok(0) };
            if source.fill_buf()?.is_empty() {
                return Ok(0);
            }
            self.frame = Some(StreamingDecoder::new(source).map_err(io::Error::other)?);
        }
    }
}
