//! Files and folders that only their owner may read, and names that outlast a power cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// A file to be written where there is none, its owner's alone (mode 0600, where the system has
/// modes).
///
/// # Errors
/// If there is one.
pub(crate) fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes such a file and flushes it to the disk.
///
/// # Errors
/// If there is one, or it cannot be written; then part of it may be there.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = new_file(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a folder, and those above it, its owner's alone (mode 0700). One that is there already
/// is narrowed to that.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    make_folder(path)?;
    narrow(path)
}

/// Makes a folder, and those above it, for its owner alone (mode 0700). One that is there already
/// stays as it is.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    private_builder().recursive(true).create(path)
}

/// Makes a folder where there is none, for its owner alone.
///
/// # Errors
/// If there is one.
pub(crate) fn new_folder(path: &Path) -> io::Result<()> {
    private_builder().create(path)
}

fn private_builder() -> fs::DirBuilder {
    #[cfg_attr(not(unix), allow(unused_mut, reason = "other systems have no modes to set"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Takes away what others than the owner may do with a file or folder.
pub(crate) fn narrow(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path)?.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(mode & !0o077))?;
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Whether only the owner may read it; true where the system has no modes.
pub(crate) fn is_private(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).is_ok_and(|meta| meta.permissions().mode().is_multiple_of(0o100))
    }
    #[cfg(not(unix))]
    {
        path.exists()
    }
}

/// Makes the names in a file's folder durable.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(())
    }
}
