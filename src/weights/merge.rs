//! Merging an adapter into a model: an ordinary GGUF file that any program for such files reads.
//!
//! All that the adapter does not change is copied byte for byte. What it changes is expanded to
//! f32, added, and rounded again, a few rows at a time; the same bytes come out on every machine,
//! whatever its processor and its number of threads, so that their checksum can be known before.

use std::fs::{self, File};
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread;

use memmap2::Mmap;
use sha2::{Digest, Sha256};

use super::adapter::Change;
use super::files::{self, CHUNK};
use super::layout::{Layout, NewTensor, Setting};
use super::quantise::{BLOCK, GREATEST};
use super::{Adapter, Cancel, Checksum, Progress, Quantisation, WeightsError, sha256_of};
use crate::language::expand;
use crate::language::gguf::{Gguf, GgufError, TensorInfo};

/// Weights that a thread expands at once: 1 MB.
const PIECE: usize = 256 * 1024;

/// Merges an adapter into the model it was trained on and writes the result to `out`, which is
/// replaced if it is there. The weights that the adapter changes are written as `kind`. The
/// result's checksum comes back; nothing half-written is ever left at `out`.
///
/// # Errors
/// [`WeightsError::OtherBase`], [`WeightsError::BadModel`], [`WeightsError::Unmergeable`],
/// [`WeightsError::NoSpace`], [`WeightsError::Io`], [`WeightsError::Cancelled`].
pub fn merge(
    base: &Path,
    adapter: &Adapter,
    kind: Quantisation,
    out: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Checksum, WeightsError> {
    let mut part = out.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let merged = Merge { base, adapter, kind, progress, cancel }.write(&part)?;
    files::publish(&part, out)?;
    Ok(merged)
}

/// A merge, before it is known where it goes.
pub(super) struct Merge<'a> {
    pub(super) base: &'a Path,
    pub(super) adapter: &'a Adapter,
    pub(super) kind: Quantisation,
    pub(super) progress: &'a dyn Progress,
    pub(super) cancel: &'a Cancel,
}

impl Merge<'_> {
    /// Writes the merged model to a file and flushes it to the disk; if that fails, the file is
    /// removed.
    pub(super) fn write(&self, path: &Path) -> Result<Checksum, WeightsError> {
        self.progress.stage("checking");
        let got = sha256_of(self.base, self.progress, self.cancel)?;
        let expected = self.adapter.base_sha256;
        if got != expected {
            let (adapter, path) = (self.adapter.name.clone(), self.base.to_owned());
            return Err(WeightsError::OtherBase { adapter, path, expected, got });
        }
        let read = |error| WeightsError::io(self.base, "read", error);
        let file = File::open(self.base).map_err(read)?;
        // SAFETY: the map is read only here. Model files in the cache are replaced by renaming,
        // never changed in place; whoever changes one of their own meanwhile gets a file whose
        // checksum is wrong.
        #[allow(unsafe_code, reason = "mapping a file cannot be done without")]
        let bytes = unsafe { Mmap::map(&file) }.map_err(read)?;
        let model = Model::read(self, &bytes)
            .map_err(|source| WeightsError::BadModel { path: self.base.to_owned(), source })?;
        model.check_shapes()?;

        self.progress.stage("merging");
        let written = model.write(path);
        if written.is_err()
            && let Err(error) = fs::remove_file(path)
        {
            tracing::debug!(%error, "nothing of the merged model is left");
        }
        written
    }
}

/// The model that is merged into.
struct Model<'a> {
    merge: &'a Merge<'a>,
    file: &'a [u8],
    gguf: Gguf<'a>,
    layout: Layout<'a>,
    alignment: usize,
}

impl<'a> Model<'a> {
    fn read(merge: &'a Merge<'a>, file: &'a [u8]) -> Result<Self, GgufError> {
        let (gguf, layout) = (Gguf::parse(file)?, Layout::of(file)?);
        let alignment = gguf.unsigned("general.alignment").unwrap_or(32);
        Ok(Self { merge, file, gguf, layout, alignment })
    }

