//! What the small things that a journal keeps whole have in common: check-ins, steps, plans and
//! people are listed, kept, shown, changed and deleted in one way.

use axum::Json as Reply;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;

use super::country::CountryQuery;
use super::journal::{creation_key, id_of};
use super::precondition::{Wanted, etag};
use super::{Problem, ProblemKind, Shared};
use crate::assistant::SaidBody;
use crate::crisis::CountryCode;
use crate::journal::{Content, Created, Cursor, Kept, MOST_OF_A_PAGE, Page};

/// Something of which there is a list.
pub(super) trait Resource: Content + Send + 'static {
    /// Where the list is.
    const PATH: &'static str;
    /// That one of it is not there.
    const MISSING: ProblemKind;
}

/// What is kept, with what the screen said of the words in it.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct KeptBody<C> {
    #[serde(flatten)]
    kept: Kept<C>,
    /// What the screen said; `null` where there was no word to read.
    screening: Option<SaidBody>,
}

/// Which page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// So many, 1–500; 50 if absent.
    limit: Option<usize>,
    /// Where the page before ended: its `next`.
    after: Option<String>,
}

/// Things of a page, if the caller does not say.
const A_PAGE: usize = 50;

impl Shared {
    pub(super) async fn kept_page<C: Resource>(
        &self,
        asked: Result<Query<PageQuery>, QueryRejection>,
    ) -> Result<Page<Kept<C>>, Problem> {
        let Query(PageQuery { limit, after }) = asked.map_err(|_| ProblemKind::UnfitQuery)?;
        let limit = limit.unwrap_or(A_PAGE).clamp(1, MOST_OF_A_PAGE);
        self.with_journal(move |journal| {
            let after: Option<Cursor> = after.map(|text| text.parse()).transpose()?;
            journal.list_kept(after, limit)
        })
        .await
    }

    /// Keeps something new, once for each `Idempotency-Key`.
    pub(super) async fn keep_one<C: Resource>(
        &self,
        asked: Result<Query<CountryQuery>, QueryRejection>,
        headers: &HeaderMap,
        content: C,
    ) -> Result<Response, Problem> {
        let country = CountryQuery::country(asked)?;
        let key = creation_key(headers, &content)?;
        let made = self
            .with_journal(move |journal| match key {
                Some(key) => journal.keep_once(&content, &key),
                None => journal.keep(&content).map(Created::New),
            })
            .await?;
        let status = if matches!(made, Created::New(_)) { StatusCode::CREATED } else { StatusCode::OK };
        let kept = made.into_inner();
        let place = format!("{}/{}", C::PATH, kept.id);
        Ok((status, [(header::LOCATION, place)], self.screened(kept, country).await).into_response())
    }

    pub(super) async fn kept_one<C: Resource>(&self, id: &str) -> Result<Kept<C>, Problem> {
        let id = id_of(id, C::MISSING)?;
        let found = self.with_journal(move |journal| journal.kept::<C>(id)).await?;
        found.ok_or_else(|| C::MISSING.into())
    }

    pub(super) async fn show_one<C: Resource>(&self, id: &str) -> Result<Response, Problem> {
        let kept: Kept<C> = self.kept_one(id).await?;
        Ok((etag(state(&kept)), Reply(kept)).into_response())
    }

    /// Makes something else of what is kept, if the caller has read it as it is.
    pub(super) async fn change_one<C: Resource>(
        &self,
        id: &str,
        asked: Result<Query<CountryQuery>, QueryRejection>,
        headers: &HeaderMap,
        change: impl FnOnce(&C) -> C + Send + 'static,
    ) -> Result<Response, Problem> {
        let country = CountryQuery::country(asked)?;
        let (id, wanted) = (id_of(id, C::MISSING)?, Wanted::of(headers));
        let changed = self.with_journal(move |journal| {
            let mut refused = ProblemKind::ChangedMeanwhile;
            let changed =
                journal.change_kept(id, |now: &Kept<C>| match wanted.permits_change(Some(&state(now))) {
                    Ok(()) => Some(change(&now.content)),
                    Err(kind) => {
                        refused = kind;
                        None
                    }
                })?;
            Ok(changed.map(|kept| kept.ok_or(refused)))
        });
        let kept = changed.await?.ok_or(C::MISSING)??;
        Ok(self.screened(kept, country).await)
    }

    pub(super) async fn delete_one<C: Resource>(
        &self,
        id: &str,
        headers: &HeaderMap,
    ) -> Result<StatusCode, Problem> {
        let (id, wanted) = (id_of(id, C::MISSING)?, Wanted::of(headers));
        let gone = self.with_journal(move |journal| {
            journal.delete_kept_if(id, |now: &Kept<C>| wanted.permits_removal(&state(now)).is_ok())
        });
        match gone.await? {
            None => Err(C::MISSING.into()),
            Some(false) => Err(ProblemKind::ChangedMeanwhile.into()),
            Some(true) => Ok(StatusCode::NO_CONTENT),
        }
    }

    async fn screened<C: Resource>(&self, kept: Kept<C>, country: CountryCode) -> Response {
        let screening = self.say_of(&kept.content.free_words(), country, false).await;
        (etag(state(&kept)), Reply(KeptBody { kept, screening })).into_response()
    }
}

/// The state of something by all that is kept of it.
fn state<C: Content>(kept: &Kept<C>) -> String {
    // What has been kept as JSON becomes JSON again.
    let digest = Sha256::digest(serde_json::to_vec(kept).unwrap_or_default());
    let short = digest.iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    format!("\"{short:016x}\"")
}
