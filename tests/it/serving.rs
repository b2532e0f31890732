//! The service on a socket, without a model.

use std::time::Duration;

use evenkeel::http::serve;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::house::{assistant, service};
use evenkeel::assistant::Assistant;

/// A service on a port of its own.
pub(crate) struct Served {
    pub(crate) port: u16,
    pub(crate) token: String,
    stop: Option<oneshot::Sender<()>>,
    done: JoinHandle<std::io::Result<()>>,
}

impl Served {
    pub(crate) async fn start(assistant: Assistant) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let service = service(assistant);
        let token = service.token.reveal().to_owned();
        let (stop, stopped) = oneshot::channel::<()>();
        let done = tokio::spawn(serve(listener, service, async { drop(stopped.await) }));
        Self { port, token, stop: Some(stop), done }
    }

    /// Tells the service to stop.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until it has.
    pub(crate) async fn stopped(self) {
        timeout(Duration::from_secs(10), self.done).await.unwrap().unwrap().unwrap();
    }

    /// A connection on which a request was sent; more headers may be given, each with its CRLF.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n{headers}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.port,
            self.token,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // A body that is refused may not be read to its end.
        let _ = stream.write_all(body.as_bytes()).await;
        stream
    }

    pub(crate) async fn answer(&self, method: &str, path: &str, body: &str) -> String {
        rest(self.ask(method, path, "", body).await).await
    }
}

/// All that still comes on a connection.
pub(crate) async fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_served_house_answers_and_stops_when_told() {
    let mut house = Served::start(assistant()).await;
    let answer = house.answer("POST", "/api/v1/screenings", r#"{"text":"I want to kill myself."}"#).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("\"escalate\":true"));
    let idle = TcpStream::connect(("127.0.0.1", house.port)).await.unwrap();
    house.stop();
    house.stopped().await;
    drop(idle);
}

#[tokio::test]
async fn an_oversized_body_is_answered_while_it_is_still_being_sent() {
    let house = Served::start(assistant()).await;
    let answer = house.answer("POST", "/api/v1/reframings", &" ".repeat(1024 * 1024)).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn an_address_that_others_can_reach_is_refused() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let refused = serve(listener, service(assistant()), std::future::pending()).await;
    assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_long_screening_leaves_the_service_answering() {
    let house = Served::start(assistant()).await;
    let long = format!("{{\"text\":\"{}\"}}", "The day was long and grey. ".repeat(100_000));
    let screening = house.ask("POST", "/api/v1/screenings", "", &long).await;
    let health = timeout(Duration::from_millis(500), house.answer("GET", "/api/v1/health", "")).await;
    assert!(health.unwrap().contains("\"live\":true"));
    assert!(rest(screening).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_finishes_its_head_is_let_go() {
    let house = Served::start(assistant()).await;
    let mut slow = TcpStream::connect(("127.0.0.1", house.port)).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: 127").await.unwrap();
    let ended = timeout(Duration::from_mins(1), rest(slow)).await;
    assert!(ended.is_ok(), "the connection is still open after a minute");
}
