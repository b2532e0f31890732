//! The journal over HTTP, without a model unless a test says so.

mod carry;
mod clients;
mod daily;
mod drafts;
mod entries;
mod feedback;
mod insight;
mod parts;
mod reading;
mod thought_records;
mod vault;

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::header;
use serde_json::Value;
use tempfile::TempDir;

use crate::house::{Answer, House};

/// A service with an empty journal.
fn house() -> (House, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (House::with_journal_in(folder.path()), folder)
}

/// Sends a request with headers and perhaps a body of JSON.
async fn send(
    house: &House,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Answer {
    let mut request = house.request(method, &format!("/api/v1{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = match body {
        None => Body::empty(),
        Some(value) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(value.to_string())
        }
    };
    house.send(request.body(body).unwrap()).await
}

async fn get(house: &House, path: &str) -> Answer {
    send(house, "GET", path, &[], None).await
}

async fn post(house: &House, path: &str, body: &Value) -> Answer {
    send(house, "POST", path, &[], Some(body)).await
}

/// What was said and answered, for a snapshot: statuses, states and bodies, with ids and times
/// left out.
#[derive(Default)]
struct Transcript(String);

impl Transcript {
    async fn say(
        &mut self,
        house: &House,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let answer = send(house, method, path, headers, body.as_ref()).await;
        let _ = write!(self.0, "{method} {}", redacted_text(path));
        for (name, value) in headers {
            let _ = write!(self.0, " [{name}: {value}]");
        }
        if let Some(body) = &body {
            let _ = write!(self.0, " {}", redacted(body));
        }
        let _ = write!(self.0, "\n{}", answer.status.as_u16());
        for name in ["etag", "location", "content-type"] {
            if !answer.header(name).is_empty() {
                let _ = write!(self.0, " [{name}: {}]", redacted_text(answer.header(name)));
            }
        }
        if !answer.text.is_empty() {
            let is_json = answer.header("content-type").contains("json");
            let _ = if is_json {
                write!(self.0, "\n{:#}", redacted(&answer.json()))
            } else {
                write!(self.0, "\n{}", answer.text)
            };
        }
        self.0.push_str("\n\n");
        answer
    }
}

/// A value without what differs from run to run.
fn redacted(value: &Value) -> Value {
    match value {
        Value::String(text) => redacted_text(text).into(),
        Value::Array(items) => items.iter().map(redacted).collect(),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let value = match (name.as_str(), value) {
                    ("risk", Value::Object(risk)) => {
                        format!("{}, tier {}, {}", risk["level"], risk["tier"], risk["coverage"]).into()
                    }
                    ("escalation", Value::Object(help)) => format!("help of tier {}", help["tier"]).into(),
                    ("recovery_code", _) => "[code]".into(),
                    ("bytes", _) => "[bytes]".into(),
                    _ => redacted(value),
                };
                (name.clone(), value)
            };
            Value::Object(fields.iter().map(field).collect())
        }
        other => other.clone(),
    }
}

/// A text in which ids, times and folders have no names.
fn redacted_text(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_hexdigit()) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let is_id =
            |t: &str| t.len() >= 36 && t.is_char_boundary(36) && uuid::Uuid::try_parse(&t[..36]).is_ok();
        let is_time =
            |t: &str| t.as_bytes().get(..11).is_some_and(|b| b[4] == b'-' && b[7] == b'-' && b[10] == b'T');
        if is_id(from) {
            out.push_str("[id]");
            rest = &from[36..];
        } else if is_time(from) {
            out.push_str("[time]");
            let end = from[11..].find(|c: char| !(c.is_ascii_digit() || ":.+-Z".contains(c)));
            rest = end.map_or("", |end| &from[11 + end..]);
        } else {
            let end = from.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(from.len());
            out.push_str(&from[..end]);
            rest = &from[end..];
        }
    }
    out.push_str(rest);
    // A folder of the system's for the time of a test.
    match (out.find("/tmp/"), out.rfind('/')) {
        (Some(start), Some(end)) => format!("{}[folder]{}", &out[..start], &out[end..]),
        _ => out,
    }
}
