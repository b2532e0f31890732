//! The data key sealed with XChaCha20-Poly1305 under a key that Argon2id makes of a secret.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::VaultError;
use super::secrets::{DataKey, from_hex, hex, random};

const SALT: usize = 16;
const NONCE: usize = 24;
/// More memory than this, in KiB, is not spent on a file's word.
const MOST_MEMORY: u32 = 4 * 1024 * 1024;
const MOST_PASSES: u32 = 64;

/// What Argon2id (version 0x13) costs, one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KdfCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl KdfCost {
    /// For a passphrase: about half a second on one core of a machine of 2024.
    pub const PASSPHRASE: Self = Self { memory_kib: 192 * 1024, passes: 3 };
    /// For a recovery code, whose 128 random bits nobody finds by trying.
    pub const CODE: Self = Self { memory_kib: 8 * 1024, passes: 1 };
}

/// What a wrap is for: a wrap of one kind never opens as the other.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Passphrase,
    Recovery,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Passphrase => b"evenkeel vault 1 passphrase",
            Self::Recovery => b"evenkeel vault 1 recovery",
        }
    }
}

/// A sealed data key with all it takes to open it but the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wrap {
    kdf: Kdf,
    pub(super) cost: KdfCost,
    salt: String,
    nonce: String,
    sealed: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Kdf {
    #[serde(rename = "argon2id-19")]
    Argon2id19,
}

impl Wrap {
    pub(super) fn seal(
        key: &DataKey,
        secret: &[u8],
        cost: KdfCost,
        purpose: Purpose,
    ) -> Result<Self, VaultError> {
        let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
        random(&mut salt)?;
        random(&mut nonce)?;
        let cipher = cipher(secret, &salt, cost)?;
        let payload = Payload { msg: key.bytes(), aad: purpose.label() };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::NotSealed)?;
        Ok(Self { kdf: Kdf::Argon2id19, cost, salt: hex(&salt), nonce: hex(&nonce), sealed: hex(&sealed) })
    }

    /// The data key, or `None` if the secret is not the one it was sealed with.
    pub(super) fn open(&self, secret: &[u8], purpose: Purpose) -> Result<Option<DataKey>, VaultError> {
        let Kdf::Argon2id19 = self.kdf;
        let salt = from_hex(&self.salt).ok_or(VaultError::KeyFileDamaged)?;
        let nonce = from_hex(&self.nonce).ok_or(VaultError::KeyFileDamaged)?;
        let nonce: [u8; NONCE] = nonce.as_slice().try_into().map_err(|_| VaultError::KeyFileDamaged)?;
        let sealed = from_hex(&self.sealed).ok_or(VaultError::KeyFileDamaged)?;
        let cipher = cipher(secret, &salt, self.cost)?;
        let payload = Payload { msg: &sealed, aad: purpose.label() };
        let Ok(opened) = cipher.decrypt(&XNonce::from(nonce), payload) else { return Ok(None) };
        let opened = Zeroizing::new(opened);
        DataKey::from_bytes(&opened).map(Some).ok_or(VaultError::KeyFileDamaged)
    }
}

fn cipher(secret: &[u8], salt: &[u8], cost: KdfCost) -> Result<XChaCha20Poly1305, VaultError> {
    if cost.memory_kib > MOST_MEMORY || cost.passes > MOST_PASSES {
        return Err(VaultError::KeyFileDamaged);
    }
    let params =
        Params::new(cost.memory_kib, cost.passes, 1, Some(32)).map_err(|_| VaultError::KeyFileDamaged)?;
    let mut derived = Zeroizing::new([0_u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(secret, salt, derived.as_mut_slice())
        .map_err(|_| VaultError::KeyFileDamaged)?;
    Ok(XChaCha20Poly1305::new(<&Key>::from(&*derived)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    const LIGHT: KdfCost = KdfCost { memory_kib: 64, passes: 1 };

    #[test]
    fn a_wrap_opens_with_its_secret_and_for_its_purpose_only() {
        let key = DataKey::generate().unwrap();
        let wrap = Wrap::seal(&key, b"right", LIGHT, Purpose::Passphrase).unwrap();
        assert_eq!(wrap.open(b"right", Purpose::Passphrase).unwrap(), Some(key));
        assert_eq!(wrap.open(b"wrong", Purpose::Passphrase).unwrap(), None);
        assert_eq!(wrap.open(b"right", Purpose::Recovery).unwrap(), None);
    }

    #[test]
    fn costs_beyond_reason_are_not_paid() {
        let key = DataKey::generate().unwrap();
        let mut wrap = Wrap::seal(&key, b"right", LIGHT, Purpose::Passphrase).unwrap();
        wrap.cost.memory_kib = u32::MAX;
        assert!(matches!(wrap.open(b"right", Purpose::Passphrase), Err(VaultError::KeyFileDamaged)));
    }

    #[test]
    #[ignore = "measures; run it with --nocapture on a quiet machine"]
    fn time_of_argon2id() {
        for cost in [KdfCost::PASSPHRASE, KdfCost::CODE, KdfCost { memory_kib: 64 * 1024, passes: 3 }] {
            let begun = std::time::Instant::now();
            cipher(b"a passphrase", &[7; 16], cost).unwrap();
            #[allow(clippy::print_stderr, reason = "it tells a measurement")]
            {
                eprintln!("{cost:?}: {:?}", begun.elapsed());
            }
        }
    }
}
