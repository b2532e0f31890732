//! Work for the assistant: taking a place in its queue, ending when the service stops, and what
//! its errors are to a caller.

use std::future::Future;

use utoipa::openapi::RefOr;
use utoipa::openapi::response::Response;

use super::problem::documented;
use super::{Problem, ProblemKind, Shared};
use crate::assistant::{AcknowledgementError, AssistantError, Turn};
use crate::entry::EntryError;
use crate::language::{EngineState, LanguageError};

impl Shared {
    /// A place in the model's queue, or at once the problem that speaks against it. Dropping the
    /// turn frees the place and ends its work.
    pub(super) async fn turn(&self) -> Result<Turn, Problem> {
        let assistant = &self.0.assistant;
        match assistant.model_state() {
            Some(EngineState::Loading) => Err(ProblemKind::ModelLoading.into()),
            Some(EngineState::Failed(why)) => Err(AssistantError::ModelFailed(why).into()),
            Some(EngineState::Ready) | None => Ok(assistant.try_turn().await?),
        }
    }

    /// Runs work to its end, unless the service stops first.
    pub(super) async fn until_stopped<T>(
        &self,
        work: impl Future<Output = Result<T, AssistantError>>,
    ) -> Result<T, Problem> {
        tokio::select! {
            biased;
            () = self.0.stopping.cancelled() => Err(ProblemKind::Stopping.into()),
            done = work => done.map_err(Problem::from),
        }
    }
}

impl From<AssistantError> for Problem {
    fn from(error: AssistantError) -> Self {
        match &error {
            AssistantError::Entry(EntryError::TooLong { .. })
            | AssistantError::Language(LanguageError::TooLong { .. }) => {
                Self::new(ProblemKind::TooLong, &error)
            }
            AssistantError::Entry(_) => Self::new(ProblemKind::UnusableText, &error),
            AssistantError::Country(_) => Self::new(ProblemKind::UnknownCountry, &error),
            AssistantError::Candidates(_) | AssistantError::Id | AssistantError::History => {
                Self::new(ProblemKind::OutOfRange, &error)
            }
            AssistantError::Acknowledgement(AcknowledgementError::Unknown) => {
                Self::new(ProblemKind::UnknownScreening, &error)
            }
            AssistantError::Acknowledgement(AcknowledgementError::Emergency) => {
                Self::new(ProblemKind::Emergency, &error)
            }
            AssistantError::Language(LanguageError::Busy { retry_after_s }) => {
                Self::new(ProblemKind::Busy, &error).retry_after(*retry_after_s)
            }
            AssistantError::Language(LanguageError::Cancelled) => ProblemKind::Stopping.into(),
            AssistantError::ModelFailed(_) | AssistantError::Language(LanguageError::Open { .. }) => {
                Self::new(ProblemKind::ModelFailed, &error)
            }
            AssistantError::Language(LanguageError::Unsupported(_))
            | AssistantError::Heads(_)
            | AssistantError::PartsUnlearnt => Self::new(ProblemKind::Failed, &error),
            // What the numeric library or a template says might quote its input.
            AssistantError::Language(
                LanguageError::Model(_)
                | LanguageError::Tokenizer(_)
                | LanguageError::Chat(_)
                | LanguageError::Failed,
            ) => ProblemKind::Failed.into(),
        }
    }
}

/// Problems that every guarded route knows.
const GUARD: [ProblemKind; 2] = [ProblemKind::TokenNeeded, ProblemKind::ForeignRequest];
/// Problems of every route that takes JSON.
const BODY: [ProblemKind; 7] = [
    ProblemKind::UnreadableBody,
    ProblemKind::MalformedJson,
    ProblemKind::SlowRequest,
    ProblemKind::TooLarge,
    ProblemKind::NotJson,
    ProblemKind::UnfitJson,
    ProblemKind::UnknownField,
];
/// Problems of every route that reads a text.
const TEXT: [ProblemKind; 8] = [
    ProblemKind::TooLong,
    ProblemKind::UnusableText,
    ProblemKind::UnknownCountry,
    ProblemKind::Busy,
    ProblemKind::Failed,
    ProblemKind::ModelLoading,
    ProblemKind::ModelFailed,
    ProblemKind::Stopping,
];
/// Problems of a whole reply.
const REPLY: [ProblemKind; 3] =
    [ProblemKind::Emergency, ProblemKind::UnknownScreening, ProblemKind::OutOfRange];

/// Problems of every route that reads the safety plan.
const PLAN: [ProblemKind; 3] = [ProblemKind::PlanDamaged, ProblemKind::PlanNewer, ProblemKind::PlanNotKept];

macro_rules! problems {
    ($($(#[$about:meta])* $name:ident: $kinds:expr;)*) => {$(
        $(#[$about])*
        pub(super) struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<String, RefOr<Response>> {
                documented(&$kinds.concat())
            }
        }
    )*};
}

problems! {
    /// For `GET /models`.
    ModelsProblems: [&GUARD[..], &[ProblemKind::ModelsUnreadable]];
    /// For `GET /helplines`.
    HelplinesProblems: [&GUARD[..], &[ProblemKind::UnfitQuery, ProblemKind::UnknownCountry]];
    /// For `GET /safety-plan`.
    PlanShowProblems: [&GUARD[..], &PLAN[..], &[ProblemKind::NoSafetyPlan]];
    /// For `PUT /safety-plan`.
    PlanKeepProblems: [&GUARD[..], &BODY[..], &PLAN[..], &[
        ProblemKind::UnfitQuery,
        ProblemKind::UnknownCountry,
        ProblemKind::UnfitPlan,
        ProblemKind::IfMatchNeeded,
        ProblemKind::ChangedMeanwhile,
    ]];
    /// For `DELETE /safety-plan`.
    PlanEraseProblems: [&GUARD[..], &PLAN[..], &[ProblemKind::NoSafetyPlan, ProblemKind::ChangedMeanwhile]];
    /// For `POST /screenings`.
    ScreeningProblems: [&GUARD[..], &BODY[..], &TEXT[..]];
    /// For routes that give the whole reply.
    ReplyProblems: [&GUARD[..], &BODY[..], &TEXT[..], &REPLY[..]];
}
