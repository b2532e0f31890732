//! The handle that async code holds, and the thread behind it.

use std::fs::File;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use memmap2::Mmap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::chat::{ChatTemplate, Message, PromptTokens};
use super::gguf::{Gguf, GgufError, shown};
use super::kernels::{Instructions, Isa, Pool};
use super::model::{Foreign, ModelError, Transformer};
use super::prefixes::Prefixes;
use super::tokenizer::{Encoded, Token, Tokenizer};
use super::worker::{Command, Done, Generated, Job, LogProbability, Network, States, Ticket};
use super::{LanguageError, Sampling};

/// Sessions that may be open at once.
const PLACES: usize = 16;
/// Seconds after which a place is likely to be free again.
const RETRY_AFTER_S: u64 = 5;

/// How to load a model.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoadOptions {
    /// Threads to compute with; all cores if not given. Candle, which runs some architectures,
    /// looks at the environment instead (`CANDLE_NUM_THREADS`, `RAYON_NUM_THREADS`).
    pub threads: Option<usize>,
    /// Instructions to hold back to, for measuring; the best the processor has if not given.
    pub at_most: Option<Instructions>,
}

/// Where the worker stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineState {
    /// The weights are being read.
    Loading,
    /// Work can be done.
    Ready,
    /// The model could not be loaded; the text says why.
    Failed(String),
}

/// What is known of a loaded model.
#[derive(Debug, Clone)]
pub struct ModelInfo {
    /// Its architecture, as the file names it.
    pub architecture: String,
    /// The name it gives itself.
    pub name: String,
    /// Number of weights.
    pub parameters: usize,
    /// The instructions our own kernels compute it with; none for architectures that candle runs.
    pub instructions: Option<Instructions>,
    /// Number of layers; 0 where hidden states are not to be had.
    pub depth: usize,
    /// Size of a hidden state; 0 where none are to be had.
    pub width: usize,
    /// Greatest number of tokens in view.
    pub context: usize,
}

/// The side of a model that needs no weights: text to tokens, conversations to prompts.
pub struct TextSide {
    /// The tokenizer.
    pub tokenizer: Tokenizer,
    /// The chat template.
    pub chat: ChatTemplate,
    /// What is known of the model.
    pub info: ModelInfo,
}

/// A model on its own thread. Cloning is cheap; the thread ends with the last clone.
#[derive(Clone)]
pub struct Engine {
    queue: mpsc::Sender<Command>,
    places: Arc<Semaphore>,
    state: watch::Receiver<EngineState>,
    text: Arc<OnceLock<TextSide>>,
}

impl Engine {
    /// Starts a thread that loads the model and then works. Returns at once; see [`Engine::ready`].
    ///
    /// # Errors
    /// [`LanguageError::Failed`] if no thread can be started.
    pub fn start(path: &Path, options: LoadOptions) -> Result<Self, LanguageError> {
        let (queue, jobs) = mpsc::channel(PLACES);
        let (report, state) = watch::channel(EngineState::Loading);
        let text = Arc::new(OnceLock::new());
        let worker = Worker { path: path.to_owned(), options, jobs, report, text: Arc::clone(&text) };
        std::thread::Builder::new()
            .name("evenkeel-model".into())
            .spawn(move || worker.run())
            .map_err(|_| LanguageError::Failed)?;
        Ok(Self { queue, places: Arc::new(Semaphore::new(PLACES)), state, text })
    }

    /// Where the worker stands now.
    #[must_use]
    pub fn state(&self) -> EngineState {
        self.state.borrow().clone()
    }

    /// Waits until the model is loaded; gives its text side.
    ///
    /// # Errors
    /// [`EngineState::Failed`]'s text if loading failed.
    pub async fn ready(&self) -> Result<&TextSide, String> {
        let mut state = self.state.clone();
        let reached = state.wait_for(|s| *s != EngineState::Loading).await;
        match reached.as_deref() {
            Ok(EngineState::Ready) => self.text.get().ok_or_else(|| LanguageError::Failed.to_string()),
            Ok(EngineState::Failed(why)) => Err(why.clone()),
            _ => Err(LanguageError::Failed.to_string()),
        }
    }

