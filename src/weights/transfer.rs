//! One HTTP request for one file. The network is read on a thread of its own, so that whoever
//! waits can be stopped at any moment, even while a server is silent.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{HeaderMap, Response, Uri, header};

use super::error::Trouble;
use super::files::CHUNK;
use super::names::may_fetch_from;
use super::pull::POLL;
use super::{Cancel, FileUrl, SourceError};

/// How long a server may be silent before the connection is given up.
const SILENCE: Duration = Duration::from_secs(30);

/// How many redirects are followed.
const HOPS: usize = 10;

const UNSAFE: &str = "it leads to an address that is not safe";

/// A request for a file, or for its rest.
pub(super) struct Request<'a> {
    pub(super) url: &'a FileUrl,
    /// The first byte wanted.
    pub(super) from: u64,
    /// The version that the bytes before `from` are of; if it has changed, the whole is wanted.
    pub(super) etag: Option<String>,
}

/// What the server says before the file itself.
pub(super) struct Head {
    pub(super) status: u16,
    /// Length of what follows, in bytes.
    pub(super) length: Option<u64>,
    /// A name for this version of the file, if it promises byte for byte sameness.
    pub(super) etag: Option<String>,
    /// For a part of the file: its first byte.
    pub(super) range_start: Option<u64>,
    /// For a part of the file: the length of the whole.
    pub(super) range_total: Option<u64>,
}

/// The bytes of the file, as they come. Dropping it ends the request.
pub(super) struct Body(Receiver<Event>);

enum Event {
    Head(Head),
    Chunk(Vec<u8>),
    End,
    Failed(SourceError),
}

impl Request<'_> {
    /// Sends the request and waits for the head of the answer.
    pub(super) fn send(self, cancel: &Cancel) -> Result<(Head, Body), Trouble> {
        // Few chunks may wait: the disk sets the pace.
        let (events, body) = sync_channel(4);
        let (url, from, etag) = (self.url.clone(), self.from, self.etag);
        thread::Builder::new()
            .name("model-transfer".to_owned())
            .spawn(move || run(&url, from, etag.as_deref(), &events))
            .map_err(|error| SourceError::Connection { reason: error.to_string() })?;
        let body = Body(body);
        match body.event(cancel)? {
            Event::Head(head) => Ok((head, body)),
            Event::Failed(error) => Err(error.into()),
            Event::Chunk(_) | Event::End => Err(lost().into()),
        }
    }
}

impl Body {
    /// The next bytes; `None` after the last.
    pub(super) fn next(&self, cancel: &Cancel) -> Result<Option<Vec<u8>>, Trouble> {
        match self.event(cancel)? {
            Event::Chunk(chunk) => Ok(Some(chunk)),
            Event::End => Ok(None),
            Event::Failed(error) => Err(error.into()),
            Event::Head(_) => Err(lost().into()),
        }
    }

