//! `/insights`, `/body` and `/reports`.

use axum::body::Body;
use serde_json::{Value, json};

use super::{get, house, post, send};
use crate::house::{Answer, House};

/// Days of an Oura export, as its API gives them.
const OURA: &str = r#"{"data":[
 {"id":"a","day":"2026-03-01","type":"long_sleep","bedtime_start":"2026-02-28T23:10:00+00:00","bedtime_end":"2026-03-01T07:00:00+00:00","total_sleep_duration":25200,"deep_sleep_duration":5400,"rem_sleep_duration":5400,"light_sleep_duration":14400,"awake_time":3000,"average_hrv":48,"lowest_heart_rate":52,"average_heart_rate":58.5},
 {"id":"b","day":"2026-03-02","type":"long_sleep","bedtime_start":"2026-03-01T23:40:00+00:00","bedtime_end":"2026-03-02T06:50:00+00:00","total_sleep_duration":23400,"deep_sleep_duration":4800,"rem_sleep_duration":5000,"light_sleep_duration":13600,"awake_time":2400,"average_hrv":41,"lowest_heart_rate":55,"average_heart_rate":60.0}
],"next_token":null}"#;

async fn import(house: &House, bytes: impl Into<Body>) -> Answer {
    let request = house.request("POST", "/api/v1/body/import?time_zone=Europe/Dublin");
    house.send(request.body(bytes.into()).unwrap()).await
}

async fn report(house: &House, form: &str, report: Value) -> Answer {
    post(house, &format!("/reports?form={form}"), &json!({ "report": report })).await
}

#[tokio::test]
async fn little_is_kept_and_little_is_said() {
    let (house, _folder) = house();
    let empty = get(&house, "/insights?days=30").await;
    assert_eq!(empty.status, 200);
    let empty = empty.json();
    for section in
        ["trends", "patterns", "triggers", "coping", "courses", "habits", "practice", "associations"]
    {
        assert!(empty[section]["says"].as_str().is_some_and(|says| !says.is_empty()), "{section}");
    }
    for (query, status) in [
        ("days=0", 422),
        ("days=30&from=2026-01-01", 422),
        ("from=2026-02-01&to=2026-01-01", 422),
        ("x=1", 422),
    ] {
        assert_eq!(get(&house, &format!("/insights?{query}")).await.status.as_u16(), status, "{query}");
    }
}

#[tokio::test]
async fn the_weekly_look_back_is_off_until_it_is_turned_on() {
    let (house, _folder) = house();
    assert_eq!(get(&house, "/insights/digest").await.json()["on"], false);
    for on in [true, true, false] {
        let chosen = send(&house, "PUT", "/insights/digest", &[], Some(&json!({ "on": on }))).await;
        assert_eq!(chosen.text, format!(r#"{{"on":{on}}}"#));
        let now = get(&house, "/insights/digest").await.json();
        assert_eq!((&now["on"], &now["due"]), (&json!(on), &json!(false)));
    }
}

#[tokio::test]
async fn an_export_of_a_wearable_is_taken_in_once_and_deleted_again() {
    let (house, folder) = house();
    let first = import(&house, OURA).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let first = first.json();
    assert_eq!(
        (&first["format"], &first["changed"], &first["already_here"]),
        (&json!("oura"), &json!(0), &json!(0))
    );
    let added = first["added"].as_u64().unwrap();
    assert!(added >= 12, "{first}");
    assert_eq!(import(&house, OURA).await.json()["already_here"], added);

    let body = get(&house, "/body?from=2026-03-02&to=2026-03-02").await.json();
    let sleep = body["series"].as_array().unwrap().iter().find(|one| one["measure"] == "sleep").unwrap();
    assert_eq!((&sleep["unit"], &sleep["days"][0]["value"]), (&json!("min"), &json!(390.0)));
    // Nothing of the file is left behind.
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("import")), "{left:?}");

    let gone = send(&house, "DELETE", "/body?origin=oura", &[], None).await.json();
    assert_eq!(gone["values"], added);
    assert_eq!(get(&house, "/body").await.json(), json!({ "series": [] }));
}

