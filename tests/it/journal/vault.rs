//! `/vault`: what is locked stays locked, and says so.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use super::{Transcript, get, house, post, send};
use crate::house::{House, assistant};

const PASSPHRASE: &str = "four words of mine";

#[tokio::test]
async fn a_journal_is_sealed_locked_and_opened_again() {
    let (house, _folder) = house();
    let mut told = Transcript::default();
    told.say(&house, "GET", "/vault", &[], None).await;
    post(&house, "/entries", &json!({"text": "Before."})).await;
    told.say(&house, "POST", "/vault/lock", &[], None).await;
    told.say(&house, "PUT", "/vault/passphrase", &[], Some(json!({"new": ""}))).await;
    let sealed = told.say(&house, "PUT", "/vault/passphrase", &[], Some(json!({"new": PASSPHRASE}))).await;
    let code = sealed.json()["recovery_code"].clone();
    told.say(&house, "GET", "/vault", &[], None).await;
    told.say(&house, "POST", "/vault/lock", &[], None).await;
    told.say(&house, "GET", "/entries", &[], None).await;
    told.say(&house, "POST", "/vault/unlock", &[], Some(json!({"passphrase": "another"}))).await;
    told.say(&house, "POST", "/vault/unlock", &[], Some(json!({"recovery_code": "AAAA"}))).await;
    told.say(&house, "POST", "/vault/unlock", &[], Some(json!({}))).await;
    told.say(&house, "POST", "/vault/unlock", &[], Some(json!({"passphrase": PASSPHRASE}))).await;
    told.say(&house, "POST", "/vault/recovery-code", &[], Some(json!({"current": "another"}))).await;
    told.say(&house, "POST", "/vault/lock", &[], None).await;
    let with_code = json!({"recovery_code": code, "new": "other words of mine"});
    told.say(&house, "PUT", "/vault/passphrase", &[], Some(with_code)).await;
    told.say(&house, "POST", "/vault/unlock", &[], Some(json!({"recovery_code": code}))).await;
    told.say(&house, "PUT", "/vault/passphrase", &[], Some(json!({"current": "another", "new": null}))).await;
    let without = json!({"current": "other words of mine", "new": null});
    told.say(&house, "PUT", "/vault/passphrase", &[], Some(without)).await;
    told.say(&house, "PUT", "/vault/passphrase", &[], Some(json!({}))).await;
    told.say(&house, "GET", "/vault", &[], None).await;
    told.say(&house, "POST", "/vault/unlock", &[], Some(json!({"recovery_code": code}))).await;
    assert_snapshot!(told.0);
    assert_eq!(get(&house, "/entries").await.json()["entries"][0]["text"], "Before.");
}

