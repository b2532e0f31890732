//! `/dialogues`: the parts dialogue, turn by turn. What is said is kept before it is screened and
//! answered, and the answer is kept with where the protocol stands before it is sent.

use axum::Json as Reply;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::events::{one_event, wants_events};
use super::journal::id_of;
use super::json::Json;
use super::work::{DialogueChangeProblems, DialogueProblems, JournalProblems, TurnProblems};
use super::{Problem, ProblemKind, Shared};
use crate::assistant::{
    Answered, HeardTurn, Led, PartBody, PartsBody, PartsRequest, PartsSource, SaidBody, Turn as Place,
};
use crate::crisis::Risk;
use crate::journal::{Answer, EntryText, Id, Journal, JournalError, KeptDialogue, KeptTurn, Line, Stamp};
use crate::parts::{
    Act, Danger, Dialogue, Effect, Event, Heard, Mode, Role, Speaker, Stage, State as PersonState, Topic,
    Turn,
};

/// Where the dialogues are.
const PATH: &str = "/api/v1/dialogues";

/// A dialogue.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DialogueBody {
    /// Its id.
    id: Id,
    /// The part that it is about, if that is kept.
    part: Option<Id>,
    /// When it began.
    begun: Stamp,
    /// When a turn was last kept.
    saved: Stamp,
    /// How it is.
    mode: Mode,
    /// What the person wanted to keep of it.
    note: Option<Line>,
    /// The turns, the first first.
    turns: Vec<TurnBody>,
}

impl From<KeptDialogue> for DialogueBody {
    fn from(kept: KeptDialogue) -> Self {
        Self {
            id: kept.id,
            part: kept.part,
            begun: kept.begun,
            saved: kept.saved,
            mode: kept.stands.mode(),
            note: kept.note,
            turns: kept.turns.into_iter().map(TurnBody::from).collect(),
        }
    }
}

/// A turn that was kept.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TurnBody {
    /// Who speaks.
    from: Speaker,
    /// What is said.
    text: String,
    /// The step of a reply.
    stage: Option<Stage>,
    /// How the person was when they said it.
    state: Option<PersonState>,
    /// Where a reply comes from: `bank`, `fixed` or `escalation`.
    source: Option<String>,
    /// What the screen said of a turn of the person.
    risk: Option<Risk>,
    /// When it was kept.
    at: Stamp,
}

impl From<KeptTurn> for TurnBody {
    fn from(kept: KeptTurn) -> Self {
        let KeptTurn { from, text, stage, state, source, risk, at } = kept;
        Self { from, text, stage, state, source, risk, at }
    }
}

/// All dialogues.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DialoguesBody {
    /// The latest first.
    dialogues: Vec<DialogueBody>,
}

/// List the dialogues.
#[utoipa::path(
    get,
    path = "/dialogues",
    tag = "Parts",
    security(("token" = [])),
    responses((status = 200, description = "All of them.", body = DialoguesBody), JournalProblems),
)]
pub(super) async fn list(State(shared): State<Shared>) -> Result<Reply<DialoguesBody>, Problem> {
    let kept = shared.with_journal(Journal::dialogues).await?;
    Ok(Reply(DialoguesBody { dialogues: kept.into_iter().rev().map(DialogueBody::from).collect() }))
}

/// A dialogue to be begun.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct NewDialogueBody {
    /// A part that is known already, if it is about one.
    part: Option<Id>,
}

/// Begin a dialogue.
#[utoipa::path(
    post,
    path = "/dialogues",
    tag = "Parts",
    security(("token" = [])),
    request_body(content = NewDialogueBody, example = json!({})),
    responses(
        (status = 201, description = "It is begun.", body = DialogueBody,
            headers(("Location" = String, description = "Where it is."))),
        DialogueChangeProblems,
    ),
)]
pub(super) async fn begin(
    State(shared): State<Shared>,
    Json(body): Json<NewDialogueBody>,
) -> Result<Response, Problem> {
    let kept = shared.with_journal(move |journal| journal.begin_dialogue(body.part)).await?;
    let place = format!("{PATH}/{}", kept.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Reply(DialogueBody::from(kept))).into_response())
}