#[tokio::test]
async fn what_is_no_export_is_refused_and_nothing_is_taken_in() {
    let (house, _folder) = house();
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE HealthData [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><HealthData>&b;</HealthData>";
    for wrong in ["", "{}", "dear diary", "<html></html>", &OURA[..OURA.len() - 40], bomb] {
        let answer = import(&house, wrong.to_owned()).await;
        assert_eq!(answer.status.as_u16(), 422, "{wrong}");
        assert!(answer.problem().contains("/problems/unfit-export"));
        assert!(!answer.text.contains("diary"), "it quotes nothing");
    }
    assert_eq!(get(&house, "/body").await.json(), json!({ "series": [] }));
}

#[tokio::test]
async fn cortisol_is_kept_with_its_unit_and_time() {
    let (house, _folder) = house();
    let value = json!({"amount": "0.45 µg/dL", "specimen": "saliva", "taken": "2026-03-01T07:40:00"});
    let kept = post(&house, "/body/cortisol", &value).await;
    assert_eq!(kept.status, 201, "{}", kept.text);
    let content = &kept.json()["content"];
    assert!((content["nmol_per_litre"].as_f64().unwrap() - 0.45 * 27.59).abs() < 1e-9);
    assert_eq!(content["taken"], "2026-03-01T07:40:00");
    for amount in ["12.3", "12.3 mg", "900 nmol/L", "x nmol/L"] {
        let wrong = json!({"amount": amount, "specimen": "saliva", "taken": "2026-03-01T07:40:00"});
        assert_eq!(post(&house, "/body/cortisol", &wrong).await.status, 422, "{amount}");
    }
    let place = kept.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(get(&house, "/body/cortisol").await.json()["cortisol"].as_array().unwrap().len(), 1);
    assert_eq!(send(&house, "DELETE", &place, &[], None).await.status, 204);
    assert_eq!(get(&house, &place).await.status, 404);
}

#[tokio::test]
async fn a_report_holds_what_was_chosen_and_nothing_else() {
    let (house, _folder) = house();
    let text = "the blue kitchen chair is where I sat";
    let entry = post(&house, "/entries", &json!({ "text": text })).await.json();
    post(&house, "/entries", &json!({ "text": "the secret of the other entry" })).await;
    post(&house, "/check-ins", &json!({ "mood": 4, "stress": 7, "note": "words of a note" })).await;
    post(&house, "/questionnaires/phq-9/responses", &json!({ "answers": [1, 1, 1, 1, 1, 1, 1, 1, 1] })).await;
    let days = json!({ "from": "2020-01-01", "to": "2100-01-01" });

    let nothing = post(&house, "/reports/preview", &days).await.json();
    assert_eq!((&nothing["lines"], &nothing["own_words"]), (&json!([]), &json!(false)));

    let mut chosen = days.clone();
    chosen["sections"] = json!(["questionnaires", "check_ins", "red_flags"]);
    let preview = post(&house, "/reports/preview", &chosen).await.json();
    assert_eq!(preview["lines"].as_array().unwrap().len(), 3);
    assert_eq!(preview["own_words"], false);

    let json_form = report(&house, "json", chosen.clone()).await;
    assert_eq!(json_form.status, 200);
    assert!(json_form.header("content-disposition").contains("notes-"));
    assert!(json_form.text.contains("PHQ-9") && json_form.text.contains("answer_on_dying"));
    for form in ["json", "page", "csv", "fhir"] {
        let made = report(&house, form, chosen.clone()).await;
        for words in ["blue kitchen", "secret of the other", "words of a note"] {
            assert!(!made.text.contains(words), "{form} holds {words}");
        }
    }
    chosen["entries"] = json!([entry["id"]]);
    assert_eq!(post(&house, "/reports/preview", &chosen).await.json()["own_words"], true);
    let made = report(&house, "page", chosen.clone()).await;
    assert!(made.text.contains(text) && !made.text.contains("secret of the other"));

    let earlier = json!({ "from": "2020-01-01", "to": "2020-02-01", "entries": [entry["id"]] });
    assert!(post(&house, "/reports/preview", &earlier).await.problem().contains("outside of the days"));

    chosen["entries"] = json!(["01a21add-f92f-76f3-a050-d59e44ea2fe9"]);
    assert_eq!(report(&house, "page", chosen).await.status, 404);
    let reversed = json!({ "from": "2026-02-01", "to": "2026-01-01", "sections": ["check_ins"] });
    assert!(post(&house, "/reports/preview", &reversed).await.problem().contains("unfit-period"));
    let unknown = json!({ "from": "2026-01-01", "to": "2026-02-01", "sections": ["everything"] });
    assert_eq!(post(&house, "/reports/preview", &unknown).await.status, 422);
}

#[tokio::test]
async fn a_report_and_an_export_can_be_encrypted() {
    let (house, _folder) = house();
    post(&house, "/check-ins", &json!({ "mood": 4 })).await;
    let days = json!({ "from": "2020-01-01", "to": "2100-01-01", "sections": ["check_ins"] });
    let sealed = json!({ "report": days, "passphrase": "bicycle in the rain" });
    for (path, body) in
        [("/reports?form=csv", sealed), ("/export", json!({ "passphrase": "bicycle in the rain" }))]
    {
        let answer = bytes(&house, path, &body).await;
        assert!(answer.starts_with(b"age-encryption.org/v1\n"), "{path}");
    }
    assert_eq!(post(&house, "/export", &json!({ "passphrase": "" })).await.status, 422);
}

/// A body that need not be text.
async fn bytes(house: &House, path: &str, body: &Value) -> Vec<u8> {
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;
    let request = house.request("POST", &format!("/api/v1{path}")).header("content-type", "application/json");
    let response =
        house.router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    response.into_body().collect().await.unwrap().to_bytes().to_vec()
}

#[tokio::test]
async fn a_sheet_or_a_reflection_that_is_sent_again_is_kept_once() {
    let (house, _folder) = house();
    let sheet = json!({ "answers": [1, 1, 1, 1, 1, 1, 1, 1, 0], "keep": true });
    let other = json!({ "answers": [2, 1, 1, 1, 1, 1, 1, 1, 0], "keep": true });
    let reflection = json!({ "answers": [{ "question": "needing", "ticked": ["without"] }], "keep": true });
    for (path, list, body) in [
        ("/questionnaires/phq-9/responses", "responses", &sheet),
        ("/reflections/attachment/responses", "responses", &reflection),
    ] {
        for _ in 0..2 {
            let answer = send(&house, "POST", path, &[("Idempotency-Key", "k1")], Some(body)).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
        let kept = get(&house, path).await.json();
        assert_eq!(kept[list].as_array().unwrap().len(), 1, "{kept}");
    }
    let path = "/questionnaires/phq-9/responses";
    let reused = send(&house, "POST", path, &[("Idempotency-Key", "k1")], Some(&other)).await;
    assert!(reused.problem().contains("/problems/key-reused"));
}
