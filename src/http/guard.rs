//! The guard at the door: only this machine's own page and programs come in.
//!
//! A page of another site can make a browser send requests to this port. Its `Host` gives away a
//! name that was rebound to 127.0.0.1, its `Origin` and `Sec-Fetch-Site` where it came from; and
//! it cannot know the token.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

use super::{AccessToken, Problem, ProblemKind};

/// Where the API begins.
pub(super) const BASE: &str = "/api/v1";
/// What under `/api` needs no token: it tells nothing about the person.
/// Whom to call is for everybody, also on a page that was left open over a new start.
const OPEN: [&str; 3] = ["/api/v1/health", "/api/v1/helplines", "/api/openapi.json"];
/// Another place for the token, for callers that need `Authorization` for something else.
const TOKEN_HEADER: &str = "x-evenkeel-token";

pub(super) struct Guard {
    hosts: [String; 3],
    token: AccessToken,
}

impl Guard {
    pub(super) fn new(token: AccessToken, port: u16) -> Self {
        Self { hosts: ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{port}")), token }
    }

    fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), ProblemKind> {
        let ours = |host: &str| self.hosts.iter().any(|our| our.eq_ignore_ascii_case(host));
        let own_host = headers.get_all(header::HOST).iter().count() == 1 && every(headers, "host", ours);
        let own_authority = uri.authority().is_none_or(|authority| ours(authority.as_str()));
        let own_origin = every(headers, "origin", |origin| origin.strip_prefix("http://").is_some_and(ours));
        let own_site = every(headers, "sec-fetch-site", |site| matches!(site, "same-origin" | "none"));
        if !(own_host && own_authority && own_origin && own_site) {
            return Err(ProblemKind::ForeignRequest);
        }
        if needs_token(uri.path()) && !self.shows_token(headers) {
            return Err(ProblemKind::TokenNeeded);
        }
        Ok(())
    }

    fn shows_token(&self, headers: &HeaderMap) -> bool {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| {
            let (scheme, token) = value.as_bytes().split_at_checked("Bearer ".len())?;
            scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token)
        });
        let own = headers.get(TOKEN_HEADER).map(HeaderValue::as_bytes);
        [bearer, own].into_iter().flatten().any(|given| self.token.matches(given))
    }
}

/// Lets a request in or answers it with a problem.
pub(super) async fn check(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    guard.admit(request.uri(), request.headers())?;
    Ok(next.run(request).await)
}

/// Routes are matched on the path as sent, never decoded, so this comparison cannot be got round.
fn needs_token(path: &str) -> bool {
    (path == "/api" || path.starts_with("/api/")) && !OPEN.contains(&path)
}

/// Whether every value of a header, if there is any, is text and fits.
fn every(headers: &HeaderMap, name: &str, fits: impl Fn(&str) -> bool) -> bool {
    headers.get_all(name).iter().all(|value| value.to_str().is_ok_and(&fits))
}
