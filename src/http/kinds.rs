//! The kinds of problems, each in one place: name, status, title, and the detail where no better
//! one is known. `docs/api.md` lists them.

macro_rules! kinds {
    ($($kind:ident $status:literal $name:literal $title:literal $detail:literal;)*) => {
        /// The kinds of problems.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ProblemKind {
            $(#[doc = concat!($title, ".")] $kind,)*
        }

        impl ProblemKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// Its type, a relative reference.
            #[must_use]
            pub const fn reference(self) -> &'static str {
                match self { $(Self::$kind => concat!("/problems/", $name),)* }
            }

            /// Its HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$kind => $status,)* }
            }

            /// The kind in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)* }
            }

            /// What happened and what can be done, where nothing more is known.
            #[must_use]
            pub const fn detail(self) -> &'static str {
                match self { $(Self::$kind => $detail,)* }
            }
        }
    };
}

kinds! {
    UnreadableBody 400 "unreadable-body" "The body did not arrive whole"
        "The body of the request broke off. Send it again.";
    MalformedJson 400 "malformed-json" "The JSON can't be read"
        "The body is not JSON. Correct it and send it again.";
    TokenNeeded 401 "token-needed" "The token is missing or wrong"
        "Send the token that `evenkeel serve` printed, as `Authorization: Bearer TOKEN`. It is new at each start.";
    ForeignRequest 403 "foreign-request" "The request comes from elsewhere"
        "This service answers its own page and programs on this machine only, under the address that `evenkeel serve` printed.";
    Emergency 403 "emergency" "This one can't be set aside here"
        "This one can't be set aside here. Please talk to a person now; the help is in the first reply.";
    NotFound 404 "not-found" "There is nothing here"
        "There is nothing at this address. /api/openapi.json lists what there is.";
    NoSafetyPlan 404 "no-safety-plan" "There is no safety plan yet"
        "There is no safety plan yet. Send one to this address with PUT.";
    NoSuchEntry 404 "no-such-entry" "There is no such entry"
        "There is no entry of this id in the journal. GET /entries lists what there is.";
    NoSuchThoughtRecord 404 "no-such-thought-record" "There is no such thought record"
        "There is no thought record of this id in the journal. GET /thought-records lists what there is.";
    NoSuchDialogue 404 "no-such-dialogue" "There is no such dialogue"
        "There is no dialogue of this id in the journal. GET /dialogues lists what there is.";
    NoSuchPart 404 "no-such-part" "There is no such part"
        "There is no part of this id in the journal. GET /parts lists what there is.";
    NoSuchCheckIn 404 "no-such-check-in" "There is no such check-in"
        "There is no check-in of this id in the journal. GET /check-ins lists what there is.";
    NoSuchStep 404 "no-such-step" "There is no such step"
        "There is no step of this name or id. GET /practice/steps lists what there is.";
    NoSuchPlan 404 "no-such-plan" "There is no such plan"
        "Nothing is planned under this id. GET /practice/plans lists what there is.";
    NoSuchPerson 404 "no-such-person" "There is nobody of this id"
        "There is nobody of this id in the journal. GET /people lists who there is.";
    NoExercise 404 "no-exercise" "There is no such exercise"
        "There is no exercise of this name. GET /exercises lists them.";
    NoTopic 404 "no-topic" "There is no such topic"
        "There is nothing to read under this name. GET /topics lists what there is.";
    NoSuchModel 404 "no-such-model" "There is no such model"
        "There is no model of this name. GET /models lists them.";
    NoSuchCortisol 404 "no-such-cortisol" "There is no such value"
        "There is no value of cortisol of this id in the journal. GET /body/cortisol lists what there is.";
    NoDraft 404 "no-draft" "There is no draft here"
        "Nothing is saved under this name. PUT saves a draft.";
    WrongPassphrase 403 "wrong-passphrase" "That passphrase doesn't open the journal"
        "That passphrase doesn't open this journal. Nothing was changed.";
    WrongCode 403 "wrong-code" "That recovery code doesn't open the journal"
        "That recovery code belongs to another journal, or a newer one was made. Nothing was changed.";
    NoQuestionnaire 404 "no-questionnaire" "There is no such questionnaire"
        "There is no questionnaire of this id. GET /questionnaires lists them.";
    NoReflection 404 "no-reflection" "There is no such reflection"
        "There is no reflection of this id. GET /reflections lists them.";
    NoSuchReflection 404 "no-such-reflection" "There is no such kept reflection"
        "There is no kept reflection of this id here. GET /reflections/ID/responses lists what there is.";
    NoSuchReframe 404 "no-such-reframe" "No such reframe was shown"
        "No reframe of this text was shown in a reply of this id in the last 30 days, or the journal was not open then. Send the text as it was shown.";
    MethodNotAllowed 405 "method-not-allowed" "This address takes another method"
        "This address does not take that method. /api/openapi.json says which it takes.";
    SlowRequest 408 "slow-request" "The body took too long"
        "The body of the request did not arrive in time. Send it again.";
    Offline 409 "offline" "The network is off"
        "This service was started with `--offline`, so nothing is fetched. Start it without, or copy the model's file to where `evenkeel models list` says.";
    UnknownScreening 409 "unknown-screening" "No such screening of this text"
        "There is no recent screening of this text with that id. Send the text without `acknowledges` first.";
    NoPassphrase 409 "no-passphrase" "The journal has no passphrase"
        "This journal has no passphrase, so it can't be locked and there is nothing to recover. PUT /vault/passphrase sets one.";
    ChangedMeanwhile 412 "changed-meanwhile" "It was changed meanwhile"
        "What is there is not what you read. Nothing was changed. Read it again and send your change with its `ETag`.";
    TooLong 413 "too-long" "The text is too long"
        "The text has more than 20,000 characters. Send it in parts.";
    TooLarge 413 "too-large" "The body is too large"
        "The body of the request is too large: 256 KiB at most, 12 MiB for screenings, entries and drafts, 256 MiB for an import. Send it in parts.";
    NotJson 415 "not-json" "The body is not said to be JSON"
        "Send JSON, with the header `Content-Type: application/json`.";
    UnfitJson 422 "unfit-json" "The JSON does not fit"
        "The JSON is not what this address takes. /api/openapi.json shows what is.";
    UnknownField 422 "unknown-field" "A field is not known"
        "The JSON has a field that is not known here. Check its spelling or leave it out.";
    UnfitQuery 422 "unfit-query" "The query does not fit"
        "The part of the address after `?` is not what is taken here. /api/openapi.json shows what is.";
    UnusableText 422 "unusable-text" "The text can't be used"
        "There is no text to read. Write a sentence or two and try again.";
    UnknownCountry 422 "unknown-country" "The country is not known"
        "A country is given by two letters, such as IE or NZ. Check the code and try again.";
    UnfitPlan 422 "unfit-plan" "The plan can't be kept"
        "There is no line in this plan. Write one at least; DELETE removes a plan.";
    UnfitValue 422 "unfit-value" "A value can't be kept"
        "One of the values can't be kept. /api/openapi.json shows what is taken.";
    EmptyCheckIn 422 "empty-check-in" "Nothing is said in it"
        "Nothing is said in this check-in. Give one value or word at least.";
    UnfitSecret 422 "unfit-secret" "The passphrase or code can't be used"
        "A passphrase can't be empty, and a recovery code has seven groups of four letters and digits.";
    UnfitFile 422 "unfit-file" "The file can't be taken in"
        "The file is not what GET /export gives. Nothing was taken in.";
    UnfitExport 422 "unfit-export" "The export can't be taken in"
        "The file is not an export that can be read here. Nothing was taken in.";
    UnfitPeriod 422 "unfit-period" "The period can't be looked at"
        "The period ends before it begins, or is longer than ten years. Choose other days.";
    KeyReused 422 "key-reused" "The key came before with other content"
        "This Idempotency-Key came before with other content. Nothing was kept. Send new content with a new key.";
    UnfitSheet 422 "unfit-sheet" "The sheet can't be added up"
        "The answers are not those of this questionnaire. GET /questionnaires/ID shows its items and answers.";
    OutOfRange 422 "out-of-range" "A number is out of range"
        "`candidates` can be 1 to 5.";
    JournalLocked 423 "journal-locked" "The journal is locked"
        "The journal is locked. POST /vault/unlock with its passphrase opens it.";
    IfMatchNeeded 428 "if-match-needed" "Say what you read"
        "This is there already. Send the `ETag` of what you read as `If-Match`, so that nothing is overwritten unseen.";
    Busy 429 "busy" "The model is busy"
        "The model is busy with other texts. Try again in 5 seconds.";
    Failed 500 "failed" "Something went wrong here"
        "Something went wrong on this text. Try again; if it happens twice, run `evenkeel doctor`.";
    ModelsUnreadable 500 "models-unreadable" "The list of models can't be read"
        "The list of models can't be read. Run `evenkeel models list` to see why.";
    PlanDamaged 500 "plan-damaged" "The safety plan is damaged"
        "Your safety plan file is damaged. Nothing was changed. Run `evenkeel plan` to see where it lies.";
    PlanNewer 500 "plan-newer" "A newer version wrote the safety plan"
        "Your safety plan was written by a newer Evenkeel. Nothing was changed. Use that version.";
    PlanNotKept 500 "plan-not-kept" "The safety plan could not be read or written"
        "Your safety plan could not be read or written. What was there before has not changed. Run `evenkeel plan` to see why.";
    JournalDamaged 500 "journal-damaged" "The journal is damaged"
        "The journal can't be read. Nothing was changed. `evenkeel doctor` says what is wrong with it.";
    JournalNewer 500 "journal-newer" "A newer version wrote the journal"
        "The journal was written by a newer Evenkeel. Nothing was changed. Use that version.";
    JournalNotKept 500 "journal-not-kept" "The journal could not be read or written"
        "The journal could not be read or written. What was kept before has not changed. Run `evenkeel doctor` to see why.";
    JournalBusy 503 "journal-busy" "The journal is busy"
        "Another program is writing to the journal. Nothing was changed. Try again in a second.";
    NoModel 503 "no-model" "There is no model for a talk"
        "A talk needs a model that has learnt it, and there is none here. What was said is kept. Start `evenkeel serve` without `--rules-only`, or see `evenkeel models list`.";
    ModelLoading 503 "model-loading" "The model is being loaded"
        "The model is still being loaded. Try again in 2 seconds. Screenings with `rules_only` are answered now.";
    ModelComing 503 "model-coming" "The model is being fetched"
        "The model is not here yet; it is being fetched once. GET /models/NAME/pull says how far it is. Screenings with `rules_only` are answered now.";
    ModelNotFetched 503 "model-not-fetched" "The model could not be fetched"
        "The model could not be fetched. Check the connection and try again; what was fetched is kept.";
    ModelFailed 503 "model-failed" "The model can't be used"
        "The model can't be used. Run `evenkeel doctor` to see why.";
    Stopping 503 "stopping" "The service is stopping"
        "The service was stopped before this was done. Start it and send the text again.";
    DiskFull 507 "disk-full" "The disk is full"
        "The disk is full. Nothing was changed; what you wrote was not kept. Free some space and try again.";
}

impl ProblemKind {
    /// Seconds after which another try is worth it, where that is known.
    pub(super) const fn retry_after_s(self) -> Option<u64> {
        match self {
            Self::Busy => Some(5),
            Self::ModelLoading => Some(2),
            Self::ModelComing => Some(10),
            Self::JournalBusy => Some(1),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_its_own_type_and_a_status_of_failure() {
        let types: BTreeSet<&str> = ProblemKind::ALL.iter().map(|kind| kind.reference()).collect();
        assert_eq!(types.len(), ProblemKind::ALL.len());
        assert!(ProblemKind::ALL.iter().all(|kind| (400..600).contains(&kind.status())));
    }
}
