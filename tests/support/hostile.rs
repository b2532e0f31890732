//! A GGUF file in parts, so that each can be made wrong by itself before the file is written.

use crate::tiny_gguf::{self, Meta};

/// One tensor: where it says it lies, and what lies at its own place.
#[derive(Clone)]
pub(crate) struct Tensor {
    pub(crate) name: Vec<u8>,
    /// Rows first.
    pub(crate) shape: Vec<u64>,
    pub(crate) code: u32,
    /// An offset other than the right one.
    pub(crate) offset: Option<u64>,
    pub(crate) data: Vec<u8>,
}

/// A whole file.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) version: u32,
    /// Counts other than the right ones.
    pub(crate) counts: (Option<u64>, Option<u64>),
    /// Keys and values, each value with its type in front.
    pub(crate) metadata: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) tensors: Vec<Tensor>,
}

pub(crate) const CONTEXT: usize = 64;

impl File {
    /// A valid model of our own architectures, with control tokens and a chat template.
    pub(crate) fn valid(architecture: &'static str) -> Self {
        let vocabulary = tiny_gguf::byte_level();
        let pieces = vocabulary.len();
        let mut file = Self::new(
            &tiny_gguf::common(architecture, vocabulary, "gpt2", CONTEXT),
            &tiny_gguf::tensors(pieces, &[]),
        );
        file.set("tokenizer.ggml.token_type", ints(&kinds(pieces, &[pieces - 2, pieces - 1])));
        file.set("tokenizer.chat_template", text(TEMPLATE));
        file
    }

    /// A valid model whose tokenizer merges by scores.
    pub(crate) fn sentence_piece(architecture: &'static str) -> Self {
        let mut vocabulary: Vec<String> = ["<unk>", "<s>"].map(str::to_owned).to_vec();
        vocabulary.extend((0..=255).map(|b| format!("<0x{b:02X}>")));
        vocabulary
            .extend(["▁", "h", "e", "l", "o", "he", "ll", "hello", "▁hello", "</s>"].map(str::to_owned));
        let extra = [
            ("attn_q_norm.weight", tiny_gguf::HEAD),
            ("attn_k_norm.weight", tiny_gguf::HEAD),
            ("post_attention_norm.weight", tiny_gguf::WIDTH),
            ("post_ffw_norm.weight", tiny_gguf::WIDTH),
        ];
        let extra = if architecture == "gemma3" { &extra[..] } else { &[] };
        let shapes = tiny_gguf::tensors(vocabulary.len(), extra);
        Self::new(&tiny_gguf::common(architecture, vocabulary, "llama", CONTEXT), &shapes)
    }

