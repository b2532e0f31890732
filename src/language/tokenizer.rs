//! The tokenizer, built from a GGUF file's own metadata.
//!
//! The vocabulary is given to the byte-pair encoder without its control tokens: a typed
//! `<|im_end|>` is encoded as the ordinary characters it is made of. Control tokens come from
//! [`Tokenizer::control`] alone, which only the chat template uses.

use std::collections::HashMap;
use std::ops::Range;

use tokenizers::decoders::byte_fallback::ByteFallback;
use tokenizers::decoders::byte_level::ByteLevel as ByteLevelDecoder;
use tokenizers::decoders::fuse::Fuse;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::normalizers::{NormalizerWrapper, Prepend, Replace};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{Decoder, PreTokenizerWrapper, SplitDelimiterBehavior};

use super::gguf::{Gguf, GgufError, Value};

/// One entry of the model's vocabulary.
pub type Token = u32;

/// The pre-tokenizer patterns, as llama.cpp names and defines them (`llama-vocab.cpp`).
const QWEN2: &str = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const LLAMA3: &str = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// GGUF's code for a token that steers the model and never stands for text.
const CONTROL: u64 = 3;

/// Why no tokenizer could be built.
#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    /// The file lacks what a tokenizer needs.
    #[error(transparent)]
    Gguf(#[from] GgufError),
    /// The kind of tokenizer is not one of the known.
    #[error(
        "The model uses the tokenizer `{0}`, which Evenkeel does not know. Use a model with a byte-level tokenizer (smollm, gpt-2, llama-bpe, qwen2)."
    )]
    Unknown(String),
    /// The vocabulary contradicts itself.
    #[error("The model's vocabulary is damaged ({0}). Fetch the model again with `evenkeel models pull`.")]
    Damaged(String),
}

/// A text in tokens, each with the byte range of the text that it stands for.
#[derive(Clone, Default)]
pub struct Encoded {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// Byte range of each token in the text that was encoded.
    pub ranges: Vec<Range<usize>>,
}

/// Turns text into tokens and back.
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    control: HashMap<String, Token>,
    pieces: Vec<String>,
    begin: Option<Token>,
    end: Vec<Token>,
}

impl Tokenizer {
    /// Builds the tokenizer that the file describes.
    ///
    /// # Errors
    /// [`TokenizerError`] if the kind is unknown or the vocabulary damaged.
    pub fn from_gguf(gguf: &Gguf) -> Result<Self, TokenizerError> {
        let family = Family::read(gguf)?;
        let pieces = texts(gguf.array("tokenizer.ggml.tokens")?)?;
        let kinds = match gguf.get("tokenizer.ggml.token_type") {
            Some(Value::Array(kinds)) => kinds.as_slice(),
            _ => &[],
        };
        let mut control = HashMap::new();
        let mut vocabulary = HashMap::with_capacity(pieces.len());
        for (id, piece) in pieces.iter().enumerate() {
            let token = Token::try_from(id).map_err(|_| damaged("too many tokens"))?;
            let is_control = match kinds.get(id) {
                Some(Value::Signed(kind)) => u64::try_from(*kind) == Ok(CONTROL),
                Some(Value::Unsigned(kind)) => *kind == CONTROL,
                _ => false,
            };
            if is_control {
                control.insert(piece.clone(), token);
            }
            vocabulary.insert(piece.clone(), token);
        }
        let inner = family.build(gguf, &pieces, vocabulary)?;
        let at = |key: &str| {
            gguf.unsigned(key).filter(|id| *id < pieces.len()).and_then(|id| Token::try_from(id).ok())
        };
        let begin = at("tokenizer.ggml.bos_token_id")
            .filter(|_| matches!(gguf.get("tokenizer.ggml.add_bos_token"), Some(Value::Bool(true))));
        let mut end: Vec<Token> = at("tokenizer.ggml.eos_token_id").into_iter().collect();
        end.extend(at("tokenizer.ggml.eot_token_id"));
        end.extend(
            ["<|im_end|>", "<|eot_id|>", "<|endoftext|>"].iter().filter_map(|name| control.get(*name)),
        );
        end.sort_unstable();
        end.dedup();
        Ok(Self { inner, control, pieces, begin, end })
    }

