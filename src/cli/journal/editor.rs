//! Writing in one's own editor. The text lies in a file only while the editor is open: in memory
//! where the system has a place for that, in a folder that only its owner can enter, written over
//! and deleted afterwards.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use uuid::Uuid;

use crate::cli::error::CliError;
use crate::disk;

/// The editor that the person chose, if any.
pub(super) fn chosen() -> Option<OsString> {
    ["VISUAL", "EDITOR"].into_iter().filter_map(std::env::var_os).find(|editor| !editor.is_empty())
}

/// Opens the editor on a text and gives what is there when it closes.
pub(super) fn edit(editor: &OsString, text: &str, data_folder: &Path) -> Result<String, CliError> {
    let folder = Folder::create(data_folder)?;
    let path = folder.0.join("entry.md");
    disk::new_file(&path)?.write_all(text.as_bytes())?;
    let status = command(editor, &path).status().map_err(|source| CliError::File {
        what: "Your editor could not be started; see what EDITOR names".into(),
        source,
    })?;
    if !status.success() {
        return Err(CliError::Failed("The editor ended with an error, so nothing was kept.".into()));
    }
    let bytes = fs::read(&path)?;
    drop(folder);
    String::from_utf8(bytes)
        .map_err(|e| crate::entry::EntryError::NotUtf8 { at: e.utf8_error().valid_up_to() }.into())
}

/// An editor may be named with options, which the shell splits.
fn command(editor: &OsString, path: &Path) -> Command {
    #[cfg(unix)]
    {
        let mut line = editor.clone();
        line.push(" \"$1\"");
        let mut command = Command::new("sh");
        command.arg("-c").arg(line).arg("editor").arg(path);
        command
    }
    #[cfg(not(unix))]
    {
        let mut command = Command::new(editor);
        command.arg(path);
        command
    }
}

/// A folder that goes when it is dropped, with all that an editor put beside the text.
struct Folder(PathBuf);

impl Folder {
    fn create(data_folder: &Path) -> Result<Self, CliError> {
        let in_memory = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).into_iter();
        let places = in_memory.chain([PathBuf::from("/dev/shm")]).filter(|place| place.is_dir());
        for place in places.chain([data_folder.to_owned()]) {
            let folder = place.join(format!("evenkeel-{}", Uuid::now_v7().simple()));
            if disk::new_folder(&folder).is_ok() {
                return Ok(Self(folder));
            }
        }
        Err(CliError::Failed("There is no place for a file that your editor could open.".into()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for entry in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            let length = entry.metadata().map_or(0, |meta| meta.len());
            let zeros = vec![0; usize::try_from(length).unwrap_or(0)];
            let over = OpenOptions::new().write(true).open(entry.path());
            let _ = over.and_then(|mut file| file.write_all(&zeros).and_then(|()| file.sync_all()));
        }
        let _ = fs::remove_dir_all(&self.0);
    }
}
