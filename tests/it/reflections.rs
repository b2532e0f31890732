//! `/reflections`.

use insta::assert_snapshot;
use serde_json::json;

use crate::house::House;

const DANGER: &str = "I am going to kill myself tonight.";

#[tokio::test]
async fn all_are_listed_and_each_is_shown_whole() {
    let house = House::rules_only();
    let listed = house.get("/api/v1/reflections").await;
    assert_snapshot!(listed.shape(), @r#"
    200 application/json
    note: string
    reflections: [{about: string, id: string, questions: number, title: string, trauma: bool}]
    schema: number
    "#);
    for one in listed.json()["reflections"].as_array().unwrap() {
        let id = one["id"].as_str().unwrap();
        let shown = house.get(&format!("/api/v1/reflections/{id}")).await.json();
        assert_eq!((&shown["id"], &shown["trauma"]), (&json!(id), &one["trauma"]));
        assert_eq!(json!(shown["questions"].as_array().unwrap().len()), one["questions"]);
    }
    assert_snapshot!(house.get("/api/v1/reflections/none").await.problem(), @"404 /problems/no-reflection: There is no reflection of this id. GET /reflections lists them.");
}

#[tokio::test]
async fn what_was_ticked_comes_back_by_style_and_nothing_is_added_up() {
    let house = House::rules_only();
    let path = "/api/v1/reflections/attachment/responses";
    let sent = json!({
        "answers": [
            { "question": "needing", "ticked": ["without", "say-so"], "words": "It depends on who." },
        ],
        "summary": "Some of each.",
    });
    let answer = house.post_json(path, sent).await;
    assert_snapshot!(answer.shape(), @r#"
    200 application/json
    beside: []
    escalation: null
    id: null
    reflected: {answers: [{asks: string, question: string, ticked: [{id: string, style: string, text: string}], words: string}], edition: number, finished: bool, reflection: string, summary: string}
    risk: {about: string, coverage: string, flags: [], level: string, matches: [], medical: string, probabilities: {active_ideation: number, distress: number, imminent: number, none: number, passive_ideation: number, plan_or_intent: number}, tier: string, unmoored: bool}
    saved: null
    says: [string]
    schema: number
    styles: [{about: string, id: string, name: string, ticked: [string]}]
    written: null
    "#);
    let body = answer.json();
    assert_eq!(body["id"], json!(null), "there is no journal");
    let ticked: Vec<usize> = body["styles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["ticked"].as_array().unwrap().len())
        .collect();
    assert_eq!(ticked, [1, 1, 0, 0]);
    assert_eq!(body["reflected"]["answers"][0]["words"], "It depends on who.");
}

#[tokio::test]
async fn words_of_danger_bring_help_of_the_country_also_from_behind_a_locked_journal() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::with_journal_in(folder.path());
    let path = "/api/v1/reflections/childhood/responses";
    let sent = |keep: bool| json!({ "answers": [{ "question": "today", "words": DANGER }], "keep": keep });
    let body = house.post_json(&format!("{path}?country=IE"), sent(false)).await.json();
    assert_eq!(body["escalation"]["tier"], "emergency");
    assert_eq!(body["escalation"]["emergency_numbers"][0], "112");
    house.post_json("/api/v1/entries", json!({ "text": "A long day." })).await;
    let seal = house.request("PUT", "/api/v1/vault/passphrase").header("content-type", "application/json");
    house.send(seal.body(r#"{"new":"four words of mine"}"#.into()).unwrap()).await;
    house.post_json("/api/v1/vault/lock", json!({})).await;
    let help = house.post_json(path, sent(true)).await;
    assert_eq!((help.status.as_u16(), &help.json()["escalation"]["tier"]), (200, &json!("emergency")));
    let quiet = json!({ "answers": [{ "question": "helped", "words": "A dog." }], "keep": true });
    assert_eq!(house.post_json(path, quiet).await.status, 423);
    assert_eq!(house.get(path).await.status, 423);
}

#[tokio::test]
async fn one_is_kept_in_an_open_journal_listed_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::with_journal_in(folder.path());
    let path = "/api/v1/reflections/impact/responses";
    let sent = json!({ "answers": [{ "question": "work", "ticked": ["proud"] }] });
    assert_eq!(house.post_json(path, sent.clone()).await.status, 200, "no journal yet");
    house.post_json("/api/v1/entries", json!({ "text": "A long day." })).await;
    let kept = house.post_json(path, sent.clone()).await;
    assert_eq!(kept.status, 201);
    house.post_json("/api/v1/reflections/levels/responses", json!({ "summary": "A bit." })).await;
    let listed = house.get(path).await.json();
    assert_eq!(listed["responses"].as_array().unwrap().len(), 1, "those of this reflection alone");
    let id = kept.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(listed["responses"][0]["id"], json!(id));
    let delete = async |path: String| {
        house.send(house.request("DELETE", &path).body(axum::body::Body::empty()).unwrap()).await
    };
    assert_eq!(delete(format!("/api/v1/reflections/levels/responses/{id}")).await.status, 404);
    assert_eq!(delete(format!("{path}/{id}")).await.status, 204);
    assert_snapshot!(delete(format!("{path}/{id}")).await.problem(), @"404 /problems/no-such-reflection: There is no kept reflection of this id here. GET /reflections/ID/responses lists what there is.");
    assert_eq!(delete(format!("{path}/x")).await.status, 404);
}

#[tokio::test]
async fn answers_that_do_not_fit_are_problems_that_quote_nothing() {
    let house = House::rules_only();
    let told = async |body| house.post_json("/api/v1/reflections/impact/responses", body).await.problem();
    assert_snapshot!(told(json!({ "answers": [{ "question": "secret" }] })).await, @"422 /problems/unfit-value: Answer 1 is to no question of this reflection.");
    assert_snapshot!(told(json!({ "answers": [{ "question": "work", "ticked": ["secret"] }] })).await, @"422 /problems/unfit-value: Answer 1 ticks a statement that its question does not have.");
    assert_snapshot!(told(json!({})).await, @"422 /problems/unfit-value: There is nothing in these answers.");
    assert!(told(json!({ "summary": "two\nlines" })).await.starts_with("422 /problems/unfit-json"));
    assert!(told(json!({ "summary": "x", "total": 3 })).await.starts_with("422 /problems/unknown-field"));
}
