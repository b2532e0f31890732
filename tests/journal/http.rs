//! The journal through the service, on a socket: killed while it writes, and used by many at once.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use evenkeel::journal::Id;
use serde_json::json;

use super::kill::Chance;
use super::*;

/// A service that runs as a program of its own.
pub(crate) struct Service {
    child: Child,
    address: String,
    token: String,
}

impl Service {
    /// By phrase rules alone.
    fn start(folder: &Path) -> Self {
        Self::of(evenkeel(folder), &["--rules-only"])
    }

    /// With the model that the tests are given, once it is loaded.
    pub(crate) fn with_model(folder: &Path) -> Self {
        let model = std::env::var_os("EVENKEEL_TEST_MODEL")
            .expect("EVENKEEL_TEST_MODEL names the default model's file; run scripts/test");
        let mut program = evenkeel(folder);
        program.arg("--model").arg(model);
        let service = Self::of(program, &[]);
        let client = service.client();
        let ready = |answer: Answer| {
            serde_json::from_str::<Value>(&answer.body).is_ok_and(|health| health["ready"] == true)
        };
        let until = Instant::now() + Duration::from_mins(2);
        while !client.ask("GET", "/health", "", "").is_some_and(ready) {
            assert!(Instant::now() < until, "the model was not loaded in two minutes");
            std::thread::sleep(Duration::from_millis(50));
        }
        service
    }

    fn of(mut program: Command, more: &[&str]) -> Self {
        let mut child = program
            .args(["serve", "--listen", "127.0.0.1:0", "--json"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let url = said["url"].as_str().unwrap();
        let token = url.split_once("#token=").unwrap().1.to_owned();
        Self { child, address: said["address"].as_str().unwrap().to_owned(), token }
    }

    pub(crate) fn client(&self) -> Client {
        Client { address: self.address.clone(), token: self.token.clone() }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    address: String,
    token: String,
}

/// An answer that arrived whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    etag: String,
    pub(crate) body: String,
}

impl Client {
    /// Asks, on a connection of its own. `None` if the service was gone before it answered.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        let request = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n{headers}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.token,
            body.len()
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let header = |name: &str| {
            let of =
                |line: &str| line.split_once(": ").filter(|(n, _)| *n == name).map(|(_, v)| v.to_owned());
            head.lines().find_map(of).unwrap_or_default()
        };
        let whole = header("content-length").parse() == Ok(body.len());
        let status = head.split(' ').nth(1)?.parse().ok()?;
        whole.then(|| Answer { status, etag: header("etag"), body: body.to_owned() })
    }
}

/// 25 times, or as often as `EVENKEEL_KILLS` says.
#[test]
#[allow(clippy::print_stderr, reason = "how much was put to the test is worth knowing")]
fn what_the_service_acknowledged_survives_its_being_killed() {
    let times = std::env::var_os("EVENKEEL_KILLS").map_or(25, |n| n.to_string_lossy().parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut chance = Chance::new();
    let mut written: Vec<(Id, String)> = Vec::new();
    for run in 0..times {
        let mut service = Service::start(folder.path());
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let client = service.client();
                std::thread::spawn(move || {
                    let mut acknowledged = Vec::new();
                    for n in 0.. {
                        let text = format!("run {run} writer {writer} entry {n}");
                        let body = json!({ "text": text }).to_string();
                        match client.ask("POST", "/entries", "", &body) {
                            Some(answer) if answer.status == 201 => {
                                let body: Value = serde_json::from_str(&answer.body).unwrap();
                                acknowledged.push((body["id"].as_str().unwrap().parse().unwrap(), text));
                            }
                            Some(answer) => panic!("{}: {}", answer.status, answer.body),
                            None => break,
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(chance.below(400)));
        service.child.kill().unwrap();
        drop(service);
        written.extend(writers.into_iter().flat_map(|writer| writer.join().unwrap()));
    }
    let journal = open(folder.path());
    for (id, text) in &written {
        assert_eq!(journal.entry(*id).unwrap().text.as_str(), text);
    }
    assert!(journal.check().unwrap().is_good());
    assert!(written.len() >= times, "only {} writes were acknowledged in {times} runs", written.len());
    eprintln!("{} writes were acknowledged in {times} runs, each ended by a kill", written.len());
}

/// For 3 seconds, or as many as `EVENKEEL_CLIENTS_S` says: 20 clients raise one entry's number, each
/// time from what they read.
#[test]
#[allow(clippy::print_stderr, reason = "how much was put to the test is worth knowing")]
fn twenty_clients_on_sockets_lose_no_update_and_see_no_failure() {
    let seconds = std::env::var_os("EVENKEEL_CLIENTS_S").map_or(3, |n| n.to_string_lossy().parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path());
    let made = service.client().ask("POST", "/entries", "", &json!({"text": "0"}).to_string()).unwrap();
    let made: Value = serde_json::from_str(&made.body).unwrap();
    let path = format!("/entries/{}", made["id"].as_str().unwrap());
    let (raised, refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let until = Instant::now() + Duration::from_secs(seconds);
    let clients: Vec<_> = (0..20)
        .map(|_| {
            let (client, path) = (service.client(), path.clone());
            let (raised, refused) = (Arc::clone(&raised), Arc::clone(&refused));
            std::thread::spawn(move || {
                while Instant::now() < until {
                    let read = client.ask("GET", &path, "", "").unwrap();
                    assert_eq!(read.status, 200, "{}", read.body);
                    let body: Value = serde_json::from_str(&read.body).unwrap();
                    let count: usize = body["text"].as_str().unwrap().parse().unwrap();
                    let next = json!({"text": (count + 1).to_string()}).to_string();
                    let seen = format!("If-Match: {}\r\n", read.etag);
                    match client.ask("PATCH", &path, &seen, &next).unwrap().status {
                        200 => raised.fetch_add(1, Ordering::Relaxed),
                        412 => refused.fetch_add(1, Ordering::Relaxed),
                        other => panic!("{other}"),
                    };
                }
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    let last = service.client().ask("GET", &path, "", "").unwrap();
    let last: Value = serde_json::from_str(&last.body).unwrap();
    let raised = raised.load(Ordering::Relaxed);
    assert_eq!(last["text"], raised.to_string());
    assert!(raised > 0);
    eprintln!(
        "{raised} updates in {seconds} s by 20 clients, {} refused as stale, none lost",
        refused.load(Ordering::Relaxed)
    );
}
