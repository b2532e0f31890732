//! Base64 (RFC 4648, section 4), for text inside FHIR and the hash of the page's style.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as base64 with padding.
pub(crate) fn of(bytes: &[u8]) -> String {
    let mut said = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut three = [0_u8; 3];
        three[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for place in 0..4 {
            if place > chunk.len() {
                said.push('=');
            } else {
                let index = (bits >> (18 - 6 * place)) & 63;
                said.push(char::from(ALPHABET[index as usize]));
            }
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_vectors_of_the_rfc() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, coded) in vectors {
            assert_eq!(of(plain.as_bytes()), coded);
        }
    }
}
