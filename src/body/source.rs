//! Where an export lies: a file, a folder or a ZIP archive. Nothing is ever written, and a name in an archive
//! is only a name.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use zip::ZipArchive;

use super::guard::{Counted, Unpacked};
use super::{BodyError, Limits};

/// Where an export lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// One file.
    File(PathBuf),
    /// A folder with all that is below it; ZIP archives in it are read as folders, as when a large export comes
    /// in several.
    Folder(PathBuf),
    /// A ZIP archive.
    Zip(PathBuf),
}

impl Source {
    /// What lies at a path, told from what it is and, for a ZIP archive, from its first bytes.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn at(path: &Path) -> Result<Self, BodyError> {
        let path = path.to_owned();
        let broken = |source| BodyError::Open { path: path.clone(), source };
        let about = fs::metadata(&path).map_err(broken)?;
        if about.is_dir() {
            return Ok(Self::Folder(path));
        }
        if !about.is_file() {
            return Err(broken(io::ErrorKind::InvalidInput.into()));
        }
        Ok(if is_zip(&path)? { Self::Zip(path) } else { Self::File(path) })
    }

    /// Bytes on the disk, which the count of `progress` does not exceed.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn bytes(&self) -> Result<u64, BodyError> {
        match self {
            Self::File(path) | Self::Zip(path) => size(path),
            Self::Folder(path) => {
                list(path, &Limits::default())?.iter().try_fold(0, |sum, (path, _)| Ok(sum + size(path)?))
            }
        }
    }

    /// The name of the file or folder.
    pub(super) fn name(&self) -> String {
        let (Self::File(path) | Self::Folder(path) | Self::Zip(path)) = self;
        path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
    }
}

/// Whether a file begins as a ZIP archive does.
fn is_zip(path: &Path) -> Result<bool, BodyError> {
    let mut head = [0; 4];
    let mut file = File::open(path).map_err(|source| BodyError::Open { path: path.to_owned(), source })?;
    Ok(file.read_exact(&mut head).is_ok() && matches!(&head, b"PK\x03\x04" | b"PK\x05\x06"))
}

fn size(path: &Path) -> Result<u64, BodyError> {
    fs::metadata(path)
        .map(|about| about.len())
        .map_err(|source| BodyError::Open { path: path.to_owned(), source })
}

/// The files of a folder, in the order of their names, with their names from the folder on. Links are not
/// followed.
fn list(path: &Path, limits: &Limits) -> Result<Vec<(PathBuf, String)>, BodyError> {
    let broken = |path: &Path| {
        let path = path.to_owned();
        move |source| BodyError::Open { path, source }
    };
    let (mut files, mut folders) = (Vec::new(), vec![path.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(broken(&folder))? {
            let entry = entry.map_err(broken(&folder))?;
            let (own, kind) = (entry.path(), entry.file_type().map_err(broken(&folder))?);
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                folders.push(own);
            } else if kind.is_file() {
                let within = own.strip_prefix(path).unwrap_or(&own);
                let parts: Vec<_> = within.iter().map(|part| part.to_string_lossy()).collect();
                let name = parts.join("/");
                files.push((own, name));
            }
            if files.len() + folders.len() > limits.files {
                return Err(BodyError::TooMuch { place: super::Place::whole(&path.to_string_lossy()) });
            }
        }
    }
    files.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(files)
}

/// The files of a source, each of which can be opened more than once.
pub(super) struct Bundle {
    archives: Vec<(String, Archive)>,
    files: Vec<Lies>,
    names: Vec<String>,
    bytes: Rc<Cell<u64>>,
    limits: Limits,
}

type Archive = ZipArchive<Counted<BufReader<File>>>;

/// Where a file lies.
enum Lies {
    OnDisk(PathBuf),
    Packed { archive: usize, number: usize },
}

