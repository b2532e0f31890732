//! Work for the assistant: taking a place in its queue, ending when the service stops, and what
//! its errors are to a caller.

use std::future::Future;

use utoipa::openapi::RefOr;
use utoipa::openapi::response::Response;

use super::problem::documented;
use super::{Problem, ProblemKind, Shared};
use crate::assistant::{AcknowledgementError, AssistantError, ModelState, Turn};
use crate::entry::EntryError;
use crate::language::LanguageError;

impl Shared {
    /// A place in the model's queue, or at once the problem that speaks against it. Dropping the
    /// turn frees the place and ends its work.
    pub(super) async fn turn(&self) -> Result<Turn, Problem> {
        let assistant = &self.0.assistant;
        match assistant.model_state() {
            ModelState::Loading => Err(ProblemKind::ModelLoading.into()),
            ModelState::Coming => Err(ProblemKind::ModelComing.into()),
            ModelState::Failed(why) => Err(AssistantError::ModelFailed(why).into()),
            ModelState::Ready | ModelState::Absent => Ok(assistant.try_turn().await?),
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
            AssistantError::Language(LanguageError::Unsupported(_)) | AssistantError::Heads(_) => {
                Self::new(ProblemKind::Failed, &error)
            }
            AssistantError::PartsUnlearnt => ProblemKind::NoModel.into(),
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
const TEXT: [ProblemKind; 9] = [
    ProblemKind::TooLong,
    ProblemKind::UnusableText,
    ProblemKind::UnknownCountry,
    ProblemKind::Busy,
    ProblemKind::Failed,
    ProblemKind::ModelLoading,
    ProblemKind::ModelComing,
    ProblemKind::ModelFailed,
    ProblemKind::Stopping,
];
/// Problems of a whole reply.
const REPLY: [ProblemKind; 3] =
    [ProblemKind::Emergency, ProblemKind::UnknownScreening, ProblemKind::OutOfRange];

/// Problems of every route that reads the safety plan.
const PLAN: [ProblemKind; 4] =
    [ProblemKind::JournalLocked, ProblemKind::PlanDamaged, ProblemKind::PlanNewer, ProblemKind::PlanNotKept];

/// Problems of every route that opens the journal.
const JOURNAL: [ProblemKind; 6] = [
    ProblemKind::JournalLocked,
    ProblemKind::JournalDamaged,
    ProblemKind::JournalNewer,
    ProblemKind::JournalNotKept,
    ProblemKind::JournalBusy,
    ProblemKind::DiskFull,
];
/// Problems of every route that keeps what a person wrote.
const KEEP: [ProblemKind; 5] = [
    ProblemKind::TooLong,
    ProblemKind::UnusableText,
    ProblemKind::UnknownCountry,
    ProblemKind::UnfitValue,
    ProblemKind::OutOfRange,
];
/// Problems of every change to something that somebody else may have changed.
const CHANGE: [ProblemKind; 2] = [ProblemKind::IfMatchNeeded, ProblemKind::ChangedMeanwhile];
/// Problems of a query that names a country.
const COUNTRY: [ProblemKind; 2] = [ProblemKind::UnfitQuery, ProblemKind::UnknownCountry];
/// Problems of a passphrase or a code.
const SECRET: [ProblemKind; 3] =
    [ProblemKind::WrongPassphrase, ProblemKind::WrongCode, ProblemKind::UnfitSecret];

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
    /// For routes that only the guard can refuse.
    GuardProblems: [&GUARD[..]];
    /// For `GET /questionnaires/{id}`.
    QuestionnaireProblems: [&GUARD[..], &[ProblemKind::NoQuestionnaire]];
    /// For `POST /questionnaires/{id}/responses`.
    ResponseProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &[
        ProblemKind::NoQuestionnaire,
        ProblemKind::UnfitSheet,
        ProblemKind::UnfitQuery,
        ProblemKind::UnknownCountry,
        ProblemKind::KeyReused,
    ]];
    /// For `GET /questionnaires/{id}/responses`.
    ResponsesProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoQuestionnaire, ProblemKind::UnfitQuery]];
    /// For `GET /reflections/{id}`.
    ReflectionProblems: [&GUARD[..], &[ProblemKind::NoReflection]];
    /// For `POST /reflections/{id}/responses`.
    ReflectedProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &COUNTRY[..], &[
        ProblemKind::NoReflection,
        ProblemKind::UnfitValue,
        ProblemKind::KeyReused,
    ]];
    /// For `GET /reflections/{id}/responses`.
    ReflectedsProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoReflection, ProblemKind::UnfitQuery]];
    /// For `DELETE /reflections/{id}/responses/{response}`.
    ReflectedRemovalProblems: [&GUARD[..], &JOURNAL[..], &[
        ProblemKind::NoReflection,
        ProblemKind::NoSuchReflection,
    ]];
    /// For `GET /models`.
    ModelsProblems: [&GUARD[..], &[ProblemKind::ModelsUnreadable]];
    /// For `/models/{name}/pull`.
    ModelPullProblems: [&GUARD[..], &[ProblemKind::ModelsUnreadable, ProblemKind::NoSuchModel]];
    /// For `GET /helplines`.
    HelplinesProblems: [&[ProblemKind::ForeignRequest, ProblemKind::UnfitQuery, ProblemKind::UnknownCountry][..]];
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
    /// For routes that read the journal and ask for nothing.
    JournalProblems: [&GUARD[..], &JOURNAL[..]];
    /// For lists of what the journal keeps.
    ListProblems: [&GUARD[..], &JOURNAL[..], &[
        ProblemKind::UnfitQuery,
        ProblemKind::UnfitValue,
        ProblemKind::OutOfRange,
        ProblemKind::NoSuchEntry,
    ]];
    /// For `POST /entries`.
    KeepProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &KEEP[..], &[ProblemKind::KeyReused]];
    /// For `GET /entries/{id}`.
    EntryProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoSuchEntry]];
    /// For `PATCH /entries/{id}`.
    EntryChangeProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &KEEP[..], &CHANGE[..], &[ProblemKind::NoSuchEntry]];
    /// For `DELETE /entries/{id}`.
    EntryRemovalProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoSuchEntry, ProblemKind::ChangedMeanwhile]];
    /// For readings of an entry.
    EntryReadingProblems: [&GUARD[..], &JOURNAL[..], &TEXT[..], &[ProblemKind::UnfitQuery, ProblemKind::NoSuchEntry]];
    /// For `POST /thought-records`.
    RecordKeepProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &COUNTRY[..], &[
        ProblemKind::UnfitValue,
        ProblemKind::KeyReused,
        ProblemKind::NoSuchEntry,
    ]];
    /// For `GET /thought-records/{id}`.
    RecordProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoSuchThoughtRecord]];
    /// For `PUT /thought-records/{id}`.
    RecordChangeProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &COUNTRY[..], &CHANGE[..], &[
        ProblemKind::NoSuchThoughtRecord,
    ]];
    /// For `DELETE /thought-records/{id}`.
    RecordRemovalProblems: [&GUARD[..], &JOURNAL[..], &[
        ProblemKind::NoSuchThoughtRecord,
        ProblemKind::ChangedMeanwhile,
    ]];
    /// For dialogues by their ids.
    DialogueProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoSuchDialogue]];
    /// For what is kept of dialogues.
    DialogueChangeProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &[ProblemKind::NoSuchDialogue, ProblemKind::NoSuchPart]];
    /// For `POST /dialogues/{id}/turns`.
    TurnProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &TEXT[..], &[
        ProblemKind::NoSuchDialogue,
        ProblemKind::NoModel,
        ProblemKind::UnfitValue,
        ProblemKind::ChangedMeanwhile,
    ]];
    /// For parts by their ids.
    PartProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoSuchPart, ProblemKind::ChangedMeanwhile]];
    /// For `POST /parts`.
    PartKeepProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &COUNTRY[..], &[
        ProblemKind::UnusableText,
        ProblemKind::TooLong,
        ProblemKind::NoSuchPart,
    ]];
    /// For `PUT /parts/{id}`.
    PartChangeProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &COUNTRY[..], &CHANGE[..], &[
        ProblemKind::UnusableText,
        ProblemKind::TooLong,
        ProblemKind::NoSuchPart,
    ]];
    /// For `GET /parts/map`.
    MapProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::UnfitQuery]];
    /// For lists of small things.
    PageProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::UnfitQuery]];
    /// For small things that are kept.
    SmallKeepProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &COUNTRY[..], &[ProblemKind::UnfitValue, ProblemKind::KeyReused]];
    /// For `POST /check-ins`.
    CheckInKeepProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &COUNTRY[..], &[
        ProblemKind::UnfitValue,
        ProblemKind::EmptyCheckIn,
        ProblemKind::KeyReused,
    ]];
    /// For check-ins by their ids.
    CheckInProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoSuchCheckIn, ProblemKind::ChangedMeanwhile]];
    /// For `PUT /check-ins/{id}`.
    CheckInChangeProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &COUNTRY[..], &CHANGE[..], &[
        ProblemKind::UnfitValue,
        ProblemKind::EmptyCheckIn,
        ProblemKind::NoSuchCheckIn,
    ]];
    /// For own steps by their ids.
    StepProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoSuchStep, ProblemKind::ChangedMeanwhile]];
    /// For `GET /practice/next`.
    NextProblems: [&GUARD[..], &JOURNAL[..], &COUNTRY[..], &[ProblemKind::Failed]];
    /// For `POST /practice/plans`.
    PlanningProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &COUNTRY[..], &[
        ProblemKind::NoSuchStep,
        ProblemKind::UnfitValue,
        ProblemKind::KeyReused,
    ]];
    /// For plans by their ids.
    PlannedProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoSuchPlan, ProblemKind::ChangedMeanwhile]];
    /// For what came of a plan.
    PlanChangeProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &COUNTRY[..], &CHANGE[..], &[ProblemKind::NoSuchPlan]];
    /// For people by their ids.
    PersonProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoSuchPerson, ProblemKind::ChangedMeanwhile]];
    /// For `PUT /people/{id}`.
    PersonChangeProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &COUNTRY[..], &CHANGE[..], &[ProblemKind::NoSuchPerson]];
    /// For `POST /reframings/{id}/feedback`.
    FeedbackProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &COUNTRY[..], &[
        ProblemKind::NoSuchReframe,
        ProblemKind::UnfitValue,
        ProblemKind::KeyReused,
    ]];
    /// For `GET /insights`.
    InsightProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::UnfitQuery, ProblemKind::UnfitPeriod, ProblemKind::Failed]];
    /// For the weekly look back.
    DigestProblems: [&GUARD[..], &BODY[..], &JOURNAL[..]];
    /// For `DELETE /body`.
    BodyProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::UnfitQuery]];
    /// For `POST /body/import`.
    BodyImportProblems: [&GUARD[..], &JOURNAL[..], &[
        ProblemKind::UnfitQuery,
        ProblemKind::UnfitExport,
        ProblemKind::UnreadableBody,
        ProblemKind::SlowRequest,
        ProblemKind::TooLarge,
        ProblemKind::Failed,
    ]];
    /// For values of cortisol by their ids.
    CortisolProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoSuchCortisol, ProblemKind::ChangedMeanwhile]];
    /// For `POST /reports/preview`.
    ReportPreviewProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &[
        ProblemKind::UnfitPeriod,
        ProblemKind::UnfitValue,
        ProblemKind::NoSuchEntry,
        ProblemKind::Failed,
    ]];
    /// For `POST /reports`.
    ReportProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &[
        ProblemKind::UnfitQuery,
        ProblemKind::UnfitPeriod,
        ProblemKind::UnfitValue,
        ProblemKind::UnfitSecret,
        ProblemKind::NoSuchEntry,
        ProblemKind::Failed,
    ]];
    /// For `GET /exercises/{id}`.
    ExerciseProblems: [&GUARD[..], &[ProblemKind::NoExercise]];
    /// For `GET /topics/{id}`.
    TopicProblems: [&GUARD[..], &[ProblemKind::NoTopic]];
    /// For drafts by their names.
    DraftProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoDraft]];
    /// For `PUT /drafts/{slot}`.
    DraftKeepProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &[ProblemKind::TooLong, ProblemKind::UnfitValue]];
    /// For `GET /vault`.
    VaultProblems: [&GUARD[..], &[ProblemKind::JournalDamaged, ProblemKind::JournalNewer, ProblemKind::JournalNotKept]];
    /// For `POST /vault/lock`.
    VaultLockProblems: [&GUARD[..], &JOURNAL[..], &[ProblemKind::NoPassphrase]];
    /// For `POST /vault/unlock`.
    UnlockProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &SECRET[..], &[ProblemKind::NoPassphrase]];
    /// For changes of the passphrase and the code.
    VaultSecretProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &SECRET[..], &[ProblemKind::NoPassphrase]];
    /// For `POST /export`.
    SealedExportProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &[ProblemKind::UnfitSecret]];
    /// For `POST /import`.
    ImportProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &COUNTRY[..], &[ProblemKind::UnfitFile]];
    /// For `POST /erase`.
    EraseProblems: [&GUARD[..], &BODY[..], &JOURNAL[..], &[ProblemKind::NoSuchEntry, ProblemKind::UnfitValue]];
    /// For `POST /screenings`.
    ScreeningProblems: [&GUARD[..], &BODY[..], &TEXT[..]];
    /// For routes that give the whole reply.
    ReplyProblems: [&GUARD[..], &BODY[..], &TEXT[..], &REPLY[..]];
}
