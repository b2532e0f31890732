//! The one way through the house: a text becomes an entry, is screened, and either leads to help
//! or is recognised and reframed. The command line, the service, and the evaluations call these
//! three functions and no others, so the order of the steps is written down once.

mod acknowledgement;
mod content;
mod diary;
mod insight;
mod mind;
mod parts;
mod personal;
mod plan;
mod practice;
mod questionnaire;
mod reflection;
mod reply;
mod report;
mod stopwatch;

use std::sync::Arc;

use serde::Deserialize;
use uuid::Uuid;

use crate::crisis::safety_plan::PlanStore;
use crate::crisis::{
    self, Answer, CountryCode, Coverage, Date, Escalation, Level, ModelOpinion, Part, PartName, Risk,
    Screened,
};
use crate::distortion;
use crate::entry::{Entry, EntryError, Limit};
use crate::heads::{self, HeadFileError, Heads, Reading};
use crate::judge::judge;
use crate::language::{Engine, LanguageError, Session};
use crate::reframe::{self, Effect, Fitness, Personal, Suggested, Writer};
use mind::{Mind, Place};
use stopwatch::Stopwatch;

pub use acknowledgement::AcknowledgementError;
pub use content::{Content, ContentError};
pub use diary::{Alarms, DiaryError, SaidBody, request as request_of};
pub use insight::WeeklyDigest;
pub use mind::ModelState;
pub use parts::{Answered, HeardTurn, Led, PartBody, PartsBody, PartsRequest, PartsSource};
pub use personal::{SaidOfReframe, SaidOfReframes};
pub use plan::{PlanChangeBody, PlanScreening};
pub use practice::{PracticeHistory, SuggestionBody, words_of_late};
pub use questionnaire::{LastTime, SheetBody, given_of, kept_content};
pub use reflection::ReflectedBody;
pub use reply::{
    DistortionBody, ModelBody, Outcome, PersonalBody, ReframeBody, Reply, ReplyBody, ScreeningBody, SpanBody,
    TimingBody,
};
pub use report::{GatherError, ReportRequest};

/// What a person asks for, before anything was checked.
#[derive(Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// Comes back in the reply; made up if absent.
    pub id: Option<String>,
    /// What the person wrote. Up to 20,000 characters, to be screened up to 10 million.
    pub text: String,
    /// What happened, if told apart from the thought. Screened too.
    pub situation: Option<String>,
    /// How many reframes to show, 1–5; 3 if absent.
    pub candidates: Option<usize>,
    /// For the choice among equals and for generated text; 0 if absent.
    pub seed: Option<u64>,
    /// ISO 3166 code of the country whose helplines are given.
    pub country: Option<String>,
    /// Whether the model may write reframes itself.
    pub generate: bool,
    /// Id of an earlier screening of this text to which the person answered "that's not what I
    /// meant". Accepted below the tier `emergency`; help stays in the reply.
    pub acknowledges: Option<String>,
}

/// Prints what is safe to print.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({} bytes)", self.text.len())
    }
}

