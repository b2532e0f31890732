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

use super::gguf::{Array, Gguf, GgufError, Value, shown};

/// One entry of the model's vocabulary.
pub type Token = u32;

/// The pre-tokenizer patterns, as llama.cpp names and defines them (`llama-vocab.cpp`).
const QWEN2: &str = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const LLAMA3: &str = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// GGUF's code for a token that steers the model and never stands for text.
const CONTROL: u64 = 3;

/// Bytes of the longest piece that is taken apart to find how it is merged.
const LONGEST_PIECE: usize = 1 << 10;

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
    pub fn from_gguf(gguf: &Gguf<'_>) -> Result<Self, TokenizerError> {
        let family = Family::read(gguf)?;
        let pieces = texts(gguf.array("tokenizer.ggml.tokens")?)?;
        let is_control = control(gguf, pieces.len())?;
        let mut control = HashMap::new();
        let mut vocabulary = Vocab::with_capacity(pieces.len());
        for (id, (piece, is_control)) in pieces.iter().zip(is_control).enumerate() {
            let token = Token::try_from(id).map_err(|_| damaged("too many tokens"))?;
            // One without a name cannot be named by a template.
            if is_control && !piece.is_empty() {
                control.insert((*piece).to_owned(), token);
            }
            vocabulary.insert((*piece).to_owned(), token);
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
        let pieces = pieces.into_iter().map(str::to_owned).collect();
        Ok(Self { inner, control, pieces, begin, end })
    }

    /// How many tokens there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.pieces.len()
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
        let named: Vec<_> = self.control.iter().filter(|(name, _)| text.contains(name.as_str())).collect();
        loop {
            let next = named
                .iter()
                .filter_map(|(name, token)| rest.find(name.as_str()).map(|at| (at, name.len(), **token)))
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

    /// The token with which the model ends what it writes, if it has one.
    #[must_use]
    pub fn end(&self) -> Option<Token> {
        self.end.first().copied()
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
    fn read(gguf: &Gguf<'_>) -> Result<Self, TokenizerError> {
        match gguf.text("tokenizer.ggml.model")? {
            "gpt2" => {
                Ok(Self::ByteLevel { pre: gguf.text("tokenizer.ggml.pre").unwrap_or("default").to_owned() })
            }
            "llama" => Ok(Self::SentencePiece),
            other => Err(TokenizerError::Unknown(shown(other))),
        }
    }

    fn build(
        &self,
        gguf: &Gguf<'_>,
        pieces: &[&str],
        vocabulary: Vocab,
    ) -> Result<tokenizers::Tokenizer, TokenizerError> {
        let merges = match self {
            Self::ByteLevel { .. } => listed_merges(gguf.array("tokenizer.ggml.merges")?, &vocabulary)?,
            Self::SentencePiece => {
                merges_by_score(pieces, gguf.array("tokenizer.ggml.scores")?, &vocabulary)?
            }
        };
        let bpe = BPE::builder().vocab_and_merges(vocabulary, merges);
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

/// Which pieces are control tokens; none where the file does not say.
fn control(gguf: &Gguf<'_>, pieces: usize) -> Result<Vec<bool>, TokenizerError> {
    let kinds = match gguf.get("tokenizer.ggml.token_type") {
        None => return Ok(vec![false; pieces]),
        Some(Value::Array(kinds)) if kinds.len() == pieces => kinds,
        Some(_) => return Err(damaged("its token types are not those of its pieces")),
    };
    let is_control = |kind| match kind {
        Value::Signed(kind) => u64::try_from(kind) == Ok(CONTROL),
        Value::Unsigned(kind) => kind == CONTROL,
        _ => false,
    };
    Ok(kinds.iter().map(is_control).collect())
}

/// The pairs that the file lists. The encoder takes for granted that each makes a piece.
fn listed_merges(merges: Array<'_>, vocabulary: &Vocab) -> Result<Vec<(String, String)>, TokenizerError> {
    let mut all = Vec::with_capacity(merges.len());
    let mut whole = String::new();
    for merge in merges.iter() {
        let Value::Text(merge) = merge else { return Err(damaged("a merge is not text")) };
        let wrong = || damaged(&format!("the merge `{}` makes no piece", shown(merge)));
        let (a, b) =
            merge.split_once(' ').filter(|(a, b)| !a.is_empty() && !b.is_empty()).ok_or_else(wrong)?;
        whole.clear();
        whole.push_str(a);
        whole.push_str(b);
        if ![a, b, &whole].into_iter().all(|piece| vocabulary.contains_key(piece)) {
            return Err(wrong());
        }
        all.push((a.to_owned(), b.to_owned()));
    }
    Ok(all)
}

/// Every way to make a piece from two others, the best-scored result first: SentencePiece's
/// order of merging.
fn merges_by_score(
    pieces: &[&str],
    scores: Array<'_>,
    vocabulary: &Vocab,
) -> Result<Vec<(String, String)>, TokenizerError> {
    let scores: Vec<f64> =
        scores.iter().map_while(|s| if let Value::Float(s) = s { Some(s) } else { None }).collect();
    if scores.len() != pieces.len() {
        return Err(damaged("its scores are not those of its pieces"));
    }
    // Real vocabularies know about two ways to make a piece. What each takes is reckoned with
    // its text, so that pieces made of one another in many ways cannot fill the memory.
    let cost = |piece: &str| piece.len() + 64;
    let mut allowance = 8 * pieces.iter().map(|p| cost(p)).sum::<usize>();
    let mut merges = Vec::new();
    for (id, piece) in pieces.iter().enumerate() {
        if piece.len() > LONGEST_PIECE {
            return Err(damaged("a piece is longer than any word"));
        }
        for (at, _) in piece.char_indices().skip(1) {
            let (a, b) = piece.split_at(at);
            if let (Some(left), Some(right)) = (vocabulary.get(a), vocabulary.get(b)) {
                allowance = allowance
                    .checked_sub(cost(piece))
                    .ok_or_else(|| damaged("its pieces are made of one another in too many ways"))?;
                merges.push((id, *left, *right, a, b));
            }
        }
    }
    merges.sort_by(|x, y| scores[y.0].total_cmp(&scores[x.0]).then((x.1, x.2).cmp(&(y.1, y.2))));
    Ok(merges.into_iter().map(|(_, _, _, a, b)| (a.to_owned(), b.to_owned())).collect())
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
        other => return Err(TokenizerError::Unknown(shown(other))),
    })
}

fn texts(values: Array<'_>) -> Result<Vec<&str>, TokenizerError> {
    let text =
        |value| if let Value::Text(text) = value { Ok(text) } else { Err(damaged("a piece is not text")) };
    values.iter().map(text).collect()
}

fn damaged(what: &str) -> TokenizerError {
    TokenizerError::Damaged(what.to_owned())
}
