//! Keys and passphrases: wiped from memory when they are no longer needed, and never printed.

use std::fmt;

use rand::TryRng as _;
use rand::rngs::SysRng;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::VaultError;

/// What the journal is encrypted with: 32 random bytes of key and 16 of salt. It stays the same
/// for the journal's whole life; a passphrase only changes how it is kept.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct DataKey([u8; Self::BYTES]);

impl DataKey {
    pub(super) const BYTES: usize = 48;

    pub(super) fn generate() -> Result<Self, VaultError> {
        let mut key = Self([0; Self::BYTES]);
        random(&mut key.0)?;
        Ok(key)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    pub(super) const fn bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// The key as SQLCipher takes it raw, without a derivation of its own: `x'…'`.
    pub(in crate::journal) fn for_cipher(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(2 * Self::BYTES + 3));
        text.push_str("x'");
        push_hex(&mut text, &self.0);
        text.push('\'');
        text
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}

/// What a person types to open the journal.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// A passphrase, in the one form (NFKC) that all keyboards and systems come to.
    ///
    /// # Errors
    /// [`VaultError::EmptyPassphrase`].
    pub fn new(text: &str) -> Result<Self, VaultError> {
        let normal: Zeroizing<String> = Zeroizing::new(text.nfkc().collect());
        if normal.is_empty() {
            return Err(VaultError::EmptyPassphrase);
        }
        Ok(Self(normal))
    }

    /// Whether it is so short that it could be found by trying.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.0.chars().count() < 12
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase")
    }
}

pub(super) fn random(bytes: &mut [u8]) -> Result<(), VaultError> {
    SysRng.try_fill_bytes(bytes).map_err(|_| VaultError::NoRandomness)
}

pub(super) fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    push_hex(&mut text, bytes);
    text
}

pub(super) fn from_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |c: u8| char::from(c).to_digit(16).map(|d| d as u8);
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 2));
    for pair in text.as_bytes().chunks_exact(2) {
        bytes.push(digit(pair[0])? << 4 | digit(pair[1])?);
    }
    Some(bytes)
}
