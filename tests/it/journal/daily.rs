//! `/check-ins`, `/practice`, `/people`, and what needs no journal: `/exercises`, `/topics`.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Transcript, get, house, post, send};
use crate::house::{Answer, House};

fn place(kept: &Answer) -> String {
    kept.header("location").strip_prefix("/api/v1").unwrap().to_owned()
}

/// Asks for a change with the state that is there, and tells it without that state.
async fn change(house: &House, method: &str, path: &str, body: &Value) -> Answer {
    let owner = path.strip_suffix("/outcome").unwrap_or(path);
    let state = get(house, owner).await.header("etag").to_owned();
    send(house, method, path, &[("If-Match", &state)], Some(body)).await
}

fn without_state(told: &Transcript) -> String {
    let line = |line: &str| match line.split_once(" [etag: ") {
        Some((before, after)) => {
            format!("{before} [etag]{}", after.split_once(']').map_or("", |(_, rest)| rest))
        }
        None => line.to_owned(),
    };
    told.0.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_check_in_is_kept_listed_changed_and_deleted() {
    let (house, _folder) = house();
    let mut told = Transcript::default();
    let fields = json!({"mood": 4, "stress": 7, "sleep_minutes": 390, "help": [{"kind": "refused"}], "note": "a long day"});
    let kept = told.say(&house, "POST", "/check-ins", &[], Some(fields.clone())).await;
    let line = json!({"line": "mood 6 stress 3 sleep 7.5 walked 20 coped 'a walk' 8"});
    told.say(&house, "POST", "/check-ins", &[], Some(line)).await;
    told.say(&house, "GET", "/check-ins", &[], None).await;
    told.say(&house, "PUT", &place(&kept), &[], Some(json!({"mood": 5}))).await;
    told.say(&house, "PUT", &place(&kept), &[("If-Match", "\"0\"")], Some(json!({"mood": 5}))).await;
    for wrong in [
        json!({}),
        json!({"mood": 11}),
        json!({"hood": 1}),
        json!({"line": "mood eleven"}),
        json!({"note": " "}),
        json!([]),
    ] {
        told.say(&house, "POST", "/check-ins", &[], Some(wrong)).await;
    }
    told.say(&house, "GET", "/check-ins/1", &[], None).await;
    assert_snapshot!(without_state(&told));

    let changed = change(&house, "PUT", &place(&kept), &json!({"mood": 5, "note": "a better end"})).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["content"]["mood"]), (200, &json!(5)));
    assert_ne!(changed.header("etag"), kept.header("etag"));
    assert_eq!(
        send(&house, "DELETE", &place(&kept), &[("If-Match", kept.header("etag"))], None).await.status,
        412
    );
    assert_eq!(send(&house, "DELETE", &place(&kept), &[], None).await.status, 204);
    assert_eq!(get(&house, &place(&kept)).await.status, 404);
}

#[tokio::test]
async fn pages_of_check_ins_hold_each_once() {
    let (house, _folder) = house();
    for stress in 0..7 {
        post(&house, "/check-ins", &json!({"stress": stress})).await;
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = get(&house, &format!("/check-ins?limit=3{after}")).await.json();
        seen.extend(
            page["check_ins"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["content"]["stress"].as_u64().unwrap()),
        );
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, [6, 5, 4, 3, 2, 1, 0]);
    assert_eq!(get(&house, "/check-ins?after=x").await.status, 422);
    assert_eq!(get(&house, "/check-ins?limit=x").await.status, 422);
}

