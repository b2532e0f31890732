//! The token that a caller must show: new at each start, known to those who can read the
//! person's own files or terminal.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use rand::TryRng as _;
use rand::rngs::SysRng;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::disk;

/// A secret of 256 random bits, as 64 hexadecimal digits.
#[derive(Clone)]
pub struct AccessToken(String);

impl AccessToken {
    /// A new token from the operating system's source of randomness.
    ///
    /// # Errors
    /// If the system gives no random bytes.
    pub fn generate() -> io::Result<Self> {
        let mut bytes = [0_u8; 32];
        SysRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        Ok(Self(digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()))
    }

    /// The token itself, to be handed to the person. It belongs in no log.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether this is the token, in a time that does not tell how much of it is right.
    #[must_use]
    pub fn matches(&self, given: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(given).into()
    }

    /// Writes the token and a line feed to a file that only its owner can read (mode 0600 where
    /// the system has modes). A file that is there is replaced, at once and as a whole.
    ///
    /// # Errors
    /// If the folder is missing or cannot be written to; then nothing was changed.
    pub fn write_file(&self, path: &Path) -> io::Result<()> {
        let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
        name.push(format!(".{}.part", Uuid::now_v7().simple()));
        let part = path.with_file_name(name);
        let line = format!("{}\n", self.0);
        let written = disk::write_new(&part, line.as_bytes()).and_then(|()| fs::rename(&part, path));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written
    }
}

/// Prints nothing of the token.
impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_differ_and_match_only_themselves() {
        let (one, other) = (AccessToken::generate().unwrap(), AccessToken::generate().unwrap());
        assert_eq!(one.reveal().len(), 64);
        assert!(one.matches(one.reveal().as_bytes()));
        assert!(!one.matches(other.reveal().as_bytes()));
        assert!(!one.matches(b""));
        assert!(!one.matches(&one.reveal().as_bytes()[..63]));
    }

    #[test]
    fn debug_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", AccessToken::generate().unwrap()), "AccessToken(…)");
    }

    #[test]
    fn the_file_is_replaced_whole_and_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "an older token that is longer than the new one").unwrap();
        let token = AccessToken::generate().unwrap();
        token.write_file(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{}\n", token.reveal()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_missing_folder_is_an_error_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("token");
        assert!(AccessToken::generate().unwrap().write_file(&path).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
