//! Files that are encrypted with age (<https://age-encryption.org/v1>), so that an export can lie
//! anywhere and other programs can open it too: under a passphrase, or for keys of one's own.

use std::io::{self, Read, Write};
use std::str::FromStr;

use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};
use zeroize::Zeroizing;

use crate::journal::{Journal, JournalError};

/// How a binary file of age begins.
const MAGIC: &[u8] = b"age-encryption.org/v1";
/// How one written as text begins.
const ARMOUR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
/// scrypt takes at most 2 to this of work: a minute or so, 1 GB of memory.
const MOST_WORK: u8 = 20;

/// Whom an encrypted export is for.
pub enum Sealed {
    /// Whoever has this passphrase.
    Passphrase(Zeroizing<String>),
    /// Whoever has the key that belongs to one of these.
    Recipients(Vec<Recipient>),
}

/// The public half of an age key: `age1…`.
#[derive(Clone)]
pub struct Recipient(x25519::Recipient);

impl FromStr for Recipient {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let why = "a recipient is written age1…, as `age-keygen` prints it";
        x25519::Recipient::from_str(text.trim()).map(Self).map_err(|_| why)
    }
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recipient")
    }
}

/// What opens an encrypted file.
pub enum Opener {
    /// Its passphrase.
    Passphrase(Zeroizing<String>),
    /// A file of age keys, lines that begin with `AGE-SECRET-KEY-1`.
    Keys(Zeroizing<String>),
}

/// How a file is encrypted, if it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// With a passphrase.
    Passphrase,
    /// For keys.
    Keys,
}

/// Whether a file is encrypted with age, and what for.
///
/// # Errors
/// [`JournalError::SealedFile`] if it is and cannot be read.
pub(super) fn seal_of(bytes: &[u8]) -> Result<Option<Seal>, JournalError> {
    if bytes.trim_ascii_start().starts_with(ARMOUR) {
        return Err(JournalError::SealedFile(
            "This file is encrypted with age and written as text. Decrypt it with `age --decrypt` first.",
        ));
    }
    if !bytes.starts_with(MAGIC) {
        return Ok(None);
    }
    let opened = Decryptor::new_buffered(bytes).map_err(|error| unopened(bytes, &error))?;
    Ok(Some(if opened.is_scrypt() { Seal::Passphrase } else { Seal::Keys }))
}

/// What is in a file that is encrypted with age.
///
/// # Errors
/// [`JournalError::SealedFile`] if it does not open, each reason told apart.
pub(super) fn unseal(bytes: &[u8], opener: &Opener) -> Result<Zeroizing<Vec<u8>>, JournalError> {
    let file = Decryptor::new_buffered(bytes).map_err(|error| unopened(bytes, &error))?;
    let opened = match opener {
        Opener::Passphrase(passphrase) => {
            let mut identity = scrypt::Identity::new(secret(passphrase));
            identity.set_max_work_factor(MOST_WORK);
            file.decrypt(std::iter::once(&identity as &dyn age::Identity))
        }
        Opener::Keys(lines) => {
            let lines = lines.lines().map(str::trim).filter(|line| line.starts_with("AGE-SECRET-KEY-1"));
            let keys: Vec<x25519::Identity> = lines.filter_map(|line| line.parse().ok()).collect();
            if keys.is_empty() {
                return Err(JournalError::SealedFile(
                    "There is no age key in that file: a line that begins with AGE-SECRET-KEY-1.",
                ));
            }
            file.decrypt(keys.iter().map(|key| key as &dyn age::Identity))
        }
    };
    let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len()));
    opened.map_err(|error| told(&error))?.read_to_end(&mut plain).map_err(|_| {
        JournalError::SealedFile(
            "This encrypted file is damaged, or its end is missing. Take another copy of it.",
        )
    })?;
    Ok(plain)
}

fn secret(text: &Zeroizing<String>) -> SecretString {
    SecretString::from(text.as_str().to_owned())
}

/// What is wrong with a file that does not even begin to open: one that names our version is damaged,
/// whatever age calls it.
fn unopened(bytes: &[u8], error: &DecryptError) -> JournalError {
    if bytes.starts_with(b"age-encryption.org/v1\n") {
        return JournalError::SealedFile(DAMAGED);
    }
    told(error)
}

/// Said of a file whose beginning can't be read.
const DAMAGED: &str = "This encrypted file is damaged at its beginning. Take another copy of it.";

