//! `POST /entries/{id}/recognitions` and `/reframings`: what is done with a text, done with one
//! that is kept, and what is found is kept with it.

use axum::Json as Reply;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};

use super::super::country::CountryQuery;
use super::super::work::EntryReadingProblems;
use super::super::{Problem, ProblemKind, Shared};
use super::id_of;
use crate::assistant::{ReplyBody, Request, SaidBody, request_of};
use crate::crisis::{CountryCode, Coverage};
use crate::journal::Screened;

/// Name the distortions in an entry, and keep what was found.
#[utoipa::path(
    post,
    path = "/entries/{id}/recognitions",
    tag = "Journal",
    security(("token" = [])),
    params(("id" = String, Path, description = "The entry's id."), CountryQuery),
    responses((status = 200, description = "The reply, with no reframes.", body = ReplyBody), EntryReadingProblems),
)]
pub(in crate::http) async fn recognise(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
) -> Result<Reply<ReplyBody>, Problem> {
    shared.read_entry(&id, CountryQuery::country(asked)?, Reading::Recognise).await.map(Reply)
}

/// Name the distortions in an entry and offer reframes; keep what was found.
///
/// `POST /thought-records` keeps a reframe that was chosen.
#[utoipa::path(
    post,
    path = "/entries/{id}/reframings",
    tag = "Journal",
    security(("token" = [])),
    params(("id" = String, Path, description = "The entry's id."), CountryQuery),
    responses((status = 200, description = "The reply.", body = ReplyBody), EntryReadingProblems),
)]
pub(in crate::http) async fn reframe(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Result<Query<CountryQuery>, QueryRejection>,
) -> Result<Reply<ReplyBody>, Problem> {
    shared.read_entry(&id, CountryQuery::country(asked)?, Reading::Reframe).await.map(Reply)
}

#[derive(Clone, Copy)]
enum Reading {
    Recognise,
    Reframe,
}

impl Shared {
    async fn read_entry(&self, id: &str, country: CountryCode, what: Reading) -> Result<ReplyBody, Problem> {
        let id = id_of(id, ProblemKind::NoSuchEntry)?;
        let entry = self.with_journal(move |journal| journal.entry(id)).await?;
        let country = (country != CountryCode::UNKNOWN).then(|| country.to_string());
        let request = Request { country, ..request_of(entry.text.as_str()) };
        let turn = self.turn().await?;
        let personal = match what {
            Reading::Recognise => None,
            Reading::Reframe => self.personal().await,
        };
        let assistant = &self.0.assistant;
        let reply = self.until_stopped(async {
            match what {
                Reading::Recognise => assistant.recognise(&request, &turn, &|_| ()).await,
                Reading::Reframe => assistant.reframe(&request, &turn, personal.as_ref(), &|_| ()).await,
            }
        });
        let reply = reply.await?;
        self.keep_shown(&reply).await;
        let model = reply.model.as_ref().filter(|_| reply.risk.coverage != Coverage::RulesOnly);
        let said = SaidBody {
            risk: reply.risk.clone(),
            escalate: reply.risk.tier.escalates(),
            escalation: None,
            model: model.map(Into::into),
        };
        self.keep(Screened::Entry(id), entry.version, &said).await;
        let at = self.with_journal(|journal| Ok(journal.now())).await?;
        if let Some(recognition) = reply.recognition(entry.version, at) {
            self.with_journal(move |journal| journal.keep_recognition(id, &recognition)).await?;
        }
        Ok(reply)
    }
}
