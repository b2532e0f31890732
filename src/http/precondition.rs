//! Which state of something a caller has read (RFC 9110, 13.1), so that nothing is changed unseen.

use axum::http::{HeaderMap, HeaderName, header};

use super::ProblemKind;

/// What `If-Match` and `If-None-Match` say.
pub(super) struct Wanted {
    /// The values of `If-Match`.
    states: Vec<String>,
    /// Whether `If-None-Match` says that there must be none.
    none: bool,
}

impl Wanted {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let values = |name: HeaderName| -> Vec<String> {
            let all = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
            all.flat_map(|value| value.split(',')).map(|one| one.trim().to_owned()).collect()
        };
        Self { states: values(header::IF_MATCH), none: !values(header::IF_NONE_MATCH).is_empty() }
    }

    pub(super) fn names_states(&self) -> bool {
        !self.states.is_empty()
    }

    /// Whether what is there now, by its `ETag`, may be changed: it has to be named if it is there.
    pub(super) fn permits_change(&self, now: Option<&str>) -> Result<(), ProblemKind> {
        match (self.names_states(), now) {
            (false, None) => Ok(()),
            (false, Some(_)) if self.none => Err(ProblemKind::ChangedMeanwhile),
            (false, Some(_)) => Err(ProblemKind::IfMatchNeeded),
            (true, None) => Err(ProblemKind::ChangedMeanwhile),
            (true, Some(now)) => {
                let named = self.states.iter().any(|state| state == now || state == "*");
                if named { Ok(()) } else { Err(ProblemKind::ChangedMeanwhile) }
            }
        }
    }

    /// As [`Wanted::permits_change`] where nothing need be named.
    pub(super) fn permits_removal(&self, now: &str) -> Result<(), ProblemKind> {
        if self.names_states() { self.permits_change(Some(now)) } else { Ok(()) }
    }
}

/// The header of a state.
pub(super) fn etag(tag: String) -> [(HeaderName, String); 1] {
    [(header::ETAG, tag)]
}
