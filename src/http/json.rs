//! A body of JSON, read whole and checked; what does not fit is a problem that quotes nothing.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio::time::timeout;

use super::{Problem, ProblemKind};

/// Time for the whole body to arrive; on loopback 12 MiB take far less.
const BODY_TIME: Duration = Duration::from_secs(30);
/// Names of fields are at most this long; what is longer may be a person's text.
const LONGEST_NAME: usize = 32;

/// The body of a request.
pub(super) struct Json<T>(pub(super) T);

/// The body of a request that is said to be JSON, as it came.
pub(super) struct JsonBytes(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(ProblemKind::NotJson.into());
        }
        let bytes = timeout(BODY_TIME, Bytes::from_request(request, state))
            .await
            .map_err(|_| ProblemKind::SlowRequest)?
            .map_err(|rejection| match rejection {
                BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
                    ProblemKind::TooLarge
                }
                _ => ProblemKind::UnreadableBody,
            })?;
        Ok(Self(bytes))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let JsonBytes(bytes) = JsonBytes::from_request(request, state).await?;
        // An array would be taken for the fields in their order, which nobody means.
        if bytes.trim_ascii_start().first() == Some(&b'[') {
            return Err(ProblemKind::UnfitJson.into());
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|error| problem(&error))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// The parser's own message may quote the body, so only its place is told, and the name of an
/// unknown field if it can hardly be anything else.
fn problem(error: &serde_json::Error) -> Problem {
    // What is read in one of several forms is known by no place.
    let place = match error.line() {
        0 => String::new(),
        line => format!(" (line {line}, column {})", error.column()),
    };
    if error.classify() != Category::Data {
        let detail = format!("The body is not JSON{place}. Correct it and send it again.");
        return Problem::new(ProblemKind::MalformedJson, &detail);
    }
    let message = error.to_string();
    match message.strip_prefix("unknown field `") {
        None => {
            let detail =
                format!("The JSON is not what this address takes{place}. /api/openapi.json shows what is.");
            Problem::new(ProblemKind::UnfitJson, &detail)
        }
        Some(rest) => {
            let name = rest.split('`').next().filter(|name| is_name(name));
            let field = name.map_or("a field that".to_owned(), |name| format!("the field `{name}`, which"));
            let detail =
                format!("The JSON has {field} is not known here{place}. Check its spelling or leave it out.");
            Problem::new(ProblemKind::UnknownField, &detail)
        }
    }
}

fn is_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::assistant::Request;
    use proptest::prelude::*;

    fn told(body: &str) -> String {
        let error = serde_json::from_str::<Request>(body).unwrap_err();
        serde_json::to_value(problem(&error)).unwrap()["detail"].as_str().unwrap().to_owned()
    }

    #[test]
    fn only_what_looks_like_a_name_is_repeated() {
        assert!(told(r#"{"txet":"x"}"#).contains("`txet`"));
        for secret in ["my mother", "Mother", "…", &"m".repeat(33), "a`b"] {
            let body = serde_json::json!({ secret: 1 }).to_string();
            assert!(!told(&body).contains(secret), "{secret}");
        }
    }

    proptest! {
        #[test]
        fn what_a_person_wrote_is_never_repeated(secret in "[a-zA-Z ']{12,40}", at in 0usize..4) {
            let body = match at {
                0 => format!(r#"{{"text":1,"seed":"{secret}"}}"#),
                1 => format!(r#"{{"text":"{secret}","candidates":"x"}}"#),
                2 => format!(r#""{secret}""#),
                _ => format!(r#"{{"text":"{secret}" {secret}"#),
            };
            prop_assert!(!told(&body).contains(&secret));
        }
    }
}
