//! Which files of a folder are read, and as what.

use std::fs;
use std::path::{Path, PathBuf};

use super::ArchiveError;

/// How entries are written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One entry in the whole file.
    Text,
    /// The same, with front matter that is not part of it.
    Markdown,
    /// One entry a row.
    Table { delimiter: u8 },
    /// One entry a line.
    JsonLines,
}

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstandard,
}

#[derive(Debug, Clone)]
pub(super) struct ArchiveFile {
    pub(super) path: PathBuf,
    /// Its path from the folder on, with `/` between.
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) packing: Packing,
    /// Bytes on the disk.
    pub(super) size: u64,
}

/// What the ending of a name says.
fn kind_of(path: &Path) -> Option<(Kind, Packing)> {
    let ending = |p: &Path| p.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
    let outer = ending(path)?;
    let packing = match outer.as_str() {
        "gz" => Packing::Gzip,
        "zst" | "zstd" => Packing::Zstandard,
        _ => Packing::Plain,
    };
    let inner = if packing == Packing::Plain { outer } else { ending(Path::new(path.file_stem()?))? };
    let kind = match inner.as_str() {
        "txt" | "text" => Kind::Text,
        "md" | "markdown" => Kind::Markdown,
        "csv" => Kind::Table { delimiter: b',' },
        "tsv" => Kind::Table { delimiter: b'\t' },
        "jsonl" | "ndjson" => Kind::JsonLines,
        _ => return None,
    };
    Some((kind, packing))
}

/// The files to read, in the order of their names, and how many are of another kind.
pub(super) fn list(path: &Path) -> Result<(Vec<ArchiveFile>, usize), ArchiveError> {
    let broken = |path: &Path| {
        let path = path.to_owned();
        move |source| ArchiveError::Path { path, source }
    };
    let about = fs::metadata(path).map_err(broken(path))?;
    if !about.is_dir() {
        let (kind, packing) = kind_of(path).ok_or_else(|| ArchiveError::Kind(path.to_owned()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = ArchiveFile { path: path.to_owned(), name, kind, packing, size: about.len() };
        return Ok((vec![file], 0));
    }
    let (mut files, mut passed_over) = (Vec::new(), 0);
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(broken(&folder))? {
            let entry = entry.map_err(broken(&folder))?;
            let about = entry.metadata().map_err(broken(&folder))?;
            let own = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if about.is_dir() {
                folders.push(own);
            } else if about.is_file() {
                let Some((kind, packing)) = kind_of(&own) else {
                    passed_over += 1;
                    continue;
                };
                let within = own.strip_prefix(path).unwrap_or(&own);
                let parts: Vec<_> = within.iter().map(|part| part.to_string_lossy()).collect();
                let name = parts.join("/");
                files.push(ArchiveFile { path: own, name, kind, packing, size: about.len() });
            }
        }
    }
    if files.is_empty() {
        return Err(ArchiveError::Empty(path.to_owned()));
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((files, passed_over))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_what_a_file_is() {
        let kind = |name: &str| kind_of(Path::new(name));
        assert_eq!(kind("a.TXT"), Some((Kind::Text, Packing::Plain)));
        assert_eq!(kind("a.b.csv.gz"), Some((Kind::Table { delimiter: b',' }, Packing::Gzip)));
        assert_eq!(kind("a.jsonl.zst"), Some((Kind::JsonLines, Packing::Zstandard)));
        for other in ["a", "a.gz", "a.pdf", "a.pdf.gz", ".txt"] {
            assert_eq!(kind(other), None, "{other}");
        }
    }
}