/// What can go wrong on the way.
#[derive(Debug, thiserror::Error)]
pub enum AssistantError {
    /// The text cannot be used.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// Not a country code.
    #[error(transparent)]
    Country(#[from] crisis::CountryCodeError),
    /// A number in the request is out of range.
    #[error("`candidates` is {0}; it can be 1 to 5.")]
    Candidates(usize),
    /// An id that is too long to be kept.
    #[error("`id` is longer than {MOST_ID} characters. Choose a shorter one.")]
    Id,
    /// The acknowledgement cannot be accepted.
    #[error(transparent)]
    Acknowledgement(#[from] AcknowledgementError),
    /// The model could not do its part.
    #[error(transparent)]
    Language(#[from] LanguageError),
    /// The model could not be loaded; the text says why.
    #[error("{0}")]
    ModelFailed(String),
    /// A history that does not end with the person.
    #[error("`history` has to end with a turn of the person. Add what they said last.")]
    History,
    /// The model has not learnt to lead the dialogue.
    #[error(
        "This model has no heads for the parts dialogue. `evenkeel train heads` trains them; the default model has them."
    )]
    PartsUnlearnt,
    /// Trained heads do not fit.
    #[error(transparent)]
    Heads(#[from] HeadFileError),
}

/// Something that is known before the reply is complete.
#[derive(Debug, Clone)]
pub enum Event {
    /// The screen's answer.
    Risk(Risk),
    /// The habits of thought that were found.
    Distortions(Vec<DistortionBody>),
    /// What is being done now: `reading`, `choosing`, `writing`.
    Progress(&'static str),
    /// One reframe, whole and checked.
    Reframe(ReframeBody),
}

/// The assistant. Cloning is cheap.
#[derive(Clone)]
pub struct Assistant {
    content: Arc<Content>,
    acknowledgements: Arc<acknowledgement::Ledger>,
    mind: Place,
    writer: Option<Arc<dyn Writer>>,
    plan: Option<Arc<dyn PlanStore>>,
    today: Date,
}

impl Assistant {
    /// An assistant without a model: it can screen by rules alone and give help.
    ///
    /// # Errors
    /// [`ContentError`] if the content files were edited and do not hold together.
    pub fn rules_only(today: Date) -> Result<Self, ContentError> {
        Ok(Self {
            content: Arc::new(Content::embedded()?),
            acknowledgements: Arc::default(),
            mind: Place::default(),
            writer: None,
            plan: None,
            today,
        })
    }

    /// The same assistant with a model. `heads` are the ones trained on exactly this model.
    #[must_use]
    pub fn with_model(self, engine: Engine, heads: Option<Heads>, model: ModelBody) -> Self {
        let mind = Place::default();
        mind.put(Mind::new(engine, heads, model));
        Self { mind, ..self }
    }

    /// Says that a model is on its way: until it is here, texts that need one are refused, not
    /// read by rules alone. Holds for all clones of this assistant.
    pub fn expect_model(&self) {
        self.mind.expect();
    }

    /// The model that was expected. It stays for good, in all clones of this assistant.
    pub fn model_came(&self, engine: Engine, heads: Option<Heads>, model: ModelBody) {
        self.mind.put(Mind::new(engine, heads, model));
    }

    /// The model that was expected could not be had; `why` says what can be done.
    pub fn model_failed(&self, why: String) {
        self.mind.fail(why);
    }

    /// The same assistant with another engine that writes reframes, where writing is asked for.
    #[must_use]
    pub fn with_writer(self, writer: impl Writer + 'static) -> Self {
        Self { writer: Some(Arc::new(writer)), ..self }
    }

    /// Whether the model is there and where its loading stands.
    #[must_use]
    pub fn model_state(&self) -> ModelState {
        self.mind.state()
    }

    /// What the assistant knows by heart.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// What is known of the model, if there is one.
    #[must_use]
    pub fn model(&self) -> Option<&ModelBody> {
        self.mind.get().map(|m| &m.body)
    }

    /// The help that a risk leads to, if it leads to help; for those who screen and do not
    /// reframe.
    ///
    /// # Errors
    /// [`AssistantError::Country`] if `country` is not two letters.
    pub fn escalation(
        &self,
        risk: &Risk,
        country: Option<&str>,
    ) -> Result<Option<Escalation>, AssistantError> {
        let country = CountryCode::named(country)?;
        let lines = self.content.screen.helplines().for_country(&country, self.today);
        let escalation = self.content.screen.escalation(risk, &lines, self.acknowledgements.turn());
        Ok(escalation.map(|one| self.with_own_plan(one)))
    }

    /// The day for which helplines are judged stale.
    #[must_use]
    pub fn today(&self) -> Date {
        self.today
    }

    /// A place in the model's queue, waiting for it if all are taken. Without a model there is
    /// nothing to wait for.
    ///
    /// # Errors
    /// [`AssistantError`] if the model could not be loaded.
    pub async fn turn(&self) -> Result<Turn, AssistantError> {
        match self.mind.get() {
            None => Ok(Turn(None)),
            Some(mind) => {
                mind.engine.ready().await.map_err(AssistantError::ModelFailed)?;
                Ok(Turn(Some(mind.engine.session().await?)))
            }
        }
    }

    /// A place in the model's queue, or [`LanguageError::Busy`] at once if all are taken.
    ///
    /// # Errors
    /// [`AssistantError`]; also if the model could not be loaded.
    pub async fn try_turn(&self) -> Result<Turn, AssistantError> {
        match self.mind.get() {
            None => Ok(Turn(None)),
            Some(mind) => {
                let session = mind.engine.try_session()?;
                mind.engine.ready().await.map_err(AssistantError::ModelFailed)?;
                Ok(Turn(Some(session)))
            }
        }
    }

    /// Screens a text for danger.
    ///
    /// # Errors
    /// [`AssistantError`] if the text cannot be used or the model fails.
    pub async fn screen(&self, request: &Request, turn: &Turn) -> Result<ScreeningBody, AssistantError> {
        let asked = Asked::check(request, Limit::Screening)?;
        let (_, risk) = self.assess(&asked, turn).await?;
        self.acknowledgements.remember(&asked.id, &asked.entry, risk.tier);
        Ok(ScreeningBody::new(asked.id, risk))
    }

    /// Screens a text and names the distortions in it; gives no reframes.
    ///
    /// # Errors
    /// [`AssistantError`] if the text cannot be used or the model fails.
    pub async fn recognise(
        &self,
        request: &Request,
        turn: &Turn,
        on: &(dyn Fn(Event) + Send + Sync),
    ) -> Result<ReplyBody, AssistantError> {
        self.answer(request, turn, on, Depth::Recognise).await
    }

    /// The whole path: screens a text and, if nothing speaks against it, names the distortions
    /// in it and offers reframes. `personal` is what follows from what this person was shown and
    /// said before; `None` where that is not known.
    ///
    /// # Errors
    /// [`AssistantError`] if the text cannot be used or the model fails.
    pub async fn reframe(
        &self,
        request: &Request,
        turn: &Turn,
        personal: Option<&Personal>,
        on: &(dyn Fn(Event) + Send + Sync),
    ) -> Result<ReplyBody, AssistantError> {
        self.answer(request, turn, on, Depth::Reframe(personal)).await
    }

    /// How well lines fit a text, for measuring; `None` if this model has not learnt to tell.
    ///
    /// # Errors
    /// [`AssistantError`] if the text cannot be used or the model fails.
    pub async fn fitness(
        &self,
        text: &str,
        lines: &[&str],
        turn: &Turn,
    ) -> Result<Option<Vec<Fitness>>, AssistantError> {
        let entry = Entry::new(text, Limit::Reframing)?;
        let heads = self.mind.get().and_then(|mind| mind.heads.as_deref());
        let (Some(heads), Some(session)) = (heads, &turn.0) else { return Ok(None) };
        let Some(reader) = reframe::FitReader::of(heads) else { return Ok(None) };
        Ok(Some(reader.read(session, entry.normalised().trim(), lines).await?))
    }
}

/// A place in the model's queue; dropping it cancels what was asked for.
pub struct Turn(Option<Session>);

impl Turn {
    /// A turn in which the phrase rules alone read; it waits for nothing.
    #[must_use]
    pub const fn without_model() -> Self {
        Self(None)
    }
}

/// Statements that a model without heads is asked about, for the screen.
const DANGER: [(Level, &str); 3] = [
    (
        Level::PassiveIdeation,
        "The writer wishes to be dead or thinks others would be better off without them.",
    ),
    (Level::ActiveIdeation, "The writer thinks of killing or harming themselves."),
    (Level::PlanOrIntent, "The writer plans or is about to end their life."),
];
/// A model without heads is believed above this; it is not calibrated.
const BELIEVED: f32 = 0.5;
/// Characters of an id at most; thousands of them are remembered.
const MOST_ID: usize = 128;
/// Reframes shown if the request does not say how many.
const SHOWN: usize = 3;

/// How far a text goes.
#[derive(Clone, Copy)]
enum Depth<'a> {
    /// To its distortions.
    Recognise,
    /// To reframes, with what is known of the person.
    Reframe(Option<&'a Personal>),
}

impl Depth<'_> {
    const fn is_personal(self) -> bool {
        matches!(self, Self::Reframe(Some(_)))
    }
}

/// A request after its texts were checked.
struct Asked {
    id: String,
    entry: Entry,
    situation: Option<Entry>,
    country: CountryCode,
}

impl Asked {
    fn check(request: &Request, limit: Limit) -> Result<Self, AssistantError> {
        let situation = request.situation.as_deref().filter(|s| !s.trim().is_empty());
        match request.candidates {
            Some(n) if !(1..=5).contains(&n) => return Err(AssistantError::Candidates(n)),
            _ => {}
        }
        if request.id.as_ref().is_some_and(|id| id.chars().count() > MOST_ID) {
            return Err(AssistantError::Id);
        }
        Ok(Self {
            id: request.id.clone().unwrap_or_else(|| Uuid::now_v7().to_string()),
            entry: Entry::new(request.text.as_str(), limit)?,
            situation: situation.map(|s| Entry::new(s, limit)).transpose()?,
            country: CountryCode::named(request.country.as_deref())?,
        })
    }
}

impl Assistant {
    async fn answer(
        &self,
        request: &Request,
        turn: &Turn,
        on: &(dyn Fn(Event) + Send + Sync),
        depth: Depth<'_>,
    ) -> Result<ReplyBody, AssistantError> {
        let asked = Asked::check(request, Limit::Reframing)?;
        let answer = match &request.acknowledges {
            Some(id) => {
                self.acknowledgements.acknowledge(id, &asked.entry)?;
                Answer::NotMeant
            }
            None => Answer::Unasked,
        };
        let mut clock = Stopwatch::start();
        let mut timing = TimingBody::default();

        on(Event::Progress("reading"));
        let (reading, risk) = self.assess(&asked, turn).await?;
        self.acknowledgements.remember(&asked.id, &asked.entry, risk.tier);
        timing.screen = clock.lap();
        on(Event::Risk(risk.clone()));

        let lines = self.content.screen.helplines().for_country(&asked.country, self.today);
        let variant = self.acknowledgements.turn();
        let screen = &self.content.screen;
        let support = screen.support(&risk, answer, &lines, variant);
        let reply = match (screen.decide(&asked.entry, &risk, answer, &lines, variant), &turn.0) {
            (Screened::Escalated(escalation), _) => Reply::Escalated(self.with_own_plan(escalation)),
            (Screened::Clear(cleared), Some(session)) => {
                let mind = self.mind.get();
                let read = mind.and_then(|m| m.heads.as_deref()).zip(reading.as_ref());
                let catalogue = &self.content.catalogue;
                let recognition = match read {
                    Some((heads, reading)) => distortion::recognise(&cleared, heads, reading)?,
                    None => distortion::recognise_by_choices(&cleared, catalogue, session).await?,
                };
                timing.recognise = clock.lap();
                on(Event::Distortions(reply::distortions(&asked.entry, catalogue, &recognition.found)));
                let suggested = if let Depth::Reframe(personal) = depth {
                    on(Event::Progress("choosing"));
                    let material = reframe::Material { entry: &cleared, recognition: &recognition, read };
                    let nobody = Personal::default();
                    let wanted = reframe::Wanted {
                        count: request.candidates.unwrap_or(SHOWN),
                        seed: request.seed.unwrap_or(0),
                        generate: request.generate,
                        // What was stopped and then set aside stays in this program.
                        writer: self.writer.as_deref().filter(|_| !risk.tier.escalates()),
                        personal: personal.unwrap_or(&nobody),
                    };
                    reframe::suggest(
                        &material,
                        &self.content.library,
                        catalogue,
                        screen.rules(),
                        session,
                        wanted,
                        &|reframing| on(Event::Reframe(reframing.into())),
                    )
                    .await?
                } else {
                    Suggested { reframes: Vec::new(), effect: Effect::default(), trouble: None }
                };
                timing.reframe = clock.lap();
                let notice = suggested.trouble.map(|trouble| trouble.to_string());
                let reframes = suggested.reframes;
                let personal = depth.is_personal().then_some(suggested.effect);
                Reply::Read { recognition: Some(recognition), reframes, personal, support, notice }
            }
            (Screened::Clear(_) | Screened::Held, _) => {
                let notice = match risk.coverage {
                    Coverage::UnsupportedLanguage => {
                        "I can read English only, so I can't be sure what this says and build nothing on it."
                    }
                    Coverage::RulesOnly => {
                        "The language model is not here, so only the phrase rules have read this. Fetch it with `evenkeel models pull`."
                    }
                    Coverage::Full => {
                        "It may help more to come back to the room first than to work on a thought."
                    }
                };
                Reply::Read {
                    recognition: None,
                    reframes: Vec::new(),
                    personal: None,
                    support,
                    notice: Some(notice.to_owned()),
                }
            }
        };
        let model = self.mind.get().map(|m| m.body.clone());
        Ok(ReplyBody::new(asked.id, &asked.entry, &self.content.catalogue, risk, reply, model, timing))
    }

    /// Screens the text and its situation, reading both with the model if it is there.
    async fn assess(&self, asked: &Asked, turn: &Turn) -> Result<(Option<Reading>, Risk), AssistantError> {
        let (reading, opinion) = self.opinion(&asked.entry, turn).await?;
        let mut parts = vec![Part { name: PartName::Text, entry: &asked.entry, opinion }];
        if let Some(situation) = &asked.situation {
            let (_, opinion) = self.opinion(situation, turn).await?;
            parts.push(Part { name: PartName::Situation, entry: situation, opinion });
        }
        Ok((reading, self.content.screen.assess(&parts)))
    }

    async fn opinion(
        &self,
        entry: &Entry,
        turn: &Turn,
    ) -> Result<(Option<Reading>, Option<ModelOpinion>), AssistantError> {
        let (Some(mind), Some(session)) = (self.mind.get(), &turn.0) else { return Ok((None, None)) };
        let Some(heads) = mind.heads.as_deref() else {
            // Without heads the model is asked about the grave levels, one statement each.
            let mut opinion = ModelOpinion::none();
            for (level, statement) in DANGER {
                let probability = judge(session, entry, statement).await?;
                opinion.believe(level, probability, BELIEVED);
            }
            return Ok((None, Some(opinion)));
        };
        let reading = heads::read(session, heads.depth, entry.normalised()).await?;
        let opinion = ModelOpinion::read(heads, &reading)?;
        Ok((Some(reading), Some(opinion)))
    }
}
