//! Names inside the bundle: UUIDs of version 8 (RFC 9562, section 5.8) from a digest of the report
//! and of what is named, so that the same report gives the same bundle, and two persons' reports
//! never share a name.

use sha2::{Digest, Sha256};

/// What all names of a bundle are made from.
pub(super) struct Names([u8; 32]);

impl Names {
    /// The names of a report, from its bytes in JSON.
    pub(super) fn of(report: &[u8]) -> Self {
        Self(Sha256::digest(report).into())
    }

    /// The UUID of a thing.
    pub(super) fn uuid(&self, kind: &str, key: &str) -> String {
        let mut digest = Sha256::new();
        digest.update(self.0);
        digest.update(kind.as_bytes());
        digest.update([0]);
        digest.update(key.as_bytes());
        let digest: [u8; 32] = digest.finalize().into();
        let mut bytes = [0_u8; 16];
        bytes.copy_from_slice(&digest[..16]);
        bytes[6] = (bytes[6] & 0x0f) | 0x80;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex = format!("{:032x}", u128::from_be_bytes(bytes));
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_fixed_and_apart() {
        let names = Names::of(b"a report");
        let uuid = names.uuid("Patient", "");
        assert_eq!(uuid, names.uuid("Patient", ""));
        assert_ne!(uuid, names.uuid("Device", ""));
        assert_ne!(uuid, Names::of(b"another").uuid("Patient", ""));
        assert_eq!(uuid.as_bytes()[14], b'8');
        assert!(matches!(uuid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    }
}