    /// Takes a place in the queue, or says that all are taken.
    ///
    /// # Errors
    /// [`LanguageError::Busy`].
    pub fn try_session(&self) -> Result<Session, LanguageError> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| LanguageError::Busy { retry_after_s: RETRY_AFTER_S })?;
        Ok(self.session_with(place))
    }

    /// Waits for a place in the queue.
    ///
    /// # Errors
    /// [`LanguageError::Failed`] if the worker is gone.
    pub async fn session(&self) -> Result<Session, LanguageError> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| LanguageError::Failed)?;
        Ok(self.session_with(place))
    }

    fn session_with(&self, place: OwnedSemaphorePermit) -> Session {
        let cancel = CancellationToken::new();
        Session {
            engine: self.clone(),
            cancel: cancel.clone(),
            _cancel_on_drop: cancel.drop_guard(),
            _place: place,
        }
    }
}

/// One place in the queue. Dropping it cancels what it asked for and frees the place.
pub struct Session {
    engine: Engine,
    cancel: CancellationToken,
    _cancel_on_drop: DropGuard,
    _place: OwnedSemaphorePermit,
}

impl Session {
    /// The side of the model that needs no weights.
    ///
    /// # Errors
    /// [`LanguageError::Failed`] if the model is not loaded.
    pub fn text(&self) -> Result<&TextSide, LanguageError> {
        self.engine.text.get().ok_or(LanguageError::Failed)
    }

    /// Encodes text that a person wrote; nothing in it can become a control token.
    ///
    /// # Errors
    /// [`LanguageError`] if the model is not loaded or cannot express the text.
    pub fn encode(&self, text: &str) -> Result<Encoded, LanguageError> {
        Ok(self.text()?.tokenizer.encode(text)?)
    }

    /// The tokens of several texts, as [`Session::encode`] gives them.
    ///
    /// # Errors
    /// As [`Session::encode`].
    pub fn tokens(&self, texts: &[&str]) -> Result<Vec<Vec<Token>>, LanguageError> {
        texts.iter().map(|text| Ok(self.encode(text)?.tokens)).collect()
    }

    /// Encodes a conversation in the model's own form, ending where the model is to speak.
    ///
    /// # Errors
    /// [`LanguageError`] if the model is not loaded or its template fails.
    pub fn encode_chat(&self, messages: &[Message]) -> Result<PromptTokens, LanguageError> {
        let text = self.text()?;
        Ok(text.chat.encode(messages, &text.tokenizer)?)
    }

    /// For each text its hidden states after each of `depths` layers, which must rise, from 1;
    /// the layers above the last are not run.
    ///
    /// # Errors
    /// [`LanguageError`]; `Unsupported` for architectures without hidden states.
    pub async fn states(
        &self,
        texts: Vec<Vec<Token>>,
        depths: Vec<usize>,
    ) -> Result<Vec<Vec<States>>, LanguageError> {
        self.states_after(Vec::new(), texts, depths).await
    }

    /// The same for texts that each follow `prefix`, which is read once; its own states are not
    /// given.
    ///
    /// # Errors
    /// As [`Session::states`].
    pub async fn states_after(
        &self,
        prefix: Vec<Token>,
        texts: Vec<Vec<Token>>,
        depths: Vec<usize>,
    ) -> Result<Vec<Vec<States>>, LanguageError> {
        match self.ask(Job::States { prefix, texts, depths }).await? {
            Done::States(states) => Ok(states),
            _ => Err(LanguageError::Failed),
        }
    }

    /// How likely each continuation of `prefix` is.
    ///
    /// # Errors
    /// [`LanguageError`].
    pub async fn score(
        &self,
        prefix: PromptTokens,
        continuations: Vec<Vec<Token>>,
    ) -> Result<Vec<LogProbability>, LanguageError> {
        match self.ask(Job::Score { prefix, continuations }).await? {
            Done::Scores(scores) => Ok(scores),
            _ => Err(LanguageError::Failed),
        }
    }

    /// Writes texts; they are handed to `each` piece by piece as they come.
    ///
    /// # Errors
    /// [`LanguageError`].
    pub async fn generate(
        &self,
        prompt: PromptTokens,
        sampling: Sampling,
        mut each: impl FnMut(Generated) + Send,
    ) -> Result<(), LanguageError> {
        let (to, mut pieces) = mpsc::unbounded_channel();
        let asked = self.ask(Job::Generate { prompt, sampling, to });
        tokio::pin!(asked);
        loop {
            tokio::select! {
                biased;
                Some(piece) = pieces.recv() => each(piece),
                done = &mut asked => {
                    while let Ok(piece) = pieces.try_recv() {
                        each(piece);
                    }
                    return done.map(|_| ());
                }
            }
        }
    }