/// Give a dialogue with its turns.
#[utoipa::path(
    get,
    path = "/dialogues/{id}",
    tag = "Parts",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The dialogue.", body = DialogueBody), DialogueProblems),
)]
pub(super) async fn show(
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Reply<DialogueBody>, Problem> {
    let id = id_of(&id, ProblemKind::NoSuchDialogue)?;
    Ok(Reply(shared.with_journal(move |journal| journal.dialogue(id)).await?.into()))
}

/// What is to be kept with a dialogue. What is absent stays as it is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DialogueNoteBody {
    /// The part that it is about.
    part: Option<Id>,
    /// A line to remember it by.
    note: Option<Line>,
}

/// Keep which part a dialogue is about, and a line to remember it by.
#[utoipa::path(
    patch,
    path = "/dialogues/{id}",
    tag = "Parts",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    request_body(content = DialogueNoteBody, example = json!({"note": "It only wants me safe."})),
    responses((status = 200, description = "It is kept.", body = DialogueBody), DialogueChangeProblems),
)]
pub(super) async fn note(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    Json(body): Json<DialogueNoteBody>,
) -> Result<Reply<DialogueBody>, Problem> {
    let id = id_of(&id, ProblemKind::NoSuchDialogue)?;
    let kept = shared.with_journal(move |journal| {
        journal.note_dialogue(id, body.part, body.note.as_ref())?;
        journal.dialogue(id)
    });
    Ok(Reply(kept.await?.into()))
}

/// Delete a dialogue with its turns. What is known of its part stays.
#[utoipa::path(
    delete,
    path = "/dialogues/{id}",
    tag = "Parts",
    security(("token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 204, description = "It is gone."), DialogueProblems),
)]
pub(super) async fn delete(
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = id_of(&id, ProblemKind::NoSuchDialogue)?;
    shared.with_journal(move |journal| journal.delete_dialogue(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a person does other than say something.
#[derive(Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Wish {
    /// Leave it for now.
    Pause,
    /// Go on; after an alarm, that it is all right to.
    GoOn,
    /// Come back to the room.
    Ground,
    /// End.
    Stop,
    /// Be asked again what they said no to.
    Open,
}

/// A turn of the person: something said, or something wished; one of the two.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTurnBody {
    /// What they say.
    text: Option<String>,
    /// What they wish.
    wish: Option<Wish>,
    /// How many turns there were before this one, as the caller knows: sent again with the same
    /// number, a turn is kept and answered once.
    place: Option<usize>,
    /// ISO 3166 code of the country whose helplines are given.
    country: Option<String>,
}

/// The answer to a turn.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct AnswerBody {
    #[serde(flatten)]
    answer: PartsBody,
    /// How the dialogue is now.
    mode: Mode,
    /// How many turns there are now.
    turns: usize,
    /// Whether this is the end: what the person wants to keep can be asked now.
    asks_for_notes: bool,
    /// What the screen said of what they said; `null` where they said nothing.
    risk: Option<Risk>,
}

/// Say something in a dialogue, or wish something, and get the guide's answer.
///
/// What is said is kept, then screened, then answered. In danger `escalation` is the reply, and the
/// talk stays with help until the person wishes to go on.
#[utoipa::path(
    post,
    path = "/dialogues/{id}/turns",
    tag = "Parts",
    security(("token" = [])),
    params(("id" = String, Path, description = "The dialogue's id.")),
    request_body(content = NewTurnBody, example = json!({"text": "a part of me won't let anyone help", "place": 0})),
    responses(
        (status = 200, description = "The answer; or, as events, `done` with it or `error` with a problem.",
            content((AnswerBody = "application/json"), (String = "text/event-stream"))),
        TurnProblems,
    ),
)]
pub(super) async fn turn(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<NewTurnBody>,
) -> Result<Response, Problem> {
    let id = id_of(&id, ProblemKind::NoSuchDialogue)?;
    let answer = shared.take_turn(id, body).await?;
    if wants_events(&headers) {
        return Ok(one_event("done", &answer));
    }
    Ok(Reply(answer).into_response())
}