    fn check_shapes(&self) -> Result<(), WeightsError> {
        for weight in self.merge.adapter.weights() {
            let Some(change) = self.merge.adapter.change(weight) else { continue };
            let fail = |reason| Err(WeightsError::Unmergeable { weight: weight.to_owned(), reason });
            match self.gguf.tensor(weight) {
                None => return fail("the model has no such weight"),
                Some(tensor) if tensor.shape != [change.outputs, change.inputs] => {
                    return fail("it has another shape in the model");
                }
                Some(_) if !change.inputs.is_multiple_of(BLOCK) => {
                    return fail("its rows do not fill whole blocks of 32");
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn write(&self, path: &Path) -> Result<Checksum, WeightsError> {
        let tensors: Vec<NewTensor> = self.tensors().collect::<Result<_, _>>()?;
        let head = self.layout.with(&self.settings(&tensors), &tensors, self.alignment);
        let padded = tensors.iter().map(|tensor| tensor.bytes.next_multiple_of(self.alignment));
        let total = head.len() + padded.sum::<usize>();
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            files::check_room(folder, total as u64)?;
        }
        let mut sink = Sink::create(path, total as u64, self.merge)?;
        sink.write(&head)?;
        for entry in &self.layout.tensors {
            let tensor = self.tensor(entry.name)?;
            match self.merge.adapter.change(entry.name) {
                Some(change) => {
                    let (weight, file, kind) = (entry.name, self.file, self.merge.kind);
                    Self::write_merged(&Changed { weight, tensor, file, change, kind }, &mut sink)?;
                }
                None => {
                    for chunk in self.file[tensor.bytes.clone()].chunks(CHUNK) {
                        sink.write(chunk)?;
                    }
                }
            }
            sink.pad(self.alignment)?;
        }
        sink.finish()
    }

    fn tensor(&self, name: &str) -> Result<&TensorInfo, WeightsError> {
        self.gguf.tensor(name).ok_or_else(|| WeightsError::BadModel {
            path: self.merge.base.to_owned(),
            source: GgufError::Missing(name.to_owned()),
        })
    }

    /// Types and lengths after the merge, in the order of the directory.
    fn tensors(&self) -> impl Iterator<Item = Result<NewTensor, WeightsError>> {
        let kind = self.merge.kind;
        self.layout.tensors.iter().map(move |entry| {
            Ok(match self.merge.adapter.change(entry.name) {
                Some(change) => NewTensor {
                    code: kind.tensor_code(),
                    bytes: change.outputs * change.inputs / BLOCK * kind.block_bytes(),
                },
                None => NewTensor { code: entry.code, bytes: self.tensor(entry.name)?.bytes.len() },
            })
        })
    }

    /// What the metadata says otherwise than that of the base.
    fn settings(&self, tensors: &[NewTensor]) -> Vec<Setting> {
        let Merge { adapter, kind, .. } = self.merge;
        let name = match self.gguf.text("general.name") {
            Ok(base) => format!("{base} + {}", adapter.name),
            Err(_) => adapter.name.to_string(),
        };
        let mut settings = vec![
            Setting::text("general.name", &name),
            Setting::text("evenkeel.adapter.name", adapter.name.as_str()),
            Setting::text("evenkeel.adapter.sha256", &adapter.sha256.to_string()),
            Setting::text("evenkeel.base.sha256", &adapter.base_sha256.to_string()),
        ];
        // "Mostly of this type", as the format has it.
        let of_kind =
            tensors.iter().zip(&self.layout.tensors).filter(|(new, _)| new.code == kind.tensor_code());
        let weights = of_kind.filter_map(|(_, entry)| self.gguf.tensor(entry.name));
        let weights: usize = weights.map(|tensor| tensor.shape.iter().product::<usize>()).sum();
        if weights > self.gguf.parameters() / 2 {
            settings.push(Setting::number("general.file_type", kind.file_type()));
        }
        if !self.layout.has("general.quantization_version") {
            settings.push(Setting::number("general.quantization_version", 2));
        }
        settings
    }

    fn write_merged(changed: &Changed<'_>, sink: &mut Sink<'_>) -> Result<(), WeightsError> {
        let Change { inputs, outputs, .. } = *changed.change;
        let rows = (PIECE / inputs).max(1);
        let pieces: Vec<_> =
            (0..outputs).step_by(rows).map(|from| from..(from + rows).min(outputs)).collect();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        for some in pieces.chunks(threads) {
            let merged: Vec<_> = thread::scope(|scope| {
                let running: Vec<_> =
                    some.iter().map(|rows| scope.spawn(|| changed.merged(rows.clone()))).collect();
                let join = |thread: thread::ScopedJoinHandle<'_, _>| {
                    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                };
                running.into_iter().map(join).collect()
            });
            for rows in merged {
                sink.write(&rows?)?;
            }
        }
        Ok(())
    }
}

/// A weight that the adapter changes.
struct Changed<'a> {
    weight: &'a str,
    /// Where it lies in the base.
    tensor: &'a TensorInfo,
    file: &'a [u8],
    change: &'a Change,
    kind: Quantisation,
}

impl Changed<'_> {
    /// Some of its rows after the merge, as the file will hold them.
    fn merged(&self, rows: Range<usize>) -> Result<Vec<u8>, WeightsError> {
        let Self { weight, tensor, file, change, kind } = *self;
        let fail = |reason| WeightsError::Unmergeable { weight: weight.to_owned(), reason };
        let row_bytes = tensor.bytes.len() / change.outputs;
        let from = tensor.bytes.start;
        let bytes = &file[from + rows.start * row_bytes..from + rows.end * row_bytes];
        let mut weights = expand(tensor.kind, bytes, rows.len() * change.inputs)
            .ok_or_else(|| fail("its numbers can't be read"))?;
        for (row, weights) in rows.zip(weights.chunks_exact_mut(change.inputs)) {
            change.add_to(row, weights);
        }
        // Written so that it also catches what is no number.
        if !weights.iter().all(|weight| weight.abs() <= GREATEST) {
            return Err(fail("some of its numbers would be too large"));
        }
        let mut out = Vec::with_capacity(weights.len() / BLOCK * kind.block_bytes());
        kind.write(&weights, &mut out);
        Ok(out)
    }
}

