//! Who is let in.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::header;
use insta::assert_snapshot;

use crate::house::{House, PORT, bare, lines};

const GUARDED: [&str; 3] = ["/api/v1/models", "/api/v1/safety-plan", "/api/v1/nothing-of-this-name"];
const OPEN: [&str; 5] = ["/", "/help", "/api/v1/health", "/api/v1/helplines", "/api/openapi.json"];

#[tokio::test]
async fn a_name_that_was_rebound_to_this_machine_is_refused() {
    let house = House::rules_only();
    let names = ["evil.example", "127.0.0.1", "127.0.0.1:9", "localhost", "127.0.0.1.evil.example:4180", ""];
    let mut told = BTreeSet::new();
    for name in names {
        for path in OPEN.iter().chain(&GUARDED) {
            let mut request = house.request("GET", path).body(Body::empty()).unwrap();
            request.headers_mut().insert(header::HOST, name.parse().unwrap());
            let answer = house.send(request).await;
            assert_eq!(answer.status, 403, "{name} {path}");
            told.insert(answer.problem());
        }
    }
    assert_snapshot!(lines(told), @"403 /problems/foreign-request: This service answers its own page and programs on this machine only, under the address that `evenkeel serve` printed.");
}

#[tokio::test]
async fn a_request_with_no_host_or_with_two_is_refused() {
    let house = House::rules_only();
    let mut none = house.request("GET", "/").body(Body::empty()).unwrap();
    none.headers_mut().remove(header::HOST);
    assert_eq!(house.send(none).await.status, 403);
    let two = house.request("GET", "/").header(header::HOST, format!("localhost:{PORT}"));
    assert_eq!(house.send(two.body(Body::empty()).unwrap()).await.status, 403);
    let foreign = house.request("GET", "http://evil.example/api/v1/models").body(Body::empty()).unwrap();
    assert_eq!(house.send(foreign).await.status, 403);
}

#[tokio::test]
async fn every_name_of_this_machine_is_let_in() {
    let house = House::rules_only();
    for name in ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"] {
        let mut request = house.request("GET", "/api/v1/models").body(Body::empty()).unwrap();
        request.headers_mut().insert(header::HOST, format!("{name}:{PORT}").parse().unwrap());
        request.headers_mut().insert(header::ORIGIN, format!("http://{name}:{PORT}").parse().unwrap());
        assert_eq!(house.send(request).await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused() {
    let house = House::rules_only();
    let origins =
        ["http://evil.example", "null", "http://localhost", "https://127.0.0.1:4180", "http://127.0.0.1:9"];
    for origin in origins {
        let request = house.request("GET", "/api/v1/models").header(header::ORIGIN, origin);
        assert_eq!(house.send(request.body(Body::empty()).unwrap()).await.status, 403, "{origin}");
    }
}

#[tokio::test]
async fn a_request_that_a_browser_calls_foreign_is_refused() {
    let house = House::rules_only();
    for (site, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)] {
        let request = house.request("GET", "/api/v1/models").header("Sec-Fetch-Site", site);
        assert_eq!(house.send(request.body(Body::empty()).unwrap()).await.status, status, "{site}");
    }
}

#[tokio::test]
async fn without_the_token_nothing_of_the_api_is_told() {
    let house = House::rules_only();
    let mut told = BTreeSet::new();
    for path in GUARDED.into_iter().chain(["/api", "/api/", "/api/v1/health/", "/api/v1/helplines/"]) {
        let answer = house.send(bare("GET", path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        told.insert(answer.problem());
    }
    assert_snapshot!(lines(told), @"401 /problems/token-needed: Send the token that `evenkeel serve` printed, as `Authorization: Bearer TOKEN`. It is new at each start.");
    for path in OPEN {
        let answer = house.send(bare("GET", path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_wrong_token_is_as_good_as_none() {
    let house = House::rules_only();
    let other = House::rules_only();
    let of_other = other.request("GET", "/api/v1/models").body(Body::empty()).unwrap();
    assert_eq!(house.send(of_other).await.status, 401);
    for wrong in ["Bearer ", "Bearer", "Basic eDp5", "", "Bearer 0123456789abcdef"] {
        let request = bare("GET", "/api/v1/models").header(header::AUTHORIZATION, wrong);
        assert_eq!(house.send(request.body(Body::empty()).unwrap()).await.status, 401, "{wrong}");
    }
}

#[tokio::test]
async fn the_token_may_stand_in_a_header_of_its_own() {
    let house = House::rules_only();
    let bearer = house.request("GET", "/api/v1/models").body(Body::empty()).unwrap();
    let token = bearer.headers()[header::AUTHORIZATION].to_str().unwrap().strip_prefix("Bearer ").unwrap();
    let own = bare("GET", "/api/v1/models").header("X-Evenkeel-Token", token).body(Body::empty()).unwrap();
    assert_eq!(house.send(own).await.status, 200);
}

#[tokio::test]
async fn every_reply_carries_the_headers_that_keep_a_browser_careful() {
    let house = House::rules_only();
    for path in OPEN.iter().chain(&GUARDED) {
        let answer = house.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("cache-control") == "no-store", path.starts_with("/api"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
}