/// A dialogue at the moment of a turn.
struct At {
    id: Id,
    request: PartsRequest,
    /// The part as the person has confirmed it.
    part: Option<(String, Option<Role>)>,
    stands: Dialogue,
}

impl Shared {
    async fn take_turn(&self, id: Id, body: NewTurnBody) -> Result<AnswerBody, Problem> {
        super::journal::country(body.country.as_deref())?;
        let (kept, part) = self
            .with_journal(move |journal| {
                let kept = journal.dialogue(id)?;
                let part = kept.part.map(|part| journal.part(part)).transpose()?;
                Ok((kept, part))
            })
            .await?;
        let place = body.place.unwrap_or(kept.turns.len());
        let turns = kept.turns.iter().map(|turn| Turn { from: turn.from, text: turn.text.clone() });
        let request = PartsRequest {
            id: id.to_string(),
            history: turns.collect(),
            country: body.country,
            ..PartsRequest::default()
        };
        let part = part.map(|part| (part.notes.name, part.notes.role));
        let mut at = At { id, request, part, stands: kept.stands };
        match (body.text, body.wish) {
            (Some(text), None) => {
                let text = EntryText::new(text).map_err(JournalError::from)?;
                if let Some(answered) = self.answered(&kept, at.part.as_ref(), place, text.as_str())? {
                    return Ok(answered);
                }
                // A turn that was kept and then cut off from its answer gets it now.
                at.request.history.truncate(place);
                if place > at.request.history.len() {
                    return Err(ProblemKind::ChangedMeanwhile.into());
                }
                let said = text.as_str().to_owned();
                self.with_journal(move |journal| journal.keep_turn(id, place, &text)).await?;
                at.request.history.push(Turn::person(said));
                self.answer_turn(at).await
            }
            (None, Some(wish)) => {
                if place != kept.turns.len() {
                    return Err(ProblemKind::ChangedMeanwhile.into());
                }
                self.grant(at, wish).await
            }
            _ => Err(Problem::new(ProblemKind::UnfitValue, &"Send either `text` or `wish`.")),
        }
    }

    /// The answer that was given to the same turn before, if it was.
    fn answered(
        &self,
        kept: &KeptDialogue,
        confirmed: Option<&(String, Option<Role>)>,
        place: usize,
        text: &str,
    ) -> Result<Option<AnswerBody>, Problem> {
        let (Some(said), Some(reply)) = (kept.turns.get(place), kept.turns.get(place + 1)) else {
            return Ok(None);
        };
        if said.from != Speaker::Person || said.text != text || reply.from != Speaker::Guide {
            return Ok(None);
        }
        let source = match reply.source.as_deref() {
            Some("bank") => PartsSource::Bank,
            Some("escalation") => PartsSource::Escalation,
            _ => PartsSource::Fixed,
        };
        let risk = said.risk.clone();
        let escalation = match (&risk, source) {
            (Some(risk), PartsSource::Escalation) => self.0.assistant.escalation(risk, None)?,
            _ => None,
        };
        let answer = PartsBody {
            id: kept.id.to_string(),
            stage: reply.stage.unwrap_or(Stage::Find),
            state: said.state.unwrap_or(PersonState::Open),
            part: PartBody {
                name: confirmed.as_ref().map_or_else(|| "none yet".to_owned(), |(name, _)| name.clone()),
                role: kept.stands.role().unwrap_or(Role::Manager),
                confirmed: confirmed.as_ref().is_some_and(|(_, role)| role.is_some()),
            },
            reply: reply.text.clone(),
            source,
            line: None,
            escalation,
            support: None,
            asks_for_notes: false,
            risk: None,
        };
        let (mode, turns) = (kept.stands.mode(), kept.turns.len());
        Ok(Some(AnswerBody { answer, mode, turns, asks_for_notes: false, risk }))
    }

    /// Screens, reads and answers the last turn, which is kept.
    async fn answer_turn(&self, mut at: At) -> Result<AnswerBody, Problem> {
        // Who speaks while it is paused goes on.
        if at.stands.mode() == Mode::Paused {
            at.stands = at.stands.step(Event::GoOn).0;
        }
        let assistant = &self.0.assistant;
        let heard = match self.turn().await {
            Ok(turn) => {
                let heard = self.until_stopped(assistant.hear(&at.request.history, Led::ByUs, &turn)).await;
                heard.map(|heard| (heard, turn))
            }
            Err(problem) => Err(problem),
        };
        match heard {
            Ok((heard, place)) => self.answer_heard(at, heard, place).await,
            Err(problem) => self.help_without_model(at, problem).await,
        }
    }

