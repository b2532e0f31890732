//! Another engine that writes: what it is asked, and what becomes of what it writes. Needs a model.

use std::sync::{Arc, Mutex};

use evenkeel::reframe::{Writer, WriterTrouble};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use crate::house::House;
use crate::with_model::{TEXT, with_model};

/// Writes what it is told to, and remembers the texts that it was given.
#[derive(Debug, Clone)]
struct Told {
    writes: Result<Vec<String>, WriterTrouble>,
    given: Arc<Mutex<Vec<String>>>,
}

impl Told {
    fn to_write(texts: &[&str]) -> Self {
        Self { writes: Ok(texts.iter().map(|t| (*t).to_owned()).collect()), given: Arc::default() }
    }

    fn given(&self) -> Vec<String> {
        self.given.lock().unwrap().clone()
    }
}

impl Writer for Told {
    fn write(
        &self,
        _: String,
        text: String,
        _: usize,
        _: u64,
    ) -> BoxFuture<'_, Result<Vec<String>, WriterTrouble>> {
        self.given.lock().unwrap().push(text);
        let writes = self.writes.clone();
        async move { writes }.boxed()
    }
}

async fn ask(house: &House, body: Value) -> Value {
    let answer = house.post_json("/api/v1/reframings", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn written(body: &Value) -> Vec<&str> {
    let reframes = body["reframes"].as_array().unwrap().iter();
    reframes.filter(|r| r["source"] == "writer").filter_map(|r| r["text"].as_str()).collect()
}

#[tokio::test]
async fn only_what_may_be_reframed_and_is_asked_for_reaches_the_writer() {
    let (assistant, _alone) = with_model().await;
    let told = Told::to_write(&[]);
    let house = House::of(assistant.with_writer(told.clone()));
    let danger = "I have the pills in front of me and I will take them tonight.";
    let doubtful = "I wish I could go to sleep and not wake up.";
    for (text, generate) in [
        (danger, true),
        (doubtful, true),
        ("Ich bin ein Versager und alle wissen es, das wird sich nie mehr ändern.", true),
        (TEXT, false),
    ] {
        ask(&house, json!({"id": text, "text": text, "generate": generate})).await;
    }
    assert_eq!(told.given(), Vec::<String>::new());
    // Set aside by the person: it is reframed here, and goes nowhere else.
    let body = ask(&house, json!({"text": doubtful, "generate": true, "acknowledges": doubtful})).await;
    assert_ne!(body["outcome"], "escalated");
    assert_eq!(told.given(), Vec::<String>::new());
    ask(&house, json!({"text": TEXT, "situation": "A quarrel at noon.", "generate": true})).await;
    assert_eq!(told.given(), [TEXT]);
}

#[tokio::test]
async fn what_it_writes_has_to_pass_and_the_rest_of_the_reply_stands_without_it() {
    let (assistant, _alone) = with_model().await;
    let bad = [
        "You should cheer up, everything will be fine and it is going to be an amazing day!",
        "I could take a higher dose of my medication tonight and see whether I feel less useless.",
        "I know that Marcus and his 14 cousins told her to leave me on read, and I can live with it.",
    ];
    let house = House::of(assistant.clone().with_writer(Told::to_write(&bad)));
    let body = ask(&house, json!({"text": TEXT, "generate": true})).await;
    assert_eq!(written(&body), Vec::<&str>::new());
    assert!(body.get("notice").is_none());

    let trouble = WriterTrouble("The writer is not there.".to_owned());
    let house = House::of(assistant.with_writer(Told { writes: Err(trouble), given: Arc::default() }));
    let body = ask(&house, json!({"text": TEXT, "generate": true})).await;
    assert_eq!(body["notice"], "The writer is not there.");
    assert_eq!(body["outcome"], "reframed");
    assert!(!body["reframes"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_fitting_text_is_shown_with_where_it_comes_from() {
    let (assistant, _alone) = with_model().await;
    // Which of several the model finds fitting is a matter of its heads; that it finds none would not be.
    let texts = [
        "She hasn't answered yet, and I've filled in her reason myself. I don't know what she thinks of me.",
        "I don't know yet why she hasn't answered. What else could it mean than that I'm useless?",
        "I've read a verdict into her silence. She may think many things, and I haven't heard one of them.",
        "What did she say, and which part of it did I add myself?",
    ];
    let house = House::of(assistant.with_writer(Told::to_write(&texts)));
    let body = ask(&house, json!({"text": TEXT, "generate": true})).await;
    let shown = written(&body);
    assert!(!shown.is_empty() && shown.iter().all(|text| texts.contains(text)), "{shown:?}");
}
