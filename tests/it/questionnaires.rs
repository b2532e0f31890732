//! `/questionnaires`.

use insta::assert_snapshot;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn all_are_listed_and_each_is_shown_with_its_sources() {
    let house = House::rules_only();
    let listed = house.get("/api/v1/questionnaires").await;
    assert_snapshot!(listed.shape(), @r#"
    200 application/json
    questionnaires: [{about: string, asks_about: string, id: string, items: number, name: string, short: string, validated: bool}]
    schema: number
    "#);
    for one in listed.json()["questionnaires"].as_array().unwrap() {
        let id = one["id"].as_str().unwrap();
        let shown = house.get(&format!("/api/v1/questionnaires/{id}")).await.json();
        assert_eq!(shown["id"], *id);
        assert!(!shown["sources"].as_array().unwrap().is_empty() && shown["licence"].is_string(), "{id}");
    }
    assert_snapshot!(house.get("/api/v1/questionnaires/phq-8").await.problem(), @"404 /problems/no-questionnaire: There is no questionnaire of this id. GET /questionnaires lists them.");
}

#[tokio::test]
async fn a_sheet_is_added_up_and_nothing_is_kept() {
    let house = House::rules_only();
    let path = "/api/v1/questionnaires/gad-7/responses";
    let answer = house.post_json(path, json!({ "answers": [1, 1, 1, 1, 1, 0, 0] })).await;
    assert_snapshot!(answer.shape(), @r#"
    200 application/json
    advice: null
    band: {id: string, name: string}
    change: null
    cutoffs: [{about: string, at: number, reached: bool}]
    edition: number
    escalation: null
    id: string
    items: [{answer: number, id: string, label: string, loinc: string, scored: bool, text: string}]
    limits: string
    max: number
    means: [string]
    missing: number
    pattern: null
    response: null
    says: string
    schema: number
    subscales: {}
    total: number
    validated: bool
    "#);
    let body = answer.json();
    assert_eq!(
        (&body["total"], &body["band"]["id"], &body["response"]),
        (&json!(5), &json!("mild"), &json!(null))
    );
}

#[tokio::test]
async fn the_ninth_answer_brings_help_of_the_country() {
    let house = House::rules_only();
    let path = "/api/v1/questionnaires/phq-9/responses?country=IE";
    let body = house.post_json(path, json!({ "answers": [0, 0, 0, 0, 0, 0, 0, 0, 1] })).await.json();
    assert_eq!((&body["band"]["id"], &body["escalation"]["tier"]), (&json!("minimal"), &json!("urgent")));
    assert_eq!(body["escalation"]["emergency_numbers"][0], "112");
    assert_eq!(body["advice"], json!(null));
    let body = house.post_json(path, json!({ "answers": [3, 3, 3, 3, 3, 3, 3, 3, 0] })).await.json();
    assert_eq!((&body["escalation"], &body["advice"]["tier"]), (&json!(null), &json!("professional")));
}

#[tokio::test]
async fn a_wrong_sheet_is_a_problem_that_quotes_nothing() {
    let house = House::rules_only();
    let path = "/api/v1/questionnaires/gad-7/responses";
    let told = async |answers| house.post_json(path, json!({ "answers": answers })).await.problem();
    assert_snapshot!(told(json!([1, 1])).await, @"422 /problems/unfit-sheet: GAD-7 takes 7 answers; 2 came. Give them in order, parted by commas.");
    assert_snapshot!(told(json!([1, 1, 1, 1, 1, 1, 4])).await, @"422 /problems/unfit-sheet: Answer 7 is off the scale of its item, which goes from 0 to 3.");
    assert_snapshot!(told(json!([1, 1, 1, 1, 1, 1, null])).await, @"422 /problems/unfit-sheet: 1 of the answers that count is missing. All seven answers are needed.");
    assert_snapshot!(told(json!([1, 1, 1, 1, 1, 1, "2"])).await, @"422 /problems/unfit-json: The JSON is not what this address takes (line 1, column 27). /api/openapi.json shows what is.");
    assert_snapshot!(told(json!([1, 1, 1, 1, 1, 1, 300])).await, @"422 /problems/unfit-json: The JSON is not what this address takes (line 1, column 27). /api/openapi.json shows what is.");
    let sheet = json!({ "answers": [0, 0, 0, 0, 0, 0, 0] });
    assert_snapshot!(house.post_json(&format!("{path}?country=Ireland"), sheet.clone()).await.problem(), @"422 /problems/unknown-country: A country is given by two letters, such as IE or NZ. Check the code and try again.");
    assert_snapshot!(house.post_json("/api/v1/questionnaires/none/responses", sheet).await.problem(), @"404 /problems/no-questionnaire: There is no questionnaire of this id. GET /questionnaires lists them.");
}

#[tokio::test]
async fn a_sheet_is_kept_in_an_open_journal_and_help_comes_from_behind_a_locked_one() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::with_journal_in(folder.path());
    let path = "/api/v1/questionnaires/phq-9/responses";
    let quiet = json!({ "answers": [1, 1, 1, 1, 1, 1, 1, 1, 0] });
    let first = house.post_json(path, quiet.clone()).await;
    assert_eq!((first.status.as_u16(), &first.json()["response"]), (200, &json!(null)), "no journal yet");
    house.post_json("/api/v1/entries", json!({ "text": "A long day." })).await;
    let kept = house.post_json(path, quiet.clone()).await;
    assert_eq!(kept.status, 201);
    let lower = house.post_json(path, json!({ "answers": [0, 0, 0, 0, 0, 0, 0, 0, 0] })).await.json();
    assert_eq!(lower["change"]["points"], -8);
    let unkept = json!({ "answers": [0, 0, 0, 0, 0, 0, 0, 0, 0], "keep": false });
    assert_eq!(house.post_json(path, unkept).await.status, 200);
    let listed = house.get(path).await.json();
    assert_eq!(listed["responses"].as_array().unwrap().len(), 2);
    assert_eq!(listed["responses"][1]["id"], kept.json()["response"]);
    assert_eq!(listed["responses"][1]["content"]["result"]["total"], 8);

    let seal = house.request("PUT", "/api/v1/vault/passphrase").header("content-type", "application/json");
    house.send(seal.body(r#"{"new":"four words of mine"}"#.into()).unwrap()).await;
    house.post_json("/api/v1/vault/lock", json!({})).await;
    assert_eq!(house.get(path).await.status, 423);
    assert_eq!(house.post_json(path, quiet.clone()).await.status, 200);
    let wanted = |ninth: u8| json!({ "answers": [1, 1, 1, 1, 1, 1, 1, 1, ninth], "keep": true });
    assert_eq!(house.post_json(path, wanted(0)).await.status, 423);
    let help = house.post_json(path, wanted(1)).await;
    assert_eq!((help.status.as_u16(), &help.json()["escalation"]["tier"]), (200, &json!("urgent")));
}