#[tokio::test]
async fn every_route_of_a_locked_journal_says_that_it_is_locked() {
    let (house, _folder) = house();
    let id =
        post(&house, "/entries", &json!({"text": "Before."})).await.json()["id"].as_str().unwrap().to_owned();
    send(&house, "PUT", "/vault/passphrase", &[], Some(&json!({"new": PASSPHRASE}))).await;
    send(&house, "POST", "/vault/lock", &[], None).await;
    let record = json!({"content": {"thought": "x"}});
    let calls = [
        ("GET", "/entries".to_owned(), None),
        ("GET", "/entries?q=before".to_owned(), None),
        ("POST", "/entries".to_owned(), Some(json!({"text": "x"}))),
        ("GET", format!("/entries/{id}"), None),
        ("PATCH", format!("/entries/{id}"), Some(json!({"mood": 1}))),
        ("DELETE", format!("/entries/{id}"), None),
        ("POST", format!("/entries/{id}/recognitions"), None),
        ("POST", format!("/entries/{id}/reframings"), None),
        ("GET", "/thought-records".to_owned(), None),
        ("POST", "/thought-records".to_owned(), Some(record.clone())),
        ("GET", format!("/thought-records/{id}"), None),
        ("PUT", format!("/thought-records/{id}"), Some(json!({"thought": "x"}))),
        ("DELETE", format!("/thought-records/{id}"), None),
        ("GET", "/dialogues".to_owned(), None),
        ("POST", "/dialogues".to_owned(), Some(json!({}))),
        ("GET", format!("/dialogues/{id}"), None),
        ("PATCH", format!("/dialogues/{id}"), Some(json!({"note": "x"}))),
        ("DELETE", format!("/dialogues/{id}"), None),
        ("POST", format!("/dialogues/{id}/turns"), Some(json!({"text": "x"}))),
        ("GET", "/parts".to_owned(), None),
        ("POST", "/parts".to_owned(), Some(json!({"name": "x"}))),
        ("GET", "/parts/map".to_owned(), None),
        ("GET", format!("/parts/{id}"), None),
        ("PUT", format!("/parts/{id}"), Some(json!({"name": "x"}))),
        ("DELETE", format!("/parts/{id}"), None),
        ("POST", format!("/parts/{id}/merge"), Some(json!({"from": id}))),
        ("GET", "/questionnaires/phq-9/responses".to_owned(), None),
        ("GET", "/drafts".to_owned(), None),
        ("GET", "/drafts/write".to_owned(), None),
        ("PUT", "/drafts/write".to_owned(), Some(json!({"body": "x"}))),
        ("DELETE", "/drafts/write".to_owned(), None),
        ("GET", "/export".to_owned(), None),
        ("POST", "/import".to_owned(), Some(json!({}))),
        ("GET", "/backups".to_owned(), None),
        ("POST", "/backups".to_owned(), None),
        ("POST", "/erase".to_owned(), Some(json!({"all": true}))),
    ];
    for (method, path, body) in calls {
        let answer = send(&house, method, &path, &[], body.as_ref()).await;
        assert!(
            answer.problem().starts_with("423 /problems/journal-locked"),
            "{method} {path}: {}",
            answer.text
        );
    }
    // Help and the reading of texts need no journal.
    assert_eq!(get(&house, "/helplines?country=IE").await.status, 200);
    assert_eq!(post(&house, "/screenings", &json!({"text": "x"})).await.status, 200);
}

#[tokio::test]
async fn a_safety_plan_is_hidden_with_the_journal_unless_its_owner_left_it_readable() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::with_journal_and_plan_in(folder.path());
    for (readable, status) in [(false, 423), (true, 200)] {
        let plan = json!({"readable_when_locked": readable, "people": [{"name": "Mara"}]});
        let any: &[(&str, &str)] = if readable { &[("If-Match", "*")] } else { &[] };
        assert!(send(&house, "PUT", "/safety-plan", any, Some(&plan)).await.status.is_success());
        let current = if readable {
            json!({"new": PASSPHRASE, "current": PASSPHRASE})
        } else {
            json!({"new": PASSPHRASE})
        };
        send(&house, "PUT", "/vault/passphrase", &[], Some(&current)).await;
        assert_eq!(send(&house, "POST", "/vault/lock", &[], None).await.status, 200);
        assert_eq!(get(&house, "/safety-plan").await.status, status);
        let help = post(&house, "/reframings", &json!({"text": "I want to kill myself."})).await.json();
        assert_eq!(help["escalation"]["plan"]["people"].as_array().unwrap().len(), usize::from(readable));
        // Whoever may read it may not change or erase it.
        let any = &[("If-Match", "*")];
        assert_eq!(send(&house, "PUT", "/safety-plan", any, Some(&plan)).await.status, 423);
        assert_eq!(send(&house, "DELETE", "/safety-plan", any, None).await.status, 423);
        post(&house, "/vault/unlock", &json!({"passphrase": PASSPHRASE})).await;
        assert_eq!(get(&house, "/safety-plan").await.status, 200);
    }
}

#[tokio::test]
async fn it_locks_itself_when_nobody_uses_it() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::with_journal(folder.path(), Some(Duration::from_millis(300)), assistant());
    assert_eq!(post(&house, "/entries", &json!({"text": "Before."})).await.status, 201);
    send(&house, "PUT", "/vault/passphrase", &[], Some(&json!({"new": PASSPHRASE}))).await;
    assert_eq!(post(&house, "/vault/unlock", &json!({"passphrase": PASSPHRASE})).await.status, 200);
    assert_eq!(get(&house, "/entries").await.status, 200);
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(get(&house, "/vault").await.json()["locked"], true);
    assert_eq!(get(&house, "/entries").await.status, 423);
}
