//! A service to test, without a socket, and ways to ask it and to look at its answers.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode, header};
use evenkeel::assistant::Assistant;
use evenkeel::crisis::Date;
use evenkeel::crisis::safety_plan::PlanFile;
use evenkeel::http::{AccessToken, Service, Shelf, router};
use evenkeel::journal::{Door, PlanKeeper, SystemClock};
use evenkeel::weights::{Cancel, ModelCache, ModelList, ModelName, Progress, Registry, WeightsError};
use http_body_util::BodyExt as _;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::Value;
use tower::ServiceExt as _;

/// The port that the service believes to answer on.
pub(crate) const PORT: u16 = 4180;

pub(crate) fn assistant() -> Assistant {
    Assistant::rules_only(Date::new(2026, 11, 30).unwrap()).unwrap()
}

/// A service around an assistant, with the built-in models and an empty cache.
pub(crate) fn service(assistant: Assistant) -> Service {
    Service {
        assistant,
        models: Arc::new(BuiltIn),
        fetch_first: None,
        token: AccessToken::generate().unwrap(),
        safety_plan: no_plan(),
        journal: no_journal(),
    }
}

/// The built-in models, an empty cache, and no network.
struct BuiltIn;

impl BuiltIn {
    fn cache() -> Result<ModelCache, WeightsError> {
        Ok(ModelCache::locate(Some(std::env::temp_dir().join("evenkeel-no-models-here")))?.offline(true))
    }
}

impl Shelf for BuiltIn {
    fn list(&self) -> Result<ModelList, WeightsError> {
        let cache = Self::cache()?;
        cache.list(&Registry::load(cache.folder())?)
    }

    fn pull(&self, name: &ModelName, progress: &dyn Progress, cancel: &Cancel) -> Result<(), WeightsError> {
        let cache = Self::cache()?;
        let registry = Registry::load(cache.folder())?;
        cache.pull(registry.find(name)?, progress, cancel).map(drop)
    }
}

/// The way to a journal where none may be made.
pub(crate) fn no_journal() -> Arc<Door> {
    let nowhere = Path::new("/proc/evenkeel-no-journal-here").to_owned();
    Arc::new(Door::new(nowhere, Arc::new(SystemClock), None))
}

/// The place of a plan where there is none.
pub(crate) fn no_plan() -> Arc<PlanFile> {
    Arc::new(PlanFile::in_folder(std::env::temp_dir().join("evenkeel-no-plan-here")))
}

pub(crate) struct House {
    pub(crate) router: Router,
    token: String,
}

impl House {
    pub(crate) fn rules_only() -> Self {
        Self::of(assistant())
    }

    pub(crate) fn of(assistant: Assistant) -> Self {
        Self::around(service(assistant))
    }

    /// A service whose safety plan lies in a folder.
    pub(crate) fn with_plan_in(folder: &Path, assistant: Assistant) -> Self {
        let safety_plan = Arc::new(PlanFile::in_folder(folder));
        Self::around(Service { safety_plan, ..service(assistant) })
    }

    /// A service whose journal lies in a folder, by phrase rules alone.
    pub(crate) fn with_journal_in(folder: &Path) -> Self {
        Self::with_journal(folder, None, assistant())
    }

    /// A service whose journal lies in a folder and is let go after some time without use.
    pub(crate) fn with_journal(folder: &Path, idle: Option<Duration>, assistant: Assistant) -> Self {
        let journal = Arc::new(Door::new(folder.to_owned(), Arc::new(SystemClock), idle));
        Self::around(Service { journal, ..service(assistant) })
    }

    /// A service whose journal and safety plan lie in a folder.
    pub(crate) fn with_journal_and_plan_in(folder: &Path) -> Self {
        let journal = Arc::new(Door::new(folder.to_owned(), Arc::new(SystemClock), None));
        let safety_plan = Arc::new(PlanKeeper::behind(Arc::clone(&journal)));
        Self::around(Service { journal, safety_plan, ..service(assistant()) })
    }

    pub(crate) fn around(service: Service) -> Self {
        let token = service.token.reveal().to_owned();
        Self { router: router(service, PORT), token }
    }

    /// A request as the person's own programs send it.
    pub(crate) fn request(&self, method: &str, path: &str) -> Builder {
        bare(method, path).header(header::AUTHORIZATION, format!("Bearer {}", self.token))
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    /// Sends a body that is said to be JSON.
    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = self.request("POST", path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn post_json(&self, path: &str, body: Value) -> Answer {
        self.post(path, body.to_string()).await
    }
}

/// A request without a token.
pub(crate) fn bare(method: &str, path: &str) -> Builder {
    Request::builder().method(method).uri(path).header(header::HOST, format!("127.0.0.1:{PORT}"))
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// Status, content type and the form of the body: names of fields and types of values.
    pub(crate) fn shape(&self) -> String {
        let (status, kind) = (self.status.as_u16(), self.header("content-type"));
        format!("{status} {kind}\n{}", shape(&self.json(), 0))
    }

    /// Status, type and detail of a problem.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body = self.json();
        assert_eq!(body["status"], self.status.as_u16());
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        format!("{} {}: {}", self.status.as_u16(), text("type"), text("detail"))
    }
}

/// That an answer is whole although there is no model, and says so.
pub(crate) fn assert_read_by_rules_only(answer: &Answer) {
    allow_duplicates! {
        assert_snapshot!(answer.shape(), @r#"
        200 application/json
        distortions: []
        id: string
        model: null
        notice: string
        outcome: string
        probabilities: {}
        reframes: []
        risk: {about: string, coverage: string, flags: [], level: string, matches: [], medical: string, probabilities: {active_ideation: number, distress: number, imminent: number, none: number, passive_ideation: number, plan_or_intent: number}, tier: string, unmoored: bool}
        schema: number
        support: null
        timing_ms: {recognise: number, reframe: number, screen: number}
        "#);
    }
    assert_eq!(answer.json()["risk"]["coverage"], "rules_only");
}

/// Answers that should all be one of few, each once.
pub(crate) fn lines(told: BTreeSet<String>) -> String {
    told.into_iter().collect::<Vec<_>>().join("\n")
}

fn shape(value: &Value, depth: usize) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "bool".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "string".into(),
        Value::Array(items) => match items.first() {
            None => "[]".into(),
            Some(first) => format!("[{}]", shape(first, depth)),
        },
        Value::Object(fields) if depth >= 1 => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}: {}", shape(value, depth + 1))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Object(fields) => {
            let lines: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}: {}", shape(value, depth + 1))).collect();
            lines.join("\n")
        }
    }
}
