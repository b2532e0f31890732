//! `/reports`: what a person chose to bring to their therapist, looked at first, then made.

use axum::Json as Reply;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use utoipa::IntoParams;
use zeroize::Zeroizing;

use super::json::Json;
use super::work::{ReportPreviewProblems, ReportProblems};
use super::{Problem, ProblemKind, Shared};
use crate::assistant::{GatherError, ReportRequest};
use crate::journal::Sealed;
use crate::report::{Form, Preview, Report};

/// What a report would hold.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct PreviewBody {
    /// Rises when something breaks.
    schema: u32,
    #[serde(flatten)]
    preview: Preview,
}

/// Look at what a report would hold. Nothing is made.
#[utoipa::path(
    post,
    path = "/reports/preview",
    tag = "Insight",
    security(("token" = [])),
    request_body(content = ReportRequest, example = json!({"from": "2026-09-01", "to": "2026-11-30", "sections": ["questionnaires", "check_ins"]})),
    responses((status = 200, description = "A line for each section that was chosen.", body = PreviewBody), ReportPreviewProblems),
)]
pub(super) async fn preview(
    State(shared): State<Shared>,
    Json(request): Json<ReportRequest>,
) -> Result<Reply<PreviewBody>, Problem> {
    let report = shared.report(request).await?;
    Ok(Reply(PreviewBody { schema: 1, preview: report.preview() }))
}

/// In which form.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FormQuery {
    /// `page`, `pdf`, `json`, `csv` or `fhir`.
    #[param(value_type = String)]
    form: Form,
}

/// What is to be made of it.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MakeRequest {
    /// What was chosen, as for the preview.
    report: ReportRequest,
    /// A passphrase to encrypt the file with (age); plain if absent.
    #[serde(default)]
    passphrase: Option<String>,
}

/// Make a report of what was chosen, and nothing else.
///
/// Nothing is in it by default. The answer is a file under a name that tells nobody what it is.
/// It is plain unless a passphrase is given; then `age --decrypt` opens it.
#[utoipa::path(
    post,
    path = "/reports",
    tag = "Insight",
    security(("token" = [])),
    params(FormQuery),
    request_body(content = MakeRequest, example = json!({"report": {"from": "2026-09-01", "to": "2026-11-30", "sections": ["questionnaires"]}})),
    responses((status = 200, description = "The file.", body = Vec<u8>, content_type = "application/octet-stream"), ReportProblems),
)]
pub(super) async fn make(
    State(shared): State<Shared>,
    asked: Result<Query<FormQuery>, QueryRejection>,
    Json(MakeRequest { report, passphrase }): Json<MakeRequest>,
) -> Result<Response, Problem> {
    let Query(FormQuery { form }) = asked.map_err(|_| ProblemKind::UnfitQuery)?;
    let passphrase = passphrase.map(Zeroizing::new);
    if passphrase.as_ref().is_some_and(|given| given.is_empty()) {
        return Err(ProblemKind::UnfitSecret.into());
    }
    let report = shared.report(report).await?;
    let name = form.file_name(report.head());
    let (kind, name) = match passphrase {
        None => (form.media_type(), name),
        Some(_) => ("application/octet-stream", format!("{name}.age")),
    };
    let made = spawn_blocking(move || -> Result<Vec<u8>, Problem> {
        let bytes = report.make(form).map_err(GatherError::from)?;
        let Some(passphrase) = passphrase else { return Ok(bytes) };
        let mut sealed = Vec::new();
        Sealed::Passphrase(passphrase).around(&mut sealed, |out| Ok(out.write_all(&bytes)?))?;
        Ok(sealed)
    });
    let bytes = made.await.map_err(|_| ProblemKind::Failed)??;
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, bytes).into_response())
}

impl Shared {
    async fn report(&self, request: ReportRequest) -> Result<Report, Problem> {
        let (assistant, door) = (self.0.assistant.clone(), std::sync::Arc::clone(&self.0.journal));
        let gathered = spawn_blocking(move || {
            let journal = door.journal()?;
            assistant.content().report(&journal, &request, Timestamp::now())
        });
        Ok(gathered.await.map_err(|_| ProblemKind::Failed)??)
    }
}

impl From<GatherError> for Problem {
    fn from(error: GatherError) -> Self {
        match error {
            GatherError::Journal(error) => error.into(),
            GatherError::Period(error) => error.into(),
            GatherError::TooLong { .. } | GatherError::Outside { .. } => {
                Self::new(ProblemKind::UnfitValue, &error)
            }
            GatherError::Report(error) => Self::new(ProblemKind::UnfitPeriod, &error),
        }
    }
}
