//! `GET /helplines`.

use std::collections::BTreeSet;

use insta::assert_snapshot;

use crate::house::{House, lines};

#[tokio::test]
async fn a_listed_country_has_its_numbers() {
    let answer = House::rules_only().get("/api/v1/helplines?country=ie").await;
    assert_snapshot!(answer.shape(), @r#"
    200 application/json
    country: string
    country_name: string
    emergency: [{number: string, reaches: [string], source: string}]
    lines: [{cost: string, hours: string, languages: [string], name: string, phone: string, serves: [string], source: string, source_dated: number, source_kind: string, source_seen: string, stale: bool, verified_on: string}]
    listed: bool
    note: string
    "#);
    assert_eq!(answer.json()["country"], "IE");
}

#[tokio::test]
async fn without_a_country_or_for_an_unlisted_one_the_note_says_where_to_look() {
    let house = House::rules_only();
    let mut told = BTreeSet::new();
    for path in ["/api/v1/helplines", "/api/v1/helplines?country=AQ"] {
        let answer = house.get(path).await;
        told.insert(answer.shape());
        assert_eq!(answer.json()["listed"], false);
    }
    assert_snapshot!(lines(told), @r#"
    200 application/json
    country: string
    country_name: null
    emergency: []
    lines: [{cost: string, hours: string, languages: [], name: string, serves: [string], source: string, source_kind: string, source_seen: string, stale: bool, verified_on: string, web: string}]
    listed: bool
    note: string
    "#);
}

#[tokio::test]
async fn what_is_no_country_or_no_such_query_is_a_problem() {
    let house = House::rules_only();
    assert_snapshot!(house.get("/api/v1/helplines?country=Ireland").await.problem(), @"422 /problems/unknown-country: A country is given by two letters, such as IE or NZ. Check the code and try again.");
    assert_snapshot!(house.get("/api/v1/helplines?land=IE").await.problem(), @"422 /problems/unfit-query: The part of the address after `?` is not what is taken here. /api/openapi.json shows what is.");
}