/// The merged file as it grows.
struct Sink<'a> {
    file: File,
    path: &'a Path,
    hasher: Sha256,
    written: u64,
    total: u64,
    merge: &'a Merge<'a>,
}

impl<'a> Sink<'a> {
    fn create(path: &'a Path, total: u64, merge: &'a Merge<'a>) -> Result<Self, WeightsError> {
        let file = File::create(path).map_err(|error| WeightsError::io(path, "written", error))?;
        Ok(Self { file, path, hasher: Sha256::new(), written: 0, total, merge })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), WeightsError> {
        self.merge.cancel.check()?;
        self.file.write_all(bytes).map_err(|error| WeightsError::io(self.path, "written", error))?;
        self.hasher.update(bytes);
        self.written += bytes.len() as u64;
        self.merge.progress.advanced(self.written, self.total);
        Ok(())
    }

    fn pad(&mut self, alignment: usize) -> Result<(), WeightsError> {
        let missing = self.written.next_multiple_of(alignment as u64) - self.written;
        if missing == 0 { Ok(()) } else { self.write(&vec![0; missing as usize]) }
    }

    fn finish(self) -> Result<Checksum, WeightsError> {
        self.file.sync_all().map_err(|error| WeightsError::io(self.path, "written", error))?;
        Ok(files::checksum(self.hasher))
    }
}