    fn new(metadata: &[(String, Meta)], tensors: &[(String, Vec<usize>)]) -> Self {
        let mut noise = 1_u32;
        let tensors = tensors.iter().map(|(name, shape)| {
            let values = (0..shape.iter().product::<usize>()).map(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let value = f32::from((noise >> 16) as u16) / 65_536.0 - 0.5;
                if name.contains("norm") { 1.0 + 0.1 * value } else { 0.4 * value }
            });
            Tensor {
                name: name.clone().into_bytes(),
                shape: shape.iter().map(|n| *n as u64).collect(),
                code: 0,
                offset: None,
                data: values.flat_map(f32::to_le_bytes).collect(),
            }
        });
        Self {
            version: 3,
            counts: (None, None),
            tensors: tensors.collect(),
            metadata: metadata.iter().map(|(key, value)| (key.clone().into_bytes(), typed(value))).collect(),
        }
    }

    /// Puts a value in place of the one with that key, or adds it.
    pub(crate) fn set(&mut self, key: &str, value: Vec<u8>) {
        match self.metadata.iter_mut().find(|(k, _)| k == key.as_bytes()) {
            Some((_, old)) => *old = value,
            None => self.metadata.push((key.as_bytes().to_vec(), value)),
        }
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.metadata.retain(|(k, _)| k != key.as_bytes());
    }

    /// Leaves one layer, sixteen wide: a fuzzer changes what a file says sooner than its weights.
    pub(crate) fn shrink(&mut self) {
        self.tensors.retain(|t| !t.name.starts_with(b"blk.1."));
        for tensor in &mut self.tensors {
            for n in &mut tensor.shape {
                *n = if *n == 32 || *n == 64 { 16 } else { *n };
            }
            tensor.data.truncate(tensor.shape.iter().product::<u64>() as usize * 4);
        }
        let prefixes = ["llama", "qwen2", "qwen3"];
        let is_there =
            |p: &&str| self.metadata.iter().any(|(k, _)| k == format!("{p}.block_count").as_bytes());
        let architecture = prefixes.into_iter().find(is_there).unwrap();
        for (key, value) in [
            ("block_count", 1),
            ("embedding_length", 16),
            ("feed_forward_length", 16),
            ("attention.head_count", 2),
        ] {
            self.set(&format!("{architecture}.{key}"), unsigned(value));
        }
    }

    pub(crate) fn tensor(&mut self, name: &str) -> &mut Tensor {
        self.tensors.iter_mut().find(|t| t.name == name.as_bytes()).unwrap()
    }

    /// The file as it lies on a disk.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut b = b"GGUF".to_vec();
        b.extend(self.version.to_le_bytes());
        b.extend(self.counts.0.unwrap_or(self.tensors.len() as u64).to_le_bytes());
        b.extend(self.counts.1.unwrap_or(self.metadata.len() as u64).to_le_bytes());
        for (key, value) in &self.metadata {
            put(&mut b, key);
            b.extend(value);
        }
        let mut offset = 0;
        for tensor in &self.tensors {
            put(&mut b, &tensor.name);
            b.extend((tensor.shape.len() as u32).to_le_bytes());
            b.extend(tensor.shape.iter().rev().flat_map(|n| n.to_le_bytes()));
            b.extend(tensor.code.to_le_bytes());
            b.extend(tensor.offset.unwrap_or(offset).to_le_bytes());
            offset += (tensor.data.len() as u64).next_multiple_of(32);
        }
        for tensor in &self.tensors {
            b.resize(b.len().next_multiple_of(32), 0);
            b.extend(&tensor.data);
        }
        b
    }
}

/// A template as models bring them.
const TEMPLATE: &str = "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/// Token types: ordinary but for these, which steer.
pub(crate) fn kinds(pieces: usize, control: &[usize]) -> Vec<i32> {
    (0..pieces).map(|i| if control.contains(&i) { 3 } else { 1 }).collect()
}

fn typed(value: &Meta) -> Vec<u8> {
    match value {
        Meta::U32(v) => number(4, &v.to_le_bytes()),
        Meta::F32(v) => float(*v),
        Meta::Text(v) => text(v),
        Meta::Texts(v) => texts(v),
        Meta::Floats(v) => floats(v),
    }
}

/// A value of a type of fixed size.
pub(crate) fn number(code: u32, bytes: &[u8]) -> Vec<u8> {
    [&code.to_le_bytes(), bytes].concat()
}

pub(crate) fn unsigned(v: u32) -> Vec<u8> {
    number(4, &v.to_le_bytes())
}

pub(crate) fn float(v: f32) -> Vec<u8> {
    number(6, &v.to_le_bytes())
}

pub(crate) fn text(v: impl AsRef<[u8]>) -> Vec<u8> {
    let mut b = 8_u32.to_le_bytes().to_vec();
    put(&mut b, v.as_ref());
    b
}

/// An array: its items' type, how many it says it has, and their bytes.
pub(crate) fn array(code: u32, count: usize, items: &[u8]) -> Vec<u8> {
    [&9_u32.to_le_bytes()[..], &code.to_le_bytes(), &(count as u64).to_le_bytes(), items].concat()
}

pub(crate) fn texts<T: AsRef<[u8]>>(all: &[T]) -> Vec<u8> {
    let mut items = Vec::new();
    for text in all {
        put(&mut items, text.as_ref());
    }
    array(8, all.len(), &items)
}

pub(crate) fn floats(all: &[f32]) -> Vec<u8> {
    array(6, all.len(), &all.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>())
}

pub(crate) fn ints(all: &[i32]) -> Vec<u8> {
    array(5, all.len(), &all.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>())
}

fn put(bytes: &mut Vec<u8>, text: &[u8]) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text);
}
