//! Valid files changed here and there.

use proptest::prelude::*;

use crate::check::outcome;
use crate::hostile::{File, float, ints, number, text, texts, unsigned};

fn any_file() -> impl Strategy<Value = File> {
    prop_oneof![Just("llama"), Just("qwen2"), Just("qwen3"), Just("score")].prop_map(|kind| match kind {
        "score" => File::sentence_piece("llama"),
        other => File::valid(other),
    })
}

/// Numbers that break things.
fn odd() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(1),
        Just(2),
        Just(255),
        Just(u64::from(u32::MAX)),
        Just(u64::MAX),
        Just(1 << 31),
        Just(1 << 62),
        0_u64..512,
        any::<u64>(),
    ]
}

fn odd_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        (0_u32..14, prop::collection::vec(any::<u8>(), 0..24)).prop_map(|(code, bytes)| number(code, &bytes)),
        odd().prop_map(|n| number(10, &n.to_le_bytes())),
        odd().prop_map(|n| unsigned(n as u32)),
        any::<f32>().prop_map(float),
        ".{0,40}".prop_map(text),
        prop::collection::vec("[ab ]{0,3}", 0..300).prop_map(|all| texts(&all)),
        prop::collection::vec(any::<i32>(), 0..300).prop_map(|all| ints(&all)),
    ]
}

#[derive(Debug, Clone)]
enum Change {
    Value(prop::sample::Index, Vec<u8>),
    Key(prop::sample::Index, Vec<u8>),
    Dimension(prop::sample::Index, prop::sample::Index, u64),
    Type(prop::sample::Index, u32),
    Offset(prop::sample::Index, u64),
    Data(prop::sample::Index, prop::sample::Index, [u8; 4]),
    Counts(Option<u64>, Option<u64>),
    Swap(prop::sample::Index, prop::sample::Index),
}

fn any_change() -> impl Strategy<Value = Change> {
    use prop::sample::Index;
    prop_oneof![
        4 => (any::<Index>(), odd_value()).prop_map(|(i, v)| Change::Value(i, v)),
        1 => (any::<Index>(), prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(i, k)| Change::Key(i, k)),
        2 => (any::<Index>(), any::<Index>(), odd()).prop_map(|(i, d, n)| Change::Dimension(i, d, n)),
        1 => (any::<Index>(), 0_u32..32).prop_map(|(i, c)| Change::Type(i, c)),
        1 => (any::<Index>(), odd()).prop_map(|(i, n)| Change::Offset(i, n)),
        4 => (any::<Index>(), any::<Index>(), any::<[u8; 4]>()).prop_map(|(i, at, b)| Change::Data(i, at, b)),
        1 => (prop::option::of(odd()), prop::option::of(odd())).prop_map(|(t, m)| Change::Counts(t, m)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Change::Swap(a, b)),
    ]
}

fn apply(file: &mut File, change: &Change) {
    let (metadata, tensors) = (&mut file.metadata, &mut file.tensors);
    match change {
        Change::Value(i, value) => i.get_mut(metadata).1.clone_from(value),
        Change::Key(i, key) => i.get_mut(metadata).0.clone_from(key),
        Change::Dimension(i, d, n) => *d.get_mut(&mut i.get_mut(tensors).shape) = *n,
        Change::Type(i, code) => i.get_mut(tensors).code = *code,
        Change::Offset(i, n) => i.get_mut(tensors).offset = Some(*n),
        Change::Data(i, at, bytes) => {
            let data = &mut i.get_mut(tensors).data;
            let at = at.index(data.len() / 4) * 4;
            data[at..at + 4].copy_from_slice(bytes);
        }
        Change::Counts(t, m) => file.counts = (*t, *m),
        Change::Swap(a, b) => {
            let (a, b) = (a.index(metadata.len()), b.index(metadata.len()));
            let value = metadata[a].1.clone();
            metadata[b].1 = value;
        }
    }
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a file of {} bytes", self.bytes().len())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_of_parts_makes_it_panic(mut file in any_file(), changes in prop::collection::vec(any_change(), 1..4)) {
        for change in &changes {
            apply(&mut file, change);
        }
        outcome("changed parts", &file.bytes());
    }

    #[test]
    fn no_change_of_bytes_makes_it_panic(
        file in any_file(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        directory in any::<bool>(),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut bytes = file.bytes();
        // Most of the file is weights; half of the cases change only what stands before them.
        let within = if directory { bytes.len().min(9_000) } else { bytes.len() };
        for (at, byte) in changes {
            let at = at.index(within);
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        outcome("changed bytes", &bytes);
    }
}
