//! `GET /`: a page that says what runs here, for those who open the address in a browser.

use axum::http::header;
use axum::response::IntoResponse;

/// One style sheet from here, and nothing else from anywhere.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Show what runs here.
#[utoipa::path(
    get,
    path = "/",
    tag = "About",
    security(()),
    responses((status = 200, description = "A page for people.", body = String, content_type = "text/html")),
)]
pub(super) async fn page() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)],
        include_str!("landing.html"),
    )
}

/// Give the style of that page.
#[utoipa::path(
    get,
    path = "/landing.css",
    tag = "About",
    security(()),
    responses((status = 200, description = "A style sheet.", body = String, content_type = "text/css")),
)]
pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("landing.css"))
}
