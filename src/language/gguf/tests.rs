use proptest::prelude::*;

use super::*;

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// One text, one array, one F32 tensor of 2 × 3.
fn small() -> Vec<u8> {
    let mut b = b"GGUF".to_vec();
    b.extend(3_u32.to_le_bytes());
    b.extend(1_u64.to_le_bytes());
    b.extend(2_u64.to_le_bytes());
    text(&mut b, "general.architecture");
    b.extend(8_u32.to_le_bytes());
    text(&mut b, "llama");
    text(&mut b, "list");
    b.extend(9_u32.to_le_bytes());
    b.extend(4_u32.to_le_bytes());
    b.extend(2_u64.to_le_bytes());
    b.extend([1_u32, 2].iter().flat_map(|n| n.to_le_bytes()));
    text(&mut b, "w");
    b.extend(2_u32.to_le_bytes());
    b.extend([3_u64, 2].iter().flat_map(|n| n.to_le_bytes()));
    b.extend(0_u32.to_le_bytes());
    b.extend(0_u64.to_le_bytes());
    b.resize(b.len().next_multiple_of(32) + 24, 0);
    b
}

fn place(bytes: &[u8], of: &[u8]) -> usize {
    bytes.windows(of.len()).position(|w| w == of).unwrap()
}

#[test]
fn a_small_file_is_read() {
    let file = small();
    let gguf = Gguf::parse(&file).unwrap();
    assert_eq!(gguf.text("general.architecture").unwrap(), "llama");
    assert_eq!(gguf.array("list").unwrap().len(), 2);
    let tensor = gguf.tensor("w").unwrap();
    assert_eq!((tensor.shape.as_slice(), tensor.bytes.len()), (&[2, 3][..], 24));
    assert_eq!(gguf.parameters(), 6);
}

#[test]
fn every_cut_of_the_file_is_an_error() {
    let file = small();
    for length in 0..file.len() {
        assert!(Gguf::parse(&file[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn counts_beyond_the_file_are_refused_before_anything_is_allocated() {
    for at in [8, 16] {
        let mut file = small();
        file[at..at + 8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(matches!(Gguf::parse(&file), Err(GgufError::Truncated { .. })));
    }
    let mut file = small();
    let at = place(&file, b"list") + 4 + 4 + 4;
    file[at..at + 8].copy_from_slice(&(1_u64 << 60).to_le_bytes());
    assert!(matches!(Gguf::parse(&file), Err(GgufError::Truncated { .. })));
}

#[test]
fn shapes_that_overflow_and_unknown_types_are_refused() {
    let mut file = small();
    let at = place(&file, &[1, 0, 0, 0, 0, 0, 0, 0, b'w']) + 9 + 4;
    file[at..at + 8].copy_from_slice(&(1_u64 << 62).to_le_bytes());
    file[at + 8..at + 16].copy_from_slice(&(1_u64 << 62).to_le_bytes());
    assert!(matches!(Gguf::parse(&file), Err(GgufError::Truncated { .. })));
    let mut file = small();
    file[at + 16..at + 20].copy_from_slice(&99_u32.to_le_bytes());
    assert!(matches!(Gguf::parse(&file), Err(GgufError::TensorType { code: 99, .. })));
    let mut file = small();
    file[4..8].copy_from_slice(&9_u32.to_le_bytes());
    assert_eq!(Gguf::parse(&file).unwrap_err(), GgufError::Version(9));
    assert_eq!(Gguf::parse(b"GG").unwrap_err(), GgufError::NotGguf);
}

proptest! {
    #[test]
    fn no_change_of_bytes_makes_it_panic(changes in prop::collection::vec((0usize..220, any::<u8>()), 1..12)) {
        let mut file = small();
        for (at, byte) in changes {
            if let Some(slot) = file.get_mut(at) {
                *slot = byte;
            }
        }
        if let Ok(gguf) = Gguf::parse(&file) {
            let within = gguf.tensor("w").is_none_or(|t| t.bytes.end <= file.len());
            prop_assert!(within);
        }
    }
}
