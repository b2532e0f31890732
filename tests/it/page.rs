//! The page and its files.

use std::io::Read as _;

use axum::body::Body;
use axum::http::StatusCode;
use flate2::read::GzDecoder;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::house::House;

#[tokio::test]
async fn every_screen_has_an_address_and_loads_nothing_from_elsewhere() {
    let house = House::rules_only();
    for path in
        ["/", "/write", "/write/", "/journal", "/journal/01a21a07", "/parts/1/map", "/help", "/settings"]
    {
        let page = house.get(path).await;
        assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
        assert!(page.text.contains("<html lang=\"en\"") && !page.text.contains("https://"), "{path}");
        assert!(!page.text.contains("style=") && !page.text.contains("<script>"), "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(policy.contains("require-trusted-types-for 'script'") && !policy.contains("unsafe"));
    }
}

#[tokio::test]
async fn a_file_is_packed_for_those_who_take_it_so() {
    let house = House::rules_only();
    let plain = house.get("/page/style.css").await;
    let asked = |tag: &str| {
        let request =
            house.request("GET", "/page/style.css").header("accept-encoding", "br, gzip;q=0.5, gzip");
        request.header("if-none-match", tag).body(Body::empty()).unwrap()
    };
    let packed = house.router.clone().oneshot(asked(plain.header("etag"))).await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let tag = packed.headers()["etag"].to_str().unwrap().to_owned();
    assert_ne!(tag, plain.header("etag"));
    let bytes = packed.into_body().collect().await.unwrap().to_bytes();
    assert!(bytes.len() * 2 < plain.text.len());
    let mut text = String::new();
    GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, plain.text);
    assert_eq!(house.send(asked(&tag)).await.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_file_is_sent_once_and_only_from_its_folder() {
    let house = House::rules_only();
    let style = house.get("/page/style.css").await;
    assert_eq!((style.status, style.header("content-type")), (StatusCode::OK, "text/css; charset=utf-8"));
    let tag = style.header("etag").to_owned();
    let again = house.request("GET", "/page/style.css").header("if-none-match", &tag);
    assert_eq!(house.send(again.body("".into()).unwrap()).await.status, StatusCode::NOT_MODIFIED);
    for path in [
        "/page/none.js",
        "/page/../Cargo.toml",
        "/page/..%2f..%2fCargo.toml",
        "/page//etc/hosts.txt",
        "/nowhere",
        "/api/v1/nowhere",
    ] {
        assert_eq!(house.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
