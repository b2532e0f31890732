//! Another engine on the person's own machine that writes reframes: llama-server, vLLM, Ollama, or
//! whatever else answers chat requests as they do. It is off unless its owner names it, sits at a
//! loopback address, and gets cleared entries alone; what it writes passes the same checks as
//! everything else. This room knows nothing of distortions.

mod address;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use ureq::Agent;

use crate::reframe::{Writer, WriterTrouble};

pub use address::{WriterAddress, WriterAddressError};

/// Connecting to a program on the same machine takes no longer.
const CONNECT: Duration = Duration::from_secs(2);
/// All texts of one request together: short ones, from a large model on a slow machine.
const TOGETHER: Duration = Duration::from_mins(1);
/// Requests that may wait for the engine at once, so that a slow one cannot take all the places
/// that screening needs as well.
const AT_ONCE: usize = 2;
/// Tokens of a text at most; two sentences take fewer.
const MOST_TOKENS: u32 = 120;
/// Bytes of an answer at most.
const MOST_BYTES: u64 = 1 << 20;
const TEMPERATURE: f32 = 0.7;

/// Why the other engine wrote nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// Nobody answers there.
    #[error("The writer at {address} could not be reached ({reason}). Start it, or leave out --writer.")]
    Unreachable {
        /// Where.
        address: WriterAddress,
        /// Why.
        reason: String,
    },
    /// It took too long, or is still busy with earlier requests.
    #[error("The writer at {0} took too long. A smaller model may be quick enough.")]
    Slow(WriterAddress),
    /// It answered with an error.
    #[error("The writer at {address} refused the request with status {status}. Look at its own log.")]
    Refused {
        /// Where.
        address: WriterAddress,
        /// The HTTP status.
        status: u16,
    },
    /// It answered with something else than a chat completion.
    #[error("What the writer at {0} answers is no chat completion. Does it speak OpenAI's protocol?")]
    Answer(WriterAddress),
    /// None of its texts came to an end.
    #[error("The writer at {0} wrote too much and came to no end. Another model may keep to two sentences.")]
    Endless(WriterAddress),
}

/// The engine at an address. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct ChatEngine {
    address: WriterAddress,
    agent: Agent,
    places: Arc<Semaphore>,
    /// The model it offers first; some engines ask for its name.
    model: Arc<OnceLock<Option<String>>>,
}

#[derive(Serialize)]
struct Asked<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    messages: [AskedMessage<'a>; 2],
    max_tokens: u32,
    temperature: f32,
    seed: u64,
    stream: bool,
}

#[derive(Serialize)]
struct AskedMessage<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Deserialize)]
struct Answered {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Said,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Models {
    data: Vec<OneModel>,
}

#[derive(Deserialize)]
struct OneModel {
    id: String,
}

/// Tells the thread that waits for the engine that nobody waits for it any more.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Writer for ChatEngine {
    fn write(
        &self,
        system: String,
        text: String,
        count: usize,
        seed: u64,
    ) -> BoxFuture<'_, Result<Vec<String>, WriterTrouble>> {
        let texts = self.texts(system, text, count, seed);
        async move { texts.await.map_err(|error| WriterTrouble(error.to_string())) }.boxed()
    }
}

impl ChatEngine {
    /// The engine at an address; it is not asked yet.
    #[must_use]
    pub fn at(address: WriterAddress) -> Self {
        // Neither a proxy nor a redirect may carry what a person wrote elsewhere.
        let config = Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .user_agent(concat!("evenkeel/", env!("CARGO_PKG_VERSION")))
            .build();
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Self { address, agent: config.into(), places, model: Arc::default() }
    }

    /// Whole texts; at least one. What came before something went wrong counts.
    async fn texts(
        &self,
        system: String,
        text: String,
        count: usize,
        seed: u64,
    ) -> Result<Vec<String>, EngineError> {
        let slow = || EngineError::Slow(self.address);
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| slow())?;
        let gone = Arc::new(AtomicBool::new(false));
        let _gone = Gone(Arc::clone(&gone));
        let engine = self.clone();
        let work = move || {
            let _place = place;
            let until = Instant::now() + TOGETHER;
            let mut texts = Vec::new();
            for i in 0..count as u64 {
                if gone.load(Ordering::Relaxed) {
                    break;
                }
                match engine.ask(&system, &text, seed.wrapping_add(i), until) {
                    Ok(text) => texts.extend(text),
                    Err(error) if texts.is_empty() => return Err(error),
                    Err(_) => break,
                }
            }
            if texts.is_empty() { Err(EngineError::Endless(engine.address)) } else { Ok(texts) }
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(slow()))
    }

    /// One text; `None` if it was cut off or is empty.
    fn ask(
        &self,
        system: &str,
        text: &str,
        seed: u64,
        until: Instant,
    ) -> Result<Option<String>, EngineError> {
        let message = |role, content| AskedMessage { role, content };
        let asked = Asked {
            model: self.model.get_or_init(|| self.first_model(until)).as_deref(),
            messages: [message("system", system), message("user", text)],
            max_tokens: MOST_TOKENS,
            temperature: TEMPERATURE,
            seed,
            stream: false,
        };
        let body = serde_json::to_vec(&asked).map_err(|_| EngineError::Answer(self.address))?;
        let request = self.agent.post(format!("{}/v1/chat/completions", self.address));
        let request = request.config().timeout_global(Some(left(until))).build();
        let sent = request.header("content-type", "application/json").send(body);
        let mut response = sent.map_err(|error| self.failed(&error))?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(EngineError::Refused { address: self.address, status });
        }
        let text = response.body_mut().with_config().limit(MOST_BYTES).read_to_vec();
        let text = text.map_err(|error| self.failed(&error))?;
        let answered: Option<Answered> = serde_json::from_slice(&text).ok();
        let choice = answered.and_then(|a| a.choices.into_iter().next());
        let choice = choice.ok_or(EngineError::Answer(self.address))?;
        let is_whole = choice.finish_reason.as_deref() != Some("length");
        Ok(choice.message.content.filter(|text| is_whole && !text.trim().is_empty()))
    }

    /// The model that the engine lists first, if it lists any.
    fn first_model(&self, until: Instant) -> Option<String> {
        let request = self.agent.get(format!("{}/v1/models", self.address));
        let mut response = request.config().timeout_global(Some(left(until))).build().call().ok()?;
        let text = response.body_mut().with_config().limit(MOST_BYTES).read_to_vec().ok()?;
        let models: Models = serde_json::from_slice(&text).ok()?;
        models.data.into_iter().next().map(|model| model.id)
    }

    fn failed(&self, error: &ureq::Error) -> EngineError {
        match error {
            ureq::Error::Timeout(_) => EngineError::Slow(self.address),
            ureq::Error::BodyExceedsLimit(_) => EngineError::Answer(self.address),
            other => EngineError::Unreachable { address: self.address, reason: other.to_string() },
        }
    }
}

fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
}

#[cfg(test)]
mod tests;
