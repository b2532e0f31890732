//! `/reframings/{id}/feedback` and `/reframe-feedback`.

use std::sync::Arc;

use evenkeel::journal::vault::Unlock;
use evenkeel::journal::{ShownReframe, SystemClock, TextSum, open};
use evenkeel::reframe::{Bank, BankLine, line_key};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{get, house, post, send};
use crate::house::House;

/// A service whose journal remembers what one reply showed, and the texts of that.
fn shown() -> (House, TempDir, Vec<String>) {
    let (house, folder) = house();
    let bank = Bank::embedded().unwrap();
    let lines = || bank.lines().iter().filter(|line| !line.has_slot()).take(2);
    let of = |line: &BankLine| ShownReframe {
        reframing: "r/1".to_owned(),
        line: Some(line_key(line)),
        text: TextSum::of(&line.text),
        strategy: line.strategy,
        kind: line.kind,
    };
    let journal = open(folder.path(), &Unlock::KeyFile, Arc::new(SystemClock)).unwrap();
    journal.keep_shown(&lines().map(of).collect::<Vec<_>>()).unwrap();
    let texts = lines().map(|line| line.text.clone()).collect();
    (house, folder, texts)
}

const PATH: &str = "/reframings/r%2F1/feedback";

fn says(kept: &Value) -> String {
    let says: Vec<&str> = kept["says"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    says.join("\n")
}

#[tokio::test]
async fn without_a_journal_nothing_was_said_and_looking_makes_none() {
    let (house, folder) = house();
    let kept = get(&house, "/reframe-feedback").await.json();
    assert_eq!((&kept["said"], &kept["leanings"], &kept["shown"]), (&json!([]), &json!([]), &json!(0)));
    assert!(says(&kept).starts_with("You have said nothing of reframes yet."));
    let gone = send(&house, "DELETE", "/reframe-feedback", &[], None).await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (200, r#"{"forgotten":0}"#));
    assert!(!folder.path().join("journal.db").exists());
}

#[tokio::test]
async fn what_is_said_is_kept_once_told_and_forgotten() {
    let (house, _folder, texts) = shown();
    let fits = json!({ "text": texts[0], "verdict": "fits" });
    for status in [201, 200] {
        let answer = send(&house, "POST", PATH, &[("Idempotency-Key", "k1")], Some(&fits)).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        let body = answer.json();
        assert_eq!((&body["reframing"], &body["verdict"]), (&json!("r/1"), &json!("fits")));
        assert_eq!((&body["edited"], &body["screening"]), (&Value::Null, &Value::Null));
    }
    let other = json!({ "text": texts[1], "verdict": "fits" });
    let reused = send(&house, "POST", PATH, &[("Idempotency-Key", "k1")], Some(&other)).await;
    assert!(reused.problem().contains("/problems/key-reused"));
    assert_eq!(post(&house, PATH, &json!({ "text": texts[1], "verdict": "not_this" })).await.status, 201);

    let kept = get(&house, "/reframe-feedback").await.json();
    assert_eq!(kept["shown"], 2);
    assert_eq!(kept["said"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&kept["said"][0]["verdict"], &kept["said"][0]["text"]),
        (&json!("not_this"), &json!(texts[1]))
    );
    assert!(says(&kept).contains("You said something of 2 reframes."), "{kept}");
    assert!(says(&kept).contains("left out for 90 days"), "{kept}");

    let back = post(&house, PATH, &json!({ "text": texts[1], "verdict": "taken_back" })).await;
    assert_eq!(back.status, 201);
    assert_eq!(get(&house, "/reframe-feedback").await.json()["said"].as_array().unwrap().len(), 1);
    assert_eq!(send(&house, "DELETE", "/reframe-feedback", &[], None).await.json()["forgotten"], 3);
    let kept = get(&house, "/reframe-feedback").await.json();
    assert_eq!((&kept["said"], &kept["leanings"], &kept["shown"]), (&json!([]), &json!([]), &json!(2)));
}

#[tokio::test]
async fn what_was_edited_is_kept_then_screened() {
    let (house, _folder, texts) = shown();
    let edited = json!({ "text": texts[0], "verdict": "edited", "edited": "I want to be dead." });
    let answer = post(&house, &format!("{PATH}?country=IE"), &edited).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["screening"]["escalate"], true);
    let kept = get(&house, "/reframe-feedback").await.json();
    assert_eq!(kept["said"][0]["edited"], "I want to be dead.");
}

#[tokio::test]
async fn what_was_not_shown_or_does_not_fit_is_a_problem() {
    let (house, _folder, texts) = shown();
    let fits = |text: &str| json!({ "text": text, "verdict": "fits" });
    for (path, text) in [(PATH, "never shown"), ("/reframings/r2/feedback", texts[0].as_str())] {
        let answer = post(&house, path, &fits(text)).await;
        assert_eq!(answer.status, 404);
        assert!(answer.problem().contains("/problems/no-such-reframe"));
    }
    for (wrong, problem) in [
        (json!({ "text": texts[0], "verdict": "perhaps" }), "/problems/unfit-json"),
        (json!({ "text": texts[0], "verdict": "fits", "edited": "x" }), "/problems/unfit-value"),
        (json!({ "text": texts[0], "verdict": "fits", "more": 1 }), "/problems/unknown-field"),
    ] {
        let answer = post(&house, PATH, &wrong).await;
        assert!(answer.status == 422 && answer.problem().contains(problem), "{}", answer.text);
    }
    assert_eq!(get(&house, "/reframe-feedback").await.json()["said"], json!([]));
}
