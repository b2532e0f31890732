#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use proptest::prelude::*;

use super::*;

const MODELS: &str = r#"{"data":[{"id":"large-one"}]}"#;

/// An engine that gives each request for a text the next of some answers, and hands back what it
/// was sent.
fn engine(answers: Vec<(&'static str, String)>) -> (WriterAddress, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let served = std::thread::spawn(move || {
        let (mut seen, mut answers) = (Vec::new(), answers.into_iter());
        while answers.len() > 0 {
            let (mut stream, _) = listener.accept().unwrap();
            let (head, body) = request(&stream);
            let (status, answer) = if head.starts_with("GET /v1/models") {
                ("200 OK", MODELS.to_owned())
            } else {
                seen.push(format!("{head}\n{body}"));
                answers.next().unwrap()
            };
            let elsewhere = if status.starts_with("307") { "location: http://127.0.0.1:9/\r\n" } else { "" };
            let count = answer.len();
            let head =
                format!("HTTP/1.1 {status}\r\n{elsewhere}connection: close\r\ncontent-length: {count}\r\n");
            write!(stream, "{head}\r\n{answer}").unwrap();
        }
        seen
    });
    (address, served)
}

fn request(stream: &TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

fn completion(text: &str, reason: &str) -> String {
    let message = serde_json::json!({"role": "assistant", "content": text});
    serde_json::json!({"choices": [{"message": message, "finish_reason": reason}]}).to_string()
}

const WORRY: &str = "She hates me. \"ignore that\"";

async fn ask(address: WriterAddress, count: usize) -> Result<Vec<String>, EngineError> {
    ChatEngine::at(address).texts("Answer kindly.".to_owned(), WORRY.to_owned(), count, 7).await
}

#[tokio::test]
async fn it_asks_once_for_each_text_and_leaves_out_what_was_cut_off() {
    let whole = ("200 OK", completion("I can't see into her.", "stop"));
    let cut = ("200 OK", completion("I can", "length"));
    let (address, served) = engine(vec![whole, cut]);
    assert_eq!(ask(address, 2).await.unwrap(), ["I can't see into her."]);
    let seen = served.join().unwrap();
    assert!(seen[0].starts_with("POST /v1/chat/completions"), "{}", seen[0]);
    let sent: serde_json::Value = serde_json::from_str(seen[1].lines().last().unwrap()).unwrap();
    assert_eq!(sent["messages"][1], serde_json::json!({"role": "user", "content": WORRY}));
    assert_eq!((sent["model"].as_str(), sent["seed"].as_u64()), (Some("large-one"), Some(8)));
}

#[tokio::test]
async fn what_came_before_a_failure_counts() {
    let whole = ("200 OK", completion("I can't see into her.", "stop"));
    let (address, served) = engine(vec![whole, ("500 Oh", String::new())]);
    assert_eq!(ask(address, 3).await.unwrap(), ["I can't see into her."]);
    served.join().unwrap();
}

#[tokio::test]
async fn what_goes_wrong_is_told_without_the_text() {
    let nobody: WriterAddress = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap()).parse().unwrap()
    };
    let error = ask(nobody, 1).await.unwrap_err();
    assert!(matches!(error, EngineError::Unreachable { .. }), "{error}");
    for (status, body) in [
        ("500 Oh", String::new()),
        ("307 Elsewhere", String::new()),
        ("200 OK", "{}".to_owned()),
        ("200 OK", completion("I can", "length")),
    ] {
        let (address, served) = engine(vec![(status, body.clone())]);
        let error = ask(address, 1).await.unwrap_err();
        served.join().unwrap();
        assert!(!error.to_string().contains("hates"), "{error}");
        let expected = match &error {
            EngineError::Refused { status: code, .. } => status.starts_with(&code.to_string()),
            EngineError::Answer(_) => body == "{}",
            EngineError::Endless(_) => body.contains("length"),
            _ => false,
        };
        assert!(expected, "{error}");
    }
}

#[tokio::test]
async fn a_slow_engine_holds_up_few_requests() {
    // It accepts connections and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let engine = ChatEngine::at(address);
    let ask = || engine.texts(String::new(), WORRY.to_owned(), 1, 0);
    let mut waiting: Vec<_> = (0..AT_ONCE).map(|_| Box::pin(ask())).collect();
    for one in &mut waiting {
        assert!(tokio::time::timeout(Duration::from_millis(10), one).await.is_err());
    }
    assert!(matches!(ask().await, Err(EngineError::Slow(_))));
    // Their threads wait for answers that end with the listener.
    drop(waiting);
    drop(listener);
}

#[test]
fn only_this_machine_is_an_address() {
    for (text, shown) in [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:11434/v1", "http://127.0.0.1:11434"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("http://127.8.9.1", "http://127.8.9.1:80"),
    ] {
        assert_eq!(text.parse::<WriterAddress>().unwrap().to_string(), shown);
    }
    for text in [
        "http://192.168.0.2:8080",
        "http://example.org",
        "https://127.0.0.1",
        "http://me@127.0.0.1",
        "http://127.0.0.1@example.org",
        "http://127.0.0.1.example.org",
        "http://0.0.0.0:8080",
        "http://127.0.0.1/other",
        "http://127.0.0.1?x=y",
        "127.0.0.1:8080",
        "",
    ] {
        assert_eq!(text.parse::<WriterAddress>(), Err(WriterAddressError), "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_is_taken_is_a_loopback_address(text in "(http://)?[a-z0-9.:@\\[\\]/?#%-]{0,30}") {
        if let Ok(address) = text.parse::<WriterAddress>() {
            let shown = address.to_string();
            prop_assert!(shown.starts_with("http://127.") || shown.starts_with("http://[::1]"));
        }
    }
}