    /// Encodes text that a person wrote, or any other text that must stay text: nothing in it
    /// can become a control token, and nothing is put before or after it.
    ///
    /// # Errors
    /// [`TokenizerError::Damaged`] if the vocabulary cannot express the text.
    pub fn encode(&self, text: &str) -> Result<Encoded, TokenizerError> {
        let encoding = self.inner.encode(text, false).map_err(|e| damaged(&e.to_string()))?;
        let ranges = encoding.get_offsets().iter().map(|(start, end)| *start..*end).collect();
        Ok(Encoded { tokens: encoding.get_ids().to_vec(), ranges })
    }

    /// Encodes text written by the program in which the names of control tokens stand for them.
    ///
    /// # Errors
    /// As [`Tokenizer::encode`].
    pub fn encode_template(&self, text: &str) -> Result<Vec<Token>, TokenizerError> {
        let mut tokens = Vec::new();
        let mut rest = text;
        loop {
            let next = self
                .control
                .iter()
                .filter_map(|(name, token)| rest.find(name.as_str()).map(|at| (at, name.len(), *token)))
                // The earliest; of those that start together the longest.
                .min_by_key(|(at, length, _)| (*at, usize::MAX - length));
            let Some((at, length, token)) = next else { break };
            tokens.extend(self.encode(&rest[..at])?.tokens);
            tokens.push(token);
            rest = &rest[at + length..];
        }
        tokens.extend(self.encode(rest)?.tokens);
        Ok(tokens)
    }

    /// The control token of that name, if the model has it.
    #[must_use]
    pub fn control(&self, name: &str) -> Option<Token> {
        self.control.get(name).copied()
    }

    /// What a control token, or any token, is called in the vocabulary.
    #[must_use]
    pub fn piece(&self, token: Token) -> Option<&str> {
        self.pieces.get(token as usize).map(String::as_str)
    }

    /// Text of tokens; control tokens give nothing.
    #[must_use]
    pub fn decode(&self, tokens: &[Token]) -> String {
        let pieces = tokens
            .iter()
            .filter_map(|t| self.piece(*t))
            .filter(|p| !self.control.contains_key(*p))
            .map(str::to_owned)
            .collect();
        self.inner.get_decoder().and_then(|d| d.decode(pieces).ok()).unwrap_or_default()
    }

    /// The token that the model wants before everything, if any.
    #[must_use]
    pub fn begin(&self) -> Option<Token> {
        self.begin
    }

    /// Whether a token ends what the model writes.
    #[must_use]
    pub fn is_end(&self, token: Token) -> bool {
        self.end.contains(&token)
    }

    /// Number of tokens in the vocabulary.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether the vocabulary is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

/// How text becomes pieces.
enum Family {
    /// Byte-level pairs with merges listed in the file, and the pre-tokenizer named there.
    ByteLevel { pre: String },
    /// SentencePiece pairs, merged by the scores of their results.
    SentencePiece,
}

impl Family {
    fn read(gguf: &Gguf) -> Result<Self, TokenizerError> {
        match gguf.text("tokenizer.ggml.model")? {
            "gpt2" => {
                Ok(Self::ByteLevel { pre: gguf.text("tokenizer.ggml.pre").unwrap_or("default").to_owned() })
            }
            "llama" => Ok(Self::SentencePiece),
            other => Err(TokenizerError::Unknown(other.to_owned())),
        }
    }

