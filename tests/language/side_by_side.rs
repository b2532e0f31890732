//! Several requests at once on one model.

use evenkeel::language::{Engine, Generated, LanguageError, LoadOptions, LogProbability, Session};
use evenkeel::language::{Message, PromptTokens, Role, Sampling};
use futures_util::future::join_all;
use tokio::sync::oneshot;

use super::{engine, model};

/// A prompt whose answer is long.
const LONG: &str = "Tell me the whole story of a small boat that crosses the sea.";

fn prompt(session: &Session, system: &str, user: &str) -> PromptTokens {
    session.encode_chat(&[Message::new(Role::System, system), Message::new(Role::User, user)]).unwrap()
}

/// The texts that are written after a prompt, one for each candidate.
async fn written(session: &Session, prompt: PromptTokens, sampling: Sampling) -> Vec<String> {
    let mut texts = vec![String::new(); sampling.candidates];
    let each = |piece| {
        if let Generated::Text { candidate, text } = piece {
            texts[candidate].push_str(&text);
        }
    };
    session.generate(prompt, sampling, each).await.unwrap();
    texts
}

/// One of many different requests: its prompt takes from one pass to several, its candidates are
/// one to four.
fn request(session: &Session, number: usize) -> (PromptTokens, Sampling) {
    let system =
        ["You are kind.", "Answer in one short sentence, and do not repeat the question."][number % 2];
    let user =
        format!("I have {number} boats. ").repeat(1 + 37 * (number % 4)) + "What should I do with them?";
    let (candidates, seed) = (1 + number % 4, number as u64);
    let sampling = Sampling { candidates, seed, max_tokens: 10 + number, ..Sampling::default() };
    (prompt(session, system, &user), sampling)
}

async fn answer(engine: &Engine, number: usize) -> Vec<String> {
    let session = engine.session().await.unwrap();
    let (prompt, sampling) = request(&session, number);
    written(&session, prompt, sampling).await
}

/// Log-probabilities of two continuations, and hidden states of a long text and of a short one.
async fn read(engine: &Engine) -> (Vec<LogProbability>, Vec<Vec<f32>>) {
    let session = engine.session().await.unwrap();
    let tokens = |text: &str| session.encode(text).unwrap().tokens;
    let (prompt, _) = request(&session, 3);
    let scores = session.score(prompt, vec![tokens("Sell them."), tokens("Yes")]).await.unwrap();
    let texts = vec![tokens(&"The sea is wide. ".repeat(90)), tokens("I always mess up.")];
    let states = session.states(texts, vec![2]).await.unwrap();
    (scores, states.iter().map(|text| text[0].rows().flatten().copied().collect()).collect())
}

#[tokio::test]
async fn requests_side_by_side_get_what_each_gets_alone_to_the_last_bit() {
    let engine = engine().await;
    let mut alone = Vec::new();
    for number in 0..6 {
        alone.push(answer(engine, number).await);
    }
    let read_alone = read(engine).await;
    let together = join_all((0..6).map(|number| answer(engine, number)));
    let (together, read_beside, again) = tokio::join!(together, read(engine), read(engine));
    assert_eq!(together, alone);
    assert_eq!(read_beside, read_alone);
    assert_eq!(again, read_alone);
}

#[tokio::test]
async fn a_cancelled_request_leaves_those_beside_it_as_they_were() {
    let engine = engine().await;
    let alone = answer(engine, 5).await;
    let beside = async {
        let session = engine.session().await.unwrap();
        let (started, first) = oneshot::channel();
        let mut started = Some(started);
        let sampling = Sampling { candidates: 3, max_tokens: 400, ..Sampling::default() };
        let writing = session.generate(prompt(&session, "You are kind.", LONG), sampling, |_| {
            if let Some(started) = started.take() {
                started.send(()).unwrap();
            }
        });
        // Given up after its first word, though its session goes on.
        tokio::select! {
            _ = writing => panic!("it was not given up"),
            _ = first => {}
        }
        session.states(vec![vec![1, 2, 3]], vec![1]).await.unwrap();
    };
    let (kept, ()) = tokio::join!(answer(engine, 5), beside);
    assert_eq!(kept, alone);
}

#[tokio::test]
async fn a_text_is_screened_and_a_short_one_written_while_a_long_one_is_being_written() {
    let engine = engine().await;
    let session = engine.session().await.unwrap();
    let (started, first) = oneshot::channel();
    let mut started = Some(started);
    let mut pieces = 0;
    // The default model has learnt to be brief. Words drawn almost evenly come to no end.
    let sampling =
        Sampling { temperature: 20.0, top_p: 1.0, candidates: 2, max_tokens: 160, ..Sampling::default() };
    let each = |_| {
        pieces += 1;
        if let Some(started) = started.take() {
            started.send(()).unwrap();
        }
    };
    let mut long = Box::pin(session.generate(prompt(&session, "You are kind.", LONG), sampling, each));
    let short = async {
        first.await.unwrap();
        let session = engine.session().await.unwrap();
        let text = session.encode("I always mess up.").unwrap().tokens;
        session.states(vec![text], vec![20]).await.unwrap();
        answer(engine, 0).await
    };
    tokio::select! {
        biased;
        _ = short => {}
        _ = &mut long => panic!("the long text was finished first"),
    }
    long.as_mut().await.unwrap();
    drop(long);
    assert!(pieces > 160, "{pieces} pieces are not a long text");
}

#[tokio::test]
async fn a_flood_is_answered_to_the_last_request_and_beyond_the_places_none_is_taken() {
    let engine = &Engine::start(&model(), LoadOptions::default()).unwrap();
    engine.ready().await.unwrap();
    let alone = [answer(engine, 0).await, answer(engine, 1).await];
    let mut sessions = Vec::new();
    while let Ok(session) = engine.try_session() {
        sessions.push(session);
    }
    assert!(matches!(engine.try_session(), Err(LanguageError::Busy { .. })));
    let asked = sessions.iter().enumerate().map(async |(i, session)| {
        let (prompt, sampling) = request(session, i % 2);
        (i % 2, written(session, prompt, sampling).await)
    });
    for (number, texts) in join_all(asked).await {
        assert_eq!(texts, alone[number]);
    }
}