fn told(error: &DecryptError) -> JournalError {
    JournalError::SealedFile(match error {
        DecryptError::KeyDecryptionFailed | DecryptError::DecryptionFailed => {
            "That passphrase doesn't open this file. Try again."
        }
        DecryptError::NoMatchingKeys => {
            "What you gave doesn't open this file: it is encrypted for another key, or with a passphrase."
        }
        DecryptError::ExcessiveWork { .. } => {
            "This file asks for more work than this program does. Decrypt it with `age --decrypt` first."
        }
        DecryptError::UnknownFormat => "This file was encrypted by a newer age. Decrypt it with that first.",
        _ => DAMAGED,
    })
}

impl Journal {
    /// Writes everything as JSON, encrypted with age.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read or `out` not written to.
    pub fn export_sealed(&self, sealed: &Sealed, out: &mut dyn Write) -> Result<(), JournalError> {
        sealed.around(out, |out| self.export_json(out))
    }
}

impl Sealed {
    /// Encrypts what `write` writes.
    ///
    /// # Errors
    /// [`JournalError`] if `write` fails or `out` cannot be written to.
    pub fn around(
        &self,
        out: &mut dyn Write,
        write: impl FnOnce(&mut dyn Write) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        let refused =
            |_| JournalError::NotSealed("These recipients can't be used together. Name one at a time.");
        let encryptor = match self {
            Self::Passphrase(passphrase) => Encryptor::with_user_passphrase(secret(passphrase)),
            Self::Recipients(all) => {
                Encryptor::with_recipients(all.iter().map(|one| &one.0 as &dyn age::Recipient))
                    .map_err(refused)?
            }
        };
        let mut writer = encryptor.wrap_output(out)?;
        // Flushing in the middle would end a piece of the file early.
        write(&mut Unflushed(&mut writer))?;
        Ok(writer.finish()?.flush()?)
    }
}

/// A writer that is flushed once, at its end.
struct Unflushed<'a, W>(&'a mut W);

impl<W: Write> Write for Unflushed<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::journal::tests::full_journal;

    fn passphrase(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    fn why(error: JournalError) -> &'static str {
        match error {
            JournalError::SealedFile(why) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_export_under_a_passphrase_opens_with_it_alone() {
        let (_folder, journal) = full_journal();
        let (mut plain, mut sealed) = (Vec::new(), Vec::new());
        journal.export_json(&mut plain).unwrap();
        journal.export_sealed(&Sealed::Passphrase(passphrase("bicycle in the rain")), &mut sealed).unwrap();
        assert!(!sealed.windows(9).any(|w| w == b"thought_r"), "nothing of it is plain");
        assert_eq!(seal_of(&sealed).unwrap(), Some(Seal::Passphrase));
        let opened = unseal(&sealed, &Opener::Passphrase(passphrase("bicycle in the rain"))).unwrap();
        assert_eq!(*opened, plain);
        let wrong = unseal(&sealed, &Opener::Passphrase(passphrase("bicycle"))).err().unwrap();
        assert!(why(wrong).starts_with("That passphrase"));
        let cut = unseal(&sealed[..sealed.len() - 5], &Opener::Passphrase(passphrase("bicycle in the rain")));
        assert!(why(cut.err().unwrap()).contains("damaged"));
    }

    #[test]
    fn an_export_for_a_key_opens_with_that_key() {
        let (_folder, journal) = full_journal();
        let key = x25519::Identity::generate();
        let recipient: Recipient = key.to_public().to_string().parse().unwrap();
        let mut sealed = Vec::new();
        journal.export_sealed(&Sealed::Recipients(vec![recipient]), &mut sealed).unwrap();
        assert_eq!(seal_of(&sealed).unwrap(), Some(Seal::Keys));
        let lines = |key: &x25519::Identity| {
            use age::secrecy::ExposeSecret as _;
            Opener::Keys(passphrase(&format!("# created\n{}\n", key.to_string().expose_secret())))
        };
        assert!(unseal(&sealed, &lines(&key)).unwrap().starts_with(b"{\n\"evenkeel_export\""));
        let other = unseal(&sealed, &lines(&x25519::Identity::generate())).err().unwrap();
        assert!(why(other).contains("another key"));
        assert!(why(unseal(&sealed, &Opener::Keys(passphrase("x"))).err().unwrap()).contains("no age key"));
        assert!("age1x".parse::<Recipient>().is_err());
    }

    #[test]
    fn other_files_are_not_taken_for_encrypted_ones() {
        assert_eq!(seal_of(b"{}").unwrap(), None);
        assert!(why(seal_of(b"age-encryption.org/v1\nrubbish").err().unwrap()).contains("damaged"));
        assert!(why(seal_of(b"-----BEGIN AGE ENCRYPTED FILE-----\n").err().unwrap()).contains("as text"));
    }
}