    /// Where the model can't read a turn now, the rules do: danger they see leads to help. All else
    /// waits; the turn is kept and gets its answer when it is sent again.
    async fn help_without_model(&self, at: At, problem: Problem) -> Result<AnswerBody, Problem> {
        let last = at.request.history.last().map(|turn| turn.text.clone()).unwrap_or_default();
        let country = super::journal::country(at.request.country.as_deref())?;
        let said = self.0.assistant.help_by_rules(&last, country).await?;
        let Some(said) = said else { return Err(problem) };
        let in_danger = Heard {
            danger: Danger::Present,
            topic: Topic::Work,
            act: Act::Works,
            found: true,
            state: PersonState::Crisis,
            toward: Stage::Ground,
            leave: None,
            seems: None,
        };
        self.say(at, Event::Said(in_danger), Some(said)).await
    }

    async fn grant(&self, mut at: At, wish: Wish) -> Result<AnswerBody, Problem> {
        let event = match wish {
            Wish::Pause => Event::Pause,
            Wish::GoOn => Event::GoOn,
            Wish::Ground => Event::Ground,
            Wish::Stop => Event::Stop,
            Wish::Open => {
                for stage in Stage::ALL {
                    at.stands = at.stands.step(Event::Open(stage)).0;
                }
                Event::GoOn
            }
        };
        self.say(at, event, None).await
    }

    /// Answers a turn that was heard, and keeps the answer before it is sent.
    async fn answer_heard(&self, at: At, heard: HeardTurn, place: Place) -> Result<AnswerBody, Problem> {
        let At { id, request, part, stands } = at;
        let confirmed = part.as_ref().map(|(name, role)| (name.as_str(), *role));
        let Answered { dialogue, effects, body } =
            self.0.assistant.reply_to(&request, confirmed, stands, &heard, &place).await?;
        drop(place);
        self.keep_answer((id, request.history.len()), dialogue, &effects, body, Some(heard.risk)).await
    }

    /// Takes the dialogue a step on without a turn that was read. `alarm`: what the rules alone said,
    /// where no model could read the turn.
    async fn say(&self, at: At, event: Event, alarm: Option<SaidBody>) -> Result<AnswerBody, Problem> {
        let At { id, request, part, stands } = at;
        let (stands, effects) = stands.step(event);
        let confirmed = part.as_ref().map(|(name, role)| (name.as_str(), *role));
        let mut answer = self.0.assistant.say(&request, confirmed, (&stands, &effects))?;
        let mut risk = None;
        if let Some(alarm) = alarm {
            risk = Some(alarm.risk);
            if let Some(escalation) = alarm.escalation {
                answer.reply.clone_from(&escalation.message);
                answer.escalation = Some(escalation);
            }
        }
        self.keep_answer((id, request.history.len()), stands, &effects, answer, risk).await
    }

    async fn keep_answer(
        &self,
        (id, said): (Id, usize),
        stands: Dialogue,
        effects: &[Effect],
        answer: PartsBody,
        risk: Option<Risk>,
    ) -> Result<AnswerBody, Problem> {
        let spoken = !effects.is_empty();
        let kept = (answer.reply.clone(), answer.stage, answer.state, answer.source.slug(), risk.clone());
        self.with_journal(move |journal| {
            if !spoken {
                return journal.keep_standing(id, stands);
            }
            let (text, stage, state, source, risk) = &kept;
            let answer = Answer { text, stage: *stage, state: *state, source, risk: risk.as_ref(), stands };
            journal.keep_answer(id, said, &answer)
        })
        .await?;
        let asks_for_notes = answer.asks_for_notes;
        let turns = said + usize::from(spoken);
        Ok(AnswerBody { answer, mode: stands.mode(), turns, asks_for_notes, risk })
    }
}