    fn build(
        &self,
        gguf: &Gguf,
        pieces: &[String],
        vocabulary: HashMap<String, Token>,
    ) -> Result<tokenizers::Tokenizer, TokenizerError> {
        let merges = match self {
            Self::ByteLevel { .. } => texts(gguf.array("tokenizer.ggml.merges")?)?
                .into_iter()
                .map(|merge| match merge.split_once(' ') {
                    Some((a, b)) => Ok((a.to_owned(), b.to_owned())),
                    None => Err(damaged("a merge is not a pair")),
                })
                .collect::<Result<Vec<_>, _>>()?,
            Self::SentencePiece => merges_by_score(pieces, gguf.array("tokenizer.ggml.scores")?, &vocabulary),
        };
        let bpe = BPE::builder().vocab_and_merges(vocabulary.into_iter().collect::<Vocab>(), merges);
        match self {
            Self::ByteLevel { pre } => {
                let whole_words = matches!(pre.as_str(), "llama-bpe" | "lfm2" | "glm4");
                let bpe = bpe.ignore_merges(whole_words).build().map_err(|e| damaged(&e.to_string()))?;
                let mut inner = tokenizers::Tokenizer::new(bpe);
                inner.with_pre_tokenizer(Some(pre_tokenizer(pre)?));
                inner.with_decoder(Some(ByteLevelDecoder::default()));
                Ok(inner)
            }
            Self::SentencePiece => {
                let bpe = bpe
                    .byte_fallback(true)
                    .fuse_unk(true)
                    .unk_token("<unk>".to_owned())
                    .build()
                    .map_err(|e| damaged(&e.to_string()))?;
                let mut inner = tokenizers::Tokenizer::new(bpe);
                let replace = Replace::new(" ", "▁").map_err(|e| damaged(&e.to_string()))?;
                let leading_space =
                    !matches!(gguf.get("tokenizer.ggml.add_space_prefix"), Some(Value::Bool(false)));
                let mut steps: Vec<NormalizerWrapper> = Vec::new();
                if leading_space {
                    steps.push(Prepend::new("▁".to_owned()).into());
                }
                steps.push(replace.into());
                inner
                    .with_normalizer(Some(tokenizers::normalizers::Sequence::new(steps)))
                    .map_err(|e| damaged(&e.to_string()))?;
                let spaces = Replace::new("▁", " ").map_err(|e| damaged(&e.to_string()))?;
                inner.with_decoder(Some(tokenizers::decoders::sequence::Sequence::new(vec![
                    spaces.into(),
                    ByteFallback::new().into(),
                    Fuse::new().into(),
                ])));
                Ok(inner)
            }
        }
    }
}

/// Every way to make a piece from two others, the best-scored result first: SentencePiece's
/// order of merging.
fn merges_by_score(
    pieces: &[String],
    scores: &[Value],
    vocabulary: &HashMap<String, Token>,
) -> Vec<(String, String)> {
    let score = |id: usize| match scores.get(id) {
        Some(Value::Float(score)) => *score,
        _ => f64::NEG_INFINITY,
    };
    let mut merges = Vec::new();
    for (id, piece) in pieces.iter().enumerate() {
        for (at, _) in piece.char_indices().skip(1) {
            let (a, b) = piece.split_at(at);
            if let (Some(left), Some(right)) = (vocabulary.get(a), vocabulary.get(b)) {
                merges.push((id, *left, *right, a.to_owned(), b.to_owned()));
            }
        }
    }
    merges.sort_by(|x, y| score(y.0).total_cmp(&score(x.0)).then((x.1, x.2).cmp(&(y.1, y.2))));
    merges.into_iter().map(|(_, _, _, a, b)| (a, b)).collect()
}

fn pre_tokenizer(name: &str) -> Result<PreTokenizerWrapper, TokenizerError> {
    let split = |pattern: &str| {
        Split::new(SplitPattern::Regex(pattern.to_owned()), SplitDelimiterBehavior::Isolated, false)
            .map_err(|e| damaged(&e.to_string()))
    };
    // Bytes are mapped to letters without cutting further and without a space put in front.
    let bytes = ByteLevel::new(false, true, false);
    let gpt2 = ByteLevel::new(false, true, true);
    Ok(match name {
        "smollm" => Sequence::new(vec![Digits::new(true).into(), gpt2.into()]).into(),
        "gpt-2" | "default" => gpt2.into(),
        "qwen2" => Sequence::new(vec![split(QWEN2)?.into(), bytes.into()]).into(),
        "llama-bpe" | "lfm2" | "glm4" | "chatglm-bpe" => {
            Sequence::new(vec![split(LLAMA3)?.into(), bytes.into()]).into()
        }
        other => return Err(TokenizerError::Unknown(other.to_owned())),
    })
}

fn texts(values: &[Value]) -> Result<Vec<String>, TokenizerError> {
    values
        .iter()
        .map(|v| match v {
            Value::Text(text) => Ok(text.clone()),
            _ => Err(damaged("a piece is not text")),
        })
        .collect()
}

fn damaged(what: &str) -> TokenizerError {
    TokenizerError::Damaged(what.to_owned())
}
