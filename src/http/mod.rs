//! The service on this machine: HTTP over the [`Assistant`], for the page and for programs.
//!
//! One file per resource; what goes wrong is a [`Problem`]. Every request passes the guard, which
//! keeps other machines, other sites and other programs out. This room knows nothing of weights
//! or SQL, and nothing that a person wrote reaches a log or a problem's detail.

mod body;
mod check_ins;
mod country;
mod dialogues;
mod events;
mod exercises;
mod guard;
mod headers;
mod health;
mod helplines;
mod insights;
mod journal;
mod json;
mod kept;
mod kinds;
mod models;
mod openapi;
mod page;
mod parts;
mod people;
mod practice;
mod precondition;
mod problem;
mod pulls;
mod questionnaires;
mod recognitions;
mod record;
mod reflections;
mod reframe_feedback;
mod reframings;
mod reports;
mod safety_plan;
mod screenings;
mod serve;
mod token;
mod topics;
mod work;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use utoipa::OpenApi as _;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use crate::assistant::Assistant;
use crate::crisis::safety_plan::PlanStore;
use crate::journal::Door;
use crate::weights::ModelName;
use guard::Guard;
pub use health::{HealthBody, ModelHealth};
pub use problem::{Problem, ProblemKind};
pub use pulls::{PullBody, PullState, Shelf};
pub use screenings::ScreeningRequest;
pub use serve::serve;
pub use token::AccessToken;

/// What the service serves.
#[derive(Clone)]
pub struct Service {
    /// Who reads the texts.
    pub assistant: Assistant,
    /// The models of this machine.
    pub models: Arc<dyn Shelf>,
    /// The model that the assistant expects, which is fetched as soon as the service is up.
    pub fetch_first: Option<ModelName>,
    /// What a caller must show.
    pub token: AccessToken,
    /// Where the person's safety plan is kept.
    pub safety_plan: Arc<dyn PlanStore>,
    /// The way to their journal.
    pub journal: Arc<Door>,
}

/// Bytes of a body with one text of 20,000 characters, each of them escaped in JSON.
const MOST_BYTES: usize = 256 * 1024;
/// Bytes of a body with a text to be screened: 10 MB, and room for what stands around it.
const MOST_BYTES_SCREENING: usize = 12 * 1024 * 1024;
/// Long texts screened at once; each takes some hundred megabytes of memory for its time.
const LONG_SCREENINGS: usize = 2;

/// The routes of the service as it answers on `port` of this machine, without a socket.
/// [`serve`] puts it on one.
pub fn router(service: Service, port: u16) -> Router {
    build(service, port, CancellationToken::new()).0
}

/// As [`router`], with what its resources share; when `stopping` is cancelled, work in progress
/// ends with a problem.
fn build(service: Service, port: u16, stopping: CancellationToken) -> (Router, Shared) {
    let v1 = OpenApiRouter::new()
        .routes(routes!(reframings::create))
        .routes(routes!(reframe_feedback::create))
        .routes(routes!(reframe_feedback::show, reframe_feedback::forget))
        .routes(routes!(recognitions::create))
        .routes(routes!(screenings::create).layer(DefaultBodyLimit::max(MOST_BYTES_SCREENING)))
        .routes(routes!(models::list))
        .routes(routes!(models::pull, models::pulled, models::stop))
        .routes(routes!(helplines::list))
        .routes(routes!(safety_plan::show, safety_plan::keep, safety_plan::erase))
        .routes(routes!(dialogues::list, dialogues::begin))
        .routes(routes!(dialogues::show, dialogues::note, dialogues::delete))
        .routes(routes!(dialogues::turn))
        .routes(routes!(parts::list, parts::create))
        .routes(routes!(parts::map))
        .routes(routes!(parts::show, parts::change, parts::delete))
        .routes(routes!(parts::merge))
        .routes(routes!(questionnaires::list))
        .routes(routes!(questionnaires::show))
        .routes(routes!(questionnaires::respond, questionnaires::responses))
        .routes(routes!(check_ins::list, check_ins::create))
        .routes(routes!(check_ins::show, check_ins::change, check_ins::delete))
        .routes(routes!(practice::steps, practice::add_step))
        .routes(routes!(practice::step, practice::delete_step))
        .routes(routes!(practice::next))
        .routes(routes!(practice::plans, practice::plan))
        .routes(routes!(practice::planned, practice::delete_plan))
        .routes(routes!(practice::record))
        .routes(routes!(people::list, people::create))
        .routes(routes!(people::show, people::change, people::delete))
        .routes(routes!(exercises::list))
        .routes(routes!(exercises::show))
        .routes(routes!(topics::list))
        .routes(routes!(topics::show))
        .routes(routes!(reflections::list))
        .routes(routes!(reflections::show))
        .routes(routes!(reflections::respond, reflections::responses))
        .routes(routes!(reflections::delete))
        .routes(routes!(insights::show))
        .routes(routes!(insights::digest, insights::choose_digest))
        .routes(routes!(body::list, body::delete))
        .routes(routes!(body::import).layer(DefaultBodyLimit::disable()))
        .routes(routes!(body::list_cortisol, body::keep_cortisol))
        .routes(routes!(body::show_cortisol, body::delete_cortisol))
        .routes(routes!(reports::preview))
        .routes(routes!(reports::make))
        .routes(routes!(health::show))
        .merge(journal::routes());
    let (routes, document) = OpenApiRouter::with_openapi(openapi::Document::openapi())
        .nest(guard::BASE, v1)
        .routes(routes!(openapi::show))
        .split_for_parts();

    let guard = Arc::new(Guard::new(service.token, port));
    let shared = Shared(Arc::new(Parts {
        assistant: service.assistant.with_safety_plan(Arc::clone(&service.safety_plan)),
        safety_plan: service.safety_plan,
        journal: service.journal,
        reader: journal::Reader::default(),
        derivations: Semaphore::new(1),
        models: service.models,
        pulls: pulls::Pulls::default(),
        document: openapi::to_bytes(&document),
        long_screenings: Arc::new(Semaphore::new(LONG_SCREENINGS)),
        stopping,
    }));
    let router = routes
        .merge(page::routes())
        .fallback(|| async { Problem::from(ProblemKind::NotFound) })
        .method_not_allowed_fallback(|| async { Problem::from(ProblemKind::MethodNotAllowed) })
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(from_fn_with_state(guard, guard::check))
        .layer(from_fn(headers::add))
        .layer(from_fn(record::request))
        .with_state(shared.clone());
    (router, shared)
}

/// What the resources share. Cloning is cheap.
#[derive(Clone)]
struct Shared(Arc<Parts>);

struct Parts {
    assistant: Assistant,
    models: Arc<dyn Shelf>,
    pulls: pulls::Pulls,
    safety_plan: Arc<dyn PlanStore>,
    journal: Arc<Door>,
    reader: journal::Reader,
    /// Places for deriving a key from a passphrase.
    derivations: Semaphore,
    document: Bytes,
    long_screenings: Arc<Semaphore>,
    stopping: CancellationToken,
}
