//! `GET /api/openapi.json`: the API's description, made from the routes themselves.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi as Describe};

use super::{Problem, Shared};

/// What stands in the document beside the routes.
#[derive(Describe)]
#[openapi(
    info(
        title = "Evenkeel",
        description = "A local-first assistant for the moment a thought turns on you. It runs on this machine, it is not a therapist, and it can be wrong. Every failure is a problem as in RFC 9457.",
    ),
    tags(
        (name = "Texts", description = "What a person wrote."),
        (name = "Journal", description = "What a person keeps, encrypted on this machine."),
        (name = "Parts", description = "Getting to know parts of oneself, at their pace."),
        (name = "Practice", description = "Check-ins, steps towards letting people in, and people who feel safe."),
        (name = "Insight", description = "What weeks of kept days show, what wearables measured, and reports for a therapist."),
        (name = "Help", description = "Whom to call."),
        (name = "Questionnaires", description = "Standard questionnaires and what sheets of them add up to."),
        (name = "Reflections", description = "Questions without a score, and what was ticked and written in them."),
        (name = "About", description = "The service and its models."),
    ),
    components(schemas(Problem)),
    modifiers(&Token),
)]
pub(super) struct Document;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut OpenApi) {
        let about = "The token that `evenkeel serve` printed; new at each start. `X-Evenkeel-Token: TOKEN` works too.";
        let scheme = Http::builder().scheme(HttpAuthScheme::Bearer).description(Some(about)).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// The document as JSON.
pub(super) fn to_bytes(document: &OpenApi) -> Bytes {
    // A document of strings and maps cannot fail to become JSON; were it to, it would be empty.
    serde_json::to_vec(document).unwrap_or_default().into()
}

/// Give this document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "About",
    security(()),
    responses((status = 200, description = "The API as OpenAPI 3.1.", body = serde_json::Value)),
)]
pub(super) async fn show(State(shared): State<Shared>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], shared.0.document.clone())
}
