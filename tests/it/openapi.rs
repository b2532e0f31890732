//! `GET /api/openapi.json` and the page of documentation.

use evenkeel::http::ProblemKind;
use insta::assert_snapshot;
use serde_json::Value;

use crate::house::House;

async fn document() -> Value {
    let answer = House::rules_only().get("/api/openapi.json").await;
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json()
}

fn routes(document: &Value) -> Vec<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |path: &String, item: &Value| {
        item.as_object()
            .unwrap()
            .keys()
            .map(|method| (method.to_uppercase(), path.clone()))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(|(path, item)| of(path, item)).collect()
}

#[tokio::test]
#[allow(clippy::too_many_lines, reason = "a line for each route")]
async fn the_document_is_openapi_3_1_and_lists_every_route() {
    let document = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    let lines: Vec<String> =
        routes(&document).into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    GET /api/openapi.json
    GET /api/v1/backups
    POST /api/v1/backups
    DELETE /api/v1/body
    GET /api/v1/body
    GET /api/v1/body/cortisol
    POST /api/v1/body/cortisol
    DELETE /api/v1/body/cortisol/{id}
    GET /api/v1/body/cortisol/{id}
    POST /api/v1/body/import
    GET /api/v1/check-ins
    POST /api/v1/check-ins
    DELETE /api/v1/check-ins/{id}
    GET /api/v1/check-ins/{id}
    PUT /api/v1/check-ins/{id}
    GET /api/v1/dialogues
    POST /api/v1/dialogues
    DELETE /api/v1/dialogues/{id}
    GET /api/v1/dialogues/{id}
    PATCH /api/v1/dialogues/{id}
    POST /api/v1/dialogues/{id}/turns
    GET /api/v1/drafts
    DELETE /api/v1/drafts/{slot}
    GET /api/v1/drafts/{slot}
    PUT /api/v1/drafts/{slot}
    GET /api/v1/entries
    POST /api/v1/entries
    DELETE /api/v1/entries/{id}
    GET /api/v1/entries/{id}
    PATCH /api/v1/entries/{id}
    POST /api/v1/entries/{id}/recognitions
    POST /api/v1/entries/{id}/reframings
    POST /api/v1/erase
    GET /api/v1/exercises
    GET /api/v1/exercises/{id}
    GET /api/v1/export
    POST /api/v1/export
    GET /api/v1/health
    GET /api/v1/helplines
    POST /api/v1/import
    GET /api/v1/insights
    GET /api/v1/insights/digest
    PUT /api/v1/insights/digest
    GET /api/v1/models
    DELETE /api/v1/models/{name}/pull
    GET /api/v1/models/{name}/pull
    POST /api/v1/models/{name}/pull
    GET /api/v1/parts
    POST /api/v1/parts
    GET /api/v1/parts/map
    DELETE /api/v1/parts/{id}
    GET /api/v1/parts/{id}
    PUT /api/v1/parts/{id}
    POST /api/v1/parts/{id}/merge
    GET /api/v1/people
    POST /api/v1/people
    DELETE /api/v1/people/{id}
    GET /api/v1/people/{id}
    PUT /api/v1/people/{id}
    GET /api/v1/practice/next
    GET /api/v1/practice/plans
    POST /api/v1/practice/plans
    DELETE /api/v1/practice/plans/{id}
    GET /api/v1/practice/plans/{id}
    PUT /api/v1/practice/plans/{id}/outcome
    GET /api/v1/practice/steps
    POST /api/v1/practice/steps
    DELETE /api/v1/practice/steps/{id}
    GET /api/v1/practice/steps/{id}
    GET /api/v1/questionnaires
    GET /api/v1/questionnaires/{id}
    GET /api/v1/questionnaires/{id}/responses
    POST /api/v1/questionnaires/{id}/responses
    POST /api/v1/recognitions
    GET /api/v1/reflections
    GET /api/v1/reflections/{id}
    GET /api/v1/reflections/{id}/responses
    POST /api/v1/reflections/{id}/responses
    DELETE /api/v1/reflections/{id}/responses/{response}
    DELETE /api/v1/reframe-feedback
    GET /api/v1/reframe-feedback
    POST /api/v1/reframings
    POST /api/v1/reframings/{id}/feedback
    POST /api/v1/reports
    POST /api/v1/reports/preview
    DELETE /api/v1/safety-plan
    GET /api/v1/safety-plan
    PUT /api/v1/safety-plan
    POST /api/v1/screenings
    GET /api/v1/thought-records
    POST /api/v1/thought-records
    DELETE /api/v1/thought-records/{id}
    GET /api/v1/thought-records/{id}
    PUT /api/v1/thought-records/{id}
    GET /api/v1/topics
    GET /api/v1/topics/{id}
    GET /api/v1/vault
    POST /api/v1/vault/lock
    PUT /api/v1/vault/passphrase
    POST /api/v1/vault/recovery-code
    POST /api/v1/vault/unlock
    "#);
}

#[tokio::test]
async fn every_reference_in_the_document_leads_somewhere() {
    fn references<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                into.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, into));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, into)),
            _ => {}
        }
    }
    let document = document().await;
    let mut all = Vec::new();
    references(&document, &mut all);
    assert!(all.contains(&"#/components/schemas/Problem"));
    for reference in all {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn every_problem_has_its_example() {
    let document = document().await;
    let problems = &document["paths"]["/api/v1/reframings"]["post"]["responses"];
    let busy = &problems["429"]["content"]["application/problem+json"]["examples"]["busy"]["value"];
    assert_eq!(busy["type"], "/problems/busy");
    assert_eq!(busy["status"], 429);
}

#[tokio::test]
async fn all_but_the_open_routes_ask_for_the_token() {
    let document = document().await;
    for (method, path) in routes(&document) {
        let security = &document["paths"][&path][method.to_lowercase()]["security"];
        let open = matches!(path.as_str(), "/api/openapi.json" | "/api/v1/health" | "/api/v1/helplines");
        assert_eq!(security[0].get("token").is_none(), open, "{method} {path}");
    }
}

#[tokio::test]
async fn the_documentation_names_every_route_and_every_problem() {
    let page = include_str!("../../docs/api.md");
    for (method, path) in routes(&document().await) {
        let path = path.strip_prefix("/api/v1").unwrap_or(&path);
        assert!(page.contains(&format!("{method} {path}")), "{method} {path}");
    }
    for kind in ProblemKind::ALL {
        let line = format!("| `{}` | {} |", kind.reference(), kind.status());
        assert!(page.contains(&line), "{line}");
    }
}
