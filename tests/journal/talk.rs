//! A parts dialogue through the service with its model, which is killed in the middle of each answer
//! and after it.

use std::time::Duration;

use serde_json::json;

use super::http::{Client, Service};
use super::kill::Chance;
use super::*;

/// What a person says, turn by turn.
const SAID: [&str; 6] = [
    "a part of me won't let anyone help",
    "it sits in my throat like a lid",
    "it goes tight when somebody asks how i am",
    "i'm a bit annoyed with it, to be honest",
    "it says people leave once they know",
    "since year three, i think",
];

/// The dialogue as it is kept.
fn kept(client: &Client, path: &str) -> Value {
    let answer = client.ask("GET", path, "", "").unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

#[test]
fn a_talk_goes_on_where_it_was_when_the_service_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut chance = Chance::new();
    let mut service = Service::with_model(folder.path());
    let begun = service.client().ask("POST", "/dialogues", "", "{}").unwrap();
    let begun: Value = serde_json::from_str(&begun.body).unwrap();
    let path = format!("/dialogues/{}", begun["id"].as_str().unwrap());
    let turns = format!("{path}/turns");
    for (n, said) in SAID.into_iter().enumerate() {
        let turn = json!({ "text": said, "place": 2 * n }).to_string();
        // Somewhere between the arrival of the turn and the end of its answer.
        let (client, place, body) = (service.client(), turns.clone(), turn.clone());
        let asking = std::thread::spawn(move || client.ask("POST", &place, "", &body));
        std::thread::sleep(Duration::from_millis(chance.below(600)));
        drop(service);
        let seen = asking.join().unwrap().filter(|answer| answer.status == 200);

        // The same turn, sent again, is kept once and answered once.
        service = Service::with_model(folder.path());
        let answer = service.client().ask("POST", &turns, "", &turn).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        let answer: Value = serde_json::from_str(&answer.body).unwrap();
        if let Some(seen) = seen {
            let seen: Value = serde_json::from_str(&seen.body).unwrap();
            assert_eq!(answer["reply"], seen["reply"], "who saw an answer sees it again");
        }
        let before = kept(&service.client(), &path);
        drop(service);

        service = Service::with_model(folder.path());
        let after = kept(&service.client(), &path);
        assert_eq!(after, before, "what was answered is there after a kill");
        let told = after["turns"].as_array().unwrap();
        assert_eq!(told.len(), 2 * (n + 1));
        for (turn, said) in told.chunks(2).zip(SAID) {
            assert_eq!((&turn[0]["from"], &turn[0]["text"]), (&json!("person"), &json!(said)));
            assert_eq!(turn[1]["from"], "guide");
        }
        assert_eq!(told.last().unwrap()["text"], answer["reply"]);
    }
    drop(service);
    assert!(open(folder.path()).check().unwrap().is_good());
}

#[test]
fn who_says_that_they_are_safe_goes_on_and_the_same_words_alarm_once() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::with_model(folder.path());
    let client = service.client();
    let begun = client.ask("POST", "/dialogues", "", "{}").unwrap();
    let begun: Value = serde_json::from_str(&begun.body).unwrap();
    let turns = format!("/dialogues/{}/turns", begun["id"].as_str().unwrap());
    let mut place = 0;
    let mut say = |text: &str| {
        let body = json!({ "text": text, "place": place }).to_string();
        let answer = client.ask("POST", &turns, "", &body).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        place += 2;
        let answer: Value = serde_json::from_str(&answer.body).unwrap();
        (answer["mode"].as_str().unwrap().to_owned(), answer["source"].as_str().unwrap().to_owned())
    };
    assert_eq!(say("it says I want to kill myself"), ("with_help".into(), "escalation".into()));
    assert_eq!(
        say("I'm perfectly safe, it was only a way of talking."),
        ("grounding".into(), "fixed".into())
    );
    let (mode, source) = say("it sits in my throat like a lid");
    assert_ne!((mode.as_str(), source.as_str()), ("with_help", "escalation"));
    assert_eq!(
        say("I am going to kill myself tonight, it is all planned.").0,
        "with_help",
        "danger is danger again"
    );
    assert_eq!(
        say("I'm perfectly safe."),
        ("with_help".into(), "fixed".into()),
        "an emergency is not talked away"
    );
}
