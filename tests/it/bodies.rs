//! What is sent wrongly is a problem, and the problem repeats nothing of it.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::header;
use insta::assert_snapshot;
use serde_json::json;

use crate::house::{House, lines};

#[tokio::test]
async fn malformed_json_is_told_by_its_place() {
    let answer = House::rules_only().post("/api/v1/reframings", "{\"text\": \"my secret\" oops}").await;
    assert_snapshot!(answer.problem(), @"400 /problems/malformed-json: The body is not JSON (line 1, column 22). Correct it and send it again.");
    assert!(!answer.text.contains("secret") && !answer.text.contains("oops"));
}

#[tokio::test]
async fn json_that_does_not_fit_is_told_without_quoting_it() {
    let house = House::rules_only();
    let answer = house.post_json("/api/v1/reframings", json!({"text": "x", "seed": "my secret"})).await;
    assert_snapshot!(answer.problem(), @"422 /problems/unfit-json: The JSON is not what this address takes (line 1, column 19). /api/openapi.json shows what is.");
    let answer = house.post_json("/api/v1/recognitions", json!(["my secret"])).await;
    assert_snapshot!(answer.problem(), @"422 /problems/unfit-json: The JSON is not what this address takes. /api/openapi.json shows what is.");
}

#[tokio::test]
async fn an_unknown_field_is_named_if_it_reads_like_a_name() {
    let house = House::rules_only();
    let answer = house.post_json("/api/v1/reframings", json!({"text": "x", "candidate": 3})).await;
    assert_snapshot!(answer.problem(), @"422 /problems/unknown-field: The JSON has the field `candidate`, which is not known here (line 1, column 12). Check its spelling or leave it out.");
    let answer = house.post_json("/api/v1/screenings", json!({"text": "x", "My mother said": 1})).await;
    assert_snapshot!(answer.problem(), @"422 /problems/unknown-field: The JSON has a field that is not known here (line 1, column 17). Check its spelling or leave it out.");
}

#[tokio::test]
async fn another_content_type_is_refused() {
    let house = House::rules_only();
    let request = house.request("POST", "/api/v1/reframings");
    let form = request.header(header::CONTENT_TYPE, "text/plain").body(Body::from("{}")).unwrap();
    assert_snapshot!(house.send(form).await.problem(), @"415 /problems/not-json: Send JSON, with the header `Content-Type: application/json`.");
    let untold = house.request("POST", "/api/v1/reframings").body(Body::from("{}")).unwrap();
    assert_eq!(house.send(untold).await.status, 415);
}

#[tokio::test]
async fn a_blank_text_and_one_with_nul_are_refused() {
    let house = House::rules_only();
    let mut told = BTreeSet::new();
    for path in ["/api/v1/reframings", "/api/v1/recognitions", "/api/v1/screenings"] {
        for body in [json!({"text": " \u{200b}\n"}), json!({"text": "secret\u{0}"}), json!({})] {
            told.insert(house.post_json(path, body).await.problem());
        }
    }
    assert_snapshot!(lines(told), @r#"
    422 /problems/unusable-text: The text holds a NUL character at position 6. Save it as plain text and try again.
    422 /problems/unusable-text: There is no text to read. Write a sentence or two and try again.
    "#);
}

#[tokio::test]
async fn a_long_text_is_read_up_to_its_limit() {
    let house = House::rules_only();
    // Four bytes each in UTF-8, twelve when escaped in JSON.
    let escaped = |count: usize| format!("{{\"text\":\"{}\"}}", "\\ud83c\\udf27".repeat(count));
    assert_eq!(house.post("/api/v1/reframings", escaped(20_000)).await.status, 200);
    let answer = house.post("/api/v1/reframings", escaped(20_001)).await;
    assert_snapshot!(answer.problem(), @"413 /problems/too-long: The text has 20001 characters; at most 20000 can be read at once. Send it in parts.");
}

#[tokio::test]
async fn an_oversized_body_is_refused() {
    let house = House::rules_only();
    let answer = house.post("/api/v1/recognitions", vec![b' '; 256 * 1024 + 1]).await;
    assert_snapshot!(answer.problem(), @"413 /problems/too-large: The body of the request is too large: 256 KiB at most, 12 MiB for screenings, entries and drafts, 256 MiB for an import. Send it in parts.");
    let answer = house.post("/api/v1/screenings", vec![b' '; 12 * 1024 * 1024 + 1]).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn numbers_and_countries_out_of_range_are_refused() {
    let house = House::rules_only();
    let answer = house.post_json("/api/v1/reframings", json!({"text": "x", "candidates": 6})).await;
    assert_snapshot!(answer.problem(), @"422 /problems/out-of-range: `candidates` is 6; it can be 1 to 5.");
    let answer = house.post_json("/api/v1/screenings", json!({"text": "x", "country": "Erewhon"})).await;
    assert_snapshot!(answer.problem(), @"422 /problems/unknown-country: A country is given by two letters, such as IE or NZ. Check the code and try again.");
}

#[tokio::test]
async fn an_unknown_route_and_a_wrong_method_are_problems() {
    let house = House::rules_only();
    assert_snapshot!(house.get("/api/v1/feelings").await.problem(), @"404 /problems/not-found: There is nothing at this address. /api/openapi.json lists what there is.");
    assert_snapshot!(house.get("/elsewhere").await.problem(), @"404 /problems/not-found: There is nothing at this address. /api/openapi.json lists what there is.");
    let answer = house.get("/api/v1/reframings").await;
    assert_snapshot!(answer.problem(), @"405 /problems/method-not-allowed: This address does not take that method. /api/openapi.json says which it takes.");
    assert_eq!(answer.header("allow"), "POST");
}
