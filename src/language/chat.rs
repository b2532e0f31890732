//! Conversations in the form that a model was trained on: its own chat template, in which every
//! message is put as data. A message is encoded apart from the template, so that nothing a
//! person types can look like a turn or a control token.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, ErrorKind, context};

use super::gguf::{Gguf, Value};
use super::tokenizer::{Token, Tokenizer, TokenizerError};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The program, setting the task.
    System,
    /// The program or a person, asking.
    User,
    /// The model.
    Assistant,
}

/// One message of a conversation.
#[derive(Clone)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said; always plain text to the model.
    pub text: String,
}

impl Message {
    /// A message.
    #[must_use]
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self { role, text: text.into() }
    }
}

/// Why a conversation could not be put into a model's form.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// The template that the model brings does not work.
    #[error("The model's chat template cannot be used ({0}). Use another model.")]
    Template(#[from] minijinja::Error),
    /// The template is no template, or one that no model brings.
    #[error("The model's chat template is {0}. Use another model.")]
    Unusable(&'static str),
    /// The tokenizer refused.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
}

/// The chat template of one model.
pub struct ChatTemplate {
    environment: Environment<'static>,
    begin: String,
    end: String,
}

const NAME: &str = "chat";
/// Bytes of the longest template; the longest that models bring are a tenth of it.
const LONGEST: usize = 256 << 10;
/// What rendering may cost, in instructions or in 64 bytes of text: a conversation of a dozen
/// messages takes about a thousand.
const FUEL: u64 = 20_000;
/// Bytes of stack to render on; of these a model's usual template touches a few thousand.
const STACK: usize = 32 << 20;
/// The form of ChatML, for models that bring no template.
const CHATML: &str = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
/// Frames a message's number where its text will stand. Private-use characters: they occur in
/// no template, and a person's own are never looked at.
const OPEN: char = '\u{f5d0}';
const CLOSE: char = '\u{f5d1}';

/// A conversation as tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptTokens {
    /// All of them.
    pub tokens: Vec<Token>,
    /// How many at the beginning come from the program alone, before anything a person wrote:
    /// these may be kept from one request to the next.
    pub constant: usize,
}

impl ChatTemplate {
    /// Reads the template from the file, or takes ChatML where it brings none.
    ///
    /// # Errors
    /// [`ChatError`] if the template is too long or cannot be parsed.
    pub fn from_gguf(gguf: &Gguf<'_>, tokenizer: &Tokenizer) -> Result<Self, ChatError> {
        let source = match gguf.get("tokenizer.chat_template") {
            Some(Value::Text(template)) if template.len() <= LONGEST => template.to_owned(),
            Some(Value::Text(_)) => return Err(ChatError::Unusable("too long")),
            Some(_) => return Err(ChatError::Unusable("not text")),
            None => CHATML.to_owned(),
        };
        let mut environment = Environment::new();
        let whitespace = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
        environment.set_syntax(whitespace);
        environment.set_fuel(Some(FUEL));
        // What a template holds when it fails must not outlive it: see `render`.
        environment.set_debug(false);
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |what: String| -> Result<String, minijinja::Error> {
            Err(minijinja::Error::new(ErrorKind::InvalidOperation, what))
        });
        environment.add_template_owned(NAME, source)?;
        let piece = |key: &str| {
            let id = gguf.unsigned(key).and_then(|id| Token::try_from(id).ok());
            id.and_then(|id| tokenizer.piece(id)).unwrap_or_default().to_owned()
        };
        Ok(Self {
            environment,
            begin: piece("tokenizer.ggml.bos_token_id"),
            end: piece("tokenizer.ggml.eos_token_id"),
        })
    }

    /// Renders on a stack that holds the deepest value which the template can afford to build:
    /// comparing, showing and dropping one goes as deep as it.
    fn render(&self, messages: &[minijinja::Value]) -> Result<String, ChatError> {
        let render = || -> Result<String, minijinja::Error> {
            self.environment.get_template(NAME)?.render(context! {
                messages => messages,
                add_generation_prompt => true,
                bos_token => &self.begin,
                eos_token => &self.end,
            })
        };
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, render);
            let rendered = thread.map_err(|_| ChatError::Unusable("too much for this machine now"))?.join();
            Ok(rendered.map_err(|_| ChatError::Unusable("one that cannot be rendered"))??)
        })
    }

    /// Tokens of a conversation, ending where the model is to speak.
    ///
    /// # Errors
    /// [`ChatError`] if the template fails or the text cannot be encoded.
    pub fn encode(&self, messages: &[Message], tokenizer: &Tokenizer) -> Result<PromptTokens, ChatError> {
        let placed: Vec<_> = messages
            .iter()
            .enumerate()
            .map(|(i, message)| {
                let role = match message.role {
                    Role::System => "system",
                    Role::User => "user",
                    Role::Assistant => "assistant",
                };
                context! { role => role, content => format!("{OPEN}{i}{CLOSE}") }
            })
            .collect();
        let rendered = self.render(&placed)?;
        let last = messages.len().checked_sub(1).map(|i| format!("{OPEN}{i}{CLOSE}"));
        if last.is_some_and(|last| !rendered.contains(&last)) {
            return Err(ChatError::Unusable("one that leaves out what is said"));
        }
        let mut tokens = Vec::new();
        let mut constant = None;
        if let Some(begin) = tokenizer.begin()
            && !rendered.starts_with(&self.begin)
        {
            tokens.push(begin);
        }
        let mut pieces = rendered.split(OPEN);
        tokens.extend(tokenizer.encode_template(pieces.next().unwrap_or_default())?);
        for piece in pieces {
            let (number, template) = piece.split_once(CLOSE).unwrap_or(("", piece));
            if let Some(message) = number.parse::<usize>().ok().and_then(|i| messages.get(i)) {
                if message.role != Role::System {
                    constant.get_or_insert(tokens.len());
                }
                tokens.extend(tokenizer.encode(&message.text)?.tokens);
            }
            tokens.extend(tokenizer.encode_template(template)?);
        }
        Ok(PromptTokens { constant: constant.unwrap_or(tokens.len()), tokens })
    }
}
