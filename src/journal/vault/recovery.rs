//! The recovery code: 128 random bits that open the journal when the passphrase is forgotten. It
//! is shown once and kept nowhere.
//!
//! Written in Crockford's base 32, in seven groups of four: 26 digits and two that tell a slip of
//! the pen from a code of another journal.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::VaultError;
use super::secrets::random;

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BYTES: usize = 16;
const CODE: usize = 26;
const CHECK: usize = 2;

/// Opens the journal in place of the passphrase.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RecoveryCode([u8; BYTES]);

impl RecoveryCode {
    pub(super) fn generate() -> Result<Self, VaultError> {
        let mut code = Self([0; BYTES]);
        random(&mut code.0)?;
        Ok(code)
    }

    pub(super) const fn bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    /// The code as a person writes it down. The one place that shows it.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        let check = check(&self.0);
        let digits = (0..CODE).map(|n| digit(&self.0, n)).chain(check);
        let mut text = Zeroizing::new(String::with_capacity(CODE + CHECK + 6));
        for (n, value) in digits.enumerate() {
            if n > 0 && n % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(DIGITS[usize::from(value)]));
        }
        text
    }
}

/// The n-th five bits; beyond the end they are zero.
fn digit(bytes: &[u8; BYTES], n: usize) -> u8 {
    (0..5).fold(0, |value, bit| {
        let at = n * 5 + bit;
        let set = bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
        value << 1 | u8::from(set)
    })
}

fn check(bytes: &[u8; BYTES]) -> [u8; CHECK] {
    let sum: [u8; 32] =
        Sha256::new().chain_update(b"evenkeel recovery").chain_update(bytes).finalize().into();
    [sum[0] & 31, sum[1] & 31]
}

impl FromStr for RecoveryCode {
    type Err = VaultError;

    /// Spaces, hyphens and case do not count; O is read as 0, I and L as 1.
    fn from_str(text: &str) -> Result<Self, VaultError> {
        let mut values = Zeroizing::new(Vec::with_capacity(CODE + CHECK));
        for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let c = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = DIGITS.iter().position(|d| char::from(*d) == c).ok_or(VaultError::MistypedCode)?;
            values.push(value as u8);
        }
        if values.len() != CODE + CHECK {
            return Err(VaultError::MistypedCode);
        }
        let mut code = Self([0; BYTES]);
        for at in 0..BYTES * 8 {
            if values[at / 5] >> (4 - at % 5) & 1 == 1 {
                code.0[at / 8] |= 1 << (7 - at % 8);
            }
        }
        // The last digit has two bits to spare, which are zero.
        let whole = values[CODE - 1].is_multiple_of(4) && values[CODE..] == check(&code.0);
        if whole { Ok(code) } else { Err(VaultError::MistypedCode) }
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        let code = RecoveryCode::generate().unwrap();
        let shown = code.reveal();
        assert_eq!(shown.len(), 34);
        assert_eq!(shown.split('-').map(str::len).collect::<Vec<_>>(), [4; 7]);
        assert_eq!(shown.parse::<RecoveryCode>().unwrap(), code);
        let sloppy = shown.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(sloppy.parse::<RecoveryCode>().unwrap(), code);
    }

    #[test]
    fn one_wrong_letter_is_nearly_always_noticed() {
        let code = RecoveryCode::generate().unwrap();
        let shown = code.reveal();
        let mut missed = 0;
        let mut tried = 0;
        for (at, was) in shown.char_indices().filter(|(_, c)| *c != '-') {
            for d in DIGITS.iter().map(|d| char::from(*d)).filter(|d| *d != was) {
                let mut wrong = shown.to_string();
                wrong.replace_range(at..=at, &d.to_string());
                tried += 1;
                missed += usize::from(wrong.parse::<RecoveryCode>().is_ok());
            }
        }
        assert!(missed <= 6, "{missed} of {tried}");
        for bad in ["", "ABCD", "U".repeat(28).as_str(), &"0".repeat(29)] {
            assert!(matches!(bad.parse::<RecoveryCode>(), Err(VaultError::MistypedCode)));
        }
    }
}
