//! Many clients at once: no update is lost, and nothing fails.

use std::sync::Arc;

use serde_json::json;

use super::{get, house, post, send};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_clients_lose_no_update() {
    let (house, _folder) = house();
    let house = Arc::new(house);
    let shared =
        post(&house, "/entries", &json!({"text": "0"})).await.json()["id"].as_str().unwrap().to_owned();
    let client = |n: usize| {
        let (house, shared) = (Arc::clone(&house), shared.clone());
        tokio::spawn(async move {
            for turn in 0..10 {
                let own =
                    post(&house, "/entries", &json!({"text": format!("client {n}, turn {turn}")})).await;
                assert_eq!(own.status, 201, "{}", own.text);
                // Reads, adds one, and writes back what nobody has changed meanwhile.
                loop {
                    let path = format!("/entries/{shared}");
                    let read = get(&house, &path).await;
                    let count: u32 = read.json()["text"].as_str().unwrap().parse().unwrap();
                    let seen = read.header("etag").to_owned();
                    let next = json!({"text": (count + 1).to_string()});
                    let written = send(&house, "PATCH", &path, &[("If-Match", &seen)], Some(&next)).await;
                    match written.status.as_u16() {
                        200 => break,
                        412 => {}
                        other => unreachable!("{other}: {}", written.text),
                    }
                }
            }
        })
    };
    let clients: Vec<_> = (0..20).map(client).collect();
    for client in clients {
        client.await.unwrap();
    }
    let count = get(&house, &format!("/entries/{shared}")).await.json();
    assert_eq!(count["text"], "200");
    assert_eq!(count["version"], 201);
    let mut entries = 0;
    let mut after = String::new();
    loop {
        let page = get(&house, &format!("/entries?limit=50{after}")).await.json();
        entries += page["entries"].as_array().unwrap().len();
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(entries, 201);
}
