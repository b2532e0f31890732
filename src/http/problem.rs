//! What goes wrong, told as RFC 9457 says: `application/problem+json`.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::example::Example;
use utoipa::openapi::response::Response as Documented;
use utoipa::openapi::{Content, Ref, RefOr};

pub use super::kinds::ProblemKind;

/// The content type of a problem.
pub(super) const CONTENT_TYPE: &str = "application/problem+json";

/// What went wrong with a request (RFC 9457). Holds nothing that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Which kind of problem, as a relative reference.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The kind in a few words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened this time and what can be done.
    detail: String,
    #[serde(skip)]
    retry_after_s: Option<u64>,
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        Self {
            kind: kind.reference(),
            title: kind.title(),
            status: kind.status(),
            detail: kind.detail().to_owned(),
            retry_after_s: kind.retry_after_s(),
        }
    }
}

impl Problem {
    /// A problem of this kind with a detail of its own, which must hold nothing that a person
    /// wrote.
    pub(super) fn new(kind: ProblemKind, detail: &impl ToString) -> Self {
        Self { detail: detail.to_string(), ..kind.into() }
    }

    /// The same problem, worth another try after so many seconds.
    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after_s.map(HeaderValue::from);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds);
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Problems as the API document shows them: one response for each status, each kind an example.
pub(super) fn documented(kinds: &[ProblemKind]) -> BTreeMap<String, RefOr<Documented>> {
    let mut by_status: BTreeMap<String, Vec<Problem>> = BTreeMap::new();
    for problem in kinds.iter().map(|kind| Problem::from(*kind)) {
        by_status.entry(problem.status.to_string()).or_default().push(problem);
    }
    let document = |problems: Vec<Problem>| {
        let titles: Vec<&str> = problems.iter().map(|p| p.title).collect();
        let examples = problems.iter().map(|problem| {
            let name = problem.kind.rsplit('/').next().unwrap_or(problem.kind);
            let value = serde_json::to_value(problem).ok();
            (name.to_owned(), RefOr::T(Example::builder().summary(problem.title).value(value).build()))
        });
        let content = Content::builder()
            .schema(Some(Ref::from_schema_name("Problem")))
            .examples_from_iter(examples)
            .build();
        let response = Documented::builder().description(titles.join("; ")).content(CONTENT_TYPE, content);
        RefOr::T(response.build())
    };
    by_status.into_iter().map(|(status, problems)| (status, document(problems))).collect()
}