#[tokio::test]
async fn a_creation_that_is_sent_again_keeps_nothing_twice() {
    let (house, _folder) = house();
    let key = [("Idempotency-Key", "one")];
    let body = json!({"name": "Ana"});
    let first = send(&house, "POST", "/people", &key, Some(&body)).await;
    let again = send(&house, "POST", "/people", &key, Some(&body)).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    assert_eq!(first.json()["id"], again.json()["id"]);
    let other = send(&house, "POST", "/people", &key, Some(&json!({"name": "Ben"}))).await;
    assert_snapshot!(other.problem(), @"422 /problems/key-reused: This Idempotency-Key came before with other content. Nothing was kept. Send new content with a new key.");
    // A key belongs to one kind of thing, and what was changed since is what is there.
    let kept = send(&house, "POST", "/check-ins", &key, Some(&json!({"mood": 1}))).await;
    assert_eq!(kept.status, 201);
    change(&house, "PUT", &place(&first), &json!({"name": "Ana", "note": "from the choir"})).await;
    let again = send(&house, "POST", "/people", &key, Some(&body)).await;
    assert_eq!((again.status.as_u16(), &again.json()["content"]["note"]), (200, &json!("from the choir")));
    assert_eq!(get(&house, "/people").await.json()["people"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_step_is_planned_done_recorded_and_the_next_is_suggested() {
    let (house, _folder) = house();
    let mut told = Transcript::default();
    told.say(&house, "GET", "/practice/next", &[], None).await;
    let own = told
        .say(
            &house,
            "POST",
            "/practice/steps",
            &[],
            Some(json!({"level": 1, "text": "Let Jo carry the box."})),
        )
        .await;
    let plan = json!({"step": "directions", "when": "on Saturday", "predicted": "They will be annoyed."});
    let planned = told.say(&house, "POST", "/practice/plans", &[], Some(plan)).await;
    told.say(&house, "GET", "/practice/next", &[], None).await;
    told.say(&house, "POST", "/practice/plans", &[], Some(json!({"step": "none"}))).await;
    told.say(&house, "POST", "/practice/steps", &[], Some(json!({"level": 4, "text": "x"}))).await;
    told.say(&house, "GET", "/practice/plans/1", &[], None).await;
    assert_snapshot!(without_state(&told));

    let outcome = json!({"happened": "She pointed the way.", "against": "better", "distress": 15, "surprise": "It took a minute."});
    let path = format!("{}/outcome", place(&planned));
    assert_eq!(send(&house, "PUT", &path, &[], Some(&outcome)).await.status, 428);
    let recorded = change(&house, "PUT", &path, &outcome).await;
    assert_eq!(
        (recorded.status.as_u16(), &recorded.json()["content"]["outcome"]["distress"]),
        (200, &json!(15))
    );
    let ladder = get(&house, "/practice/steps").await.json();
    let steps = ladder["levels"][0]["steps"].as_array().unwrap();
    assert_eq!((&steps[0]["times"], &steps[0]["sits_well"]), (&json!(1), &json!(true)));
    assert_eq!((&steps[4]["own"], &steps[4]["id"]), (&json!(true), &own.json()["id"]));
    let next = get(&house, "/practice/next").await.json();
    assert_eq!((&next["next"]["kind"], &next["next"]["step"]), (&json!("onward"), &json!("compliment")));

    // An own step is planned by its id.
    let of_own = post(&house, "/practice/plans", &json!({"step": own.json()["id"]})).await;
    assert_eq!(of_own.json()["content"]["text"], "Let Jo carry the box.");
    assert_eq!(get(&house, "/practice/plans?limit=1").await.json()["plans"][0]["id"], of_own.json()["id"]);
    assert_eq!(send(&house, "DELETE", &place(&of_own), &[], None).await.status, 204);
    assert_eq!(send(&house, "DELETE", &place(&own), &[], None).await.status, 204);
}

#[tokio::test]
async fn words_of_danger_bring_help_wherever_they_are_written_and_no_step() {
    let (house, _folder) = house();
    let danger = "I want to kill myself.";
    for (path, body) in [
        ("/check-ins", json!({"mood": 1, "note": danger})),
        ("/practice/plans", json!({"step": "door", "predicted": danger})),
        ("/practice/steps", json!({"level": 1, "text": danger})),
        ("/people", json!({"name": "Ana", "shared": [danger]})),
    ] {
        let kept = post(&house, &format!("{path}?country=GB"), &body).await;
        assert_eq!(kept.status, 201, "{path}");
        let escalation = &kept.json()["screening"]["escalation"];
        assert!(escalation["helplines"].to_string().contains("116 123"), "{path}");
    }
    let next = get(&house, "/practice/next?country=GB").await.json();
    assert_eq!((&next["next"]["kind"], &next["next"]["step"]), (&json!("rest"), &Value::Null));
    assert!(next["escalation"]["helplines"].to_string().contains("116 123"));
}

#[tokio::test]
async fn people_are_kept_with_what_is_asked_of_them() {
    let (house, _folder) = house();
    let mut told = Transcript::default();
    let ana = json!({"name": "Ana", "checklist": {"consistent": "yes", "not_critical": "unsure"}, "shared": ["that I was tired"]});
    let kept = told.say(&house, "POST", "/people", &[], Some(ana)).await;
    told.say(&house, "GET", "/people", &[], None).await;
    told.say(&house, "POST", "/people", &[], Some(json!({"name": "Ana", "checklist": {"kind": "yes"}})))
        .await;
    told.say(&house, "GET", &place(&kept), &[], None).await;
    told.say(&house, "DELETE", &place(&kept), &[], None).await;
    told.say(&house, "DELETE", &place(&kept), &[], None).await;
    assert_snapshot!(without_state(&told));
}

#[tokio::test]
async fn exercises_and_things_to_read_need_no_journal() {
    let house = House::rules_only();
    let exercises = get(&house, "/exercises").await.json();
    assert_eq!(exercises["exercises"].as_array().unwrap().len(), 4);
    for one in exercises["exercises"].as_array().unwrap() {
        let whole = get(&house, &format!("/exercises/{}", one["id"].as_str().unwrap())).await.json();
        for (listed, variant) in
            one["variants"].as_array().unwrap().iter().zip(whole["variants"].as_array().unwrap())
        {
            let seconds: u64 = variant["steps"]
                .as_array()
                .unwrap()
                .iter()
                .map(|step| step["seconds"].as_u64().unwrap())
                .sum();
            assert_eq!((&listed["id"], listed["seconds"].as_u64()), (&variant["id"], Some(seconds)));
        }
    }
    assert_eq!(get(&house, "/exercises/none").await.status, 404);
    let topics = get(&house, "/topics").await.json();
    assert!(topics["note"].as_str().unwrap().contains("no clinician has reviewed"));
    let therapies = get(&house, "/topics/therapies").await.json();
    assert_eq!(therapies["sections"].as_array().unwrap().len(), 9);
    assert_eq!(get(&house, "/topics/emdr").await.status, 404, "a section is no topic");
}