impl Bundle {
    pub(super) fn open(source: &Source, limits: &Limits) -> Result<Self, BodyError> {
        let mut bundle = Self {
            archives: Vec::new(),
            files: Vec::new(),
            names: Vec::new(),
            bytes: Rc::default(),
            limits: *limits,
        };
        match source {
            Source::File(path) if !is_zip(path)? => bundle.file(path.clone(), source.name()),
            Source::File(path) | Source::Zip(path) => {
                let archive = bundle.archive(path)?;
                let archive = archive.ok_or_else(|| BodyError::BrokenZip { file: source.name() })?;
                bundle.unpack(archive, source.name(), "")?;
            }
            Source::Folder(path) => {
                for (path, name) in list(path, limits)? {
                    match if is_zip(&path)? { bundle.archive(&path)? } else { None } {
                        Some(archive) => {
                            let within = format!("{name}/");
                            bundle.unpack(archive, name, &within)?;
                        }
                        None => bundle.file(path, name),
                    }
                }
            }
        }
        if bundle.files.len() > limits.files {
            return Err(BodyError::TooMuch { place: super::Place::whole(&source.name()) });
        }
        Ok(bundle)
    }

    fn file(&mut self, path: PathBuf, name: String) {
        self.files.push(Lies::OnDisk(path));
        self.names.push(name);
    }

    /// Opens an archive; none if it is not one, whatever its first bytes say.
    fn archive(&self, path: &Path) -> Result<Option<Archive>, BodyError> {
        let file = File::open(path).map_err(|source| BodyError::Open { path: path.to_owned(), source })?;
        Ok(ZipArchive::new(Counted { inner: BufReader::new(file), bytes: self.bytes() }).ok())
    }

    fn unpack(&mut self, archive: Archive, name: String, within: &str) -> Result<(), BodyError> {
        for (entry, number) in entries(&archive, &name, &self.limits)? {
            self.files.push(Lies::Packed { archive: self.archives.len(), number });
            self.names.push(format!("{within}{entry}"));
        }
        self.archives.push((name, archive));
        Ok(())
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Bytes that have left the disk so far.
    pub(super) fn bytes(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.bytes)
    }

    /// Opens the file of that number, from its beginning.
    pub(super) fn reader(&mut self, number: usize) -> Result<Box<dyn Read + '_>, BodyError> {
        match &self.files[number] {
            Lies::OnDisk(path) => {
                let inner =
                    File::open(path).map_err(|source| BodyError::Open { path: path.clone(), source })?;
                Ok(Box::new(Counted { inner, bytes: Rc::clone(&self.bytes) }))
            }
            Lies::Packed { archive, number } => {
                let (name, archive) = &mut self.archives[*archive];
                let entry =
                    archive.by_index(*number).map_err(|_| BodyError::BrokenZip { file: name.clone() })?;
                let packed = entry.compressed_size();
                Ok(Box::new(Unpacked { inner: entry, packed, bytes: 0, limits: self.limits }))
            }
        }
    }

    /// The first bytes of a file.
    pub(super) fn head(&mut self, number: usize) -> Result<Vec<u8>, BodyError> {
        let limit = self.limits.head;
        let name = self.names[number].clone();
        let mut head = Vec::with_capacity(limit as usize);
        let read = self.reader(number)?.take(limit).read_to_end(&mut head);
        match read {
            Ok(_) => Ok(head),
            // What is damaged is told when it is read in earnest, if it is read at all.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(head),
            Err(error) => Err(super::guard::explain(error, super::Place::whole(&name), &self.limits)),
        }
    }
}

/// The files of an archive in the order of their names. An archive with a name that leads out of it was not
/// made by a wearable's maker, so none of it is read.
fn entries(archive: &Archive, name: &str, limits: &Limits) -> Result<Vec<(String, usize)>, BodyError> {
    if archive.len() > limits.files {
        return Err(BodyError::TooMuch { place: super::Place::whole(name) });
    }
    let mut found = Vec::with_capacity(archive.len());
    for (number, entry) in archive.file_names().enumerate() {
        let entry = entry.map_err(|_| BodyError::ZipName { file: name.to_owned() })?;
        let drive = entry.as_bytes().get(1) == Some(&b':');
        let leads_out = entry.split(['/', '\\']).any(|part| part == "..");
        if drive || leads_out || entry.starts_with(['/', '\\']) || entry.contains('\0') {
            return Err(BodyError::ZipName { file: name.to_owned() });
        }
        let hidden = entry.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        if !entry.ends_with('/') && !hidden {
            found.push((entry.into_owned(), number));
        }
    }
    found.sort();
    Ok(found)
}
