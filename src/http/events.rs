//! Server-sent events: whether a caller wants them, and a stream of one.

use std::convert::Infallible;

use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Serialize;

/// Whether the caller asked for events.
pub(super) fn wants_events(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|media| media.split(';').next())
        .any(|essence| essence.trim().eq_ignore_ascii_case("text/event-stream"))
}

/// A stream of one event.
pub(super) fn one_event(name: &str, value: &impl Serialize) -> Response {
    // What is sent is made of maps and strings and cannot fail to become JSON.
    let event = Event::default().event(name).json_data(value);
    let event = event.unwrap_or_else(|_| Event::default().event("error").data("{}"));
    Sse::new(stream::iter([Ok::<_, Infallible>(event)])).into_response()
}
