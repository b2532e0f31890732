//! The page: `web/page/`, held in the program. In a debug build it is read from the disk at each
//! request, so that who works on it only loads it again.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::{Problem, ProblemKind, Shared};

/// Its own files and its own API, and nothing else from anywhere; no script that is written in
/// the page, and no text that is made into one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// First steps of the addresses that the page itself shows something for.
const SCREENS: [&str; 10] = [
    "write",
    "journal",
    "parts",
    "check-in",
    "questionnaires",
    "practice",
    "insight",
    "report",
    "help",
    "settings",
];

#[derive(RustEmbed)]
#[folder = "web/page"]
struct Files;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(async |asked: HeaderMap| give("index.html", &asked)))
        .route("/page/{*file}", get(file))
        .route("/{screen}", get(screen))
        .route("/{screen}/", get(screen))
        .route("/{screen}/{*rest}", get(deeper))
}

async fn file(name: Result<Path<String>, PathRejection>, asked: HeaderMap) -> Result<Response, Problem> {
    give(&name.map_err(|_| ProblemKind::NotFound)?.0, &asked)
}

async fn screen(name: Result<Path<String>, PathRejection>, asked: HeaderMap) -> Result<Response, Problem> {
    show(&name.map_err(|_| ProblemKind::NotFound)?.0, &asked)
}

async fn deeper(
    path: Result<Path<(String, String)>, PathRejection>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    show(&path.map_err(|_| ProblemKind::NotFound)?.0.0, &asked)
}

fn show(screen: &str, asked: &HeaderMap) -> Result<Response, Problem> {
    if SCREENS.contains(&screen) { give("index.html", asked) } else { Err(ProblemKind::NotFound.into()) }
}

/// A file, packed for those who take it so, or 304 where the browser has this one.
fn give(name: &str, asked: &HeaderMap) -> Result<Response, Problem> {
    let (kind, file) = kind(name).zip(Files::get(name)).ok_or(ProblemKind::NotFound)?;
    let packed = takes_packed(asked).then(|| packed(&file)).flatten();
    let tag = tag(&file, packed.is_some());
    let known = asked.get_all(header::IF_NONE_MATCH).iter().any(|given| *given == tag);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
        (header::ETAG, tag),
    ];
    Ok(if known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else if let Some(packed) = packed {
        (headers, [(header::CONTENT_ENCODING, "gzip")], packed).into_response()
    } else {
        (headers, file.data).into_response()
    })
}

fn takes_packed(asked: &HeaderMap) -> bool {
    let values = asked.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| one.trim() == "gzip")
}

/// A file packed with gzip, once for each content. `None` if that fails, which memory cannot.
fn packed(file: &EmbeddedFile) -> Option<Bytes> {
    static PACKED: LazyLock<Mutex<HashMap<[u8; 32], Bytes>>> = LazyLock::new(Mutex::default);
    let mut all = PACKED.lock().unwrap_or_else(PoisonError::into_inner);
    let hash = file.metadata.sha256_hash();
    if let Some(packed) = all.get(&hash) {
        return Some(packed.clone());
    }
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let packed: Bytes = packer.write_all(&file.data).and_then(|()| packer.finish()).ok()?.into();
    all.insert(hash, packed.clone());
    Some(packed)
}

fn kind(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

/// Hexadecimal digits in quotes are always a header's value. What is packed is another state.
fn tag(file: &EmbeddedFile, packed: bool) -> HeaderValue {
    let digits =
        file.metadata.sha256_hash().iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte));
    let packed = if packed { "-gzip" } else { "" };
    HeaderValue::try_from(format!("\"{digits:032x}{packed}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}