    fn event(&self, cancel: &Cancel) -> Result<Event, Trouble> {
        loop {
            cancel.check()?;
            match self.0.recv_timeout(POLL) {
                Ok(event) => return Ok(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(lost().into()),
            }
        }
    }
}

fn lost() -> SourceError {
    SourceError::Connection { reason: "it ended without an answer".to_owned() }
}

/// The transfer thread. A failed send means that nobody listens any more.
fn run(url: &FileUrl, from: u64, etag: Option<&str>, events: &SyncSender<Event>) {
    let last = match ask(url, from, etag) {
        Ok(response) => {
            let head = head_of(response.status().as_u16(), response.headers());
            if events.send(Event::Head(head)).is_err() {
                return;
            }
            pour(response, events)
        }
        Err(error) => Some(Event::Failed(error)),
    };
    if let Some(event) = last {
        let _ = events.send(event);
    }
}

/// Sends the request and follows redirects. Each hop is checked before it is taken, so that an
/// address on this machine cannot lead to an unsafe one elsewhere.
fn ask(url: &FileUrl, from: u64, etag: Option<&str>) -> Result<Response<ureq::Body>, SourceError> {
    let fail = |reason: &str| SourceError::Connection { reason: reason.to_owned() };
    let agent = agent(url);
    let mut at: Uri = url.as_str().parse().map_err(|_| fail(UNSAFE))?;
    for _ in 0..=HOPS {
        let mut request = agent.get(&at).header(header::ACCEPT_ENCODING, "identity");
        if from > 0 {
            request = request.header(header::RANGE, format!("bytes={from}-"));
            if let Some(etag) = etag {
                request = request.header(header::IF_RANGE, etag);
            }
        }
        let response = request.call().map_err(|error| fail(&in_words(&error)))?;
        match response.headers().get(header::LOCATION) {
            Some(location) if response.status().is_redirection() => {
                let next = location.to_str().ok().and_then(|location| follow(&at, location));
                at = next.filter(may_fetch_from).ok_or_else(|| fail(UNSAFE))?;
            }
            _ => return Ok(response),
        }
    }
    Err(fail("it leads from one address to the next without end"))
}

/// Where a redirect leads: a whole address, one without a scheme, or a path on the same server.
fn follow(from: &Uri, location: &str) -> Option<Uri> {
    let (scheme, authority) = (from.scheme_str()?, from.authority()?);
    let whole = if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else {
        location.to_owned()
    };
    whole.split('#').next()?.parse().ok()
}

fn agent(url: &FileUrl) -> Agent {
    let local = url.is_loopback_http();
    let mut config = Agent::config_builder()
        .https_only(!local)
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(concat!("evenkeel/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(SILENCE))
        .timeout_connect(Some(SILENCE))
        .timeout_recv_response(Some(SILENCE))
        .timeout_per_read(Some(SILENCE));
    if local {
        config = config.proxy(None);
    }
    config.build().into()
}

fn head_of(status: u16, headers: &HeaderMap) -> Head {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let (range_start, range_total) = text(header::CONTENT_RANGE).map_or((None, None), read_content_range);
    Head {
        status,
        length: text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok()),
        // A weak one (W/"…") does not promise the same bytes.
        etag: text(header::ETAG).filter(|etag| etag.starts_with('"')).map(str::to_owned),
        range_start,
        range_total,
    }
}

/// Reads `bytes FIRST-LAST/TOTAL`, where TOTAL may be `*`.
fn read_content_range(text: &str) -> (Option<u64>, Option<u64>) {
    let Some((range, total)) = text.strip_prefix("bytes ").and_then(|rest| rest.split_once('/')) else {
        return (None, None);
    };
    let start = range.split_once('-').and_then(|(first, _)| first.trim().parse().ok());
    (start, total.trim().parse().ok())
}

fn pour(response: Response<ureq::Body>, events: &SyncSender<Event>) -> Option<Event> {
    let mut reader = response.into_body().into_reader();
    loop {
        let mut chunk = vec![0; CHUNK];
        match reader.read(&mut chunk) {
            Ok(0) => return Some(Event::End),
            Ok(count) => {
                chunk.truncate(count);
                if events.send(Event::Chunk(chunk)).is_err() {
                    return None;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                return Some(Event::Failed(SourceError::Connection { reason: in_words(&error.into()) }));
            }
        }
    }
}

fn in_words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::HostNotFound => "the server was not found".to_owned(),
        ureq::Error::Timeout(_) => "the server took too long".to_owned(),
        ureq::Error::RequireHttpsOnly(_) => UNSAFE.to_owned(),
        ureq::Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused => "the server accepts no connections".to_owned(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
                "the server ended it early".to_owned()
            }
            _ => error.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a failed expect is a failed test")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_content_range_gives_start_and_total() {
        assert_eq!(read_content_range("bytes 5-9/10"), (Some(5), Some(10)));
        assert_eq!(read_content_range("bytes 5-9/*"), (Some(5), None));
        assert_eq!(read_content_range("bytes */10"), (None, Some(10)));
        assert_eq!(read_content_range("pages 1-2/3"), (None, None));
    }

    #[test]
    fn redirects_are_read_as_addresses_or_paths() {
        let from: Uri = "https://a.example/x/y?z".parse().expect("an address");
        for (location, leads_to) in [
            ("/m.gguf?k=1", "https://a.example/m.gguf?k=1"),
            ("//b.example/m", "https://b.example/m"),
            ("https://c.example/m#part", "https://c.example/m"),
        ] {
            assert_eq!(follow(&from, location).map(|uri| uri.to_string()).as_deref(), Some(leads_to));
        }
    }

    proptest! {
        #[test]
        fn any_content_range_is_read_without_harm(text in "\\PC{0,40}") {
            let _ = read_content_range(&text);
        }
    }
}