    async fn ask(&self, job: Job) -> Result<Done, LanguageError> {
        let (ticket, answer) = Ticket::new(self.cancel.clone());
        self.engine.queue.send(Command { job, ticket }).await.map_err(|_| LanguageError::Failed)?;
        answer.await.map_err(|_| LanguageError::Failed)?
    }
}

struct Worker {
    path: PathBuf,
    options: LoadOptions,
    jobs: mpsc::Receiver<Command>,
    report: watch::Sender<EngineState>,
    text: Arc<OnceLock<TextSide>>,
}

impl Worker {
    fn run(self) {
        let loaded = catch_unwind(AssertUnwindSafe(|| load(&self.path, self.options)));
        let network = match loaded {
            Ok(Ok((network, text))) => {
                let _ = self.text.set(text);
                self.report.send_replace(EngineState::Ready);
                network
            }
            Ok(Err(error)) => {
                self.report.send_replace(EngineState::Failed(error.to_string()));
                return;
            }
            Err(_) => {
                self.report.send_replace(EngineState::Failed(LanguageError::Failed.to_string()));
                return;
            }
        };
        if let Some(text) = self.text.get() {
            network.work(&text.tokenizer, self.jobs);
        }
    }
}

pub(super) fn load(path: &Path, options: LoadOptions) -> Result<(Network, TextSide), LanguageError> {
    let open = |source| LanguageError::Open { path: path.to_owned(), source };
    let file = File::open(path).map_err(open)?;
    // SAFETY: the map is read only while loading. Model files in the cache are replaced by
    // rename and never changed in place; another program truncating a file given with --model
    // during the second it takes to load would end this process, not corrupt anything.
    #[allow(unsafe_code, reason = "mapping a file cannot be done without")]
    let bytes = unsafe { Mmap::map(&file) }.map_err(open)?;
    load_bytes(&bytes, options)
}

/// Loads a model from a whole file held in memory.
pub(super) fn load_bytes(bytes: &[u8], options: LoadOptions) -> Result<(Network, TextSide), LanguageError> {
    let gguf = Gguf::parse(bytes)?;
    let architecture = gguf.text("general.architecture")?;
    has_a_row_for_each_piece(&gguf)?;
    let tokenizer = Tokenizer::from_gguf(&gguf)?;
    let chat = ChatTemplate::from_gguf(&gguf, &tokenizer)?;
    let parameters = gguf.parameters();
    let threads =
        options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, NonZero::get));
    let mut instructions = None;
    let (network, depth, width) = match architecture {
        "llama" | "qwen2" | "qwen3" => {
            let isa = Isa::detect(options.at_most);
            let network = Transformer::load(&gguf, bytes, architecture, (Pool::new(threads), isa))?;
            let (depth, width) = (network.depth(), network.width());
            instructions = Some(network.instructions());
            let known = Prefixes::new(&network);
            (Network::Own(Box::new(network), known), depth, width)
        }
        other if Foreign::knows(other) => (Network::Foreign(Foreign::load(&gguf, bytes, other)?), 0, 0),
        other => return Err(ModelError::Architecture(shown(other)).into()),
    };
    let info = ModelInfo {
        name: shown(gguf.text("general.name").unwrap_or(architecture)),
        architecture: architecture.to_owned(),
        parameters,
        instructions,
        depth,
        width,
        context: network.context(),
    };
    Ok((network, TextSide { tokenizer, chat, info }))
}

/// A token without a row could not be read. A row takes more of the file than its piece, too, so
/// that the vocabulary stays in proportion to the file.
fn has_a_row_for_each_piece(gguf: &Gguf<'_>) -> Result<(), GgufError> {
    const EMBEDDING: &str = "token_embd.weight";
    let embedding = gguf.tensor(EMBEDDING).ok_or_else(|| GgufError::Missing(EMBEDDING.into()))?;
    let rows = match embedding.shape[..] {
        [rows, columns] if columns >= 16 => rows,
        _ => return Err(GgufError::Unsupported(format!("`{EMBEDDING}` is too narrow"))),
    };
    let pieces = gguf.array("tokenizer.ggml.tokens")?.len();
    if !(1..=rows).contains(&pieces) {
        let what = format!("its vocabulary has {pieces} pieces and `{EMBEDDING}` {rows} rows");
        return Err(GgufError::Malformed(what));
    }
    Ok(())
}
