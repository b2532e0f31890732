//! A small HTTP server on this machine whose answers each test writes itself.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) from: Option<usize>,
    pub(crate) if_range: Option<String>,
}

pub(crate) struct Server {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A server whose answers are written by `answer(request, how many came before, connection)`.
pub(crate) fn serve(answer: impl Fn(&Asked, usize, &mut TcpStream) + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
            thread::spawn(move || {
                let mut stream = stream;
                let Some(request) = read_request(&stream) else {
                    return;
                };
                let before = {
                    let mut log = log.lock().unwrap();
                    log.push(request.clone());
                    log.len() - 1
                };
                answer(&request, before, &mut stream);
            });
        }
    });
    Server { address, asked }
}

fn read_request(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let mut asked = Asked { path, from: None, if_range: None };
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ")?;
        match name.to_lowercase().as_str() {
            "range" => {
                let from = value.strip_prefix("bytes=")?.strip_suffix('-')?;
                asked.from = from.parse().ok();
            }
            "if-range" => asked.if_range = Some(value.to_owned()),
            _ => {}
        }
    }
    Some(asked)
}

/// What a well-behaved server says: the whole, or the part that is asked for.
pub(crate) fn head(asked: &Asked, total: usize, etag: &str) -> (usize, String) {
    let fits = asked.if_range.as_deref().is_none_or(|wanted| wanted == etag);
    match asked.from.filter(|_| fits) {
        Some(from) => {
            let (rest, last) = (total - from, total - 1);
            let range = format!("content-range: bytes {from}-{last}/{total}\r\ncontent-length: {rest}");
            (
                from,
                format!(
                    "HTTP/1.1 206 Partial Content\r\n{range}\r\netag: {etag}\r\nconnection: close\r\n\r\n"
                ),
            )
        }
        None => (
            0,
            format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {total}\r\netag: {etag}\r\nconnection: close\r\n\r\n"
            ),
        ),
    }
}

pub(crate) fn say(stream: &mut TcpStream, bytes: impl AsRef<[u8]>) {
    // The other side may have hung up already; that is what some tests are about.
    let _ = stream.write_all(bytes.as_ref());
}

/// Serves these bytes as a well-behaved server does, but the first `cut` answers end early.
pub(crate) fn serve_file(bytes: Vec<u8>, cut: usize) -> Server {
    serve(move |asked, before, stream| {
        let (from, head) = head(asked, bytes.len(), "\"v1\"");
        say(stream, head);
        let end = if before < cut { from + (bytes.len() - from) / 3 } else { bytes.len() };
        say(stream, &bytes[from..end]);
    })
}

impl Server {
    pub(crate) fn source(&self) -> String {
        format!("{{ kind = \"https\", url = \"{}/m.gguf\" }}", self.address)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}
